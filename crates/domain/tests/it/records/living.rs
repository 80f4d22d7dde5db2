//! What steps do to a record and to its duties.

use super::world::*;
use crate::given::at;
use domain::holder::Holder;
use domain::outcome::Outcome::{Exempt, Met, Missed, Withdrawn};
use domain::record::refusal::Code;
use domain::record::{BuiltIn, By, Command, Entry, Hash, Via};
use domain::value::Value;

/// S4.9, S3.1: take, wait for parts, finish, check: the wait is cut out.
#[test]
fn s3_3_a_wait_is_cut_out_of_the_duty_that_names_its_cause() {
    let (mut world, job) = World::with_job(MORNING);
    world.take(job, "2026-03-02 09:30", step("take", WORKER));
    assert_eq!(world.outcome(job, "take"), Some(Met));
    assert_eq!(world.todo(job, "finish").due.at, at("2026-03-06 00:00"));
    world.take(job, "2026-03-03 00:00", step("wait-parts", WORKER));
    world.take(job, "2026-03-05 12:00", step("resume", WORKER));
    assert_eq!(world.todo(job, "finish").due.at, at("2026-03-08 00:00"));
    world.take(job, "2026-03-07 23:00", finish(WORKER, "2026-03-07 23:00"));
    assert_eq!(world.outcome(job, "finish"), Some(Met));
    world.check();
}

/// S3.2: a wait for the customer counts only after an attempt to reach him.
#[test]
fn s3_2_a_wait_for_the_customer_needs_an_attempt() {
    for (called, due) in [(false, "2026-03-06 00:00"), (true, "2026-03-07 00:00")] {
        let (mut world, job) = World::with_job(MORNING);
        world.take(job, "2026-03-02 09:30", step("take", WORKER));
        if called {
            world.take(job, "2026-03-02 10:00", step("call", WORKER));
        }
        world.take(job, "2026-03-03 00:00", step("wait-customer", WORKER));
        world.take(job, "2026-03-04 00:00", step("resume", WORKER));
        assert_eq!(
            world.todo(job, "finish").due.at,
            at(due),
            "called: {called}"
        );
        world.check();
    }
}

/// S4.9: an outcome stands for three days against rework; then the clock runs on from its first start.
#[test]
fn s4_9_rework_revokes_an_outcome_within_its_time() {
    for (redo, revoked) in [("2026-03-06 23:59", true), ("2026-03-07 00:00", false)] {
        let (mut world, job) = World::with_job(MORNING);
        world.take(job, "2026-03-02 09:30", step("take", WORKER));
        world.take(job, "2026-03-03 10:00", finish(WORKER, "2026-03-03 10:00"));
        assert_eq!(world.counts("duty:job/finish"), [1, 0, 0, 0, 0]);
        world.take(
            job,
            "2026-03-03 11:00",
            step("check", WARDEN).set("satisfied", false),
        );
        world.take(job, redo, step("redo", WARDEN));
        let met = i64::from(!revoked);
        assert_eq!(world.counts("duty:job/finish"), [met, 0, 0, 0, 0]);
        assert_eq!(world.list(job).contains(&"finish"), revoked);
        if revoked {
            assert_eq!(world.todo(job, "finish").due.at, at("2026-03-06 00:00"));
            // Done again, too late, but within a day: worth half (S4.2).
            world.take(job, "2026-03-06 23:59", finish(WORKER, "2026-03-06 23:59"));
            let row = world.row(job, "finish", 1);
            assert_eq!((row.outcome, row.worth_bp), (Missed, 5_000));
            assert_eq!(world.counts("duty:job/finish"), [0, 1, 0, 0, 0]);
        }
        world.check();
    }
}

