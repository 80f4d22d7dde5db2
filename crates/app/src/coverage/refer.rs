//! What in a pack covers a requirement, and the pack without it.
//!
//! A thing is taken out of the compiled rules, not of the text, so that a pack without it always loads and nothing else changes. What
//! depends on it goes with it: a duty takes along the parts of clauses that count it, and a clause that is left without parts. A parameter
//! cannot be taken out without its limit, so it gets another value: a duration or number twice as large, or half where that leaves the bounds.

use domain::clock::Span;
use domain::name::{Name, Text};
use domain::near::did_you_mean;
use domain::pack::model::{Effect, Kind, Pack, Parameter, ParameterValue, Step, Who};
use domain::pack::standard::Selector;

/// Something that an account names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) text: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Kind(Name),
    /// A field, link or fact.
    Field(Name, Name),
    Step(Name, Name),
    Duty(Name, Name),
    Approval(Name, Name),
    Clause(Name, Name),
    Standard(Name),
    Parameter(Name),
    Schedule(Name),
    Ledger(Name),
    Post(Name),
    /// A part of the program: `app::score`.
    Module(String),
}

impl Reference {
    /// # Errors
    /// Why there is no such thing.
    pub(super) fn read(text: &str, pack: &Pack) -> Result<Self, Text> {
        let what = what(text, pack)?;
        Ok(Self {
            text: text.to_owned(),
            what,
        })
    }

    /// Whether a pack can lose it.
    pub(super) fn is_of_pack(&self) -> bool {
        !matches!(self.what, What::Module(_))
    }

    pub(super) fn module(&self) -> Option<&str> {
        match &self.what {
            What::Module(path) => Some(path),
            _ => None,
        }
    }

    pub(super) fn parameter<'p>(&self, pack: &'p Pack) -> Option<&'p Parameter> {
        match &self.what {
            What::Parameter(name) => pack.parameters.get(name),
            _ => None,
        }
    }

    pub(super) fn duty<'p>(&self, pack: &'p Pack) -> Option<&'p domain::pack::model::Duty> {
        match &self.what {
            What::Duty(kind, duty) => pack.kinds.get(kind)?.duty(duty.as_str()),
            _ => None,
        }
    }

    pub(super) fn clause<'p>(&self, pack: &'p Pack) -> Option<&'p domain::pack::standard::Clause> {
        match &self.what {
            What::Clause(standard, clause) => pack.standards.get(standard)?.clause(clause.as_str()),
            _ => None,
        }
    }

    /// The rules without it.
    pub(super) fn taken_out_of(&self, pack: &Pack) -> Pack {
        let mut pack = pack.clone();
        match &self.what {
            What::Kind(name) => {
                pack.kinds.remove(name);
            }
            What::Field(kind, name) => {
                if let Some(kind) = pack.kinds.get_mut(kind) {
                    without_field(kind, name);
                }
            }
            What::Step(kind, name) => {
                if let Some(kind) = pack.kinds.get_mut(kind) {
                    if *name == "open" {
                        kind.open.by.clear();
                    } else {
                        kind.steps.remove(name);
                    }
                }
            }
            What::Duty(kind, name) => {
                if let Some(kind) = pack.kinds.get_mut(kind) {
                    kind.duties.retain(|duty| duty.name != *name);
                }
                for standard in pack.standards.values_mut() {
                    for clause in &mut standard.clauses {
                        clause.parts.retain(|part| !matches!(&part.selector, Selector::Duty { kind: of, duty, .. } if of == kind && duty == name));
                    }
                    standard.clauses.retain(|clause| !clause.parts.is_empty());
                }
            }
            What::Approval(kind, name) => {
                if let Some(kind) = pack.kinds.get_mut(kind) {
                    kind.approvals.remove(name);
                }
            }
            What::Clause(standard, name) => {
                if let Some(standard) = pack.standards.get_mut(standard) {
                    standard.clauses.retain(|clause| clause.name != *name);
                }
            }
            What::Standard(name) => {
                pack.standards.remove(name);
            }
            What::Parameter(name) => {
                if let Some(parameter) = pack.parameters.get_mut(name) {
                    change(parameter);
                }
            }
            What::Schedule(name) => {
                pack.schedules.remove(name);
            }
            What::Ledger(name) => {
                pack.ledgers.remove(name);
                let leave = |step: &mut Step| {
                    step.effects.retain(
                        |effect| !matches!(effect, Effect::Post { ledger, .. } if ledger == name),
                    );
                };
                for kind in pack.kinds.values_mut() {
                    leave(&mut kind.open);
                    kind.steps.values_mut().for_each(leave);
                }
            }
            What::Post(name) => {
                pack.posts.remove(name);
                let may = |step: &mut Step| step.by.retain(|who| *who != Who::Post(name.clone()));
                for kind in pack.kinds.values_mut() {
                    may(&mut kind.open);
                    kind.steps.values_mut().for_each(may);
                }
            }
            What::Module(_) => {}
        }
        pack
    }
}

