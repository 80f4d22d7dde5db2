//! Corrections, excuses, imports undone: what refolding makes of a journal.

use super::world::*;
use crate::given::at;
use domain::id::{ImportId, RecordId, Uuid};
use domain::outcome::Outcome::{Excused, Met, Missed};
use domain::record::entry::ImportMark;
use domain::record::refusal::Code;
use domain::record::{BuiltIn, By, Command, Via};
use domain::time::Moment;
use domain::value::Value;

fn value(seq: i64, field: &str, new: impl Into<Value>, n: u128) -> Command {
    let (field, old, new) = (field.into(), Value::Null, new.into());
    own(
        BuiltIn::Correct {
            seq,
            field,
            old,
            new,
        },
        n,
    )
}

fn time(seq: i64, new: &str, n: u128) -> Command {
    let new = Moment::At(at(new));
    own(BuiltIn::CorrectTime { seq, old: new, new }, n)
}

fn excuse(duty: &str, n: u128) -> Command {
    let change = BuiltIn::Excuse {
        duty: duty.into(),
        occurrence: 1,
        falls_away: false,
    };
    own(change, n).because()
}

/// S9.2: alone the author, within fifteen minutes and before the next step; else with a second person.
#[test]
fn s9_2_who_may_correct() {
    use Code::{CorrectionNotAllowed, ReasonMissing, SecondPersonOwn};
    let cases: &[(&str, bool, Command, Option<Code>)] = &[
        (
            "2026-03-02 09:15",
            false,
            value(1, "what", "pipe", DESK),
            None,
        ),
        (
            "2026-03-02 09:15:01",
            false,
            value(1, "what", "pipe", DESK).because(),
            Some(CorrectionNotAllowed),
        ),
        (
            "2026-03-02 09:05",
            true,
            value(1, "what", "pipe", DESK).because(),
            Some(CorrectionNotAllowed),
        ),
        (
            "2026-03-02 09:05",
            false,
            value(1, "what", "pipe", LEAD).because(),
            Some(CorrectionNotAllowed),
        ),
        (
            "2026-03-02 09:05",
            false,
            value(1, "what", "pipe", LEAD).because().second(BOSS),
            None,
        ),
        (
            "2026-03-02 09:05",
            false,
            value(1, "what", "pipe", LEAD).second(BOSS),
            Some(ReasonMissing),
        ),
        (
            "2026-03-02 09:05",
            false,
            value(1, "what", "pipe", LEAD).because().second(LEAD),
            Some(SecondPersonOwn),
        ),
        (
            "2026-03-02 09:30",
            true,
            value(1, "what", "pipe", DESK).because().second(BOSS),
            None,
        ),
    ];
    for (now, next, command, refused) in cases {
        let (mut world, job) = World::with_job(MORNING);
        if *next {
            world.take(job, "2026-03-02 09:04", step("take", WORKER));
        }
        let done = world.refused(job, now, command.clone());
        assert_eq!(
            done,
            refused.map_or(Ok(()), |code| Err(vec![code])),
            "{now} {command:?}"
        );
        let what = if refused.is_none() { "pipe" } else { "tap" };
        assert_eq!(world.record(job).doc.data["what"], what.into());
        world.check();
    }
}

