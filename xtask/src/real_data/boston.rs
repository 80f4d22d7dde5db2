//! Boston 311: what the product's records and duties say, and how its judgement compares with the city's flag.

use super::figures::{Beside, Counts, Figures, hours};
use super::{Explained, Product, Read};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

/// The map's words for channels, in the city's.
const SOURCES: [(&str, &str); 7] = [
    ("app", "Citizens Connect App"),
    ("staff-app", "City Worker App"),
    ("phone", "Constituent Call"),
    ("staff", "Employee Generated"),
    ("system", "Maximo Integration"),
    ("web", "Self Service"),
    ("social", "Twitter"),
];
const MONTHS: [&str; 12] = [
    "2015-01", "2015-02", "2015-03", "2015-04", "2015-05", "2015-06", "2015-07", "2015-08",
    "2015-09", "2015-10", "2015-11", "2015-12",
];
const UNASSIGNED: &str = "unassigned";
pub(super) const BLANK_FLAG: &str = "on_time_flag";
pub(super) const BEFORE_OPENING: &str = "closed_before_opened";

pub(super) fn read(product: &Product) -> Result<Read> {
    let records = &product.records;
    records.require(&[
        "source_id",
        "state",
        "project",
        "project_name",
        "opened_at",
        "closed_at",
        "anomalies",
        "data.department",
        "data.channel",
        "data.on_time_flag",
        "data.duplicate_of",
    ])?;
    product
        .duties
        .require(&["source_id", "duty", "outcome", "to_do", "anomalous"])?;
    let mut figures = Figures::new();
    let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut number: BTreeMap<&str, i64> = BTreeMap::new();
    let mut took: Vec<i64> = Vec::new();
    let mut by_department: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    let mut places: BTreeMap<&str, i64> = BTreeMap::new();
    let mut explained = Vec::new();
    let mut of = HashMap::new();
    for line in records.lines() {
        let text = |column| line.get(column);
        of.insert(text("source_id"), line);
        *number.entry("records").or_default() += 1;
        let closed = text("state") == "closed";
        *number
            .entry(if closed { "closed" } else { "open" })
            .or_default() += 1;
        let mut add = |name, text: &str| {
            counts
                .entry(name)
                .or_default()
                .add(if text.is_empty() { "(blank)" } else { text });
        };
        add("on_time_flag", text("data.on_time_flag"));
        add("by_department", text("data.department"));
        let channel = text("data.channel");
        let source = SOURCES.iter().find(|(ours, _)| *ours == channel);
        add("by_source", source.map_or(channel, |(_, city)| city));
        add("by_reason", text("data.reason"));
        add("by_type_top20", text("data.type"));
        let unit = match text("project") {
            UNASSIGNED => "",
            _ => text("project_name"),
        };
        add("by_neighborhood", unit);
        add("opened_by_month", line.month("opened_at"));
        add("closure_outcome", text("data.closure_outcome"));
        if !text("data.closure_code").is_empty() {
            add("closure_code", text("data.closure_code"));
        }
        let opened = line
            .at("opened_at")?
            .context("a record that was never opened")?;
        if let Some(at) = line.at("closed_at")? {
            add("closed_by_month", line.month("closed_at"));
            let micros = at - opened;
            took.push(micros);
            by_department
                .entry(text("data.department"))
                .or_default()
                .push(micros);
            let marked = text("anomalies").contains("before-record");
            ensure!(
                marked == (micros < 0),
                "{}: marked {marked}, though it took {micros} µs",
                text("source_id")
            );
            if marked {
                explained.push(Explained {
                    figure: BEFORE_OPENING,
                    record: text("source_id").to_owned(),
                    source: format!("opened {} closed {}", city_time(text("opened_at")), city_time(text("closed_at"))),
                    product: "before-record".to_owned(),
                    why: "closed before it was opened: both times are kept, the record is marked, and rates of duties and means of times leave it out (S4.8)",
                });
            }
            *number.entry("closed_same_second").or_default() += i64::from(micros == 0);
        }
        for (name, holds) in [
            (
                "duplicates_with_link",
                !text("data.duplicate_of").is_empty(),
            ),
            ("has_open_photo", text("data.open_photo") == "true"),
            ("has_close_photo", text("data.close_photo") == "true"),
            ("without_place", text("data.place").is_empty()),
            ("opened_on_weekend_local", line.on_weekend("opened_at")?),
            ("with_target", !text("data.target").is_empty()),
            (
                "housing_or_building_records (reason in Housing,Building or queue ISD_Housing*/ISD_Building*)",
                ["Housing", "Building"].contains(&text("data.reason"))
                    || ["ISD_Housing", "ISD_Building"]
                        .iter()
                        .any(|queue| text("team").starts_with(queue)),
            ),
        ] {
            *number.entry(name).or_default() += i64::from(holds);
        }
        if !text("data.place").is_empty() {
            *places.entry(text("data.place")).or_default() += 1;
        }
    }
    figures.insert("backlog_open_at_2015_month_end".into(), backlog(product)?);
    let judged = judge(product, &of, &mut number, &mut counts, &mut explained)?;
    for (name, counts) in &counts {
        let all = match *name {
            "by_type_top20" => counts.top(20),
            _ => counts.all(),
        };
        figures.insert((*name).to_owned(), all);
    }
    let not_negative: Vec<i64> = took.iter().copied().filter(|micros| *micros >= 0).collect();
    number.insert(BEFORE_OPENING, count(took.len() - not_negative.len()));
    number.insert("distinct_places", count(places.len()));
    let busy = places.values().filter(|cases| **cases >= 5).count();
    number.insert("places_with_5_or_more_cases", count(busy));
    figures.insert("hours_open_to_close".into(), hours(took));
    figures.insert(
        "hours_open_to_close_nonnegative_only".into(),
        hours(not_negative),
    );
    let medians = by_department
        .into_iter()
        .map(|(department, took)| (department.to_owned(), hours(took)["median"].clone()))
        .collect();
    figures.insert("median_hours_by_department".into(), Value::Object(medians));
    for (name, number) in number {
        figures.insert(name.to_owned(), json!(number));
    }
    Ok(Read {
        figures,
        explained,
        more: judged,
    })
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

/// To the second, as the city writes it.
fn city_time(text: &str) -> String {
    text.replace(".000000", "")
}

/// Records that were open when a month ended.
fn backlog(product: &Product) -> Result<Value> {
    let mut open = Figures::new();
    for month in MONTHS {
        let still = product.records.lines().filter(|line| {
            let closed = line.month("closed_at");
            line.month("opened_at") <= month && (closed.is_empty() || closed > month)
        });
        open.insert(month.to_owned(), json!(still.count()));
    }
    Ok(Value::Object(open))
}

/// The duty to close by the target, beside the city's flag. Every record must fall into a case that is understood.
fn judge<'t>(
    product: &'t Product,
    of: &HashMap<&str, super::table::Line<'t>>,
    number: &mut BTreeMap<&str, i64>,
    counts: &mut BTreeMap<&str, Counts>,
    explained: &mut Vec<Explained>,
) -> Result<String> {
    let mut cases: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    let mut judged: HashMap<&str, &str> = HashMap::new();
    for name in [
        "closed_with_target",
        "closed_by_target (closed_at<=target_at)",
        "closed_after_target",
        "open_with_target",
    ] {
        number.insert(name, 0);
    }
    let mut left_out = 0;
    for duty in product
        .duties
        .lines()
        .filter(|line| line.get("duty") == "close")
    {
        let id = duty.get("source_id");
        let record = of
            .get(id)
            .with_context(|| format!("{id}: a duty without its record"))?;
        let department = record.get("data.department");
        let says = match (duty.get("outcome"), duty.get("to_do")) {
            ("met", "false") => "met",
            ("missed", "false") => "missed, done late",
            ("missed", "true") => "missed, to do",
            ("pending", "true") => "pending, to do",
            other => anyhow::bail!("{id}: {other:?}"),
        };
        if duty.get("to_do") == "true" {
            *number.entry("open_with_target").or_default() += 1;
        } else {
            *number.entry("closed_with_target").or_default() += 1;
            counts
                .entry("closed_with_target_by_department")
                .or_default()
                .add(department);
        }
        if says == "met" {
            *number
                .entry("closed_by_target (closed_at<=target_at)")
                .or_default() += 1;
            counts
                .entry("closed_by_target_by_department")
                .or_default()
                .add(department);
            left_out += i64::from(duty.get("anomalous") == "true");
        } else if says == "missed, done late" {
            *number.entry("closed_after_target").or_default() += 1;
        }
        ensure!(
            judged.insert(id, says).is_none(),
            "{id}: two duties to close"
        );
    }
    for (id, record) in of {
        let flag = record.get("data.on_time_flag");
        let says = judged.get(id).copied().unwrap_or("no duty");
        let agrees = match flag {
            "ONTIME" => ["met", "pending, to do", "no duty"].contains(&says),
            "OVERDUE" => ["missed, done late", "missed, to do"].contains(&says),
            _ => {
                explained.push(Explained {
                    figure: BLANK_FLAG,
                    record: (*id).to_owned(),
                    source: String::new(),
                    product: format!("{says}, due {}", city_time(record.get("due_at"))),
                    why: "the city left its flag blank; the target and the closing time stand in the source and decide",
                });
                flag.is_empty()
            }
        };
        ensure!(agrees, "{id}: the city says {flag:?}, the product {says}");
        ensure!(
            (says == "no duty") == record.get("data.target").is_empty(),
            "{id}: {says}, though its target is {:?}",
            record.get("data.target")
        );
        *cases
            .entry((if flag.is_empty() { "(blank)" } else { flag }, says))
            .or_default() += 1;
    }
    explained.sort_by(|a, b| (a.figure, &a.record).cmp(&(b.figure, &b.record)));
    let mut page = String::from(
        "| the city's flag | the product's duty `close` | records |\n| --- | --- | ---: |\n",
    );
    for ((flag, says), records) in cases {
        let _ = writeln!(
            page,
            "| {flag} | {says} | {} |",
            super::figures::shown(&json!(records))
        );
    }
    let _ = writeln!(
        page,
        "\nOf the duties met, {left_out} belong to records that were closed before they were opened: they are counted here as the source counts them, and left out of every rate."
    );
    Ok(page)
}

