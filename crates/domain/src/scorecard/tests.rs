use super::*;
use crate::number::Bp;
use crate::tally::Tally;
use proptest::prelude::*;

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

fn line(clause: &str, full: &str, standing: Standing) -> Line {
    Line {
        clause: clause.into(),
        section: clause.get(..1).map(Name::from),
        full: points(full),
        standing,
    }
}

fn earned(clause: &str, full: &str, got: &str) -> Line {
    let standing = Standing::Earned {
        points: points(got),
        has_cases: true,
    };
    line(clause, full, standing)
}

fn grades() -> Vec<Grade> {
    [("A", "90"), ("B", "80"), ("C", "70")]
        .map(|(name, from)| Grade {
            name: name.into(),
            from: points(from),
        })
        .to_vec()
}

fn card<'a>(lines: &'a [Line], vetoes: &'a [Veto], grades: &'a [Grade]) -> Card<'a> {
    Card {
        lines,
        adjustments: &[],
        vetoes,
        grades,
        least_covered: points("60"),
        present: Present::Whole,
    }
}

/// S7.11: the total is the sum of the rounded clauses; S7.10: a clause without cases earns but is not covered.
#[test]
fn s7_11_a_total_is_the_sum_of_its_rounded_clauses() {
    let empty = Standing::Earned {
        points: points("2"),
        has_cases: false,
    };
    let lines = [
        earned("A1", "2", "2"),
        earned("A2", "2", "1.90"),
        earned("A3", "4", "3.84"),
        line("A4", "2", empty),
        earned("A5", "2", "1.96"),
    ];
    let sheet = add_up(&lines, &[]).unwrap();
    assert_eq!(sheet.total, Some(points("11.70")));
    assert_eq!((sheet.covered, sheet.full), (points("10"), points("12")));
}

/// S7.10, S7.11: what is left out is taken from the full points, and the total is rounded once more.
#[test]
fn s7_10_whatever_is_left_out_rescales_the_total() {
    for left in [
        Left::NotApplicable,
        Left::OtherPost,
        Left::NotInThisPeriod,
        Left::NoCases,
    ] {
        let lines = [
            earned("A1", "97", "90.15"),
            line("P1", "3", Standing::Left(left)),
        ];
        let sheet = add_up(&lines, &[]).unwrap();
        assert_eq!(sheet.total, Some(points("92.94")), "{left:?}");
        assert_eq!((sheet.covered, sheet.left_out), (points("97"), points("3")));
    }
    let nothing = [line("A1", "5", Standing::Left(Left::NoCases))];
    let (_, total) = total(&Card {
        least_covered: Points::ZERO,
        ..card(&nothing, &[], &[])
    })
    .unwrap();
    assert_eq!(total, Err(NoTotal::NothingLeft));
}

/// S7.10: below 60 of 100 covered, or present for less than half of the period, there is no total.
#[test]
fn s7_10_a_total_rests_on_enough() {
    let no_cases = Standing::Earned {
        points: points("40"),
        has_cases: false,
    };
    let covered = |covered: &str| {
        let rest = points("100").minus(points(covered)).unwrap();
        let lines = [
            earned("A", covered, covered),
            line("B", &rest.to_string(), no_cases),
        ];
        add_up(&lines, &[]).unwrap()
    };
    let whole = Present::Whole;
    let sheet = covered("59.50");
    assert!(matches!(
        sheet.total(points("60"), whole),
        Ok(Err(NoTotal::Covered { .. }))
    ));
    assert!(covered("60").total(points("60"), whole).unwrap().is_ok());
    let days = |present| covered("80").total(points("60"), Present::Days { present, of: 30 });
    assert_eq!(
        days(14),
        Ok(Err(NoTotal::Absent {
            present: 14,
            of: 30
        }))
    );
    assert!(days(15).unwrap().is_ok());
}

