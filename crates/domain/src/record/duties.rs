//! Duties of one record: how they start, move, pause, are done and are decided.
//!
//! Everything here is a function of entries; the rules of time are in [`crate::clock`], those of outcomes in
//! [`crate::outcome`], those of holders in [`crate::holder`]. What is asked from outside is looked up once, when the entry is
//! made ([`look_up`]), and kept in it.

use super::command::{Command, Context};
use super::due::{Values, depends_on, parameters_of};
use super::entry::{Absent, Entry, Signed, Used, Via};
use super::evolve::judged_from;
use super::scope::RecordScope;
use super::{Decided, Packs, Progress, Record, Share, Todo};
use crate::calendar::SpecialDays;
use crate::clock::{self, Change, Clock, ClockError, Due, Paused, Rule};
use crate::holder::{self, Answering, Charged, Credit, Fair, Held, Holder};
use crate::id::{MemberId, TeamId, Uuid};
use crate::name::Name;
use crate::outcome::{self, DayParts, Excuse, Outcome, Repeat, Story};
use crate::pack::model::{
    Charge, DueSpec, Duty, FieldType, Kind, Pack, Proof, Start, Step, Then, Until,
};
use crate::proof::{self, Decision, Limits, Source, Times};
use crate::tally::Verdict;
use crate::time::{Instant, Moment, Zone};
use crate::value::{Data, Value};
use std::collections::BTreeSet;

impl Duty {
    /// Whether this step starts the duty.
    pub fn starts_with(&self, step: &Name) -> bool {
        match &self.start {
            Start::Steps(steps) => steps.contains(step),
            Start::At(_) | Start::Every(_) => *step == "open",
            Start::PostingEnded => false,
        }
    }
}

