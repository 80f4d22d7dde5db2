//! What somebody wants done, and what deciding it may look at.

use super::Record;
use super::entry::BuiltIn;
use super::entry::{By, Entry, ImportMark, PackVersion, Sender, Signature, Used, Via};
use super::evolve::Packs;
use super::scope::{RecordScope, spelled};
use crate::calendar::SpecialDays;
use crate::expr::Expr;
use crate::id::{MemberId, RecordId, UnitId};
use crate::ledger::{self, Account, BALANCE, Posted};
use crate::name::Name;
use crate::override_rule::Setter;
use crate::pack::model::{Duty, Effect, Fact, Finds, HolderRule, Kind, Pack, ParameterValue, Step};
use crate::parameter::Parameters;
use crate::period::Window;
use crate::proof::{DeviceTimes, Outage};
use crate::roster::Roster;
use crate::selection;
use crate::time::{Day, Instant, Moment, Zone};
use crate::value::{Data, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What facts are found under in conditions.
pub(crate) const FACTS: &str = "facts";

/// What conditions call the day, in the unit's zone, on which they are asked.
pub(crate) const TODAY: &str = "today";
pub(crate) const PARAM: &str = "param";

/// A step that somebody wants to take; `open` brings a record about.
#[derive(Clone, Debug)]
pub struct Command {
    pub step: Name,
    pub by: By,
    pub recorded_by: Option<MemberId>,
    pub via: Via,
    /// When it happened, if that is not now.
    pub occurred: Option<Moment>,
    pub device: Option<DeviceTimes>,
    /// Waited in a device's queue without a signal: never refused for its clock (S4.7).
    pub queued: bool,
    pub data: Data,
    pub links: BTreeMap<Name, RecordId>,
    pub signatures: Vec<Signature>,
    pub second: Option<MemberId>,
    pub reason: Option<String>,
    /// The version that the caller saw; another one is stale.
    pub version: Option<i64>,
    pub key: Option<String>,
    pub import: Option<ImportMark>,
    /// The source's own id, at opening.
    pub source: Option<String>,
    /// The record whose step had this as an effect.
    pub cause: Option<RecordId>,
    /// The record of another unit whose message asks for it.
    pub sender: Option<Sender>,
    /// A step that every kind has, in place of one of the pack.
    pub built_in: Option<BuiltIn>,
    /// Comes from the use-case that keeps the rules of the register ([`crate::pack::model::Role::is_kept`]).
    pub kept: bool,
    /// How its private values are found and no longer found; kept beside the journal, so that erasure can take it away.
    pub tokens: Tokens,
}

/// Keyed digests of what somebody may look for. Without the key they say nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    pub add: Vec<Token>,
    pub drop: Vec<Token>,
    /// Attachments that private fields name, by their digests.
    pub files: Vec<(Name, [u8; 32])>,
}

pub type Token = [u8; 16];

impl Command {
    /// A step by a member in his own session, now.
    pub fn new(step: impl Into<Name>, by: By) -> Self {
        let via = if by == By::System {
            Via::System
        } else {
            Via::Own
        };
        Self {
            step: step.into(),
            by,
            recorded_by: None,
            via,
            occurred: None,
            device: None,
            queued: false,
            data: Data::new(),
            links: BTreeMap::new(),
            signatures: Vec::new(),
            second: None,
            reason: None,
            version: None,
            key: None,
            import: None,
            source: None,
            cause: None,
            sender: None,
            built_in: None,
            kept: false,
            tokens: Tokens::default(),
        }
    }
    /// A step that every kind has.
    pub fn built_in(change: BuiltIn, by: By) -> Self {
        Self {
            built_in: Some(change.clone()),
            ..Self::new(change.step(), by)
        }
    }
    /// Judged by the source's times and admitted where live work would be refused (S4.8).
    pub fn is_import(&self) -> bool {
        self.via == Via::Import
    }
}

/// Everything outside the record that a decision may look at.
pub struct Context<'a> {
    pub pack: &'a Pack,
    pub version: PackVersion,
    pub now: Instant,
    pub zone: &'a Zone,
    pub unit: UnitId,
    pub roster: &'a Roster,
    pub parameters: &'a Parameters,
    /// The records behind links: with their fields where [`needs`] named them, else as far as the command fills them in.
    pub linked: &'a BTreeMap<RecordId, Seen>,
    /// Facts found, by name; absent: none was found.
    pub facts: &'a Data,
    /// Balances of the accounts that [`needs`] named; absent: nothing was ever posted.
    pub balances: &'a Posted,
    /// Outages that a unit above has declared (S4.7).
    pub outages: &'a [Outage],
    /// Where whoever acts stands, seen from the unit (S8.4).
    pub setter: Setter,
    /// Periods that are closed for the unit, with the standard that closed them (S8.3).
    pub sealed: &'a [(Name, Window)],
    pub packs: &'a dyn Packs,
    /// The record's journal with its texts, which only built-in steps look at.
    pub journal: &'a [(Entry, String)],
}

