//! Lawful erasure, retention, and what a person is handed who asks.

use super::centre::*;
use app::privacy::{self, Basis, Shown};
use app::{Actor, Keys, keys};
use domain::id::RecordId;
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

        let erase = |why: &str| erased_by(&centre, &operator(), &Actor::operator("second"), why);
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
        let why = last.reason.as_deref().unwrap();
        assert!(
            ["本人书面请求", "consent-withdrawn", "tests", "second"]
                .iter()
                .all(|part| why.contains(part)),
            "{why}"
        );
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

fn erased_by(
    centre: &Centre,
    asks: &Actor,
    consents: &Actor,
    why: &str,
) -> Result<privacy::Erased, app::Error> {
    let (office, unit) = (&centre.office, centre.unit);
    let asked = privacy::ask(
        office,
        asks,
        unit,
        centre.owner,
        Basis::ConsentWithdrawn,
        why,
    )?;
    privacy::consent(office, consents, unit, asked.id)
}

#[test]
fn two_who_may_erase_agree_and_neither_is_whom_it_is_about() {
    for centre in Centre::each() {
        let (office, unit) = (&centre.office, centre.unit);
        let (manager, desk) = (centre.actor(&centre.manager), centre.actor(&centre.desk));
        let head = centre.posted("head", "project-head");
        let ask = |by: &Actor, person| {
            privacy::ask(office, by, unit, person, Basis::ConsentWithdrawn, "书面")
        };
        // Whoever may not erase is not told whether there is anybody to erase.
        let nobody = centre.clock.record_id();
        for person in [centre.owner, nobody] {
            assert_eq!(code(ask(&desk, person)), "not-found");
        }
        assert_eq!(code(ask(&manager, nobody)), "not-found");
        let own = centre.manager.member().map(RecordId::from).unwrap();
        assert_eq!(code(ask(&manager, own)), "conflict-of-interest");

        // Nobody consents to his own request, and a request that was refused is gone.
        let asked = ask(&manager, centre.owner).unwrap();
        let waiting = privacy::asked(office, &head, unit).unwrap();
        assert_eq!(waiting, std::slice::from_ref(&asked));
        assert!(privacy::asked(office, &desk, unit).unwrap().is_empty());
        let consent = |by: &Actor, id| privacy::consent(office, by, unit, id);
        assert_eq!(code(consent(&desk, asked.id)), "not-found");
        assert_eq!(code(consent(&manager, asked.id)), "second-person-own");
        assert_eq!(code(consent(&head, nobody)), "not-found");
        assert_eq!(
            code(privacy::refuse(office, &desk, unit, asked.id)),
            "not-found"
        );
        privacy::refuse(office, &head, unit, asked.id).unwrap();
        assert_eq!(code(consent(&head, asked.id)), "not-found");
        let of_manager = ask(&head, own).unwrap();
        assert_eq!(
            code(consent(&manager, of_manager.id)),
            "conflict-of-interest"
        );

        // The entry names both; what an operator asks a member consents to, and the other way round.
        let asked = ask(&manager, centre.owner).unwrap();
        assert!(consent(&head, asked.id).unwrap().keys > 0);
        assert_eq!(code(consent(&head, asked.id)), "not-found");
        let last = || {
            let lines = office
                .read(|tx| store::entry::journal(tx, unit, centre.owner))
                .unwrap();
            lines.last().unwrap().entry.clone()
        };
        let entry = last();
        assert_eq!(entry.by.member(), head.member_id());
        assert_eq!(entry.second, manager.member_id());
        assert_eq!(entry.reason.as_deref(), Some("书面（consent-withdrawn）"));
        for (asks, consents) in [(&operator(), &manager), (&manager, &operator())] {
            // Asked again, it finds nothing more to destroy.
            assert_eq!(erased_by(&centre, asks, consents, "再次").unwrap().keys, 0);
            assert_eq!(last().by, operator().by());
            assert_eq!(last().second, manager.member_id());
        }
        assert_eq!(
            code(erased_by(&centre, &operator(), &operator(), "再次")),
            "second-person-own"
        );
        centre.verify();
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
