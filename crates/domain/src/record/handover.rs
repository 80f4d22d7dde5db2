//! Which duties pass to another holder because the registers have changed: a grid, a posting, a leave (S5.1, S5.4).
//!
//! A duty follows its list where the list names a place's grid, a post, a team or a person of the record; whoever opened or did something keeps
//! what he was given for that while he is there. Shifts end every evening and hand nothing over; a leave and a posting that ended do.

use super::command::{Command, Context};
use super::entry::{BuiltIn, By};
use super::look_up::choose_of;
use super::{Record, Todo};
use crate::holder::{Holder, HolderRule};
use crate::name::Name;
use crate::pack::model::{Duty, Kind};
use crate::roster::Roster;
use crate::time::Instant;
use std::collections::BTreeMap;

/// Links whose record says which grid it belongs to: what a hand-over of the kind's duties looks at.
pub fn links(kind: &Kind) -> impl Iterator<Item = &Name> {
    let rules = kind.duties.iter().flat_map(|duty| &duty.holder);
    rules.filter_map(|rule| match rule {
        HolderRule::GridOf(link) => Some(link),
        _ => None,
    })
}

/// What of a roster hand-overs follow: all but its shifts.
pub fn standing(roster: &Roster) -> Roster {
    Roster {
        postings: roster.postings.clone(),
        leaves: roster.leaves.clone(),
        shifts: Vec::new(),
        teams: roster.teams.clone(),
    }
}

/// The hand-overs that a record owes, one command for each pair of old and new holder, by what is [`standing`].
pub fn owed(
    context: &Context<'_>,
    standing: &Roster,
    kind: &Kind,
    record: &Record,
) -> Vec<Command> {
    let mut pairs: BTreeMap<(Holder, Holder), Vec<(Name, u32)>> = BTreeMap::new();
    // What has climbed stays where it is (X26).
    let climbed = |name: &Name| {
        record.doc.chains.iter().any(|(approval, chain)| {
            let approval = kind.approvals.get(approval);
            approval.is_some_and(|approval| {
                let mut posts = chain.lapsed.keys();
                posts.any(|post| approval.duty_name(chain.stage, post) == *name)
            })
        })
    };
    for todo in record.doc.todo.iter().filter(|todo| !climbed(&todo.name)) {
        if let Some(duty) = kind.duty(todo.name.as_str())
            && let Some(to) = successor(context, standing, kind, duty, record, todo)
        {
            pairs
                .entry((todo.holder().clone(), to))
                .or_default()
                .push((todo.name.clone(), todo.occurrence));
        }
    }
    pairs
        .into_iter()
        .map(|((from, to), duties)| {
            Command::built_in(BuiltIn::HandOver { from, to, duties }, By::System)
        })
        .collect()
}

fn successor(
    context: &Context<'_>,
    roster: &Roster,
    kind: &Kind,
    duty: &Duty,
    record: &Record,
    todo: &Todo,
) -> Option<Holder> {
    let at = context.now;
    let ask = Command::new("hand-over", By::System);
    let choose =
        |list: &[HolderRule]| choose_of(context, kind, list, roster, at, Some(record), &ask).holder;
    // Who took the step that started it, or planned the roster then, is not known any more: such a rule gave what it gave.
    let given = |rule: &HolderRule| matches!(rule, HolderRule::Doer | HolderRule::Planner);
    let list: Vec<HolderRule> = duty
        .holder
        .iter()
        .filter(|rule| !given(rule))
        .cloned()
        .collect();
    let to = choose(&list);
    let from = todo.holder();
    if to == *from {
        return None;
    }
    if let Holder::Member(member) = from
        && !roster.is_present(*member, at)
    {
        return Some(to);
    }
    let rule = list
        .iter()
        .find(|rule| choose(std::slice::from_ref(*rule)) == to && (to != Holder::Unit))?;
    let before = duty.holder.iter().take_while(|it| *it != rule);
    if matches!(from, Holder::Member(_)) && before.into_iter().any(given) {
        return None;
    }
    let follows = match rule {
        HolderRule::GridOf(_)
        | HolderRule::Assignee
        | HolderRule::Team(_)
        | HolderRule::Field(_) => true,
        HolderRule::Post(post) => !has(roster, from, post, at),
        HolderRule::Creator
        | HolderRule::Doer
        | HolderRule::Planner
        | HolderRule::OnDuty(_)
        | HolderRule::Unit => false,
    };
    follows.then_some(to)
}

/// A member of the post who took the duty out of its pool keeps it (S5.2).
fn has(roster: &Roster, holder: &Holder, post: &Name, at: Instant) -> bool {
    match holder {
        Holder::Member(member) => roster.has_post(*member, post, at),
        Holder::Pool { .. } | Holder::Team(_) | Holder::Unit => false,
    }
}
