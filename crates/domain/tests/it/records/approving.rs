//! Approvals in stages (X26).

use super::world::*;
use crate::given::at;
use domain::id::RecordId;
use domain::outcome::Outcome::{Met, Missed};
use domain::record::refusal::Code;
use domain::record::{BuiltIn, By, Command, approval};

fn asked(by_whom: u128) -> (World, RecordId) {
    let mut world = World::new();
    let permit = world.open(
        "permit",
        MORNING,
        Command::new("open", by(DESK)).set("scope", "wall"),
    );
    world.take(permit, "2026-03-02 10:00", step("apply", by_whom));
    (world, permit)
}

fn agree(n: u128) -> Command {
    own(BuiltIn::approve("plan"), n)
}

/// A stage asks all its posts in any order; the next follows when all have agreed; then the system goes on.
#[test]
fn x26_everybody_of_a_stage_agrees_in_any_order() {
    let (mut world, permit) = asked(DESK);
    assert_eq!(world.list(permit), ["plan/1/lead", "plan/1/worker"]);
    assert_eq!(
        world.refused(permit, "2026-03-02 10:30", agree(BOSS)),
        Err(vec![Code::PostNotAllowed])
    );
    world.take(permit, "2026-03-02 11:00", agree(WORKER));
    assert_eq!(
        world.refused(permit, "2026-03-02 11:01", agree(WORKER)),
        Err(vec![Code::PostNotAllowed])
    );
    assert_eq!(world.list(permit), ["plan/1/lead"]);
    world.take(permit, "2026-03-02 12:00", agree(LEAD));
    assert_eq!(world.list(permit), ["plan/2"]);
    // The limit is the whole chain's.
    assert_eq!(world.todo(permit, "plan/2").due.at, at("2026-03-02 18:00"));
    assert_eq!(*world.todo(permit, "plan/2").holder(), holder(BOSS));
    world.take(permit, "2026-03-02 17:00", agree(BOSS));
    assert_eq!(world.outcome(permit, "plan/2"), Some(Met));
    let (entry, _) = world.journals[&permit].last().unwrap();
    let follows = approval::follows(world.kind("permit"), entry, world.record(permit));
    assert_eq!(follows.map(|step| step.name.as_str()), Some("permit"));
    let step = Command {
        cause: Some(permit),
        ..Command::new("permit", By::System)
    };
    world.take(permit, "2026-03-02 17:00", step);
    assert_eq!(
        (world.state(permit), world.list(permit).len()),
        ("running", 0)
    );
    assert_eq!(
        world.refused(permit, "2026-03-02 17:01", agree(BOSS)),
        Err(vec![Code::ApprovalUnasked])
    );
    world.check();
}

/// Nobody approves his own request, whoever typed it.
#[test]
fn x26_nobody_approves_his_own_request() {
    let (mut world, permit) = asked(WORKER);
    assert_eq!(
        world.refused(permit, "2026-03-02 11:00", agree(WORKER)),
        Err(vec![Code::ConflictOfInterest])
    );
    let typed = Command {
        recorded_by: Some(member(WORKER)),
        ..agree(OTHER_WORKER)
    };
    assert_eq!(
        world.refused(permit, "2026-03-02 11:00", typed),
        Err(vec![Code::NotYourself])
    );
    world.take(permit, "2026-03-02 11:00", agree(OTHER_WORKER));
    world.check();
}

/// A return with its reason stops the chain's clock while the applicant has it, and begins again at the first stage.
#[test]
fn x26_a_return_pauses_and_begins_again() {
    let (mut world, permit) = asked(DESK);
    world.take(permit, "2026-03-02 11:00", agree(LEAD));
    let back = || own(BuiltIn::send_back("plan"), WORKER);
    assert_eq!(
        world.refused(permit, "2026-03-02 12:00", back()),
        Err(vec![Code::ReasonMissing])
    );
    world.take(permit, "2026-03-02 12:00", back().because());
    assert_eq!(
        (world.state(permit), world.list(permit).len()),
        ("incomplete", 0)
    );
    assert_eq!(world.outcome(permit, "plan/1/worker"), Some(Met));
    assert_eq!(
        world.refused(permit, "2026-03-02 12:01", agree(LEAD)),
        Err(vec![Code::ApprovalUnasked])
    );
    world.take(permit, "2026-03-03 12:00", step("apply", DESK));
    assert_eq!(world.list(permit), ["plan/1/lead", "plan/1/worker"]);
    // Two of eight hours were gone.
    assert_eq!(
        world.todo(permit, "plan/1/lead").due.at,
        at("2026-03-03 18:00")
    );
    assert_eq!(world.todo(permit, "plan/1/lead").occurrence, 2);
    world.check();
}

/// S5.4: a stage that the chain reaches late has its fair time; what is late is charged to the one who had it.
#[test]
fn s5_4_a_delay_of_an_earlier_stage_is_its_own() {
    let (mut world, permit) = asked(DESK);
    world.take(permit, "2026-03-02 11:00", agree(WORKER));
    world.take(permit, "2026-03-02 17:30", agree(LEAD));
    // A quarter of eight hours from half past five; the chain was due at six.
    world.take(permit, "2026-03-02 19:30", agree(BOSS));
    let row = world.row(permit, "plan/2", 1);
    assert_eq!((row.outcome, &row.holder), (Missed, &holder(LEAD)));
    let shares: Vec<_> = row
        .shares
        .iter()
        .map(|share| (&share.holder, share.outcome))
        .collect();
    assert_eq!(shares, [(&holder(BOSS), Met)]);
    world.check();
}

/// S4.1: a chain that lapses stays to do; S5.1: who stands in for somebody on leave answers for him.
#[test]
fn s4_1_a_lapsed_chain_stays_to_do_and_a_stand_in_may_answer() {
    let (mut world, permit) = asked(DESK);
    world.leave(LEAD, "2026-03-03 00:00", "2026-03-10 00:00", Some(WARDEN));
    world.take(permit, "2026-03-03 10:00", agree(OTHER_WORKER));
    assert_eq!(world.list(permit), ["plan/1/lead"]);
    world.take(permit, "2026-03-03 11:00", agree(WARDEN));
    assert_eq!(world.outcome(permit, "plan/1/lead"), Some(Missed));
    world.check();
}
