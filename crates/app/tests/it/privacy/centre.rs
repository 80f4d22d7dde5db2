//! A centre with its people, an owner, and the key store of both.

use app::privacy::{self, Shown, Viewer};
use app::unit::NewUnit;
use app::{Actor, Clock, Error, Keys, Office, Taken, keys, pack, verify};
use domain::id::{MemberId, RecordId, UnitId};
use domain::name::Name;
use domain::record::{By, Command, Record};
use domain::time::{Instant, Zone};
use domain::unit::{Attributes, Level};
use domain::value::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use store::testing::Home;
use store::{Options, record};

pub(super) const NAME: &str = "林若溪";
pub(super) const PHONE: &str = "19912345678";
pub(super) const IDENTITY: &str = "110101199003078888";
pub(super) const FAMILY: &str = "与祖母同住";

pub(super) struct Centre {
    pub home: Home,
    pub office: Office,
    pub clock: Clock,
    pub unit: UnitId,
    pub desk: By,
    pub steward: By,
    pub manager: By,
    pub archivist: By,
    pub guard: By,
    pub house: RecordId,
    pub owner: RecordId,
}

/// Whoever runs the program on its own machine.
pub(super) fn operator() -> Actor {
    Actor::operator("tests")
}

pub(super) fn at(text: &str) -> Instant {
    format!("{}:00+08:00", text.replace(' ', "T"))
        .parse()
        .expect("a time")
}

impl Centre {
    /// One on SQLite, and one on PostgreSQL where a server is named.
    pub(super) fn each() -> impl Iterator<Item = Self> {
        std::iter::once(Home::sqlite())
            .chain(Home::postgres())
            .map(Self::in_home)
    }

    pub(super) fn keys_folder(home: &Home) -> PathBuf {
        home.folder().join("keys")
    }

