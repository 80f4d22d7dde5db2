//! Points of clauses (S7.1 to S7.10, S8.1, S8.2).

use super::clauses::{Form, empty, must, number, points, tiers};
use super::node::{Fields, Node, Unread};
use super::world::World;
use super::{Case, Check, prose};
use domain::clock::{Due, End};
use domain::number::{Bp, Points, Ratio};
use domain::outcome::{Story, judge};
use domain::period::Window;
use domain::points::{Band, Bound, Direction, Evidence, Tiers, Way, WhenEmpty, check_mark, worth};
use domain::selection;
use domain::tally::{Tally, Verdict};
use domain::time::Instant;
use std::collections::BTreeMap;

pub(crate) fn play(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    let clauses = match case.given.get("clauses") {
        Some(node) => read(node)?,
        None => BTreeMap::new(),
    };
    let exact = case.given.get("exact").map(Node::fields).transpose()?;
    if let Some(expected) = case.expect.get("points") {
        for (name, expected) in expected.fields()?.all() {
            let got = match (
                clauses.get(name),
                exact.as_ref().and_then(|all| all.get(name)),
            ) {
                (Some(form), _) => form.earned()?.points,
                (None, Some(exact)) => Some(rounded(exact)?),
                (None, None) => return Err(format!("no clause `{name}`")),
            };
            check.same(name, got, points(expected)?);
        }
    }
    if let Some(exact) = exact {
        exact.all_read("exact")?;
    }
    counts(case, &clauses, check)?;
    refusals(case, &clauses, check)?;
    none_of(case, world, check)?;
    choices(case, check)?;
    live(case, &clauses, world, check)?;
    merged(case, check)?;
    measured(case, check)
}

pub(crate) fn read(node: &Node) -> Result<BTreeMap<&str, Form>, Unread> {
    let fields = node.fields()?;
    let form = |(name, node)| {
        let form = Form::read(node).map_err(|unread| format!("{name}: {unread}"))?;
        Ok((name, form))
    };
    fields.all().map(form).collect()
}

fn rounded(exact: &Node) -> Result<Points, Unread> {
    let exact: Ratio = exact.parse()?;
    exact.points().map_err(|error| error.to_string())
}

/// `n`, `m`, `v` of the only clause.
fn counts(
    case: &Case<'_>,
    clauses: &BTreeMap<&str, Form>,
    check: &mut Check,
) -> Result<(), Unread> {
    for key in ["n", "m", "v"] {
        let Some(expected) = case.expect.get(key) else {
            continue;
        };
        let mut forms = clauses.values();
        let (Some(form), None) = (forms.next(), forms.next()) else {
            return Err(format!("`{key}` is of one clause"));
        };
        let tally = form.earned()?.tally;
        let got = match key {
            "n" => tally.n(),
            "m" => tally.met.into(),
            _ => tally.not_in_time(),
        };
        check.same(key, got, expected.parse()?);
    }
    Ok(())
}

fn accepted(taken: bool) -> &'static str {
    if taken { "accepted" } else { "refused" }
}

/// S7.5, S7.6: what a pack or a person may not give.
fn refusals(
    case: &Case<'_>,
    clauses: &BTreeMap<&str, Form>,
    check: &mut Check,
) -> Result<(), Unread> {
    if let Some(bands) = case.given.get("bad-bands") {
        let got = accepted(tiers(bands, None)?.is_ok());
        check.says("bad-bands", got, case.expect.need("bad-bands")?)?;
    }
    if let Some(mark) = case.given.get("bad-mark") {
        let form = clauses.values().next().ok_or("a mark needs its clause")?;
        let got = accepted(check_mark(mark.parse()?, form.rule.points).is_ok());
        check.says("bad-mark", got, case.expect.need("bad-mark")?)?;
    }
    Ok(())
}

/// S1.3: what must not happen belongs to the period in which it occurred.
fn none_of(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    let Some(given) = case.given.get("none-of") else {
        return Ok(());
    };
    let given = given.fields()?;
    given.get("what");
    let at: Instant = given.need("occurred_at")?.parse()?;
    let (full, each): (Points, Points) =
        (given.need("points")?.parse()?, given.need("each")?.parse()?);
    given.all_read("none-of")?;
    for (period, expected) in case.expect.need("none-of")?.fields()?.all() {
        let window: Window = period
            .parse()
            .map_err(|_| format!("no period `{period}`"))?;
        let here = window.period().of(at, &world.zone) == window;
        let tally = Tally::counts(0, i64::from(here));
        let way = Way::PerViolation { each };
        let form = Form::of(full, way, Evidence::Counts(tally), WhenEmpty::Full);
        check.same(period, form.earned()?.points, points(expected)?);
    }
    Ok(())
}

