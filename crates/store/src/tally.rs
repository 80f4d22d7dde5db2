//! Running counts (累计): moved last in a transaction and in key order, so that two steps never wait for each other in a ring.

use crate::duty::{day_number, day_of_number};
use crate::{Error, Row, Tx};
use domain::id::{HolderId, UnitId};
use domain::measure::TallyKey;
use domain::tally::Tally;
use std::collections::BTreeMap;

const COLUMNS: &str =
    "met, late, late_worth_bp, missed, excused, exempt, withdrawn, anomalous, apart, items, total";

fn read(row: &Row<'_>, at: usize) -> Result<Tally, Error> {
    Ok(Tally {
        met: row.get(at)?,
        late: row.get(at + 1)?,
        late_worth_bp: row.get(at + 2)?,
        missed: row.get(at + 3)?,
        pending: 0,
        excused: row.get(at + 4)?,
        exempt: row.get(at + 5)?,
        withdrawn: row.get(at + 6)?,
        anomalous: row.get(at + 7)?,
        apart: row.get(at + 8)?,
        values: row.get(at + 9)?,
        sum: row.get(at + 10)?,
    })
}

/// Adds differences; a tally that is not there yet begins at zero.
pub fn add(tx: &mut Tx<'_>, unit: UnitId, moved: &BTreeMap<TallyKey, Tally>) -> Result<(), Error> {
    for (key, tally) in moved {
        tx.run_one(
            "insert into tally (unit_id, measure, holder, window_on, met, late, late_worth_bp, missed, excused, exempt, withdrawn, anomalous, apart, items, total) \
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) \
             on conflict (unit_id, measure, holder, window_on) do update set met = tally.met + excluded.met, late = tally.late + excluded.late, \
             late_worth_bp = tally.late_worth_bp + excluded.late_worth_bp, missed = tally.missed + excluded.missed, \
             excused = tally.excused + excluded.excused, exempt = tally.exempt + excluded.exempt, withdrawn = tally.withdrawn + excluded.withdrawn, \
             anomalous = tally.anomalous + excluded.anomalous, apart = tally.apart + excluded.apart, items = tally.items + excluded.items, total = tally.total + excluded.total",
            &[
                &unit, &key.measure, &key.holder, &day_number(key.window), &tally.met, &tally.late, &tally.late_worth_bp, &tally.missed,
                &tally.excused, &tally.exempt, &tally.withdrawn, &tally.anomalous, &tally.apart, &tally.values, &tally.sum,
            ],
        )?;
    }
    Ok(())
}

/// The tallies of a measure in a window, by holder.
pub fn of_measure(
    tx: &mut Tx<'_>,
    unit: UnitId,
    measure: &str,
    window: domain::time::Day,
) -> Result<Vec<(HolderId, Tally)>, Error> {
    tx.all(
        &format!("select holder, {COLUMNS} from tally where unit_id = ?1 and measure = ?2 and window_on = ?3"),
        &[&unit, &measure, &day_number(window)],
        |row| Ok((row.get(0)?, read(row, 1)?)),
    )
}

/// The tallies of a measure's single items: what follows `prefix`, which ends with `#`, and whose it is.
pub fn items(
    tx: &mut Tx<'_>,
    unit: UnitId,
    prefix: &str,
) -> Result<Vec<(String, HolderId, Tally)>, Error> {
    // The character after `#`: everything that begins with the prefix lies below.
    let beyond = format!("{}$", prefix.trim_end_matches('#'));
    let rows = tx.all(
        &format!("select measure, holder, {COLUMNS} from tally where unit_id = ?1 and measure >= ?2 and measure < ?3"),
        &[&unit, &prefix, &beyond.as_str()],
        |row| {
            let measure: String = row.get(0)?;
            let item = measure.strip_prefix(prefix).unwrap_or_default().to_owned();
            Ok((item, row.get(1)?, read(row, 2)?))
        },
    )?;
    Ok(rows
        .into_iter()
        .filter(|(.., tally)| *tally != Tally::ZERO)
        .collect())
}

/// One holder's.
pub fn of_holder(tx: &mut Tx<'_>, unit: UnitId, key: &TallyKey) -> Result<Option<Tally>, Error> {
    tx.optional(
        &format!("select {COLUMNS} from tally where unit_id = ?1 and measure = ?2 and holder = ?3 and window_on = ?4"),
        &[&unit, &key.measure, &key.holder, &day_number(key.window)],
        |row| read(row, 0),
    )
}

/// Every tally of a unit that is not zero, for comparison with what the journals say.
pub fn all(tx: &mut Tx<'_>, unit: UnitId) -> Result<BTreeMap<TallyKey, Tally>, Error> {
    let rows = tx.all(
        &format!("select measure, holder, window_on, {COLUMNS} from tally where unit_id = ?1"),
        &[&unit],
        |row| {
            let window = day_of_number(row.get(2)?)
                .ok_or_else(|| Error::database("a window outside the calendar"))?;
            Ok((
                TallyKey {
                    measure: row.get(0)?,
                    holder: row.get(1)?,
                    window,
                },
                read(row, 3)?,
            ))
        },
    )?;
    Ok(rows
        .into_iter()
        .filter(|(_, tally)| *tally != Tally::ZERO)
        .collect())
}

/// Removes the tallies of a unit, to be computed anew.
pub fn clear(tx: &mut Tx<'_>, unit: UnitId) -> Result<(), Error> {
    tx.run("delete from tally where unit_id = ?1", &[&unit])
        .map(|_| ())
}