/// S4.9: how a duty's start recurs.
#[test]
fn s4_9_a_start_that_recurs_opens_keeps_or_restarts() {
    let (mut world, job) = World::with_job(MORNING);
    let hurry = || step("hurry", DESK).set("urgency", "urgent");
    world.take(job, "2026-03-02 09:05", hurry());
    world.take(job, "2026-03-02 09:06", hurry());
    assert_eq!(world.record(job).doc.occurrences["keep"], 1);
    let assign = || step("assign", DESK).set("worker", member(WORKER).to_string().as_str());
    world.take(job, "2026-03-02 09:07", assign());
    world.take(job, "2026-03-02 09:08", assign());
    assert_eq!(world.row(job, "again", 1).outcome, Withdrawn);
    assert_eq!(world.todo(job, "again").due.at, at("2026-03-02 09:28"));
    world.take(job, "2026-03-02 09:09", step("take", WORKER));
    for time in ["2026-03-02 10:00", "2026-03-02 10:10"] {
        world.take(job, time, step("call", WORKER));
    }
    assert_eq!(world.record(job).doc.occurrences["each"], 2);
    world.check();
}

/// S2.10: a tighter limit counts from the change; it never loosens.
#[test]
fn s2_10_a_change_of_urgency_tightens_and_never_loosens() {
    let (mut world, job) = World::with_job(MORNING);
    assert_eq!(world.todo(job, "take").due.at, at("2026-03-02 09:30"));
    world.take(
        job,
        "2026-03-02 09:10",
        step("hurry", DESK).set("urgency", "urgent"),
    );
    assert_eq!(world.todo(job, "take").due.at, at("2026-03-02 09:15"));
    world.take(
        job,
        "2026-03-02 09:11",
        step("hurry", DESK).set("urgency", "normal"),
    );
    assert_eq!(world.todo(job, "take").due.at, at("2026-03-02 09:15"));
    world.check();
}

/// S2.9: a time stated after the opening starts its duty; a later statement moves it.
#[test]
fn s2_9_a_duty_begins_when_its_time_is_stated() {
    let (mut world, job) = World::with_job(MORNING);
    assert!(!world.list(job).contains(&"agreed"));
    world.take(
        job,
        "2026-03-02 09:05",
        step("agree", DESK).set("wanted", "2026-03-04"),
    );
    assert_eq!(world.todo(job, "agreed").due.at, at("2026-03-05 00:00"));
    world.take(
        job,
        "2026-03-02 09:06",
        step("agree", DESK).set("wanted", "2026-03-03"),
    );
    assert_eq!(world.todo(job, "agreed").due.at, at("2026-03-04 00:00"));
    assert_eq!(world.record(job).doc.occurrences["agreed"], 1);
    world.check();
}

/// S4.4: three attempts, here two, in different parts of the day take the duty out.
#[test]
fn s4_4_attempts_in_parts_of_the_day_exempt() {
    let (mut world, job) = World::with_job(MORNING);
    world.take(job, "2026-03-02 09:10", step("take", WORKER));
    world.take(job, "2026-03-02 10:00", finish(WORKER, "2026-03-02 10:00"));
    world.take(job, "2026-03-02 10:30", step("call", WORKER));
    world.take(job, "2026-03-02 11:00", step("call", WORKER));
    assert!(world.list(job).contains(&"check"));
    world.take(job, "2026-03-02 14:00", step("call", WORKER));
    assert_eq!(world.outcome(job, "check"), Some(Exempt));
    assert_eq!(world.record(job).doc.data["count"], Value::Int(3));
    world.check();
}

/// S4.5: without a second person or the customer's word a cancellation leaves what is to do.
#[test]
fn s4_5_a_cancellation_needs_another_for_what_is_left() {
    for (second, left) in [(false, 2), (true, 0)] {
        let (mut world, job) = World::with_job(MORNING);
        let cancel = step("cancel", DESK).set("why", "called off");
        let cancel = if second { cancel.second(LEAD) } else { cancel };
        world.take(job, "2026-03-02 09:10", cancel);
        assert_eq!(world.list(job).len(), left);
        assert_eq!(world.outcome(job, "take"), second.then_some(Withdrawn));
        assert!(world.record(job).closed_at.is_some());
        world.check();
    }
    // What was late when its reason ceased stays missed.
    let (mut world, job) = World::with_job(MORNING);
    let cancel = step("cancel", DESK).set("why", "called off").second(LEAD);
    world.take(job, "2026-03-02 09:31", cancel);
    assert_eq!(world.outcome(job, "take"), Some(Missed));
    assert_eq!(world.counts("duty:job/take"), [0, 0, 1, 0, 0]);
    world.check();
}

