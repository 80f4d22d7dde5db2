//! Single commands: values, errors, savepoints, snapshots.

use crate::contract;
use domain::id::{MemberId, RecordId, UnitId, Uuid};
use store::{Constraint, Error, Lane, Store, Tx, published};

pub(crate) fn unit(n: u128) -> UnitId {
    UnitId::from_uuid(Uuid::from_u128(n))
}

/// One company, so that references to unit 1 hold.
pub(crate) fn with_unit(store: &Store) {
    store
        .write(Lane::Interactive, |tx| {
            tx.run(
                "insert into unit (id, parent, level, code, name, zone, attributes, roster_version, config_version, created_at)
                 values (?1, null, 'company', 'C1', '公司', 'Asia/Shanghai', '{}', 0, 0, 0)",
                &[&unit(1)],
            )
        })
        .unwrap();
}

pub(crate) fn count(tx: &mut Tx<'_>, key: &str, value: i64) -> Result<(), Error> {
    tx.run(
        "insert into counter (unit_id, key, value) values (?1, ?2, ?3)",
        &[&unit(1), &key, &value],
    )
    .map(|_| ())
}

pub(crate) fn keys(store: &Store) -> Vec<String> {
    store
        .read(|tx| {
            tx.all(
                "select key from counter where unit_id = ?1 order by key",
                &[&unit(1)],
                |row| row.get(0),
            )
        })
        .unwrap()
}

fn fails(store: &Store, sql: &'static str) -> Error {
    store
        .write(Lane::Interactive, move |tx| tx.run(sql, &[]))
        .unwrap_err()
}

