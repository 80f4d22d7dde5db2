//! Lawful erasure, retention, and what a person is handed who asks.

use super::centre::*;
use app::privacy::{self, Shown};
use app::{Keys, keys};
use domain::record::{BuiltIn, By};

#[test]
fn a_person_is_handed_everything_readable() {
    for centre in Centre::each() {
        let repair = centre.repair(Some(centre.owner));
        let file = centre.file();
        let stranger = centre.repair(None);
        let all = privacy::export(&centre.office, &operator(), centre.unit, centre.owner).unwrap();
        let ids: Vec<_> = all.iter().map(|one| one.record.id).collect();
        assert!(
            ids[0] == centre.owner
                && ids.contains(&repair)
                && ids.contains(&file)
                && !ids.contains(&stranger)
        );
        let of = |id| all.iter().find(|one| one.record.id == id).unwrap();
        assert_eq!(of(centre.owner).data["id_number"], plain(IDENTITY));
        assert_eq!(of(repair).data["phone"], plain(PHONE));
        assert_eq!(of(repair).journal[0].1["contact"], plain(NAME));
        // A secret file is secret from others, not from whom it tells of.
        assert_eq!(of(file).data["family"], plain(FAMILY));
        assert_eq!(
            code(privacy::export(
                &centre.office,
                &operator(),
                centre.unit,
                centre.clock.record_id()
            )),
            "not-found"
        );
    }
}

#[test]
fn an_erased_person_is_gone_from_rows_journal_index_and_every_copy() {
    for centre in Centre::each() {
        let (repair, file) = (centre.repair(Some(centre.owner)), centre.file());
        let other = centre.opened(
            "party",
            &centre.desk,
            &[
                ("display", "周先生"),
                ("relation", "owner"),
                ("full_name", "周承远"),
                ("phone", "19900002222"),
            ],
            &[],
        );
        let change = command(
            "change",
            &centre.steward,
            &[("phone", "19900008888"), ("change_reason", "换号")],
        );
        centre.step(centre.owner, change).unwrap();
        let before = centre.home.folder().join("before.keys");
        Keys::backup(&Centre::keys_folder(&centre.home), &before).unwrap();

        let erase = |why: &str| {
            privacy::erase(
                &centre.office,
                &operator(),
                centre.unit,
                centre.owner,
                None,
                why,
            )
        };
        assert_eq!(code(erase(" ")), "reason-missing");
        assert_eq!(centre.seen(repair, &centre.desk)["phone"], plain(PHONE));
        let done = erase("本人书面请求").unwrap();
        assert_eq!(done.records, 3);

        let gone = |office: &app::Office| {
            assert_eq!(
                centre.seen_in(office, repair, &centre.desk)["phone"],
                Shown::Erased
            );
            assert_eq!(
                centre.seen_in(office, centre.owner, &centre.archivist)["id_number"],
                Shown::Erased
            );
            assert_eq!(
                centre.seen_in(office, file, &centre.archivist)["family"],
                Shown::Erased
            );
            assert_eq!(
                centre.seen_in(office, other, &centre.desk)["full_name"],
                plain("周承远")
            );
        };
        gone(&centre.office);
        gone(&centre.reopened());
        assert!(
            centre.find("5678").is_empty()
                && centre.find("8888").is_empty()
                && centre.find("若溪").is_empty()
        );
        assert_eq!(centre.find("2222"), [other]);
        // Who asked and why stands in the journal, whose chain is whole.
        let lines = centre
            .office
            .store()
            .read(|tx| store::entry::journal(tx, centre.unit, centre.owner))
            .unwrap();
        let last = &lines.last().unwrap().entry;
        assert!(
            matches!(&last.change, Some(BuiltIn::Erase { keys, .. }) if keys.len() as u64 == done.keys)
        );
        assert_eq!(last.reason.as_deref(), Some("本人书面请求"));
        centre.verify();
        // What is told of him later is sealed under a key of its own again.
        let later = centre.repair(Some(centre.owner));
        assert_eq!(centre.seen(later, &centre.desk)["phone"], plain(PHONE));
        centre.verify();

        // A copy of the key store from before brings nothing back.
        let Centre {
            home,
            office,
            clock,
            ..
        } = centre;
        drop(office);
        let folder = Centre::keys_folder(&home);
        std::fs::remove_file(folder.join("keys.dat")).unwrap();
        keys::restore(&folder, &before).unwrap();
        let again = Centre::open(&home, &clock)
            .with_keys(Keys::open(&folder).unwrap())
            .unwrap();
        assert_eq!(
            privacy::destroy_again(&again, &operator()).unwrap(),
            done.keys
        );
        let record = again
            .store()
            .read(|tx| store::record::get(tx, centre.unit, repair))
            .unwrap();
        let domain::value::Value::Sealed(sealed) = &record.doc.data["phone"] else {
            panic!("sealed")
        };
        assert_eq!(
            again.keys().unwrap().open_value(sealed).unwrap(),
            keys::Opened::Erased
        );
    }
}

