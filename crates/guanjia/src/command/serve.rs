//! `guanjia serve`.

use super::{data, existing, keys, opening_with};
use crate::args::{Log, Pace, Where};
use crate::output::{Done, json_line, line};
use app::reminder::carry::{Carrier, carry};
use app::rounds::Leases;
use app::webhook::deliver;
use app::{Clock, Error, Extras, Office};
use serde_json::json;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use store::Options;
use tracing::level_filters::LevelFilter;

/// The command with its arguments.
pub(crate) struct Serve<'a> {
    pub(crate) at: &'a Where,
    pub(crate) listen: web::Listen,
    pub(crate) pace: Pace,
    pub(crate) log: Log,
    pub(crate) json: bool,
}

impl Serve<'_> {
    /// Serves until the process is asked to end; prints the address, and how the first administrator is set up while there is none.
    pub(crate) fn run(self) -> Result<Done, Error> {
        log(self.log);
        let carriers = carriers()?;
        let extras = Extras {
            leases: self.pace.leases()?,
            ways: carriers.iter().map(|carrier| carrier.way()).collect(),
            ..Extras::default()
        };
        existing(self.at)?;
        let office = opening_with(self.at, Clock::system(), &Options::default(), extras)?;
        let office = keys::with(self.at, office)?;
        let code = office.set_up_code()?;
        let (address, json) = (self.listen.address, self.json);
        let scheme = if self.listen.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let failed = |source| Error::File {
            path: address.to_string(),
            source,
        };
        let post = web::Post::new(self.listen.door.networks);
        let (stop, stopped) = std::sync::mpsc::channel();
        let sweeper = office.clone();
        let every = self.pace.every();
        let sweeping = std::thread::spawn(move || data::keep_sweeping(&sweeper, every, &stopped));
        let (hold, held) = std::sync::mpsc::channel();
        let carrier = office.clone();
        let carrying = std::thread::spawn(move || keep_carrying(&carrier, &carriers, &post, &held));
        let served = web::run(office, self.listen, |address| {
            let server = format!("{scheme}://{address}");
            let page = format!("{server}/");
            let _ = if json {
                json_line(&json!({"address": server, "open": page, "setup_code": code}))
            } else {
                let mut text = format!("管家已启动，在浏览器打开 (serving; open): {page}");
                if let Some(code) = &code {
                    text.push_str(&format!(
                        "\n管理员设立码，24 小时内有效 (code to set the administrator up, for 24 hours): {code}\n  curl -X POST {page}api/setup -H 'content-type: application/json' -d '{{\"code\": \"{code}\", \"login\": \"admin\", \"name\": \"…\", \"password\": \"…\"}}'"
                    ));
                }
                line(&text)
            };
        });
        drop((stop, hold));
        let _ = sweeping.join();
        let _ = carrying.join();
        served.map_err(failed)?;
        Ok(Done::Well)
    }
}

impl Pace {
    fn every(&self) -> Duration {
        Duration::from_secs(self.rounds_every.into())
    }
    /// # Errors
    /// Rounds that would lose their lease between one and the next.
    fn leases(&self) -> Result<Leases, Error> {
        const SECOND: i64 = 1_000_000;
        if self.rounds_lease <= self.rounds_every {
            return Err(Error::Usage(
                "--rounds-lease 要长于 --rounds-every (--rounds-lease must be longer than --rounds-every)".into(),
            ));
        }
        Ok(Leases {
            rounds_micros: i64::from(self.rounds_lease) * SECOND,
            work_micros: i64::from(self.work_lease) * SECOND,
        })
    }
}

/// How often what is to leave the program is looked for.
const LOOK: Duration = Duration::from_secs(2);

/// Carries reminders and tells other programs what happened until `stop` says so or is gone; what is in the middle then ends first.
fn keep_carrying(
    office: &Office,
    carriers: &[Arc<dyn Carrier>],
    post: &web::Post,
    stop: &Receiver<()>,
) {
    loop {
        let now = office.clock().now();
        let told = carry(office, carriers, now).and_then(|_| deliver(office, post, now));
        if let Err(error) = told {
            eprintln!("outgoing ({}): {error}", error.code());
        }
        if stop.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

/// Beyond the program itself, as the environment says: what is in it stands in no list of processes and no log.
fn carriers() -> Result<Vec<Arc<dyn Carrier>>, Error> {
    let said = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let mut carriers: Vec<Arc<dyn Carrier>> = Vec::new();
    if let Some(server) = said("GUANJIA_SMTP") {
        let from = said("GUANJIA_MAIL_FROM").unwrap_or_default();
        let mail =
            web::Mail::new(&server, &from).map_err(|error| Error::Usage(error.to_string()))?;
        carriers.push(Arc::new(mail));
    }
    if let Some(url) = said("GUANJIA_REMINDER_URL") {
        let Some(secret) = said("GUANJIA_REMINDER_SECRET") else {
            return Err(Error::Usage(
                "GUANJIA_REMINDER_URL 要与 GUANJIA_REMINDER_SECRET 一起设置 (set both)".into(),
            ));
        };
        carriers.push(Arc::new(web::Hook::new(url, secret)));
    }
    Ok(carriers)
}

/// Begins the log. What is logged of a request is its route, never its address: no name, number or word stands in it.
fn log(log: Log) {
    let level = match log {
        Log::Warnings => LevelFilter::WARN,
        Log::Requests | Log::Json => LevelFilter::INFO,
    };
    let begun = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_target(false);
    // A second one in a process changes nothing.
    let _ = if log == Log::Json {
        begun.json().flatten_event(true).try_init()
    } else {
        begun.with_ansi(false).try_init()
    };
}
