//! UCI incidents: what the product's records and journal say. The source's last row of an incident is compared with the record that
//! the rows made, so that whatever a blank cell or a step without a stated time changes is listed.

use super::figures::{Beside, Counts, Figures, hours, shown};
use super::table::{Line, Table};
use super::{Explained, Product, Read};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;

const PRIORITIES: [(&str, &str); 4] = [
    ("critical", "1 - Critical"),
    ("high", "2 - High"),
    ("moderate", "3 - Moderate"),
    ("low", "4 - Low"),
];
const CONTACTS: [(&str, &str); 5] = [
    ("phone", "Phone"),
    ("email", "Email"),
    ("ivr", "IVR"),
    ("web", "Self service"),
    ("counter", "Direct opening"),
];

fn word<'t>(words: &[(&str, &'t str)], ours: &'t str) -> &'t str {
    words
        .iter()
        .find(|(known, _)| *known == ours)
        .map_or(ours, |(_, source)| source)
}

/// The last row of every incident, in the source's order.
fn last_rows(source: &Table) -> Result<HashMap<&str, Line<'_>>> {
    let mut last: HashMap<&str, (u32, Line<'_>)> = HashMap::new();
    for line in source.lines() {
        let order: u32 = line.get("event_no").parse().context("event_no")?;
        let known = last.entry(line.get("number")).or_insert((order, line));
        if known.0 <= order {
            *known = (order, line);
        }
    }
    Ok(last.into_iter().map(|(id, (_, line))| (id, line)).collect())
}

pub(super) fn read(product: &Product, source: &Table) -> Result<Read> {
    let records = &product.records;
    records.require(&[
        "source_id",
        "state",
        "team",
        "member",
        "project_name",
        "opened_at",
        "closed_at",
        "anomalies",
        "time.resolve",
        "data.priority",
        "data.channel",
        "data.category",
        "data.place",
        "data.made_sla",
        "data.source_resolved_at",
        "data.reassignment_count",
    ])?;
    let last = last_rows(source)?;
    let mut figures = Figures::new();
    let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut number: BTreeMap<&str, i64> = BTreeMap::new();
    let (mut to_resolve, mut to_close) = (Vec::new(), Vec::new());
    let mut by_priority: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    let mut explained = Vec::new();
    for line in records.lines() {
        let text = |column| line.get(column);
        let id = text("source_id");
        let row = last
            .get(id)
            .with_context(|| format!("{id} is not in the source"))?;
        let mut explain = |figure, source: &str, product: &str, why| {
            explained.push(Explained {
                figure,
                record: id.to_owned(),
                source: source.to_owned(),
                product: product.to_owned(),
                why,
            });
        };
        let opened = line.at("opened_at")?.context("never opened")?;
        let closed = line.at("closed_at")?;
        let stated = line.at("data.source_resolved_at")?;
        let mut resolved = line.at("time.resolve")?;
        if resolved != stated {
            ensure!(
                stated.is_none(),
                "{id}: resolved at another time than stated"
            );
            explain(
                "hours_opened_to_resolved",
                "",
                text("time.resolve"),
                "a row reaches Resolved, but the source states no resolved_at: the product keeps the row's own time, the figure is without it",
            );
            resolved = None;
        }
        let priority = word(&PRIORITIES, text("data.priority"));
        let met = text("data.made_sla") == "true";
        for (name, holds) in [
            ("incidents", true),
            ("incidents_with_opened_at", true),
            ("incidents_with_resolved_at", resolved.is_some()),
            ("incidents_with_closed_at", closed.is_some()),
            ("sla_met", met),
            ("sla_missed", text("data.made_sla") == "false"),
            (
                "incidents_reassigned",
                text("data.reassignment_count") != "0",
            ),
            ("incidents_without_assignee_ever", text("member").is_empty()),
            ("opened_on_weekend", line.on_weekend("opened_at")?),
            (
                "resolved_before_opened",
                resolved.is_some_and(|at| at < opened),
            ),
            (
                "closed_before_resolved",
                resolved
                    .zip(closed)
                    .is_some_and(|(resolved, closed)| closed < resolved),
            ),
        ] {
            *number.entry(name).or_default() += i64::from(holds);
        }
        // The figures of the source are of each incident's last row; a blank there is no news for the product.
        let mut team = text("team");
        for (figure, column, ours) in [
            ("incidents_by_assignment_group", "assignment_group", "team"),
            ("assigned_to", "assigned_to", "member"),
        ] {
            let stated = row.get(column);
            if stated != text(ours) {
                ensure!(
                    stated.is_empty(),
                    "{id}: {column} is {stated:?}, the product says {:?}",
                    text(ours)
                );
                explain(
                    figure,
                    "",
                    text(ours),
                    "blank on the last row: a blank cell states nothing, so the product keeps the last one stated",
                );
                if ours == "team" {
                    team = "";
                }
            }
        }
        let place = row.get("location");
        if place != text("data.place") || (place != text("project_name") && !place.is_empty()) {
            ensure!(
                place == text("data.place"),
                "{id}: its location is {place:?}, the product says {:?}",
                text("data.place")
            );
            explain(
                "location",
                place,
                text("project_name"),
                "its location changes in mid-life: the record stays in its first project, the field `place` follows",
            );
        }
        if !text("anomalies").is_empty() {
            explain(
                "anomaly",
                "",
                text("anomalies"),
                "what live work would be refused for its order, time or state is admitted, marked, and left out of rates (S4.8)",
            );
        }
        for (name, text) in [
            ("incidents_by_final_state", text("state")),
            ("incidents_by_priority", priority),
            (
                "incidents_by_contact_type",
                word(&CONTACTS, text("data.channel")),
            ),
            ("incidents_by_assignment_group_top10", team),
            ("incidents_by_category_top10", text("data.category")),
            ("incidents_opened_by_month", line.month("opened_at")),
        ] {
            let text = if text == "closed" { "Closed" } else { text };
            counts.entry(name).or_default().add(text);
        }
        if met {
            counts
                .entry("sla_met_by_priority")
                .or_default()
                .add(priority);
        }
        if let Some(at) = resolved {
            to_resolve.push(at - opened);
            by_priority.entry(priority).or_default().push(at - opened);
        }
        to_close.extend(closed.map(|at| at - opened));
    }
    for (name, counts) in &counts {
        let all = if name.ends_with("_top10") {
            counts.top(10)
        } else {
            counts.all()
        };
        figures.insert((*name).to_owned(), all);
    }
    for (name, number) in number {
        figures.insert(name.to_owned(), json!(number));
    }
    figures.insert("events".into(), product.imported["imported"].clone());
    figures.insert("hours_opened_to_resolved".into(), hours(to_resolve));
    figures.insert("hours_opened_to_closed".into(), hours(to_close));
    let by_priority = by_priority
        .into_iter()
        .map(|(priority, took)| (priority.to_owned(), hours(took)))
        .collect();
    figures.insert(
        "hours_opened_to_resolved_by_priority".into(),
        Value::Object(by_priority),
    );
    let more = journal(product, &mut figures)?;
    explained.sort_by(|a, b| (a.figure, &a.record).cmp(&(b.figure, &b.record)));
    Ok(Read {
        figures,
        explained,
        more,
    })
}

