//! Recurring days (RFC 5545).

use domain::recurrence::{Recurrence, WrongRecurrence};
use domain::time::Day;

fn days(rule: &str, start: &str, first: &str, last: &str) -> String {
    let day = |text: &str| text.parse::<Day>().unwrap();
    let rule: Recurrence = rule.parse().unwrap();
    let days = rule.days(day(start), day(first), day(last));
    days.map(|day| day.to_string()[5..].to_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn rules_name_their_days() {
    for (rule, start, first, last, expected) in [
        (
            "FREQ=DAILY;INTERVAL=3",
            "2026-03-01",
            "2026-03-05",
            "2026-03-14",
            "03-07 03-10 03-13",
        ),
        (
            "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
            "2026-03-01",
            "2026-03-06",
            "2026-03-09",
            "03-06 03-09",
        ),
        (
            "FREQ=WEEKLY;BYDAY=MO,WE,FR",
            "2026-03-04",
            "2026-03-01",
            "2026-03-10",
            "03-04 03-06 03-09",
        ),
        (
            "FREQ=WEEKLY",
            "2026-03-04",
            "2026-03-01",
            "2026-03-20",
            "03-04 03-11 03-18",
        ),
        // The week of the start is Monday's, whatever day the start is.
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU",
            "2026-03-04",
            "2026-03-01",
            "2026-03-31",
            "03-08 03-16 03-22 03-30",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=5",
            "2026-01-01",
            "2026-01-01",
            "2026-03-31",
            "01-05 02-05 03-05",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "2026-01-01",
            "2026-01-01",
            "2026-04-30",
            "01-31 02-28 03-31 04-30",
        ),
        // A month without the day is left out (RFC 5545, 3.3.10).
        (
            "FREQ=MONTHLY",
            "2026-01-31",
            "2026-01-01",
            "2026-05-31",
            "01-31 03-31 05-31",
        ),
        (
            "FREQ=MONTHLY;BYDAY=2TU",
            "2026-01-01",
            "2026-01-01",
            "2026-03-31",
            "01-13 02-10 03-10",
        ),
        (
            "FREQ=MONTHLY;BYDAY=-1FR",
            "2026-01-01",
            "2026-01-01",
            "2026-03-31",
            "01-30 02-27 03-27",
        ),
        (
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            "2026-01-01",
            "2026-01-01",
            "2026-12-31",
            "02-13 03-13 11-13",
        ),
        (
            "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1",
            "2026-01-01",
            "2026-02-01",
            "2026-12-31",
            "04-01 07-01 10-01",
        ),
        (
            "FREQ=YEARLY",
            "2024-02-29",
            "2024-01-01",
            "2028-12-31",
            "02-29 02-29",
        ),
        (
            "FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=-1",
            "2026-01-01",
            "2026-01-01",
            "2026-12-31",
            "03-31 09-30",
        ),
        (
            "FREQ=YEARLY;BYMONTH=11;BYDAY=1MO",
            "2026-01-01",
            "2026-01-01",
            "2026-12-31",
            "11-02",
        ),
        (
            "FREQ=YEARLY;BYDAY=-1FR",
            "2026-01-01",
            "2026-01-01",
            "2026-12-31",
            "12-25",
        ),
        (
            "FREQ=DAILY;COUNT=3",
            "2026-03-01",
            "2026-03-02",
            "2026-12-31",
            "03-02 03-03",
        ),
        (
            "FREQ=WEEKLY;UNTIL=20260311",
            "2026-03-04",
            "2026-03-01",
            "2026-12-31",
            "03-04 03-11",
        ),
    ] {
        assert_eq!(days(rule, start, first, last), expected, "{rule}");
    }
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    for rule in [
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1",
        "FREQ=WEEKLY;WKST=SU",
    ] {
        assert!(
            matches!(
                rule.parse::<Recurrence>(),
                Err(WrongRecurrence::Unsupported(_))
            ),
            "{rule}"
        );
    }
    for rule in ["", "FREQ", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;COLOUR=RED"] {
        assert!(
            matches!(rule.parse::<Recurrence>(), Err(WrongRecurrence::Part(_))),
            "{rule}"
        );
    }
    for rule in [
        "FREQ=OFTEN",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=DAILY;BYDAY=2MO",
        "FREQ=DAILY;BYDAY=é",
        "FREQ=DAILY;UNTIL=20260230",
    ] {
        assert!(
            matches!(rule.parse::<Recurrence>(), Err(WrongRecurrence::Value(_))),
            "{rule}"
        );
    }
    assert_eq!(
        "INTERVAL=2".parse::<Recurrence>(),
        Err(WrongRecurrence::NoFrequency)
    );
    assert_eq!(
        "FREQ=DAILY;COUNT=2;UNTIL=20260101".parse::<Recurrence>(),
        Err(WrongRecurrence::TwoEnds)
    );
}

#[test]
fn a_rule_that_never_falls_ends_its_search() {
    let rule: Recurrence = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30".parse().unwrap();
    let start = "2026-01-01".parse().unwrap();
    assert_eq!(rule.next_after(start, start), None);
    let long = format!("FREQ=DAILY;BYMONTHDAY={}", "1,".repeat(400));
    assert_eq!(long.parse::<Recurrence>(), Err(WrongRecurrence::TooLong));
}

#[test]
fn the_next_day_is_the_first_after() {
    let rule: Recurrence = "FREQ=MONTHLY;BYMONTHDAY=1".parse().unwrap();
    let (start, first) = ("2026-01-01".parse().unwrap(), "2026-03-01".parse().unwrap());
    assert_eq!(rule.next_after(start, first), "2026-04-01".parse().ok());
}
