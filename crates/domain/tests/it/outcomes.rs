//! S4: outcomes. S9.1, S9.2: corrections.

use crate::given::{at, days, ends_with, member, until, zone};
use domain::clock::{Due, Span};
use domain::correction::{Correction, CorrectionRefused, Needs};
use domain::outcome::{
    Asked, CLIMBS, DayParts, Decider, Distinct, EXCUSED_SHARE_BP, Excuse, ExcuseRefused, Judgement,
    Late, OnRepeat, Outcome, Shown, Story, climbed, judge, occurrences, reached_at, standing,
    who_decides,
};
use domain::time::Instant;

fn due() -> Due {
    until("2026-03-02 14:05")
}

fn judged(story: &Story<'_>, as_of: &str) -> (Outcome, bool) {
    let Judgement { outcome, to_do, .. } = judge(story, at(as_of));
    (outcome, to_do)
}

/// S4.1: outcome and completion are two things.
#[test]
fn s4_1_a_missed_duty_is_still_to_do_until_it_is_done() {
    let done = [at("2026-03-02 15:00")];
    let story = Story {
        done: &done,
        ..Story::untouched(due())
    };
    assert_eq!(judged(&story, "2026-03-02 14:05"), (Outcome::Pending, true));
    assert_eq!(judged(&story, "2026-03-02 14:06"), (Outcome::Missed, true));
    assert_eq!(judged(&story, "2026-03-02 15:00"), (Outcome::Missed, false));
}

/// S4.1
#[test]
fn s4_1_a_missed_duty_climbs_after_an_hour_a_day_three_days() {
    let level = |due, as_of| climbed(due, at(as_of), &CLIMBS, &days(), &zone()).unwrap();
    for (as_of, expected) in [
        ("2026-03-02 15:04:59.999999", 0),
        ("2026-03-02 15:05", 1),
        ("2026-03-03 23:59:59.999999", 1),
        ("2026-03-04 00:00", 2),
        ("2026-03-06 00:00", 3),
    ] {
        assert_eq!(level(due(), as_of), expected, "{as_of}");
    }
    // Counted from the last instant before the due time: the end of 2 March is still 2 March.
    assert_eq!(
        level(ends_with("2026-03-02"), "2026-03-03 23:59:59.999999"),
        1
    );
    assert_eq!(level(ends_with("2026-03-02"), "2026-03-04 00:00"), 2);
}

/// S4.1: exempt ends a duty; excused leaves it to do unless the excuse says that it falls away.
#[test]
fn s4_1_what_ends_a_duty() {
    let excused = |falls_away| Story {
        excuse: Some(Excuse {
            recorded_at: at("2026-03-02 16:00"),
            falls_away,
        }),
        ..Story::untouched(due())
    };
    let exempt = Story {
        exempt_at: Some(at("2026-03-02 14:04")),
        ..Story::untouched(due())
    };
    assert_eq!(
        judged(&excused(false), "2026-03-03 10:00"),
        (Outcome::Excused, true)
    );
    assert_eq!(
        judged(&excused(true), "2026-03-03 10:00"),
        (Outcome::Excused, false)
    );
    assert_eq!(
        judged(&exempt, "2026-03-03 10:00"),
        (Outcome::Exempt, false)
    );
}

/// S4.2
#[test]
fn s4_2_met_and_missed_at_both_ends() {
    let at_due = |due: Due| {
        let done = [due.at];
        let story = Story {
            done: &done,
            ..Story::untouched(due)
        };
        (
            judge(&story, due.at).outcome,
            judge(&Story::untouched(due), due.at).outcome,
        )
    };
    assert_eq!(at_due(due()), (Outcome::Met, Outcome::Pending));
    assert_eq!(
        at_due(ends_with("2026-03-02")),
        (Outcome::Missed, Outcome::Missed)
    );
}

/// S4.2: late and never are shown apart; both count.
#[test]
fn s4_2_late_and_never_are_shown_apart() {
    let done = [at("2026-03-02 15:00")];
    let late = Story {
        done: &done,
        ..Story::untouched(due())
    };
    let as_of = at("2026-03-03 10:00");
    assert_eq!(judge(&late, as_of).shown(), Some(Shown::Late));
    assert_eq!(judge(&late, as_of).done_at, Some(done[0]));
    assert_eq!(
        judge(&Story::untouched(due()), as_of).shown(),
        Some(Shown::Never)
    );
    assert!(judge(&late, as_of).outcome.counts());
}

