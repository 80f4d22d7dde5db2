//! One caller at a time: opening, stepping, correcting, undoing, asking twice.

use super::house::*;
use app::Office;
use domain::id::{ImportId, Uuid};
use domain::outcome::Outcome;
use domain::record::entry::ImportMark;
use domain::record::refusal::Code;
use domain::record::{BuiltIn, By, Command, Via};
use domain::value::Value;
use store::{duty, unit};

/// The outcomes of a record's decided duties, by name.
fn outcomes(house: &House, id: domain::id::RecordId) -> Vec<(String, Outcome)> {
    let mut found = Vec::new();
    let filter = duty::Filter {
        unit: Some(house.project),
        record: Some(id),
        ..duty::Filter::default()
    };
    house
        .office
        .store()
        .read(|tx| {
            duty::each(tx, &filter, |row| {
                found.push((row.decided.name.to_string(), row.decided.outcome));
                Ok(())
            })
        })
        .expect("reads");
    found.sort();
    found
}

/// S9.2: a life with its corrections; after each of them the rows are what the journal says.
#[test]
fn s9_2_a_life_with_corrections_is_what_its_journal_says() {
    for house in House::each() {
        let job = house.job();
        house.set("2026-03-02 09:40");
        house.take(job, step("take", house.worker));
        let missed = ("take".to_string(), Outcome::Missed);
        assert!(outcomes(&house, job).contains(&missed));
        let new = domain::time::Moment::At(at("2026-03-02 09:20"));
        let time = BuiltIn::CorrectTime {
            seq: 2,
            old: new,
            new,
        };
        let alone = Command {
            reason: Some("the radio was down".into()),
            ..own(time, house.boss)
        };
        assert_eq!(
            refused(house.step(job, alone.clone())),
            [Code::CorrectionNotAllowed]
        );
        house.take(job, alone.second(house.lead));
        assert!(outcomes(&house, job).contains(&("take".into(), Outcome::Met)));
        house.verify();
        let field = BuiltIn::Correct {
            seq: 1,
            field: "what".into(),
            old: Value::Null,
            new: "pipe".into(),
        };
        house.take(job, own(field, house.desk).second(house.lead));
        assert_eq!(house.record(job).doc.data["what"], "pipe".into());
        house.verify();
    }
}

/// An import that is undone leaves neither duties nor tallies.
#[test]
fn an_undone_import_counts_nowhere() {
    for house in House::each() {
        let before = house.dump().len();
        let history = Command {
            via: Via::Import,
            import: Some(ImportMark {
                import: ImportId::from_uuid(Uuid::from_u128(1)),
                line: 2,
            }),
            ..house.new_job().occurred("2026-01-05 09:00")
        };
        let job = house.open("job", history.clone());
        let take = Command {
            data: Default::default(),
            links: Default::default(),
            ..history
        };
        house.take(
            job,
            Command {
                step: "take".into(),
                ..take
            },
        );
        assert_ne!(outcomes(&house, job), []);
        house.take(job, Command::built_in(BuiltIn::Void, By::System));
        assert_eq!(outcomes(&house, job), []);
        // One record and three entries; nothing else remains.
        assert_eq!(house.dump().len(), before + 4);
        assert_eq!(
            refused(house.step(job, step("take", house.worker))),
            [Code::VoidRecord]
        );
        house.verify();
    }
}