#[test]
fn one_who_erases_names_a_reason_and_a_second_person() {
    for centre in Centre::each() {
        let erase = |by: &By, second| {
            privacy::erase(
                &centre.office,
                &centre.actor(by),
                centre.unit,
                centre.owner,
                second,
                "请求",
            )
        };
        assert_eq!(code(erase(&centre.archivist, None)), "post-not-allowed");
        assert_eq!(code(erase(&centre.manager, None)), "second-person-missing");
        assert_eq!(
            code(erase(&centre.manager, centre.manager.member())),
            "second-person-own"
        );
        assert_eq!(
            code(erase(&centre.manager, centre.archivist.member())),
            "done"
        );
        // Asked again, it finds nothing more to destroy.
        let again = privacy::erase(
            &centre.office,
            &operator(),
            centre.unit,
            centre.owner,
            None,
            "再次",
        )
        .unwrap();
        assert_eq!(again.keys, 0);
    }
}

#[test]
fn what_was_kept_long_enough_is_erased_record_by_record() {
    for centre in Centre::each() {
        let (old, open) = (
            centre.repair(Some(centre.owner)),
            centre.repair(Some(centre.owner)),
        );
        let end = command("end", &centre.steward, &[("until", "2026-03-01")]);
        let gone = centre.opened(
            "party",
            &centre.desk,
            &[
                ("display", "周先生"),
                ("relation", "tenant"),
                ("phone", "19900003333"),
            ],
            &[("home", centre.house)],
        );
        centre.step(gone, end).unwrap();
        let cancel = domain::record::Command {
            second: centre.manager.member(),
            ..command("cancel", &centre.desk, &[("cancel_reason", "业主取消")])
        };
        centre.step(old, cancel).unwrap();
        let fields = |time: &str| -> Vec<String> {
            let kept = privacy::past_keeping(&centre.office, &operator(), at(time)).unwrap();
            kept.iter().map(|one| one.field.to_string()).collect()
        };
        // S2.6: three years of 1 March 2026 end with 1 March 2029.
        assert!(fields("2029-03-01 23:59").is_empty());
        assert_eq!(fields("2029-03-02 00:00"), ["contact", "phone"]);
        assert_eq!(fields("2031-03-02 00:00").len(), 3);
        centre.clock.set(at("2029-03-02 08:00"));
        let swept = privacy::sweep(&centre.office, centre.clock.now()).unwrap();
        assert_eq!((swept.records, swept.keys), (1, 1));
        assert_eq!(
            centre.seen(old, &By::Party(centre.owner))["phone"],
            Shown::Erased
        );
        assert_eq!(
            centre.seen(open, &By::Party(centre.owner))["phone"],
            plain(PHONE)
        );
        assert!(!centre.find("5678").contains(&old) && centre.find("5678").contains(&open));
        assert!(fields("2029-03-02 08:00").is_empty());
        assert_eq!(
            privacy::sweep(&centre.office, centre.clock.now())
                .unwrap()
                .records,
            0
        );
        centre.verify();
    }
}
