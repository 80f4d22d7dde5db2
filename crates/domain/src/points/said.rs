//! What a part of a clause found, in words.

use super::{Bound, Evidence, Part, Way, WhenEmpty};
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
    let unit = match way {
        Way::Tiers(tiers) => tiers.bands().first().map(|band| band.bound),
        _ => None,
    };
    let shown = match unit {
        Some(Bound::Lasting(_)) => {
            let took = lasting(value.rounded()?);
            return Ok(Text {
                zh: format!("平均 {}", took.zh),
                en: format!("{} on average", took.en),
            });
        }
        Some(Bound::Value(_)) => value.points()?.to_string(),
        Some(Bound::Rate(_)) | None => value.bp()?.to_string(),
    };
    Ok(Text {
        zh: format!("实测 {shown}"),
        en: format!("measured {shown}"),
    })
}

/// How long something took, as people say it: seconds below a minute, days and hours above two days, else to the minute, rounded down.
pub fn lasting(micros: i64) -> Text {
    let seconds = micros / 1_000_000;
    if seconds < 60 {
        return Text::both(format!("{seconds} 秒"), format!("{seconds} s"));
    }
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let minutes = if days >= 2 { 0 } else { minutes };
    let parts = [
        (days, "天", "d"),
        (hours, "小时", "h"),
        (minutes, "分", "min"),
    ];
    let (zh, en): (Vec<String>, Vec<String>) = parts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, zh, en)| (format!("{count} {zh}"), format!("{count} {en}")))
        .unzip();
    Text::both(zh.join(" "), en.join(" "))
}

fn listed(marks: &[Points]) -> String {
    let shown: Vec<_> = marks.iter().map(ToString::to_string).collect();
    shown.join(", ")
}
