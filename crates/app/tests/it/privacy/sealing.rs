//! What is written, what is seen, what is found.

use super::centre::*;
use app::{Error, Keys};
use domain::record::Command;
use domain::value::{Sealed, Value};

#[test]
fn nothing_private_stands_in_the_database() {
    for centre in Centre::each() {
        let repair = centre.repair(Some(centre.owner));
        centre.file();
        let note = command(
            "change",
            &centre.steward,
            &[("phone", "19900008888"), ("change_reason", "换号")],
        );
        centre.step(centre.owner, note).unwrap();
        assert!(matches!(
            centre.record(repair).doc.data["phone"],
            Value::Sealed(_)
        ));
        assert!(!centre.find("8888").is_empty());
        // What is not private stands there in words, so the look is one that finds.
        assert!(centre.holds("水管滴水") || centre.home.is_postgres());
        for text in [NAME, PHONE, IDENTITY, FAMILY, "19900008888", "若溪"] {
            assert!(!centre.holds(text), "{text}");
        }
        centre.verify();
    }
}

#[test]
fn a_database_alone_verifies_and_shows_nothing() {
    for centre in Centre::each() {
        let repair = centre.repair(Some(centre.owner));
        let without = Centre::open(&centre.home, &centre.clock);
        let report =
            app::verify::verify(&without, &operator(), centre.clock.now(), |_| {}).unwrap();
        assert!(report.ok, "{:#?}", report.faults);
        let seen = centre.seen_in(&without, repair, &centre.desk);
        assert_eq!(seen["phone"], masked("****"));
        assert_eq!(seen["fault"], plain("水管滴水"));
        let new = command(
            "open",
            &centre.desk,
            &[
                ("urgency", "normal"),
                ("scope", "home"),
                ("subject", "water"),
                ("fault", "x"),
                ("phone", PHONE),
            ],
        );
        let refused = without.open_record(
            &centre.actor(&centre.desk),
            centre.unit,
            "repair",
            None,
            new,
        );
        assert_eq!(code(refused), "keys-missing");
    }
}

#[test]
fn posts_see_what_the_field_says_and_others_its_sort() {
    for centre in Centre::each() {
        let repair = centre.repair(Some(centre.owner));
        let desk = centre.seen(repair, &centre.desk);
        assert_eq!(
            (&desk["contact"], &desk["phone"]),
            (&plain(NAME), &plain(PHONE))
        );
        let guard = centre.seen(repair, &centre.guard);
        assert_eq!(
            (&guard["contact"], &guard["phone"]),
            (&masked("林*"), &masked("199****5678"))
        );
        // Whom it tells of sees it in his own session.
        let own = centre.seen(repair, &domain::record::By::Party(centre.owner));
        assert_eq!(own["phone"], plain(PHONE));
        let another = centre.seen(repair, &domain::record::By::Party(centre.house));
        assert_eq!(another["phone"], masked("199****5678"));
        // What a program started later reads is the same.
        let again = centre.reopened();
        assert_eq!(
            centre.seen_in(&again, repair, &centre.desk)["phone"],
            plain(PHONE)
        );
    }
}

#[test]
fn a_private_value_is_checked_before_it_is_sealed_and_not_repeated_when_it_is_wrong() {
    for centre in Centre::each() {
        for wrong in ["请打给王小明", "1\0", &"1".repeat(60)] {
            let new = command(
                "open",
                &centre.desk,
                &[
                    ("urgency", "normal"),
                    ("scope", "home"),
                    ("subject", "water"),
                    ("fault", "x"),
                    ("phone", wrong),
                ],
            );
            let Err(error) = centre.open_record("repair", new) else {
                panic!("{wrong}")
            };
            assert!(
                !error.to_string().contains(wrong) && !format!("{error:?}").contains("王小明"),
                "{error}"
            );
        }
        // Nobody passes off a sealed value of another record as his own.
        let repair = centre.repair(Some(centre.owner));
        let mut new = command(
            "open",
            &centre.desk,
            &[
                ("urgency", "normal"),
                ("scope", "home"),
                ("subject", "water"),
                ("fault", "x"),
            ],
        );
        for sealed in [
            centre.record(repair).doc.data["phone"].clone(),
            Value::Sealed(Sealed::new("1.0.AAAA")),
        ] {
            new.data.insert("phone".into(), sealed);
            assert_eq!(
                code(centre.open_record("repair", new.clone())),
                "field-type"
            );
        }
        // A desk that is reached another way takes nothing unsealed.
        let new = command(
            "open",
            &centre.desk,
            &[
                ("urgency", "normal"),
                ("scope", "home"),
                ("subject", "water"),
                ("fault", "x"),
                ("phone", PHONE),
            ],
        );
        let refused = centre.office.at(
            &centre.actor(&centre.desk),
            centre.unit,
            store::Lane::Interactive,
            move |desk| desk.open(&"repair".into(), None, &new),
        );
        assert_eq!(code(refused), "field-unsealed");
    }
}

