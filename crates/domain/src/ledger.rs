//! Ledgers (台账): what steps post on accounts, and what that adds up to.
//!
//! A line is an effect of a step, so it is as final as the entry that posts it: it is never changed, and a correction posts the difference.
//! An account is a record; its balance is the sum of its lines, in the unit that the pack gives the ledger. Balances are read by conditions,
//! and what a decision read is kept in its entry, so that a replay decides the same.

use crate::expr::Expr;
use crate::id::RecordId;
use crate::name::Name;
use crate::pack::model::{Effect, LinkFrom, Step};
use crate::record::scope::RecordScope;
use crate::record::{Entry, Record, Refusal, refusal::Code};
use crate::value::{Data, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a line stands: the record whose account it is, in one ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Account {
    pub ledger: Name,
    pub record: RecordId,
}

/// Amounts by account; those of zero are left out.
pub type Posted = BTreeMap<Account, i64>;

/// The word under which conditions read a balance: `balance.LEDGER`, `LINK.balance.LEDGER`.
pub const BALANCE: &str = "balance";

/// The accounts whose balance an expression reads: the record's own (`None`) or the one behind a link, with the ledger.
pub fn balances(expr: &Expr) -> impl Iterator<Item = (Option<&Name>, &Name)> {
    expr.reads().filter_map(|path| match path {
        [word, ledger] if *word == BALANCE => Some((None, ledger)),
        [link, word, ledger] if *word == BALANCE => Some((Some(link), ledger)),
        _ => None,
    })
}

/// What a step posts, with the record as it now stands.
///
/// # Errors
/// An amount that cannot be worked out, or is not there.
pub fn posted(step: &Step, entry: &Entry, after: &Record) -> Result<Posted, Refusal> {
    let none = Data::new();
    let mut posted = Posted::new();
    for effect in &step.effects {
        let Effect::Post {
            ledger,
            account,
            amount,
            when,
        } = effect
        else {
            continue;
        };
        let failed = |why: String| {
            Refusal::new(Code::EffectFailed)
                .with(&step.name)
                .with(format!("{ledger}: {why}"))
        };
        let scope = RecordScope::after(Some(after), &none, &entry.used);
        if let Some(when) = when
            && !when
                .holds(&scope)
                .map_err(|fault| failed(fault.to_string()))?
        {
            continue;
        }
        let record = match account {
            LinkFrom::This => Some(after.id),
            LinkFrom::Link(name) => after.doc.links.get(name).copied(),
        };
        let record = record.ok_or_else(|| failed("没有账户 (there is no account)".into()))?;
        let amount = match amount
            .value(&scope)
            .map_err(|fault| failed(fault.to_string()))?
        {
            Value::Int(amount) => amount,
            _ => return Err(failed("没有金额或数量 (there is no amount)".into())),
        };
        let account = Account {
            ledger: ledger.clone(),
            record,
        };
        let sum = posted.get(&account).copied().unwrap_or(0_i64);
        let sum = sum
            .checked_add(amount)
            .ok_or_else(|| failed("数额过大 (the amount is too large)".into()))?;
        posted.insert(account, sum);
    }
    posted.retain(|_, amount| *amount != 0);
    Ok(posted)
}

/// Adds amounts by account, or with `sign` −1 subtracts them; accounts that come to zero are dropped.
pub fn add_all(into: &mut Posted, other: &Posted, sign: i64) {
    for (account, amount) in other {
        let slot = into.entry(account.clone()).or_default();
        *slot = slot.saturating_add(amount.saturating_mul(sign));
    }
    into.retain(|_, amount| *amount != 0);
}
