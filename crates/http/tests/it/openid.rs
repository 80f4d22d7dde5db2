//! Signing in at an OpenID Connect provider: a real one, in a process of its own, and what it must not be able to do.

use crate::browser::{Browser, Page};
use crate::house::{House, door};
use app::Actor;
use app::account::NewMember;
use app::account::openid::{Claim, Newcomer, Provider, Settings};
use axum::Router;
use domain::time::Instant;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

/// Where browsers reach the server under test.
const HERE: &str = "https://guanjia.test";

/// The provider's process, which ends with its standard input.
struct Directory {
    child: Child,
    /// Kept open: a process that cannot say what it does ends.
    _output: BufReader<ChildStdout>,
    issuer: String,
    now: Instant,
    agent: ureq::Agent,
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Directory {
    /// `None` where its package was not fetched. `./dev test` fetches it.
    fn start() -> Option<Self> {
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
        if !web.join("node_modules/oidc-provider").is_dir() {
            let all = std::env::var_os("GUANJIA_TEST_POSTGRES").is_some();
            assert!(!all, "oidc-provider is missing: run `npm ci` in web/");
            eprintln!("skipped: `npm ci` in web/ fetches the provider");
            return None;
        }
        let mut child = Command::new("node")
            .arg(web.join("scripts/provider.mjs"))
            .arg(HERE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut said).unwrap();
        let said: Value = serde_json::from_str(&said).unwrap();
        let agent = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_idle_connections(0)
            .build()
            .new_agent();
        Some(Self {
            child,
            _output: output,
            issuer: said["issuer"].as_str().unwrap().to_owned(),
            now: Instant::from_micros(said["now"].as_i64().unwrap() * 1000),
            agent,
        })
    }

    fn settings(&self, claim: Claim) -> Settings {
        Settings {
            issuer: self.issuer.clone(),
            client: "guanjia".into(),
            secret: Some("a secret of this test".into()),
            here: HERE.into(),
            claim,
            name: Some("云杉统一登录".into()),
            newcomer: None,
        }
    }

    fn tell(&self, path: &str, what: &Value) {
        let address = format!("{}{path}", self.issuer);
        let answer = self.agent.post(address).send(what.to_string()).unwrap();
        assert_eq!(answer.status(), 204);
    }

    /// What a browser of this person's comes back with: path and query.
    fn visit(&self, address: &str, person: &str) -> String {
        let (mut address, mut cookies) = (
            format!("{address}&login_hint={person}"),
            BTreeMap::<String, String>::new(),
        );
        for _ in 0..8 {
            if let Some(path) = address.strip_prefix(HERE) {
                return path.to_owned();
            }
            let kept: Vec<String> = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let answer = self
                .agent
                .get(&address)
                .header("cookie", kept.join("; "))
                .call()
                .unwrap();
            for cookie in answer.headers().get_all("set-cookie") {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let to = answer.headers().get("location");
            let to = to
                .unwrap_or_else(|| panic!("{address}: {}", answer.status()))
                .to_str()
                .unwrap();
            address = if to.starts_with('/') {
                format!("{}{to}", self.issuer)
            } else {
                to.to_owned()
            };
        }
        panic!("{person} does not come back");
    }
}

/// A server beside a provider.
struct Beside<'h> {
    house: &'h House,
    directory: &'h Directory,
    router: Router,
}

impl<'h> Beside<'h> {
    fn new(house: &'h House, directory: &'h Directory, settings: Settings) -> Self {
        house.clock.set(directory.now);
        let openid = Some(Arc::new(Provider::new(settings).unwrap()));
        let door = web::Door {
            openid,
            ..door(web::Reached::ByTls)
        };
        let router = web::router(house.office.clone(), door);
        Self {
            house,
            directory,
            router,
        }
    }

    fn get(&self, browser: &Browser, path: &str) -> Page {
        let request = self.house.request(browser, "GET", path, None);
        self.house.fetch_from(&self.router, request)
    }

    /// A browser that was sent to the provider, and where to.
    fn begun(&self) -> (Browser, String) {
        let page = self.get(&Browser::default(), "/api/openid/begin?to=/u/YS/repair");
        assert_eq!(page.status.as_u16(), 303);
        let browser = Browser {
            cookies: page.cookies,
            csrf: None,
        };
        (browser, page.location)
    }

