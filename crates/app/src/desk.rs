//! The one way in: every change of a record, whoever asks for it, goes through a [`Desk`] inside a transaction.
//!
//! A desk loads the record and what its rules ask for, lets `domain` decide, and writes entry, row, duties and tallies together.
//! Effects on other records follow in the same transaction. It decides nothing itself and never spans two units.

use self::draft::{Draft, Drafted, Rest};
use crate::access::{Actor, Who};
use crate::clock::Clock;
use crate::error::Error;
use crate::privacy::same_apart_from_sealed;
use crate::records::called;
use crate::search;
use crate::view::View;
use domain::id::{RecordId, UnitId};
use domain::measure::TallyKey;
use domain::name::Name;
use domain::numbering;
use domain::override_rule::Setter;
use domain::pack::model::{Kind, Step};
use domain::record::command::needs_of_duty;
use domain::record::effects::{self, Planned};
use domain::record::refusal::Code;
use domain::record::{
    BuiltIn, By, Command, Entry, Needs, Opening, Record, Refusal, Target, Tokens, decide, evolve,
    fold, migrate, needs, refold, sweep, unique,
};
use domain::tally::Tally;
use domain::time::Instant;
use domain::value::Data;
use std::collections::BTreeMap;
use store::record::Columns;
use store::{Tx, entry, record, tally, unit};

pub(crate) mod beyond;
pub(crate) mod draft;
mod looking;

/// A step that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    pub record: Record,
    pub entry: Entry,
    /// It had been taken before under the same key; nothing was written now.
    pub repeated: bool,
}

/// Changes of one unit in one transaction.
pub struct Desk<'d, 'c> {
    pub tx: &'d mut Tx<'c>,
    view: &'d View,
    clock: &'d Clock,
    actor: &'d Actor,
    /// What follows from a step that was permitted (effects, the end of an approval), and where whoever took that step stands: what he
    /// brings about is set by him and not by the system (S8.4).
    following: Option<Setter>,
    /// What the steps so far have moved, written last and in key order.
    moved: BTreeMap<TallyKey, Tally>,
    touched: Touched,
    depth: usize,
    /// What decisions here rest on, kept where they are written later.
    rests: Option<Vec<Rest>>,
    /// Records that the steps so far have changed, to be told when they are durable.
    changed: Vec<RecordId>,
}

/// What a command is for.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// A record of a kind, under this id however often it is decided; one that is the caller's own may exist already.
    Open {
        kind: Name,
        id: RecordId,
        own: bool,
    },
    Step(RecordId),
}

impl Asked {
    pub(crate) fn open(kind: Name, id: Option<RecordId>, clock: &Clock) -> Self {
        Self::Open {
            kind,
            id: id.unwrap_or_else(|| clock.record_id()),
            own: id.is_some(),
        }
    }
}

/// Which registers the steps so far have changed: views of the unit are outdated by it.
#[derive(Clone, Copy, Debug, Default)]
struct Touched {
    roster: bool,
    config: bool,
}

impl<'d, 'c> Desk<'d, 'c> {
    /// # Errors
    /// `Outdated` if the view is not what the database says.
    pub fn begin(
        tx: &'d mut Tx<'c>,
        view: &'d View,
        clock: &'d Clock,
        actor: &'d Actor,
    ) -> Result<Self, Error> {
        view.check(tx)?;
        Ok(Self::over(tx, view, clock, actor))
    }

    fn over(tx: &'d mut Tx<'c>, view: &'d View, clock: &'d Clock, actor: &'d Actor) -> Self {
        Self {
            tx,
            view,
            clock,
            actor,
            following: None,
            moved: BTreeMap::new(),
            touched: Touched::default(),
            depth: 0,
            rests: None,
            changed: Vec::new(),
        }
    }

    /// Writes what must come last, without which the transaction has moved no tally; the records that have changed.
    pub fn finish(self) -> Result<Vec<RecordId>, Error> {
        tally::add(self.tx, self.view.unit.id, &self.moved)?;
        if self.touched.roster {
            unit::touch_roster(self.tx, self.view.unit.id)?;
        }
        if self.touched.config {
            unit::touch_config(self.tx, self.view.unit.id)?;
        }
        Ok(self.changed)
    }

