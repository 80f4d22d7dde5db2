//! The story of the residential pack, told step by step through the product's own decisions: nothing in it may be refused, and what
//! the comments in it promise (late, reworked, out of reach …) must come about.

use super::{packs, sources};
use crate::goldens::node::{Fields, Node};
use domain::id::{MemberId, RecordId, TeamId, UnitId, Uuid};
use domain::ledger::Posted;
use domain::measure::Measures;
use domain::name::Name;
use domain::outcome::Outcome;
use domain::pack::load;
use domain::pack::model::{Field, FieldType, Kind, Pack, Role};
use domain::parameter::Parameters;
use domain::record::effects::{Planned, planned};
use domain::record::entry::Signed;
use domain::record::rostered;
use domain::record::{
    By, Command, Context, Opening, PackVersion, Packs, Record, Seen, Signature, Target, decide,
    evolve,
};
use domain::roster::{Leave, Posting, Roster, Team};
use domain::time::{Day, Instant, Zone};
use domain::value::{Data, Sealed, Value};
use std::collections::BTreeMap;

struct One(Pack, Measures);

impl Packs for One {
    fn pack(&self, _: PackVersion) -> Option<&Pack> {
        Some(&self.0)
    }
    fn measures(&self, _: PackVersion) -> Option<&Measures> {
        Some(&self.1)
    }
}

/// What is to happen: opening a record, or a step on it.
struct Event<'a> {
    at: Instant,
    key: &'a str,
    kind: &'a str,
    step: &'a str,
    said: Fields<'a>,
}

struct Stage {
    packs: One,
    zone: Zone,
    ids: BTreeMap<String, RecordId>,
    records: BTreeMap<RecordId, Record>,
    roster: Roster,
    /// Decided duties by record and duty, in order.
    outcomes: BTreeMap<(String, String), Vec<Outcome>>,
}

fn text<'a>(said: &Fields<'a>, key: &str) -> &'a str {
    said.need(key).and_then(Node::text).expect(key)
}

fn instant(zone: &Zone, text: &str) -> Instant {
    let (day, time) = text.split_once(' ').expect("a day and a time");
    let (hour, minute) = time.split_once(':').expect("hours and minutes");
    let minute: u16 = minute.parse().expect("minutes");
    let day: Day = day.parse().expect("a day");
    zone.at_minute(day, hour.parse::<u16>().expect("hours") * 60 + minute)
}

impl Stage {
    fn id(&self, key: &str) -> RecordId {
        *self.ids.get(key).unwrap_or_else(|| panic!("no {key}"))
    }

    fn by(&self, key: &str) -> By {
        if key == "system" {
            return By::System;
        }
        let record = &self.records[&self.id(key)];
        if self.packs.0.kinds[&record.kind].role == Some(Role::Member) {
            By::Member(record.id.into())
        } else {
            By::Party(record.id)
        }
    }

    fn value(&self, field: &Field, written: &str) -> Value {
        match &field.ty {
            FieldType::Bool => Value::Bool(written == "true"),
            FieldType::Int { .. } | FieldType::Money { .. } | FieldType::Ratio => {
                Value::Int(written.parse().expect("a number"))
            }
            FieldType::Instant => Value::Text(instant(&self.zone, written).to_string()),
            FieldType::Moment if written.contains(' ') => {
                Value::Text(instant(&self.zone, written).to_string())
            }
            FieldType::Member | FieldType::Team => Value::Text(self.id(written).to_string()),
            FieldType::Signature => Value::Text(format!("sha256:{}", "a".repeat(64))),
            _ => written.into(),
        }
    }

    fn command(&self, kind: &Kind, event: &Event<'_>) -> Command {
        let mut command = Command::new(event.step, self.by(text(&event.said, "by")));
        if let Some(data) = event.said.get("data") {
            for (name, value) in data.fields().expect("data").all() {
                let field = kind.field(name).unwrap_or_else(|| panic!("{name}"));
                let value = self.value(field, value.text().expect(name));
                command.data.insert(name.into(), value);
            }
        }
        if let Some(links) = event.said.get("links") {
            for (name, key) in links.fields().expect("links").all() {
                let id = self.id(key.text().expect(name));
                command.links.insert(name.into(), id);
            }
        }
        for key in event
            .said
            .get("signed")
            .map(|n| n.texts().expect("keys"))
            .unwrap_or_default()
        {
            match self.by(key) {
                By::Member(member) => command.second = Some(member),
                by => command.signatures.push(Signature {
                    by,
                    how: Signed::OwnSession,
                    at: event.at,
                    note: None,
                }),
            }
        }
        command
    }

