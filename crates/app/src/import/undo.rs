//! Taking an import back as a whole, by entries: each of its records gets one that makes it void, and nothing is deleted.

use super::run::ImportError;
use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use domain::access::Privilege;
use domain::id::{ImportId, RecordId, UnitId};
use domain::record::entry::BuiltIn;
use domain::record::{By, Command};
use store::{Lane, entry, import, record};

/// Records made void in one transaction.
const TOGETHER: usize = 16;

/// What became of an import's records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    pub voided: u64,
    /// Were void already: undone before, or by an undo that was stopped.
    pub already: u64,
    /// Stay: somebody has worked on them here since, or an earlier import had opened them.
    pub kept: u64,
}

/// Makes the records of an import void; those that somebody has worked on since stay unless `worked_on` says that they go too. Units, teams and members
/// stay. The source's ids are free again. Running it again completes an undo that was stopped.
///
/// # Errors
/// `Denied`; `NotFound`; the database's.
pub fn undo(
    office: &Office,
    actor: &Actor,
    id: ImportId,
    worked_on: bool,
    progress: &mut dyn FnMut(Undone),
) -> Result<Undone, ImportError> {
    let permit = office.privilege(actor, Privilege::Imports, None)?;
    let mut row = office.read(|tx| import::get(tx, id))?;
    let mut undone = Undone::default();
    for unit in office.units()? {
        let records = office.read(|tx| entry::imported(tx, unit.id, id))?;
        for some in records.chunks(TOGETHER) {
            let (some, unit) = (some.to_vec(), unit.id);
            let fates = office.at(&Actor::system(), unit, Lane::Bulk, move |desk| {
                some.iter()
                    .map(|record| one(desk, unit, *record, id, worked_on))
                    .collect::<Result<Vec<_>, _>>()
            })?;
            for fate in fates {
                match fate {
                    Fate::Voided => undone.voided += 1,
                    Fate::Already => undone.already += 1,
                    Fate::Kept => undone.kept += 1,
                }
            }
            progress(undone);
        }
    }
    row.undone_at = Some(office.clock().now());
    office.write(&permit, Lane::Bulk, move |tx| import::update(tx, &row))?;
    Ok(undone)
}

enum Fate {
    Voided,
    Already,
    Kept,
}

fn one(
    desk: &mut crate::desk::Desk<'_, '_>,
    unit: UnitId,
    id: RecordId,
    import: ImportId,
    worked_on: bool,
) -> Result<Fate, Error> {
    if record::get(desk.tx, unit, id)?.doc.void {
        return Ok(Fate::Already);
    }
    let journal = entry::journal(desk.tx, unit, id)?;
    let ours = |line: &entry::Line| {
        line.entry
            .import
            .as_ref()
            .is_some_and(|mark| mark.import == import)
    };
    let opened_here = journal.first().is_some_and(ours);
    let touched = journal
        .iter()
        .any(|line| line.entry.cause.is_none() && !ours(line));
    if !opened_here || (touched && !worked_on) {
        return Ok(Fate::Kept);
    }
    let mut command = Command::new("void", By::System);
    command.built_in = Some(BuiltIn::Void);
    command.reason = Some(format!("undo of import {import}"));
    desk.step(id, &command)?;
    store::import::release_source(desk.tx, unit, id)?;
    Ok(Fate::Voided)
}
