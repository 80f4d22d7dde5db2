//! Two servers on one PostgreSQL, one of them killed: what it was at the other ends, and nothing is lost or done twice.

use app::unit::NewUnit;
use app::webhook::Post;
use app::{Actor, Clock, Office, pack, verify, webhook, work};
use domain::id::{MemberId, RecordId, UnitId};
use domain::record::{By, Command as Step};
use domain::time::{Instant, Zone};
use domain::unit::{Attributes, Level};
use domain::value::Value as Field;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;
use store::testing::Home;
use store::{Location, Options};

/// Far longer than any of it takes; reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server as a process of its own; it is ended with the test.
struct Server(Child);

impl Server {
    /// Begins one and waits until it answers.
    fn begun(home: &Home) -> Self {
        let Location::Url(url) = home.location() else {
            panic!("on PostgreSQL")
        };
        let mut child = Command::new(env!("CARGO_BIN_EXE_guanjia"))
            .args(["serve", "--json", "--local-webhooks"])
            .args(["--listen", "127.0.0.1:0", "--database", url])
            .args(["--rounds-every", "1", "--rounds-lease", "3"])
            .args(["--work-lease", "3"])
            .current_dir(home.folder())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut said).unwrap();
        let server = Self(child);
        assert!(said.contains("http://127.0.0.1:"), "{said}");
        server
    }

    /// At once, whatever it is at.
    fn killed(mut self) {
        self.0.kill().unwrap();
        assert!(!self.0.wait().unwrap().success());
    }

    /// In order: what is in the middle ends first.
    fn ended(mut self) {
        let id = self.0.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(asked.success());
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One delivery: the id under which a receiver knows it again, what it says, and where it is answered.
struct Heard {
    id: String,
    body: Value,
    stream: TcpStream,
}

impl Heard {
    fn of(stream: TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let body: Value = serde_json::from_slice(&body).ok()?;
        let id = body["id"].as_str()?.to_owned();
        Some(Self { id, body, stream })
    }

    fn answered(mut self) {
        let _ = write!(
            self.stream,
            "HTTP/1.1 204 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
    }
}

/// A program that is told what happens.
fn listening() -> (String, Receiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (told, heard) = channel();
    // It ends with the process.
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Some(one) = Heard::of(stream)
                && told.send(one).is_err()
            {
                return;
            }
        }
    });
    (url, heard)
}

/// The test's own office sends nothing.
struct Nothing;

impl Post for Nothing {
    fn check(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
    fn send(
        &self,
        _: &webhook::Webhook,
        _: (&str, &str),
        _: Instant,
        _: String,
    ) -> Result<(), String> {
        Err("not here".into())
    }
}

/// A company with one project, where somebody at the desk asks the company for what a place has not.
struct Town {
    office: Office,
    company: UnitId,
    project: UnitId,
    desk: RecordId,
    place: RecordId,
}

impl Town {
    fn new(home: &Home) -> Self {
        let office = Office::open(home.location(), &Options::default(), Clock::system()).unwrap();
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../domain/tests/it/records/pack"
        );
        let sources = pack::sources(folder).unwrap();
        office.activate(&Actor::system(), sources).unwrap();
        let unit = |level, parent, code: &str| {
            let new = NewUnit {
                level,
                parent,
                code: code.into(),
                name: code.into(),
                zone: Zone::shanghai(),
                attributes: Attributes::default(),
            };
            office.add_unit(&Actor::system(), new).unwrap().id
        };
        let company = unit(Level::Company, None, "CO");
        let project = unit(Level::Project, Some(company), "P1");
        let open = |kind: &str, step: Step| {
            let actor = Actor::giving(project, &step);
            let taken = office.open_record(&actor, project, kind, None, step);
            taken.unwrap().record.id
        };
        let new = || Step::new("open", By::System);
        let desk = open(
            "member",
            with(new(), &[("name", "desk"), ("login", "desk")]),
        );
        let posting = with(new(), &[("post", "desk"), ("from", "2026-01-01")]);
        open("posting", linked(posting, "member", desk));
        let place = open("place", with(new(), &[("code", "A1")]));
        Self {
            office,
            company,
            project,
            desk,
            place,
        }
    }