/// S9.4: a merge withdraws what the pack says and keeps the rest; taken back, everything is to do again.
#[test]
fn s9_4_a_merge_is_reversible() {
    let (mut world, job) = World::with_job(MORNING);
    let incident = world.open("incident", MORNING, Command::new("open", by(DESK)));
    let merge = |second: bool| {
        let command = own(BuiltIn::Merge { into: incident }, DESK);
        if second {
            command.second(LEAD)
        } else {
            command
        }
    };
    let before = world.record(job).doc.todo.clone();
    world.take(job, "2026-03-02 09:10", merge(true));
    assert_eq!(world.list(job), ["slow"]);
    assert_eq!(world.record(job).doc.links["incident"], incident);
    assert_eq!(world.counts("duty:job/take"), [0, 0, 0, 0, 1]);
    world.take(
        job,
        "2026-03-02 09:20",
        own(BuiltIn::Unmerge, DESK).because(),
    );
    assert_eq!(world.record(job).doc.todo, before);
    assert!(!world.record(job).doc.links.contains_key("incident"));
    assert_eq!(world.counts("duty:job/take"), [0, 0, 0, 0, 0]);
    // S4.5: alone, what is to do stays to do.
    world.take(job, "2026-03-02 09:21", merge(false));
    assert_eq!(world.record(job).doc.todo, before);
    world.check();
}

/// S1.3: what must not happen counts while it is so; a finding that is dismissed is taken back where it was counted.
#[test]
fn s1_3_a_dismissed_finding_is_taken_back() {
    let mut world = World::new();
    let found = Command::new("open", by(BOSS))
        .set("about", "quarrel")
        .set("whose", member(DESK).to_string().as_str());
    let finding = world.open("finding", "2026-03-31 23:00", found);
    assert_eq!(world.counts("none:finding"), [0, 0, 1, 0, 0]);
    let key = world.tallies.keys().next().expect("a tally").clone();
    assert_eq!(
        (key.holder, key.window),
        (member(DESK).into(), "2026-03-01".parse().unwrap())
    );
    world.take(
        finding,
        "2026-04-02 09:00",
        step("retract", BOSS).set("valid", false),
    );
    assert_eq!(world.counts("none:finding"), [0; 5]);
    world.take(
        finding,
        "2026-04-02 10:00",
        step("retract", BOSS).set("valid", true),
    );
    assert_eq!(world.tallies.keys().next(), Some(&key));
    // A correction of what it was about takes it back as well.
    let other = BuiltIn::Correct {
        seq: 1,
        field: "about".into(),
        old: Value::Null,
        new: "other".into(),
    };
    world.take(
        finding,
        "2026-04-03 09:00",
        own(other, BOSS).second(LEAD).because(),
    );
    assert_eq!(world.counts("none:finding"), [0; 5]);
    world.check();
}

/// S1.3: completeness is judged at its step; history comes in without what a live form demands, and is counted for it.
#[test]
fn s1_3_completeness_is_judged_at_its_step() {
    for (via, counted) in [(Via::Own, [1, 0, 0, 0, 0]), (Via::Import, [0, 0, 1, 0, 0])] {
        let (mut world, job) = World::with_job(MORNING);
        world.take(job, "2026-03-02 09:10", step("take", WORKER));
        world.take(job, "2026-03-02 10:00", finish(WORKER, "2026-03-02 10:00"));
        assert_eq!(world.counts("complete:job/check"), [0; 5]);
        let mut check = step("check", WARDEN).set("satisfied", true);
        if via == Via::Import {
            check.data.clear();
        }
        world.take(job, "2026-03-02 11:00", Command { via, ..check });
        assert_eq!(world.counts("complete:job/check"), counted);
        world.check();
    }
}

