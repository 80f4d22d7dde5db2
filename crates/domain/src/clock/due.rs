//! Due times (S2, S3.3, S3.4).

use super::explain::Trace;
use super::hours::{DAY, covered, disjoint, next, run, run_back};
use super::wait::Paused;
use super::{Rule, Span};
use crate::calendar::{NoCalendarData, SpecialDays, WorkingHours};
use crate::name::Text;
use crate::time::{Day, Instant, Moment, Zone};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Whether what is done at the due time itself is in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Done at the due time is too late: the due time is where a day ends.
    Exclusive,
    /// Done at the due time is in time.
    Inclusive,
}

/// A due time. Ordered by the instant; at equal instants an inclusive end is the later one (S2.9).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Due {
    pub at: Instant,
    pub end: End,
}

impl Due {
    pub const fn inclusive(at: Instant) -> Self {
        Self {
            at,
            end: End::Inclusive,
        }
    }
    pub const fn exclusive(at: Instant) -> Self {
        Self {
            at,
            end: End::Exclusive,
        }
    }
    /// The end of a day.
    pub fn with_day(day: Day, zone: &Zone) -> Self {
        Self::exclusive(zone.end_of(day))
    }
    /// Whether what is undone at `as_of` is missed: inclusive if `as_of` is after the due time, exclusive at it too (S4.2).
    pub fn is_late(self, as_of: Instant) -> bool {
        match self.end {
            End::Inclusive => as_of > self.at,
            End::Exclusive => as_of >= self.at,
        }
    }
    /// Whether what is done at the instant is done in time.
    pub fn allows(self, done_at: Instant) -> bool {
        !self.is_late(done_at)
    }
    /// The last instant before the due time, which says what period it belongs to (S1.2) and from where days after it are counted.
    pub const fn last_instant(self) -> Instant {
        self.at.plus_micros(-1)
    }
    /// The day that holds the last instant before the due time (S1.2).
    pub fn last_day(self, zone: &Zone) -> Day {
        zone.day_of(self.last_instant())
    }
}
impl std::fmt::Debug for Due {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.at, self.end)
    }
}

/// Everything that a due time depends on.
#[derive(Clone, Copy, Debug)]
pub struct Clock<'a> {
    /// A day without a time starts a clock of days on that day, and one of hours where that day ends: it is never taken for its
    /// first instant (S2.12).
    pub start: Moment,
    pub rule: &'a Rule,
    /// `None`: around the clock.
    pub hours: Option<&'a WorkingHours>,
    /// The version in force when the duty opened (S2.13).
    pub days: &'a SpecialDays,
    pub zone: &'a Zone,
    /// Those that count for this duty (`counted`), in any order.
    pub pauses: &'a [Paused],
}

/// A due time and the reasons for it, in the order in which they were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub due: Due,
    pub explanation: Vec<Text>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    #[error(transparent)]
    NoCalendarData(#[from] NoCalendarData),
    #[error("the opening hours never open; look at the calendar that the duty names")]
    NeverOpens,
    #[error("`until: close` needs opening hours; name a calendar")]
    NoOpeningHours,
    #[error("`earliest` and `latest` need at least one due time")]
    Nothing,
    #[error("the due time lies outside the civil calendar")]
    OutOfRange,
}

impl ClockError {
    pub fn code(self) -> &'static str {
        match self {
            Self::NoCalendarData(_) => "calendar.no-data",
            Self::NeverOpens => "calendar.never-opens",
            Self::NoOpeningHours => "calendar.no-hours",
            Self::Nothing => "due.nothing",
            Self::OutOfRange => "due.out-of-range",
        }
    }
    /// The year without data, if that is the trouble (S2.14).
    pub fn year(self) -> Option<i16> {
        match self {
            Self::NoCalendarData(NoCalendarData { year }) => Some(year),
            _ => None,
        }
    }
    /// What is wrong and what to do.
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            Self::NoCalendarData(NoCalendarData { year }) => (
                format!("没有 {year} 年的工作日历；请在 calendars 中补充该年的放假与调休安排"),
                format!(
                    "no calendar data for the year {year}; add the holidays and make-up days of that year to calendars"
                ),
            ),
            Self::NeverOpens => (
                "该日历没有任何开放时间；请检查应办所用的日历".to_owned(),
                self.to_string(),
            ),
            Self::NoOpeningHours => (
                "“until: close”需要开放时间；请指定日历".to_owned(),
                self.to_string(),
            ),
            Self::Nothing => (
                "earliest 与 latest 至少要有一个期限".to_owned(),
                self.to_string(),
            ),
            Self::OutOfRange => ("期限超出可表示的日期范围".to_owned(), self.to_string()),
        };
        Text { zh, en }
    }
}

