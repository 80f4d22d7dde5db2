//! What the past costs: a step beside few and many decided duties, and the tallies of a month computed anew.

use crate::Bench;
use crate::report::{Goal, Spread};
use crate::town::{self, time_of};
use anyhow::{Context, Result};
use app::access::Came;
use app::{Actor, Clock, Office, recompute};
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::record::{By, Command, Decided, Record};
use domain::time::Day;
use std::time::Instant;
use store::record::{self, Columns};
use store::{Lane, Store, duty, unit};

const FEW: usize = 1_000;
pub(crate) const MANY: usize = 1_000_000;
/// Decided duties of one record.
const OF_A_RECORD: usize = 10;
const BATCH: usize = 2_000;
/// Steps in a round, and in one transaction of it.
const STEPS: usize = 600;
const TOGETHER: usize = 50;
const ALONE: usize = 100;
/// The year before the bench's own day.
const DAYS: i64 = 365;

/// A repair that has been sent, with the duty that sending decided.
fn sample(office: &Office, bench: &Bench) -> Result<(Record, Decided)> {
    let project = &bench.town.projects[0];
    let opened = office.open_record(
        &Actor::member(project.desk, Came::Password),
        project.unit,
        "repair",
        None,
        project.repair(900_001),
    )?;
    let sent = office.step(
        &Actor::member(project.desk, Came::Password),
        project.unit,
        opened.record.id,
        Command::new("send", By::Member(project.desk)),
    )?;
    let mut rows = Vec::new();
    let filter = duty::Filter {
        record: Some(sent.record.id),
        unit: Some(project.unit),
        ..duty::Filter::default()
    };
    office.store().read(|tx| {
        duty::each(tx, &filter, |row| {
            rows.push(row.decided);
            Ok(())
        })
    })?;
    let decided = rows.pop().context("sending decides a duty")?;
    Ok((sent.record, decided))
}

/// Writes closed records with decided duties over the projects and the days of a year.
fn seed(
    store: &Store,
    units: &[UnitId],
    (record, decided): &(Record, Decided),
    count: usize,
) -> Result<()> {
    for from in (0..count).step_by(BATCH) {
        let (record, decided, units) = (record.clone(), decided.clone(), units.to_vec());
        store.write(Lane::Bulk, move |tx| {
            for number in (from..count.min(from + BATCH)).step_by(OF_A_RECORD) {
                let mut past = record.clone();
                let mut id = [0x03; 16];
                id[8..].copy_from_slice(&(number as u64).to_be_bytes());
                past.id = RecordId::from_uuid(domain::id::Uuid::from_bytes(id));
                past.unit = units[number / OF_A_RECORD % units.len()];
                past.number = format!("H-{number}");
                past.state = Name::from("archived");
                past.closed_at = Some(past.opened_at);
                past.doc.todo.clear();
                record::insert(tx, &past, &record::listed(&past, Columns::default())?)?;
                let day = decided
                    .day
                    .plus_days(-1 - i64::try_from(number / OF_A_RECORD).unwrap_or(0) % DAYS);
                for occurrence in 1..=OF_A_RECORD {
                    let row = Decided {
                        occurrence: u32::try_from(occurrence).unwrap_or(u32::MAX),
                        day,
                        ..decided.clone()
                    };
                    duty::put(tx, past.unit, past.id, &past.kind, &row)?;
                }
            }
            Ok::<_, store::Error>(())
        })?;
    }
    Ok(())
}

