//! When somebody is reminded of a duty that is to do: before it falls due, once it is missed, when it comes to him from another.
//!
//! How long before is said by the duty (`remind:`), a quarter of its time and a day at most where it says nothing. A reminder is a hint and no
//! rule of any score: a day of its lead is 24 hours, and whoever was not there for three days is not told everything that passed.

use crate::clock::Due;
use crate::name::Name;
use crate::pack::model::{Duty, Limit, Pack, ParameterValue};
use crate::parameter::Parameters;
use crate::record::Todo;
use crate::time::Instant;
use crate::value::Data;
use serde::{Deserialize, Serialize};

const DAY: i64 = 86_400_000_000;
/// What is longer ago than this is told nobody any more: 3 days.
const STALE: i64 = 3 * DAY;
/// The longest lead that a duty has without saying so, and the shortest that is worth a word: a day, a minute.
pub const USUAL: i64 = DAY;
const LEAST: i64 = 60_000_000;

/// What somebody is reminded of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// It falls due soon.
    Due,
    Missed,
    /// It has come to him from another.
    HandedOver,
}

impl Why {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Missed => "missed",
            Self::HandedOver => "handed-over",
        }
    }
}

/// How long before its due time the holder of a duty is reminded, in microseconds, by the parameters in force and the record's fields;
/// `None`: the duty does not say.
pub fn lead(
    duty: &Duty,
    pack: &Pack,
    parameters: &Parameters,
    data: &Data,
    at: Instant,
) -> Option<i64> {
    fn span(
        limit: &Limit,
        data: &Data,
        value: &dyn Fn(&Name) -> Option<crate::clock::Span>,
    ) -> Option<crate::clock::Span> {
        match limit {
            Limit::Fixed(span) => Some(*span),
            Limit::Param(name) => value(name),
            Limit::By { field, cases } => {
                span(cases.get(data.get(field)?.as_text()?)?, data, value)
            }
        }
    }
    let value = |name: &Name| match parameters.value(pack, name, at)? {
        ParameterValue::Span(span) => Some(*span),
        _ => None,
    };
    let span = span(duty.remind.as_ref()?, data, &value)?;
    Some(i64::try_from(span.rough_micros()).unwrap_or(i64::MAX / 4))
}

/// What the holder of a duty to do is owed as of an instant, by its due time with running pauses counted; since when it has been owed.
pub fn owed(todo: &Todo, due: Due, lead: Option<i64>, as_of: Instant) -> Option<(Why, Instant)> {
    if due.is_late(as_of) {
        return (as_of.since(due.at) <= STALE).then_some((Why::Missed, due.at));
    }
    let (lead, from) = ahead(todo, due, lead);
    (lead >= LEAST && from <= as_of).then_some((Why::Due, from))
}

/// When the holder of a duty to do may be owed something that he is not owed as of an instant, by this due time; `None`: never.
pub fn next(todo: &Todo, due: Due, lead: Option<i64>, as_of: Instant) -> Option<Instant> {
    if due.is_late(as_of) {
        return None;
    }
    let (lead, from) = ahead(todo, due, lead);
    Some(if lead >= LEAST && from > as_of {
        from
    } else {
        due.at
    })
}

/// How long before its due time the holder of a duty hears of it, and when that is.
fn ahead(todo: &Todo, due: Due, lead: Option<i64>) -> (i64, Instant) {
    let whole = due.at.since(todo.start).max(0);
    let lead = lead.unwrap_or((whole / 4).min(USUAL)).min(whole);
    (lead, due.at.plus_micros(-lead))
}

/// Whether a duty has come to another holder between two states of its record.
pub fn is_handed_over(before: &[Todo], after: &Todo) -> bool {
    after.held.len() > 1
        && before
            .iter()
            .find(|todo| todo.name == after.name && todo.occurrence == after.occurrence)
            .is_some_and(|todo| todo.holder() != after.holder())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Rule;
    use crate::holder::{Held, Holder};
    use crate::record::PackVersion;
    use crate::time::Moment;
    use std::collections::BTreeSet;

    const HOUR: i64 = 3_600_000_000;

    fn todo(hours: i64) -> Todo {
        let start = Instant::from_micros(1_772_000_000_000_000);
        let due = start.plus_micros(hours * HOUR);
        Todo {
            name: "answer".into(),
            occurrence: 1,
            start,
            rule: Rule::Stated(Moment::At(due)),
            changes: Vec::new(),
            pack: PackVersion(1),
            days: None,
            due: Due::inclusive(due),
            not_before: None,
            held: vec![Held {
                holder: Holder::Unit,
                from: start,
            }],
            progress: Vec::new(),
            excuse: None,
        }
    }

    /// (hours that the duty has, its lead, hours after its start, what its holder hears)
    #[test]
    fn a_duty_is_brought_to_mind_before_it_is_due_and_once_it_is_missed() {
        for (hours, lead, after, told) in [
            (8, None, 5, None),
            (8, None, 6, Some(Why::Due)),
            (8, None, 8, Some(Why::Due)),
            (8, None, 9, Some(Why::Missed)),
            (8, None, 8 + 72, Some(Why::Missed)),
            (8, None, 8 + 73, None),
            // A quarter of a month would be a week: a day is enough.
            (720, None, 695, None),
            (720, None, 696, Some(Why::Due)),
            (8, Some(HOUR), 6, None),
            (8, Some(HOUR), 7, Some(Why::Due)),
            // Longer than it has: from its start.
            (8, Some(100 * HOUR), 0, Some(Why::Due)),
            (8, Some(0), 8, None),
        ] {
            let todo = todo(hours);
            let as_of = todo.start.plus_micros(after * HOUR);
            let heard = owed(&todo, todo.due, lead, as_of).map(|(why, _)| why);
            assert_eq!(heard, told, "{hours} h, {lead:?}, after {after} h");
        }
    }

    #[test]
    fn between_two_looks_that_follow_it_nothing_comes_to_be_owed() {
        for (hours, lead) in [
            (8, None),
            (720, None),
            (8, Some(HOUR)),
            (8, Some(100 * HOUR)),
            (8, Some(0)),
        ] {
            let todo = todo(hours);
            for due in [todo.due, Due::exclusive(todo.due.at)] {
                let told = |at: Instant| owed(&todo, due, lead, at).map(|(why, _)| why);
                let quarters = (0..(hours + 80) * 4).map(|n| todo.start.plus_micros(n * HOUR / 4));
                let mut follows = todo.start;
                let mut heard = BTreeSet::new();
                for at in quarters {
                    let (why, next) = (told(at), next(&todo, due, lead, at));
                    if at < follows {
                        assert!(
                            why.is_none_or(|why| heard.contains(&why)),
                            "{hours} h at {at:?}"
                        );
                        continue;
                    }
                    heard.extend(why);
                    follows = next.unwrap_or(Instant::from_micros(i64::MAX));
                }
                assert!(heard.contains(&Why::Missed), "{hours} h, {lead:?}");
            }
        }
    }

    #[test]
    fn who_takes_a_duty_over_hears_of_it_once() {
        let before = todo(8);
        assert!(!is_handed_over(&[], &before), "it has just begun");
        let mut after = before.clone();
        after.held.push(Held {
            holder: Holder::Pool {
                post: "desk".into(),
            },
            from: before.start,
        });
        assert!(is_handed_over(std::slice::from_ref(&before), &after));
        assert!(!is_handed_over(std::slice::from_ref(&after), &after));
    }
}
