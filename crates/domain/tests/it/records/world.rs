//! A world in memory: records of the small pack, their journals and what they add to tallies, without a database.

use crate::given::at;
use domain::holder::Holder;
use domain::id::{MemberId, RecordId, UnitId, Uuid};
use domain::ledger::{Posted, add_all as add_posted};
use domain::measure::{Measures, TallyKey, add_all};
use domain::name::Name;
use domain::outcome::Outcome;
use domain::override_rule::Setter;
use domain::pack::model::{Finds, Pack};
use domain::pack::{Language, load, render};
use domain::parameter::{Override, Parameters};
use domain::proof::Outage;
use domain::record::command::touches;
use domain::record::fold::needs_journal;
use domain::record::refusal::Code;
use domain::record::sweep::{Owing, owes_at};
use domain::record::{
    BuiltIn, By, Command, Context, Decided, Entry, Folded, Opening, PackVersion, Packs, Record,
    Refusal, Seen, Signature, Target, Todo, Used, decide, entry::Signed, evolve, fold, needs,
    refold,
};
use domain::roster::{Leave, Posting, Roster};
use domain::tally::Tally;
use domain::time::{Instant, Moment, Zone};
use domain::value::{Data, Value};
use std::collections::BTreeMap;

const FILES: &[(&str, &str)] = &[
    ("pack.yaml", include_str!("pack/pack.yaml")),
    ("posts.yaml", include_str!("pack/posts.yaml")),
    ("kinds/census.yaml", include_str!("pack/kinds/census.yaml")),
    (
        "kinds/delivery.yaml",
        include_str!("pack/kinds/delivery.yaml"),
    ),
    (
        "kinds/finding.yaml",
        include_str!("pack/kinds/finding.yaml"),
    ),
    (
        "kinds/incident.yaml",
        include_str!("pack/kinds/incident.yaml"),
    ),
    ("kinds/job.yaml", include_str!("pack/kinds/job.yaml")),
    ("kinds/key.yaml", include_str!("pack/kinds/key.yaml")),
    ("kinds/card.yaml", include_str!("pack/kinds/card.yaml")),
    ("kinds/leave.yaml", include_str!("pack/kinds/leave.yaml")),
    ("kinds/loan.yaml", include_str!("pack/kinds/loan.yaml")),
    ("kinds/ticket.yaml", include_str!("pack/kinds/ticket.yaml")),
    ("kinds/member.yaml", include_str!("pack/kinds/member.yaml")),
    ("kinds/order.yaml", include_str!("pack/kinds/order.yaml")),
    ("kinds/outage.yaml", include_str!("pack/kinds/outage.yaml")),
    (
        "kinds/override.yaml",
        include_str!("pack/kinds/override.yaml"),
    ),
    ("kinds/permit.yaml", include_str!("pack/kinds/permit.yaml")),
    ("kinds/place.yaml", include_str!("pack/kinds/place.yaml")),
    (
        "kinds/posting.yaml",
        include_str!("pack/kinds/posting.yaml"),
    ),
    ("kinds/round.yaml", include_str!("pack/kinds/round.yaml")),
    ("schedules.yaml", include_str!("pack/schedules.yaml")),
    (
        "standards/card.yaml",
        include_str!("pack/standards/card.yaml"),
    ),
];

pub(super) struct One(pub Pack, pub Measures);

impl Packs for One {
    fn pack(&self, _: PackVersion) -> Option<&Pack> {
        Some(&self.0)
    }
    fn measures(&self, _: PackVersion) -> Option<&Measures> {
        Some(&self.1)
    }
}

pub(super) fn pack() -> One {
    let mut pack = load(FILES.iter().copied())
        .unwrap_or_else(|faults| panic!("{}", render(&faults, Language::En)));
    // Workdays are counted where an outage lets paper in.
    pack.special_days = crate::given::days();
    let measures = Measures::of(&pack);
    One(pack, measures)
}

pub(super) struct World {
    pub packs: One,
    pub zone: Zone,
    pub roster: Roster,
    pub overrides: Vec<Override>,
    pub outages: Vec<Outage>,
    pub setter: Setter,
    pub records: BTreeMap<RecordId, Record>,
    pub journals: BTreeMap<RecordId, Vec<(Entry, String)>>,
    pub decided: BTreeMap<(RecordId, Name, u32), Decided>,
    pub tallies: BTreeMap<TallyKey, Tally>,
    posted: BTreeMap<RecordId, Posted>,
    made: u128,
}

