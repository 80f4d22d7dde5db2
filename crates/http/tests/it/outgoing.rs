//! What leaves the program by itself: reminders and webhooks, to sinks that the tests hold open on this machine.

use crate::house::{House, at, door};
use app::reminder::carry::{Carrier, carry};
use app::reminder::remind;
use app::webhook::{self, deliver};
use app::{Actor, Clock, Extras, Office};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use store::{Options, Store};
use web::{Hook, Mail, Networks, Post};

/// A server that keeps what it is told and answers what it is set to.
struct Sink {
    address: SocketAddr,
    answer: Arc<AtomicU16>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    fn new(answer: u16, talk: fn(TcpStream, u16) -> Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sink = Self {
            address: listener.local_addr().unwrap(),
            answer: Arc::new(AtomicU16::new(answer)),
            heard: Arc::default(),
        };
        let (answer, heard) = (sink.answer.clone(), sink.heard.clone());
        // It ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, heard) = (answer.load(Ordering::SeqCst), heard.clone());
                thread::spawn(move || heard.lock().unwrap().extend(talk(stream, answer)));
            }
        });
        sink
    }
    fn http(answer: u16) -> Self {
        Self::new(answer, hear_request)
    }
    fn smtp(answer: u16) -> Self {
        Self::new(answer, hear_mail)
    }
    fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }
    fn answer(&self, status: u16) {
        self.answer.store(status, Ordering::SeqCst);
    }
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

/// A request with its head, kept before it is answered, so that whoever has the answer finds it.
fn hear_request(stream: TcpStream, status: u16) -> Option<String> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut said, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        said.push_str(&line);
        if line == "\r\n" || line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    said.push_str(&String::from_utf8(body).unwrap());
    let more = if status == 302 {
        "location: /elsewhere\r\n"
    } else {
        ""
    };
    let mut stream = stream;
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n{more}\r\n"
    );
    Some(said)
}

/// A mail with its receivers; `status` other than 250 refuses whoever sends.
fn hear_mail(stream: TcpStream, status: u16) -> Option<String> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    let mut say = |text: &str| {
        let _ = stream.write_all(format!("{text}\r\n").as_bytes());
    };
    say("220 sink");
    let (mut said, mut in_data, mut done) = (String::new(), false, None);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return done;
        }
        if in_data {
            if line == ".\r\n" {
                in_data = false;
                done = Some(std::mem::take(&mut said));
                say("250 kept");
            } else {
                said.push_str(&line);
            }
            continue;
        }
        match line.get(..4).unwrap_or_default() {
            "MAIL" if status != 250 => say(&format!("{status} not now, lin@example.com")),
            "RCPT" => {
                said.push_str(&line);
                say("250 ok");
            }
            "DATA" => {
                in_data = true;
                say("354 go on");
            }
            "QUIT" => {
                say("221 bye");
                return done;
            }
            _ => say("250 ok"),
        }
    }
}

/// As another server has it: a store of its own on the same database.
fn another(house: &House) -> Office {
    let store = Store::open(house.place.location(), &Options::default()).unwrap();
    Office::with(store, house.clock.clone(), Extras::default())
}

/// Both servers at once; what they did together.
fn both<T: Send>(house: &House, other: &Office, work: impl Fn(&Office) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let begun = [&house.office, other].map(|office| scope.spawn(|| work(office)));
        begun.map(|it| it.join().unwrap()).into()
    })
}

