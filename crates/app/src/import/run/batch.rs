//! The row that says what an import read and how far it came.

use super::{ImportError, Imported};
use crate::import::map::Map;
use crate::import::source::SourceError;
use crate::office::Office;
use domain::access::Permit;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use store::Lane;
use store::import;

/// What `import.doc` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Doc {
    map_digest: String,
    files: Vec<ReadFile>,
    #[serde(default)]
    rows: u64,
    #[serde(default)]
    imported: u64,
    #[serde(default)]
    refused: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ReadFile {
    name: String,
    digest: String,
}

pub(super) struct Running {
    pub(super) row: import::Batch,
    doc: Doc,
}

/// The import of these files by this map that was begun before and not undone.
pub(super) fn find(
    office: &Office,
    map: &Map,
    files: &[PathBuf],
) -> Result<Option<Running>, ImportError> {
    Ok(before(office, &doc(map, files)?)?)
}

/// The import of these files by this map: the one that was begun before, else a new one.
pub(super) fn begin(
    office: &Office,
    permit: &Permit,
    map: &Map,
    files: &[PathBuf],
) -> Result<Running, ImportError> {
    let doc = doc(map, files)?;
    if let Some(running) = before(office, &doc)? {
        return Ok(running);
    }
    let row = import::Batch {
        id: office.clock().import_id(),
        map: map.name.to_string(),
        started_at: office.clock().now(),
        finished_at: None,
        undone_at: None,
        doc: json(&doc),
    };
    let written = row.clone();
    office.write(permit, Lane::Bulk, move |tx| import::insert(tx, &written))?;
    Ok(Running { row, doc })
}

fn doc(map: &Map, files: &[PathBuf]) -> Result<Doc, SourceError> {
    Ok(Doc {
        map_digest: hex(&map.digest),
        files: files
            .iter()
            .map(|path| digest(path))
            .collect::<Result<_, _>>()?,
        rows: 0,
        imported: 0,
        refused: 0,
    })
}

fn before(office: &Office, wanted: &Doc) -> Result<Option<Running>, store::Error> {
    let rows = office.read(import::list)?;
    Ok(rows
        .into_iter()
        .filter(|row| row.undone_at.is_none())
        .find_map(|row| {
            let doc: Doc = serde_json::from_str(&row.doc).ok()?;
            let same = doc.map_digest == wanted.map_digest
                && digests(&doc.files) == digests(&wanted.files);
            same.then_some(Running { row, doc })
        }))
}

impl Running {
    pub(super) fn save(
        &mut self,
        office: &Office,
        permit: &Permit,
        imported: &Imported,
        finished: bool,
    ) -> Result<(), ImportError> {
        (self.doc.rows, self.doc.imported, self.doc.refused) =
            (imported.rows, imported.imported, imported.refused);
        self.row.doc = json(&self.doc);
        if finished {
            self.row.finished_at = Some(office.clock().now());
        }
        let row = self.row.clone();
        office.write(permit, Lane::Bulk, move |tx| import::update(tx, &row))?;
        Ok(())
    }
}

fn digests(files: &[ReadFile]) -> Vec<&str> {
    files.iter().map(|file| file.digest.as_str()).collect()
}

fn json(doc: &Doc) -> String {
    serde_json::to_string(doc).unwrap_or_default()
}

fn digest(path: &Path) -> Result<ReadFile, SourceError> {
    let name = path.display().to_string();
    let unreadable = |source| SourceError::Unreadable {
        file: path.display().to_string(),
        line: None,
        source,
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut sha = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).map_err(unreadable)? {
            0 => break,
            read => sha.update(&buffer[..read]),
        }
    }
    Ok(ReadFile {
        name,
        digest: hex(&sha.finalize()),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
