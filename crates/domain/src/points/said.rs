//! What a part of a clause found, in words.

use super::{Evidence, Part, Way, WhenEmpty};
use crate::name::Text;
use crate::number::{NumberError, Points, Ratio};
use crate::tally::Tally;

/// S7.10: always said, whatever the points are.
pub(super) fn no_cases(when_empty: WhenEmpty) -> Text {
    let (zh, en) = match when_empty {
        WhenEmpty::Full => ("本期无案例，计满分", "no cases: full points"),
        WhenEmpty::Zero => ("本期无案例，计零分", "no cases: no points"),
        WhenEmpty::Exclude => ("本期无案例，不计入", "no cases: left out"),
    };
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

/// One line: what was counted or measured, and what it cost of `stake`.
pub(super) fn part(
    part: &Part<'_>,
    stake: Points,
    got: Option<Ratio>,
) -> Result<Text, NumberError> {
    let Some(got) = got else {
        return Ok(Text {
            zh: "无案例".into(),
            en: "no cases".into(),
        });
    };
    let found = match &part.evidence {
        Evidence::Counts(tally) => counted(tally),
        Evidence::Measured { value, .. } => measured(part.way, value.unwrap_or(Ratio::ZERO))?,
        Evidence::Marks(marks) => Text {
            zh: format!("评分 {}", listed(marks)),
            en: format!("marks {}", listed(marks)),
        },
    };
    let got = got.points()?;
    Ok(Text {
        zh: format!("{}，得 {got}/{stake} 分", found.zh),
        en: format!("{}: {got} of {stake} points", found.en),
    })
}

fn counted(tally: &Tally) -> Text {
    let mut text = Text {
        zh: format!("{} 项中 {} 项按时", tally.n(), tally.met),
        en: format!("{} of {} in time", tally.met, tally.n()),
    };
    for (count, zh, en) in [
        (tally.late, "逾期完成", "late"),
        (tally.missed, "未完成", "missed"),
        (tally.pending, "未到期", "pending"),
        (tally.excused, "免责", "excused"),
        (tally.exempt, "豁免", "exempt"),
        (tally.withdrawn, "撤销", "withdrawn"),
        (tally.anomalous, "异常未计", "anomalous, left out"),
    ] {
        if count != 0 {
            text.zh.push_str(&format!("，{zh} {count}"));
            text.en.push_str(&format!(", {count} {en}"));
        }
    }
    text
}

fn measured(way: &Way, value: Ratio) -> Result<Text, NumberError> {
    let plain = matches!(way, Way::Tiers(tiers) if matches!(tiers.bands(), [super::Band { bound: super::Bound::Value(_), .. }, ..]));
    let shown = if plain {
        value.points()?.to_string()
    } else {
        value.bp()?.to_string()
    };
    Ok(Text {
        zh: format!("实测 {shown}"),
        en: format!("measured {shown}"),
    })
}

fn listed(marks: &[Points]) -> String {
    let shown: Vec<_> = marks.iter().map(ToString::to_string).collect();
    shown.join(", ")
}
