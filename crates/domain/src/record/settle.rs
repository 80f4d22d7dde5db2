//! How duties of a record end: the row that each leaves, who is credited or charged.

use super::duties::{Duties, Timed};
use super::{Decided, Share, Todo};
use crate::holder::{self, Answering, Charge, Credit, Fair, Holder};
use crate::id::MemberId;
use crate::name::Name;
use crate::outcome::{self, Excuse, Outcome, Story};
use crate::pack::model::Duty;
use crate::proof::Decision;
use crate::time::Instant;
use crate::value::{Data, Value};

use super::duties::Ending;
use super::standing::responsible_in;

impl Duties<'_> {
    /// Ends a duty: the row it leaves, and whether it is to do any longer.
    pub(super) fn settle(&mut self, item: Todo, duty: &Duty, ending: Ending) -> Timed<()> {
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
}
