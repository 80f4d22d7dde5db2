//! Effects: what a step does besides. A chain of effects that comes back to its beginning is refused, for it would never end.

use super::index::{Head, seen_as};
use super::{Ctx, FIELD, Files, KIND, LINK, Node, STEP};
use crate::expr::{Expr, Schema, Type};
use crate::name::{Name, Text};
use crate::pack::model::{Effect, FieldType, Kind, LinkFrom};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

impl Ctx<'_> {
    pub(super) fn effects(&mut self, kind: &Name, head: &Head, node: Option<&Node>) -> Vec<Effect> {
        let index = Rc::clone(&self.index);
        let schema = index.step_schema(kind);
        let schema = schema.as_ref();
        let mut effects = Vec::new();
        for item in node.map(Node::many).unwrap_or_default() {
            if let Some(set) = item.get("set") {
                for (field, to) in self.data(set, head, schema) {
                    effects.push(Effect::Set { field, to });
                }
            }
            for (key, value) in item.get("add").map(Node::pairs).unwrap_or_default() {
                let Some(field) = self.refer(key, FIELD, head.field_names()) else {
                    continue;
                };
                let number = head.field(field.as_str()).is_some_and(|field| {
                    matches!(field.ty, FieldType::Int { .. } | FieldType::Money { .. })
                });
                if !number {
                    self.fault(
                        "field-type",
                        key.at,
                        Text::both(
                            format!("`{field}` 不是整数，不能累加"),
                            format!("`{field}` is no whole number and cannot be added to"),
                        ),
                        Text::both("改用 set，或把字段改为 int", "use `set`, or make it an int"),
                    );
                    continue;
                }
                if let Some(by) = self.expr(value, schema, Some(&Type::Int)) {
                    effects.push(Effect::Add { field, by });
                }
            }
            if let Some(open) = item.get("open") {
                effects.extend(self.open_effect(open, head, schema));
            }
            if let Some(step) = item.get("step") {
                effects.extend(self.step_effect(step, head, schema));
            }
            if let Some(post) = item.get("post") {
                effects.extend(self.post_effect(post, kind, head, schema));
            }
            if let Some(send) = item.get("send") {
                effects.extend(self.send_effect(send, head, schema));
            }
        }
        effects
    }

    /// Fields with expressions that fit them.
    pub(super) fn data(
        &mut self,
        node: &Node,
        target: &Head,
        schema: Option<&Schema>,
    ) -> BTreeMap<Name, Expr> {
        let mut data = BTreeMap::new();
        for (key, value) in node.pairs() {
            let Some(name) = self.refer(key, FIELD, target.field_names()) else {
                continue;
            };
            let wanted = target.field(name.as_str()).map(seen_as);
            if let Some(expr) = self.expr(value, schema, wanted.as_ref()) {
                data.insert(name, expr);
            }
        }
        data
    }

    fn open_effect(&mut self, node: &Node, head: &Head, schema: Option<&Schema>) -> Option<Effect> {
        let index = Rc::clone(&self.index);
        let kind_node = match node.text() {
            Some(_) => node,
            None => node.get("kind")?,
        };
        let kind = self.refer(kind_node, KIND, index.kinds.keys())?;
        let target = index.head(&kind)?;
        let data = match node.get("data") {
            Some(data) => self.data(data, target, schema),
            None => BTreeMap::new(),
        };
        let mut links = BTreeMap::new();
        for (key, value) in node.get("links").map(Node::pairs).unwrap_or_default() {
            let Some(link) = self.refer(key, LINK, target.links.keys()) else {
                continue;
            };
            let from = match value.text() {
                Some("this") => Some(LinkFrom::This),
                _ => self
                    .refer(value, LINK, head.links.keys())
                    .map(LinkFrom::Link),
            };
            links.extend(from.map(|from| (link, from)));
        }
        for (name, link) in &target.links {
            if link.required
                && node
                    .get("links")
                    .is_none_or(|links| links.get(name.as_str()).is_none())
            {
                self.fault(
                    "link-missing",
                    kind_node.at,
                    Text::both(
                        format!("新开的 `{kind}` 必须有链接 `{name}`"),
                        format!("a new `{kind}` must have the link `{name}`"),
                    ),
                    Text::both(
                        format!("在 links 下写 {name}: this 或本单据的链接"),
                        format!("write {name}: this, or a link of this record, under links"),
                    ),
                );
            }
        }
        let when = self.condition(node.get("when"), schema);
        Some(Effect::Open {
            kind,
            when,
            data,
            links,
        })
    }

    fn step_effect(&mut self, node: &Node, head: &Head, schema: Option<&Schema>) -> Option<Effect> {
        let index = Rc::clone(&self.index);
        let link = self.refer(node.get("link")?, LINK, head.links.keys())?;
        let target = index.head(&head.links.get(&link)?.kind)?;
        let data = match node.get("data") {
            Some(data) => self.data(data, target, schema),
            None => BTreeMap::new(),
        };
        let when = self.condition(node.get("when"), schema);
        let known = target.steps.iter().filter(|step| step.as_str() != "open");
        let step = self.refer(node.get("step")?, STEP, known)?;
        Some(Effect::Step {
            link,
            step,
            when,
            data,
        })
    }

    /// Refuses effects that come back to the step they began with.
    pub(super) fn cycles(&mut self, files: &Files, kinds: &BTreeMap<Name, Kind>) {
        type Place = (Name, Name);
        let mut edges: BTreeMap<Place, Vec<Place>> = BTreeMap::new();
        for kind in kinds.values() {
            for step in kind.steps.values().chain([&kind.open]) {
                let next = step.effects.iter().filter_map(|effect| match effect {
                    Effect::Open { kind, .. } => Some((kind.clone(), Name::from("open"))),
                    Effect::Step { link, step, .. } => {
                        Some((kind.links.get(link)?.kind.clone(), step.clone()))
                    }
                    // A line is no step, and another unit's step is another day's.
                    Effect::Set { .. }
                    | Effect::Add { .. }
                    | Effect::Post { .. }
                    | Effect::Send { .. } => None,
                });
                edges.insert((kind.name.clone(), step.name.clone()), next.collect());
            }
        }
        let mut told: BTreeSet<Place> = BTreeSet::new();
        for start in edges.keys() {
            let Some(path) = way_back(&edges, start) else {
                continue;
            };
            if path.iter().any(|place| told.contains(place)) {
                continue;
            }
            told.extend(path.iter().cloned());
            let shown: Vec<String> = path
                .iter()
                .chain([start])
                .map(|(kind, step)| format!("{kind}/{step}"))
                .collect();
            let node = files.kinds.iter().find(|(name, _)| *name == start.0);
            let Some((_, node)) = node else { continue };
            let step = match start.1.as_str() {
                "open" => node.get("open"),
                name => node.get("steps").and_then(|steps| steps.get(name)),
            };
            let at = step
                .and_then(|step| step.key("effects"))
                .map_or(node.at, |key| key.at);
            self.fault(
                "effect-cycle",
                at,
                Text::both(
                    format!("效果绕了一圈：{}", shown.join(" → ")),
                    format!("these effects go in a circle: {}", shown.join(" → ")),
                ),
                Text::both("去掉其中一环", "take one of them out"),
            );
        }
    }
}

/// A path from `start` back to itself, `start` first.
fn way_back(
    edges: &BTreeMap<(Name, Name), Vec<(Name, Name)>>,
    start: &(Name, Name),
) -> Option<Vec<(Name, Name)>> {
    let mut paths = vec![vec![start.clone()]];
    let mut seen = BTreeSet::new();
    while let Some(path) = paths.pop() {
        for next in edges.get(path.last()?).into_iter().flatten() {
            if next == start {
                return Some(path);
            }
            if seen.insert(next.clone()) {
                let mut longer = path.clone();
                longer.push(next.clone());
                paths.push(longer);
            }
        }
    }
    None
}
