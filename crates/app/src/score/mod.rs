//! Scorecards: a standard applied to a member, a team or a unit over a period, every point with the evidence behind it.
//!
//! Live figures come from tallies and from what is due and undone, so they cost the same after a month and after ten years. With
//! evidence, everything is read from duties and journals instead, as of any instant; both must agree at the same `as_of` (S8.2).

mod card;
mod duty;
mod other;
mod present;
mod quota;
mod reading;
mod said;
mod sheet;
mod step;
mod subject;
mod weighed;

pub use card::{Card, ClauseResult, PartResult, window};
pub use said::Item;

use crate::access::Actor;
use crate::error::Error;
use crate::export::Names;
use crate::office::Office;
use crate::view::View;
use domain::id::{HolderId, UnitId};
use domain::measure::{Measure, SHARED, TallyKey, measure};
use domain::name::Name;
use domain::number::Points;
use domain::pack::standard::{Clause, Selector, Standard, Subject};
use domain::period::Window;
use domain::points::Evidence;
use domain::tally::Tally;
use domain::time::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::{Tx, tally, unit};

/// What is to be scored.
#[derive(Clone, Debug)]
pub struct Asked {
    pub standard: Name,
    pub window: Window,
    /// The unit and everything below it; the company if none is named.
    pub unit: Option<UnitId>,
    /// One member or team; all of the unit's if none is named.
    pub holder: Option<HolderId>,
    pub as_of: Instant,
    /// With the evidence of every clause.
    pub explain: bool,
}

/// Everything a clause's evidence is gathered with.
#[derive(Clone)]
pub(crate) struct Gather<'a> {
    pub(crate) views: &'a [Arc<View>],
    pub(crate) pack: &'a domain::pack::model::Pack,
    pub(crate) standard: &'a Standard,
    pub(crate) names: &'a Names,
    pub(crate) whom: Whom,
    pub(crate) window: Window,
    pub(crate) as_of: Instant,
    pub(crate) explain: bool,
}

/// Whose evidence is asked for. It is gathered once, whoever they are, and then sorted by holder.
#[derive(Clone, Debug)]
pub(crate) enum Whom {
    /// The units as a whole, who count a duty once (S5.4).
    Whole,
    /// Each of these members or teams.
    Each(BTreeSet<HolderId>),
}

/// A member or a team; `None`: the units as a whole.
pub(crate) type Key = Option<HolderId>;

impl Whom {
    /// Under whose figures what is a holder's stands; `None` where nobody asks for it.
    pub(crate) fn key(&self, holder: HolderId) -> Option<Key> {
        match self {
            Self::Whole => Some(None),
            Self::Each(holders) => holders.contains(&holder).then_some(Some(holder)),
        }
    }
    pub(crate) fn keys(&self) -> Vec<Key> {
        match self {
            Self::Whole => vec![None],
            Self::Each(holders) => holders.iter().copied().map(Some).collect(),
        }
    }
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self, Self::Whole)
    }
}

/// What a part of a clause found for one of those who are asked for.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) evidence: Evidence,
    /// What the evidence was counted from, as shown.
    pub(crate) tally: Tally,
    pub(crate) items: Vec<Item>,
    /// Marks by the appraiser whose sheet they are on, where an instrument weighs several (S7.12).
    pub(crate) sheets: BTreeMap<Name, Vec<Points>>,
}

/// What a part of a clause found, by holder; nothing for those who are not in it.
pub(crate) type FoundBy = BTreeMap<Key, Found>;

impl Found {
    /// What a selector finds where there is nothing.
    pub(crate) fn nothing(selector: &Selector) -> Self {
        let evidence = match selector {
            Selector::Mark => Evidence::Marks(Vec::new()),
            Selector::Metric { .. } | Selector::Score { .. } => Evidence::Measured {
                value: None,
                ceiling: false,
            },
            counted => evidence_of(counted, Tally::ZERO),
        };
        Self {
            evidence,
            tally: Tally::ZERO,
            items: Vec::new(),
            sheets: BTreeMap::new(),
        }
    }

