//! An import in steps, as somebody at a screen makes one: a map, its files, a look at what would come of them, the run, its report,
//! and taking it back.
//!
//! What was sent lies in a folder beside the attachments until it is cleared away; the report of the last run lies with it.

use super::map::Map;
use super::plan::{Counts, ReportFile, preview};
use super::run::{self, Imported, Request, Survey};
use super::source::files as shown;
use super::undo::{self, Undone};
use crate::access::Actor;
use crate::attachment::Receiving;
use crate::error::Error;
use crate::office::Office;
use domain::access::Privilege;
use domain::id::ImportId;
use domain::pack::Language;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// Items that a look shows.
const SHOWN: usize = 5;
/// Larger maps are none: 1 MiB.
const MAP_MAX: usize = 1 << 20;
const MAP: &str = "map.yaml";
const UNIT: &str = "unit";
const REPORT: &str = "report.csv";
/// Files of one import.
const FILES: usize = 50;

/// What would come of an import.
#[derive(Clone, Debug)]
pub struct Look {
    pub counts: Counts,
    pub units: usize,
    /// The first items in words.
    pub zh: String,
    pub en: String,
}

/// What was sent for an import.
#[derive(Clone, Debug)]
pub struct Sent {
    pub map: Map,
    text: String,
    folder: PathBuf,
    pub files: Vec<PathBuf>,
    under: Option<String>,
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.display().to_string();
    move |source| Error::File { path, source }
}

impl Office {
    fn imports(&self) -> Result<PathBuf, Error> {
        let folder = self.files().ok_or_else(|| {
            Error::asked(
                "no-attachments",
                "files",
                "这台服务器没有设置附件目录；请以 --files 指定。",
                "This server has no folder for files; name one with --files.",
            )
        })?;
        Ok(folder.beside("imports"))
    }

    /// Begins an import with its map; `unit` is the code of the one under which new projects are added.
    ///
    /// # Errors
    /// Faults of the map; a unit that is not there.
    pub fn begin_import(
        &self,
        actor: &Actor,
        map: &str,
        unit: Option<&str>,
    ) -> Result<ImportId, Error> {
        let under = unit.map(|code| self.unit_of(actor, code)).transpose()?;
        let _ = self.privilege(actor, Privilege::Imports, under.map(|(unit, _)| unit.id))?;
        if map.len() > MAP_MAX {
            return Err(Error::asked(
                "too-large",
                "map",
                "映射文件最大 1 MiB。",
                "A map has 1 MiB at most.",
            ));
        }
        Map::parse(MAP, map).map_err(run::ImportError::Map)?;
        let id = self.clock().import_id();
        let folder = self.imports()?.join(id.to_string());
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
        fs::write(folder.join(MAP), map).map_err(failed(&folder))?;
        fs::write(folder.join(UNIT), unit.unwrap_or_default()).map_err(failed(&folder))?;
        Ok(id)
    }

    /// Adds a file to an import, under the last part of its name.
    ///
    /// # Errors
    /// `NotFound`; a name that is none; too many files.
    pub fn add_import_file(
        &self,
        actor: &Actor,
        id: ImportId,
        name: &str,
        received: Receiving,
    ) -> Result<(), Error> {
        let sent = self.sent_import(actor, id)?;
        let name = crate::attachment::shown_name(name)
            .filter(|name| ![MAP, UNIT, REPORT].contains(&name.as_str()))
            .ok_or_else(|| {
                Error::asked(
                    "name-wrong",
                    "name",
                    "请给出文件名，如 orders.csv。",
                    "Give the file's name, such as orders.csv.",
                )
            })?;
        if sent.files.len() >= FILES {
            return Err(Error::asked(
                "too-many",
                "files",
                format!("一次导入最多 {FILES} 个文件。"),
                format!("An import has {FILES} files at most."),
            ));
        }
        received.into_place(&sent.folder.join(name))
    }