/// S9.2: what turns missed into met takes a second person, whoever asks and however soon.
#[test]
fn s9_2_turning_missed_into_met_takes_a_second_person() {
    // Registered as urgent by mistake, taken after six minutes: missed, and met once it is normal.
    let (mut world, place) = World::with_place();
    let job = world.open("job", MORNING, new_job(place).set("urgency", "urgent"));
    let normal = || value(1, "urgency", "normal", DESK).because();
    assert_eq!(
        world.refused(job, "2026-03-02 09:06", normal()),
        Err(vec![Code::CorrectionNotAllowed]),
        "late and to do"
    );
    world.take(job, "2026-03-02 09:06", step("take", WORKER));
    assert_eq!(world.outcome(job, "take"), Some(Missed));
    assert_eq!(
        world.refused(job, "2026-03-02 09:07", normal()),
        Err(vec![Code::CorrectionNotAllowed])
    );
    let held = world.counts("duty:job/take");
    assert_eq!(held[1], 1);
    world.take(job, "2026-03-02 09:07", normal().second(BOSS));
    assert_eq!(
        (world.outcome(job, "take"), world.counts("duty:job/take")),
        (Some(Met), [1, 0, 0, 0, 0])
    );
    world.check();
    // Before it is late the author may.
    let job = world.open("job", MORNING, new_job(place).set("urgency", "urgent"));
    world.take(job, "2026-03-02 09:04", value(1, "urgency", "normal", DESK));
    assert_eq!(world.todo(job, "take").due.at, at("2026-03-02 09:30"));
    world.check();
}

/// S4.6, S9.2: a time corrected with a second person counts whatever the proof; alone it is only stated anew.
#[test]
fn s4_6_a_time_confirmed_by_a_second_person_counts() {
    let (mut world, job) = World::with_job(MORNING);
    world.take(job, "2026-03-02 09:40", step("take", WORKER));
    assert_eq!(world.outcome(job, "take"), Some(Missed));
    // Server time is the proof of a limit in minutes: alone nothing is rescued.
    world.take(job, "2026-03-02 09:41", time(2, "2026-03-02 09:20", WORKER));
    assert_eq!(world.outcome(job, "take"), Some(Missed));
    let again = time(2, "2026-03-02 09:21", WORKER).because();
    world.take(job, "2026-03-02 09:42", again.second(LEAD));
    assert_eq!(
        (
            world.outcome(job, "take"),
            world.row(job, "take", 1).done_at
        ),
        (Some(Met), Some(at("2026-03-02 09:21")))
    );
    for (new, code) in [
        ("2026-03-02 09:44", Code::TimeFuture),
        ("2026-03-02 08:00", Code::TimeBeforeRecord),
        ("2026-03-02 09:21", Code::CorrectionNothing),
    ] {
        let command = time(2, new, BOSS).because().second(LEAD);
        assert_eq!(
            world.refused(job, "2026-03-02 10:00", command),
            Err(vec![code])
        );
    }
    world.check();
}

/// S9.2: tallies move by the difference, also between months and holders.
#[test]
fn s9_2_tallies_move_by_the_difference() {
    let (mut world, job) = World::with_job("2026-03-31 23:50");
    world.take(job, "2026-04-01 00:10", step("take", WORKER));
    let april = world.tallies.clone();
    let urgent = value(1, "urgency", "urgent", BOSS).because().second(LEAD);
    world.take(job, "2026-04-01 00:15", urgent);
    assert_eq!(world.outcome(job, "take"), Some(Missed));
    assert!(
        world.tallies.keys().all(
            |key| !key.measure.contains("/take") || key.window == "2026-03-01".parse().unwrap()
        )
    );
    world.check();
    let back = value(1, "urgency", "normal", BOSS).because().second(LEAD);
    world.take(job, "2026-04-01 00:16", back);
    assert_eq!(world.tallies, april);
    world.check();
}

/// A correction takes only what the entry's form takes.
#[test]
fn a_correction_fits_the_form_that_it_corrects() {
    let (mut world, job) = World::with_job(MORNING);
    for (field, new, code) in [
        ("what", Value::from(""), Code::FieldRequired),
        ("satisfied", Value::Bool(true), Code::FieldUnknown),
        ("urgency", Value::from("soon"), Code::FieldChoice),
    ] {
        let done = world.refused(job, "2026-03-02 09:05", value(1, field, new, DESK));
        assert_eq!(done, Err(vec![code]), "{field}");
    }
}

