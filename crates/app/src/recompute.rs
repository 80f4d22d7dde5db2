//! Tallies computed anew from the journals, and journals replayed to see that everything is what they say.
//!
//! Both read record by record, so they need memory for one unit's tallies and one record's journal, whatever the size of the database.

use crate::error::Error;
use crate::library::Library;
use crate::office::Office;
use domain::access::Permit;
use domain::measure::{self, Measures, TallyKey};
use domain::record::{Entry, Folded, fold};
use domain::tally::Tally;
use domain::unit::Unit;
use std::collections::BTreeMap;
use store::entry::Line;
use store::{Lane, Tx, duty, entry, tally, unit};

/// Replaces every unit's tallies by what its journals give under the active pack.
///
/// # Errors
/// A journal that cannot be read.
pub fn tallies(office: &Office, permit: &Permit) -> Result<(), Error> {
    let library = office.library()?;
    let Some(active) = library.active().cloned() else {
        return Ok(());
    };
    for unit in office.read(unit::list)? {
        let (library, active) = (library.clone(), active.clone());
        office.write(permit, Lane::Bulk, move |tx| {
            let mut sum = BTreeMap::new();
            each_journal(tx, &unit, |lines| {
                let journal: Vec<(Entry, String)> = lines
                    .into_iter()
                    .map(|line| (line.entry, line.text))
                    .collect();
                let folded = fold(&library, &active.measures, &unit.zone, &journal)?;
                measure::add_all(&mut sum, folded.tallies);
                Ok(())
            })?;
            tally::clear(tx, unit.id)?;
            tally::add(tx, unit.id, &sum)?;
            Ok::<_, Error>(())
        })?;
    }
    Ok(())
}

/// What the decided duties of a unit add up to, in one pass over their rows (S8.2).
pub fn from_duties(
    tx: &mut Tx<'_>,
    unit: &Unit,
    measures: &Measures,
    filter: &duty::Filter,
) -> Result<BTreeMap<TallyKey, Tally>, Error> {
    let mut sum = BTreeMap::new();
    duty::each(tx, filter, |row| {
        measures.add_duty_row((unit.id, row.record), &row.kind, &row.decided, &mut sum);
        Ok(())
    })?;
    sum.retain(|_, tally| *tally != Tally::ZERO);
    Ok(sum)
}

/// Shows every record's journal of a unit, in the order of ids.
pub fn each_journal(
    tx: &mut Tx<'_>,
    unit: &Unit,
    mut each: impl FnMut(Vec<Line>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut lines: Vec<Line> = Vec::new();
    let mut failed = None;
    let shown = entry::each(tx, unit.id, |line| {
        if lines
            .first()
            .is_some_and(|first| first.entry.record != line.entry.record)
            && let Err(error) = each(std::mem::take(&mut lines))
        {
            failed = Some(error);
            return Err(store::Error::NotFound);
        }
        lines.push(line);
        Ok(())
    });
    if let Some(error) = failed {
        return Err(error);
    }
    shown?;
    if lines.is_empty() {
        Ok(())
    } else {
        each(lines)
    }
}

/// The journal of one record, folded.
///
/// # Errors
/// A journal that cannot be read.
pub fn folded(
    library: &Library,
    measures: &Measures,
    unit: &Unit,
    lines: &[Line],
) -> Result<Folded, Error> {
    let journal: Vec<(Entry, String)> = lines
        .iter()
        .map(|line| (line.entry.clone(), line.text.clone()))
        .collect();
    Ok(fold(library, measures, &unit.zone, &journal)?)
}
