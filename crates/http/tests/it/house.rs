//! A company with one project under the pack that ships, its people, and a server in front of it.

use app::account::Presented;
use app::attachment::Folder;
use app::unit::NewUnit;
use app::{Actor, Clock, Extras, Keys, Office, pack};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::record::{By, Command};
use domain::time::{Instant, Zone};
use domain::unit::{Attributes, Level};
use domain::value::Value;
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::collections::HashMap;
use store::testing::Home;
use store::{Options, Store};
use tower::ServiceExt as _;

pub(crate) struct House {
    pub(crate) office: Office,
    pub(crate) clock: Clock,
    pub(crate) router: Router,
    pub(crate) project: UnitId,
    /// A home of the project.
    pub(crate) home: RecordId,
    /// Of every account.
    pub(crate) password: String,
    /// Whoever has signed in, with the token of his session.
    sessions: RefCell<HashMap<String, String>>,
    /// Goes last: the database goes with it.
    pub(crate) place: Home,
}

/// An answer of the server.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
    /// The body of an answer with this status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Json {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }
    /// The problem's code, of an answer with this status.
    #[track_caller]
    pub(crate) fn refused(self, status: u16) -> String {
        let body = self.is(status);
        body["code"].as_str().unwrap().to_owned()
    }
}

/// `2026-03-02 09:00` on Shanghai's clocks.
pub(crate) fn at(text: &str) -> Instant {
    format!("{}:00+08:00", text.replace(' ', "T"))
        .parse()
        .unwrap()
}

impl House {
    pub(crate) fn new() -> Self {
        Self::in_place(Home::sqlite())
    }

    /// One on SQLite, and one on PostgreSQL where a server is named.
    pub(crate) fn each() -> impl Iterator<Item = Self> {
        std::iter::once(Home::sqlite())
            .chain(Home::postgres())
            .map(Self::in_place)
    }

    /// As [`House::each`], with nobody in it yet.
    pub(crate) fn founded_each() -> impl Iterator<Item = Self> {
        std::iter::once(Home::sqlite())
            .chain(Home::postgres())
            .map(|place| Self::founded(place).0)
    }

    /// The company and its project, and nobody in it.
    fn founded(place: Home) -> (Self, UnitId) {
        let clock = Clock::standing_at(at("2026-01-05 09:00"));
        let store = Store::open(place.location(), &Options::default()).unwrap();
        let extras = Extras {
            files: Some(Folder::new(place.folder().join("files"))),
            ..Extras::default()
        };
        let office = Office::with(store, clock.clone(), extras)
            .with_keys(Keys::volatile().unwrap())
            .unwrap();
        office
            .activate(
                &Actor::operator("test"),
                pack::sources("residential-cn").unwrap(),
            )
            .unwrap();
        let unit = |level, parent, code: &str, name: &str| {
            let unit = NewUnit {
                level,
                parent,
                code: code.into(),
                name: name.into(),
                zone: Zone::shanghai(),
                attributes: Attributes::default(),
            };
            office.add_unit(&Actor::operator("test"), unit).unwrap().id
        };
        let company = unit(Level::Company, None, "HQ", "云杉物业");
        let project = unit(Level::Project, Some(company), "YS", "云杉苑");
        let router = web::router(office.clone(), door(web::Reached::Plainly));
        let house = Self {
            office,
            clock: clock.clone(),
            router,
            project,
            home: RecordId::from_uuid(domain::id::Uuid::nil()),
            password: String::new(),
            sessions: RefCell::default(),
            place,
        };
        (house, company)
    }

    /// One with more people in it, who have accounts like the others.
    pub(crate) fn settled(more: impl Fn(&Self)) -> Self {
        Self::peopled(Home::sqlite(), more)
    }

    fn in_place(place: Home) -> Self {
        Self::peopled(place, |_| ())
    }

    fn peopled(place: Home, more: impl Fn(&Self)) -> Self {
        let (mut house, company) = Self::founded(place);
        house.open("team", &[("code", "engineering"), ("name", "工程部")], &[]);
        for (login, name, post, grid, team) in [
            ("desk", "周晓", "front-desk", None, None),
            ("steward", "林知夏", "steward", Some("G1"), None),
            ("steward-2", "何青", "steward", Some("G2"), None),
            ("engineer", "许诚", "engineer", None, Some("engineering")),
            ("lead", "魏兰", "team-lead", None, None),
            ("manager", "沈宁", "manager", None, None),
            ("archivist", "罗敏", "archivist", None, None),
        ] {
            let member = house.open("member", &[("name", name), ("login", login)], &[]);
            let mut fields = vec![("post", post), ("from", "2026-01-05")];
            fields.extend(grid.map(|grid| ("grid", grid)));
            fields.extend(team.map(|team| ("team", team)));
            house.open("posting", &fields, &[("member", member)]);
        }
        house.home = house.home_of("3-2-1202", "G1");
        for (login, name, post) in [
            ("admin", "系统管理", "administrator"),
            ("director", "宋知远", "operations-director"),
        ] {
            let fields = [("name", name), ("login", login)];
            let member = house.open_at(company, "member", &fields, &[]);
            let posted = [("post", post), ("from", "2026-01-05")];
            house.open_at(company, "posting", &posted, &[("member", member)]);
        }
        more(&house);
        let accounts = house.office.demo_accounts(&Actor::operator("test"));
        house.password = accounts.unwrap().password;
        house.set("2026-03-02 09:00");
        house
    }

