//! What a step's stated time is refused for, and when a paper entry counts from it (S2.12, S4.7).

use super::decide::Check;
use super::entry::{Anomaly, Used, Via};
use super::refusal::{Code, Refusal};
use crate::pack::model::FieldType;
use crate::proof::{Limits, Paper, PaperRefused, is_refused_as_future};
use crate::time::{Instant, Moment, Zone};
use crate::value::Value;

impl Check<'_> {
    pub(super) fn times(&mut self) {
        let Some(occurred) = self.command.occurred else {
            return;
        };
        let zone = self.context.zone;
        let shown = match occurred {
            Moment::At(at) => at.in_zone(zone),
            Moment::On(day) => day.to_string(),
        };
        let (now, queued) = (self.context.now, self.command.queued);
        if is_refused_as_future(occurred, now, queued, &Limits::default(), zone) {
            self.refuse_or_mark(Anomaly::Future, Refusal::new(Code::TimeFuture).with(&shown));
        }
        let Some(record) = self.before else { return };
        if before(zone, occurred, record.opened_at) {
            let refusal = Refusal::new(Code::TimeBeforeRecord)
                .with(&shown)
                .with(record.opened_at.in_zone(zone));
            self.refuse_or_mark(Anomaly::BeforeRecord, refusal);
        } else if self.command.is_import()
            && record
                .doc
                .times
                .values()
                .max()
                .is_some_and(|last| before(zone, occurred, *last))
        {
            self.anomalies.push(Anomaly::Order);
        }
    }

    /// A paper entry that a declared outage lets in counts from when it occurred (S4.7).
    pub(super) fn paper(&mut self, used: &mut Used) {
        if self.command.via != Via::Paper {
            return;
        }
        let Some(occurred) = self.command.occurred else {
            return;
        };
        let zone = self.context.zone;
        let photo = self.kind.fields.iter().any(|field| {
            matches!(field.ty, FieldType::Files { .. })
                && matches!(self.command.data.get(&field.name), Some(Value::List(list)) if !list.is_empty())
        });
        let days = &self.context.pack.special_days;
        let mut refused = PaperRefused::OutsideOutage;
        for outage in self.context.outages {
            let occurred_at = match occurred {
                Moment::At(at) => at,
                // A day without a time fits an outage that it touches.
                Moment::On(day) => zone
                    .start_of(day)
                    .max(outage.from)
                    .min(zone.end_of(day).plus_micros(-1)),
            };
            let paper = Paper {
                occurred_at,
                recorded_at: self.context.now,
                photo,
                by: self.command.by.member(),
                recorded_by: self.command.recorded_by,
                second: self.command.second,
            };
            match outage.admit(&paper, days, zone) {
                Ok(()) => {
                    used.outage = true;
                    return;
                }
                Err(PaperRefused::OutsideOutage) => {}
                Err(reason) => refused = reason,
            }
        }
        self.faults.push(match refused {
            PaperRefused::OutsideOutage => Refusal::new(Code::PaperOutside),
            PaperRefused::TooLate => Refusal::new(Code::PaperLate),
            PaperRefused::NoPhoto => Refusal::new(Code::PaperPhoto),
            PaperRefused::NoSecondPerson => Refusal::new(Code::SecondPersonMissing),
            PaperRefused::Clock(error) => Refusal::new(Code::CalendarMissing)
                .with(error.year().map_or(String::new(), |year| year.to_string())),
        });
    }
}

/// A day is compared as a day (S2.12).
pub(super) fn before(zone: &Zone, occurred: Moment, other: Instant) -> bool {
    match occurred {
        Moment::At(at) => at < other,
        Moment::On(day) => day < zone.day_of(other),
    }
}
