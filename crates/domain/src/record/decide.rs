//! Whether a step may be taken, and the entry that says that it was.

use super::command::{Command, Context};
use super::entry::{Anomaly, BuiltIn, By, Entry, Opens, Used};
use super::refusal::{Code, Refusal};
use super::scope::RecordScope;
use super::{Record, form};
use crate::access::{self, On, Permit, Standing, said};
use crate::id::{MemberId, RecordId};
use crate::name::Name;
use crate::pack::model::{Kind, Role, Step, Who};
use crate::seal::finding_counts_in;
use crate::time::Moment;
use crate::value::Data;

/// What opening a record needs beside the command.
#[derive(Clone, Debug)]
pub struct Opening {
    pub id: RecordId,
    pub kind: Name,
    pub number: String,
}

/// On what a command is taken.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    New(&'a Opening),
    Record(&'a Record),
}

/// The entry of a step that may be taken, else every reason why not. Who may take it has been decided: the permit says so.
///
/// History from a source is admitted and marked where live work would be refused for its order, time or state (S4.8);
/// it is refused only for what cannot be stored.
pub fn decide(
    context: &Context<'_>,
    target: Target<'_>,
    command: &Command,
    permit: Permit,
) -> Result<Entry, Vec<Refusal>> {
    let name = match target {
        Target::New(opening) => &opening.kind,
        Target::Record(record) => &record.kind,
    };
    judge(context, target, command, permit).map_err(|refusals| {
        let Some(kind) = context.pack.kinds.get(name) else {
            return refusals;
        };
        let called = |refusal: Refusal| refusal.called(context.pack, kind);
        refusals.into_iter().map(called).collect()
    })
}

fn judge(
    context: &Context<'_>,
    target: Target<'_>,
    command: &Command,
    permit: Permit,
) -> Result<Entry, Vec<Refusal>> {
    let (kind_name, before) = match target {
        Target::New(opening) => (&opening.kind, None),
        Target::Record(record) => (&record.kind, Some(record)),
    };
    let Some(kind) = context.pack.kinds.get(kind_name) else {
        return Err(vec![Refusal::new(Code::KindUnknown).with(kind_name)]);
    };
    if !permit.is_for(before.map(|record| record.id), &command.step) {
        return Err(vec![Refusal::new(Code::NotYourself)]);
    }
    if let Some(record) = before {
        if let Some(version) = command.version
            && version != record.version
        {
            return Err(vec![
                Refusal::new(Code::Stale).with(record.version).with(version),
            ]);
        }
        // An undone import keeps its private values no longer than any other record.
        if record.doc.void && !matches!(command.built_in, Some(BuiltIn::Erase { .. })) {
            return Err(vec![Refusal::new(Code::VoidRecord)]);
        }
        if let Some(place) = record.doc.moved_to {
            return Err(vec![Refusal::new(Code::RecordMoved).with(place.unit)]);
        }
    }
    if kind.role.is_some_and(Role::is_kept) && !command.kept && command.built_in.is_none() {
        return Err(vec![Refusal::new(Code::UseCaseOnly).with(&kind.name)]);
    }
    if before.is_none()
        && command.kept
        && let Some(change @ BuiltIn::Arrive(_)) = &command.built_in
    {
        let change = Some(change.clone());
        return Ok(entry(
            context,
            target,
            command,
            Vec::new(),
            Used::default(),
            change,
        ));
    }
    if let Some(change) = &command.built_in {
        let Some(record) = before else {
            return Err(vec![
                Refusal::new(Code::StepUnknown)
                    .with(&command.step)
                    .with(kind_name),
            ]);
        };
        if let Some(refusal) = own_second(command) {
            return Err(vec![refusal]);
        }
        let (change, used) = super::built_in::check(context, kind, record, command, change)?;
        let entry = entry(context, target, command, Vec::new(), used, Some(change));
        super::built_in::corrected(context, command, &entry)?;
        return Ok(entry);
    }
    let step = match (before, command.step.as_str()) {
        (None, "open") => Some(&kind.open),
        (Some(_), "open") => return Err(vec![Refusal::new(Code::RecordExists)]),
        (Some(_), name) => kind.steps.get(name),
        (None, _) => None,
    };
    let Some(step) = step else {
        return Err(vec![
            Refusal::new(Code::StepUnknown)
                .with(&command.step)
                .with(kind_name),
        ]);
    };
    let mut check = Check {
        context,
        kind,
        step,
        before,
        command,
        faults: Vec::new(),
        anomalies: Vec::new(),
    };
    check.state();
    check.form();
    check.links();
    check.times();
    check.signatures();
    let mut used = check.used();
    check.paper(&mut used);
    check.setting();
    check.mark();
    check.closed_period(&mut used);
    check.condition(&used);
    if !check.faults.is_empty() {
        return Err(check.faults);
    }
    let mut anomalies = check.anomalies;
    anomalies.sort();
    anomalies.dedup();
    Ok(entry(context, target, command, anomalies, used, None))
}

