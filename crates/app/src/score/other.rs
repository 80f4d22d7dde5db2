//! What another standard gave (S7.8): of the same member, team or unit, or as a mean over members. A sealed result is read as it was sealed.
//!
//! Of a shorter period the mean over those that belong to this one is read, of a longer one the result of the window that holds this one's
//! last day. A result without a total is none. The pack check refuses standards that read themselves.

use super::card::Card;
use super::said::{Item, Proof, Reason};
use super::sheet::cards;
use super::{Found, FoundBy, Gather, Key, Whom, number, subject};
use crate::error::Error;
use crate::seal;
use domain::id::{HolderId, MemberId, RecordId, TeamId};
use domain::name::Name;
use domain::number::Points;
use domain::pack::standard::{Standard, Subject};
use domain::period::{Period, Window};
use domain::points::Evidence;
use domain::selection::members_mean;
use domain::tally::Tally;
use std::collections::{BTreeMap, BTreeSet};
use store::Tx;

pub(super) fn gather(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    name: &Name,
    window: Window,
) -> Result<FoundBy, Error> {
    let Some(other) = gather.pack.standards.get(name) else {
        return Ok(FoundBy::new());
    };
    let asks = asks(gather, other, window);
    let whom = match other.scores {
        Subject::Unit => Whom::Whole,
        Subject::Member | Subject::Team => {
            Whom::Each(asks.values().flatten().copied().flatten().collect())
        }
    };
    let mut given: BTreeMap<Key, Vec<(Window, Points)>> = BTreeMap::new();
    for window in windows(other.period, window) {
        let totals = totals(gather, tx, other, whom.clone(), window)?;
        for (key, total) in totals {
            given
                .entry(key)
                .or_default()
                .extend(total.map(|t| (window, t)));
        }
    }
    let mut found = FoundBy::new();
    for (key, subjects) in asks {
        let mine: Vec<(Key, Window, Points)> = subjects
            .iter()
            .flat_map(|subject| {
                let given = given.get(subject).map_or(&[][..], Vec::as_slice);
                given
                    .iter()
                    .map(|(window, total)| (*subject, *window, *total))
            })
            .collect();
        let totals: Vec<Points> = mine.iter().map(|(.., total)| *total).collect();
        let value = members_mean(&totals, other.full).map_err(number)?;
        let items = if gather.explain {
            mine.into_iter()
                .map(|one| item(gather, other, one))
                .collect()
        } else {
            Vec::new()
        };
        let evidence = Evidence::Measured {
            value,
            ceiling: false,
        };
        let result = Found {
            evidence,
            tally: Tally::ZERO,
            items,
            sheets: BTreeMap::new(),
        };
        found.insert(key, result);
    }
    Ok(found)
}

/// The windows of the other standard that are read.
fn windows(period: Period, window: Window) -> Vec<Window> {
    let within = window.windows(period);
    if within.is_empty() {
        vec![period.containing(window.last())]
    } else {
        within
    }
}

/// Whose results each of those who are asked for reads.
fn asks(gather: &Gather<'_>, other: &Standard, window: Window) -> BTreeMap<Key, Vec<Key>> {
    let all = |holders: BTreeSet<HolderId>| -> Vec<Key> { holders.into_iter().map(Some).collect() };
    let at = |zone| window.ends(zone).plus_micros(-1).min(gather.as_of);
    let keys = gather.whom.keys().into_iter();
    keys.map(|key| {
        let read = match (gather.standard.scores, other.scores, key) {
            (_, Subject::Unit, _) => vec![None],
            (Subject::Unit, Subject::Member, _) | (_, Subject::Member, None) => {
                all(subject::members(gather.views, other, window))
            }
            (Subject::Unit, Subject::Team, _) | (_, Subject::Team, None) => {
                all(subject::teams(gather.views))
            }
            (Subject::Member, Subject::Member, key) | (Subject::Team, Subject::Team, key) => {
                vec![key]
            }
            (Subject::Team, Subject::Member, Some(team)) => {
                let team = TeamId::from_uuid(team.uuid());
                let members = gather
                    .views
                    .iter()
                    .flat_map(|view| view.roster.members_of_team(team, at(&view.unit.zone)));
                all(members.map(HolderId::from).collect())
            }
            (Subject::Member, Subject::Team, Some(member)) => {
                let member = MemberId::from_uuid(member.uuid());
                let teams = gather
                    .views
                    .iter()
                    .flat_map(|view| view.roster.teams_of(member, at(&view.unit.zone)));
                all(teams.map(HolderId::from).collect())
            }
        };
        (key, read)
    })
    .collect()
}

/// The totals of the other standard: as they were sealed, else as they are.
fn totals(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    other: &Standard,
    whom: Whom,
    window: Window,
) -> Result<BTreeMap<Key, Option<Points>>, Error> {
    let view = &gather.views[0];
    let sealed = seal::totals(tx, view, &other.name, window)?;
    let mut totals: BTreeMap<Key, Option<Points>> = BTreeMap::new();
    let mut open = BTreeSet::new();
    for key in whom.keys() {
        let subject = key.unwrap_or(view.unit.id.into());
        match sealed.get(&subject) {
            Some(total) => {
                totals.insert(key, *total);
            }
            None => open.extend(key),
        }
    }
    let whom = match whom {
        Whom::Whole if totals.is_empty() => Whom::Whole,
        Whom::Whole => return Ok(totals),
        Whom::Each(_) => Whom::Each(open),
    };
    let asked = Gather {
        standard: other,
        whom,
        window,
        explain: gather.explain,
        ..gather.clone()
    };
    let live: Vec<Card> = cards(tx, &asked, &view.unit)?;
    totals.extend(live.into_iter().map(|card| (card.holder, card.total)));
    Ok(totals)
}

fn item(
    gather: &Gather<'_>,
    other: &Standard,
    (subject, window, total): (Key, Window, Points),
) -> Item {
    let view = &gather.views[0];
    let holder = subject.unwrap_or(view.unit.id.into());
    let name = gather.names.of(holder);
    Item {
        record: RecordId::from_uuid(holder.uuid()).into(),
        number: other.name.to_string(),
        project: view.unit.code.clone(),
        verdict: "counted",
        reason: Reason {
            zh: format!(
                "{name} {window} 的“{}”：{total}/{}",
                other.title.zh, other.full
            ),
            en: format!(
                "{name}, {window}, {}: {total} of {}",
                other.title.en, other.full
            ),
        },
        started_at: None,
        due_at: None,
        done_at: None,
        holder: Some(name),
        costs: None,
        worth: None,
        tally: Tally::ZERO,
        verdict_of: None,
        group: None,
        by: None,
        proof: Proof {
            judged: format!("{}/{window} {total}", other.name),
            ..Proof::default()
        },
    }
}
