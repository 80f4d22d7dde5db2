//! Owner files: asked for, approved by another, open for a time, every view on record (FILE-04, FILE-15, SYS-07).

use super::centre::*;
use app::privacy::{self, reveal};
use domain::id::RecordId;
use domain::name::Name;
use domain::record::{BuiltIn, By, Command};

fn ask(centre: &Centre, by: &By, file: RecordId) -> RecordId {
    centre.opened(
        "file-access",
        by,
        &[("purpose", "核实产权人")],
        &[("file", file)],
    )
}

fn grant(centre: &Centre, access: RecordId, by: &By) -> &'static str {
    code(centre.step(
        access,
        Command::built_in(BuiltIn::approve("access"), by.clone()),
    ))
}

fn look(centre: &Centre, by: &By, file: RecordId) -> Result<app::privacy::Shown, app::Error> {
    let fields = [Name::from("family")];
    let shown = reveal(
        &centre.office,
        &centre.actor(by),
        centre.unit,
        file,
        &fields,
        "核实产权人",
    )?;
    Ok(shown["family"].clone())
}

#[test]
fn a_secret_file_opens_under_a_grant_while_it_lasts_and_every_view_is_on_record() {
    for centre in Centre::each() {
        let file = centre.file();
        // Its post is in `seen-by`, and yet.
        assert_eq!(centre.seen(file, &centre.steward)["family"], masked("****"));
        assert_eq!(code(look(&centre, &centre.steward, file)), "grant-missing");
        let access = ask(&centre, &centre.steward, file);
        assert_eq!(code(look(&centre, &centre.steward, file)), "grant-missing");
        assert_eq!(
            grant(&centre, access, &centre.steward),
            "conflict-of-interest"
        );
        assert_eq!(
            grant(&centre, access, &centre.archivist),
            "post-not-allowed"
        );
        assert_eq!(grant(&centre, access, &centre.manager), "done");
        assert_eq!(look(&centre, &centre.steward, file).unwrap(), plain(FAMILY));
        // His alone, for this file alone, for what he says, of fields that are private.
        assert_eq!(code(look(&centre, &centre.manager, file)), "grant-missing");
        // Who does not see the record is not told that it is there.
        assert_eq!(code(look(&centre, &centre.guard, file)), "not-found");
        assert_eq!(
            code(look(&centre, &centre.steward, centre.file())),
            "grant-missing"
        );
        let of = |field: &str, why: &str| {
            reveal(
                &centre.office,
                &centre.actor(&centre.steward),
                centre.unit,
                file,
                &[field.into()],
                why,
            )
        };
        assert_eq!(code(of("family", " ")), "reason-missing");
        assert_eq!(code(of("shelf", "看看")), "field-unknown");
        // Four hours, to the microsecond, though no sweep came by.
        centre.clock.set(at("2026-03-01 13:00"));
        assert_eq!(code(look(&centre, &centre.steward, file)), "done");
        centre.clock.set(at("2026-03-01 13:01"));
        assert_eq!(code(look(&centre, &centre.steward, file)), "grant-missing");
        app::sweep::sweep(&centre.office, centre.clock.now()).unwrap();
        assert_eq!(centre.record(access).state, "lapsed");

        let views = privacy::views(&centre.office, &operator(), centre.unit, file).unwrap();
        assert_eq!(views.len(), 2);
        let seen = &views[0];
        assert!(
            seen.by == centre.steward && seen.grant == Some(access) && seen.why == "核实产权人"
        );
        assert_eq!(seen.fields, [Name::from("family")]);
        centre.verify();
    }
}

#[test]
fn nobody_approves_his_own_request_be_he_the_manager() {
    for centre in Centre::each() {
        let file = centre.file();
        let access = ask(&centre, &centre.manager, file);
        assert_eq!(
            grant(&centre, access, &centre.manager),
            "conflict-of-interest"
        );
        assert_eq!(code(look(&centre, &centre.manager, file)), "grant-missing");
    }
}

#[test]
fn a_grant_that_was_given_back_is_over() {
    for centre in Centre::each() {
        let file = centre.file();
        let access = ask(&centre, &centre.steward, file);
        grant(&centre, access, &centre.manager);
        centre
            .step(access, command("return", &centre.steward, &[]))
            .unwrap();
        assert_eq!(code(look(&centre, &centre.steward, file)), "grant-missing");
    }
}

#[test]
fn a_view_of_an_ordinary_record_is_on_record_too() {
    for centre in Centre::each() {
        let id = [Name::from("id_number")];
        let look = |by: &By| {
            reveal(
                &centre.office,
                &centre.actor(by),
                centre.unit,
                centre.owner,
                &id,
                "办理过户",
            )
        };
        assert_eq!(code(look(&centre.desk)), "not-seen");
        assert_eq!(
            look(&centre.archivist).unwrap()["id_number"],
            plain(IDENTITY)
        );
        assert_eq!(
            privacy::views(&centre.office, &operator(), centre.unit, centre.owner)
                .unwrap()
                .len(),
            1
        );
        assert!(!centre.holds(IDENTITY));
    }
}

#[test]
fn a_log_of_views_that_was_changed_does_not_verify() {
    for (change, said) in [
        (
            "update private_view set doc = replace(doc, '过户', '查阅') where seq = 1",
            "view 1",
        ),
        ("delete from private_view where seq = 1", "view 2"),
        ("delete from private_view where seq = 2", "2 views"),
    ] {
        for centre in Centre::each() {
            let id = [Name::from("id_number")];
            for _ in 0..2 {
                reveal(
                    &centre.office,
                    &centre.actor(&centre.archivist),
                    centre.unit,
                    centre.owner,
                    &id,
                    "办理过户",
                )
                .unwrap();
            }
            centre.verify();
            let changed = centre
                .office
                .store()
                .write(store::Lane::Bulk, move |tx| tx.run(change, &[]));
            assert_eq!(changed.unwrap(), 1);
            let report =
                app::verify::verify(&centre.office, &operator(), centre.clock.now(), |_| {})
                    .unwrap();
            assert!(
                report.faults.iter().any(|fault| fault.contains(said)),
                "{:?}",
                report.faults
            );
        }
    }
}
