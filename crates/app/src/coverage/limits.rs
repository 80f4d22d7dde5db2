//! The figures that the trade's own rules give, compared with those of the pack.
//!
//! `limits.yaml` lists them by id in our words, each with where it stands (`at`) or why it stands nowhere yet (`open`). What is compared is the
//! figure: a parameter's default, a duty's own limit, the number a quota asks for. A share of all cases (100%) needs no figure: that every case
//! opens the duty is the figure. Where sources disagree and the pack has taken another's figure, `chosen` says so, and the figure must lie
//! within the parameter's bounds, so that a company can take it.

use super::refer::Reference;
use super::{Account, Finding};
use domain::clock::Span;
use domain::name::Text;
use domain::pack::Node;
use domain::pack::model::{DueSpec, Limit, Pack, Parameter, ParameterValue};
use domain::pack::standard::{Given, Needed, Selector};

const KEYS: [&str; 11] = [
    "zh",
    "en",
    "requirement",
    "kind",
    "op",
    "value",
    "unit",
    "at",
    "open",
    "how",
    "chosen",
];

pub(super) fn check(path: &str, root: &Node, account: &Account, findings: &mut Vec<Finding>) {
    for (key, node) in root.get("limits").map_or(&[][..], Node::pairs) {
        let id = key.text().unwrap_or_default();
        let mut fault = |zh: String, en: String| {
            findings.push(Finding {
                file: path.to_owned(),
                line: key.line(),
                what: Text::both(zh, en),
            });
        };
        for (name, _) in node.pairs() {
            if !name.text().is_some_and(|name| KEYS.contains(&name)) {
                fault(
                    format!("{id}：没有这个键"),
                    format!("{id}: there is no such key"),
                );
            }
        }
        let text = |key: &str| node.get(key).and_then(Node::text);
        if !text("requirement")
            .is_some_and(|id| account.requirements.iter().any(|one| one.id == id))
        {
            fault(
                format!("{id}：requirement 不在要求清单里"),
                format!("{id}: its requirement is not on the list"),
            );
        }
        match (text("at"), node.get("open")) {
            (None, Some(_)) => {}
            (Some(at), None) => match Reference::read(at, &account.rules.pack) {
                Ok(reference) => {
                    let figure = Figure {
                        value: text("value").unwrap_or(""),
                        unit: text("unit").unwrap_or(""),
                        another: node.get("chosen").is_some(),
                    };
                    if let Err(found) = figure.stands_at(&reference, &account.rules.pack) {
                        let Figure { value, unit, .. } = figure;
                        fault(
                            format!("{id} 应为 {value} {unit}，规则包的 {at} 为 {found}"),
                            format!("{id} is {value} {unit}, but {at} of the pack is {found}"),
                        );
                    }
                }
                Err(why) => fault(why.zh, why.en),
            },
            _ => fault(
                format!("{id} 要有 at 或 open 之一"),
                format!("{id} has either `at` or `open`"),
            ),
        }
    }
}

/// A figure of a source.
struct Figure<'f> {
    value: &'f str,
    unit: &'f str,
    /// The pack has taken another source's.
    another: bool,
}

