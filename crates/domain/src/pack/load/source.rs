//! Places in the files of a pack, and faults before their line is looked up.

use crate::name::Text;
use crate::pack::fault::Fault;

/// Where something stands; lines and columns from 1, columns and lengths in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::pack) struct Place {
    pub(in crate::pack) file: u32,
    pub(in crate::pack) line: u32,
    pub(in crate::pack) column: u32,
    pub(in crate::pack) length: u32,
}

#[derive(Clone, Debug)]
pub(in crate::pack) struct Raw {
    code: &'static str,
    at: Place,
    cause: Text,
    help: Text,
}

impl Raw {
    pub(in crate::pack) fn new(code: &'static str, at: Place, cause: Text, help: Text) -> Self {
        Self {
            code,
            at,
            cause,
            help,
        }
    }
    pub(in crate::pack) fn is_one_of(&self, file: u32, codes: &[&str]) -> bool {
        self.at.file == file && codes.contains(&self.code)
    }
}

/// The texts of a pack in path order.
pub(in crate::pack) struct Sources {
    files: Vec<(String, String)>,
}

impl Sources {
    pub(in crate::pack) fn new(mut files: Vec<(String, String)>) -> Self {
        files.sort();
        Self { files }
    }
    pub(in crate::pack) fn files(&self) -> impl Iterator<Item = (u32, &str, &str)> {
        (0..)
            .zip(&self.files)
            .map(|(number, (path, text))| (number, path.as_str(), text.as_str()))
    }
    pub(in crate::pack) fn line(&self, at: Place) -> &str {
        usize::try_from(at.file)
            .ok()
            .and_then(|file| self.files.get(file))
            .and_then(|(_, text)| text.lines().nth(at.line.saturating_sub(1) as usize))
            .unwrap_or("")
    }
    /// Sorted by place, each once.
    pub(in crate::pack) fn finish(&self, mut raw: Vec<Raw>) -> Vec<Fault> {
        raw.sort_by(|a, b| (a.at, a.code).cmp(&(b.at, b.code)));
        raw.dedup_by(|a, b| a.at == b.at && a.code == b.code && a.cause == b.cause);
        raw.into_iter()
            .map(|fault| Fault {
                code: fault.code,
                file: self
                    .files
                    .get(fault.at.file as usize)
                    .map(|(path, _)| path.clone())
                    .unwrap_or_default(),
                line: fault.at.line,
                column: fault.at.column,
                length: fault.at.length,
                source: self.line(fault.at).to_owned(),
                cause: fault.cause,
                help: fault.help,
            })
            .collect()
    }
}
