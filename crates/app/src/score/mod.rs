//! Scorecards: a standard applied to a member, a team or a unit over a period, every point with the evidence behind it.
//!
//! Live figures come from tallies and from what is due and undone, so they cost the same after a month and after ten years. With
//! evidence, everything is read from duties and journals instead, as of any instant; both must agree at the same `as_of` (S8.2).

mod card;
mod duty;
mod present;
mod quota;
mod said;
mod step;
mod subject;

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
use domain::pack::standard::{Clause, Selector, Standard, Subject};
use domain::period::Window;
use domain::points::Evidence;
use domain::tally::Tally;
use domain::time::Instant;
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
pub(crate) struct Gather<'a> {
    pub(crate) views: &'a [Arc<View>],
    pub(crate) pack: &'a domain::pack::model::Pack,
    pub(crate) standard: &'a Standard,
    pub(crate) names: &'a Names,
    /// `None`: the units as a whole.
    pub(crate) holder: Option<HolderId>,
    pub(crate) window: Window,
    pub(crate) as_of: Instant,
    pub(crate) explain: bool,
}

/// What a part of a clause found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) evidence: Evidence,
    pub(crate) items: Vec<Item>,
}

impl Found {
    fn of(items: Vec<Item>) -> Result<Self, Error> {
        let tally = Tally::sum(items.iter().map(|item| item.tally)).map_err(number)?;
        Ok(Self {
            evidence: Evidence::Counts(tally),
            items,
        })
    }
}

pub(crate) fn number(error: domain::number::NumberError) -> Error {
    Error::Usage(error.to_string())
}

/// The cards that are asked for, best total first.
///
/// # Errors
/// `Denied`. No such standard or unit; a journal that cannot be read.
pub fn score(office: &Office, actor: &Actor, asked: &Asked) -> Result<Vec<Card>, Error> {
    let units = office.units()?;
    let company = units.first().ok_or(Error::NotFound)?.id;
    let top = match (asked.unit, asked.holder) {
        (Some(id), _) => id,
        (None, Some(holder)) => {
            subject::home(office, &units, holder, asked.window)?.unwrap_or(company)
        }
        (None, None) => company,
    };
    // Whatever is read from here on is of this unit and those below it.
    let _ = office.may_score(actor, top, asked.holder)?;
    let below = |mut id: UnitId| loop {
        if id == top {
            return true;
        }
        match units
            .iter()
            .find(|unit| unit.id == id)
            .and_then(|unit| unit.parent)
        {
            Some(parent) => id = parent,
            None => return false,
        }
    };
    let mut views = Vec::new();
    for unit in units.iter().filter(|unit| below(unit.id)) {
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
    let subjects: Vec<Option<HolderId>> = match (asked.holder, standard.scores) {
        (Some(holder), _) => vec![Some(holder)],
        (None, Subject::Unit) => vec![None],
        (None, Subject::Member) => subject::members(&views, standard, asked.window)
            .into_iter()
            .map(Some)
            .collect(),
        (None, Subject::Team) => subject::teams(&views).into_iter().map(Some).collect(),
    };
    let mut cards = Vec::new();
    office.read(|tx| {
        for holder in subjects {
            let gather = Gather {
                views: &views,
                pack: &rules.pack,
                standard,
                names: &names,
                holder,
                window: asked.window,
                as_of: asked.as_of,
                explain: asked.explain,
            };
            cards.push(card::card(tx, &gather, top, &units)?);
        }
        Ok::<_, Error>(())
    })?;
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
    ) -> Result<Found, Error> {
        let live = if self.explain {
            None
        } else {
            measure(self.pack, self.standard, clause, selector)
        };
        match (live, selector) {
            (Some((_, measure)), _) => self.live(tx, &measure, selector, window),
            (None, Selector::Duty { kind, duty, when }) => {
                duty::gather(self, tx, clause, kind, duty, when.as_ref(), window)
            }
            (None, Selector::Quota(quota)) => quota::gather(self, tx, quota, window),
            (None, Selector::Mark) => step::marks(self, tx, clause, window),
            (
                None,
                Selector::NoneOf { .. }
                | Selector::Complete { .. }
                | Selector::Ratio { .. }
                | Selector::Mean { .. },
            ) => step::gather(self, tx, clause, selector, window),
            // What another module computes is not computed yet, and then there are no cases.
            (None, Selector::Metric { .. } | Selector::Score { .. }) => Ok(Found {
                evidence: Evidence::Measured {
                    value: None,
                    ceiling: false,
                },
                items: Vec::new(),
            }),
        }
    }

    fn live(
        &self,
        tx: &mut Tx<'_>,
        measure: &Measure,
        selector: &Selector,
        window: Window,
    ) -> Result<Found, Error> {
        let mut sum = Tally::ZERO;
        for view in self.views {
            let unit = view.unit.id;
            match self.holder {
                None => {
                    for (_, tally) in tally::of_measure(tx, unit, &measure.key, window.first())? {
                        sum = sum.plus(tally).map_err(number)?;
                    }
                }
                Some(holder) => {
                    for key in [measure.key.clone(), format!("{}{SHARED}", measure.key)] {
                        let key = TallyKey {
                            measure: key,
                            holder,
                            window: window.first(),
                        };
                        if let Some(tally) = tally::of_holder(tx, unit, &key)? {
                            sum = sum.plus(tally).map_err(number)?;
                        }
                    }
                }
            }
        }
        if let Selector::Duty { kind, duty, when } = selector {
            for item in duty::to_do(self, tx, None, kind, duty, when.as_ref(), window)? {
                sum = sum.plus(item.tally).map_err(number)?;
            }
        }
        Ok(Found {
            evidence: evidence_of(selector, sum),
            items: Vec::new(),
        })
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
