//! What a server does by itself, where several servers stand on one database.

use super::house::*;
use app::reminder::carry::carry;
use app::rounds::{LASTS, Round, Rounds};
use app::{Actor, Office, work};
use domain::access::Denied;
use domain::id::MemberId;
use std::thread;
use store::{Lane, job};

fn opened(round: &Round) -> u64 {
    match round {
        Round::Done(swept) => swept.opened,
        Round::Elsewhere | Round::Stopped => 0,
    }
}

/// As another process has it: a store of its own on the same database.
fn another(house: &House) -> Office {
    open(&house.home, &house.clock)
}

/// Two processes at once: every rhythm opens once, every step is taken once, and one of them did the round.
#[test]
fn two_processes_on_one_database_do_everything_once() {
    for house in House::each() {
        let deliver = step("open", house.desk)
            .set("count", 6)
            .link("place", house.place);
        house.open("delivery", deliver);
        let (one, two) = (
            Rounds::new(house.office.clone()),
            Rounds::new(another(&house)),
        );
        let mut both = [one, two];
        for rounds in &mut both {
            rounds.go().expect("a round");
        }
        let jobs: Vec<_> = (0..20).map(|_| house.job()).collect();
        house.set("2026-05-03 08:00");
        let done: Vec<Round> = thread::scope(|scope| {
            let begun = both
                .each_mut()
                .map(|rounds| scope.spawn(|| rounds.go().expect("a round")));
            begun.map(|it| it.join().expect("a process")).into()
        });
        // Whoever was second found the lease taken, or nothing left to do.
        assert_eq!(done.iter().map(opened).sum::<u64>(), 2, "{done:?}");
        assert_eq!(house.records("census").len(), 2);
        for job in jobs {
            assert_eq!(house.record(job).doc.data["urgency"], "urgent".into());
        }
        house.verify();
    }
}

/// A process that is killed in the middle leaves its lease behind: nobody does the round until that has run out, then another does it, and
/// what the dead one had claimed is done once.
#[test]
fn what_a_killed_process_held_is_done_once_by_another() {
    for house in House::each() {
        let deliver = step("open", house.desk)
            .set("count", 6)
            .link("place", house.place);
        house.open("delivery", deliver);
        let mut killed = Rounds::new(another(&house));
        assert!(matches!(killed.go().expect("a round"), Round::Done(_)));
        let asked = house.open(
            "loan",
            step("open", house.desk)
                .set("count", 7)
                .link("place", house.place),
        );
        house.set("2026-04-03 08:00");
        house.take(asked, step("order", house.desk));
        // It holds the lease of the rounds, has claimed the message, and is gone.
        let dead = another(&house);
        assert!(matches!(killed.go().expect("a round"), Round::Done(_)));
        let (unit, now) = (house.project, house.clock.now());
        house.take(
            house.open(
                "loan",
                step("open", house.desk)
                    .set("count", 8)
                    .link("place", house.place),
            ),
            step("order", house.desk),
        );
        let lease = now.plus_micros(300_000_000);
        let claimed = dead
            .store()
            .write(Lane::Bulk, move |tx| {
                job::claim(tx, unit, "message", now, lease, 10)
            })
            .expect("claims");
        assert_eq!(claimed.len(), 1);
        drop((killed, dead));

        let mut rounds = Rounds::new(house.office.clone());
        assert_eq!(rounds.go().expect("a round"), Round::Elsewhere);
        house.clock.set(now.plus_micros(LASTS + 1));
        assert!(matches!(rounds.go().expect("a round"), Round::Done(_)));
        assert_eq!(orders(&house), 1, "claimed, and its lease still runs");
        house.clock.set(now.plus_micros(400_000_000));
        assert!(matches!(rounds.go().expect("a round"), Round::Done(_)));
        assert_eq!((orders(&house), house.records("census").len()), (2, 1));
        house.clock.set(now.plus_micros(900_000_000));
        rounds.go().expect("a round");
        assert_eq!(orders(&house), 2);
        // One that ends in order leaves nothing to wait for.
        rounds.end().expect("given back");
        let mut next = Rounds::new(another(&house));
        assert!(matches!(next.go().expect("a round"), Round::Done(_)));
        house.verify();
    }
}

