//! Facts that the roster answers: what it leaves open, who holds a post, who else serves a grid.
//!
//! Nothing is held for them: a shift or a posting that is written in the same moment is seen by the next step. What two steps at once must
//! not both do is a count among records.

use super::Record;
use super::command::{Command, asked_at};
use crate::calendar::NoCalendarData;
use crate::id::MemberId;
use crate::name::Name;
use crate::pack::model::{Fact, Finds, Pack, Unmanned};
use crate::roster::Roster;
use crate::time::{Day, Instant, Zone};
use crate::value::Value;

/// The link of a posting to who holds it.
const MEMBER: &str = "member";

/// What such a fact finds for a step, `None` inside where the record does not say what is asked; `None` for one that looks for records.
///
/// # Errors
/// The promised hours depend on whether a day is a working day, and its year has no data.
pub fn found(
    fact: &Fact,
    pack: &Pack,
    roster: &Roster,
    zone: &Zone,
    (before, command): (Option<&Record>, &Command),
    now: Instant,
) -> Option<Result<Option<Value>, NoCalendarData>> {
    let at = asked_at(command, now, zone);
    let says = |field: &Name| text(field, before, command);
    let number = match &fact.finds {
        Finds::Last | Finds::Count => return None,
        Finds::Posted(posts) => i64::try_from(roster.heads(posts, at)).ok(),
        Finds::Served { grid, day } => {
            let own = command.links.get(MEMBER);
            let own = own.or_else(|| before?.doc.links.get(MEMBER));
            let own = own.map(|id| MemberId::from(*id));
            served(roster, says(grid), day_in(says(day)), zone, own)
        }
        Finds::Unmanned(promised) => {
            let day = match &promised.day {
                None => Some(zone.day_of(at)),
                Some(field) => day_in(says(field)),
            };
            match day.map(|day| unmanned(roster, promised, pack, zone, day)) {
                Some(Err(none)) => return Some(Err(none)),
                Some(Ok(minutes)) => Some(minutes),
                None => None,
            }
        }
    };
    Some(Ok(number.map(Value::Int)))
}

fn unmanned(
    roster: &Roster,
    promised: &Unmanned,
    pack: &Pack,
    zone: &Zone,
    day: Day,
) -> Result<i64, NoCalendarData> {
    let hours = promised.calendar.as_ref();
    let hours = hours.and_then(|name| pack.calendars.get(name));
    roster.worst_gap(promised, hours, &pack.special_days, zone, day)
}

/// How many but `own` serve the grid as the day begins; nobody serves none.
fn served(
    roster: &Roster,
    grid: Option<&str>,
    day: Option<Day>,
    zone: &Zone,
    own: Option<MemberId>,
) -> Option<i64> {
    let Some(grid) = grid.filter(|grid| !grid.is_empty()) else {
        return Some(0);
    };
    let serving = roster.members_of_grid(grid, zone.start_of(day?));
    let others = serving.into_iter().filter(|it| Some(*it) != own).count();
    i64::try_from(others).ok()
}

fn day_in(text: Option<&str>) -> Option<Day> {
    text?.parse().ok()
}

/// What a field says with the step: as filled in by it, else as it was.
fn text<'a>(field: &Name, before: Option<&'a Record>, command: &'a Command) -> Option<&'a str> {
    let given = command.data.get(field);
    given.or_else(|| before?.doc.data.get(field))?.as_text()
}
