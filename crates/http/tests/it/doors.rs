//! Signing in and out, and what must not work.

use crate::browser::Browser;
use crate::house::{House, door};
use app::Actor;
use app::account::{NewMember, Presented};
use app::sender::{Message, Sender};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

fn minutes(house: &House, minutes: i64) {
    let now = house.clock.now();
    house.clock.set(now.plus_micros(minutes * 60_000_000));
}

#[test]
fn a_session_is_opened_shown_and_ended() {
    let house = House::new();
    let browser = house.signed_in("desk");
    let me = house.visit(&browser, "GET", "/api/me", None);
    assert_eq!(me.body["login"], "desk");
    assert_eq!(me.body["units"][0]["posts"][0]["post"], "front-desk");
    let again = house.signed_in("Desk ");
    let listed = house.visit(&again, "GET", "/api/sessions", None);
    assert_eq!(listed.body["sessions"].as_array().map(Vec::len), Some(2));
    let other = listed.body["sessions"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["current"] == false))
        .and_then(|one| one["id"].as_str())
        .expect("the first session")
        .to_owned();
    let ended = house.visit(&again, "DELETE", &format!("/api/sessions/{other}"), None);
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(
        house.visit(&browser, "GET", "/api/me", None).status,
        StatusCode::UNAUTHORIZED
    );
    let out = house.visit(&again, "DELETE", "/api/session", None);
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert_eq!(
        house.visit(&again, "GET", "/api/me", None).code(),
        "sign-in-needed"
    );
}

#[test]
fn nobody_ends_anothers_session() {
    let house = House::new();
    let (desk, other) = (house.signed_in("desk"), house.signed_in("engineer"));
    let listed = house.visit(&desk, "GET", "/api/sessions", None);
    let id = listed.body["sessions"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let ended = house.visit(&other, "DELETE", &format!("/api/sessions/{id}"), None);
    assert_eq!(ended.status, StatusCode::NOT_FOUND);
    assert_eq!(
        house.visit(&desk, "GET", "/api/me", None).status,
        StatusCode::OK
    );
}

#[test]
fn a_session_ends_after_half_a_day_without_use() {
    let house = House::new();
    let browser = house.signed_in("desk");
    for _ in 0..3 {
        minutes(&house, 11 * 60);
        assert_eq!(
            house.visit(&browser, "GET", "/api/me", None).status,
            StatusCode::OK
        );
    }
    minutes(&house, 12 * 60 + 1);
    assert_eq!(
        house.visit(&browser, "GET", "/api/me", None).status,
        StatusCode::UNAUTHORIZED
    );
}

/// Whatever cookie somebody laid into a browser before, signing in makes a new session and leaves that one worthless.
#[test]
fn a_session_that_was_laid_ready_is_not_taken_over() {
    let house = House::new();
    let laid = Browser {
        cookies: vec![("guanjia-session".into(), "a".repeat(40))],
        csrf: None,
    };
    let answer = house.try_sign_in(&laid, "desk", &house.password);
    assert_eq!(answer.status, StatusCode::CREATED);
    let token = answer
        .cookies
        .iter()
        .find(|(name, _)| name == "guanjia-session");
    assert_ne!(
        token.map(|(_, value)| value.as_str()),
        Some("a".repeat(40).as_str())
    );
    assert_eq!(
        house.visit(&laid, "GET", "/api/me", None).status,
        StatusCode::UNAUTHORIZED
    );
    // A session of one's own is not reused for another login either.
    let mine = house.signed_in("desk");
    let again = house.try_sign_in(&mine, "desk", &house.password);
    let token = again
        .cookies
        .iter()
        .find(|(name, _)| name == "guanjia-session");
    assert_ne!(
        token.map(|(_, value)| value.as_str()),
        mine.cookie("guanjia-session")
    );
}

#[test]
fn a_cookie_alone_changes_nothing() {
    let house = House::new();
    let browser = house.signed_in("desk");
    let body = json!({"name": "x", "scopes": "see"});
    let bare = Browser {
        csrf: None,
        ..browser.clone()
    };
    let wrong = Browser {
        csrf: Some("0".repeat(32)),
        ..browser.clone()
    };
    for forged in [&bare, &wrong] {
        let answer = house.visit(forged, "POST", "/api/tokens", Some(body.clone()));
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::FORBIDDEN, "csrf")
        );
    }
    for (header, value) in [
        ("origin", "https://elsewhere.test"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let mut request = house.request(&browser, "POST", "/api/tokens", Some(body.clone()));
        let value = value.parse().expect("a value");
        request.headers_mut().insert(header, value);
        assert_eq!(house.fetch(request).code(), "csrf", "{header}");
    }
    let mut own = house.request(&browser, "POST", "/api/tokens", Some(body));
    own.headers_mut()
        .insert("origin", "https://guanjia.test".parse().expect("a value"));
    assert_eq!(house.fetch(own).status, StatusCode::CREATED);
    // A page of this site need not show the token where the browser names its origin.
    let named = json!({"name": "y", "scopes": "see"});
    let mut page = house.request(&bare, "POST", "/api/tokens", Some(named));
    page.headers_mut()
        .insert("origin", "https://guanjia.test".parse().expect("a value"));
    assert_eq!(house.fetch(page).status, StatusCode::CREATED);
    // Nobody is signed in by another site's form either.
    let login = json!({"login": "desk", "password": house.password});
    let mut form = house.request(&Browser::default(), "POST", "/api/session", Some(login));
    form.headers_mut()
        .insert("origin", "https://elsewhere.test".parse().expect("a value"));
    assert_eq!(house.fetch(form).code(), "csrf");
}

