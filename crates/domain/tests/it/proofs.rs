//! S2.12, S4.6–S4.8: which time decides.

use crate::given::{at, day, days, member, zone};
use domain::clock::Span;
use domain::proof::{
    Deciding, Decision, DeviceTimes, Limits, Outage, Paper, PaperRefused, Proof, Source, Times,
    decide, is_refused_as_future,
};
use domain::time::Moment;

const MINUTE: i64 = 60_000_000;

fn recorded(text: &str) -> Times {
    Times::at(at(text))
}

fn decided(proof: Proof, times: &Times, by_days: bool) -> Decision {
    decide(proof, times, by_days, &Limits::default(), &zone())
}

fn plain(proof: Proof, times: &Times) -> (Deciding, String) {
    let decision = decided(proof, times, true);
    assert!(!decision.unproven);
    (
        decision.by,
        decision.at.in_zone(&zone())[5..16].replace('T', " "),
    )
}

/// S4.6
#[test]
fn s4_6_the_default_proof_goes_by_the_length() {
    for (limit, proof) in [
        ("PT5M", Proof::Server),
        ("PT23H59M", Proof::Server),
        ("PT24H", Proof::Typed),
        ("P0D", Proof::Typed),
        ("3 workdays", Proof::Typed),
    ] {
        assert_eq!(
            Proof::default_for(limit.parse::<Span>().unwrap()),
            proof,
            "{limit}"
        );
    }
}

/// S4.6
#[test]
fn s4_6_the_server_counts_when_it_heard() {
    let times = Times {
        occurred: Some(Moment::At(at("2026-03-05 14:03"))),
        ..recorded("2026-03-05 14:06")
    };
    assert_eq!(
        plain(Proof::Server, &times),
        (Deciding::RecordedAt, "03-05 14:06".into())
    );
}

/// S4.6
#[test]
fn s4_6_the_other_side_proves_by_its_own_signature() {
    let signed = Times {
        counterpart: Some(at("2026-03-05 14:04")),
        ..recorded("2026-03-05 14:06")
    };
    assert_eq!(
        plain(Proof::Counterpart, &signed),
        (Deciding::Counterpart, "03-05 14:04".into())
    );
    assert_eq!(
        plain(Proof::Counterpart, &recorded("2026-03-05 14:06")),
        (Deciding::RecordedAt, "03-05 14:06".into())
    );
}

/// S4.6
#[test]
fn s4_6_a_device_counts_less_its_offset_if_it_kept_its_clock() {
    let device = |sync: i64, contact: i64| Times {
        device: Some(DeviceTimes {
            at: at("2026-03-06 11:06"),
            offset_at_sync: sync * MINUTE,
            offset_at_contact: contact * MINUTE,
        }),
        ..recorded("2026-03-06 13:00")
    };
    assert_eq!(
        plain(Proof::Device, &device(7, 7)),
        (Deciding::DeviceCorrected, "03-06 10:59".into())
    );
    assert_eq!(
        plain(Proof::Device, &device(7, 5)),
        (Deciding::DeviceCorrected, "03-06 10:59".into())
    );
    assert_eq!(
        plain(Proof::Device, &device(-2, 0)),
        (Deciding::DeviceCorrected, "03-06 11:08".into())
    );
    let drifted = decided(Proof::Device, &device(3, 0), false);
    assert_eq!(
        (drifted.by, drifted.unproven, drifted.at),
        (Deciding::RecordedAt, true, at("2026-03-06 13:00"))
    );
    let confirmed = Times {
        confirmed: Some(at("2026-03-06 10:50")),
        ..device(3, 0)
    };
    assert_eq!(
        plain(Proof::Device, &confirmed),
        (Deciding::Confirmed, "03-06 10:50".into())
    );
}

/// S4.6: within the back-dating limit, inclusive.
#[test]
fn s4_6_typed_times_count_within_the_back_dating_limit() {
    let typed = |recorded_at| Times {
        occurred: Some(Moment::At(at("2026-03-04 18:00"))),
        ..recorded(recorded_at)
    };
    assert_eq!(
        plain(Proof::Typed, &typed("2026-03-05 18:00")),
        (Deciding::OccurredAt, "03-04 18:00".into())
    );
    assert_eq!(
        plain(Proof::Typed, &typed("2026-03-05 18:00:00.000001")).0,
        Deciding::RecordedAt
    );
    // Said to be later than it was recorded: the recording counts.
    assert_eq!(
        plain(Proof::Typed, &typed("2026-03-04 17:59")),
        (Deciding::RecordedAt, "03-04 17:59".into())
    );
}