fn entry(
    context: &Context<'_>,
    target: Target<'_>,
    command: &Command,
    anomalies: Vec<Anomaly>,
    used: Used,
    change: Option<BuiltIn>,
) -> Entry {
    let (record, seq, opens) = match target {
        Target::New(opening) => {
            let opens = Opens {
                kind: opening.kind.clone(),
                number: opening.number.clone(),
                source: command.source.clone(),
            };
            (opening.id, 1, Some(opens))
        }
        Target::Record(record) => (record.id, record.version + 1, None),
    };
    Entry {
        unit: context.unit,
        record,
        seq,
        opens,
        step: command.step.clone(),
        by: command.by.clone(),
        recorded_by: command.recorded_by,
        via: command.via,
        occurred: command
            .occurred
            .filter(|occurred| *occurred != Moment::At(context.now)),
        recorded_at: context.now,
        device: command.device,
        pack: context.version,
        data: command.data.clone(),
        links: command.links.clone(),
        signatures: command.signatures.clone(),
        reason: command.reason.clone(),
        second: command.second,
        anomalies,
        used,
        change,
        import: command.import.clone(),
        key: command.key.clone(),
        cause: command.cause,
        sender: command.sender.clone(),
        confirmed: false,
        days: None,
    }
}

pub(super) struct Check<'a> {
    pub context: &'a Context<'a>,
    pub kind: &'a Kind,
    pub step: &'a Step,
    pub before: Option<&'a Record>,
    pub command: &'a Command,
    pub faults: Vec<Refusal>,
    pub anomalies: Vec<Anomaly>,
}