    /// Comes back from the provider as this person; the page that follows.
    fn come(&self, person: &str) -> Page {
        let (browser, address) = self.begun();
        self.get(&browser, &self.directory.visit(&address, person))
    }

    fn forged(&self, what: &Value) -> String {
        self.directory.tell("/forge", what);
        self.come("desk").location
    }
}

fn refused(code: &str) -> String {
    format!("/?refused={code}")
}

#[test]
fn a_member_comes_in_by_the_provider_and_goes_out_there_too() {
    let Some(directory) = Directory::start() else {
        return;
    };
    let house = House::new();
    let beside = Beside::new(&house, &directory, directory.settings(Claim::Username));
    let offer = beside.get(&Browser::default(), "/api/openid");
    assert_eq!(offer.body, json!({"name": "云杉统一登录"}));
    let (browser, address) = beside.begun();
    assert!(
        address.starts_with(&format!("{}/auth?", directory.issuer)),
        "{address}"
    );
    assert!(address.contains("code_challenge_method=S256"), "{address}");
    let back = directory.visit(&address, "desk");
    let page = beside.get(&browser, &back);
    assert_eq!(
        (page.status.as_u16(), page.location.as_str()),
        (303, "/u/YS/repair")
    );
    for cookie in &page.set {
        assert!(
            cookie.contains("; HttpOnly; ") && cookie.ends_with("; Secure"),
            "{cookie}"
        );
    }
    let signed_in = Browser {
        cookies: page.cookies,
        csrf: None,
    };
    let me = beside.get(&signed_in, "/api/me").body;
    assert_eq!(
        (&me["login"], &me["came"]),
        (&json!("desk"), &json!("openid"))
    );
    // The account's first password was not his to change.
    assert_eq!(beside.get(&signed_in, "/api/units").status.as_u16(), 200);

    // The code is used up, and what the browser kept is gone from it.
    assert_eq!(signed_in.cookie("guanjia-openid"), Some(""));
    assert_eq!(
        beside.get(&signed_in, &back).location,
        refused("openid-state")
    );
    assert_eq!(
        beside.get(&browser, &back).location,
        refused("openid-refused")
    );

    let mine = Browser {
        csrf: me["csrf"].as_str().map(str::to_owned),
        ..signed_in
    };
    let request = house.request(&mine, "DELETE", "/api/session", None);
    let out = house.fetch_from(&beside.router, request);
    let go = out.body["go"].as_str().unwrap();
    assert!(
        go.starts_with(&format!("{}/session/end?", directory.issuer)),
        "{go}"
    );
    assert_eq!(beside.get(&mine, "/api/me").status.as_u16(), 401);

    // A new key is taken once it signs.
    directory.tell("/rotate", &json!({}));
    let now = house.clock.now();
    house.clock.set(now.plus_micros(11_000_000));
    assert_eq!(beside.come("desk").location, "/u/YS/repair");
}

#[test]
fn whoever_has_no_account_here_stays_outside() {
    let Some(directory) = Directory::start() else {
        return;
    };
    let house = House::new();
    let operator = Actor::operator("test");
    let unit = house.project;
    for login in [
        "yan@guanjia.test",
        "unverified@guanjia.test",
        "gone@guanjia.test",
    ] {
        let new = NewMember {
            unit,
            login: login.into(),
            name: "严先生".into(),
            post: "guard".into(),
            grid: None,
            team: None,
        };
        house.office.add_member(&operator, new).unwrap();
    }
    let by_email = Beside::new(&house, &directory, directory.settings(Claim::Email));
    assert_eq!(by_email.come("yan").location, "/u/YS/repair");
    // Another with the same address at the provider is another.
    assert_eq!(by_email.come("yan~2").location, refused("openid-unknown"));
    assert_eq!(
        by_email.come("unverified").location,
        refused("openid-unknown")
    );
    assert_eq!(
        by_email.come("stranger").location,
        refused("openid-unknown")
    );
    house
        .office
        .disable(&operator, "gone@guanjia.test", true)
        .unwrap();
    assert_eq!(by_email.come("gone").location, refused("openid-unknown"));
    house
        .office
        .disable(&operator, "yan@guanjia.test", true)
        .unwrap();
    assert_eq!(by_email.come("yan").location, refused("openid-unknown"));

    // Nobody is registered unless that is settled, and then in that post alone.
    let newcomer = Some(Newcomer {
        unit: "YS".into(),
        post: "guard".into(),
    });
    let open = Settings {
        newcomer,
        ..directory.settings(Claim::Email)
    };
    let open = Beside::new(&house, &directory, open);
    let page = open.come("stranger");
    assert_eq!(page.location, "/u/YS/repair");
    let me = open
        .get(
            &Browser {
                cookies: page.cookies,
                csrf: None,
            },
            "/api/me",
        )
        .body;
    assert_eq!(me["login"], "stranger@guanjia.test");
    assert_eq!(me["units"][0]["posts"][0]["post"], "guard");
}

#[test]
fn what_proves_nothing_lets_nobody_in() {
    let Some(directory) = Directory::start() else {
        return;
    };
    let house = House::new();
    let beside = Beside::new(&house, &directory, directory.settings(Claim::Username));
    let (browser, address) = beside.begun();
    let back = directory.visit(&address, "desk");
    // Not this browser's, not its state, too late, said no, another provider.
    assert_eq!(
        beside.get(&Browser::default(), &back).location,
        refused("openid-state")
    );
    assert_eq!(
        beside.get(&beside.begun().0, &back).location,
        refused("openid-state")
    );
    assert_eq!(
        beside
            .get(&browser, &back.replace("state=", "state=0"))
            .location,
        refused("openid-state")
    );
    let said_no = back.replace("code=", "error=access_denied&was=");
    assert_eq!(
        beside.get(&browser, &said_no).location,
        refused("openid-refused")
    );
    let other = back.replace("iss=", "iss=https%3A%2F%2Felsewhere.example&was=");
    assert_eq!(
        beside.get(&browser, &other).location,
        refused("openid-refused")
    );
    house.clock.set(directory.now.plus_micros(600_000_000));
    assert_eq!(
        beside.get(&browser, &back).location,
        refused("openid-state")
    );
    house.clock.set(directory.now);

    // The provider was asked for another nonce than this browser's.
    let (browser, address) = beside.begun();
    let (before, after) = address.split_once("nonce=").unwrap();
    let rest = after.split_once('&').map_or("", |(_, rest)| rest);
    let back = directory.visit(&format!("{before}nonce=another&{rest}"), "desk");
    assert_eq!(
        beside.get(&browser, &back).location,
        refused("openid-refused")
    );

    let past = directory.now.micros() / 1_000_000 - 10;
    for what in [
        json!({"claims": {"aud": "another-client"}}),
        json!({"claims": {"iss": "https://elsewhere.example"}}),
        json!({"claims": {"exp": past}}),
        json!({"claims": {"nonce": "another"}}),
        json!({"key": "unknown"}),
    ] {
        assert_eq!(beside.forged(&what), refused("openid-refused"), "{what}");
    }
    // Six have failed from here.
    assert_eq!(beside.come("desk").location, refused("sign-in-wait"));
    house.clock.set(directory.now.plus_micros(60_000_000));
    assert_eq!(beside.come("desk").location, "/u/YS/repair");
}

#[test]
fn a_server_without_a_provider_says_so() {
    let house = House::new();
    assert_eq!(house.get("", "/api/openid").is(200), json!({"name": null}));
    for path in ["/api/openid/begin", "/api/openid/return?code=x&state=x"] {
        assert_eq!(house.get("", path).refused(422), "openid-missing");
    }
}

#[test]
fn a_provider_that_does_not_answer_takes_nobody_s_time() {
    let house = House::new();
    let settings = Settings {
        // Nobody listens there.
        issuer: "http://127.0.0.1:1".into(),
        client: "guanjia".into(),
        secret: None,
        here: HERE.into(),
        claim: Claim::Email,
        name: None,
        newcomer: None,
    };
    let openid = Some(Arc::new(Provider::new(settings).unwrap()));
    let router = web::router(
        house.office.clone(),
        web::Door {
            openid,
            ..door(web::Reached::ByTls)
        },
    );
    let request = house.request(&Browser::default(), "GET", "/api/openid/begin", None);
    let page = house.fetch_from(&router, request);
    assert_eq!(page.location, refused("openid-unavailable"));
}
