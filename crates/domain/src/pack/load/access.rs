//! What posts may, and who is barred from a step that touches his own work.

use super::index::Head;
use super::source::Place;
use super::{Ctx, FIELD, KIND, Node, STEP, called};
use crate::access::{EveryKind, May, Privilege, Reach};
use crate::name::{Name, Text};
use crate::near::did_you_mean;
use crate::pack::model::{FieldType, Kind, NotBy, Post, Step, Who};
use std::collections::BTreeMap;

impl Ctx<'_> {
    /// Works out what every post may: what it says, what is said for everyone, and else what follows from the steps that name it.
    pub(super) fn rights(
        &mut self,
        node: Option<&Node>,
        posts: &mut BTreeMap<Name, Post>,
        kinds: &BTreeMap<Name, Kind>,
    ) {
        let Some(node) = node else { return };
        let everyone = node
            .get("everyone")
            .map(|may| self.said(may, kinds))
            .unwrap_or_default();
        let listed = node.get("posts").map(Node::pairs).unwrap_or_default();
        for (key, value) in listed {
            let said = value
                .get("may")
                .map(|may| self.said(may, kinds))
                .unwrap_or_default();
            let Some(post) = key.text().and_then(|name| posts.get_mut(name)) else {
                continue;
            };
            post.may = together(&post.name, said, &everyone, kinds);
        }
    }

    fn said(&mut self, may: &Node, kinds: &BTreeMap<Name, Kind>) -> Said {
        let mut said = Said::default();
        let see = may.get("see").map(Node::pairs).unwrap_or_default();
        for (reach, list) in see {
            let Some(reach) = reach.text().and_then(named) else {
                continue;
            };
            for kind in list.many() {
                let place = match kind.text() {
                    Some("all") => None,
                    Some(_) => match self.refer(kind, KIND, kinds.keys()) {
                        Some(kind) => Some(kind),
                        None => continue,
                    },
                    None => continue,
                };
                let twice = said.see.insert(place, reach).is_some();
                if twice {
                    self.see_twice(kind);
                }
            }
        }
        for step in may.get("do").map(Node::many).unwrap_or_default() {
            said.take.extend(self.of_every_kind(step, kinds));
        }
        let run = may.get("run").map(Node::many).unwrap_or_default();
        let words = run.iter().filter_map(Node::text);
        said.run.extend(words.filter_map(Privilege::named));
        said
    }

    fn see_twice(&mut self, kind: &Node) {
        let name = kind.text().unwrap_or_default();
        self.fault(
            "name-twice",
            kind.at,
            Text::both(
                format!("`{name}` 写了两种范围"),
                format!("`{name}` stands under two reaches"),
            ),
            Text::both("留下一处", "keep one of them"),
        );
    }

    /// `excuse`, or `repair/excuse` for one kind.
    fn of_every_kind(
        &mut self,
        node: &Node,
        kinds: &BTreeMap<Name, Kind>,
    ) -> Option<(Option<Name>, EveryKind)> {
        let text = node.text()?;
        let (kind, step) = match text.split_once('/') {
            Some((kind, step)) => {
                let kind = self.refer_text(kind, node.at, KIND, kinds.keys())?;
                (Some(kind), step)
            }
            None => (None, text),
        };
        if let Some(found) = EveryKind::named(step) {
            return Some((kind, found));
        }
        let of_pack = |of: &Kind| of.step(step).is_some();
        let steps = match &kind {
            Some(kind) => kinds.get(kind).is_some_and(of_pack),
            None => kinds.values().any(of_pack),
        };
        self.no_such_step(node.at, step, steps);
        None
    }

    fn no_such_step(&mut self, at: Place, step: &str, of_pack: bool) {
        let known = EveryKind::ALL.map(EveryKind::as_str);
        let (cause, help) = if of_pack {
            (
                Text::both(
                    format!("`{step}` 是规则包自己的步骤"),
                    format!("`{step}` is a step of the pack"),
                ),
                Text::both(
                    "把岗位写进该步骤的 by；这里只写各类单据都有的步骤",
                    "write the post under `by` of that step; here stand the steps that every kind has",
                ),
            )
        } else {
            (
                Text::both(
                    format!("没有步骤 `{step}`"),
                    format!("there is no step `{step}`"),
                ),
                did_you_mean(step, known),
            )
        };
        self.fault("no-such-step", at, cause, help);
    }

    /// `not-by` of a step.
    pub(super) fn not_by(&mut self, node: &Node, head: &Head) -> Vec<NotBy> {
        let list = node.get("not-by").map(Node::many).unwrap_or_default();
        list.iter()
            .filter_map(|item| self.barred(item, head))
            .collect()
    }

    fn barred(&mut self, node: &Node, head: &Head) -> Option<NotBy> {
        let text = node.text()?;
        match called(text) {
            ("creator", None) => return Some(NotBy::Creator),
            ("assignee", None) => return Some(NotBy::Assignee),
            ("team", None) => return Some(NotBy::Team),
            ("doer", Some(step)) => {
                return self
                    .refer_text(step, node.at, STEP, &head.steps)
                    .map(NotBy::Doer);
            }
            _ => {}
        }
        if head.links.contains_key(text) {
            return Some(NotBy::Link(text.into()));
        }
        let of_member = head
            .fields
            .iter()
            .filter(|field| field.ty == FieldType::Member);
        let words = ["creator", "assignee", "team", "doer(STEP)"].map(Name::from);
        let known: Vec<Name> = of_member
            .map(|field| field.name.clone())
            .chain(head.links.keys().cloned())
            .chain(words)
            .collect();
        self.refer_text(text, node.at, FIELD, &known)
            .map(NotBy::Field)
    }
}

