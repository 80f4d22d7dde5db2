//! What reaches beyond a record and its unit: ledgers, messages, rhythms, migrations; on every database there is.

use super::house::*;
use app::migrate::touched;
use app::sweep::sweep;
use app::{Actor, Office, pack, verify};
use domain::id::{RecordId, UnitId};
use domain::ledger::Account;
use domain::record::refusal::Code;
use domain::record::{BuiltIn, By, Command, Via};
use domain::value::Value;
use std::thread;
use store::{job, ledger, record};

fn stock(house: &House) -> i64 {
    let account = Account {
        ledger: "stock".into(),
        record: house.place,
    };
    let read = |tx: &mut store::Tx<'_>| ledger::balance(tx, house.project, &account, false);
    house.office.store().read(read).expect("reads")
}

fn deliver(house: &House, count: i64) -> RecordId {
    let open = step("open", house.desk).set("count", count);
    house.open("delivery", open.link("place", house.place))
}

fn loan(house: &House, count: i64) -> RecordId {
    let open = step("open", house.desk).set("count", count);
    house.open("loan", open.link("place", house.place))
}

fn grant(house: &House, loan: RecordId) -> Result<app::Taken, app::Error> {
    house.take(loan, step("ask", house.desk));
    house.take(loan, own(BuiltIn::approve("grant"), house.lead));
    house.step(loan, own(BuiltIn::approve("grant"), house.boss))
}

/// Lines follow the entries that post them; what is not there cannot be taken out; conditions read the balance.
#[test]
fn a_ledger_says_what_its_lines_add_up_to() {
    for house in House::each() {
        let delivery = deliver(&house, 5);
        assert_eq!(stock(&house), 5);
        let lent = loan(&house, 3);
        let record = grant(&house, lent).expect("granted").record;
        assert_eq!((record.state.as_str(), stock(&house)), ("granted", 2));
        assert_eq!(record.doc.data["left"], Value::Int(2));
        let more = loan(&house, 3);
        assert_eq!(refused(grant(&house, more)), [Code::LedgerShort]);
        assert_eq!(stock(&house), 2);
        house.take(lent, step("back", house.desk));
        assert_eq!(stock(&house), 5);
        // S9.2: what was counted wrong posts the difference, and a line stays as it was.
        let correct = |new: i64, old: i64| BuiltIn::Correct {
            seq: 1,
            field: "count".into(),
            old: Value::Int(old),
            new: Value::Int(new),
        };
        house.take(delivery, own(correct(9, 5), house.desk));
        assert_eq!(stock(&house), 9);
        let account = Account {
            ledger: "stock".into(),
            record: house.place,
        };
        let read = |tx: &mut store::Tx<'_>| ledger::lines(tx, house.project, &account);
        let lines = house.office.store().read(read).expect("reads");
        let mut amounts: Vec<i64> = lines.iter().map(|line| line.amount).collect();
        amounts.sort_unstable();
        assert_eq!(amounts, [-3, 3, 4, 5]);
        house.verify();
    }
}

/// Of two who take the last pieces at once, one gets them.
#[test]
fn the_last_pieces_are_lent_once() {
    for house in House::each() {
        deliver(&house, 4);
        let loans: Vec<RecordId> = (0..4).map(|_| loan(&house, 4)).collect();
        for loan in &loans {
            house.take(*loan, step("ask", house.desk));
            house.take(*loan, own(BuiltIn::approve("grant"), house.lead));
        }
        let house = &house;
        let got: usize = thread::scope(|scope| {
            let racers: Vec<_> = loans
                .iter()
                .map(|loan| {
                    scope.spawn(move || {
                        let agree = own(BuiltIn::approve("grant"), house.boss);
                        usize::from(house.step(*loan, agree).is_ok())
                    })
                })
                .collect();
            racers
                .into_iter()
                .map(|racer| racer.join().expect("a racer"))
                .sum()
        });
        assert_eq!((got, stock(house)), (1, 0));
        house.verify();
    }
}

