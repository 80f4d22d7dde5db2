//! Quotas and recurring duties (S6), repeats (S9.5).

use super::clauses::{must, number};
use super::node::{Fields, Node, Unread};
use super::world::World;
use super::{Case, Check, expected, prose};
use domain::clock::{Due, Span};
use domain::number::{Bp, NumberError, Ratio};
use domain::outcome::{DayParts, Distinct as DistinctSteps, Story, judge, reached_at};
use domain::period::Period;
use domain::quota::{
    CountedAt, Distinct, Item, Stretch, apportion, counted, fill, needed_for_part, needed_of,
    population, verdict,
};
use domain::selection;
use domain::tally::Tally;
use domain::time::{Day, Instant};

pub(crate) fn play(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    if let Some(quota) = case.given.get("quota") {
        of_population(&case.expect, &quota.fields()?, check)?;
    }
    if let Some(rows) = case.given.get("rows") {
        parts(&case.expect, &rows.fields()?, check)?;
    }
    if let Some(shares) = case.given.get("shares") {
        cut(&case.expect, &shares.fields()?, check)?;
    }
    if let Some(repeat) = case.given.get("repeat") {
        repeats(case, &repeat.fields()?, world, check)?;
    }
    if case.expect.has("visits-done") || case.expect.has("patrol-days") {
        distinct(case, world, check)?;
    }
    if case.expect.has("due") {
        recurring(case, world, check)?;
    }
    Ok(())
}

fn sum(error: NumberError) -> Unread {
    error.to_string()
}

/// `{m, v, pending}`.
fn answer(expect: &Node, got: Tally, place: &str, check: &mut Check) -> Result<(), Unread> {
    let expect = expect.fields()?;
    for (key, got) in [
        ("m", got.met),
        ("v", got.missed),
        ("pending", got.pending),
        ("needed", got.met + got.missed + got.pending),
    ] {
        if let Some(expected) = expect.get(key) {
            check.same(&format!("{place} {key}"), got, expected.parse()?);
        }
    }
    expect.all_read(place)
}

/// S6.2, S6.5.
fn of_population(expect: &Fields<'_>, quota: &Fields<'_>, check: &mut Check) -> Result<(), Unread> {
    let at = match quota.get("at").map(Node::text).transpose()? {
        None | Some("mean") => CountedAt::Mean,
        Some("start") => CountedAt::Start,
        Some("end") => CountedAt::End,
        Some(other) => return Err(format!("no count at `{other}`")),
    };
    let needed = match (quota.get("at-least"), quota.get("share")) {
        (Some(n), None) => n.parse()?,
        (None, Some(share)) => {
            let people = match (quota.get("daily"), quota.get("population")) {
                (Some(daily), None) => {
                    let daily: Result<Vec<_>, _> = daily.list()?.iter().map(stretch).collect();
                    population(&daily?, at).map_err(sum)?
                }
                (None, Some(count)) => Ratio::whole(count.parse()?),
                _ => return Err("a share is of `daily` or of `population`".into()),
            };
            needed_of(share.parse::<Bp>()?, people).map_err(sum)?
        }
        _ => return Err("a quota has a share or a number".into()),
    };
    let done = quota.get("done").map_or(Ok(0), Node::parse)?;
    quota.all_read("quota")?;
    if let Some(expected) = expect.get("needed") {
        check.same("needed", needed, expected.parse()?);
    }
    for (key, ended) in [("before-end", false), ("after-end", true)] {
        if let Some(expected) = expect.get(key) {
            answer(expected, verdict(needed, done, ended), key, check)?;
        }
    }
    Ok(())
}

fn stretch(node: &Node) -> Result<Stretch, Unread> {
    let fields = node.fields()?;
    let stretch = Stretch {
        days: fields.need("days")?.parse()?,
        count: fields.need("count")?.parse()?,
    };
    fields.all_read("daily")?;
    Ok(stretch)
}

/// S6.3.
fn parts(expect: &Fields<'_>, rows: &Fields<'_>, check: &mut Check) -> Result<(), Unread> {
    for (name, row) in rows.all() {
        let row = row.fields()?;
        let value = |key: &str| row.need(key).and_then(Node::parse::<i64>);
        let got = needed_for_part(value("n")?, value("days")?, value("of")?).map_err(sum)?;
        row.all_read(name)?;
        check.same(name, got, expect.need(name)?.parse()?);
    }
    Ok(())
}

