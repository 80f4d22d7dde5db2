//! Appraisals: sheets of several people, weighed.

use super::*;
use domain::record::refusal::Code;
use domain::record::{Command, Via};

fn mark(house: &House, by: RecordId, part: &str, clause: &str, hundredths: i64) -> Command {
    step("open", by)
        .set("standard", "appraisal")
        .set("clause", clause)
        .set("member", house.warden.to_string().as_str())
        .set("period", "2026-03")
        .set("mark", hundredths)
        .set("part", part)
        .set("reason", "as seen")
}

fn give(house: &House, by: RecordId, part: &str, marks: [i64; 2]) {
    for (clause, hundredths) in ["M1", "M2"].into_iter().zip(marks) {
        house.open("mark", mark(house, by, part, clause, hundredths));
    }
}

fn appraised(house: &House) -> Card {
    card(house, "appraisal", Some(house.warden), "2026-03")
}

/// S7.11, S7.12: 15% of one's own sheet and 85% of the supervisor's, rounded once.
#[test]
fn s7_12_two_sheets_are_weighed() {
    for house in House::each() {
        give(&house, house.warden, "self", [300, 500]);
        let waiting = appraised(&house);
        assert_eq!(waiting.total, None);
        assert!(
            waiting
                .no_total
                .is_some_and(|why| why.en.contains("awaited: supervisor"))
        );
        give(&house, house.boss, "supervisor", [400, 450]);
        // 0.15 × 8 + 0.85 × 8.5 = 8.425
        let whole = appraised(&house);
        assert_eq!(whole.total, points("8.43"));
        let shown: Vec<_> = whole
            .appraisals
            .iter()
            .map(|one| (one.part.as_str(), one.given, one.total))
            .collect();
        assert_eq!(
            shown,
            [
                ("self", "given", points("8")),
                ("supervisor", "given", points("8.50"))
            ]
        );
        house.verify();
    }
}

/// S7.12: a self mark that did not come in time leaves its weight to the others; a supervisor's that is missing blocks, and is then for the
/// unit above.
#[test]
fn s7_12_a_missing_self_mark_is_re_spread_and_a_reviewers_blocks() {
    for house in House::each() {
        give(&house, house.boss, "supervisor", [400, 450]);
        house.set("2026-04-03 23:59");
        assert_eq!(appraised(&house).total, None);
        // P3D after the period's last day.
        house.set("2026-04-04 00:00");
        let spread = appraised(&house);
        assert_eq!(spread.total, points("8.50"));
        assert_eq!(spread.appraisals[0].given, "not-given");
    }
    for house in House::each() {
        give(&house, house.warden, "self", [300, 500]);
        house.set("2026-04-04 00:00");
        let blocked = appraised(&house);
        let why = blocked.no_total.expect("a reason").en;
        assert!(
            blocked.total.is_none() && why.contains("unit above: supervisor"),
            "{why}"
        );
    }
}

/// S7.12, S7.6: nobody appraises himself except on his own sheet, which nobody else fills in.
#[test]
fn s7_12_nobody_appraises_himself_except_on_his_own_sheet() {
    for house in House::each() {
        let refused = |command| {
            refused(open_record(
                &house.office,
                house.project,
                "mark",
                None,
                command,
            ))
        };
        for (by, part, clause, hundredths, code) in [
            (house.warden, "supervisor", "M1", 400, Code::MarkOwn),
            (house.boss, "self", "M1", 400, Code::MarkOwn),
            (house.boss, "neighbour", "M1", 400, Code::MarkPart),
            (house.boss, "supervisor", "M9", 400, Code::MarkUnknown),
            (house.boss, "supervisor", "M1", 410, Code::MarkValue),
            (house.boss, "supervisor", "M1", 450, Code::MarkValue),
        ] {
            let command = mark(&house, by, part, clause, hundredths);
            assert_eq!(refused(command), [code], "{part} {clause} {hundredths}");
        }
        let wrong = mark(&house, house.boss, "supervisor", "M1", 400).set("period", "2026-Q1");
        assert_eq!(refused(wrong), [Code::MarkPeriod]);
        // Typed in by himself in the boss's name it is his own all the same (S9.1).
        let typed = Command {
            recorded_by: Some(house.warden.into()),
            via: Via::OnBehalf,
            ..mark(&house, house.boss, "supervisor", "M1", 400)
        };
        assert_eq!(refused(typed), [Code::MarkOwn]);
    }
}

/// S7.12: marks are given blind.
#[test]
fn s7_12_nobody_sees_anothers_marks_before_giving_his_own() {
    let house = House::each().next().expect("one on SQLite");
    give(&house, house.warden, "self", [300, 500]);
    let seen_by = |viewer: RecordId| {
        let asked = Asked {
            standard: Name::from("appraisal"),
            window: "2026-03".parse().expect("a period"),
            unit: Some(house.project),
            holder: Some(MemberId::from(house.warden).into()),
            as_of: house.clock.now(),
            explain: true,
        };
        let card = score(&house.office, &acting(viewer), &asked)
            .expect("scores")
            .remove(0);
        let first = clause(&card, "M1");
        (
            first.points,
            first.parts[0].evidence.len(),
            card.appraisals[0].total,
        )
    };
    assert_eq!(seen_by(house.boss), (None, 0, None));
    let own = seen_by(house.warden);
    assert_eq!((own.1, own.2), (1, points("8")));
    give(&house, house.boss, "supervisor", [400, 450]);
    assert_eq!(seen_by(house.boss).1, 2);
}