#[test]
fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let house = House::new();
    let answer = house.try_sign_in(&Browser::default(), "desk", &house.password);
    for cookie in &answer.set {
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
            "{cookie}"
        );
    }
}

#[test]
fn failures_slow_down_whoever_fails_and_nobody_else() {
    let house = House::new();
    let known = house.signed_in("desk");
    let device = Browser {
        cookies: known
            .cookies
            .iter()
            .filter(|(name, _)| name == "guanjia-device")
            .cloned()
            .collect(),
        csrf: None,
    };
    let stranger = Browser::default();
    for _ in 0..6 {
        let answer = house.try_sign_in(&stranger, "desk", "wrong-password");
        assert_eq!(answer.code(), "sign-in-wrong");
    }
    let waits = house.try_sign_in(&stranger, "desk", &house.password);
    assert_eq!(
        (waits.status, waits.code()),
        (StatusCode::TOO_MANY_REQUESTS, "sign-in-wait")
    );
    let at_home = house.try_sign_in(&device, "desk", &house.password);
    assert_eq!(
        at_home.status,
        StatusCode::CREATED,
        "a device of his own still works"
    );
    // From elsewhere he gets in as well: the count is of a login at a place.
    let elsewhere = Presented {
        source: "198.51.100.7".into(),
        ..Presented::default()
    };
    let signed = house
        .office
        .sign_in("desk", &house.password, None, &elsewhere);
    assert!(signed.is_ok(), "{signed:?}");
    minutes(&house, 1);
    let later = house.try_sign_in(&stranger, "desk", &house.password);
    assert_eq!(later.status, StatusCode::CREATED);
}

/// The quickest of several, so that a busy machine says nothing: an unknown login costs a password's time, too.
#[test]
fn an_unknown_login_is_told_as_late_as_a_known_one() {
    let house = House::new();
    let took = |login: &str, at: usize| {
        let from = Presented {
            source: format!("203.0.113.{at}"),
            ..Presented::default()
        };
        let begun = std::time::Instant::now();
        let error = house.office.sign_in(login, "wrong-password", None, &from);
        assert_eq!(
            error.map(|_| ()).map_err(|error| error.code()),
            Err("sign-in-wrong")
        );
        begun.elapsed()
    };
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for at in 0..6 {
        known = known.min(took("desk", at));
        unknown = unknown.min(took("no-such-login", at));
    }
    assert!(
        unknown * 2 > known && known * 2 > unknown,
        "{known:?} {unknown:?}"
    );
}

