//! What reaches beyond a record: lines of ledgers, stages that let their time pass, answers, duties that live in another kind.

use super::world::*;
use crate::given::at;
use domain::calendar::DayKind;
use domain::holder::Holder;
use domain::id::RecordId;
use domain::ledger::Account;
use domain::outcome::Outcome::{Met, Missed};
use domain::pack::model::StandIn;
use domain::pack::model::Start;
use domain::period::Period;
use domain::record::refusal::Code;
use domain::record::sweep::owes_at;
use domain::record::{BuiltIn, By, Command};
use domain::time::Day;
use domain::value::Value;

fn agree(who: u128) -> Command {
    own(BuiltIn::approve("grant"), who)
}

fn loan(world: &mut World, place: RecordId, asked_at: &str) -> RecordId {
    let open = Command::new("open", by(DESK))
        .set("count", 3)
        .link("place", place);
    let loan = world.open("loan", asked_at, open);
    world.take(loan, asked_at, step("ask", DESK));
    loan
}

/// What the system owes as of an instant, taken; the steps.
fn sweep_at(world: &mut World, id: RecordId, as_of: &str) -> Vec<String> {
    let mut steps = Vec::new();
    loop {
        let Some(command) = world.owed(id, as_of) else {
            return steps;
        };
        steps.push(command.step.to_string());
        world.take(id, as_of, command);
    }
}

/// X26: a stage that lets its time pass goes to the post above, which may answer from then on; what was late stays charged to who had it.
#[test]
fn x26_a_stage_that_lapses_passes_to_the_post_above() {
    let (mut world, place) = World::with_place();
    let loan = loan(&mut world, place, "2026-03-02 09:00");
    assert_eq!(
        world.refused(loan, "2026-03-02 10:00", agree(BOSS)),
        Err(vec![Code::PostNotAllowed])
    );
    assert!(sweep_at(&mut world, loan, "2026-03-02 17:00").is_empty());
    assert_eq!(sweep_at(&mut world, loan, "2026-03-02 21:00"), ["lapse"]);
    let todo = world.todo(loan, "grant/1");
    assert_eq!(*todo.holder(), holder(BOSS));
    assert_eq!(
        todo.held.last().map(|held| held.from),
        Some(at("2026-03-02 17:00"))
    );
    world.take(loan, "2026-03-03 09:00", agree(BOSS));
    let row = world.row(loan, "grant/1", 1);
    assert_eq!((row.outcome, &row.holder), (Missed, &holder(LEAD)));
    // The boss is at the top: his own stage waits.
    assert!(sweep_at(&mut world, loan, "2026-03-04 09:00").is_empty());
    world.check();
}

/// X26: `lapse: wait` leaves it where it is.
#[test]
fn x26_a_stage_may_wait_instead() {
    let (mut world, place) = World::with_place();
    let loan = loan(&mut world, place, "2026-03-02 09:00");
    let kind = world.packs.0.kinds.get_mut("loan").unwrap();
    kind.approvals.get_mut("grant").unwrap().lapse = domain::pack::model::Lapse::Wait;
    assert!(sweep_at(&mut world, loan, "2026-03-05 09:00").is_empty());
    assert_eq!(
        world.refused(loan, "2026-03-05 09:00", agree(BOSS)),
        Err(vec![Code::PostNotAllowed])
    );
}

/// S5.1: a stand-in answers only where the pack lets somebody act for the post.
#[test]
fn s5_1_who_acts_for_a_post_is_the_packs_to_say() {
    for (stand_in, expected) in [
        (StandIn::Nobody, Err(vec![Code::PostNotAllowed])),
        (StandIn::Acting, Ok(())),
    ] {
        let (mut world, place) = World::with_place();
        let kind = world.packs.0.kinds.get_mut("loan").unwrap();
        kind.approvals.get_mut("grant").unwrap().stand_in = stand_in;
        let loan = loan(&mut world, place, "2026-03-02 09:00");
        world.leave(LEAD, "2026-03-02 00:00", "2026-03-10 00:00", Some(WARDEN));
        let done = world.refused(loan, "2026-03-02 10:00", agree(WARDEN));
        assert_eq!(done, expected, "{stand_in:?}");
    }
}

