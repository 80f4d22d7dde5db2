//! Totals, weights, grades, vetoes (S7.9 to S7.14), ratings (S9.6).

use super::clauses::{four_decimals, must, number, points};
use super::node::{Fields, Node, Unread};
use super::points::read;
use super::world::World;
use super::{Case, Check, clauses, prose, reach, sealing};
use domain::name::Name;
use domain::number::{Bp, Points, Ratio};
use domain::period::Window;
use domain::points::adjustment;
use domain::scorecard::{
    Adjusted, Appraisal, Appraiser, Card, Given, Grade, Left, Line, NoTotal, Present, REVIEW_WAITS,
    Sheet, Standing, Total, Veto, Weighed, few, finish, rank, total, weigh,
};
use domain::selection::{Channel, opinions};
use domain::tally::Tally;

pub(crate) fn play(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    let given = &case.given;
    if let Some(rates) = given.get("rates") {
        wilson(&case.expect, &rates.fields()?, check)
    } else if let Some(card) = given.get("card") {
        rescaled(&case.expect, &card.fields()?, check)
    } else if let Some(cards) = given.get("cards") {
        covered(case, &cards.fields()?, check)
    } else if let Some(weights) = given.get("weights") {
        weighed(case, &weights.fields()?, check)
    } else if let Some(others) = given.get("others") {
        graded(case, &others.fields()?, check)
    } else if case.expect.has("eleventh-in") || case.expect.has("apart") {
        rated(case, world, check)
    } else if let Some(clauses) = given.get("clauses") {
        summed(&case.expect, clauses, check)
    } else if case.facts.contains("closing period") {
        reach::closing(case, check)
    } else if case.facts.contains("one veto each") {
        reach::vetoed(case, check)
    } else {
        sealing::play(case, world, check)
    }
}

fn sum(error: impl std::fmt::Display) -> Unread {
    error.to_string()
}

fn whole(number: i32) -> Points {
    Points::whole(number)
}

fn line(clause: &str, full: Points, standing: Standing) -> Line {
    Line {
        clause: clause.into(),
        section: clause.get(..1).map(Name::from),
        full,
        standing,
    }
}

pub(crate) fn earned(clause: &str, full: Points, points: Points) -> Line {
    let standing = Standing::Earned {
        points,
        has_cases: true,
    };
    line(clause, full, standing)
}

/// A card of 60% to cover, with whole presence and nothing beside its clauses.
pub(crate) fn card<'a>(
    lines: &'a [Line],
    grades: &'a [Grade],
    vetoes: &'a [Veto],
) -> Result<Card<'a>, Unread> {
    let full = Points::sum(lines.iter().map(|line| line.full)).map_err(sum)?;
    let least = full
        .ratio()
        .times(Bp::new(6_000).ratio())
        .and_then(Ratio::points);
    Ok(Card {
        lines,
        adjustments: &[],
        vetoes,
        grades,
        least_covered: least.map_err(sum)?,
        present: Present::Whole,
    })
}

pub(crate) fn totalled(card: &Card<'_>) -> Result<(Sheet, Result<Total, NoTotal>), Unread> {
    total(card).map_err(sum)
}

/// `total`: a number, `none` or `given`.
pub(crate) fn same_total(
    expect: &Fields<'_>,
    got: Option<Points>,
    check: &mut Check,
) -> Result<(), Unread> {
    match expect.get("total").map(Node::text).transpose()? {
        None => {}
        Some("none") => check.same("total", got, None),
        Some("given") => check.same("total given", got.is_some(), true),
        Some(points) => check.same("total", got, Some(number(points)?)),
    }
    Ok(())
}

/// S7.10, S7.11: the sum of a section.
fn summed(expect: &Fields<'_>, clauses: &Node, check: &mut Check) -> Result<(), Unread> {
    let forms = read(clauses)?;
    let mut lines = Vec::new();
    for (name, form) in &forms {
        let standing = Standing::from(&form.earned()?);
        lines.push(line(name, form.rule.points, standing));
    }
    if let Some(expected) = expect.get("points") {
        for (name, expected) in expected.fields()?.all() {
            let form = forms.get(name).ok_or(format!("no clause `{name}`"))?;
            check.same(name, form.earned()?.points, points(expected)?);
        }
    }
    let (sheet, total) = totalled(&card(&lines, &[], &[])?)?;
    same_total(expect, total.ok().map(|total| total.points), check)?;
    if let Some(expected) = expect.get("covered") {
        check.same("covered", Some(sheet.covered), points(expected)?);
    }
    Ok(())
}