    /// What was sent for an import.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn sent_import(&self, actor: &Actor, id: ImportId) -> Result<Sent, Error> {
        let folder = self.imports()?.join(id.to_string());
        let text = fs::read_to_string(folder.join(MAP)).map_err(|_| Error::NotFound)?;
        let under = fs::read_to_string(folder.join(UNIT)).unwrap_or_default();
        let mut files = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
            let path = entry.map_err(failed(&folder))?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if name.is_some_and(|name| ![MAP, UNIT, REPORT].contains(&name)) {
                files.push(path);
            }
        }
        files.sort();
        let under = Some(under).filter(|code| !code.is_empty());
        let unit = under.as_deref().map(|code| self.unit(code)).transpose()?;
        let _ = self.privilege(actor, Privilege::Imports, unit.map(|unit| unit.id))?;
        Ok(Sent {
            map: Map::parse(MAP, &text).map_err(run::ImportError::Map)?,
            text,
            folder,
            files,
            under,
        })
    }

    fn request<'s>(&self, sent: &'s Sent) -> Result<Request<'s>, Error> {
        let under = match &sent.under {
            Some(code) => Some(self.unit(code)?.id),
            None => None,
        };
        Ok(Request {
            map: &sent.map,
            files: sent.files.clone(),
            under,
        })
    }

    /// What would come of an import; nothing is written but the report of what would be refused.
    ///
    /// # Errors
    /// A map that the pack does not fit; files that cannot be read.
    pub fn look_at_import(&self, actor: &Actor, id: ImportId) -> Result<Look, Error> {
        let sent = self.sent_import(actor, id)?;
        let request = self.request(&sent)?;
        run::check(self, &sent.map, (MAP, &sent.text))?;
        let mut report = sent.report()?;
        let survey = run::survey(&request, SHOWN, &mut |_| {}, |refusal| {
            report.write(refusal).map_err(run::ImportError::Report)
        })?;
        report.finish().map_err(failed(&sent.folder))?;
        let Survey {
            counts,
            first,
            units,
            ..
        } = survey;
        let titles = run::titles(self, &sent.map)?;
        let said = |language| preview(&sent.map, &first, &counts, &titles, language);
        Ok(Look {
            zh: said(Language::Zh),
            en: said(Language::En),
            units: units.len(),
            counts,
        })
    }

    /// Takes the files in; run again, it goes on where it stopped.
    ///
    /// # Errors
    /// As [`run::run`].
    pub fn run_import(&self, actor: &Actor, id: ImportId) -> Result<Imported, Error> {
        let sent = self.sent_import(actor, id)?;
        let request = self.request(&sent)?;
        let mut report = sent.report()?;
        let map = (MAP, sent.text.as_str());
        let imported = run::run(self, actor, &request, map, &mut report, &mut |_| {});
        report.finish().map_err(failed(&sent.folder))?;
        Ok(imported?)
    }

    /// The report of the last look or run: every row that was refused, and why.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn import_report(&self, actor: &Actor, id: ImportId) -> Result<File, Error> {
        let sent = self.sent_import(actor, id)?;
        File::open(sent.folder.join(REPORT)).map_err(|_| Error::NotFound)
    }

    /// Takes an import back; `worked_on`: records that somebody has worked on as well.
    ///
    /// # Errors
    /// `NotFound` if it was not run.
    pub fn undo_import(
        &self,
        actor: &Actor,
        id: ImportId,
        worked_on: bool,
    ) -> Result<Undone, Error> {
        let sent = self.sent_import(actor, id)?;
        let request = self.request(&sent)?;
        let run = run::find(self, &request)?.ok_or(Error::NotFound)?;
        Ok(undo::undo(self, actor, run, worked_on, &mut |_| {})?)
    }
}

impl Sent {
    fn report(&self) -> Result<ReportFile<BufWriter<File>>, Error> {
        let path = self.folder.join(REPORT);
        let file = File::create(&path).map_err(failed(&path))?;
        ReportFile::new(BufWriter::new(file), shown(&self.files)).map_err(failed(&path))
    }
}
