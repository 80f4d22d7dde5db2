//! History of another system taken in whole: Boston's requests with their steps.

use crate::Bench;
use crate::report::{Goal, Spread};
use crate::town;
use anyhow::{Context, Result, anyhow};
use app::Actor;
use app::import::map::Map;
use app::import::plan::ReportFile;
use app::import::run::{self, Request};
use app::unit::NewUnit;
use domain::name::Text;
use domain::time::Zone;
use domain::unit::{Attributes, Level};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// So many rows in a minute were promised.
const ROWS: u64 = 72_430;
const SECONDS: f64 = 60.0;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/boston-311")
}

/// What ships: the first 2,000 rows and a little.
pub(crate) fn extract() -> PathBuf {
    folder().join("extract.csv")
}

pub(crate) fn measure(bench: &mut Bench, file: &Path) -> Result<()> {
    bench.report.section("import of Boston's requests");
    let path = folder().join("map.yaml");
    let name = path.display().to_string();
    let text = fs::read_to_string(&path).with_context(|| name.clone())?;
    let map = Map::parse(&name, &text).map_err(|faults| anyhow!("{faults:?}"))?;
    let (mut rates, mut took, mut rows) = (Vec::new(), Vec::new(), 0);
    // A whole file takes long enough for its own noise to even out.
    let rounds = bench.rounds.min(3);
    for _ in 0..rounds {
        let home = bench.place.empty()?;
        let (office, clock) = town::office(&home, &bench.options())?;
        office.activate(&Actor::system(), app::pack::sources("service-request")?)?;
        clock.set(town::time_of(0));
        office.add_unit(
            &Actor::system(),
            NewUnit {
                level: Level::Company,
                parent: None,
                code: "CO".into(),
                name: "公司".into(),
                zone: Zone::named("America/New_York").context("the zone")?,
                attributes: Attributes::default(),
            },
        )?;
        let request = Request {
            map: &map,
            files: vec![file.to_owned()],
            under: None,
        };
        let mut report = ReportFile::new(std::io::sink(), Vec::new())?;
        let started = Instant::now();
        let imported = run::run(
            &office,
            &Actor::system(),
            &request,
            (&name, &text),
            &mut report,
            &mut |_| {},
        )
        .map_err(|error| {
            let Text { en, .. } = error.reason();
            anyhow!("{en}")
        })?;
        let seconds = started.elapsed().as_secs_f64();
        rows = imported.rows;
        took.push(seconds);
        // An opening is a step too.
        rates.push((imported.records + imported.steps) as f64 / seconds);
    }
    let goal = if rows >= ROWS && bench.is_sqlite() {
        Goal::Under(SECONDS)
    } else {
        Goal::None
    };
    let report = &mut bench.report;
    report.add(format!("{rows} rows"), "s", Spread::of(took), goal);
    report.add(
        "steps a second, openings too",
        "steps/s",
        Spread::of(rates),
        Goal::None,
    );
    Ok(())
}
