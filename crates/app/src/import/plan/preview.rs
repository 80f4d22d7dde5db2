//! What an import would do, for a person to read before it is done.

use super::{Counts, Filled, ImportItem, Mark};
use crate::import::map::Map;
use crate::import::refusal::shortened;
use domain::name::{Name, Text};
use domain::pack::Language;
use domain::time::{Moment, Zone};
use domain::value::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

fn of(language: Language, text: &Text) -> &str {
    match language {
        Language::Zh => &text.zh,
        Language::En => &text.en,
    }
}

fn pick(language: Language, zh: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// The first items and how all rows add up. `titles` are the pack's titles of the kind's steps and fields.
pub fn preview(
    map: &Map,
    items: &[ImportItem],
    counts: &Counts,
    titles: &BTreeMap<Name, Text>,
    language: Language,
) -> String {
    let mut out = String::new();
    let zone = &map.habit.zone;
    let title = |name: &Name| {
        titles
            .get(name)
            .map_or_else(|| name.to_string(), |text| of(language, text).to_string())
    };
    for (number, item) in items.iter().enumerate() {
        let lines: Vec<String> = item
            .rows
            .iter()
            .take(4)
            .map(|row| row.line.to_string())
            .collect();
        let more = if item.rows.len() > 4 { " …" } else { "" };
        let _ = writeln!(
            out,
            "{}. {} · {} {} · {} {}{more}",
            number + 1,
            item.unit.key(),
            title(&item.kind),
            item.source_id,
            pick(language, "行", "line"),
            lines.join(" ")
        );
        let opening = &item.opening;
        line(
            &mut out,
            zone,
            &title(&Name::from("open")),
            opening.occurred,
            opening.by.as_deref(),
            &opening.data,
            &title,
        );
        for (link, id) in &opening.links {
            let _ = writeln!(out, "     {} → {id}", title(link));
        }
        for step in &item.steps {
            line(
                &mut out,
                zone,
                &title(&step.step),
                step.occurred,
                step.by.as_deref(),
                &step.data,
                &title,
            );
        }
        for mark in &item.marks {
            let _ = writeln!(out, "   ! {}", of(language, &mark.title()));
        }
    }
    let _ = writeln!(
        out,
        "{} {} = {} {} + {} {}",
        pick(language, "行数", "rows"),
        counts.rows,
        pick(language, "导入", "imported"),
        counts.imported,
        pick(language, "退回", "refused"),
        counts.refused
    );
    let _ = writeln!(
        out,
        "{} {} · {} {}",
        pick(language, "单据", "records"),
        counts.records,
        pick(language, "步骤", "steps"),
        counts.steps
    );
    for mark in Mark::ALL {
        if let Some(count) = counts.marked.get(&mark) {
            let _ = writeln!(out, "! {}: {count}", of(language, &mark.title()));
        }
    }
    out
}

fn line(
    out: &mut String,
    zone: &Zone,
    step: &str,
    occurred: Moment,
    by: Option<&str>,
    data: &BTreeMap<Name, Filled>,
    title: &impl Fn(&Name) -> String,
) {
    let at = match occurred {
        Moment::At(at) => {
            let text = at.in_zone(zone);
            // Seconds are enough for a person: `2015-01-01T00:20:09.000000-05:00` without its fraction.
            format!(
                "{} {}",
                text.get(..10).unwrap_or(&text),
                text.get(11..19).unwrap_or("")
            )
        }
        Moment::On(day) => day.to_string(),
    };
    let said: Vec<String> = data
        .iter()
        .map(|(name, filled)| format!("{}={}", title(name), shown(filled)))
        .collect();
    let by = by.map(|by| format!(" ({by})")).unwrap_or_default();
    let line = format!("   {at}  {step}{by}  {}", said.join("; "));
    let _ = writeln!(out, "{}", line.trim_end());
}

fn shown(filled: &Filled) -> String {
    match filled {
        Filled::Member(name) => name.clone(),
        Filled::Team(team) => match &team.department {
            Some(department) => format!("{department}/{}", team.name),
            None => team.name.clone(),
        },
        Filled::Value(value) => match value {
            Value::Null => "-".into(),
            Value::Bool(flag) => flag.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Text(text) => shortened(text),
            Value::List(items) => format!("[{}]", items.len()),
            Value::Sealed(_) => "•••".into(),
        },
    }
}
