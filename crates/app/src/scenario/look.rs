//! What a scenario expects to see, and what there is.

use super::script::Wrong;
use super::stage::{Miss, Stage, said};
use crate::cast::Named;
use crate::error::Error;
use crate::keys::Opened;
use domain::clock::{Due, End};
use domain::holder::Holder;
use domain::id::{HolderId, RecordId, UnitId};
use domain::ledger::Account;
use domain::measure::holder_id;
use domain::name::Name;
use domain::outcome::Outcome;
use domain::pack::Node;
use domain::pack::model::Role;
use domain::record::{Decided, Record, Todo};
use domain::time::Instant;
use domain::value::Value;
use store::{duty, ledger, record};

/// A duty of a record as it stands now.
struct Seen<'r> {
    outcome: Outcome,
    due: Due,
    done_at: Option<Instant>,
    holder: &'r Holder,
    to_do: bool,
    worth_bp: i64,
}

impl Stage<'_> {
    /// Compares one expectation with what is there.
    pub(super) fn look(&mut self, key: &Node, value: &Node) -> Result<Option<Miss>, Wrong> {
        let line = key.line();
        let wrong = |error: Error| Wrong::new(line, said(&error));
        let what = key.text().unwrap_or_default();
        if let Some((record, field)) = what.split_once('.')
            && !what.contains(' ')
        {
            return self.field(record, field, value, line).map_err(wrong);
        }
        let text = match &value.text() {
            Some(text) => (*text).to_owned(),
            None if value.is_null() => "none".to_owned(),
            None => {
                return Err(Wrong::new(
                    line,
                    "期望是一句话 (what is expected is a text)",
                ));
            }
        };
        let words: Vec<&str> = what.split_whitespace().collect();
        let found = match words.as_slice() {
            [subject] if subject.contains('/') => {
                return self.duty(subject, &text, line).map_err(wrong);
            }
            ["open" | "late", who @ ..] if who.len() <= 1 => self
                .to_do(words[0] == "late", who.first().copied())
                .map_err(wrong)?
                .to_string(),
            ["count", kind, rest @ ..] => self
                .count(kind, rest.first().copied())
                .map_err(wrong)?
                .to_string(),
            [standard, who, period] => {
                return self
                    .points(standard, who, period, &text, line)
                    .map_err(wrong);
            }
            [key] => {
                let record = self.load(key).map_err(wrong)?;
                if record.doc.void {
                    "void".to_owned()
                } else {
                    record.state.to_string()
                }
            }
            _ => {
                return Err(Wrong::new(
                    line,
                    format!(
                        "看不懂“{what}”；例如 (cannot be read; for example): r1: sent | r1.fault: … | r1/send: missed | open desk: 2 | count visit: 3 | STANDARD#A2 desk 2026-03: 1.94"
                    ),
                ));
            }
        };
        Ok(miss(line, &text, &found))
    }

    pub(super) fn named(&self, key: &str) -> Result<Named, Error> {
        self.cast.record(key).cloned()
    }

    fn load(&self, key: &str) -> Result<Record, Error> {
        let named = self.named(key)?;
        Ok(self
            .office
            .read(|tx| record::get(tx, named.unit, named.id))?)
    }

    fn field(&self, key: &str, name: &str, value: &Node, line: u32) -> Result<Option<Miss>, Error> {
        let record = self.load(key)?;
        let kind = self.cast.pack.kinds.get(&record.kind);
        let expected = value.text().unwrap_or("none").to_owned();
        if kind.is_some_and(|kind| kind.links.contains_key(name)) {
            let found = record
                .doc
                .links
                .get(name)
                .map_or_else(|| "none".to_owned(), |id| self.called(*id));
            return Ok(miss(line, &expected, &found));
        }
        if let Some(ledger) = name.strip_prefix("balance.") {
            let account = Account {
                ledger: Name::from(ledger),
                record: record.id,
            };
            let balance = self
                .office
                .read(|tx| ledger::balance(tx, record.unit, &account, false))?;
            return Ok(miss(line, &expected, &balance.to_string()));
        }
        let found = match name {
            "number" => Value::Text(record.number.clone()),
            name if kind.is_some_and(|kind| kind.facts.contains_key(name)) => {
                let found = match record.doc.facts.get(name) {
                    Some(Value::Int(count)) => count.to_string(),
                    fact => fact
                        .and_then(Value::as_text)
                        .and_then(|id| id.parse().ok())
                        .map_or_else(|| "none".to_owned(), |id| self.called(id)),
                };
                return Ok(miss(line, &expected, &found));
            }
            name => match record.doc.data.get(name) {
                // A play looks behind the mask: what it was is what is proven.
                Some(Value::Sealed(sealed)) => match self.office.keys() {
                    Some(keys) => match keys.open_value(sealed)? {
                        Opened::Value(value) => value,
                        Opened::Erased => Value::Null,
                    },
                    None => Value::Null,
                },
                value => value.cloned().unwrap_or_default(),
            },
        };
        let ty = kind
            .and_then(|kind| kind.field(name))
            .map(|field| &field.ty);
        let wanted = match value.text() {
            Some("none") | None if !value.is_list() => Value::Null,
            _ => self.cast.value(ty, &value.to_json())?,
        };
        if found == wanted {
            return Ok(None);
        }
        let found = match found
            .as_text()
            .and_then(|text| text.parse::<RecordId>().ok())
        {
            Some(id) => self.called(id),
            None => shown(&found),
        };
        Ok(Some(Miss {
            line,
            expected: if value.is_list() {
                shown(&wanted)
            } else {
                expected
            },
            found,
        }))
    }

    /// `KEY/DUTY`, the last occurrence, or `KEY/DUTY#2`.
    fn duty(&self, subject: &str, text: &str, line: u32) -> Result<Option<Miss>, Error> {
        let (key, name) = subject.split_once('/').unwrap_or((subject, ""));
        let (name, number) = match name.split_once('#') {
            Some((name, number)) => (name, number.parse::<u32>().ok()),
            None => (name, None),
        };
        let record = self.load(key)?;
        let decided = self.decided(&record, name)?;
        let number = number.unwrap_or_else(|| {
            let todo = record
                .doc
                .todo
                .iter()
                .filter(|todo| todo.name == *name)
                .map(|todo| todo.occurrence);
            todo.chain(decided.iter().map(|row| row.occurrence))
                .max()
                .unwrap_or(1)
        });
        let todo = record
            .doc
            .todo
            .iter()
            .find(|todo| todo.name == *name && todo.occurrence == number);
        let row = decided.iter().find(|row| row.occurrence == number);
        let seen = match (todo, row) {
            (Some(todo), _) => Seen {
                outcome: outcome(todo, self.now),
                due: todo.due,
                done_at: None,
                holder: todo.holder(),
                to_do: true,
                worth_bp: 0,
            },
            (None, Some(row)) => Seen {
                outcome: row.outcome,
                due: row.due,
                done_at: row.done_at,
                holder: &row.holder,
                to_do: false,
                worth_bp: row.worth_bp,
            },
            (None, None) => return Ok(miss(line, text, "none")),
        };
        let mut same = true;
        for clause in text.split(", ").map(str::trim) {
            same &= match clause.split_once(' ') {
                Some(("due", at)) => self.is_due(seen.due, at)?,
                Some(("done", at)) => seen.done_at == Some(self.instant(at)?),
                Some(("holder", who)) => self.holder_is(seen.holder, who, record.unit),
                Some(("worth", share)) => share
                    .trim_end_matches('%')
                    .parse::<i64>()
                    .is_ok_and(|share| share * 100 == seen.worth_bp),
                _ if clause == "to do" => seen.to_do,
                _ if clause == "over" => !seen.to_do,
                _ => clause == seen.outcome.as_str(),
            };
        }
        Ok((!same).then(|| Miss {
            line,
            expected: text.to_owned(),
            found: self.describe(&seen),
        }))
    }

    fn decided(&self, record: &Record, name: &str) -> Result<Vec<Decided>, Error> {
        let filter = duty::Filter {
            unit: Some(record.unit),
            record: Some(record.id),
            name: Some(Name::from(name)),
            ..duty::Filter::default()
        };
        let mut rows = Vec::new();
        self.office.read(|tx| {
            duty::each(tx, &filter, |row| {
                rows.push(row.decided);
                Ok(())
            })
        })?;
        Ok(rows)
    }

    fn instant(&self, text: &str) -> Result<Instant, Error> {
        let with_day = if text.contains(' ') {
            text.to_owned()
        } else {
            format!("{} {text}", self.cast.zone.day_of(self.now))
        };
        self.cast
            .instant(&with_day)
            .ok_or_else(|| Error::Usage(format!("“{text}”不是时间 (no time)")))
    }

    /// A day alone: the due time ends with it.
    fn is_due(&self, due: Due, text: &str) -> Result<bool, Error> {
        if let Some(day) = self.cast.day(text) {
            return Ok(due.end == End::Exclusive
                && due.last_day(&self.cast.zone) == day
                && self.cast.zone.start_of(self.cast.zone.day_of(due.at)) == due.at);
        }
        Ok(due.at == self.instant(text)?)
    }

    fn describe(&self, seen: &Seen<'_>) -> String {
        let zone = &self.cast.zone;
        let mut text = seen.outcome.as_str().to_owned();
        let due = if seen.due.end == End::Exclusive
            && zone.start_of(zone.day_of(seen.due.at)) == seen.due.at
        {
            seen.due.last_day(zone).to_string()
        } else {
            self.at(seen.due.at)
        };
        text.push_str(&format!(", due {due}"));
        if let Some(done) = seen.done_at {
            text.push_str(&format!(", done {}", self.at(done)));
        }
        text.push_str(&format!(", holder {}", self.holder_name(seen.holder)));
        if seen.worth_bp > 0 {
            text.push_str(&format!(", worth {}%", seen.worth_bp / 100));
        }
        text.push_str(if seen.to_do { ", to do" } else { ", over" });
        text
    }

    /// `2026-03-05 14:05`, with seconds where there are any.
    fn at(&self, at: Instant) -> String {
        let text = at.in_zone(&self.cast.zone).replace('T', " ");
        let text = text.split('+').next().unwrap_or(&text);
        let text = text.trim_end_matches("000").trim_end_matches('.');
        text.strip_suffix(":00").unwrap_or(text).to_owned()
    }

    /// The key of a record in this story, or its id.
    fn called(&self, id: RecordId) -> String {
        let mut keys: Vec<&String> = self
            .cast
            .records
            .iter()
            .filter(|(_, named)| named.id == id)
            .map(|(key, _)| key)
            .collect();
        keys.sort();
        keys.first()
            .map_or_else(|| id.to_string(), |key| (*key).clone())
    }

    fn holder_name(&self, holder: &Holder) -> String {
        match holder {
            Holder::Member(id) => self.called(RecordId::from_uuid(id.uuid())),
            Holder::Team(id) => self.called(RecordId::from_uuid(id.uuid())),
            Holder::Pool { post } => format!("pool {post}"),
            Holder::Unit => "unit".to_owned(),
        }
    }

    fn holder_is(&self, holder: &Holder, who: &str, unit: UnitId) -> bool {
        match self.cast.records.get(who) {
            Some(named) => holder_id(holder, unit) == HolderId::from_uuid(named.id.uuid()),
            None => self.holder_name(holder) == who,
        }
    }

    /// A member or team by key, `unit`, `pool POST`.
    pub(super) fn holder(&self, who: &str) -> Result<Holder, Error> {
        if who == "unit" {
            return Ok(Holder::Unit);
        }
        let named = self.cast.record(who)?;
        let role = self
            .cast
            .pack
            .kinds
            .get(&named.kind)
            .and_then(|kind| kind.role);
        Ok(match role {
            Some(Role::Team) => Holder::Team(named.id.into()),
            _ => Holder::Member(named.id.into()),
        })
    }

    /// Duties to do in the story's unit, of one holder or of all; `late`: those that are late already.
    fn to_do(&self, late: bool, who: Option<&str>) -> Result<usize, Error> {
        let holder = who.map(|who| self.holder(who)).transpose()?;
        let mut count = 0;
        self.office.read(|tx| {
            record::each_of_kind(tx, self.unit, None, |record| {
                count += record
                    .doc
                    .todo
                    .iter()
                    .filter(|todo| holder.as_ref().is_none_or(|holder| todo.holder() == holder))
                    .filter(|todo| !late || todo.due.is_late(self.now))
                    .count();
                Ok::<_, store::Error>(())
            })
        })?;
        Ok(count)
    }

    fn count(&self, kind: &str, state: Option<&str>) -> Result<usize, Error> {
        let mut count = 0;
        let name = Name::from(kind);
        self.office.read(|tx| {
            record::each_of_kind(tx, self.unit, Some(&name), |record| {
                count += usize::from(
                    !record.doc.void && state.is_none_or(|state| record.state == *state),
                );
                Ok::<_, store::Error>(())
            })
        })?;
        Ok(count)
    }
}

fn outcome(todo: &Todo, now: Instant) -> Outcome {
    if todo.excuse.is_some() {
        Outcome::Excused
    } else if todo.due.is_late(now) {
        Outcome::Missed
    } else {
        Outcome::Pending
    }
}

pub(super) fn miss(line: u32, expected: &str, found: &str) -> Option<Miss> {
    (expected != found).then(|| Miss {
        line,
        expected: expected.to_owned(),
        found: found.to_owned(),
    })
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Text(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}