fn of_kind(house: &House, unit: UnitId, kind: &str) -> Vec<domain::record::Record> {
    let mut found = Vec::new();
    let read = house.office.store().read(|tx| {
        record::each_of_kind(tx, Some(unit), Some(&kind.into()), |record| {
            found.push(record);
            Ok(())
        })
    });
    read.expect("reads");
    found
}

/// S9.3: work across units is a message of the sender's, delivered once however often it is tried, and answered by another.
#[test]
fn s9_3_a_message_arrives_once_and_is_answered() {
    for house in House::each() {
        let asked = loan(&house, 7);
        house.take(asked, step("order", house.desk));
        assert!(of_kind(&house, house.company, "order").is_empty());
        let outbox = |office: &Office, unit| office.store().read(|tx| job::waiting(tx, unit));
        let waiting = outbox(&house.office, house.project).expect("reads");
        assert_eq!(waiting.len(), 1);
        // Whoever claimed it first died before he could say so: it is delivered again.
        let now = house.clock.now();
        let lost = house.office.store().write(store::Lane::Bulk, move |tx| {
            job::claim(tx, waiting[0].unit, "message", now, now, 10)
        });
        assert_eq!(lost.expect("claims").len(), 1);
        let both: u64 = thread::scope(|scope| {
            let office = &house.office;
            let sweeps =
                [(), ()].map(|()| scope.spawn(move || sweep(office, now).expect("sweeps")));
            sweeps
                .map(|it| it.join().expect("a sweep").delivered)
                .iter()
                .sum()
        });
        assert!(both >= 1);
        assert_eq!(sweep(&house.office, now).expect("sweeps").delivered, 0);
        let orders = of_kind(&house, house.company, "order");
        assert_eq!(orders.len(), 1);
        assert_eq!(orders[0].doc.data["count"], Value::Int(7));
        assert_eq!(orders[0].doc.data["why"], "A1".into());
        let sender = orders[0].doc.sender.clone().expect("a sender");
        assert_eq!((sender.unit, sender.record), (house.project, asked));
        let answer = step("answer", house.chief).set("answer", "on Friday");
        let answered = step_at(&house.office, house.company, orders[0].id, answer);
        answered.expect("answered");
        assert_eq!(sweep(&house.office, now).expect("sweeps").delivered, 1);
        assert_eq!(house.record(asked).doc.data["reply"], "on Friday".into());
        house.verify();
    }
}

/// What a unit refuses is tried again, later and later, and says why.
#[test]
fn a_message_that_is_refused_is_tried_again() {
    for house in House::each() {
        let asked = loan(&house, 7);
        house.take(asked, step("order", house.desk));
        // A company that orders nothing any more.
        let sources = changed(|path, text| match path {
            "kinds/order.yaml" => text.replace("max: 100}", "max: 5}"),
            _ => text,
        });
        house
            .office
            .activate(&Actor::system(), sources)
            .expect("loads");
        let now = house.clock.now();
        let swept = sweep(&house.office, now).expect("sweeps");
        assert_eq!((swept.delivered, swept.refused.len()), (0, 1), "{swept:?}");
        assert!(swept.refused[0].contains("field-out-of-range"), "{swept:?}");
        let waiting = house
            .office
            .store()
            .read(|tx| job::waiting(tx, house.project));
        let waiting = waiting.expect("reads");
        assert_eq!(waiting[0].run_at, Some(now.plus_micros(60_000_000)));
        assert!(waiting[0].error.is_some());
        house
            .office
            .activate(&Actor::system(), changed(|_, text| text))
            .expect("loads");
        let later = now.plus_micros(61_000_000);
        assert_eq!(sweep(&house.office, later).expect("sweeps").delivered, 1);
        house.verify();
    }
}

