//! What a scorecard says where there are no points to show.

use super::{Left, NoTotal};
use crate::name::{Name, Text};

impl Left {
    pub fn code(self) -> &'static str {
        match self {
            Self::NotApplicable => "not-applicable",
            Self::OtherPost => "other-post",
            Self::NotInThisPeriod => "not-in-this-period",
            Self::NoCases => "no-cases",
        }
    }
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            Self::NotApplicable => ("本项目不适用", "does not apply here"),
            Self::OtherPost => ("属于其他岗位", "belongs to another post"),
            Self::NotInThisPeriod => ("不在本期考核", "not in this period"),
            Self::NoCases => ("本期无案例，不计入", "no cases: left out"),
        };
        Text {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

impl NoTotal {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Covered { .. } => "scorecard.covered",
            Self::Absent { .. } => "scorecard.absent",
            Self::NothingLeft => "scorecard.nothing-left",
            Self::Marks { .. } => "scorecard.marks",
        }
    }
    pub fn text(&self) -> Text {
        let (zh, en) = match self {
            Self::Covered { covered, least, of } => (
                format!("有案例的条款仅 {covered} 分（适用 {of} 分，要求 {least} 分），不出总分"),
                format!(
                    "only {covered} of {of} points are covered, {least} are asked for: no total"
                ),
            ),
            Self::Absent { present, of } => (
                format!("在岗 {present} 日，不足 {of} 日的一半，不出总分"),
                format!("present on {present} of {of} days, less than half: no total"),
            ),
            Self::NothingLeft => (
                "全部条款均不计入，不出总分".into(),
                "every clause is left out: no total".into(),
            ),
            Self::Marks { awaited, overdue } => {
                let listed = |names: &[Name]| {
                    names
                        .iter()
                        .map(Name::as_str)
                        .collect::<Vec<_>>()
                        .join("、")
                };
                let (mut zh, mut en) = (Vec::new(), Vec::new());
                if !awaited.is_empty() {
                    zh.push(format!("待评：{}", listed(awaited)));
                    en.push(format!("awaited: {}", listed(awaited)));
                }
                if !overdue.is_empty() {
                    zh.push(format!("逾期未评，转上级单位：{}", listed(overdue)));
                    en.push(format!(
                        "overdue and for the unit above: {}",
                        listed(overdue)
                    ));
                }
                (
                    format!("{}，不出总分", zh.join("；")),
                    format!("{}: no total", en.join("; ")),
                )
            }
        };
        Text { zh, en }
    }
}
