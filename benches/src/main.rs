//! The figures of the product, from one run on one machine: `cargo xtask bench`.
//!
//! Every figure is taken several times, in turns, on copies of one database; printed are the least, the middle and the most. What counts
//! are ratios taken side by side: absolute figures are the machine's. The run is bounded in time and count and removes what it made.

mod days;
mod history;
mod http;
mod imports;
mod lists;
mod machine;
mod openings;
mod place;
mod raw;
mod report;
mod town;

use anyhow::{Context, Result, bail};
use place::{Home, Place};
use report::Report;
use std::path::PathBuf;
use std::process::ExitCode;
use store::Options;
use town::Town;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HELP: &str = "\
Usage: cargo xtask bench [OPTIONS]

  --json           one object instead of the table
  --quick          one round of a tenth of everything: whether it runs, not how fast
  --rounds N       how often each figure is taken (default 5)
  --only A,B       some of: openings-3, openings-20, days, list, history, import
  --boston FILE    all of Boston's requests of 2015 (.csv or .csv.gz), instead of the extract that ships
  --program FILE   the program, for what is asked over HTTP alone: cargo xtask bench http builds it and says where it is
  --postgres URL   the same on this server too, beside it; default: GUANJIA_TEST_POSTGRES
  --folder DIR     on whose disk the SQLite files are (default: the temporary folder)

A server for the second half: cargo xtask postgres --durable -- cargo xtask bench
";

/// What all measurements share.
pub(crate) struct Bench {
    pub(crate) place: Place,
    pub(crate) base: Home,
    pub(crate) town: Town,
    pub(crate) report: Report,
    pub(crate) rounds: usize,
    pub(crate) many: usize,
    quick: bool,
}

impl Bench {
    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.place, Place::Folder(_))
    }
    /// As the product runs; on a server with a connection for each of many callers.
    pub(crate) fn options(&self) -> Options {
        Options {
            connections: if self.is_sqlite() { 8 } else { 64 },
            patience: std::time::Duration::from_secs(30),
            ..Options::default()
        }
    }
    pub(crate) fn scaled(&self, count: usize) -> usize {
        if self.quick { count / 10 } else { count }
    }
}

struct Arguments {
    json: bool,
    quick: bool,
    rounds: usize,
    only: Vec<String>,
    postgres: Option<String>,
    folder: PathBuf,
    boston: PathBuf,
    program: Option<PathBuf>,
}

fn arguments() -> Result<Option<Arguments>> {
    let mut arguments = Arguments {
        json: false,
        quick: false,
        rounds: 5,
        only: Vec::new(),
        postgres: std::env::var(store::testing::VARIABLE).ok(),
        folder: std::env::temp_dir(),
        boston: imports::extract(),
        program: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .with_context(|| format!("{word} needs a value"))
        };
        match word.as_str() {
            "--json" => arguments.json = true,
            "--quick" => {
                arguments.quick = true;
                arguments.rounds = 1;
            }
            "--rounds" => arguments.rounds = value()?.parse().context("--rounds")?,
            "--only" => arguments.only = value()?.split(',').map(str::to_owned).collect(),
            "--postgres" => arguments.postgres = Some(value()?),
            "--program" => arguments.program = Some(value()?.into()),
            "--boston" => arguments.boston = value()?.into(),
            "--folder" => arguments.folder = value()?.into(),
            "--help" | "-h" => return Ok(None),
            other => bail!("no such option: {other}\n\n{HELP}"),
        }
    }
    arguments.rounds = arguments.rounds.clamp(1, 20);
    Ok(Some(arguments))
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let Some(arguments) = arguments()? else {
        print!("{HELP}");
        return Ok(());
    };
    let folder = tempfile::tempdir_in(&arguments.folder)?;
    let mut report = Report::default();
    report.on("SQLite");
    machine::measure(&mut report, folder.path(), arguments.rounds)?;
    if let Some(program) = &arguments.program {
        let Arguments { rounds, quick, .. } = arguments;
        http::measure(&mut report, folder.path(), program, rounds, quick)?;
        machine::measure(&mut report, folder.path(), rounds)?;
        show(&report, &arguments);
        return Ok(());
    }
    let place = Place::Folder(folder.path().to_owned());
    report = all(place, report, &arguments)?;
    if let Some(url) = &arguments.postgres {
        report.on("PostgreSQL");
        report = all(Place::server(url, folder.path())?, report, &arguments)?;
    }
    machine::measure(&mut report, folder.path(), arguments.rounds)?;
    show(&report, &arguments);
    Ok(())
}

fn show(report: &Report, arguments: &Arguments) {
    if arguments.json {
        println!("{}", report.json());
    } else {
        print!("{}", report.table());
    }
}

/// Every measurement on one database.
fn all(place: Place, mut report: Report, arguments: &Arguments) -> Result<Report> {
    report.section("the town");
    let base = place.empty()?;
    let (projects, homes) = if arguments.quick { (20, 40) } else { (20, 400) };
    let town = {
        let office = town::office(&base, &Options::default())?;
        Town::build(&office, projects, homes)?
    };
    let mut bench = Bench {
        place,
        base,
        town,
        report,
        rounds: arguments.rounds,
        many: if arguments.quick {
            history::MANY / 10
        } else {
            history::MANY
        },
        quick: arguments.quick,
    };
    let wanted =
        |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|it| it == name);
    if wanted("openings-3") {
        openings::measure(&mut bench, 3)?;
    }
    if wanted("openings-20") {
        openings::measure(&mut bench, 20)?;
    }
    if wanted("days") {
        days::measure(&mut bench)?;
    }
    if wanted("list") {
        lists::measure(&mut bench)?;
    }
    if wanted("history") {
        history::measure(&mut bench)?;
    }
    if wanted("import") {
        imports::measure(&mut bench, &arguments.boston)?;
    }
    Ok(bench.report)
}
