//! Records of earlier versions under a new pack: migrated in batches, each with an entry that says what became of it (`migrate:` in a kind).
//!
//! The batches can be broken off at any time and go on with the next activation or sweep; a record that is touched first is migrated with its
//! step, so nothing waits for them.

use crate::access::Actor;
use crate::error::Error;
use crate::library::Library;
use crate::office::Office;
use domain::access::own_work;
use domain::id::RecordId;
use domain::name::Name;
use domain::pack::model::Pack;
use domain::record::migrate::{plan, version};
use domain::record::{BuiltIn, By, Command, Migrated, Record};
use serde::Serialize;
use store::{Lane, Tx, record, schedule};

/// Records in one transaction.
const BATCH: usize = 50;

/// How many records a new pack touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Touched {
    pub kind: Name,
    /// `field fault → complaint`, `state sent → dispatched`, `default channel`.
    pub what: String,
    pub records: u64,
}

/// Goes on with every migration that has begun and not ended; the records that it touched.
///
/// # Errors
/// A record that cannot be migrated; a database that cannot be read or written.
pub fn resume(office: &Office) -> Result<u64, Error> {
    let begun = office.read(schedule::migrations)?;
    let mut touched = 0;
    for (pack, from) in begun {
        let library = office.library()?;
        // A later pack knows what came before it, and where it has a migration of its own it is on the list as well.
        if let Some(rules) = library.active().cloned() {
            for unit in office.units()? {
                let ids = office.read(|tx| ids(tx, &rules.pack, &from, Some(unit.id)))?;
                for batch in ids.chunks(BATCH) {
                    let (batch, from) = (batch.to_vec(), version(&from));
                    touched += office.at(&Actor::system(), unit.id, Lane::Bulk, move |desk| {
                        let mut touched = 0;
                        for id in &batch {
                            let view = desk.view();
                            let before = record::get(desk.tx, view.unit.id, *id)?;
                            let kind = view.rules.pack.kinds.get(&before.kind);
                            if let Some(done) = kind.and_then(|it| plan(it, Some(from), &before)) {
                                let change = BuiltIn::Migrate(Box::new(done));
                                desk.step(*id, &Command::built_in(change, By::System))?;
                                touched += 1;
                            }
                        }
                        Ok(touched)
                    })?;
                }
            }
        }
        office.write(&own_work(), Lane::Bulk, move |tx| {
            schedule::end_migration(tx, pack)
        })?;
    }
    Ok(touched)
}

/// Shows the records that a pack would touch, with what it would do.
fn each(
    tx: &mut Tx<'_>,
    pack: &Pack,
    from: &str,
    unit: Option<domain::id::UnitId>,
    mut show: impl FnMut(&Record, Migrated),
) -> Result<(), Error> {
    let from = version(from);
    for kind in pack.kinds.values() {
        if kind.migrate.iter().all(|step| step.to <= from) {
            continue;
        }
        record::each_of_kind(tx, unit, Some(&kind.name), |record| {
            if let Some(done) = plan(kind, Some(from), &record) {
                show(&record, done);
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn ids(
    tx: &mut Tx<'_>,
    pack: &Pack,
    from: &str,
    unit: Option<domain::id::UnitId>,
) -> Result<Vec<RecordId>, Error> {
    let mut ids = Vec::new();
    each(tx, pack, from, unit, |record, _| ids.push(record.id))?;
    Ok(ids)
}

/// What a pack would do to the records of a database, counted by rule.
///
/// # Errors
/// A database that cannot be read.
pub fn touched(office: &Office, library: &Library, pack: &Pack) -> Result<Vec<Touched>, Error> {
    let Some(active) = library.active() else {
        return Ok(Vec::new());
    };
    let mut counts: std::collections::BTreeMap<(Name, String), u64> = Default::default();
    office.read(|tx| {
        each(tx, pack, &active.pack.version, None, |record, done| {
            let renamed = |what: &str, all: &std::collections::BTreeMap<Name, Name>| {
                all.iter()
                    .map(|(old, new)| format!("{what} {old} → {new}"))
                    .collect::<Vec<_>>()
            };
            let mut all = renamed("field", &done.fields);
            all.extend(renamed("link", &done.links));
            all.extend(renamed("duty", &done.duties));
            all.extend(
                done.state
                    .iter()
                    .map(|(old, new)| format!("state {old} → {new}")),
            );
            all.extend(done.filled.keys().map(|field| format!("default {field}")));
            for what in all {
                *counts.entry((record.kind.clone(), what)).or_default() += 1;
            }
        })
    })?;
    Ok(counts
        .into_iter()
        .map(|((kind, what), records)| Touched {
            kind,
            what,
            records,
        })
        .collect())
}