fn without_field(kind: &mut Kind, name: &Name) {
    kind.fields.retain(|field| field.name != *name);
    kind.links.remove(name);
    kind.facts.remove(name);
    let leave = |step: &mut Step| step.form.retain(|field| field.field != *name);
    leave(&mut kind.open);
    kind.steps.values_mut().for_each(leave);
}

fn change(parameter: &mut Parameter) {
    let bounds = parameter.bounds.clone();
    let other = |value: &ParameterValue| match value {
        ParameterValue::Span(span) => ParameterValue::Span(twice(*span)),
        ParameterValue::Number(number) => {
            let fits = |number: &i64| match &bounds {
                Some((ParameterValue::Number(low), ParameterValue::Number(high))) => {
                    (low..=high).contains(&number)
                }
                _ => true,
            };
            let changed = [number * 2, number / 2, number + 1, number - 1]
                .into_iter()
                .filter(|other| other != number);
            ParameterValue::Number(
                changed
                    .clone()
                    .find(fits)
                    .or_else(|| changed.min())
                    .unwrap_or(*number),
            )
        }
        ParameterValue::Flag(flag) => ParameterValue::Flag(!flag),
        ParameterValue::Text(text) => ParameterValue::Text(format!("{text}?")),
    };
    parameter.default = other(&parameter.default);
    if let Some((_, cases)) = &mut parameter.by {
        for value in cases.values_mut() {
            *value = other(value);
        }
    }
}

fn twice(span: Span) -> Span {
    match span {
        Span::Clock(0) => Span::hours(1),
        Span::Clock(micros) => Span::Clock(micros * 2),
        Span::Days(days) => Span::Days((days * 2).max(1)),
        Span::Months(months) => Span::Months((months * 2).max(1)),
        Span::Years(years) => Span::Years((years * 2).max(1)),
        Span::Workdays(days) => Span::Workdays(days * 2),
    }
}