/// A retried request happens once, whether it opens or steps, with a version or without one.
#[test]
fn a_key_makes_a_retried_request_happen_once() {
    for house in House::each() {
        let open =
            |command: Command| open_record(&house.office, house.project, "job", None, command);
        let first = open(house.new_job().keyed("k1", None)).expect("opens");
        let again = open(house.new_job().keyed("k1", None)).expect("repeats");
        assert!(again.repeated && !first.repeated);
        assert_eq!(again.record.id, first.record.id);
        assert_eq!(
            code(open(house.new_job().set("what", "pot").keyed("k1", None))),
            "key-reused"
        );
        let id = first.record.id;
        for (version, key) in [(Some(1), "k2"), (None, "k3")] {
            let assign = || {
                step("assign", house.desk)
                    .set("worker", house.worker.to_string().as_str())
                    .keyed(key, version)
            };
            let done = house.step(id, assign()).expect("assigns");
            let again = house.step(id, assign()).expect("repeats");
            assert!(!done.repeated && again.repeated, "{key}");
            assert_eq!(again.record.version, done.record.version);
        }
        // Another's change is no repetition.
        let stale = step("take", house.worker).keyed("k4", Some(1));
        assert_eq!(code(house.step(id, stale)), "stale");
        assert_eq!(house.records("job").len(), 1);
        house.verify();
    }
}

/// Two programs on one database: what one of them changes of postings and packs the other one sees at its next command.
#[test]
fn an_outdated_view_is_read_again() {
    for house in House::each() {
        let other: Office = open(&house.home, &house.clock);
        let job = house.job();
        let view = other.view(house.project).expect("a view");
        // The desk becomes a worker as well, at the first office.
        appoint(&house.office, house.project, house.desk, "worker", None);
        assert!(
            other
                .store()
                .read(|tx| view.check(tx))
                .is_err_and(|error| error.code() == "outdated")
        );
        step_at(&other, house.project, job, step("take", house.desk))
            .expect("the other office has read it again");
        house.verify();
    }
}

/// S8.4, S2.13: an override is set from above where it loosens, counts from its day on, and bumps the version of all below.
#[test]
fn s8_4_an_override_reaches_the_units_below_from_its_day_on() {
    for house in House::each() {
        let set = |person, value: &str, from: &str| {
            step("open", person)
                .set("parameter", "job.take")
                .set("value", value)
                .set("from", from)
        };
        let at_project =
            |command| open_record(&house.office, house.project, "override", None, command);
        assert_eq!(
            refused(at_project(set(house.boss, "PT40M", "2026-03-03"))),
            [Code::OverrideLoosens]
        );
        // What a step brings about is set by whoever took it.
        let bundle = |person, value: &str| {
            let open = step("open", person)
                .set("value", value)
                .set("from", "2026-03-03");
            open_record(&house.office, house.project, "bundle", None, open)
        };
        assert_eq!(refused(bundle(house.boss, "PT40M")), [Code::EffectFailed]);
        bundle(house.boss, "PT20M").expect("tighter");
        bundle(house.chief, "PT40M").expect("from above");
        at_project(set(house.chief, "PT40M", "2026-03-03")).expect("from above");
        let other: Office = open(&house.home, &house.clock);
        for (now, due) in [
            ("2026-03-02 09:00", "2026-03-02 09:30"),
            ("2026-03-03 09:00", "2026-03-03 09:40"),
        ] {
            house.set(now);
            let job = house.job();
            let todo = house.record(job).doc.todo;
            let take = todo.iter().find(|todo| todo.name == *"take");
            assert_eq!(take.map(|todo| todo.due.at), Some(at(due)));
        }
        // The company's own setting, for all its projects; the project's stays nearer.
        let versions = |office: &Office| {
            office
                .store()
                .read(|tx| unit::versions(tx, house.project))
                .expect("a unit")
                .1
        };
        let before = versions(&other);
        open_record(
            &house.office,
            house.company,
            "override",
            None,
            set(house.chief, "PT50M", "2026-03-04"),
        )
        .expect("the company sets for its projects");
        assert_eq!(versions(&other), before + 1);
        house.set("2026-03-04 09:00");
        let job = open_record(&other, house.project, "job", None, house.new_job()).expect("opens");
        let todo = &job.record.doc.todo;
        let take = todo.iter().find(|todo| todo.name == *"take");
        assert_eq!(take.map(|todo| todo.due.at), Some(at("2026-03-04 09:40")));
        house.verify();
    }
}

