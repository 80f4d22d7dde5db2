//! A fair due time for whom a duty reaches late (S5.4).

use super::charge::{Charge, Charged, Credit, Held, charge, credit};
use crate::calendar::{SpecialDays, WorkingHours};
use crate::clock::{Clock, ClockError, Due, End, Paused, Rule, Span, due, running};
use crate::id::MemberId;
use crate::outcome::{Judgement, Outcome, Story, judge};
use crate::time::{Instant, Moment, Zone};
use serde::{Deserialize, Serialize};

/// What a fair due time depends on beside the hand-over.
#[derive(Clone, Copy, Debug)]
pub struct Fair<'a> {
    pub start: Instant,
    /// The original due time.
    pub due: Due,
    /// `None`: a quarter of the duration, at most one workday.
    pub fair: Option<Span>,
    pub hours: Option<&'a WorkingHours>,
    pub days: &'a SpecialDays,
    pub zone: &'a Zone,
    pub pauses: &'a [Paused],
}

const DAY: i64 = 86_400_000_000;

impl Fair<'_> {
    fn clock<'a>(&'a self, start: Instant, rule: &'a Rule) -> Clock<'a> {
        Clock {
            start: Moment::At(start),
            rule,
            hours: self.hours,
            days: self.days,
            zone: self.zone,
            pauses: self.pauses,
        }
    }
}

/// What is left to whom a duty reaches late: as the duty says, else a quarter of its duration; for clocks of days and for points a quarter of the
/// elapsed time from start to due. At most one workday: 24 hours around the clock, the opening time of the day on a calendar with opening
/// hours, that of the next day that opens if the one on which it reached him does not (S5.4).
///
/// # Errors
/// A year without calendar data, hours that never open.
pub fn fair_span(fair: &Fair<'_>, reached_at: Instant) -> Result<Span, ClockError> {
    if let Some(span) = fair.fair {
        return Ok(span);
    }
    let rule = Rule::within(Span::Clock(0));
    let whole = match fair.due.end {
        End::Inclusive => running(&fair.clock(fair.start, &rule), fair.start, fair.due.at)?,
        End::Exclusive => fair.due.at.since(fair.start).max(0),
    };
    let workday = match fair.hours {
        None => DAY,
        Some(hours) => {
            let opens = Clock {
                pauses: &[],
                ..fair.clock(reached_at, &rule)
            };
            let day = fair.zone.day_of(due(&opens)?.at);
            let open = hours.intervals_of(day, fair.days, fair.zone)?;
            open.iter().map(|(from, until)| until.since(*from)).sum()
        }
    };
    Ok(Span::Clock((whole / 4).min(workday)))
}

/// The due time for whom the duty reached at the instant: `None` if he had at least the fair time left, so that the due time so far is his too;
/// else the fair time after it reached him (S5.4).
///
/// # Errors
/// As `fair_span`.
pub fn fair_due(
    fair: &Fair<'_>,
    due_so_far: Due,
    reached_at: Instant,
) -> Result<Option<Due>, ClockError> {
    let rule = Rule::within(fair_span(fair, reached_at)?);
    let own = due(&fair.clock(reached_at, &rule))?;
    Ok((own.at > due_so_far.at).then_some(own))
}

/// What a duty comes to for one party: the unit counts it once by the original due time, its holders each by theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub party: Charged,
    pub due: Due,
    pub outcome: Outcome,
    pub done_at: Option<Instant>,
}

/// How a duty is credited and charged.
#[derive(Clone, Copy, Debug)]
pub struct Answering<'a> {
    /// In order of time; the first held it from the start.
    pub held: &'a [Held],
    pub credit: &'a Credit,
    pub charge: &'a Charge,
    pub doer: Option<MemberId>,
    pub each: &'a [MemberId],
    pub responsible: Option<Charged>,
    /// When members were on leave or off shift.
    pub absences: &'a [(MemberId, Instant, Instant)],
}

/// Holders who are judged by one due time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The original start for the first group, else when the duty reached it.
    pub from: Instant,
    pub due: Due,
    pub held: Vec<Held>,
}

/// The holders of a duty by the due time that each is judged by: the first due time for those who held it up to a hand-over that came too
/// late, the fair one for those after it, and so on (S5.4). Never empty.
///
/// # Errors
/// As `fair_span`.
pub fn groups(fair: &Fair<'_>, held: &[Held]) -> Result<Vec<Group>, ClockError> {
    let mut done = Vec::new();
    let mut group = Group {
        from: fair.start,
        due: fair.due,
        held: Vec::new(),
    };
    for (place, part) in held.iter().enumerate() {
        if place > 0
            && let Some(due) = fair_due(fair, group.due, part.from)?
        {
            let next = Group {
                from: part.from,
                due,
                held: Vec::new(),
            };
            done.push(std::mem::replace(&mut group, next));
        }
        group.held.push(part.clone());
    }
    done.push(group);
    Ok(done)
}

/// Who answers for a duty as of an instant, and with what (S5.2–S5.4). Met: credited once, and nobody else is concerned. Missed: charged
/// to one of each group. Pending and the rest stand with whoever holds it. Hand-overs after it was done are not looked at.
///
/// # Errors
/// As `fair_span`.
pub fn verdicts(
    fair: &Fair<'_>,
    answering: &Answering<'_>,
    story: &Story<'_>,
    as_of: Instant,
) -> Result<Vec<Verdict>, ClockError> {
    let done_at = judge(story, as_of).done_at;
    let seen = |held: &Held| held.from <= as_of && done_at.is_none_or(|done| held.from <= done);
    let later = answering.held.iter().skip(1).filter(|held| seen(held));
    let held: Vec<Held> = answering
        .held
        .first()
        .into_iter()
        .chain(later)
        .cloned()
        .collect();
    let mut verdicts = Vec::new();
    for Group { from, due, held } in groups(fair, &held)? {
        let Judgement {
            outcome, done_at, ..
        } = judge(&Story { due, ..*story }, as_of);
        let verdict = |party| Verdict {
            party,
            due,
            outcome,
            done_at,
        };
        match (outcome, done_at) {
            (Outcome::Met, Some(at)) => {
                let credited = credit(
                    answering.credit,
                    answering.held,
                    at,
                    answering.doer,
                    answering.each,
                );
                verdicts.extend(credited.into_iter().map(verdict));
                break;
            }
            (Outcome::Missed, _) => {
                let charged = charge(
                    answering.charge,
                    &held,
                    from,
                    due,
                    fair.pauses,
                    answering.absences,
                    answering.responsible,
                );
                verdicts.push(verdict(charged));
            }
            _ => {
                verdicts.push(verdict(
                    held.last()
                        .map_or(Charged::Unit, |held| Charged::from(&held.holder)),
                ));
                break;
            }
        }
    }
    Ok(verdicts)
}