/// S7.9, S7.11: `{full: 100, not-applicable: 3, earned: 90.15}`.
fn rescaled(expect: &Fields<'_>, given: &Fields<'_>, check: &mut Check) -> Result<(), Unread> {
    let mut rest: Points = given.need("full")?.parse()?;
    let mut lines = Vec::new();
    for (key, left) in [
        ("not-applicable", Left::NotApplicable),
        ("other-post", Left::OtherPost),
        ("not-in-this-period", Left::NotInThisPeriod),
        ("excluded", Left::NoCases),
        ("no-cases", Left::NoCases),
    ] {
        if let Some(out) = given.get(key) {
            let out = out.parse()?;
            rest = rest.minus(out).map_err(sum)?;
            lines.push(line(key, out, Standing::Left(left)));
        }
    }
    lines.push(earned("rest", rest, given.need("earned")?.parse()?));
    given.all_read("card")?;
    let (sheet, total) = totalled(&card(&lines, &[], &[])?)?;
    same_total(expect, total.ok().map(|total| total.points), check)?;
    if let Some(expected) = expect.get("covered") {
        check.same("covered", Some(sheet.covered), points(expected)?);
    }
    Ok(())
}

/// S7.10: too little covered, or present for too little.
fn covered(case: &Case<'_>, cards: &Fields<'_>, check: &mut Check) -> Result<(), Unread> {
    let full: Points = number(must(r"cards? of (\d+) points", case.facts)?[0])?;
    for (name, given) in cards.all() {
        let given = given.fields()?;
        let covered: Points = given.need("covered")?.parse()?;
        let out = given
            .get("not-applicable")
            .map_or(Ok(Points::ZERO), Node::parse)?;
        let rest = full
            .minus(covered)
            .and_then(|rest| rest.minus(out))
            .map_err(sum)?;
        let empty = Standing::Earned {
            points: rest,
            has_cases: false,
        };
        let lines = [
            earned("covered", covered, covered),
            line("empty", rest, empty),
            line("out", out, Standing::Left(Left::NotApplicable)),
        ];
        let present = match (given.get("present"), given.get("present-days")) {
            (None, Some(days)) => Present::Days {
                present: days.parse()?,
                of: number(must(r"\((\d+) days\)", case.facts)?[0])?,
            },
            (present, None) if present.is_none_or(|p| p.text() == Ok("whole")) => Present::Whole,
            _ => return Err("the card is present for a whole period or for days".into()),
        };
        given.all_read(name)?;
        let grades = [Grade {
            name: "any".into(),
            from: Points::ZERO,
        }];
        let card = Card {
            present,
            ..card(&lines, &grades, &[])?
        };
        let got = totalled(&card)?.1.ok();
        let points = got.as_ref().map(|total| total.points);
        let expect = case.expect.need(name)?.fields()?;
        same_total(&expect, points, check)?;
        let ranked = rank([(name, points, 100)])[0].rank;
        let graded = got.and_then(|total| total.grade);
        for (key, there) in [("grade", graded.is_some()), ("rank", ranked.is_some())] {
            if let Some(expected) = expect.get(key) {
                check.says(key, if there { "given" } else { "none" }, expected)?;
            }
        }
        if let Some(expected) = expect.get("clauses") {
            check.says(
                "clauses",
                if lines.is_empty() { "hidden" } else { "shown" },
                expected,
            )?;
        }
        expect.all_read(name)?;
    }
    Ok(())
}