#[test]
fn a_password_set_by_another_is_changed_before_anything_else() {
    let house = House::new();
    let unit = house.office.unit("YS").expect("a unit").id;
    let new = NewMember {
        unit,
        login: "zhang.wei".into(),
        name: "张伟".into(),
        post: "front-desk".into(),
        grid: None,
        team: None,
    };
    let added = house
        .office
        .add_member(&Actor::operator("root"), new.clone());
    let (_, first) = added.expect("added");
    let twice = house.office.add_member(&Actor::operator("root"), new);
    assert_eq!(
        twice.map_err(|error| error.code()).err(),
        Some("login-taken")
    );
    let answer = house.try_sign_in(&Browser::default(), "zhang.wei", &first);
    let browser = Browser {
        csrf: answer.body["csrf"].as_str().map(str::to_owned),
        cookies: answer.cookies,
    };
    assert_eq!(answer.body["must_change_password"], true);
    assert_eq!(
        house.visit(&browser, "GET", "/api/units", None).code(),
        "password-must-change"
    );
    let weak = json!({"old": first, "new": "short"});
    assert_eq!(
        house
            .visit(&browser, "POST", "/api/password", Some(weak))
            .code(),
        "password-weak"
    );
    let good = json!({"old": first, "new": "a longer password"});
    let changed = house.visit(&browser, "POST", "/api/password", Some(good));
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{}", changed.body);
    assert_eq!(
        house.visit(&browser, "GET", "/api/units", None).status,
        StatusCode::OK
    );
    house
        .office
        .disable(&Actor::operator("root"), "zhang.wei", true)
        .expect("disabled");
    assert_eq!(
        house.visit(&browser, "GET", "/api/me", None).status,
        StatusCode::UNAUTHORIZED
    );
    let out = house.try_sign_in(&Browser::default(), "zhang.wei", "a longer password");
    assert_eq!(out.code(), "sign-in-wrong");
}

#[test]
fn a_token_does_what_its_scopes_say_and_its_owner_may() {
    let house = House::new();
    let repair = house.repair("厨房漏水");
    let browser = house.signed_in("desk");
    let made = house.visit(
        &browser,
        "POST",
        "/api/tokens",
        Some(json!({"name": "calls", "scopes": "see:visit", "days": 2})),
    );
    let token = made.body["token"].as_str().expect("a token").to_owned();
    let ask = |method: &str, path: &str, body: &str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .expect("a request");
        house.fetch(request)
    };
    let repairs = ask("GET", "/api/units/YS/records?kind=repair", "");
    assert_eq!(repairs.status, StatusCode::OK);
    assert_eq!(repairs.body["records"].as_array().map(Vec::len), Some(0));
    let number = repair["record"]["number"].as_str().expect("a number");
    let journal = ask(
        "GET",
        &format!("/api/units/YS/records/{number}/journal"),
        "",
    );
    assert_eq!(journal.status, StatusCode::NOT_FOUND);
    // It does not become its owner.
    let more = ask("POST", "/api/tokens", r#"{"name": "more", "scopes": "do"}"#);
    assert_eq!(more.code(), "not-yourself");
    let password = ask(
        "POST",
        "/api/password",
        r#"{"old": "x", "new": "a longer password"}"#,
    );
    assert_eq!(password.code(), "not-yourself");
    minutes(&house, 2 * 24 * 60);
    assert_eq!(
        ask("GET", "/api/units", "").status,
        StatusCode::UNAUTHORIZED
    );
}

