//! The company before anything happens: units, who works there, and every place with who lives there.

use super::Stop;
use super::draw::{Care, Draw};
use super::read::Post;
use super::run::Run;
use super::words::Words;
use crate::scenario::script::{Act, Line};
use domain::id::{RecordId, UnitId};
use domain::time::Instant;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A project and what its stories happen to.
pub(super) struct Place {
    pub(super) code: String,
    pub(super) id: UnitId,
    /// Members by post.
    pub(super) people: BTreeMap<String, Vec<String>>,
    /// Subjects by name: `place`, and every post.
    pub(super) subjects: BTreeMap<String, Vec<Subject>>,
    /// Who serves a grid.
    pub(super) grids: BTreeMap<String, String>,
    /// Which subject `place` a record is.
    pub(super) registered: HashMap<RecordId, usize>,
}

/// What a story can happen to.
pub(super) struct Subject {
    pub(super) vars: BTreeMap<String, String>,
    pub(super) tags: BTreeSet<String>,
}

impl Subject {
    /// Whether it has a tag; `not-TAG` is that it has it not.
    pub(super) fn is(&self, tag: &str) -> bool {
        tagged(&self.tags, tag)
    }
}

fn tagged(tags: &BTreeSet<String>, tag: &str) -> bool {
    match tag.strip_prefix("not-") {
        Some(tag) => !tags.contains(tag),
        None => tags.contains(tag),
    }
}

/// Somebody who works there.
#[derive(Default)]
pub(super) struct Person {
    pub(super) care: Care,
    pub(super) habits: BTreeSet<String>,
    /// Until when he is away, and who stands in.
    pub(super) away: Option<(Instant, String)>,
}

impl Run<'_, '_> {
    /// Sets up the company and its projects.
    pub(super) fn found(&mut self) -> Result<(), Stop> {
        if let Some(miss) = self.stage.set_up(&[&self.script.company])? {
            return Err(self.missed(miss.line, &miss.found));
        }
        for number in 0..self.size.projects {
            self.project(number)?;
        }
        Ok(())
    }

    fn project(&mut self, number: usize) -> Result<(), Stop> {
        let known = &self.script.project.units;
        let Some(node) = known.get(number % known.len().max(1)) else {
            return Err(self.missed(1, "没有项目 (no projects)"));
        };
        let round = number / known.len();
        let named = |key: &str| {
            node.get(key)
                .and_then(domain::pack::Node::text)
                .unwrap_or_default()
        };
        // The same projects again, as later phases of themselves.
        let phase = |text: &str| {
            if round == 0 {
                text.to_owned()
            } else {
                format!("{text}{}", round + 1)
            }
        };
        let code = phase(named("code"));
        let name = phase(named("zh"));
        let mut draw = Draw::of(self.size.seed, &["project", &code]);
        let called = named("zh").to_owned();
        let node = node.filled(&mut |text| {
            if text == called {
                name.clone()
            } else {
                text.to_owned()
            }
        });
        self.stage.add_unit(&code, &node)?;
        let id = self.stage.cast.unit(&code)?;
        self.stage.unit = Some(id);
        let script = self.script;
        let mut place = Place {
            code: code.clone(),
            id,
            people: BTreeMap::new(),
            subjects: BTreeMap::new(),
            grids: BTreeMap::new(),
            registered: HashMap::new(),
        };
        let mut vars = BTreeMap::from([("unit".to_owned(), code.clone())]);
        self.told(&script.project.before, &vars, &mut draw)?;
        let many = script
            .project
            .axes
            .iter()
            .map(|(_, values)| values.len())
            .product::<usize>();
        for post in &script.project.members {
            self.hire(&mut place, post, many, &mut draw)?;
        }
        let grids: Vec<String> = place.grids.keys().cloned().collect();
        let mut places = Vec::with_capacity(many);
        for index in 0..many {
            let mut left = index;
            for (axis, values) in script.project.axes.iter().rev() {
                vars.insert(axis.clone(), values[left % values.len()].clone());
                left /= values.len();
            }
            vars.insert("n".into(), (index + 1).to_string());
            vars.insert("key".into(), format!("{code}-{}", index + 1));
            if let Some(grid) = grids.get(index * grids.len() / many.max(1)) {
                vars.insert("grid".into(), grid.clone());
            }
            for (name, text) in &script.project.lets {
                let value = self.words(&vars, "").fill(text, &mut draw);
                vars.insert(name.clone(), value);
            }
            let tags: BTreeSet<String> = script
                .project
                .tags
                .iter()
                .filter(|(_, share)| draw.millionths(*share))
                .map(|(tag, _)| tag.clone())
                .collect();
            for (tag, line) in &script.project.place {
                if tag.as_ref().is_none_or(|tag| tagged(&tags, tag)) {
                    self.told(std::slice::from_ref(line), &vars, &mut draw)?;
                }
            }
            if let Ok(named) = self.stage.cast.record(&vars["key"]) {
                place.registered.insert(named.id, index);
            }
            places.push(Subject {
                vars: vars.clone(),
                tags,
            });
        }
        self.done.places += u64::try_from(many).unwrap_or(0);
        let alone = Subject {
            vars: BTreeMap::from([("unit".to_owned(), code.clone())]),
            tags: BTreeSet::new(),
        };
        self.told(&script.project.play, &alone.vars, &mut draw)?;
        place.subjects.insert("unit".into(), vec![alone]);
        place.subjects.insert("place".into(), places);
        self.places.push(place);
        Ok(())
    }

