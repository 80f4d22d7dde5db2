//! Everything that is kept of a person, for whoever lawfully asks to have it: readable, with its journal.

use super::showing::{Shown, Viewer};
use crate::access::Actor;
use crate::error::Error;
use crate::keys::Opened;
use crate::office::Office;
use domain::access::Privilege;
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::pack::model::Kind;
use domain::record::{Entry, Record};
use domain::value::{Data, Value};
use std::collections::BTreeMap;
use store::privacy::Seen;
use store::{Lane, Tx, entry, record};

/// Why a value was seen, in the log of views.
const HANDED_OUT: &str = "应本人请求导出 (handed out on request)";

/// A record that registers a person or is linked to one.
#[derive(Clone, Debug)]
pub struct PersonRecord {
    pub unit: UnitId,
    pub record: Record,
    /// How it points to the person; none for the person's own.
    pub links: Vec<Name>,
    /// Its fields, readable.
    pub data: BTreeMap<Name, Shown>,
    pub journal: Vec<(Entry, BTreeMap<Name, Shown>)>,
    pub views: Vec<Seen>,
}

/// The records that are a person's: his own, and those that point to it, each with the names of the links.
pub(super) fn records_of(
    tx: &mut Tx<'_>,
    unit: UnitId,
    person: RecordId,
) -> Result<Vec<(Record, Vec<Name>)>, store::Error> {
    let mut names: BTreeMap<RecordId, Vec<Name>> = BTreeMap::new();
    for (from, name) in store::privacy::linked_to(tx, unit, person)? {
        names.entry(from).or_default().push(name);
    }
    let mut records = Vec::new();
    if let Some(own) = record::optional(tx, unit, person)? {
        records.push((own, Vec::new()));
    }
    for (id, links) in names {
        records.push((record::get(tx, unit, id)?, links));
    }
    Ok(records)
}

/// Everything kept of a person in the unit where he is registered and those below it: his own record first, then what is linked to it. What is
/// told of others in these records stays masked. That it was handed out is put on record as a view of each.
///
/// # Errors
/// `Denied`; `NotFound`; a key store that is not there.
pub fn export(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    person: RecordId,
) -> Result<Vec<PersonRecord>, Error> {
    let permit = office.privilege(actor, Privilege::Exports, Some(unit))?;
    let mut all = Vec::new();
    let found = office.read(|tx| record::optional(tx, unit, person))?;
    if found.is_none() {
        return Err(Error::NotFound);
    }
    for unit in office.units_below(unit)? {
        let view = office.view(unit)?;
        let mut seen = Vec::new();
        let records = office.read(|tx| {
            let mut found = Vec::new();
            for (record, links) in records_of(tx, unit, person)? {
                let journal = entry::journal(tx, unit, record.id)?;
                let views = store::privacy::views_of(tx, unit, record.id)?;
                found.push((record, links, journal, views));
            }
            Ok::<_, store::Error>(found)
        })?;
        for (record, links, journal, views) in records {
            let kind = view.rules.pack.kinds.get(&record.kind);
            let show = |data: &Data| readable(office, kind, person, &record, data);
            let data = show(&record.doc.data)?;
            let read = |(name, value): (&Name, &Shown)| {
                let sealed = matches!(record.doc.data.get(name), Some(Value::Sealed(_)));
                (sealed && matches!(value, Shown::Plain(_))).then(|| name.clone())
            };
            let fields: Vec<Name> = data.iter().filter_map(read).collect();
            if !fields.is_empty() {
                seen.push((record.id, fields));
            }
            all.push(PersonRecord {
                unit,
                data,
                journal: journal
                    .into_iter()
                    .map(|line| {
                        let data = show(&line.entry.data)?;
                        Ok((line.entry, data))
                    })
                    .collect::<Result<_, Error>>()?,
                links,
                views,
                record,
            });
        }
        let (by, at) = (actor.by(), office.clock().now());
        office.write(&permit, Lane::Interactive, move |tx| {
            for (record, fields) in seen {
                let seen = Seen {
                    by: by.clone(),
                    at,
                    fields,
                    why: HANDED_OUT.to_owned(),
                    grant: None,
                };
                store::privacy::log_view(tx, unit, record, &seen)?;
            }
            Ok::<_, store::Error>(())
        })?;
    }
    Ok(all)
}

/// What tells of the person is readable to him also in a secret file: it is his.
fn readable(
    office: &Office,
    kind: Option<&Kind>,
    person: RecordId,
    record: &Record,
    data: &Data,
) -> Result<BTreeMap<Name, Shown>, Error> {
    let Some(kind) = kind else {
        return Ok(BTreeMap::new());
    };
    let place = (record.id, &record.doc.links);
    let mut shown = super::show(office.keys(), kind, place, data, &Viewer::nobody())?;
    for (name, value) in data {
        let Some(sensitive) = kind
            .field(name.as_str())
            .and_then(|field| field.sensitive.as_ref())
        else {
            continue;
        };
        let told = match &sensitive.of {
            Some(of) => record.doc.links.get(of) == Some(&person),
            None => record.id == person || !record.doc.links.is_empty(),
        };
        if told && let (Value::Sealed(sealed), Some(keys)) = (value, office.keys()) {
            shown.insert(
                name.clone(),
                match keys.open_value(sealed)? {
                    Opened::Value(value) => Shown::Plain(value),
                    Opened::Erased => Shown::Erased,
                },
            );
        }
    }
    Ok(shown)
}