impl Figure<'_> {
    /// Whether it is the one there; else the one that is.
    fn stands_at(&self, reference: &Reference, pack: &Pack) -> Result<(), String> {
        if let Some(parameter) = reference.parameter(pack) {
            return self.of(parameter);
        }
        if let Some(duty) = reference.duty(pack) {
            return match &duty.due {
                // Every case opens the duty: that is all cases.
                _ if self.unit.starts_with("percent") && self.value == "100" => Ok(()),
                DueSpec::Within {
                    limit: Limit::Fixed(span),
                    ..
                } => self.is(&ParameterValue::Span(*span)),
                DueSpec::Within {
                    limit: Limit::Param(name),
                    ..
                } => pack
                    .parameters
                    .get(name)
                    .map_or(Ok(()), |parameter| self.of(parameter)),
                _ => Ok(()),
            };
        }
        let parts = reference
            .clause(pack)
            .map_or(&[][..], |clause| &clause.parts);
        for part in parts {
            if let Selector::Quota(quota) = &part.selector {
                match &quota.needed {
                    Needed::AtLeast(Given::Fixed(number)) => {
                        return self.is(&ParameterValue::Number(*number));
                    }
                    Needed::Share {
                        share: Given::Fixed(share),
                        ..
                    } => return self.is(&ParameterValue::Number(share.get())),
                    Needed::AtLeast(Given::Param(name))
                    | Needed::Share {
                        share: Given::Param(name),
                        ..
                    } => {
                        return pack
                            .parameters
                            .get(name)
                            .map_or(Ok(()), |parameter| self.of(parameter));
                    }
                }
            }
        }
        Ok(())
    }

    fn of(&self, parameter: &Parameter) -> Result<(), String> {
        if !self.another {
            return self.is(&parameter.default);
        }
        let within = match (&parameter.bounds, self.values().as_slice()) {
            (_, []) | (None, _) => true,
            (Some((low, high)), values) => values.iter().any(|value| match (low, value, high) {
                (
                    ParameterValue::Number(low),
                    ParameterValue::Number(value),
                    ParameterValue::Number(high),
                ) => (low..=high).contains(&value),
                (
                    ParameterValue::Span(low),
                    ParameterValue::Span(value),
                    ParameterValue::Span(high),
                ) => {
                    // Days and hours are not compared.
                    low.by_days() != value.by_days()
                        || (low.rough_micros()..=high.rough_micros())
                            .contains(&value.rough_micros())
                }
                _ => true,
            }),
        };
        match &parameter.bounds {
            Some((low, high)) if !within => Err(format!("{} … {}", shown(low), shown(high))),
            _ => Ok(()),
        }
    }

    fn is(&self, found: &ParameterValue) -> Result<(), String> {
        if self.values().contains(found) {
            Ok(())
        } else {
            Err(shown(found))
        }
    }

    /// As a parameter may hold it; none where no parameter can.
    fn values(&self) -> Vec<ParameterValue> {
        let number = || self.value.parse::<i64>().ok();
        let span = |text: String| {
            text.parse()
                .ok()
                .map(ParameterValue::Span)
                .into_iter()
                .collect()
        };
        let times = |times: i64| {
            number()
                .map(|number| ParameterValue::Number(number * times))
                .into_iter()
                .collect()
        };
        // Once a month may be kept as a number, or as the time between two.
        let once = |span: Span| {
            let mut values: Vec<ParameterValue> =
                number().map(ParameterValue::Number).into_iter().collect();
            if self.value == "1" {
                values.push(ParameterValue::Span(span));
            }
            values
        };
        if self.value == "same_day" {
            return vec![ParameterValue::Span(Span::Days(0))];
        }
        match self.unit {
            "minute" => span(format!("PT{}M", self.value)),
            "hour" => span(format!("PT{}H", self.value)),
            "day" => span(format!("P{}D", self.value)),
            "month" => span(format!("P{}M", self.value)),
            "workday" => span(format!("{} workdays", self.value)),
            "quarter" => once(Span::Months(3)),
            unit if unit.starts_with("per_month") => once(Span::Months(1)),
            unit if unit.starts_with("per_quarter") => once(Span::Months(3)),
            unit if unit.starts_with("per_half_year") => once(Span::Months(6)),
            unit if unit.starts_with("per_year") => once(Span::Years(1)),
            unit if unit.starts_with("percent") => times(100),
            "per_mille" => times(10),
            "yuan_per_time" => times(100),
            _ => match number() {
                Some(number) => vec![ParameterValue::Number(number)],
                None => vec![ParameterValue::Text(self.value.to_owned())],
            },
        }
    }
}

fn shown(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Span(span) => span.to_string(),
        ParameterValue::Number(number) => number.to_string(),
        ParameterValue::Flag(flag) => flag.to_string(),
        ParameterValue::Text(text) => text.clone(),
    }
}