/// Looks up what deciding the duties of a step takes from outside: holders, overridden parameters, absences.
pub fn look_up(
    context: &Context<'_>,
    kind: &Kind,
    step: &Step,
    before: Option<&Record>,
    command: &Command,
    used: &mut Used,
) {
    for duty in kind
        .duties
        .iter()
        .filter(|duty| duty.starts_with(&step.name))
    {
        let holder = choose(context, kind, duty, before, command);
        used.holders.insert(duty.name.clone(), holder);
        let mut names = BTreeSet::new();
        parameters_of(&duty.due, &mut names);
        for name in names {
            if let Some(value) = context.parameters.overridden(&name, context.now) {
                used.parameters.insert(name, value.to_string());
            }
        }
    }
    let Some(record) = before else { return };
    let ending = record.doc.todo.iter().filter(|todo| {
        kind.duty(todo.name.as_str())
            .is_some_and(|duty| duty.until.iter().any(|until| until.step == step.name))
    });
    for todo in ending {
        for held in &todo.held {
            if let Holder::Member(member) = held.holder {
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
    }
}

/// The first of the list that exists (S5.1).
fn choose(
    context: &Context<'_>,
    kind: &Kind,
    duty: &Duty,
    before: Option<&Record>,
    command: &Command,
) -> Holder {
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
    let at = if command.is_import() {
        command
            .occurred
            .map_or(context.now, |occurred| instant_of(context.zone, occurred))
    } else {
        context.now
    };
    holder::choose(&duty.holder, context.roster, at, &asked).holder
}

fn instant_of(zone: &Zone, moment: Moment) -> Instant {
    match moment {
        Moment::At(at) => at,
        Moment::On(day) => zone.start_of(day),
    }
}

/// A field's value as a moment.
pub fn moment(value: &Value) -> Option<Moment> {
    let text = value.as_text()?;
    text.parse()
        .map(Moment::On)
        .ok()
        .or_else(|| text.parse().map(Moment::At).ok())
}

/// Changes of the duties of one record by one entry.
pub(super) struct Duties<'a> {
    pub kind: &'a Kind,
    pub pack: &'a Pack,
    /// A duty keeps the hours and days of the pack it opened under (S2.13).
    pub packs: &'a dyn Packs,
    pub zone: &'a Zone,
    pub entry: &'a Entry,
    pub record: &'a mut Record,
    pub decided: Vec<Decided>,
    pub revoked: Vec<Decided>,
}

/// A computation of time that failed, with the duty whose it was.
pub type Timed<T> = Result<T, (Name, ClockError)>;

impl Duties<'_> {
    fn days(&self, todo: &Todo) -> &SpecialDays {
        &self
            .packs
            .pack(todo.days.unwrap_or(todo.pack))
            .unwrap_or(self.pack)
            .special_days
    }

    /// The pauses that count for a duty (S3.2); `as_of` ends one that still runs, `None` leaves it out.
    fn pauses(&self, duty: &Duty, as_of: Option<Instant>) -> Vec<Paused> {
        clock::counted(&self.record.doc.waits, &duty.pauses, as_of, &|cause| {
            self.pack
                .causes
                .get(cause)
                .is_some_and(|cause| cause.needs_contact_attempt)
        })
    }

    fn clock<'c>(&'c self, duty: &'c Duty, todo: &'c Todo, pauses: &'c [Paused]) -> Clock<'c> {
        let pack = self.packs.pack(todo.pack).unwrap_or(self.pack);
        let hours = duty
            .calendar
            .as_ref()
            .and_then(|name| pack.calendars.get(name));
        Clock {
            start: Moment::At(todo.start),
            rule: &todo.rule,
            hours,
            days: self.days(todo),
            zone: self.zone,
            pauses,
        }
    }

    /// The due time with all pauses up to `as_of`.
    fn due_of(&self, todo: &Todo, duty: &Duty, as_of: Option<Instant>) -> Timed<Due> {
        let pauses = self.pauses(duty, as_of);
        let due = clock::due_after_changes(&self.clock(duty, todo, &pauses), &todo.changes);
        due.map_err(|error| (todo.name.clone(), error))
    }

    /// Recomputes the due time of what is to do once a wait for the cause has ended (S3).
    pub(super) fn recompute(&mut self, cause: &Name) -> Timed<()> {
        for index in 0..self.record.doc.todo.len() {
            let todo = &self.record.doc.todo[index];
            if let Some(duty) = self.kind.duty(todo.name.as_str())
                && duty.pauses.contains(cause)
            {
                let due = self.due_of(todo, duty, None)?;
                self.record.doc.todo[index].due = due;
            }
        }
        Ok(())
    }

    /// A tighter limit when a choice changed (S2.10), or another time that the record states (S2.9): it counts from when it was
    /// recorded, and rescues no duty that is already late.
    pub(super) fn fields_changed(&mut self, changed: &[Name]) -> Timed<()> {
        let now = judged_from(self.entry);
        for index in 0..self.record.doc.todo.len() {
            let todo = &self.record.doc.todo[index];
            let Some(duty) = self.kind.duty(todo.name.as_str()) else {
                continue;
            };
            if !changed.iter().any(|field| depends_on(&duty.due, field)) || todo.due.is_late(now) {
                continue;
            }
            let values = Values {
                pack: self.pack,
                data: &self.record.doc.data,
                used: &self.entry.used,
            };
            let Some(rule) = values.rule(&duty.due) else {
                continue;
            };
            let mut moved = todo.clone();
            match &duty.due {
                DueSpec::Within { .. } => moved.changes.push(Change {
                    recorded_at: now,
                    rule,
                }),
                _ => moved.rule = rule,
            }
            moved.due = self.due_of(&moved, duty, None)?;
            self.record.doc.todo[index] = moved;
        }
        Ok(())
    }

    /// Outcomes reached by steps that this one undoes are revoked within their time; the clock runs on from its first start
    /// (S4.9). Of what is to do, the undone steps no longer count.
    pub(super) fn undo(&mut self, undone: &[Name]) -> Timed<()> {
        let at = judged_from(self.entry);
        for decided in std::mem::take(&mut self.record.doc.standing) {
            let Some(duty) = self.kind.duty(decided.name.as_str()) else {
                continue;
            };
            let (Some(stands), Some(done), Some(was)) =
                (duty.stands, decided.done_at, decided.was.clone())
            else {
                continue;
            };
            let until = clock::ends(done, stands, self.days(&was), self.zone)
                .map_err(|error| (decided.name.clone(), error))?;
            if !until.allows(at) {
                continue;
            }
            if duty.until.iter().any(|until| undone.contains(&until.step)) {
                self.revoked.push(Decided {
                    was: None,
                    ..decided
                });
                self.record.doc.todo.push(*was);
            } else {
                self.record.doc.standing.push(decided);
            }
        }
        if !undone.is_empty() {
            for todo in &mut self.record.doc.todo {
                todo.progress
                    .retain(|progress| !undone.contains(&progress.step));
            }
        }
        Ok(())
    }

    /// Duties that the step does, or helps to do.
    pub(super) fn done(&mut self) -> Timed<()> {
        for mut item in std::mem::take(&mut self.record.doc.todo) {
            let duty = self.kind.duty(item.name.as_str());
            let Some((duty, until)) = duty.and_then(|duty| Some((duty, self.until(duty)?))) else {
                self.record.doc.todo.push(item);
                continue;
            };
            let when = self.deciding(duty, &item.rule);
            if item.not_before.is_some_and(|opens| when.at < opens) {
                self.record.doc.todo.push(item);
                continue;
            }
            item.progress.push(Progress {
                step: until.step.clone(),
                at: when.at,
            });
            let times: Vec<Instant> = item
                .progress
                .iter()
                .filter(|progress| progress.step == until.step)
                .map(|progress| progress.at)
                .collect();
            let reached = outcome::reached_at(
                &times,
                until.times,
                until.distinct,
                &DayParts::default(),
                self.zone,
            );
            match (reached, until.then) {
                (None, _) => self.record.doc.todo.push(item),
                (Some(at), Then::Done) => {
                    self.settle(item, duty, Ending::Done(Decision { at, ..when }))?;
                }
                (Some(at), Then::Exempt) => self.settle(item, duty, Ending::Exempt(at))?,
            }
        }
        Ok(())
    }

    /// The way, if any, in which the entry's step does the duty.
    fn until<'d>(&self, duty: &'d Duty) -> Option<&'d Until> {
        let none = Data::new();
        let scope = RecordScope::after(Some(self.record), &none, &self.entry.used);
        let holds = |until: &&Until| {
            until
                .when
                .as_ref()
                .is_none_or(|when| when.holds(&scope).unwrap_or(false))
        };
        duty.until
            .iter()
            .filter(|until| until.step == self.entry.step)
            .find(holds)
    }

    /// The time of the entry that decides for this duty (S4.6).
    fn deciding(&self, duty: &Duty, rule: &Rule) -> Decision {
        decide_time(self.entry, duty.proof, rule.by_days(), self.zone)
    }

    /// Ends a duty: the row it leaves, and whether it is to do any longer.
    fn settle(&mut self, item: Todo, duty: &Duty, ending: Ending) -> Timed<()> {
        let at = ending.at();
        let due = self.due_of(&item, duty, Some(at))?;
        let done = [at];
        let mut story = Story {
            not_before: item.not_before,
            excuse: item.excuse,
            ..Story::untouched(due)
        };
        match ending {
            Ending::Done(_) => story.done = &done,
            Ending::Exempt(at) => story.exempt_at = Some(at),
            Ending::Ceased(at) => story.withdrawn_at = Some(at),
            Ending::FallsAway(at) => {
                story.excuse = Some(Excuse {
                    recorded_at: at,
                    falls_away: true,
                });
            }
        }
        let judged = outcome::judge(&story, at);
        if judged.to_do {
            self.record.doc.todo.push(item);
            return Ok(());
        }
        let answers = self.answers(&item, duty, &story, at)?;
        let late = match (judged.outcome, judged.done_at, &duty.late) {
            (Outcome::Missed, Some(done), Some(late)) => late
                .worth(due, done, self.days(&item), self.zone)
                .map_err(|error| (item.name.clone(), error))?,
            _ => 0,
        };
        let (holder, shares) = answers;
        let decided = Decided {
            name: item.name.clone(),
            occurrence: item.occurrence,
            start: item.start,
            due,
            outcome: judged.outcome,
            done_at: judged.done_at,
            worth_bp: late,
            holder,
            doer: self.entry.by.member(),
            shares,
            day: due.last_day(self.zone),
            anomalous: self
                .record
                .doc
                .anomalies
                .iter()
                .any(|anomaly| anomaly.spoils_times()),
            unproven: matches!(ending, Ending::Done(Decision { unproven: true, .. })),
            seen: self.seen(&item.name),
            was: None,
        };
        if duty.stands.is_some() && matches!(ending, Ending::Done(_)) {
            // What is kept to be revoked is the duty before this step.
            let mut was = item;
            was.progress
                .retain(|progress| progress.step != self.entry.step);
            self.record.doc.standing.push(Decided {
                was: Some(Box::new(was)),
                ..decided.clone()
            });
        }
        self.decided.push(decided);
        Ok(())
    }

    /// Who is credited or charged, and later holders who were judged by a due time of their own (S5.2–S5.4).
    fn answers(
        &self,
        item: &Todo,
        duty: &Duty,
        story: &Story<'_>,
        at: Instant,
    ) -> Timed<(Holder, Vec<Share>)> {
        let pauses = self.pauses(duty, Some(at));
        let clock = self.clock(duty, item, &pauses);
        let fair = Fair {
            start: item.start,
            due: story.due,
            fair: duty.fair,
            hours: clock.hours,
            days: clock.days,
            zone: self.zone,
            pauses: &pauses,
        };
        let absences: Vec<_> = self
            .entry
            .used
            .absent
            .iter()
            .map(|absent| (absent.member, absent.from, absent.until))
            .collect();
        let each = match &duty.credit {
            Credit::Each(field) => self.members_in(field),
            Credit::Holder | Credit::Doer => Vec::new(),
        };
        let responsible = match &duty.charge {
            Charge::Responsible(name) => responsible_in(self.kind, self.record, name),
            Charge::Longest | Charge::HolderAtDue | Charge::Unit => None,
        };
        let answering = Answering {
            held: &item.held,
            credit: &duty.credit,
            charge: &duty.charge,
            doer: self.entry.by.member(),
            each: &each,
            responsible,
            absences: &absences,
        };
        let verdicts = holder::verdicts(&fair, &answering, story, at)
            .map_err(|error| (item.name.clone(), error))?;
        let mut verdicts = verdicts.into_iter();
        let first = verdicts
            .next()
            .map_or(Holder::Unit, |verdict| verdict.party.into());
        let shares = verdicts
            .map(|verdict| Share {
                holder: verdict.party.into(),
                due: verdict.due,
                outcome: verdict.outcome,
            })
            .collect();
        Ok((first, shares))
    }

    fn members_in(&self, field: &Name) -> Vec<MemberId> {
        let member = |value: &Value| value.as_text()?.parse().ok();
        match self.record.doc.data.get(field) {
            Some(Value::List(list)) => list.iter().filter_map(member).collect(),
            Some(value) => member(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// What conditions of clauses on this duty read, as it stands.
    fn seen(&self, duty: &Name) -> Data {
        let reads = self
            .packs
            .measures(self.entry.pack)
            .map(|measures| measures.read_of(&self.record.kind, duty));
        reads
            .unwrap_or_default()
            .iter()
            .filter_map(|name| Some((name.clone(), self.record.doc.data.get(name)?.clone())))
            .collect()
    }

    /// The reason of duties has ceased (S4.5). What was due before stays missed, and without a second word everything stays to do.
    pub(super) fn withdraw(
        &mut self,
        applies: impl Fn(&Name) -> bool,
        confirmed: bool,
    ) -> Timed<()> {
        let at = judged_from(self.entry);
        for item in std::mem::take(&mut self.record.doc.todo) {
            match self.kind.duty(item.name.as_str()) {
                Some(duty) if confirmed && applies(&item.name) => {
                    self.settle(item, duty, Ending::Ceased(at))?;
                }
                _ => self.record.doc.todo.push(item),
            }
        }
        Ok(())
    }

    /// Somebody decided that a duty does not count and need not be done (S4.3).
    pub(super) fn fall_away(&mut self, index: usize, at: Instant) -> Timed<()> {
        let item = self.record.doc.todo.remove(index);
        match self.kind.duty(item.name.as_str()) {
            Some(duty) => self.settle(item, duty, Ending::FallsAway(at)),
            None => Ok(()),
        }
    }

    /// Duties that the step starts.
    pub(super) fn start(&mut self) -> Timed<()> {
        let none = Data::new();
        let kind = self.kind;
        for duty in kind
            .duties
            .iter()
            .filter(|duty| duty.starts_with(&self.entry.step))
        {
            let scope = RecordScope::after(Some(self.record), &none, &self.entry.used);
            if !duty
                .when
                .as_ref()
                .is_none_or(|when| when.holds(&scope).unwrap_or(false))
            {
                continue;
            }
            let values = Values {
                pack: self.pack,
                data: &self.record.doc.data,
                used: &self.entry.used,
            };
            let Some(rule) = values.rule(&duty.due) else {
                continue;
            };
            let start = match &duty.start {
                Start::At(field) => match values.moment(field) {
                    Some(moment) => instant_of(self.zone, moment),
                    None => continue,
                },
                _ => self.deciding(duty, &rule).at,
            };
            let opens = duty.not_before.as_ref().and_then(|due| values.rule(due));
            let holder = self
                .entry
                .used
                .holders
                .get(&duty.name)
                .cloned()
                .unwrap_or(Holder::Unit);
            let mut todo = Todo {
                name: duty.name.clone(),
                occurrence: 0,
                start,
                rule,
                changes: Vec::new(),
                pack: self.entry.pack,
                days: self.entry.days,
                due: Due::inclusive(start),
                not_before: None,
                held: vec![Held {
                    holder,
                    from: start,
                }],
                progress: Vec::new(),
                excuse: None,
            };
            let failed = |error| (duty.name.clone(), error);
            todo.due = clock::due(&self.clock(duty, &todo, &[])).map_err(failed)?;
            if let Some(rule) = &opens {
                todo.not_before = Some(
                    clock::opens(&Clock {
                        rule,
                        ..self.clock(duty, &todo, &[])
                    })
                    .map_err(failed)?,
                );
            }
            let running = self
                .record
                .doc
                .todo
                .iter()
                .any(|other| other.name == duty.name);
            match outcome::on_start(duty.on_repeat, running) {
                Repeat::Keep => continue,
                Repeat::Open => {}
                Repeat::Supersede => self.withdraw(|name| *name == duty.name, true)?,
            }
            let count = self
                .record
                .doc
                .occurrences
                .entry(duty.name.clone())
                .or_insert(0);
            *count += 1;
            todo.occurrence = *count;
            self.record.doc.todo.push(todo);
        }
        Ok(())
    }
}

/// How a duty ends.
#[derive(Clone, Copy)]
enum Ending {
    Done(Decision),
    Exempt(Instant),
    Ceased(Instant),
    FallsAway(Instant),
}

impl Ending {
    fn at(self) -> Instant {
        match self {
            Self::Done(decision) => decision.at,
            Self::Exempt(at) | Self::Ceased(at) | Self::FallsAway(at) => at,
        }
    }
}

/// The time of an entry that decides under a proof (S4.6–S4.8).
pub fn decide_time(entry: &Entry, proof: Proof, by_days: bool, zone: &Zone) -> Decision {
    let counterpart = entry
        .signatures
        .iter()
        .filter(|signature| signature.how == Signed::OwnSession)
        .map(|signature| signature.at)
        .min();
    let from = match entry.via {
        Via::Import => Source::Import,
        Via::Paper if entry.second.is_some() => Source::Outage,
        _ => Source::Live,
    };
    let confirmed = match entry.occurred {
        Some(Moment::At(at)) if entry.confirmed => Some(at),
        _ => None,
    };
    let times = Times {
        recorded_at: entry.recorded_at,
        occurred: entry.occurred,
        device: entry.device,
        counterpart,
        confirmed,
        from,
    };
    proof::decide(proof, &times, by_days, &Limits::default(), zone)
}

/// How a duty that is to do stands at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// With a pause that still runs counted up to then (S3.2).
    pub due: Due,
    /// Whose it is, first as the unit counts it; later holders by a due time of their own (S5.4).
    pub answers: Vec<(Holder, Verdict)>,
}

/// How a duty that is to do stands at an instant: missed once it is late, else pending (S4.2, S8.2).
///
/// # Errors
/// A due time that no calendar covers.
#[expect(
    clippy::too_many_arguments,
    reason = "a judgement rests on all of these and on nothing else"
)]
pub fn as_of(
    packs: &dyn Packs,
    zone: &Zone,
    kind: &Kind,
    duty: &Duty,
    record: &Record,
    todo: &Todo,
    absences: &[(MemberId, Instant, Instant)],
    at: Instant,
) -> Timed<Standing> {
    let failed = |error| (todo.name.clone(), error);
    let Some(pack) = packs.pack(todo.pack) else {
        return Err(failed(ClockError::Nothing));
    };
    let needs = |cause: &Name| {
        pack.causes
            .get(cause)
            .is_some_and(|cause| cause.needs_contact_attempt)
    };
    let pauses = clock::counted(&record.doc.waits, &duty.pauses, Some(at), &needs);
    let days = &packs
        .pack(todo.days.unwrap_or(todo.pack))
        .unwrap_or(pack)
        .special_days;
    let hours = duty
        .calendar
        .as_ref()
        .and_then(|name| pack.calendars.get(name));
    let clock = Clock {
        start: Moment::At(todo.start),
        rule: &todo.rule,
        hours,
        days,
        zone,
        pauses: &pauses,
    };
    let due = clock::due_after_changes(&clock, &todo.changes).map_err(failed)?;
    let story = Story {
        not_before: todo.not_before,
        excuse: todo.excuse,
        ..Story::untouched(due)
    };
    let fair = Fair {
        start: todo.start,
        due,
        fair: duty.fair,
        hours,
        days,
        zone,
        pauses: &pauses,
    };
    let responsible = match &duty.charge {
        Charge::Responsible(name) => responsible_in(kind, record, name),
        Charge::Longest | Charge::HolderAtDue | Charge::Unit => None,
    };
    let answering = Answering {
        held: &todo.held,
        credit: &duty.credit,
        charge: &duty.charge,
        doer: None,
        each: &[],
        responsible,
        absences,
    };
    let anomalous = record
        .doc
        .anomalies
        .iter()
        .any(|anomaly| anomaly.spoils_times());
    let verdicts = holder::verdicts(&fair, &answering, &story, at).map_err(failed)?;
    let verdict = |outcome: Outcome| {
        if anomalous {
            Verdict::Anomalous
        } else {
            Verdict::from(outcome)
        }
    };
    let answers = verdicts
        .into_iter()
        .map(|answer| (answer.party.into(), verdict(answer.outcome)))
        .collect();
    Ok(Standing { due, answers })
}

/// The member or team that a field or link of the record names as responsible.
fn responsible_in(kind: &Kind, record: &Record, name: &Name) -> Option<Charged> {
    if let Some(id) = record.doc.links.get(name) {
        return Some(Charged::Member((*id).into()));
    }
    let id: Uuid = record.doc.data.get(name)?.as_text()?.parse().ok()?;
    match kind.field(name.as_str())?.ty {
        FieldType::Team => Some(Charged::Team(TeamId::from_uuid(id))),
        FieldType::Member => Some(Charged::Member(MemberId::from_uuid(id))),
        _ => None,
    }
}
