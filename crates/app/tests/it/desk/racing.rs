//! Many callers at once.

use super::house::*;
use domain::value::Value;
use std::sync::Barrier;
use std::thread;

const CALLERS: usize = 8;

/// Runs the same thing in eight threads that begin together.
fn together<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(CALLERS);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|number| {
                let (barrier, work) = (&barrier, &work);
                scope.spawn(move || {
                    barrier.wait();
                    work(number)
                })
            })
            .collect();
        callers
            .into_iter()
            .map(|caller| caller.join().expect("a caller"))
            .collect()
    })
}

/// After a start everybody asks at once: the pack is compiled once for all, and nobody holds a connection meanwhile.
#[test]
fn eight_who_ask_for_the_rules_at_once_get_the_same() {
    for house in House::each() {
        let fresh = app::Office::of(house.office.store().clone(), house.clock.clone());
        let rules = together(|_| {
            let library = fresh.library().expect("reads");
            library.active().expect("a pack").clone()
        });
        assert!(
            rules
                .iter()
                .all(|other| std::sync::Arc::ptr_eq(other, &rules[0]))
        );
    }
}

/// S9.5: eight desks lend one key: one does.
#[test]
fn s9_5_eight_desks_lend_one_key_once() {
    for house in House::each() {
        let key = house.open("key", step("open", house.desk).link("place", house.place));
        let done = together(|number| {
            house.step(
                key,
                step("lend", house.desk).set("to", format!("caller {number}").as_str()),
            )
        });
        let codes: Vec<&str> = done.into_iter().map(code).collect();
        assert_eq!(codes.iter().filter(|code| **code == "done").count(), 1);
        assert!(
            codes
                .iter()
                .all(|code| ["done", "state-wrong"].contains(code)),
            "{codes:?}"
        );
        assert_eq!(house.record(key).version, 2);
        house.verify();
    }
}

/// S9.5: eight desks take down the same thing: one is the first, and all others say so.
#[test]
fn s9_5_eight_desks_find_one_first_case() {
    for house in House::each() {
        let done =
            together(|_| open_record(&house.office, house.project, "job", None, house.new_job()));
        for taken in done {
            taken.expect("opens");
        }
        let jobs = house.records("job");
        let first = jobs
            .iter()
            .filter(|job| !job.doc.facts.contains_key("repeat"))
            .count();
        assert_eq!((jobs.len(), first), (CALLERS, 1));
        let mut numbers: Vec<&str> = jobs.iter().map(|job| job.number.as_str()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), CALLERS);
        house.verify();
    }
}

/// S9.5: of eight tickets where three are allowed, three are given: what a condition counts is counted again where it is written.
#[test]
fn s9_5_eight_desks_give_three_tickets() {
    for house in House::each() {
        let command = step("open", house.desk).link("place", house.place);
        let done = together(|_| {
            open_record(
                &house.office,
                house.project,
                "ticket",
                None,
                command.clone(),
            )
        });
        let codes: Vec<&str> = done.into_iter().map(code).collect();
        assert_eq!(codes.iter().filter(|code| **code == "done").count(), 3);
        assert!(
            codes
                .iter()
                .all(|code| ["done", "condition-fails"].contains(code)),
            "{codes:?}"
        );
        let mut found: Vec<_> = house
            .records("ticket")
            .iter()
            .map(|ticket| ticket.doc.data["others"].clone())
            .collect();
        found.sort();
        assert_eq!(found, [0, 1, 2].map(Value::Int));
        house.verify();
    }
}

/// A request that is sent eight times at once happens once, and everybody is told of the same record.
#[test]
fn a_key_used_eight_times_at_once_opens_once() {
    for house in House::each() {
        let done = together(|_| {
            let command = house.new_job().keyed("the-same", None);
            open_record(&house.office, house.project, "job", None, command)
        });
        let mut ids: Vec<_> = done
            .into_iter()
            .map(|taken| taken.expect("opens or repeats").record.id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), house.records("job").len()), (1, 1));
        house.verify();
    }
}

/// S8.2: eight steps that move one tally at once add up.
#[test]
fn s8_2_tallies_of_many_at_once_are_their_sum() {
    for house in House::each() {
        let jobs: Vec<_> = (0..CALLERS).map(|_| house.job()).collect();
        let done = together(|number| house.step(jobs[number], step("take", house.worker)));
        assert!(done.iter().all(Result::is_ok));
        house.verify();
    }
}

/// Of eight who give out a card of the same number one does; it is free again once it is back, and comes to nobody twice.
#[test]
fn eight_desks_give_out_one_card_of_a_number() {
    for house in House::each() {
        let card = || step("open", house.desk).set("code", "  A-7 ");
        let done = together(|_| open_record(&house.office, house.project, "card", None, card()));
        let codes: Vec<&str> = done.into_iter().map(code).collect();
        assert_eq!(codes.iter().filter(|code| **code == "done").count(), 1);
        assert_eq!(
            codes.iter().filter(|code| **code == "value-taken").count(),
            CALLERS - 1,
            "{codes:?}"
        );
        let first = house.records("card")[0].id;
        let again = || step("open", house.desk).set("code", "A-7");
        let open = || open_record(&house.office, house.project, "card", None, again());
        let refused = open().expect_err("taken").to_string();
        assert!(
            refused.starts_with("value-taken: `code` A-7 is taken by 门禁卡"),
            "{refused}"
        );

        // Changing what else it says claims nothing anew; closing it sets the number free.
        house.take(first, step("number", house.desk).set("code", "A-7"));
        house.take(first, step("return", house.desk));
        let second = open().expect("free again").record.id;
        let back = house.step(first, step("give-again", house.desk));
        assert_eq!(code(back), "value-taken");
        house.take(second, step("number", house.desk).set("code", "A-8"));
        house.take(first, step("give-again", house.desk));
        // Without a number there is nothing to be taken.
        for _ in 0..2 {
            house.open("card", step("open", house.desk));
        }
        house.verify();
    }
}
