//! Whether a kind can be lived: every state reached and left, every step taken by somebody, every duty done by some step.

use super::{Ctx, Node};
use crate::name::{Name, Text};
use crate::pack::model::{Duty, Kind, NotBy, Start, Step, Then, Who};
use std::collections::BTreeSet;

impl Ctx<'_> {
    pub(super) fn flow(&mut self, kind: &Kind, node: &Node) {
        if kind.states.is_empty() {
            return;
        }
        let Some(first) = kind.open.to.clone() else {
            return;
        };
        let file = node.at.file;
        self.steps_taken(kind, node);
        if !self.told(file, &["no-such-cause"]) {
            self.waits_reached(kind, node);
        }
        if !self.told(
            file,
            &["no-such-state", "unknown-key", "wrong-type", "key-twice"],
        ) {
            let reached = reachable(kind, [first].into());
            self.states_lived(kind, node, &reached);
            self.duties_done(kind, node, &reached);
        }
    }

    fn states_lived(&mut self, kind: &Kind, node: &Node, reached: &BTreeSet<Name>) {
        for state in &kind.states {
            let name = &state.name;
            let at = state_at(node, name.as_str());
            if !reached.contains(name) {
                self.fault(
                    "state-unreachable",
                    at,
                    Text::both(
                        format!("没有步骤能到状态 `{name}`"),
                        format!("no step leads to the state `{name}`"),
                    ),
                    Text::both(
                        format!("给一个步骤写 to: {name}，或删掉这个状态"),
                        format!("give a step `to: {name}`, or remove the state"),
                    ),
                );
            } else if !state.closed && !leaves(kind, name) {
                self.fault(
                    "state-dead-end",
                    at,
                    Text::both(
                        format!("状态 `{name}` 有进无出，又没有写 closed"),
                        format!("the state `{name}` is never left and is not closed"),
                    ),
                    Text::both(
                        format!("写 {name}: {{closed: true}}，或加一个 from: {name} 的步骤"),
                        format!(
                            "write {name}: {{closed: true}}, or add a step with `from: {name}`"
                        ),
                    ),
                );
            }
        }
    }

    fn steps_taken(&mut self, kind: &Kind, node: &Node) {
        for step in kind.steps.values().chain([&kind.open]) {
            let missing: Vec<(&str, bool)> = vec![
                (
                    "assignee",
                    (step.by.contains(&Who::Assignee) || step.not_by.contains(&NotBy::Assignee))
                        && node.get("assignee").is_none(),
                ),
                (
                    "team",
                    (step.by.contains(&Who::TeamMember) || step.not_by.contains(&NotBy::Team))
                        && node.get("team").is_none(),
                ),
            ];
            let at = step_node(node, step.name.as_str())
                .and_then(|step| step.get("by"))
                .map_or(node.at, |by| by.at);
            for (key, _) in missing.into_iter().filter(|(_, missing)| *missing) {
                self.fault(
                    "no-such-field",
                    at,
                    Text::both(
                        format!("步骤说到 {key}，这个类型却没有写 `{key}:`"),
                        format!("a step names the {key}, and this kind has no `{key}:`"),
                    ),
                    Text::both(
                        format!("在类型下写 `{key}: 字段`"),
                        format!("write `{key}: FIELD` at the kind"),
                    ),
                );
            }
            let system_only = !step.by.is_empty() && step.by.iter().all(|who| *who == Who::System);
            let idle = step.name != "open" && system_only && !self.triggered(kind, step);
            let key = node
                .get("steps")
                .and_then(|steps| steps.key(step.name.as_str()));
            if let (true, Some(key)) = (idle, key) {
                self.nobody(key, step.name.as_str());
            }
        }
    }

    /// Whether a timed duty, an approval or an effect of any kind takes a step of the system.
    fn triggered(&self, kind: &Kind, step: &Step) -> bool {
        kind.duties
            .iter()
            .any(|duty| duty.on_due.as_ref() == Some(&step.name))
            || kind
                .approvals
                .values()
                .any(|approval| approval.then == step.name)
            || self
                .index
                .stepped
                .contains(&(kind.name.clone(), step.name.clone()))
    }

    fn duties_done(&mut self, kind: &Kind, node: &Node, reached: &BTreeSet<Name>) {
        for duty in &kind.duties {
            let after = starts_in(kind, duty, reached);
            let from = reachable(kind, after);
            let done = duty.until.iter().any(|until| {
                until.then == Then::Done
                    && kind
                        .step(until.step.as_str())
                        .is_some_and(|step| takeable(kind, step, &from))
            });
            let Some(at) = node
                .get("duties")
                .and_then(|duties| duties.get(duty.name.as_str()))
                .and_then(|duty| duty.key("until"))
                .map(|key| key.at)
            else {
                continue;
            };
            // Names that do not exist were reported where they stand.
            let all_known = node
                .get("duties")
                .and_then(|duties| duties.get(duty.name.as_str()))
                .and_then(|duty| duty.get("until"))
                .is_some_and(|until| until.many().len() == duty.until.len());
            if !done && all_known {
                self.fault(
                    "duty-never-done",
                    at,
                    Text::both(
                        format!("应办 `{}` 开始之后，没有步骤能办成它", duty.name),
                        format!("once the duty `{}` has begun, no step can do it", duty.name),
                    ),
                    Text::both(
                        "until 要写起点之后还走得到的步骤，且不都是 then: exempt",
                        "`until` needs a step that can still be taken after the start, and not every one with `then: exempt`",
                    ),
                );
            }
        }
    }

    /// A cause that pauses a duty is one that some state waits for.
    fn waits_reached(&mut self, kind: &Kind, node: &Node) {
        for duty in &kind.duties {
            let list = node
                .get("duties")
                .and_then(|duties| duties.get(duty.name.as_str()))
                .and_then(|duty| duty.get("pauses"));
            for item in list.map(Node::many).unwrap_or_default() {
                let cause = item.text().unwrap_or_default();
                let by_state = kind
                    .states
                    .iter()
                    .any(|state| state.waits.as_ref().is_some_and(|waits| *waits == *cause));
                let by_return = kind.approvals.values().any(|approval| {
                    approval
                        .on_return
                        .as_ref()
                        .and_then(|back| back.pauses.as_ref())
                        .is_some_and(|pauses| *pauses == *cause)
                });
                if !by_state && !by_return && duty.pauses.iter().any(|known| *known == *cause) {
                    self.fault(
                        "pause-never",
                        item.at,
                        Text::both(
                            format!("没有状态在等 `{cause}`，它停不了表"),
                            format!("no state waits for `{cause}`, so it never stops the clock"),
                        ),
                        Text::both(
                            format!("给一个状态写 waits: {cause}，或去掉"),
                            format!("give a state `waits: {cause}`, or remove it"),
                        ),
                    );
                }
            }
        }
    }
}