/// S6.6: one duty per permit and week while it runs, due at the week's end, met by the third patrol on a third day.
#[test]
fn s6_6_a_recurring_duty_opens_once_a_week_and_catches_up() {
    let (mut world, place) = World::with_place();
    let permit = world.open(
        "permit",
        MORNING,
        Command::new("open", by(DESK))
            .set("scope", "wall")
            .link("place", place),
    );
    assert_eq!(sweep_at(&mut world, permit, "2026-03-02 12:00"), 0);
    run(&mut world, permit);
    assert_eq!(sweep_at(&mut world, permit, "2026-03-02 18:00"), 1);
    assert_eq!(sweep_at(&mut world, permit, "2026-03-08 18:00"), 0);
    let todo = world.todo(permit, "patrol");
    assert_eq!(
        (todo.due.at, todo.holder()),
        (at("2026-03-09 00:00"), &holder(WARDEN))
    );
    for day in ["2026-03-03 10:00", "2026-03-03 16:00", "2026-03-05 10:00"] {
        world.take(permit, day, step("patrol", WARDEN));
    }
    assert_eq!(
        world.outcome(permit, "patrol"),
        None,
        "two days are not three"
    );
    world.take(permit, "2026-03-06 10:00", step("patrol", WARDEN));
    assert_eq!(world.outcome(permit, "patrol"), Some(Met));
    // Nobody came to sweep for two weeks: both weeks are owed, the first is missed and over.
    assert_eq!(sweep_at(&mut world, permit, "2026-03-18 18:00"), 2);
    assert_eq!(sweep_at(&mut world, permit, "2026-03-18 18:00"), 0);
    let row = world.row(permit, "patrol", 2);
    assert_eq!(
        (row.outcome, row.done_at, row.day),
        (Missed, None, "2026-03-15".parse().unwrap())
    );
    assert_eq!(world.todo(permit, "patrol").start, at("2026-03-16 00:00"));
    // With the permit its reason ceases.
    world.take(permit, "2026-03-19 09:00", step("close", WARDEN));
    assert_eq!(world.row(permit, "patrol", 3).outcome, Withdrawn);
    assert_eq!(sweep_at(&mut world, permit, "2026-04-30 18:00"), 0);
    world.check();
}

/// Brings a permit to run on Monday at four.
fn run(world: &mut World, permit: domain::id::RecordId) {
    world.take(permit, "2026-03-02 13:00", step("apply", DESK));
    for n in [LEAD, WORKER, BOSS] {
        world.take(permit, "2026-03-02 14:00", own(BuiltIn::approve("plan"), n));
    }
    let system = Command {
        cause: Some(permit),
        ..Command::new("permit", By::System)
    };
    world.take(permit, "2026-03-02 16:00", system);
}

/// Takes what the system owes; how many steps.
fn sweep_at(world: &mut World, id: domain::id::RecordId, as_of: &str) -> usize {
    let mut steps = 0;
    loop {
        let Some(command) = world.owed(id, as_of) else {
            return steps;
        };
        world.take(id, as_of, command);
        steps += 1;
    }
}