#[test]
fn a_request_made_twice_happens_once_though_sealing_differs_each_time() {
    for centre in Centre::each() {
        let new = |phone: &str| Command {
            key: Some("k1".into()),
            ..command(
                "open",
                &centre.desk,
                &[
                    ("urgency", "normal"),
                    ("scope", "home"),
                    ("subject", "water"),
                    ("fault", "x"),
                    ("phone", phone),
                ],
            )
        };
        let open = |command| centre.open_record("repair", command);
        let first = open(new(PHONE)).unwrap();
        let second = open(new(PHONE)).unwrap();
        assert!(!first.repeated && second.repeated && first.record.id == second.record.id);
        assert!(matches!(open(new("19900000000")), Err(Error::KeyReused)));
        let persons = |key: &str, name: &str| Command {
            key: Some(key.into()),
            ..system(
                "open",
                &[
                    ("display", "王先生"),
                    ("relation", "owner"),
                    ("full_name", name),
                ],
            )
        };
        let open = |command| centre.open_record("party", command);
        let first = open(persons("k2", "王伯安")).unwrap();
        assert_eq!(
            first.record.id,
            open(persons("k2", "王伯安")).unwrap().record.id
        );
        centre.verify();
    }
}

#[test]
fn what_is_sealed_is_found_as_its_field_allows() {
    for centre in Centre::each() {
        let repair = centre.repair(Some(centre.owner));
        for asked in ["5678", "12345678", PHONE, "199 1234 5678", "若溪", "林若溪"] {
            assert_eq!(centre.find(asked), [repair, centre.owner], "{asked}");
        }
        for asked in [
            "1111", "99995678", "678", "林", "溪若", IDENTITY, "8888", "",
        ] {
            assert!(centre.find(asked).is_empty(), "{asked}");
        }
        // A number that was given up leads nowhere.
        let change = command(
            "change",
            &centre.steward,
            &[("phone", "19900008888"), ("change_reason", "换号")],
        );
        centre.step(centre.owner, change).unwrap();
        assert_eq!(centre.find("5678"), [repair]);
        assert_eq!(centre.find("8888"), [centre.owner]);
        // Without the keys the index says nothing.
        assert!(
            app::privacy::find(
                &Centre::open(&centre.home, &centre.clock),
                &operator(),
                centre.unit,
                "8888",
                9
            )
            .unwrap()
            .is_empty()
        );
    }
}

#[test]
fn what_moves_to_another_unit_is_found_there() {
    for centre in Centre::each() {
        let there = centre.another_project();
        let repair = centre.repair(None);
        let found =
            |asked: &str| app::privacy::find(&centre.office, &operator(), there, asked, 9).unwrap();
        assert!(found("5678").is_empty());
        let taken = app::transfer::transfer(
            &centre.office,
            &operator(),
            (centre.unit, repair),
            there,
            "登错项目",
        );
        let moved = taken.unwrap().record.doc.moved_to.unwrap().record;
        assert_eq!(found("5678"), [moved]);
        assert_eq!(found("若溪"), [moved]);
        centre.verify();
    }
}

#[test]
fn a_database_is_opened_with_its_own_key_store_only() {
    for centre in Centre::each() {
        let other = Centre::open(&centre.home, &centre.clock).with_keys(Keys::volatile().unwrap());
        assert_eq!(code(other), "keys");
    }
}

#[test]
fn a_correction_seals_what_is_right() {
    for centre in Centre::each() {
        let repair = centre.repair(None);
        let change = domain::record::BuiltIn::Correct {
            seq: 1,
            field: "phone".into(),
            old: Value::Null,
            new: "19900007777".into(),
        };
        centre
            .step(repair, Command::built_in(change, centre.desk.clone()))
            .unwrap();
        assert_eq!(
            centre.seen(repair, &centre.desk)["phone"],
            plain("19900007777")
        );
        assert!(!centre.holds("19900007777"));
        assert!(centre.find("7777") == [repair] && !centre.find("5678").contains(&repair));
        centre.verify();
    }
}
