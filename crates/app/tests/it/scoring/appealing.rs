//! Appeals.

use super::sealing::sealing;
use super::*;
use app::appeal::{Contested, Decision, decide, file, go_on};
use app::seal::{period, seal, show};
use domain::record::refusal::Code;

fn contested(house: &House, job: RecordId) -> Contested {
    Contested {
        unit: house.project,
        standard: Name::from("taking"),
        window: "2026-03".parse().expect("a period"),
        clause: Name::from("T1"),
        record: job,
        duty: Some((Name::from("take"), 1)),
        statement: "the radio was down".into(),
    }
}

fn excuse(reason: &str) -> Decision {
    Decision {
        excused: true,
        reason: reason.into(),
    }
}

fn warden(house: &House) -> Card {
    card(house, "taking", Some(house.warden), "2026-03")
}

/// S8.5, S4.3: contested by the one who is scored, decided by another; beyond 5% of the clause's cases by the unit above; the evidence shows it.
#[test]
fn s8_5_an_appeal_excuses_a_verdict_with_its_reason() {
    for house in House::each() {
        let (good, late) = one_in_time_and_one_late(&house);
        let me = MemberId::from(house.warden);
        let filed = |who: RecordId, job| file(&house.office, &acting(who), &contested(&house, job));
        // Nothing counts against him there, nor against anybody else in his name.
        assert_eq!(refused(filed(house.warden, good)), [Code::AppealNothing]);
        assert_eq!(refused(filed(house.desk, late)), [Code::AppealNothing]);
        let appeal = filed(house.warden, late).expect("files").record.id;
        let decided = |who: RecordId, decision: &Decision| {
            decide(&house.office, &acting(who), house.project, appeal, decision)
        };
        assert_eq!(
            refused(decided(house.lead, &excuse("  "))),
            [Code::ReasonMissing]
        );
        // One of two cases is more than 5%.
        assert_eq!(
            refused(decided(house.lead, &excuse("it was"))),
            [Code::AppealAbove]
        );
        // Nobody decides on his own, whatever his post.
        let own = decided(house.warden, &excuse("it was"));
        assert_eq!(code(own), "privilege-missing");
        decided(house.chief, &excuse("the log shows it")).expect("excuses");
        let card = warden(&house);
        assert_eq!(clause(&card, "T1").points, points("4"));
        let part = &clause(&card, "T1").parts[0];
        assert_eq!((part.n, part.excused), (1, 1));
        let item = part.evidence.iter().find(|item| item.verdict == "excused");
        let said = &item.expect("an excused one").reason;
        assert!(said.zh.contains("the log shows it"), "{}", said.zh);
        let live = cards(&house, "taking", Some(me.into()), "2026-03", false);
        assert_eq!(clause(&live[0], "T1").points, points("4"));
        house.verify();
    }
}

/// S8.5: within five days of being shown; a sealed card is revised, never to less; one further to the unit above and no more.
#[test]
fn s8_5_an_appeal_has_its_time_and_goes_once_to_the_unit_above() {
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
        let (office, unit) = (&house.office, house.project);
        let others = show(office, &acting(house.desk), unit, card);
        assert_eq!(refused(others), [Code::AppealOwn]);
        show(office, &acting(house.warden), unit, card).expect("shows");
        house.set("2026-04-08 00:00");
        show(office, &acting(house.warden), unit, card).expect("shown again, nothing changes");
        assert_eq!(
            refused(file(
                office,
                &acting(house.warden),
                &contested(&house, late)
            )),
            [Code::AppealTooLate]
        );
        house.set("2026-04-07 23:59");
        let appeal = file(office, &acting(house.warden), &contested(&house, late))
            .expect("files")
            .record
            .id;
        let no = Decision {
            excused: false,
            reason: "the radio worked".into(),
        };
        let decided = |who: RecordId, decision: &Decision| {
            decide(office, &acting(who), unit, appeal, decision)
        };
        // Who sealed the card is of the chain.
        assert_eq!(refused(decided(house.boss, &no)), [Code::AppealInChain]);
        decided(house.lead, &no).expect("decides");
        house.set("2026-04-09 09:00");
        let others = go_on(office, &acting(house.desk), unit, appeal, "no");
        assert_eq!(refused(others), [Code::AppealOwn]);
        go_on(
            office,
            &acting(house.warden),
            unit,
            appeal,
            "ask the operator",
        )
        .expect("goes on");
        assert_eq!(
            refused(decided(house.lead, &excuse("well"))),
            [Code::AppealAbove]
        );
        decided(house.chief, &excuse("the operator confirms")).expect("excuses");
        let march = "2026-03".parse().expect("a period");
        let revised = period(office, &Actor::system(), unit, &Name::from("taking"), march)
            .expect("reads")
            .expect("sealed");
        let mine = revised
            .cards
            .iter()
            .find(|card| card.record == sealed_card(&sealed))
            .expect("his card");
        assert_eq!(mine.card.revision, 2);
        assert_eq!(
            mine.card.total.as_ref().map(|total| total.points).ok(),
            points("6")
        );
        assert_eq!(refused(decided(house.chief, &no)), [Code::AppealInChain]);
        house.verify();
    }
}