/// X26: the applicant is told of a consent and of a return, within its own time.
#[test]
fn x26_the_applicant_is_told_within_a_time() {
    let (mut world, place) = World::with_place();
    let loan = loan(&mut world, place, "2026-03-02 09:00");
    let back = own(BuiltIn::send_back("grant"), LEAD).because();
    world.take(loan, "2026-03-02 10:00", back);
    assert_eq!(world.list(loan), ["grant/answer"]);
    let todo = world.todo(loan, "grant/answer");
    assert_eq!(
        (todo.due.at, todo.holder()),
        (at("2026-03-02 14:00"), &holder(DESK))
    );
    world.take(
        loan,
        "2026-03-02 14:00",
        step("inform", DESK).set("told", "no"),
    );
    assert_eq!(world.outcome(loan, "grant/answer"), Some(Met));
    world.take(loan, "2026-03-02 15:00", step("ask", DESK));
    world.take(loan, "2026-03-02 15:10", agree(LEAD));
    world.take(loan, "2026-03-02 15:20", agree(BOSS));
    let grant = Command::new("grant", By::System);
    world.take(
        loan,
        "2026-03-02 15:20",
        Command {
            cause: Some(loan),
            ..grant
        },
    );
    assert_eq!(world.list(loan), ["grant/answer"]);
    world.take(
        loan,
        "2026-03-02 19:21",
        step("inform", DESK).set("told", "yes"),
    );
    assert_eq!(world.row(loan, "grant/answer", 2).outcome, Missed);
    world.check();
}

/// A line is an effect; a correction of what it was worked out from posts the difference.
#[test]
fn a_corrected_amount_posts_the_difference() {
    let (mut world, place) = World::with_place();
    let open = Command::new("open", by(DESK))
        .set("count", 8)
        .link("place", place);
    let delivery = world.open("delivery", "2026-03-02 09:00", open);
    let account = Account {
        ledger: "stock".into(),
        record: place,
    };
    assert_eq!(world.posted(delivery).get(&account), Some(&8));
    let change = BuiltIn::Correct {
        seq: 1,
        field: "count".into(),
        old: Value::Int(8),
        new: Value::Int(5),
    };
    world.take(delivery, "2026-03-02 09:10", own(change, DESK));
    assert_eq!(world.posted(delivery).get(&account), Some(&5));
    world.check();
}

/// S6.6: "twice a week in every place that is used": the duty is written with the rounds and lives in the place.
#[test]
fn s6_6_a_duty_for_each_record_of_a_register_lives_there() {
    let (mut world, place) = World::with_place();
    assert!(sweep_at(&mut world, place, "2026-03-09 09:00").is_empty());
    let used = Command::new("move-in", By::System);
    world.take(place, "2026-03-09 09:00", used);
    assert_eq!(sweep_at(&mut world, place, "2026-03-09 10:00"), ["recur"]);
    assert_eq!(world.list(place), ["round/weekly"]);
    let todo = world.todo(place, "round/weekly");
    assert_eq!(
        (todo.due.at, todo.holder()),
        (at("2026-03-16 00:00"), &holder(WARDEN))
    );
    for (time, done) in [
        ("2026-03-10 10:00", 1),
        ("2026-03-10 11:00", 1),
        ("2026-03-11 10:00", 0),
    ] {
        let proof = Command::new("round/weekly", By::System);
        world.take(
            place,
            time,
            Command {
                cause: Some(place),
                ..proof
            },
        );
        assert_eq!(world.list(place).len(), done, "{time}");
    }
    assert_eq!(world.outcome(place, "round/weekly"), Some(Met));
    assert_eq!(
        world.row(place, "round/weekly", 1).holder,
        Holder::Member(member(WARDEN))
    );
    world.check();
}

/// S6.6, S2.14: a duty of working days recurs on a Sunday that is made up and on no holiday, and its record is looked at on no day of rest; in a
/// year without data it is the error that names the year.
#[test]
fn s2_14_a_duty_of_working_days_goes_by_the_calendar() {
    for (period, until, expected) in [
        (
            Period::Day,
            "2026-10-12",
            "09-18 09-20 09-21 09-22 09-23 09-24 09-25 09-28 09-29 09-30 10-08 10-09 10-10 10-12",
        ),
        // One in a period: the first working day of it.
        (Period::Week, "2026-10-11", "09-18 09-21 09-28 10-08"),
        (Period::Month, "2026-11-30", "09-18 10-08 11-02"),
    ] {
        let (mut world, place) = World::with_place();
        let kind = world.packs.0.kinds.get_mut("place").expect("places");
        for duty in &mut kind.duties {
            if let Start::Every(every) = &mut duty.start {
                every.rule = "FREQ=DAILY".parse().expect("a rule");
                every.period = period;
                every.days.kind = Some(DayKind::Workdays);
            }
        }
        let used = Command::new("move-in", By::System);
        world.take(place, "2026-09-18 07:00", used);
        let last: Day = until.parse().expect("a day");
        let mut day: Day = "2026-09-18".parse().expect("a day");
        let mut opened = Vec::new();
        while day <= last {
            if !sweep_at(&mut world, place, &format!("{day} 09:00")).is_empty() {
                opened.push(day.to_string()[5..].to_owned());
            }
            let next = owes_at(
                &world.packs.0,
                world.kind("place"),
                world.record(place),
                &world.zone,
            );
            let next = world.zone.day_of(next.expect("a next one"));
            assert_ne!(world.packs.0.special_days.is_workday(next), Ok(false));
            day = day.plus_days(1);
        }
        assert_eq!(opened.join(" "), expected, "{period:?}");
        world.check();
    }
}
