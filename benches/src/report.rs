//! Figures as they are printed: a table for people, JSON for programs.

use serde_json::{Value, json};
use std::fmt::Write;

/// The least, the middle and the most of several rounds.
#[derive(Clone, Debug)]
pub(crate) struct Spread(Vec<f64>);

impl Spread {
    pub(crate) fn of(mut rounds: Vec<f64>) -> Self {
        rounds.sort_by(f64::total_cmp);
        Self(rounds)
    }
    pub(crate) fn once(value: f64) -> Self {
        Self(vec![value])
    }
    /// The value that a share of them does not exceed.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        #[expect(clippy::cast_sign_loss, reason = "a share of a length is not negative")]
        let at = (share * last as f64).round() as usize;
        self.0.get(at).copied().unwrap_or(f64::NAN)
    }
    pub(crate) fn min(&self) -> f64 {
        self.quantile(0.0)
    }
    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }
    pub(crate) fn max(&self) -> f64 {
        self.quantile(1.0)
    }
}

/// What a figure has to be, if anything was promised.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    AtLeast(f64),
    Under(f64),
    None,
}

struct Figure {
    section: &'static str,
    name: String,
    unit: &'static str,
    database: &'static str,
    spread: Spread,
    goal: Goal,
}

impl Figure {
    fn reached(&self) -> Option<bool> {
        match self.goal {
            Goal::AtLeast(least) => Some(self.spread.median() >= least),
            Goal::Under(most) => Some(self.spread.median() < most),
            Goal::None => None,
        }
    }
}

/// All figures of one run, in the order in which they were taken.
#[derive(Default)]
pub(crate) struct Report {
    figures: Vec<Figure>,
    database: &'static str,
    section: &'static str,
}

impl Report {
    /// Figures from now on are of this database.
    pub(crate) fn on(&mut self, database: &'static str) {
        self.database = database;
    }
    pub(crate) fn section(&mut self, name: &'static str) {
        self.section = name;
        eprintln!("{}: {name}", self.database);
    }
    pub(crate) fn add(
        &mut self,
        name: impl Into<String>,
        unit: &'static str,
        spread: Spread,
        goal: Goal,
    ) {
        let figure = Figure {
            section: self.section,
            name: name.into(),
            unit,
            database: self.database,
            spread,
            goal,
        };
        eprintln!(
            "    {} {} {}",
            figure.name,
            number(figure.spread.median()),
            figure.unit
        );
        self.figures.push(figure);
    }

    /// One line a figure and database.
    pub(crate) fn table(&self) -> String {
        let mut out = String::new();
        let mut section = ("", "");
        for figure in &self.figures {
            if section != (figure.section, figure.database) {
                section = (figure.section, figure.database);
                let head = format!("{} ({})", figure.section, figure.database);
                let _ = writeln!(
                    out,
                    "\n{head:<58} {:>10} {:>10} {:>10}",
                    "min", "median", "max"
                );
            }
            let name = format!("  {}, {}", figure.name, figure.unit);
            let _ = write!(
                out,
                "{name:<58} {:>10} {:>10} {:>10}",
                number(figure.spread.min()),
                number(figure.spread.median()),
                number(figure.spread.max())
            );
            let _ = match (figure.goal, figure.reached()) {
                (Goal::AtLeast(least), Some(reached)) => {
                    write!(out, "  ≥ {} {}", number(least), mark(reached))
                }
                (Goal::Under(most), Some(reached)) => {
                    write!(out, "  < {} {}", number(most), mark(reached))
                }
                _ => Ok(()),
            };
            out.push('\n');
        }
        out
    }

    pub(crate) fn json(&self) -> Value {
        let figures: Vec<Value> = self
            .figures
            .iter()
            .map(|figure| {
                let goal = match figure.goal {
                    Goal::AtLeast(least) => json!({"at_least": least}),
                    Goal::Under(most) => json!({"under": most}),
                    Goal::None => Value::Null,
                };
                json!({
                    "section": figure.section, "name": figure.name, "unit": figure.unit, "database": figure.database,
                    "min": figure.spread.min(), "median": figure.spread.median(), "max": figure.spread.max(),
                    "rounds": figure.spread.0.len(), "goal": goal, "reached": figure.reached(),
                })
            })
            .collect();
        json!({ "figures": figures })
    }
}

fn mark(reached: bool) -> &'static str {
    if reached { "reached" } else { "NOT REACHED" }
}

fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