pub(super) fn unit() -> UnitId {
    UnitId::from_uuid(Uuid::from_u128(77))
}
/// A member by a number from 1.
pub(super) fn member(n: u128) -> MemberId {
    MemberId::from_uuid(Uuid::from_u128(1000 + n))
}
pub(super) fn by(n: u128) -> By {
    By::Member(member(n))
}
pub(super) fn holder(n: u128) -> Holder {
    Holder::Member(member(n))
}
pub(super) const DESK: u128 = 1;
pub(super) const WARDEN: u128 = 2;
pub(super) const WORKER: u128 = 3;
pub(super) const OTHER_WORKER: u128 = 4;
pub(super) const LEAD: u128 = 5;
pub(super) const BOSS: u128 = 6;
pub(super) const NEW_WARDEN: u128 = 7;
/// On Monday, 2 March 2026.
pub(super) const MORNING: &str = "2026-03-02 09:00";

impl World {
    pub(super) fn new() -> Self {
        let posting = |n: u128, post: &str| Posting {
            member: member(n),
            post: post.into(),
            grid: (post == "warden").then(|| "G1".into()),
            team: None,
            from: at("2026-01-01 00:00"),
            until: None,
        };
        Self {
            packs: pack(),
            zone: Zone::shanghai(),
            roster: Roster {
                postings: vec![
                    posting(DESK, "desk"),
                    posting(WARDEN, "warden"),
                    posting(WORKER, "worker"),
                    posting(OTHER_WORKER, "worker"),
                    posting(LEAD, "lead"),
                    posting(BOSS, "boss"),
                ],
                ..Roster::default()
            },
            overrides: Vec::new(),
            outages: Vec::new(),
            setter: Setter::Itself,
            records: BTreeMap::new(),
            journals: BTreeMap::new(),
            decided: BTreeMap::new(),
            tallies: BTreeMap::new(),
            posted: BTreeMap::new(),
            made: 0,
        }
    }

    /// A world with a place of the warden's grid.
    pub(super) fn with_place() -> (Self, RecordId) {
        let mut world = Self::new();
        let place = world.open(
            "place",
            "2026-02-01 09:00",
            Command::new("open", By::System)
                .set("code", "P1")
                .set("grid", "G1"),
        );
        (world, place)
    }

    /// A job at the place, opened by the desk.
    pub(super) fn with_job(at: &str) -> (Self, RecordId) {
        let (mut world, place) = Self::with_place();
        let job = world.open("job", at, new_job(place));
        (world, job)
    }

    pub(super) fn kind(&self, name: &str) -> &domain::pack::model::Kind {
        &self.packs.0.kinds[&Name::from(name)]
    }

    pub(super) fn leave(&mut self, n: u128, from: &str, until: &str, stand_in: Option<u128>) {
        self.roster.leaves.push(Leave {
            member: member(n),
            from: at(from),
            until: Some(at(until)),
            stand_in: stand_in.map(member),
        });
    }

    pub(super) fn try_take(
        &mut self,
        kind: &str,
        id: Option<RecordId>,
        now: Instant,
        command: &Command,
    ) -> Result<RecordId, Vec<Refusal>> {
        let known = id.is_some();
        let id = id.unwrap_or_else(|| {
            self.made += 1;
            RecordId::from_uuid(Uuid::from_u128(self.made))
        });
        let (entry, text) = self.decided_entry(kind, id, known, now, command)?;
        self.apply(entry, text);
        Ok(id)
    }

    /// What a record has posted in ledgers.
    pub(super) fn posted(&self, id: RecordId) -> Posted {
        self.posted.get(&id).cloned().unwrap_or_default()
    }

