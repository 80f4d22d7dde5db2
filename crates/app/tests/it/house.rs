//! A company with one project, its people and the small pack of the rules' own tests.

use app::unit::NewUnit;
use app::{Actor, Clock, Error, Office, Taken, pack, verify};
use domain::id::{MemberId, RecordId, UnitId};
use domain::name::Name;
use domain::record::entry::Signed;
use domain::record::refusal::Code;
use domain::record::{BuiltIn, By, Command, Record, Signature};
use domain::time::{Instant, Moment, Zone};
use domain::unit::{Attributes, Level};
use domain::value::Value;
use store::testing::Home;
use store::{Options, duty, entry, record, tally};

pub(super) struct House {
    pub home: Home,
    pub office: Office,
    pub clock: Clock,
    pub company: UnitId,
    pub project: UnitId,
    pub desk: RecordId,
    pub warden: RecordId,
    pub worker: RecordId,
    pub lead: RecordId,
    pub boss: RecordId,
    /// A boss of the company, above the project.
    pub chief: RecordId,
    pub place: RecordId,
}

/// `2026-03-02 09:00` on Shanghai's clocks.
pub(super) fn at(text: &str) -> Instant {
    format!("{}:00+08:00", text.replace(' ', "T"))
        .parse()
        .expect("a time")
}

pub(super) fn open(home: &Home, clock: &Clock) -> Office {
    opened(home, clock, true)
}

/// Where nobody else writes commands are decided in their turn, as on PostgreSQL always, unless they are to be `prepared`.
fn opened(home: &Home, clock: &Clock, prepared: bool) -> Office {
    let options = Options {
        prepared,
        ..Options::default()
    };
    Office::open(home.location(), &options, clock.clone()).expect("opens")
}

impl House {
    /// One on SQLite, and one on PostgreSQL where a server is named.
    pub(super) fn each() -> impl Iterator<Item = Self> {
        std::iter::once(Home::sqlite())
            .chain(Home::postgres())
            .map(Self::in_home)
    }

    pub(super) fn in_home(home: Home) -> Self {
        Self::with(home, true)
    }

    pub(super) fn with(home: Home, prepared: bool) -> Self {
        let clock = Clock::standing_at(at("2026-02-01 09:00"));
        let office = opened(&home, &clock, prepared);
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../domain/tests/it/records/pack"
        );
        let sources = pack::sources(folder).expect("the small pack");
        office.activate(&Actor::system(), sources).expect("loads");
        let unit = |level, parent, code: &str| {
            let unit = office.add_unit(
                &Actor::system(),
                NewUnit {
                    level,
                    parent,
                    code: code.into(),
                    name: code.into(),
                    zone: Zone::shanghai(),
                    attributes: Attributes::default(),
                },
            );
            unit.expect("a unit").id
        };
        let company = unit(Level::Company, None, "CO");
        let project = unit(Level::Project, Some(company), "P1");
        let person = |unit: UnitId, name: &str, post: &str| {
            let command = Command::new("open", By::System)
                .set("name", name)
                .set("login", name);
            let taken = open_record(&office, unit, "member", None, command);
            let id = taken.expect("a member").record.id;
            appoint(&office, unit, id, post, None);
            id
        };
        let place = open_record(
            &office,
            project,
            "place",
            None,
            Command::new("open", By::System)
                .set("code", "A1")
                .set("grid", "G1"),
        );
        let house = Self {
            desk: person(project, "desk", "desk"),
            warden: person(project, "warden", "warden"),
            worker: person(project, "worker", "worker"),
            lead: person(project, "lead", "lead"),
            boss: person(project, "boss", "boss"),
            chief: person(company, "chief", "boss"),
            place: place.expect("a place").record.id,
            company,
            project,
            clock: clock.clone(),
            office: office.clone(),
            home,
        };
        clock.set(at("2026-03-02 09:00"));
        house
    }

    pub(super) fn set(&self, time: &str) {
        self.clock.set(at(time));
    }

    pub(super) fn new_job(&self) -> Command {
        Command::new("open", by(self.desk))
            .set("what", "tap")
            .link("place", self.place)
    }

    pub(super) fn open(&self, kind: &str, command: Command) -> RecordId {
        open_record(&self.office, self.project, kind, None, command)
            .unwrap_or_else(|error| panic!("{kind}: {error}"))
            .record
            .id
    }

    pub(super) fn job(&self) -> RecordId {
        self.open("job", self.new_job())
    }

    pub(super) fn step(&self, id: RecordId, command: Command) -> Result<Taken, Error> {
        step_at(&self.office, self.project, id, command)
    }

    pub(super) fn take(&self, id: RecordId, command: Command) -> Record {
        self.step(id, command)
            .unwrap_or_else(|error| panic!("{error}"))
            .record
    }

    pub(super) fn record(&self, id: RecordId) -> Record {
        let found = self
            .office
            .store()
            .read(|tx| record::get(tx, self.project, id));
        found.expect("a record")
    }

    pub(super) fn records(&self, kind: &str) -> Vec<Record> {
        let mut found = Vec::new();
        self.office
            .store()
            .read(|tx| {
                record::each_of_kind(tx, Some(self.project), Some(&Name::from(kind)), |record| {
                    found.push(record);
                    Ok(())
                })
            })
            .expect("reads");
        found
    }

    /// Every journal makes what is stored.
    pub(super) fn verify(&self) {
        let report = verify::verify(&self.office, &Actor::system(), self.clock.now(), |_| {})
            .expect("reads");
        assert!(report.ok, "{:#?}", report.faults);
    }

    /// Everything that is stored about records, as text.
    pub(super) fn dump(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for unit in [self.company, self.project] {
            let read = self.office.store().read(|tx| {
                record::each_of_kind(tx, Some(unit), None, |record| {
                    lines.push(format!("{record:?}"));
                    Ok(())
                })?;
                entry::each(tx, unit, |line| {
                    lines.push(format!("{:?} {}", line.hash, line.text));
                    Ok(())
                })?;
                let filter = duty::Filter {
                    unit: Some(unit),
                    ..duty::Filter::default()
                };
                duty::each(tx, &filter, |row| {
                    lines.push(format!("{row:?}"));
                    Ok(())
                })?;
                for (key, sum) in tally::all(tx, unit)? {
                    lines.push(format!("{key:?} {sum:?}"));
                }
                Ok::<_, store::Error>(())
            });
            read.expect("reads");
        }
        lines
    }
}

