//! Facts: what a step finds among other records, kept in its entry (S9.5).

use super::index::Head;
use super::{CALENDAR, Ctx, FIELD, KIND, LINK, Node, POST, STEP, parsed};
use crate::clock::Span;
use crate::name::{Name, Text};
use crate::pack::model::{Fact, FieldType, Finds, Unmanned};
use crate::pack::yaml::Data;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Keys of facts that look for records.
const RECORDS: &[&str] = &["last", "count", "same", "through", "state", "where", "on"];

/// A fact about the roster; it is found wherever it is read.
fn of_roster(name: &str, finds: Finds) -> Fact {
    Fact {
        name: name.into(),
        on: Vec::new(),
        finds,
        // Not looked for among records; what it reads are postings and shifts.
        kind: "posting".into(),
        same: Vec::new(),
        through: None,
        within: None,
        state: None,
    }
}

impl Ctx<'_> {
    pub(super) fn facts(&mut self, node: &Node, head: &Head) -> BTreeMap<Name, Fact> {
        let mut facts = BTreeMap::new();
        for (key, value) in node.get("facts").map(Node::pairs).unwrap_or_default() {
            let Some(name) = key.text() else { continue };
            if let Some(fact) = self.fact(name, key, value, head) {
                facts.insert(Name::from(name), fact);
            }
        }
        facts
    }

    fn fact(&mut self, name: &str, key: &Node, node: &Node, head: &Head) -> Option<Fact> {
        let index = Rc::clone(&self.index);
        if let Some(posts) = node.get("unmanned") {
            return Some(self.unmanned(name, node, posts, head));
        }
        if let Some(posts) = node.get("posted") {
            return Some(self.posted(name, node, posts));
        }
        if let Some(grid) = node.get("served") {
            return self.served(name, key, node, (grid, head));
        }
        let (word, finds) = match node.get("count") {
            Some(_) => ("count", Finds::Count),
            None => ("last", Finds::Last),
        };
        let kind = self.refer(node.get(word)?, KIND, index.kinds.keys())?;
        let other = index.head(&kind)?;
        self.keys_of_fact(key, node, &finds);
        let mut same = Vec::new();
        for item in node.get("same").map(Node::many).unwrap_or_default() {
            for side in [head, other] {
                let known = side.links.keys().chain(side.field_names());
                same.extend(self.refer(item, FIELD, known));
            }
        }
        same.dedup();
        let linked = |name: &Name| head.links.contains_key(name);
        if let (Some(at), false) = (node.get("same"), same.iter().any(linked) || same.is_empty()) {
            self.fault(
                "fact-no-link",
                at.at,
                Text::both(
                    "same 里没有链接，找起来要翻遍所有单据",
                    "`same` names no link: all records would have to be looked through",
                ),
                Text::both("加上一个两边都有的链接", "add a link that both kinds have"),
            );
        }
        // The link must lead to this kind.
        let through = node.get("through").and_then(|through| {
            let leads = other.links.values().filter(|link| {
                index
                    .head(&link.kind)
                    .is_some_and(|led| std::ptr::eq(led, head))
            });
            self.refer(through, LINK, leads.map(|link| &link.name))
        });
        let schema = index.schema(&kind);
        let condition = node.get("state").or_else(|| node.get("where"));
        let state = condition.and_then(|state| {
            let text = state.text()?;
            let plain = text.strip_prefix('!').unwrap_or(text);
            let is_state = other.states.iter().any(|known| known.name == *plain);
            if !is_state || other.field(plain).is_some() {
                return self.condition(Some(state), schema.as_ref());
            }
            let operator = if plain.len() == text.len() {
                "=="
            } else {
                "!="
            };
            let long = Node {
                at: state.at,
                data: Data::Scalar(format!("state {operator} '{plain}'")),
            };
            self.condition(Some(&long), schema.as_ref())
        });
        if let (Some(state), Some(at)) = (&state, condition)
            && state
                .reads()
                .any(|path| path.len() > 1 && path[0] != *crate::record::FACTS)
        {
            self.fault(
                "fact-too-far",
                at.at,
                Text::both(
                    "事实的条件只能看那张单据自己的字段、状态和事实",
                    "the condition of a fact sees fields, state and facts of that record alone",
                ),
                Text::both(
                    "先让那张单据的步骤用 set 记下要看的值",
                    "let a step of that record `set` a field with what is asked",
                ),
            );
        }
        let on = match (node.get("on"), &finds) {
            (None, Finds::Last) => vec!["open".into()],
            (None, _) => Vec::new(),
            (Some(on), _) => on
                .many()
                .iter()
                .filter_map(|step| self.refer(step, STEP, &head.steps))
                .collect(),
        };
        Some(Fact {
            name: name.into(),
            on,
            finds,
            kind,
            same,
            through,
            within: parsed(node.get("within")),
            state,
        })
    }

    /// Minutes that the roster leaves open: in whole days, since a roster is written by days.
    fn unmanned(&mut self, name: &str, node: &Node, posts: &Node, head: &Head) -> Fact {
        let index = Rc::clone(&self.index);
        let help = Text::both(
            "unmanned 只用 within、after（整天，如 P1D）、day 和 calendar",
            "`unmanned` takes `within` and `after` (whole days, as P1D), `day` and `calendar`",
        );
        self.stray(node, RECORDS, &help);
        let mut days = |word: &str, unsaid: u32| match node.get(word) {
            None => unsaid,
            Some(said) => match parsed::<Span>(Some(said)) {
                Some(Span::Days(days)) => days,
                _ => {
                    let cause = Text::both(
                        format!("`{word}` 须为整天"),
                        format!("`{word}` must be whole days"),
                    );
                    self.fault("fact-not-days", said.at, cause, help.clone());
                    unsaid
                }
            },
        };
        let (after, days) = (days("after", 0), days("within", 1));
        let unmanned = Unmanned {
            posts: self.some_posts(posts),
            day: self.day_of_fact(node, head),
            after,
            days,
            calendar: node
                .get("calendar")
                .and_then(|named| self.refer(named, CALENDAR, &index.calendars)),
        };
        of_roster(name, Finds::Unmanned(unmanned))
    }

    /// How many hold a post.
    fn posted(&mut self, name: &str, node: &Node, posts: &Node) -> Fact {
        let help = Text::both("posted 只写岗位", "`posted` takes posts and nothing else");
        self.stray(node, RECORDS, &help);
        self.stray(node, &["within", "after", "day", "calendar"], &help);
        of_roster(name, Finds::Posted(self.some_posts(posts)))
    }

    /// How many others serve the grid whose code is in a field.
    fn served(
        &mut self,
        name: &str,
        key: &Node,
        node: &Node,
        (grid, head): (&Node, &Head),
    ) -> Option<Fact> {
        let help = Text::both(
            "served 写网格编号的字段，day 写哪一天的字段",
            "`served` takes the field with the grid's code, `day` the field with the day",
        );
        self.stray(node, RECORDS, &help);
        self.stray(node, &["within", "after", "calendar"], &help);
        if node.get("day").is_none() {
            let cause = Text::both("缺少键 `day`", "the key `day` is missing");
            self.fault("missing-key", key.at, cause, help);
        }
        let texts = head.fields.iter();
        let texts = texts.filter(|field| matches!(field.ty, FieldType::Text { .. }));
        let grid = self.refer(grid, FIELD, texts.map(|field| &field.name))?;
        let day = self.day_of_fact(node, head)?;
        Some(of_roster(name, Finds::Served { grid, day }))
    }

    fn day_of_fact(&mut self, node: &Node, head: &Head) -> Option<Name> {
        let days = head.fields.iter();
        let days = days.filter(|field| matches!(field.ty, FieldType::Day));
        self.refer(node.get("day")?, FIELD, days.map(|field| &field.name))
    }

    fn some_posts(&mut self, posts: &Node) -> Vec<Name> {
        let index = Rc::clone(&self.index);
        let posts = posts.many().iter();
        posts
            .filter_map(|post| self.refer(post, POST, &index.posts))
            .collect()
    }

    /// Which keys go with `last` and which with `count`.
    fn keys_of_fact(&mut self, key: &Node, node: &Node, finds: &Finds) {
        let missing: &[&str] = match finds {
            Finds::Last => &["same", "within"],
            Finds::Count if node.get("through").is_some() => &[],
            Finds::Count | Finds::Posted(_) | Finds::Served { .. } | Finds::Unmanned(_) => {
                &["same"]
            }
        };
        for word in missing.iter().filter(|word| node.get(word).is_none()) {
            let help = match finds {
                Finds::Last => Text::both(
                    "last 要有 same 和 within",
                    "`last` takes `same` and `within`",
                ),
                Finds::Count | Finds::Posted(_) | Finds::Served { .. } | Finds::Unmanned(_) => {
                    Text::both(
                        "count 要有 same，或 through（那类单据指向本单据的链接）",
                        "`count` takes `same`, or `through`: the link of that kind that leads to this record",
                    )
                }
            };
            let cause = Text::both(
                format!("缺少键 `{word}`"),
                format!("the key `{word}` is missing"),
            );
            self.fault("missing-key", key.at, cause, help);
        }
        let (stray, help): (&[&str], _) = match finds {
            Finds::Last => (
                &["where", "through", "after", "day", "calendar"],
                Text::both("last 的条件写 state", "the condition of `last` is `state`"),
            ),
            Finds::Count | Finds::Posted(_) | Finds::Served { .. } | Finds::Unmanned(_) => (
                &["state", "after", "day", "calendar"],
                Text::both(
                    "count 的条件写 where",
                    "the condition of `count` is `where`",
                ),
            ),
        };
        self.stray(node, stray, &help);
    }

    fn stray(&mut self, node: &Node, words: &[&str], help: &Text) {
        for word in words {
            if let Some(found) = node.key(word) {
                let cause = Text::both(
                    format!("这里不用键 `{word}`"),
                    format!("the key `{word}` has no place here"),
                );
                self.fault("unknown-key", found.at, cause, help.clone());
            }
        }
    }
}
