//! Which fields name an attachment, and what happens to one that none names any more: row, content and key go.

use super::folder::Kept;
use super::{About, Digest};
use crate::error::Error;
use crate::office::Office;
use domain::access::own_work;
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::pack::model::{FieldType, Kind};
use domain::time::Instant;
use domain::value::{Data, Value};
use std::collections::BTreeSet;
use store::blob::{self, Blob, Use};
use store::{Lane, Tx};

/// Cleaned in one go of one unit; what is left waits for the next.
const TOGETHER: i64 = 200;

/// What cleaning did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    pub attachments: u64,
    /// Bytes of their content.
    pub bytes: u64,
}

/// A field that named an attachment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Named {
    pub(crate) record: RecordId,
    pub(crate) field: Name,
    pub(crate) digest: [u8; 32],
}

/// The attachments that a form names, by field.
pub(crate) fn named(kind: &Kind, data: &Data) -> Vec<(Name, [u8; 32])> {
    let files = |name: &Name| {
        let field = kind.field(name.as_str());
        field.is_some_and(|it| matches!(it.ty, FieldType::Files { .. } | FieldType::Signature))
    };
    data.iter()
        .filter(|(name, _)| files(name))
        .flat_map(|(name, value)| {
            named_in(value)
                .into_iter()
                .map(|digest| (name.clone(), digest))
        })
        .collect()
}

/// The attachments that a value names.
pub(crate) fn named_in(value: &Value) -> Vec<[u8; 32]> {
    let digest = |value: &Value| {
        let text = value.as_text()?.strip_prefix("sha256:")?;
        Digest::parse(text).map(|digest| digest.0)
    };
    match value {
        Value::List(list) => list.iter().filter_map(digest).collect(),
        value => digest(value).into_iter().collect(),
    }
}

fn about(row: &Blob) -> Result<About, store::Error> {
    serde_json::from_str(&row.doc).map_err(store::Error::database)
}

/// The keys of attachments that nothing but these fields names.
pub(crate) fn keys_of(
    tx: &mut Tx<'_>,
    unit: UnitId,
    by: &BTreeSet<Named>,
) -> Result<Vec<i64>, store::Error> {
    let mut keys = Vec::new();
    let digests: BTreeSet<[u8; 32]> = by.iter().map(|named| named.digest).collect();
    for digest in digests {
        let others = blob::uses(
            tx,
            unit,
            &digest,
            i64::try_from(1 + by.len()).unwrap_or(i64::MAX),
        )?;
        let all = others.into_iter().all(|of| {
            by.contains(&Named {
                record: of.record,
                field: of.field,
                digest,
            })
        });
        if all && let Some(row) = blob::optional(tx, unit, &digest)? {
            keys.extend(about(&row)?.key);
        }
    }
    Ok(keys)
}

/// These fields name nothing any more; what nothing else names goes.
///
/// # Errors
/// A database, folder or key store that cannot be written.
pub(crate) fn erase(office: &Office, unit: UnitId, by: BTreeSet<Named>) -> Result<(), Error> {
    let by: Vec<Named> = by.into_iter().collect();
    for some in by.chunks(100) {
        let some = some.to_vec();
        let gone = office.write(&own_work(), Lane::Bulk, move |tx| {
            let mut gone = Vec::new();
            for Named {
                record,
                field,
                digest,
            } in some
            {
                blob::unused(tx, unit, &digest, &Use { record, field })?;
                if let Some(row) = blob::optional(tx, unit, &digest)?
                    && blob::forget(tx, unit, &digest)?
                {
                    gone.push(row);
                }
            }
            Ok::<_, store::Error>(gone)
        })?;
        remove(office, &gone)?;
    }
    Ok(())
}

/// Takes away what came before an instant and what nothing names: sent and never filed.
///
/// # Errors
/// A database, folder or key store that cannot be written.
pub fn clean(office: &Office, before: Instant) -> Result<Cleaned, Error> {
    let mut cleaned = Cleaned::default();
    if office.files().is_none() {
        return Ok(cleaned);
    }
    for unit in office.units()? {
        let unit = unit.id;
        let forgotten = office.read(|tx| blob::forgotten(tx, unit, before, TOGETHER))?;
        if forgotten.is_empty() {
            continue;
        }
        let gone = office.write(&own_work(), Lane::Bulk, move |tx| {
            let mut gone = Vec::new();
            for row in forgotten {
                // Somebody may have filed it meanwhile.
                if blob::forget(tx, unit, &row.digest)? {
                    gone.push(row);
                }
            }
            Ok::<_, store::Error>(gone)
        })?;
        remove(office, &gone)?;
        cleaned.attachments += gone.len() as u64;
        cleaned.bytes += gone
            .iter()
            .map(|row| u64::try_from(row.size).unwrap_or(0))
            .sum::<u64>();
    }
    Ok(cleaned)
}

/// Content and keys of rows that are gone. What is not sealed lies there once for all units, and stays while another has it.
fn remove(office: &Office, gone: &[Blob]) -> Result<(), Error> {
    for row in gone {
        let key = about(row)?.key;
        if key.is_none() && elsewhere(office, &row.digest)? {
            continue;
        }
        let what = Kept {
            digest: Digest(row.digest),
            key,
        };
        if let Some(folder) = office.files() {
            folder.remove(&what)?;
        }
        office.destroy(key)?;
    }
    Ok(())
}

fn elsewhere(office: &Office, digest: &[u8; 32]) -> Result<bool, Error> {
    for unit in office.units()? {
        let found = office.read(|tx| blob::optional(tx, unit.id, digest))?;
        if let Some(row) = found
            && about(&row)?.key.is_none()
        {
            return Ok(true);
        }
    }
    Ok(false)
}
