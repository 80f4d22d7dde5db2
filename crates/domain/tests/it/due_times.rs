//! S2: due times.

use crate::given::{
    at, day, days, due_of, ends_with, office, office_due, point, until, within, zone,
};
use domain::calendar::{OpenDays, Opening, SpecialDays, WorkingHours};
use domain::clock::{
    Change, Clock, ClockError, Due, Rule, due, due_after_changes, ends, explain, opens,
};
use domain::name::Name;
use domain::time::{Moment, Since, Zone};

fn table(cases: &[(&str, Rule, Due)]) {
    for (start, rule, expected) in cases {
        assert_eq!(due_of(start, rule), Ok(*expected), "{rule:?} from {start}");
    }
}

/// S2.1
#[test]
fn s2_1_hours_run_around_the_clock_and_are_inclusive() {
    table(&[
        (
            "2026-03-02 14:00",
            within("PT5M"),
            until("2026-03-02 14:05"),
        ),
        (
            "2026-03-02 23:58",
            within("PT5M"),
            until("2026-03-03 00:03"),
        ),
        (
            "2026-03-02 14:00",
            within("PT24H"),
            until("2026-03-03 14:00"),
        ),
    ]);
    let due = until("2026-03-02 14:05");
    assert!(due.allows(at("2026-03-02 14:05")));
    assert!(!due.allows(at("2026-03-02 14:05:00.000001")));
}

/// S2.1: an hour is an hour where clocks change.
#[test]
fn s2_1_hours_are_elapsed_time_where_clocks_change() {
    let new_york = Zone::named("America/New_York").unwrap();
    let start = "2026-03-07T12:00:00-05:00".parse().unwrap();
    let until = |span| {
        ends(start, span, &days(), &new_york)
            .unwrap()
            .at
            .in_zone(&new_york)
    };
    assert_eq!(
        until("PT24H".parse().unwrap()),
        "2026-03-08T13:00:00.000000-04:00"
    );
    assert_eq!(
        until("P1D".parse().unwrap()),
        "2026-03-09T00:00:00.000000-04:00"
    );
}

/// S2.2
#[test]
fn s2_2_the_starting_day_is_not_counted_and_the_last_day_ends_it() {
    table(&[
        ("2026-03-01 00:00", within("P3D"), ends_with("2026-03-04")),
        (
            "2026-03-01 23:59:59.999999",
            within("P3D"),
            ends_with("2026-03-04"),
        ),
        ("2026-03-01 10:00", within("P0D"), ends_with("2026-03-01")),
        ("2026-03-01 10:00", within("P1W"), ends_with("2026-03-08")),
        ("2026-03-01 10:00", within("P7D"), ends_with("2026-03-08")),
    ]);
    assert_eq!(
        ends_with("2026-03-04"),
        Due::exclusive(at("2026-03-05 00:00"))
    );
    assert!(!ends_with("2026-03-04").allows(at("2026-03-05 00:00")));
}

/// S2.2
#[test]
fn s2_2_a_day_and_24_hours_are_different() {
    assert_ne!(
        due_of("2026-03-10 09:00", &within("P1D")),
        due_of("2026-03-10 09:00", &within("PT24H"))
    );
}

/// S2.3
#[test]
fn s2_3_a_last_day_rolls_only_if_the_duty_says_so() {
    let rolled = |rule: Rule| Rule::Rolled(Box::new(rule));
    table(&[
        ("2026-09-28 16:00", within("P3D"), ends_with("2026-10-01")),
        (
            "2026-09-28 16:00",
            rolled(within("P3D")),
            ends_with("2026-10-08"),
        ),
        // Sunday 20 September is a make-up day: it stays.
        (
            "2026-09-17 16:00",
            rolled(within("P3D")),
            ends_with("2026-09-20"),
        ),
        (
            "2026-09-28 16:00",
            rolled(Rule::ByDay(day("2026-10-03"))),
            ends_with("2026-10-08"),
        ),
    ]);
}

/// S2.4
#[test]
fn s2_4_workdays_skip_rest_and_count_make_up_days() {
    table(&[
        (
            "2026-04-30 10:00",
            within("3 workdays"),
            ends_with("2026-05-08"),
        ),
        (
            "2026-05-08 10:00",
            within("1 workday"),
            ends_with("2026-05-09"),
        ),
        (
            "2026-05-02 10:00",
            within("1 workday"),
            ends_with("2026-05-06"),
        ),
    ]);
}