/// A rhythm opens what it says for each subject, catches up with the days that nobody swept, and opens nothing twice.
#[test]
fn a_rhythm_is_caught_up_with_and_opens_nothing_twice() {
    for house in House::each() {
        deliver(&house, 6);
        let now = house.clock.now();
        assert_eq!(sweep(&house.office, now).expect("sweeps").opened, 0);
        house.set("2026-05-03 08:00");
        let now = house.clock.now();
        let office = &house.office;
        let opened: u64 = thread::scope(|scope| {
            let both = [(), ()].map(|()| scope.spawn(move || sweep(office, now).expect("sweeps")));
            both.map(|it| it.join().expect("a sweep").opened)
                .iter()
                .sum()
        });
        assert_eq!(opened, 2);
        assert_eq!(sweep(office, now).expect("sweeps").opened, 0);
        let mut census = house.records("census");
        census.sort_by_key(|record| record.opened_at);
        let days: Vec<_> = census.iter().map(|record| record.opened_at).collect();
        assert_eq!(days, [at("2026-04-01 00:00"), at("2026-05-01 00:00")]);
        let first = &census[0];
        assert_eq!(first.doc.data["why"], "monthly".into());
        assert_eq!(first.doc.data["stock"], Value::Int(6));
        assert_eq!(first.doc.links["place"], house.place);
        assert_eq!(first.doc.todo[0].due.at, at("2026-04-07 00:00"));
        house.verify();
    }
}

/// S6.6: a duty that is written with the rounds lives in each place that is used, and a round does it there.
#[test]
fn s6_6_a_round_does_the_duty_of_its_place() {
    for house in House::each() {
        house.take(house.place, Command::new("move-in", By::System));
        let now = house.clock.now();
        assert_eq!(sweep(&house.office, now).expect("sweeps").steps, 1);
        for day in ["2026-03-03 10:00", "2026-03-04 10:00"] {
            house.set(day);
            let round = house.open(
                "round",
                step("open", house.warden).link("place", house.place),
            );
            house.take(round, step("finish", house.warden));
        }
        let place = house.record(house.place);
        assert!(place.doc.todo.is_empty(), "{:?}", place.doc.todo);
        house.verify();
    }
}

/// The small pack with its files changed.
fn changed(change: impl Fn(&str, String) -> String) -> Vec<(String, String)> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../domain/tests/it/records/pack"
    );
    let sources = pack::sources(folder).expect("the small pack");
    let change = |(path, text): (String, String)| (path.clone(), change(&path, text));
    sources.into_iter().map(change).collect()
}

fn renamed() -> Vec<(String, String)> {
    changed(|path, text| match path {
        "pack.yaml" => text.replace("version: 1.0.0", "version: 1.1.0"),
        "kinds/key.yaml" => {
            text.replace(
                "  to: {type: text, max: 20}",
                "  holder: {type: text, max: 20}\n  copies: int",
            )
            .replace("[in, out]", "[in, lent]")
            .replace("to: out,", "to: lent,")
            .replace("from: out,", "from: lent,")
            .replace("form: [to]", "form: [holder]")
                + "migrate:\n  1.1.0: {fields: {to: holder}, states: {out: lent}, defaults: {copies: 1}}\n"
        }
        _ => text,
    })
}

/// A new version with other names: counted beforehand, an entry for each record that it touches, and goes on where it was broken off.
#[test]
fn records_are_migrated_with_an_entry_each() {
    for house in House::each() {
        let keys: Vec<RecordId> = (0..60)
            .map(|_| house.open("key", step("open", house.desk)))
            .collect();
        house.take(keys[0], step("lend", house.desk).set("to", "Ann"));
        let next = pack::check(&renamed()).expect("sound");
        let library = house.office.library().expect("reads");
        let counts: Vec<_> = touched(&house.office, &library, &next)
            .expect("reads")
            .into_iter()
            .map(|it| (it.what, it.records))
            .collect();
        let said = |what: &str, records| (what.to_owned(), records);
        assert_eq!(
            counts,
            [
                said("default copies", 60),
                said("field to → holder", 1),
                said("state out → lent", 1)
            ]
        );
        house
            .office
            .activate(&Actor::system(), renamed())
            .expect("loads");
        let lent = house.record(keys[0]);
        assert_eq!((lent.state.as_str(), lent.version), ("lent", 3));
        assert_eq!(lent.doc.data["holder"], "Ann".into());
        assert_eq!(lent.doc.data.get("to"), None);
        assert!(
            keys.iter()
                .all(|key| house.record(*key).doc.data["copies"] == Value::Int(1))
        );
        assert_eq!(
            sweep(&house.office, house.clock.now())
                .expect("sweeps")
                .migrated,
            0
        );
        house.take(keys[0], step("back", house.desk));
        house.verify();
    }
}

