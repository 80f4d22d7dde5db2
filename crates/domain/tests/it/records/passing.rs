//! Duties that pass to another because grids, postings and leaves change (S5.1, S5.4).

use super::world::*;
use crate::given::at;
use domain::holder::Holder;
use domain::id::RecordId;
use domain::ledger::Posted;
use domain::outcome::Outcome::{Met, Missed};
use domain::parameter::Parameters;
use domain::record::{BuiltIn, Context, PackVersion, Seen, handover};
use domain::roster::Posting;
use domain::value::Data;
use std::collections::BTreeMap;

/// What the registers owe a record, taken; how many entries.
fn hand_over(world: &mut World, id: RecordId, now: &str) -> usize {
    let linked: BTreeMap<_, _> = world
        .records
        .iter()
        .map(|(id, record)| (*id, Seen::from(record)))
        .collect();
    let (parameters, facts) = (Parameters::default(), Data::new());
    let record = world.record(id);
    let owed = handover::owed(
        &Context {
            pack: &world.packs.0,
            version: PackVersion(1),
            now: at(now),
            zone: &world.zone,
            unit: unit(),
            roster: &world.roster,
            parameters: &parameters,
            linked: &linked,
            facts: &facts,
            balances: &Posted::new(),
            outages: &[],
            setter: world.setter,
            sealed: &[],
            packs: &world.packs,
            journal: &[],
        },
        &handover::standing(&world.roster),
        world.kind(record.kind.as_str()),
        record,
    );
    for command in &owed {
        world.take(id, now, command.clone());
    }
    owed.len()
}

/// A new warden of the grid from an instant on.
fn new_warden(world: &mut World, from: &str) {
    for posting in &mut world.roster.postings {
        if posting.member == member(WARDEN) {
            posting.until = Some(at(from));
        }
    }
    world.roster.postings.push(Posting {
        member: member(NEW_WARDEN),
        post: "warden".into(),
        grid: Some("G1".into()),
        team: None,
        from: at(from),
        until: None,
    });
}

/// S5.3, S5.4: a grid handed over on the 14th: what was missed before is the old warden's, what is open is the new one's, with a fair time.
#[test]
fn s5_4_a_grid_handed_over_on_the_14th() {
    let (mut world, old) = World::with_job("2026-03-13 23:50");
    let place = world.record(old).doc.links["place"];
    let late = world.open(
        "job",
        "2026-03-13 09:00",
        new_job(place).set("what", "roof"),
    );
    new_warden(&mut world, "2026-03-14 00:00");
    for (job, entries) in [(old, 1), (late, 1)] {
        assert_eq!(hand_over(&mut world, job, "2026-03-14 00:15"), entries);
        assert_eq!(
            hand_over(&mut world, job, "2026-03-14 00:15"),
            0,
            "twice is once"
        );
        assert_eq!(*world.todo(job, "take").holder(), holder(NEW_WARDEN));
        assert_eq!(*world.todo(job, "slow").holder(), Holder::Unit);
    }
    // Due at 00:20; a quarter of half an hour from 00:15 is 00:22:30.
    world.take(old, "2026-03-14 00:22", step("take", WORKER));
    let row = world.row(old, "take", 1);
    assert_eq!((row.outcome, &row.holder), (Missed, &holder(WARDEN)));
    assert_eq!(row.shares[0].outcome, Met);
    // Late before it was handed over: the old one's, however long the new one has it.
    world.take(late, "2026-03-14 12:00", step("take", WORKER));
    assert_eq!(world.row(late, "take", 1).holder, holder(WARDEN));
    world.check();
}

/// S5.1: a leave hands over to the stand-in, and back to whom the list names when it ends.
#[test]
fn s5_1_a_leave_hands_over_to_the_stand_in_and_back() {
    let (mut world, job) = World::with_job(MORNING);
    world.leave(WARDEN, "2026-03-02 09:05", "2026-03-03 00:00", Some(LEAD));
    assert_eq!(hand_over(&mut world, job, "2026-03-02 09:04"), 0);
    assert_eq!(hand_over(&mut world, job, "2026-03-02 09:06"), 1);
    assert_eq!(*world.todo(job, "take").holder(), holder(LEAD));
    assert_eq!(hand_over(&mut world, job, "2026-03-03 00:00"), 1);
    assert_eq!(*world.todo(job, "take").holder(), holder(WARDEN));
    world.check();
}

/// S5.2: who took a duty out of a pool keeps it; who did something keeps what he was given for it.
#[test]
fn s5_2_what_was_taken_is_not_handed_back() {
    let (mut world, job) = World::with_job(MORNING);
    world.take(job, "2026-03-02 09:10", step("take", WORKER));
    assert_eq!(*world.todo(job, "finish").holder(), holder(WORKER));
    assert_eq!(hand_over(&mut world, job, "2026-03-02 09:20"), 0);
    let (mut world, place) = World::with_place();
    world
        .roster
        .postings
        .retain(|posting| posting.member != member(WARDEN));
    let job = world.open("job", MORNING, new_job(place));
    let mine = BuiltIn::Take {
        duty: "take".into(),
        occurrence: 1,
        to: holder(WORKER),
    };
    world.take(job, "2026-03-02 09:05", own(mine, WORKER));
    assert_eq!(hand_over(&mut world, job, "2026-03-02 09:10"), 0);
    // He leaves: the other worker is the only one left.
    for posting in &mut world.roster.postings {
        if posting.member == member(WORKER) {
            posting.until = Some(at("2026-03-02 09:15"));
        }
    }
    assert_eq!(hand_over(&mut world, job, "2026-03-02 09:20"), 1);
    assert_eq!(*world.todo(job, "take").holder(), holder(OTHER_WORKER));
    world.check();
}
