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
    /// Serves until the process is asked to end; prints the address with the access key of this run.
    pub(crate) fn run(self) -> Result<Done, Error> {
        log(self.log);
        let office = open(self.at)?;
        let key = office.clock().secret();
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
        let served = web::run(office, web::Key::new(&key), self.listen, |address| {
            let server = format!("{scheme}://{address}");
            let page = format!("{server}/?key={key}");
            let _ = if json {
                json_line(&json!({"address": server, "key": key, "open": page}))
            } else {
                line(&format!(
                    "管家已启动 (serving at) {server}\n访问密钥，本次运行有效 (access key of this run): {key}\n在浏览器打开 (open): {page}"
                ))
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
