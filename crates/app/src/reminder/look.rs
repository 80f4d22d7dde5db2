//! The look at the duties of a unit: which holders are owed a word now.
//!
//! Rounds look every minute, and of a hundred thousand records with a duty that is due hardly one has come to owe a word since the minute
//! before. So a look remembers of each record when it may owe the next one, and leaves it out until then. What is remembered holds while the
//! record's version stands, the view is the same (rules, registers, members: a changed one is another view), the calendars are the same, and
//! whoever is there for a queue or a team still is. Parameters that begin to hold say nothing, so every hour everything is looked at afresh.

use super::{About, about, members, tell};
use crate::error::Error;
use crate::office::Office;
use crate::view::View;
use domain::access::own_work;
use domain::holder::Holder;
use domain::id::{MemberId, RecordId, UnitId};
use domain::name::Name;
use domain::pack::model::Kind;
use domain::record::duties::due_as_of;
use domain::record::{Packs as _, Record, Todo};
use domain::reminder::{USUAL, lead, next, owed};
use domain::time::Instant;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use store::reminder::Reminder;
use store::{Lane, Tx, record, reminder};

/// Written in one transaction.
const BATCH: usize = 100;
/// How long what was seen is relied on: an hour.
const RELIED: i64 = 3_600_000_000;
/// Nothing is owed any more.
const NEVER: Instant = Instant::from_micros(i64::MAX);

/// What the look before has seen of one unit.
#[derive(Default)]
pub struct Looked {
    /// Of which unit, and since when.
    of: Option<(Arc<View>, Instant)>,
    /// The look before this one.
    last: Option<Instant>,
    /// Who was there for a queue or a team.
    there: HashMap<Holder, BTreeSet<MemberId>>,
    /// By record, its version and when it may owe a word again.
    records: HashMap<RecordId, (i64, Instant)>,
}

impl Looked {
    /// Forgets what no longer holds.
    fn begin(&mut self, view: &Arc<View>, as_of: Instant) {
        let holds =
            self.of.as_ref().is_some_and(|(known, since)| {
                Arc::ptr_eq(known, view) && as_of.since(*since) < RELIED
            }) && self.last.is_some_and(|last| last <= as_of)
                && self
                    .there
                    .iter()
                    .all(|(holder, there)| members(view, holder, as_of) == *there);
        if !holds {
            *self = Self {
                of: Some((view.clone(), as_of)),
                ..Self::default()
            };
        }
        self.last = Some(as_of);
    }

    /// Whether the record owes nothing that the look before has not told.
    fn is_quiet(&self, id: RecordId, version: i64, as_of: Instant) -> bool {
        self.records
            .get(&id)
            .is_some_and(|(seen, next)| *seen == version && as_of < *next)
    }

    fn members(&mut self, view: &View, holder: &Holder, as_of: Instant) -> BTreeSet<MemberId> {
        match holder {
            Holder::Member(_) | Holder::Unit => members(view, holder, as_of),
            Holder::Pool { .. } | Holder::Team(_) => {
                if let Some(there) = self.there.get(holder) {
                    return there.clone();
                }
                let there = members(view, holder, as_of);
                self.there.insert(holder.clone(), there.clone());
                there
            }
        }
    }
}

/// Reminds the members of a unit of what falls due and of what they have missed; how many reminders that made.
///
/// # Errors
/// A database that cannot be read or written.
pub fn remind(office: &Office, unit: UnitId, as_of: Instant) -> Result<u64, Error> {
    remind_again(office, unit, as_of, &mut Looked::default())
}

/// As [`remind`], leaving out what the look before has shown to owe nothing yet.
///
/// # Errors
/// As [`remind`]; the next look is then a fresh one.
pub fn remind_again(
    office: &Office,
    unit: UnitId,
    as_of: Instant,
    looked: &mut Looked,
) -> Result<u64, Error> {
    let told = look(office, unit, as_of, looked);
    if told.is_err() {
        *looked = Looked::default();
    }
    told
}

