//! The working days that ship with the packs, against answers that were computed from another source.

use crate::given::{day, due_of, ends_with, office_due, until, within};
use domain::calendar::{DayKind, SpecialDays};
use domain::name::Name;
use proptest::prelude::*;
use std::path::Path;

/// S2.4, S2.14: every day of 2019 to 2023, and the dates 1, 3, 5, 7 and 15 working days later.
#[test]
fn every_checked_day_agrees() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let calendar = shipped(&project);
    let checks =
        std::fs::read_to_string(project.join("examples/calendar/workday-checks.csv")).unwrap();
    let mut checked = 0;
    for line in checks.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let date = day(cells[0]);
        assert_eq!(calendar.is_workday(date), Ok(cells[1] == "1"), "{line}");
        for (count, cell) in [1, 3, 5, 7, 15].into_iter().zip(&cells[2..]) {
            assert_eq!(
                calendar.add_workdays(date, count),
                Ok(day(cell)),
                "{count} from {line}"
            );
        }
        checked += 1;
    }
    assert_eq!(checked, 1_826);
}

/// S2.4: backwards is the same walk.
#[test]
fn workdays_are_counted_backwards_too() {
    let calendar = crate::given::days();
    for count in [1, 2, 7, 30] {
        let later = calendar.add_workdays(day("2026-04-30"), count).unwrap();
        assert_eq!(calendar.add_workdays(later, -count), Ok(day("2026-04-30")));
    }
}

#[test]
fn a_day_is_not_listed_both_ways() {
    let twice = SpecialDays::new(
        Name::from("cn"),
        1,
        [2026],
        [day("2026-10-01")],
        [day("2026-10-01")],
    );
    assert!(twice.is_err());
}

/// S2.14
#[test]
fn s2_14_a_date_without_calendar_data_names_its_year() {
    let error = due_of("2026-12-30 10:00", &within("3 workdays")).unwrap_err();
    assert_eq!(
        (error.year(), error.code()),
        (Some(2027), "calendar.no-data")
    );
    assert!(error.text().zh.contains("2027") && error.text().en.contains("2027"));
    assert_eq!(
        due_of("2026-12-30 10:00", &within("P3D")),
        Ok(ends_with("2027-01-02"))
    );
    assert_eq!(
        office_due("2026-12-31 17:00", &within("PT1H"), &[])
            .unwrap_err()
            .year(),
        Some(2027)
    );
    assert_eq!(
        office_due("2026-12-31 16:00", &within("PT1H"), &[]),
        Ok(until("2026-12-31 17:00"))
    );
}

fn shipped(project: &Path) -> SpecialDays {
    let (mut years, mut off, mut work) = (Vec::new(), Vec::new(), Vec::new());
    for year in 2019..=2026 {
        let file = project.join(format!("packs/residential-cn/calendars/cn-{year}.yaml"));
        let text = std::fs::read_to_string(file).unwrap();
        years.push(year);
        let mut list = &mut off;
        for line in text.lines() {
            match line
                .trim_start()
                .get(..10)
                .and_then(|text| text.parse().ok())
            {
                Some(date) => list.push(date),
                None if line.starts_with("off:") => list = &mut off,
                None if line.starts_with("work:") => list = &mut work,
                None => {}
            }
        }
    }
    SpecialDays::new(Name::from("cn"), 1, years, off, work).unwrap()
}

proptest! {
    /// Every day is of one kind and of one only; in a year without data it is of none, which is said (S2.14).
    #[test]
    fn s2_14_a_day_is_of_one_kind(n in -400i64..800) {
        let (calendar, day) = (crate::given::days(), day("2026-01-01").plus_days(n));
        let kinds = [DayKind::Workdays, DayKind::Restdays].map(|kind| kind.admits(&calendar, day));
        match (day.year(), kinds) {
            (2026, [Ok(work), Ok(rest)]) => prop_assert!(work != rest, "{day}"),
            (year, [Err(work), Err(rest)]) => {
                prop_assert!(year != 2026 && work.year == year && rest.year == year, "{day}");
            }
            _ => prop_assert!(false, "{day}: {kinds:?}"),
        }
    }
}