pub(super) fn tables(beside: &Beside<'_>, whole: bool) -> String {
    let mut page = beside.list(&[
        ("records", "records"),
        ("closed", "closed"),
        ("still open", "open"),
        ("with a target", "with_target"),
        ("closed, with a target", "closed_with_target"),
        ("closed on time", "closed_by_target (closed_at<=target_at)"),
        ("closed late", "closed_after_target"),
        ("still open, with a target", "open_with_target"),
        ("median hours to close, all", "hours_open_to_close/median"),
        ("mean hours", "hours_open_to_close/mean"),
        ("90th percentile", "hours_open_to_close/p90"),
        (
            "median hours, negative ones left out",
            "hours_open_to_close_nonnegative_only/median",
        ),
        (
            "mean hours, negative ones left out",
            "hours_open_to_close_nonnegative_only/mean",
        ),
        ("closed before opened", BEFORE_OPENING),
        ("closed in the second of opening", "closed_same_second"),
        (
            "naming the case they were merged into",
            "duplicates_with_link",
        ),
        ("with a photo at opening", "has_open_photo"),
        ("with a photo at closing", "has_close_photo"),
        ("distinct places", "distinct_places"),
        ("without a place", "without_place"),
        ("opened at a weekend", "opened_on_weekend_local"),
    ]);
    let mut add = |what, columns: &[(&str, &str)]| {
        page.push('\n');
        page.push_str(&beside.keyed(what, columns));
    };
    add(
        "month",
        &[
            ("opened", "opened_by_month"),
            ("closed", "closed_by_month"),
            ("open at its end", "backlog_open_at_2015_month_end"),
        ],
    );
    if !whole {
        return page;
    }
    add(
        "department",
        &[
            ("records", "by_department"),
            ("closed, with a target", "closed_with_target_by_department"),
            ("on time", "closed_by_target_by_department"),
            ("median hours", "median_hours_by_department"),
        ],
    );
    add("neighbourhood = project", &[("records", "by_neighborhood")]);
    add("source", &[("records", "by_source")]);
    add("reason", &[("records", "by_reason")]);
    add("type, the first 20", &[("records", "by_type_top20")]);
    add("closing outcome", &[("records", "closure_outcome")]);
    add("closing code", &[("records", "closure_code")]);
    page
}
