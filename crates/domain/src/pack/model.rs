//! The typed form of a pack: what the rest of the program works on.
//!
//! Everything here has been checked: a name that refers to a kind, field, state, step, post or parameter exists, an expression
//! has the type that its place asks for, and points add up. Only `pack::load` makes these.

pub use crate::holder::{Charge, Credit, HolderRule};
pub use crate::outcome::{Distinct, Late, OnRepeat};
pub use crate::proof::Proof;

use super::standard::Standard;
use crate::access::May;
use crate::calendar::{SpecialDays, WorkingHours};
use crate::clock::{PointOf, Span};
use crate::expr::Expr;
use crate::name::{Name, Text};
use crate::published::Published;
use crate::record::Needs;
use crate::recurrence::Recurrence;
use crate::season::{OnDays, Season};
use crate::time::Day;
use crate::unit::Level;
use crate::value::{Data, Value};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A pack as loaded: one version of everything that a company has laid down.
#[derive(Clone, Debug)]
pub struct Pack {
    pub name: Name,
    /// `1.4.0`; an entry, a duty and a score name it together with the digest.
    pub version: String,
    /// SHA-256 over the sources (path and text of each, in path order).
    pub digest: [u8; 32],
    pub title: Text,
    /// The zone of units that name none (S1.1).
    pub zone: String,
    pub parameters: BTreeMap<Name, Parameter>,
    pub posts: BTreeMap<Name, Post>,
    /// Opening hours by name; `clock` (around the clock) needs no entry.
    pub calendars: BTreeMap<Name, WorkingHours>,
    /// Statutory holidays and make-up days of the years that have data (S2.14).
    pub special_days: SpecialDays,
    /// Causes of a wait; a duty names those that stop its clock (S3.1).
    pub causes: BTreeMap<Name, Cause>,
    pub seasons: BTreeMap<Name, Season>,
    pub ledgers: BTreeMap<Name, Ledger>,
    pub kinds: BTreeMap<Name, Kind>,
    pub schedules: BTreeMap<Name, Schedule>,
    pub standards: BTreeMap<Name, Standard>,
}

/// A number or duration that a source gives, with its bounds; overridden per company, region or project from a date on (S8.4).
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: Name,
    pub title: Text,
    pub unit: ParameterUnit,
    pub default: ParameterValue,
    /// Inclusive; `None` where nothing bounds it.
    pub bounds: Option<(ParameterValue, ParameterValue)>,
    /// `by: {project.level: {5: 10000}}`: another default where an attribute of the unit has a value.
    pub by: Option<(Name, BTreeMap<String, ParameterValue>)>,
    /// Which way is looser for the one who is scored: an override in that direction comes from a unit above.
    pub looser: Looser,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looser {
    Higher,
    Lower,
    Neither,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterUnit {
    Duration,
    BasisPoints,
    Fen,
    Count,
    Flag,
    Text,
}

/// A parameter's value; ordered within one unit only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterValue {
    Span(Span),
    Number(i64),
    Flag(bool),
    Text(String),
}

/// A post (岗位), with the names other companies give it (ORG-01).
#[derive(Clone, Debug)]
pub struct Post {
    pub name: Name,
    pub title: Text,
    pub synonyms: Vec<String>,
    /// The post to which its missed duties climb first (S4.1), `None` at the top.
    pub reports_to: Option<Name>,
    /// Serves a grid.
    pub grid: bool,
    /// What it sees and does beside the steps that name it.
    pub may: May,
}

#[derive(Clone, Debug)]
pub struct Cause {
    pub name: Name,
    pub title: Text,
    /// A wait for this cause counts only after an attempt to reach the other side (S3.2).
    pub needs_contact_attempt: bool,
}

/// A book of amounts (账): lines on accounts, whose sum is the balance.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub name: Name,
    pub title: Text,
    /// What its amounts are: `fen`, or the pack's own word (pieces, cards).
    pub unit: Text,
    /// Amounts are money, in fen.
    pub money: bool,
    /// An account is a record of this kind.
    pub account: Name,
    /// No line takes an account below this.
    pub least: Option<i64>,
}

