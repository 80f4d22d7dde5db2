use super::*;
use proptest::prelude::*;

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

fn by_rate() -> Way {
    Way::ByRate { target: None }
}

fn tiers(bands: &[(i64, &str)]) -> Result<Tiers, PointsError> {
    let bands = bands.iter().map(|&(bp, p)| Band {
        bound: Bound::Rate(Bp::new(bp)),
        points: points(p),
    });
    Tiers::new(Direction::AtLeast, bands.collect(), None)
}

/// The points of a clause with one part.
fn one(full: &str, way: &Way, evidence: Evidence) -> Result<Option<Points>, PointsError> {
    let rule = Rule {
        points: points(full),
        cap: None,
        when_empty: WhenEmpty::Full,
    };
    let part = Part {
        way,
        may_cost: None,
        evidence,
    };
    clause(rule, &[part]).map(|earned| earned.points)
}

fn counts(full: &str, way: &Way, m: i64, v: i64) -> Points {
    one(full, way, Evidence::Counts(Tally::counts(m, v)))
        .unwrap()
        .unwrap()
}

fn measured(full: &str, way: &Way, value: &str, ceiling: bool) -> Points {
    let value = Some(value.parse().unwrap());
    one(full, way, Evidence::Measured { value, ceiling })
        .unwrap()
        .unwrap()
}

fn all_or_nothing(target: Option<Bp>) -> Way {
    Way::AllOrNothing {
        target,
        reason: "one is too many".into(),
    }
}

/// S7.1, S7.11
#[test]
fn s7_1_by_rate_is_rounded_once() {
    for (full, m, v, expected) in [
        ("4", 47, 3, "3.76"),
        ("4", 38, 1, "3.90"),
        ("2", 9, 7, "1.13"),
        ("2", 44, 1, "1.96"),
        ("2", 0, 3, "0"),
    ] {
        assert_eq!(counts(full, &by_rate(), m, v), points(expected), "{m}/{v}");
    }
}

/// S7.2
#[test]
fn s7_2_a_target_reached_is_full() {
    let way = Way::ByRate {
        target: Some(Bp::new(9_500)),
    };
    assert_eq!(counts("4", &way, 45, 5), points("3.79"));
    assert_eq!(counts("4", &way, 57, 3), points("4"));
    assert_eq!(counts("4", &way, 60, 0), points("4"));
    assert_eq!(measured("4", &way, "0.8835", false), points("3.72"));
}

/// S7.3
#[test]
fn s7_3_all_or_nothing_knows_no_between() {
    let strict = all_or_nothing(None);
    assert_eq!(counts("2", &strict, 19, 1), Points::ZERO);
    assert_eq!(counts("2", &strict, 20, 0), points("2"));
    let target = all_or_nothing(Some(Bp::new(9_500)));
    assert_eq!(counts("2", &target, 19, 1), points("2"));
    assert_eq!(counts("2", &target, 18, 1), Points::ZERO);
    let without = Way::AllOrNothing {
        target: None,
        reason: " ".into(),
    };
    assert_eq!(without.check(points("2")), Err(PointsError::Reason));
}

/// S7.4
#[test]
fn s7_4_violations_stop_at_zero() {
    let way = Way::PerViolation {
        each: points("0.5"),
    };
    assert_eq!(counts("2", &way, 10, 3), points("0.5"));
    assert_eq!(counts("2", &way, 0, 5), Points::ZERO);
    assert_eq!(counts("2", &way, 7, 0), points("2"));
}

/// S7.5
#[test]
fn s7_5_bands_compare_the_exact_rate() {
    let way = Way::Tiers(tiers(&[(9_800, "5"), (9_500, "4"), (0, "0")]).unwrap());
    assert_eq!(counts("5", &way, 49, 1), points("5"));
    assert_eq!(counts("5", &way, 1_959, 41), points("4"));
    assert_eq!(counts("5", &way, 94, 5), Points::ZERO);
}

