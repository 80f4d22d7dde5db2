//! What a decision looks at beside its record: records behind links, earlier cases and their number.

use super::Desk;
use super::draft::Rest;
use crate::access::{Actor, Who};
use crate::error::Error;
use crate::view::View;
use domain::id::RecordId;
use domain::name::Name;
use domain::pack::model::{Finds, Kind};
use domain::record::command::{asked_at, touches};
use domain::record::refusal::Code;
use domain::record::{BuiltIn, Command, Needs, Record, Refusal, Seen, handover, rostered};
use domain::time::Instant;
use domain::value::Value;
use std::collections::BTreeMap;
use store::Tx;
use store::record::{self, Looked, Pointing};

impl Desk<'_, '_> {
    /// The records behind links that a decision rests on, under their lock: what was true when it was decided is true when it is written
    /// (S9.5). In the order of their ids, so that two desks never wait for each other in a ring.
    pub(super) fn looked_at(
        &mut self,
        kind: &Kind,
        needs: &Needs,
        before: Option<&Record>,
        command: &Command,
    ) -> Result<BTreeMap<RecordId, Seen>, Error> {
        // Whether it is locked, and whether more is asked of it than its kind and state.
        let mut wanted: BTreeMap<RecordId, (bool, bool)> = BTreeMap::new();
        let links = before
            .into_iter()
            .flat_map(|record| record.doc.links.iter())
            .chain(command.links.iter());
        let recurs = matches!(command.built_in, Some(BuiltIn::Recur { .. }));
        for (name, id) in links {
            let read = needs.links.contains(name)
                || (recurs && handover::links(kind).any(|link| link == name));
            if read || command.links.contains_key(name) {
                let (lock, whole) = wanted.entry(*id).or_default();
                *lock |= needs.conditions.contains(name);
                *whole |= read;
            }
        }
        if let Some(BuiltIn::Merge { into }) = &command.built_in {
            wanted.insert(*into, (false, true));
        }
        let mut linked = BTreeMap::new();
        for (id, (lock, whole)) in wanted {
            if lock {
                record::lock(self.tx, self.unit(), id)?;
            }
            if let Some(record) = self.linked(id, whole)? {
                linked.insert(id, record);
            }
        }
        Ok(linked)
    }

    /// Takes away what a customer links without leave: to him it is not there, so that he is refused as if nothing had that id.
    pub(super) fn keep_linkable(
        &mut self,
        actor: &Actor,
        before: Option<&Record>,
        command: &Command,
        now: Instant,
        linked: &mut BTreeMap<RecordId, Seen>,
    ) -> Result<(), Error> {
        let Who::Party { id: party, .. } = actor.who() else {
            return Ok(());
        };
        let (view, unit) = (self.view, self.unit());
        let own = record::optional(self.tx, unit, *party)?;
        let own = own.map(|own| own.doc.links).unwrap_or_default();
        for id in command.links.values() {
            let stood = |before: &Record| before.doc.links.values().any(|known| known == id);
            if before.is_some_and(stood) {
                continue;
            }
            let may = match record::optional(self.tx, unit, *id)? {
                Some(record) => actor.may_link_to(self.tx, view, now, &record, &own)?,
                None => false,
            };
            if !may {
                linked.remove(id);
            }
        }
        Ok(())
    }

    /// A record behind a link: of the unit, or of one above, where members and the like are registered. Unless `whole`, its kind and
    /// state alone.
    pub(crate) fn linked(&mut self, id: RecordId, whole: bool) -> Result<Option<Seen>, Error> {
        let view = self.view;
        for unit in &view.path {
            // What a record is does not change, so that which kind it is of need not be looked at twice.
            if !whole {
                if let Some(seen) = record::named(self.tx, *unit, id)? {
                    return Ok(Some(seen));
                }
                continue;
            }
            if let Some((seen, version)) = record::seen(self.tx, *unit, id)? {
                self.rests(Rest::Record(*unit, id, version));
                return Ok(Some(seen));
            }
        }
        Ok(None)
    }

    /// What a fact finds for a step, under lock.
    pub(super) fn fact(
        &mut self,
        kind: &Kind,
        name: &Name,
        before: Option<&Record>,
        command: &Command,
        now: Instant,
    ) -> Result<Option<Value>, Error> {
        let view = self.view;
        let (found, rest) = fact(self.tx, view, kind, name, (before, command), now, true)?;
        if let Some((which, looked)) = rest {
            self.rests(Rest::Pointing(which, looked));
        }
        Ok(found)
    }
}

/// What a fact found, and what was looked at for it.
pub(crate) type Found = (Option<Value>, Option<(Pointing, Looked)>);

/// What a fact finds among the unit's records (S9.5), and what was looked at for it: those that share a link, or lead to the record, are found
/// through what they point to; with `hold` under its lock, so that of two commands at once the second sees the first.
pub(crate) fn fact(
    tx: &mut Tx<'_>,
    view: &View,
    kind: &Kind,
    name: &Name,
    (before, command): (Option<&Record>, &Command),
    now: Instant,
    hold: bool,
) -> Result<Found, Error> {
    let Some(fact) = kind.facts.get(name) else {
        return Ok((None, None));
    };
    let (pack, zone) = (&view.rules.pack, &view.unit.zone);
    if let Some(found) = rostered::found(fact, pack, &view.roster, zone, (before, command), now) {
        let found = found.map_err(|none| Refusal::new(Code::CalendarMissing).with(none.year))?;
        return Ok((found, None));
    }
    let link = |name: &Name| {
        command
            .links
            .get(name)
            .or_else(|| before?.doc.links.get(name))
            .copied()
    };
    let pointed = match &fact.through {
        Some(name) => before.map(|record| (name, record.id)),
        None => fact.same.iter().find_map(|name| Some((name, link(name)?))),
    };
    let Some((by, to)) = pointed else {
        let none = (fact.finds == Finds::Count).then_some(Value::Int(0));
        return Ok((none, None));
    };
    let (unit, zone) = (view.unit.id, &view.unit.zone);
    if hold {
        record::lock(tx, unit, to)?;
    }
    let since = match fact.within {
        Some(within) => asked_at(command, now, zone).plus_micros(
            -i64::try_from(within.rough_micros())
                .unwrap_or(i64::MAX)
                .saturating_mul(2),
        ),
        None => Instant::from_micros(i64::MIN),
    };
    let days = &view.rules.pack.special_days;
    let fits = |record: &Record| {
        before.is_none_or(|before| before.id != record.id)
            && touches(fact, record, before, command, now, days, zone)
    };
    let which = Pointing {
        to,
        name: by.clone(),
        kind: fact.kind.clone(),
        since,
        most: match fact.finds {
            Finds::Last => record::MOST_LOOKED_AT,
            _ => record::MOST_COUNTED + 1,
        },
    };
    match fact.finds {
        Finds::Last => {
            let (found, looked) = record::last_pointing(tx, unit, &which, fits)?;
            let found = found.map(|id| Value::Text(id.to_string()));
            Ok((found, Some((which, looked))))
        }
        _ => {
            let (count, looked) = record::count_pointing(tx, unit, &which, fits)?;
            if i64::try_from(looked.seen.len()).unwrap_or(i64::MAX) > record::MOST_COUNTED {
                return Err(Refusal::new(Code::TooManyToCount)
                    .with(record::MOST_COUNTED)
                    .with(name)
                    .into());
            }
            Ok((Some(Value::Int(count)), Some((which, looked))))
        }
    }
}