    fn in_home(home: Home) -> Self {
        let clock = Clock::standing_at(at("2026-03-01 09:00"));
        let keys = keys::create(&Self::keys_folder(&home)).expect("a key store");
        let office = Self::open(&home, &clock).with_keys(keys).expect("bound");
        office
            .activate(&operator(), pack::sources("residential-cn").expect("ships"))
            .expect("loads");
        let unit = |level, parent, code: &str| {
            let unit = office.add_unit(
                &operator(),
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
        let open = |kind: &str, command: Command| {
            let actor = Actor::giving(project, &command);
            let taken = office.open_record(&actor, project, kind, None, command);
            taken
                .unwrap_or_else(|error| panic!("{kind}: {error}"))
                .record
                .id
        };
        let person = |login: &str, post: &str| {
            let id = open(
                "member",
                system("open", &[("name", login), ("login", login)]),
            );
            let mut said = vec![("post", post), ("from", "2026-01-01")];
            if post == "steward" {
                said.push(("grid", "G1"));
            }
            let posting = linked(system("open", &said), "member", id);
            open("posting", posting);
            By::Member(MemberId::from(id))
        };
        let (desk, steward) = (person("desk", "front-desk"), person("steward", "steward"));
        let (manager, archivist) = (
            person("manager", "manager"),
            person("archivist", "archivist"),
        );
        let guard = person("guard", "guard");
        let house = open(
            "home",
            system("open", &[("code", "1-1-101"), ("grid", "G1")]),
        );
        let owner = system(
            "open",
            &[
                ("display", "林女士"),
                ("relation", "owner"),
                ("full_name", NAME),
                ("phone", PHONE),
                ("id_number", IDENTITY),
            ],
        );
        let owner = open("party", linked(owner, "home", house));
        Self {
            office: office.clone(),
            home,
            clock,
            unit: project,
            desk,
            steward,
            manager,
            archivist,
            guard,
            house,
            owner,
        }
    }

    /// A project beside the one where everything is.
    pub(super) fn another_project(&self) -> UnitId {
        let unit = NewUnit {
            level: Level::Project,
            parent: Some(self.office.unit("CO").expect("a company").id),
            code: "P2".into(),
            name: "P2".into(),
            zone: Zone::shanghai(),
            attributes: Attributes::default(),
        };
        self.office.add_unit(&operator(), unit).expect("a unit").id
    }

    /// The database as a program opens it that has no keys.
    pub(super) fn open(home: &Home, clock: &Clock) -> Office {
        Office::open(home.location(), &Options::default(), clock.clone()).expect("opens")
    }

    /// The same database and key store, opened afresh.
    pub(super) fn reopened(&self) -> Office {
        let keys = Keys::open(&Self::keys_folder(&self.home)).expect("opens");
        Self::open(&self.home, &self.clock)
            .with_keys(keys)
            .expect("bound")
    }

    pub(super) fn opened(
        &self,
        kind: &str,
        by: &By,
        data: &[(&str, &str)],
        links: &[(&str, RecordId)],
    ) -> RecordId {
        let mut command = command("open", by, data);
        for (name, to) in links {
            command = linked(command, name, *to);
        }
        let taken = self.open_record(kind, command);
        taken
            .unwrap_or_else(|error| panic!("{kind}: {error}"))
            .record
            .id
    }

    pub(super) fn repair(&self, reporter: Option<RecordId>) -> RecordId {
        let data = [
            ("urgency", "normal"),
            ("scope", "home"),
            ("subject", "water"),
            ("fault", "水管滴水"),
            ("contact", NAME),
            ("phone", PHONE),
        ];
        let mut links = vec![("home", self.house)];
        links.extend(reporter.map(|reporter| ("reporter", reporter)));
        self.opened("repair", &self.desk, &data, &links)
    }

    pub(super) fn file(&self) -> RecordId {
        self.opened(
            "owner-file",
            &self.archivist,
            &[("id_number", IDENTITY), ("family", FAMILY)],
            &[("home", self.house), ("party", self.owner)],
        )
    }

    /// Another one at the centre.
    pub(super) fn posted(&self, login: &str, post: &str) -> Actor {
        let open = |kind: &str, command: Command| {
            let taken = self.open_record(kind, command);
            taken.expect("a record of the system's").record.id
        };
        let fields = [("name", login), ("login", login)];
        let id = open("member", system("open", &fields));
        let posting = system("open", &[("post", post), ("from", "2026-01-01")]);
        open("posting", linked(posting, "member", id));
        self.actor(&By::Member(MemberId::from(id)))
    }

    pub(super) fn actor(&self, by: &By) -> Actor {
        Actor::giving(self.unit, &Command::new("open", by.clone()))
    }

    pub(super) fn open_record(&self, kind: &str, command: Command) -> Result<Taken, Error> {
        let actor = Actor::giving(self.unit, &command);
        self.office
            .open_record(&actor, self.unit, kind, None, command)
    }

    pub(super) fn step(&self, id: RecordId, command: Command) -> Result<Record, Error> {
        let actor = Actor::giving(self.unit, &command);
        Ok(self.office.step(&actor, self.unit, id, command)?.record)
    }

    pub(super) fn record(&self, id: RecordId) -> Record {
        self.office
            .store()
            .read(|tx| record::get(tx, self.unit, id))
            .expect("a record")
    }

    /// The fields of a record as somebody sees them.
    pub(super) fn seen(&self, id: RecordId, by: &By) -> BTreeMap<Name, Shown> {
        self.seen_in(&self.office, id, by)
    }

    pub(super) fn seen_in(&self, office: &Office, id: RecordId, by: &By) -> BTreeMap<Name, Shown> {
        let record = self.record(id);
        let view = office.view(self.unit).expect("a view");
        let viewer = Viewer::of(&view, &self.actor(by), self.clock.now());
        let kind = &view.rules.pack.kinds[&record.kind];
        privacy::show(
            office.keys(),
            kind,
            (id, &record.doc.links),
            &record.doc.data,
            &viewer,
        )
        .expect("shown")
    }

    pub(super) fn find(&self, asked: &str) -> Vec<RecordId> {
        privacy::find(&self.office, &operator(), self.unit, asked, 50).expect("looked for")
    }

    pub(super) fn verify(&self) {
        let report =
            verify::verify(&self.office, &operator(), self.clock.now(), |_| {}).expect("reads");
        assert!(report.ok, "{:#?}", report.faults);
    }

    /// Everything that the database holds, as somebody finds it who has its files or its rows.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in std::fs::read_dir(self.home.folder()).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                bytes.extend(std::fs::read(path).expect("a file"));
            }
        }
        let read = self.office.store().read(|tx| {
            store::entry::each(tx, self.unit, |line| {
                bytes.extend(line.text.bytes());
                Ok(())
            })?;
            record::each_of_kind(tx, Some(self.unit), None, |record| {
                bytes.extend(format!("{record:?}").bytes());
                Ok(())
            })
        });
        read.expect("reads");
        bytes
    }

    pub(super) fn holds(&self, text: &str) -> bool {
        self.bytes()
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    }
}

pub(super) fn command(step: &str, by: &By, data: &[(&str, &str)]) -> Command {
    let mut command = Command::new(step, by.clone());
    for (name, value) in data {
        command.data.insert(Name::from(*name), Value::from(*value));
    }
    command
}

pub(super) fn system(step: &str, data: &[(&str, &str)]) -> Command {
    command(step, &By::System, data)
}

pub(super) fn linked(mut command: Command, name: &str, to: RecordId) -> Command {
    command.links.insert(Name::from(name), to);
    command
}

pub(super) fn plain(text: &str) -> Shown {
    Shown::Plain(Value::from(text))
}
pub(super) fn masked(text: &str) -> Shown {
    Shown::Masked(text.into())
}
/// The code of the first refusal, or of another error.
pub(super) fn code<T>(done: Result<T, Error>) -> &'static str {
    done.err().map_or("done", |error| error.code())
}