contract! {
    fn values_are_bound_by_number_not_by_order(home: &Home) {
        let store = home.open();
        let row: (String, i64, String) = store
            .read(|tx| {
                tx.one(
                    "select ?3, ?1, ?2 where ?1 = 7 and ?3 = 'c' and ?2 = 'b'",
                    &[&7_i64, &"b", &"c"],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
            })
            .unwrap();
        assert_eq!(row, ("c".into(), 7, "b".into()));
    }

    fn every_kind_of_value_comes_back_as_it_went_in(home: &Home) {
        let store = home.open();
        let member = MemberId::from_uuid(Uuid::from_u128(7));
        store
            .read(|tx| {
                tx.one(
                    "select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?1 < ?9",
                    &[&i64::MIN, &"三栋 1202", &vec![0_u8, 255], &member, &None::<i64>, &None::<&str>, &None::<RecordId>, &true, &0_i64],
                    |row| {
                        assert_eq!(row.get::<i64>(0)?, i64::MIN);
                        assert_eq!(row.get::<String>(1)?, "三栋 1202");
                        assert_eq!(row.get::<Vec<u8>>(2)?, [0, 255]);
                        assert_eq!(row.get::<MemberId>(3)?, member);
                        assert_eq!(row.get::<Option<i64>>(4)?, None);
                        assert_eq!(row.get::<Option<String>>(5)?, None);
                        assert_eq!(row.get::<Option<RecordId>>(6)?, None);
                        assert!(row.get::<bool>(7)?);
                        assert!(row.get::<bool>(8)?);
                        assert!(row.get::<String>(0).is_err(), "an integer is no text");
                        assert!(row.get::<i64>(4).is_err(), "null is no integer");
                        assert!(row.get::<i64>(9).is_err(), "there is no such column");
                        Ok(())
                    },
                )
            })
            .unwrap();
    }

    fn answers_are_what_links_somebody_and_one_of_what_is_asked_about(home: &Home) {
        let store = home.open();
        let id = |n: u128| RecordId::from_uuid(Uuid::from_u128(n));
        let (party, other, notice, later) = (id(1), id(2), id(3), id(4));
        store
            .write(Lane::Interactive, move |tx| {
                for (from, name, to) in [
                    (id(11), "party", party),
                    (id(11), "notice", notice),
                    (id(12), "party", other),
                    (id(12), "notice", notice),
                    (id(13), "party", party),
                    (id(13), "about", notice),
                    (id(14), "party", party),
                    (id(14), "notice", later),
                ] {
                    tx.run(
                        "insert into link (unit_id, to_id, name, from_id) values (?1, ?2, ?3, ?4)",
                        &[&unit(1), &to, &name, &from],
                    )?;
                }
                Ok::<_, Error>(())
            })
            .unwrap();
        let answers = |to: &[RecordId]| {
            let (by, of) = (["party".into()], ["notice".into()]);
            let found = store.read(|tx| published::answers(tx, unit(1), (party, &by), (to, &of)));
            found.unwrap().iter().map(|it| (it.id, it.to)).collect::<Vec<_>>()
        };
        assert_eq!(answers(&[notice, later]), [(id(11), notice), (id(14), later)]);
        assert_eq!(answers(&[later]), [(id(14), later)]);
        assert_eq!(answers(&[]), []);
    }

    fn text_sorts_by_bytes(home: &Home) {
        let store = home.open();
        store
            .write(Lane::Interactive, |tx| {
                for key in ["b", "B", "三", "a", "é", "Z", "一"] {
                    count(tx, key, 0)?;
                }
                Ok::<_, Error>(())
            })
            .unwrap();
        assert_eq!(keys(&store), ["B", "Z", "a", "b", "é", "一", "三"]);
    }

    fn text_with_a_zero_character_is_refused(home: &Home) {
        let store = home.open();
        let refused = store.write(Lane::Interactive, |tx| count(tx, "a\0b", 0));
        assert!(matches!(refused, Err(Error::Conflict(Constraint::Check))), "{refused:?}");
    }

    fn an_error_undoes_the_command(home: &Home) {
        let store = home.open();
        let refused = store.write(Lane::Interactive, |tx| {
            count(tx, "a", 1)?;
            Err::<(), _>(Error::Stale)
        });
        assert!(matches!(refused, Err(Error::Stale)));
        assert_eq!(keys(&store), [""; 0]);
    }

    fn a_savepoint_undoes_its_own_part_alone(home: &Home) {
        let store = home.open();
        store
            .write(Lane::Interactive, |tx| {
                count(tx, "before", 1)?;
                let inner = tx.savepoint(|tx| {
                    count(tx, "lost", 1)?;
                    tx.savepoint(|tx| count(tx, "lost too", 1))?;
                    count(tx, "before", 1)
                });
                assert!(matches!(inner, Err(Error::Conflict(Constraint::Unique))), "{inner:?}");
                tx.savepoint(|tx| count(tx, "kept", 1))?;
                count(tx, "after", 1)
            })
            .unwrap();
        assert_eq!(keys(&store), ["after", "before", "kept"]);
    }

    fn a_failed_statement_fails_the_command_even_if_ignored(home: &Home) {
        let store = home.open();
        let refused = store.write(Lane::Interactive, |tx| {
            count(tx, "a", 1)?;
            let _ = count(tx, "a", 2);
            Ok::<_, Error>(())
        });
        assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
        let refused = store.write(Lane::Interactive, |tx| {
            let _ = tx.run("select nothing from nowhere", &[]);
            count(tx, "a", 2)
        });
        assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
        assert_eq!(keys(&store), [""; 0]);
    }

    fn violated_rules_are_told_apart_by_class(home: &Home) {
        let store = home.open();
        with_unit(&store);
        let classes = [
            ("insert into unit select * from unit", Constraint::Unique),
            ("insert into unit_key (digest, unit_id) select name, id from (select cast('x' as BYTES) as name, NOBODY as id) as it", Constraint::Reference),
            ("update unit set level = 'village'", Constraint::Check),
            ("update unit set name = null", Constraint::NotNull),
        ];
        let (bytes, nobody) = if home.is_postgres() {
            ("bytea", "cast('00000000-0000-0000-0000-000000000009' as uuid)")
        } else {
            ("blob", "x'00000000000000000000000000000009'")
        };
        for (sql, class) in classes {
            let sql = sql.replace("BYTES", bytes).replace("NOBODY", nobody);
            let refused = store.write(Lane::Interactive, move |tx| tx.run(&sql, &[]));
            assert!(matches!(refused, Err(Error::Conflict(found)) if found == class), "{class:?}: {refused:?}");
        }
        assert!(matches!(fails(&store, "select nothing from nowhere"), Error::Database(_)));
    }

    fn a_row_that_must_exist_is_not_found_and_two_are_too_many(home: &Home) {
        let store = home.open();
        store.write(Lane::Interactive, |tx| { count(tx, "a", 1)?; count(tx, "b", 1) }).unwrap();
        let value = |sql: &'static str| store.read(move |tx| tx.one(sql, &[], |row| row.get::<i64>(0)));
        assert!(matches!(value("select value from counter where key = 'c'"), Err(Error::NotFound)));
        assert!(matches!(value("select value from counter"), Err(Error::Database(_))));
        assert_eq!(value("select value from counter where key = 'a'").unwrap(), 1);
    }

    fn a_guarded_update_that_touches_nothing_is_stale(home: &Home) {
        let store = home.open();
        store.write(Lane::Interactive, |tx| count(tx, "a", 1)).unwrap();
        let guarded = |from: i64| {
            store.write(Lane::Interactive, move |tx| {
                tx.run_one("update counter set value = value + 1 where unit_id = ?1 and key = 'a' and value = ?2", &[&unit(1), &from])
            })
        };
        guarded(1).unwrap();
        assert!(matches!(guarded(1), Err(Error::Stale)));
        guarded(2).unwrap();
    }

    fn rows_come_back_from_a_write(home: &Home) {
        let store = home.open();
        let next = || {
            store.write(Lane::Interactive, |tx| {
                tx.one(
                    "insert into counter (unit_id, key, value) values (?1, 'n', 1)
                     on conflict (unit_id, key) do update set value = counter.value + excluded.value returning value",
                    &[&unit(1)],
                    |row| row.get::<i64>(0),
                )
            }).unwrap()
        };
        assert_eq!([next(), next(), next()], [1, 2, 3]);
    }

    fn a_read_writes_nothing(home: &Home) {
        let store = home.open();
        let refused = store.read(|tx| count(tx, "a", 1));
        assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
        assert_eq!(keys(&store), [""; 0]);
    }

    fn a_read_sees_one_snapshot_and_waits_for_no_writer(home: &Home) {
        let store = home.open();
        store.write(Lane::Interactive, |tx| count(tx, "a", 1)).unwrap();
        let sum = "select cast(sum(value) as bigint) from counter";
        store
            .read(|tx| {
                let before: i64 = tx.one(sum, &[], |row| row.get(0))?;
                // By somebody else: who holds a connection asks for no other.
                std::thread::scope(|others| {
                    let writer = others.spawn(|| store.write(Lane::Interactive, |tx| count(tx, "b", 1)));
                    writer.join().expect("a writer")
                })?;
                let after: i64 = tx.one(sum, &[], |row| row.get(0))?;
                assert_eq!((before, after), (1, 1));
                Ok::<_, Error>(())
            })
            .unwrap();
        assert_eq!(keys(&store), ["a", "b"]);
    }

    fn a_panic_in_a_read_is_an_error_and_spoils_nothing(home: &Home) {
        let store = home.open();
        for _ in 0..20 {
            // A panic that prints nothing: twenty back traces would hide the message of a test that fails.
            let refused = store.read(|_| -> Result<(), Error> { std::panic::resume_unwind(Box::new("as meant by the test")) });
            assert!(matches!(refused, Err(Error::Database(_))));
        }
        assert_eq!(keys(&store), [""; 0]);
    }

    fn a_wrong_number_of_values_is_an_error(home: &Home) {
        let store = home.open();
        for values in [&[] as &[&dyn store::Bind], &[&1_i64, &2_i64]] {
            let refused = store.read(|tx| tx.one("select ?1", values, |row| row.get::<i64>(0)));
            assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
        }
    }

    fn statements_are_captured_with_their_values(home: &Home) {
        let store = home.open();
        store.write(Lane::Interactive, |tx| count(tx, "a", 1)).unwrap();
        let ((), captured) = store.captured(|| store.write(Lane::Interactive, |tx| count(tx, "b", 2)).unwrap());
        store.write(Lane::Interactive, |tx| count(tx, "c", 3)).unwrap();
        let [only] = &captured[..] else { panic!("{captured:?}") };
        assert_eq!(only.sql, "insert into counter (unit_id, key, value) values (?1, ?2, ?3)");
        assert_eq!(only.values, [store::Owned::Id(Uuid::from_u128(1)), store::Owned::Text("b".into()), store::Owned::Int(2)]);
    }
}
