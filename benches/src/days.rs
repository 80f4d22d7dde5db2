//! What is done all day beside opening: steps of records that are open, and looking at one.

use crate::Bench;
use crate::machine::processor;
use crate::report::{Goal, Spread};
use crate::town::{self, time_of};
use anyhow::Result;
use app::access::Came;
use app::records::Listed;
use app::{Actor, Office, board, records};
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::record::{By, Command};
use std::thread;
use std::time::Instant;
use store::{entry, record};

const RECORDS: usize = 3_000;
const PROJECTS: usize = 3;

/// A record that is worked on.
struct Open {
    unit: UnitId,
    code: String,
    id: RecordId,
    number: String,
    desk: Actor,
    send: Command,
}

/// Repairs of three projects, and how each is sent.
fn open(office: &Office, bench: &Bench, count: usize) -> Result<Vec<Open>> {
    let mut all = Vec::new();
    for (at, project) in bench.town.projects[..PROJECTS].iter().enumerate() {
        let actor = Actor::member(project.desk, Came::Password);
        for record in project.open(office, 0..count / PROJECTS)? {
            let mut send = Command::new("send", By::Member(project.desk));
            let engineer = project.engineers[all.len() % project.engineers.len()].to_string();
            send.data
                .insert(Name::from("engineer"), engineer.as_str().into());
            send.version = Some(record.version);
            send.key = Some(record.number.clone());
            all.push(Open {
                unit: project.unit,
                code: format!("P{at:02}"),
                id: record.id,
                number: record.number,
                desk: actor.clone(),
                send,
            });
        }
    }
    // Neighbours are of different projects, as callers are.
    all.sort_by(|a, b| a.number[7..].cmp(&b.number[7..]));
    Ok(all)
}

/// Something done once to each of many by callers at the same time: how often a second, and microseconds of processor time each.
fn each(
    callers: usize,
    open: &[Open],
    work: impl Fn(&Open) -> Result<(), app::Error> + Sync,
) -> Result<(f64, f64)> {
    let work = &work;
    let (started, before) = (Instant::now(), processor());
    thread::scope(|scope| {
        let all: Vec<_> = (0..callers)
            .map(|first| {
                scope.spawn(move || open.iter().skip(first).step_by(callers).try_for_each(work))
            })
            .collect();
        all.into_iter().try_for_each(|one| {
            one.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })?;
    let count = open.len() as f64;
    Ok((
        count / started.elapsed().as_secs_f64(),
        (processor() - before) * 1e6 / count,
    ))
}

pub(crate) fn measure(bench: &mut Bench) -> Result<()> {
    bench.report.section("steps, and reading one");
    let count = bench.scaled(RECORDS);
    let names = [
        ("a step, 64 callers", "steps/s", "µs/step"),
        ("a step, 16 callers", "steps/s", "µs/step"),
        ("one record, 16 callers", "reads/s", "µs/read"),
        ("one record as shown, 16 callers", "reads/s", "µs/read"),
        ("its journal, 16 callers", "reads/s", "µs/read"),
        ("its journal as shown, 16 callers", "reads/s", "µs/read"),
    ];
    let mut figures = vec![(Vec::new(), Vec::new()); names.len()];
    for _ in 0..bench.rounds {
        let mut taken = Vec::new();
        for callers in [64, 16] {
            let home = bench.place.copy(&bench.base)?;
            let (office, clock) = town::office(&home, &bench.options())?;
            clock.set(time_of(0));
            let open = open(&office, bench, count)?;
            clock.set(time_of(100));
            taken.push(each(callers, &open, |it| {
                office
                    .step(&it.desk, it.unit, it.id, it.send.clone())
                    .map(drop)
            })?);
            if callers == 16 {
                let store = office.store();
                taken.push(each(16, &open, |it| {
                    store.read(|tx| record::get(tx, it.unit, it.id))?;
                    Ok(())
                })?);
                taken.push(each(16, &open, |it| {
                    records::whole(&office, &it.desk, &it.code, &it.number, Listed::Admitted)
                        .map(drop)
                })?);
                taken.push(each(16, &open, |it| {
                    store.read(|tx| entry::journal(tx, it.unit, it.id))?;
                    Ok(())
                })?);
                taken.push(each(16, &open, |it| {
                    board::journal(&office, &it.desk, &it.code, &it.number).map(drop)
                })?);
            }
        }
        for (figure, (rate, work)) in figures.iter_mut().zip(taken) {
            figure.0.push(rate);
            figure.1.push(work);
        }
    }
    for ((name, rate, work), (rates, works)) in names.into_iter().zip(figures) {
        let report = &mut bench.report;
        report.add(name, rate, Spread::of(rates), Goal::None);
        report.add(
            format!("{name}: processor time"),
            work,
            Spread::of(works),
            Goal::None,
        );
    }
    Ok(())
}