/// S7.5
#[test]
fn s7_5_bands_that_leave_a_gap_are_refused() {
    let err = |bands: &[(i64, &str)]| tiers(bands).unwrap_err();
    assert_eq!(err(&[(9_800, "5"), (9_500, "4")]), PointsError::BandsOpen);
    assert_eq!(err(&[]), PointsError::BandsOpen);
    assert_eq!(
        err(&[(9_500, "4"), (9_800, "5"), (0, "0")]),
        PointsError::BandsOrder
    );
    assert_eq!(
        err(&[(9_800, "4"), (9_500, "5"), (0, "0")]),
        PointsError::BandsOrder
    );
    assert_eq!(
        err(&[(9_800, "5"), (9_800, "4"), (0, "0")]),
        PointsError::BandsOrder
    );
    assert_eq!(err(&[(0, "-1")]), PointsError::Negative);
    let mixed = vec![
        Band {
            bound: Bound::Rate(Bp::new(9_000)),
            points: points("2"),
        },
        Band {
            bound: Bound::Value(3),
            points: points("1"),
        },
    ];
    let mixed = Tiers::new(Direction::AtLeast, mixed, Some(Points::ZERO));
    assert_eq!(mixed, Err(PointsError::BandsUnit));
    let beyond = Way::Tiers(tiers(&[(9_800, "6"), (0, "0")]).unwrap());
    let (given, full) = (points("6"), points("5"));
    assert_eq!(beyond.check(full), Err(PointsError::Beyond { given, full }));
}

/// S7.5, S7.8
#[test]
fn s7_8_a_mean_between_two_steps_is_banded_in_its_own_unit() {
    let band = Band {
        bound: "PT20M".parse().unwrap(),
        points: points("4"),
    };
    let way = Way::Tiers(Tiers::new(Direction::AtMost, vec![band], Some(Points::ZERO)).unwrap());
    let minute = 60_000_000;
    let mean = |minutes: [i64; 3]| {
        let tally = Tally::sum(minutes.map(|m| Tally::of_value(m * minute))).unwrap();
        let evidence = Evidence::Measured {
            value: tally.mean(),
            ceiling: true,
        };
        one("4", &way, evidence).unwrap().unwrap()
    };
    assert_eq!(mean([12, 18, 30]), points("4"));
    assert_eq!(mean([12, 18, 31]), Points::ZERO);
}

/// S7.8
#[test]
fn s7_8_a_ratio_may_have_a_ceiling() {
    let way = all_or_nothing(Some(Bp::new(20)));
    let value = |num| Evidence::Measured {
        value: Ratio::new(num, 520).ok(),
        ceiling: true,
    };
    assert_eq!(one("3", &way, value(1)), Ok(Some(points("3"))));
    assert_eq!(one("3", &way, value(2)), Ok(Some(Points::ZERO)));
    // By rate, twice the ceiling is half the points.
    let rate = Way::ByRate {
        target: Some(Bp::new(200)),
    };
    assert_eq!(measured("4", &rate, "0.04", true), points("2"));
    assert_eq!(measured("4", &rate, "0.02", true), points("4"));
    assert!(one("4", &by_rate(), value(1)).is_err());
}

/// S7.6
#[test]
fn s7_6_marks_are_combined_as_the_clause_says() {
    let result = |combine, marks: &[&str]| {
        let marks = marks.iter().map(|m| points(m)).collect();
        one("2", &Way::Marks { combine }, Evidence::Marks(marks))
    };
    let given = ["2", "1.5", "1.5"];
    assert_eq!(result(Combine::Last, &given), Ok(Some(points("1.5"))));
    assert_eq!(result(Combine::Mean, &given), Ok(Some(points("1.67"))));
    assert_eq!(
        result(Combine::SumOfDeductions, &given),
        Ok(Some(points("1")))
    );
    let many = ["1.5", "1", "0.5"];
    assert_eq!(
        result(Combine::SumOfDeductions, &many),
        Ok(Some(Points::ZERO))
    );
    for bad in ["1.3", "2.5", "-0.5"] {
        let (mark, full) = (points(bad), points("2"));
        assert_eq!(
            result(Combine::Last, &[bad]),
            Err(PointsError::Mark { mark, full })
        );
    }
}

