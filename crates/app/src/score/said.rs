//! One item of evidence, in words: what was due when, what was done when, what it comes to.

use crate::export::Names;
use domain::clock::{Due, End};
use domain::id::{MemberId, RecordId};
use domain::name::Text;
use domain::number::Points;
use domain::points::{self, Earned};
use domain::record::{BuiltIn, Entry};
use domain::tally::{Tally, Verdict};
use domain::time::{Instant, Zone};
use serde::Serialize;

/// A duty, record or mark that a clause looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    pub record: RecordIdText,
    pub number: String,
    pub project: String,
    /// `met`, `late`, `missed`, `pending`, `excused`, `exempt`, `withdrawn`, `anomalous`, `counted`, `mark`.
    pub verdict: &'static str,
    pub reason: Reason,
    pub started_at: Option<String>,
    pub due_at: Option<String>,
    pub done_at: Option<String>,
    pub holder: Option<String>,
    /// What the clause would have more without this miss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub costs: Option<Points>,
    /// What the clause would lose now if this pending item were missed (S8.1).
    #[serde(skip)]
    pub worth: Option<Points>,
    #[serde(skip)]
    pub(crate) tally: Tally,
    #[serde(skip)]
    pub(crate) verdict_of: Option<Verdict>,
    /// What it counts together with, under `count-once-per`.
    #[serde(skip)]
    pub(crate) group: Option<RecordId>,
    /// Who gave a mark.
    #[serde(skip)]
    pub(crate) by: Option<MemberId>,
    #[serde(skip)]
    pub(crate) proof: Proof,
}

impl Item {
    /// The duty or step that was judged, as `kind/duty`, and which of its occurrences; nothing where a mark or a quota counted.
    pub fn judged(&self) -> Option<(&str, u32)> {
        let Proof {
            judged, occurrence, ..
        } = &self.proof;
        (!judged.is_empty()).then_some((judged.as_str(), *occurrence))
    }
}

/// What a seal's digest is made of, beside record and verdict (S8.3).
#[derive(Clone, Debug, Default)]
pub(crate) struct Proof {
    /// The duty or step that was judged, as `kind/duty`.
    pub(crate) judged: String,
    pub(crate) occurrence: u32,
    pub(crate) due: Option<Due>,
    pub(crate) done_at: Option<Instant>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct RecordIdText(pub String);

impl From<RecordId> for RecordIdText {
    fn from(id: RecordId) -> Self {
        Self(id.to_string())
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    pub zh: String,
    pub en: String,
}

impl From<Text> for Reason {
    fn from(text: Text) -> Self {
        Self {
            zh: text.zh,
            en: text.en,
        }
    }
}

pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "met",
        Verdict::Late { .. } => "late",
        Verdict::Missed => "missed",
        Verdict::Pending => "pending",
        Verdict::Excused => "excused",
        Verdict::Exempt => "exempt",
        Verdict::Withdrawn => "withdrawn",
        Verdict::Anomalous => "anomalous",
        Verdict::NotApplicable => "not-applicable",
    }
}

/// `3月4日 09:12`, in the unit's zone.
pub(crate) fn at(zone: &Zone, at: Instant) -> (String, String) {
    let day = zone.day_of(at);
    let minute = zone.minute_of(at);
    let seconds = at.since(zone.at_minute(day, minute)) / 1_000_000;
    let mut time = format!("{:02}:{:02}", minute / 60, minute % 60);
    if seconds > 0 {
        time.push_str(&format!(":{seconds:02}"));
    }
    (
        format!(
            "{} 年 {} 月 {} 日 {time}",
            day.year(),
            day.month(),
            day.day_of_month()
        ),
        format!("{day} {time}"),
    )
}

impl Names {
    /// Adds who excused it, and why, as the last entry says that did.
    pub(crate) fn why_excused(
        &self,
        journal: &[(Entry, String)],
        this: impl Fn(&BuiltIn) -> bool,
        text: &mut Text,
    ) {
        let entry = journal
            .iter()
            .rev()
            .map(|(entry, _)| entry)
            .find(|entry| entry.change.as_ref().is_some_and(&this));
        let Some(entry) = entry else { return };
        let by = entry.by.member().map(|by| self.of(by.into()));
        let by = by.unwrap_or_default();
        let why = entry.reason.as_deref().unwrap_or_default();
        text.zh.push_str(&format!("（{by}：{why}）"));
        text.en.push_str(&format!(" ({by}: {why})"));
    }
}