/// S4.2: late worth is counted from the due time.
#[test]
fn s4_2_late_work_may_still_be_worth_something() {
    let worth = |within: &str, due, done_at| {
        let late = Late {
            within: within.parse().unwrap(),
            worth_bp: 5_000,
        };
        late.worth(due, at(done_at), &days(), &zone()).unwrap()
    };
    assert_eq!(
        worth("P1D", ends_with("2026-03-04"), "2026-03-05 23:59"),
        5_000
    );
    assert_eq!(worth("P1D", ends_with("2026-03-04"), "2026-03-06 00:00"), 0);
    assert_eq!(worth("PT1H", due(), "2026-03-02 15:05"), 5_000);
    assert_eq!(worth("PT1H", due(), "2026-03-02 15:05:00.000001"), 0);
}

/// S4.3
#[test]
fn s4_3_beyond_the_share_the_unit_above_decides() {
    let asked = |excused, cases| Asked {
        excused,
        cases,
        touches_own_score: false,
        has_evidence: true,
    };
    let decides = |excused, cases| who_decides(&asked(excused, cases), EXCUSED_SHARE_BP);
    assert_eq!(decides(4, 100), Ok(Decider::OwnUnit));
    assert_eq!(decides(5, 100), Ok(Decider::OwnUnit));
    assert_eq!(decides(6, 100), Ok(Decider::UnitAbove));
    assert_eq!(decides(1, 19), Ok(Decider::UnitAbove));
    let own = Asked {
        touches_own_score: true,
        ..asked(1, 100)
    };
    let bare = Asked {
        has_evidence: false,
        ..asked(1, 100)
    };
    assert_eq!(
        who_decides(&own, EXCUSED_SHARE_BP),
        Err(ExcuseRefused::OwnScore)
    );
    assert_eq!(
        who_decides(&bare, EXCUSED_SHARE_BP),
        Err(ExcuseRefused::NoEvidence)
    );
    assert!(!Outcome::Excused.counts());
}

/// S4.4
#[test]
fn s4_4_attempts_in_different_parts_of_the_day_on_any_days() {
    let reached = |attempts: &[&str], distinct| {
        let attempts: Vec<Instant> = attempts.iter().map(|text| at(text)).collect();
        reached_at(&attempts, 3, distinct, &DayParts::default(), &zone())
    };
    let part = Some(Distinct::DayPart);
    assert_eq!(
        reached(
            &["2026-03-04 19:40", "2026-03-02 09:10", "2026-03-03 15:20"],
            part
        ),
        Some(at("2026-03-04 19:40"))
    );
    assert_eq!(
        reached(
            &["2026-03-02 09:10", "2026-03-02 10:30", "2026-03-03 15:20"],
            part
        ),
        None
    );
    // 12:00 is afternoon, 22:00 and the night are in no part.
    assert_eq!(
        reached(
            &["2026-03-02 11:59", "2026-03-02 12:00", "2026-03-02 18:00"],
            part
        ),
        Some(at("2026-03-02 18:00"))
    );
    assert_eq!(
        reached(
            &["2026-03-02 11:59", "2026-03-02 12:00", "2026-03-02 22:00"],
            part
        ),
        None
    );
    let one_day = [
        "2026-03-02 09:10",
        "2026-03-02 10:30",
        "2026-03-03 15:20",
        "2026-03-04 08:00",
    ];
    assert_eq!(
        reached(&one_day, Some(Distinct::Day)),
        Some(at("2026-03-04 08:00"))
    );
    assert_eq!(reached(&one_day, None), Some(at("2026-03-03 15:20")));
}

/// S4.4: exempt only before it was due; late, the miss stands.
#[test]
fn s4_4_a_late_exemption_changes_nothing() {
    let exempt = Story {
        exempt_at: Some(at("2026-03-02 14:06")),
        ..Story::untouched(due())
    };
    assert_eq!(judged(&exempt, "2026-03-03 10:00"), (Outcome::Missed, true));
    assert!(!Outcome::Exempt.counts());
}

/// S4.5
#[test]
fn s4_5_withdrawn_only_before_it_was_due() {
    let withdrawn = |text| Story {
        withdrawn_at: Some(at(text)),
        ..Story::untouched(due())
    };
    assert_eq!(
        judged(&withdrawn("2026-03-02 14:05"), "2026-03-03 10:00"),
        (Outcome::Withdrawn, false)
    );
    assert_eq!(
        judged(&withdrawn("2026-03-02 14:06"), "2026-03-03 10:00"),
        (Outcome::Missed, false)
    );
    assert!(!Outcome::Withdrawn.counts());
}

