//! Short forms for the tests of time: Shanghai, the shipped holidays of 2026, office hours.

use domain::access::{self, Actor, On, Permit, Stands};
use domain::calendar::{OpenDays, Opening, SpecialDays, WorkingHours};
use domain::clock::{CalendarPoint, Clock, ClockError, Due, Paused, Rule, due};
use domain::id::{MemberId, TeamId, Uuid};
use domain::name::Name;
use domain::record::refusal::Code;
use domain::record::{By, Command, Context, Refusal, Target};
use domain::time::{Day, Instant, Moment, Zone};

/// `2026-03-02 14:00` or `…:00.000001` on Shanghai's clocks.
pub(crate) fn at(text: &str) -> Instant {
    let text = text.replace(' ', "T");
    let seconds = if text.len() == 16 { ":00" } else { "" };
    format!("{text}{seconds}+08:00").parse().unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn zone() -> Zone {
    Zone::shanghai()
}

/// 2026 with the days around 1 May and 1 October; 2025 and 2027 have no data.
pub(crate) fn days() -> SpecialDays {
    let off = ["2026-01-01", "2026-05-01", "2026-05-04", "2026-05-05"].map(day);
    let october = (1..=7).map(|n| day(&format!("2026-10-0{n}")));
    let work = ["2026-05-09", "2026-09-20", "2026-10-10"].map(day);
    SpecialDays::new(
        Name::from("cn"),
        1,
        [2026],
        off.into_iter().chain(october),
        work,
    )
    .unwrap()
}

/// 08:30–12:00 and 13:30–17:30 on working days.
pub(crate) fn office() -> WorkingHours {
    WorkingHours::new(vec![Opening {
        days: OpenDays::Workdays,
        periods: vec![(510, 720), (810, 1050)],
    }])
    .unwrap()
}

pub(crate) fn within(span: &str) -> Rule {
    Rule::within(span.parse().unwrap())
}

/// `point(5, "next-month")`.
pub(crate) fn point(day: u8, of: &str) -> Rule {
    Rule::Point(CalendarPoint {
        day,
        of: of.parse().unwrap(),
    })
}

/// Around the clock, without pauses.
pub(crate) fn due_of(start: &str, rule: &Rule) -> Result<Due, ClockError> {
    due(&Clock {
        start: Moment::At(at(start)),
        rule,
        hours: None,
        days: &days(),
        zone: &zone(),
        pauses: &[],
    })
}

/// On office hours, with pauses.
pub(crate) fn office_due(start: &str, rule: &Rule, pauses: &[Paused]) -> Result<Due, ClockError> {
    due(&Clock {
        start: Moment::At(at(start)),
        rule,
        hours: Some(&office()),
        days: &days(),
        zone: &zone(),
        pauses,
    })
}

pub(crate) fn paused(from: &str, until: &str) -> Paused {
    Paused {
        cause: Name::from("parts"),
        from: at(from),
        until: at(until),
    }
}

/// The end of a day, exclusive.
pub(crate) fn ends_with(text: &str) -> Due {
    Due::with_day(day(text), &zone())
}

pub(crate) fn until(text: &str) -> Due {
    Due::inclusive(at(text))
}

pub(crate) fn member(number: u128) -> MemberId {
    MemberId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn team() -> TeamId {
    TeamId::from_uuid(Uuid::from_u128(900))
}

/// The permit of whoever gives a command: the one in whose name it comes, or who recorded it.
pub(crate) fn permit(
    context: &Context<'_>,
    target: Target<'_>,
    command: &Command,
) -> Result<Permit, Vec<Refusal>> {
    let (kind, record) = match target {
        Target::New(opening) => (&opening.kind, None),
        Target::Record(record) => (&record.kind, Some(record)),
    };
    let Some(kind) = context.pack.kinds.get(kind) else {
        return Err(vec![Refusal::new(Code::KindUnknown).with(kind)]);
    };
    let stands = Stands::of(context.roster);
    let standing = |member| stands.at(member, context.now);
    let at_hand;
    let actor = match (command.recorded_by.or(command.by.member()), &command.by) {
        _ if command.is_import() => Actor::System,
        (Some(member), _) => {
            at_hand = standing(member);
            Actor::Member {
                id: member,
                standing: &at_hand,
                token: None,
            }
        }
        (None, By::Party(id)) => Actor::Party { id: *id },
        (None, By::Operator(_)) => Actor::Operator,
        (None, _) => Actor::System,
    };
    let place = record.and_then(|record| context.pack.place_of(kind, record));
    let grid = place.and_then(|place| match record {
        Some(record) if record.id == place => Some(record.doc.data.get("grid")?.as_text()?),
        _ => context.linked.get(&place)?.data.get("grid")?.as_text(),
    });
    let on = On {
        kind,
        record,
        data: &command.data,
        links: &command.links,
        grid,
    };
    access::for_command(context.pack, &stands, context.now, actor, on, command)
        .map_err(|denied| vec![denied.refusal()])
}
