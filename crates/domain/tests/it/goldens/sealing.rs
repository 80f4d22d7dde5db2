//! Sealing, appeals, overrides, money proposals, samples (S7.14, S8.3 to S8.5, S10).

use super::clauses::{must, number, points, year};
use super::node::{Fields, Node, Unread};
use super::world::World;
use super::{Case, Check, expected, prose};
use domain::appeal::{Instance, file, settled};
use domain::clock::{Due, Span, ends};
use domain::id::{RecordId, Uuid};
use domain::money::{Loss, MoneyEffects, NEEDS, Told, binding_version, proposal};
use domain::name::Text;
use domain::number::Points;
use domain::override_rule::{Asked, Setter, judge};
use domain::pack::model::{Looser, Parameter, ParameterUnit, ParameterValue};
use domain::period::{Period, Window};
use domain::sample::{Digest, Draw, DrawEntry, Plan, Population, may_draw};
use domain::scorecard::{NoTotal, Total};
use domain::seal::{Item, Sealed, can_seal, evidence_digest, open_until};
use domain::tally::Verdict;
use domain::time::{Day, Instant};
use std::collections::BTreeMap;

pub(crate) fn play(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    if let Some(sample) = case.given.get("sample") {
        drawn(&case.expect, &sample.fields()?, check)
    } else if case.given.has("overrides") {
        overridden(case, check)
    } else if case.given.has("duties") {
        appealed(case, world, check)
    } else if case.expect.has("proposal") {
        proposed(case, check)
    } else if case.facts.contains("longest limit") {
        sealed(case, world, check)
    } else if case.facts.contains("drawn once") || case.facts.contains("unpublished") {
        hidden(case, check)
    } else {
        Err("no shape of this set".into())
    }
}