/// When it is due.
///
/// # Errors
/// A year without calendar data, hours that never open, a rule that needs what the clock lacks.
pub fn due(clock: &Clock<'_>) -> Result<Due, ClockError> {
    compute(clock, clock.rule, &mut Trace::off())
}

/// When it is due, and why.
///
/// # Errors
/// As `due`.
pub fn explain(clock: &Clock<'_>) -> Result<Answer, ClockError> {
    let mut trace = Trace::on();
    let due = compute(clock, clock.rule, &mut trace)?;
    trace.ends(due, clock.zone);
    Ok(Answer {
        due,
        explanation: trace.lines(),
    })
}

/// The instant before which done does not count as done (`not-before`, S2.11): where a stated day begins, else where the rule ends.
///
/// # Errors
/// As `due`.
pub fn opens(clock: &Clock<'_>) -> Result<Instant, ClockError> {
    match clock.rule {
        Rule::Stated(Moment::On(day)) | Rule::ByDay(day) => Ok(clock.zone.start_of(*day)),
        _ => due(clock).map(|due| due.at),
    }
}

/// The due time after a change of what the limit depends on: the tighter of the old one and the one counted from the change,
/// so that a change never loosens (S2.10).
pub fn tighten(old: Due, from_change: Due) -> Due {
    old.min(from_change)
}

/// A change of the field that the limit depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When it was recorded: a change never counts from before (S4.6).
    pub recorded_at: Instant,
    pub rule: Rule,
}

/// The due time of a clock whose rule changed on the way (S2.10).
///
/// # Errors
/// As `due`.
pub fn due_after_changes(clock: &Clock<'_>, changes: &[Change]) -> Result<Due, ClockError> {
    changes.iter().try_fold(due(clock)?, |old, change| {
        let from_change = Clock {
            start: Moment::At(change.recorded_at),
            rule: &change.rule,
            ..*clock
        };
        Ok(tighten(old, due(&from_change)?))
    })
}

/// Where a plain span ends, around the clock and without pauses: of escalation, of what stands, of a repeat's window.
///
/// # Errors
/// As `due`.
pub fn ends(
    start: Instant,
    span: Span,
    days: &SpecialDays,
    zone: &Zone,
) -> Result<Due, ClockError> {
    due(&Clock {
        start: Moment::At(start),
        rule: &Rule::within(span),
        hours: None,
        days,
        zone,
        pauses: &[],
    })
}

fn compute(clock: &Clock<'_>, rule: &Rule, trace: &mut Trace) -> Result<Due, ClockError> {
    let zone = clock.zone;
    Ok(match rule {
        Rule::Within { span, until_close } => {
            let due = within(clock, *span, trace)?;
            if *until_close && span.by_days() {
                close(clock, due, trace)?
            } else {
                due
            }
        }
        Rule::Stated(Moment::At(at)) => {
            trace.stated_instant();
            Due::inclusive(*at)
        }
        Rule::Fixed(due) => *due,
        Rule::Stated(Moment::On(day)) | Rule::ByDay(day) => {
            trace.with_day(*day);
            Due::with_day(*day, zone)
        }
        Rule::BeforeDay(day) => {
            trace.before_day(*day);
            Due::exclusive(zone.start_of(*day))
        }
        Rule::Point(point) => {
            let day = point.seen_from(zone.day_of_moment(clock.start));
            trace.point(zone.day_of_moment(clock.start), day);
            Due::with_day(day, zone)
        }
        Rule::Before { planned, by } => before(clock, *planned, *by, trace)?,
        Rule::Rolled(rule) => {
            let due = compute(clock, rule, trace)?;
            let last = due.last_day(zone);
            let rolled = clock.days.next_workday(last)?;
            if rolled == last {
                due
            } else {
                trace.rolled(last, rolled);
                Due::with_day(rolled, zone)
            }
        }
        Rule::Earliest(rules) => choose(clock, rules, Ordering::Less, trace)?,
        Rule::Latest(rules) => choose(clock, rules, Ordering::Greater, trace)?,
    })
}

fn choose(
    clock: &Clock<'_>,
    rules: &[Rule],
    better: Ordering,
    trace: &mut Trace,
) -> Result<Due, ClockError> {
    let mut best: Option<Due> = None;
    for rule in rules {
        let due = compute(clock, rule, trace)?;
        trace.candidate(due, clock.zone);
        if best.is_none_or(|best| due.cmp(&best) == better) {
            best = Some(due);
        }
    }
    trace.chosen(better == Ordering::Less);
    best.ok_or(ClockError::Nothing)
}