/// S7.10: a clause without cases under each choice.
fn choices(case: &Case<'_>, check: &mut Check) -> Result<(), Unread> {
    let Some(choices) = case.given.get("choices") else {
        return Ok(());
    };
    let full = number(must(r"n = 0 for a clause of ([\d.]+) points", case.facts)?[0])?;
    for choice in choices.texts()? {
        let expect = case.expect.need(choice)?.fields()?;
        let none = Evidence::Counts(Tally::ZERO);
        let form = Form::of(full, Way::ByRate { target: None }, none, empty(choice)?);
        let earned = form.earned()?;
        check.same(choice, earned.points, points(expect.need("points")?)?);
        let said = earned.said.first().map_or("", |line| line.en.as_str());
        if let Some(shown) = expect.get("shown") {
            let shown = shown.text()?;
            check.same(
                "shown",
                (earned.has_cases, said.starts_with(shown)),
                (false, true),
            );
        }
        expect.all_read(choice)?;
    }
    Ok(())
}

/// S8.1, S8.2: the worth of one more item, and counts of what is due and undone without a sweep.
fn live(
    case: &Case<'_>,
    clauses: &BTreeMap<&str, Form>,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    let first = || clauses.values().next().ok_or("a clause is needed");
    if let Some(expected) = case.expect.get("worth") {
        let form = first()?;
        let got = worth(form.rule, &form.parts(), 0).map_err(|error| error.to_string())?;
        check.same("worth", got, points(expected)?);
    }
    let Some(live) = case.expect.get("live") else {
        return Ok(());
    };
    let found = must(
        r"due at (\d\d:\d\d(?::\d\d)?) (inclusive|exclusive) and not done",
        case.facts,
    )?;
    let base = first()?.earned()?.tally;
    for one in live.list()? {
        let one = one.fields()?;
        let as_of: Instant = one.need("as_of")?.parse()?;
        let at = prose::time(world.zone.day_of(as_of), found[0], &world.zone)?;
        let end = if found[1] == "inclusive" {
            End::Inclusive
        } else {
            End::Exclusive
        };
        let judged = judge(&Story::untouched(Due { at, end }), as_of);
        let item = Tally::of(Verdict::of(&judged, Bp::ZERO, false));
        let tally = base.plus(item).map_err(|error| error.to_string())?;
        let form = Form::of(
            first()?.rule.points,
            by_rate(),
            Evidence::Counts(tally),
            WhenEmpty::Full,
        );
        let expected = points(one.need("points")?)?;
        check.same(&format!("live {as_of}"), form.earned()?.points, expected);
        one.all_read("live")?;
    }
    Ok(())
}

fn by_rate() -> Way {
    Way::ByRate { target: None }
}

/// S7.9, S9.4: records merged into one case.
fn merged(case: &Case<'_>, check: &mut Check) -> Result<(), Unread> {
    let (withdrawn, kept) = (
        case.expect.get("withdrawn"),
        case.expect.get("records-kept"),
    );
    if withdrawn.is_none() && kept.is_none() {
        return Ok(());
    }
    let merge = must(
        r"(\w+) \w+ merged into one \w+ \(withdraws (.+?), keeps (.+?)[;)]",
        case.facts,
    )?;
    let records: usize = number(merge[0])?;
    let withdraws = merge[1]
        .split(" and ")
        .flat_map(|duties| duties.split(", "))
        .count();
    let told = must(
        r"(?i)\ball (\w+) (\w+) duties were (missed|met)",
        case.facts,
    )?;
    let of_case = if told[2] == "missed" {
        Verdict::Missed
    } else {
        Verdict::Met
    };
    let mut items = vec![(0, of_case); number(told[0])?];
    if let Some(other) = prose::first(r"Another \w+ outside it was \w+ (in time|late)", case.facts)
    {
        let in_time = other[0] == "in time";
        items.push((
            1,
            if in_time {
                Verdict::Met
            } else {
                Verdict::Missed
            },
        ));
    }
    let tally = selection::once_per(items).map_err(|error| error.to_string())?;
    for (key, got) in [("m", tally.met), ("v", tally.missed)] {
        if let Some(expected) = case.expect.get(key) {
            check.same(&format!("{key} of the items"), got, expected.parse()?);
        }
    }
    must(
        r"still to do and not yet due when (?:they were|it was) merged",
        case.facts,
    )?;
    let (merged_at, due) = (
        Instant::from_micros(1),
        Due::inclusive(Instant::from_micros(2)),
    );
    let story = Story {
        withdrawn_at: Some(merged_at),
        ..Story::untouched(due)
    };
    let judged = judge(&story, due.at.plus_micros(1));
    let ceased = Tally::of(Verdict::of(&judged, Bp::ZERO, false)).withdrawn;
    let all = i64::try_from(records * withdraws).map_err(|_| "too many records")?;
    if let Some(expected) = withdrawn {
        check.same("withdrawn", ceased * all, expected.parse()?);
    }
    if let Some(expected) = kept {
        // Merging is a step of each record; none of them ends.
        check.same("records-kept", records, expected.parse()?);
    }
    Ok(())
}