/// S6.4.
fn cut(expect: &Fields<'_>, shares: &Fields<'_>, check: &mut Check) -> Result<(), Unread> {
    let numbers = |node: &Node| {
        node.list()?
            .iter()
            .map(Node::parse::<i64>)
            .collect::<Result<Vec<_>, _>>()
    };
    let weights = numbers(shares.need("weights")?)?;
    let done = shares
        .get("done")
        .map_or(Ok(vec![0; weights.len()]), numbers)?;
    let needed = apportion(shares.need("n")?.parse()?, &weights).map_err(sum)?;
    shares.all_read("shares")?;
    if let Some(expected) = expect.get("needed") {
        check.same("needed", needed.clone(), numbers(expected)?);
    }
    if let Some(expected) = expect.get("short-before-fill") {
        let short = needed
            .iter()
            .zip(&done)
            .map(|(n, d)| verdict(*n, *d, true).missed);
        check.same("short-before-fill", short.collect(), numbers(expected)?);
    }
    let Some(after) = expect.get("after-fill") else {
        return Ok(());
    };
    let (after, filled) = (after.fields()?, fill(&needed, &done));
    if let Some(expected) = after.get("m") {
        check.same(
            "m",
            filled.iter().map(|f| f.met).collect(),
            numbers(expected)?,
        );
    }
    if let Some(expected) = after.get("v") {
        check.same(
            "v",
            filled.iter().map(|f| f.needed - f.met).collect(),
            numbers(expected)?,
        );
    }
    if let Some(expected) = after.get("said-in-both") {
        let said = (1..)
            .zip(&filled)
            .filter(|(_, f)| !f.given.is_empty() || !f.taken.is_empty());
        check.same(
            "said-in-both",
            said.map(|(grid, _)| grid).collect(),
            numbers(expected)?,
        );
    }
    after.all_read("after-fill")
}

const WEEK: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// `9:00`, `23:59:59.999999` of a day; noon where none is said.
fn instant(day: Day, time: &str) -> Result<Instant, Unread> {
    let time = if time.is_empty() { "12:00" } else { time };
    let seconds = if time.matches(':').count() < 2 {
        ":00"
    } else {
        ""
    };
    let text = format!("{day}T{time:0>5}{seconds}+08:00");
    text.parse().map_err(|_| format!("`{text}` is no time"))
}

/// S6.1: `Visits (subject home) to homes 1, 2, 2. Patrols of one home (3 per week) on Monday 09:00, …, Friday.`
fn distinct(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    let monday = Day::new(2026, 3, 2).ok_or("a Monday")?;
    if let Some(expected) = case.expect.get("visits-done") {
        let found = must(r"\(subject \w+\) to \w+ ([\w, ]+?)\.", case.facts)?;
        let subjects: Vec<&str> = found[0]
            .split([',', ' '])
            .filter(|s| !s.is_empty() && *s != "and")
            .collect();
        let ids: Vec<String> = (0..subjects.len()).map(|n| n.to_string()).collect();
        let days = (0..).map(|days| world.zone.start_of(monday.plus_days(days)));
        let items: Vec<Item<'_>> = subjects
            .iter()
            .zip(&ids)
            .zip(days)
            .map(|((subject, record), at)| Item {
                at,
                record,
                subject,
                amount: 1,
            })
            .collect();
        let done = counted(&items, Distinct::default_for(1), 0, &world.zone).len();
        check.same("visits-done", done, expected.parse()?);
    }
    if !case.expect.has("patrol-days") && !case.expect.has("patrol") {
        return Ok(());
    }
    let found = must(
        r"of one \w+ \((\w+) per week\) on (.+?)\.(?: |$)",
        case.facts,
    )?;
    let needed: i64 = number(found[0])?;
    let mut instants = Vec::new();
    for one in prose::all(r"(\w+day)(?: (\d+:\d\d(?::\d\d)?))?", found[1]) {
        let place = WEEK
            .iter()
            .position(|name| *name == one[0])
            .ok_or("a weekday")?;
        instants.push(instant(
            monday.plus_days(i64::try_from(place).unwrap_or(0)),
            one[1],
        )?);
    }
    let ids: Vec<String> = (0..instants.len()).map(|n| n.to_string()).collect();
    let items: Vec<Item<'_>> = instants
        .iter()
        .zip(&ids)
        .map(|(at, record)| Item {
            at: *at,
            record,
            subject: "home",
            amount: 1,
        })
        .collect();
    let days = counted(&items, Distinct::default_for(needed), 0, &world.zone).len();
    if let Some(expected) = case.expect.get("patrol-days") {
        check.same("patrol-days", days, expected.parse()?);
    }
    if let Some(expected) = case.expect.get("patrol") {
        let done = i64::try_from(days).map_err(|_| "too many days")?;
        answer(expected, verdict(needed, done, true), "patrol", check)?;
    }
    Ok(())
}