/// Reopenings are steps: a row that is worked on again after one that was resolved or closed.
fn journal(product: &Product, figures: &mut Figures) -> Result<String> {
    product.entries.require(&["source_id", "kind", "step"])?;
    let mut steps = Counts::default();
    let mut reopened = BTreeSet::new();
    let mut reopenings = 0;
    for line in product
        .entries
        .lines()
        .filter(|line| line.get("kind") == "request")
    {
        steps.add(line.get("step"));
        if line.get("step") == "reopen" {
            reopened.insert(line.get("source_id"));
            reopenings += 1;
        }
    }
    figures.insert("incidents_reopened".into(), json!(reopened.len()));
    figures.insert("reopens_total".into(), json!(reopenings));
    let mut page = String::from("| step | entries |\n| --- | ---: |\n");
    for (step, entries) in steps.all().as_object().into_iter().flatten() {
        let _ = writeln!(page, "| {step} | {} |", shown(entries));
    }
    Ok(page)
}

pub(super) fn tables(beside: &Beside<'_>, whole: bool) -> String {
    let mut page = beside.list(&[
        ("rows imported", "events"),
        ("incidents", "incidents"),
        ("closed", "incidents_by_final_state/Closed"),
        ("with a time resolved", "incidents_with_resolved_at"),
        ("reopened", "incidents_reopened"),
        ("reopenings", "reopens_total"),
        ("reassigned", "incidents_reassigned"),
        (
            "never assigned to anybody",
            "incidents_without_assignee_ever",
        ),
        ("`made_sla` true", "sla_met"),
        ("`made_sla` false", "sla_missed"),
        ("median hours to resolve", "hours_opened_to_resolved/median"),
        ("mean hours to resolve", "hours_opened_to_resolved/mean"),
        ("90th percentile", "hours_opened_to_resolved/p90"),
        ("median hours to close", "hours_opened_to_closed/median"),
        ("mean hours to close", "hours_opened_to_closed/mean"),
        ("90th percentile", "hours_opened_to_closed/p90"),
        ("resolved before opened", "resolved_before_opened"),
        ("closed before resolved", "closed_before_resolved"),
        ("opened at a weekend", "opened_on_weekend"),
    ]);
    let mut add = |what, columns: &[(&str, &str)]| {
        page.push('\n');
        page.push_str(&beside.keyed(what, columns));
    };
    add(
        "priority",
        &[
            ("incidents", "incidents_by_priority"),
            ("`made_sla`", "sla_met_by_priority"),
        ],
    );
    add("opened in", &[("incidents", "incidents_opened_by_month")]);
    if whole {
        add("contact", &[("incidents", "incidents_by_contact_type")]);
        add(
            "group on the last row, the first 10",
            &[("incidents", "incidents_by_assignment_group_top10")],
        );
        add(
            "category, the first 10",
            &[("incidents", "incidents_by_category_top10")],
        );
    }
    page
}
