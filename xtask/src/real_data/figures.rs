//! Figures by name, beside those of the source, and as tables of a page.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

pub(super) type Figures = Map<String, Value>;

const MICROS_PER_HOUR: f64 = 3_600_000_000.0;
/// Half of the last digit that the source's figures are stated to.
const ROUNDED: f64 = 0.000_050_001;

/// How often each text occurs.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts(BTreeMap<String, i64>);

impl Counts {
    pub(super) fn add(&mut self, text: &str) {
        self.add_times(text, 1);
    }

    pub(super) fn add_times(&mut self, text: &str, times: i64) {
        *self.0.entry(text.to_owned()).or_default() += times;
    }

    pub(super) fn all(&self) -> Value {
        json!(self.0)
    }

    /// The most frequent ones, the first by name among equals.
    pub(super) fn top(&self, many: usize) -> Value {
        let mut counts: Vec<_> = self.0.iter().collect();
        counts.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        counts.truncate(many);
        Value::Object(
            counts
                .into_iter()
                .map(|(text, count)| (text.clone(), json!(count)))
                .collect(),
        )
    }
}

/// Number, median, mean, 90th percentile and maximum, in hours; percentiles interpolate linearly.
#[expect(
    clippy::cast_precision_loss,
    reason = "the source's figures are of floating numbers, and compared to four decimals"
)]
pub(super) fn hours(mut micros: Vec<i64>) -> Value {
    let Some(last) = micros.len().checked_sub(1) else {
        return json!({"n": 0});
    };
    micros.sort_unstable();
    let percentile = |percent: usize| {
        let (index, rest) = (last * percent / 100, last * percent % 100);
        let low = micros[index] as f64;
        let high = micros[(index + 1).min(last)] as f64;
        low + (high - low) * rest as f64 / 100.0
    };
    let sum: i128 = micros.iter().map(|micros| i128::from(*micros)).sum();
    let mean = sum as f64 / micros.len() as f64;
    json!({
        "n": micros.len(),
        "median": percentile(50) / MICROS_PER_HOUR,
        "mean": mean / MICROS_PER_HOUR,
        "p90": percentile(90) / MICROS_PER_HOUR,
        "max": micros[last] as f64 / MICROS_PER_HOUR,
    })
}

/// Where what was found is not what the source says, a line each; counts exactly, hours to the last digit stated.
pub(super) fn differences(found: &Figures, stated: &Figures) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, stated) in stated {
        differ(
            name,
            found.get(name).unwrap_or(&Value::Null),
            stated,
            &mut lines,
        );
    }
    lines
}

fn differ(name: &str, found: &Value, stated: &Value, lines: &mut Vec<String>) {
    match (found, stated) {
        (Value::Object(found), Value::Object(stated)) => {
            let mut keys: Vec<&String> = stated.keys().chain(found.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let of = |figures: &Figures| figures.get(key).cloned().unwrap_or(Value::Null);
                differ(&format!("{name}/{key}"), &of(found), &of(stated), lines);
            }
        }
        _ if same(found, stated) => {}
        _ => lines.push(format!("{name}: the product {found}, the source {stated}")),
    }
}

fn same(found: &Value, stated: &Value) -> bool {
    match (found.as_i64(), stated.as_i64()) {
        (Some(found), Some(stated)) => found == stated,
        _ => match (found.as_f64(), stated.as_f64()) {
            (Some(found), Some(stated)) => (found - stated).abs() <= ROUNDED,
            _ => found == stated,
        },
    }
}

/// The product's figures beside those of the source.
pub(super) struct Beside<'f> {
    pub(super) found: &'f Figures,
    pub(super) stated: &'f Figures,
}

