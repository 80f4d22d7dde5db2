//! S3: pauses.

use crate::given::{at, due_of, ends_with, office_due, paused, point, until, within};
use domain::clock::{Clock, Due, Left, Paused, Rule, Wait, counted, due};
use domain::name::Name;
use domain::time::{Instant, Moment};

fn wait(cause: &str, recorded: &str, left: Option<(&str, &str)>, contact_attempt: bool) -> Wait {
    Wait {
        cause: Name::from(cause),
        occurred_at: at("2026-03-16 08:00"),
        recorded_at: at(recorded),
        left: left.map(|(occurred, recorded)| Left {
            occurred_at: at(occurred),
            recorded_at: at(recorded),
        }),
        contact_attempt,
    }
}

fn spans(waits: &[Wait], causes: &[&str], as_of: Option<Instant>) -> Vec<(Instant, Instant)> {
    let causes: Vec<Name> = causes.iter().copied().map(Name::from).collect();
    let pauses = counted(waits, &causes, as_of, &|cause| *cause == "owner");
    pauses
        .into_iter()
        .map(|pause| (pause.from, pause.until))
        .collect()
}

fn around_the_clock(start: &str, rule: &Rule, pauses: &[Paused]) -> Due {
    due(&Clock {
        start: Moment::At(at(start)),
        rule,
        hours: None,
        days: &crate::given::days(),
        zone: &crate::given::zone(),
        pauses,
    })
    .unwrap()
}

/// S3.1
#[test]
fn s3_1_only_named_causes_stop_a_clock() {
    let waits = [wait(
        "parts",
        "2026-03-16 11:00",
        Some(("2026-03-16 12:00", "2026-03-16 12:00")),
        false,
    )];
    assert_eq!(spans(&waits, &["parts"], None).len(), 1);
    assert_eq!(spans(&waits, &["weather"], None), []);
    assert_eq!(spans(&waits, &[], None), []);
}

/// S3.2: from the recording to the earlier of both times of the step that left.
#[test]
fn s3_2_a_pause_counts_from_its_recording_to_the_earlier_end() {
    let (from, end) = (at("2026-03-16 11:00"), at("2026-03-16 12:00"));
    for left in [
        ("2026-03-16 12:00", "2026-03-16 15:00"),
        ("2026-03-16 12:00", "2026-03-16 12:00"),
        ("2026-03-16 13:00", "2026-03-16 12:00"),
    ] {
        assert_eq!(
            spans(
                &[wait("parts", "2026-03-16 11:00", Some(left), false)],
                &["parts"],
                None
            ),
            [(from, end)]
        );
    }
    // Left, as was said later, before the wait was recorded: nothing is paused.
    assert_eq!(
        spans(
            &[wait(
                "parts",
                "2026-03-16 11:00",
                Some(("2026-03-16 10:00", "2026-03-16 13:00")),
                false
            )],
            &["parts"],
            None
        ),
        []
    );
}

/// S3.2
#[test]
fn s3_2_waiting_for_the_other_side_needs_an_attempt() {
    let left = Some(("2026-03-16 12:00", "2026-03-16 12:00"));
    assert_eq!(
        spans(
            &[wait("owner", "2026-03-16 11:00", left, false)],
            &["owner"],
            None
        ),
        []
    );
    assert_eq!(
        spans(
            &[wait("owner", "2026-03-16 11:00", left, true)],
            &["owner"],
            None
        )
        .len(),
        1
    );
}

/// S3.2
#[test]
fn s3_2_a_running_pause_is_taken_to_end_now() {
    let waits = [wait("parts", "2026-03-16 11:00", None, false)];
    assert_eq!(spans(&waits, &["parts"], None), []);
    for (as_of, expected) in [
        ("2026-03-16 10:00", "2026-03-16 14:00"),
        ("2026-03-16 13:00", "2026-03-16 16:00"),
        ("2026-03-17 11:00", "2026-03-17 14:00"),
    ] {
        let pauses = counted(&waits, &[Name::from("parts")], Some(at(as_of)), &|_| false);
        let due = around_the_clock("2026-03-16 10:00", &within("PT4H"), &pauses);
        assert_eq!(due, until(expected), "as of {as_of}");
        assert!(!due.is_late(at(as_of)));
    }
}