    /// What is looked at to say what the system owes at an instant.
    pub(super) fn owing(&self, as_of: Instant) -> Owing<'_> {
        Owing {
            packs: &self.packs,
            pack: &self.packs.0,
            zone: &self.zone,
            codes: &[],
            as_of,
        }
    }

    /// The first thing that the system owes a record; nothing is owed before the record says that it may be.
    pub(super) fn owed(&self, id: RecordId, as_of: &str) -> Option<Command> {
        let record = &self.records[&id];
        let kind = &self.packs.0.kinds[&record.kind];
        let owing = self.owing(at(as_of));
        let owed = owing.next(kind, record, &Used::default()).expect("plans");
        let may = owes_at(&self.packs.0, kind, record, &self.zone)
            .is_some_and(|from| from <= owing.as_of);
        assert!(may || owed.is_none(), "{as_of}: {owed:?} was not foreseen");
        owed
    }

    pub(super) fn decided_entry(
        &self,
        kind: &str,
        id: RecordId,
        known: bool,
        now: Instant,
        command: &Command,
    ) -> Result<(Entry, String), Vec<Refusal>> {
        let before = known.then(|| &self.records[&id]);
        let linked: BTreeMap<RecordId, Seen> = self
            .records
            .iter()
            .map(|(id, record)| (*id, Seen::from(record)))
            .collect();
        let facts = self.facts(kind, id, before, now, command);
        let none = Vec::new();
        let mut balances = Posted::new();
        for posted in self.posted.values() {
            add_posted(&mut balances, posted, 1);
        }
        let parameters = Parameters::new(&[unit()], self.overrides.clone());
        let context = Context {
            pack: &self.packs.0,
            version: PackVersion(1),
            now,
            zone: &self.zone,
            unit: unit(),
            roster: &self.roster,
            parameters: &parameters,
            linked: &linked,
            facts: &facts,
            balances: &balances,
            outages: &self.outages,
            setter: self.setter,
            sealed: &[],
            packs: &self.packs,
            journal: self.journals.get(&id).unwrap_or(&none),
        };
        let opening = Opening {
            id,
            kind: kind.into(),
            number: format!("N{}", self.made),
        };
        let target = before.map_or(Target::New(&opening), Target::Record);
        let permit = crate::given::permit(&context, target, command)?;
        let entry = decide(&context, target, command, permit)?;
        let text = entry.text();
        // What is evolved is what was stored.
        let entry = Entry::from_text(unit(), id, &text).expect("an entry reads back");
        Ok((entry, text))
    }

    fn facts(
        &self,
        kind: &str,
        id: RecordId,
        before: Option<&Record>,
        now: Instant,
        command: &Command,
    ) -> Data {
        let Some(kind) = self.packs.0.kinds.get(&Name::from(kind)) else {
            return Data::new();
        };
        let Some(step) = kind.step(command.step.as_str()) else {
            return Data::new();
        };
        let mut facts = Data::new();
        for name in &needs(kind, step).facts {
            let fact = &kind.facts[name];
            let days = &self.packs.0.special_days;
            let found: Vec<&Record> = self
                .records
                .values()
                .filter(|record| record.kind == fact.kind && record.id != id)
                .filter(|record| touches(fact, record, before, command, now, days, &self.zone))
                .collect();
            match (&fact.finds, found.last()) {
                (Finds::Count, _) => {
                    let count = i64::try_from(found.len()).expect("a small world");
                    facts.insert(name.clone(), Value::Int(count));
                }
                (Finds::Last, Some(last)) => {
                    facts.insert(name.clone(), Value::Text(last.id.to_string()));
                }
                (Finds::Last, None)
                | (Finds::Posted(_) | Finds::Served { .. } | Finds::Unmanned(_), _) => {}
            }
        }
        facts
    }

    pub(super) fn apply(&mut self, entry: Entry, text: String) {
        let id = entry.record;
        let before = self.records.get(&id);
        let journal = self.journals.entry(id).or_default();
        journal.push((entry.clone(), text.clone()));
        let by_journal = entry
            .change
            .as_ref()
            .zip(before)
            .is_some_and(|(change, record)| needs_journal(change, record));
        let (change, moved) = if by_journal {
            refold(&self.packs, &self.packs.1, &self.zone, journal).expect("refolds")
        } else {
            let change = evolve(&self.packs, &self.zone, before, &entry, &text).expect("evolves");
            let moved = self
                .packs
                .1
                .moved(unit(), &self.zone, before, &entry, &change);
            (change, moved)
        };
        for row in &change.revoked {
            self.decided.remove(&(id, row.name.clone(), row.occurrence));
        }
        for row in change.decided {
            self.decided
                .insert((id, row.name.clone(), row.occurrence), row);
        }
        add_all(&mut self.tallies, moved);
        add_posted(self.posted.entry(id).or_default(), &change.posted, 1);
        self.records.insert(id, change.record);
    }

    pub(super) fn open(&mut self, kind: &str, now: &str, command: Command) -> RecordId {
        self.try_take(kind, None, at(now), &command)
            .unwrap_or_else(|refusals| panic!("{kind}: {refusals:?}"))
    }

    pub(super) fn take(&mut self, id: RecordId, now: &str, command: Command) {
        self.refused(id, now, command)
            .unwrap_or_else(|refusals| panic!("{refusals:?}"));
    }

    /// `Err` with the codes of the refusals.
    pub(super) fn refused(
        &mut self,
        id: RecordId,
        now: &str,
        command: Command,
    ) -> Result<(), Vec<Code>> {
        let kind = self.records[&id].kind.clone();
        self.try_take(kind.as_str(), Some(id), at(now), &command)
            .map(|_| ())
            .map_err(|refusals| refusals.into_iter().map(|refusal| refusal.code).collect())
    }

    pub(super) fn record(&self, id: RecordId) -> &Record {
        &self.records[&id]
    }
    pub(super) fn state(&self, id: RecordId) -> &str {
        self.records[&id].state.as_str()
    }
    pub(super) fn todo(&self, id: RecordId, name: &str) -> &Todo {
        let found = self.records[&id]
            .doc
            .todo
            .iter()
            .rfind(|todo| todo.name == *name);
        found.unwrap_or_else(|| panic!("{name} is not to do: {:?}", self.list(id)))
    }
    /// Names of the duties to do.
    pub(super) fn list(&self, id: RecordId) -> Vec<&str> {
        let mut names: Vec<&str> = self.records[&id]
            .doc
            .todo
            .iter()
            .map(|todo| todo.name.as_str())
            .collect();
        names.sort_unstable();
        names
    }
    pub(super) fn row(&self, id: RecordId, name: &str, n: u32) -> &Decided {
        self.decided
            .get(&(id, name.into(), n))
            .unwrap_or_else(|| panic!("{name}/{n} is not decided"))
    }
    pub(super) fn outcome(&self, id: RecordId, name: &str) -> Option<Outcome> {
        self.decided
            .iter()
            .rfind(|((record, duty, _), _)| *record == id && *duty == *name)
            .map(|(_, row)| row.outcome)
    }
    /// Met, late, missed, excused and withdrawn of a measure, whoever's.
    pub(super) fn counts(&self, measure: &str) -> [i64; 5] {
        let of =
            |key: &&TallyKey| key.measure.starts_with(measure) && !key.measure.ends_with("+shared");
        let sum = Tally::sum(
            self.tallies
                .iter()
                .filter(|(key, _)| of(key))
                .map(|(_, tally)| *tally),
        )
        .expect("a sum");
        [sum.met, sum.late, sum.missed, sum.excused, sum.withdrawn]
    }

    /// Every record is what its journal makes of it, and the tallies are the sum of what the journals give.
    pub(super) fn check(&self) {
        let mut tallies = BTreeMap::new();
        for (id, journal) in &self.journals {
            let Folded {
                record,
                decided,
                tallies: moved,
                posted,
            } = fold(&self.packs, &self.packs.1, &self.zone, journal).expect("folds");
            assert_eq!(record, self.records[id], "the row of {id}");
            let rows: BTreeMap<_, _> = self
                .decided
                .iter()
                .filter(|((record, ..), _)| record == id)
                .map(|((_, name, n), row)| ((name.clone(), *n), row.clone()))
                .collect();
            assert_eq!(decided, rows, "the duties of {id}");
            assert_eq!(posted, self.posted(*id), "the lines of {id}");
            add_all(&mut tallies, moved);
        }
        assert_eq!(tallies, self.tallies);
        let mut of_rows = BTreeMap::new();
        for ((id, ..), row) in &self.decided {
            let kind = &self.records[id].kind;
            self.packs
                .1
                .add_duty_row((unit(), *id), kind, row, &mut of_rows);
        }
        of_rows.retain(|_, tally| *tally != Tally::ZERO);
        let duties = self.tallies.clone().into_iter();
        let duties: BTreeMap<_, _> = duties
            .filter(|(key, _)| key.measure.starts_with("duty:") || key.measure.starts_with("once:"))
            .collect();
        assert_eq!(
            of_rows, duties,
            "the rows of duties add up to their tallies"
        );
    }
}