/// A record behind a link, as expressions and holders see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub kind: Name,
    pub state: Name,
    pub data: Data,
    pub links: BTreeMap<Name, RecordId>,
}

impl From<&Record> for Seen {
    fn from(record: &Record) -> Self {
        Self {
            kind: record.kind.clone(),
            state: record.state.clone(),
            data: record.doc.data.clone(),
            links: record.doc.links.clone(),
        }
    }
}

impl Seen {
    /// A field, or `state`.
    pub fn get(&self, name: &str) -> Value {
        if name == "state" {
            return Value::Text(self.state.to_string());
        }
        self.data.get(name).cloned().unwrap_or_default()
    }
}

/// What must be loaded before a step of a kind can be decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Links whose record is read; of others that a form fills in it is enough to know that they exist and of which kind they are.
    pub links: BTreeSet<Name>,
    /// Those of them whose record a condition reads: the decision rests on it.
    pub conditions: BTreeSet<Name>,
    /// Accounts whose balance is read: the record's own (`None`) or the one behind a link, with the ledger.
    pub balances: BTreeSet<(Option<Name>, Name)>,
    /// Facts to look up (S9.5).
    pub facts: BTreeSet<Name>,
}

impl Needs {
    /// Adds what an expression over a record of the kind reads elsewhere.
    fn read(&mut self, kind: &Kind, expr: &Expr, decides: bool) {
        for path in expr.reads() {
            if let [first, name] = path
                && *first == FACTS
                && kind
                    .facts
                    .get(name)
                    .is_some_and(|fact| fact.finds != Finds::Last && fact.on.is_empty())
            {
                self.facts.insert(name.clone());
            }
            if let [first, _, ..] = path
                && kind.links.contains_key(first)
                && !matches!(path, [_, word, _] if *word == BALANCE)
            {
                self.links.insert(first.clone());
                if decides {
                    self.conditions.insert(first.clone());
                }
            }
        }
        let balances = ledger::balances(expr);
        self.balances
            .extend(balances.map(|(link, ledger)| (link.cloned(), ledger.clone())));
    }

    /// What expressions over records of the kind read elsewhere, for who asks them without taking a step.
    pub fn of<'e>(kind: &Kind, exprs: impl IntoIterator<Item = &'e Expr>) -> Self {
        let mut needs = Self::default();
        for expr in exprs {
            needs.read(kind, expr, true);
        }
        needs
    }
}

/// The expressions of a step, and of the duties that it may start or do, over the record as it leaves it: on the first of each pair the decision
/// rests, the rest say what its effects write.
pub(super) fn expressions<'k>(kind: &'k Kind, step: &'k Step) -> Vec<(&'k Expr, bool)> {
    let mut all: Vec<(&Expr, bool)> = step.when.iter().map(|when| (when, true)).collect();
    for duty in &kind.duties {
        if duty.may_start(step) {
            all.extend(duty.when.iter().map(|when| (when, true)));
        }
        let until = duty.until.iter().filter(|until| until.step == step.name);
        all.extend(until.filter_map(|until| Some((until.when.as_ref()?, true))));
    }
    for effect in &step.effects {
        let (when, exprs): (&Option<Expr>, Vec<&Expr>) = match effect {
            Effect::Set { to: value, .. } | Effect::Add { by: value, .. } => (&None, vec![value]),
            Effect::Post { when, amount, .. } => (when, vec![amount]),
            Effect::Open { when, data, .. }
            | Effect::Step { when, data, .. }
            | Effect::Send { when, data, .. } => (when, data.values().collect()),
        };
        all.extend(when.iter().map(|when| (when, true)));
        all.extend(exprs.into_iter().map(|expr| (expr, false)));
    }
    all
}

/// The links and facts that deciding `step` may look at: the same for every record of the kind, and worked out once.
pub fn needs<'s>(kind: &Kind, step: &'s Step) -> &'s Needs {
    step.needs.get_or_init(|| compiled(kind, step))
}

fn compiled(kind: &Kind, step: &Step) -> Needs {
    let mut needs = Needs::default();
    for (expr, decides) in expressions(kind, step) {
        needs.read(kind, expr, decides);
    }
    for duty in &kind.duties {
        if duty.may_start(step) || duty.may_pass_on(kind, step) {
            for rule in &duty.holder {
                if let HolderRule::GridOf(link) = rule {
                    needs.links.insert(link.clone());
                }
            }
        }
    }
    for fact in kind.facts.values() {
        if fact.on.contains(&step.name) {
            needs.facts.insert(fact.name.clone());
        }
    }
    needs
}

/// What a duty asks that opens without a step: one that recurs, or that an ended posting starts.
pub fn needs_of_duty(kind: &Kind, duty: &Duty) -> Needs {
    Needs::of(kind, &duty.when)
}