fn within(clock: &Clock<'_>, span: Span, trace: &mut Trace) -> Result<Due, ClockError> {
    let zone = clock.zone;
    let first = zone.day_of_moment(clock.start);
    let day = match span {
        Span::Clock(micros) => {
            let start = match clock.start {
                Moment::At(at) => at,
                Moment::On(day) => {
                    trace.start_without_time(day);
                    zone.end_of(day)
                }
            };
            trace.clock(start, span, clock);
            return Ok(Due::inclusive(run(clock, start, micros)?));
        }
        Span::Days(0) => {
            trace.same_day(first);
            first
        }
        Span::Days(count) => count_days(clock, first, count, |_| Ok(true), trace)?,
        Span::Workdays(count) => {
            count_days(clock, first, count, |day| clock.days.is_workday(day), trace)?
        }
        Span::Months(count) => months(first, i64::from(count), trace),
        Span::Years(count) => months(first, 12 * i64::from(count), trace),
    };
    Ok(Due::with_day(day, zone))
}

fn months(first: Day, count: i64, trace: &mut Trace) -> Day {
    let day = first.plus_months(count);
    trace.months(first, day);
    day
}

/// The last of so many days after `first`: days that do not count and days that pauses take are skipped (S2.2, S2.4, S3.3).
fn count_days(
    clock: &Clock<'_>,
    first: Day,
    count: u32,
    counts: impl Fn(Day) -> Result<bool, NoCalendarData>,
    trace: &mut Trace,
) -> Result<Day, ClockError> {
    trace.start_day(first);
    let pauses = disjoint(clock.pauses.iter().map(Paused::interval));
    let mut day = first;
    let mut left = count;
    while left > 0 {
        day = next(day)?;
        if !counts(day)? {
            trace.rest(day, clock.days);
        } else if mostly_paused(clock, day, &pauses)? {
            trace.paused(day);
        } else {
            left -= 1;
            trace.counted(day, clock.days);
        }
    }
    Ok(day)
}

/// Whether the pauses cover more than half of the day: of its opening time if the duty names a calendar on which the day opens, else of
/// 24 hours (S3.3).
fn mostly_paused(
    clock: &Clock<'_>,
    day: Day,
    pauses: &[(Instant, Instant)],
) -> Result<bool, ClockError> {
    let whole = [(clock.zone.start_of(day), clock.zone.end_of(day))];
    if covered(&whole, pauses) == 0 {
        return Ok(false);
    }
    if let Some(hours) = clock.hours {
        let open = hours.intervals_of(day, clock.days, clock.zone)?;
        if !open.is_empty() {
            let length: i64 = open.iter().map(|(from, until)| until.since(*from)).sum();
            return Ok(2 * covered(&open, pauses) > length);
        }
    }
    Ok(2 * covered(&whole, pauses) > DAY)
}

/// The closing instant of the last day, inclusive; the end of the day if it does not open (S2.4).
fn close(clock: &Clock<'_>, due: Due, trace: &mut Trace) -> Result<Due, ClockError> {
    let hours = clock.hours.ok_or(ClockError::NoOpeningHours)?;
    let day = due.last_day(clock.zone);
    let open = hours.intervals_of(day, clock.days, clock.zone)?;
    Ok(match open.last() {
        Some(&(_, closes)) => {
            trace.closes(day);
            Due::inclusive(closes)
        }
        None => due,
    })
}

fn before(
    clock: &Clock<'_>,
    planned: Moment,
    by: Span,
    trace: &mut Trace,
) -> Result<Due, ClockError> {
    let zone = clock.zone;
    let day = zone.day_of_moment(planned);
    let last = match by {
        Span::Clock(micros) => {
            let at = match planned {
                Moment::At(at) => at,
                Moment::On(day) => zone.start_of(day),
            };
            trace.before_planned(day, by);
            return Ok(Due::inclusive(run_back(clock, at, micros)?));
        }
        Span::Days(count) => day.plus_days(-i64::from(count)),
        Span::Workdays(count) => clock.days.add_workdays(day, -i64::from(count))?,
        Span::Months(count) => day.plus_months(-i64::from(count)),
        Span::Years(count) => day.plus_months(-12 * i64::from(count)),
    };
    trace.before_planned(day, by);
    Ok(Due::with_day(last, zone))
}