#[test]
fn whoever_holds_a_duty_is_reminded_once_by_every_way_whatever_servers_look() {
    for house in House::each() {
        let other = another(&house);
        let (mail, hook) = (Sink::smtp(250), Sink::http(204));
        let server = format!("smtp://{}", mail.address);
        let carriers: Vec<Arc<dyn Carrier>> = vec![
            Arc::new(Mail::new(&server, "管家 <duty@example.com>").unwrap()),
            Arc::new(Hook::new(hook.url(), "a secret".into())),
        ];
        let put = |address: &str| {
            let headers = [("content-type", "application/json")];
            let body = json!({ "address": address }).to_string();
            house.ask("PUT", "/api/mailbox", "desk", &headers, body)
        };
        assert_eq!(put("not an address").refused(400), "mail-address-wrong");
        assert_eq!(put("lin@example.com").status.as_u16(), 204);
        let order = house.repair("厨房漏水");
        let number = order["record"]["number"].as_str().unwrap().to_owned();
        let remind_all = || -> u64 {
            let now = house.clock.now();
            both(&house, &other, |office| {
                remind(office, house.project, now).unwrap()
            })
            .iter()
            .sum()
        };
        assert_eq!(remind_all(), 0, "five minutes are not over yet");
        // A quarter of the five minutes is left.
        house.set("2026-03-02 09:04");
        assert_eq!(remind_all(), 1);
        assert_eq!(remind_all(), 0);
        let told = house.get("desk", "/api/reminders").is(200);
        assert_eq!(
            (
                told["unread"].as_i64(),
                told["reminders"].as_array().unwrap().len()
            ),
            (Some(1), 1)
        );
        let one = &told["reminders"][0];
        assert_eq!(
            (one["why"].as_str(), one["number"].as_str()),
            (Some("due"), Some(number.as_str()))
        );
        assert_eq!(
            one["zh"],
            format!("维修工单 {number}：“限时送单”应在 2026-03-02 09:05 前办成")
        );
        assert_eq!(house.get("steward", "/api/reminders").is(200)["unread"], 0);

        // The mail server is busy at first: the other way is not kept back by it, and nothing is said twice.
        mail.answer(451);
        let carry_all = || -> u64 {
            let now = house.clock.now();
            both(&house, &other, |office| {
                carry(office, &carriers, now).unwrap()
            })
            .iter()
            .sum()
        };
        assert_eq!(carry_all(), 1);
        let posted = hook.take();
        assert_eq!(posted.len(), 1);
        assert!(posted[0].contains("guanjia-event: reminder") && posted[0].contains(&number));
        let jobs = house.get("admin", "/api/units/YS/jobs").is(200);
        assert_eq!(jobs["jobs"].as_array().unwrap().len(), 1, "{jobs}");
        let why = jobs["jobs"][0]["error"].as_str().unwrap();
        assert!(why.contains("451") && !why.contains("lin@"), "{why}");
        mail.answer(250);
        house.set("2026-03-02 09:06");
        assert_eq!(carry_all(), 1);
        let letters = mail.take();
        assert_eq!(letters.len(), 1);
        assert!(letters[0].contains("lin@example.com") && letters[0].contains("Subject: "));
        for said in letters.iter().chain(&posted) {
            assert!(
                !said.contains("厨房漏水") && !said.contains("13812345678"),
                "{said}"
            );
        }

        // Missed now; what he has read is carried no further.
        assert_eq!(remind_all(), 1);
        let path = |told: &Value| {
            format!(
                "/api/units/YS/reminders/{}/read",
                told["id"].as_str().unwrap()
            )
        };
        let told = house.get("desk", "/api/reminders?unread=true").is(200);
        assert_eq!(told["reminders"][0]["why"], "missed");
        assert_eq!(
            house
                .post("steward", &path(&told["reminders"][0]), &json!({}))
                .refused(404),
            "not-found"
        );
        for one in told["reminders"].as_array().unwrap() {
            assert_eq!(
                house.post("desk", &path(one), &json!({})).status.as_u16(),
                204
            );
        }
        assert_eq!(house.get("desk", "/api/reminders").is(200)["unread"], 0);
        assert_eq!(carry_all(), 0);
        assert!(mail.take().is_empty() && hook.take().is_empty());
        assert!(
            house.get("admin", "/api/units/YS/jobs").is(200)["jobs"]
                .as_array()
                .unwrap()
                .is_empty()
        );
    }
}