/// What expressions over a record read behind its links and of balances, under the names by which they ask for it.
pub fn looked<'e>(
    kind: &Kind,
    exprs: impl IntoIterator<Item = &'e Expr>,
    id: Option<RecordId>,
    link: impl Fn(&Name) -> Option<RecordId>,
    linked: &BTreeMap<RecordId, Seen>,
    balances: &Posted,
) -> BTreeMap<String, Value> {
    let mut seen = BTreeMap::new();
    for path in exprs.into_iter().flat_map(Expr::reads) {
        let value = match path {
            [word, ledger] if *word == BALANCE => Some(balance(id, ledger, balances)),
            [first, word, ledger] if *word == BALANCE && kind.links.contains_key(first) => {
                Some(balance(link(first), ledger, balances))
            }
            [first, field] if kind.links.contains_key(first) => link(first)
                .and_then(|id| linked.get(&id))
                .map(|seen| seen.get(field.as_str())),
            _ => None,
        };
        if let Some(value) = value {
            seen.insert(spelled(path), value);
        }
    }
    seen
}

/// The day on which expressions are asked, for those that read it.
pub fn today<'e>(exprs: impl IntoIterator<Item = &'e Expr>, day: Day) -> Option<(String, Value)> {
    let mut paths = exprs.into_iter().flat_map(Expr::reads);
    paths
        .any(|path| matches!(path, [word] if *word == TODAY))
        .then(|| (TODAY.into(), Value::Text(day.to_string())))
}

/// The parameters that expressions read, with their values in force at an instant, under the names by which they ask for them. The entry keeps
/// them, so that what was decided stays so whatever is set later (S2.13).
pub(super) fn read_parameters<'e>(
    context: &Context<'_>,
    exprs: impl IntoIterator<Item = &'e Expr>,
    at: Instant,
) -> BTreeMap<String, Value> {
    let mut read = BTreeMap::new();
    for path in exprs.into_iter().flat_map(Expr::reads) {
        let spelled = spelled(path);
        let Some(name) = spelled.strip_prefix("param.").map(Name::from) else {
            continue;
        };
        let value = match context.parameters.value(context.pack, &name, at) {
            Some(ParameterValue::Number(number)) => Value::Int(*number),
            Some(ParameterValue::Flag(flag)) => Value::Bool(*flag),
            Some(ParameterValue::Text(text)) => Value::Text(text.clone()),
            Some(ParameterValue::Span(_)) | None => continue,
        };
        read.insert(spelled, value);
    }
    read
}

/// Nothing posted is a balance of nothing.
fn balance(record: Option<RecordId>, ledger: &Name, balances: &Posted) -> Value {
    let account = record.map(|record| Account {
        ledger: ledger.clone(),
        record,
    });
    let sum = account.and_then(|account| balances.get(&account).copied());
    Value::Int(sum.unwrap_or(0))
}

/// The instant as of which a command asks about others: history asks as of its own time (S4.8).
pub fn asked_at(command: &Command, now: Instant, zone: &Zone) -> Instant {
    match command.occurred {
        Some(Moment::At(at)) if command.is_import() => at,
        Some(Moment::On(day)) if command.is_import() => zone.start_of(day),
        _ => now,
    }
}

/// Whether an earlier record is what a fact asks for (S9.5): the same links and fields or a link to the record, opened so long ago at most, in
/// a state that counts.
pub fn touches(
    fact: &Fact,
    earlier: &Record,
    before: Option<&Record>,
    command: &Command,
    now: Instant,
    days: &SpecialDays,
    zone: &Zone,
) -> bool {
    let at = asked_at(command, now, zone);
    let same = fact.same.iter().all(|name| {
        let link = command
            .links
            .get(name)
            .or_else(|| before?.doc.links.get(name));
        let value = command
            .data
            .get(name)
            .or_else(|| before?.doc.data.get(name));
        match (link, value) {
            (Some(id), _) => earlier.doc.links.get(name) == Some(id),
            (None, Some(value)) => earlier.doc.data.get(name) == Some(value),
            (None, None) => false,
        }
    });
    let led = fact.through.as_ref().is_none_or(|link| {
        before.is_some_and(|record| earlier.doc.links.get(link) == Some(&record.id))
    });
    let recent = match fact.within {
        Some(within) => {
            selection::repeats(earlier.opened_at, at, within, days, zone).unwrap_or(false)
        }
        None => earlier.opened_at <= at,
    };
    let none = Data::new();
    let used = Used {
        seen: today(&fact.state, zone.day_of(at)).into_iter().collect(),
        ..Used::default()
    };
    let scope = RecordScope::after(Some(earlier), &none, &used);
    let counts = fact
        .state
        .as_ref()
        .is_none_or(|state| state.holds(&scope).unwrap_or(false));
    same && led && recent && counts && !earlier.doc.void
}