/// Microseconds of a step in a transaction of many, and of one that waits for its commit.
fn steps(
    office: &Office,
    clock: &Clock,
    bench: &Bench,
    round: usize,
    few: usize,
) -> Result<(f64, f64)> {
    let project = bench.town.projects[0].clone();
    let actor = Actor::member(project.desk, Came::Password);
    let mut command = Command::new("send", By::Member(project.desk));
    let engineer = project.engineers[round % project.engineers.len()].to_string();
    command
        .data
        .insert(Name::from("engineer"), engineer.as_str().into());
    let first = 1_000_000 + round * (STEPS + ALONE);
    clock.set(time_of(round * 1_000));
    let unit = project.unit;
    let opened: Vec<RecordId> = project
        .open(office, first..first + STEPS + ALONE)?
        .into_iter()
        .map(|record| record.id)
        .collect();
    clock.set(time_of(round * 1_000 + 100));
    let (together, alone) = opened.split_at(few);
    let started = Instant::now();
    for ids in together.chunks(TOGETHER) {
        let (ids, command) = (ids.to_vec(), command.clone());
        office.at(&actor, unit, Lane::Bulk, move |at| {
            for id in &ids {
                at.step(*id, &command)?;
            }
            Ok(())
        })?;
    }
    let each = started.elapsed().as_secs_f64() * 1e6 / together.len() as f64;
    let started = Instant::now();
    for id in alone {
        office.step(&actor, unit, *id, command.clone())?;
    }
    let single = started.elapsed().as_secs_f64() * 1e6 / alone.len() as f64;
    Ok((each, single))
}

pub(crate) fn measure(bench: &mut Bench) -> Result<()> {
    bench.report.section("a step beside past duties");
    let many = bench.many;
    let home_few = bench.place.copy(&bench.base)?;
    let home_many = bench.place.copy(&bench.base)?;
    let (few, clock_few) = town::office(&home_few, &bench.options())?;
    let (lots, clock_many) = town::office(&home_many, &bench.options())?;
    let units: Vec<UnitId> = bench.town.projects[..3].iter().map(|it| it.unit).collect();
    seed(few.store(), &units, &sample(&few, bench)?, FEW)?;
    let sampled = sample(&lots, bench)?;
    seed(lots.store(), &units, &sampled, many)?;
    let mut times: [Vec<f64>; 6] = Default::default();
    // The first round warms both.
    for round in 0..=bench.rounds {
        let (together, alone) = steps(&few, &clock_few, bench, round, STEPS)?;
        let (together_many, alone_many) = steps(&lots, &clock_many, bench, round, STEPS)?;
        if round > 0 {
            let row = [
                together_many / together,
                together,
                together_many,
                alone_many / alone,
                alone,
                alone_many,
            ];
            for (at, value) in row.into_iter().enumerate() {
                times[at].push(value);
            }
        }
    }
    let names = [
        (
            format!("{TOGETHER} a commit: {many} ÷ {FEW} duties"),
            "ratio",
        ),
        (format!("{TOGETHER} a commit, {FEW} duties"), "µs"),
        (format!("{TOGETHER} a commit, {many} duties"), "µs"),
        (format!("a commit each: {many} ÷ {FEW} duties"), "ratio"),
        (format!("a commit each, {FEW} duties"), "µs"),
        (format!("a commit each, {many} duties"), "µs"),
    ];
    for ((name, unit), rounds) in names.into_iter().zip(times) {
        bench.report.add(name, unit, Spread::of(rounds), Goal::None);
    }
    month(bench, &lots, sampled.1.day, many)
}

/// All tallies of the month before, of every unit, from the rows of its duties.
fn month(bench: &mut Bench, office: &Office, day: Day, many: usize) -> Result<()> {
    bench.report.section("tallies of a month, computed anew");
    let library = office.library()?;
    let active = library.active().context("a pack is active")?.clone();
    let units = office.store().read(unit::list)?;
    let (mut took, mut rates, mut duties) = (Vec::new(), Vec::new(), 0_i64);
    for _ in 0..bench.rounds {
        let started = Instant::now();
        duties = 0;
        for unit in &units {
            let filter = duty::Filter {
                unit: Some(unit.id),
                from: Some(day.plus_days(-31)),
                to: Some(day.plus_days(-1)),
                ..duty::Filter::default()
            };
            let sums = office
                .store()
                .read(|tx| recompute::from_duties(tx, unit, &active.measures, &filter))?;
            duties += sums.values().map(|tally| tally.met).sum::<i64>();
        }
        let seconds = started.elapsed().as_secs_f64();
        took.push(seconds * 1e3);
        rates.push(duties as f64 / seconds);
    }
    let name = format!("{duties} duties of the month, of {many}");
    bench.report.add(name, "ms", Spread::of(took), Goal::None);
    bench
        .report
        .add("duties a second", "duties/s", Spread::of(rates), Goal::None);
    Ok(())
}
