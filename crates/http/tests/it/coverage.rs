//! Every address of the API, tried as nobody, as the manager of another project, as a customer, by a narrow token, and in each post.
//!
//! What came of it stands in `docs/route-matrix.md`: whoever opens an address to somebody changes that page. An address without an example
//! here fails the test.

use crate::house::{House, door};
use app::Actor;
use axum::body::Body;
use axum::http::{Method, Request};
use domain::id::RecordId;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use tower::ServiceExt as _;

/// Set to write the page anew.
const VARIABLE: &str = "UPDATE_EXPECT";

/// Whoever has not signed in may knock here.
const DOORS: [&str; 9] = [
    "begin_openid",
    "customer_sign_in",
    "end_openid",
    "healthz",
    "offer_openid",
    "readyz",
    "send_customer_code",
    "set_up",
    "sign_in",
];

struct Tried<'h> {
    house: &'h House,
    router: axum::Router,
    runtime: tokio::runtime::Runtime,
    party: RecordId,
    digest: String,
    card: String,
    import: String,
    tries: usize,
}

impl Tried<'_> {
    /// A request that would be met if it came from the right one: what is behind the question mark, and the body.
    fn example(&self, operation: &str) -> Option<(String, Option<Value>)> {
        let n = self.tries;
        let nothing = (String::new(), None);
        let body = |body: Value| (String::new(), Some(body));
        let query = |query: &str| (query.to_owned(), None);
        Some(match operation {
            "customer_sign_in" => body(json!({"code": "abcd-efgh-kmnp-rstw"})),
            "send_customer_code" | "confirm_phone" => body(json!({"phone": "13912345678"})),
            "set_up" => {
                body(json!({"code": "x", "login": "x", "name": "x", "password": "long enough"}))
            }
            "sign_in" => {
                body(json!({"login": format!("nobody-{n}"), "password": "wrong-password"}))
            }
            "change_me" => body(json!({"locale": "en"})),
            "change_password" => body(json!({"old": "wrong-password", "new": "long enough"})),
            "confirm_totp" => body(json!({"secret": "x", "code": "0"})),
            "drop_totp" => body(json!({"password": self.house.password})),
            "make_token" => body(json!({"name": "x", "scopes": "see"})),
            "add_member" => body(
                json!({"unit": "YS", "login": format!("new-{n}"), "name": "新人", "post": "guard"}),
            ),
            "change_account" => body(json!({"disabled": false})),
            "invite" => body(json!({"party": self.party.to_string()})),
            "begin_import" => body(
                json!({"map": include_str!("../../../../examples/uci-incidents/map.yaml"), "unit": "YS"}),
            ),
            "add_import_file" => ("?name=incidents.csv".into(), Some(json!("a,b"))),
            "undo_import" => body(json!({"worked_on": false})),
            "look_at_organisation" | "import_organisation" => {
                ("?name=member.csv".into(), Some(json!("unit,name")))
            }
            "export_organisation" | "read_organisation_template" => nothing,
            "activate_pack" | "check_pack" | "diff_pack" => {
                body(json!({"shipped": "residential-cn"}))
            }
            "show_pack" => query("?path=pack.yaml"),
            "send_attachment" => ("?name=a.txt".into(), Some(json!("a note"))),
            "export_records" => query("?kind=repair"),
            "list_records" => query("?kind=repair"),
            "list_published" => query("?kind=notice"),
            "list_scorecards" => query("?standard=scorecard-100&period=2026-03"),
            "list_duties" => query("?unit=YS"),
            "count_by_time" => query("?kind=repair&by=week&from=2026-03-01&to=2026-03-31"),
            "set_parameter" => {
                let day = format!("2026-{:02}-{:02}", 4 + n / 28 % 9, 1 + n % 28);
                body(json!({"value": "PT4M", "from": day, "reason": "试行"}))
            }
            "open_record" => body(json!({"kind": "repair", "links": {"home": self.house.home},
                "data": {"urgency": "normal", "scope": "home", "subject": "water", "fault": "漏水", "contact": "王女士", "phone": "13812345678"}})),
            "answer_approval" => body(json!({"answer": "approve"})),
            "correct_entry" => {
                body(json!({"seq": 1, "field": "fault", "value": "水管漏水", "reason": "听错"}))
            }
            "excuse_duty" => body(json!({"falls_away": false, "reason": "停电"})),
            "take_duty" => body(json!({})),
            "hand_over_duties" => {
                body(json!({"from": "desk", "to": "lead", "second": "lead", "reason": "调岗"}))
            }
            "merge_record" => body(json!({"into": self.party.to_string()})),
            "settle_not_applied" => body(json!({"reason": "已说明"})),
            "take_step" | "unmerge_record" => body(json!({})),
            "take_steps" => {
                body(json!({"steps": [{"record": self.party.to_string(), "step": "update"}]}))
            }
            "verify" | "export_person" => body(json!({})),
            "set_mailbox" => body(json!({"address": "who@example.com"})),
            // An address that nobody may be told at.
            "add_webhook" => body(json!({"url": "http://127.0.0.1:9/", "events": ["*"]})),
            "reveal_fields" => body(json!({"fields": ["phone"], "why": "回电"})),
            // Until a second one consents nothing is erased.
            "ask_erasure" => body(json!({"basis": "law", "reason": "本人请求"})),
            "list_own_sign_ins" | "list_sign_ins" | "list_erasures" | "consent_to_erasure"
            | "refuse_erasure" => nothing,
            // Of a period that is not over.
            "seal_period" => body(json!({"standard": "scorecard-100", "period": "2026-03"})),
            "propose_revision" => body(json!({"reason": "又有证据"})),
            "decide_revision" => body(json!({"agreed": true, "reason": "已核对"})),
            "file_appeal" => body(json!({"standard": "scorecard-100", "period": "2026-03",
                "clause": "A2", "record": self.party.to_string(), "statement": "不是本人"})),
            "go_on_with_appeal" => body(json!({"statement": "请再看"})),
            "decide_appeal" => body(json!({"excused": false, "reason": "已核对"})),
            "list_sample" => body(json!({"standard": "scorecard-100", "period": "2026-03",
                "kind": "repair", "size": 1, "reason": "再抽"})),
            "type_sample_number" => body(json!({"number": 7})),
            "repeat_draw" => query("?number=7"),
            // There is no such unit to go to.
            "transfer_record" => body(json!({"to": "XX", "reason": "属另一项目"})),
            "list_accounts" | "reset_password" | "list_calendars" | "show_calendar"
            | "look_at_import" | "read_import_report" | "run_import" | "list_kinds"
            | "show_kind" | "me" | "show_openapi" | "list_packs" | "sign_out" | "list_sessions"
            | "end_session" | "list_standards" | "list_tokens" | "end_token" | "new_totp"
            | "list_units" | "fetch_attachment" | "read_attachment" | "fetch_thumbnail"
            | "count_records" | "listen" | "list_not_applied" | "list_parameters"
            | "read_record" | "list_views" | "read_clocks" | "read_journal" | "read_scorecard"
            | "read_evidence" | "read_losses" | "read_seal" | "show_sealed_card" | "healthz"
            | "metrics" | "readyz" | "list_jobs" | "retry_job" | "list_reminders"
            | "read_reminders" | "read_reminder" | "show_mailbox" | "list_webhooks"
            | "read_published" | "confirm_published" | "count_readers" | "remove_webhook"
            | "try_webhook" | "offer_openid" | "begin_openid" | "end_openid" => nothing,
            _ => return None,
        })
    }

    /// An address that is there, on a record of its own.
    fn address(&self, path: &str) -> String {
        let record = if path.contains("{record}") {
            let fields = [
                ("urgency", "normal"),
                ("scope", "home"),
                ("subject", "water"),
                ("fault", "厨房漏水"),
                ("contact", "王女士"),
                ("phone", "13812345678"),
            ];
            let id = self
                .house
                .open("repair", &fields, &[("home", self.house.home)]);
            id.to_string()
        } else {
            String::new()
        };
        let none = RecordId::from_uuid(domain::id::Uuid::nil()).to_string();
        let id = if path.contains("/scorecards/") {
            &self.card
        } else {
            &none
        };
        path.replace("{unit}", "YS")
            .replace("{record}", &record)
            .replace("{id}", id)
            .replace("{login}", "victim")
            .replace("{kind}", "repair")
            .replace("{year}", "2026")
            .replace("{number}", "1")
            .replace("{digest}", &self.digest)
            .replace("{import}", &self.import)
            .replace("{job}", &none)
            .replace("{reminder}", &none)
            .replace("{webhook}", &none)
            .replace("{request}", &none)
            .replace("{parameter}", "repair.send.normal")
            .replace("{approval}", "none")
            .replace("{duty}", "send")
            .replace("{occurrence}", "1")
            .replace("{seq}", "1")
            .replace("{step}", "send")
            .replace("{clause}", "A2")
            .replace("{standard}", "scorecard-100")
            .replace("{period}", "2026-03")
            .replace("{card}", &record)
            .replace("{appeal}", &record)
            .replace("{sample}", &record)
            .replace("{person}", &self.party.to_string())
    }

    fn ask(&mut self, operation: &str, method: &str, path: &str, token: Option<&str>) -> u16 {
        self.tries += 1;
        let (query, body) = self
            .example(operation)
            .unwrap_or_else(|| panic!("{operation} has no example"));
        let address = self.address(path);
        assert!(!address.contains('{'), "{address}");
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{address}{query}"))
            // Each from a place of its own, so that nobody has to wait for another's failures.
            .header(
                "x-forwarded-for",
                format!("198.18.{}.{}", self.tries / 250, self.tries % 250),
            );
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = match &body {
            Some(Value::String(text)) => request
                .header("content-type", "text/plain")
                .body(Body::from(text.clone())),
            Some(body) => request
                .header("content-type", "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let router = self.router.clone();
        let answer = self
            .runtime
            .block_on(async { router.oneshot(request.unwrap()).await.unwrap() });
        let status = answer.status();
        assert!(!status.is_server_error(), "{operation} {address}: {status}");
        status.as_u16()
    }
}

/// Name of a column and whoever it is.
type Column = (String, Option<String>);

fn columns(house: &House, party: RecordId) -> Vec<Column> {
    let mut all = vec![
        ("nobody".to_owned(), None),
        ("elsewhere".to_owned(), Some("qh-manager".to_owned())),
        ("customer".to_owned(), Some(format!("party:{party}"))),
        (
            "administrator of the company".to_owned(),
            Some("admin".to_owned()),
        ),
    ];
    let library = house.office.library().unwrap();
    let posts = library.active().unwrap().pack.posts.clone();
    all.extend(
        posts
            .keys()
            .map(|post| (post.to_string(), Some(format!("as-{post}")))),
    );
    all
}

/// Somebody in each post at the project, and the manager of another one.
fn settle(house: &House) {
    let company = house.office.unit("HQ").unwrap();
    let other = app::unit::NewUnit {
        level: domain::unit::Level::Project,
        parent: Some(company.id),
        code: "QH".into(),
        name: "清河苑".into(),
        zone: company.zone,
        attributes: Default::default(),
    };
    let other = house
        .office
        .add_unit(&Actor::operator("test"), other)
        .unwrap()
        .id;
    let post = |unit, login: &str, post: &str, more: &[(&str, &str)]| {
        let member = house.open_at(unit, "member", &[("name", login), ("login", login)], &[]);
        let mut fields = vec![("post", post), ("from", "2026-01-05")];
        fields.extend_from_slice(more);
        house.open_at(unit, "posting", &fields, &[("member", member)]);
    };
    post(other, "qh-manager", "manager", &[]);
    post(house.project, "victim", "guard", &[]);
    let library = house.office.library().unwrap();
    for (name, described) in &library.active().unwrap().pack.posts {
        // A grid is served by one at a time, so each has its own.
        let own = format!("G-{name}");
        let grid = [("grid", own.as_str())];
        let more: &[(&str, &str)] = if described.grid { &grid } else { &[] };
        post(house.project, &format!("as-{name}"), name.as_str(), more);
    }
}

fn page(rows: &[(String, Vec<u16>)], columns: &[Column]) -> String {
    let mut page = String::from(
        "# 接口矩阵 Route matrix\n\n\
         `openapi.json` 的每个地址，分别由未登录者、别的项目的主任、客户、公司的系统管理员和本项目每个岗位的人请求一次，得到的状态码；测试逐格核对，放开或收紧一个地址就改动本页。\
         2xx 办成；401 要先登录；403 岗位不可以；404 不存在或不在范围；400、409、422 有权限，请求本身办不成（例如示例单据没有这项审批）。\n\n\
         Every address of `openapi.json`, asked once by somebody who has not signed in, by the manager of another project, by a customer, by the administrator of the company, and by somebody in each post of the \
         project; the status that came. A test compares every cell, so whoever opens or closes an address changes this page. 2xx: done. 401: sign in first. 403: not for \
         this post. 404: not there, or out of reach. 400, 409, 422: allowed, but not possible as it was asked (the record of the example has no such approval, say).\n\n| |",
    );
    for (name, _) in columns {
        let _ = write!(page, " {name} |");
    }
    let _ = write!(page, "\n| --- |{}", " --- |".repeat(columns.len()));
    for (route, cells) in rows {
        let _ = write!(page, "\n| {route} |");
        for cell in cells {
            let _ = write!(page, " {cell} |");
        }
    }
    page.push('\n');
    page
}

#[test]
fn every_address_answers_everybody_as_the_page_says() {
    let house = House::settled(settle);
    let fields = [
        ("display", "王女士"),
        ("relation", "owner"),
        ("full_name", "王若溪"),
        ("phone", "13987654321"),
    ];
    let home = house.home_of("3-2-1203", "G-steward");
    let party = house.open("party", &fields, &[("home", home)]);
    let sent = house.put(
        "as-manager",
        "/api/units/YS/attachments?name=a.txt",
        "text/plain",
        b"a note",
    );
    let cards = "/api/units/YS/scorecards?standard=scorecard-100&period=2026-03&member=desk";
    let cards = house.get("as-manager", cards).is(200);
    let map = include_str!("../../../../examples/uci-incidents/map.yaml");
    let begun = house
        .post(
            "as-manager",
            "/api/imports",
            &json!({"map": map, "unit": "YS"}),
        )
        .is(201);
    let mut tried = Tried {
        house: &house,
        router: web::router(house.office.clone(), door(web::Reached::ByProxy)),
        runtime: tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap(),
        party,
        digest: sent.is(201)["digest"].as_str().unwrap().to_owned(),
        card: cards["cards"][0]["id"].as_str().unwrap().to_owned(),
        import: begun["import"].as_str().unwrap().to_owned(),
        tries: 0,
    };
    let columns = columns(&house, party);
    let document = web::description();
    let mut rows = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let operation = operation["operationId"].as_str().unwrap();
            let mut cells = Vec::new();
            for (name, login) in &columns {
                let token = login.as_deref().map(|login| house.token(login));
                let status = tried.ask(operation, method, path, token.as_deref());
                let (closed, elsewhere) = (!DOORS.contains(&operation), name == "elsewhere");
                if closed && name == "nobody" {
                    assert_eq!(status, 401, "{method} {path} is open to everybody");
                }
                if elsewhere && path.contains("{unit}") {
                    assert_eq!(status, 404, "{method} {path} is open to other projects");
                }
                cells.push(status);
            }
            if !DOORS.contains(&operation) {
                let stale = tried.ask(operation, method, path, Some(&"0".repeat(40)));
                assert_eq!(stale, 401, "{method} {path} takes a session that is none");
            }
            rows.push((format!("{} {path}", method.to_uppercase()), cells));
        }
    }
    let said = page(&rows, &columns);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/route-matrix.md");
    if std::env::var_os(VARIABLE).is_some() {
        std::fs::write(&file, &said).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    for (said, committed) in said.lines().zip(committed.lines()) {
        assert_eq!(said, committed, "if that is meant: {VARIABLE}=1");
    }
    assert_eq!(said.lines().count(), committed.lines().count());
}
