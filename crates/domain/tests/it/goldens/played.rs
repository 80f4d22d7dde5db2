//! What the library makes of a duty of a case.

use super::duty::Form;
use super::entry::Entry;
use super::node::Unread;
use super::world::World;
use domain::calendar::SpecialDays;
use domain::clock::{self, Change, Clock, ClockError, Due, Paused, Rule, due_after_changes};
use domain::holder::{Answering, Fair, Holder, Verdict, groups, verdicts};
use domain::outcome::{Judgement, Story, judge, reached_at, standing};
use domain::proof::{Deciding, Decision, Limits, Proof, decide};
use domain::time::{Instant, Moment};

impl Form {
    /// The due time with the pauses that count up to `as_of`; a rule that cannot be is the pack's fault.
    fn due(
        &self,
        as_of: Instant,
        world: &World,
    ) -> Result<Result<(Due, Vec<Paused>), ClockError>, Unread> {
        let rule = self.rule(&self.due, &self.fields)?;
        let pauses = clock::counted(&self.waits, &self.causes, Some(as_of), &|cause| {
            *cause == "owner"
        });
        let mut changes = Vec::new();
        let mut values = self.fields.clone();
        for (recorded_at, field, to) in &self.changes {
            if *recorded_at <= as_of {
                values.insert(field.clone(), to.clone());
                changes.push(Change {
                    recorded_at: *recorded_at,
                    rule: self.rule(&self.due, &values)?,
                });
            }
        }
        let due = due_after_changes(&self.clock(&rule, &pauses, world), &changes);
        Ok(due.map(|due| (due, pauses)))
    }

    fn clock<'a>(&'a self, rule: &'a Rule, pauses: &'a [Paused], world: &'a World) -> Clock<'a> {
        Clock {
            start: self.start,
            rule,
            hours: self.business.then_some(&world.business),
            days: self.days(world),
            zone: &world.zone,
            pauses,
        }
    }

    fn days<'a>(&'a self, world: &'a World) -> &'a SpecialDays {
        self.days.as_ref().unwrap_or(&world.days)
    }

    /// The due time alone.
    pub(crate) fn due_at(
        &self,
        as_of: Instant,
        world: &World,
    ) -> Result<Result<Due, ClockError>, Unread> {
        Ok(self.due(as_of, world)?.map(|(due, _)| due))
    }

    /// The entries that do the duty: those of its own step, told by its name or by the first entry; the other side's entry proves it.
    fn doing(&self) -> Vec<Entry> {
        let named = |entry: &&Entry| {
            let Some(step) = entry.step.as_deref() else {
                return false;
            };
            match (&self.until, &self.name) {
                (Some(until), _) => until.iter().any(|name| name == step),
                (None, Some(name)) => name.rsplit('/').next() == Some(step),
                (None, None) => false,
            }
        };
        let first = self.entries.iter().find(named).or(self.entries.first());
        let Some(first) =
            first.filter(|first| self.until.is_none() || first.step.is_none() || named(first))
        else {
            return Vec::new();
        };
        let mut doing: Vec<Entry> = self
            .entries
            .iter()
            .filter(|entry| entry.step == first.step)
            .cloned()
            .collect();
        for entry in &mut doing {
            let other = self.entries.iter().filter(|other| {
                other.step != entry.step && other.by.is_some() && other.by != entry.by
            });
            let signed = other.map(|other| other.times.recorded_at).min();
            entry.times.counterpart = entry.times.counterpart.or(signed);
        }
        doing
    }

