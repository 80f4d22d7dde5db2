//! When a duty is due, and why (S2, S3).
//!
//! A due time is a pure function of the start, the rule, the opening hours, the calendar, the zone and the pauses; it is never a
//! running total. The rule that stands here is resolved: limits by field and parameters were looked up by the caller, who takes
//! the values in force when the duty opened (S2.13). Nothing here knows what a duty is for or who holds it.

mod due;
mod explain;
mod hours;
mod point;
mod span;
mod wait;

pub use due::{
    Answer, Change, Clock, ClockError, Due, End, due, due_after_changes, ends, explain, opens,
    tighten,
};
pub use hours::running;
pub use point::{CalendarPoint, PointOf, WrongPoint};
pub use span::{Span, WrongSpan};
pub use wait::{Left, Paused, Wait, counted};

pub(crate) use hours::disjoint;

use crate::time::{Day, Moment};
use serde::{Deserialize, Serialize};

/// A due time's rule with every value resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// So long after the start (S2.1–S2.6).
    Within {
        span: Span,
        /// Ends inclusively when the last day closes, not with the day (S2.4).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        until_close: bool,
    },
    /// The record says when: an instant inclusively, a day as a whole (S2.9).
    Stated(Moment),
    /// By a day: ends with it (S2.8).
    ByDay(Day),
    /// Before a day: ends where it begins (S2.8).
    BeforeDay(Day),
    /// A day of the month, counted from the start's own (S2.8).
    Point(CalendarPoint),
    /// So long before something planned (S2.7).
    Before { planned: Moment, by: Span },
    /// A last day that is a day of rest moves to the next working day (S2.3).
    Rolled(Box<Rule>),
    /// Already found: a limit that a change tightened (S2.10).
    Fixed(Due),
    /// The earliest of them (S2.9).
    Earliest(Vec<Rule>),
    /// The latest of them (S2.9).
    Latest(Vec<Rule>),
}

impl Rule {
    /// `{within: SPAN}`.
    pub fn within(span: Span) -> Self {
        Self::Within {
            span,
            until_close: false,
        }
    }

    /// Whether it counts in days, so that a date without a time is compared as a day; else such a date proves no instant (S2.12).
    pub fn by_days(&self) -> bool {
        match self {
            Self::Within { span, until_close } => span.by_days() && !until_close,
            Self::Stated(Moment::At(_)) => false,
            Self::Stated(Moment::On(_)) | Self::ByDay(_) | Self::BeforeDay(_) | Self::Point(_) => {
                true
            }
            Self::Before { by, .. } => by.by_days(),
            Self::Rolled(_) => true,
            Self::Fixed(due) => due.end == End::Exclusive,
            Self::Earliest(rules) | Self::Latest(rules) => rules.iter().all(Self::by_days),
        }
    }
}
