//! The plan of whole files, item after item, in constant memory.

use super::{Planned, item};
use crate::import::map::Map;
use crate::import::refusal::Refusal;
use crate::import::source::sort::{By, Sorted, Sorter};
use crate::import::source::{Position, Row, Rows, SourceError};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Ids that are remembered to find one that comes twice; beyond, the database finds it.
const IDS_REMEMBERED: usize = 2_000_000;
/// Rows that one record may have.
const RECORD_ROWS_MAX: usize = 10_000;

/// The files of one import, opened one after the other.
pub struct Input {
    files: Vec<PathBuf>,
    next: usize,
    open: Option<(Rows, Vec<usize>)>,
    position: Position,
    bytes_before: u64,
}

impl Input {
    pub fn new(files: Vec<PathBuf>) -> Self {
        Self {
            files,
            next: 0,
            open: None,
            position: Position::default(),
            bytes_before: 0,
        }
    }

    /// Opens every file once and checks its header, so that a missing column in the last stops before the first row.
    pub fn check(&self, map: &Map) -> Vec<SourceError> {
        let checked = self.files.iter().map(|path| open(map, path, 0));
        checked.filter_map(Result::err).collect()
    }

    /// Size of all files on disk.
    pub fn bytes(&self) -> u64 {
        let sizes = self
            .files
            .iter()
            .map(|path| path.metadata().map_or(0, |metadata| metadata.len()));
        sizes.sum()
    }

    /// Bytes taken so far.
    pub fn taken(&self) -> u64 {
        self.bytes_before + self.position.bytes()
    }

    fn next_row(&mut self, map: &Map) -> Result<Option<Result<Row, Refusal>>, SourceError> {
        loop {
            if let Some((rows, places)) = &mut self.open {
                if let Some(row) = rows.next_row()? {
                    return Ok(Some(row.map(|row| project(&row, places))));
                }
                self.open = None;
            }
            let Some(path) = self.files.get(self.next) else {
                return Ok(None);
            };
            let number = u32::try_from(self.next).unwrap_or(u32::MAX);
            let opened = open(map, path, number)?;
            self.bytes_before += self.position.bytes();
            self.position = opened.0.position();
            self.open = Some(opened);
            self.next += 1;
        }
    }
}

fn open(map: &Map, path: &Path, number: u32) -> Result<(Rows, Vec<usize>), SourceError> {
    let rows = Rows::open(path, number, &map.reading)?;
    let places = map.bind(rows.file(), rows.columns())?;
    Ok((rows, places))
}

/// Only the columns of the map, in its order.
fn project(row: &Row, places: &[usize]) -> Row {
    let mut projected = Row::new(row.file, row.line);
    for &place in places {
        projected.push(row.cell(place));
    }
    projected
}

/// What becomes of the rows, in an order that depends on nothing but files and map.
pub struct Stream<'a> {
    map: &'a Map,
    input: Input,
    phase: Phase,
    seen: HashSet<u128>,
}

enum Phase {
    Rows,
    Gathering(Sorter),
    Groups {
        rows: Sorted,
        next: Option<Row>,
        /// An id with too many rows: the rest of them are refused as they come.
        over: Option<String>,
    },
}

impl<'a> Stream<'a> {
    pub fn new(map: &'a Map, input: Input) -> Self {
        let phase = match &map.log {
            None => Phase::Rows,
            Some(log) => Phase::Gathering(Sorter::new(By {
                key: map.id,
                order: log.order,
            })),
        };
        Self {
            map,
            input,
            phase,
            seen: HashSet::new(),
        }
    }

    /// Bytes of the files taken so far, of `Input::bytes`.
    pub fn taken(&self) -> u64 {
        self.input.taken()
    }

    /// The next item or refusal; an error means that a file cannot be read further.
    pub fn next_planned(&mut self) -> Result<Option<Planned>, SourceError> {
        loop {
            match &mut self.phase {
                Phase::Rows => return self.next_single(),
                Phase::Gathering(sorter) => match self.input.next_row(self.map)? {
                    Some(Ok(row)) if row.cell(self.map.id).trim().is_empty() => {
                        return Ok(Some(refused(id_blank(self.map, &row))));
                    }
                    Some(Ok(row)) => sorter.put(row)?,
                    Some(Err(refusal)) => return Ok(Some(refused(refusal))),
                    None => {
                        let sorter = std::mem::replace(&mut self.phase, Phase::Rows);
                        if let Phase::Gathering(sorter) = sorter {
                            let mut rows = sorter.finish()?;
                            let next = rows.next_row()?;
                            self.phase = Phase::Groups {
                                rows,
                                next,
                                over: None,
                            };
                        }
                    }
                },
                Phase::Groups { rows, next, over } => {
                    let Some(first) = next.take() else {
                        return Ok(None);
                    };
                    let id = |row: &Row| row.cell(self.map.id).trim().to_string();
                    let group_id = id(&first);
                    if over.as_ref() == Some(&group_id) {
                        *next = rows.next_row()?;
                        return Ok(Some(refused(too_many(&first))));
                    }
                    let mut group = vec![first];
                    while let Some(row) = rows.next_row()? {
                        if id(&row) != group_id {
                            *next = Some(row);
                            break;
                        }
                        group.push(row);
                        if group.len() > RECORD_ROWS_MAX {
                            *next = rows.next_row()?;
                            *over = Some(group_id);
                            return Ok(Some(Planned::Refused(
                                group.iter().map(too_many).collect(),
                            )));
                        }
                    }
                    return Ok(Some(item(self.map, &group)));
                }
            }
        }
    }

    fn next_single(&mut self) -> Result<Option<Planned>, SourceError> {
        let row = match self.input.next_row(self.map)? {
            None => return Ok(None),
            Some(Err(refusal)) => return Ok(Some(refused(refusal))),
            Some(Ok(row)) => row,
        };
        let id = row.cell(self.map.id).trim();
        if id.is_empty() {
            return Ok(Some(refused(id_blank(self.map, &row))));
        }
        let key = hash(id);
        if self.seen.contains(&key) {
            let refusal = Refusal::new(
                "id-twice",
                "这个编号在前面的行已经出现过，一个编号只导入一次",
                "an earlier row has the same id; an id is imported once",
            );
            return Ok(Some(refused(point(refusal, self.map, &row))));
        }
        let planned = item(self.map, &[row]);
        if matches!(planned, Planned::Item(_)) && self.seen.len() < IDS_REMEMBERED {
            self.seen.insert(key);
        }
        Ok(Some(planned))
    }
}

fn refused(refusal: Refusal) -> Planned {
    Planned::Refused(vec![refusal])
}

fn point(refusal: Refusal, map: &Map, row: &Row) -> Refusal {
    refusal
        .at(row.file, row.line)
        .column(map.column(map.id))
        .value(row.cell(map.id))
}

fn id_blank(map: &Map, row: &Row) -> Refusal {
    let refusal = Refusal::new(
        "id-blank",
        "没有来源编号，无法保证只导入一次",
        "the row has no id of its source, so it could not be imported just once",
    );
    point(refusal, map, row)
}

fn too_many(row: &Row) -> Refusal {
    Refusal::new(
        "record-too-long",
        format!("同一编号超过 {RECORD_ROWS_MAX} 行；请检查 id 是否选对了列"),
        format!(
            "more than {RECORD_ROWS_MAX} rows of one id; check whether `id` names the right column"
        ),
    )
    .at(row.file, row.line)
}

/// Two independent 64-bit hashes: ids that differ do not meet.
fn hash(id: &str) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        id.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}