    /// The evidence as an appraiser's sheet has it: his own marks, and whatever is computed.
    pub(crate) fn on_sheet(&self, sheet: Option<&Name>) -> Evidence {
        match (&self.evidence, sheet) {
            (Evidence::Marks(_), Some(sheet)) => {
                Evidence::Marks(self.sheets.get(sheet).cloned().unwrap_or_default())
            }
            (evidence, _) => evidence.clone(),
        }
    }

    fn counted(selector: &Selector, tally: Tally, items: Vec<Item>) -> Self {
        Self {
            evidence: evidence_of(selector, tally),
            tally,
            items,
            sheets: BTreeMap::new(),
        }
    }
}

/// Items by holder, with what they add up to.
fn summed(selector: &Selector, items: BTreeMap<Key, Vec<Item>>) -> Result<FoundBy, Error> {
    items
        .into_iter()
        .map(|(key, items)| {
            let tally = Tally::sum(items.iter().map(|item| item.tally)).map_err(number)?;
            Ok((key, Found::counted(selector, tally, items)))
        })
        .collect()
}

pub(crate) fn number(error: domain::number::NumberError) -> Error {
    Error::Usage(error.to_string())
}

/// The unit whose cards are asked for: the one that is named, the one in which the holder worked, else the company.
///
/// # Errors
/// A database without units.
pub fn top(office: &Office, asked: &Asked) -> Result<UnitId, Error> {
    let units = office.units()?;
    let company = units.first().ok_or(Error::NotFound)?.id;
    Ok(match (asked.unit, asked.holder) {
        (Some(id), _) => id,
        (None, Some(holder)) => {
            subject::home(office, &units, holder, asked.window)?.unwrap_or(company)
        }
        (None, None) => company,
    })
}