/// A type of record (单据类型).
#[derive(Clone, Debug)]
pub struct Kind {
    pub name: Name,
    pub title: Text,
    /// A register that the kernel itself reads: members, postings and the like are records too.
    pub role: Option<Role>,
    /// `WX-{unit}-{date}-{seq:4}`; `None`: numbered by its id.
    pub number: Option<NumberPattern>,
    pub links: BTreeMap<Name, Link>,
    /// In the order of the file, which is the order of forms.
    pub fields: Vec<Field>,
    /// The first is where a record begins unless `open.to` says otherwise.
    pub states: Vec<State>,
    /// How a record comes about: the step `open`.
    pub open: Step,
    pub steps: BTreeMap<Name, Step>,
    pub facts: BTreeMap<Name, Fact>,
    /// In the order of the file.
    pub duties: Vec<Duty>,
    pub approvals: BTreeMap<Name, Approval>,
    pub merge: Option<Merge>,
    /// The fields that say who works on the record: a `member` and a `team` field.
    pub assignee: Option<Name>,
    pub team: Option<Name>,
    /// A `text` that stands for the record in lists: field names.
    pub label: Vec<Name>,
    /// Fields and links in which no two open records of a unit are the same; empty: there is no such rule.
    pub unique: Vec<Name>,
    /// Hidden from its targets until this step (S10.2).
    pub hidden_until: Option<Name>,
    /// What customers of the unit are shown of its records; `None`: nothing.
    pub published: Option<Published>,
    /// Its private values are seen only under a grant in force, and every view goes on record.
    pub secret: bool,
    /// What becomes of records of earlier versions, in the order of the versions.
    pub migrate: Vec<Migration>,
}

/// What a version of the pack makes of records that are older than it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migration {
    /// The version that brought it, as three numbers.
    pub to: (u32, u32, u32),
    /// Old name → new name.
    pub fields: BTreeMap<Name, Name>,
    pub links: BTreeMap<Name, Name>,
    pub states: BTreeMap<Name, Name>,
    pub duties: BTreeMap<Name, Name>,
    /// For a field that is empty.
    pub defaults: Data,
}

impl Role {
    /// Registers whose steps only their own use-cases take: what those work out must not be filled in by hand.
    pub fn is_kept(self) -> bool {
        matches!(
            self,
            Self::Seal | Self::Scorecard | Self::Appeal | Self::Sample
        )
    }
}

impl Kind {
    /// Whether a field of it holds an opinion (S9.6).
    pub fn asks_opinions(&self) -> bool {
        self.fields.iter().any(|field| field.opinion)
    }
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == *name)
    }
    pub fn state(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| state.name == *name)
    }
    pub fn duty(&self, name: &str) -> Option<&Duty> {
        self.duties.iter().find(|duty| duty.name == *name)
    }
    /// Whether a step asks who took this one last.
    pub fn remembers(&self, step: &Name) -> bool {
        let steps = self.steps.values().chain([&self.open]);
        let mut not_by = steps.flat_map(|step| &step.not_by);
        not_by.any(|one| matches!(one, NotBy::Doer(doer) if doer == step))
    }
    /// The step of that name; `open` is one of them.
    pub fn step(&self, name: &str) -> Option<&Step> {
        if name == "open" {
            Some(&self.open)
        } else {
            self.steps.get(name)
        }
    }
}

/// What a kind is to the kernel (`is:` in the pack). The pack check demands the fields and links that the role reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Fields `name`, `login`.
    Member,
    /// Link `member`; fields `post`, `from`, `until`, optional `grid` and `team` (texts: a grid's code, a team's code).
    Posting,
    /// Link `member`; fields `from`, `until` (instants), optional link `stand-in`.
    Leave,
    /// Link `member`; fields `from`, `until` (instants): one shift of the roster.
    Shift,
    /// Fields `code`, `name`.
    Team,
    /// A place that a grid serves: field `grid` (a grid's code); hand-overs follow when it changes.
    Place,
    /// Fields `parameter`, `value` (texts), `from` (a day): binds the unit it stands in and those below (S8.4).
    Override,
    /// Fields `standard`, `clause`, `period`, `reason` (texts), `member`, `mark` (hundredths of a point): a human mark (S7.6). Optional text
    /// `part`: the appraiser's, where the standard weighs several (S7.12).
    Mark,
    /// Fields `metric`, `period` (texts), `value`; optional `of` (a whole number), `member`, `team`: a figure of a ledger, a survey, an
    /// exam, a call feed (S7.8).
    Metric,
    /// Fields `standard`, `period`, `roots` (texts), `as_of`: a period that is closed (S8.3).
    Seal,
    /// Link `seal`; fields `subject`, `sealed`, `proposal` (texts), `member`: one card of a sealed period; steps `show`, `propose`, `revise`, `refuse`.
    Scorecard,
    /// Fields `standard`, `period`, `clause`, `subject`, `statement`, `decision` (texts), `duty`, `occurrence`; steps `uphold`, `reject`,
    /// `go-on`, `uphold-above`, `reject-above` (S8.5).
    Appeal,
    /// Fields `standard`, `period`, `listed`, `root`, `seed`, `drawn` (texts), `size`, `first`, `second`; steps `type`, `draw` (S10.1).
    Sample,
    /// Fields `from`, `until` (instants): an outage that lets paper entries in (S4.7), declared for the unit it stands in and those below.
    Outage,
    /// Link `file` to a secret record; states `granted` and others: whoever opened it sees the file while it is granted and its timed
    /// duty is not over.
    Grant,
}

