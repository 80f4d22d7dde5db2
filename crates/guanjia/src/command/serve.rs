//! `guanjia serve`.

use super::{data, open};
use crate::args::{Log, Where};
use crate::output::{Done, json_line, line};
use app::Error;
use serde_json::json;
use tracing::level_filters::LevelFilter;

/// The command with its arguments.
pub(crate) struct Serve<'a> {
    pub(crate) at: &'a Where,
    pub(crate) listen: web::Listen,
    pub(crate) log: Log,
    pub(crate) json: bool,
}

impl Serve<'_> {
    /// Serves until the process is asked to end; prints the address, and how the first administrator is set up while there is none.
    pub(crate) fn run(self) -> Result<Done, Error> {
        log(self.log);
        let office = open(self.at)?;
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
        let (stop, stopped) = std::sync::mpsc::channel();
        let sweeper = office.clone();
        let sweeping = std::thread::spawn(move || data::keep_sweeping(&sweeper, &stopped));
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
        drop(stop);
        let _ = sweeping.join();
        served.map_err(failed)?;
        Ok(Done::Well)
    }
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
