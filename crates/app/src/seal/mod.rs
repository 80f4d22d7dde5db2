//! Sealing a period (封存, S8.3): its cards are kept for good, with what they were computed from and the root of the unit's journal.
//!
//! A seal is a record, each of its cards another that links to it; only this use-case writes them. A sealed card never changes: evidence
//! that arrives later proposes the next revision, which somebody outside the chain agrees to. Sealing reads in one snapshot and writes in
//! one transaction of the unit; what was recorded in the last minute before it is in the cards but not under the root, so that no entry
//! that is on its way at that moment can be missing there.

mod fixed;
mod revise;
mod shown;

pub use fixed::open_till;
pub use revise::{decide, propose, show};
pub(crate) use revise::{refused, revise_by_appeal};
pub use shown::{Difference, Shown, differences, shown};

use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::score::{self, Asked};
use crate::view::View;
use domain::access::Privilege;
use domain::id::{HolderId, RecordId, UnitId};
use domain::name::Name;
use domain::number::Points;
use domain::pack::model::{Pack, Role};
use domain::pack::standard::{Standard, Subject};
use domain::period::Window;
use domain::record::refusal::Code;
use domain::record::{By, Command, Record, Refusal};
use domain::sample::{Digest, merkle_root};
use domain::seal::{self, Sealed, journal_root};
use domain::time::Instant;
use domain::unit::Level;
use domain::value::Value;
use fixed::fixed;
use serde::Serialize;
use std::collections::BTreeMap;
use store::{Lane, Tx, entry, record};

/// No entry is longer on its way to the journal.
const UNDER_WAY: i64 = 60_000_000;

/// What is to be sealed.
#[derive(Clone, Debug)]
pub struct Sealing {
    pub unit: UnitId,
    pub standard: Name,
    pub window: Window,
    /// A device is known to hold entries that it has not sent.
    pub device_holds_entries: bool,
}

/// A period that is closed for a unit.
#[derive(Clone, Debug, Serialize)]
pub struct SealedPeriod {
    #[serde(skip)]
    pub unit: UnitId,
    #[serde(skip)]
    pub seal: RecordId,
    pub number: String,
    pub standard: Name,
    pub period: Window,
    pub as_of: Instant,
    pub sealed_by: Option<String>,
    /// One line a unit: its code, the Merkle root of its entries, how many they are.
    pub roots: Vec<String>,
    pub cards: Vec<SealedCard>,
}

/// One card of a sealed period.
#[derive(Clone, Debug, Serialize)]
pub struct SealedCard {
    #[serde(skip)]
    pub record: RecordId,
    #[serde(skip)]
    pub subject: HolderId,
    pub name: String,
    pub state: Name,
    /// When it was first shown to whom it scores (S8.5).
    pub shown_at: Option<Instant>,
    pub card: Sealed,
}

fn standard<'p>(pack: &'p Pack, name: &Name) -> Result<&'p Standard, Error> {
    pack.standards.get(name).ok_or_else(|| {
        Refusal::at(Code::MarkUnknown, &Name::from("standard"))
            .with(name)
            .into()
    })
}

fn kind_of(pack: &Pack, role: Role) -> Result<Name, Error> {
    pack.kinds
        .values()
        .find(|kind| kind.role == Some(role))
        .map(|kind| kind.name.clone())
        .ok_or_else(|| {
            Error::Usage(
                "规则包没有封存、考核表、申诉或抽样的登记簿 (the pack has no kind for seals, cards, appeals or samples)"
                    .into(),
            )
        })
}

/// The kind of the pack that has a role.
pub(crate) fn register(office: &Office, unit: UnitId, role: Role) -> Result<Name, Error> {
    kind_of(&office.view(unit)?.rules.pack, role)
}

/// A step that only a use-case takes.
pub(crate) fn kept(step: &str, by: &By, data: &[(&str, Value)]) -> Command {
    Command {
        data: data
            .iter()
            .map(|(name, value)| (Name::from(*name), value.clone()))
            .collect(),
        kept: true,
        ..Command::new(step, by.clone())
    }
}

pub(crate) fn text<'r>(record: &'r Record, name: &str) -> &'r str {
    record
        .doc
        .data
        .get(name)
        .and_then(|value| value.as_text())
        .unwrap_or_default()
}