/// S4.3: an excuse is for somebody else's miss; decided or still to do.
#[test]
fn s4_3_an_excuse_does_not_count_and_is_nobodys_own() {
    let (mut world, job) = World::with_job(MORNING);
    world.take(job, "2026-03-02 10:00", excuse("take", BOSS));
    assert!(
        world.list(job).contains(&"take"),
        "excused, though still to do (S4.1)"
    );
    world.take(job, "2026-03-02 10:30", step("take", WORKER));
    assert_eq!(world.counts("duty:job/take"), [0, 0, 0, 1, 0]);
    world.check();
    // Decided already: the tallies move by the difference.
    let (mut world, job) = World::with_job(MORNING);
    world.take(job, "2026-03-02 10:30", step("take", WORKER));
    assert_eq!(world.counts("duty:job/take"), [0, 1, 0, 0, 0]);
    assert_eq!(
        world.refused(job, "2026-03-02 11:00", excuse("take", WARDEN)),
        Err(vec![Code::ConflictOfInterest])
    );
    let typed = Command {
        recorded_by: Some(member(WARDEN)),
        ..excuse("take", BOSS)
    };
    assert_eq!(
        world.refused(job, "2026-03-02 11:00", typed),
        Err(vec![Code::NotYourself])
    );
    world.take(job, "2026-03-02 11:00", excuse("take", BOSS));
    assert_eq!(
        (world.outcome(job, "take"), world.counts("duty:job/take")),
        (Some(Excused), [0, 0, 0, 1, 0])
    );
    world.check();
}

/// S4.3, S4.9: an excused outcome that is revoked subtracts what it had added, and stays excused.
#[test]
fn s4_9_an_excused_outcome_is_revoked_whole() {
    let (mut world, job) = World::with_job(MORNING);
    world.take(job, "2026-03-02 09:10", step("take", WORKER));
    world.take(job, "2026-03-06 10:00", finish(WORKER, "2026-03-06 10:00"));
    assert_eq!(world.outcome(job, "finish"), Some(Missed));
    world.take(job, "2026-03-06 10:05", excuse("finish", BOSS));
    world.take(
        job,
        "2026-03-06 10:10",
        step("check", WARDEN).set("satisfied", false),
    );
    world.take(job, "2026-03-06 10:20", step("redo", WARDEN));
    assert_eq!(world.counts("duty:job/finish"), [0; 5]);
    world.take(job, "2026-03-06 12:00", finish(WORKER, "2026-03-06 12:00"));
    assert_eq!(world.counts("duty:job/finish"), [0, 0, 0, 1, 0]);
    world.check();
}

/// S4.1: an excuse that says so also takes it off the list.
#[test]
fn s4_1_an_excuse_may_let_a_duty_fall_away() {
    let (mut world, job) = World::with_job(MORNING);
    let change = BuiltIn::Excuse {
        duty: "take".into(),
        occurrence: 1,
        falls_away: true,
    };
    world.take(job, "2026-03-02 10:00", own(change, BOSS).because());
    assert!(!world.list(job).contains(&"take"));
    assert_eq!(world.counts("duty:job/take"), [0, 0, 0, 1, 0]);
    world.check();
}

/// An import that is undone counts nowhere and stays in the journal.
#[test]
fn an_undone_import_leaves_nothing_but_its_journal() {
    let (mut world, place) = World::with_place();
    let history = |command: Command| Command {
        via: Via::Import,
        import: Some(ImportMark {
            import: ImportId::from_uuid(Uuid::from_u128(1)),
            line: 2,
        }),
        ..command
    };
    let job: RecordId = world.open(
        "job",
        MORNING,
        history(new_job(place)).occurred("2026-01-05 09:00"),
    );
    world.take(
        job,
        MORNING,
        history(step("take", WORKER)).occurred("2026-01-05 09:20"),
    );
    assert_ne!(world.tallies.len(), 0);
    world.take(
        job,
        "2026-03-02 10:00",
        Command::built_in(BuiltIn::Void, By::System),
    );
    assert!(world.tallies.is_empty() && world.decided.is_empty() && world.record(job).doc.void);
    assert_eq!(world.journals[&job].len(), 3);
    world.check();
}