/// S7.12: `Self 96.50, supervisor 88.00; in b the self mark was not given by its deadline; in c the supervisor's is missing; d has weights of
/// 1500 and 8000.`
fn weighed(case: &Case<'_>, weights: &Fields<'_>, check: &mut Check) -> Result<(), Unread> {
    let mut usual = Vec::new();
    for (name, weight) in weights.all() {
        let given = must(&format!(r"(?i)\b{name} ([\d.]+)"), case.facts)?;
        usual.push(Appraisal {
            name: name.into(),
            appraiser: if name == "self" {
                Appraiser::Oneself
            } else {
                Appraiser::Reviewer
            },
            weight: weight.parse()?,
            given: Given::Total(number(given[0])?),
        });
    }
    for (story, expect) in case.expect.all() {
        let mut appraisals = usual.clone();
        let pattern =
            format!(r"in {story} the (\w+)(?:'s)?(?: mark)? (?:was not given|is missing)");
        for missing in prose::all(&pattern, case.facts) {
            let found = appraisals.iter_mut().find(|a| a.name == *missing[0]);
            found.ok_or("a mark of nobody is missing")?.given = Given::NotGiven;
        }
        let pattern = format!(r"(?:^|[;.,] ){story} has weights of (\d+(?:(?:,| and) \d+)+)");
        if let Some(others) = prose::first(&pattern, case.facts) {
            let others = prose::all(r"(\d+)", others[0]);
            for (appraisal, other) in appraisals.iter_mut().zip(others) {
                appraisal.weight = number(other[0])?;
            }
        }
        let got = weigh(&appraisals);
        match expect {
            Node::Map(_) => {
                let expect = expect.fields()?;
                weighed_as(story, &expect, got.map_err(sum)?, check)?;
                expect.all_read(story)?;
            }
            Node::Text(text) if text == "refused" => {
                check.same(&format!("{story} refused"), got.is_err(), true);
            }
            expected => {
                let got = match got {
                    Ok(Weighed::Total { points, .. }) => Some(points),
                    _ => None,
                };
                check.same(story, got, points(expected)?);
            }
        }
    }
    Ok(())
}

fn weighed_as(
    story: &str,
    expect: &Fields<'_>,
    got: Weighed,
    check: &mut Check,
) -> Result<(), Unread> {
    let (total, missing, overdue) = match got {
        Weighed::Total { points, not_given } => (Some(points), not_given, Vec::new()),
        Weighed::Blocked { overdue, .. } => (None, Vec::new(), overdue),
        Weighed::Nothing => (None, Vec::new(), Vec::new()),
    };
    same_total(expect, total, check)?;
    if let Some(expected) = expect.get("shown") {
        let shown: Vec<_> = missing
            .iter()
            .map(|name| format!("{name} not given"))
            .collect();
        check.says(&format!("{story} shown"), &shown.join(", "), expected)?;
    }
    if let Some(expected) = expect.get("blocked") {
        check.same(
            &format!("{story} blocked"),
            !overdue.is_empty(),
            expected.flag()?,
        );
    }
    if let Some(expected) = expect.get("after") {
        check.says(
            &format!("{story} after"),
            &REVIEW_WAITS.to_string(),
            expected,
        )?;
    }
    if let Some(expected) = expect.get("goes-to") {
        let to = if overdue.is_empty() { "" } else { "unit-above" };
        check.says(&format!("{story} goes to"), to, expected)?;
    }
    Ok(())
}

/// `Grades A from 90, B from 80, C from 70.`
pub(crate) fn grades(facts: &str) -> Result<Vec<Grade>, Unread> {
    let list = must(
        r"(?i)grades (\w+ from [\d.]+(?:(?:,| and) \w+ from [\d.]+)*)",
        facts,
    )?;
    let grade = |found: Vec<&str>| {
        Ok(Grade {
            name: found[0].into(),
            from: number(found[1].trim_end_matches('.'))?,
        })
    };
    prose::all(r"(\w+) from ([\d.]+)", list[0])
        .into_iter()
        .map(grade)
        .collect()
}

