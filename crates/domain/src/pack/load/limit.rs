//! Limits and due times.

use super::index::{Head, Index};
use super::source::Place;
use super::{CALENDAR, CASE, Ctx, FIELD, Node, PARAMETER, parsed};
use crate::clock::{PointOf, Span};
use crate::name::{Name, Text};
use crate::pack::model::{DueSpec, FieldType, Limit, ParameterUnit, PointDay};
use std::collections::BTreeMap;
use std::rc::Rc;

impl Ctx<'_> {
    /// A parameter of the unit that its place asks for.
    pub(super) fn parameter(&mut self, node: &Node, wanted: ParameterUnit) -> Option<Name> {
        let index = Rc::clone(&self.index);
        self.parameter_in(&index, node, wanted)
    }

    /// As [`Self::parameter`], while the index is still being collected.
    pub(super) fn parameter_in(
        &mut self,
        index: &Index,
        node: &Node,
        wanted: ParameterUnit,
    ) -> Option<Name> {
        let name = self.refer(node, PARAMETER, index.parameters.keys())?;
        let given = *index.parameters.get(&name)?;
        if given.is_none() || given == Some(wanted) {
            return Some(name);
        }
        let (given, wanted) = (given.map_or("", unit_word), unit_word(wanted));
        self.fault(
            "parameter-unit",
            node.at,
            Text::both(
                format!("参数 `{name}` 的单位是 {given}，这里要 {wanted}"),
                format!("the parameter `{name}` is in {given}, {wanted} is asked here"),
            ),
            Text::both(
                format!("换一个单位为 {wanted} 的参数"),
                format!("name a parameter whose unit is {wanted}"),
            ),
        );
        None
    }

    pub(super) fn limit(&mut self, node: &Node, head: &Head) -> Option<Limit> {
        if node.text().is_some() {
            return parsed(Some(node)).map(Limit::Fixed);
        }
        if let Some(param) = node.get("param") {
            for (key, _) in node.pairs() {
                if key.text() != Some("param") {
                    self.fault(
                        "unknown-key",
                        key.at,
                        Text::both("param 旁边不能再写别的", "nothing can stand beside `param`"),
                        Text::both(
                            "按情形分时限写 {by: 字段, 选项: 时限}",
                            "limits by case are {by: FIELD, CASE: LIMIT}",
                        ),
                    );
                }
            }
            return self
                .parameter(param, ParameterUnit::Duration)
                .map(Limit::Param);
        }
        let by = node.get("by")?;
        let field = self.refer(by, FIELD, head.field_names())?;
        let Some(FieldType::Choice(choices)) = head.field(field.as_str()).map(|field| &field.ty)
        else {
            if head.broken {
                return None;
            }
            self.fault(
                "field-type",
                by.at,
                Text::both(
                    format!("`{field}` 不是选项字段，不能按它分时限"),
                    format!("`{field}` is no choice: limits cannot depend on it"),
                ),
                Text::both("用类型为 choice 的字段", "name a field of type choice"),
            );
            return None;
        };
        let mut cases = BTreeMap::new();
        for (key, value) in node.pairs() {
            if key.text() == Some("by") {
                continue;
            }
            let names = choices.iter().map(|choice| &choice.name);
            let case = self.refer(key, CASE, names);
            let limit = self.limit(value, head);
            cases.extend(case.zip(limit));
        }
        let left: Vec<&str> = choices
            .iter()
            .map(|choice| choice.name.as_str())
            .filter(|name| node.get(name).is_none())
            .collect();
        if !left.is_empty() && cases.len() + 1 == node.pairs().len() {
            self.fault(
                "case-missing",
                by.at,
                Text::both(
                    format!("没有为 {} 写时限", left.join("、")),
                    format!("there is no limit for {}", left.join(", ")),
                ),
                Text::both(
                    format!("加上 {}: PT5M 之类", left[0]),
                    format!("add {}: PT5M or the like", left[0]),
                ),
            );
        }
        Some(Limit::By { field, cases })
    }

    /// `calendar` collects the opening hours that the due time names: a duty has one.
    pub(super) fn due(
        &mut self,
        node: &Node,
        head: &Head,
        calendar: &mut Option<(Name, Place)>,
    ) -> Option<DueSpec> {
        if let Some(text) = node.text() {
            if text == "period-end" {
                return Some(DueSpec::PeriodEnd);
            }
            crate::pack::shape::check(
                node,
                node.at,
                &crate::pack::shape::Shape::Span,
                &mut self.faults,
            );
            return Some(within(Limit::Fixed(parsed(Some(node))?)));
        }
        if let Some(name) = node.get("calendar") {
            self.calendar(name, calendar);
        }
        for key in ["calendar", "roll", "until"] {
            if let Some(stray) = node.key(key)
                && node.get("within").is_none()
            {
                let at = stray.at;
                self.fault(
                    "unknown-key",
                    at,
                    Text::both(
                        format!("`{key}` 只和 within 一起用"),
                        format!("`{key}` goes with `within` only"),
                    ),
                    Text::both(
                        "挪到 within 旁边，或去掉",
                        "move it beside `within`, or remove it",
                    ),
                );
            }
        }
        if let Some(limit) = node.get("within") {
            return Some(DueSpec::Within {
                limit: self.limit(limit, head)?,
                roll: node.get("roll").is_some(),
                until_close: node.get("until").is_some(),
            });
        }
        if let Some(field) = node.get("field") {
            return self.time_field(field, head).map(DueSpec::Field);
        }
        if let Some(point) = node.get("point") {
            return self.point(point);
        }
        if let Some(before) = node.get("before") {
            let field = self.time_field(before.get("field")?, head);
            let by = self.limit(before.get("by")?, head);
            return Some(DueSpec::Before {
                field: field?,
                by: by?,
            });
        }
        for (key, make) in [
            ("earliest", DueSpec::Earliest as fn(Vec<DueSpec>) -> DueSpec),
            ("latest", DueSpec::Latest),
        ] {
            let Some(list) = node.get(key) else { continue };
            let all: Vec<Option<DueSpec>> = list
                .many()
                .iter()
                .map(|one| self.due(one, head, calendar))
                .collect();
            if list.many().is_empty() {
                self.fault(
                    "wrong-type",
                    list.at,
                    Text::both(format!("`{key}` 里没有时限"), format!("`{key}` is empty")),
                    Text::both("写上要比较的时限", "write the due times to compare"),
                );
                return None;
            }
            return all.into_iter().collect::<Option<Vec<_>>>().map(make);
        }
        None
    }

    pub(super) fn calendar(&mut self, node: &Node, known: &mut Option<(Name, Place)>) {
        if node.text() == Some("clock") {
            return;
        }
        let index = Rc::clone(&self.index);
        let Some(name) = self.refer(node, CALENDAR, &index.calendars) else {
            return;
        };
        match known {
            Some((first, _)) if *first != name => {
                let first = first.clone();
                self.fault(
                    "calendars-mixed",
                    node.at,
                    Text::both(
                        format!("一件应办只用一种营业时间，前面是 `{first}`"),
                        format!("a duty has one calendar; `{first}` was named before"),
                    ),
                    Text::both("写成同一个", "let both be the same"),
                );
            }
            _ => *known = Some((name, node.at)),
        }
    }

    /// A field that states a time.
    pub(super) fn time_field(&mut self, node: &Node, head: &Head) -> Option<Name> {
        let name = self.refer(node, FIELD, head.field_names())?;
        let fits = head.field(name.as_str()).is_some_and(|field| {
            matches!(
                field.ty,
                FieldType::Day | FieldType::Instant | FieldType::Moment
            )
        });
        if !fits && !head.broken {
            self.fault(
                "field-type",
                node.at,
                Text::both(
                    format!("字段 `{name}` 不是时间"),
                    format!("the field `{name}` states no time"),
                ),
                Text::both(
                    "用类型为 day、instant 或 moment 的字段",
                    "name a field of type day, instant or moment",
                ),
            );
            return None;
        }
        Some(name)
    }

    fn point(&mut self, node: &Node) -> Option<DueSpec> {
        let day_node = node.get("day")?;
        let of_node = node.get("of")?;
        let day = match day_node.get("param") {
            Some(param) => self
                .parameter(param, ParameterUnit::Count)
                .map(PointDay::Param),
            None => {
                let number = parsed::<u8>(Some(day_node)).filter(|day| (1..=31).contains(day));
                if number.is_none() {
                    self.fault(
                        "wrong-value",
                        day_node.at,
                        Text::both("日在 1 到 31 之间", "a day is 1 to 31"),
                        Text::both(
                            "例如 {day: 5, of: next-month}",
                            "for example {day: 5, of: next-month}",
                        ),
                    );
                }
                number.map(PointDay::Fixed)
            }
        };
        let of = parsed::<PointOf>(Some(of_node));
        if of.is_none() {
            let words = [
                "this-month",
                "next-month",
                "first-month-of-quarter",
                "last-month-of-quarter",
                "first-month-of-next-quarter",
                "first-month-of-year",
                "first-month-of-next-year",
            ];
            let text = of_node.text().unwrap_or_default();
            self.fault(
                "unknown-word",
                of_node.at,
                Text::both(
                    format!("没有 `{text}` 这个月"),
                    format!("`{text}` is no month of a calendar point"),
                ),
                crate::near::did_you_mean(text, words),
            );
        }
        Some(DueSpec::Point { day: day?, of: of? })
    }
}

fn within(limit: Limit) -> DueSpec {
    DueSpec::Within {
        limit,
        roll: false,
        until_close: false,
    }
}

/// The longest span that a limit may come to, parameters by their default.
pub(super) fn longest(limit: &Limit, defaults: &dyn Fn(&Name) -> Option<Span>) -> Option<Span> {
    match limit {
        Limit::Fixed(span) => Some(*span),
        Limit::Param(name) => defaults(name),
        Limit::By { cases, .. } => cases
            .values()
            .filter_map(|limit| longest(limit, defaults))
            .max_by_key(|span| span.by_days()),
    }
}

pub(in crate::pack) fn unit_word(unit: ParameterUnit) -> &'static str {
    match unit {
        ParameterUnit::Duration => "duration",
        ParameterUnit::BasisPoints => "bp",
        ParameterUnit::Fen => "fen",
        ParameterUnit::Count => "count",
        ParameterUnit::Flag => "flag",
        ParameterUnit::Text => "text",
    }
}
