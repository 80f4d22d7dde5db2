//! Erasure: keys are destroyed, tokens deleted, and the journal says who asked for it and why. The journal's chain stays as it was.
//!
//! The entry that names the keys comes first, so that an erasure that was stopped half-way is known and finished by asking again, and a copy of
//! the key store that is brought back years later is told what must not come back with it.

use super::person::records_of;
use super::sealing::tokens_of;
use crate::access::Actor;
use crate::attachment::{self, Named, named_in};
use crate::error::Error;
use crate::keys::{Keys, Opened, keys_of};
use crate::office::Office;
use crate::view::View;
use domain::access::{Privilege, own_work};
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::pack::model::Kind;
use domain::privacy;
use domain::record::entry::Erasure;
use domain::record::refusal::Code;
use domain::record::{BuiltIn, By, Command, Record, Refusal, Token};
use domain::time::Instant;
use domain::value::{Sealed, Value};
use std::collections::{BTreeMap, BTreeSet};
use store::entry::Line;
use store::{Lane, entry, record};

/// What an erasure did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Records that held something of the person, or were past keeping.
    pub records: u64,
    pub keys: u64,
}

/// A value that has been kept as long as its field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub unit: UnitId,
    pub record: RecordId,
    pub number: String,
    pub field: Name,
    pub until: Instant,
}

/// The tokens that lead to a record.
type Trace = (RecordId, Vec<Token>);
/// A record that has ended, with its fields past keeping and since when they are.
type Over = (Record, Vec<(Name, Instant)>);

/// A value in a journal, with everything it takes to forget it.
struct Found {
    keys: BTreeSet<i64>,
    tokens: BTreeSet<Token>,
    /// Fields with the attachments that they name.
    files: BTreeSet<Named>,
}

/// Erases a person: every value that tells of him in his own record and in those linked to it becomes unreadable, everywhere and in every copy.
/// Two have agreed to it: `super::asking`.
///
/// # Errors
/// `Denied`; `Refused`: no reason, no second person; `NotFound`.
pub(super) fn erase(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    person: RecordId,
    second: Option<domain::id::MemberId>,
    why: &str,
) -> Result<Erased, Error> {
    let keys = needed(office)?;
    if office
        .read(|tx| record::optional(tx, unit, person))?
        .is_none()
    {
        return Err(Error::NotFound);
    }
    let mut erased = Erased::default();
    let mut numbers: BTreeSet<i64> = BTreeSet::new();
    let mut forget: Vec<(UnitId, Vec<Trace>, BTreeSet<Named>)> = Vec::new();
    for at in office.units_below(unit)? {
        let view = office.view(at)?;
        let (records, persons) = office.read(|tx| {
            let mut records = Vec::new();
            for (record, links) in records_of(tx, at, person)? {
                let journal = entry::journal(tx, at, record.id)?;
                records.push((record, links, journal));
            }
            Ok::<_, store::Error>((records, store::privacy::person_keys(tx, at, person)?))
        })?;
        numbers.extend(persons);
        let (mut tokens, mut files) = (Vec::new(), BTreeSet::new());
        for (record, links, journal) in records {
            let Some(kind) = view.rules.pack.kinds.get(&record.kind) else {
                continue;
            };
            let own = record.id == person;
            let tells = |sensitive: &domain::pack::model::Sensitive| match &sensitive.of {
                Some(of) => links.contains(of),
                // A linked record that names nobody else tells of whom it is linked to only in a secret file.
                None => own || kind.secret,
            };
            let found = gather(keys, &view, kind, &journal, |_, sensitive| tells(sensitive))?;
            if !found.keys.is_empty() {
                erased.records += 1;
                numbers.extend(&found.keys);
                tokens.push((record.id, found.tokens.into_iter().collect()));
                files.extend(found.files);
            }
        }
        numbers.extend(office.read(|tx| attachment::keys_of(tx, at, &files))?);
        forget.push((at, tokens, files));
    }
    let command = Command {
        reason: Some(why.trim().to_owned()),
        second,
        ..Command::built_in(
            BuiltIn::Erase {
                cause: Erasure::Request,
                keys: numbers.iter().copied().collect(),
            },
            actor.by(),
        )
    };
    office.step(actor, unit, person, command)?;
    for (at, tokens, files) in forget {
        drop_tokens(office, at, tokens)?;
        attachment::erase(office, at, files)?;
        office.write(&own_work(), Lane::Bulk, move |tx| {
            store::privacy::forget_person(tx, at, person)
        })?;
    }
    office.forget_persons();
    let numbers: Vec<i64> = numbers.into_iter().collect();
    erased.keys = keys.destroy(&numbers)?;
    Ok(erased)
}

