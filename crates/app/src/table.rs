//! Rows as a spreadsheet reads them: CSV with its mark of UTF-8, or one sheet of XLSX, written as they come.
//!
//! A text never becomes a formula: in CSV a cell that begins with `=`, `+`, `-`, `@` or a tab is preceded by an apostrophe, in XLSX texts
//! are texts. Numbers stay numbers. The workbook is written by hand, since a sheet of texts and numbers is a page of XML and rows must not be
//! kept in memory.

use serde_json::Value as Json;
use std::io::{self, Write};
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

/// Rows of one sheet, the last one of XLSX.
const ROWS: u32 = 1_048_576;
/// Characters of one cell.
const CELL: usize = 32_767;

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Csv,
    Xlsx,
}

impl Form {
    pub fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// A table in writing.
pub struct Table<W: Write> {
    out: Out<W>,
    rows: u32,
}

enum Out<W: Write> {
    Csv(W),
    Xlsx(Box<ZipWriter<StreamWriter<W>>>),
}

impl<W: Write> Table<W> {
    /// Begins a table with its heads.
    ///
    /// # Errors
    /// A writer that fails.
    pub fn begin(form: Form, mut out: W, heads: &[String]) -> io::Result<Self> {
        let out = match form {
            Form::Csv => {
                out.write_all("\u{feff}".as_bytes())?;
                Out::Csv(out)
            }
            Form::Xlsx => {
                let mut zip = ZipWriter::new_stream(out);
                for (name, text) in PARTS {
                    zip.start_file(*name, options())?;
                    zip.write_all(text.as_bytes())?;
                }
                zip.start_file("xl/worksheets/sheet1.xml", options())?;
                zip.write_all(SHEET_BEGINS.as_bytes())?;
                Out::Xlsx(Box::new(zip))
            }
        };
        let mut table = Self { out, rows: 0 };
        let heads: Vec<Json> = heads
            .iter()
            .map(|head| Json::String(head.clone()))
            .collect();
        table.row(&heads.iter().collect::<Vec<_>>())?;
        Ok(table)
    }

    /// Writes a row.
    ///
    /// # Errors
    /// A writer that fails; more rows than a sheet holds.
    pub fn row(&mut self, cells: &[&Json]) -> io::Result<()> {
        self.rows += 1;
        match &mut self.out {
            Out::Csv(out) => {
                let line: Vec<String> = cells.iter().map(|cell| csv(cell)).collect();
                out.write_all(line.join(",").as_bytes())?;
                out.write_all(b"\r\n")
            }
            Out::Xlsx(zip) => {
                if self.rows > ROWS {
                    return Err(io::Error::other(
                        "a sheet holds 1,048,576 rows: export a shorter list, or CSV",
                    ));
                }
                let mut line = String::from("<row>");
                for cell in cells {
                    sheet_cell(cell, &mut line);
                }
                line.push_str("</row>");
                zip.write_all(line.as_bytes())
            }
        }
    }

    /// Ends the table.
    ///
    /// # Errors
    /// A writer that fails.
    pub fn end(self) -> io::Result<()> {
        match self.out {
            Out::Csv(mut out) => out.flush(),
            Out::Xlsx(mut zip) => {
                zip.write_all(SHEET_ENDS.as_bytes())?;
                zip.finish()?.into_inner().flush()
            }
        }
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated)
}

fn text(cell: &Json) -> Option<String> {
    match cell {
        Json::Null => Some(String::new()),
        Json::String(text) => Some(text.clone()),
        Json::Bool(truth) => Some(truth.to_string()),
        Json::Number(_) => None,
        other => Some(other.to_string()),
    }
}

/// A workbook of several sheets in writing, each written to its end before the next begins.
pub struct Book<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    sheets: Vec<String>,
    rows: u32,
}

impl<W: Write> Book<W> {
    pub fn new(out: W) -> Self {
        Self {
            zip: ZipWriter::new_stream(out),
            sheets: Vec::new(),
            rows: 0,
        }
    }

    /// Begins a sheet with its heads; the one before it has ended.
    ///
    /// # Errors
    /// A writer that fails.
    pub fn sheet(&mut self, name: &str, heads: &[&str]) -> io::Result<()> {
        self.end_sheet()?;
        self.sheets.push(name.to_owned());
        self.rows = 0;
        let part = format!("xl/worksheets/sheet{}.xml", self.sheets.len());
        self.zip.start_file(part, options())?;
        self.zip.write_all(SHEET_BEGINS.as_bytes())?;
        self.row(heads)
    }

    /// Writes a row of texts.
    ///
    /// # Errors
    /// A writer that fails; more rows than a sheet holds.
    pub fn row(&mut self, cells: &[&str]) -> io::Result<()> {
        self.rows += 1;
        if self.rows > ROWS {
            return Err(io::Error::other("a sheet holds 1,048,576 rows"));
        }
        let mut line = String::from("<row>");
        for cell in cells {
            sheet_cell(&Json::String((*cell).to_owned()), &mut line);
        }
        line.push_str("</row>");
        self.zip.write_all(line.as_bytes())
    }

    fn end_sheet(&mut self) -> io::Result<()> {
        if self.sheets.is_empty() {
            return Ok(());
        }
        self.zip.write_all(SHEET_ENDS.as_bytes())
    }

