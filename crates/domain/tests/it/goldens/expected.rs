//! Comparing what a duty came to with what stands under `expect`.

use super::Check;
use super::node::{Fields, Node, Unread};
use super::played::Played;
use super::world::World;
use domain::clock::{Due, End};
use domain::outcome::{CLIMBS, Outcome, climbed};
use domain::period::Period;
use domain::time::Instant;
use serde::Serialize;

/// The name of a value in the interface.
pub(crate) fn name_of(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        other => format!("{other:?}"),
    }
}

/// `due`, `end`, `period`.
pub(crate) fn due(
    expect: &Fields<'_>,
    got: Due,
    place: &str,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    if let Some(expected) = expect.get("due") {
        check.same(&format!("{place}due"), got.at, expected.parse::<Instant>()?);
    }
    if let Some(expected) = expect.get("end") {
        let end = match got.end {
            End::Inclusive => "inclusive",
            End::Exclusive => "exclusive",
        };
        check.says(&format!("{place}end"), end, expected)?;
    }
    if let Some(periods) = expect.get("period") {
        for (key, expected) in periods.fields()?.all() {
            let period = match key {
                "day" => Period::Day,
                "week" => Period::Week,
                "month" => Period::Month,
                "quarter" => Period::Quarter,
                "half" | "half-year" => Period::HalfYear,
                "year" => Period::Year,
                other => return Err(format!("no period `{other}`")),
            };
            let window = period.of_due(got, &world.zone);
            check.says(&format!("{place}{key}"), &window.to_string(), expected)?;
        }
    }
    Ok(())
}

/// Every key that a duty's answer may have.
pub(crate) fn played(
    expect: &Fields<'_>,
    got: &Played,
    place: &str,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    due(expect, got.due, place, world, check)?;
    let at = |key: &str| format!("{place}{key}");
    let judgement = got.judgement;
    if let Some(expected) = expect.get("outcome") {
        check.says(&at("outcome"), &name_of(judgement.outcome), expected)?;
    }
    match expect.get("done_at") {
        None => {}
        Some(Node::Null) => check.same(&at("done_at"), judgement.done_at, None),
        Some(expected) => check.same(&at("done_at"), judgement.done_at, Some(expected.parse()?)),
    }
    if let Some(expected) = expect.get("to_do") {
        check.same(&at("to_do"), judgement.to_do, expected.flag()?);
    }
    if let Some(expected) = expect.get("counts") {
        check.same(&at("counts"), judgement.outcome.counts(), expected.flag()?);
    }
    if let Some(expected) = expect.get("shown") {
        check.says(
            &at("shown"),
            &judgement.shown().map_or_else(String::new, name_of),
            expected,
        )?;
    }
    if let Some(expected) = expect.get("deciding") {
        let deciding = got.deciding().map_or_else(String::new, name_of);
        check.same(
            &at("deciding"),
            deciding,
            expected.text()?.replace('_', "-"),
        );
    }
    if let Some(expected) = expect.get("time") {
        let time = if got.decision.is_some_and(|decision| decision.unproven) {
            "unproven"
        } else {
            "proven"
        };
        check.says(&at("time"), time, expected)?;
    }
    if let Some(expected) = expect.get("with") {
        let levels = climbed(got.due, got.as_of, &CLIMBS, &world.days, &world.zone)
            .map_err(|error| error.to_string())?;
        let levels = if judgement.to_do { levels } else { 0 };
        let with: Vec<_> = ["holder", "lead", "manager", "company"]
            .into_iter()
            .take(levels + 1)
            .collect();
        check.same(&at("with"), with, expected.texts()?);
    }
    let parties = |outcome: Outcome| -> Vec<String> {
        let verdicts = got
            .verdicts
            .iter()
            .filter(|verdict| verdict.outcome == outcome);
        verdicts
            .map(|verdict| world.charged(verdict.party))
            .collect()
    };
    if let Some(expected) = expect.get("charged") {
        check.same(
            &at("charged"),
            parties(Outcome::Missed),
            vec![expected.text()?.to_owned()],
        );
    }
    if let Some(expected) = expect.get("charged-persons") {
        let persons: Vec<String> = parties(Outcome::Missed)
            .into_iter()
            .filter(|name| name != "unit")
            .collect();
        check.same(
            &at("charged-persons"),
            persons,
            expected.texts()?.into_iter().map(str::to_owned).collect(),
        );
    }
    if let Some(expected) = expect.get("credited") {
        check.same(
            &at("credited"),
            parties(Outcome::Met),
            vec![expected.text()?.to_owned()],
        );
    }
    Ok(())
}