/// Seals a period of a unit and of those below it: one record for the seal, one for each card.
///
/// # Errors
/// `Denied`. `Refused`: too early, sealed already.
pub fn seal(office: &Office, actor: &Actor, sealing: &Sealing) -> Result<SealedPeriod, Error> {
    let _ = office.privilege(actor, Privilege::Seal, Some(sealing.unit))?;
    let view = office.reload_if_outdated(sealing.unit)?;
    let as_of = office.clock().now();
    let until = open_till(&view, sealing)?;
    if !seal::can_seal(until, as_of) {
        let zone = &view.unit.zone;
        return Err(Refusal::new(Code::SealTooEarly)
            .with(until.at.in_zone(zone))
            .into());
    }
    if stands(office, sealing.unit, &sealing.standard, sealing.window)?.is_some() {
        return Err(Refusal::new(Code::SealedAlready).into());
    }
    let pack = &view.rules.pack;
    let (seals, cards_of) = (kind_of(pack, Role::Seal)?, kind_of(pack, Role::Scorecard)?);
    let cards = score::score(office, &Actor::system(), &asked(sealing, None, as_of))?;
    let roots = roots(office, sealing.unit, as_of.plus_micros(-UNDER_WAY))?;
    let opening = Command {
        key: Some(format!("seal/{}/{}", sealing.standard, sealing.window)),
        ..kept(
            "open",
            &actor.by(),
            &[
                ("standard", sealing.standard.to_string().into()),
                ("period", sealing.window.to_string().into()),
                ("as_of", as_of.to_string().into()),
                ("roots", roots.join("\n").into()),
            ],
        )
    };
    let scores = standard(pack, &sealing.standard)?.scores;
    let mut openings = Vec::new();
    for card in &cards {
        let fixed = fixed(office, &view, sealing, card, 1)?;
        let subject = card.holder.unwrap_or(sealing.unit.into());
        let mut opening = kept(
            "open",
            &actor.by(),
            &[
                ("subject", subject.to_string().into()),
                ("sealed", json(&fixed)?.into()),
            ],
        );
        // Whoever is scored sees his own card.
        if scores == Subject::Member && card.holder.is_some() {
            let member = Value::from(subject.to_string());
            opening.data.insert(Name::from("member"), member);
        }
        openings.push(opening);
    }
    let taken = office.at(actor, sealing.unit, Lane::Bulk, move |desk| {
        let seal = desk.open(&seals, None, &opening)?;
        for card in &openings {
            let links = [(Name::from("seal"), seal.record.id)].into();
            let command = Command {
                links,
                ..card.clone()
            };
            desk.open(&cards_of, None, &command)?;
        }
        Ok(seal)
    });
    match taken {
        // Somebody sealed it meanwhile.
        Err(Error::KeyReused) => Err(Refusal::new(Code::SealedAlready).into()),
        Err(error) => Err(error),
        Ok(_) => {
            stands(office, sealing.unit, &sealing.standard, sealing.window)?.ok_or(Error::NotFound)
        }
    }
}

fn asked(sealing: &Sealing, holder: Option<HolderId>, as_of: Instant) -> Asked {
    Asked {
        standard: sealing.standard.clone(),
        window: sealing.window,
        unit: Some(sealing.unit),
        holder,
        as_of,
        explain: true,
    }
}

fn json(sealed: &Sealed) -> Result<String, Error> {
    serde_json::to_string(sealed).map_err(|error| Error::Store(store::Error::database(error)))
}

/// One line for the unit and each below it: code, root of its entries, their number.
fn roots(office: &Office, top: UnitId, until: Instant) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    for unit in office.below(top)? {
        let hashes = office.read(|tx| entry::hashes(tx, unit.id, until))?;
        let count = hashes.len();
        let root = journal_root(hashes).map_or_else(|| "-".to_owned(), |root| root.to_string());
        lines.push(format!("{} {root} {count}", unit.code));
    }
    Ok(lines)
}

/// Whether the journals still have the roots that a seal keeps; the units whose journals have not.
pub(crate) fn broken(office: &Office, seal: &Record) -> Result<Vec<String>, Error> {
    let as_of: Instant = text(seal, "as_of").parse().unwrap_or(seal.opened_at);
    let now = roots(office, seal.unit, as_of.plus_micros(-UNDER_WAY))?;
    let kept = text(seal, "roots").lines();
    Ok(kept
        .filter(|line| now.iter().all(|root| root != line))
        .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
        .collect())
}

/// The root over the lines of a seal, which a printed report carries: of one unit its own.
pub fn root_of(roots: &[String]) -> Option<Digest> {
    match roots {
        [only] => only.split(' ').nth(1)?.parse().ok(),
        lines => merkle_root(lines.iter().map(String::as_str)),
    }
}