/// S2.12: a date is that day; for the back-dating limit it stands at its end.
#[test]
fn s2_12_a_date_is_compared_as_a_day() {
    let dated = |recorded_at| Times {
        occurred: Some(Moment::On(day("2026-03-04"))),
        ..recorded(recorded_at)
    };
    let decision = decided(Proof::Typed, &dated("2026-03-05 23:00"), true);
    assert_eq!(
        (decision.by, decision.at),
        (Deciding::OccurredAt, at("2026-03-04 23:59:59.999999"))
    );
    assert_eq!(
        decided(Proof::Typed, &dated("2026-03-06 00:00"), true).by,
        Deciding::OccurredAt
    );
    assert_eq!(
        decided(Proof::Typed, &dated("2026-03-06 00:00:00.000001"), true).by,
        Deciding::RecordedAt
    );
    // Recorded on the day itself, it happened before it was recorded.
    assert_eq!(
        decided(Proof::Typed, &dated("2026-03-04 09:00"), true).at,
        at("2026-03-04 09:00")
    );
}

/// S2.12: in a clock of hours a date proves no instant.
#[test]
fn s2_12_a_date_is_unproven_in_a_clock_of_hours() {
    let dated = Times {
        occurred: Some(Moment::On(day("2026-03-04"))),
        ..recorded("2026-03-05 09:00")
    };
    let decision = decided(Proof::Typed, &dated, false);
    assert_eq!(
        (decision.by, decision.unproven, decision.at),
        (Deciding::RecordedAt, true, at("2026-03-05 09:00"))
    );
    let confirmed = Times {
        confirmed: Some(at("2026-03-04 20:00")),
        ..dated
    };
    assert_eq!(
        decided(Proof::Typed, &confirmed, false).at,
        at("2026-03-04 20:00")
    );
    let ahead = Times {
        confirmed: Some(at("2026-03-05 09:01")),
        ..dated
    };
    assert!(decided(Proof::Typed, &ahead, false).unproven);
}

/// S4.7
#[test]
fn s4_7_the_future_is_refused_online_only() {
    let refused = |occurred, queued| {
        is_refused_as_future(
            occurred,
            at("2026-03-06 10:00"),
            queued,
            &Limits::default(),
            &zone(),
        )
    };
    assert!(!refused(Moment::At(at("2026-03-06 10:02")), false));
    assert!(refused(Moment::At(at("2026-03-06 10:02:00.000001")), false));
    assert!(!refused(Moment::At(at("2026-03-06 10:02:30")), true));
    assert!(!refused(Moment::On(day("2026-03-06")), false));
    assert!(refused(Moment::On(day("2026-03-07")), false));
}

/// S4.7
#[test]
fn s4_7_an_outage_lets_paper_in_for_three_working_days() {
    let outage = Outage {
        from: at("2026-04-29 09:00"),
        until: at("2026-04-30 16:00"),
    };
    // 1–5 May are off; 6, 7, 8 May.
    assert_eq!(
        outage.paper_until(&days(), &zone()),
        Ok(crate::given::ends_with("2026-05-08"))
    );
    let paper = Paper {
        occurred_at: at("2026-04-30 09:33"),
        recorded_at: at("2026-05-08 23:59"),
        photo: true,
        by: Some(member(1)),
        recorded_by: Some(member(2)),
        second: Some(member(3)),
    };
    let admit = |paper: Paper| outage.admit(&paper, &days(), &zone());
    assert_eq!(admit(paper), Ok(()));
    assert_eq!(
        admit(Paper {
            recorded_at: at("2026-05-09 00:00"),
            ..paper
        }),
        Err(PaperRefused::TooLate)
    );
    assert_eq!(
        admit(Paper {
            occurred_at: at("2026-04-30 16:01"),
            ..paper
        }),
        Err(PaperRefused::OutsideOutage)
    );
    assert_eq!(
        admit(Paper {
            photo: false,
            ..paper
        }),
        Err(PaperRefused::NoPhoto)
    );
    for second in [None, Some(member(1)), Some(member(2))] {
        assert_eq!(
            admit(Paper { second, ..paper }),
            Err(PaperRefused::NoSecondPerson)
        );
    }
    let times = Times {
        occurred: Some(Moment::At(paper.occurred_at)),
        from: Source::Outage,
        ..Times::at(paper.recorded_at)
    };
    assert_eq!(
        plain(Proof::Server, &times),
        (Deciding::OccurredAt, "04-30 09:33".into())
    );
}

/// S4.8
#[test]
fn s4_8_history_is_judged_by_the_times_of_its_source() {
    for proof in [
        Proof::Server,
        Proof::Device,
        Proof::Counterpart,
        Proof::Typed,
    ] {
        let times = Times {
            occurred: Some(Moment::At(at("2015-06-01 10:00"))),
            from: Source::Import,
            ..recorded("2026-03-05 14:06")
        };
        let decision = decided(proof, &times, false);
        assert_eq!(
            (decision.by, decision.at),
            (Deciding::Source, at("2015-06-01 10:00"))
        );
    }
}