/// S3.3
#[test]
fn s3_3_paused_time_is_cut_out_of_hours() {
    let four_hours = within("PT4H");
    let overlapping = [
        paused("2026-03-16 11:00", "2026-03-16 12:00"),
        paused("2026-03-16 11:30", "2026-03-16 12:30"),
    ];
    assert_eq!(
        around_the_clock("2026-03-16 10:00", &four_hours, &overlapping),
        until("2026-03-16 15:30")
    );
    let before_the_start = [paused("2026-03-16 09:00", "2026-03-16 10:30")];
    assert_eq!(
        around_the_clock("2026-03-16 10:00", &four_hours, &before_the_start),
        until("2026-03-16 14:30")
    );
    // On office hours lunch is not open and so not paused.
    let over_lunch = [paused("2026-03-16 11:00", "2026-03-16 14:00")];
    assert_eq!(
        office_due("2026-03-16 10:00", &within("PT2H"), &over_lunch),
        Ok(until("2026-03-16 15:00"))
    );
}

/// S3.3
#[test]
fn s3_3_a_day_is_left_out_if_more_than_half_of_it_is_paused() {
    let three_days = within("P3D");
    let half = [paused("2026-03-03 06:00", "2026-03-03 18:00")];
    let more = [paused("2026-03-03 06:00", "2026-03-03 18:00:00.000001")];
    let whole = [paused("2026-03-02 00:00", "2026-03-04 00:00")];
    assert_eq!(
        around_the_clock("2026-03-01 10:00", &three_days, &half),
        ends_with("2026-03-04")
    );
    assert_eq!(
        around_the_clock("2026-03-01 10:00", &three_days, &more),
        ends_with("2026-03-05")
    );
    assert_eq!(
        around_the_clock("2026-03-01 10:00", &three_days, &whole),
        ends_with("2026-03-06")
    );
}

/// S3.3: of its opening time on a business calendar; a day that does not open is measured by 24 hours.
#[test]
fn s3_3_half_of_the_opening_time_decides_on_office_hours() {
    let one_day = within("P1D");
    let afternoon = [paused("2026-03-06 13:30", "2026-03-06 17:30")];
    assert_eq!(
        office_due("2026-03-05 09:00", &one_day, &afternoon),
        Ok(ends_with("2026-03-07"))
    );
    assert_eq!(
        around_the_clock("2026-03-05 09:00", &one_day, &afternoon),
        ends_with("2026-03-06")
    );
    let night = [paused("2026-03-06 17:30", "2026-03-06 23:59")];
    assert_eq!(
        office_due("2026-03-05 09:00", &one_day, &night),
        Ok(ends_with("2026-03-06"))
    );
    let saturday = [paused("2026-03-07 00:00", "2026-03-08 00:00")];
    assert_eq!(
        office_due("2026-03-06 09:00", &one_day, &saturday),
        Ok(ends_with("2026-03-08"))
    );
}

/// S3.3
#[test]
fn s3_3_pauses_move_hours_days_and_workdays_and_nothing_else() {
    let pauses = [paused("2026-03-10 00:00", "2026-04-10 00:00")];
    let moves = |rule: &Rule| {
        around_the_clock("2026-03-09 10:00", rule, &pauses)
            != due_of("2026-03-09 10:00", rule).unwrap()
    };
    for moved in ["PT24H", "P1D", "P1W", "2 workdays"] {
        assert!(moves(&within(moved)), "{moved}");
    }
    for fixed in ["P0D", "P1M", "P1Y"] {
        assert!(!moves(&within(fixed)), "{fixed}");
    }
    let by = "P5D".parse().unwrap();
    for fixed in [
        Rule::ByDay(crate::given::day("2026-03-20")),
        Rule::BeforeDay(crate::given::day("2026-03-20")),
        Rule::Stated(Moment::At(at("2026-03-20 10:00"))),
        point(5, "next-month"),
        Rule::Before {
            planned: Moment::At(at("2026-03-20 10:00")),
            by,
        },
    ] {
        assert!(!moves(&fixed), "{fixed:?}");
    }
}

/// S3.4
#[test]
fn s3_4_a_clock_that_has_run_out_is_not_stopped() {
    let five_minutes = within("PT5M");
    for from in [
        "2026-03-18 10:05",
        "2026-03-18 10:05:00.000001",
        "2026-03-18 10:06",
    ] {
        let late = [paused(from, "2026-03-18 10:30")];
        assert_eq!(
            around_the_clock("2026-03-18 10:00", &five_minutes, &late),
            until("2026-03-18 10:05"),
            "{from}"
        );
    }
    let in_time = [paused("2026-03-18 10:04:59.999999", "2026-03-18 10:30")];
    assert_eq!(
        around_the_clock("2026-03-18 10:00", &five_minutes, &in_time),
        until("2026-03-18 10:30:00.000001")
    );
}
