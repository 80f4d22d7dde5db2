//! Entries: the lines of a record's journal, never edited or deleted, each with the hash of the one before it.

use crate::clock::Wait;
use crate::holder::Holder;
use crate::id::{ImportId, MemberId, RecordId, UnitId};
use crate::name::Name;
use crate::proof::DeviceTimes;
use crate::record::{Chain, Place, Todo};
use crate::time::{Day, Instant, Moment};
use crate::value::{Data, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// SHA-256 over the entry before, the entry's place and its text as stored.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Hash(pub [u8; 32]);

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.0[..6] {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("…")
    }
}

/// Which activated pack, counted from 1 in the database.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct PackVersion(pub i64);

/// A line of the journal. Its text is the canonical JSON of this type (maps ordered, absent parts left out).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    #[serde(skip, default = "nowhere")]
    pub unit: UnitId,
    #[serde(skip, default = "nothing")]
    pub record: RecordId,
    /// From 1 per record.
    pub seq: i64,
    /// Only in the first entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<Opens>,
    pub step: Name,
    pub by: By,
    /// Who typed it, where that is another (S9.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_by: Option<MemberId>,
    #[serde(default, skip_serializing_if = "Via::is_own")]
    pub via: Via,
    /// Absent where it is `recorded_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred: Option<Moment>,
    pub recorded_at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceTimes>,
    pub pack: PackVersion,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: Data,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<Name, RecordId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Signature>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<MemberId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anomalies: Vec<Anomaly>,
    #[serde(default, skip_serializing_if = "Used::is_empty")]
    pub used: Used,
    /// What a built-in step does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<BuiltIn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportMark>,
    /// The caller's idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The record whose step had this one as an effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<RecordId>,
    /// The record of another unit whose message asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// Its time was corrected with a second person: it counts as stated. Never stored: a later entry says so.
    #[serde(skip)]
    pub confirmed: bool,
    /// The calendar was corrected: its days are this pack's. Never stored: a later entry says so.
    #[serde(skip)]
    pub days: Option<PackVersion>,
}

fn nowhere() -> UnitId {
    UnitId::from_uuid(crate::id::Uuid::nil())
}
fn nothing() -> RecordId {
    RecordId::from_uuid(crate::id::Uuid::nil())
}

impl Entry {
    /// The time at which it happened as far as anybody said.
    pub fn occurred(&self) -> Moment {
        self.occurred.unwrap_or(Moment::At(self.recorded_at))
    }
    /// A timed transition: the rule itself says when it happened, whenever the system came to it.
    pub fn is_timed(&self) -> bool {
        self.by == By::System
            && self.via == Via::System
            && self.cause.is_none()
            && self.change.is_none()
    }
    /// The text that is stored and hashed.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    /// Reads a stored text back; the place comes from the row.
    pub fn from_text(
        unit: UnitId,
        record: RecordId,
        text: &str,
    ) -> Result<Self, serde_json::Error> {
        let entry: Self = serde_json::from_str(text)?;
        Ok(Self {
            unit,
            record,
            ..entry
        })
    }
    /// The hash of an entry whose text is `text`, after one with the hash `before` (zeros for the first).
    pub fn hash(unit: UnitId, record: RecordId, before: &Hash, text: &str) -> Hash {
        let mut sha = Sha256::new();
        sha.update(before.0);
        sha.update(unit.uuid().as_bytes());
        sha.update(record.uuid().as_bytes());
        sha.update(text.as_bytes());
        Hash(sha.finalize().into())
    }
}

/// Whence a message came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    pub unit: UnitId,
    pub record: RecordId,
    /// The sender's human number.
    pub number: String,
}

/// What the first entry lays down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opens {
    pub kind: Name,
    pub number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    Member(MemberId),
    /// A customer, by the record that registers the party.
    Party(RecordId),
    /// Schedules, timed transitions, effects.
    System,
    /// Whoever ran the program on its own machine, by his name there.
    Operator(String),
    /// Somebody whom only the source of an import names.
    Source(String),
}