    /// An occupied home.
    pub(crate) fn home_of(&self, code: &str, grid: &str) -> RecordId {
        let id = self.open("home", &[("code", code), ("grid", grid)], &[]);
        for step in ["deliver", "move-in"] {
            self.office
                .step(
                    &Actor::system(),
                    self.project,
                    id,
                    Command::new(step, By::System),
                )
                .unwrap();
        }
        id
    }

    /// Consents at the machine to an erasure that a member asked for.
    pub(crate) fn agree(&self, asked: &Json) -> app::privacy::Erased {
        let id = asked["id"].as_str().unwrap().parse().unwrap();
        let second = Actor::operator("second");
        app::privacy::consent(&self.office, &second, self.project, id).unwrap()
    }

    /// A record that the system opens.
    pub(crate) fn open(
        &self,
        kind: &str,
        fields: &[(&str, &str)],
        links: &[(&str, RecordId)],
    ) -> RecordId {
        self.open_at(self.project, kind, fields, links)
    }

    pub(crate) fn open_at(
        &self,
        unit: UnitId,
        kind: &str,
        fields: &[(&str, &str)],
        links: &[(&str, RecordId)],
    ) -> RecordId {
        let mut command = Command::new("open", By::System);
        for (name, value) in fields {
            command.data.insert(Name::from(*name), Value::from(*value));
        }
        for (name, to) in links {
            command.links.insert(Name::from(*name), *to);
        }
        let taken = self
            .office
            .open_record(&Actor::system(), unit, kind, None, command);
        taken
            .unwrap_or_else(|error| panic!("{kind}: {error}"))
            .record
            .id
    }

    pub(crate) fn set(&self, time: &str) {
        self.clock.set(at(time));
    }

    /// Sends a request with these headers.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        deliver(&self.router, request.body(body.into()).unwrap())
    }

    /// The token of somebody's session: by his login, or, of a customer, `party:` and his record. Nobody's is the administrator's.
    pub(crate) fn token(&self, login: &str) -> String {
        let login = if login.is_empty() { "admin" } else { login };
        let known = self.sessions.borrow().get(login).cloned();
        if let Some(token) = known.filter(|token| self.office.actor_of(token).unwrap().is_some()) {
            return token;
        }
        // Not from where tests fail to sign in.
        let from = Presented {
            source: "192.0.2.1".into(),
            ..Presented::default()
        };
        let signed = match login.strip_prefix("party:") {
            Some(party) => {
                let (operator, party) = (Actor::operator("test"), party.parse().unwrap());
                let invited = self.office.invite(&operator, self.project, party).unwrap();
                self.office.accept_invitation(&invited.0, &from)
            }
            None => self.office.sign_in(login, &self.password, None, &from),
        };
        let token = signed
            .unwrap_or_else(|error| panic!("{login}: {error}"))
            .token;
        let mut sessions = self.sessions.borrow_mut();
        sessions.insert(login.to_owned(), token.clone());
        token
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        login: &str,
        more: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token(login));
        let mut headers = vec![(header::AUTHORIZATION.as_str(), bearer.as_str())];
        headers.extend_from_slice(more);
        self.send(method, path, &headers, body)
    }

    pub(crate) fn get(&self, login: &str, path: &str) -> Answer {
        self.ask("GET", path, login, &[], Body::empty())
    }

    pub(crate) fn post(&self, login: &str, path: &str, body: &Json) -> Answer {
        self.post_with(login, path, &[], body)
    }

    pub(crate) fn post_with(
        &self,
        login: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &Json,
    ) -> Answer {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend_from_slice(more);
        self.ask("POST", path, login, &headers, Body::from(body.to_string()))
    }

    pub(crate) fn put(&self, login: &str, path: &str, media: &str, bytes: &[u8]) -> Answer {
        let headers = [("content-type", media)];
        self.ask("POST", path, login, &headers, Body::from(bytes.to_vec()))
    }

    /// What a listener hears first: so many messages and comments.
    pub(crate) fn first_events(&self, path: &str, heard: &str, count: usize) -> String {
        use http_body_util::BodyExt as _;
        let request = Request::get(path)
            .header(
                header::AUTHORIZATION,
                format!("Bearer {}", self.token("manager")),
            )
            .header("last-event-id", heard)
            .body(Body::empty())
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            let (mut body, mut text) = (answer.into_body(), String::new());
            while text.matches("\n\n").count() < count {
                let frame = body.frame().await.unwrap().unwrap();
                text.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
            }
            text
        })
    }

    /// The id of a member.
    pub(crate) fn member(&self, login: &str) -> String {
        let view = self.office.reload(self.project).unwrap();
        view.people.find(login).unwrap().to_string()
    }

    /// A repair order that the front desk opened.
    pub(crate) fn repair(&self, fault: &str) -> Json {
        let body = json!({"kind": "repair", "data": {"urgency": "normal", "scope": "home", "subject": "water", "fault": fault, "phone": "13812345678", "contact": "王小姐"},
            "links": {"home": self.home}});
        self.post("desk", "/api/units/YS/records", &body).is(201)
    }

    pub(crate) fn step(&self, login: &str, record: &Json, step: &str, body: &Json) -> Answer {
        let id = record["record"]["id"].as_str().unwrap();
        self.post(
            login,
            &format!("/api/units/YS/records/{id}/steps/{step}"),
            body,
        )
    }
}

pub(crate) fn deliver(router: &Router, request: Request<Body>) -> Answer {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let answer = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: to_bytes(body, 64 << 20).await.unwrap().to_vec(),
        }
    })
}

/// A door that is reached like this, and sends no codes.
pub(crate) fn door(reached: web::Reached) -> web::Door {
    web::Door {
        reached,
        ..web::Door::default()
    }
}
