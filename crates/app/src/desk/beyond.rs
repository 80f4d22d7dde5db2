//! What a step reads and does beyond its record: balances of accounts, lines of ledgers, messages to other units.

use super::Desk;
use super::draft::Rest;
use super::looking::fact;
use crate::error::Error;
use crate::message;
use crate::view::View;
use domain::expr::Expr;
use domain::id::RecordId;
use domain::ledger::{Account, Posted};
use domain::message::outgoing;
use domain::name::Name;
use domain::pack::model::{Kind, Step};
use domain::record::command::{looked, today};
use domain::record::refusal::Code;
use domain::record::{By, Command, Entry, Needs, Record, Refusal, Seen, Used, Via};
use domain::time::Instant;
use domain::value::Data;
use std::collections::BTreeMap;
use store::{Tx, ledger, record};

/// The accounts that something reads, among the record itself and its links.
fn accounts(
    needs: &Needs,
    record: Option<RecordId>,
    link: impl Fn(&Name) -> Option<RecordId>,
) -> Vec<Account> {
    let account = |(of, ledger): &(Option<Name>, Name)| {
        let record = match of {
            None => record,
            Some(name) => link(name),
        };
        Some(Account {
            ledger: ledger.clone(),
            record: record?,
        })
    };
    needs.balances.iter().filter_map(account).collect()
}

/// What is looked at beside a record: what its links lead to, balances, and what its facts found.
pub(crate) type Beyond = (BTreeMap<RecordId, Seen>, Posted, Data);

/// What `needs` asks beyond a record, for who looks without writing: nothing is held.
pub(crate) fn looked_at(
    tx: &mut Tx<'_>,
    view: &View,
    kind: &Kind,
    needs: &Needs,
    (record, asks): (&Record, &Command),
    now: Instant,
) -> Result<Beyond, Error> {
    let link = |name: &Name| record.doc.links.get(name).copied();
    let mut linked: BTreeMap<RecordId, Seen> = BTreeMap::new();
    for id in needs.links.iter().filter_map(link) {
        for unit in &view.path {
            if let Some((seen, _)) = record::seen(tx, *unit, id)? {
                linked.insert(id, seen);
                break;
            }
        }
    }
    let mut balances = Posted::new();
    for account in accounts(needs, Some(record.id), link) {
        let balance = ledger::balance(tx, view.unit.id, &account, false)?;
        balances.insert(account, balance);
    }
    let mut facts = Data::new();
    for name in &needs.facts {
        let (found, _) = fact(tx, view, kind, name, (Some(record), asks), now, false)?;
        facts.extend(found.map(|found| (name.clone(), found)));
    }
    Ok((linked, balances, facts))
}

/// What expressions over a record read behind its links, of balances and of counts, for who asks them without a step.
pub(crate) fn used<'e>(
    tx: &mut Tx<'_>,
    view: &View,
    kind: &Kind,
    exprs: impl Iterator<Item = &'e Expr> + Clone,
    record: &Record,
    now: Instant,
) -> Result<Used, Error> {
    let needs = Needs::of(kind, exprs.clone());
    let asks = Command::new("", By::System);
    let (linked, balances, facts) = looked_at(tx, view, kind, &needs, (record, &asks), now)?;
    let link = |name: &Name| record.doc.links.get(name).copied();
    let day = today(exprs.clone(), view.unit.zone.day_of(now));
    let mut seen = looked(kind, exprs, Some(record.id), link, &linked, &balances);
    seen.extend(day);
    Ok(Used {
        seen,
        facts,
        ..Used::default()
    })
}

impl Desk<'_, '_> {
    /// Balances that a decision rests on; nobody else moves them until it is written.
    pub(super) fn balances(
        &mut self,
        needs: &Needs,
        before: Option<&Record>,
        command: &Command,
        hold: bool,
    ) -> Result<Posted, Error> {
        let link = |name: &Name| {
            let given = command.links.get(name);
            given.or_else(|| before?.doc.links.get(name)).copied()
        };
        let mut balances = Posted::new();
        for account in accounts(needs, before.map(|record| record.id), link) {
            let balance = ledger::balance(self.tx, self.unit(), &account, hold)?;
            self.rests(Rest::Balance(account.clone(), balance));
            balances.insert(account, balance);
        }
        Ok(balances)
    }

    /// Writes lines; no account falls below what its ledger allows, except by history.
    pub(super) fn post(&mut self, entry: &Entry, posted: &Posted) -> Result<(), Error> {
        if posted.is_empty() {
            return Ok(());
        }
        let after = ledger::post(self.tx, entry, posted)?;
        if entry.via == Via::Import {
            return Ok(());
        }
        let ledgers = &self.view.rules.pack.ledgers;
        for (account, balance) in &after {
            let Some(ledger) = ledgers.get(&account.ledger) else {
                continue;
            };
            let amount = posted.get(account).copied().unwrap_or(0);
            if amount < 0 && ledger.least.is_some_and(|least| *balance < least) {
                return Err(Refusal::new(Code::LedgerShort)
                    .with(&ledger.title.zh)
                    .with(balance.saturating_sub(amount))
                    .into());
            }
        }
        Ok(())
    }

    /// Puts the messages of a step into the outbox; history was told of in its time.
    pub(super) fn send(&mut self, step: &Step, entry: &Entry, after: &Record) -> Result<(), Error> {
        if entry.via == Via::Import {
            return Ok(());
        }
        for outgoing in outgoing(step, entry, after, &self.view.path)? {
            message::enqueue(self.tx, &outgoing, entry.recorded_at)?;
        }
        Ok(())
    }
}