/// Posts somebody from 1 January on.
pub(super) fn appoint(
    office: &Office,
    unit: UnitId,
    person: RecordId,
    post: &str,
    until: Option<&str>,
) -> RecordId {
    let mut posting = Command::new("open", By::System)
        .set("post", post)
        .set("from", "2026-01-01")
        .link("member", person);
    if post == "warden" {
        posting = posting.set("grid", "G1");
    }
    if let Some(until) = until {
        posting = posting.set("until", until);
    }
    let taken = open_record(office, unit, "posting", None, posting);
    taken.expect("a posting").record.id
}

pub(super) fn by(person: RecordId) -> By {
    By::Member(MemberId::from(person))
}
pub(super) fn step(name: &str, person: RecordId) -> Command {
    Command::new(name, by(person))
}
pub(super) fn own(change: BuiltIn, person: RecordId) -> Command {
    Command::built_in(change, by(person))
}
/// The code of the first refusal, or the class of another error.
pub(super) fn code<T>(done: Result<T, Error>) -> &'static str {
    done.err().map_or("done", |error| error.code())
}
pub(super) fn refused<T>(done: Result<T, Error>) -> Vec<Code> {
    match done.err() {
        Some(Error::Refused(reasons)) => reasons.iter().map(|reason| reason.code).collect(),
        Some(other) => panic!("{other}"),
        None => Vec::new(),
    }
}

pub(super) trait Say {
    fn set(self, field: &str, value: impl Into<Value>) -> Self;
    fn link(self, name: &str, to: RecordId) -> Self;
    fn keyed(self, key: &str, version: Option<i64>) -> Self;
    fn second(self, person: RecordId) -> Self;
    fn occurred(self, text: &str) -> Self;
    fn signed(self, person: RecordId, now: Instant) -> Self;
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
    fn keyed(mut self, key: &str, version: Option<i64>) -> Self {
        self.key = Some(key.into());
        self.version = version;
        self
    }
    /// With a reason, which whatever takes a second person takes as well.
    fn second(mut self, person: RecordId) -> Self {
        self.second = Some(person.into());
        self.reason = Some("for a reason".into());
        self
    }
    fn occurred(mut self, text: &str) -> Self {
        self.occurred = Some(Moment::At(at(text)));
        self
    }
    fn signed(mut self, person: RecordId, now: Instant) -> Self {
        self.signatures.push(Signature {
            by: by(person),
            how: Signed::OwnSession,
            at: now,
            note: None,
        });
        self
    }
}

/// Opens a record as whoever gives the command.
pub(super) fn open_record(
    office: &Office,
    unit: UnitId,
    kind: &str,
    id: Option<RecordId>,
    command: Command,
) -> Result<Taken, Error> {
    let actor = Actor::giving(unit, &command);
    office.open_record(&actor, unit, kind, id, command)
}

/// Takes a step as whoever gives the command.
pub(super) fn step_at(
    office: &Office,
    unit: UnitId,
    id: RecordId,
    command: Command,
) -> Result<Taken, Error> {
    let actor = Actor::giving(unit, &command);
    office.step(&actor, unit, id, command)
}