    /// Asks the company for something: a record here, a step on it, a message, a record there.
    fn asks(&self) {
        let by = || By::Member(MemberId::from(self.desk));
        let mut loan = linked(Step::new("open", by()), "place", self.place);
        loan.data.insert("count".into(), Field::from(7));
        let actor = Actor::giving(self.project, &loan);
        let loan = self
            .office
            .open_record(&actor, self.project, "loan", None, loan);
        let order = Step::new("order", by());
        let taken = self
            .office
            .step(&actor, self.project, loan.unwrap().record.id, order);
        assert_eq!(taken.unwrap().entry.step.as_str(), "order");
    }
}

fn with(mut step: Step, fields: &[(&str, &str)]) -> Step {
    for (name, value) in fields {
        step.data.insert((*name).into(), Field::from(*value));
    }
    step
}

fn linked(mut step: Step, name: &str, id: RecordId) -> Step {
    step.links.insert(name.into(), id);
    step
}

#[test]
fn a_server_that_is_killed_loses_nothing_to_another_and_nothing_is_done_twice() {
    let Some(home) = Home::postgres() else { return };
    let town = Town::new(&home);
    let (url, heard) = listening();
    let events = ["loan".to_owned(), "order".to_owned()];
    let operator = Actor::operator("test");
    webhook::add(
        &town.office,
        &operator,
        town.company,
        (&url, &events),
        &Nothing,
    )
    .unwrap();

    let first = Server::begun(&home);
    for _ in 0..3 {
        town.asks();
    }
    // It is in the middle of telling, and holds its leases; nobody has answered it.
    let unanswered = heard.recv_timeout(PATIENCE).unwrap();
    let second = Server::begun(&home);
    first.killed();
    for _ in 0..3 {
        town.asks();
    }

    // Of each of the six: two steps here, and what came of it in the company.
    let mut told: BTreeMap<String, Value> = BTreeMap::new();
    while told.len() < 18 {
        let one = heard.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            panic!("only {told:#?}");
        });
        // Told at least once: whatever is told again is the same under the same id.
        if let Some(before) = told.insert(one.id.clone(), one.body.clone()) {
            assert_eq!(before, one.body);
        }
        one.answered();
    }
    assert_eq!(told.get(&unanswered.id), Some(&unanswered.body));
    let mut events: BTreeMap<&str, usize> = BTreeMap::new();
    for body in told.values() {
        *events.entry(body["event"].as_str().unwrap()).or_default() += 1;
    }
    let each = ["loan/open", "loan/order", "order/open"].map(|event| (event, 6));
    assert_eq!(events, BTreeMap::from(each));

    // Nothing waits any more, and every journal makes what is stored.
    second.ended();
    for unit in [town.company, town.project] {
        let waiting = work::list(&town.office, &operator, unit).unwrap();
        assert!(waiting.is_empty(), "{waiting:?}");
    }
    let mut orders = 0;
    let counted = town.office.read(|tx| {
        store::record::each_of_kind(tx, Some(town.company), Some(&"order".into()), |_| {
            orders += 1;
            Ok(())
        })
    });
    counted.unwrap();
    assert_eq!(orders, 6);
    let now = town.office.clock().now();
    let report = verify::verify(&town.office, &Actor::system(), now, |_| {}).unwrap();
    assert!(report.ok, "{:#?}", report.faults);
}

#[test]
fn rounds_that_would_lose_their_lease_before_the_next_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_guanjia"))
        .args(["serve", "--data", "data"])
        .args(["--rounds-every", "60", "--rounds-lease", "60"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("--rounds-lease"),
        "{said}"
    );
}
