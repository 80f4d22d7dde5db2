use app::import::habit::{DayOrder, Epoch, Habit, HabitError};
use domain::time::{Moment, Zone};
use proptest::prelude::*;

fn shanghai() -> Habit {
    Habit::in_zone(Zone::shanghai())
}

fn shown(habit: &Habit, text: &str) -> String {
    match habit.moment(text) {
        Ok(Moment::At(at)) => at.in_zone(&habit.zone).replace(".000000", ""),
        Ok(Moment::On(day)) => day.to_string(),
        Err(error) => format!("! {}", error.code()),
    }
}

/// S2.12: a date without a time stays a day.
#[test]
fn every_habit_states_the_same_moment() {
    let at = "2026-03-05T14:05:00+08:00";
    for text in [
        "2026-03-05T14:05:00+08:00",
        "2026-03-05T14:05+08:00",
        "2026-03-05T06:05:00Z",
        "2026-03-05T01:05:00-0500",
        "2026-03-05 14:05:00",
        "2026-03-05 14:05",
        " 2026/3/5 14:05 ",
        "2026.3.5 14:05",
        "2026年3月5日 14时05分",
        "2026年3月5日14:05",
        "2026年3月5日 14点05分00秒",
        "2026年03月05日 星期四 下午2:05",
        "2026-3-5 2:05 PM",
        "２０２６－０３－０５　１４：０５",
        "20260305140500",
        "202603051405",
        "20260305T140500",
        "20260305T060500Z",
        "20260305140500000",
        "2026-03-05 06:05 UTC",
    ] {
        assert_eq!(shown(&shanghai(), text), at, "{text}");
    }
    for text in [
        "2026-03-05",
        "2026/3/5",
        "2026年3月5日",
        "20260305",
        "2026年3月5日（周四）",
    ] {
        assert_eq!(shown(&shanghai(), text), "2026-03-05", "{text}");
    }
    assert_eq!(
        shown(&shanghai(), "2026-03-05T14:05:00.25"),
        "2026-03-05T14:05:00.250000+08:00"
    );
    assert_eq!(
        shown(&shanghai(), "2026-03-05 24:00"),
        "2026-03-06T00:00:00+08:00"
    );
}

#[test]
fn which_of_day_and_month_comes_first_is_stated_or_refused() {
    let told = |order| Habit {
        order: Some(order),
        ..shanghai()
    };
    for text in ["05.03.2026", "05/03/2026", "5-3-2026"] {
        assert_eq!(shown(&shanghai(), text), "! time-ambiguous", "{text}");
        assert_eq!(
            shown(&told(DayOrder::DayFirst), text),
            "2026-03-05",
            "{text}"
        );
        assert_eq!(
            shown(&told(DayOrder::MonthFirst), text),
            "2026-05-03",
            "{text}"
        );
    }
    assert_eq!(
        shown(&told(DayOrder::DayFirst), "05.03.2026 14:05"),
        "2026-03-05T14:05:00+08:00"
    );
    assert_eq!(
        shown(&told(DayOrder::MonthFirst), "25/03/2026"),
        "! time-no-such-day"
    );
    // What can only mean one thing needs no statement.
    for (text, day) in [
        ("25/03/2026", "2026-03-25"),
        ("03/25/2026", "2026-03-25"),
        ("03/03/2026", "2026-03-03"),
    ] {
        assert_eq!(shown(&shanghai(), text), day);
    }
}

