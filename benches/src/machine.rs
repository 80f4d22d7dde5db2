//! The machine itself, measured beside the product: how much its own speed varies while the figures are taken.

use crate::report::{Goal, Report, Spread};
use anyhow::Result;
use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

const FLUSHES: u32 = 100;

/// A loop that does nothing but count, in milliseconds.
fn count() -> f64 {
    let started = Instant::now();
    let mut state = black_box(0x9e37_79b9_7f4a_7c15_u64);
    for _ in 0..40_000_000_u32 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    black_box(state);
    started.elapsed().as_secs_f64() * 1e3
}

/// Appends a page to a file and waits for the disk, in microseconds.
fn flush(folder: &Path) -> Result<f64> {
    let mut file = File::create(folder.join("flush"))?;
    let started = Instant::now();
    for _ in 0..FLUSHES {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
    }
    Ok(started.elapsed().as_secs_f64() * 1e6 / f64::from(FLUSHES))
}

/// How many programs wait for a core, on average of the last minute.
pub(crate) fn load() -> f64 {
    let said = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = said.split_whitespace().next();
    first.and_then(|it| it.parse().ok()).unwrap_or(f64::NAN)
}

pub(crate) fn measure(report: &mut Report, folder: &Path, rounds: usize) -> Result<()> {
    report.section("the machine");
    let (mut counts, mut flushes) = (Vec::new(), Vec::new());
    for _ in 0..rounds.max(5) {
        counts.push(count());
        flushes.push(flush(folder)?);
    }
    report.add("load average", "waiting", Spread::once(load()), Goal::None);
    let noise = Spread::of(counts.clone());
    report.add("the same loop", "ms", noise.clone(), Goal::None);
    let spread = noise.max() / noise.min();
    report.add(
        "slowest ÷ fastest",
        "ratio",
        Spread::once(spread),
        Goal::None,
    );
    report.add("a page to the disk", "µs", Spread::of(flushes), Goal::None);
    Ok(())
}

/// Processor time of this process so far, in seconds, all threads together; zero where the system does not say. Unlike the time that
/// passes it does not count what other programs do meanwhile.
pub(crate) fn processor() -> f64 {
    processor_of("self")
}

/// The same of another process, by its number.
pub(crate) fn processor_of(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // Behind the name, which may hold anything, user and system time are the 12th and 13th, in hundredths.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks: f64 = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}