/// S7.10: covered points are measured against the full points less the not-applicable ones, not less what is left out otherwise.
#[test]
fn s7_10_only_what_does_not_apply_lowers_the_base_of_coverage() {
    let sheet = |left| {
        let lines = [
            earned("A", "50", "45"),
            line("B", "20", Standing::Left(left)),
            line(
                "C",
                "30",
                Standing::Earned {
                    points: points("30"),
                    has_cases: false,
                },
            ),
        ];
        add_up(&lines, &[])
            .unwrap()
            .total(points("60"), Present::Whole)
            .unwrap()
    };
    // 50 of 80 is above 60%, 50 of 100 is not.
    assert!(sheet(Left::NotApplicable).is_ok());
    assert!(sheet(Left::OtherPost).is_err());
}

/// S7.9, S1.4: other posts are excluded, never full; a longer window counts where it closes.
#[test]
fn s7_9_a_clause_reaches_its_posts_units_and_period() {
    let (steward, desk): (Name, Name) = ("steward".into(), "front-desk".into());
    let posts = [steward.clone()];
    let reach = Reach {
        applies: true,
        posts: &posts,
        held: Some(&[]),
        in_period: true,
    };
    assert_eq!(
        Reach {
            held: Some(&[steward]),
            ..reach
        }
        .left(),
        None
    );
    assert_eq!(
        Reach {
            held: Some(&[desk]),
            ..reach
        }
        .left(),
        Some(Left::OtherPost)
    );
    assert_eq!(reach.left(), Some(Left::OtherPost));
    assert_eq!(
        Reach {
            held: None,
            ..reach
        }
        .left(),
        None
    );
    assert_eq!(
        Reach {
            posts: &[],
            ..reach
        }
        .left(),
        None
    );
    let unit = Reach {
        held: None,
        ..reach
    };
    assert_eq!(
        Reach {
            in_period: false,
            ..unit
        }
        .left(),
        Some(Left::NotInThisPeriod)
    );
    assert_eq!(
        Reach {
            applies: false,
            ..unit
        }
        .left(),
        Some(Left::NotApplicable)
    );
}

/// S7.9: vetoes.
#[test]
fn s7_9_vetoes_hold_the_section_the_total_or_the_grade() {
    let lines = [earned("A1", "94", "85.85"), earned("K1", "6", "5.50")];
    let grades = grades();
    let result = |veto: Veto| total(&card(&lines, &[veto], &grades)).unwrap().1.unwrap();
    assert_eq!(
        result(Veto::SectionZero("K".into())).points,
        points("85.85")
    );
    assert_eq!(result(Veto::TotalAtMost(points("60"))).points, points("60"));
    let held = result(Veto::GradeAtMost("B".into()));
    assert_eq!(
        (held.points, held.grade),
        (points("91.35"), Some("B".into()))
    );
    // A veto never lifts.
    let low = [earned("A1", "100", "75")];
    let vetoes = [
        Veto::GradeAtMost("B".into()),
        Veto::TotalAtMost(points("90")),
    ];
    let (_, total) = total(&card(&low, &vetoes, &grades)).unwrap();
    assert_eq!(
        total.unwrap(),
        Total {
            points: points("75"),
            grade: Some("C".into())
        }
    );
}

/// S7.9: a veto fires on what was missed, or on a mark of nothing.
#[test]
fn s7_9_a_veto_needs_a_violation() {
    let clause = |tally, has_cases, got: Option<&str>| Earned {
        points: got.map(points),
        has_cases,
        tally,
        said: vec![],
    };
    assert!(vetoes(&clause(Tally::counts(5, 1), true, Some("1.5"))));
    assert!(!vetoes(&clause(Tally::counts(5, 0), true, Some("2"))));
    assert!(vetoes(&clause(Tally::ZERO, true, Some("0"))));
    assert!(!vetoes(&clause(Tally::ZERO, false, Some("0"))));
    assert!(!vetoes(&clause(Tally::ZERO, false, None)));
}

