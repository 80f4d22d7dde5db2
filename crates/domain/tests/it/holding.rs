//! S5: holder, credit, charge. S9.3: transfers.

use crate::choosing::{DESK, NOON, chosen, leave, roster};
use crate::given::{at, days, ends_with, member, office, paused, team, until, zone};
use domain::clock::{Due, Rule};
use domain::holder::{
    Answering, Charge, Charged, Credit, Fair, Held, Holder, HolderRule, charge, credit, fair_due,
    fair_span, verdicts,
};
use domain::id::{MemberId, RecordId, UnitId, Uuid};
use domain::name::Name;
use domain::outcome::{Outcome, Story};
use domain::record::{BuiltIn, Doc, Hash, PackVersion, Place, Record, Todo};
use domain::time::Instant;
use domain::transfer::transfer;

/// S5.2
#[test]
fn s5_2_several_of_a_post_are_a_pool() {
    let pool = Holder::Pool {
        post: Name::from(DESK),
    };
    assert_eq!(
        chosen(&[HolderRule::Post(Name::from(DESK))], &roster(), NOON, "g1").0,
        pool
    );
    let held = [hold(pool, "2026-03-02 14:00")];
    // Whoever acts takes it; if nobody does, the unit is charged.
    assert_eq!(
        credit(
            &Credit::Holder,
            &held,
            at("2026-03-02 14:03"),
            Some(member(4)),
            &[]
        ),
        [Charged::Member(member(4))]
    );
    assert_eq!(
        charged(&held, until("2026-03-02 14:05"), &[], &[]),
        Charged::Unit
    );
}

fn hold(holder: Holder, from: &str) -> Held {
    Held {
        holder,
        from: at(from),
    }
}

fn by(who: u128, from: &str) -> Held {
    hold(Holder::Member(member(who)), from)
}

fn charged(
    held: &[Held],
    due: Due,
    pauses: &[domain::clock::Paused],
    absences: &[(MemberId, Instant, Instant)],
) -> Charged {
    charge(
        &Charge::Longest,
        held,
        held[0].from,
        due,
        pauses,
        absences,
        None,
    )
}

/// S5.3
#[test]
fn s5_3_done_is_credited_to_the_holder_then() {
    let held = [by(1, "2026-03-02 09:00"), by(2, "2026-03-02 12:00")];
    let each = [member(5), member(6)];
    let to = |rule: &Credit, now| credit(rule, &held, at(now), Some(member(7)), &each);
    assert_eq!(
        to(&Credit::Holder, "2026-03-02 11:59"),
        [Charged::Member(member(1))]
    );
    assert_eq!(
        to(&Credit::Holder, "2026-03-02 12:00"),
        [Charged::Member(member(2))]
    );
    assert_eq!(
        to(&Credit::Doer, "2026-03-02 12:00"),
        [Charged::Member(member(7))]
    );
    assert_eq!(
        to(&Credit::Each(Name::from("crew")), "2026-03-02 12:00"),
        each.map(Charged::Member)
    );
}

/// S5.3
#[test]
fn s5_3_missed_is_charged_to_who_held_it_longest() {
    let due = until("2026-03-04 00:00");
    let split = |at| [by(1, "2026-03-02 00:00"), by(2, at)];
    assert_eq!(
        charged(&split("2026-03-03 00:01"), due, &[], &[]),
        Charged::Member(member(1))
    );
    assert_eq!(
        charged(&split("2026-03-03 00:00"), due, &[], &[]),
        Charged::Member(member(2))
    );
    // Parts of one holder are added.
    let back = [
        by(1, "2026-03-02 00:00"),
        by(2, "2026-03-02 16:00"),
        by(1, "2026-03-03 14:00"),
    ];
    assert_eq!(charged(&back, due, &[], &[]), Charged::Member(member(1)));
    // Pauses are left out.
    let pause = [paused("2026-03-02 00:00", "2026-03-02 12:00")];
    assert_eq!(
        charged(&split("2026-03-03 00:01"), due, &pause, &[]),
        Charged::Member(member(2))
    );
    // A hand-over after the due time moves nothing.
    assert_eq!(
        charged(&split("2026-03-05 00:00"), due, &[], &[]),
        Charged::Member(member(1))
    );
    let teams = [
        hold(Holder::Team(team()), "2026-03-02 00:00"),
        by(2, "2026-03-03 12:00"),
    ];
    assert_eq!(charged(&teams, due, &[], &[]), Charged::Team(team()));
}