    fn take(&mut self, key: &str, kind: &Name, id: RecordId, command: &Command, at: Instant) {
        let step = self.packs.0.kinds[kind].step(command.step.as_str());
        let step = step
            .unwrap_or_else(|| panic!("{key}: no step {}", command.step))
            .clone();
        let before = self.records.get(&id);
        let linked: BTreeMap<RecordId, Seen> = self
            .records
            .iter()
            .map(|(id, record)| (*id, Seen::from(record)))
            .collect();
        let of_kind = &self.packs.0.kinds[kind];
        let facts = of_kind.facts.values().filter_map(|fact| {
            let asked = (before, command);
            let found = rostered::found(fact, &self.packs.0, &self.roster, &self.zone, asked, at)?;
            Some((fact.name.clone(), found.ok()??))
        });
        let facts: Data = facts.collect();
        let context = Context {
            pack: &self.packs.0,
            version: PackVersion(1),
            now: at,
            zone: &self.zone,
            unit: UnitId::from_uuid(Uuid::nil()),
            roster: &self.roster,
            parameters: &Parameters::default(),
            linked: &linked,
            facts: &facts,
            balances: &Posted::new(),
            outages: &[],
            setter: domain::override_rule::Setter::Above,
            sealed: &[],
            packs: &self.packs,
            journal: &[],
        };
        let opening = Opening {
            id,
            kind: kind.clone(),
            number: key.to_owned(),
        };
        let target = before.map_or(Target::New(&opening), Target::Record);
        // Whoever holds the keys has sealed what is private before anything is decided.
        let mut command = command.clone();
        for (name, value) in &mut command.data {
            let field = self.packs.0.kinds[kind].field(name.as_str());
            if field.is_some_and(|field| field.sensitive.is_some()) {
                *value = Value::Sealed(Sealed::new("1.0.c2VhbGVk"));
            }
        }
        let command = &command;
        let permitted = crate::given::permit(&context, target, command);
        let decided = permitted.and_then(|permit| decide(&context, target, command, permit));
        let entry = decided.unwrap_or_else(|refusals| {
            let said: Vec<String> = refusals.iter().map(|r| r.text().en).collect();
            panic!(
                "{key} {} at {}: {said:?}",
                command.step,
                at.in_zone(&self.zone)
            )
        });
        let change = evolve(&self.packs, &self.zone, before, &entry, &entry.text())
            .unwrap_or_else(|error| panic!("{key} {}: {error}", command.step));
        let next = planned(&step, &entry, &change.record).expect("effects");
        for gone in &change.revoked {
            let place = (key.to_owned(), gone.name.to_string());
            self.outcomes.entry(place).or_default().pop();
        }
        for row in &change.decided {
            let place = (key.to_owned(), row.name.to_string());
            self.outcomes.entry(place).or_default().push(row.outcome);
        }
        self.records.insert(id, change.record);
        for effect in next {
            if let Planned::Step { record, command } = effect {
                let kind = self.records[&record].kind.clone();
                self.take(key, &kind, record, &command, at);
            }
        }
        self.registers(kind, id, command, at);
    }

    /// The roster as its registers now say.
    fn registers(&mut self, kind: &Name, id: RecordId, command: &Command, at: Instant) {
        let record = &self.records[&id];
        let read = |name: &str| record.doc.data.get(name).and_then(Value::as_text);
        let member = |link: &str| record.doc.links.get(link).map(|id| MemberId::from(*id));
        let time = |name: &str| read(name).map(|text| text.parse::<Instant>().expect(name));
        match self.packs.0.kinds[kind].role {
            Some(Role::Posting) if command.step == "open" => self.roster.postings.push(Posting {
                member: member("member").expect("a member"),
                post: read("post").expect("a post").into(),
                grid: read("grid").map(Name::from),
                team: read("team").and_then(|code| self.roster.team(code)),
                from: at,
                until: None,
            }),
            Some(Role::Leave) => self.roster.leaves.push(Leave {
                member: member("member").expect("a member"),
                from: time("from").expect("from"),
                until: time("until"),
                stand_in: member("stand-in"),
            }),
            Some(Role::Team) => self.roster.teams.push(Team {
                id: TeamId::from(id),
                code: read("code").expect("a code").into(),
            }),
            _ => {}
        }
    }
}

