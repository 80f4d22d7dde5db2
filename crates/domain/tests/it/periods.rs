//! S1: periods.

use crate::given::{at, day, ends_with, until, zone};
use domain::period::{Period, Window};

/// S1.1
#[test]
fn s1_1_periods_are_civil_and_begin_at_midnight() {
    let (last, first) = (at("2026-03-31 23:59:59.999999"), at("2026-04-01 00:00"));
    for (period, before, after) in [
        (Period::Day, "2026-03-31", "2026-04-01"),
        (Period::Week, "2026-W14", "2026-W14"),
        (Period::Month, "2026-03", "2026-04"),
        (Period::Quarter, "2026-Q1", "2026-Q2"),
        (Period::HalfYear, "2026-H1", "2026-H1"),
        (Period::Year, "2026", "2026"),
    ] {
        assert_eq!(period.of(last, &zone()).to_string(), before);
        assert_eq!(period.of(first, &zone()).to_string(), after);
    }
}

/// S1.1: the unit's own zone decides.
#[test]
fn s1_1_the_zone_of_the_unit_decides() {
    let new_york = domain::time::Zone::named("America/New_York").unwrap();
    let midnight = at("2026-04-01 00:00");
    assert_eq!(Period::Month.of(midnight, &zone()).to_string(), "2026-04");
    assert_eq!(Period::Month.of(midnight, &new_york).to_string(), "2026-03");
}

/// S1.1: ISO weeks, Monday first.
#[test]
fn s1_1_weeks_are_iso_weeks() {
    for (date, label, first, last) in [
        ("2026-01-01", "2026-W01", "2025-12-29", "2026-01-04"),
        ("2027-01-03", "2026-W53", "2026-12-28", "2027-01-03"),
        ("2026-03-02", "2026-W10", "2026-03-02", "2026-03-08"),
    ] {
        let week = Period::Week.containing(day(date));
        assert_eq!(
            (week.to_string().as_str(), week.first(), week.last()),
            (label, day(first), day(last))
        );
    }
}

/// S1.2
#[test]
fn s1_2_a_duty_belongs_to_the_period_before_its_due_time() {
    for (due, month) in [
        (ends_with("2026-03-31"), "2026-03"),
        (until("2026-04-01 00:00"), "2026-03"),
        (until("2026-04-01 00:00:00.000001"), "2026-04"),
        (ends_with("2026-04-01"), "2026-04"),
    ] {
        assert_eq!(
            Period::Month.of_due(due, &zone()).to_string(),
            month,
            "{due:?}"
        );
    }
}

/// S1.2
#[test]
fn s1_2_a_week_belongs_to_the_month_of_its_last_day() {
    let week = Period::Week.containing(day("2026-03-30"));
    assert_eq!(week.within(Period::Month).to_string(), "2026-04");
    assert_eq!(week.previous().within(Period::Month).to_string(), "2026-03");
}

/// S1.4: what a closing period is.
#[test]
fn s1_4_december_closes_the_year() {
    let december: Window = "2026-12".parse().unwrap();
    assert!(december.closes(Period::Year) && december.closes(Period::Quarter));
    assert!(
        !december.previous().closes(Period::Year) && !december.previous().closes(Period::Quarter)
    );
}

#[test]
fn labels_are_read_back() {
    for label in [
        "2026-03-04",
        "2026-W14",
        "2026-03",
        "2026-Q2",
        "2026-H2",
        "2026",
    ] {
        let window: Window = label.parse().unwrap();
        assert_eq!(window.to_string(), label);
        assert_eq!(window.next().previous(), window);
        assert!(window.contains(window.first()) && window.contains(window.last()));
        assert_eq!(
            serde_json::from_str::<Window>(&serde_json::to_string(&window).unwrap()).unwrap(),
            window
        );
    }
    for wrong in [
        "",
        "26-03",
        "2026-13",
        "2026-Q5",
        "2026-W54",
        "2026-02-30",
        "2026-3",
        "2026-H0",
        "二〇二六",
    ] {
        assert!(wrong.parse::<Window>().is_err(), "{wrong}");
    }
}
