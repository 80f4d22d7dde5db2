//! What counts together, from tallies and from rows.

use super::*;
use domain::record::Command;

/// Points, counts and states of every clause, live and explained, of everybody and of each.
fn agree(house: &House, standard: &str, period: &str) {
    let bare = |cards: Vec<Card>| -> Vec<String> {
        let told = |card: &Card| {
            let clauses = card.clauses.iter().map(|clause| {
                let parts = clause.parts.iter();
                let counts: Vec<_> = parts
                    .map(|part| (part.m, part.v, part.n, part.pending, part.excused))
                    .collect();
                format!("{} {:?} {counts:?}", clause.clause, clause.points)
            });
            format!(
                "{} {:?} {:?}",
                card.subject,
                card.total,
                clauses.collect::<Vec<_>>()
            )
        };
        cards.iter().map(told).collect()
    };
    let both = |member| {
        let live = bare(cards(house, standard, member, period, false));
        assert_eq!(live, bare(cards(house, standard, member, period, true)));
        live
    };
    assert_eq!(both(None).len(), 6);
    for member in [house.desk, house.warden, house.worker] {
        both(Some(member));
    }
}

/// S6.1, S7.9, S8.2: a quota's records and a case's duties are tallied, and the tallies say what the rows say, also after corrections.
#[test]
fn s8_2_quotas_and_cases_are_tallied_as_the_rows_say() {
    for house in House::each() {
        let incident = house.open("incident", Command::new("open", by(house.desk)));
        let of_incident = || house.new_job().link("incident", incident);
        let (first, second) = (
            house.open("job", of_incident()),
            house.open("job", of_incident()),
        );
        let alone = house.job();
        house.set("2026-03-02 09:10");
        house.take(first, step("take", house.worker));
        house.set("2026-03-02 10:00");
        house.take(second, step("take", house.worker));
        house.take(alone, step("take", house.worker));
        let counts = |member, name: &str| {
            let cards = cards(&house, "counting", Some(member), "2026-03", false);
            let part = &clause(&cards[0], name).parts[0];
            (part.m, part.v, part.pending)
        };
        // Three records of one subject on one day.
        assert_eq!(counts(house.worker, "Q1"), (2, 0, 0));
        assert_eq!(counts(house.worker, "Q2"), (1, 0, 1));
        // One incident, missed since one of its two was; one job by itself, missed.
        assert_eq!(counts(house.warden, "Q3"), (0, 2, 0));
        agree(&house, "counting", "2026-03");
        // One more on another day; the late one of the incident was in time after all.
        house.set("2026-03-03 09:00");
        let third = house.job();
        house.take(third, step("take", house.worker));
        let new = domain::time::Moment::At(at("2026-03-02 09:20"));
        let change = domain::record::BuiltIn::CorrectTime {
            seq: 2,
            old: new,
            new,
        };
        house.take(second, own(change, house.boss).second(house.lead));
        assert_eq!(counts(house.worker, "Q2"), (2, 0, 0));
        assert_eq!(counts(house.warden, "Q3"), (2, 1, 0));
        // Undone and still to do, it is counted beside the tallies.
        let late = house.open("job", of_incident());
        house.set("2026-03-03 12:00");
        assert_eq!(counts(house.warden, "Q3"), (1, 2, 0));
        agree(&house, "counting", "2026-03");
        house.set("2026-04-01 00:00");
        agree(&house, "counting", "2026-03");
        house.take(late, step("take", house.worker));
        agree(&house, "counting", "2026-03");
        house.verify();
    }
}

/// S8.2: gathered once for everybody, each is told what he is told alone.
#[test]
fn s8_2_each_is_told_among_all_what_he_is_told_alone() {
    for house in House::each() {
        one_in_time_and_one_late(&house);
        house.open(
            "finding",
            step("open", house.boss)
                .set("about", "quarrel")
                .set("whose", house.desk.to_string().as_str()),
        );
        for standard in ["taking", "card", "counting"] {
            let all = cards(&house, standard, None, "2026-03", true);
            assert_eq!(all.len(), 6);
            for among in &all {
                let holder = among.holder.expect("a member");
                let member = RecordId::from_uuid(holder.uuid());
                let alone = card(&house, standard, Some(member), "2026-03");
                let told = |card: &Card| serde_json::to_string(card).expect("a card");
                assert_eq!(told(among), told(&alone));
            }
        }
    }
}
