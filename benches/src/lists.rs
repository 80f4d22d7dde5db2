//! The page that a desk looks at all day: 50 of 100,000 open records.

use crate::Bench;
use crate::report::{Goal, Spread};
use crate::town;
use anyhow::{Context, Result};
use app::Actor;
use app::access::Came;
use domain::access::Scope;
use domain::clock::Due;
use domain::id::{MemberId, RecordId, UnitId};
use domain::name::Name;
use domain::record::Record;
use std::time::Instant;
use store::record::{self, Columns, Filter};
use store::{Lane, Store, page};

const OPEN: usize = 100_000;
const ASSIGNEES: usize = 40;
const STATES: [&str; 6] = [
    "registered",
    "sent",
    "accepted",
    "arrived",
    "working",
    "completed",
];
const PAGE: i64 = 50;
const QUESTIONS: usize = 500;
/// Records written in one transaction.
const BATCH: usize = 2_000;

/// An id that belongs to nobody else: a number in a UUID of its own making.
fn id(kind: u8, number: usize) -> domain::id::Uuid {
    let mut bytes = [kind; 16];
    bytes[8..].copy_from_slice(&(number as u64).to_be_bytes());
    domain::id::Uuid::from_bytes(bytes)
}

/// Writes copies of an open record, told apart by id, number, state, assignee and due time.
fn fill(store: &Store, of: &Record, assignees: &[MemberId]) -> Result<()> {
    let (assignee, team) = (Name::from("engineer"), Name::from("crew"));
    for from in (0..OPEN).step_by(BATCH) {
        let (of, assignees, assignee, team) = (
            of.clone(),
            assignees.to_vec(),
            assignee.clone(),
            team.clone(),
        );
        store.write(Lane::Bulk, move |tx| {
            for number in from..from + BATCH {
                let mut record = of.clone();
                record.id = RecordId::from_uuid(id(0x01, number));
                record.number = format!("L-{number}");
                record.state = Name::from(STATES[number % STATES.len()]);
                let member = assignees[number / STATES.len() % assignees.len()];
                record
                    .doc
                    .data
                    .insert(assignee.clone(), member.to_string().as_str().into());
                // Spread over a month, in no order of ids.
                let shift = i64::try_from(number * 7919 % OPEN).unwrap_or(0) * 26_000_000;
                for todo in &mut record.doc.todo {
                    todo.due = Due::inclusive(todo.due.at.plus_micros(shift));
                }
                let columns = Columns {
                    assignee: Some(&assignee),
                    team: Some(&team),
                    place: None,
                    owes_at: None,
                    claim: None,
                };
                record::insert(tx, &record, &record::listed(&record, columns)?)?;
            }
            Ok::<_, store::Error>(())
        })?;
    }
    Ok(())
}

/// How long each of many questions takes, in milliseconds.
fn ask(
    store: &Store,
    unit: UnitId,
    fields: &[Name],
    questions: usize,
    filter: impl Fn(usize) -> Filter,
) -> Result<Vec<f64>> {
    let mut took = Vec::with_capacity(questions);
    for number in 0..questions {
        let filter = filter(number);
        let started = Instant::now();
        let page = store.read(|tx| page::open(tx, unit, &filter, fields, PAGE))?;
        took.push(started.elapsed().as_secs_f64() * 1e3);
        anyhow::ensure!(page.len() == 50, "a page of {} records", page.len());
    }
    Ok(took)
}

pub(crate) fn measure(bench: &mut Bench) -> Result<()> {
    bench
        .report
        .section("list of 50 among 100,000 open records");
    let home = bench.place.copy(&bench.base)?;
    let (office, _clock) = town::office(&home, &bench.options())?;
    let project = &bench.town.projects[0];
    let opened = office.open_record(
        &Actor::member(project.desk, Came::Password),
        project.unit,
        "repair",
        None,
        project.repair(0),
    )?;
    let assignees: Vec<MemberId> = (0..ASSIGNEES)
        .map(|number| MemberId::from_uuid(id(0x02, number)))
        .collect();
    fill(office.store(), &opened.record, &assignees)?;
    let of_one = |number: usize| Filter {
        scope: Scope::everything(),
        kind: Some(Name::from("repair")),
        state: Some(Name::from(STATES[number % STATES.len()])),
        assignee: Some(assignees[number % assignees.len()]),
        ..Filter::default()
    };
    let of_all = |number: usize| Filter {
        scope: Scope::everything(),
        kind: Some(Name::from("repair")),
        state: Some(Name::from(STATES[number % STATES.len()])),
        ..Filter::default()
    };
    let unit = project.unit;
    let library = office.library()?;
    let active = library.active().context("a pack is active")?;
    let label = &active.pack.kinds[&Name::from("repair")].label;
    let mut figures: Vec<(&str, Vec<f64>, Goal)> = vec![
        ("project, state, assignee: p50", Vec::new(), Goal::None),
        (
            "project, state, assignee: p99",
            Vec::new(),
            Goal::Under(5.0),
        ),
        ("project, state: p50", Vec::new(), Goal::None),
        ("project, state: p99", Vec::new(), Goal::Under(5.0)),
    ];
    for _ in 0..bench.rounds {
        let one = Spread::of(ask(office.store(), unit, label, QUESTIONS, of_one)?);
        let all = Spread::of(ask(office.store(), unit, label, QUESTIONS, of_all)?);
        for (at, value) in [
            one.quantile(0.5),
            one.quantile(0.99),
            all.quantile(0.5),
            all.quantile(0.99),
        ]
        .into_iter()
        .enumerate()
        {
            figures[at].1.push(value);
        }
    }
    for (name, rounds, goal) in figures {
        bench.report.add(name, "ms", Spread::of(rounds), goal);
    }
    Ok(())
}
