//! Simulation: a plausible company, made up from `simulation.yaml` beside a pack and played through the same use-cases as everybody's work.
//!
//! The same file, seed, size and end make the same database, but for the ciphertext of private values and the hashes over it. People differ
//! in their care, places in what happens to them; what goes wrong on purpose stands in episodes. Nothing here decides anything, and what the
//! rules refuse is counted, not forced. It serves as a living demo, as a load and as a regression test; the language is that of scenarios with
//! chance added, see docs/testing.md.

mod company;
mod draw;
mod read;
mod run;
mod words;

use crate::cast::Cast;
use crate::clock::Clock;
use crate::error::Error;
use crate::office::Office;
use crate::pack;
use crate::scenario::script::Wrong;
use crate::scenario::stage::Stage;
use domain::time::{Instant, Zone};
use run::Run;
use serde::Serialize;
use std::collections::BTreeMap;

/// How much is made up.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub projects: usize,
    /// Months up to the end, the last one as far as it goes.
    pub months: u32,
    pub seed: u64,
    pub until: Instant,
}

/// What a simulation made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Simulated {
    pub projects: usize,
    pub members: u64,
    pub places: u64,
    pub days: u64,
    /// Steps that people took.
    pub steps: u64,
    /// Steps that the system took by itself.
    pub system_steps: u64,
    /// Records that opened on a rhythm.
    pub opened: u64,
    /// Stories by the name of their flow.
    pub stories: BTreeMap<String, u64>,
    /// What the rules refused, by flow, step and code.
    pub refused: BTreeMap<String, u64>,
}

/// Makes up a company in an empty database under its active pack; `clock` must be one that can be set, and stands at the end afterwards.
///
/// # Errors
/// The pack has no simulation; a line that cannot be read or played; a database that cannot be written.
pub fn simulate(
    office: &Office,
    clock: &Clock,
    name: &str,
    size: &Size,
) -> Result<Simulated, Error> {
    let text = pack::beside(name, pack::SIMULATION)?.ok_or_else(|| {
        Error::Usage(format!(
            "规则包“{name}”没有 {} (this pack has no simulation)",
            pack::SIMULATION
        ))
    })?;
    play(office, clock, &text, size)
}

fn play(office: &Office, clock: &Clock, text: &str, size: &Size) -> Result<Simulated, Error> {
    let script = read::read(pack::SIMULATION, text).map_err(|wrong| told(&wrong))?;
    let library = office.library()?;
    let active = library.active().ok_or(Error::NotFound)?;
    let zone = Zone::named(&active.pack.zone).unwrap_or_else(Zone::shanghai);
    let last = zone.day_of(size.until);
    let first = domain::time::Day::new(last.year(), last.month(), 1)
        .unwrap_or(last)
        .plus_months(1 - i64::from(size.months.max(1)));
    // Everything stands on the evening before.
    let begins = zone.at_minute(first.plus_days(-1), 20 * 60);
    let mut cast = Cast::new(&active.pack, zone);
    cast.year = cast.zone.day_of(begins).year();
    clock.set(begins);
    let stage = Stage::over(office.clone(), clock.clone(), cast, begins);
    let run = Run::new(&script, stage, *size, first);
    run.play().map_err(|stop| match stop {
        Stop::Line(wrong) => told(&wrong),
        Stop::Failed(error) => error,
    })
}

/// Why a simulation cannot go on.
enum Stop {
    Line(Wrong),
    Failed(Error),
}

impl From<Wrong> for Stop {
    fn from(wrong: Wrong) -> Self {
        Self::Line(wrong)
    }
}
impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

fn told(wrong: &Wrong) -> Error {
    Error::Usage(format!(
        "{}:{}: {}",
        pack::SIMULATION,
        wrong.line,
        wrong.why
    ))
}