#[test]
fn whoever_a_duty_comes_to_hears_so_on_his_board_and_who_took_it_does_not() {
    let house = House::new();
    house.repair("厨房漏水");
    let body = json!({"from": "desk", "to": "manager", "second": "steward", "reason": "调岗"});
    let listed = house
        .get("desk", "/api/units/YS/records?kind=repair")
        .is(200);
    let record = listed["records"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/units/YS/records/{record}/hand-over");
    let done = house.post("lead", &path, &body);
    assert!(done.status.is_success(), "{}", done.text());
    let told = house.get("manager", "/api/reminders").is(200);
    assert_eq!(told["unread"], 1, "{told}");
    assert_eq!(told["reminders"][0]["why"], "handed-over");
    assert_eq!(house.get("lead", "/api/reminders").is(200)["unread"], 0);
    let heard = house.first_events("/api/units/YS/events", "0", 2);
    assert!(
        heard.contains("event: reminders\ndata: {\"unread\":1}"),
        "{heard}"
    );
    assert_eq!(
        house
            .post("manager", "/api/reminders/read", &json!({}))
            .status
            .as_u16(),
        204
    );
    assert_eq!(house.get("manager", "/api/reminders").is(200)["unread"], 0);
}

/// A house whose server may tell programs of this machine.
fn local(house: &mut House) {
    let mut open = door(web::Reached::Plainly);
    open.networks = Networks::Any;
    house.router = web::router(house.office.clone(), open);
}

#[test]
fn a_private_address_is_refused_and_a_program_elsewhere_is_not_led_on() {
    let mut house = House::new();
    let sink = Sink::http(302);
    let asked = json!({"url": sink.url(), "events": ["repair/open"]});
    let add = |house: &House, login: &str, body: &Value| {
        house.post(login, "/api/units/YS/webhooks", body)
    };
    assert_eq!(add(&house, "admin", &asked).refused(400), "webhook-address");
    assert_eq!(
        add(&house, "desk", &asked).refused(403),
        "privilege-missing"
    );
    local(&mut house);
    let wrong = json!({"url": sink.url(), "events": ["repair/fly"]});
    assert_eq!(add(&house, "admin", &wrong).refused(400), "webhook-event");
    let id = add(&house, "admin", &asked).is(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    house.repair("厨房漏水");
    // Subscribed where that was allowed, reached where it is not: judged again.
    let now = house.clock.now();
    assert_eq!(
        deliver(&house.office, &Post::new(Networks::Public), now).unwrap(),
        0
    );
    assert!(sink.take().is_empty());
    let job = &house.get("admin", "/api/units/YS/jobs").is(200)["jobs"][0];
    assert!(
        job["error"].as_str().unwrap().contains("private network"),
        "{job}"
    );
    let tried = house
        .post(
            "admin",
            &format!("/api/units/YS/webhooks/{id}/try"),
            &json!({}),
        )
        .is(200);
    assert_eq!(tried["reached"], false);
    let heard = sink.take();
    assert_eq!(heard.len(), 1, "a redirect is followed nowhere: {heard:?}");
    assert!(tried["error"].as_str().unwrap().contains("302"));
}

#[test]
fn a_program_is_told_each_step_once_signed_and_switched_off_when_it_is_long_gone() {
    for mut house in House::each() {
        local(&mut house);
        let (sink, post) = (Sink::http(500), Post::new(Networks::Any));
        let asked = json!({"url": sink.url(), "events": ["repair/open"]});
        let added = house
            .post("admin", "/api/units/HQ/webhooks", &asked)
            .is(201);
        let (id, secret) = (
            added["id"].as_str().unwrap(),
            added["secret"].as_str().unwrap(),
        );
        let path = format!("/api/units/HQ/webhooks/{id}");
        let listed = || house.get("admin", "/api/units/HQ/webhooks").is(200)["webhooks"][0].clone();
        assert!(!listed().to_string().contains(secret));
        let order = house.repair("厨房漏水");
        let other = another(&house);
        let deliver_all = || -> u64 {
            let now = house.clock.now();
            both(&house, &other, |office| {
                deliver(office, &post, now).unwrap()
            })
            .iter()
            .sum()
        };
        assert_eq!(deliver_all(), 0);
        assert_eq!(
            (sink.take().len(), listed()["failures"].as_i64()),
            (1, Some(1))
        );
        sink.answer(204);
        assert_eq!(deliver_all(), 0, "a minute has to pass");
        house.set("2026-03-02 09:02");
        assert_eq!(deliver_all(), 1);
        assert_eq!(listed()["failures"], 0);
        let heard = sink.take();
        let (head, body) = heard[0].split_once("\r\n\r\n").unwrap();
        let value = |name: &str| {
            head.lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap()
                .trim()
        };
        let now = at("2026-03-02 09:02").micros() / 1_000_000;
        assert_eq!(
            value("guanjia-signature:"),
            web::signature(secret, now, body)
        );
        let said: Value = serde_json::from_str(body).unwrap();
        assert_eq!(
            (said["event"].as_str(), &said["record"]),
            (Some("repair/open"), &order["record"]["id"])
        );
        assert_eq!(value("guanjia-delivery:"), said["id"].as_str().unwrap());
        assert!(
            !body.contains("厨房漏水") && !body.contains("13812345678"),
            "{body}"
        );

        // Not asked for: a step of another name.
        let sent = house.step("desk", &order, "send", &json!({}));
        assert!(sent.status.is_success(), "{}", sent.text());
        assert_eq!((deliver_all(), sink.take().len()), (0, 0));

        sink.answer(500);
        // Much happens while it is away: it is asked a few times in each pass, and whoever else listens is not kept waiting.
        let beside = Sink::http(204);
        let asked = json!({"url": beside.url(), "events": ["repair/open"]});
        let second = house
            .post("admin", "/api/units/YS/webhooks", &asked)
            .is(201);
        for _ in 0..24 {
            house.repair("走廊灯");
        }
        let pass = |time: &str| {
            house.set(time);
            let told = deliver(&house.office, &post, house.clock.now()).unwrap();
            (told, sink.take().len(), beside.take().len())
        };
        assert_eq!(pass("2026-03-02 09:03"), (24, 3, 24));
        for time in ["05", "08", "13", "23", "43"] {
            assert_eq!(pass(&format!("2026-03-02 09:{time}")), (0, 3, 0), "{time}");
        }
        for time in ["10:18", "11:23", "13:33"] {
            assert_eq!(pass(&format!("2026-03-02 {time}")), (0, 3, 0), "{time}");
        }
        let away = listed();
        assert_eq!(away["failures"], 27);
        assert!(away["off_at"].is_null(), "it may come back: {away}");
        // A day after the first of these it is given up, and what waits for it with it.
        assert_eq!(pass("2026-03-03 09:03"), (0, 1, 0));
        let off = listed()["off_at"].as_str().unwrap().to_owned();
        assert!(off.starts_with("2026-03-03T09:03"), "{off}");
        // Whoever keeps the subscriptions is told so, once; nobody else is.
        let told = house.get("admin", "/api/reminders").is(200);
        let given_up = told["reminders"].as_array().unwrap();
        let [one] = given_up.as_slice() else {
            panic!("{told}")
        };
        assert_eq!(
            (&one["why"], &one["webhook"], told["unread"].as_i64()),
            (&json!("webhook-off"), &listed()["id"], Some(1))
        );
        assert!(one["zh"].as_str().unwrap().contains("repair/open"), "{one}");
        assert!(one.get("record").is_none() && !one.to_string().contains("127.0.0.1"));
        let others = house.get("desk", "/api/reminders").is(200);
        assert!(!others.to_string().contains("webhook-off"), "{others}");
        house.repair("阳台漏水");
        assert_eq!(pass("2026-03-03 10:00"), (1, 0, 1), "it is off");
        let jobs = house.get("admin", "/api/units/YS/jobs").is(200);
        let left = jobs["jobs"].as_array().unwrap().len();
        assert_eq!(left, 1, "what was tried last: {jobs}");
        let path_beside = format!("/api/units/YS/webhooks/{}", second["id"].as_str().unwrap());
        let gone = house.ask("DELETE", &path_beside, "admin", &[], "");
        assert_eq!(gone.status.as_u16(), 204);
        sink.answer(204);
        assert_eq!(
            house
                .post("admin", &format!("{path}/try"), &json!({}))
                .is(200)["reached"],
            true
        );
        assert!(listed()["off_at"].is_null());
        assert_eq!(sink.take().len(), 1);
        house.repair("屋面漏水");
        assert_eq!((deliver_all(), sink.take().len()), (1, 1));
        let gone = house.ask("DELETE", &path, "admin", &[], "");
        assert_eq!(gone.status.as_u16(), 204);
        house.repair("外墙");
        assert_eq!((deliver_all(), sink.take().len()), (0, 0));
    }
}

/// A program that takes four minutes for each answer; at the second, another server looks for what it may do.
struct Slow<'a> {
    clock: Clock,
    other: &'a Office,
    heard: Mutex<Vec<String>>,
    twice: Mutex<Vec<u64>>,
}

impl app::webhook::Post for Slow<'_> {
    fn check(&self, _: &str) -> Result<(), String> {
        Ok(())
    }
    fn send(
        &self,
        _: &app::webhook::Webhook,
        (id, _): (&str, &str),
        now: domain::time::Instant,
        _: String,
    ) -> Result<(), String> {
        self.heard.lock().unwrap().push(id.to_owned());
        let answered = now.plus_micros(240_000_000);
        self.clock.set(answered);
        if self.heard.lock().unwrap().len() == 2 {
            let done = deliver(self.other, self, answered).unwrap();
            self.twice.lock().unwrap().push(done);
        }
        Ok(())
    }
}

