//! What an entry does to a record: the only way in which a row comes about.

use super::duties::Duties;
use super::entry::{Arrival, BuiltIn, By, Entry, Hash, PackVersion, Via};
use super::refusal::{Code, Refusal};
use super::scope::RecordScope;
use super::{Decided, Doc, Place, Record};
use crate::clock::{ClockError, Left, Wait};
use crate::holder::Held;
use crate::ledger::{self, Posted};
use crate::measure::Measures;
use crate::name::Name;
use crate::outcome::Excuse;
use crate::pack::model::{Effect, Kind, Pack, Step, Withdraws};
use crate::time::{Instant, Moment, Zone};
use crate::value::{Data, Value};

/// The packs that were ever active: an entry is read under the one it was made under.
pub trait Packs {
    fn pack(&self, version: PackVersion) -> Option<&Pack>;
    /// What its standards count.
    fn measures(&self, version: PackVersion) -> Option<&Measures>;
}

/// What one entry changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The record after it.
    pub record: Record,
    /// Duties that it decided: rows to write.
    pub decided: Vec<Decided>,
    /// Decided duties that it revoked: rows to take away (S4.9).
    pub revoked: Vec<Decided>,
    /// What it posts in ledgers, by account: lines to write.
    pub posted: Posted,
}

impl Change {
    /// Gives a record that the entry opens its number, which is drawn last of all; the entry's text, which the number is part of and the
    /// hash is over.
    pub fn number(&mut self, entry: &mut Entry, number: String) -> String {
        if let Some(opens) = &mut entry.opens {
            opens.number.clone_from(&number);
            self.record.number = number;
        }
        let text = entry.text();
        self.record.head = Entry::hash(entry.unit, entry.record, &Hash::default(), &text);
        text
    }
}

/// Why an entry cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvolveError {
    #[error("the pack of version {0:?} is not there")]
    NoPack(PackVersion),
    #[error("the pack has no kind {0}")]
    NoKind(Name),
    #[error("the kind has no step {0}")]
    NoStep(Name),
    #[error("the first entry must open the record")]
    NotOpened,
    #[error("entry {found} where {expected} was due")]
    OutOfSequence { expected: i64, found: i64 },
    #[error("{duty}: {error}")]
    Clock { duty: Name, error: ClockError },
    #[error("{0} needs the whole journal of its record")]
    NeedsJournal(Name),
}

impl EvolveError {
    /// A due time that cannot be worked out is the caller's to mend, not a fault of the journal (S2.14).
    pub fn refusal(&self) -> Option<Refusal> {
        let Self::Clock { duty, error } = self else {
            return None;
        };
        Some(match error.year() {
            Some(year) => Refusal::new(Code::CalendarMissing).with(year),
            None => Refusal::new(Code::DueUnclear)
                .with(duty)
                .with(error.text().zh),
        })
    }
}

impl From<(Name, ClockError)> for EvolveError {
    fn from((duty, error): (Name, ClockError)) -> Self {
        Self::Clock { duty, error }
    }
}

/// The record after an entry. `text` is the entry's text as stored: the hash is over it.
///
/// # Errors
/// An entry that no pack or record fits, a due time that no calendar covers. Corrections need [`super::fold`].
pub fn evolve(
    packs: &dyn Packs,
    zone: &Zone,
    before: Option<&Record>,
    entry: &Entry,
    text: &str,
) -> Result<Change, EvolveError> {
    let pack = packs
        .pack(entry.pack)
        .ok_or(EvolveError::NoPack(entry.pack))?;
    let mut record = match (before, &entry.opens) {
        (None, Some(opens)) => Record {
            unit: entry.unit,
            id: entry.record,
            kind: opens.kind.clone(),
            number: opens.number.clone(),
            state: Name::from(""),
            version: 0,
            opened_at: happened(entry),
            closed_at: None,
            head: Hash::default(),
            doc: Doc {
                creator: entry.by.member(),
                source: opens.source.clone(),
                sender: entry.sender.clone(),
                counts_on: entry.used.counts_on,
                ..Doc::default()
            },
        },
        (Some(record), None) => record.clone(),
        _ => return Err(EvolveError::NotOpened),
    };
    if entry.seq != record.version + 1 {
        return Err(EvolveError::OutOfSequence {
            expected: record.version + 1,
            found: entry.seq,
        });
    }
    let kind = pack
        .kinds
        .get(&record.kind)
        .ok_or_else(|| EvolveError::NoKind(record.kind.clone()))?;
    record.head = Entry::hash(entry.unit, entry.record, &record.head, text);
    record.version = entry.seq;
    record.doc.anomalies.extend(entry.anomalies.iter().copied());
    let (decided, revoked) = match &entry.change {
        Some(change) => built_in(packs, pack, kind, zone, entry, &mut record, change)?,
        None => step(packs, pack, kind, zone, entry, &mut record)?,
    };
    record
        .doc
        .todo
        .sort_by(|a, b| (a.due, &a.name, a.occurrence).cmp(&(b.due, &b.name, b.occurrence)));
    // A line that cannot be worked out was refused when the step was taken; history may lack what it asks for.
    let posted = match (&entry.change, kind.step(entry.step.as_str())) {
        (None, Some(step)) => ledger::posted(step, entry, &record).unwrap_or_default(),
        _ => Posted::new(),
    };
    Ok(Change {
        record,
        decided,
        revoked,
        posted,
    })
}