/// S2.4
#[test]
fn s2_4_until_close_ends_inclusively_with_the_day() {
    let rule = Rule::Within {
        span: "2 workdays".parse().unwrap(),
        until_close: true,
    };
    assert_eq!(
        office_due("2026-03-05 09:00", &rule, &[]),
        Ok(until("2026-03-09 17:30"))
    );
    assert_eq!(
        due_of("2026-03-05 09:00", &rule),
        Err(ClockError::NoOpeningHours)
    );
}

/// S2.4: always on the working-day calendar, whatever hours the duty names.
#[test]
fn s2_4_workdays_are_workdays_on_any_hours() {
    let every_day = WorkingHours::new(vec![Opening {
        days: OpenDays::Every,
        periods: vec![(0, 1440)],
    }])
    .unwrap();
    let rule = within("1 workday");
    let clock = Clock {
        start: Moment::At(at("2026-03-06 10:00")),
        rule: &rule,
        hours: Some(&every_day),
        days: &days(),
        zone: &zone(),
        pauses: &[],
    };
    assert_eq!(due(&clock), Ok(ends_with("2026-03-09")));
}

/// S2.5
#[test]
fn s2_5_only_opening_time_counts() {
    for (start, span, expected) in [
        ("2026-03-03 16:30", "PT1H", "2026-03-03 17:30"),
        ("2026-03-03 10:00", "PT2H", "2026-03-03 12:00"),
        ("2026-03-03 12:00", "PT1M", "2026-03-03 13:31"),
        ("2026-03-03 12:10", "PT30M", "2026-03-03 14:00"),
        ("2026-03-03 17:30", "PT1M", "2026-03-04 08:31"),
        ("2026-03-03 06:00", "PT8H", "2026-03-04 09:00"),
        ("2026-03-06 17:00", "PT1H", "2026-03-09 09:00"),
        ("2026-05-08 17:00", "PT1H", "2026-05-09 09:00"),
        ("2026-03-03 12:30", "PT0S", "2026-03-03 13:30"),
    ] {
        assert_eq!(
            office_due(start, &within(span), &[]),
            Ok(until(expected)),
            "{span} from {start}"
        );
    }
}

/// S2.5: hours that never open end their search.
#[test]
fn s2_5_hours_without_an_opening_are_an_error() {
    let no_days = WorkingHours::new(vec![Opening {
        days: OpenDays::Weekdays([].into()),
        periods: vec![(0, 60)],
    }]);
    assert!(no_days.is_err());
    let all_rest = SpecialDays::new(
        Name::from("rest"),
        1,
        2000..2100,
        (0..36_000).map(|n| day("2000-01-01").plus_days(n)),
        [],
    )
    .unwrap();
    let (rule, hours) = (within("PT1H"), office());
    let clock = Clock {
        start: Moment::At(at("2026-03-06 10:00")),
        rule: &rule,
        hours: Some(&hours),
        days: &all_rest,
        zone: &zone(),
        pauses: &[],
    };
    assert_eq!(due(&clock), Err(ClockError::NeverOpens));
}

/// S2.6
#[test]
fn s2_6_months_end_with_the_same_day_or_the_last() {
    table(&[
        ("2026-01-31 08:00", within("P1M"), ends_with("2026-02-28")),
        ("2024-01-31 08:00", within("P1M"), ends_with("2024-02-29")),
        ("2024-02-29 08:00", within("P1Y"), ends_with("2025-02-28")),
        ("2024-02-29 08:00", within("P4Y"), ends_with("2028-02-29")),
        ("2026-01-15 08:00", within("P3M"), ends_with("2026-04-15")),
    ]);
}