/// S7.7, S7.13: `Weighted total 88.00; adjustments +3.0 bounded to [-5, +2].`
fn graded(case: &Case<'_>, others: &Fields<'_>, check: &mut Check) -> Result<(), Unread> {
    let grades = grades(case.facts)?;
    for (story, expect) in case.expect.all() {
        let mut adjustments = Vec::new();
        let weighted = match others.get(story) {
            Some(total) => total.parse()?,
            None => {
                let found = must(
                    r"otal ([\d.]+); adjustments? (.+?) bounded to \[([+-]?[\d.]+), ([+-]?[\d.]+)\]",
                    case.facts,
                )?;
                let all = prose::all(r"([+-]?\d+(?:\.\d+)?)", found[1]);
                let given: Result<Vec<Ratio>, _> = all.iter().map(|one| number(one[0])).collect();
                let given = Ratio::sum(given?).map_err(sum)?;
                let (min, max) = (number(found[2])?, number(found[3])?);
                adjustments.push(Adjusted {
                    clause: "adjustments".into(),
                    points: adjustment(given, min, max).map_err(sum)?,
                    most: max,
                });
                number(found[0])?
            }
        };
        let got = finish(weighted, whole(100), &adjustments, &[], &grades).map_err(sum)?;
        let expect = expect.fields()?;
        same_total(&expect, Some(got.points), check)?;
        same_grade(story, &expect, &got, check)?;
        expect.all_read(story)?;
    }
    Ok(())
}

pub(crate) fn same_grade(
    story: &str,
    expect: &Fields<'_>,
    got: &Total,
    check: &mut Check,
) -> Result<(), Unread> {
    if let Some(expected) = expect.get("grade") {
        let grade = got.grade.as_ref().map_or("none", Name::as_str);
        check.says(&format!("{story} grade"), grade, expected)?;
    }
    Ok(())
}

/// S7.13.
fn wilson(expect: &Fields<'_>, rates: &Fields<'_>, check: &mut Check) -> Result<(), Unread> {
    for (name, rate) in rates.all() {
        let rate = rate.fields()?;
        let tally = Tally::counts(rate.need("m")?.parse()?, rate.need("v")?.parse()?);
        rate.all_read(name)?;
        let expect = expect.need(name)?.fields()?;
        let expected = match expect.need("wilson")? {
            Node::Text(none) if none == "none" => None,
            Node::List(bounds) if bounds.len() == 2 => {
                Some((four_decimals(&bounds[0])?, four_decimals(&bounds[1])?))
            }
            other => return Err(format!("no interval: {other:?}")),
        };
        expect.all_read(name)?;
        check.same(name, few(&tally).map_err(sum)?, expected);
    }
    Ok(())
}

/// S9.6: who said it decides whether it counts.
fn rated(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    let mut ratings = Vec::new();
    for (channel, pattern) in [
        (
            Channel::Own,
            r"(\d+) from owners' own channel \((\d+) satisfied\)",
        ),
        (
            Channel::Recording,
            r"(\d+) from an? recording\w* \((\d+) satisfied\)",
        ),
        (
            Channel::OutsideCaller,
            r"(\d+) by a caller outside the chain \((\d+) satisfied\)",
        ),
        (Channel::Staff, r"(\d+) entered by [^(]+\((\d+) satisfied\)"),
    ] {
        for found in prose::all(pattern, case.facts) {
            let (all, satisfied): (usize, usize) = (number(found[0])?, number(found[1])?);
            ratings.extend((0..all).map(|place| (channel, place < satisfied)));
        }
    }
    let opinions = opinions(ratings).map_err(sum)?;
    if let Some(expected) = case.expect.get("n") {
        check.same("n", opinions.counted.n(), expected.parse()?);
    }
    if let Some(expected) = case.expect.get("apart") {
        check.same("apart", opinions.apart, expected.parse()?);
    }
    if let Some(clauses) = case.given.get("clauses") {
        let forms = read(clauses)?;
        let expect = case.expect.need("points")?.fields()?;
        for (name, expected) in expect.all() {
            let form = forms.get(name).ok_or(format!("no clause `{name}`"))?;
            let got = form.earned()?;
            check.same(name, got.points, points(expected)?);
            check.same("counts of the ratings", got.tally, opinions.counted);
        }
    }
    if let Some(expected) = case.expect.get("eleventh-in") {
        let found = must(r"A rating step of (\d+ \w+) (\d\d:\d\d)", case.facts)?;
        let window: Window = expected.parse()?;
        let at = prose::time(
            prose::day(found[0], clauses::year(case.facts)?)?,
            found[1],
            &world.zone,
        )?;
        let counts_in = window.period().of(at, &world.zone);
        check.says("eleventh-in", &counts_in.to_string(), expected)?;
    }
    Ok(())
}