/// S5.1: nobody is charged for a time in which he was absent.
#[test]
fn s5_1_absences_are_not_charged() {
    let due = until("2026-03-04 00:00");
    let held = [by(1, "2026-03-02 00:00"), by(2, "2026-03-03 12:00")];
    let away = [(member(1), at("2026-03-02 00:00"), at("2026-03-03 02:00"))];
    assert_eq!(charged(&held, due, &[], &away), Charged::Member(member(2)));
    let all_along = [(member(1), at("2026-03-01 00:00"), at("2026-03-09 00:00"))];
    assert_eq!(charged(&held[..1], due, &[], &all_along), Charged::Unit);
    let mut roster = roster();
    roster.leaves = vec![leave(1, None)];
    let absences = roster.absences(member(1), at("2026-03-02 00:00"), at("2026-03-20 00:00"));
    assert_eq!(absences, [(at("2026-03-02 00:00"), at("2026-03-08 00:00"))]);
}

/// S5.3
#[test]
fn s5_3_other_charges_look_elsewhere() {
    let held = [by(1, "2026-03-02 00:00"), by(2, "2026-03-03 23:00")];
    let due = ends_with("2026-03-03");
    let to = |rule: Charge| {
        charge(
            &rule,
            &held,
            held[0].from,
            due,
            &[],
            &[],
            Some(Charged::Team(team())),
        )
    };
    assert_eq!(to(Charge::HolderAtDue), Charged::Member(member(2)));
    assert_eq!(to(Charge::Unit), Charged::Unit);
    assert_eq!(
        to(Charge::Responsible(Name::from("responsible"))),
        Charged::Team(team())
    );
}

fn fair<'a>(
    start: &str,
    due: Due,
    calendars: &'a (domain::calendar::SpecialDays, domain::time::Zone),
) -> Fair<'a> {
    Fair {
        start: at(start),
        due,
        fair: None,
        hours: None,
        days: &calendars.0,
        zone: &calendars.1,
        pauses: &[],
    }
}

/// S5.4
#[test]
fn s5_4_less_than_a_quarter_left_gives_a_quarter() {
    let calendars = (days(), zone());
    let due = until("2026-03-10 17:00");
    let fair = fair("2026-03-10 09:00", due, &calendars);
    let own = |reached| fair_due(&fair, due, at(reached)).unwrap();
    assert_eq!(own("2026-03-10 15:00"), None);
    assert_eq!(
        own("2026-03-10 15:00:00.000001"),
        Some(until("2026-03-10 17:00:00.000001"))
    );
    assert_eq!(own("2026-03-10 16:00"), Some(until("2026-03-10 18:00")));
    let hour = Fair {
        fair: Some("PT1H".parse().unwrap()),
        ..fair
    };
    assert_eq!(fair_due(&hour, due, at("2026-03-10 16:00")), Ok(None));
    assert_eq!(
        fair_due(&hour, due, at("2026-03-10 16:30")),
        Ok(Some(until("2026-03-10 17:30")))
    );
}

/// S5.4: of clocks of hours the duration, of clocks of days the elapsed time, at most a workday.
#[test]
fn s5_4_the_fair_time_is_at_most_a_workday() {
    let calendars = (days(), zone());
    let reached = at("2026-03-03 10:00");
    let span = |start, due| {
        fair_span(&fair(start, due, &calendars), reached)
            .unwrap()
            .to_string()
    };
    assert_eq!(span("2026-03-02 12:00", ends_with("2026-03-03")), "PT9H");
    assert_eq!(span("2026-03-02 12:00", ends_with("2026-03-20")), "PT24H");
    let office = office();
    let open = |start, due| {
        let fair = Fair {
            hours: Some(&office),
            ..fair(start, due, &calendars)
        };
        fair_span(&fair, reached).unwrap().to_string()
    };
    assert_eq!(open("2026-03-02 12:00", ends_with("2026-03-20")), "PT7H30M");
    // 8 h of opening time; the night between does not count.
    assert_eq!(open("2026-03-02 14:00", until("2026-03-03 14:30")), "PT2H");
    // A pause is not part of the duration.
    let pause = [paused("2026-03-02 13:00", "2026-03-02 17:00")];
    let paused_fair = Fair {
        pauses: &pause,
        ..fair("2026-03-02 12:00", until("2026-03-02 20:00"), &calendars)
    };
    assert_eq!(
        fair_span(&paused_fair, reached).unwrap().to_string(),
        "PT1H"
    );
}