impl Beside<'_> {
    /// A figure a row: what it is called on the page, and its path `name` or `name/key`.
    pub(super) fn list(&self, rows: &[(&str, &str)]) -> String {
        let mut page = String::from("| figure | product | source |\n| --- | ---: | ---: |\n");
        for (title, path) in rows {
            let (name, key) = path.split_once('/').unwrap_or((path, ""));
            let (found, stated) = self.shown(name, key);
            let _ = writeln!(page, "| {title} | {found} | {stated} |");
        }
        page
    }

    /// A key a row, for every key of the first figure, and two columns a figure.
    pub(super) fn keyed(&self, what: &str, columns: &[(&str, &str)]) -> String {
        let mut page = format!("| {what} |");
        for (title, _) in columns {
            let _ = write!(page, " {title}: product | source |");
        }
        page.push_str("\n| --- |");
        page.push_str(&" ---: | ---: |".repeat(columns.len()));
        page.push('\n');
        let mut keys: Vec<&str> = Vec::new();
        for (_, name) in columns {
            for figures in [self.stated, self.found] {
                let known = figures.get(*name).and_then(Value::as_object);
                for key in known.into_iter().flat_map(Map::keys) {
                    if !keys.contains(&key.as_str()) {
                        keys.push(key);
                    }
                }
            }
        }
        for key in keys {
            let _ = write!(page, "| {} |", if key.is_empty() { "(blank)" } else { key });
            for (_, name) in columns {
                let (found, stated) = self.shown(name, key);
                let _ = write!(page, " {found} | {stated} |");
            }
            page.push('\n');
        }
        page
    }

    /// Hours that are the same to the last digit stated look the same, on whichever side of a half they were rounded.
    fn shown(&self, name: &str, key: &str) -> (String, String) {
        let (found, stated) = (cell(self.found, name, key), cell(self.stated, name, key));
        let found = if same(found, stated) { stated } else { found };
        (shown(found), shown(stated))
    }
}

fn cell<'f>(figures: &'f Figures, name: &str, key: &str) -> &'f Value {
    let figure = figures.get(name).unwrap_or(&Value::Null);
    match figure {
        Value::Object(parts) => parts.get(key).unwrap_or(&Value::Null),
        _ if key.is_empty() => figure,
        _ => &Value::Null,
    }
}

/// Counts with thousands set apart, hours with four decimals.
pub(super) fn shown(value: &Value) -> String {
    match (value.as_i64(), value.as_f64()) {
        (Some(count), _) => grouped(count),
        (None, Some(hours)) => format!("{hours:.4}"),
        _ if value.is_null() => "–".to_owned(),
        _ => value.to_string(),
    }
}

fn grouped(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if count < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(value: &Value) -> Figures {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn hours_are_interpolated() {
        let of = hours([1, 2, 3, 10].map(|hours| hours * 3_600_000_000).to_vec());
        let expected = json!({"n": 4, "median": 2.5, "mean": 4.0, "p90": 7.9, "max": 10.0});
        assert_eq!(
            differences(
                &figures(&json!({"h": of})),
                &figures(&json!({"h": expected}))
            ),
            Vec::<String>::new()
        );
    }

    #[test]
    fn every_difference_is_told() {
        let found =
            figures(&json!({"a": 1, "b": {"x": 1, "y": 2}, "c": 1.00004, "d": 1.0002, "e": 1}));
        let stated =
            figures(&json!({"a": 1, "b": {"x": 1, "z": 2}, "c": 1.0, "d": 1.0, "gone": 3}));
        assert_eq!(
            differences(&found, &stated),
            [
                "b/y: the product 2, the source null",
                "b/z: the product null, the source 2",
                "d: the product 1.0002, the source 1.0",
                "gone: the product null, the source 3",
            ]
        );
    }

    #[test]
    fn a_table_has_both_sides() {
        let found =
            figures(&json!({"all": 72430, "by": {"x": 1, "y": 2}, "hours": {"median": 2.5}}));
        let stated = figures(&json!({"all": 72430, "by": {"x": 1}, "hours": {"median": 2.5}}));
        let beside = Beside {
            found: &found,
            stated: &stated,
        };
        let list = beside.list(&[("records", "all"), ("median", "hours/median")]);
        assert!(list.ends_with("| records | 72,430 | 72,430 |\n| median | 2.5000 | 2.5000 |\n"));
        let keyed = beside.keyed("what", &[("n", "by")]);
        assert!(keyed.ends_with("| x | 1 | 1 |\n| y | 2 | – |\n"), "{keyed}");
    }
}
