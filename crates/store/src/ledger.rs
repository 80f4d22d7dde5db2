//! Lines of ledgers and the balances that they add up to, moved together.

use crate::{Error, Tx};
use domain::id::{RecordId, UnitId};
use domain::ledger::{Account, Posted};
use domain::name::Name;
use domain::record::Entry;
use domain::time::Instant;
use std::collections::BTreeMap;

/// A line as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub ledger: Name,
    pub account: RecordId,
    /// The record whose step posted it, and the entry of that step.
    pub record: RecordId,
    pub seq: i64,
    pub amount: i64,
    pub recorded_at: Instant,
}

/// Appends an entry's lines and moves their balances, in the order of the accounts; what the balances are then.
pub fn post(tx: &mut Tx<'_>, entry: &Entry, posted: &Posted) -> Result<Posted, Error> {
    let mut after = Posted::new();
    for (account, amount) in posted {
        tx.run_one(
            "insert into ledger_line (unit_id, ledger, account, record_id, seq, amount, recorded_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            &[&entry.unit, &account.ledger, &account.record, &entry.record, &entry.seq, amount, &entry.recorded_at],
        )?;
        tx.run_one(
            "insert into ledger_balance (unit_id, ledger, account, balance) values (?1, ?2, ?3, ?4) \
             on conflict (unit_id, ledger, account) do update set balance = ledger_balance.balance + excluded.balance",
            &[&entry.unit, &account.ledger, &account.record, amount],
        )?;
        after.insert(account.clone(), balance(tx, entry.unit, account, false)?);
    }
    Ok(after)
}

/// The balance of an account; one that nothing was posted on has none. `hold`: nobody else moves it until the transaction ends.
pub fn balance(tx: &mut Tx<'_>, unit: UnitId, account: &Account, hold: bool) -> Result<i64, Error> {
    let lock = if hold { tx.lock() } else { "" };
    let sql = format!(
        "select balance from ledger_balance where unit_id = ?1 and ledger = ?2 and account = ?3{lock}"
    );
    let found = tx.optional(&sql, &[&unit, &account.ledger, &account.record], |row| {
        row.get(0)
    })?;
    Ok(found.unwrap_or(0))
}

/// Every balance of a unit, those of zero left out.
pub fn balances(tx: &mut Tx<'_>, unit: UnitId) -> Result<Posted, Error> {
    let rows = tx.all(
        "select ledger, account, balance from ledger_balance where unit_id = ?1 and balance <> 0",
        &[&unit],
        |row| {
            let account = Account {
                ledger: row.get(0)?,
                record: row.get(1)?,
            };
            Ok((account, row.get(2)?))
        },
    )?;
    Ok(rows.into_iter().collect())
}

/// The lines of an account, by the records that posted them.
pub fn lines(tx: &mut Tx<'_>, unit: UnitId, account: &Account) -> Result<Vec<Line>, Error> {
    tx.all(
        "select record_id, seq, amount, recorded_at from ledger_line where unit_id = ?1 and ledger = ?2 and account = ?3 order by record_id, seq",
        &[&unit, &account.ledger, &account.record],
        |row| {
            Ok(Line {
                ledger: account.ledger.clone(),
                account: account.record,
                record: row.get(0)?,
                seq: row.get(1)?,
                amount: row.get(2)?,
                recorded_at: row.get(3)?,
            })
        },
    )
}

/// What the lines of a unit add up to, by the record that posted them.
pub fn by_record(tx: &mut Tx<'_>, unit: UnitId) -> Result<BTreeMap<RecordId, Posted>, Error> {
    let mut sums: BTreeMap<RecordId, Posted> = BTreeMap::new();
    tx.each(
        "select record_id, ledger, account, amount from ledger_line where unit_id = ?1",
        &[&unit],
        |row| {
            let account = Account {
                ledger: row.get(1)?,
                record: row.get(2)?,
            };
            let posted = sums.entry(row.get(0)?).or_default();
            *posted.entry(account).or_default() += row.get::<i64>(3)?;
            Ok(())
        },
    )?;
    for posted in sums.values_mut() {
        posted.retain(|_, amount| *amount != 0);
    }
    sums.retain(|_, posted| !posted.is_empty());
    Ok(sums)
}