/// What a `may` says; a kind that is `None` stands for every kind not named.
#[derive(Default)]
struct Said {
    see: BTreeMap<Option<Name>, Reach>,
    take: Vec<(Option<Name>, EveryKind)>,
    run: Vec<Privilege>,
}

impl Said {
    fn reach(&self, kind: &Name) -> Option<Reach> {
        let named = self.see.get(&Some(kind.clone()));
        named.or_else(|| self.see.get(&None)).copied()
    }
}

fn named(word: &str) -> Option<Reach> {
    Reach::ALL.into_iter().find(|reach| reach.as_str() == word)
}

fn together(post: &Name, said: Said, everyone: &Said, kinds: &BTreeMap<Name, Kind>) -> May {
    let mut may = May::default();
    for kind in kinds.values() {
        // What the post says of itself goes before what is said for all, a kind's own name before `all`.
        let exact = |said: &Said| said.see.get(&Some(kind.name.clone())).copied();
        let reach = exact(&said)
            .or_else(|| exact(everyone))
            .or_else(|| said.reach(&kind.name))
            .or_else(|| everyone.reach(&kind.name))
            .unwrap_or_else(|| follows(post, kind));
        may.see.insert(kind.name.clone(), reach);
    }
    for (kind, step) in said.take.iter().chain(&everyone.take) {
        for name in kinds.keys() {
            if kind.as_ref().is_none_or(|kind| kind == name) {
                may.take.entry(name.clone()).or_default().insert(*step);
            }
        }
    }
    may.run.extend(said.run.iter().chain(&everyone.run));
    may
}

/// Whom a step of the kind names sees its records; everybody else his own.
fn follows(post: &Name, kind: &Kind) -> Reach {
    let names = |who: &Who| match who {
        Who::Post(name) => name == post,
        Who::Anyone => true,
        _ => false,
    };
    let named = |step: &Step| {
        let signers = step.cosign.iter().map(|cosign| &cosign.who);
        step.by.iter().chain(signers).any(names)
    };
    let asked = |chain: &Vec<Name>| chain.contains(post);
    let approves = kind
        .approvals
        .values()
        .any(|approval| approval.chain.iter().any(asked));
    if approves || named(&kind.open) || kind.steps.values().any(named) {
        Reach::Unit
    } else {
        Reach::Own
    }
}
