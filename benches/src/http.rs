//! The product as its users meet it: the program itself, in a process of its own, over HTTP, with the load generator on the same machine.
//!
//! `wrk` asks, with 16 connections and one thread. Every request is another one: an opening with a key of its own, a step on a record that
//! waits for it. A request that is not met ends the run: what is refused quickly is no figure.

use crate::machine;
use crate::place::{Home, Place};
use crate::report::{Goal, Report, Spread};
use crate::town::{Project, Town};
use anyhow::{Context, Result, bail, ensure};
use app::{Actor, Clock, Office};
use domain::id::{MemberId, RecordId};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use store::{Lane, Options, Store};

/// The script of the load generator.
const SCRIPT: &str = include_str!("load.lua");
const CLIENTS: &str = "16";
/// Records that are open before anything is measured, in the first three projects.
const OPEN: usize = 100_000;
const FEW: usize = 3;
const PROJECTS: usize = 20;
/// In each project: a home has some thirty open repairs then, far more than it ever will.
const HOMES: usize = 1_000;
/// By how many at once the town is filled: they share commits.
const CALLERS: usize = 64;
/// More than a round can use up.
const MOST: usize = 12_000;

/// A project as requests name it.
struct Desk {
    code: String,
    project: Project,
    token: String,
    /// Repairs that wait to be sent.
    open: Vec<RecordId>,
}

/// What the load generator counted.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Load {
    a_second: f64,
    failed: u64,
    p50_ms: f64,
    p99_ms: f64,
}

impl Load {
    /// Out of the last words of the script.
    fn read(said: &str) -> Result<Self> {
        let words = said
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("RESULT "));
        let words = words.with_context(|| format!("wrk did not end as it should: {said}"))?;
        let numbers: Vec<u64> = words
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        let [requests, micros, failed, p50, p99] = numbers[..] else {
            bail!("five numbers, not: {words}");
        };
        Ok(Self {
            a_second: requests as f64 / micros as f64 * 1e6,
            failed,
            p50_ms: p50 as f64 / 1e3,
            p99_ms: p99 as f64 / 1e3,
        })
    }
}

/// One request as the script reads it.
fn line(method: &str, path: &str, token: &str, key: &str, body: &str) -> String {
    format!("{method}\t{path}\t{token}\t{key}\t{body}\n")
}

/// The program, serving.
struct Served {
    child: Child,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn start(program: &Path, home: &Home) -> Result<Self> {
        let file = home.file()?;
        let mut child = Command::new(program)
            .args(["--json", "serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(file.parent().context("a folder")?)
            .arg("--keys")
            .arg(&home.keys)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} did not start", program.display()))?;
        let mut said = String::new();
        let output = child.stdout.take().context("its output")?;
        let read = BufReader::new(output).read_line(&mut said);
        let served = |address| Self { child, address };
        read?;
        let said: Value = serde_json::from_str(&said).context("the address it serves at")?;
        let address = said["address"].as_str().unwrap_or_default().to_owned();
        Ok(served(address))
    }

    fn get(&self, path: &str, token: &str) -> Result<Value> {
        let host = self.address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        ensure!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
        let (_, body) = answer.split_once("\r\n\r\n").context("a body")?;
        Ok(serde_json::from_str(body)?)
    }

    /// Memory of the process, in MB: `VmRSS` now, `VmHWM` at most so far.
    fn memory(&self, which: &str) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(which));
        let kib = line.and_then(|line| line.trim_start_matches(':').split_whitespace().next());
        Ok(kib.context("its memory")?.parse::<f64>()? * 1024.0 / 1e6)
    }

    /// Processor time of the process so far, in seconds.
    fn processor(&self) -> f64 {
        machine::processor_of(&self.child.id().to_string())
    }

    /// Waits until the process has nothing left to do by itself; seconds of it.
    fn rest(&self) -> f64 {
        const MOST: u32 = 60;
        let began = Instant::now();
        for _ in 0..MOST {
            let before = self.processor();
            std::thread::sleep(Duration::from_secs(1));
            if self.processor() - before < 0.05 {
                break;
            }
        }
        began.elapsed().as_secs_f64()
    }

    fn load(&self, folder: &Path, requests: &str, seconds: u64) -> Result<Load> {
        let (script, file) = (folder.join("load.lua"), folder.join("requests"));
        std::fs::write(&script, SCRIPT)?;
        std::fs::write(&file, requests)?;
        let output = Command::new("wrk")
            .args(["-t", "1", "-c", CLIENTS, "-d", &format!("{seconds}s"), "-s"])
            .arg(&script)
            .arg(&self.address)
            .arg("--")
            .arg(&file)
            .stdin(Stdio::null())
            .output()
            .context("wrk is missing: apt-get install wrk")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let load = Load::read(&said)?;
        ensure!(
            load.failed == 0,
            "{} requests were not met: {said}",
            load.failed
        );
        Ok(load)
    }
}