/// S5.4: the original due time is judged for those before him, his own for him; the unit counts the duty once.
#[test]
fn s5_4_each_is_judged_by_his_own_due_time() {
    let calendars = (days(), zone());
    let due = until("2026-03-10 17:00");
    let fair = fair("2026-03-10 09:00", due, &calendars);
    let verdicts_of = |handed: &str, done: Option<&str>| -> Vec<(Charged, Due, Outcome)> {
        let held = [by(1, "2026-03-10 09:00"), by(2, handed)];
        let done: Vec<Instant> = done.into_iter().map(at).collect();
        let answering = Answering {
            held: &held,
            credit: &Credit::Holder,
            charge: &Charge::Longest,
            doer: None,
            each: &[],
            responsible: None,
            absences: &[],
        };
        let story = Story {
            done: &done,
            ..Story::untouched(due)
        };
        let verdicts = verdicts(&fair, &answering, &story, at("2026-03-11 00:00")).unwrap();
        verdicts
            .into_iter()
            .map(|verdict| (verdict.party, verdict.due, verdict.outcome))
            .collect()
    };
    let (one, two) = (Charged::Member(member(1)), Charged::Member(member(2)));
    let own = until("2026-03-10 18:00");
    assert_eq!(
        verdicts_of("2026-03-10 16:00", Some("2026-03-10 17:40")),
        [(one, due, Outcome::Missed), (two, own, Outcome::Met)]
    );
    assert_eq!(
        verdicts_of("2026-03-10 16:00", Some("2026-03-10 16:40")),
        [(two, due, Outcome::Met)]
    );
    assert_eq!(
        verdicts_of("2026-03-10 16:00", None),
        [(one, due, Outcome::Missed), (two, own, Outcome::Missed)]
    );
    assert_eq!(
        verdicts_of("2026-03-10 15:00", Some("2026-03-10 17:40")),
        [(one, due, Outcome::Missed)]
    );
    // Done before it was handed over: the later holder has no part in it.
    assert_eq!(
        verdicts_of("2026-03-10 18:00", Some("2026-03-10 17:40")),
        [(one, due, Outcome::Missed)]
    );
}

/// S5.5: two duties, each judged by its own clock and its own proof; what one side missed is nothing of the other's.
#[test]
fn s5_5_sending_and_accepting_are_two_duties() {
    let (desk, crew) = (Charged::Unit, Charged::Team(team()));
    let send = charge(
        &Charge::Longest,
        &[hold(Holder::Unit, "2026-03-11 10:00")],
        at("2026-03-11 10:00"),
        until("2026-03-11 10:05"),
        &[],
        &[],
        None,
    );
    let held = [hold(Holder::Team(team()), "2026-03-11 10:05")];
    let accept = charge(
        &Charge::Longest,
        &held,
        at("2026-03-11 10:05"),
        until("2026-03-11 10:15"),
        &[],
        &[],
        None,
    );
    assert_eq!((send, accept), (desk, crew));
}

/// S9.3
#[test]
fn s9_3_a_transfer_takes_times_and_duties_along() {
    let (north, south) = (
        UnitId::from_uuid(Uuid::from_u128(1)),
        UnitId::from_uuid(Uuid::from_u128(2)),
    );
    let (old, new) = (
        RecordId::from_uuid(Uuid::from_u128(3)),
        RecordId::from_uuid(Uuid::from_u128(4)),
    );
    let due = until("2026-03-03 10:00");
    let duty = Todo {
        name: Name::from("answer"),
        occurrence: 1,
        start: at("2026-03-02 10:00"),
        rule: Rule::Fixed(due),
        changes: Vec::new(),
        pack: PackVersion(1),
        days: None,
        due,
        not_before: None,
        held: vec![by(1, "2026-03-02 10:00")],
        progress: Vec::new(),
        excuse: None,
    };
    let moved_at = at("2026-03-02 18:00");
    let record = Record {
        unit: north,
        id: old,
        kind: Name::from("job"),
        number: "J-1".into(),
        state: Name::from("taken"),
        version: 2,
        opened_at: at("2026-03-02 10:00"),
        closed_at: None,
        head: Hash::default(),
        doc: Doc {
            todo: vec![duty.clone()],
            ..Doc::default()
        },
    };
    let there = Place {
        unit: south,
        record: new,
    };
    let (closing, opening) = transfer(&record, there, moved_at);
    assert_eq!(closing, BuiltIn::Depart { to: there });
    let here = Place {
        unit: north,
        record: old,
    };
    assert_eq!(
        (opening.from, opening.opened_at, opening.state.as_str()),
        (here, record.opened_at, "taken")
    );
    let moved = &opening.todo[0];
    assert_eq!(
        (moved.start, moved.due, &moved.rule),
        (duty.start, duty.due, &duty.rule)
    );
    assert_eq!(
        moved.held[1],
        Held {
            holder: Holder::Unit,
            from: moved_at
        }
    );
}
