//! What the system does by itself, and who takes over.

use super::house::*;
use app::handover::hand_over;
use app::sweep::sweep;
use domain::holder::Holder;
use domain::id::MemberId;
use domain::record::BuiltIn;
use domain::record::{By, Command};
use std::thread;

/// S8.2: a timed transition is taken once, whoever sweeps and how often.
#[test]
fn s8_2_two_sweeps_at_once_do_everything_once() {
    for house in House::each() {
        let jobs: Vec<_> = (0..60).map(|_| house.job()).collect();
        let now = at("2026-03-02 11:00");
        assert_eq!(sweep(&house.office, now).expect("sweeps").steps, 0);
        house.set("2026-03-02 11:30");
        let now = house.clock.now();
        let office = &house.office;
        let steps: u64 = thread::scope(|scope| {
            let both = [(), ()].map(|()| scope.spawn(move || sweep(office, now).expect("sweeps")));
            let swept = both.map(|sweeper| sweeper.join().expect("a sweeper"));
            assert!(
                swept.iter().all(|swept| swept.refused.is_empty()),
                "{swept:?}"
            );
            swept.iter().map(|swept| swept.steps).sum()
        });
        assert_eq!(steps, 60);
        assert_eq!(sweep(office, now).expect("sweeps").steps, 0);
        for job in jobs {
            assert_eq!(house.record(job).doc.data["urgency"], "urgent".into());
        }
        house.verify();
    }
}

/// S6.6: what recurs is caught up with, a week each, once.
#[test]
fn s6_6_recurring_duties_are_caught_up_with() {
    for house in House::each() {
        let opening = step("open", house.desk).set("scope", "wall");
        let permit = house.open("permit", opening.link("place", house.place));
        house.take(permit, step("apply", house.desk));
        for person in [house.worker, house.lead, house.boss] {
            house.take(permit, own(BuiltIn::approve("plan"), person));
        }
        house.set("2026-03-18 09:00");
        let now = house.clock.now();
        assert_eq!(sweep(&house.office, now).expect("sweeps").steps, 3);
        assert_eq!(sweep(&house.office, now).expect("sweeps").steps, 0);
        let record = house.record(permit);
        assert_eq!(record.doc.todo.len(), 1);
        assert_eq!(
            *record.doc.todo[0].holder(),
            Holder::Member(MemberId::from(house.warden))
        );
        house.verify();
    }
}

/// S5.4: a posting that ends and another that begins hand the open duties over, in entries, once.
#[test]
fn s5_4_a_change_of_posting_hands_open_duties_over() {
    for house in House::each() {
        let jobs: Vec<_> = (0..3).map(|_| house.job()).collect();
        assert_eq!(hand_over(&house.office, house.project).expect("reads"), 0);
        let posting = house
            .records("posting")
            .into_iter()
            .find(|posting| posting.doc.data["post"] == "warden".into())
            .expect("the warden's");
        let end = Command::new("end", By::System);
        house.take(posting.id, end.set("until", "2026-03-01"));
        appoint(&house.office, house.project, house.lead, "warden", None);
        assert_eq!(hand_over(&house.office, house.project).expect("reads"), 3);
        assert_eq!(hand_over(&house.office, house.project).expect("reads"), 0);
        for job in jobs {
            let todo = house.record(job).doc.todo;
            let take = todo.iter().find(|todo| todo.name == *"take");
            let holder = Holder::Member(MemberId::from(house.lead));
            assert_eq!(take.map(|todo| todo.holder().clone()), Some(holder));
        }
        house.verify();
    }
}
