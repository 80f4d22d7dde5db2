//! Sealed periods.

use super::*;
use app::seal::{Sealing, decide, period, propose, seal, shown};
use app::verify;
use domain::record::refusal::Code;
use domain::record::{BuiltIn, Command};
use domain::time::Moment;

pub(super) fn sealing(house: &House) -> Sealing {
    Sealing {
        unit: house.project,
        standard: Name::from("taking"),
        window: "2026-03".parse().expect("a period"),
        device_holds_entries: false,
    }
}

fn of_warden(house: &House) -> app::seal::Shown {
    let asked = Asked {
        standard: Name::from("taking"),
        window: "2026-03".parse().expect("a period"),
        unit: Some(house.project),
        holder: Some(MemberId::from(house.warden).into()),
        as_of: house.clock.now(),
        explain: true,
    };
    shown(&house.office, &Actor::system(), &asked)
        .expect("cards")
        .remove(0)
}

/// With a second person, the late job was taken in time after all (S9.2).
fn put_right(house: &House, job: RecordId) {
    let new = Moment::At(at("2026-03-02 09:20"));
    let change = BuiltIn::CorrectTime {
        seq: 2,
        old: new,
        new,
    };
    house.take(job, own(change, house.boss).second(house.lead));
}

/// S8.3: a period is sealed once nothing can change it, once, by its own use-case, with figures, versions and the root of the journal.
#[test]
fn s8_3_a_period_is_sealed_once_and_keeps_what_it_rests_on() {
    for house in House::each() {
        one_in_time_and_one_late(&house);
        let boss = acting(house.boss);
        let sealing = sealing(&house);
        house.set("2026-03-31 23:59");
        let early = seal(&house.office, &boss, &sealing);
        assert_eq!(refused(early), [Code::SealTooEarly]);
        house.set("2026-04-02 09:00");
        let device = Sealing {
            device_holds_entries: true,
            ..sealing.clone()
        };
        assert_eq!(
            refused(seal(&house.office, &boss, &device)),
            [Code::SealTooEarly]
        );
        let desk = seal(&house.office, &acting(house.desk), &sealing);
        assert_eq!(
            desk.err().map(|error| error.code()),
            Some("privilege-missing")
        );
        let sealed = seal(&house.office, &boss, &sealing).expect("seals");
        assert_eq!(sealed.cards.len(), 6);
        let warden = sealed
            .cards
            .iter()
            .find(|card| card.name == "warden")
            .expect("his card");
        let kept = &warden.card;
        assert_eq!(
            (
                kept.revision,
                kept.standard_version,
                kept.pack_version.as_str()
            ),
            (1, 1, "1.0.0")
        );
        assert_eq!(
            kept.total.as_ref().map(|total| total.points).ok(),
            points("4")
        );
        assert_eq!(kept.clauses[0].counts.n(), 2);
        assert_eq!(kept.parameters[&Name::from("job.take")], "PT30M");
        assert!(kept.evidence.is_some());
        let root = app::seal::root_of(&sealed.roots);
        assert!(root.is_some(), "{:?}", sealed.roots);
        assert_eq!(
            refused(seal(&house.office, &boss, &sealing)),
            [Code::SealedAlready]
        );
        // Nobody writes one by hand.
        let forged = step("open", house.boss)
            .set("subject", house.warden.to_string().as_str())
            .set("sealed", "{}")
            .link("seal", sealed.seal);
        let forged = open_record(&house.office, house.project, "scorecard", None, forged);
        assert_eq!(refused(forged), [Code::UseCaseOnly]);
        let report = verify::verify(&house.office, &Actor::system(), house.clock.now(), |_| {})
            .expect("reads");
        assert_eq!((report.ok, report.seals), (true, 1), "{:#?}", report.faults);
    }
}

