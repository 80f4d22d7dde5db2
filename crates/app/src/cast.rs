//! What stories call things: units, records and people by keys of their own, times in the zone of the story, values by the type of the
//! field they stand in.

use crate::error::Error;
use domain::id::{MemberId, RecordId, UnitId};
use domain::name::Name;
use domain::pack::model::{FieldType, Pack, Role};
use domain::record::By;
use domain::time::{Day, Instant, Zone};
use domain::value::Value;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// A record that a story has named.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) kind: Name,
    pub(crate) unit: UnitId,
    pub(crate) id: RecordId,
}

/// Everything that a story has named so far.
pub(crate) struct Cast<'p> {
    pub(crate) pack: &'p Pack,
    pub(crate) zone: Zone,
    /// The year of a day that says none.
    pub(crate) year: i16,
    pub(crate) units: HashMap<String, UnitId>,
    pub(crate) records: HashMap<String, Named>,
}

impl<'p> Cast<'p> {
    pub(crate) fn new(pack: &'p Pack, zone: Zone) -> Self {
        Self {
            pack,
            zone,
            year: 0,
            units: HashMap::new(),
            records: HashMap::new(),
        }
    }

    /// `2026-03-05`, or `03-05` of the story's year.
    pub(crate) fn day(&self, text: &str) -> Option<Day> {
        match text.len() {
            5 => format!("{:04}-{text}", self.year).parse().ok(),
            _ => text.parse().ok(),
        }
    }

    /// `2026-03-05 14:05`, with seconds and their fraction where they matter, in the zone of the story.
    pub(crate) fn instant(&self, text: &str) -> Option<Instant> {
        let (day, time) = text.split_once(' ')?;
        Some(self.at(self.day(day)?, time_of_day(time)?))
    }

    /// A day and microseconds since it began.
    pub(crate) fn at(&self, day: Day, micros: i64) -> Instant {
        let minute = u16::try_from(micros / MINUTE).unwrap_or(0);
        self.zone
            .at_minute(day, minute)
            .plus_micros(micros % MINUTE)
    }

    /// # Errors
    /// Nothing is called so yet.
    pub(crate) fn record(&self, key: &str) -> Result<&Named, Error> {
        self.records.get(key).ok_or_else(|| {
            Error::Usage(format!(
                "还没有叫“{key}”的记录 (nothing is called `{key}` yet)"
            ))
        })
    }

    /// # Errors
    /// No such unit.
    pub(crate) fn unit(&self, code: &str) -> Result<UnitId, Error> {
        self.units.get(code).copied().ok_or_else(|| {
            Error::Usage(format!("没有组织单元“{code}” (there is no unit `{code}`)"))
        })
    }

    /// `system`, a member, or somebody else by the record that registers him.
    pub(crate) fn by(&self, key: &str) -> Result<By, Error> {
        if key == "system" {
            return Ok(By::System);
        }
        let named = self.record(key)?;
        let member = self
            .pack
            .kinds
            .get(&named.kind)
            .is_some_and(|kind| kind.role == Some(Role::Member));
        Ok(if member {
            By::Member(MemberId::from(named.id))
        } else {
            By::Party(named.id)
        })
    }

    /// A value as the field's type has it. Who, which team and which unit are given by key; a signature or picture by any text, whose digest
    /// stands for what nobody drew.
    pub(crate) fn value(&self, ty: Option<&FieldType>, value: &Json) -> Result<Value, Error> {
        if let Some(items) = value.as_array() {
            return items
                .iter()
                .map(|item| match ty {
                    Some(FieldType::Files { .. }) => Ok(Value::Text(digest(&plain(item)))),
                    Some(FieldType::Choices(_)) => Ok(Value::Text(plain(item))),
                    ty => self.value(ty, item),
                })
                .collect::<Result<_, _>>()
                .map(Value::List);
        }
        let Some(text) = value.as_str() else {
            return Ok(Value::Null);
        };
        let number = || text.parse().map(Value::Int).unwrap_or_else(|_| text.into());
        let day = || {
            self.day(text)
                .map_or_else(|| text.into(), |day| Value::Text(day.to_string()))
        };
        let instant = || {
            self.instant(text)
                .map_or_else(|| text.into(), |at| Value::Text(at.to_string()))
        };
        Ok(match ty {
            Some(FieldType::Bool) => match text {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => text.into(),
            },
            Some(FieldType::Int { .. } | FieldType::Money { .. } | FieldType::Ratio) => number(),
            Some(FieldType::Day) => day(),
            Some(FieldType::Instant) => instant(),
            Some(FieldType::Moment) if text.contains(' ') => instant(),
            Some(FieldType::Moment) => day(),
            Some(FieldType::Member | FieldType::Team) => {
                Value::Text(self.record(text)?.id.to_string())
            }
            Some(FieldType::Unit) => Value::Text(self.unit(text)?.to_string()),
            Some(FieldType::Signature) => Value::Text(digest(text)),
            Some(FieldType::Files { .. }) => Value::List(vec![Value::Text(digest(text))]),
            Some(FieldType::Choices(_)) => Value::List(vec![text.into()]),
            _ => text.into(),
        })
    }
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;

/// Microseconds since the day began: `14:05`, `14:05:00.000001`.
pub(crate) fn time_of_day(text: &str) -> Option<i64> {
    let (hours, rest) = text.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "0"));
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let fraction = format!("{fraction:0<6}");
    let bounded = |text: &str, below: i64| {
        text.parse::<i64>()
            .ok()
            .filter(|number| (0..below).contains(number))
    };
    Some(
        bounded(hours, 24)? * 60 * MINUTE
            + bounded(minutes, 60)? * MINUTE
            + bounded(seconds, 60)? * SECOND
            + bounded(&fraction, SECOND)?,
    )
}

fn plain(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn digest(text: &str) -> String {
    let hex: String = Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_to_the_microsecond() {
        let day = 24 * 60 * MINUTE;
        for (text, micros) in [
            ("00:00", Some(0)),
            ("09:05", Some(545 * MINUTE)),
            ("09:05:01", Some(545 * MINUTE + SECOND)),
            ("23:59:59.999999", Some(day - 1)),
            ("09:05:00.5", Some(545 * MINUTE + SECOND / 2)),
            ("24:00", None),
            ("9", None),
            ("09:60", None),
        ] {
            assert_eq!(time_of_day(text), micros, "{text}");
        }
    }
}
