//! Durable openings a second, beside the database alone.

use crate::Bench;
use crate::machine::processor;
use crate::raw::{self, Opening};
use crate::report::{Goal, Spread};
use crate::town::{self, Town, time_of};
use anyhow::{Result, ensure};
use app::access::Came;
use app::{Actor, Clock, Office};
use std::thread;
use std::time::{Duration, Instant};
use store::Options;

/// Callers that wait at the same time, and how many openings they share.
const CALLERS: [(usize, usize); 3] = [(1, 400), (16, 3_200), (64, 6_400)];
const GROUP: usize = 64;
/// Few enough for the log not to be emptied meanwhile, so that its length counts pages.
const PAGES: usize = 640;
const SINGLE: usize = 320;

fn one_by_one() -> Options {
    Options {
        group: 1,
        ..Options::default()
    }
}

/// What is read once and remembered.
fn warm(office: &Office, town: &Town, projects: usize) -> Result<()> {
    for project in &town.projects[..projects] {
        office.view(project.unit)?;
    }
    Ok(())
}

/// Opens `count` repairs over the first `projects` projects; what it took.
fn run(
    office: &Office,
    clock: &Clock,
    town: &Town,
    projects: usize,
    (callers, count): (usize, usize),
) -> Result<Duration> {
    let projects = &town.projects[..projects];
    let caller = |first: usize| {
        for number in (first..count).step_by(callers) {
            let project = &projects[number % projects.len()];
            clock.set(time_of(number));
            let actor = Actor::member(project.desk, Came::Password);
            office.open_record(&actor, project.unit, "repair", None, project.repair(number))?;
        }
        Ok::<_, app::Error>(())
    };
    let started = Instant::now();
    thread::scope(|scope| {
        let all: Vec<_> = (0..callers)
            .map(|first| scope.spawn(move || caller(first)))
            .collect();
        all.into_iter().try_for_each(|one| {
            one.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })?;
    Ok(started.elapsed())
}

fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

pub(crate) fn measure(bench: &mut Bench, projects: usize) -> Result<()> {
    bench.report.section(match projects {
        3 => "openings over 3 projects",
        _ => "openings over 20 projects",
    });
    let openings = captured(bench, projects)?;
    let statements: usize = openings.iter().map(Vec::len).sum();
    let rows = openings
        .iter()
        .flatten()
        .filter(|it| raw::writes(it))
        .count();
    let mut rates = vec![Vec::new(); CALLERS.len()];
    let (mut bare, mut share) = (Vec::new(), Vec::new());
    let (mut work, mut bare_work) = (Vec::new(), Vec::new());
    let (mut single, mut single_bare) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds {
        for (at, (callers, count)) in CALLERS.into_iter().enumerate() {
            let count = bench.scaled(count);
            let home = bench.place.copy(&bench.base)?;
            let (office, clock) = town::office(&home, &bench.options())?;
            warm(&office, &bench.town, projects)?;
            let before = processor();
            let took = run(&office, &clock, &bench.town, projects, (callers, count))?;
            rates[at].push(rate(count, took));
            if callers == GROUP {
                work.push((processor() - before) * 1e6 / count as f64);
            }
        }
        let home = bench.place.copy(&bench.base)?;
        let (took, worked) = raw::replay(&home, &openings, GROUP)?;
        bare.push(rate(openings.len(), took));
        bare_work.push(worked * 1e6 / openings.len() as f64);
        share.push(rates[2].last().unwrap_or(&0.0) / bare.last().unwrap_or(&1.0));
        if bench.is_sqlite() {
            let home = bench.place.copy(&bench.base)?;
            let (office, clock) = town::office(&home, &one_by_one())?;
            warm(&office, &bench.town, projects)?;
            let took = run(&office, &clock, &bench.town, projects, (GROUP, SINGLE))?;
            single.push(rate(SINGLE, took));
        }
        let some = &openings[..SINGLE.min(openings.len())];
        let home = bench.place.copy(&bench.base)?;
        single_bare.push(rate(some.len(), raw::replay(&home, some, 1)?.0));
    }
    let goal = if bench.is_sqlite() {
        Goal::AtLeast(0.5)
    } else {
        Goal::None
    };
    let report = &mut bench.report;
    report.add(
        "64 callers ÷ bare database",
        "ratio",
        Spread::of(share),
        goal,
    );
    for (at, (callers, _)) in CALLERS.into_iter().enumerate().rev() {
        let name = if callers == 1 {
            "1 caller".to_owned()
        } else {
            format!("{callers} callers")
        };
        report.add(
            name,
            "openings/s",
            Spread::of(rates[at].clone()),
            Goal::None,
        );
    }
    report.add(
        "bare, groups of 64",
        "openings/s",
        Spread::of(bare),
        Goal::None,
    );
    if !single.is_empty() {
        report.add(
            "64 callers, a commit each",
            "openings/s",
            Spread::of(single),
            Goal::None,
        );
    }
    report.add(
        "bare, a commit each",
        "openings/s",
        Spread::of(single_bare),
        Goal::None,
    );
    report.add(
        "processor time, 64 callers",
        "µs/opening",
        Spread::of(work),
        Goal::None,
    );
    report.add(
        "processor time, bare",
        "µs/opening",
        Spread::of(bare_work),
        Goal::None,
    );
    let each = |count: usize| Spread::once(count as f64 / openings.len() as f64);
    report.add(
        "statements per opening",
        "statements",
        each(statements),
        Goal::None,
    );
    report.add("rows written per opening", "rows", each(rows), Goal::None);
    if bench.is_sqlite() {
        for (name, options, count) in [
            ("pages per opening, 64 callers", bench.options(), PAGES),
            ("pages per opening, a commit each", one_by_one(), SINGLE),
        ] {
            let home = bench.place.copy(&bench.base)?;
            let (office, clock) = town::office(&home, &options)?;
            run(&office, &clock, &bench.town, projects, (GROUP, count))?;
            let pages = home.log_pages()? as f64 / count as f64;
            bench
                .report
                .add(name, "pages", Spread::once(pages), Goal::None);
        }
    }
    Ok(())
}

/// The statements of the openings that 64 callers make.
fn captured(bench: &Bench, projects: usize) -> Result<Vec<Opening>> {
    let (callers, count) = CALLERS[2];
    let count = bench.scaled(count);
    let home = bench.place.copy(&bench.base)?;
    let options = Options {
        prepared: true,
        ..bench.options()
    };
    let (office, clock) = town::office(&home, &options)?;
    // On a server commands of several callers would be shuffled.
    let callers = if bench.is_sqlite() { callers } else { 1 };
    let store = office.store().clone();
    let (done, statements) =
        store.captured(|| run(&office, &clock, &bench.town, projects, (callers, count)));
    done?;
    let openings = raw::openings(statements);
    ensure!(
        openings.len() == count,
        "{} openings of {count} were captured",
        openings.len()
    );
    Ok(openings)
}