/// S8.3: late evidence leaves the sealed card as it is, is shown beside it, and proposes a revision that somebody outside the chain agrees to.
#[test]
fn s8_3_late_evidence_proposes_a_revision() {
    for house in House::each() {
        let (_, late) = one_in_time_and_one_late(&house);
        house.set("2026-04-02 09:00");
        let sealed = seal(&house.office, &acting(house.boss), &sealing(&house)).expect("seals");
        let card = sealed
            .cards
            .iter()
            .find(|card| card.name == "warden")
            .expect("his card")
            .record;
        let unchanged = propose(
            &house.office,
            &acting(house.lead),
            house.project,
            card,
            "look again",
        );
        assert_eq!(refused(unchanged), [Code::NothingChanged]);
        put_right(&house, late);
        let now = of_warden(&house);
        assert_eq!((now.status, now.card.total), ("sealed", points("4")));
        let differs: Vec<_> = now
            .differs
            .iter()
            .map(|one| (one.clause.as_ref().map(Name::as_str), one.sealed, one.today))
            .collect();
        assert_eq!(
            differs,
            [
                (Some("T1"), points("2"), points("4")),
                (None, points("4"), points("6"))
            ]
        );
        propose(
            &house.office,
            &acting(house.lead),
            house.project,
            card,
            "the time was corrected",
        )
        .expect("proposes");
        let decided = |who| {
            decide(
                &house.office,
                &acting(who),
                house.project,
                card,
                true,
                "it is so",
            )
        };
        assert_eq!(refused(decided(house.boss)), [Code::AppealInChain]);
        assert_eq!(refused(decided(house.lead)), [Code::AppealInChain]);
        decided(house.chief).expect("agrees");
        let now = of_warden(&house);
        assert_eq!((now.card.total, now.differs.len()), (points("6"), 0));
        let revised = now.sealed.expect("a card").card;
        assert_eq!(revised.revision, 2);
        // What was sealed first stays in the journal.
        let first = house.record(card);
        assert_eq!(first.version, 3);
        house.verify();
    }
}

/// S8.3: a finding counts in the period of the act, or if that is sealed in the one in which it was given.
#[test]
fn s8_3_a_finding_of_a_sealed_period_counts_when_it_was_given() {
    for house in House::each() {
        let finding = || {
            step("open", house.boss)
                .set("about", "quarrel")
                .set("whose", house.warden.to_string().as_str())
                .occurred("2026-03-20 10:00")
        };
        house.set("2026-04-02 08:00");
        house.open("finding", finding());
        let found = |period| {
            let live = cards(&house, "taking", Some(house.warden), period, false);
            let explained = card(&house, "taking", Some(house.warden), period);
            assert_eq!(
                clause(&live[0], "T2").points,
                clause(&explained, "T2").points
            );
            clause(&explained, "T2").parts[0].v
        };
        assert_eq!((found("2026-03"), found("2026-04")), (1, 0));
        house.set("2026-04-02 09:00");
        seal(&house.office, &acting(house.boss), &sealing(&house)).expect("seals");
        house.set("2026-04-03 09:00");
        house.open("finding", finding());
        assert_eq!((found("2026-03"), found("2026-04")), (1, 1));
        assert!(of_warden(&house).differs.is_empty());
        house.verify();
    }
}

/// S8.3: whoever changes the journal afterwards is found out by the root.
#[test]
fn s8_3_a_changed_history_does_not_have_the_root_that_was_sealed() {
    for house in House::each() {
        one_in_time_and_one_late(&house);
        house.set("2026-04-02 09:00");
        seal(&house.office, &acting(house.boss), &sealing(&house)).expect("seals");
        let unit = house.project;
        house
            .office
            .store()
            .write(store::Lane::Bulk, move |tx| {
                tx.run(
                    "update entry set recorded_at = recorded_at + 9000000000000 where unit_id = ?1 and seq = 2 and step = 'take'",
                    &[&unit],
                )
            })
            .expect("writes");
        let report = verify::verify(&house.office, &Actor::system(), house.clock.now(), |_| {})
            .expect("reads");
        assert!(
            report.faults.iter().any(|fault| fault.contains("root")),
            "{:#?}",
            report.faults
        );
    }
}

/// A sealed period can be read by who may see it, and is not there before.
#[test]
fn an_unsealed_period_is_live() {
    let house = House::each().next().expect("one on SQLite");
    one_in_time_and_one_late(&house);
    let march = "2026-03".parse().expect("a period");
    let standard = Name::from("taking");
    assert!(
        period(
            &house.office,
            &Actor::system(),
            house.project,
            &standard,
            march
        )
        .expect("reads")
        .is_none()
    );
    assert_eq!(of_warden(&house).status, "live");
    let of_a_job = propose(
        &house.office,
        &acting(house.boss),
        house.project,
        house.job(),
        "why",
    );
    assert_eq!(refused(of_a_job), [Code::NotSealed]);
    let unknown = Command::new("propose", by(house.boss));
    assert_eq!(
        refused(house.step(house.job(), unknown)),
        [Code::StepUnknown]
    );
}
