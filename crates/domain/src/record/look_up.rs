//! What deciding a step takes from outside for its duties: holders, overridden parameters, absences. Looked up once, kept in the entry.

use super::command::{Command, Context, asked_at};
use super::due::{depends_on, parameters_of};
use super::entry::{Absent, Used};
use super::{Record, Todo, approval};
use crate::holder::{self, Choice, Holder, HolderRule};
use crate::id::{MemberId, TeamId, Uuid};
use crate::name::Name;
use crate::outcome::OnRepeat;
use crate::pack::model::{Duty, Effect, Kind, Start, Step, Withdraws};
use crate::roster::Roster;
use crate::time::Instant;
use std::collections::BTreeSet;

/// The record itself, where a rule asks for a link.
pub(crate) const THIS: &str = "this";

impl Duty {
    /// Whether the step can start the duty: it is one of its steps, or it can fill in the time that the duty waits for.
    pub fn may_start(&self, step: &Step) -> bool {
        match &self.start {
            Start::Steps(steps) => steps.contains(&step.name),
            Start::At(field) => step.name == "open" || fills(step, field),
            Start::Every(_) | Start::PostingEnded => false,
        }
    }

    /// Whether the step can change who the first of the duty's list is: it fills in the member or the team that a rule of it reads.
    pub fn may_pass_on(&self, kind: &Kind, step: &Step) -> bool {
        self.holder
            .iter()
            .filter_map(|rule| reads(kind, rule))
            .any(|name| fills(step, name))
    }
}

fn fills(step: &Step, field: &Name) -> bool {
    step.form.iter().any(|item| item.field == *field)
        || step.effects.iter().any(|effect| {
            matches!(effect, Effect::Set { field: set, .. } | Effect::Add { field: set, .. } if set == field)
        })
}

/// The field or link of the record that a holder rule reads.
pub(super) fn reads<'k>(kind: &'k Kind, rule: &'k HolderRule) -> Option<&'k Name> {
    match rule {
        HolderRule::Assignee => kind.assignee.as_ref(),
        HolderRule::Team(None) => kind.team.as_ref(),
        // The place itself: its own field says its grid.
        HolderRule::GridOf(name) if name == THIS => kind.field("grid").map(|field| &field.name),
        HolderRule::Field(name) | HolderRule::GridOf(name) => Some(name),
        _ => None,
    }
}

/// Looks up what the duties take that a step starts, moves, passes on or ends.
pub(super) fn look_up(
    context: &Context<'_>,
    kind: &Kind,
    step: &Step,
    before: Option<&Record>,
    command: &Command,
    used: &mut Used,
) {
    for duty in kind.duties.iter().filter(|duty| duty.may_start(step)) {
        starting(context, kind, duty, before, command, used);
    }
    for approval in kind
        .approvals
        .values()
        .filter(|approval| approval.on == step.name)
    {
        approval::look_up_stage(context, kind, before, command, approval, 1, used);
    }
    let Some(record) = before else { return };
    for todo in &record.doc.todo {
        let Some(duty) = kind.duty(todo.name.as_str()) else {
            continue;
        };
        let filled = |name: &Name| command.data.contains_key(name) || fills(step, name);
        if kind
            .fields
            .iter()
            .any(|field| depends_on(&duty.due, &field.name) && filled(&field.name))
        {
            limits(context, duty, todo.start, used);
        }
        let passes = duty
            .holder
            .iter()
            .filter_map(|rule| reads(kind, rule))
            .any(|name| command.data.contains_key(name) || command.links.contains_key(name));
        if passes {
            let holder = choose(context, kind, duty, before, command).holder;
            used.holders.insert(duty.name.clone(), holder);
        }
        if may_end(duty, step) {
            absences(context, todo, used);
        }
    }
}

fn may_end(duty: &Duty, step: &Step) -> bool {
    let withdrawn = match &step.withdraws {
        Withdraws::Nothing => false,
        Withdraws::All => true,
        Withdraws::These(names) => names.contains(&duty.name),
    };
    withdrawn
        || duty.until.iter().any(|until| until.step == step.name)
        || (duty.on_repeat == OnRepeat::Restart && duty.may_start(step))
}

/// Holder and limits of a duty that starts.
pub(super) fn starting(
    context: &Context<'_>,
    kind: &Kind,
    duty: &Duty,
    before: Option<&Record>,
    command: &Command,
    used: &mut Used,
) {
    let holder = choose(context, kind, duty, before, command).holder;
    used.holders.insert(duty.name.clone(), holder);
    let at = asked_at(command, context.now, context.zone);
    limits(context, duty, at, used);
}

/// Overridden limits as they were when the duty opened (S2.13).
fn limits(context: &Context<'_>, duty: &Duty, at: Instant, used: &mut Used) {
    let mut names = BTreeSet::new();
    parameters_of(&duty.due, &mut names);
    for name in names {
        if let Some(value) = context.parameters.differing(context.pack, &name, at) {
            used.parameters.insert(name, value.to_string());
        }
    }
}

/// When those who hold a duty were away, as far as a charge can depend on it (S5.1).
pub(super) fn absences(context: &Context<'_>, todo: &Todo, used: &mut Used) {
    for held in &todo.held {
        let Holder::Member(member) = held.holder else {
            continue;
        };
        for (from, until) in context.roster.absences(member, todo.start, todo.due.at) {
            let absent = Absent {
                member,
                from,
                until,
            };
            if !used.absent.contains(&absent) {
                used.absent.push(absent);
            }
        }
    }
}

/// The first of a duty's list that exists (S5.1), with the command's form filled in.
fn choose(
    context: &Context<'_>,
    kind: &Kind,
    duty: &Duty,
    before: Option<&Record>,
    command: &Command,
) -> Choice {
    let at = asked_at(command, context.now, context.zone);
    choose_of(
        context,
        kind,
        &duty.holder,
        context.roster,
        at,
        before,
        command,
    )
}

/// The first of a list that exists for a record as a command leaves it.
pub(super) fn choose_of(
    context: &Context<'_>,
    kind: &Kind,
    list: &[HolderRule],
    roster: &Roster,
    at: Instant,
    before: Option<&Record>,
    command: &Command,
) -> Choice {
    let id_in = |name: &Name| -> Option<Uuid> {
        let value = command
            .data
            .get(name)
            .or_else(|| before?.doc.data.get(name))?;
        value.as_text()?.parse().ok()
    };
    let link = |name: &Name| {
        command
            .links
            .get(name)
            .or_else(|| before?.doc.links.get(name))
            .copied()
    };
    let grid_of = |name: &Name| {
        if name == THIS {
            let own = command
                .data
                .get("grid")
                .or_else(|| before?.doc.data.get("grid"))?;
            return own.as_text().map(Name::from);
        }
        let grid = context.linked.get(&link(name)?)?.get("grid");
        grid.as_text().map(Name::from)
    };
    let field = |name: &Name| match kind.field(name.as_str()) {
        Some(_) => id_in(name).map(MemberId::from_uuid),
        None => link(name).map(MemberId::from),
    };
    let asked = holder::Context {
        creator: before.map_or(command.by.member(), |record| record.doc.creator),
        doer: command.by.member(),
        assignee: kind
            .assignee
            .as_ref()
            .and_then(id_in)
            .map(MemberId::from_uuid),
        team: kind.team.as_ref().and_then(id_in).map(TeamId::from_uuid),
        grid_of: &grid_of,
        field: &field,
    };
    holder::choose(list, roster, at, &asked)
}
