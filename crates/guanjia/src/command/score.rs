//! `guanjia score`.

use super::{holder_of, instant, open, operator, unit_of};
use crate::args::Where;
use crate::output::{Done, json_line, line};
use app::Error;
use app::score::{Asked, window};
use app::seal::{Shown, shown};
use domain::name::Name;
use serde_json::json;

/// The command with its arguments.
pub(crate) struct Score<'a> {
    pub(crate) at: &'a Where,
    pub(crate) standard: String,
    pub(crate) period: &'a str,
    pub(crate) unit: Option<&'a str>,
    pub(crate) member: Option<&'a str>,
    pub(crate) as_of: Option<&'a str>,
    pub(crate) explain: bool,
    pub(crate) json: bool,
}

impl Score<'_> {
    pub(crate) fn run(self) -> Result<Done, Error> {
        let office = open(self.at)?;
        let unit = unit_of(&office, self.unit)?;
        let holder = self
            .member
            .map(|name| holder_of(&office, name))
            .transpose()?;
        let now = office.clock().now();
        let as_of = self.as_of.map_or(Ok(now), instant)?;
        let asked = Asked {
            standard: Name::from(self.standard),
            window: window(self.period)?,
            unit,
            holder,
            as_of,
            // Tallies know what was decided by now, not by another instant.
            explain: self.explain || holder.is_some() || self.as_of.is_some(),
        };
        let cards = shown(&office, &operator(), &asked)?;
        if self.json {
            json_line(
                &json!({"standard": asked.standard, "period": asked.window.to_string(), "cards": cards}),
            )?;
        } else {
            for card in &cards {
                print(card)?;
            }
        }
        Ok(Done::Well)
    }
}

fn print(shown: &Shown) -> Result<(), Error> {
    let card = &shown.card;
    let total = match (&card.total, &card.no_total) {
        (Some(total), _) => format!("{total} / {}", card.full),
        (None, Some(why)) => format!("无总分：{}", why.zh),
        (None, None) => "无总分".into(),
    };
    let grade = card
        .grade
        .as_ref()
        .map_or(String::new(), |grade| format!("（{grade}）"));
    line(&format!(
        "{} {} {}（{}）：{total}{grade}，得 {}，有案例 {} 分",
        card.subject, card.standard, card.period, card.unit, card.earned, card.covered
    ))?;
    if let Some(sealed) = &shown.sealed {
        line(&format!(
            "  已封存，第 {} 版，截至 {}",
            sealed.card.revision, sealed.card.as_of
        ))?;
        for differs in &shown.differs {
            let points = |points: Option<domain::number::Points>| {
                points.map_or_else(|| "—".to_owned(), |points| points.to_string())
            };
            line(&format!(
                "  今日重算 {}：{}（封存 {}）",
                differs.clause.as_ref().map_or("总分", Name::as_str),
                points(differs.today),
                points(differs.sealed)
            ))?;
        }
    }
    for appraisal in &card.appraisals {
        let total = appraisal
            .total
            .map_or_else(|| appraisal.given.to_owned(), |total| total.to_string());
        line(&format!(
            "  {}（{}%）：{total}",
            appraisal.title.zh,
            appraisal.weight_bp / 100
        ))?;
    }
    for parameter in &card.parameters {
        line(&format!("  参数：{parameter}"))?;
    }
    for clause in &card.clauses {
        let points = clause
            .points
            .map_or_else(|| "—".to_owned(), |points| points.to_string());
        line(&format!(
            "  {:<4} {points:>6} / {:<6} {}",
            clause.clause, clause.full, clause.title.zh
        ))?;
        for said in &clause.said {
            line(&format!("         {}", said.zh))?;
        }
        for item in clause
            .parts
            .iter()
            .flat_map(|part| &part.evidence)
            .filter(|item| !matches!(item.verdict, "met" | "counted"))
        {
            line(&format!("         · {}", item.reason.zh))?;
        }
    }
    Ok(())
}
