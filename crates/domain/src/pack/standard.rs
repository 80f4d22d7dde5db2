//! Assessment instruments: standards made of clauses (考核标准、条款).

use crate::clock::Span;
use crate::expr::Expr;
use crate::name::{Name, Text};
use crate::number::{Bp, Points};
use crate::pack::model::Pack;
use crate::period::Period;
use crate::points::{Way, WhenEmpty};
use crate::record::parameters_of;
use crate::scorecard::Appraiser;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
pub struct Standard {
    pub name: Name,
    pub title: Text,
    /// Goes up by one whenever a clause changes; changes only from a period's start.
    pub version: u32,
    pub scores: Subject,
    pub period: Period,
    /// The sum of all clause points; the check proves it.
    pub full: Points,
    /// Below these covered points there is no total (S7.10).
    pub least_covered: Points,
    pub sections: Vec<Section>,
    /// In the order of the file.
    pub clauses: Vec<Clause>,
    pub grades: Vec<Grade>,
    /// Appraisers whose sheets are weighed, basis points that add up to 10,000 (S7.12); empty: one sheet.
    pub weights: BTreeMap<Name, Weight>,
}

impl Standard {
    pub fn clause(&self, name: &str) -> Option<&Clause> {
        self.clauses.iter().find(|clause| clause.name == *name)
    }
}

impl Standard {
    /// Whether a clause looks at records of the kind as what must not happen.
    pub fn forbids(&self, kind: &Name) -> bool {
        let mut parts = self.clauses.iter().flat_map(|clause| &clause.parts);
        parts.any(|part| matches!(&part.selector, Selector::NoneOf { kind: of, .. } if of == kind))
    }

    /// The parameters that its clauses read: those of quotas, and those by which its duties fall due.
    pub fn parameters(&self, pack: &Pack) -> BTreeSet<Name> {
        let mut names = BTreeSet::new();
        for part in self.clauses.iter().flat_map(|clause| &clause.parts) {
            match &part.selector {
                Selector::Duty { kind, duty, .. } => {
                    if let Some(duty) = pack.kinds.get(kind).and_then(|k| k.duty(duty.as_str())) {
                        parameters_of(&duty.due, &mut names);
                    }
                }
                Selector::Quota(Quota {
                    needed:
                        Needed::AtLeast(Given::Param(name))
                        | Needed::Share {
                            share: Given::Param(name),
                            ..
                        },
                    ..
                }) => {
                    names.insert(name.clone());
                }
                _ => {}
            }
        }
        names
    }
}

/// One of the appraisers of an instrument (S7.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weight {
    pub title: Text,
    pub weight: Bp,
    pub appraiser: Appraiser,
    /// Until when he gives his marks, counted from the period's last day.
    pub within: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Member,
    Team,
    Unit,
}

#[derive(Clone, Debug)]
pub struct Section {
    pub name: Name,
    pub title: Text,
    pub points: Option<Points>,
}

/// The lower bound is inclusive (S7.13).
#[derive(Clone, Debug)]
pub struct Grade {
    pub name: Name,
    pub title: Text,
    pub from: Points,
}

#[derive(Clone, Debug)]
pub struct Clause {
    pub name: Name,
    pub title: Text,
    pub section: Option<Name>,
    pub points: Points,
    pub parts: Vec<Part>,
    /// Empty: every post; other posts have the clause excluded (S7.9).
    pub posts: Vec<Name>,
    /// On the unit's type, level and flags; else not applicable and the total is rescaled.
    pub applies: Option<Expr>,
    /// `None`: the standard's own period.
    pub window: Option<Period>,
    pub counts_in_closing_period: bool,
    pub when_empty: WhenEmpty,
    /// A link: its cases count once (S7.9).
    pub count_once_per: Option<Name>,
    pub veto: Option<Veto>,
    pub cap: Option<Points>,
    /// Where the clause comes from: requirement ids.
    pub covers: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Veto {
    SectionZero,
    TotalAtMost(Points),
    GradeAtMost(Name),
}

#[derive(Clone, Debug)]
pub struct Part {
    pub selector: Selector,
    pub way: Way,
    /// What this part may cost at most.
    pub may_cost: Option<Points>,
}

/// What a clause looks at (S7.8).
#[derive(Clone, Debug)]
pub enum Selector {
    Duty {
        kind: Name,
        duty: Name,
        when: Option<Expr>,
    },
    Quota(Quota),
    /// Must not happen: a record of the kind for which `when` holds, charged to the member behind `whose`.
    NoneOf {
        kind: Name,
        when: Option<Expr>,
        whose: Option<Name>,
    },
    /// Everything a form asks for is filled in when the step is taken; `fields` empty: the step's form and the required fields.
    Complete {
        kind: Name,
        at: Name,
        fields: Vec<Name>,
        when: Option<Expr>,
    },
    /// Records of the kind that took the step `at` and for which `of` holds, over those for which `over` holds.
    Ratio {
        kind: Name,
        at: Name,
        of: Expr,
        over: Option<Expr>,
        ceiling: bool,
    },
    /// Microseconds between two steps, or a field's value.
    Mean {
        kind: Name,
        of: MeanOf,
        when: Option<Expr>,
    },
    /// A human mark, entered as a record that names clause and member.
    Mark,
    Metric {
        name: Name,
    },
    Score {
        standard: Name,
    },
}

impl Selector {
    /// The word in packs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Duty { .. } => "duty",
            Self::Quota(_) => "quota",
            Self::NoneOf { .. } => "none-of",
            Self::Complete { .. } => "complete",
            Self::Ratio { .. } => "ratio",
            Self::Mean { .. } => "mean",
            Self::Mark => "mark",
            Self::Metric { .. } => "metric",
            Self::Score { .. } => "score",
        }
    }
}

#[derive(Clone, Debug)]
pub enum MeanOf {
    Between { from: Name, to: Name },
    Field(Name),
}

/// So many per period, or a share of a population (S6).
#[derive(Clone, Debug)]
pub struct Quota {
    /// Records of this kind count, at the step `at`, once per `subject` (a link).
    pub of: Name,
    pub at: Name,
    pub when: Option<Expr>,
    pub subject: Option<Name>,
    pub needed: Needed,
    pub distinct_day: bool,
    /// Sums this field of what counts, in its unit, where others count 1 each.
    pub sum: Option<Name>,
    /// Of one subject, what follows another within fewer days does not count; 0: everything does.
    pub min_gap_days: i64,
}

#[derive(Clone, Debug)]
pub enum Needed {
    AtLeast(Given<i64>),
    /// A share of the records of a kind for which `over` holds, by the mean of daily counts (S6.2).
    Share {
        of: Name,
        over: Option<Expr>,
        share: Given<Bp>,
        count: Population,
    },
}

/// A figure of the standard's own, or one that a project sets.
#[derive(Clone, Debug)]
pub enum Given<T> {
    Fixed(T),
    Param(Name),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Population {
    Mean,
    Start,
    End,
    /// Records opened during the period ("30% of free repairs").
    During,
}