impl Check<'_> {
    /// Refuses live work, marks history.
    pub(super) fn refuse_or_mark(&mut self, anomaly: Anomaly, refusal: Refusal) {
        if self.command.is_import() {
            self.anomalies.push(anomaly);
        } else {
            self.faults.push(refusal);
        }
    }

    fn state(&mut self) {
        let Some(record) = self.before else { return };
        let admitted = if self.step.from.is_empty() {
            self.kind
                .state(record.state.as_str())
                .is_none_or(|state| !state.closed)
        } else {
            self.step.from.contains(&record.state)
        };
        if !admitted {
            let refusal = Refusal::new(Code::StateWrong)
                .with(&record.state)
                .with(&self.step.name);
            self.refuse_or_mark(Anomaly::State, refusal);
        }
    }

    /// Whether a signature is that of whom it should be.
    fn is(&self, who: &Who, by: &By) -> bool {
        let at = self.context.now;
        match (who, by) {
            (Who::Post(post), By::Member(member)) => {
                self.context.roster.has_post(*member, post, at)
            }
            (Who::Anyone, By::Member(member)) => self.context.roster.is_member(*member, at),
            (Who::Creator, By::Member(member)) => self
                .before
                .is_none_or(|record| record.doc.creator == Some(*member)),
            (Who::Assignee, By::Member(member)) => {
                self.field_holds(self.kind.assignee.as_ref(), &member.to_string())
            }
            (Who::TeamMember, By::Member(member)) => {
                let teams = self.context.roster.teams_of(*member, at);
                teams
                    .iter()
                    .any(|team| self.field_holds(self.kind.team.as_ref(), &team.to_string()))
            }
            (Who::Party(link), By::Party(party)) => {
                // Nobody makes himself a party by filling in the link.
                let links = match self.before {
                    Some(record) => &record.doc.links,
                    None => &self.command.links,
                };
                links.get(link) == Some(party)
            }
            (Who::System, By::System) => true,
            _ => false,
        }
    }

    fn field_holds(&self, field: Option<&Name>, id: &str) -> bool {
        let Some(field) = field else { return false };
        // Nobody makes himself the assignee by filling in the field.
        let data = match self.before {
            Some(record) => &record.doc.data,
            None => &self.command.data,
        };
        data.get(field).and_then(|value| value.as_text()) == Some(id)
    }

    fn form(&mut self) {
        let empty = Data::new();
        let have = self.before.map_or(&empty, |record| &record.doc.data);
        let lenient = self.command.is_import() || self.command.by == By::System;
        let faults = form::check(self.kind, self.step, &self.command.data, have, lenient);
        self.faults.extend(faults);
        if self.command.is_import()
            && !form::missing(self.kind, self.step, &self.command.data, have).is_empty()
        {
            self.anomalies.push(Anomaly::Incomplete);
        }
    }

    fn links(&mut self) {
        for (name, id) in &self.command.links {
            let Some(link) = self.kind.links.get(name) else {
                self.faults
                    .push(Refusal::at(Code::LinkUnknown, name).with(&self.kind.name));
                continue;
            };
            match self.context.linked.get(id) {
                Some(seen) if seen.kind == link.kind => {}
                Some(_) => self
                    .faults
                    .push(Refusal::at(Code::LinkWrong, name).with(&link.kind)),
                None => self.refuse_or_mark(
                    Anomaly::LinkMissing,
                    Refusal::at(Code::LinkWrong, name).with(&link.kind),
                ),
            }
        }
        if self.before.is_none() {
            for link in self
                .kind
                .links
                .values()
                .filter(|link| link.required && !self.command.links.contains_key(&link.name))
            {
                self.refuse_or_mark(
                    Anomaly::LinkMissing,
                    Refusal::at(Code::LinkRequired, &link.name),
                );
            }
        }
    }

    fn signatures(&mut self) {
        if self.command.signatures.iter().any(|signature| {
            signature.by == self.command.by
                || (signature.by.member().is_some()
                    && signature.by.member() == self.command.recorded_by)
        }) {
            self.faults.push(Refusal::new(Code::SignatureOwn));
        }
        self.faults.extend(own_second(self.command));
        if self.command.is_import() {
            return;
        }
        let signers = self.command.signatures.iter();
        let mut confirming = signers
            .filter_map(|signature| signature.by.member())
            .chain(self.command.second);
        if confirming.any(|member| self.is_own_work(member)) {
            self.faults.push(Refusal::new(Code::ConflictOfInterest));
        }
        for cosign in self.step.cosign.iter().filter(|cosign| cosign.required) {
            if !self
                .command
                .signatures
                .iter()
                .any(|signature| self.is(&cosign.who, &signature.by))
            {
                self.faults.push(
                    Refusal::new(Code::SignatureMissing)
                        .with(&self.step.name)
                        .with(said(&cosign.who)),
                );
            }
        }
    }

    fn is_own_work(&self, member: MemberId) -> bool {
        if self.step.not_by.is_empty() {
            return false;
        }
        let postings = self.context.roster.postings_at(self.context.now);
        let standing = Standing::of(postings.filter(|one| one.member == member).collect());
        let on = On {
            kind: self.kind,
            record: self.before,
            data: &self.command.data,
            links: &self.command.links,
            grid: None,
        };
        access::conflicts(self.step, member, &standing, on)
    }

    /// Looks up what the decision takes from outside, so that the entry can say it.
    fn used(&mut self) -> Used {
        let mut used = Used {
            facts: self.context.facts.clone(),
            ..Used::default()
        };
        let link = |name: &Name| {
            let given = self.command.links.get(name);
            given.or_else(|| self.before?.doc.links.get(name)).copied()
        };
        let exprs = super::command::expressions(self.kind, self.step);
        let exprs = exprs.into_iter().map(|(expr, _)| expr);
        used.seen = super::command::looked(
            self.kind,
            exprs.clone(),
            self.before.map(|record| record.id),
            link,
            self.context.linked,
            self.context.balances,
        );
        let now = super::command::asked_at(self.command, self.context.now, self.context.zone);
        let day = self.context.zone.day_of(now);
        let set = super::command::read_parameters(self.context, exprs.clone(), now);
        used.seen.extend(set);
        used.seen.extend(super::command::today(exprs, day));
        super::look_up::look_up(
            self.context,
            self.kind,
            self.step,
            self.before,
            self.command,
            &mut used,
        );
        used
    }

    /// What holds for a unit beside the pack is judged when it is said (S4.7, S8.4); history is not.
    fn setting(&mut self) {
        if self.command.is_import() {
            return;
        }
        let said = super::setting::said(self.context, self.kind, self.before, &self.command.data);
        self.faults.extend(said.err());
    }

    /// A mark is for a clause that takes one, by somebody who may give it (S7.6, S7.12); history is not asked.
    fn mark(&mut self) {
        if self.kind.role == Some(Role::Mark) && self.before.is_none() && !self.command.is_import()
        {
            self.faults
                .extend(super::appraising::check(self.context, self.command));
        }
    }

    /// What must not happen counts in the period of the act, or if that is sealed in the one in which it was given (S8.3).
    fn closed_period(&self, used: &mut Used) {
        if self.before.is_some() || self.context.sealed.is_empty() {
            return;
        }
        let zone = self.context.zone;
        let act = match self.command.occurred {
            Some(Moment::At(at)) => zone.day_of(at),
            Some(Moment::On(day)) => day,
            None => return,
        };
        let given = zone.day_of(self.context.now);
        let forbids = |standard: &Name| {
            let standard = self.context.pack.standards.get(standard);
            standard.is_some_and(|standard| standard.forbids(&self.kind.name))
        };
        let closed = self
            .context
            .sealed
            .iter()
            .find(|(standard, window)| window.contains(act) && forbids(standard));
        if let Some((_, window)) = closed {
            let given_in = window.period().containing(given);
            if finding_counts_in(*window, given_in, true) != *window {
                used.counts_on = Some(given);
            }
        }
    }

    fn condition(&mut self, used: &Used) {
        let Some(when) = &self.step.when else { return };
        let scope = RecordScope::after(self.before, &self.command.data, used);
        match when.holds(&scope) {
            Ok(true) => {}
            Ok(false) => {
                let refusal = Refusal::new(Code::ConditionFails)
                    .with(&self.step.name)
                    .with(when.source());
                self.refuse_or_mark(Anomaly::Condition, refusal);
            }
            Err(fault) => self.faults.push(
                Refusal::new(Code::ConditionFault)
                    .with(&self.step.name)
                    .with(fault),
            ),
        }
    }
}

/// The second person is another (S9.1).
fn own_second(command: &Command) -> Option<Refusal> {
    let second = command.second?;
    (Some(second) == command.by.member() || Some(second) == command.recorded_by)
        .then(|| Refusal::new(Code::SecondPersonOwn))
}

/// A register that the roster reads must be re-read after a step on it.
pub fn touches_roster(kind: &Kind) -> bool {
    matches!(
        kind.role,
        Some(Role::Member | Role::Posting | Role::Leave | Role::Shift | Role::Team)
    )
}

/// A register that says what holds in the unit and below beside the pack: parameters, outages.
pub fn touches_config(kind: &Kind) -> bool {
    matches!(kind.role, Some(Role::Override | Role::Outage | Role::Seal))
}