#[test]
fn a_second_factor_is_asked_for_and_each_code_counts_once() {
    let house = House::new();
    let browser = house.signed_in("desk");
    let offered = house.visit(&browser, "POST", "/api/totp", None);
    let secret = offered.body["secret"]
        .as_str()
        .expect("a secret")
        .to_owned();
    let code = || {
        let bytes = totp_rs::Secret::Encoded(secret.clone())
            .to_bytes()
            .expect("a secret");
        let totp = totp_rs::TOTP::new_unchecked(
            totp_rs::Algorithm::SHA1,
            6,
            0,
            30,
            bytes,
            None,
            String::new(),
        );
        totp.generate(u64::try_from(house.clock.now().micros() / 1_000_000).expect("a time"))
    };
    let wrong = json!({"secret": secret, "code": "000"});
    let refused = house.visit(&browser, "PUT", "/api/totp", Some(wrong));
    assert_eq!(refused.code(), "code-wrong");
    let right = json!({"secret": secret, "code": code()});
    let confirmed = house.visit(&browser, "PUT", "/api/totp", Some(right));
    assert_eq!(
        confirmed.status,
        StatusCode::NO_CONTENT,
        "{}",
        confirmed.body
    );
    let with = |code: Option<String>| {
        let body = json!({"login": "desk", "password": house.password, "code": code});
        house.visit(&Browser::default(), "POST", "/api/session", Some(body))
    };
    assert_eq!(with(None).code(), "sign-in-code-needed");
    assert_eq!(
        with(Some(code())).code(),
        "sign-in-wrong",
        "it was used to confirm"
    );
    // A session alone does not put another device in its place.
    minutes(&house, 1);
    let other = json!({"secret": secret, "code": code()});
    let refused = house.visit(&browser, "PUT", "/api/totp", Some(other));
    assert_eq!(refused.code(), "second-factor-on");
    assert_eq!(with(Some(code())).status, StatusCode::CREATED);
    assert_eq!(with(Some(code())).code(), "sign-in-wrong", "once");
    // It is asked for no more; that it was, and is not, stands among the sign-ins: once each, in one's own list
    // and that of whoever keeps the account.
    for _ in 0..2 {
        let again = json!({"password": house.password});
        let dropped = house.visit(&browser, "DELETE", "/api/totp", Some(again));
        assert_eq!(dropped.status, StatusCode::NO_CONTENT, "{}", dropped.body);
    }
    assert_eq!(with(None).status, StatusCode::CREATED);
    let own = house.visit(&browser, "GET", "/api/sign-ins", None).body;
    let lines = own["lines"].as_array().expect("lines");
    let what = lines.iter().filter_map(|line| line["what"].as_str());
    let switched: Vec<&str> = what
        .filter(|what| what.contains("second-factor-"))
        .collect();
    assert_eq!(switched.len(), 2, "{own}");
    assert!(switched.contains(&"second-factor-on") && switched.contains(&"second-factor-off"));
    let path = "/api/accounts/desk/sign-ins";
    let admin = house.signed_in("admin");
    assert_eq!(house.visit(&admin, "GET", path, None).body, own);
    let refused = house.visit(&browser, "GET", path, None);
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
}

/// Nobody has an account yet: the code that the program printed makes the first administrator, once.
#[test]
fn the_first_administrator_sets_himself_up_by_the_code_that_was_printed() {
    for house in House::founded_each() {
        let nobody = Browser::default();
        let first = house.office.set_up_code().expect("a code").expect("one");
        let code = house.office.set_up_code().expect("a code").expect("one");
        let asked = |code: &str, password: &str| {
            let body =
                json!({"code": code, "login": "root", "name": "系统管理", "password": password});
            house.visit(&nobody, "POST", "/api/setup", Some(body))
        };
        assert_eq!(asked(&first, "a good password").code(), "code-wrong");
        assert_eq!(asked(&code, "short").code(), "password-weak");
        let page = asked(&code, "a good password");
        assert_eq!(page.status, StatusCode::CREATED, "{}", page.body);
        assert_eq!(page.body["units"][0]["posts"][0]["post"], "administrator");
        let may = page.body["units"][0]["may"].as_array().expect("privileges");
        assert!(may.contains(&json!("accounts")), "{may:?}");
        assert_eq!(asked(&code, "a good password").code(), "set-up-done");
        assert!(house.office.set_up_code().expect("answers").is_none());
        let root = Browser {
            csrf: page.body["csrf"].as_str().map(str::to_owned),
            cookies: page.cookies,
        };
        let new = json!({"unit": "YS", "login": "zhou", "name": "周晓", "post": "front-desk"});
        let added = house.visit(&root, "POST", "/api/accounts", Some(new));
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
        let given = added.body["password"].as_str().expect("a password");
        let page = house.try_sign_in(&nobody, "zhou", given);
        assert_eq!(page.body["must_change_password"], true);
    }
}

