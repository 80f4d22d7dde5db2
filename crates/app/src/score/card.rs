//! A card as it is shown: every clause with its parts, their counts and evidence.

use super::said::{Item, Reason};
use crate::error::Error;
use domain::id::{HolderId, MemberId};
use domain::name::Name;
use domain::number::Points;
use domain::period::Window;
use domain::scorecard::{Given, Left, NoTotal, Total, sees_marks};
use domain::tally::Tally;
use domain::time::Instant;
use serde::Serialize;

/// A standard applied (考核表). Live until it is sealed.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    pub standard: Name,
    pub standard_version: u32,
    pub pack: String,
    pub pack_number: i64,
    pub unit: String,
    /// Login, code, or the unit's own.
    pub subject: String,
    #[serde(skip)]
    pub holder: Option<HolderId>,
    pub period: String,
    pub as_of: String,
    pub full: Points,
    pub earned: Points,
    /// Points of clauses with cases or marks.
    pub covered: Points,
    pub left_out: Points,
    pub total: Option<Points>,
    pub grade: Option<Name>,
    pub no_total: Option<Reason>,
    /// The sheets that an instrument with weights weighs (S7.12).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub appraisals: Vec<AppraisalResult>,
    /// Values set above the pack's defaults, printed because they may loosen (S8.4).
    pub parameters: Vec<String>,
    pub clauses: Vec<ClauseResult>,
    /// The total or why there is none, as a seal keeps it.
    #[serde(skip)]
    pub(crate) outcome: Result<Total, NoTotal>,
    #[serde(skip)]
    pub(crate) at: Instant,
}

#[derive(Clone, Debug, Serialize)]
pub struct ClauseResult {
    pub clause: Name,
    pub section: Option<Name>,
    pub title: Reason,
    pub full: Points,
    /// `None`: left out of the total.
    pub points: Option<Points>,
    /// `earned`, `no-cases`, `not-applicable`, `other-post`, `not-in-this-period`.
    pub state: &'static str,
    pub has_cases: bool,
    pub said: Vec<Reason>,
    pub parts: Vec<PartResult>,
    pub covers: Vec<String>,
    #[serde(skip)]
    pub(crate) left: Option<Left>,
    /// Of all its parts.
    #[serde(skip)]
    pub(crate) counts: Tally,
}

#[derive(Clone, Debug, Serialize)]
pub struct AppraisalResult {
    pub part: Name,
    pub title: Reason,
    pub weight_bp: i64,
    /// `given`, `awaited`, `not-given`.
    pub given: &'static str,
    pub total: Option<Points>,
}

#[derive(Clone, Debug, Serialize)]
pub struct PartResult {
    pub way: &'static str,
    pub m: i64,
    pub v: i64,
    pub n: i64,
    pub pending: i64,
    pub excused: i64,
    pub exempt: i64,
    pub withdrawn: i64,
    pub anomalous: i64,
    /// Opinions that staff entered about their own work: not counted (S9.6).
    pub apart: i64,
    /// The 95% interval of the rate where there are fewer than 20 cases, in basis points (S7.13).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wilson_bp: Option<(i64, i64)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Item>,
}

impl Card {
    /// Marks are given blind: until an instrument with weights has its total, who has given none of them sees nobody's (S7.12).
    pub(super) fn blind(&mut self, viewer: MemberId) {
        let marks = || {
            self.clauses
                .iter()
                .flat_map(|clause| &clause.parts)
                .flat_map(|part| &part.evidence)
                .filter(|item| item.verdict == "mark")
        };
        let gave = marks().any(|item| item.by == Some(viewer));
        if self.appraisals.is_empty()
            || self.total.is_some()
            || sees_marks(if gave {
                Given::Total(Points::ZERO)
            } else {
                Given::Awaited
            })
        {
            return;
        }
        for appraisal in &mut self.appraisals {
            appraisal.total = None;
        }
        self.earned = Points::ZERO;
        for clause in &mut self.clauses {
            let mut marked = false;
            for part in &mut clause.parts {
                marked |= part.evidence.iter().any(|item| item.verdict == "mark");
                part.evidence.retain(|item| item.verdict != "mark");
            }
            if marked {
                clause.points = None;
                clause.said = vec![Reason {
                    zh: "评分在本人评完后可见".into(),
                    en: "marks are shown once one's own are given".into(),
                }];
            }
        }
    }
}

/// The window of a text like `2026-03`, `2026-W14`, `2026-Q2`, `2026-H1`, `2026`, `2026-03-05`.
///
/// # Errors
/// No period is written so.
pub fn window(text: &str) -> Result<Window, Error> {
    text.parse().map_err(|_| {
        Error::Usage(format!(
            "“{text}”不是考核期；例如 2026-03、2026-Q1、2026-W14、2026 (not a period)"
        ))
    })
}