/// S4.7: an outage that the company has declared lets paper in below it.
#[test]
fn s4_7_a_declared_outage_lets_paper_in() {
    for house in House::each() {
        let job = house.job();
        let paper = || {
            let photo = format!("sha256:{}", "a".repeat(64));
            Command {
                via: Via::Paper,
                ..step("take", house.worker)
                    .occurred("2026-03-02 09:20")
                    .set("photos", Value::List(vec![photo.as_str().into()]))
                    .second(house.lead)
            }
        };
        house.set("2026-03-02 18:00");
        assert_eq!(refused(house.step(job, paper())), [Code::PaperOutside]);
        let outage = step("open", house.chief)
            .set("from", at("2026-03-02 09:10").to_string().as_str())
            .set("until", at("2026-03-02 17:00").to_string().as_str());
        open_record(&house.office, house.company, "outage", None, outage).expect("declared");
        // The pack has no days of rest, so how long paper is let in cannot be worked out (S2.14).
        assert_eq!(refused(house.step(job, paper())), [Code::CalendarMissing]);
        house.verify();
    }
}

/// X26: the last agreement takes the next step in the same transaction.
#[test]
fn x26_the_last_agreement_goes_on_by_itself() {
    for house in House::each() {
        let permit = house.open(
            "permit",
            step("open", house.desk)
                .set("scope", "wall")
                .link("place", house.place),
        );
        house.take(permit, step("apply", house.desk));
        for person in [house.worker, house.lead] {
            let record = house.take(permit, own(BuiltIn::approve("plan"), person));
            assert_eq!(record.state, *"asked");
        }
        let record = house.take(permit, own(BuiltIn::approve("plan"), house.boss));
        assert_eq!((record.state.as_str(), record.version), ("running", 6));
        assert_eq!(house.record(permit), record);
        house.verify();
    }
}

/// S9.4: a merge links, a merge taken back unlinks.
#[test]
fn s9_4_a_merge_links_and_unlinks() {
    for house in House::each() {
        let job = house.job();
        let incident = house.open("incident", step("open", house.desk));
        let which = store::record::Pointing {
            to: incident,
            name: "incident".into(),
            kind: "job".into(),
            since: at("2026-01-01 00:00"),
            most: store::record::MOST_LOOKED_AT,
        };
        let looked = || {
            let (found, looked) = house
                .office
                .store()
                .read(|tx| store::record::last_pointing(tx, house.project, &which, |_| false))
                .expect("reads");
            assert_eq!(found, None);
            looked
        };
        let pointing = || looked().seen.len();
        let before = looked();
        let merge = own(BuiltIn::Merge { into: incident }, house.desk);
        house.take(job, merge.second(house.lead));
        assert_eq!(pointing(), 1);
        // Whoever has looked before the merge is told that it is not so any more.
        let still = |before: &store::record::Looked| {
            house
                .office
                .store()
                .read(|tx| store::record::still_pointing(tx, house.project, &which, before))
                .expect("reads")
        };
        assert_eq!((still(&before), still(&looked())), (false, true));
        house.verify();
        house.take(job, own(BuiltIn::Unmerge, house.desk).second(house.lead));
        assert_eq!(pointing(), 0);
        house.verify();
    }
}

/// An effect opens another record in the same transaction, or nothing happens at all.
#[test]
fn effects_share_their_steps_transaction() {
    for house in House::each() {
        let job = house.job();
        let now = house.clock.now();
        house.take(job, step("take", house.worker));
        house.take(job, step("finish", house.worker).signed(house.lead, now));
        house.take(job, step("check", house.warden).set("satisfied", true));
        house.take(job, step("close", house.warden));
        house.take(job, step("reopen", house.boss));
        let jobs = house.records("job");
        assert_eq!(jobs.len(), 2);
        assert_eq!(jobs[1].doc.links["previous"], job);
        assert_eq!(jobs[1].doc.facts["repeat"], job.to_string().as_str().into());
        house.verify();
    }
}
