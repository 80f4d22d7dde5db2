//! The one way in: every change of a record, whoever asks for it, goes through a [`Desk`] inside a transaction.
//!
//! A desk loads the record and what its rules ask for, lets `domain` decide, and writes entry, row, duties and tallies together.
//! Effects on other records follow in the same transaction. It decides nothing itself and never spans two units.

use crate::clock::Clock;
use crate::error::Error;
use crate::view::View;
use domain::id::{RecordId, UnitId};
use domain::measure::TallyKey;
use domain::name::Name;
use domain::numbering;
use domain::pack::model::{Kind, Step};
use domain::record::command::touches;
use domain::record::effects::{self, Planned};
use domain::record::refusal::Code;
use domain::record::{
    Change, Command, Context, Entry, Opening, Record, Refusal, Seen, Target, decide, evolve, fold,
    needs, refold,
};
use domain::tally::Tally;
use domain::time::Instant;
use domain::value::{Data, Value};
use std::collections::BTreeMap;
use store::record::Columns;
use store::{Tx, duty, entry, record, tally, unit};

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
    /// What the steps so far have moved, written last and in key order.
    moved: BTreeMap<TallyKey, Tally>,
    touched_roster: bool,
    depth: usize,
}

impl<'d, 'c> Desk<'d, 'c> {
    /// # Errors
    /// `Outdated` if the view is not what the database says.
    pub fn begin(tx: &'d mut Tx<'c>, view: &'d View, clock: &'d Clock) -> Result<Self, Error> {
        view.check(tx)?;
        Ok(Self {
            tx,
            view,
            clock,
            moved: BTreeMap::new(),
            touched_roster: false,
            depth: 0,
        })
    }

    /// Writes what must come last; without it the transaction has moved no tally.
    pub fn finish(self) -> Result<(), Error> {
        tally::add(self.tx, self.view.unit.id, &self.moved)?;
        if self.touched_roster {
            unit::touch_roster(self.tx, self.view.unit.id)?;
        }
        Ok(())
    }

