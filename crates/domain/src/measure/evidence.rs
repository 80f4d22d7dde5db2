//! What one entry of a record is evidence of, beside the duties that it decides.

use super::Measure;
use crate::id::{HolderId, RecordId, UnitId};
use crate::name::Name;
use crate::pack::standard::{MeanOf, Selector};
use crate::record::scope::RecordScope;
use crate::record::{Entry, Record, Used};
use crate::tally::{Tally, Verdict};
use crate::time::{Day, Instant, Zone};
use crate::value::{Data, Value};
use std::fmt;
use std::str::FromStr;

/// What an entry is evidence of: how complete its step was, how long it took; and, as a difference to the record before it, that something
/// happened that must not. What a later step makes untrue is taken back.
pub fn evidence(
    measure: &Measure,
    unit: UnitId,
    zone: &Zone,
    before: Option<&Record>,
    entry: &Entry,
    after: &Record,
) -> Vec<(HolderId, Day, Tally)> {
    if matches!(measure.selector, Selector::NoneOf { .. }) {
        let was = before.and_then(|record| of_record(measure, unit, zone, record));
        let is = of_record(measure, unit, zone, after);
        if was == is {
            return Vec::new();
        }
        let back = was.map(|(holder, day, tally)| {
            (holder, day, Tally::ZERO.minus(tally).unwrap_or(Tally::ZERO))
        });
        return back.into_iter().chain(is).collect();
    }
    if entry.change.is_some() {
        return Vec::new();
    }
    let day = zone.day_of(crate::record::evolve::happened(entry));
    let none = Data::new();
    let scope = RecordScope::after(Some(after), &none, &entry.used);
    let holds = |when: &Option<crate::expr::Expr>| {
        when.as_ref()
            .is_none_or(|when| when.holds(&scope).unwrap_or(false))
    };
    match &measure.selector {
        Selector::Complete {
            at, fields, when, ..
        } if *at == entry.step && holds(when) => {
            let full = fields.iter().all(|field| {
                after
                    .doc
                    .data
                    .get(field)
                    .is_some_and(|value| !value.is_null())
            });
            let verdict = if full { Verdict::Met } else { Verdict::Missed };
            vec![(measure.of_whom(unit, entry, after), day, Tally::of(verdict))]
        }
        Selector::Ratio { at, of, over, .. } if *at == entry.step && holds(over) => {
            let counts = i64::from(of.holds(&scope).unwrap_or(false));
            let tally = measure.opinion(before, entry, Tally::of_value(counts));
            vec![(measure.of_whom(unit, entry, after), day, tally)]
        }
        Selector::Mean {
            of: MeanOf::Between { from, to },
            when,
            ..
        } if *to == entry.step && holds(when) => {
            // Times that contradict each other are left out, and said how many (S4.8).
            let between = after
                .doc
                .times
                .get(from)
                .zip(after.doc.times.get(to))
                .map(|(from, to)| to.since(*from));
            between.map_or(Vec::new(), |micros| {
                let value = if micros < 0 {
                    Tally::of(Verdict::Anomalous)
                } else {
                    Tally::of_value(micros)
                };
                vec![(measure.of_whom(unit, entry, after), day, value)]
            })
        }
        Selector::Mean {
            of: MeanOf::Field(field),
            when,
            ..
        } if entry.data.contains_key(field) && holds(when) => match entry.data.get(field) {
            Some(Value::Int(value)) => {
                let tally = measure.opinion(before, entry, Tally::of_value(*value));
                vec![(measure.of_whom(unit, entry, after), day, tally)]
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A step that may count towards a quota (S6.1): when, on which record, for which subject. Its text ends the key of its tally.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taking {
    pub at: Instant,
    pub record: RecordId,
    pub subject: RecordId,
}

impl fmt::Display for Taking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.at.micros(), self.record, self.subject)
    }
}

impl FromStr for Taking {
    type Err = NotATaking;
    fn from_str(text: &str) -> Result<Self, NotATaking> {
        let mut parts = text.split('/');
        let mut next = || parts.next().ok_or(NotATaking);
        let at = next()?.parse().map_err(|_| NotATaking)?;
        Ok(Self {
            at: Instant::from_micros(at),
            record: next()?.parse().map_err(|_| NotATaking)?,
            subject: next()?.parse().map_err(|_| NotATaking)?,
        })
    }
}

/// A key that is no taking's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no step that counts towards a quota")]
pub struct NotATaking;

/// What an entry adds towards a quota, for whom, on which day, and how much: one, or the field that it sums. It is the step's doer's, or the opener where nobody of the house took it.
pub fn taking(
    measure: &Measure,
    unit: UnitId,
    zone: &Zone,
    entry: &Entry,
    after: &Record,
) -> Option<(HolderId, Day, Taking, i64)> {
    let Selector::Quota(quota) = &measure.selector else {
        return None;
    };
    if entry.change.is_some() || entry.step != quota.at || after.doc.void {
        return None;
    }
    let none = Data::new();
    let scope = RecordScope::after(Some(after), &none, &entry.used);
    let holds = quota
        .when
        .as_ref()
        .is_none_or(|when| when.holds(&scope).unwrap_or(false));
    if !holds {
        return None;
    }
    let at = crate::record::evolve::happened(entry);
    let subject = quota
        .subject
        .as_ref()
        .and_then(|link| after.doc.links.get(link))
        .copied();
    let by = entry
        .by
        .member()
        .or(after.doc.creator)
        .map_or(unit.into(), HolderId::from);
    let taking = Taking {
        at,
        record: after.id,
        subject: subject.unwrap_or(after.id),
    };
    let amount = match &quota.sum {
        None => 1,
        Some(field) => match after.doc.data.get(field) {
            Some(Value::Int(amount)) => *amount,
            _ => 0,
        },
    };
    Some((by, zone.day_of(at), taking, amount))
}

/// What a record as it stands is evidence of: something that must not happen, on the day on which it did (S1.3). What a later step makes
/// untrue is taken back by the difference.
fn of_record(
    measure: &Measure,
    unit: UnitId,
    zone: &Zone,
    record: &Record,
) -> Option<(HolderId, Day, Tally)> {
    let Selector::NoneOf { when, whose, .. } = &measure.selector else {
        return None;
    };
    let (none, used) = (Data::new(), Used::default());
    let scope = RecordScope::after(Some(record), &none, &used);
    let holds = when
        .as_ref()
        .is_none_or(|when| when.holds(&scope).unwrap_or(false));
    if record.doc.void || record.doc.moved_to.is_some() || !holds {
        return None;
    }
    let verdict = if record.doc.excused {
        Verdict::Excused
    } else {
        Verdict::Missed
    };
    let holder = whose
        .as_ref()
        .and_then(|field| whose_of(record, field))
        .unwrap_or(unit.into());
    Some((
        holder,
        record
            .doc
            .counts_on
            .unwrap_or_else(|| zone.day_of(record.opened_at)),
        Tally::of(verdict),
    ))
}

/// The member or team that a field or link names.
fn whose_of(record: &Record, name: &Name) -> Option<HolderId> {
    let linked = record
        .doc
        .links
        .get(name)
        .map(|id| HolderId::from_uuid(id.uuid()));
    linked.or_else(|| record.doc.data.get(name)?.as_text()?.parse().ok())
}