/// An office by the machine's own clock, as the program will be.
fn office(home: &Home) -> Result<Office> {
    let store = Store::open(home.location(), &Options::default())?;
    Ok(Office::of(store, Clock::system()).with_keys(home.keys()?)?)
}

/// Opens so many repairs at a desk, as it would, by many callers.
fn fill(office: &Office, project: &Project, count: usize) -> Result<Vec<RecordId>> {
    let desk = Actor::member(project.desk, app::Came::Password);
    let share = count.div_ceil(CALLERS);
    let opened: Vec<Result<Vec<RecordId>>> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let desk = &desk;
                scope.spawn(move || {
                    (caller * share..count.min((caller + 1) * share))
                        .map(|number| {
                            let command = project.repair(number);
                            let unit = project.unit;
                            let taken = office.open_record(desk, unit, "repair", None, command)?;
                            Ok(taken.record.id)
                        })
                        .collect()
                })
            })
            .collect();
        let joined = callers.into_iter().map(|caller| caller.join());
        joined
            .map(|done| done.unwrap_or_else(|_| Err(anyhow::anyhow!("a caller panicked"))))
            .collect()
    });
    Ok(opened.into_iter().collect::<Result<Vec<_>>>()?.concat())
}

/// A token of somebody who has no other way in.
fn token(office: &Office, project: &Project, member: MemberId) -> Result<String> {
    use store::account::{self, Account};
    let account = Account::of(member.into(), project.unit, office.clock().now());
    let id = account.id;
    office
        .store()
        .write(Lane::Interactive, move |tx| account::put(tx, &account))?;
    let operator = Actor::operator("bench");
    Ok(office
        .make_token(&operator, id, "bench", "see do", 30)?
        .token)
}

/// The requests of a round of openings, spread over the desks.
fn openings(desks: &[Desk], from: usize, count: usize) -> String {
    let mut all = String::new();
    for number in from..from + count {
        let desk = &desks[number % desks.len()];
        let step = desk.project.repair(number);
        let links: serde_json::Map<String, Value> = step
            .links
            .iter()
            .map(|(name, id)| (name.to_string(), json!(id.to_string())))
            .collect();
        let body = json!({"kind": "repair", "data": step.data, "links": links}).to_string();
        let path = format!("/api/units/{}/records", desk.code);
        let _ = all.write_str(&line(
            "POST",
            &path,
            &desk.token,
            &format!("bench-{number}"),
            &body,
        ));
    }
    all
}

/// On each desk's records in turn.
fn each(
    desks: &[Desk],
    from: usize,
    count: usize,
    ask: impl Fn(&Desk, RecordId) -> String,
) -> String {
    (from..from + count)
        .filter_map(|number| {
            let desk = &desks[number % desks.len()];
            let id = desk.open.get(number / desks.len())?;
            Some(ask(desk, *id))
        })
        .collect()
}

/// Lists as a desk filters them: by state, by what is late, by who has it to do, oldest due first.
fn lists(desks: &[Desk]) -> String {
    let filters = [
        "state=registered",
        "state=sent",
        "state=registered,sent&sort=due",
        "open=true&sort=newest",
    ];
    desks
        .iter()
        .flat_map(|desk| {
            filters.iter().map(|filter| {
                let path = format!(
                    "/api/units/{}/records?kind=repair&{filter}&limit=50",
                    desk.code
                );
                line("GET", &path, &desk.token, "", "")
            })
        })
        .collect()
}

/// Builds what is measured on: twenty projects, 100,000 open repairs in three of them.
fn build(home: &Home, open: usize) -> Result<Vec<Desk>> {
    let office = office(home)?;
    let town = Town::build(&(office.clone(), office.clock().clone()), PROJECTS, HOMES)?;
    let filled = town.projects[..FEW].iter();
    let filled = filled
        .map(|project| fill(&office, project, open / FEW))
        .collect::<Result<Vec<_>>>()?;
    let mut filled = filled.into_iter();
    town.projects
        .into_iter()
        .enumerate()
        .map(|(number, project)| {
            Ok(Desk {
                code: format!("P{number:02}"),
                token: token(&office, &project, project.desk)?,
                open: filled.next().unwrap_or_default(),
                project,
            })
        })
        .collect()
}