type Rows = (Vec<Decided>, Vec<Decided>);

fn step(
    packs: &dyn Packs,
    pack: &Pack,
    kind: &Kind,
    zone: &Zone,
    entry: &Entry,
    record: &mut Record,
) -> Result<Rows, EvolveError> {
    let step = kind
        .step(entry.step.as_str())
        .ok_or_else(|| EvolveError::NoStep(entry.step.clone()))?;
    let opening = entry.opens.is_some();
    let changed = fill_in(kind, step, entry, record);
    let mut ended = None;
    let to = match &step.to {
        Some(to) => Some(to.clone()),
        None if opening => kind.states.first().map(|state| state.name.clone()),
        None => None,
    };
    record.doc.times.insert(step.name.clone(), happened(entry));
    if let Some(member) = entry.by.member()
        && kind.remembers(&step.name)
    {
        record.doc.doers.insert(step.name.clone(), member);
    }
    if let Some(to) = to {
        ended = move_to(kind, step.contact_attempt, entry, record, to, None);
    }
    let mut duties = Duties {
        kind,
        pack,
        packs,
        zone,
        entry,
        record,
        decided: Vec::new(),
        revoked: Vec::new(),
    };
    if let Some(cause) = ended {
        duties.recompute(&cause)?;
    }
    if !opening {
        duties.fields_changed(&changed)?;
        duties.pass_on(&changed);
    }
    duties.undo(&step.undoes)?;
    duties.done()?;
    match &step.withdraws {
        Withdraws::Nothing => {}
        Withdraws::All => duties.withdraw(|_| true, confirmed(step, entry))?,
        Withdraws::These(names) => {
            duties.withdraw(|name| names.contains(name), confirmed(step, entry))?;
        }
    }
    duties.start(&changed)?;
    duties.ask()?;
    let (decided, revoked) = (duties.decided, duties.revoked);
    close(kind, entry, record);
    if kind.asks_opinions() {
        // Who opened it stands there already.
        let creator = record.doc.creator;
        let actors = [entry.by.member(), entry.recorded_by];
        let others = actors
            .into_iter()
            .flatten()
            .filter(|actor| Some(*actor) != creator);
        record.doc.chain.extend(others);
    }
    Ok((decided, revoked))
}

fn close(kind: &Kind, entry: &Entry, record: &mut Record) {
    record.closed_at = match kind.state(record.state.as_str()) {
        Some(state) if state.closed => record.closed_at.or(Some(happened(entry))),
        _ => None,
    };
}

