use super::shown;
use app::import::source::{Reading, Rows};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A workbook of one sheet with these rows, written part by part.
fn workbook(folder: &Path, rows: &str) -> PathBuf {
    book(folder, "工单", rows)
}

/// The same with a sheet of that name.
pub(crate) fn book(folder: &Path, sheet: &str, rows: &str) -> PathBuf {
    let path = folder.join("book.xlsx");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut part = |name: &str, text: &str| {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let head = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rels = "http://schemas.openxmlformats.org/package/2006/relationships";
    let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    part(
        "[Content_Types].xml",
        &format!(
            r#"{head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#
        ),
    );
    part(
        "_rels/.rels",
        &format!(
            r#"{head}<Relationships xmlns="{rels}"><Relationship Id="r1" Type="{kinds}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
        ),
    );
    part(
        "xl/_rels/workbook.xml.rels",
        &format!(
            r#"{head}<Relationships xmlns="{rels}"><Relationship Id="s1" Type="{kinds}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="st" Type="{kinds}/styles" Target="styles.xml"/></Relationships>"#
        ),
    );
    part(
        "xl/workbook.xml",
        &format!(
            r#"{head}<workbook xmlns="{main}" xmlns:r="{kinds}"><sheets><sheet name="{sheet}" sheetId="1" r:id="s1"/></sheets></workbook>"#
        ),
    );
    part(
        "xl/styles.xml",
        &format!(
            r#"{head}<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#
        ),
    );
    part(
        "xl/worksheets/sheet1.xml",
        &format!(r#"{head}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#),
    );
    zip.finish().unwrap();
    path
}

pub(crate) fn text(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

const fn number(
    place: &'static str,
    value: &'static str,
    style: &'static str,
) -> (&'static str, &'static str, &'static str) {
    (place, value, style)
}

fn cell((place, value, style): (&str, &str, &str)) -> String {
    format!(r#"<c r="{place}" s="{style}"><v>{value}</v></c>"#)
}

#[test]
fn a_sheet_is_read_with_its_dates_gaps_and_errors() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        format!(
            "<row r=\"1\">{}{}{}</row>",
            text("A1", "编号"),
            text("B1", "时间"),
            text("C1", "内容")
        ),
        // 46086.5868055556 days after the end of 1899: 2026-03-05 14:05.
        format!(
            "<row r=\"2\">{}{}{}</row>",
            cell(number("A2", "7", "0")),
            cell(number("B2", "46086.5868055556", "1")),
            text("C2", "漏水")
        ),
        format!(
            "<row r=\"4\">{}{}</row>",
            cell(number("A4", "8", "0")),
            cell(number("B4", "46087", "1"))
        ),
        format!(
            "<row r=\"5\">{}<c r=\"B5\" t=\"e\"><v>#N/A</v></c></row>",
            cell(number("A5", "9", "0"))
        ),
        format!(
            "<row r=\"6\">{}{}</row>",
            cell(number("A6", "10.5", "0")),
            text("E6", "beside the table")
        ),
    ];
    let path = workbook(folder.path(), &rows.concat());
    let shown = shown(Rows::open(&path, 0, &Reading::default()).unwrap());
    assert_eq!(
        shown,
        [
            "2: 7|2026-03-05T14:05:00|漏水",
            "4: 8|2026-03-06|",
            "5: ! cell-error 时间",
            "6: ! row-ragged"
        ]
    );
}

#[test]
fn a_sheet_that_is_not_there_and_an_empty_one_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = workbook(folder.path(), "");
    let fault = |reading: &Reading| Rows::open(&path, 0, reading).err().unwrap();
    assert_eq!(fault(&Reading::default()).code(), "file-empty");
    let reading = Reading {
        sheet: Some("投诉".into()),
        ..Reading::default()
    };
    assert_eq!(fault(&reading).code(), "sheet-missing");
    assert!(fault(&reading).reason().zh.contains("工单"));
}