impl By {
    pub fn member(&self) -> Option<MemberId> {
        match self {
            Self::Member(id) => Some(*id),
            _ => None,
        }
    }
}

/// How an entry came in (S9.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    #[default]
    Own,
    OnBehalf,
    Device,
    Import,
    Paper,
    System,
}

impl Via {
    fn is_own(&self) -> bool {
        *self == Self::Own
    }
}

/// Somebody else's word on a step, and how it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub by: By,
    pub how: Signed,
    pub at: Instant,
    /// Why a proxy signed (X12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signed {
    /// In the signer's own session, or by a scan or call record: it proves the time (S4.6).
    OwnSession,
    Drawn,
    Paper,
    Proxy,
}

/// What a decision took from outside the record: enough to decide the same again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Used {
    /// Who holds each duty that this step starts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub holders: BTreeMap<Name, Holder>,
    /// Parameters whose value was not the pack's default.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<Name, String>,
    /// What expressions read behind links.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub seen: BTreeMap<String, Value>,
    /// Facts found (S9.5).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: Data,
    /// When holders were away, as far as a charge depends on it (S5.1).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<Absent>,
    /// A declared outage lets this paper entry in, counting from when it occurred (S4.7).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub outage: bool,
    /// The period in which it happened was sealed: what must not happen counts on this day (S8.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts_on: Option<Day>,
}

impl Used {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absent {
    pub member: MemberId,
    pub from: Instant,
    pub until: Instant,
}

/// Steps that every kind has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuiltIn {
    /// An entry's field was wrong (S9.2).
    Correct {
        seq: i64,
        field: Name,
        old: Value,
        new: Value,
    },
    /// An entry's time was wrong (S9.2).
    CorrectTime { seq: i64, old: Moment, new: Moment },
    /// Duties pass from one holder to another: a change of grid or posting (S5.4).
    HandOver {
        from: Holder,
        to: Holder,
        /// Which of his duties; empty: all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        duties: Vec<(Name, u32)>,
    },
    /// Somebody takes a duty out of a pool (S5.2), or is given it.
    Take {
        duty: Name,
        occurrence: u32,
        to: Holder,
    },
    /// Does not count (S4.3); `falls_away`: nor is it to do any more.
    Excuse {
        duty: Name,
        occurrence: u32,
        falls_away: bool,
    },
    /// A correction of the calendar: duties follow this pack's days (S2.13).
    Recompute { pack: PackVersion },
    /// An import is undone.
    Void,
    /// Somebody of a post of the stage agrees (X26); stage and post are filled in by the decision.
    Approve {
        approval: Name,
        #[serde(default)]
        stage: u32,
        post: Name,
    },
    /// Somebody of a post of the stage sends the request back, with a reason (X26).
    Return {
        approval: Name,
        #[serde(default)]
        stage: u32,
        post: Name,
    },
    /// The record becomes part of what its kind merges into (S9.4).
    Merge { into: RecordId },
    /// A merge is taken back: what it withdrew is to do again.
    Unmerge,
    /// The keys of private values are destroyed: on a person's lawful request, or since their time of keeping is over.
    Erase {
        cause: Erasure,
        /// The keys, as the sealed values number them.
        keys: Vec<i64>,
    },
    /// A duty that recurs, or that an ended posting starts, opens for a day (S6.6).
    Recur { duty: Name, on: Day },
    /// A stage has not answered in time: it passes to the post above (X26); who that is is in what the entry used.
    Lapse {
        approval: Name,
        stage: u32,
        post: Name,
        above: Name,
    },
    /// A new version of the pack has other names for what the record holds.
    Migrate(Box<Migrated>),
    /// A step from a device's queue came too late for the record's state; what was filled in is kept and nothing else happens (S4.7).
    NotApplied {
        step: Name,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        data: Data,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        links: BTreeMap<Name, RecordId>,
        /// The code of what stood in its way.
        because: String,
    },
    /// Somebody has looked at a step that was not applied, and says what came of it.
    Settle { seq: i64 },
    /// The record as a whole does not count against anybody: an appeal found so (S8.5).
    ExcuseRecord,
    /// The record goes on in another unit, where it is opened under this id (S9.3).
    Depart { to: Place },
    /// It was opened in another unit and goes on here, as it stood there (S9.3).
    Arrive(Box<Arrival>),
}

