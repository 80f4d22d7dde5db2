//! The stories, in the order of time over all projects, with the system's own work between them.

use super::company::{People, Place};
use super::draw::Draw;
use super::read::{After, Begins, Flow, Odds, Part, Script};
use super::{Simulated, Size, Stop};
use crate::cast::Named;
use crate::scenario::script::{Act, Step};
use crate::scenario::stage::Stage;
use crate::sweep::sweep;
use domain::calendar::SpecialDays;
use domain::id::RecordId;
use domain::time::{Day, Instant};
use domain::value::Value;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};
use store::record;

/// Between two looks at what the system owes: twelve hours.
const TICK: i64 = 12 * 3_600_000_000;
/// Somebody of no known care.
const ORDINARY: u8 = 3;

pub(super) struct Run<'s, 'p> {
    pub(super) script: &'s Script,
    pub(super) stage: Stage<'p>,
    pub(super) size: Size,
    first: Day,
    pub(super) places: Vec<Place>,
    pub(super) people: People,
    events: BinaryHeap<Reverse<(Instant, u64, Event)>>,
    made: u64,
    stories: HashMap<u64, Story<'s>>,
    /// Records that the system has opened and a flow has seen.
    seen: HashSet<RecordId>,
    pub(super) done: Simulated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Tick,
    /// A story goes on at a line; whether it has waited for it.
    Story(u64, usize, bool),
    /// A line of an episode.
    Episode(usize, usize, u32),
}

struct Story<'s> {
    flow: &'s Flow,
    place: usize,
    vars: BTreeMap<String, String>,
    cast: BTreeMap<String, String>,
    own: String,
    /// Names of its records, forgotten with it.
    keys: Vec<String>,
    draw: Draw,
}

impl<'s, 'p> Run<'s, 'p> {
    pub(super) fn new(script: &'s Script, stage: Stage<'p>, size: Size, first: Day) -> Self {
        Self {
            script,
            stage,
            size,
            first,
            places: Vec::new(),
            people: People::new(),
            events: BinaryHeap::new(),
            made: 0,
            stories: HashMap::new(),
            seen: HashSet::new(),
            done: Simulated {
                projects: size.projects,
                ..Simulated::default()
            },
        }
    }

