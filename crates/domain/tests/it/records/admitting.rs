//! What is admitted, and what it counts from: queues, paper, history, overrides, repeats, pools.

use super::world::*;
use crate::given::at;
use domain::holder::Holder;
use domain::id::{RecordId, Uuid};
use domain::pack::model::ParameterValue;
use domain::parameter::Override;
use domain::proof::Outage;
use domain::record::refusal::Code;
use domain::record::{Anomaly, BuiltIn, By, Command, Via};
use domain::value::Value;

/// S4.7: nothing that waited in a device's queue is refused for its clock.
#[test]
fn s4_7_what_waited_in_a_queue_is_not_refused_for_its_clock() {
    let (mut world, job) = World::with_job(MORNING);
    let ahead = step("take", WORKER).occurred("2026-03-02 09:30");
    assert_eq!(
        world.refused(job, "2026-03-02 09:10", ahead.clone()),
        Err(vec![Code::TimeFuture])
    );
    world.take(
        job,
        "2026-03-02 09:10",
        Command {
            queued: true,
            ..ahead
        },
    );
    assert_eq!(world.state(job), "taken");
}

/// S4.7: a paper entry of a declared outage counts from when it occurred, any other from when it was recorded.
#[test]
fn s4_7_paper_of_an_outage_counts_from_when_it_occurred() {
    let (mut world, job) = World::with_job(MORNING);
    world.outages.push(Outage {
        from: at("2026-03-02 09:00"),
        until: at("2026-03-02 17:00"),
    });
    let paper = Command {
        via: Via::Paper,
        ..step("take", WORKER)
            .occurred("2026-03-02 09:20")
            .second(LEAD)
    };
    world.take(job, "2026-03-04 18:00", paper.set("photos", photo()));
    assert_eq!(
        world.row(job, "take", 1).done_at,
        Some(at("2026-03-02 09:20"))
    );
    let (mut world, job) = World::with_job(MORNING);
    world.take(
        job,
        "2026-03-02 10:00",
        step("take", WORKER)
            .occurred("2026-03-02 09:20")
            .second(LEAD),
    );
    assert_eq!(
        world.row(job, "take", 1).done_at,
        Some(at("2026-03-02 10:00"))
    );
}

/// S4.8: history is admitted where live work would be refused, and says why.
#[test]
fn s4_8_history_is_admitted_and_marked() {
    let (mut world, place) = World::with_place();
    let import = |command: Command| Command {
        via: Via::Import,
        by: By::Source("clerk".into()),
        ..command
    };
    let old = import(new_job(place)).occurred("2025-03-02 09:00");
    let job = world.open(
        "job",
        MORNING,
        Command {
            data: Default::default(),
            ..old
        },
    );
    let wrong = import(Command::new("finish", By::System)).occurred("2025-03-01 09:00");
    world.take(job, MORNING, wrong);
    world.take(
        job,
        MORNING,
        import(Command::new("redo", By::System)).occurred("2026-04-01 09:00"),
    );
    world.take(
        job,
        MORNING,
        import(Command::new("check", By::System)).occurred("2025-04-01 09:00"),
    );
    world.take(
        job,
        MORNING,
        import(Command::new("call", By::System))
            .link("incident", RecordId::from_uuid(Uuid::from_u128(999))),
    );
    let found: Vec<Anomaly> = world.record(job).doc.anomalies.iter().copied().collect();
    use Anomaly::*;
    let every = [
        State,
        BeforeRecord,
        Order,
        Future,
        Condition,
        Incomplete,
        LinkMissing,
    ];
    assert_eq!(found, every);
    // Rates leave it out.
    assert!(world.decided.values().all(|row| row.anomalous));
    assert_eq!(world.counts("duty:")[..3], [0, 0, 0]);
    world.check();
}

/// Nobody becomes the assignee or the party of a record by filling in the form of the step that he may not take.
#[test]
fn a_form_makes_nobody_assignee_or_party() {
    let (mut world, job) = World::with_job(MORNING);
    world
        .roster
        .postings
        .retain(|posting| posting.member != member(OTHER_WORKER));
    let mut me = step("take", OTHER_WORKER);
    me.data.insert(
        "worker".into(),
        member(OTHER_WORKER).to_string().as_str().into(),
    );
    let refused = world.refused(job, "2026-03-02 09:10", me).unwrap_err();
    assert_eq!(refused, [Code::RecordUnseen]);
    let other = world.open(
        "place",
        MORNING,
        Command::new("open", By::System).set("code", "P2"),
    );
    let cancel = Command::new("cancel", By::Party(other))
        .set("why", "no")
        .link("place", other);
    let refused = world.refused(job, "2026-03-02 09:10", cancel).unwrap_err();
    assert_eq!(refused, [Code::RecordUnseen]);
    let place = world.record(job).doc.links["place"];
    world.take(
        job,
        "2026-03-02 09:10",
        Command::new("cancel", By::Party(place)).set("why", "no"),
    );
}

/// S2.13: an override holds for duties opened from its day on.
#[test]
fn s2_13_an_override_holds_for_what_opens_from_its_day_on() {
    let (mut world, place) = World::with_place();
    world.overrides.push(Override {
        parameter: "job.take".into(),
        unit: unit(),
        value: ParameterValue::Span("PT10M".parse().unwrap()),
        from: at("2026-03-03 00:00"),
        until: None,
    });
    let before = world.open("job", "2026-03-02 23:59", new_job(place));
    let after = world.open("job", "2026-03-03 00:00", new_job(place));
    assert_eq!(world.todo(before, "take").due.at, at("2026-03-03 00:29"));
    assert_eq!(world.todo(after, "take").due.at, at("2026-03-03 00:10"));
    world.check();
}