    /// What the duty comes to as of an instant.
    pub(crate) fn play(
        &self,
        as_of: Instant,
        world: &World,
    ) -> Result<Result<Played, ClockError>, Unread> {
        let rule = self.rule(&self.due, &self.fields)?;
        let proof = self.proof.unwrap_or(match &rule {
            Rule::Within { span, .. } => Proof::default_for(*span),
            _ => Proof::Typed,
        });
        let decide = |entry: &Entry| {
            decide(
                proof,
                &entry.times,
                rule.by_days(),
                &Limits::default(),
                &world.zone,
            )
        };
        let doing = self.doing();
        let decisions: Vec<Decision> = doing.iter().map(decide).collect();
        let times: Vec<Instant> = decisions.iter().map(|decision| decision.at).collect();
        let done = match standing(
            &times,
            &self.undone,
            self.stands,
            self.days(world),
            &world.zone,
        ) {
            Ok(done) => done,
            Err(error) => return Ok(Err(error)),
        };
        let not_before = match &self.not_before {
            Some(node) => {
                let rule = self.rule(node, &self.fields)?;
                match clock::opens(&self.clock(&rule, &[], world)) {
                    Ok(at) => Some(at),
                    Err(error) => return Ok(Err(error)),
                }
            }
            None => None,
        };
        let in_time = |at: &&Instant| not_before.is_none_or(|opens| **at >= opens) && **at <= as_of;
        let first = done.iter().filter(in_time).min().copied();
        // A duty's pauses are those up to when it was done.
        let (due, pauses) = match self.due(first.unwrap_or(as_of).min(as_of), world)? {
            Ok(due) => due,
            Err(error) => return Ok(Err(error)),
        };
        let exempt_at = self.exemption.as_ref().and_then(|exemption| {
            let tried = self
                .entries
                .iter()
                .filter(|entry| entry.step.as_ref() == Some(&exemption.step));
            let tried: Vec<Instant> = tried
                .map(|entry| decide(entry).at)
                .chain(self.attempts.iter().copied())
                .collect();
            reached_at(
                &tried,
                exemption.times,
                exemption.distinct,
                &self.day_parts,
                &world.zone,
            )
        });
        let story = Story {
            due,
            not_before,
            done: &done,
            exempt_at,
            withdrawn_at: self.withdrawn_at,
            excuse: None,
        };
        let judgement = judge(&story, as_of);
        let decision = decisions
            .iter()
            .find(|decision| Some(decision.at) == judgement.done_at)
            .copied();
        let doer = doing
            .iter()
            .zip(&decisions)
            .find(|(_, decision)| Some(decision.at) == judgement.done_at);
        let doer = doer
            .and_then(|(entry, _)| entry.by.as_deref())
            .map(|name| world.member(name));
        let start = match self.start {
            Moment::At(at) => at,
            Moment::On(day) => world.zone.start_of(day),
        };
        let fair = Fair {
            start,
            due,
            fair: self.fair,
            hours: self.business.then_some(&world.business),
            days: self.days(world),
            zone: &world.zone,
            pauses: &pauses,
        };
        let answering = Answering {
            held: &self.held,
            credit: &self.credit,
            charge: &self.charge,
            doer,
            each: &[],
            responsible: None,
            absences: &[],
        };
        let verdicts = match verdicts(&fair, &answering, &story, as_of) {
            Ok(verdicts) => verdicts,
            Err(error) => return Ok(Err(error)),
        };
        let groups = match groups(&fair, &self.held) {
            Ok(groups) => groups,
            Err(error) => return Ok(Err(error)),
        };
        let judged = groups.iter().flat_map(|group| {
            group
                .held
                .iter()
                .map(|held| (held.holder.clone(), group.due))
        });
        Ok(Ok(Played {
            due,
            judgement,
            decision,
            verdicts,
            judged: judged.collect(),
            as_of,
        }))
    }
}

/// What a duty came to.
#[derive(Clone, Debug)]
pub(crate) struct Played {
    pub(crate) due: Due,
    pub(crate) judgement: Judgement,
    /// How the time that it was done at was decided.
    pub(crate) decision: Option<Decision>,
    pub(crate) verdicts: Vec<Verdict>,
    /// Each holder with the due time that he is judged by.
    pub(crate) judged: Vec<(Holder, Due)>,
    pub(crate) as_of: Instant,
}

impl Played {
    pub(crate) fn deciding(&self) -> Option<Deciding> {
        self.decision.map(|decision| decision.by)
    }
}