/// The cards that are asked for, best total first.
///
/// # Errors
/// `Denied`. No such standard or unit; a journal that cannot be read.
pub fn score(office: &Office, actor: &Actor, asked: &Asked) -> Result<Vec<Card>, Error> {
    let top = top(office, asked)?;
    // Whatever is read from here on is of this unit and those below it.
    let _ = office.may_score(actor, top, asked.holder)?;
    let units = office.below(top)?;
    let mut views = Vec::new();
    for unit in &units {
        views.push(office.reload_if_outdated(unit.id)?);
    }
    let rules = views.first().ok_or(Error::NotFound)?.rules.clone();
    let known = || {
        rules
            .pack
            .standards
            .keys()
            .map(Name::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let standard = rules.pack.standards.get(&asked.standard).ok_or_else(|| {
        Error::Usage(format!(
            "没有考核标准“{}”；有：{} (no such standard)",
            asked.standard,
            known()
        ))
    })?;
    if asked.window.period() != standard.period {
        return Err(Error::Usage(format!(
            "标准“{}”按{}考核，{} 不是这样的考核期 (the standard's period is a {})",
            asked.standard,
            standard.period.name(),
            asked.window,
            standard.period.name()
        )));
    }
    let names = Names::load(office)?;
    let whom = match (asked.holder, standard.scores) {
        (Some(holder), _) => Whom::Each([holder].into()),
        (None, Subject::Unit) => Whom::Whole,
        (None, Subject::Member) => Whom::Each(subject::members(&views, standard, asked.window)),
        (None, Subject::Team) => Whom::Each(subject::teams(&views)),
    };
    let gather = Gather {
        views: &views,
        pack: &rules.pack,
        standard,
        names: &names,
        whom,
        window: asked.window,
        as_of: asked.as_of,
        explain: asked.explain,
    };
    let unit = units
        .iter()
        .find(|unit| unit.id == top)
        .ok_or(Error::NotFound)?;
    let mut cards = office.read(|tx| sheet::cards(tx, &gather, unit))?;
    // An appraiser sees nobody's marks before he has given his own (S7.12).
    if let Some(viewer) = actor.member_id() {
        cards.iter_mut().for_each(|card| card.blind(viewer));
    }
    cards.sort_by(|a, b| {
        b.total
            .cmp(&a.total)
            .then_with(|| a.subject.cmp(&b.subject))
    });
    Ok(cards)
}

impl Gather<'_> {
    /// What a part finds: from rows with the evidence, else from tallies and what is due and undone.
    fn part(
        &self,
        tx: &mut Tx<'_>,
        clause: &Clause,
        selector: &Selector,
        window: Window,
    ) -> Result<FoundBy, Error> {
        let live = if self.explain {
            None
        } else {
            measure(self.pack, self.standard, clause, selector)
        };
        match (live, selector) {
            (_, Selector::Quota(_)) => quota::gather(self, tx, clause, selector, window),
            (Some((_, measure)), _) if measure.itemised => {
                duty::cases(self, tx, clause, selector, &measure, window)
            }
            (Some((_, measure)), _) => self.live(tx, &measure, selector, window),
            (None, Selector::Duty { .. }) => duty::gather(self, tx, clause, selector, window),
            (None, Selector::Mark) => step::marks(self, tx, clause, window),
            (
                None,
                Selector::NoneOf { .. }
                | Selector::Complete { .. }
                | Selector::Ratio { .. }
                | Selector::Mean { .. },
            ) => step::gather(self, tx, clause, selector, window),
            (None, Selector::Metric { name }) => reading::gather(self, tx, name, window),
            (None, Selector::Score { standard }) => other::gather(self, tx, standard, window),
        }
    }

    /// Tallies know what was decided; what is due and undone is counted beside them (S8.2).
    fn live(
        &self,
        tx: &mut Tx<'_>,
        measure: &Measure,
        selector: &Selector,
        window: Window,
    ) -> Result<FoundBy, Error> {
        let mut sums: BTreeMap<Key, Tally> = BTreeMap::new();
        for view in self.views {
            let unit = view.unit.id;
            for (holder, tally) in self.tallied(tx, unit, measure, window)? {
                if let Some(key) = self.whom.key(holder) {
                    let sum = sums.entry(key).or_default();
                    *sum = sum.plus(tally).map_err(number)?;
                }
            }
        }
        if matches!(selector, Selector::Duty { .. }) {
            duty::to_do(self, tx, selector, window, |key, open| {
                let sum = sums.entry(key).or_default();
                *sum = sum.plus(Tally::of(open.verdict)).map_err(number)?;
                Ok(())
            })?;
        }
        Ok(sums
            .into_iter()
            .map(|(key, sum)| (key, Found::counted(selector, sum, Vec::new())))
            .collect())
    }

    /// The rows of a measure: all of the window, or those of the one who is asked for. What later holders were judged by is theirs alone.
    fn tallied(
        &self,
        tx: &mut Tx<'_>,
        unit: UnitId,
        measure: &Measure,
        window: Window,
    ) -> Result<Vec<(HolderId, Tally)>, Error> {
        let first = window.first();
        let shared = format!("{}{SHARED}", measure.key);
        let mut rows = Vec::new();
        match &self.whom {
            Whom::Whole => rows.extend(tally::of_measure(tx, unit, &measure.key, first)?),
            Whom::Each(holders) if holders.len() == 1 => {
                for (holder, name) in holders
                    .iter()
                    .flat_map(|holder| [(*holder, &measure.key), (*holder, &shared)])
                {
                    let key = TallyKey {
                        measure: name.clone(),
                        holder,
                        window: first,
                    };
                    rows.extend(tally::of_holder(tx, unit, &key)?.map(|tally| (holder, tally)));
                }
            }
            Whom::Each(_) => {
                rows.extend(tally::of_measure(tx, unit, &measure.key, first)?);
                rows.extend(tally::of_measure(tx, unit, &shared, first)?);
            }
        }
        Ok(rows)
    }
}

/// How the counts of a selector are read (S7.8).
pub(crate) fn evidence_of(selector: &Selector, sum: Tally) -> Evidence {
    match selector {
        Selector::Ratio { ceiling, .. } => Evidence::Measured {
            value: domain::selection::ratio(sum.sum, sum.values),
            ceiling: *ceiling,
        },
        Selector::Mean { .. } => Evidence::Measured {
            value: sum.mean(),
            ceiling: false,
        },
        _ => Evidence::Counts(sum),
    }
}

impl Office {
    /// The view of a unit as the database says now.
    pub(crate) fn reload_if_outdated(&self, id: UnitId) -> Result<Arc<View>, Error> {
        let view = self.view(id)?;
        let versions = self.read(|tx| unit::versions(tx, id))?;
        if versions == (view.unit.roster_version, view.unit.config_version) {
            Ok(view)
        } else {
            self.reload(id)
        }
    }
}