/// S7.7
#[test]
fn s7_7_an_adjustment_is_cut_to_its_bounds() {
    let cut = |given: &str| adjustment(given.parse().unwrap(), points("-5"), points("2"));
    assert_eq!(cut("3"), Ok(points("2")));
    assert_eq!(cut("-0.125"), Ok(points("-0.13")));
    assert_eq!(cut("-7"), Ok(points("-5")));
    assert!(adjustment(Ratio::ONE, points("1"), points("2")).is_err());
}

/// S7: parts cost what they cost together, floor zero; a part never costs more than it may.
#[test]
fn s7_parts_come_together_in_one_clause() {
    let half = Way::PerViolation {
        each: points("0.5"),
    };
    let part = |way, m, v, may_cost: Option<&str>| Part {
        way,
        may_cost: may_cost.map(points),
        evidence: Evidence::Counts(Tally::counts(m, v)),
    };
    let rule = Rule {
        points: points("4"),
        cap: None,
        when_empty: WhenEmpty::Full,
    };
    let got = |rule, parts: &[Part<'_>]| clause(rule, parts).unwrap().points.unwrap();
    let violations = [
        part(&half, 6, 2, None),
        part(&half, 8, 0, None),
        part(&half, 3, 1, None),
    ];
    assert_eq!(got(rule, &violations), points("2.5"));
    assert_eq!(got(rule, &[part(&half, 0, 9, Some("1"))]), points("3"));
    // By rate, what the part may cost is lost in proportion.
    let rate = by_rate();
    let both = [part(&rate, 9, 1, Some("3")), part(&half, 0, 9, Some("1"))];
    assert_eq!(got(rule, &both), points("2.7"));
    // Two thirds, three times: rounded once, not three times.
    let thirds = [
        part(&rate, 1, 2, Some("0.5")),
        part(&rate, 1, 2, Some("0.5")),
        part(&rate, 1, 2, Some("0.5")),
    ];
    assert_eq!(got(rule, &thirds), points("3"));
    let floor = [part(&rate, 0, 1, None), part(&half, 0, 9, None)];
    assert_eq!(got(rule, &floor), Points::ZERO);
    let capped = Rule {
        cap: Some(points("3.5")),
        ..rule
    };
    assert_eq!(got(capped, &[part(&half, 5, 0, None)]), points("3.5"));
    assert!(clause(rule, &[part(&half, 5, 0, Some("5"))]).is_err());
}

/// S7.10
#[test]
fn s7_10_no_evidence_is_full_zero_or_excluded_and_always_said() {
    let way = by_rate();
    for (when_empty, expected, said) in [
        (WhenEmpty::Full, Some(points("2")), "no cases: full points"),
        (WhenEmpty::Zero, Some(Points::ZERO), "no cases: no points"),
        (WhenEmpty::Exclude, None, "no cases: left out"),
    ] {
        let rule = Rule {
            points: points("2"),
            cap: None,
            when_empty,
        };
        let part = Part {
            way: &way,
            may_cost: None,
            evidence: Evidence::Counts(Tally::ZERO),
        };
        let earned = clause(rule, &[part]).unwrap();
        assert_eq!((earned.points, earned.has_cases), (expected, false));
        assert_eq!(earned.said[0].en, said);
    }
    assert_eq!(WhenEmpty::default_for([true, true]), WhenEmpty::Exclude);
    assert_eq!(WhenEmpty::default_for([true, false]), WhenEmpty::Full);
}

/// S8.1: a difference of two rounded values.
#[test]
fn s8_1_one_more_missed_is_worth_the_difference() {
    let way = by_rate();
    let rule = Rule {
        points: points("4"),
        cap: None,
        when_empty: WhenEmpty::Exclude,
    };
    let part = |m, v| Part {
        way: &way,
        may_cost: None,
        evidence: Evidence::Counts(Tally::counts(m, v)),
    };
    assert_eq!(worth(rule, &[part(38, 1)], 0), Ok(Some(points("0.10"))));
    assert_eq!(worth(rule, &[part(0, 0)], 0), Ok(None));
    assert_eq!(worth(rule, &[part(38, 1)], 1), Ok(None));
}

/// S4.2: late within its limit.
#[test]
fn s4_2_a_late_item_costs_what_it_is_not_worth() {
    let late = Tally {
        met: 8,
        late: 2,
        late_worth_bp: 10_000,
        ..Tally::ZERO
    };
    let of = |way: &Way| one("4", way, Evidence::Counts(late)).unwrap().unwrap();
    assert_eq!(of(&by_rate()), points("3.6"));
    assert_eq!(
        of(&Way::PerViolation {
            each: points("0.5")
        }),
        points("3.5")
    );
    assert_eq!(of(&all_or_nothing(None)), Points::ZERO);
    assert_eq!(of(&all_or_nothing(Some(Bp::new(8_500)))), Points::ZERO);
    assert_eq!(of(&all_or_nothing(Some(Bp::new(8_000)))), points("4"));
}

fn any_way() -> impl Strategy<Value = Way> {
    prop_oneof![
        prop::option::of(0_i64..=10_000).prop_map(|t| Way::ByRate {
            target: t.map(Bp::new)
        }),
        prop::option::of(0_i64..=10_000).prop_map(|t| all_or_nothing(t.map(Bp::new))),
        (0_i64..300).prop_map(|each| Way::PerViolation {
            each: Points::from_hundredths(each)
        }),
        (1_i64..10_000, 0_i64..=200, 0_i64..=200).prop_map(|(bound, a, b)| {
            let band = |bp, p| Band {
                bound: Bound::Rate(Bp::new(bp)),
                points: Points::from_hundredths(p),
            };
            let bands = vec![band(bound, a.max(b)), band(0, a.min(b))];
            Way::Tiers(Tiers::new(Direction::AtLeast, bands, None).unwrap())
        }),
    ]
}

fn any_counts() -> impl Strategy<Value = Tally> {
    (0_i64..2_000, 0_i64..200, 0_i64..=10_000, 0_i64..500).prop_map(|(met, late, worth, missed)| {
        Tally {
            met,
            late,
            late_worth_bp: late * worth,
            missed,
            ..Tally::ZERO
        }
    })
}

proptest! {
    /// S7: points are bounded by [0, p], and no order of the parts changes them (S0.1).
    #[test]
    fn s7_points_stay_between_zero_and_full_in_any_order(
        full in 200_i64..1_000,
        given in prop::collection::vec((any_way(), any_counts()), 1..4),
    ) {
        let rule = Rule { points: Points::from_hundredths(full), cap: None, when_empty: WhenEmpty::Zero };
        let mut parts: Vec<_> = given
            .iter()
            .map(|(way, tally)| Part { way, may_cost: Some(points("2")), evidence: Evidence::Counts(*tally) })
            .collect();
        let forwards = clause(rule, &parts).unwrap();
        parts.reverse();
        let backwards = clause(rule, &parts).unwrap();
        prop_assert_eq!(forwards.points, backwards.points);
        prop_assert!((Points::ZERO..=rule.points).contains(&forwards.points.unwrap()));
    }

    /// S7: one more met never lowers, and turning a missed into a met never lowers; one more missed never raises.
    #[test]
    fn s7_more_met_never_lowers(way in any_way(), tally in any_counts()) {
        prop_assume!(tally.n() > 0);
        let got = |tally| one("2", &way, Evidence::Counts(tally)).unwrap();
        let now = got(tally);
        prop_assert!(got(tally.plus(Tally::counts(1, 0)).unwrap()) >= now);
        prop_assert!(got(tally.plus(Tally::counts(0, 1)).unwrap()) <= now);
        if tally.missed > 0 {
            prop_assert!(got(tally.plus(Tally::counts(1, -1)).unwrap()) >= now);
        }
    }
}