    pub(super) fn play(mut self) -> Result<Simulated, Stop> {
        self.found()?;
        self.plan_episodes();
        let begins = self.stage.cast.zone.start_of(self.first);
        self.push(begins, Event::Tick);
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            if at > self.size.until {
                break;
            }
            self.stage.go(at);
            match event {
                Event::Tick => self.tick(at)?,
                Event::Story(story, line, waited) => self.go_on(story, line, waited)?,
                Event::Episode(episode, line, number) => self.episode(episode, line, number)?,
            }
        }
        self.stage.go(self.size.until);
        self.sweep(self.size.until)?;
        self.done.steps = self.stage.steps;
        Ok(self.done)
    }

    fn push(&mut self, at: Instant, event: Event) {
        self.made += 1;
        self.events.push(Reverse((at, self.made, event)));
    }

    fn sweep(&mut self, at: Instant) -> Result<(), Stop> {
        let swept = sweep(&self.stage.office, at)?;
        self.done.system_steps += swept.steps;
        self.done.opened += swept.opened;
        for refused in swept.refused {
            // Without the record's id, which is another each time.
            let why = refused
                .split_once(": ")
                .map_or(refused.as_str(), |(_, why)| why);
            *self
                .done
                .refused
                .entry(format!("system: {why}"))
                .or_default() += 1;
        }
        Ok(())
    }

    /// What the system owes, and at the beginning of a day what the day will bring.
    fn tick(&mut self, at: Instant) -> Result<(), Stop> {
        self.sweep(at)?;
        let day = self.stage.cast.zone.day_of(at);
        if at == self.stage.cast.zone.start_of(day) {
            self.done.days += 1;
            self.opened_by_system(day)?;
            self.plan(day);
        }
        self.push(at.plus_micros(TICK), Event::Tick);
        Ok(())
    }

    /// The stories that begin on a day.
    fn plan(&mut self, day: Day) {
        let date = day.to_string();
        let midnight = self.stage.cast.zone.start_of(day);
        let special = &self.stage.cast.pack.special_days;
        for place in 0..self.places.len() {
            for flow in &self.script.flows {
                let mut draw = Draw::of(
                    self.size.seed,
                    &[&self.places[place].code, &flow.name, &date],
                );
                let subjects = self.places[place]
                    .subjects
                    .get(&flow.each)
                    .map_or(0, Vec::len);
                for subject in 0..subjects {
                    if !begins(flow, day, special, &mut draw) {
                        continue;
                    }
                    let at = flow.within(midnight, &mut draw);
                    self.begin(flow, place, subject, at, None);
                }
            }
        }
    }

    fn begin(
        &mut self,
        flow: &'s Flow,
        place: usize,
        subject: usize,
        at: Instant,
        found: Option<Named>,
    ) {
        let here = &self.places[place];
        let Some(subject) = here
            .subjects
            .get(&flow.each)
            .and_then(|all| all.get(subject))
        else {
            return;
        };
        if !flow.wanted.as_ref().is_none_or(|tag| subject.is(tag)) {
            return;
        }
        self.made += 1;
        let id = self.made;
        let own = format!("{}-{}-{id}-", here.code, flow.name);
        let mut draw = Draw::of(self.size.seed, &[&own]);
        let mut vars = subject.vars.clone();
        let mut cast = BTreeMap::new();
        for (part, who) in &flow.cast {
            let key = match who.strip_prefix("near ") {
                // Whoever serves the grid when it is his turn.
                Some(_) => continue,
                None if who == "subject" => vars.get("key").cloned(),
                None => here.people.get(who).and_then(|all| draw.one(all)).cloned(),
            };
            if let Some(key) = key {
                vars.insert(part.clone(), key.clone());
                cast.insert(part.clone(), key);
            }
        }
        let mut keys = Vec::new();
        if let Some(named) = found {
            let key = format!("{own}it");
            self.stage.cast.records.insert(key.clone(), named);
            keys.push(key);
        }
        for (name, text) in &flow.lets {
            let value = self.words(&vars, &own).fill(text, &mut draw);
            vars.insert(name.clone(), value);
        }
        *self.done.stories.entry(flow.name.clone()).or_default() += 1;
        self.stories.insert(
            id,
            Story {
                flow,
                place,
                vars,
                cast,
                own,
                keys,
                draw,
            },
        );
        self.push(at, Event::Story(id, 0, false));
    }

    /// Stories of records that the system has opened since the day before.
    fn opened_by_system(&mut self, day: Day) -> Result<(), Stop> {
        let since = self.stage.cast.zone.start_of(day.plus_days(-2));
        for flow in &self.script.flows {
            let Begins::On(kind) = &flow.begins else {
                continue;
            };
            let Some(kind) = self.stage.cast.pack.kinds.get(kind.as_str()) else {
                continue;
            };
            for place in 0..self.places.len() {
                let unit = self.places[place].id;
                let mut found = Vec::new();
                self.stage
                    .office
                    .read(|tx| {
                        record::each_opened_since(tx, unit, (&kind.name, since), |record| {
                            let says = |(name, value): &(String, String)| {
                                record.doc.data.get(name.as_str()).and_then(Value::as_text)
                                    == Some(value.as_str())
                            };
                            if !record.doc.void && flow.like.iter().all(says) {
                                // The place that it is about, where it is about one.
                                let about = &self.places[place].registered;
                                let subject = record
                                    .doc
                                    .links
                                    .values()
                                    .find_map(|to| about.get(to).copied());
                                found.push((record.id, subject.unwrap_or(0)));
                            }
                            Ok::<_, store::Error>(())
                        })
                    })
                    .map_err(|error| Stop::Failed(error.into()))?;
                found.sort();
                for (id, subject) in found {
                    if !self.seen.insert(id) {
                        continue;
                    }
                    let mut draw = Draw::of(self.size.seed, &[&flow.name, &id.to_string()]);
                    let at = flow.within(self.stage.cast.zone.start_of(day), &mut draw);
                    let named = Named {
                        kind: kind.name.clone(),
                        unit,
                        id,
                    };
                    self.begin(flow, place, subject, at, Some(named));
                }
            }
        }
        Ok(())
    }

    /// Goes on with a story until it waits or ends.
    fn go_on(&mut self, id: u64, mut line: usize, mut waited: bool) -> Result<(), Stop> {
        let Some(mut story) = self.stories.remove(&id) else {
            return Ok(());
        };
        let ended = loop {
            let Some(part) = story.flow.nodes.get(line) else {
                break true;
            };
            match part {
                Part::Label => {}
                Part::Stop { odds } => {
                    if self.falls(odds, &mut story) {
                        break true;
                    }
                }
                Part::Go { odds, to } => {
                    if self.falls(odds, &mut story) {
                        line = story.flow.labels.get(to).copied().unwrap_or(usize::MAX);
                        continue;
                    }
                }
                Part::Find { line: number, act } => {
                    if !self.find(&mut story, act, *number)? {
                        break true;
                    }
                }
                Part::Step {
                    after,
                    line: number,
                    step,
                } => {
                    let who = self.who(&step.who, &mut story);
                    let care = self.people.get(&who).map_or(ORDINARY, |person| person.care);
                    if let (Some(after), false) = (after, waited) {
                        let forgets = self.script.forgets[usize::from(care.clamp(1, 5)) - 1];
                        if story.draw.millionths(forgets) {
                            break true;
                        }
                        let at = self.later(after, care, &mut story.draw);
                        self.push(at, Event::Story(id, line, true));
                        break false;
                    }
                    waited = false;
                    if !self.step(&mut story, step, who, *number)? {
                        break true;
                    }
                }
            }
            line += 1;
        };
        if ended {
            for key in &story.keys {
                self.stage.cast.records.remove(key);
            }
        } else {
            self.stories.insert(id, story);
        }
        Ok(())
    }

    fn falls(&self, odds: &Odds, story: &mut Story<'_>) -> bool {
        if let Some((part, habit)) = &odds.habit {
            let who = self.who(part, story);
            if !self
                .people
                .get(&who)
                .is_some_and(|person| person.habits.contains(habit))
            {
                return false;
            }
        }
        story.draw.millionths(odds.millionths)
    }

    /// When a step comes, in the hours in which it is done.
    fn later(&self, after: &After, care: u8, draw: &mut Draw) -> Instant {
        let zone = &self.stage.cast.zone;
        let at = self
            .stage
            .now
            .plus_micros(draw.between(&after.quantiles, care));
        let Some((from, to)) = after.hours else {
            return at;
        };
        let day = zone.day_of(at);
        let into = at.micros() - zone.start_of(day).micros();
        let soon = i64::try_from(draw.below(45)).unwrap_or(0) * 60_000_000;
        if into < from {
            zone.start_of(day).plus_micros(from + soon)
        } else if into >= to {
            zone.start_of(day.plus_days(1)).plus_micros(from + soon)
        } else {
            at
        }
    }

    /// Who plays a part now: the story's own, a numbered member, somebody of the post, or whoever is called so.
    fn who(&self, part: &str, story: &mut Story<'_>) -> String {
        let here = &self.places[story.place];
        let near = story
            .flow
            .cast
            .iter()
            .find(|(name, who)| name == part && who.starts_with("near "));
        let numbered = format!("{}-{part}", here.code);
        let key = if near.is_some() {
            story
                .vars
                .get("grid")
                .and_then(|grid| here.grids.get(grid))
                .cloned()
        } else if let Some(key) = story.cast.get(part) {
            Some(key.clone())
        } else if self.stage.cast.records.contains_key(&numbered) {
            Some(numbered)
        } else {
            here.people
                .get(part)
                .and_then(|all| story.draw.one(all))
                .cloned()
        };
        let key = key.unwrap_or_else(|| {
            self.words(&story.vars, &story.own)
                .fill(part, &mut Draw::of(0, &[]))
        });
        match self
            .people
            .get(&key)
            .and_then(|person| person.away.as_ref())
        {
            Some((until, stand_in)) if self.stage.now < *until => stand_in.clone(),
            _ => key,
        }
    }

    /// Takes a step; whether the rules took it.
    fn step(
        &mut self,
        story: &mut Story<'_>,
        step: &Step,
        who: String,
        line: u32,
    ) -> Result<bool, Stop> {
        self.near(story);
        let mut step = step.clone();
        let signers: Vec<String> = step
            .said
            .signed
            .iter()
            .map(|(_, name)| self.signer(name, story))
            .collect();
        let words = self.words(&story.vars, &story.own);
        let mut draw = std::mem::replace(&mut story.draw, Draw::of(0, &[]));
        step.key = words.key(&words.fill(&step.key, &mut draw));
        step.data = step
            .data
            .map(|node| node.filled(&mut |text| words.fill(text, &mut draw)));
        for ((_, name), signer) in step.said.signed.iter_mut().zip(signers) {
            *name = signer;
        }
        step.said.occurred = step.said.occurred.map(|text| words.fill(&text, &mut draw));
        story.draw = draw;
        step.who = who;
        self.stage.unit = Some(self.places[story.place].id);
        let key = step.key.clone();
        let missed = self.stage.one(&step, &key, None, line)?;
        if let Some(miss) = missed {
            self.refused(&story.flow.name, line, &miss.found);
            return Ok(false);
        }
        if key.starts_with(&story.own) && !story.keys.contains(&key) {
            story.keys.push(key);
        }
        Ok(true)
    }

    fn refused(&mut self, story: &str, line: u32, found: &str) {
        *self
            .done
            .refused
            .entry(format!("{story} (line {line}): {found}"))
            .or_default() += 1;
    }

    /// Somebody who signs: a part of the story, a variable, or a name.
    fn signer(&self, name: &str, story: &mut Story<'_>) -> String {
        match story.vars.get(name) {
            Some(key) if self.stage.cast.records.contains_key(key) => key.clone(),
            _ => self.who(name, story),
        }
    }

    /// Whoever serves the grid now, for the words of this step.
    fn near(&self, story: &mut Story<'_>) {
        for (part, who) in &story.flow.cast {
            if who.starts_with("near ") {
                let key = self.who(part, story);
                story.vars.insert(part.clone(), key);
            }
        }
    }

    fn find(&mut self, story: &mut Story<'_>, act: &Act, line: u32) -> Result<bool, Stop> {
        let Act::Find {
            kind,
            key,
            like,
            last,
        } = act
        else {
            return Ok(true);
        };
        self.near(story);
        let words = self.words(&story.vars, &story.own);
        let like = like.filled(&mut |text| words.fill(text, &mut story.draw));
        let key = words.key(key);
        self.stage.unit = Some(self.places[story.place].id);
        if self.stage.find(kind, &key, &like, *last, line)?.is_some() {
            return Ok(false);
        }
        story.keys.push(key);
        Ok(true)
    }

    fn plan_episodes(&mut self) {
        let zone = self.stage.cast.zone.clone();
        for (number, episode) in self.script.episodes.iter().enumerate() {
            if episode.project > self.places.len() {
                continue;
            }
            let (month, day) = episode.day;
            let day = self.first.plus_months(month - 1).plus_days(day - 1);
            let mut at = zone.start_of(day);
            if !episode.grids.is_empty() || episode.away.is_some() {
                self.push(at, Event::Episode(number, usize::MAX, 0));
            }
            for (index, (time, _, step)) in episode.lines.iter().enumerate() {
                if let Some(time) = time {
                    at = zone.start_of(day).plus_micros(*time);
                }
                let (from, to) = step.range.unwrap_or((0, 0));
                let every = step
                    .said
                    .every
                    .as_deref()
                    .and_then(super::read::micros)
                    .unwrap_or(0);
                for repeat in from..=to {
                    self.push(at, Event::Episode(number, index, repeat));
                    at = at.plus_micros(every);
                }
            }
        }
    }

    fn episode(&mut self, number: usize, line: usize, repeat: u32) -> Result<(), Stop> {
        let episode = &self.script.episodes[number];
        let place = episode.project - 1;
        let code = self.places[place].code.clone();
        let Some((_, at, step)) = episode.lines.get(line) else {
            for (who, grid) in &episode.grids {
                self.places[place]
                    .grids
                    .insert(format!("{code}-{grid}"), format!("{code}-{who}"));
            }
            if let Some((who, (month, day), stand_in)) = &episode.away {
                let until = self.first.plus_months(month - 1).plus_days(day - 1);
                let until = self.stage.cast.zone.start_of(until);
                if let Some(person) = self.people.get_mut(&format!("{code}-{who}")) {
                    person.away = Some((until, format!("{code}-{stand_in}")));
                }
            }
            return Ok(());
        };
        let vars = BTreeMap::from([("unit".to_owned(), code)]);
        let mut story = Story {
            flow: self
                .script
                .flows
                .first()
                .ok_or_else(|| self.missed(*at, "没有 flows (no flows)"))?,
            place,
            vars,
            cast: BTreeMap::new(),
            own: String::new(),
            keys: Vec::new(),
            draw: Draw::of(
                self.size.seed,
                &[
                    "episode",
                    &number.to_string(),
                    &line.to_string(),
                    &repeat.to_string(),
                ],
            ),
        };
        let mut step = (**step).clone();
        let who = self.who(&step.who, &mut story);
        let signers: Vec<String> = step
            .said
            .signed
            .iter()
            .map(|(_, name)| self.signer(name, &mut story))
            .collect();
        let words = self.words(&story.vars, "");
        let mut draw = Draw::of(
            self.size.seed,
            &[
                "words",
                &number.to_string(),
                &line.to_string(),
                &repeat.to_string(),
            ],
        );
        step.who = who;
        step.key = words.fill(&step.key, &mut draw);
        step.data = step
            .data
            .map(|node| node.filled(&mut |text| words.fill(text, &mut draw)));
        for ((_, name), signer) in step.said.signed.iter_mut().zip(signers) {
            *name = signer;
        }
        let ranged = step.range.take().is_some();
        step.said.every = None;
        self.stage.unit = Some(self.places[place].id);
        let key = if ranged {
            format!("{}{repeat}", step.key)
        } else {
            step.key.clone()
        };
        if let Some(miss) = self.stage.one(&step, &key, ranged.then_some(repeat), *at)? {
            self.refused("episode", *at, &miss.found);
        }
        Ok(())
    }
}