#[test]
fn what_a_slow_program_keeps_waiting_is_not_told_a_second_time_by_another_server() {
    for mut house in House::each() {
        local(&mut house);
        let sink = Sink::http(204);
        let asked = json!({"url": sink.url(), "events": ["repair/open"]});
        let add = || house.post("admin", "/api/units/YS/webhooks", &asked);
        add().is(201);
        for _ in 0..3 {
            house.repair("走廊灯");
        }
        let other = another(&house);
        let slow = Slow {
            clock: house.clock.clone(),
            other: &other,
            heard: Mutex::default(),
            twice: Mutex::default(),
        };
        let told = deliver(&house.office, &slow, house.clock.now()).unwrap();
        // The third waited longer than it was claimed for, so the other server has told it.
        assert_eq!((told, slow.twice.into_inner().unwrap()), (2, vec![1]));
        let mut heard = slow.heard.into_inner().unwrap();
        assert_eq!(heard.len(), 3, "{heard:?}");
        heard.sort();
        heard.dedup();
        assert_eq!(heard.len(), 3);

        // Twenty subscriptions at most, also when two are asked for at once.
        for _ in 1..19 {
            add().is(201);
        }
        let (events, post) = (["*".to_owned()], Post::new(Networks::Any));
        let (project, wanted) = (house.project, (sink.url(), events.as_slice()));
        let mut added = both(&house, &other, |office| {
            let wanted = (wanted.0.as_str(), wanted.1);
            webhook::add(office, &Actor::operator("twice"), project, wanted, &post).is_ok()
        });
        added.sort_unstable();
        assert_eq!(added, [false, true]);
    }
}
