//! `guanjia import`: history of other systems in, and out again.

use super::open;
use crate::args::Where;
use crate::output::{Done, json_line, line};
use app::import::map::Map;
use app::import::plan::{Counts, ReportFile, preview};
use app::import::run::{self, Imported, Progress, Request, Survey};
use app::import::source::files as shown;
use app::import::undo;
use app::{Error, Office};
use domain::pack::Language;
use serde_json::json;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Items that a dry run shows.
const SHOWN: usize = 5;
/// Larger map files are none.
const MAP_MAX: u64 = 1 << 20;

/// What the command was told.
pub(crate) struct Import<'a> {
    pub(crate) at: &'a Where,
    pub(crate) map: &'a Path,
    pub(crate) files: &'a [PathBuf],
    pub(crate) unit: Option<&'a str>,
    pub(crate) report: Option<&'a Path>,
    pub(crate) dry_run: bool,
    pub(crate) undo: bool,
    pub(crate) worked_on: bool,
    pub(crate) json: bool,
}

impl Import<'_> {
    pub(crate) fn run(&self) -> Result<Done, Error> {
        let office = open(self.at)?;
        let name = self.map.display().to_string();
        let text = read_map(self.map)?;
        let map = Map::parse(&name, &text).map_err(run::ImportError::Map)?;
        let under = match self.unit {
            Some(code) => Some(office.unit(code)?.id),
            None => None,
        };
        let request = Request {
            map: &map,
            files: self.files.to_vec(),
            under,
        };
        if self.undo {
            return self.take_back(&office, &request);
        }
        if self.dry_run {
            return self.show(&office, &request, (&name, &text));
        }
        let path = self.report_path(&office, &map)?;
        let mut report = self.report_file(&path)?;
        let mut bar = Bar::new(self.json);
        let imported = run::run(
            &office,
            &super::operator(),
            &request,
            (&name, &text),
            &mut report,
            &mut |progress| bar.show(progress),
        );
        bar.end();
        report.finish().map_err(|source| failed(&path, source))?;
        self.say(&imported?, &path)?;
        Ok(Done::Well)
    }

    fn take_back(&self, office: &Office, request: &Request<'_>) -> Result<Done, Error> {
        let Some(id) = run::find(office, request)? else {
            return Err(Error::NotFound);
        };
        let undone = undo::undo(office, &super::operator(), id, self.worked_on, &mut |_| {})?;
        if self.json {
            json_line(
                &json!({"import": id.to_string(), "voided": undone.voided, "already": undone.already, "kept": undone.kept}),
            )?;
        } else {
            line(&format!(
                "已撤销 {} 条记录，保留 {} 条 ({} records voided, {} kept)",
                undone.voided, undone.kept, undone.voided, undone.kept
            ))?;
        }
        Ok(if undone.kept == 0 {
            Done::Well
        } else {
            Done::Differences
        })
    }

    fn show(
        &self,
        office: &Office,
        request: &Request<'_>,
        map_file: (&str, &str),
    ) -> Result<Done, Error> {
        run::check(office, request.map, map_file)?;
        let mut report = match self.report {
            Some(path) => Some((path, self.report_file(path)?)),
            None => None,
        };
        let mut bar = Bar::new(self.json);
        let survey = run::survey(
            request,
            SHOWN,
            &mut |progress| bar.show(progress),
            |refusal| match &mut report {
                Some((_, report)) => report.write(refusal).map_err(run::ImportError::Report),
                None => Ok(()),
            },
        );
        bar.end();
        let Survey {
            counts,
            first,
            units,
            ..
        } = survey?;
        if let Some((path, report)) = report {
            report.finish().map_err(|source| failed(path, source))?;
        }
        if self.json {
            json_line(&counted(&counts, units.len(), self.report))?;
        } else {
            let titles = run::titles(office, request.map)?;
            line(&preview(
                request.map,
                &first,
                &counts,
                &titles,
                Language::Zh,
            ))?;
        }
        Ok(Done::Well)
    }

    /// As told, else beside the data.
    fn report_path(&self, office: &Office, map: &Map) -> Result<PathBuf, Error> {
        if let Some(path) = self.report {
            return Ok(path.to_path_buf());
        }
        let folder = match &self.at.data {
            Some(data) => data.join("imports"),
            None => PathBuf::from("."),
        };
        fs::create_dir_all(&folder).map_err(|source| failed(&folder, source))?;
        let now: String = office
            .clock()
            .now()
            .to_string()
            .chars()
            .filter(char::is_ascii_digit)
            .take(14)
            .collect();
        Ok(folder.join(format!(
            "{}-{now}.csv",
            map.name.as_str().replace(['/', '\\'], "-")
        )))
    }

    fn report_file(&self, path: &Path) -> Result<ReportFile<BufWriter<File>>, Error> {
        let file = File::create(path).map_err(|source| failed(path, source))?;
        ReportFile::new(BufWriter::new(file), shown(self.files))
            .map_err(|source| failed(path, source))
    }

    fn say(&self, imported: &Imported, report: &Path) -> Result<(), Error> {
        if self.json {
            let marked: serde_json::Map<_, _> = imported
                .marked
                .iter()
                .map(|(mark, count)| (mark.code().into(), json!(count)))
                .collect();
            let anomalies: serde_json::Map<_, _> = imported
                .anomalies
                .iter()
                .map(|(anomaly, count)| {
                    (
                        json!(anomaly).as_str().unwrap_or_default().into(),
                        json!(count),
                    )
                })
                .collect();
            return json_line(&json!({
                "rows": imported.rows,
                "imported": imported.imported,
                "refused": imported.refused,
                "report": report.display().to_string(),
                "import": imported.id.to_string(),
                "records": imported.records,
                "steps": imported.steps,
                "already": imported.already,
                "changed": imported.changed,
                "links_outside": imported.links_outside,
                "units_added": imported.units_added,
                "marked": marked,
                "anomalies": anomalies,
            }));
        }
        line(&format!(
            "行数 {} = 导入 {} + 退回 {} (rows = imported + refused)\n新单据 {}，步骤 {}；已有 {} (records, steps; already there)\n报告 (report): {}",
            imported.rows,
            imported.imported,
            imported.refused,
            imported.records,
            imported.steps,
            imported.already,
            report.display()
        ))
    }
}