/// A new version that cannot read what a record holds is refused with what it would lose, counted; the old one stays active.
#[test]
fn a_version_that_forgets_what_records_hold_is_refused() {
    for house in House::each() {
        let key = house.open("key", step("open", house.desk));
        house.take(key, step("lend", house.desk).set("to", "Ann"));
        let mut sources = renamed();
        for (path, text) in &mut sources {
            if path == "kinds/key.yaml" {
                text.truncate(text.find("migrate:").expect("a migration"));
            }
        }
        let before = house.office.library().expect("reads");
        let refused = house.office.activate(&Actor::system(), sources);
        let Err(app::Error::Orphans(lost)) = refused else {
            panic!("{refused:?}");
        };
        let said: String = lost.iter().map(|loss| format!("{}\n", loss.en)).collect();
        assert_eq!(lost.len(), 2, "{said}");
        assert!(said.contains("1 records of key are in state out"), "{said}");
        assert!(
            said.contains("1 records of key have to filled in"),
            "{said}"
        );
        let after = house.office.library().expect("reads");
        assert_eq!(after.all().count(), before.all().count());
    }
}

/// A rule that no two are the same comes into force only where none are; then it holds for those that were there before it.
#[test]
fn a_version_by_which_records_are_the_same_is_refused() {
    for house in House::each() {
        let named = |to: &str| {
            let key = house.open("key", step("open", house.desk));
            house.take(key, step("lend", house.desk).set("to", to));
            key
        };
        let (_, second) = (named("Ann"), named("Ann"));
        let unique = || {
            changed(|path, text| match path {
                "pack.yaml" => text.replace("version: 1.0.0", "version: 1.1.0"),
                "kinds/key.yaml" => text.replace("states:", "unique: [to]\nstates:"),
                _ => text,
            })
        };
        let refused = house.office.activate(&Actor::system(), unique());
        let Err(app::Error::Orphans(twice)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(twice.len(), 1);
        assert!(
            twice[0]
                .en
                .starts_with("no two open `key` may have the same to (Ann), but"),
            "{}",
            twice[0].en
        );
        house.take(second, step("back", house.desk));
        house.take(second, step("lend", house.desk).set("to", "Bob"));
        house
            .office
            .activate(&Actor::system(), unique())
            .expect("loads");
        house.verify();
        let third = house.open("key", step("open", house.desk));
        let lent = house.step(third, step("lend", house.desk).set("to", "Bob"));
        assert_eq!(code(lent), "value-taken");
        // And without the rule nothing is claimed any more.
        let without = changed(|path, text| match path {
            "pack.yaml" => text.replace("version: 1.0.0", "version: 1.2.0"),
            _ => text,
        });
        house
            .office
            .activate(&Actor::system(), without)
            .expect("loads");
        house.take(third, step("lend", house.desk).set("to", "Bob"));
        house.verify();
    }
}

/// A record that is touched before its batch comes is migrated with its step, and the caller's version is the one he saw.
#[test]
fn a_step_does_not_wait_for_the_migration() {
    for house in House::each() {
        let key = house.open("key", step("open", house.desk));
        let lent = house.take(key, step("lend", house.desk).set("to", "Ann"));
        let broken = house.office.store().write(store::Lane::Bulk, |tx| {
            let rules = renamed();
            let stored = store::pack::Stored {
                number: domain::record::PackVersion(2),
                name: "small".into(),
                version: "1.1.0".into(),
                digest: [7; 32],
                sources: rules,
            };
            store::pack::activate(tx, &stored, at("2026-03-02 09:00"))?;
            store::schedule::begin_migration(tx, stored.number, "1.0.0")?;
            for unit in store::unit::list(tx)? {
                store::unit::touch_config(tx, unit.id)?;
            }
            Ok::<_, store::Error>(())
        });
        broken.expect("activates");
        let back = Command {
            version: Some(lent.version),
            ..step("back", house.desk)
        };
        let record = house.take(key, back);
        assert_eq!((record.state.as_str(), record.version), ("in", 4));
        assert_eq!(record.doc.data["holder"], "Ann".into());
        assert_eq!(
            sweep(&house.office, house.clock.now())
                .expect("sweeps")
                .migrated,
            1
        );
        let report = verify::verify(&house.office, &Actor::system(), house.clock.now(), |_| {})
            .expect("reads");
        assert!(report.ok, "{:#?}", report.faults);
    }
}

/// S6.6: a pack with another rhythm reaches the records that are there already.
#[test]
fn s6_6_a_new_rhythm_reaches_old_records() {
    for house in House::each() {
        let activate = |condition: &str| {
            let sources = changed(|path, text| match path {
                "kinds/permit.yaml" => text.replace(
                    "while: \"state == 'running'\"",
                    &format!("while: \"{condition}\""),
                ),
                _ => text,
            });
            let activated = house.office.activate(&Actor::system(), sources);
            activated.expect("loads");
        };
        activate("state == 'incomplete'");
        let opening = step("open", house.desk).set("scope", "wall");
        let permit = house.open("permit", opening.link("place", house.place));
        house.take(permit, step("apply", house.desk));
        for person in [house.worker, house.lead, house.boss] {
            house.take(permit, own(BuiltIn::approve("plan"), person));
        }
        house.set("2026-03-18 09:00");
        let sweep = || sweep(&house.office, house.clock.now()).expect("sweeps");
        assert_eq!(sweep().steps, 0);
        activate("state == 'running' || state == 'incomplete'");
        assert_eq!(sweep().steps, 3);
        assert_eq!(sweep().steps, 0);
        house.verify();
    }
}

/// Defaults go by the unit (`by: {project.level: …}`), and reach due times.
#[test]
fn a_default_by_the_units_level_reaches_due_times() {
    for house in House::each() {
        let sources = changed(|path, text| match path {
            "pack.yaml" => text.replace(
                "default: PT30M, bounds: [PT1M, PT4H]",
                "default: PT30M, bounds: [PT1M, PT4H], by: {project.level: {5: PT15M}}",
            ),
            _ => text,
        });
        house
            .office
            .activate(&Actor::system(), sources)
            .expect("loads");
        let unit = app::unit::NewUnit {
            level: domain::unit::Level::Project,
            parent: Some(house.company),
            code: "P5".into(),
            name: "P5".into(),
            zone: domain::time::Zone::shanghai(),
            attributes: domain::unit::Attributes {
                level: Some(5),
                ..Default::default()
            },
        };
        let best = house
            .office
            .add_unit(&Actor::system(), unit)
            .expect("a unit")
            .id;
        let due = |unit, place| {
            let open = Command::new("open", By::System).set("what", "tap");
            let taken = open_record(&house.office, unit, "job", None, open.link("place", place));
            let todo = taken.expect("opened").record.doc.todo;
            let take = todo.iter().find(|todo| todo.name == *"take");
            take.map(|todo| todo.due.at).expect("a duty")
        };
        let place = Command::new("open", By::System).set("code", "B1");
        let place = open_record(&house.office, best, "place", None, place);
        let place = place.expect("a place").record.id;
        assert_eq!(due(house.project, house.place), at("2026-03-02 09:30"));
        assert_eq!(due(best, place), at("2026-03-02 09:15"));
        house.verify();
    }
}

/// S4.7, S8.4: what is for a unit above is declared there, whoever types it.
#[test]
fn s4_7_an_outage_is_declared_one_level_up() {
    for house in House::each() {
        let outage = |who: RecordId| {
            step("open", who)
                .set("from", at("2026-03-02 08:00").to_string().as_str())
                .set("until", at("2026-03-02 08:30").to_string().as_str())
        };
        let declare = |command| open_record(&house.office, house.project, "outage", None, command);
        assert_eq!(refused(declare(outage(house.boss))), [Code::OutageOwn]);
        let typed = Command {
            recorded_by: Some(domain::id::MemberId::from(house.boss)),
            via: Via::OnBehalf,
            ..outage(house.chief)
        };
        assert_eq!(refused(declare(typed)), [Code::OutageOwn]);
        declare(outage(house.chief)).expect("declared");
        house.verify();
    }
}
