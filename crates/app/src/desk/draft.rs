//! Commands that are decided first and written later.
//!
//! Where one writer serves everybody, what can be done before its turn is done on the caller's own thread, over a snapshot: reading, deciding,
//! evolving, putting into words. What is left for the writer is to see that everything the decision rests on is as it was, to draw the
//! number and to write. What has changed meanwhile makes the draft stale: it is thrown away and the command decided anew. A draft
//! may land twice in one attempt, after the first landing was undone as a whole.

use super::{Asked, Desk, Taken};
use crate::access::Actor;
use crate::attachment::named;
use crate::clock::Clock;
use crate::error::Error;
use crate::view::View;
use crate::{reminder, search, webhook};
use domain::id::{RecordId, UnitId};
use domain::ledger::Account;
use domain::measure::TallyKey;
use domain::name::Name;
use domain::pack::model::{Kind, Role};
use domain::record::approval;
use domain::record::decide::{touches_config, touches_roster};
use domain::record::{BuiltIn, By, Change, Command, Entry, Record, Tokens};
use domain::tally::Tally;
use std::collections::BTreeMap;
use store::record::{Listed, Looked, Pointing};
use store::{Tx, blob, duty, entry, ledger, privacy, record, unit};

/// A command that was decided.
pub(crate) enum Drafted {
    /// It had been taken before under the same key.
    Repeated(Box<Taken>),
    New(Box<Draft>),
    /// Something must be written before it can be decided.
    InTurn,
}

/// What a command will write.
pub(crate) struct Draft {
    pub(super) kind: Name,
    pub(super) before: Option<Record>,
    pub(super) entry: Entry,
    /// As stored; of an opening it is made when its number is drawn.
    pub(super) text: String,
    pub(super) change: Change,
    pub(super) moved: BTreeMap<TallyKey, Tally>,
    pub(super) row: Listed,
    pub(super) found: search::Change,
    pub(super) rests: Vec<Rest>,
    /// What its private values are found by.
    pub(super) tokens: Tokens,
}

/// What a decision rests on beside its own record, whose version is asserted when it is written, and the view of its unit.
pub(crate) enum Rest {
    /// A record was of a version.
    Record(UnitId, RecordId, i64),
    /// An account held so much.
    Balance(Account, i64),
    /// These records pointed somewhere.
    Pointing(Pointing, Looked),
}

impl Draft {
    /// Decides a command over a snapshot.
    ///
    /// # Errors
    /// As [`Desk::open`] and [`Desk::step`]; `Outdated`.
    pub(crate) fn of(
        tx: &mut Tx<'_>,
        view: &View,
        (clock, actor): (&Clock, &Actor),
        asked: &Asked,
        command: &Command,
    ) -> Result<Drafted, Error> {
        let mut desk = Desk::over(tx, view, clock, actor);
        desk.rests = Some(Vec::new());
        let drafted = desk.draft(asked, command);
        if drafted.is_err() {
            // What is written is checked when it is; a refusal is final, and must not come of a view that is outdated.
            view.check(desk.tx)?;
        }
        drafted
    }

    /// The answer, once it has landed; `later` is the record as steps of the system have left it.
    pub(crate) fn taken(self, later: Option<Record>) -> Taken {
        Taken {
            record: later.unwrap_or(self.change.record),
            entry: self.entry,
            repeated: false,
        }
    }
}

impl Desk<'_, '_> {
    /// Remembers what a decision rests on, if it is written later.
    pub(super) fn rests(&mut self, on: Rest) {
        if let Some(rests) = &mut self.rests {
            rests.push(on);
        }
    }

    /// Whether everything is still as it was when a draft was decided.
    ///
    /// # Errors
    /// `Stale`.
    pub(crate) fn assert(&mut self, draft: &Draft) -> Result<(), Error> {
        for rest in &draft.rests {
            let same = match rest {
                Rest::Record(unit, id, version) => {
                    record::version(self.tx, *unit, *id)? == Some(*version)
                }
                Rest::Balance(account, balance) => {
                    ledger::balance(self.tx, self.unit(), account, false)? == *balance
                }
                Rest::Pointing(which, looked) => {
                    record::still_pointing(self.tx, self.unit(), which, looked)?
                }
            };
            if !same {
                return Err(store::Error::Stale.into());
            }
        }
        Ok(())
    }