    /// Ends the workbook.
    ///
    /// # Errors
    /// A writer that fails.
    pub fn end(mut self) -> io::Result<()> {
        self.end_sheet()?;
        let numbers = 1..=self.sheets.len();
        let (mut types, mut names, mut targets) = (String::new(), String::new(), String::new());
        for (number, name) in numbers.zip(&self.sheets) {
            types.push_str(&format!(r#"<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#));
            names.push_str(&format!(
                r#"<sheet name="{}" sheetId="{number}" r:id="rId{number}"/>"#,
                sheet_name(name)
            ));
            targets.push_str(&format!(r#"<Relationship Id="rId{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{number}.xml"/>"#));
        }
        let styles = self.sheets.len() + 1;
        targets.push_str(&format!(r#"<Relationship Id="rId{styles}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>"#));
        for (part, text) in PARTS {
            let text = text
                .replace(ONE_SHEET_TYPE, &types)
                .replace(ONE_SHEET_NAME, &names)
                .replace(ONE_SHEET_TARGETS, &targets);
            self.zip.start_file(*part, options())?;
            self.zip.write_all(text.as_bytes())?;
        }
        self.zip.finish()?.into_inner().flush()
    }
}

/// A sheet's name has at most 31 characters and none of `[]:*?/\\`.
fn sheet_name(name: &str) -> String {
    let mut written = String::new();
    for c in name.chars().take(31) {
        match c {
            '[' | ']' | ':' | '*' | '?' | '/' | '\\' => written.push('-'),
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '"' => written.push_str("&quot;"),
            c if c.is_control() => {}
            c => written.push(c),
        }
    }
    written
}

/// A text that no spreadsheet takes for a formula.
pub(crate) fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn csv(cell: &Json) -> String {
    let Some(text) = text(cell) else {
        return cell.to_string();
    };
    let text = harmless(&text);
    if text.contains(['"', ',', '\n', '\r', ';']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

fn sheet_cell(cell: &Json, line: &mut String) {
    let Some(text) = text(cell) else {
        line.push_str("<c><v>");
        line.push_str(&cell.to_string());
        line.push_str("</v></c>");
        return;
    };
    if text.is_empty() {
        line.push_str("<c/>");
        return;
    }
    // Style 1 keeps a text a text when somebody edits the cell.
    line.push_str("<c s=\"1\" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
    for c in text.chars().take(CELL) {
        match c {
            '&' => line.push_str("&amp;"),
            '<' => line.push_str("&lt;"),
            '>' => line.push_str("&gt;"),
            // No XML holds them.
            c if (c.is_control() && !matches!(c, '\n' | '\t'))
                || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => line.push(c),
        }
    }
    line.push_str("</t></is></c>");
}

/// Where the parts of a workbook with one sheet name it.
const ONE_SHEET_TYPE: &str = r#"<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#;
const ONE_SHEET_NAME: &str = r#"<sheet name="Sheet1" sheetId="1" r:id="rId1"/>"#;
const ONE_SHEET_TARGETS: &str = r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>"#;
const PARTS: &[(&str, &str)] = &[
    (
        "[Content_Types].xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
    (
        "xl/styles.xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font><sz val="11"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="49" applyNumberFormat="1" quotePrefix="1"/></cellXfs></styleSheet>"#,
    ),
];
const SHEET_BEGINS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews><sheetData>"#;
const SHEET_ENDS: &str = "</sheetData></worksheet>";

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use serde_json::json;
    use std::io::Cursor;

    fn written(form: Form, rows: &[[Json; 2]]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut table = Table::begin(form, &mut out, &["甲".into(), "b".into()]).unwrap();
        for row in rows {
            table.row(&row.iter().collect::<Vec<_>>()).unwrap();
        }
        table.end().unwrap();
        out
    }

    #[test]
    fn cells_that_begin_like_a_formula_are_harmless() {
        let rows = [
            [json!("=1+1"), json!("@SUM(A1)")],
            [json!("+86 138"), json!("-")],
            [json!("\t=1"), json!(-5)],
        ];
        let text = String::from_utf8(written(Form::Csv, &rows)).unwrap();
        assert_eq!(
            text,
            "\u{feff}甲,b\r\n'=1+1,'@SUM(A1)\r\n'+86 138,'-\r\n'\t=1,-5\r\n"
        );
    }

    #[test]
    fn quotes_commas_and_lines_stay_in_their_cell() {
        let text =
            String::from_utf8(written(Form::Csv, &[[json!("a\"b,c\nd"), Json::Null]])).unwrap();
        assert_eq!(text, "\u{feff}甲,b\r\n\"a\"\"b,c\nd\",\r\n");
    }

    #[test]
    fn a_workbook_is_read_back_as_it_was_written() {
        let rows = [
            [json!("=HYPERLINK(\"x\")"), json!("<b>&\u{1}")],
            [json!(12), json!("房屋 3-2-1202")],
        ];
        let bytes = written(Form::Xlsx, &rows);
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range("Sheet1").unwrap();
        let cell = |row, column| sheet.get_value((row, column)).unwrap();
        assert_eq!(cell(1, 0), &Data::String("=HYPERLINK(\"x\")".into()));
        assert_eq!(cell(1, 1), &Data::String("<b>&".into()));
        assert_eq!(cell(2, 0), &Data::Float(12.0));
        assert_eq!(cell(2, 1), &Data::String("房屋 3-2-1202".into()));
    }
}