fn look(office: &Office, unit: UnitId, as_of: Instant, looked: &mut Looked) -> Result<u64, Error> {
    let view = office.reload_if_outdated(unit)?;
    looked.begin(&view, as_of);
    let new = office.read(|tx| {
        let new = near(tx, &view, as_of, looked)?;
        let mut left = Vec::new();
        for reminder in new {
            if !reminder::exists(tx, unit, reminder.member, reminder.id)? {
                left.push(reminder);
            }
        }
        Ok::<_, Error>(left)
    })?;
    let mut told = 0;
    for batch in new.chunks(BATCH) {
        let (batch, ways) = (batch.to_vec(), view.ways.clone());
        told += office.write(&own_work(), Lane::Bulk, move |tx| {
            let mut told = 0;
            for reminder in &batch {
                told += u64::from(tell(tx, &ways, reminder, as_of)?);
            }
            Ok::<_, store::Error>(told)
        })?;
    }
    Ok(told)
}

/// How far ahead of their due time holders of duties of a kind may hear of them; `None`: it has no duties.
fn far(view: &View, kind: &Kind, as_of: Instant) -> Option<i64> {
    if kind.duties.is_empty() {
        return None;
    }
    if kind.duties.iter().all(|duty| duty.remind.is_none()) {
        return Some(USUAL);
    }
    let none = domain::value::Data::new();
    let leads = kind.duties.iter().map(|duty| {
        // A lead that goes by a field of the record is not known before the record is.
        let lead = lead(duty, &view.rules.pack, &view.parameters, &none, as_of);
        lead.unwrap_or(31 * USUAL)
    });
    Some(leads.max().unwrap_or(USUAL).max(USUAL))
}

/// What holders of duties are owed: the records of all kinds that may be near are read once.
fn near(
    tx: &mut Tx<'_>,
    view: &View,
    as_of: Instant,
    looked: &mut Looked,
) -> Result<Vec<Reminder<About>>, store::Error> {
    let kinds = view.rules.pack.kinds.values();
    let far: HashMap<&Name, Instant> = kinds
        .filter_map(|kind| {
            let far = far(view, kind, as_of)?;
            Some((&kind.name, as_of.plus_micros(far + 1)))
        })
        .collect();
    let Some(farthest) = far.values().max() else {
        return Ok(Vec::new());
    };
    let mut look = Look {
        view,
        as_of,
        looked,
        found: Vec::new(),
    };
    record::each_due_of_any(tx, view.unit.id, *farthest, |next| {
        let is_near = far.get(&next.kind()?).is_some_and(|far| next.due < *far);
        if is_near && !look.looked.is_quiet(next.id, next.version, as_of) {
            look.at_record(&next.record()?);
        }
        Ok(())
    })?;
    Ok(look.found)
}

struct Look<'a> {
    view: &'a View,
    as_of: Instant,
    looked: &'a mut Looked,
    found: Vec<Reminder<About>>,
}

impl Look<'_> {
    /// Finds what the holders of a record's duties are owed, and keeps when they may be owed something else.
    fn at_record(&mut self, record: &Record) {
        let todo = record.doc.todo.iter();
        let again = todo.filter_map(|todo| self.at_todo(record, todo)).min();
        let seen = (record.version, again.unwrap_or(NEVER));
        self.looked.records.insert(record.id, seen);
    }

    /// As [`Self::at_record`], of one duty to do; `None`: nothing more will be owed.
    fn at_todo(&mut self, record: &Record, todo: &Todo) -> Option<Instant> {
        let (view, as_of) = (self.view, self.as_of);
        let pack = &view.rules.pack;
        let duty = pack.kinds.get(&record.kind)?.duty(todo.name.as_str())?;
        let lead = lead(duty, pack, &view.parameters, &record.doc.data, as_of);
        // What is not near even by the due time that stands takes no calendar to judge.
        if owed(todo, todo.due, lead, as_of).is_none() {
            return next(todo, todo.due, lead, as_of);
        }
        let zone = &view.unit.zone;
        let standing = view
            .library
            .pack(todo.pack)
            .map(|pack| due_as_of(&view.library, pack, zone, record, duty, todo, Some(as_of)));
        // A due time that no calendar covers is said elsewhere.
        let Some(Ok(standing)) = standing else {
            return Some(as_of);
        };
        if let Some((why, at)) = owed(todo, standing, lead, as_of) {
            let to = self.looked.members(view, todo.holder(), as_of);
            let words = about(view, record, todo, (why, standing.at), at);
            self.found.extend(to.into_iter().map(words));
        }
        // A pause that runs moves the due time away, never nearer.
        next(todo, standing, lead, as_of)
    }
}