/// What a migration did to one record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Migrated {
    /// Old name → new name, of what the record had.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<Name, Name>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<Name, Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<(Name, Name)>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub duties: BTreeMap<Name, Name>,
    /// Fields that were empty, with what they hold now.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub filled: Data,
}

impl BuiltIn {
    /// Whether deciding it asks what the record's journal says, and not its present state alone.
    pub fn asks_journal(&self) -> bool {
        match self {
            Self::Correct { .. }
            | Self::CorrectTime { .. }
            | Self::Excuse { .. }
            | Self::Void
            | Self::Settle { .. } => true,
            Self::HandOver { .. }
            | Self::Take { .. }
            | Self::Recompute { .. }
            | Self::Approve { .. }
            | Self::Return { .. }
            | Self::Merge { .. }
            | Self::Unmerge
            | Self::Erase { .. }
            | Self::Recur { .. }
            | Self::Lapse { .. }
            | Self::Migrate(_)
            | Self::NotApplied { .. }
            | Self::ExcuseRecord
            | Self::Depart { .. }
            | Self::Arrive(_) => false,
        }
    }

    /// The step under which it stands in the journal.
    pub fn step(&self) -> Name {
        Name::from(match self {
            Self::Correct { .. } => "correct",
            Self::CorrectTime { .. } => "correct-time",
            Self::HandOver { .. } => "hand-over",
            Self::Take { .. } => "take",
            Self::Excuse { .. } => "excuse",
            Self::Recompute { .. } => "recompute",
            Self::Void => "void",
            Self::Approve { .. } => "approve",
            Self::Return { .. } => "return",
            Self::Merge { .. } => "merge",
            Self::Unmerge => "unmerge",
            Self::Erase { .. } => "erase",
            Self::Recur { .. } => "recur",
            Self::Lapse { .. } => "lapse",
            Self::Migrate(_) => "migrate",
            Self::NotApplied { .. } => "not-applied",
            Self::Settle { .. } => "settle",
            Self::ExcuseRecord => "excuse-record",
            Self::Depart { .. } => "depart",
            Self::Arrive(_) => "arrive",
        })
    }
    /// An agreement whose stage and post the decision fills in.
    pub fn approve(approval: impl Into<Name>) -> Self {
        Self::Approve {
            approval: approval.into(),
            stage: 0,
            post: Name::from(""),
        }
    }
    /// A return whose stage and post the decision fills in.
    pub fn send_back(approval: impl Into<Name>) -> Self {
        Self::Return {
            approval: approval.into(),
            stage: 0,
            post: Name::from(""),
        }
    }
}

/// What a record brings along from the unit where it was (S9.3): times, pauses and duties, so that nothing is younger for having moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    pub from: Place,
    pub state: Name,
    pub opened_at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<MemberId>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub times: BTreeMap<Name, Instant>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<Wait>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub todo: Vec<Todo>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub occurrences: BTreeMap<Name, u32>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: Data,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub chains: BTreeMap<Name, Chain>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub chain: BTreeSet<MemberId>,
}

/// Why private values were erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Erasure {
    /// The person asked for it.
    Request,
    /// They were kept as long as their field says.
    Retention,
}

/// Why a record or entry was admitted from a source though live work would have been refused (S4.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anomaly {
    /// The step is not one of its state.
    State,
    /// Earlier than the record.
    BeforeRecord,
    /// Earlier than the entry before it.
    Order,
    /// Later than the import.
    Future,
    /// A condition of the step does not hold.
    Condition,
    /// A field that the form asks for is missing.
    Incomplete,
    /// A link leads outside what was imported.
    LinkMissing,
}

impl Anomaly {
    /// Such a record is left out of rates: its order or its times contradict each other.
    pub fn spoils_times(self) -> bool {
        matches!(self, Self::BeforeRecord | Self::Order | Self::Future)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportMark {
    pub import: ImportId,
    pub line: i64,
}