fn counted(counts: &Counts, units: usize, report: Option<&Path>) -> serde_json::Value {
    let marked: serde_json::Map<_, _> = counts
        .marked
        .iter()
        .map(|(mark, count)| (mark.code().into(), json!(count)))
        .collect();
    json!({
        "rows": counts.rows,
        "imported": counts.imported,
        "refused": counts.refused,
        "report": report.map(|path| path.display().to_string()),
        "dry_run": true,
        "records": counts.records,
        "steps": counts.steps,
        "units": units,
        "marked": marked,
    })
}

fn read_map(path: &Path) -> Result<String, Error> {
    let size = fs::metadata(path)
        .map_err(|source| failed(path, source))?
        .len();
    if size > MAP_MAX {
        return Err(failed(path, io::Error::other("more than 1 MiB")));
    }
    fs::read_to_string(path).map_err(|source| failed(path, source))
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::File {
        path: path.display().to_string(),
        source,
    }
}

/// How far it is, on a terminal only.
struct Bar {
    shows: bool,
    last: u64,
}

impl Bar {
    const WIDTH: u64 = 30;

    fn new(json: bool) -> Self {
        Self {
            shows: !json && io::stderr().is_terminal(),
            last: u64::MAX,
        }
    }

    fn show(&mut self, progress: Progress) {
        if !self.shows {
            return;
        }
        // Reading is the first tenth of the way.
        let part = |width: u64| progress.bytes.min(progress.total) * width / progress.total.max(1);
        let (begin, width) = if progress.taking {
            (100, 900)
        } else {
            (0, 100)
        };
        let permille = begin + part(width);
        if permille == self.last {
            return;
        }
        self.last = permille;
        let full = permille * Self::WIDTH / 1_000;
        let bar: String = (0..Self::WIDTH)
            .map(|place| if place < full { '█' } else { '·' })
            .collect();
        let _ = write!(
            io::stderr().lock(),
            "\r{bar} {:>3}.{}%  {} 行 (rows)  退回 {} (refused)",
            permille / 10,
            permille % 10,
            progress.rows,
            progress.refused
        );
    }

    fn end(&self) {
        if self.shows && self.last != u64::MAX {
            let _ = writeln!(io::stderr().lock());
        }
    }
}