/// A job at a place, as the desk opens it.
pub(super) fn new_job(place: RecordId) -> Command {
    Command::new("open", by(DESK))
        .set("what", "tap")
        .link("place", place)
}

/// Says what a test means and nothing else.
pub(super) trait Say: Sized {
    fn set(self, field: &str, value: impl Into<Value>) -> Self;
    fn link(self, name: &str, to: RecordId) -> Self;
    fn second(self, n: u128) -> Self;
    fn because(self) -> Self;
    fn occurred(self, text: &str) -> Self;
    fn signed(self, by: By, text: &str) -> Self;
}

impl Say for Command {
    fn set(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.data.insert(field.into(), value.into());
        self
    }
    fn link(mut self, name: &str, to: RecordId) -> Self {
        self.links.insert(name.into(), to);
        self
    }
    fn second(mut self, n: u128) -> Self {
        self.second = Some(member(n));
        self
    }
    fn because(mut self) -> Self {
        self.reason = Some("for a reason".into());
        self
    }
    fn occurred(mut self, text: &str) -> Self {
        self.occurred = Some(match text.len() {
            10 => Moment::On(text.parse().expect("a day")),
            _ => Moment::At(at(text)),
        });
        self
    }
    fn signed(mut self, by: By, text: &str) -> Self {
        self.signatures.push(Signature {
            by,
            how: Signed::OwnSession,
            at: at(text),
            note: None,
        });
        self
    }
}

pub(super) fn step(name: &str, n: u128) -> Command {
    Command::new(name, by(n))
}
pub(super) fn own(change: BuiltIn, n: u128) -> Command {
    Command::built_in(change, by(n))
}
/// Finishing takes the lead's signature.
pub(super) fn finish(n: u128, text: &str) -> Command {
    step("finish", n).signed(by(LEAD), text)
}
pub(super) fn photo() -> Value {
    Value::List(vec![Value::Text(format!("sha256:{}", "a".repeat(64)))])
}