pub(crate) fn measure(
    report: &mut Report,
    folder: &Path,
    program: &Path,
    rounds: usize,
    quick: bool,
) -> Result<()> {
    report.section("over HTTP, 16 clients, 100,000 open records");
    let (open, seconds) = if quick { (OPEN / 50, 1) } else { (OPEN, 5) };
    let home = Place::Folder(folder.to_owned()).empty()?;
    let began = Instant::now();
    let desks = build(&home, open)?;
    eprintln!("    filled in {} s", began.elapsed().as_secs());

    let one = format!("/api/units/P00/records/{}", desks[0].open[0]);
    let mut starts = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        let served = Served::start(program, &home)?;
        served.get(&one, &desks[0].token)?;
        starts.push(began.elapsed().as_secs_f64());
    }
    report.add(
        "a record is answered after the start",
        "s",
        Spread::of(starts),
        Goal::Under(0.2),
    );

    let served = Served::start(program, &home)?;
    served.get(&one, &desks[0].token)?;
    std::thread::sleep(Duration::from_secs(2));
    report.add(
        "memory, idle",
        "MB",
        Spread::once(served.memory("VmRSS")?),
        Goal::Under(60.0),
    );

    report.add(
        "from its start to rest, with a first look at all that is open",
        "s",
        Spread::once(served.rest()),
        Goal::None,
    );

    let few = &desks[..FEW];
    let mut number = open;
    let mut openings = |desks: &[Desk]| {
        number += MOST * 10;
        openings(desks, number, MOST * usize::try_from(seconds).unwrap_or(1))
    };
    let mut next = 0;
    let mut steps = || {
        let count = open / rounds;
        next += count;
        each(few, next - count, count, |desk, id| {
            let path = format!("/api/units/{}/records/{id}/steps/send", desk.code);
            line("POST", &path, &desk.token, "", "{}")
        })
    };
    let reads = |asks: &str| {
        each(few, 0, open, |desk, id| {
            let path = format!("/api/units/{}/records/{id}{asks}", desk.code);
            line("GET", &path, &desk.token, "", "")
        })
    };
    let mut alone = || reads("?steps=none");
    let mut with_steps = || reads("");
    let mut pages = || lists(few);
    type Asking<'a> = (&'static str, Goal, &'a mut dyn FnMut() -> String);
    let mut over_few = || openings(few);
    let figures: [Asking<'_>; 5] = [
        ("opening, 3 projects", Goal::AtLeast(4_200.0), &mut over_few),
        ("a step, 3 projects", Goal::AtLeast(6_000.0), &mut steps),
        ("reading one", Goal::AtLeast(15_000.0), &mut alone),
        (
            "reading one and what can be done about it",
            Goal::None,
            &mut with_steps,
        ),
        ("a filtered list of 50", Goal::AtLeast(5_500.0), &mut pages),
    ];
    for (name, goal, requests) in figures {
        one_figure(report, &served, folder, (name, goal), rounds, || {
            (requests(), seconds_of(name, seconds))
        })?;
    }
    one_figure(
        report,
        &served,
        folder,
        ("opening, 20 projects", Goal::AtLeast(2_500.0)),
        rounds,
        || (openings(&desks), seconds),
    )?;
    report.add(
        "memory, most under load",
        "MB",
        Spread::once(served.memory("VmHWM")?),
        Goal::Under(200.0),
    );
    Ok(())
}

/// There are only so many records to take a step on.
fn seconds_of(name: &str, seconds: u64) -> u64 {
    if name.starts_with("a step") {
        seconds.min(3)
    } else {
        seconds
    }
}

fn one_figure(
    report: &mut Report,
    served: &Served,
    folder: &Path,
    (name, goal): (&str, Goal),
    rounds: usize,
    mut requests: impl FnMut() -> (String, u64),
) -> Result<()> {
    let (mut a_second, mut p50, mut p99, mut processor) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        let (requests, seconds) = requests();
        let before = served.processor();
        let load = served.load(folder, &requests, seconds)?;
        processor.push((served.processor() - before) * 1e6 / (load.a_second * seconds as f64));
        a_second.push(load.a_second);
        p50.push(load.p50_ms);
        p99.push(load.p99_ms);
    }
    report.add(name, "a second", Spread::of(a_second), goal);
    report.add(format!("{name}: p50"), "ms", Spread::of(p50), Goal::None);
    let tail = if name.contains("list") {
        Goal::Under(20.0)
    } else {
        Goal::None
    };
    report.add(format!("{name}: p99"), "ms", Spread::of(p99), tail);
    report.add(
        format!("{name}: processor time of the server"),
        "µs",
        Spread::of(processor),
        Goal::None,
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_load_generator_says_is_read() {
        let said = "Running 5s test @ http://127.0.0.1:1\n  Requests/sec: 1.0\n\nRESULT 21000 5000000 0 3100 9800\n";
        let load = Load {
            a_second: 4_200.0,
            failed: 0,
            p50_ms: 3.1,
            p99_ms: 9.8,
        };
        assert_eq!(Load::read(said).unwrap(), load);
        for said in ["", "RESULT 1 2 3\n", "RESULT a b c d e\n"] {
            assert!(Load::read(said).is_err(), "{said}");
        }
    }

    #[test]
    fn a_request_is_five_words_on_one_line() {
        let said = line(
            "POST",
            "/api/units/P00/records",
            "t",
            "k",
            "{\"kind\":\"repair\"}",
        );
        assert_eq!(said.trim_end().split('\t').count(), 5);
        assert!(said.ends_with("}\n"));
        assert_eq!(line("GET", "/x", "t", "", ""), "GET\t/x\tt\t\t\n");
    }
}