#[test]
fn bare_numbers_are_spreadsheet_days_only_where_the_map_says_so() {
    let told = |epoch| Habit {
        excel: Some(epoch),
        ..shanghai()
    };
    assert_eq!(shown(&shanghai(), "46086"), "! time-bare-number");
    assert_eq!(shown(&told(Epoch::Y1900), "46086"), "2026-03-05");
    assert_eq!(shown(&told(Epoch::Y1900), "46086.0"), "2026-03-05");
    assert_eq!(
        shown(&told(Epoch::Y1900), "46086.5868055556"),
        "2026-03-05T14:05:00+08:00"
    );
    assert_eq!(
        shown(&told(Epoch::Y1904), "44624.5868055556"),
        "2026-03-05T14:05:00+08:00"
    );
    assert_eq!(shown(&told(Epoch::Y1900), "1"), "1900-01-01");
    assert_eq!(shown(&told(Epoch::Y1900), "59"), "1900-02-28");
    assert_eq!(shown(&told(Epoch::Y1900), "60"), "! time-no-such-day");
    assert_eq!(shown(&told(Epoch::Y1900), "61"), "1900-03-01");
    assert_eq!(shown(&told(Epoch::Y1900), "2958466"), "! time-no-such-day");
}

/// A local time that the clocks repeat is its first occurrence; one that they skip moves on with them: the offset before the change.
#[test]
fn times_within_a_change_of_the_clocks_follow_the_offset_before_it() {
    let boston = Habit::in_zone(Zone::named("America/New_York").unwrap());
    assert_eq!(
        shown(&boston, "2015-11-01 01:30"),
        "2015-11-01T01:30:00-04:00"
    );
    assert_eq!(
        shown(&boston, "2015-11-01T01:30:00-05:00"),
        "2015-11-01T01:30:00-05:00"
    );
    assert_eq!(
        shown(&boston, "2015-03-08 02:30:15"),
        "2015-03-08T03:30:15-04:00"
    );
    assert_eq!(
        shown(&boston, "2015-03-08 01:59:59"),
        "2015-03-08T01:59:59-05:00"
    );
    // Midnight itself was skipped.
    let brazil = Habit::in_zone(Zone::named("America/Sao_Paulo").unwrap());
    assert_eq!(
        shown(&brazil, "2016-10-16 00:30"),
        "2016-10-16T01:30:00-02:00"
    );
}

#[test]
fn what_is_no_time_is_named_for_what_is_wrong() {
    for (text, error) in [
        ("", HabitError::Unrecognised),
        ("yesterday", HabitError::Unrecognised),
        ("2026-03-05 14:05 or so", HabitError::Unrecognised),
        ("2026-03-05T14", HabitError::Unrecognised),
        ("2026-03/05", HabitError::Unrecognised),
        ("5/3/26", HabitError::Unrecognised),
        ("26-03-05", HabitError::ShortYear),
        ("2026-02-29", HabitError::NoSuchDay),
        ("2026-13-01", HabitError::NoSuchDay),
        ("0026-03-05", HabitError::NoSuchDay),
        ("20261305", HabitError::NoSuchDay),
        ("2026-03-05 25:00", HabitError::NoSuchTime),
        ("2026-03-05 24:01", HabitError::NoSuchTime),
        ("2026-03-05 14:60", HabitError::NoSuchTime),
        ("2026-03-05 晚上12:00", HabitError::NoSuchTime),
        ("2026-03-05T14:05+19:00", HabitError::NoSuchTime),
        ("1741154700", HabitError::BareNumber),
    ] {
        assert_eq!(shanghai().moment(text), Err(error), "{text}");
        assert!(!error.reason().zh.is_empty() && !error.reason().en.is_empty());
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[0-9/:. TZ年月日时分上下午+-]{0,24}") {
        let told = Habit { order: Some(DayOrder::DayFirst), excel: Some(Epoch::Y1900), ..shanghai() };
        let _ = told.moment(&text);
    }

    /// From 2000 on: Shanghai's clocks have not changed since 1991.
    #[test]
    fn what_is_written_is_read(minutes in 16_000_000_i64..60_000_000) {
        let at = domain::time::Instant::from_micros(minutes * 60_000_000);
        let habit = shanghai();
        let text = at.in_zone(&habit.zone);
        prop_assert_eq!(habit.moment(&text), Ok(Moment::At(at)));
        prop_assert_eq!(habit.moment(&text[..16]), Ok(Moment::At(at)));
    }
}