    /// Tries something whose failure leaves the rest of the transaction as it was.
    pub fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Desk<'_, 'c>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (view, clock, depth) = (self.view, self.clock, self.depth);
        let (done, moved, touched) = self.tx.savepoint(|tx| {
            let mut inner = Desk {
                tx,
                view,
                clock,
                moved: BTreeMap::new(),
                touched_roster: false,
                depth,
            };
            let done = work(&mut inner)?;
            Ok::<_, Error>((done, inner.moved, inner.touched_roster))
        })?;
        for (key, change) in moved {
            self.add(key, change);
        }
        self.touched_roster |= touched;
        Ok(done)
    }

    fn add(&mut self, key: TallyKey, change: Tally) {
        let slot = self.moved.entry(key).or_default();
        *slot = slot.plus(change).unwrap_or(*slot);
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
        let kind = self.kind(kind)?;
        if let Some(key) = &command.key
            && let Some(line) = entry::by_key(self.tx, self.unit(), key)?
        {
            return self.repeated(line.entry, command);
        }
        if let Some(id) = id
            && record::optional(self.tx, self.unit(), id)?.is_some()
        {
            return Err(Refusal::new(Code::RecordExists).into());
        }
        let id = id.unwrap_or_else(|| self.clock.record_id());
        let now = self.clock.now();
        let mut opening = Opening {
            id,
            kind: kind.name.clone(),
            number: String::new(),
        };
        let mut entry = self.decide(kind, &kind.open, Target::New(&opening), None, command, now)?;
        // Only an opening that is taken uses up a number.
        opening.number = self.number(kind, &entry)?;
        if let Some(opens) = &mut entry.opens {
            opens.number = opening.number;
        }
        self.take(kind, None, entry)
    }

    /// Takes a step on a record.
    ///
    /// # Errors
    /// `NotFound`; `Refused`; `KeyReused`.
    pub fn step(&mut self, id: RecordId, command: &Command) -> Result<Taken, Error> {
        let before = record::get(self.tx, self.unit(), id)?;
        if let (Some(key), Some(version)) = (&command.key, command.version)
            && before.version > version
            && let Some(line) = entry::at(self.tx, self.unit(), id, version + 1)?
            && line.entry.key.as_ref() == Some(key)
        {
            return self.repeated(line.entry, command);
        }
        let kind = self.kind(&before.kind)?;
        let now = self.clock.now();
        let step = if command.built_in.is_some() {
            None
        } else {
            kind.step(command.step.as_str())
        };
        let entry = self.decide(
            kind,
            step.unwrap_or(&kind.open),
            Target::Record(&before),
            Some(&before),
            command,
            now,
        )?;
        self.take(kind, Some(before), entry)
    }

    /// The answer to a request that was made before (idempotency): the body must be the same.
    fn repeated(&mut self, entry: Entry, command: &Command) -> Result<Taken, Error> {
        if entry.step != command.step || entry.data != command.data || entry.links != command.links
        {
            return Err(Error::KeyReused);
        }
        let record = record::get(self.tx, entry.unit, entry.record)?;
        Ok(Taken {
            record,
            entry,
            repeated: true,
        })
    }

    fn decide(
        &mut self,
        kind: &Kind,
        step: &Step,
        target: Target<'_>,
        before: Option<&Record>,
        command: &Command,
        now: Instant,
    ) -> Result<Entry, Error> {
        let needs = needs(kind, step);
        let mut linked = BTreeMap::new();
        let links = before
            .into_iter()
            .flat_map(|record| record.doc.links.iter())
            .chain(command.links.iter());
        for (name, id) in links {
            if (needs.links.contains(name) || command.links.contains_key(name))
                && !linked.contains_key(id)
                && let Some(record) = self.linked(*id)?
            {
                linked.insert(*id, record);
            }
        }
        let mut facts = Data::new();
        for name in &needs.facts {
            if let Some(found) = self.fact(kind, name, before, command, now)? {
                facts.insert(name.clone(), Value::Text(found.to_string()));
            }
        }
        let history: Vec<Entry> = match (&command.built_in, before) {
            (Some(_), Some(record)) => entry::journal(self.tx, record.unit, record.id)?
                .into_iter()
                .map(|line| line.entry)
                .collect(),
            _ => Vec::new(),
        };
        let context = Context {
            pack: &self.view.rules.pack,
            version: self.view.rules.number,
            now,
            zone: &self.view.unit.zone,
            unit: self.unit(),
            roster: &self.view.roster,
            parameters: &self.view.parameters,
            linked: &linked,
            facts: &facts,
            history: &history,
        };
        decide(&context, target, command).map_err(Error::Refused)
    }

    /// A record behind a link: of the unit, or of one above, where members and the like are registered.
    fn linked(&mut self, id: RecordId) -> Result<Option<Seen>, Error> {
        let view = self.view;
        for unit in &view.path {
            if let Some(record) = record::optional(self.tx, *unit, id)? {
                return Ok(Some(Seen::from(&record)));
            }
        }
        Ok(None)
    }

    /// The last earlier record that the fact asks for (S9.5). Those that share a link are found through it, under its lock, so that of two
    /// commands at once the second sees the first.
    fn fact(
        &mut self,
        kind: &Kind,
        name: &Name,
        before: Option<&Record>,
        command: &Command,
        now: Instant,
    ) -> Result<Option<RecordId>, Error> {
        let Some(fact) = kind.facts.get(name) else {
            return Ok(None);
        };
        let link = |name: &Name| {
            command
                .links
                .get(name)
                .or_else(|| before?.doc.links.get(name))
                .copied()
        };
        let Some((by, to)) = fact.same.iter().find_map(|name| Some((name, link(name)?))) else {
            return Ok(None);
        };
        record::lock(self.tx, self.unit(), to)?;
        let since = now.plus_micros(
            -i64::try_from(fact.within.rough_micros())
                .unwrap_or(i64::MAX)
                .saturating_mul(2),
        );
        let earlier = record::linked_to(self.tx, self.unit(), to, by, &fact.last, since)?;
        let rules = &self.view.rules.pack;
        let found = earlier
            .into_iter()
            .filter(|record| before.is_none_or(|before| before.id != record.id))
            .find(|record| {
                touches(
                    fact,
                    record,
                    before,
                    command,
                    now,
                    &rules.special_days,
                    &self.view.unit.zone,
                )
            });
        Ok(found.map(|record| record.id))
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

    /// Writes what an entry does, then its effects.
    fn take(&mut self, kind: &Kind, before: Option<Record>, entry: Entry) -> Result<Taken, Error> {
        let text = entry.text();
        let zone = &self.view.unit.zone;
        let by_journal = entry
            .change
            .as_ref()
            .zip(before.as_ref())
            .is_some_and(|(change, record)| fold::needs_journal(change, record));
        let measures = &self.view.rules.measures;
        let changed = if by_journal {
            let mut journal: Vec<_> = entry::journal(self.tx, entry.unit, entry.record)?
                .into_iter()
                .map(|line| (line.entry, line.text))
                .collect();
            journal.push((entry.clone(), text.clone()));
            refold(&self.view.library, measures, zone, &journal)
        } else {
            evolve(&self.view.library, zone, before.as_ref(), &entry, &text).map(|change| {
                let moved = measures.moved(entry.unit, zone, before.as_ref(), &entry, &change);
                (change, moved)
            })
        };
        let (change, moved) = changed.map_err(refused)?;
        self.write(kind, before.as_ref(), &entry, &text, &change)?;
        for (key, tally) in moved {
            self.add(key, tally);
        }
        self.touched_roster |= domain::record::decide::touches_roster(kind);
        if let Some(step) = kind
            .step(entry.step.as_str())
            .filter(|_| entry.change.is_none())
        {
            self.effects(step, &entry, &change.record)?;
        }
        Ok(Taken {
            record: change.record,
            entry,
            repeated: false,
        })
    }

    fn write(
        &mut self,
        kind: &Kind,
        before: Option<&Record>,
        entry: &Entry,
        text: &str,
        change: &Change,
    ) -> Result<(), Error> {
        let columns = Columns {
            assignee: kind.assignee.as_ref(),
            team: kind.team.as_ref(),
        };
        let after = &change.record;
        let unit = self.unit();
        match before {
            None => record::insert(self.tx, after, columns)?,
            Some(_) => record::update(self.tx, after, columns)?,
        }
        for (name, to) in &after.doc.links {
            let old = before.and_then(|record| record.doc.links.get(name));
            if old != Some(to) {
                if let Some(old) = old {
                    unit::unlink(self.tx, unit, after.id, name, *old)?;
                }
                unit::link(self.tx, unit, after.id, name, *to)?;
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
        Ok(())
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
        self.depth -= 1;
        Ok(())
    }
}

/// A due time that no calendar covers is the caller's to mend, not a fault of the journal (S2.14).
fn refused(error: domain::record::EvolveError) -> Error {
    match error {
        domain::record::EvolveError::Clock { duty, error } => match error.year() {
            Some(year) => Refusal::new(Code::CalendarMissing).with(year).into(),
            None => Refusal::new(Code::DueUnclear)
                .with(duty)
                .with(error.text().zh)
                .into(),
        },
        other => other.into(),
    }
}