#[test]
fn a_customer_comes_by_an_invitation_that_is_used_once() {
    let house = House::new();
    let fields = [
        ("display", "王女士"),
        ("relation", "owner"),
        ("full_name", "王若溪"),
        ("phone", "13987654321"),
    ];
    let owner = house.open("party", &fields, &[("home", house.home)]);
    let asked = json!({"party": owner.to_string()});
    let path = "/api/units/YS/invitations";
    let engineer = house.signed_in("engineer");
    let refused = house.visit(&engineer, "POST", path, Some(asked.clone()));
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.body);
    let steward = house.signed_in("steward");
    let first = house.visit(&steward, "POST", path, Some(asked.clone()));
    let invited = house.visit(&steward, "POST", path, Some(asked));
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.body);
    let come = |page: &crate::browser::Page| {
        let body = json!({"code": page.body["code"]});
        let nobody = Browser::default();
        house.visit(&nobody, "POST", "/api/customer/session", Some(body))
    };
    assert_eq!(
        come(&first).code(),
        "code-wrong",
        "a later one took its place"
    );
    let page = come(&invited);
    assert_eq!(page.status, StatusCode::CREATED, "{}", page.body);
    assert_eq!(page.body["party"], owner.to_string());
    assert_eq!(page.body["name"], "王女士");
    assert_eq!(come(&invited).code(), "code-wrong", "once");
}

/// Keeps what it was to carry.
struct Kept(Mutex<mpsc::Sender<Message>>);

impl Sender for Kept {
    fn send(&self, message: &Message) -> Result<(), String> {
        let kept = self.0.lock().map_err(|error| error.to_string())?;
        kept.send(message.clone())
            .map_err(|error| error.to_string())
    }
}

#[test]
fn a_customer_confirms_a_telephone_and_signs_in_by_codes_that_are_sent_there() {
    House::each().for_each(|house| confirms_and_signs_in(&house));
}

fn confirms_and_signs_in(house: &House) {
    let (carry, carried) = mpsc::channel();
    let router = web::router(
        house.office.clone(),
        web::Door {
            sender: Some(Arc::new(Kept(Mutex::new(carry)))),
            ..web::Door::default()
        },
    );
    let ask = |browser: &Browser, method: &str, path: &str, body: serde_json::Value| {
        let body = Some(body);
        house.fetch_from(&router, house.request(browser, method, path, body))
    };
    let fields = [
        ("display", "王女士"),
        ("relation", "owner"),
        ("full_name", "王若溪"),
        ("phone", "13987654321"),
    ];
    let owner = house.open("party", &fields, &[("home", house.home)]);
    let nobody = Browser::default();
    let phone = json!({"phone": "139 1234 5678"});
    let code = |code: &str| json!({"phone": "13912345678", "code": code});
    // Whoever is not known is told the same, and sent nothing.
    let asked = ask(&nobody, "POST", "/api/customer/code", phone.clone());
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    let steward = house.signed_in("steward");
    let party = json!({"party": owner.to_string()});
    let invited = house.visit(&steward, "POST", "/api/units/YS/invitations", Some(party));
    let invited = json!({"code": invited.body["code"]});
    let page = ask(&nobody, "POST", "/api/customer/session", invited);
    let customer = Browser {
        csrf: page.body["csrf"].as_str().map(str::to_owned),
        cookies: page.cookies,
    };
    let member = ask(&steward, "PUT", "/api/customer/phone", phone.clone());
    assert_eq!(member.code(), "not-yourself");
    let sent = ask(&customer, "PUT", "/api/customer/phone", phone.clone());
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    let message = carried.recv().expect("a code");
    assert_eq!(
        (message.purpose, message.to.as_str()),
        ("confirm-phone", "139 1234 5678")
    );
    let wrong = ask(&customer, "PUT", "/api/customer/phone", code("no"));
    assert_eq!(wrong.code(), "code-wrong");
    // A code to confirm with signs nobody in.
    let early = ask(
        &nobody,
        "POST",
        "/api/customer/session",
        code(&message.code),
    );
    assert_eq!(early.code(), "code-wrong");
    let confirmed = ask(&customer, "PUT", "/api/customer/phone", code(&message.code));
    assert_eq!(
        confirmed.status,
        StatusCode::NO_CONTENT,
        "{}",
        confirmed.body
    );

    minutes(house, 2);
    ask(&nobody, "POST", "/api/customer/code", phone.clone());
    let first = carried.recv().expect("a code");
    assert_eq!(first.purpose, "sign-in-code");
    // A second one at once is not sent; the first still counts, once.
    ask(&nobody, "POST", "/api/customer/code", phone.clone());
    let page = ask(&nobody, "POST", "/api/customer/session", code(&first.code));
    assert_eq!(page.status, StatusCode::CREATED, "{}", page.body);
    assert_eq!(page.body["party"], owner.to_string());
    let again = ask(&nobody, "POST", "/api/customer/session", code(&first.code));
    assert_eq!(again.code(), "code-wrong", "once");
    assert!(carried.try_recv().is_err());

    // Five wrong guesses, each from elsewhere, take the right code with them.
    minutes(house, 2);
    ask(&nobody, "POST", "/api/customer/code", phone.clone());
    let guessed = carried.recv().expect("a code");
    let from = |at: usize| Presented {
        source: format!("203.0.113.{at}"),
        ..Presented::default()
    };
    for at in 0..5 {
        let wrong = house.office.sign_in_by_code("13912345678", "x", &from(at));
        assert_eq!(
            wrong.map_err(|error| error.code()).err(),
            Some("code-wrong")
        );
    }
    let late = house
        .office
        .sign_in_by_code("13912345678", &guessed.code, &from(9));
    assert_eq!(late.map_err(|error| error.code()).err(), Some("code-wrong"));
    // And a code holds ten minutes.
    minutes(house, 2);
    ask(&nobody, "POST", "/api/customer/code", phone);
    let old = carried.recv().expect("a code");
    minutes(house, 11);
    let late = house
        .office
        .sign_in_by_code("13912345678", &old.code, &from(10));
    assert_eq!(late.map_err(|error| error.code()).err(), Some("code-wrong"));
}

