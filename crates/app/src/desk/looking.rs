//! What a decision looks at beside its record: records behind links, earlier cases.

use super::Desk;
use super::draft::Rest;
use crate::error::Error;
use domain::id::RecordId;
use domain::name::Name;
use domain::pack::model::Kind;
use domain::record::command::{asked_at, touches};
use domain::record::{BuiltIn, Command, Needs, Record, Seen, handover};
use domain::time::Instant;
use std::collections::BTreeMap;
use store::record::{self, Pointing};

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

    /// The last earlier record that the fact asks for (S9.5). Those that share a link are found through it, under its lock, so that of two
    /// commands at once the second sees the first.
    pub(super) fn fact(
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
        let since = asked_at(command, now, &self.view.unit.zone).plus_micros(
            -i64::try_from(fact.within.rough_micros())
                .unwrap_or(i64::MAX)
                .saturating_mul(2),
        );
        let rules = &self.view.rules.pack;
        let zone = &self.view.unit.zone;
        let fits = |record: &Record| {
            before.is_none_or(|before| before.id != record.id)
                && touches(
                    fact,
                    record,
                    before,
                    command,
                    now,
                    &rules.special_days,
                    zone,
                )
        };
        let which = Pointing {
            to,
            name: by.clone(),
            kind: fact.last.clone(),
            since,
        };
        let (found, looked) = record::last_pointing(self.tx, self.unit(), &which, fits)?;
        self.rests(Rest::Pointing(which, looked));
        Ok(found)
    }
}
