//! What was changed behind the program's back is found, and where.

use super::house::*;
use app::{Actor, verify};
use domain::record::BuiltIn;
use domain::value::Value;
use store::Lane;

/// (what somebody with the database in his hands does, how many rows that changes, what `verify` says of it)
const CHANGES: [(&str, &str); 12] = [
    (
        "update entry set doc = replace(doc, 'tap', 'tub') where step = 'open' and doc like '%tap%'",
        "entry 1 does not carry the hash",
    ),
    (
        "update entry set hash = (select hash from entry where step = 'take') where step = 'open' and doc like '%tap%'",
        "entry 1 does not carry the hash",
    ),
    (
        "delete from entry where step = 'take'",
        "the row is not what the journal makes of it",
    ),
    (
        "delete from entry where step = 'take' or (step = 'open' and doc like '%tap%')",
        "the record has no journal",
    ),
    (
        "update record set state = 'closed' where kind = 'job'",
        "the row is not what the journal makes of it",
    ),
    (
        "update record set doc = replace(doc, 'tap', 'tub') where kind = 'job'",
        "the row is not what the journal makes of it",
    ),
    (
        "update duty set doc = replace(doc, '\"missed\"', '\"met\"') where name = 'take'",
        "is not what the journal decides",
    ),
    (
        "delete from duty where name = 'take'",
        "duty take/1 is missing",
    ),
    (
        "update duty set doc = replace(doc, '\"take\"', '\"tidy\"') where name = 'take'",
        "duty tidy/1 is in no journal",
    ),
    (
        "insert into duty (unit_id, record_id, name, occurrence, kind, holder, outcome, started_at, due, done_at, period_on, doc) \
         select unit_id, record_id, name, 7, kind, holder, outcome, started_at, due, done_at, period_on, doc from duty where name = 'take'",
        "the duties say",
    ),
    (
        "update tally set met = met + 1, late = 0",
        "the journals say",
    ),
    (
        "update record set claim = 'another' where kind = 'card'",
        "its row claims what the record does not",
    ),
];

#[test]
fn what_was_changed_without_an_entry_is_found() {
    for (change, said) in CHANGES {
        for house in House::each() {
            house.set("2026-03-02 09:00");
            let job = house.job();
            house.open("card", step("open", house.desk).set("code", "A-1"));
            house.set("2026-03-02 10:00");
            house.take(job, step("take", house.worker));
            house.verify();
            let changed = house
                .office
                .store()
                .write(Lane::Bulk, move |tx| tx.run(change, &[]));
            assert!(changed.unwrap() > 0, "{change}");
            let now = house.clock.now();
            let report = verify::verify(&house.office, &Actor::system(), now, |_| {}).unwrap();
            assert!(!report.ok);
            let found = report.faults.iter().any(|fault| fault.contains(said));
            assert!(found, "{change}: {:#?}", report.faults);
        }
    }
}

/// It is read page by page: neither journals longer than a page nor what lies between two pages is left out.
#[test]
fn journals_of_every_length_are_replayed() {
    for house in House::each() {
        let jobs: Vec<_> = (0..60).map(|_| house.job()).collect();
        let mut what = "tap".to_owned();
        for turn in 0..300 {
            let new = format!("tap {turn}");
            let change = BuiltIn::Correct {
                seq: 1,
                field: "what".into(),
                old: Value::Text(std::mem::replace(&mut what, new.clone())),
                new: Value::Text(new),
            };
            let mut command = own(change, house.boss).second(house.lead);
            command.reason = Some("misheard".into());
            house.take(jobs[30], command);
        }
        let now = house.clock.now();
        let report = verify::verify(&house.office, &Actor::system(), now, |_| {}).unwrap();
        assert!(report.ok, "{:#?}", report.faults);
        let (mut records, mut entries) = (0, 0);
        house
            .office
            .read(|tx| {
                for unit in [house.company, house.project] {
                    store::record::each_of_kind(tx, Some(unit), None, |_| {
                        records += 1;
                        Ok(())
                    })?;
                    store::entry::each(tx, unit, |_| {
                        entries += 1;
                        Ok(())
                    })?;
                }
                Ok::<_, store::Error>(())
            })
            .unwrap();
        assert_eq!((report.records, report.entries), (records, entries));
        assert!(entries > 360, "{entries}");
    }
}
