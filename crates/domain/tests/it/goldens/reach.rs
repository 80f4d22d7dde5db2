//! Whom and which period a clause concerns, and what its violation does to the card (S1.4, S7.9).

use super::clauses::{self, must, number, points};
use super::node::{Fields, Unread};
use super::scorecards::{card, earned, grades, same_grade, same_total, totalled};
use super::{Case, Check, prose};
use domain::name::Name;
use domain::number::Points;
use domain::period::{Period, Window};
use domain::points::{Evidence, Way, WhenEmpty};
use domain::quota;
use domain::scorecard::{Left, Line, Reach, Veto};

/// S1.4: `H7 (2 points, two large activities a year, all or nothing, counts in the closing period). One in May, one in October 2026; another
/// project had one only.`
pub(crate) fn closing(case: &Case<'_>, check: &mut Check) -> Result<(), Unread> {
    let pattern = r"(\w+) \(([\d.]+) points, (\w+) .+? a (year|half-year|quarter), (all or nothing|by rate), counts in the closing period\)";
    let clause = must(pattern, case.facts)?;
    let (full, needed): (Points, i64) = (number(clause[1])?, number(clause[2])?);
    let window = match clause[3] {
        "year" => Period::Year,
        "half-year" => Period::HalfYear,
        _ => Period::Quarter,
    };
    let way = match clause[4] {
        "by rate" => Way::ByRate { target: None },
        _ => Way::AllOrNothing {
            target: None,
            reason: "H7".into(),
        },
    };
    let year = clauses::year(case.facts)?;
    let mut months: Vec<(i64, Window)> = Vec::new();
    for one in prose::all(r"(?i)\b(\w+) in ([A-Z][a-z]+)\b", case.facts) {
        if let (Ok(count), Ok(day)) = (number(one[0]), prose::day(&format!("1 {}", one[1]), year)) {
            months.push((count, Period::Month.containing(day)));
        }
    }
    let elsewhere = prose::first(r"another \w+ had (\w+) only", case.facts);
    for (key, expect) in case.expect.all() {
        let (done, label): (i64, &str) = match key.strip_prefix("other-") {
            Some(label) => {
                let found = elsewhere
                    .as_ref()
                    .ok_or("no other project is in the facts")?;
                (number(found[0])?, label)
            }
            None => (
                months
                    .iter()
                    .filter(|(_, month)| month.to_string().as_str() <= key)
                    .map(|(n, _)| n)
                    .sum(),
                key,
            ),
        };
        let month: Window = label.parse().map_err(|_| format!("no period `{label}`"))?;
        let reach = Reach {
            applies: true,
            posts: &[],
            held: None,
            in_period: month.closes(window),
        };
        let expect = expect.fields()?;
        let tally = quota::verdict(needed, done, true);
        let got = match reach.left() {
            Some(_) => None,
            None => {
                let counted = Evidence::Counts(tally);
                let form = clauses::Form::of(full, way.clone(), counted, WhenEmpty::Full);
                form.earned()?.points
            }
        };
        if let Some(expected) = expect.get(clause[0]) {
            check.says(key, reach.left().map_or("counts", Left::code), expected)?;
        }
        if let Some(expected) = expect.get("points") {
            check.same(&format!("{key} points"), got, points(expected)?);
        }
        for (count, got) in [("m", tally.met), ("v", tally.missed)] {
            if let Some(expected) = expect.get(count) {
                check.same(&format!("{key} {count}"), got, expected.parse()?);
            }
        }
        expect.all_read(key)?;
    }
    Ok(())
}

/// S7.9: `Clause points sum to 91.35 with section K at 5.50; … A front-desk member meets a clause for stewards only.`
pub(crate) fn vetoed(case: &Case<'_>, check: &mut Check) -> Result<(), Unread> {
    let found = must(
        r"sum to ([\d.]+) with section (\w+) at ([\d.]+\d)",
        case.facts,
    )?;
    let (all, section): (Points, Points) = (number(found[0])?, number(found[2])?);
    let rest = all.minus(section).map_err(|error| error.to_string())?;
    let full = Points::whole(100)
        .minus(section)
        .map_err(|error| error.to_string())?;
    let part = |name: &str, full, got| Line {
        section: Some(name.into()),
        ..earned(name, full, got)
    };
    let lines = [part("rest", full, rest), part(found[1], section, section)];
    let grades = grades(case.facts)?;
    for (story, expect) in case.expect.all() {
        let expect = expect.fields()?;
        if story == "other-post" {
            other_post(case.facts, &expect, check)?;
            expect.all_read(story)?;
            continue;
        }
        let veto = if let Some(zero) = prose::first(r"^section-(\w+)-zero$", story) {
            Veto::SectionZero(zero[0].into())
        } else if let Some(most) = prose::first(r"^total-at-most-([\d.]+)$", story) {
            Veto::TotalAtMost(number(most[0])?)
        } else if let Some(most) = prose::first(r"^grade-at-most-(\w+)$", story) {
            Veto::GradeAtMost(most[0].into())
        } else {
            return Err(format!("no veto `{story}`"));
        };
        let vetoes = [veto];
        let got = totalled(&card(&lines, &grades, &vetoes)?)?
            .1
            .map_err(|none| none.text().en)?;
        same_total(&expect, Some(got.points), check)?;
        same_grade(story, &expect, &got, check)?;
        expect.all_read(story)?;
    }
    Ok(())
}

fn other_post(facts: &str, expect: &Fields<'_>, check: &mut Check) -> Result<(), Unread> {
    let found = must(
        r"An? ([\w-]+) member meets a clause for ([\w-]+?)s? only",
        facts,
    )?;
    let (held, posts) = ([Name::from(found[0])], [Name::from(found[1])]);
    let reach = Reach {
        applies: true,
        posts: &posts,
        held: Some(&held),
        in_period: true,
    };
    let left = reach.left();
    if let Some(expected) = expect.get("state") {
        check.says(
            "state",
            if left.is_some() { "excluded" } else { "counts" },
            expected,
        )?;
    }
    if let Some(expected) = expect.get("points") {
        check.same("left out", left.is_some(), points(expected)?.is_none());
    }
    Ok(())
}