/// All that the story says, in the order of time.
fn events<'a>(story: &'a Node, zone: &Zone) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    for record in story
        .fields()
        .expect("a story")
        .need("records")
        .and_then(Node::list)
        .expect("records")
    {
        let said = record.fields().expect("a record");
        let (key, kind) = (text(&said, "key"), text(&said, "kind"));
        for step in said
            .get("steps")
            .map(|n| n.list().expect("steps"))
            .unwrap_or_default()
        {
            let said = step.fields().expect("a step");
            let (at, step) = (instant(zone, text(&said, "at")), text(&said, "step"));
            events.push(Event {
                at,
                key,
                kind,
                step,
                said,
            });
        }
        let at = instant(zone, text(&said, "at"));
        events.push(Event {
            at,
            key,
            kind,
            step: "open",
            said,
        });
    }
    // Registers of one instant stand in the order of the file, an opening before what follows it.
    events.sort_by_key(|event| (event.at, event.step != "open"));
    events
}

fn told() -> Stage {
    let root = packs().join("residential-cn");
    let pack = load(sources(&root)).expect("the pack loads");
    let story = std::fs::read_to_string(root.join("demo.yaml")).expect("the story");
    let story = Node::read(&story).expect("YAML");
    let measures = Measures::of(&pack);
    let mut stage = Stage {
        packs: One(pack, measures),
        zone: Zone::shanghai(),
        ids: BTreeMap::new(),
        records: BTreeMap::new(),
        roster: Roster::default(),
        outcomes: BTreeMap::new(),
    };
    let zone = Zone::shanghai();
    for (number, event) in (1_u128..).zip(events(&story, &zone)) {
        let fresh = RecordId::from_uuid(Uuid::from_u128(number));
        let id = *stage.ids.entry(event.key.to_owned()).or_insert(fresh);
        let kind = Name::from(event.kind);
        let command = stage.command(&stage.packs.0.kinds[&kind], &event);
        stage.take(event.key, &kind, id, &command, event.at);
    }
    stage
}

#[test]
fn the_story_is_played_without_a_refusal_and_comes_out_as_it_says() {
    use Outcome::{Exempt, Met, Missed, Withdrawn};
    let stage = told();
    for (key, duty, wanted) in [
        ("WT-repair-01", "send", &[Met][..]),
        ("WT-repair-04", "send", &[Missed]),
        ("WT-repair-05", "overnight", &[Met]),
        ("WT-repair-06", "send", &[Missed]),
        ("WT-repair-06", "overnight", &[Missed]),
        ("WT-repair-07", "follow-up", &[Missed]),
        ("WT-repair-08", "follow-up", &[Met, Met]),
        ("WT-repair-08", "rework", &[Met]),
        ("WT-repair-09", "rework", &[Missed]),
        ("WT-repair-10", "follow-up", &[Exempt]),
        ("WT-repair-12", "overnight", &[Met]),
        ("WT-repair-13", "accept", &[Withdrawn]),
        ("WT-repair-15", "archive", &[Missed]),
        ("WT-repair-16", "follow-up", &[]),
        ("WT-repair-17", "progress", &[Met, Met]),
        ("WT-repair-19", "arrive", &[Met]),
        ("WT-complaint-01", "solve", &[Met]),
        ("WT-complaint-02", "solve", &[Missed]),
        ("WT-complaint-05", "follow-up", &[Exempt]),
        ("WT-complaint-06", "solve", &[Met]),
        ("WT-complaint-06", "follow-up", &[Met, Met]),
        ("WT-complaint-07", "solve", &[Met]),
        ("WT-complaint-07", "follow-up", &[Missed]),
        ("WT-complaint-08", "company-contact", &[Met]),
        ("WT-visit-02", "visit", &[Missed]),
        ("WT-follow-up-03", "archive", &[Missed]),
        ("WT-follow-up-01", "archive", &[Met]),
        ("WT-finding-02", "rectify-by-date", &[Missed]),
    ] {
        let place = (key.to_owned(), duty.to_owned());
        let found = stage.outcomes.get(&place).map_or(&[][..], Vec::as_slice);
        assert_eq!(found, wanted, "{key} {duty}");
    }
}