fn step_node<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    match name {
        "open" => node.get("open"),
        _ => node.get("steps")?.get(name),
    }
}

fn state_at(node: &Node, name: &str) -> super::source::Place {
    let Some(states) = node.get("states") else {
        return node.at;
    };
    if let Some(key) = states.key(name) {
        return key.at;
    }
    states
        .many()
        .iter()
        .find_map(|item| match item.text() {
            Some(text) => (text == name).then_some(item.at),
            None => item.key(name).map(|key| key.at),
        })
        .unwrap_or(states.at)
}

/// The states that a step can be taken in.
fn from_states<'k>(kind: &'k Kind, step: &'k Step) -> Vec<&'k Name> {
    if !step.from.is_empty() {
        return step.from.iter().collect();
    }
    kind.states
        .iter()
        .filter(|state| !state.closed)
        .map(|state| &state.name)
        .collect()
}

fn takeable(kind: &Kind, step: &Step, states: &BTreeSet<Name>) -> bool {
    from_states(kind, step)
        .into_iter()
        .any(|state| states.contains(state))
}

fn leaves(kind: &Kind, state: &Name) -> bool {
    let step_leaves = kind.steps.values().any(|step| {
        step.to.as_ref().is_some_and(|to| to != state) && from_states(kind, step).contains(&state)
    });
    step_leaves || !returns_from(kind, state).is_empty()
}

/// Where a returned approval leads from a state.
fn returns_from<'k>(kind: &'k Kind, state: &Name) -> Vec<&'k Name> {
    kind.approvals
        .values()
        .filter_map(|approval| {
            let back = &approval.on_return.as_ref()?.to;
            let asks = kind.step(approval.on.as_str())?;
            let waits_here = match &asks.to {
                Some(to) => to == state,
                None => from_states(kind, asks).contains(&state),
            };
            (waits_here && back != state).then_some(back)
        })
        .collect()
}

/// All states that can follow, the given ones included.
fn reachable(kind: &Kind, start: BTreeSet<Name>) -> BTreeSet<Name> {
    let mut reached = start;
    loop {
        let more: Vec<Name> = kind
            .steps
            .values()
            .filter(|step| takeable(kind, step, &reached))
            .filter_map(|step| step.to.clone())
            .chain(
                reached
                    .iter()
                    .flat_map(|state| returns_from(kind, state))
                    .cloned(),
            )
            .filter(|state| !reached.contains(state))
            .collect();
        if more.is_empty() {
            return reached;
        }
        reached.extend(more);
    }
}

/// The states in which a duty begins.
fn starts_in(kind: &Kind, duty: &Duty, reached: &BTreeSet<Name>) -> BTreeSet<Name> {
    let Start::Steps(steps) = &duty.start else {
        return reached.clone();
    };
    steps
        .iter()
        .filter_map(|step| kind.step(step.as_str()))
        .flat_map(|step| match &step.to {
            Some(to) => vec![to.clone()],
            None => from_states(kind, step).into_iter().cloned().collect(),
        })
        .collect()
}
