//! Counts for charts: every count is the number of rows that its days and its outcome open, for whoever looks.

use app::records::{self, Asked, DutyAsked, DutyState, FiguresAsked, Open};
use app::{Actor, Came, Office};
use domain::id::MemberId;
use domain::name::Name;
use domain::outcome::Outcome;
use domain::period::Period;
use domain::unit::Level;

const DECIDED: [Outcome; 5] = [
    Outcome::Met,
    Outcome::Missed,
    Outcome::Excused,
    Outcome::Exempt,
    Outcome::Withdrawn,
];

/// Of a company that has worked from 1 to 25 January 2026.
pub(crate) fn open_their_rows(office: &Office) {
    let project = office
        .units()
        .unwrap()
        .into_iter()
        .find(|unit| unit.level == Level::Project)
        .unwrap()
        .code;
    let (_, view) = office.unit_of(&Actor::system(), &project).unwrap();
    let (opened, decided) = months_rows(office, &Actor::system(), &project, "repair");
    assert!(opened > 100 && decided > 500, "{opened} {decided}");
    // Somebody who sees a part alone: what a steward did herself among what all did.
    let members = Asked {
        kind: Some("member".into()),
        limit: 200,
        ..Asked::default()
    };
    let members = records::list(office, &Actor::system(), &project, &members).unwrap();
    let month = |actor: &Actor, kind: &Name| {
        let month = records::figures(
            office,
            actor,
            &project,
            &asked(kind.as_str(), Period::Month),
        );
        let month = &month.unwrap()[0];
        (month.opened, month.outcomes.values().sum::<i64>())
    };
    let mut compared = Vec::new();
    for kind in view.rules.pack.kinds.keys() {
        let all = month(&Actor::system(), kind);
        for member in &members.rows {
            let actor = Actor::member(MemberId::from(member.id), Came::Password);
            let own = month(&actor, kind);
            if (1..all.0).contains(&own.0) || (1..all.1).contains(&own.1) {
                assert_eq!(own, months_rows(office, &actor, &project, kind.as_str()));
                compared.push((kind, own));
            }
        }
    }
    assert!(
        compared.iter().any(|(_, own)| own.0 > 0 && own.1 > 0),
        "{compared:?}"
    );
}

fn asked(kind: &str, by: Period) -> FiguresAsked {
    FiguresAsked {
        kind: kind.into(),
        by,
        from: "2026-01-01".parse().unwrap(),
        to: "2026-01-31".parse().unwrap(),
    }
}

/// Compares each week of January with its rows; records and duties counted in the month.
fn months_rows(office: &Office, actor: &Actor, unit: &str, kind: &str) -> (i64, i64) {
    let figures = |by| records::figures(office, actor, unit, &asked(kind, by)).unwrap();
    let weeks = figures(Period::Week);
    assert_eq!(weeks.len(), 5);
    for week in &weeks {
        let (from, to) = (week.window.first(), week.window.last());
        let rows = Asked {
            kind: Some(kind.into()),
            open: Some(Open::Both),
            opened_from: Some(from.to_string()),
            opened_to: Some(to.to_string()),
            limit: 5_000,
            ..Asked::default()
        };
        let rows = records::list(office, actor, unit, &rows).unwrap().rows;
        assert_eq!(count(&rows), week.opened, "{}", week.window);
        for outcome in DECIDED {
            let rows = DutyAsked {
                unit: Some(unit.to_owned()),
                kind: Some(kind.into()),
                state: DutyState::Decided,
                from: Some(from),
                to: Some(to),
                outcome: Some(outcome),
                limit: 50_000,
                ..DutyAsked::default()
            };
            let rows = records::duties(office, actor, &rows).unwrap().duties;
            let counted = week.outcomes.get(outcome.as_str()).copied();
            assert_eq!(
                count(&rows),
                counted.unwrap_or(0),
                "{} {outcome:?}",
                week.window
            );
        }
    }
    let month = figures(Period::Month);
    let days = figures(Period::Day);
    assert_eq!((month.len(), days.len()), (1, 31));
    let decided = |figure: &records::Figure| figure.outcomes.values().sum::<i64>();
    let of = |some: &[records::Figure]| {
        (
            some.iter().map(|it| it.opened).sum::<i64>(),
            some.iter().map(decided).sum::<i64>(),
        )
    };
    assert_eq!(of(&month), of(&days));
    of(&month)
}

fn count<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap()
}