/// A due time; where a day ends, the day.
pub(crate) fn by(zone: &Zone, due: Due) -> (String, String) {
    if due.end == End::Exclusive && zone.start_of(zone.day_of(due.at)) == due.at {
        let day = due.last_day(zone);
        return (
            format!(
                "{} 年 {} 月 {} 日",
                day.year(),
                day.month(),
                day.day_of_month()
            ),
            format!("the end of {day}"),
        );
    }
    at(zone, due.at)
}

/// What a duty came to.
pub(crate) fn duty(
    zone: &Zone,
    number: &str,
    title: &Text,
    due: Due,
    done: Option<Instant>,
    verdict: Verdict,
) -> Text {
    let (due_zh, due_en) = by(zone, due);
    let done = done.map(|done| at(zone, done));
    let (zh, en) = match (verdict, done) {
        (Verdict::Met, Some((zh, en))) => {
            (format!("{zh}完成，按时"), format!("done at {en}, in time"))
        }
        (Verdict::Late { worth }, Some((zh, en))) if worth.get() > 0 => (
            format!("{zh}才完成，按 {}% 计", worth.get() / 100),
            format!("done only at {en}, counted {}%", worth.get() / 100),
        ),
        (Verdict::Late { .. } | Verdict::Missed, Some((zh, en))) => {
            (format!("{zh}才完成"), format!("done only at {en}"))
        }
        (Verdict::Missed | Verdict::Late { .. }, None) => ("至今未办".into(), "not done".into()),
        (Verdict::Pending, _) => ("尚未到期".into(), "not due yet".into()),
        (Verdict::Excused, _) => ("已免责，不计".into(), "excused, does not count".into()),
        (Verdict::Exempt, _) => (
            "按规则免除，不计".into(),
            "exempt by rule, does not count".into(),
        ),
        (Verdict::Withdrawn, _) => (
            "事由消失已撤回，不计".into(),
            "withdrawn, does not count".into(),
        ),
        (Verdict::Anomalous, _) => (
            "导入的时间或状态自相矛盾，不计".into(),
            "imported times or states contradict each other, does not count".into(),
        ),
        (Verdict::NotApplicable, _) => ("记在他人名下".into(), "charged to another".into()),
        (Verdict::Met, None) => ("已完成".into(), "done".into()),
    };
    Text {
        zh: format!("{number} 的“{}”应于 {due_zh}前完成，{zh}", title.zh),
        en: format!("{number}: {} was due by {due_en}, {en}", title.en),
    }
}

/// Says for every missed item what the clause would have more without it, and for every pending one what a miss would cost now (S8.1).
pub(crate) fn costs(
    rule: points::Rule,
    parts: &[points::Part<'_>],
    earned: &Earned,
    items: &mut [Vec<Item>],
) {
    let Some(now) = earned.points else { return };
    // The clause's points if in one of its parts an item counted otherwise.
    let otherwise = |index: usize, item: &Item, counts: Tally| {
        let mut other = parts.to_vec();
        let points::Evidence::Counts(tally) = &mut other.get_mut(index)?.evidence else {
            return None;
        };
        *tally = tally.minus(item.tally).ok()?.plus(counts).ok()?;
        points::clause(rule, &other).ok()?.points
    };
    for (index, items) in items.iter_mut().enumerate() {
        for item in items.iter_mut() {
            if item.tally.not_in_time() > 0 {
                let better = otherwise(index, item, Tally::counts(1, 0));
                item.costs = better.and_then(|more| more.minus(now).ok());
            } else if item.verdict == "pending" {
                let worse = otherwise(index, item, Tally::counts(0, 1));
                item.worth = worse.and_then(|less| now.minus(less).ok());
            }
        }
        for item in items.iter_mut() {
            if let Some(costs) = item.costs.filter(|costs| *costs > Points::ZERO) {
                item.reason.zh = format!("−{costs}：{}", item.reason.zh);
                item.reason.en = format!("−{costs}: {}", item.reason.en);
            }
        }
    }
}
