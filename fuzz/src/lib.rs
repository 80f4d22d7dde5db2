//! A server in the process that fuzzes it: a project with a desk and an order, over a database in a temporary folder.

pub mod entries;

use app::account::Presented;
use app::attachment::Folder;
use app::unit::NewUnit;
use app::{Actor, Clock, Extras, Keys, Office};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::record::{By, Command};
use domain::time::Zone;
use domain::unit::{Attributes, Level};
use domain::value::Value;
use store::{Options, Store};
use tower::ServiceExt as _;

pub struct Desk {
    router: Router,
    runtime: tokio::runtime::Runtime,
    token: String,
    /// An open repair.
    pub record: RecordId,
    _folder: tempfile::TempDir,
}

fn open(
    office: &Office,
    unit: UnitId,
    kind: &str,
    data: &[(&str, &str)],
    links: &[(&str, RecordId)],
) -> RecordId {
    let mut command = Command::new("open", By::System);
    for (name, value) in data {
        command.data.insert(Name::from(*name), Value::from(*value));
    }
    for (name, to) in links {
        command.links.insert(Name::from(*name), *to);
    }
    let taken = office.open_record(&Actor::system(), unit, kind, None, command);
    taken
        .unwrap_or_else(|error| panic!("{kind}: {error}"))
        .record
        .id
}

impl Desk {
    #[expect(clippy::new_without_default, reason = "it makes a database")]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let location = store::Location::folder(folder.path());
        let store = Store::open(&location, &Options::default()).expect("a database");
        let extras = Extras {
            files: Some(Folder::new(folder.path().join("files"))),
            ..Extras::default()
        };
        let office = Office::with(store, Clock::system(), extras)
            .with_keys(Keys::volatile().expect("keys"))
            .expect("an office");
        let operator = Actor::operator("fuzz");
        let pack = app::pack::sources("residential-cn").expect("the pack");
        office.activate(&operator, pack).expect("its rules");
        let unit = |level, parent, code: &str| {
            let (zone, attributes) = (Zone::shanghai(), Attributes::default());
            let (code, name) = (code.to_owned(), code.to_owned());
            let unit = NewUnit {
                level,
                parent,
                code,
                name,
                zone,
                attributes,
            };
            office.add_unit(&operator, unit).expect("a unit").id
        };
        let company = unit(Level::Company, None, "HQ");
        let project = unit(Level::Project, Some(company), "YS");
        let member = open(
            &office,
            project,
            "member",
            &[("name", "周晓"), ("login", "desk")],
            &[],
        );
        let posted = [("post", "front-desk"), ("from", "2026-01-05")];
        open(&office, project, "posting", &posted, &[("member", member)]);
        let home = open(
            &office,
            project,
            "home",
            &[("code", "3-2-1202"), ("grid", "G1")],
            &[],
        );
        let fields = [
            ("urgency", "normal"),
            ("scope", "home"),
            ("subject", "water"),
            ("fault", "漏水"),
        ];
        let record = open(&office, project, "repair", &fields, &[("home", home)]);
        let password = office.demo_accounts(&operator).expect("accounts").password;
        let signed = office.sign_in("desk", &password, None, &Presented::default());
        Self {
            router: web::router(office, web::Door::default()),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime"),
            token: signed.expect("a session").token,
            record,
            _folder: folder,
        }
    }

    /// Asks; what is asked may be refused and must not be a fault of the server. What is no address is not asked.
    pub fn ask(&self, asked: &entries::Asked<'_>) {
        let (method, address) = (asked.method, &asked.address);
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", asked.media)
            .body(Body::from(asked.body.to_vec()));
        let Ok(request) = request else { return };
        let answer = self.runtime.block_on(self.router.clone().oneshot(request));
        let Ok(answer) = answer;
        let status = answer.status();
        assert!(
            status < StatusCode::INTERNAL_SERVER_ERROR || status == StatusCode::SERVICE_UNAVAILABLE,
            "{method} {address}: {status}"
        );
    }
}