/// S2.7
#[test]
fn s2_7_before_a_plan_ends_with_the_day_that_lies_before() {
    let before = |planned, by: &str| Rule::Before {
        planned,
        by: by.parse().unwrap(),
    };
    let planned = Moment::At(at("2026-05-20 14:00"));
    table(&[
        (
            "2026-04-01 08:00",
            before(planned, "P15D"),
            ends_with("2026-05-05"),
        ),
        (
            "2026-04-01 08:00",
            before(Moment::On(day("2026-05-20")), "P15D"),
            ends_with("2026-05-05"),
        ),
        (
            "2026-04-01 08:00",
            before(planned, "P1M"),
            ends_with("2026-04-20"),
        ),
        (
            "2026-04-01 08:00",
            before(planned, "PT2H"),
            until("2026-05-20 12:00"),
        ),
        // 9 May is a make-up Saturday.
        (
            "2026-04-01 08:00",
            before(Moment::On(day("2026-05-11")), "2 workdays"),
            ends_with("2026-05-08"),
        ),
    ]);
    // Opening hours count backwards too: 14:00 − 30 min, then 3 h 30 of the morning, all but the first half hour.
    assert_eq!(
        office_due("2026-04-01 08:00", &before(planned, "PT3H30M"), &[]),
        Ok(until("2026-05-20 09:00"))
    );
}

/// S2.8
#[test]
fn s2_8_points_end_with_their_day_and_before_ends_where_it_begins() {
    table(&[
        (
            "2026-03-31 18:00",
            point(5, "next-month"),
            ends_with("2026-04-05"),
        ),
        (
            "2026-04-01 00:00",
            point(15, "first-month-of-quarter"),
            ends_with("2026-04-15"),
        ),
        (
            "2026-04-01 00:00",
            point(18, "this-quarter"),
            ends_with("2026-04-18"),
        ),
        (
            "2026-11-01 00:00",
            Rule::BeforeDay(day("2027-01-01")),
            ends_with("2026-12-31"),
        ),
    ]);
}

/// S2.9
#[test]
fn s2_9_earliest_and_latest_combine() {
    let (two_days, wish) = (within("P2D"), Rule::Stated(Moment::On(day("2026-07-08"))));
    let (same_day, four_hours) = (within("P0D"), within("PT4H"));
    table(&[
        (
            "2026-07-07 15:00",
            Rule::Earliest(vec![two_days.clone(), wish.clone()]),
            ends_with("2026-07-08"),
        ),
        (
            "2026-07-07 15:00",
            Rule::Latest(vec![two_days, wish]),
            ends_with("2026-07-09"),
        ),
        (
            "2026-03-04 21:30",
            Rule::Latest(vec![same_day.clone(), four_hours.clone()]),
            until("2026-03-05 01:30"),
        ),
        (
            "2026-03-04 10:00",
            Rule::Latest(vec![same_day, four_hours]),
            ends_with("2026-03-04"),
        ),
    ]);
    assert_eq!(
        due_of("2026-03-04 10:00", &Rule::Latest(vec![])),
        Err(ClockError::Nothing)
    );
}

/// S2.9: an instant is inclusive, a day is that whole day, and at equal instants an inclusive end is the later one.
#[test]
fn s2_9_an_inclusive_end_is_the_later_one() {
    let midnight = Rule::Stated(Moment::At(at("2026-03-05 00:00")));
    let whole_day = Rule::Stated(Moment::On(day("2026-03-04")));
    let both = vec![whole_day, midnight];
    table(&[
        (
            "2026-03-04 10:00",
            Rule::Latest(both.clone()),
            until("2026-03-05 00:00"),
        ),
        (
            "2026-03-04 10:00",
            Rule::Earliest(both),
            ends_with("2026-03-04"),
        ),
    ]);
}

/// S2.10
#[test]
fn s2_10_a_change_tightens_and_never_loosens() {
    let (normal, urgent) = (within("PT5M"), within("PT3M"));
    let changed = |rule: &Rule, changes: &[(&str, &Rule)]| {
        let changes: Vec<Change> = changes
            .iter()
            .map(|(text, rule)| Change {
                recorded_at: at(text),
                rule: (*rule).clone(),
            })
            .collect();
        let clock = Clock {
            start: Moment::At(at("2026-03-09 10:00")),
            rule,
            hours: None,
            days: &days(),
            zone: &zone(),
            pauses: &[],
        };
        due_after_changes(&clock, &changes).unwrap()
    };
    assert_eq!(
        changed(&normal, &[("2026-03-09 10:01", &urgent)]),
        until("2026-03-09 10:04")
    );
    assert_eq!(
        changed(&normal, &[("2026-03-09 10:03", &urgent)]),
        until("2026-03-09 10:05")
    );
    assert_eq!(
        changed(&urgent, &[("2026-03-09 10:01", &normal)]),
        until("2026-03-09 10:03")
    );
    assert_eq!(
        changed(&urgent, &[("2026-03-09 10:20", &normal)]),
        until("2026-03-09 10:03")
    );
    let there_and_back = [("2026-03-09 10:01", &urgent), ("2026-03-09 10:02", &normal)];
    assert_eq!(changed(&normal, &there_and_back), until("2026-03-09 10:04"));
}