    /// Tries something whose failure leaves the rest of the transaction as it was.
    pub fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Desk<'_, 'c>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (view, clock, depth) = (self.view, self.clock, self.depth);
        let (actor, following) = (self.actor, self.following);
        let (done, moved, touched, changed) = self.tx.savepoint(|tx| {
            let mut inner = Desk {
                tx,
                view,
                clock,
                actor,
                following,
                moved: BTreeMap::new(),
                touched: Touched::default(),
                depth,
                rests: None,
                changed: Vec::new(),
            };
            let done = work(&mut inner)?;
            Ok::<_, Error>((done, inner.moved, inner.touched, inner.changed))
        })?;
        for (key, change) in moved {
            self.add(key, change);
        }
        self.touched.roster |= touched.roster;
        self.touched.config |= touched.config;
        self.changed.extend(changed);
        Ok(done)
    }

    fn add(&mut self, key: TallyKey, change: Tally) {
        let slot = self.moved.entry(key).or_default();
        *slot = slot.plus(change).unwrap_or(*slot);
    }

    /// What deciding here looks at.
    pub fn view(&self) -> &'d View {
        self.view
    }
    /// The instant at which a step taken now is recorded.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    fn unit(&self) -> UnitId {
        self.view.unit.id
    }

    fn kind(&self, name: &Name) -> Result<&'d Kind, Error> {
        let view: &'d View = self.view;
        view.rules
            .pack
            .kinds
            .get(name)
            .ok_or_else(|| Refusal::new(Code::KindUnknown).with(name).into())
    }

    /// Brings a record about; `id` is the caller's own, if it has one.
    ///
    /// # Errors
    /// `Refused`; `KeyReused`.
    pub fn open(
        &mut self,
        kind: &Name,
        id: Option<RecordId>,
        command: &Command,
    ) -> Result<Taken, Error> {
        let asked = Asked::open(kind.clone(), id, self.clock);
        self.take(&asked, command)
    }

    /// Takes a step on a record.
    ///
    /// # Errors
    /// `NotFound`; `Refused`; `KeyReused`.
    pub fn step(&mut self, id: RecordId, command: &Command) -> Result<Taken, Error> {
        self.take(&Asked::Step(id), command)
    }

    pub(crate) fn take(&mut self, asked: &Asked, command: &Command) -> Result<Taken, Error> {
        match self.draft(asked, command)? {
            Drafted::Repeated(taken) => Ok(*taken),
            Drafted::InTurn => Err(Error::Outdated),
            Drafted::New(mut draft) => {
                let later = self.land(&mut draft)?;
                Ok(draft.taken(later))
            }
        }
    }

    /// Decides a command without writing anything.
    fn draft(&mut self, asked: &Asked, command: &Command) -> Result<Drafted, Error> {
        let mut drafted = match asked {
            Asked::Open { kind, id, own } => self.draft_opening(kind, (*id, *own), command),
            Asked::Step(id) => self.draft_step(*id, command),
        }?;
        if let Drafted::New(draft) = &mut drafted {
            draft.tokens = command.tokens.clone();
        }
        Ok(drafted)
    }

    fn draft_opening(
        &mut self,
        kind: &Name,
        (id, own): (RecordId, bool),
        command: &Command,
    ) -> Result<Drafted, Error> {
        let kind = self.kind(kind)?;
        if let Some(key) = &command.key
            && let Some(line) = entry::by_key(self.tx, self.unit(), key)?
        {
            return self.repeated(Some(&kind.name), line.entry, command);
        }
        if own && record::optional(self.tx, self.unit(), id)?.is_some() {
            return Err(Refusal::new(Code::RecordExists).into());
        }
        let now = self.clock.now();
        // Only an opening that is taken uses up a number, which it gets when it is written.
        let opening = Opening {
            id,
            kind: kind.name.clone(),
            number: String::new(),
        };
        let step = command.built_in.is_none().then_some(&kind.open);
        let entry = self.decide(kind, step, Target::New(&opening), None, command, now)?;
        self.evolved(kind, None, entry)
    }

    fn draft_step(&mut self, id: RecordId, command: &Command) -> Result<Drafted, Error> {
        let mut before = record::get(self.tx, self.unit(), id)?;
        if let Some(key) = &command.key {
            // A step that was decided on a version is the entry after it; without a version its key is looked for.
            let line = match command.version {
                Some(version) if before.version > version => {
                    entry::at(self.tx, self.unit(), id, version + 1)?
                }
                Some(_) => None,
                None => entry::by_step_key(self.tx, self.unit(), id, key)?,
            };
            if let Some(line) = line.filter(|line| line.entry.key.as_ref() == Some(key)) {
                return self.repeated(None, line.entry, command);
            }
        }
        let kind = self.kind(&before.kind)?;
        let now = self.clock.now();
        let bumped;
        let mut command = command;
        if !matches!(command.built_in, Some(BuiltIn::Migrate(_)))
            && let Some(migrated) = migrate::plan(kind, None, &before)
        {
            if self.rests.is_some() {
                return Ok(Drafted::InTurn);
            }
            // The pack has moved on since; the caller saw what the record was then.
            let change = BuiltIn::Migrate(Box::new(migrated));
            let was = before.version;
            let following = self.following.replace(Setter::Above);
            before = self
                .step(id, &Command::built_in(change, By::System))?
                .record;
            self.following = following;
            if command.version == Some(was) {
                bumped = Command {
                    version: Some(before.version),
                    ..command.clone()
                };
                command = &bumped;
            }
        }
        let step = match command.built_in {
            Some(_) => None,
            None => kind.step(command.step.as_str()),
        };
        let entry = self.decide(
            kind,
            step,
            Target::Record(&before),
            Some(&before),
            command,
            now,
        )?;
        self.evolved(kind, Some(before), entry)
    }

    /// The answer to a request that was made before (idempotency): the body must be the same.
    fn repeated(
        &mut self,
        kind: Option<&Name>,
        entry: Entry,
        command: &Command,
    ) -> Result<Drafted, Error> {
        let opened = entry.opens.as_ref().map(|opens| &opens.kind);
        let asked = (&command.step, &command.by, &command.links);
        // What is sealed differs each time; whether it says the same is asked where the keys are.
        if (&entry.step, &entry.by, &entry.links) != asked
            || !same_apart_from_sealed(&entry.data, &command.data)
            || kind.is_some_and(|kind| opened != Some(kind))
        {
            return Err(Error::KeyReused);
        }
        let record = record::get(self.tx, entry.unit, entry.record)?;
        Ok(Drafted::Repeated(Box::new(Taken {
            record,
            entry,
            repeated: true,
        })))
    }

    /// `step` is `None` for a step that every kind has, and for one that the kind does not have.
    fn decide(
        &mut self,
        kind: &Kind,
        step: Option<&Step>,
        target: Target<'_>,
        before: Option<&Record>,
        command: &Command,
        now: Instant,
    ) -> Result<Entry, Error> {
        let view = self.view;
        let system = Actor::system();
        let actor = if self.following.is_some() {
            &system
        } else {
            self.actor
        };
        let permit = actor.may_command(self.tx, view, now, kind, before, command);
        let permit = permit.map_err(|error| match error {
            // The system has no rights to lack: what its rules do not give it is a refusal like any other.
            Error::Denied(denied) if *actor.who() == Who::System => denied.refusal().into(),
            other => other,
        })?;
        let recurs = match &command.built_in {
            Some(BuiltIn::Recur { duty, .. }) => kind.duty(duty.as_str()),
            _ => None,
        };
        let of_duty = match (step, recurs) {
            (None, Some(duty)) => needs_of_duty(kind, duty),
            _ => Needs::default(),
        };
        let needs = step.map_or(&of_duty, |step| needs(kind, step));
        let balances = self.balances(needs, before, command, true)?;
        let mut linked = self.looked_at(kind, needs, before, command)?;
        self.keep_linkable(actor, before, command, now, &mut linked)?;
        let mut facts = Data::new();
        for name in &needs.facts {
            if let Some(found) = self.fact(kind, name, before, command, now)? {
                facts.insert(name.clone(), found);
            }
        }
        let journal = match (&command.built_in, before) {
            (Some(change), Some(record)) if change.asks_journal() => self.journal(record)?,
            _ => Vec::new(),
        };
        let mut context = view.context(now, command, &linked, &facts, &balances, &journal);
        context.setter = self.following.unwrap_or(context.setter);
        decide(&context, target, command, permit).map_err(Error::Refused)
    }

    fn journal(&mut self, record: &Record) -> Result<Vec<(Entry, String)>, Error> {
        let lines = entry::journal(self.tx, record.unit, record.id)?;
        Ok(lines
            .into_iter()
            .map(|line| (line.entry, line.text))
            .collect())
    }

    fn number(&mut self, kind: &Kind, entry: &Entry) -> Result<String, Error> {
        let Some(pattern) = &kind.number else {
            return Ok(entry.record.to_string());
        };
        let day = self
            .view
            .unit
            .zone
            .day_of(domain::record::evolve::happened(entry));
        let sequence = unit::next_number(
            self.tx,
            self.unit(),
            &numbering::counter(&kind.name, pattern, day),
        )?;
        Ok(numbering::format(
            pattern,
            &self.view.unit.code,
            day,
            sequence,
        ))
    }

    /// What an entry does to its record.
    fn evolved(
        &mut self,
        kind: &Kind,
        before: Option<Record>,
        entry: Entry,
    ) -> Result<Drafted, Error> {
        let text = match before {
            // Its number is still missing.
            None => String::new(),
            Some(_) => entry.text(),
        };
        let zone = &self.view.unit.zone;
        let by_journal = entry
            .change
            .as_ref()
            .zip(before.as_ref())
            .is_some_and(|(change, record)| fold::needs_journal(change, record));
        let measures = &self.view.rules.measures;
        let changed = if by_journal {
            let mut journal = match &before {
                Some(record) => self.journal(record)?,
                None => Vec::new(),
            };
            journal.push((entry.clone(), text.clone()));
            refold(&self.view.library, measures, zone, &journal)
        } else {
            evolve(&self.view.library, zone, before.as_ref(), &entry, &text).map(|change| {
                let moved = measures.moved(entry.unit, zone, before.as_ref(), &entry, &change);
                (change, moved)
            })
        };
        let (change, moved) = changed.map_err(refused)?;
        let columns = Columns {
            assignee: kind.assignee.as_ref(),
            team: kind.team.as_ref(),
            place: self.view.rules.pack.place_of(kind, &change.record),
            owes_at: sweep::owes_at(&self.view.rules.pack, kind, &change.record, zone),
            claim: self.claim(kind, before.as_ref(), &change.record)?,
        };
        let row = record::listed(&change.record, columns)?;
        let found = search::change(kind, before.as_ref(), &change.record);
        Ok(Drafted::New(Box::new(Draft {
            kind: kind.name.clone(),
            before,
            entry,
            text,
            change,
            moved,
            row,
            found,
            rests: self.rests.take().unwrap_or_default(),
            tokens: Tokens::default(),
        })))
    }

    /// What a record claims for itself. Who is quicker with it meanwhile is found out when it is written.
    ///
    /// # Errors
    /// `Refused` if another record has it.
    fn claim(
        &mut self,
        kind: &Kind,
        before: Option<&Record>,
        after: &Record,
    ) -> Result<Option<String>, Error> {
        let Some(claim) = unique::claim(kind, after) else {
            return Ok(None);
        };
        let held = before.and_then(|record| unique::claim(kind, record));
        if held.as_ref() != Some(&claim)
            && let Some(other) = record::claiming(self.tx, self.unit(), &claim)?
            && other != after.id
        {
            let by = called(self.tx, self.view, other)?.unwrap_or_else(|| other.to_string());
            let refusal = kind.unique.first().map_or_else(
                || Refusal::new(Code::ValueTaken),
                |field| Refusal::at(Code::ValueTaken, field),
            );
            let value = unique::claimed(kind, after);
            let refusal = refusal.with(value).with(by);
            return Err(refusal.called(&self.view.rules.pack, kind).into());
        }
        Ok(Some(claim))
    }

    /// What comes now follows from an entry; what was so before, to be put back.
    fn follow(&mut self, entry: &Entry) -> Option<Setter> {
        let now = self.clock.now();
        let first = || self.view.setter(&entry.by, entry.recorded_by, now);
        let setter = self.following.unwrap_or_else(first);
        self.following.replace(setter)
    }

    fn effects(&mut self, step: &Step, entry: &Entry, after: &Record) -> Result<(), Error> {
        let planned = effects::planned(step, entry, after)?;
        if planned.is_empty() {
            return Ok(());
        }
        if self.depth >= effects::DEPTH {
            return Err(Refusal::new(Code::TooManyEffects)
                .with(effects::DEPTH)
                .into());
        }
        self.depth += 1;
        let following = self.follow(entry);
        for plan in planned {
            let done = match &plan {
                Planned::Open { kind, command } => self.open(kind, None, command),
                Planned::Step { record, command } => self.step(*record, command),
            };
            done.map_err(|error| match error {
                Error::Refused(reasons) => {
                    let why = reasons
                        .iter()
                        .map(|reason| reason.text().zh)
                        .collect::<String>();
                    Error::from(Refusal::new(Code::EffectFailed).with(&step.name).with(why))
                }
                other => other,
            })?;
        }
        self.following = following;
        self.depth -= 1;
        Ok(())
    }
}

fn refused(error: domain::record::EvolveError) -> Error {
    match error.refusal() {
        Some(refusal) => refusal.into(),
        None => error.into(),
    }
}