/// A server that is told to end does not finish its round; the next one does. What nobody carries is dropped.
#[test]
fn a_round_that_is_told_to_stop_leaves_the_rest_to_the_next() {
    for house in House::each() {
        for _ in 0..3 {
            house.job();
        }
        house.set("2026-03-02 11:30");
        let reminders = || {
            let listed = house
                .office
                .store()
                .read(|tx| job::waiting(tx, house.project));
            let listed = listed.expect("reads").into_iter();
            listed
                .filter(|job| job.kind.starts_with("reminder-"))
                .count()
        };
        let before = reminders();
        let mut rounds = Rounds::new(house.office.clone());
        assert_eq!(rounds.go_while(|| false).expect("a round"), Round::Stopped);
        assert_eq!(reminders(), before);
        assert!(matches!(rounds.go().expect("a round"), Round::Done(_)));
        assert!(reminders() > before, "late duties are told of");
        let left = carry(&house.office, &[], house.clock.now()).expect("carries");
        assert_eq!((left, reminders()), (0, 0));
    }
}

/// Messages to other units that wait or were given up; reminders wait for whoever carries them.
fn messages(house: &House, actor: &Actor) -> Vec<job::Waiting> {
    let mut listed = work::list(&house.office, actor, house.project).expect("his to see");
    listed.retain(|job| job.kind == "message");
    listed
}

fn orders(house: &House) -> usize {
    let mut found = 0;
    let read = house.office.store().read(|tx| {
        store::record::each_of_kind(tx, Some(house.company), Some(&"order".into()), |_| {
            found += 1;
            Ok(())
        })
    });
    read.expect("reads");
    found
}

/// What fails too often is given up with its reason, seen by the administrator and nobody else, and tried again when he says so.
#[test]
fn work_that_is_given_up_is_shown_and_tried_again() {
    for house in House::each() {
        let asked = house.open(
            "loan",
            step("open", house.desk)
                .set("count", 7)
                .link("place", house.place),
        );
        house.take(asked, step("order", house.desk));
        // The company takes no orders: its pack has lost the kind.
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../domain/tests/it/records/pack"
        );
        let sources = app::pack::sources(folder).expect("the small pack");
        let strict = sources
            .iter()
            .cloned()
            .map(|(path, text)| match path.as_str() {
                "kinds/order.yaml" => (path, text.replace("max: 100}", "max: 5}")),
                _ => (path, text),
            });
        house
            .office
            .activate(&Actor::system(), strict.collect())
            .expect("loads");
        let mut rounds = Rounds::new(house.office.clone());
        for day in 0..14 {
            house
                .clock
                .set(at("2026-03-02 09:00").plus_micros(day * 86_400_000_000));
            rounds.go().expect("a round");
        }
        let boss = Actor::member(MemberId::from(house.chief), app::Came::Password);
        let listed = messages(&house, &boss);
        let [dead] = listed.as_slice() else {
            panic!("{listed:?}")
        };
        assert_eq!((dead.run_at, dead.attempts), (None, 12));
        assert!(
            dead.error
                .as_deref()
                .is_some_and(|why| why.contains("field-out-of-range"))
        );
        let desk = Actor::member(MemberId::from(house.desk), app::Came::Password);
        let denied = work::list(&house.office, &desk, house.project);
        assert!(matches!(
            denied,
            Err(app::Error::Denied(Denied::Privilege(_)))
        ));
        assert_eq!(
            code(work::try_again(
                &house.office,
                &desk,
                house.project,
                dead.id
            )),
            "privilege-missing"
        );

        house
            .office
            .activate(&Actor::system(), sources)
            .expect("loads");
        rounds.go().expect("a round");
        assert_eq!(orders(&house), 0, "dead work is not tried by itself");
        work::try_again(&house.office, &boss, house.project, dead.id).expect("his to do");
        rounds.go().expect("a round");
        assert_eq!(orders(&house), 1);
        assert!(messages(&house, &boss).is_empty());
        assert_eq!(
            code(work::try_again(
                &house.office,
                &boss,
                house.project,
                dead.id
            )),
            "not-found"
        );
        house.verify();
    }
}
