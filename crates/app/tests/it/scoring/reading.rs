//! What other standards gave, and what other modules measured.

use super::*;
use domain::record::By;
use domain::record::Command;

fn reading(house: &House, metric: &str, value: i64, of: i64, member: Option<RecordId>) {
    let mut command = Command::new("open", By::System)
        .set("metric", metric)
        .set("period", "2026-03")
        .set("value", value)
        .set("of", of);
    if let Some(member) = member {
        command = command.set("member", member.to_string().as_str());
    }
    house.open("metric", command);
}

/// S7.8: another standard's result for the same member, a metric of his, each opened in the evidence.
#[test]
fn s7_8_a_clause_reads_another_standards_result_and_a_metric() {
    for house in House::each() {
        one_in_time_and_one_late(&house);
        let warden = Some(house.warden);
        assert_eq!(
            clause(&card(&house, "whole", warden, "2026-03"), "W2").state,
            "no-cases"
        );
        reading(&house, "survey", 50, 100, warden);
        // The last reading of a period counts, and nobody else's.
        reading(&house, "survey", 81, 100, warden);
        reading(&house, "survey", 10, 100, Some(house.desk));
        let whole = card(&house, "whole", warden, "2026-03");
        // Taking: 2.00 of 4 for one of two in time, 2.00 of 2 for nothing found: 4 of 6.
        let other = clause(&whole, "W1");
        assert_eq!(other.points, points("3.33"));
        let said = &other.parts[0].evidence[0].reason.en;
        assert!(said.contains("4.00 of 6.00"), "{said}");
        // S1.3: of the period that it was computed over: 81% of 90%.
        assert_eq!(clause(&whole, "W2").points, points("2.70"));
        assert_eq!(
            clause(&card(&house, "whole", warden, "2026-04"), "W2").state,
            "no-cases"
        );
        // Live as explained (S8.2).
        let live = cards(&house, "whole", warden, "2026-03", false);
        assert_eq!(live[0].total, whole.total);
        house.verify();
    }
}

/// S7.8: a unit's card reads the mean over its members.
#[test]
fn s7_8_a_units_card_reads_the_mean_over_its_members() {
    for house in House::each() {
        one_in_time_and_one_late(&house);
        reading(&house, "fees", 9_550, 10_000, None);
        reading(&house, "fees", 1, 10_000, Some(house.warden));
        let place = card(&house, "place", None, "2026-03");
        // Five with 6 of 6 and one with 4.
        assert_eq!(clause(&place, "P1").points, points("5.67"));
        assert_eq!(clause(&place, "P1").parts[0].evidence.len(), 6);
        assert_eq!(clause(&place, "P2").points, points("3.82"));
    }
}

/// S9.6: what staff enter about their own work is shown apart and counts for nobody.
#[test]
fn s9_6_staff_do_not_rate_themselves() {
    for house in House::each() {
        let finished = |finisher| {
            let job = house.job();
            house.take(job, step("take", house.worker));
            let done = step("finish", finisher).signed(house.lead, house.clock.now());
            house.take(job, done);
            job
        };
        let (by_opener, by_outsider, recorded) = (
            finished(house.worker),
            finished(house.worker),
            finished(house.worker),
        );
        house.set("2026-03-03 09:00");
        let check = |member| step("check", member).set("satisfied", true);
        house.take(by_opener, check(house.desk));
        house.take(by_outsider, check(house.warden));
        let tape = domain::value::Value::List(vec![format!("sha256:{}", "ab".repeat(32)).into()]);
        house.take(recorded, check(house.desk).set("voice", tape));
        let ratio = |member| {
            let card = card(&house, "whole", Some(member), "2026-03");
            let part = &clause(&card, "W3").parts[0];
            (part.m, part.n, part.apart)
        };
        // The desk opened the jobs: its own word is apart, the recording counts.
        assert_eq!(ratio(house.desk), (1, 1, 1));
        assert_eq!(ratio(house.warden), (1, 1, 0));
        let card = card(&house, "whole", Some(house.desk), "2026-03");
        let apart = clause(&card, "W3").parts[0]
            .evidence
            .iter()
            .filter(|item| item.verdict == "apart");
        assert_eq!(apart.count(), 1);
        let live = cards(&house, "whole", Some(house.desk), "2026-03", false);
        let part = &clause(&live[0], "W3").parts[0];
        assert_eq!((part.n, part.apart), (1, 1));
        house.verify();
    }
}