/// S4.6: an excuse never counts from before it was recorded.
#[test]
fn s4_6_an_excuse_counts_from_its_recording() {
    let excused = Story {
        excuse: Some(Excuse {
            recorded_at: at("2026-03-04 10:00"),
            falls_away: false,
        }),
        ..Story::untouched(due())
    };
    assert_eq!(
        judge(&excused, at("2026-03-04 09:59")).outcome,
        Outcome::Missed
    );
    assert_eq!(
        judge(&excused, at("2026-03-04 10:00")).outcome,
        Outcome::Excused
    );
}

/// S2.11
#[test]
fn s2_11_done_earlier_than_not_before_is_not_done() {
    let done = [at("2026-03-02 13:59:59.999999")];
    let story = Story {
        not_before: Some(at("2026-03-02 14:00")),
        done: &done,
        ..Story::untouched(due())
    };
    assert_eq!(judged(&story, "2026-03-02 15:00"), (Outcome::Missed, true));
    assert_eq!(judge(&story, at("2026-03-02 15:00")).done_at, None);
}

/// S4.9
#[test]
fn s4_9_a_start_that_recurs_opens_keeps_or_restarts() {
    let starts = [
        at("2026-03-02 10:00"),
        at("2026-03-04 11:00"),
        at("2026-03-09 10:00"),
    ];
    let done = [at("2026-03-07 09:00")];
    let opened = |on_repeat| -> Vec<(u32, bool, bool)> {
        let opened = occurrences(on_repeat, &starts, &done);
        opened
            .iter()
            .map(|one| {
                (
                    one.number,
                    one.superseded_at.is_some(),
                    one.done_at.is_some(),
                )
            })
            .collect()
    };
    assert_eq!(
        opened(OnRepeat::New),
        [(1, false, true), (2, false, true), (3, false, false)]
    );
    assert_eq!(
        opened(OnRepeat::Keep),
        [(1, false, true), (2, false, false)]
    );
    assert_eq!(
        opened(OnRepeat::Restart),
        [(1, true, false), (2, false, true), (3, false, false)]
    );
}

/// S4.9
#[test]
fn s4_9_an_outcome_undone_within_its_time_is_revoked() {
    let left = |done: &[&str], undone: &str, stands| {
        let done: Vec<Instant> = done.iter().map(|text| at(text)).collect();
        standing(&done, &[at(undone)], stands, &days(), &zone()).unwrap()
    };
    let both = ["2026-03-02 10:00", "2026-03-07 09:00"];
    let three_days = Some(Span::Days(3));
    assert_eq!(
        left(&both, "2026-03-05 23:59", three_days),
        [at("2026-03-07 09:00")]
    );
    assert_eq!(left(&both, "2026-03-06 00:00", three_days).len(), 2);
    assert_eq!(left(&both, "2026-03-05 23:59", None).len(), 2);
    assert_eq!(
        left(&["2026-03-02 10:00"], "2026-03-02 09:00", three_days).len(),
        1
    );
}

fn correction() -> Correction {
    Correction {
        author: Some(member(1)),
        entry_recorded_at: at("2026-03-12 10:00"),
        next_step_at: None,
        by: member(1),
        recorded_by: None,
        recorded_at: at("2026-03-12 10:15"),
        second: None,
        turns_missed_into_met: false,
        of_unit_or_kind: false,
    }
}

/// S9.2
#[test]
fn s9_2_an_author_corrects_alone_for_fifteen_minutes_and_before_the_next_step() {
    let alone = correction();
    let late = Correction {
        recorded_at: at("2026-03-12 10:15:00.000001"),
        ..alone
    };
    let after_next = Correction {
        next_step_at: Some(at("2026-03-12 10:10")),
        ..alone
    };
    let other = Correction {
        by: member(2),
        ..alone
    };
    let turns = Correction {
        turns_missed_into_met: true,
        ..alone
    };
    assert_eq!(alone.needs(), Ok(Needs::Alone));
    for correction in [late, after_next, other, turns] {
        assert_eq!(correction.needs(), Ok(Needs::SecondPerson));
    }
}

/// S9.1: conflicts of interest look at who did it and at who recorded it.
#[test]
fn s9_1_nobody_is_his_own_second_person() {
    for (recorded_by, second) in [(None, member(1)), (Some(member(3)), member(3))] {
        let correction = Correction {
            recorded_by,
            second: Some(second),
            ..correction()
        };
        assert_eq!(correction.needs(), Err(CorrectionRefused::SamePerson));
    }
}

/// S9.2
#[test]
fn s9_2_unit_and_kind_are_never_corrected() {
    let correction = Correction {
        of_unit_or_kind: true,
        second: Some(member(2)),
        ..correction()
    };
    assert_eq!(correction.needs(), Err(CorrectionRefused::UnitOrKind));
}
