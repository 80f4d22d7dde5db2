//! Cells as values: trimmed, mapped, converted; what does not fit is a refusal that names line and column.

use super::{Filled, TeamKey, day_of};
use crate::import::map::{Convert, Fill, Map, Part, Take};
use crate::import::refusal::Refusal;
use crate::import::source::Row;
use domain::name::Name;
use domain::time::Moment;
use domain::value::Value;
use std::collections::BTreeMap;

/// A row as the map sees it.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    map: &'a Map,
    row: &'a Row,
}

impl<'a> Cells<'a> {
    pub(super) fn new(map: &'a Map, row: &'a Row) -> Self {
        Self { map, row }
    }

    /// Trimmed; empty where the cell holds one of the map's words for nothing.
    pub(super) fn text(&self, column: usize) -> &'a str {
        let text = self.row.cell(column).trim();
        if self.map.blank.contains(text) {
            ""
        } else {
            text
        }
    }
    pub(super) fn blank(&self, column: usize) -> bool {
        self.text(column).is_empty()
    }

    pub(super) fn row(&self) -> &'a Row {
        self.row
    }

    /// A refusal that points at a cell of this row.
    pub(super) fn blame(&self, refusal: Refusal, column: Option<usize>) -> Refusal {
        let refusal = refusal.at(self.row.file, self.row.line);
        match column {
            None => refusal,
            Some(column) => refusal
                .column(self.map.column(column))
                .value(self.row.cell(column)),
        }
    }

    pub(super) fn first_column(&self, take: &Take) -> Option<usize> {
        take.parts.iter().find_map(|part| match part {
            Part::Column(column) => Some(*column),
            Part::Text(_) => None,
        })
    }

    /// When a column says; a blank one is refused.
    pub(super) fn moment(&self, column: usize) -> Result<Moment, Refusal> {
        let text = self.text(column);
        if text.is_empty() {
            let refusal = Refusal::new("time-blank", "没有写时间", "no time is stated");
            return Err(self.blame(refusal, Some(column)));
        }
        self.map.habit.moment(text).map_err(|error| {
            let reason = error.reason();
            self.blame(
                Refusal::new(error.code(), reason.zh, reason.en),
                Some(column),
            )
        })
    }

    /// The text that is meant; `None` where nothing is stated. Columns that are all blank make a template blank.
    pub(super) fn take(&self, take: &Take) -> Result<Option<String>, Refusal> {
        let mut columns = take.parts.iter().filter_map(|part| match part {
            Part::Column(column) => Some(*column),
            Part::Text(_) => None,
        });
        let column = columns.next();
        if column.is_some_and(|first| self.blank(first) && columns.all(|column| self.blank(column)))
        {
            return Ok(None);
        }
        let text: String = take
            .parts
            .iter()
            .map(|part| match part {
                Part::Column(column) => self.text(*column),
                Part::Text(text) => text,
            })
            .collect();
        let text = text.trim();
        let Some(values) = &take.values else {
            return Ok(Some(text.to_string()));
        };
        let ours = match (values.of.get(text), &values.others) {
            (Some(ours), _) => ours.clone(),
            (None, Some(others)) => others.replace("{value}", text),
            (None, None) => {
                let refusal = Refusal::new(
                    "value-unknown",
                    "映射的 values 里没有这个值",
                    "the map's `values` do not know this value",
                );
                return Err(self.blame(refusal, column));
            }
        };
        Ok((!ours.is_empty()).then_some(ours))
    }

    /// The fields that state something. `changed` limits them to those with a changed column; `last` says whether the rule applies
    /// to the record for the last time.
    pub(super) fn fields(
        &self,
        fields: &BTreeMap<Name, Fill>,
        changed: Option<&[bool]>,
        last: bool,
        faults: &mut Vec<Refusal>,
    ) -> BTreeMap<Name, Filled> {
        let mut data = BTreeMap::new();
        for (name, fill) in fields.iter().filter(|(_, fill)| last || !fill.last) {
            let unchanged = changed.is_some_and(|changed| {
                !fill
                    .take
                    .parts
                    .iter()
                    .any(|part| matches!(part, Part::Column(column) if changed[*column]))
            });
            if unchanged {
                continue;
            }
            match self.fill(fill) {
                Ok(Some(filled)) => {
                    data.insert(name.clone(), filled);
                }
                Ok(None) => {}
                Err(fault) => faults.push(fault),
            }
        }
        data
    }

    fn fill(&self, fill: &Fill) -> Result<Option<Filled>, Refusal> {
        let column = self.first_column(&fill.take);
        let text = match self.take(&fill.take)?.or_else(|| fill.default.clone()) {
            Some(text) => text,
            None if fill.required => {
                let refusal = Refusal::new(
                    "value-missing",
                    "这一格必须填写",
                    "this cell must be filled in",
                );
                return Err(self.blame(refusal, column));
            }
            None => return Ok(None),
        };
        let wrong = |code, zh: &str, en: &str| self.blame(Refusal::new(code, zh, en), column);
        let moment = || {
            self.map.habit.moment(&text).map_err(|error| {
                let reason = error.reason();
                self.blame(Refusal::new(error.code(), reason.zh, reason.en), column)
            })
        };
        let value = match &fill.convert {
            Convert::Text => Value::Text(text),
            Convert::Whole => Value::Int(
                whole(&text)
                    .ok_or_else(|| wrong("value-not-int", "不是整数", "not a whole number"))?,
            ),
            Convert::YesNo => Value::Bool(yes_no(&text).ok_or_else(|| {
                wrong(
                    "value-not-bool",
                    "不是“是/否”（true/false、1/0、是/否）",
                    "neither yes nor no (true/false, 1/0)",
                )
            })?),
            Convert::Fen => Value::Int(
                hundredths(text.trim_start_matches(['¥', '￥']).trim_end_matches('元'))
                    .ok_or_else(|| {
                        wrong(
                            "value-not-money",
                            "不是最多两位小数的金额",
                            "not an amount with up to two decimals",
                        )
                    })?,
            ),
            Convert::BasisPoints => Value::Int(
                hundredths(text.trim_end_matches(['%', '％'])).ok_or_else(|| {
                    wrong(
                        "value-not-ratio",
                        "不是最多两位小数的百分数",
                        "not a percentage with up to two decimals",
                    )
                })?,
            ),
            Convert::Day => Value::Text(day_of(&self.map.habit.zone, moment()?).to_string()),
            Convert::Instant => match moment()? {
                Moment::At(at) => Value::Text(at.to_string()),
                Moment::On(_) => {
                    let error = crate::import::habit::HabitError::DayOnly;
                    let reason = error.reason();
                    return Err(wrong(error.code(), &reason.zh, &reason.en));
                }
            },
            Convert::Moment => Value::Text(match moment()? {
                Moment::At(at) => at.to_string(),
                Moment::On(day) => day.to_string(),
            }),
            Convert::List(separator) => Value::List(
                text.split(separator.as_str())
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(Value::from)
                    .collect(),
            ),
            Convert::Member => return Ok(Some(Filled::Member(text))),
            Convert::Team { department } => {
                let department = match department {
                    Some(take) => self.take(take)?,
                    None => None,
                };
                return Ok(Some(Filled::Team(TeamKey {
                    name: text,
                    department,
                })));
            }
        };
        Ok(Some(Filled::Value(value)))
    }
}

pub(crate) fn whole(text: &str) -> Option<i64> {
    text.replace([',', '，'], "").parse().ok()
}

pub(crate) fn yes_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "是" | "有" | "√" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "否" | "无" | "×" => Some(false),
        _ => None,
    }
}

/// A decimal with up to two decimals, times 100.
pub(crate) fn hundredths(text: &str) -> Option<i64> {
    let text = text.trim().replace([',', '，'], "");
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.as_str()),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 2 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let cents: i64 = format!("{fraction:0<2}").parse().ok()?;
    whole
        .checked_mul(100)?
        .checked_add(cents)
        .map(|value| value * sign)
}