/// S7.11: adjustments after weights, then the cap, then `total-at-most`; S7.7.
#[test]
fn s7_11_the_order_of_a_total() {
    let adjusted = |points_: &str| Adjusted {
        clause: "X".into(),
        points: points(points_),
        most: points("2"),
    };
    let finish = |weighted: &str, adjustments: &[Adjusted], vetoes: &[Veto]| {
        finish(
            points(weighted),
            points("100"),
            adjustments,
            vetoes,
            &grades(),
        )
        .unwrap()
    };
    let up = finish("88", &[adjusted("2")], &[]);
    assert_eq!((up.points, up.grade), (points("90"), Some("A".into())));
    assert_eq!(
        finish("99.50", &[adjusted("2")], &[]).points,
        points("101.50")
    );
    assert_eq!(finish("101", &[adjusted("2")], &[]).points, points("102"));
    assert_eq!(finish("101", &[], &[]).points, points("100"));
    assert_eq!(finish("1", &[adjusted("-5")], &[]).points, Points::ZERO);
    // The veto holds after the adjustment has lifted.
    let held = finish("59", &[adjusted("2")], &[Veto::TotalAtMost(points("60"))]);
    assert_eq!(held.points, points("60"));
}

/// S7.13: bounds are inclusive.
#[test]
fn s7_13_ninety_is_in_the_band_from_ninety() {
    let name = |total: &str| grade(points(total), &grades()).map(|g| g.name.to_string());
    assert_eq!(name("90"), Some("A".into()));
    assert_eq!(name("89.99"), Some("B".into()));
    assert_eq!(name("80"), Some("B".into()));
    assert_eq!(name("69.99"), None);
}

fn appraisals(oneself: Given, supervisor: Given, weights: [i64; 2]) -> [Appraisal; 2] {
    let appraisal = |name: &str, appraiser, weight, given| Appraisal {
        name: name.into(),
        appraiser,
        weight: Bp::new(weight),
        given,
    };
    [
        appraisal("self", Appraiser::Oneself, weights[0], oneself),
        appraisal("supervisor", Appraiser::Reviewer, weights[1], supervisor),
    ]
}

/// S7.11, S7.12
#[test]
fn s7_12_weights_are_rounded_once_and_respread_where_self_is_missing() {
    let (own, above) = (Given::Total(points("96.50")), Given::Total(points("88")));
    let weights = [1_500, 8_500];
    let points_of = |weighed| match weighed {
        Ok(Weighed::Total { points, not_given }) => (points, not_given),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        points_of(weigh(&appraisals(own, above, weights))),
        (points("89.28"), vec![])
    );
    let without = weigh(&appraisals(Given::NotGiven, above, weights));
    assert_eq!(points_of(without), (points("88"), vec!["self".into()]));
    let blocked = Weighed::Blocked {
        awaited: vec![],
        overdue: vec!["supervisor".into()],
    };
    assert_eq!(
        weigh(&appraisals(own, Given::NotGiven, weights)),
        Ok(blocked)
    );
    let waits = weigh(&appraisals(Given::Awaited, above, weights));
    assert!(matches!(waits, Ok(Weighed::Blocked { awaited, .. }) if awaited == ["self"]));
    let short = weigh(&appraisals(own, above, [1_500, 8_000]));
    assert_eq!(short, Err(WeightError::Sum { sum: 9_500 }));
    assert_eq!(
        weigh(&appraisals(Given::NotGiven, above, [10_000, 0])),
        Ok(Weighed::Nothing)
    );
}

/// S7.12: blind.
#[test]
fn s7_12_nobody_sees_anothers_mark_before_giving_his_own() {
    assert!(!sees_marks(Given::Awaited));
    assert!(!sees_marks(Given::NotGiven));
    assert!(sees_marks(Given::Total(Points::ZERO)));
}