/// What has been kept as long as its field says, and can still be read.
///
/// # Errors
/// A database or key store that cannot be read.
pub fn past_keeping(office: &Office, actor: &Actor, as_of: Instant) -> Result<Vec<Kept>, Error> {
    let _ = office.privilege(actor, Privilege::Audit, None)?;
    let mut kept = Vec::new();
    for unit in office.units()? {
        let view = office.view(unit.id)?;
        for (record, fields) in ended(office, &view, as_of)? {
            for (field, until) in fields {
                kept.push(Kept {
                    unit: unit.id,
                    record: record.id,
                    number: record.number.clone(),
                    field,
                    until,
                });
            }
        }
    }
    Ok(kept)
}

/// Erases what is past keeping, each record by an entry of its own.
///
/// # Errors
/// A database or key store that cannot be read or written.
pub fn sweep(office: &Office, as_of: Instant) -> Result<Erased, Error> {
    let mut erased = Erased::default();
    for unit in office.units()? {
        let view = office.view(unit.id)?;
        for (record, fields) in ended(office, &view, as_of)? {
            let keys = needed(office)?;
            let Some(kind) = view.rules.pack.kinds.get(&record.kind) else {
                continue;
            };
            let journal = office.read(|tx| entry::journal(tx, unit.id, record.id))?;
            let over: BTreeSet<&Name> = fields.iter().map(|(field, _)| field).collect();
            // A person's key outlives what one record tells of him: only the record's own are destroyed.
            let found = gather(keys, &view, kind, &journal, |field, _| over.contains(field))?;
            let mut numbers: Vec<i64> = found.keys.into_iter().collect();
            numbers.extend(office.read(|tx| attachment::keys_of(tx, unit.id, &found.files))?);
            let said = over
                .iter()
                .map(|field| field.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            let command = Command {
                reason: Some(format!("保存期已满 (kept as long as stated): {said}")),
                ..Command::built_in(
                    BuiltIn::Erase {
                        cause: Erasure::Retention,
                        keys: numbers.clone(),
                    },
                    By::System,
                )
            };
            office.step(&Actor::system(), unit.id, record.id, command)?;
            drop_tokens(
                office,
                unit.id,
                vec![(record.id, found.tokens.into_iter().collect())],
            )?;
            attachment::erase(office, unit.id, found.files)?;
            erased.records += 1;
            erased.keys += keys.destroy(&numbers)?;
        }
    }
    Ok(erased)
}

/// Destroys again what the journals say was destroyed: after a copy of the key store has been brought back.
///
/// # Errors
/// A database or key store that cannot be read.
pub fn destroy_again(office: &Office, actor: &Actor) -> Result<u64, Error> {
    let _ = office.privilege(actor, Privilege::Audit, None)?;
    let keys = needed(office)?;
    let mut numbers = Vec::new();
    for unit in office.units()? {
        office.read(|tx| {
            entry::each(tx, unit.id, |line| {
                if let Some(BuiltIn::Erase { keys, .. }) = &line.entry.change {
                    numbers.extend(keys);
                }
                Ok(())
            })
        })?;
    }
    Ok(keys.destroy(&numbers)?)
}

fn needed(office: &Office) -> Result<&Keys, Error> {
    office
        .keys()
        .ok_or_else(|| Refusal::at(Code::KeysMissing, &Name::from("*")).into())
}

/// Records that have ended with fields past keeping that can still be read.
fn ended(office: &Office, view: &View, as_of: Instant) -> Result<Vec<Over>, Error> {
    let Some(keys) = office.keys() else {
        return Ok(Vec::new());
    };
    let rules = &view.rules.pack;
    let mut found = Vec::new();
    for kind in rules
        .kinds
        .values()
        .filter(|kind| privacy::private(kind).next().is_some())
    {
        office.read(|tx| {
            record::each_of_kind(tx, Some(view.unit.id), Some(&kind.name), |record| {
                let over: Vec<(Name, Instant)> = privacy::private(kind)
                    .filter(|(field, _)| {
                        matches!(record.doc.data.get(&field.name), Some(Value::Sealed(_)))
                    })
                    .filter_map(|(field, sensitive)| {
                        let until = privacy::kept_until(
                            &record,
                            sensitive,
                            (rules, &view.parameters),
                            &view.unit.zone,
                            as_of,
                        );
                        until
                            .ok()
                            .flatten()
                            .filter(|until| *until <= as_of)
                            .map(|until| (field.name.clone(), until))
                    })
                    .collect();
                if !over.is_empty() {
                    found.push((record, over));
                }
                Ok(())
            })
        })?;
    }
    let mut readable = Vec::new();
    for (record, mut over) in found {
        let mut gone = BTreeSet::new();
        for (field, _) in &over {
            if let Some(Value::Sealed(sealed)) = record.doc.data.get(field)
                && keys.open_value(sealed)? == Opened::Erased
            {
                gone.insert(field.clone());
            }
        }
        over.retain(|(field, _)| !gone.contains(field));
        if !over.is_empty() {
            readable.push((record, over));
        }
    }
    Ok(readable)
}

/// Every private value that a journal ever held, with the field it stood in.
fn sealed(journal: &[Line]) -> impl Iterator<Item = (&Name, &Sealed)> {
    journal.iter().flat_map(|line| {
        let filled = line.entry.data.iter();
        let corrected = match &line.entry.change {
            Some(BuiltIn::Correct {
                field, old, new, ..
            }) => vec![(field, old), (field, new)],
            Some(BuiltIn::NotApplied { data, .. }) => data.iter().collect(),
            _ => Vec::new(),
        };
        filled
            .chain(corrected)
            .filter_map(|(name, value)| match value {
                Value::Sealed(sealed) => Some((name, sealed)),
                _ => None,
            })
    })
}

/// The keys and tokens of what a journal holds in fields that `of` picks.
fn gather(
    keys: &Keys,
    view: &View,
    kind: &Kind,
    journal: &[Line],
    of: impl Fn(&Name, &domain::pack::model::Sensitive) -> bool,
) -> Result<Found, Error> {
    let mut found = Found {
        keys: BTreeSet::new(),
        tokens: BTreeSet::new(),
        files: BTreeSet::new(),
    };
    let fields: BTreeMap<&Name, _> = privacy::private(kind)
        .map(|(field, sensitive)| (&field.name, sensitive))
        .collect();
    for (name, sealed) in sealed(journal) {
        let Some(sensitive) = fields.get(name).filter(|sensitive| of(name, sensitive)) else {
            continue;
        };
        // The person's own key is taken from his row: of a record that tells of several, each has his own.
        found.keys.extend(keys_of(sealed).map(|(own, _)| own));
        if let Opened::Value(value) = keys.open_value(sealed)? {
            let record = journal[0].entry.record;
            found
                .files
                .extend(named_in(&value).into_iter().map(|digest| Named {
                    record,
                    field: name.clone(),
                    digest,
                }));
            found.tokens.extend(tokens_of(
                keys,
                view.unit.id,
                &kind.name,
                name,
                sensitive,
                &value,
            ));
        }
    }
    Ok(found)
}

fn drop_tokens(office: &Office, unit: UnitId, tokens: Vec<Trace>) -> Result<(), Error> {
    /// Tokens in one transaction.
    const TOGETHER: usize = 200;
    let all: Vec<(RecordId, Token)> = tokens
        .into_iter()
        .flat_map(|(record, tokens)| tokens.into_iter().map(move |token| (record, token)))
        .collect();
    for some in all.chunks(TOGETHER) {
        let some = some.to_vec();
        office.write(&own_work(), Lane::Bulk, move |tx| {
            some.iter().try_for_each(|(record, token)| {
                store::privacy::drop_token(tx, unit, *record, token)
            })
        })?;
    }
    Ok(())
}