/// Literal text and the parts that are filled in: `{unit}` the unit's code, `{date}` yyyymmdd in the unit's zone, `{month}` yyyymm, `{seq:n}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberPattern {
    pub parts: Vec<NumberPart>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberPart {
    Literal(String),
    Unit,
    Date,
    Month,
    Year,
    /// Counts from 1 per unit, kind and the finest of the date parts; zero-filled to the width.
    Sequence {
        width: u8,
    },
}

#[derive(Clone, Debug)]
pub struct Link {
    pub name: Name,
    pub title: Text,
    pub kind: Name,
    pub required: bool,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: Name,
    pub title: Text,
    pub ty: FieldType,
    /// Asked for at opening; a step's form can ask for it later.
    pub required: bool,
    pub default: Option<Value>,
    pub sensitive: Option<Sensitive>,
    /// What somebody thinks of the work: counted only where it did not come from those who did it (S9.6).
    pub opinion: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// At most so many characters (default 2,000); one line unless `long`.
    Text {
        max: u32,
        long: bool,
    },
    Phone,
    Bool,
    /// A whole number within inclusive bounds.
    Int {
        min: i64,
        max: i64,
    },
    /// Fen, not negative unless the bounds say so.
    Money {
        min: i64,
        max: i64,
    },
    /// Basis points.
    Ratio,
    Choice(Vec<Choice>),
    Choices(Vec<Choice>),
    Day,
    Instant,
    /// An instant or a day without a time (S2.12).
    Moment,
    /// A member, a team, a unit by id.
    Member,
    Team,
    Unit,
    /// Attachments by content hash.
    Files {
        kinds: Vec<FileKind>,
        max: u32,
    },
    Signature,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Photo,
    Audio,
    Document,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub name: Name,
    pub title: Text,
}

/// Why a private field is kept, how long and how it may be found; the check demands all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sensitive {
    pub purpose: Text,
    pub keep: Keep,
    pub search: Search,
    /// Posts that may see it; of a secret kind only under a grant.
    pub seen_by: Vec<Name>,
    /// The link to the person whom it tells of: his key seals it too, so that erasing him erases it. `None`: the record's own.
    pub of: Option<Name>,
}

/// How long a private value is kept after its record was closed: days, months or years.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    Fixed(Span),
    Param(Name),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    None,
    Exact,
    Ending,
    Words,
}

#[derive(Clone, Debug)]
pub struct State {
    pub name: Name,
    pub title: Text,
    /// Nothing more is expected of the record: it leaves the lists of open ones.
    pub closed: bool,
    /// The record waits here for this cause (S3.1).
    pub waits: Option<Name>,
    /// Who holds the matter in this state, for the split of time (service, engineering, owner, parts …).
    pub with: Option<Name>,
}

/// A change of a record (步骤).
#[derive(Clone, Debug)]
pub struct Step {
    pub name: Name,
    pub title: Text,
    /// Empty: from any state that is not closed.
    pub from: Vec<Name>,
    /// `None`: the state stays.
    pub to: Option<Name>,
    pub by: Vec<Who>,
    /// Who neither takes the step nor signs nor confirms it, though `by` names him: it touches his own work.
    pub not_by: Vec<NotBy>,
    pub form: Vec<FormField>,
    /// Boolean; sees the record's fields with the form already filled in, its links, facts and state.
    pub when: Option<Expr>,
    pub cosign: Vec<Cosign>,
    pub effects: Vec<Effect>,
    /// Steps whose outcomes this one revokes within their duties' `stands` (S4.9): rework, reopening.
    pub undoes: Vec<Name>,
    /// Duties that cease with this step (S4.5).
    pub withdraws: Withdraws,
    /// For what is left to do to be withdrawn, a second person or the other side must confirm (S4.5).
    pub confirm: bool,
    /// Serves as the attempt to reach the other side that a wait needs (S3.2).
    pub contact_attempt: bool,
    /// What deciding it looks at, worked out from its kind when it is first asked for.
    pub(crate) needs: OnceLock<Needs>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    Post(Name),
    /// Any member of staff of the unit or above.
    Anyone,
    /// Whoever opened the record, is assigned to it, or belongs to its team.
    Creator,
    Assignee,
    TeamMember,
    /// The customer's own session: the party behind a link.
    Party(Name),
    /// Schedules, timed transitions, effects of other records.
    System,
}