/// S7.13: bounds computed apart, to 40 digits with z = 1.959964.
#[test]
fn s7_13_few_cases_show_the_wilson_interval() {
    for (m, v, low, high) in [
        (3, 1, 3_006, 9_544),
        (10, 0, 7_225, 10_000),
        (17, 2, 6_861, 9_706),
        (0, 1, 0, 7_935),
        (1, 1, 945, 9_055),
        (0, 19, 0, 1_682),
    ] {
        let few = few(&Tally::counts(m, v)).unwrap();
        assert_eq!(few, Some((Bp::new(low), Bp::new(high))), "{m}/{v}");
    }
    assert_eq!(few(&Tally::counts(18, 2)), Ok(None));
    assert_eq!(few(&Tally::ZERO), Ok(None));
}

/// S7.13: rankings are by score and mark rows of few cases; S7.10: no total, no rank.
#[test]
fn s7_13_ranking_is_by_score_and_marks_few_cases() {
    let rows = rank([
        ("d", None, 40),
        ("b", Some(points("90")), 19),
        ("a", Some(points("90")), 20),
        ("c", Some(points("89.99")), 100),
        ("e", Some(points("95")), 3),
    ]);
    let shown: Vec<_> = rows.iter().map(|r| (r.key, r.rank, r.few_cases)).collect();
    assert_eq!(
        shown,
        [
            ("e", Some(1), true),
            ("a", Some(2), false),
            ("b", Some(2), true),
            ("c", Some(4), false),
            ("d", None, false)
        ]
    );
}

fn any_line() -> impl Strategy<Value = Line> {
    (0_i64..2_000, 0_i64..=100, 0_u8..6, 0_usize..3).prop_map(|(full, share, kind, section)| {
        let full = Points::from_hundredths(full);
        let standing = match kind {
            0 => Standing::Left(Left::NotApplicable),
            1 => Standing::Left(Left::NoCases),
            _ => Standing::Earned {
                points: Points::from_hundredths(full.hundredths() * share / 100),
                has_cases: kind > 2,
            },
        };
        Line {
            clause: "c".into(),
            section: Some(["A", "B", "C"][section].into()),
            full,
            standing,
        }
    })
}

proptest! {
    /// S7.10, S0.1: rescaling keeps bounds, and the order of the clauses does not matter.
    #[test]
    fn s7_10_rescaling_keeps_bounds(mut lines in prop::collection::vec(any_line(), 1..12)) {
        let sheet = add_up(&lines, &["A".into()]).unwrap();
        lines.reverse();
        prop_assert_eq!(sheet, add_up(&lines, &["A".into()]).unwrap());
        if let Some(total) = sheet.total {
            prop_assert!((Points::ZERO..=sheet.full).contains(&total));
            prop_assert!(total >= sheet.earned);
        }
    }

    /// S7.13: an interval holds its rate.
    #[test]
    fn s7_13_the_interval_holds_the_rate(m in 0_i64..1_000, v in 0_i64..1_000) {
        prop_assume!(m + v > 0);
        let (low, high) = interval(i128::from(m) * 10_000, i128::from(m + v)).unwrap();
        let rate = Tally::counts(m, v).rate().unwrap().bp().unwrap();
        prop_assert!(Bp::ZERO <= low && low <= rate && rate <= high && high <= Bp::WHOLE);
    }

    /// S7.12: a weighted total lies between the lowest and the highest of its parts.
    #[test]
    fn s7_12_weighing_stays_between_its_parts(a in 0_i64..10_001, b in 0_i64..10_001, weight in 0_i64..=10_000) {
        let total = |h| Given::Total(Points::from_hundredths(h));
        let weighed = weigh(&appraisals(total(a), total(b), [weight, 10_000 - weight])).unwrap();
        let inside = matches!(weighed, Weighed::Total { points, .. } if (a.min(b)..=a.max(b)).contains(&points.hundredths()));
        prop_assert!(inside);
    }
}