fn sum(error: impl std::fmt::Display) -> Unread {
    error.to_string()
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn first_of(month: &str, year: i16) -> Result<Day, Unread> {
    prose::day(
        &format!("1 {}{}", month[..1].to_uppercase(), &month[1..]),
        year,
    )
}

/// S8.3: when a month can be sealed, and what arrives later.
fn sealed(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    let period = must(r"([A-Z][a-z]+) (\d{4})", case.facts)?;
    let first = format!("1 {} {}", period[0], period[1]);
    let month = Period::Month.containing(prose::day(&first, 0)?);
    let limit = must(
        r"longest limit of its duties is (\S+?)\.(?: |$)",
        case.facts,
    )?;
    let limits: [Span; 1] = [limit[0].parse().map_err(sum)?];
    for (story, expect) in case.expect.all() {
        if story == "later" {
            let expect = expect.fields()?;
            later(case, &expect, month, check)?;
            expect.all_read(story)?;
            continue;
        }
        let device = case
            .facts
            .contains(&format!("In {story} a device is known to hold unsent"));
        let until = open_until(month, &limits, device, &world.days, &world.zone).map_err(sum)?;
        let instants = case.given.need(story)?.list()?;
        let got: Result<Vec<bool>, Unread> = instants
            .iter()
            .map(|at| at.parse().map(|at| can_seal(until, at)))
            .collect();
        let flags: Result<Vec<bool>, _> = expect.list()?.iter().map(Node::flag).collect();
        check.same(story, got?, flags?);
    }
    Ok(())
}

/// A sealed card that rests on evidence of certain days.
fn seal(month: Window, days: &[Day]) -> Sealed {
    let item = |(place, _): (usize, &Day)| Item {
        clause: "A1",
        record: RecordId::from_uuid(Uuid::from_u128(place as u128 + 1)),
        judged: "duty",
        occurrence: 1,
        verdict: Verdict::Met,
        due: None,
        done_at: None,
    };
    let here = days
        .iter()
        .enumerate()
        .filter(|(_, day)| month.contains(**day));
    Sealed {
        standard: "card".into(),
        standard_version: 1,
        pack_version: "0.1.0".into(),
        period: month,
        as_of: Instant::from_micros(0),
        revision: 1,
        parameters: BTreeMap::new(),
        overrides: Vec::new(),
        clauses: Vec::new(),
        total: Ok::<Total, NoTotal>(Total {
            points: Points::whole(88),
            grade: None,
        }),
        covered: Points::whole(100),
        evidence: evidence_digest(here.map(item)),
    }
}

fn later(
    case: &Case<'_>,
    expect: &Fields<'_>,
    month: Window,
    check: &mut Check,
) -> Result<(), Unread> {
    let told = case.given.need("later")?.text()?;
    let found = must(r"Evidence of (\d+ [A-Z]\w+) arrives after sealing", told)?;
    let day = prose::day(found[0], month.first().year())?;
    let own = [month.first(), month.next().first()];
    let with = [own[0], own[1], day];
    let kept = |card: &Sealed, before: &Sealed| {
        if card == before {
            "unchanged"
        } else {
            "changed"
        }
    };
    let card = seal(month, &own);
    let before = card.clone();
    let revised = card.revised(seal(month, &with));
    if let Some(expected) = expect.get("sealed") {
        check.says("sealed", kept(&card, &before), expected)?;
    }
    if let Some(expected) = expect.get("proposes") {
        let proposes = revised.map_or("nothing", |next| {
            if next.revision == before.revision + 1 {
                "revised-version"
            } else {
                ""
            }
        });
        check.says("proposes", proposes, expected)?;
    }
    for name in expect.keys().filter(|key| MONTHS.contains(key)) {
        let other = Period::Month.containing(first_of(name, month.first().year())?);
        let (before, after) = (seal(other, &own), seal(other, &with));
        check.says(name, kept(&after, &before), expect.need(name)?)?;
    }
    Ok(())
}

/// S8.5: `Scorecard 88.20 shown on 2 April 2026 15:00; appeal filed on 7 April 23:59. The review would give 87.60.`
fn appealed(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    let mut dues: BTreeMap<&str, (Instant, Due)> = BTreeMap::new();
    for (name, duty) in case.given.need("duties")?.fields()?.all() {
        let duty = duty.fields()?;
        let start: Instant = duty.need("start")?.parse()?;
        let limit = duty.need("due")?.fields()?;
        let due = ends(
            start,
            limit.need("within")?.parse()?,
            &world.days,
            &world.zone,
        )
        .map_err(sum)?;
        limit.all_read("due")?;
        duty.all_read(name)?;
        dues.insert(name, (start, due));
        if let Some(expect) = case.expect.get(name) {
            let expect = expect.fields()?;
            expected::due(&expect, due, &format!("{name}: "), world, check)?;
            expect.all_read(name)?;
        }
    }
    if let Some(accepted) = case.expect.get("accepted") {
        let shown_at = dues.get("file").ok_or("when was it shown?")?.0;
        let found = must(r"filed on (\d+ [A-Z]\w+) (\d\d:\d\d(?::\d\d)?)", case.facts)?;
        let year = world.zone.day_of(shown_at).year();
        let filed_at = prose::time(prose::day(found[0], year)?, found[1], &world.zone)?;
        let got = file(shown_at, None, filed_at, &world.days, &world.zone);
        check.same("accepted", got == Ok(Instance::First), accepted.flag()?);
    }
    if let Some(expected) = case.expect.get("total") {
        let before = must(r"Scorecard (\d+(?:\.\d+)?)", case.facts)?;
        let review = must(r"review would give (\d+(?:\.\d+)?)", case.facts)?;
        let got = settled(Some(number(before[0])?), Some(number(review[0])?));
        check.same("total", got, points(expected)?);
    }
    Ok(())
}

/// S8.4: `repair.send.normal default PT5M, bounds PT3M to PT15M; project north lies under region east.`
fn overridden(case: &Case<'_>, check: &mut Check) -> Result<(), Unread> {
    let pattern = r"(\S+) default (\S+), bounds (\S+) to ([^\s;]+);? .*?(\w+) lies under (?:region |company )?(\w+)";
    let found = must(pattern, case.facts)?;
    let value = |text: &str| -> Result<ParameterValue, Unread> {
        match text.parse::<Span>() {
            Ok(span) => Ok(ParameterValue::Span(span)),
            Err(_) => number(text.trim_end_matches("bp")).map(ParameterValue::Number),
        }
    };
    let default = value(found[1])?;
    let (unit, looser) = match default {
        ParameterValue::Span(_) => (ParameterUnit::Duration, Looser::Higher),
        _ => (ParameterUnit::BasisPoints, Looser::Lower),
    };
    let parameter = Parameter {
        name: found[0].into(),
        title: Text::default(),
        unit,
        default: default.clone(),
        bounds: Some((value(found[2])?, value(found[3])?)),
        by: None,
        looser,
    };
    let (project, above) = (found[4], found[5]);
    for (story, asked) in case.given.need("overrides")?.fields()?.all() {
        let asked = asked.fields()?;
        let (by, unit) = (asked.need("by")?.text()?, asked.need("for")?.text()?);
        let set = value(asked.need("value")?.text()?)?;
        asked.all_read(story)?;
        let setter = if by == unit {
            Setter::Itself
        } else if unit == project && by == above {
            Setter::Above
        } else {
            Setter::Elsewhere
        };
        let now = Instant::from_micros(0);
        let got = judge(&Asked {
            parameter: &parameter,
            value: &set,
            inherited: &default,
            setter,
            from: now,
            now,
        });
        let expect = case.expect.need(story)?.fields()?;
        if let Some(accepted) = expect.get("accepted") {
            check.same(&format!("{story} accepted"), got.is_ok(), accepted.flag()?);
        }
        if let Some(expected) = expect.get("printed-on") {
            let printed = got.map_or(&[][..], |accepted| accepted.printed_on());
            let names: Vec<_> = printed.iter().map(expected::name_of).collect();
            let expected = expected.texts()?.into_iter().map(str::to_owned).collect();
            check.same(&format!("{story} printed on"), names, expected);
        }
        expect.all_read(story)?;
    }
    Ok(())
}

/// S7.14: `Money effects are switched on; month's wage 4,500.00, minimum wage 2,420.00, proven loss 1,200.00 yuan. Standard version 3 is in force
/// from 1 April; member x read it on 28 March, member y not before 2 May.`
fn proposed(case: &Case<'_>, check: &mut Check) -> Result<(), Unread> {
    let fen = |pattern: &str| -> Result<i64, Unread> {
        let yuan: Points = number(must(pattern, case.facts)?[0])?;
        Ok(yuan.hundredths())
    };
    let loss = Loss {
        wage_fen: fen(r"month's wage ([\d,]+(?:\.\d+)?)")?,
        minimum_wage_fen: fen(r"minimum wage ([\d,]+(?:\.\d+)?)")?,
        proven_fen: fen(r"proven loss ([\d,]+(?:\.\d+)?)")?,
        statement_given: true,
    };
    let effects = if must(r"effects are switched (on|off)", case.facts)?[0] == "on" {
        MoneyEffects::Proposed
    } else {
        MoneyEffects::Off
    };
    let none = |node: &Node| match node {
        Node::Text(none) if none == "none" => Ok(None),
        other => points(other),
    };
    for (key, effects) in [
        ("proposal", effects),
        ("with-effects-off", MoneyEffects::Off),
    ] {
        if let Some(expected) = case.expect.get(key) {
            let got = proposal(effects, &loss).map_err(sum)?;
            let got = got.map(|proposal| Points::from_hundredths(proposal.amount_fen));
            check.same(key, got, none(expected)?);
        }
    }
    if let Some(expected) = case.expect.get("needs") {
        check.says("needs", &expected::name_of(NEEDS), expected)?;
    }
    let year = year(case.facts)?;
    for month in case.expect.keys().filter(|key| MONTHS.contains(key)) {
        let first = first_of(month, year)?;
        let told = must(r"version (\d+) is in force from (\d+ [A-Z]\w+)", case.facts)?;
        let (version, from): (u32, Day) = (number(told[0])?, prose::day(told[1], year)?);
        let expect = case.expect.need(month)?.fields()?;
        for (member, expected) in expect.all() {
            let pattern = format!(r"member {member} (?:read it on|not before) (\d+ [A-Z]\w+)");
            let read_on = must(&pattern, case.facts)
                .ok()
                .map(|found| prose::day(found[0], year))
                .transpose()?;
            let long_ago = Day::new(2000, 1, 1);
            let versions = [
                Told {
                    version: version - 1,
                    in_force_from: long_ago.unwrap_or(from),
                    read_on: long_ago,
                },
                Told {
                    version,
                    in_force_from: from,
                    read_on,
                },
            ];
            let got =
                binding_version(&versions, first).map_or("none".into(), |v| format!("version-{v}"));
            check.says(member, &got, expected)?;
        }
    }
    Ok(())
}

/// S10.1, S10.2: `North has 12 open records a steward may see and one unpublished mystery call on that steward. The sample … was drawn once`.
fn hidden(case: &Case<'_>, check: &mut Check) -> Result<(), Unread> {
    let found = must(
        r"(\w+) open records an? ([\w-]+) may see and (\w+) unpublished",
        case.facts,
    )?;
    let (open, viewer, plans): (usize, &str, usize) =
        (number(found[0])?, found[1], number(found[2])?);
    let list = |published: bool| {
        let targets = [viewer];
        let records = (0..open + plans).filter(|place| {
            let targets = if *place < open { &[][..] } else { &targets[..] };
            !Plan { targets, published }.hidden_from(&viewer)
        });
        records.collect::<Vec<_>>()
    };
    let (before, after) = (list(false), list(true));
    for (key, seen) in [(viewer, &before), ("after-publishing", &after)] {
        let Some(expect) = case.expect.get(key) else {
            continue;
        };
        let expect = expect.fields()?;
        for name in ["listed", "count"] {
            if let Some(expected) = expect.get(name) {
                check.same(&format!("{key} {name}"), seen.len(), expected.parse()?);
            }
        }
        if let Some(expected) = expect.get("search-hits-for-plan") {
            let hits = seen.iter().filter(|place| **place >= open).count();
            check.same(&format!("{key} search hits"), hits, expected.parse()?);
        }
        expect.all_read(key)?;
    }
    let times = prose::first(r"was (?:drawn|taken) (once|twice|(\w+) times)", case.facts);
    let drawn: usize = match times.as_ref().map(|found| found[0]) {
        None => 0,
        Some("once") => 1,
        Some("twice") => 2,
        Some(_) => number(times.as_ref().map_or("", |found| found[1]))?,
    };
    for (key, reason) in [
        ("second-draw-no-reason", None),
        ("second-draw-with-reason", Some("its reason")),
    ] {
        if let Some(expected) = case.expect.get(key) {
            let got = match may_draw(drawn, reason) {
                Ok(DrawEntry::First) => "first",
                Ok(DrawEntry::Further { .. }) => "new-entry",
                Err(_) => "refused",
            };
            check.says(key, got, expected)?;
        }
    }
    Ok(())
}

/// S10.1: `{ids, standard, unit, period, number, draw}`.
fn drawn(expect: &Fields<'_>, sample: &Fields<'_>, check: &mut Check) -> Result<(), Unread> {
    let ids = sample.need("ids")?.texts()?.into_iter().map(str::to_owned);
    let population = Population::listed(ids).map_err(sum)?;
    if let Some(expected) = expect.get("root") {
        check.says("root", &population.root().to_string(), expected)?;
    }
    let seed = |key: &str| sample.need(key).and_then(Node::text);
    let draw = Draw {
        standard: seed("standard")?,
        unit: seed("unit")?,
        period: sample.need("period")?.parse()?,
    };
    let seed: Digest = draw.seed(population.root(), sample.need("number")?.parse()?);
    if let Some(expected) = expect.get("seed") {
        check.says("seed", &seed.to_string(), expected)?;
    }
    if let Some(expected) = expect.get("drawn") {
        let n = sample.need("draw")?.parse()?;
        check.same("drawn", population.draw(seed, n), expected.texts()?);
    }
    sample.all_read("sample")
}