/// Fields, links, facts and the record's own effects; the names of fields whose value changed.
fn fill_in(kind: &Kind, step: &Step, entry: &Entry, record: &mut Record) -> Vec<Name> {
    let mut changed = Vec::new();
    if entry.opens.is_some() {
        for field in &kind.fields {
            if let Some(value) = &field.default {
                record.doc.data.insert(field.name.clone(), value.clone());
            }
        }
    }
    for (name, value) in &entry.data {
        set(&mut record.doc.data, name, value.clone(), &mut changed);
    }
    for (name, id) in &entry.links {
        if record.doc.links.insert(name.clone(), *id) != Some(*id) {
            changed.push(name.clone());
        }
    }
    for (name, value) in &entry.used.facts {
        record.doc.facts.insert(name.clone(), value.clone());
    }
    let none = Data::new();
    for effect in &step.effects {
        let scope = RecordScope::after(Some(record), &none, &entry.used);
        // The pack check has typed these; one that still fails at run time (an overflow) leaves its field as it was.
        let (field, value) = match effect {
            Effect::Set { field, to } => (field, to.value(&scope).ok()),
            Effect::Add { field, by } => {
                let by = by.value(&scope).ok();
                let sum = match (record.doc.data.get(field), by) {
                    (Some(Value::Int(old)), Some(Value::Int(by))) => {
                        old.checked_add(by).map(Value::Int)
                    }
                    (None | Some(Value::Null), Some(Value::Int(by))) => Some(Value::Int(by)),
                    _ => None,
                };
                (field, sum)
            }
            Effect::Open { .. }
            | Effect::Step { .. }
            | Effect::Post { .. }
            | Effect::Send { .. } => continue,
        };
        if let Some(value) = value {
            set(&mut record.doc.data, field, value, &mut changed);
        }
    }
    changed
}

fn set(data: &mut Data, name: &Name, value: Value, changed: &mut Vec<Name>) {
    if data.get(name).unwrap_or(&Value::Null) == &value {
        return;
    }
    changed.push(name.clone());
    if value.is_null() {
        data.remove(name);
    } else {
        data.insert(name.clone(), value);
    }
}

/// Moves the record into a state; leaving one that waits ends its wait, whose cause is returned (S3.2).
fn move_to(
    kind: &Kind,
    attempt: bool,
    entry: &Entry,
    record: &mut Record,
    to: Name,
    pauses: Option<Name>,
) -> Option<Name> {
    let attempted = record.doc.times.keys().any(|name| {
        kind.step(name.as_str())
            .is_some_and(|step| step.contact_attempt)
    });
    let recorded_at = judged_from(entry);
    let same = record.state == to;
    record.state = to;
    if same {
        return None;
    }
    let mut ended = None;
    if let Some(wait) = record
        .doc
        .waits
        .last_mut()
        .filter(|wait| wait.left.is_none())
    {
        wait.left = Some(Left {
            occurred_at: happened(entry),
            recorded_at,
        });
        ended = Some(wait.cause.clone());
    }
    let waits = kind
        .state(record.state.as_str())
        .and_then(|state| state.waits.clone())
        .or(pauses);
    if let Some(cause) = waits {
        record.doc.waits.push(Wait {
            cause,
            occurred_at: happened(entry),
            recorded_at,
            left: None,
            contact_attempt: attempted || attempt,
        });
    }
    ended
}

/// A cancellation or merge withdraws what is left to do only with a second person or the other side's word (S4.5).
fn confirmed(step: &Step, entry: &Entry) -> bool {
    !step.confirm || by_another(entry)
}

/// A second person, or the other side's word (S4.5).
fn by_another(entry: &Entry) -> bool {
    entry.second.is_some()
        || !entry.signatures.is_empty()
        || matches!(entry.by, By::Party(_))
        || entry.via == Via::Import
}