    fn hire(
        &mut self,
        place: &mut Place,
        post: &Post,
        places: usize,
        draw: &mut Draw,
    ) -> Result<(), Stop> {
        let places = u64::try_from(places).unwrap_or(0);
        let count = post
            .per_places
            .map_or(post.count, |each| places.div_ceil(each.max(1)).max(1));
        for number in 1..=count {
            let key = format!("{}-{}-{number}", place.code, post.name);
            let grid = format!("{}-G{number}", place.code);
            let nth = match number {
                1 => String::new(),
                _ => format!("-{number}"),
            };
            let mut vars = BTreeMap::from([
                ("unit".to_owned(), place.code.clone()),
                ("key".to_owned(), key.clone()),
                ("n".to_owned(), number.to_string()),
                ("nth".to_owned(), nth),
            ]);
            if post.node.get("grid").is_some() {
                vars.insert("grid".into(), grid.clone());
                place.grids.insert(grid, key.clone());
            }
            let words = self.words(&vars, "");
            let name = self.script.project.names.get(&key);
            let drawn = post.node.get("zh").and_then(domain::pack::Node::text);
            let node = post.node.filled(&mut |text| {
                let filled = words.fill(text, draw);
                match name {
                    Some(name) if drawn == Some(text) => name.clone(),
                    _ => filled,
                }
            });
            self.stage.add_member(&key, &node)?;
            let index = usize::try_from(number - 1).unwrap_or(0);
            let care = post
                .cares
                .get(index % post.cares.len().max(1))
                .copied()
                .unwrap_or(3);
            let has = |(_, numbers): &(&String, &Vec<u64>)| numbers.contains(&number);
            let habits = post
                .habits
                .iter()
                .filter(has)
                .map(|(habit, _)| habit.clone())
                .collect();
            self.people.insert(
                key.clone(),
                Person {
                    care,
                    habits,
                    away: None,
                },
            );
            place
                .people
                .entry(post.name.clone())
                .or_default()
                .push(key.clone());
            place
                .subjects
                .entry(post.name.clone())
                .or_default()
                .push(Subject {
                    vars,
                    tags: BTreeSet::new(),
                });
            self.done.members += 1;
        }
        Ok(())
    }

    /// Tells sentences now, in a project that is being set up; nothing of them may be refused.
    fn told(
        &mut self,
        lines: &[Line],
        vars: &BTreeMap<String, String>,
        draw: &mut Draw,
    ) -> Result<(), Stop> {
        for line in lines {
            let Act::Step(step) = &line.act else {
                return Err(
                    self.missed(line.number, "只能是一个步骤 (a step alone may stand here)")
                );
            };
            let words = self.words(vars, "");
            let mut step = (**step).clone();
            step.who = words.fill(&step.who, draw);
            step.key = words.fill(&step.key, draw);
            step.data = step
                .data
                .map(|node| node.filled(&mut |text| words.fill(text, draw)));
            if let Some(miss) = self.stage.one(&step, &step.key, None, line.number)? {
                return Err(self.missed(line.number, &miss.found));
            }
        }
        Ok(())
    }

    pub(super) fn missed(&self, line: u32, why: &str) -> Stop {
        Stop::Line(crate::scenario::script::Wrong::new(line, why))
    }

    pub(super) fn words<'w>(
        &'w self,
        vars: &'w BTreeMap<String, String>,
        own: &'w str,
    ) -> Words<'w> {
        Words {
            lists: &self.script.words,
            vars,
            own,
            now: self.stage.now,
            zone: &self.stage.cast.zone,
        }
    }
}

/// Who is known by a key.
pub(super) type People = HashMap<String, Person>;