    /// Writes what a command does, then its effects; the record as steps of the system that followed have left it.
    pub(crate) fn land(&mut self, draft: &mut Draft) -> Result<Option<Record>, Error> {
        let kind = self.kind(&draft.kind)?;
        if draft.before.is_none() {
            let number = self.number(kind, &draft.entry)?;
            draft.text = draft.change.number(&mut draft.entry, number);
        }
        self.write(kind, draft)?;
        self.name_attachments(kind, &draft.entry, &draft.tokens)?;
        for token in &draft.tokens.drop {
            privacy::drop_token(self.tx, draft.entry.unit, draft.entry.record, token)?;
        }
        for token in &draft.tokens.add {
            privacy::add_token(self.tx, draft.entry.unit, draft.entry.record, token)?;
        }
        self.post(&draft.entry, &draft.change.posted)?;
        for (key, tally) in &draft.moved {
            self.add(key.clone(), *tally);
        }
        self.touched.roster |= touches_roster(kind);
        self.touched.config |= touches_config(kind);
        let (entry, after) = (&draft.entry, &draft.change.record);
        if entry.change.is_none() {
            if let Some(step) = kind.step(entry.step.as_str()) {
                self.effects(step, entry, after)?;
                self.send(step, entry, after)?;
            }
        } else if let Some(step) = approval::follows(kind, entry, after) {
            // Everybody has agreed: the system goes on in the same transaction.
            let command = Command {
                cause: Some(after.id),
                ..Command::new(step.name.clone(), By::System)
            };
            let following = self.follow(entry);
            let later = self.step(after.id, &command)?.record;
            self.following = following;
            return Ok(Some(later));
        }
        Ok(None)
    }

    /// Notes which attachments an entry names, those of private fields among them: through these fields they are seen.
    fn name_attachments(
        &mut self,
        kind: &Kind,
        entry: &Entry,
        tokens: &Tokens,
    ) -> Result<(), Error> {
        let mut all = named(kind, &entry.data);
        match &entry.change {
            Some(BuiltIn::Correct { field, new, .. }) => {
                all.extend(named(kind, &[(field.clone(), new.clone())].into()));
            }
            Some(BuiltIn::NotApplied { data, .. }) => all.extend(named(kind, data)),
            _ => {}
        }
        for (field, digest) in all.iter().chain(&tokens.files) {
            let by = blob::Use {
                record: entry.record,
                field: field.clone(),
            };
            blob::used(self.tx, entry.unit, digest, &by)?;
        }
        Ok(())
    }

    fn write(&mut self, kind: &Kind, draft: &Draft) -> Result<(), Error> {
        let Draft {
            before,
            entry,
            text,
            change,
            row,
            found,
            ..
        } = draft;
        let after = &change.record;
        let unit = self.unit();
        match before {
            None => record::insert(self.tx, after, row)?,
            Some(_) => record::update(self.tx, after, row)?,
        }
        found.write(self.tx, kind, after)?;
        self.changed.push(after.id);
        for (name, to) in &after.doc.links {
            let old = before
                .as_ref()
                .and_then(|record| record.doc.links.get(name));
            if old != Some(to) {
                if let Some(old) = old {
                    unit::unlink(self.tx, unit, after.id, name, *old)?;
                }
                unit::link(self.tx, unit, after.id, name, *to)?;
            }
        }
        for (name, old) in before.iter().flat_map(|record| &record.doc.links) {
            if !after.doc.links.contains_key(name) {
                unit::unlink(self.tx, unit, after.id, name, *old)?;
            }
        }
        if kind.role == Some(Role::Place) {
            let grid = |record: &Record| record.doc.data.get("grid")?.as_text().map(str::to_owned);
            let now = grid(after).filter(|grid| !grid.is_empty());
            let was = before.as_ref().and_then(grid);
            if was != now {
                record::put_in_grid(self.tx, unit, after.id, now.as_deref())?;
            }
        }
        entry::append(self.tx, entry, text, &after.head)?;
        for row in &change.revoked {
            let replaced = change
                .decided
                .iter()
                .any(|new| new.name == row.name && new.occurrence == row.occurrence);
            if !replaced {
                duty::remove(self.tx, unit, after.id, row)?;
            }
        }
        for row in &change.decided {
            duty::put(self.tx, unit, after.id, &after.kind, row)?;
        }
        reminder::of_entry(self.tx, self.view, before.as_ref(), (entry, after))?;
        webhook::of_entry(self.tx, self.view, (entry, after))?;
        Ok(())
    }
}
