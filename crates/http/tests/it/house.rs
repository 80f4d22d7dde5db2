//! A company with one project under the pack that ships, its people, and a server in front of it.

use app::attachment::Folder;
use app::unit::NewUnit;
use app::{Actor, Clock, Extras, Office, pack, search};
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
use store::testing::Home;
use store::{Options, Store};
use tower::ServiceExt as _;

const KEY: &str = "key-of-the-test";

pub(crate) struct House {
    pub(crate) office: Office,
    pub(crate) clock: Clock,
    pub(crate) router: Router,
    pub(crate) project: UnitId,
    /// A home of the project.
    pub(crate) home: RecordId,
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

    fn in_place(place: Home) -> Self {
        let clock = Clock::standing_at(at("2026-01-05 09:00"));
        let store = Store::open(place.location(), &Options::default()).unwrap();
        let extras = Extras {
            search_key: Some(search::Key::new([7; 32])),
            known: Default::default(),
            files: Some(Folder::new(place.folder().join("files"))),
        };
        let office = Office::with(store, clock.clone(), extras);
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
        let router = web::router(office.clone(), web::Key::new(KEY));
        let mut house = Self {
            office,
            clock: clock.clone(),
            router,
            project,
            home: RecordId::from_uuid(domain::id::Uuid::nil()),
            place,
        };
        house.open("team", &[("code", "engineering"), ("name", "工程部")], &[]);
        for (login, name, post, grid, team) in [
            ("desk", "周晓", "front-desk", None, None),
            ("steward", "林知夏", "steward", Some("G1"), None),
            ("steward-2", "何青", "steward", Some("G2"), None),
            ("engineer", "许诚", "engineer", None, Some("engineering")),
            ("lead", "魏兰", "team-lead", None, None),
            ("manager", "沈宁", "manager", None, None),
        ] {
            let member = house.open("member", &[("name", name), ("login", login)], &[]);
            let mut fields = vec![("post", post), ("from", "2026-01-05")];
            fields.extend(grid.map(|grid| ("grid", grid)));
            fields.extend(team.map(|team| ("team", team)));
            house.open("posting", &fields, &[("member", member)]);
        }
        house.home = house.home_of("3-2-1202", "G1");
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

    /// A record that the system opens.
    pub(crate) fn open(
        &self,
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
            .open_record(&Actor::system(), self.project, kind, None, command);
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
        let request = request.body(body.into()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = answer.into_parts();
            Answer {
                status: parts.status,
                headers: parts.headers,
                bytes: to_bytes(body, 64 << 20).await.unwrap().to_vec(),
            }
        })
    }

    fn with_key(
        &self,
        method: &str,
        path: &str,
        login: &str,
        more: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let bearer = format!("Bearer {KEY}");
        let mut headers = vec![(header::AUTHORIZATION.as_str(), bearer.as_str())];
        if !login.is_empty() {
            headers.push(("guanjia-as", login));
        }
        headers.extend_from_slice(more);
        self.send(method, path, &headers, body)
    }

    pub(crate) fn get(&self, login: &str, path: &str) -> Answer {
        self.with_key("GET", path, login, &[], Body::empty())
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
        self.with_key("POST", path, login, &headers, Body::from(body.to_string()))
    }

    pub(crate) fn put(&self, login: &str, path: &str, media: &str, bytes: &[u8]) -> Answer {
        let headers = [("content-type", media)];
        self.with_key("POST", path, login, &headers, Body::from(bytes.to_vec()))
    }

    /// What a listener hears first: so many messages and comments.
    pub(crate) fn first_events(&self, path: &str, heard: &str, count: usize) -> String {
        use http_body_util::BodyExt as _;
        let request = Request::get(path)
            .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
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