fn sealed_card(sealed: &app::seal::SealedPeriod) -> RecordId {
    let card = sealed.cards.iter().find(|card| card.name == "warden");
    card.expect("his card").record
}

/// S8.5: rejected above, it is exhausted.
#[test]
fn s8_5_there_is_no_third_instance() {
    for house in House::each() {
        let (_, late) = one_in_time_and_one_late(&house);
        let (office, unit) = (&house.office, house.project);
        let appeal = file(office, &acting(house.warden), &contested(&house, late))
            .expect("files")
            .record
            .id;
        let no = Decision {
            excused: false,
            reason: "no".into(),
        };
        let decided = |who: RecordId| decide(office, &acting(who), unit, appeal, &no);
        decided(house.boss).expect("decides");
        go_on(office, &acting(house.warden), unit, appeal, "please").expect("goes on");
        decided(house.chief).expect("decides");
        let third = go_on(office, &acting(house.warden), unit, appeal, "please");
        assert_eq!(refused(third), [Code::AppealExhausted]);
        assert_eq!(clause(&warden(&house), "T1").points, points("2"));
        house.verify();
    }
}

/// S8.5: what must not happen is excused as a whole record, by somebody who did not find it.
#[test]
fn s8_5_a_finding_that_is_excused_does_not_count() {
    for house in House::each() {
        house.open(
            "finding",
            step("open", house.boss)
                .set("about", "quarrel")
                .set("whose", house.warden.to_string().as_str()),
        );
        let finding = house.records("finding")[0].id;
        let about = Contested {
            clause: Name::from("T2"),
            duty: None,
            ..contested(&house, finding)
        };
        let (office, unit) = (&house.office, house.project);
        assert_eq!(clause(&warden(&house), "T2").points, points("1"));
        let appeal = file(office, &acting(house.warden), &about)
            .expect("files")
            .record
            .id;
        let yes = excuse("he kept calm, the camera shows it");
        let own = decide(office, &acting(house.boss), unit, appeal, &yes);
        assert_eq!(refused(own), [Code::AppealInChain]);
        decide(office, &acting(house.lead), unit, appeal, &yes).expect("excuses");
        let now = warden(&house);
        assert_eq!(clause(&now, "T2").points, points("2"));
        assert_eq!(clause(&now, "T2").parts[0].excused, 1);
        let live = cards(&house, "taking", Some(house.warden), "2026-03", false);
        assert_eq!(clause(&live[0], "T2").points, points("2"));
        house.verify();
    }
}

/// S9.2: what follows from what a record says is corrected there, not excused.
#[test]
fn s9_2_a_verdict_on_what_a_record_says_is_no_matter_of_appeal() {
    let house = House::each().next().expect("one on SQLite");
    let job = house.job();
    house.take(job, step("take", house.worker));
    let done = step("finish", house.worker).signed(house.lead, house.clock.now());
    house.take(job, done);
    house.take(job, step("check", house.warden).set("satisfied", false));
    let about = Contested {
        standard: Name::from("whole"),
        clause: Name::from("W3"),
        duty: None,
        ..contested(&house, job)
    };
    let filed = file(&house.office, &acting(house.warden), &about);
    assert_eq!(refused(filed), [Code::AppealCorrect]);
}