/// The seals of a standard and period that stand in a unit, with their cards.
fn read(
    tx: &mut Tx<'_>,
    pack: &Pack,
    unit: UnitId,
    standard: &Name,
    window: Window,
) -> Result<Option<(Record, Vec<Record>)>, Error> {
    let Ok(kind) = kind_of(pack, Role::Seal) else {
        return Ok(None);
    };
    let mut seal = None;
    record::each_of_kind(tx, Some(unit), Some(&kind), |record| {
        let same = text(&record, "standard") == standard.as_str()
            && text(&record, "period") == window.to_string();
        if same && !record.doc.void {
            seal = Some(record);
        }
        Ok(())
    })?;
    let Some(seal) = seal else { return Ok(None) };
    let cards = record::linking(tx, unit, (seal.id, &Name::from("seal")))?;
    Ok(Some((seal, cards)))
}

fn of_record(record: &Record) -> Option<(HolderId, Sealed)> {
    let sealed = serde_json::from_str(text(record, "sealed")).ok()?;
    Some((text(record, "subject").parse().ok()?, sealed))
}

/// The sealed totals of a standard and period, by subject, where the unit or one above it has sealed it.
pub(crate) fn totals(
    tx: &mut Tx<'_>,
    view: &View,
    standard: &Name,
    window: Window,
) -> Result<BTreeMap<HolderId, Option<Points>>, Error> {
    let mut totals = BTreeMap::new();
    if !view.sealed.contains(&(standard.clone(), window)) {
        return Ok(totals);
    }
    for unit in &view.path {
        let Some((_, cards)) = read(tx, &view.rules.pack, *unit, standard, window)? else {
            continue;
        };
        for (subject, sealed) in cards.iter().filter_map(of_record) {
            let total = sealed.total.ok().map(|total| total.points);
            totals.entry(subject).or_insert(total);
        }
    }
    Ok(totals)
}

/// The period as it was sealed, with everybody's cards; `None` while it is not.
///
/// # Errors
/// `Denied`; no such unit; a database that cannot be read.
pub fn period(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    standard: &Name,
    window: Window,
) -> Result<Option<SealedPeriod>, Error> {
    let _ = office.may_score(actor, unit, None)?;
    stands(office, unit, standard, window)
}

pub(crate) fn stands(
    office: &Office,
    unit: UnitId,
    standard: &Name,
    window: Window,
) -> Result<Option<SealedPeriod>, Error> {
    let view = office.reload_if_outdated(unit)?;
    let found = office.read(|tx| read(tx, &view.rules.pack, unit, standard, window))?;
    let Some((seal, cards)) = found else {
        return Ok(None);
    };
    let names = crate::export::Names::load(office)?;
    let mut sealed: Vec<SealedCard> = cards
        .iter()
        .filter_map(|record| {
            let (subject, card) = of_record(record)?;
            Some(SealedCard {
                record: record.id,
                subject,
                name: names.of(subject),
                state: record.state.clone(),
                shown_at: record.doc.times.get("show").copied(),
                card,
            })
        })
        .collect();
    let total = |card: &SealedCard| card.card.total.as_ref().ok().map(|total| total.points);
    sealed.sort_by(|a, b| total(b).cmp(&total(a)).then_with(|| a.name.cmp(&b.name)));
    Ok(Some(SealedPeriod {
        unit,
        seal: seal.id,
        number: seal.number.clone(),
        standard: standard.clone(),
        period: window,
        as_of: text(&seal, "as_of").parse().unwrap_or(seal.opened_at),
        sealed_by: seal.doc.creator.map(|by| names.of(by.into())),
        roots: text(&seal, "roots").lines().map(str::to_owned).collect(),
        cards: sealed,
    }))
}

impl Office {
    /// A unit and all below it, in the order in which they were made.
    pub(crate) fn below(&self, top: UnitId) -> Result<Vec<domain::unit::Unit>, Error> {
        let units = self.units()?;
        let mut below: Vec<domain::unit::Unit> = Vec::new();
        let mut known = vec![top];
        for level in [Level::Company, Level::Region, Level::Project] {
            for unit in units.iter().filter(|unit| unit.level == level) {
                if unit.id == top || unit.parent.is_some_and(|parent| known.contains(&parent)) {
                    known.push(unit.id);
                    below.push(unit.clone());
                }
            }
        }
        Ok(below)
    }
}