/// S7.8: ratio, mean, metric and score, which stand in the facts alone.
fn measured(case: &Case<'_>, check: &mut Check) -> Result<(), Unread> {
    let expect = &case.expect;
    if expect.keys().any(|key| key.starts_with("ratio-")) {
        ratios(case.facts, expect, check)?;
    }
    if let Some(expected) = expect.get("mean") {
        check.same("mean", mean(case.facts)?, points(expected)?);
    }
    if let Some(expected) = expect.get("metric") {
        let found = must(
            r"([\d.]+%) by rate(?: with target ([\d.]+%))?, p = ([\d.]+)",
            case.facts,
        )?;
        let target = (!found[1].is_empty())
            .then(|| number(found[1]))
            .transpose()?;
        let value = number::<Bp>(found[0])?.ratio();
        let way = Way::ByRate { target };
        let got = one(number(found[2])?, way, Some(value), false)?;
        check.same("metric", got, points(expected)?);
    }
    if let Some(expected) = expect.get("score") {
        let pattern =
            r"clause of ([\d.]+) by the mean of \w+ members' scores ([\d., and]+) out of (\d+)";
        let found = must(pattern, case.facts)?;
        let scores = list::<Points>(found[1])?;
        let mean = selection::members_mean(&scores, number(found[2])?);
        let mean = mean.map_err(|error| error.to_string())?;
        let got = one(number(found[0])?, by_rate(), mean, false)?;
        check.same("score", got, points(expected)?);
    }
    Ok(())
}

fn list<T: std::str::FromStr>(text: &str) -> Result<Vec<T>, Unread> {
    let items = text
        .split([',', ' '])
        .filter(|item| !item.is_empty() && *item != "and");
    items.map(number).collect()
}

fn one(
    full: Points,
    way: Way,
    value: Option<Ratio>,
    ceiling: bool,
) -> Result<Option<Points>, Unread> {
    let evidence = Evidence::Measured { value, ceiling };
    let form = Form::of(full, way, evidence, WhenEmpty::Exclude);
    form.earned().map(|earned| earned.points)
}

/// `ratio at most 2 per mille of homes, all or nothing, p = 3 - 1 of 520 homes and 2 of 520.`
fn ratios(facts: &str, expect: &Fields<'_>, check: &mut Check) -> Result<(), Unread> {
    let pattern = r"ratio at (most|least) ([\d.]+) ?(per mille|per cent|%) of \w+, (all or nothing|by rate), p = ([\d.]+) - (.+?)\.(?: |$)";
    let found = must(pattern, facts)?;
    let ceiling = found[0] == "most";
    let unit = if found[2] == "per mille" { 10 } else { 100 };
    let exact = number::<Ratio>(found[1])?
        .times(Ratio::whole(unit))
        .map_err(|e| e.to_string())?;
    let target = Some(Bp::new(exact.rounded().map_err(|error| error.to_string())?));
    for (place, pair) in prose::all(r"(\d+) of (\d+)", found[5]).iter().enumerate() {
        let key = format!("ratio-{}", place + 1);
        let way = match found[3] {
            "by rate" => Way::ByRate { target },
            _ => Way::AllOrNothing {
                target,
                reason: "S7.8".into(),
            },
        };
        let value = selection::ratio(number(pair[0])?, number(pair[1])?);
        let got = one(number(found[4])?, way, value, ceiling)?;
        if let Some(expected) = expect.get(&key) {
            check.same(&key, got, points(expected)?);
        }
    }
    Ok(())
}

/// `Arrival minutes 12, 18, 30, tiers "at most 20 min gives 4, else 0".`
fn mean(facts: &str) -> Result<Option<Points>, Unread> {
    let found = must(
        r#"minutes ([\d, and]+?),? tiers "(.+?), else ([\d.]+)""#,
        facts,
    )?;
    let minute = |minutes: i64| minutes * 60_000_000;
    let values = list::<i64>(found[0])?.into_iter().map(minute);
    let tally = Tally::sum(values.map(Tally::of_value)).map_err(|error| error.to_string())?;
    let mut bands = Vec::new();
    for band in prose::all(r"at most (\d+) min gives ([\d.]+)", found[1]) {
        bands.push(Band {
            bound: Bound::Value(minute(number(band[0])?)),
            points: number(band[1])?,
        });
    }
    let full = bands.first().map(|band| band.points).ok_or("no band")?;
    let tiers = Tiers::new(Direction::AtMost, bands, Some(number(found[2])?));
    let way = Way::Tiers(tiers.map_err(|error| error.to_string())?);
    one(full, way, tally.mean(), true)
}
