//! Sealed cards as they are shown, with what would be otherwise today.

use super::{SealedCard, stands};
use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::score::{self, Asked, Card};
use domain::id::HolderId;
use domain::name::Name;
use domain::number::Points;
use domain::seal::Sealed;
use serde::Serialize;
use std::collections::BTreeMap;

/// A card as it is shown: where its period is sealed, as it was sealed, with what would be otherwise today.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// `live` or `sealed`.
    pub status: &'static str,
    #[serde(flatten)]
    pub card: Card,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed: Option<SealedCard>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<Difference>,
}

/// The cards that are asked for: a sealed one with the figures that it keeps, and the evidence as it is today.
///
/// # Errors
/// As [`score::score`].
pub fn shown(office: &Office, actor: &Actor, asked: &Asked) -> Result<Vec<Shown>, Error> {
    let top = score::top(office, asked)?;
    let cards = score::score(office, actor, asked)?;
    let period = stands(office, top, &asked.standard, asked.window)?;
    let mut sealed: BTreeMap<HolderId, SealedCard> = period
        .into_iter()
        .flat_map(|period| period.cards)
        .map(|card| (card.subject, card))
        .collect();
    let shown = cards.into_iter().map(|card| {
        let subject = card.holder.unwrap_or(top.into());
        match sealed.remove(&subject) {
            None => Shown {
                status: "live",
                card,
                sealed: None,
                differs: Vec::new(),
            },
            Some(kept) => {
                let differs = differences(&kept.card, &card);
                Shown {
                    status: "sealed",
                    card: with_figures(card, &kept.card),
                    sealed: Some(kept),
                    differs,
                }
            }
        }
    });
    Ok(shown.collect())
}

/// The card with the points that were sealed.
fn with_figures(mut card: Card, sealed: &Sealed) -> Card {
    card.standard_version = sealed.standard_version;
    card.total = sealed.total.as_ref().ok().map(|total| total.points);
    card.grade = sealed
        .total
        .as_ref()
        .ok()
        .and_then(|total| total.grade.clone());
    card.no_total = sealed.total.as_ref().err().map(|none| none.text().into());
    card.covered = sealed.covered;
    for clause in &mut card.clauses {
        let kept = sealed
            .clauses
            .iter()
            .find(|kept| kept.name == clause.clause);
        if let Some(kept) = kept {
            clause.points = kept.points;
            clause.said = kept.said.iter().cloned().map(Into::into).collect();
        }
    }
    card
}

/// What a live card says otherwise than the sealed one, clause by clause; the total stands under no clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clause: Option<Name>,
    pub sealed: Option<Points>,
    pub today: Option<Points>,
}

/// Differences of points between a sealed card and what would be today.
pub fn differences(sealed: &Sealed, live: &Card) -> Vec<Difference> {
    let mut found = Vec::new();
    for clause in &sealed.clauses {
        let today = live
            .clauses
            .iter()
            .find(|other| other.clause == clause.name);
        let today = today.and_then(|today| today.points);
        if today != clause.points {
            found.push(Difference {
                clause: Some(clause.name.clone()),
                sealed: clause.points,
                today,
            });
        }
    }
    let total = sealed.total.as_ref().ok().map(|total| total.points);
    if total != live.total {
        found.push(Difference {
            clause: None,
            sealed: total,
            today: live.total,
        });
    }
    found
}
