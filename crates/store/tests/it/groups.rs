//! Many commands at once: isolation from each other's failures, the two lanes, races.

use crate::commands::{count, keys, unit, with_unit};
use crate::{contract, plain};
use domain::id::{RecordId, Uuid};
use domain::name::Name;
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;
use store::testing::Home;
use store::{Constraint, Error, Lane, Options, Store, record};

/// Until so many commands wait for the writer, where there is one.
fn queued(store: &Store, home: &Home, commands: usize) {
    while !home.is_postgres() && store.waiting() < commands {
        thread::yield_now();
    }
}

/// A place, as its grid is kept.
fn place() -> RecordId {
    RecordId::from_uuid(Uuid::from_u128(7))
}

fn grid(store: &Store) -> Option<Name> {
    store
        .read(|tx| record::grid_of(tx, unit(1), place()))
        .unwrap()
}

contract! {
    fn what_is_read_again_is_never_older_than_a_commit(home: &Home) {
        let (store, other) = (home.open(), home.open());
        for n in 0..20 {
            let (writer, name) = (if n % 3 == 0 { &other } else { &store }, format!("g{n}"));
            let to = name.clone();
            writer.write(Lane::Interactive, move |tx| record::put_in_grid(tx, unit(1), place(), Some(&to))).unwrap();
            for reader in [&store, &other, &store] {
                assert_eq!(grid(reader).as_ref().map(Name::as_str), Some(name.as_str()));
            }
        }
        other.write(Lane::Interactive, |tx| record::put_in_grid(tx, unit(1), place(), None)).unwrap();
        assert_eq!((grid(&store), grid(&other)), (None, None));
        // Nor is what a transaction sees of itself.
        let seen = store.write(Lane::Interactive, |tx| {
            let before = record::grid_of(tx, unit(1), place())?;
            record::put_in_grid(tx, unit(1), place(), Some("g"))?;
            Ok::<_, Error>((before, record::grid_of(tx, unit(1), place())?))
        });
        assert_eq!(seen.unwrap(), (None, Some("g".into())));
        // One that stays on its snapshot keeps what the snapshot says.
        store.read(|tx| {
            let before = record::grid_of(tx, unit(1), place())?;
            other.write(Lane::Interactive, |tx| record::put_in_grid(tx, unit(1), place(), Some("h")))?;
            if !home.is_postgres() {
                assert_eq!(record::grid_of(tx, unit(1), place())?, before);
            }
            Ok::<_, Error>(())
        }).unwrap();
        assert_eq!(grid(&store), Some("h".into()));
    }

    /// Who only asks whether the writer is busy is never taken for one who writes: a command that comes meanwhile would wait for good.
    fn asking_whether_it_is_busy_holds_nobody_up(home: &Home) {
        let store = home.open();
        let (ended, told) = channel::<()>();
        let writes = store.clone();
        let writer = thread::spawn(move || {
            for round in 0..3_000 {
                let name = format!("{round}");
                writes.write(Lane::Interactive, move |tx| count(tx, &name, 1)).unwrap();
            }
            ended.send(()).unwrap();
        });
        let mut asked = 0_u64;
        let patience = std::time::Duration::from_micros(1);
        let begun = std::time::Instant::now();
        while told.recv_timeout(patience).is_err() {
            for _ in 0..100 {
                asked += u64::from(store.would_wait());
            }
            assert!(begun.elapsed().as_secs() < 120, "a command waits for good; asked {asked}");
        }
        writer.join().unwrap();
    }

    fn a_panic_is_an_error_for_its_caller_alone(home: &Home) {
        let store = home.open();
        let start = Barrier::new(8);
        thread::scope(|scope| {
            for n in 0..8 {
                let (store, start) = (&store, &start);
                scope.spawn(move || {
                    start.wait();
                    for round in 0..5 {
                        let done = store.write(Lane::Interactive, move |tx| {
                            count(tx, &format!("{n} {round}"), 1)?;
                            if n % 2 == 1 {
                                // Unwinds as a panic does, and says nothing where a reader looks for what failed.
                                std::panic::resume_unwind(Box::new("as meant by the test"));
                            }
                            Ok::<_, Error>(())
                        });
                        assert_eq!(done.is_ok(), n % 2 == 0, "{done:?}");
                    }
                });
            }
        });
        assert_eq!(keys(&store).len(), 4 * 5);
    }

    fn one_of_a_group_fails_and_the_others_do_not(home: &Home) {
        let store = home.open();
        // All wait behind the first, so that on SQLite they share a commit.
        let (release, held) = channel::<()>();
        let (started, running) = channel::<()>();
        thread::scope(|scope| {
            let first = scope.spawn(|| store.write(Lane::Interactive, move |tx| {
                started.send(()).map_err(Error::database)?;
                held.recv().map_err(Error::database)?;
                count(tx, "first", 1)
            }));
            running.recv().unwrap();
            let others: Vec<_> = (0..6)
                .map(|n| {
                    let store = &store;
                    scope.spawn(move || store.write(Lane::Interactive, move |tx| count(tx, &format!("{}", n / 2), 1)))
                })
                .collect();
            queued(&store, home, 6);
            release.send(()).unwrap();
            first.join().unwrap().unwrap();
            let refused: Vec<_> = others.into_iter().filter_map(|it| it.join().unwrap().err()).collect();
            assert_eq!(refused.len(), 3);
            for error in refused {
                assert!(matches!(error, Error::Conflict(Constraint::Unique)), "{error:?}");
            }
        });
        assert_eq!(keys(&store), ["0", "1", "2", "first"]);
    }

    fn of_commands_that_may_be_run_again_each_is_undone_alone(home: &Home) {
        let store = home.open();
        let (release, held) = channel::<()>();
        let (started, running) = channel::<()>();
        thread::scope(|scope| {
            let first = scope.spawn(|| store.write(Lane::Interactive, move |tx| {
                started.send(()).map_err(Error::database)?;
                held.recv().map_err(Error::database)?;
                count(tx, "first", 1)
            }));
            running.recv().unwrap();
            // Every second one goes wrong: before it has written, after it, by a statement that fails, by a panic.
            let others: Vec<_> = (0..8)
                .map(|n| {
                    let store = &store;
                    scope.spawn(move || store.retry(Lane::Interactive, move |tx| {
                        if n == 1 {
                            return Err(Error::NotFound);
                        }
                        count(tx, &n.to_string(), 1)?;
                        match n {
                            3 => Err(Error::Stale),
                            5 => count(tx, "5", 1),
                            7 => std::panic::resume_unwind(Box::new("as meant by the test")),
                            _ => Ok(()),
                        }
                    }))
                })
                .collect();
            queued(&store, home, 8);
            release.send(()).unwrap();
            first.join().unwrap().unwrap();
            let done: Vec<_> = others.into_iter().map(|it| it.join().unwrap()).collect();
            assert!(matches!(done[1], Err(Error::NotFound)), "{done:?}");
            assert!(matches!(done[3], Err(Error::Stale)), "{done:?}");
            assert!(matches!(done[5], Err(Error::Conflict(Constraint::Unique))), "{done:?}");
            assert!(done[7].is_err(), "{done:?}");
            assert!(done.iter().step_by(2).all(Result::is_ok), "{done:?}");
        });
        assert_eq!(keys(&store), ["0", "2", "4", "6", "first"]);
    }

    fn eight_threads_race_for_one_key_and_one_gets_it(home: &Home) {
        let store = home.open();
        with_unit(&store);
        for round in 0..10 {
            let start = Barrier::new(8);
            let won: Vec<bool> = thread::scope(|scope| {
                let racers: Vec<_> = (0..8_i64)
                    .map(|n| {
                        let (store, start) = (&store, &start);
                        scope.spawn(move || {
                            start.wait();
                            match store.write(Lane::Interactive, move |tx| count(tx, &format!("key {round}"), n)) {
                                Ok(()) => true,
                                Err(Error::Conflict(Constraint::Unique)) => false,
                                Err(error) => panic!("{error:?}"),
                            }
                        })
                    })
                    .collect();
                racers.into_iter().map(|it| it.join().unwrap()).collect()
            });
            assert_eq!(won.iter().filter(|it| **it).count(), 1, "{won:?}");
        }
    }

    fn eight_threads_lend_one_thing_and_the_version_decides(home: &Home) {
        let store = home.open();
        store.write(Lane::Interactive, |tx| count(tx, "key in the cabinet", 0)).unwrap();
        let start = Barrier::new(8);
        let lent = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    // Everybody has seen it in the cabinet, at version 0.
                    let seen: i64 = store.read(|tx| tx.one("select value from counter where unit_id = ?1", &[&unit(1)], |row| row.get(0))).unwrap();
                    assert_eq!(seen, 0);
                    start.wait();
                    let done = store.write(Lane::Interactive, move |tx| {
                        tx.run_one("update counter set value = ?3 where unit_id = ?1 and key = 'key in the cabinet' and value = ?2", &[&unit(1), &seen, &(seen + 1)])
                    });
                    match done {
                        Ok(()) => *lent.lock().unwrap() += 1,
                        Err(Error::Stale) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                });
            }
        });
        assert_eq!(*lent.lock().unwrap(), 1);
    }

    fn two_that_lock_crosswise_both_succeed_with_a_retry(home: &Home) {
        let store = home.open_with(&Options { connections: 4, ..Options::default() });
        store.write(Lane::Interactive, |tx| { count(tx, "a", 0)?; count(tx, "b", 0) }).unwrap();
        // Where commands run side by side, both hold their first row before either asks for its second.
        let met = home.is_postgres().then(|| Arc::new(Barrier::new(2)));
        thread::scope(|scope| {
            for order in [["a", "b"], ["b", "a"]] {
                let (store, met) = (&store, met.clone());
                scope.spawn(move || {
                    let mut first = true;
                    store
                        .retry(Lane::Interactive, move |tx| {
                            for key in order {
                                tx.run_one("update counter set value = value + 1 where unit_id = ?1 and key = ?2", &[&unit(1), &key])?;
                                if let Some(met) = &met && std::mem::take(&mut first) {
                                    met.wait();
                                }
                            }
                            Ok::<_, Error>(())
                        })
                        .unwrap();
                });
            }
        });
        let values: Vec<i64> = store.read(|tx| tx.all("select value from counter", &[], |row| row.get(0))).unwrap();
        assert_eq!(values, [2, 2]);
    }

    fn a_store_goes_down_with_what_was_asked_of_it_done(home: &Home) {
        let store = home.open();
        thread::scope(|scope| {
            for n in 0..8 {
                let store = store.clone();
                scope.spawn(move || store.write(Lane::Bulk, move |tx| count(tx, &n.to_string(), 1)).unwrap());
            }
        });
        drop(store);
        assert_eq!(keys(&home.open()).len(), 8);
    }
}