/// S8.2: a timed transition counts from its own time, whenever somebody came to sweep; twice swept, once taken.
#[test]
fn s8_2_a_timed_transition_does_not_depend_on_the_sweep() {
    let mut docs = Vec::new();
    for swept in ["2026-03-02 11:01", "2026-03-04 09:00"] {
        let (mut world, job) = World::with_job(MORNING);
        assert_eq!(sweep_at(&mut world, job, "2026-03-02 11:00"), 0);
        assert_eq!(sweep_at(&mut world, job, swept), 1);
        assert_eq!(sweep_at(&mut world, job, swept), 0);
        assert_eq!(world.record(job).doc.data["urgency"], "urgent".into());
        let row = world.row(job, "slow", 1).clone();
        assert_eq!(
            (row.outcome, row.done_at),
            (Met, Some(at("2026-03-02 11:00")))
        );
        docs.push(world.record(job).doc.todo.clone());
        world.check();
    }
    assert_eq!(docs[0], docs[1]);
}

/// A posting that ends starts what its end asks for, once.
#[test]
fn an_ended_posting_starts_its_duties_once() {
    let mut world = World::new();
    let person = world.open(
        "member",
        MORNING,
        Command::new("open", By::System)
            .set("name", "A")
            .set("login", "a"),
    );
    let posting = Command::new("open", By::System)
        .set("post", "desk")
        .set("from", "2026-03-01")
        .set("until", "2026-03-10")
        .link("member", person);
    let posting = world.open("posting", MORNING, posting);
    assert_eq!(sweep_at(&mut world, posting, "2026-03-10 23:00"), 0);
    assert_eq!(sweep_at(&mut world, posting, "2026-03-12 09:00"), 1);
    assert_eq!(sweep_at(&mut world, posting, "2026-03-20 09:00"), 0);
    // From the end of the last day, so counted from the day after it (S1.1, S2.2).
    assert_eq!(
        world.todo(posting, "return-keys").due.at,
        at("2026-03-15 00:00")
    );
    assert_eq!(*world.todo(posting, "return-keys").holder(), holder(BOSS));
    world.check();
}

/// Each entry carries the hash of the one before it.
#[test]
fn a_changed_history_shows() {
    let (mut world, job) = World::with_job(MORNING);
    world.take(job, "2026-03-02 09:10", step("take", WORKER));
    let journal = &world.journals[&job];
    let head = |texts: &[String]| {
        texts.iter().fold(Hash::default(), |head, text| {
            Entry::hash(unit(), job, &head, text)
        })
    };
    let texts: Vec<String> = journal.iter().map(|(_, text)| text.clone()).collect();
    assert_eq!(head(&texts), world.record(job).head);
    let changed = [texts[0].replace("tap", "pot"), texts[1].clone()];
    assert_ne!(head(&changed), world.record(job).head);
    let swapped = [texts[1].clone(), texts[0].clone()];
    assert_ne!(head(&swapped), world.record(job).head);
}

/// S5.1: an assignment hands the open duty to whom it names; the desk's other duties stay.
#[test]
fn s5_4_an_assignment_passes_the_duty_on() {
    let (mut world, job) = World::with_job(MORNING);
    assert_eq!(*world.todo(job, "take").holder(), holder(WARDEN));
    world.take(
        job,
        "2026-03-02 09:20",
        step("assign", DESK).set("worker", member(WORKER).to_string().as_str()),
    );
    assert_eq!(*world.todo(job, "take").holder(), holder(WORKER));
    assert_eq!(*world.todo(job, "slow").holder(), Holder::Unit);
    // Nobody served: 31 minutes are late for the warden who held it for twenty of thirty, and fair for the worker (S5.4).
    world.take(job, "2026-03-02 09:31", step("take", WORKER));
    let row = world.row(job, "take", 1);
    assert_eq!((row.outcome, &row.holder), (Missed, &holder(WARDEN)));
    world.check();
}

/// A step with a wrong state is refused as before, also for what every kind has.
#[test]
fn a_closed_record_takes_no_step_without_a_state() {
    let (mut world, job) = World::with_job(MORNING);
    world.take(
        job,
        "2026-03-02 09:10",
        step("cancel", DESK).set("why", "x").second(LEAD),
    );
    assert_eq!(
        world.refused(job, "2026-03-02 09:11", step("take", WORKER)),
        Err(vec![Code::StateWrong])
    );
}
