//! Whether a mark may be given as its record says (S7.6, S7.12): for a clause that takes one, within its points, for a period of it, on the
//! sheet of an appraiser who is not the one that is appraised.

use super::command::{Command, Context};
use super::refusal::{Code, Refusal};
use crate::name::Name;
use crate::number::Points;
use crate::pack::standard::{Clause, Part, Selector, Standard};
use crate::period::Window;
use crate::points::{Way, check_mark};
use crate::scorecard::Appraiser;
use crate::value::Value;

/// Every reason why not.
pub(super) fn check(context: &Context<'_>, command: &Command) -> Vec<Refusal> {
    let text = |name: &str| {
        command
            .data
            .get(name)
            .and_then(|value| value.as_text())
            .unwrap_or_default()
    };
    let unknown =
        |field: &str| Refusal::at(Code::MarkUnknown, &Name::from(field)).with(text(field));
    let Some(standard) = context.pack.standards.get(&Name::from(text("standard"))) else {
        return vec![unknown("standard")];
    };
    let found = standard
        .clause(text("clause"))
        .and_then(|clause| Some((clause, marked(clause)?)));
    let Some((clause, part)) = found else {
        return vec![unknown("clause")];
    };
    let mut faults = Vec::new();
    let period = clause.window.unwrap_or(standard.period);
    let window: Option<Window> = text("period").parse().ok();
    if window.is_none_or(|window| window.period() != period) {
        faults.push(Refusal::at(Code::MarkPeriod, &Name::from("period")).with(text("period")));
    }
    if let (Some(Value::Int(mark)), Way::Marks { .. }) = (command.data.get("mark"), &part.way) {
        let (mark, full) = (
            Points::from_hundredths(*mark),
            part.may_cost.unwrap_or(clause.points),
        );
        if check_mark(mark, full).is_err() {
            let refusal = Refusal::at(Code::MarkValue, &Name::from("mark"));
            faults.push(refusal.with(mark).with(full));
        }
    }
    faults.extend(whose(standard, command, text("part"), text("member")));
    faults
}

fn marked(clause: &Clause) -> Option<&Part> {
    clause
        .parts
        .iter()
        .find(|part| matches!(part.selector, Selector::Mark))
}

/// Nobody appraises himself except on the sheet that is his own, and nobody else fills that in.
fn whose(standard: &Standard, command: &Command, part: &str, member: &str) -> Option<Refusal> {
    let mut actors = [command.by.member(), command.recorded_by]
        .into_iter()
        .flatten();
    let himself = actors.any(|actor| actor.to_string() == member);
    let own = if standard.weights.is_empty() {
        if !part.is_empty() {
            let refusal = Refusal::at(Code::MarkPart, &Name::from("part"));
            return Some(refusal.with("—"));
        }
        false
    } else {
        let Some(weight) = standard.weights.get(&Name::from(part)) else {
            let names: Vec<&str> = standard.weights.keys().map(Name::as_str).collect();
            let refusal = Refusal::at(Code::MarkPart, &Name::from("part"));
            return Some(refusal.with(names.join("、")));
        };
        weight.appraiser == Appraiser::Oneself
    };
    (himself != own && command.by.member().is_some())
        .then(|| Refusal::at(Code::MarkOwn, &Name::from("member")))
}