plain! { SQLITE:
    fn what_a_person_waits_for_goes_first_and_bulk_still_moves() {
        let home = Home::sqlite();
        let store = home.open_with(&Options { group: 4, group_time: Duration::from_secs(60), ..Options::default() });
        let order = Arc::new(Mutex::new(Vec::new()));
        let (release, held) = channel::<()>();
        thread::scope(|scope| {
            let (started, running) = channel::<()>();
            let first = scope.spawn(|| store.write(Lane::Interactive, move |_| {
                started.send(()).map_err(Error::database)?;
                held.recv().map_err(Error::database)
            }));
            running.recv().unwrap();
            for lane in [Lane::Bulk, Lane::Interactive] {
                for _ in 0..6 {
                    let (store, order) = (&store, Arc::clone(&order));
                    scope.spawn(move || store.write(lane, move |_| {
                        order.lock().unwrap().push(lane);
                        Ok::<_, Error>(())
                    }).unwrap());
                }
                queued(&store, &home, if lane == Lane::Bulk { 6 } else { 12 });
            }
            release.send(()).unwrap();
            first.join().unwrap().unwrap();
        });
        use Lane::{Bulk as B, Interactive as I};
        // Groups of four: the first one is the holder's; the second owes the slow lane one; the rest is bulk.
        assert_eq!(*order.lock().unwrap(), [I, I, I, B, I, I, I, B, B, B, B, B]);
    }
}