impl Flow {
    /// Some instant of its hours, on the day that began at `midnight`.
    fn within(&self, midnight: Instant, draw: &mut Draw) -> Instant {
        let (from, to) = self.hours;
        let length = u64::try_from(to - from).unwrap_or(1);
        midnight.plus_micros(from + i64::try_from(draw.below(length)).unwrap_or(0))
    }
}

/// Whether a story begins for one subject on a day.
fn begins(flow: &Flow, day: Day, special: &SpecialDays, draw: &mut Draw) -> bool {
    let season = flow.season.get(&day.month()).copied().unwrap_or(100);
    match &flow.begins {
        // Thousandths a year are millionths a day of the 365.
        Begins::PerYear(thousandths) => draw.millionths(thousandths * 1000 / 365 * season / 100),
        // On one day of the month: on each day with what is left of the share.
        Begins::Monthly(share) => {
            let days = u64::from(day.last_of_month().day_of_month().unsigned_abs());
            draw.below(days) == 0 && draw.millionths(*share * season / 100)
        }
        // Rhythms of several weeks count from one Monday, whenever a simulation begins.
        Begins::Every(rhythm, days) => {
            // In a year without data people go by the rhythm alone.
            days.is_none_or(|kind| kind.admits(special, day).unwrap_or(true))
                && Day::new(2024, 1, 1)
                    .is_some_and(|monday| rhythm.days(monday, day, day).next().is_some())
        }
        Begins::On(_) => false,
    }
}
