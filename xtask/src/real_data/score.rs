//! Teams of a month on the small standard, and what their points rest on.

use super::figures::shown;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fmt::Write;

pub(super) const PERIOD: &str = "2015-03";
/// Teams shown: those with the most cases of the first clause.
const SHOWN: usize = 12;

pub(super) fn table(scored: &Value) -> Result<String> {
    let cards = scored["cards"].as_array().context("no cards")?;
    let mut with_cases: Vec<(i64, &Value)> = cards
        .iter()
        .map(|card| {
            (
                clause(card, "T1")["parts"][0]["n"].as_i64().unwrap_or(0),
                card,
            )
        })
        .collect();
    with_cases.sort_by_key(|(cases, _)| -cases);
    let totals = cards.iter().filter(|card| !card["total"].is_null()).count();
    let mut page = format!(
        "{} teams, {totals} of them with a total. The {SHOWN} with the most duties due in the month:\n\n\
         | team | total | covered | T1 points | T1 duties: in time, not in time, anomalous | T2 points | Q1 | Q2 |\n\
         | --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |\n",
        shown(&json!(cards.len()))
    );
    for (_, card) in with_cases.into_iter().take(SHOWN) {
        let text = |value: &Value| value.as_str().unwrap_or("–").to_owned();
        let points = |name| text(&clause(card, name)["points"]);
        let first = &clause(card, "T1")["parts"][0];
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {}, {}, {} | {} | {} | {} |",
            text(&card["subject"]),
            text(&card["total"]),
            text(&card["covered"]),
            points("T1"),
            shown(&first["m"]),
            shown(&first["v"]),
            shown(&first["anomalous"]),
            points("T2"),
            points("Q1"),
            points("Q2"),
        );
    }
    Ok(page)
}

fn clause<'c>(card: &'c Value, name: &str) -> &'c Value {
    card["clauses"]
        .as_array()
        .and_then(|clauses| clauses.iter().find(|clause| clause["clause"] == name))
        .unwrap_or(&Value::Null)
}