/// S9.5: the same place and words within three months; what was cancelled is no first case.
#[test]
fn s9_5_a_repeat_is_found_and_kept_in_the_entry() {
    let (mut world, first) = World::with_job(MORNING);
    let place = world.record(first).doc.links["place"];
    let again = world.open("job", "2026-06-02 23:00", new_job(place));
    assert_eq!(
        world.record(again).doc.facts["repeat"],
        first.to_string().as_str().into()
    );
    let late = world.open("job", "2026-09-03 00:00", new_job(place));
    assert!(world.record(late).doc.facts.is_empty());
    world.take(
        late,
        "2026-09-03 00:01",
        step("cancel", DESK).set("why", "wrong").second(LEAD),
    );
    let fresh = world.open("job", "2026-09-04 00:00", new_job(place));
    assert!(world.record(fresh).doc.facts.is_empty());
    world.check();
}

/// S9.5: a condition counts other records, those of the same place and those that lead to it; what it counted stays in the entry.
#[test]
fn s9_5_a_condition_counts_other_records() {
    let (mut world, place) = World::with_place();
    world.take(place, "2026-03-02 08:00", step("move-in", WARDEN));
    let open = || step("open", DESK).link("place", place);
    let tickets: Vec<_> = (0..3)
        .map(|_| world.open("ticket", "2026-03-02 09:00", open()))
        .collect();
    assert_eq!(world.record(tickets[2]).doc.facts["held"], Value::Int(2));
    let fourth = world.try_take("ticket", None, at("2026-03-02 09:01"), &open());
    let codes: Vec<Code> = fourth
        .unwrap_err()
        .iter()
        .map(|refusal| refusal.code)
        .collect();
    assert_eq!(codes, [Code::ConditionFails]);
    let out = || step("move-out", WARDEN);
    assert_eq!(
        world.refused(place, "2026-03-02 09:02", out()),
        Err(vec![Code::ConditionFails])
    );
    for ticket in &tickets {
        world.take(*ticket, "2026-03-02 10:00", step("use", DESK));
    }
    world.take(place, "2026-03-02 10:01", out());
    assert_eq!(world.record(place).doc.facts["tickets"], Value::Int(0));
    world.open("ticket", "2026-03-02 10:02", open());
    world.check();
}

/// S2.13: a condition and an effect read the parameter in force at the instant; the entry keeps it, so that it is replayed without the table.
#[test]
fn s2_13_what_a_condition_read_of_a_parameter_stays_in_the_entry() {
    let (mut world, place) = World::with_place();
    let open = || step("open", DESK).link("place", place);
    world.overrides.push(Override {
        parameter: "job.count".into(),
        unit: unit(),
        value: ParameterValue::Number(1),
        from: at("2026-03-03 00:00"),
        until: None,
    });
    let first = world.open("ticket", "2026-03-02 23:59", open());
    assert_eq!(world.record(first).doc.data["most"], Value::Int(3));
    let (entry, _) = &world.journals[&first][0];
    assert_eq!(entry.used.seen["param.job.count"], Value::Int(3));
    let second = world.try_take("ticket", None, at("2026-03-03 00:00"), &open());
    assert_eq!(second.unwrap_err()[0].code, Code::ConditionFails);
    world.overrides.clear();
    world.open("ticket", "2026-03-03 00:01", open());
    world.check();
}

/// S4.8: conditions ask for the day in the unit's zone, and live by the day that the entry keeps.
#[test]
fn s4_8_conditions_know_the_day() {
    let (mut world, place) = World::with_place();
    let open = step("open", DESK).link("place", place);
    // 23:30 in Shanghai is still the 31st; a month on is the last day of February.
    let ticket = world.open("ticket", "2026-01-31 23:30", open);
    assert_eq!(world.record(ticket).doc.data["until"], "2026-02-28".into());
    let used = world.refused(ticket, "2026-03-01 00:00", step("use", DESK));
    assert_eq!(used, Err(vec![Code::ConditionFails]));
    world.take(ticket, "2026-02-28 23:59", step("use", DESK));
    world.check();
}

/// S5.1, S5.2: what nobody holds alone is taken by whoever comes first.
#[test]
fn s5_2_a_pool_is_taken_by_whoever_comes_first() {
    let (mut world, place) = World::with_place();
    world
        .roster
        .postings
        .retain(|posting| posting.member != member(WARDEN));
    let job = world.open("job", MORNING, new_job(place));
    assert_eq!(
        *world.todo(job, "take").holder(),
        Holder::Pool {
            post: "worker".into()
        }
    );
    let take = |n: u128| {
        own(
            BuiltIn::Take {
                duty: "take".into(),
                occurrence: 1,
                to: holder(n),
            },
            n,
        )
    };
    world.take(job, "2026-03-02 09:05", take(WORKER));
    assert_eq!(
        world.refused(job, "2026-03-02 09:06", take(OTHER_WORKER)),
        Err(vec![Code::HolderWrong])
    );
    world.take(job, "2026-03-02 09:20", step("take", OTHER_WORKER));
    let row = world.row(job, "take", 1);
    assert_eq!(
        (&row.holder, row.doer),
        (&holder(WORKER), Some(member(OTHER_WORKER)))
    );
    world.check();
}
