//! Corrections (S9.1, S9.2), and that the order of arrival changes nothing (S0.1).

use super::node::{Node, Unread};
use super::outcomes::by_rate;
use super::world::World;
use super::{Case, Check, prose};
use domain::correction::{Correction, CorrectionRefused, Needs};
use domain::number::Points;
use domain::outcome::Outcome;
use domain::tally::Tally;
use domain::time::Instant;
use std::collections::BTreeMap;

/// Who may correct an entry alone: "An entry recorded at 10:00:00 by steward-1; the next step came at 11:00."
pub(crate) fn may(
    case: &Case<'_>,
    corrections: &Node,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    let entry = prose::first(r"recorded at (\d\d:\d\d(?::\d\d)?) by ([\w-]+)", case.facts)
        .ok_or("the facts name no entry")?;
    let next = prose::first(r"next step came at (\d\d:\d\d(?::\d\d)?)", case.facts);
    for (key, correction) in corrections.fields()?.all() {
        let fields = correction.fields()?;
        let at: Instant = fields.need("at")?.parse()?;
        let day = world.zone.day_of(at);
        let member = |key: &str| {
            fields
                .get(key)
                .map(|node| node.text().map(|name| world.member(name)))
                .transpose()
        };
        let turns_missed_into_met = match fields.get("turns").map(Node::text).transpose()? {
            None | Some("nothing" | "met-into-missed") => false,
            Some("missed-into-met") => true,
            Some(other) => return Err(format!("`turns: {other}` is not understood")),
        };
        let correction = Correction {
            author: Some(world.member(entry[1])),
            entry_recorded_at: prose::time(day, entry[0], &world.zone)?,
            next_step_at: next
                .as_ref()
                .map(|next| prose::time(day, next[0], &world.zone))
                .transpose()?
                .filter(|next| *next <= at),
            by: member("by")?.ok_or("`by` is missing")?,
            recorded_by: member("recorded_by")?,
            recorded_at: at,
            second: member("second")?,
            turns_missed_into_met,
            of_unit_or_kind: false,
        };
        fields.all_read(key)?;
        let got = match correction.needs() {
            Ok(Needs::Alone) => "alone",
            Ok(Needs::SecondPerson) => "second-person",
            Err(CorrectionRefused::SamePerson | CorrectionRefused::UnitOrKind) => "refused",
        };
        check.says(key, got, case.expect.need(key)?)?;
    }
    Ok(())
}

/// "r1 met, r2 missed, then r2's time is corrected to met …. Arrival a - r1, r2, correction; arrival b - r2, correction, r1."
pub(crate) fn arrivals(
    case: &Case<'_>,
    clause: &Node,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    let clause = clause.fields()?;
    let points: Points = clause.need("points")?.parse()?;
    clause.get("parts");
    clause.all_read("clause")?;
    let outcome = |word: &str| match word {
        "met" => Ok(Outcome::Met),
        "missed" => Ok(Outcome::Missed),
        other => Err(format!("no outcome `{other}`")),
    };
    let mut records = BTreeMap::new();
    for record in prose::all(r"\b(r\d+) (met|missed)\b", case.facts) {
        records.insert(record[0], outcome(record[1])?);
    }
    let corrected = prose::first(
        r"\b(r\d+)'s time is corrected to (met|missed)( with a second person)?",
        case.facts,
    )
    .ok_or("the facts name no correction")?;
    let corrected_to = outcome(corrected[1])?;
    // The correction itself is one that may be made.
    let at: Instant = "2026-03-12T10:00:00+08:00".parse().unwrap();
    let correction = Correction {
        author: Some(world.member("author")),
        entry_recorded_at: at,
        next_step_at: None,
        by: world.member("author"),
        recorded_by: None,
        recorded_at: at.plus_micros(1),
        second: (!corrected[2].is_empty()).then(|| world.member("second")),
        turns_missed_into_met: corrected_to == Outcome::Met
            && records.get(corrected[0]) == Some(&Outcome::Missed),
        of_unit_or_kind: false,
    };
    let admitted = match correction.needs() {
        Ok(Needs::Alone) => true,
        Ok(Needs::SecondPerson) => correction.second.is_some(),
        Err(_) => false,
    };
    let mut tallies = Vec::new();
    for arrival in prose::all(r"[Aa]rrival \w+ - ([\w, ]+)", case.facts) {
        let mut tally = Tally::ZERO;
        let mut known: BTreeMap<&str, Outcome> = BTreeMap::new();
        for item in arrival[0].split(',').map(str::trim) {
            let (record, now) = match item {
                "correction" if admitted => (corrected[0], corrected_to),
                "correction" => continue,
                record => (
                    record,
                    *records
                        .get(record)
                        .ok_or_else(|| format!("no record `{record}`"))?,
                ),
            };
            // A tally moves by the difference (S9.2).
            let before = known
                .insert(record, now)
                .map_or(Tally::ZERO, |before| Tally::of(before.into()));
            let moved = tally
                .plus(Tally::of(now.into()))
                .and_then(|tally| tally.minus(before));
            tally = moved.map_err(|error| error.to_string())?;
        }
        tallies.push(tally);
    }
    let [first, ..] = tallies[..] else {
        return Err("the facts name no arrival".into());
    };
    let same = tallies.iter().all(|tally| *tally == first);
    check.same(
        "same-in-both-arrivals",
        same && tallies.len() > 1,
        case.expect.need("same-in-both-arrivals")?.flag()?,
    );
    if let Some(expected) = case.expect.get("m") {
        check.same("m", first.met, expected.parse()?);
    }
    if let Some(expected) = case.expect.get("v") {
        check.same("v", first.not_in_time(), expected.parse()?);
    }
    if let Some(expected) = case.expect.get("points") {
        check.same("points", by_rate(points, first)?, Some(expected.parse()?));
    }
    Ok(())
}