/// S2.11
#[test]
fn s2_11_not_before_is_where_a_day_begins_or_a_limit_ends() {
    for (rule, expected) in [
        (
            Rule::Stated(Moment::At(at("2026-03-12 09:00"))),
            "2026-03-12 09:00",
        ),
        (
            Rule::Stated(Moment::On(day("2026-03-13"))),
            "2026-03-13 00:00",
        ),
        (within("PT1H"), "2026-03-12 09:00"),
    ] {
        let clock = Clock {
            start: Moment::At(at("2026-03-12 08:00")),
            rule: &rule,
            hours: None,
            days: &days(),
            zone: &zone(),
            pauses: &[],
        };
        assert_eq!(opens(&clock), Ok(at(expected)), "{rule:?}");
    }
}

/// S2.12: a day is never taken for its first instant.
#[test]
fn s2_12_a_start_without_a_time_is_that_day() {
    let from_day = |rule: &Rule| {
        due(&Clock {
            start: Moment::On(day("2026-03-04")),
            rule,
            hours: None,
            days: &days(),
            zone: &zone(),
            pauses: &[],
        })
    };
    assert_eq!(from_day(&within("P3D")), Ok(ends_with("2026-03-07")));
    assert_eq!(from_day(&within("PT2H")), Ok(until("2026-03-05 02:00")));
    assert!(
        "2026-03-04T10:00:00+08:00"
            .parse::<domain::time::Day>()
            .is_err()
    );
    assert_eq!("2026-03-04".parse(), Ok(Moment::On(day("2026-03-04"))));
}

/// S2.13
#[test]
fn s2_13_what_held_when_the_duty_opened_binds_it() {
    let limit = Since::new([
        (at("2026-04-01 00:00"), "P2D"),
        (at("2020-01-01 00:00"), "P3D"),
    ]);
    assert_eq!(limit.at(at("2026-03-31 23:59:59.999999")), Some(&"P3D"));
    assert_eq!(limit.at(at("2026-04-01 00:00")), Some(&"P2D"));
    assert_eq!(limit.at(at("2019-12-31 10:00")), None);
}

/// Why it is due then: every day counted and every day skipped.
#[test]
fn an_explanation_names_its_days() {
    let (rule, hours) = (within("3 workdays"), office());
    let clock = Clock {
        start: Moment::At(at("2026-05-07 10:00")),
        rule: &rule,
        hours: Some(&hours),
        days: &days(),
        zone: &zone(),
        pauses: &[crate::given::paused("2026-05-11 08:00", "2026-05-11 18:00")],
    };
    let answer = explain(&clock).unwrap();
    assert_eq!(Ok(answer.due), due(&clock));
    let lines: Vec<_> = answer
        .explanation
        .iter()
        .map(|line| format!("{} | {}", line.zh, line.en))
        .collect();
    expect_test::expect![[r#"
        开始当日 2026-05-07 不计入 | the starting day 2026-05-07 is not counted
        2026-05-08 为第 1 日 | 2026-05-08 is day 1
        2026-05-09（调休上班） 为第 2 日 | 2026-05-09 (make-up day) is day 2
        2026-05-10 休息日，不计 | 2026-05-10 is a day of rest, skipped
        2026-05-11 暂停超过半日，剔除 | 2026-05-11 was paused for more than half, left out
        2026-05-12 为第 3 日 | 2026-05-12 is day 3
        到期 2026-05-13T00:00:00.000000+08:00，须在此刻之前办结 | due 2026-05-13T00:00:00.000000+08:00; done before that instant is in time"#]]
    .assert_eq(&lines.join("\n"));
}
