//! The rows of a workbook or of single sheets, each under the columns that it names; nothing is understood yet.

use super::layout::Layout;
use super::{Given, refused_file};
use crate::error::Error;
use crate::import::run::ImportError;
use crate::import::source::{Reading, Row, Rows, SourceError, sheets};
use std::path::PathBuf;

/// Rows of one import; more are no organisation, and would fill memory.
const ROWS_MAX: usize = 300_000;
/// Beginning of a row that nobody reads: an example, a remark.
const REMARK: char = '#';
/// What the explanations of a template stand under.
pub(super) const NOTES: [&str; 2] = ["说明", "Notes"];

/// A file that somebody names.
#[derive(Clone, Debug)]
pub struct Source {
    pub path: PathBuf,
    /// What a report calls it; of CSV, the sheet that it is, with or without an ending.
    pub name: String,
}

impl Source {
    pub fn of(path: PathBuf) -> Self {
        let name = path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        Self { path, name }
    }
}

pub(super) fn read(layout: &Layout<'_>, sources: &[Source]) -> Result<Vec<Given>, Error> {
    let mut all = Vec::new();
    let mut rows = 0;
    for (number, source) in (0..).zip(sources) {
        let broken = |error: SourceError| Error::from(ImportError::from(error));
        match sheets(&source.path).map_err(broken)? {
            Some(names) => {
                for name in names {
                    let reading = Reading {
                        sheet: Some(name.clone()),
                        ..Reading::default()
                    };
                    all.extend(one(layout, source, (number, &reading), &name, &mut rows)?);
                }
            }
            None => {
                let stem = source.name.split('.').next().unwrap_or_default().to_owned();
                let reading = Reading::default();
                all.extend(one(layout, source, (number, &reading), &stem, &mut rows)?);
            }
        }
    }
    Ok(all)
}

fn one(
    layout: &Layout<'_>,
    source: &Source,
    (number, reading): (u32, &Reading),
    name: &str,
    count: &mut usize,
) -> Result<Option<Given>, Error> {
    if NOTES.contains(&name.trim()) {
        return Ok(None);
    }
    let mut rows = match Rows::open(&source.path, number, reading) {
        Ok(rows) => rows,
        Err(SourceError::Empty { .. }) => return Ok(None),
        Err(error) => return Err(ImportError::from(error).into()),
    };
    let Some(index) = layout.sheet(name) else {
        let known = layout.names().join("、");
        return Err(refused_file(
            "sheet-unknown",
            format!("“{name}”不是组织资料的工作表；有：{known}"),
            format!("{name:?} is no sheet of the organisation; there are: {known}"),
        ));
    };
    let sheet = &layout.sheets[index];
    let headings = rows.columns().names().to_vec();
    let mut columns = Vec::new();
    for heading in &headings {
        let Some(column) = sheet.column(heading) else {
            let known: Vec<&str> = sheet
                .columns
                .iter()
                .map(|it| it.title.zh.as_str())
                .collect();
            let known = known.join("、");
            return Err(refused_file(
                "column-unknown",
                format!("工作表“{name}”没有“{heading}”这一列；有：{known}"),
                format!("sheet {name:?} has no column {heading:?}; there are: {known}"),
            ));
        };
        if columns.contains(&column) {
            return Err(refused_file(
                "header-twice",
                format!("工作表“{name}”的“{heading}”列出现两次"),
                format!("sheet {name:?} has the column {heading:?} twice"),
            ));
        }
        columns.push(column);
    }
    let missing = (0..sheet.columns.len())
        .find(|column| sheet.columns[*column].needed && !columns.contains(column));
    if let Some(column) = missing {
        let title = &sheet.columns[column].title;
        return Err(refused_file(
            "column-missing",
            format!("工作表“{name}”缺少“{}”列", title.zh),
            format!("sheet {name:?} lacks the column {:?}", title.en),
        ));
    }
    let mut given = Given {
        sheet: index,
        name: name.to_owned(),
        headings,
        columns,
        rows: Vec::new(),
        broken: Vec::new(),
    };
    while let Some(row) = rows.next_row().map_err(ImportError::from)? {
        *count += 1;
        if *count > ROWS_MAX {
            return Err(refused_file(
                "too-many-rows",
                format!("一次最多 {ROWS_MAX} 行，请分次导入"),
                format!("an import has {ROWS_MAX} rows at most; import it in parts"),
            ));
        }
        match row {
            Ok(row) if is_remark(&row) => {}
            Ok(row) => given.rows.push(row),
            Err(refusal) => given.broken.push(refusal),
        }
    }
    Ok(Some(given))
}

fn is_remark(row: &Row) -> bool {
    let mut cells = row.cells().map(str::trim);
    cells
        .find(|cell| !cell.is_empty())
        .is_none_or(|cell| cell.starts_with(REMARK))
}