fn built_in(
    packs: &dyn Packs,
    pack: &Pack,
    kind: &Kind,
    zone: &Zone,
    entry: &Entry,
    record: &mut Record,
    change: &BuiltIn,
) -> Result<Rows, EvolveError> {
    let at = entry.recorded_at;
    let mut duties = Duties {
        kind,
        pack,
        packs,
        zone,
        entry,
        record,
        decided: Vec::new(),
        revoked: Vec::new(),
    };
    match change {
        BuiltIn::HandOver {
            from,
            to,
            duties: which,
        } => {
            for todo in &mut duties.record.doc.todo {
                let named = which.is_empty()
                    || which
                        .iter()
                        .any(|(name, n)| *name == todo.name && *n == todo.occurrence);
                if named && todo.holder() == from {
                    todo.held.push(Held {
                        holder: to.clone(),
                        from: at,
                    });
                }
            }
        }
        BuiltIn::Take {
            duty,
            occurrence,
            to,
        } => {
            for todo in duties
                .record
                .doc
                .todo
                .iter_mut()
                .filter(|todo| todo.name == *duty && todo.occurrence == *occurrence)
            {
                todo.held.push(Held {
                    holder: to.clone(),
                    from: at,
                });
            }
        }
        BuiltIn::Excuse {
            duty,
            occurrence,
            falls_away,
        } => {
            let open = duties
                .record
                .doc
                .todo
                .iter()
                .position(|todo| todo.name == *duty && todo.occurrence == *occurrence);
            match open {
                Some(index) if *falls_away => duties.fall_away(index, at)?,
                Some(index) => {
                    duties.record.doc.todo[index].excuse = Some(Excuse {
                        recorded_at: at,
                        falls_away: false,
                    });
                }
                None => return Err(EvolveError::NeedsJournal(entry.step.clone())),
            }
        }
        BuiltIn::Approve {
            approval,
            stage,
            post,
        } => duties.approve(approval, *stage, post)?,
        BuiltIn::Return {
            approval,
            stage,
            post,
        } => {
            duties.send_back(approval, *stage, post)?;
            let back = kind.approvals.get(approval);
            if let Some(back) = back.and_then(|approval| approval.on_return.as_ref()) {
                let (to, pauses) = (back.to.clone(), back.pauses.clone());
                if let Some(cause) = move_to(kind, false, entry, duties.record, to, pauses) {
                    duties.recompute(&cause)?;
                }
                close(kind, entry, duties.record);
            }
        }
        BuiltIn::Merge { into } => duties.merge(*into, by_another(entry))?,
        BuiltIn::Unmerge => duties.unmerge()?,
        // The ciphertext stays as it was: what changes is that nobody has its key.
        BuiltIn::Erase { .. } => {}
        BuiltIn::Recur { duty, on } => duties.recur(duty, *on)?,
        BuiltIn::Lapse {
            approval,
            stage,
            post,
            above,
        } => duties.lapse(approval, *stage, post, above),
        BuiltIn::Migrate(migrated) => {
            super::migrate::apply(duties.record, migrated);
            close(kind, entry, duties.record);
        }
        // They stand in the journal and change nothing.
        BuiltIn::NotApplied { .. } | BuiltIn::Settle { .. } => {}
        BuiltIn::ExcuseRecord => duties.record.doc.excused = true,
        BuiltIn::Depart { to } => depart(entry, duties.record, *to),
        BuiltIn::Arrive(arrival) => arrive(kind, entry, duties.record, arrival),
        BuiltIn::Correct { .. }
        | BuiltIn::CorrectTime { .. }
        | BuiltIn::Recompute { .. }
        | BuiltIn::Void => {
            return Err(EvolveError::NeedsJournal(entry.step.clone()));
        }
    }
    Ok((duties.decided, duties.revoked))
}

/// The half of a transfer that closes the record where it was (S9.3). What was decided here stays decided here.
fn depart(entry: &Entry, record: &mut Record, to: Place) {
    record.doc.moved_to = Some(to);
    record.doc.todo.clear();
    record.doc.standing.clear();
    record.doc.chains.clear();
    record.closed_at = record.closed_at.or(Some(entry.recorded_at));
}

/// The half that opens it where it goes: as it stood, each duty handed over to the unit (S5.4).
fn arrive(kind: &Kind, entry: &Entry, record: &mut Record, arrival: &Arrival) {
    record.opened_at = arrival.opened_at;
    record.state = arrival.state.clone();
    let doc = &mut record.doc;
    doc.data = entry.data.clone();
    doc.links = entry.links.clone();
    doc.creator = arrival.creator;
    doc.times = arrival.times.clone();
    doc.waits = arrival.waits.clone();
    doc.todo = arrival.todo.clone();
    doc.occurrences = arrival.occurrences.clone();
    doc.facts = arrival.facts.clone();
    doc.chains = arrival.chains.clone();
    doc.chain = arrival.chain.clone();
    doc.moved_from = Some(arrival.from);
    close(kind, entry, record);
}

/// When a step happened as far as anybody said; a day without a time proves no instant (S2.12).
pub fn happened(entry: &Entry) -> Instant {
    match entry.occurred {
        Some(Moment::At(at)) => at,
        Some(Moment::On(_)) | None => entry.recorded_at,
    }
}

/// Whence changes count that never count from before they were recorded (S4.6): pauses, cancellations, agreed dates. In history
/// that is when the source says they happened (S4.8).
pub fn judged_from(entry: &Entry) -> Instant {
    if entry.via == Via::Import || entry.is_timed() {
        happened(entry)
    } else {
        entry.recorded_at
    }
}
