//! Records: they change only by steps, every step appends one entry, and the row is what its entries make of it.
//!
//! [`decide`] checks a command and makes the entry; [`evolve`] is what an entry does to a record, to its duties and to the
//! tallies. Live work, imports, schedules and replays all go through `evolve`, so a replay is a test of the row. Nothing here
//! loads or stores: what a rule asks from outside comes in as [`Context`] and what it used is kept in the entry.

pub mod appraising;
pub mod approval;
pub mod built_in;
mod called;
pub mod command;
pub mod decide;
mod due;
pub mod duties;
pub mod effects;
pub mod entry;
pub mod evolve;
pub mod fold;
pub mod form;
pub mod handover;
mod look_up;
pub mod merge;
pub mod migrate;
pub mod refusal;
pub mod rostered;
pub mod scope;
pub mod setting;
mod settle;
mod standing;
mod starting;
pub mod sweep;
mod times;
pub mod unique;
pub mod watch;

pub use command::{Command, Context, Needs, Seen, Token, Tokens, needs};
pub use decide::{Opening, Target, decide};
pub use due::parameters_of;
pub use entry::{
    Anomaly, BuiltIn, By, Entry, Hash, Migrated, PackVersion, Sender, Signature, Used, Via,
};
pub use evolve::{Change, EvolveError, Packs, evolve};
pub use fold::{Folded, fold, refold};
pub use refusal::Refusal;

pub(crate) use command::{FACTS, PARAM, TODAY};
pub(crate) use look_up::THIS;

use crate::clock::{Change as LimitChange, Due, Rule, Wait};
use crate::holder::{Held, Holder};
use crate::id::{MemberId, RecordId, UnitId};
use crate::name::Name;
use crate::outcome::{Excuse, Outcome};
use crate::time::{Day, Instant};
use crate::value::Data;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A record (记录) as it stands after its last entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub unit: UnitId,
    pub id: RecordId,
    pub kind: Name,
    /// The human number, unique in its unit.
    pub number: String,
    pub state: Name,
    /// The sequence number of the last entry, from 1.
    pub version: i64,
    pub opened_at: Instant,
    pub closed_at: Option<Instant>,
    /// The hash of the last entry.
    pub head: Hash,
    pub doc: Doc,
}

/// What a record holds beside its key figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Doc {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub data: Data,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<Name, RecordId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator: Option<MemberId>,
    /// When each step was last taken, by its deciding time.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub times: BTreeMap<Name, Instant>,
    /// Who last took the steps that `not-by` of another asks about.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub doers: BTreeMap<Name, MemberId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<Wait>,
    /// Duties to do, whatever their outcome (S4.1), in the order of their due time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub todo: Vec<Todo>,
    /// Decided duties whose outcome may still be revoked (S4.9).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<Decided>,
    /// How often each duty has started.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub occurrences: BTreeMap<Name, u32>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub anomalies: BTreeSet<Anomaly>,
    /// Facts found at its steps (S9.5).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: Data,
    /// The source's own id, of an imported record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Approvals that are asked for and not yet given (X26).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub chains: BTreeMap<Name, Chain>,
    /// What it was merged into (S9.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged: Option<Merged>,
    /// The last day for which each recurring duty has opened (S6.6).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub recurred: BTreeMap<Name, Day>,
    /// The record of another unit whose message brought it about (S9.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// Who has worked on it, where a field asks what somebody thinks of that (S9.6).
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub chain: BTreeSet<MemberId>,
    /// It was excused as a whole: what must not happen does not count (S8.5).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub excused: bool,
    /// The period of the act was sealed: it counts on the day on which it was given (S8.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts_on: Option<Day>,
    /// Where it went on, and where it came from (S9.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<Place>,
    /// An import was undone: the record counts nowhere.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub void: bool,
}

impl Doc {
    /// The next time at which a duty to do falls due, and who holds it then; what the index over duties to do is keyed by.
    pub fn next_due(&self) -> Option<(Instant, &Holder)> {
        self.todo
            .iter()
            .min_by_key(|todo| todo.due.at)
            .map(|todo| (todo.due.at, todo.holder()))
    }
}

/// A duty to do: it lives in its record's row until it is decided and done (S4.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Todo {
    pub name: Name,
    /// From 1; identity is (record, duty, occurrence) (S4.9).
    #[serde(rename = "n")]
    pub occurrence: u32,
    pub start: Instant,
    /// The rule with its limits and fields looked up when the duty opened (S2.13).
    pub rule: Rule,
    /// Tighter limits since (S2.10).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<LimitChange>,
    /// The pack it opened under: its calendar binds it.
    pub pack: PackVersion,
    /// The pack whose days of rest count since a correction of the calendar (S2.13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<PackVersion>,
    /// With the pauses that have ended; a running one is added at reading (S3.2).
    pub due: Due,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Instant>,
    /// Who held it, from when, in order; never empty.
    pub held: Vec<Held>,
    /// Steps that counted towards it, where it takes several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub progress: Vec<Progress>,
    /// Excused, though still to do (S4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excuse: Option<Excuse>,
}

impl Todo {
    /// One that has just begun; whoever opens it gives it its holder, its due time and its number.
    fn new(name: Name, start: Instant, rule: Rule, entry: &Entry) -> Self {
        Self {
            name,
            occurrence: 0,
            start,
            rule,
            changes: Vec::new(),
            pack: entry.pack,
            days: entry.days,
            due: Due::inclusive(start),
            not_before: None,
            held: Vec::new(),
            progress: Vec::new(),
            excuse: None,
        }
    }
    pub fn holder(&self) -> &Holder {
        self.held.last().map_or(&Holder::Unit, |held| &held.holder)
    }
}

/// A record of another unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub unit: UnitId,
    pub record: RecordId,
}

/// An approval that runs through its stages (X26).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// When it was first asked for: the limit is that of the whole chain.
    pub start: Instant,
    /// From 1.
    pub stage: u32,
    pub rule: Rule,
    pub pack: PackVersion,
    /// Who asked: nobody approves his own request.
    pub asked_by: Vec<MemberId>,
    /// Who had it before the stage that has it now; a delay is charged to whom it belongs (S5.3, S5.4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Held>,
    /// Posts of the stage that let its time pass, each with the post above that may answer since.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lapsed: BTreeMap<Name, Name>,
    /// Sent back: it waits until it is asked for again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub returned: bool,
}

/// A merge that can be taken back (S9.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    pub into: RecordId,
    /// Duties that it ended, each with what it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<Decided>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub step: Name,
    pub at: Instant,
}

/// A duty that a step has decided: one row, and what the tallies hold (S8.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub name: Name,
    #[serde(rename = "n")]
    pub occurrence: u32,
    pub start: Instant,
    pub due: Due,
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Instant>,
    /// Done late, but within what its `late` allows (S4.2): basis points of a case that it is still worth.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub worth_bp: i64,
    /// Credited with it or charged for it (S5.3).
    pub holder: Holder,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doer: Option<MemberId>,
    /// Later holders who were judged by a due time of their own (S5.4); the unit counts the duty once, by `outcome`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
    /// The day, in the unit's zone, that holds the last instant before the due time: its periods follow (S1.2).
    pub day: Day,
    /// Left out of rates and said how many (S4.8).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anomalous: bool,
    /// The time of the deciding entry is not proven (S4.6).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unproven: bool,
    /// What the conditions of clauses read, as it was when the duty was decided.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seen: Data,
    /// The duty as it was to do, for an outcome that may be revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Box<Todo>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub holder: Holder,
    pub due: Due,
    pub outcome: Outcome,
}

fn is_zero(value: &i64) -> bool {
    *value == 0
}