#[test]
fn without_a_sender_no_code_is_promised() {
    let house = House::new();
    let body = Some(json!({"phone": "13912345678"}));
    let page = house.visit(&Browser::default(), "POST", "/api/customer/code", body);
    assert_eq!(
        (page.status, page.code()),
        (StatusCode::UNPROCESSABLE_ENTITY, "sender-missing")
    );
}

/// Without a proxy anybody could write any address into the header.
#[test]
fn a_forwarded_address_counts_only_behind_a_proxy() {
    let house = House::new();
    let fail = |router: &axum::Router, forwarded: &str| {
        let body = json!({"login": "desk", "password": "wrong-password"});
        let mut request = house.request(&Browser::default(), "POST", "/api/session", Some(body));
        let value = forwarded.parse().expect("a value");
        request.headers_mut().insert("x-forwarded-for", value);
        house.fetch_from(router, request).code().to_owned()
    };
    let plain = web::router(house.office.clone(), door(web::Reached::Plainly));
    for at in 0..6 {
        assert_eq!(fail(&plain, &format!("198.51.100.{at}")), "sign-in-wrong");
    }
    assert_eq!(fail(&plain, "198.51.100.99"), "sign-in-wait");
    let proxied = web::router(house.office.clone(), door(web::Reached::ByProxy));
    for _ in 0..6 {
        assert_eq!(fail(&proxied, "192.0.2.1, 203.0.113.7"), "sign-in-wrong");
    }
    assert_eq!(fail(&proxied, "192.0.2.2, 203.0.113.7"), "sign-in-wait");
    assert_eq!(fail(&proxied, "203.0.113.7, 203.0.113.8"), "sign-in-wrong");
}

#[test]
fn behind_tls_cookies_are_kept_to_it() {
    let house = House::new();
    let router = web::router(house.office.clone(), door(web::Reached::ByTls));
    let body = json!({"login": "desk", "password": house.password});
    let request = house.request(&Browser::default(), "POST", "/api/session", Some(body));
    let page = house.fetch_from(&router, request);
    assert_eq!(page.set.len(), 2);
    assert!(page.set.iter().all(|cookie| cookie.ends_with("; Secure")));
}

#[test]
fn one_learns_who_one_is_and_chooses_a_language() {
    let house = House::new();
    let browser = house.signed_in("desk");
    let me = house.visit(&browser, "GET", "/api/me", None);
    assert_eq!(me.body["name"], "周晓");
    assert_eq!(me.body["locale"], "zh-CN");
    assert_eq!(me.body["came"], "password");
    assert_eq!(me.body["member"], house.member("desk"));
    assert_eq!(me.body["units"][0]["may"], json!([]));
    let chosen = house.visit(&browser, "PATCH", "/api/me", Some(json!({"locale": "en"})));
    assert_eq!(chosen.status, StatusCode::NO_CONTENT, "{}", chosen.body);
    let me = house.visit(&browser, "GET", "/api/me", None);
    assert_eq!(me.body["locale"], "en");
}