/// A relation to the record in which nobody takes a step, be his post as it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotBy {
    Creator,
    Assignee,
    Team,
    /// Who took this step last.
    Doer(Name),
    /// The member in a field, or behind a link.
    Field(Name),
    Link(Name),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormField {
    pub field: Name,
    pub required: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosign {
    pub who: Who,
    pub required: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Withdraws {
    #[default]
    Nothing,
    All,
    These(Vec<Name>),
}

/// What a step does besides, in the same transaction.
#[derive(Clone, Debug)]
pub enum Effect {
    Set {
        field: Name,
        to: Expr,
    },
    /// Adds to a whole-number field.
    Add {
        field: Name,
        by: Expr,
    },
    /// Opens another record of the same unit; links it back under `link` of the new one.
    Open {
        kind: Name,
        when: Option<Expr>,
        data: BTreeMap<Name, Expr>,
        links: BTreeMap<Name, LinkFrom>,
    },
    /// Takes a step on the record behind a link.
    Step {
        link: Name,
        step: Name,
        when: Option<Expr>,
        data: BTreeMap<Name, Expr>,
    },
    /// A line of a ledger.
    Post {
        ledger: Name,
        account: LinkFrom,
        /// In the ledger's unit, signed.
        amount: Expr,
        when: Option<Expr>,
    },
    /// A message to another unit, whose own transaction does what it asks (S9.3).
    Send {
        to: SendTo,
        asks: Asks,
        when: Option<Expr>,
        data: BTreeMap<Name, Expr>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendTo {
    /// The unit that a field names.
    Field(Name),
    /// The unit above, or the top of the tree.
    Above,
    Company,
    /// The unit whose message brought the record about, and the record there that sent it.
    Sender,
}

/// What a message asks of the unit that it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// A record of this kind.
    Open(Name),
    /// A step on the record that had sent the message before.
    Step(Name),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkFrom {
    /// The record that takes the step.
    This,
    /// What the record links under that name.
    Link(Name),
}

/// A fact found when a step is decided and kept in its entry (S9.5).
#[derive(Clone, Debug)]
pub struct Fact {
    pub name: Name,
    /// Steps at which it is looked up; a count without any wherever an expression reads it.
    pub on: Vec<Name>,
    pub finds: Finds,
    /// Of the earlier records of this kind …
    pub kind: Name,
    /// … that have the same links or fields …
    pub same: Vec<Name>,
    /// … or that lead to the record itself by this link of theirs …
    pub through: Option<Name>,
    /// … opened so long ago at most …
    pub within: Option<Span>,
    /// … and for which this holds.
    pub state: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finds {
    /// The latest of them: a link.
    Last,
    /// How many there are.
    Count,
    /// How many members hold one of these posts.
    Posted(Vec<Name>),
    /// How many others serve the grid of the code in `grid`, on the day in `day`.
    Served { grid: Name, day: Name },
    /// What the roster leaves open, in minutes of the day that is left open longest.
    Unmanned(Unmanned),
}

/// Promised hours of days to come, and the posts of which somebody should be there (STAFF-13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmanned {
    pub posts: Vec<Name>,
    /// The field with the day from which days count; `None`: the day on which it is asked.
    pub day: Option<Name>,
    /// So many days after it …
    pub after: u32,
    /// … so many are looked at.
    pub days: u32,
    /// Which hours are promised; `None`: around the clock.
    pub calendar: Option<Name>,
}

/// Something that somebody must do by a certain time, and that a record will prove (应办).
#[derive(Clone, Debug)]
pub struct Duty {
    pub name: Name,
    pub title: Text,
    pub start: Start,
    /// Else no duty.
    pub when: Option<Expr>,
    pub until: Vec<Until>,
    pub due: DueSpec,
    pub not_before: Option<DueSpec>,
    /// `None`: around the clock.
    pub calendar: Option<Name>,
    /// A timed transition, taken by the system when the due time has come.
    pub on_due: Option<Name>,
    /// `None`: a quarter of the duration (S5.4).
    pub fair: Option<Span>,
    pub pauses: Vec<Name>,
    pub proof: Proof,
    pub holder: Vec<HolderRule>,
    pub credit: Credit,
    pub charge: Charge,
    pub on_repeat: OnRepeat,
    /// An outcome stands for this long against a step that undoes it (S4.9).
    pub stands: Option<Span>,
    pub late: Option<Late>,
    /// How long before its due time its holder is reminded; `None`: a quarter of its time, a day at most.
    pub remind: Option<Limit>,
    /// Ordered first among equals (S8.1).
    pub safety: bool,
}

#[derive(Clone, Debug)]
pub enum Start {
    /// After any of these steps; `open` is one.
    Steps(Vec<Name>),
    /// At the time that a field states.
    At(Name),
    /// When the posting of the record ends.
    PostingEnded,
    /// Once per subject and period: opened by the schedule, one occurrence a period.
    Every(Every),
}

#[derive(Clone, Debug)]
pub struct Every {
    pub rule: Recurrence,
    /// Holds while this is true of the record.
    pub while_: Option<Expr>,
    /// The period that an occurrence stands for; its end is the due time unless `due` says otherwise (S6.6).
    pub period: crate::period::Period,
    pub days: OnDays,
    /// Whether the condition asks nothing but the record itself, so that it holds or not until the record changes; worked out once.
    pub(crate) alone: OnceLock<bool>,
}

/// What does a duty: a step, or so many of them.
#[derive(Clone, Debug)]
pub struct Until {
    pub step: Name,
    pub times: u32,
    pub distinct: Option<Distinct>,
    pub when: Option<Expr>,
    pub then: Then,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Done,
    Exempt,
}

/// When a duty is due, before limits and fields are looked up (S2).
#[derive(Clone, Debug)]
pub enum DueSpec {
    Within {
        limit: Limit,
        roll: bool,
        until_close: bool,
    },
    /// The record says when: an instant, inclusive, or a day, as a whole (S2.9).
    Field(Name),
    /// A day of a month, counted from the start's own (S2.8).
    Point {
        day: PointDay,
        of: PointOf,
    },
    Before {
        field: Name,
        by: Limit,
    },
    Earliest(Vec<DueSpec>),
    Latest(Vec<DueSpec>),
    /// The end of the occurrence's period (S6.6).
    PeriodEnd,
}

/// The day of a calendar point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PointDay {
    Fixed(u8),
    /// A parameter of unit count, 1 to 31.
    Param(Name),
}

#[derive(Clone, Debug)]
pub enum Limit {
    Fixed(Span),
    Param(Name),
    /// By the value of a choice (S2.10).
    By {
        field: Name,
        cases: BTreeMap<Name, Limit>,
    },
}

/// A chain of approvals (X26): stages one after the other, within a stage everybody in any order.
#[derive(Clone, Debug)]
pub struct Approval {
    pub name: Name,
    pub title: Text,
    /// The step that asks for it, and the one taken when all have agreed.
    pub on: Name,
    pub then: Name,
    pub chain: Vec<Vec<Name>>,
    /// For the whole chain.
    pub within: Option<Limit>,
    pub on_return: Option<Return>,
    pub lapse: Lapse,
    pub stand_in: StandIn,
    /// The applicant is told, by a step, within a time of the decision.
    pub answer: Option<Answer>,
}

/// Who speaks for a post whose members are away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StandIn {
    /// Their stand-ins; the post above where the post has nobody at all.
    #[default]
    Acting,
    Nobody,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub step: Name,
    pub until: Limit,
    pub holder: Vec<HolderRule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    pub to: Name,
    pub pauses: Option<Name>,
}

/// What happens when a stage has not answered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// It passes to the post above, which may answer from then on.
    Escalate,
    Wait,
}

#[derive(Clone, Debug)]
pub struct Merge {
    /// A link.
    pub into: Name,
    pub withdraws: Vec<Name>,
    pub keeps: Vec<Name>,
}

/// Opens records on a rhythm, by the system.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub name: Name,
    pub title: Text,
    pub rule: Recurrence,
    /// Where the rhythm begins; nothing is opened for days before.
    pub from: Day,
    pub days: OnDays,
    /// In units of these levels.
    pub at: Vec<Level>,
    pub open: Name,
    pub data: BTreeMap<Name, Value>,
    /// Fields worked out from the record for which it opens.
    pub fill: BTreeMap<Name, Expr>,
    /// Days among what is filled in that move on to the next working day, where the year's calendar is known.
    pub roll: Vec<Name>,
    /// One for every record of this kind …
    pub each: Option<Name>,
    /// … for which this holds, linked under `link`.
    pub when: Option<Expr>,
    pub link: Option<Name>,
}