fn what(text: &str, pack: &Pack) -> Result<What, Text> {
    let none = |zh: &str, en: &str, known: Vec<&str>, name: &str| {
        let help = did_you_mean(name, known);
        Text::both(
            format!("没有{zh} `{name}`；{}", help.zh),
            format!("there is no {en} `{name}`; {}", help.en),
        )
    };
    let kind_of = |name: &str| {
        pack.kinds.get(name).ok_or_else(|| {
            none(
                "单据类型",
                "kind",
                pack.kinds.keys().map(Name::as_str).collect(),
                name,
            )
        })
    };
    if let Some((standard, clause)) = text.split_once('#') {
        let found = pack.standards.get(standard).ok_or_else(|| {
            none(
                "考核标准",
                "standard",
                pack.standards.keys().map(Name::as_str).collect(),
                standard,
            )
        })?;
        let known = || {
            found
                .clauses
                .iter()
                .map(|clause| clause.name.as_str())
                .collect()
        };
        found
            .clause(clause)
            .ok_or_else(|| none("条款", "clause", known(), clause))?;
        return Ok(What::Clause(Name::from(standard), Name::from(clause)));
    }
    let (sort, name) = text.split_once(':').unwrap_or(("", text));
    match sort {
        "kind" => return Ok(What::Kind(kind_of(name)?.name.clone())),
        "module" => return Ok(What::Module(name.to_owned())),
        "standard" if pack.standards.contains_key(name) => {
            return Ok(What::Standard(Name::from(name)));
        }
        "parameter" => {
            let known = || pack.parameters.keys().map(Name::as_str).collect();
            pack.parameters
                .get(name)
                .ok_or_else(|| none("参数", "parameter", known(), name))?;
            return Ok(What::Parameter(Name::from(name)));
        }
        "schedule" => {
            let known = || pack.schedules.keys().map(Name::as_str).collect();
            pack.schedules
                .get(name)
                .ok_or_else(|| none("计划", "schedule", known(), name))?;
            return Ok(What::Schedule(Name::from(name)));
        }
        "ledger" => {
            let known = || pack.ledgers.keys().map(Name::as_str).collect();
            pack.ledgers
                .get(name)
                .ok_or_else(|| none("台账", "ledger", known(), name))?;
            return Ok(What::Ledger(Name::from(name)));
        }
        "post" => {
            let known = || pack.posts.keys().map(Name::as_str).collect();
            pack.posts
                .get(name)
                .ok_or_else(|| none("岗位", "post", known(), name))?;
            return Ok(What::Post(Name::from(name)));
        }
        "" | "step" | "duty" | "approval" => {}
        _ => return Err(unreadable(text)),
    }
    if let Some((kind, part)) = name.split_once('/') {
        let kind = kind_of(kind)?;
        let (step, duty) = (kind.step(part).is_some(), kind.duty(part).is_some());
        let (kind_name, part_name) = (kind.name.clone(), Name::from(part));
        return match sort {
            "approval" if kind.approvals.contains_key(part) => {
                Ok(What::Approval(kind_name, part_name))
            }
            "step" if step => Ok(What::Step(kind_name, part_name)),
            "duty" if duty => Ok(What::Duty(kind_name, part_name)),
            "" if step && duty => Err(Text::both(
                format!("`{text}` 既是步骤又是应办：写 step:{text} 或 duty:{text}"),
                format!("`{text}` is a step and a duty: write step:{text} or duty:{text}"),
            )),
            "" if duty => Ok(What::Duty(kind_name, part_name)),
            "" if step => Ok(What::Step(kind_name, part_name)),
            _ => {
                let known = kind
                    .steps
                    .keys()
                    .chain(kind.duties.iter().map(|duty| &duty.name))
                    .map(Name::as_str);
                Err(none("步骤或应办", "step or duty", known.collect(), part))
            }
        };
    }
    if let (Some((kind, field)), "") = (name.split_once('.'), sort) {
        let kind = kind_of(kind)?;
        if kind.field(field).is_some()
            || kind.links.contains_key(field)
            || kind.facts.contains_key(field)
        {
            return Ok(What::Field(kind.name.clone(), Name::from(field)));
        }
        let known = kind
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .chain(kind.links.keys().map(Name::as_str));
        return Err(none("字段", "field", known.collect(), field));
    }
    Err(unreadable(text))
}

fn unreadable(text: &str) -> Text {
    Text::both(
        format!(
            "看不懂 `{text}`；可写 kind:K、K.FIELD、K/STEP、K/DUTY、step:K/S、duty:K/D、approval:K/A、STANDARD#CLAUSE、standard:S、parameter:P、schedule:S、ledger:L、post:P、module:CRATE::MODULE"
        ),
        format!(
            "`{text}` cannot be read; write kind:K, K.FIELD, K/STEP, K/DUTY, step:K/S, duty:K/D, approval:K/A, STANDARD#CLAUSE, standard:S, parameter:P, schedule:S, ledger:L, post:P or module:CRATE::MODULE"
        ),
    )
}