/// S6.6: one duty per subject and week, met by the n-th patrol on an n-th day.
fn recurring(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    let times: u32 = number(must(r"(\w+) patrols a week", case.facts)?[0])?;
    let week = must(
        r"The week of \w+ (\d+ \w+)(?: \d+)? to \w+ (\d+ \w+) (\d{4})",
        case.facts,
    )?;
    let year: i16 = number(week[2])?;
    let window = Period::Week.containing(prose::day(week[1], year)?);
    let due = Due::with_day(window.last(), &world.zone);
    expected::due(&case.expect, due, "", world, check)?;
    let read = |text: &str| {
        let found = must(
            r"(\d+ [A-Z]\w+(?: \d{4})?)(?: (\d+:\d\d(?::\d\d(?:\.\d+)?)?))?",
            text,
        )?;
        // A week over New Year's Eve begins in the year before.
        let far = |day: &Day| day.since(window.first()) > 180;
        let day = prose::day(found[0], year)?;
        let day = if far(&day) {
            prose::day(found[0], year - 1)?
        } else {
            day
        };
        instant(day, found[1])
    };
    let patrols = must(r"Patrols on (.+?)(?:;|\. |\.$)", case.facts)?;
    let usual: Vec<Instant> = patrols[0].split(", ").map(read).collect::<Result<_, _>>()?;
    for story in case.expect.keys().filter(|key| key.len() == 1) {
        let mut attempts = usual.clone();
        let pattern = format!(r"in story {story} the last one is on (.+?)(?:;|\. |\.$)");
        if let Some(last) = prose::first(&pattern, case.facts) {
            attempts.pop();
            attempts.push(read(last[0])?);
        }
        let met = reached_at(
            &attempts,
            times,
            Some(DistinctSteps::Day),
            &DayParts::default(),
            &world.zone,
        );
        let done: Vec<Instant> = met.into_iter().collect();
        let story_ = Story {
            done: &done,
            ..Story::untouched(due)
        };
        let judged = judge(&story_, due.at.plus_micros(7 * 86_400_000_000));
        let expect = case.expect.need(story)?.fields()?;
        if let Some(expected) = expect.get("outcome") {
            check.says(
                &format!("{story} outcome"),
                &expected::name_of(judged.outcome),
                expected,
            )?;
        }
        if let Some(expected) = expect.get("done_at") {
            check.same(
                &format!("{story} done_at"),
                judged.done_at,
                Some(expected.parse()?),
            );
        }
        expect.all_read(story)?;
    }
    Ok(())
}

/// S9.5: `First complaint of home 5 about noise on 15 January 2026 (responsible - security). Again on 15 April 2026 22:00; in story b on 16
/// April 00:00; in story c on 15 April about water.`
fn repeats(
    case: &Case<'_>,
    repeat: &Fields<'_>,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    let first: Instant = repeat.need("first")?.parse()?;
    let within: Span = repeat.need("within")?.parse()?;
    repeat.all_read("repeat")?;
    let told = must(r"about (\w+) on .+?\(responsible - ([\w-]+)\)", case.facts)?;
    let year = world.zone.day_of(first).year();
    for (story, expect) in case.expect.all() {
        let expect = expect.fields()?;
        let pattern = if case.facts.contains(&format!("in story {story} ")) {
            format!(
                r"in story {story} on (\d+ [A-Z]\w+(?: \d{{4}})?)(?: (\d\d:\d\d))?(?: about (\w+))?"
            )
        } else {
            r"Again on (\d+ [A-Z]\w+(?: \d{4})?)(?: (\d\d:\d\d))?(?: about (\w+))?".to_owned()
        };
        let again = must(&pattern, case.facts)?;
        let at = instant(prose::day(again[0], year)?, again[1])?;
        let near = selection::repeats(first, at, within, &world.days, &world.zone);
        let same = again[2].is_empty() || again[2] == told[0];
        let repeat = near.map_err(|error| error.to_string())? && same;
        if let Some(expected) = expect.get("repeat") {
            check.same(&format!("{story} repeat"), repeat, expected.flag()?);
        }
        if let Some(expected) = expect.get("charged") {
            let charged = if repeat { told[1] } else { "" };
            check.says(&format!("{story} charged"), charged, expected)?;
        }
        expect.all_read(story)?;
    }
    Ok(())
}
