//! Records that go on in another unit.

use super::*;
use app::transfer::{deliver, transfer};
use app::unit::NewUnit;
use domain::record::refusal::Code;
use domain::time::Zone;
use domain::unit::{Attributes, Level};
use store::{duty, record};

/// S9.3: one entry closes it here and another opens it there, with times, duties and a link both ways; no transaction spans the two.
#[test]
fn s9_3_a_record_goes_on_in_another_unit() {
    for house in House::each() {
        let office = &house.office;
        let south = office
            .add_unit(
                &Actor::system(),
                NewUnit {
                    level: Level::Project,
                    parent: Some(house.company),
                    code: "P2".into(),
                    name: "P2".into(),
                    zone: Zone::shanghai(),
                    attributes: Attributes::default(),
                },
            )
            .expect("a unit")
            .id;
        let job = house.job();
        let before = house.record(job);
        house.set("2026-03-02 09:10");
        let boss = acting(house.boss);
        let here = (house.project, job);
        let same = transfer(office, &boss, here, house.project, "wrong project");
        assert_eq!(refused(same), [Code::TransferSame]);
        assert_eq!(
            refused(transfer(office, &boss, here, south, " ")),
            [Code::ReasonMissing]
        );
        transfer(office, &boss, here, south, "wrong project").expect("goes on");
        let closed = house.record(job);
        let there = closed.doc.moved_to.expect("a place");
        assert!(closed.closed_at.is_some() && closed.doc.todo.is_empty());
        assert_eq!(
            refused(house.step(job, step("take", house.worker))),
            [Code::RecordMoved]
        );
        let read = || {
            office
                .store()
                .read(|tx| record::get(tx, south, there.record))
                .expect("there")
        };
        let arrived = read();
        assert_eq!(
            arrived.doc.moved_from.map(|from| (from.unit, from.record)),
            Some((house.project, job))
        );
        assert_eq!(
            (arrived.opened_at, &arrived.state, &arrived.doc.times),
            (before.opened_at, &before.state, &before.doc.times)
        );
        // The place is of the other project and stays behind; members and what a unit above registers go along.
        assert!(arrived.doc.links.is_empty());
        let dues = |record: &domain::record::Record| -> Vec<_> {
            let todo = record.doc.todo.iter();
            todo.map(|todo| (todo.name.clone(), todo.start, todo.due))
                .collect()
        };
        assert_eq!(dues(&arrived), dues(&before));
        // Delivered once, however often.
        assert_eq!(
            deliver(office, house.project, house.clock.now()).expect("delivers"),
            0
        );
        assert_eq!(read(), arrived);
        // Decided there, late by the first due time.
        let command = domain::record::Command::new("open", domain::record::By::System)
            .set("name", "south")
            .set("login", "south");
        let worker = open_record(office, south, "member", None, command)
            .expect("a member")
            .record
            .id;
        appoint(office, south, worker, "worker", None);
        house.set("2026-03-02 09:20");
        step_at(office, south, there.record, step("take", worker)).expect("takes");
        let mut rows = Vec::new();
        let filter = duty::Filter {
            unit: Some(south),
            ..duty::Filter::default()
        };
        office
            .store()
            .read(|tx| {
                duty::each(tx, &filter, |row| {
                    rows.push((row.decided.name.to_string(), row.decided.due));
                    Ok(())
                })
            })
            .expect("reads");
        assert!(
            rows.iter()
                .any(|(name, due)| name == "take" && due.at == at("2026-03-02 09:30")),
            "{rows:?}"
        );
        house.verify();
    }
}
