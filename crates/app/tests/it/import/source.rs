use super::{rows, shown};
use app::import::source::sort::{By, Sorter};
use app::import::source::{Reading, Row, Rows, SourceError};
use proptest::prelude::*;
use std::io::{Read, Write};

fn header_fault(bytes: impl Into<Vec<u8>>) -> SourceError {
    let bytes = std::io::Cursor::new(bytes.into());
    match Rows::from_text("t.csv", 0, &Reading::default(), bytes) {
        Ok(rows) => panic!("a header was read: {:?}", rows.columns()),
        Err(fault) => fault,
    }
}

#[test]
fn rows_are_cut_at_line_ends_and_delimiters_and_nowhere_else() {
    let comma = "id,text\n1,plain\r\n2,\"a, \"\"b\"\"\nsecond line\"\n\n3,5\" pipe\n4,";
    assert_eq!(
        rows(comma),
        [
            "2: 1|plain",
            "3: 2|a, \"b\"\nsecond line",
            "6: 3|5\" pipe",
            "7: 4|"
        ]
    );
    assert_eq!(rows("id;text\n1;a,b\n"), ["2: 1|a,b"]);
    assert_eq!(rows("id\ttext\n1\ta;b\n"), ["2: 1|a;b"]);
    assert_eq!(rows("sep=;\nid;text\n1;x\n"), ["3: 1|x"]);
    assert_eq!(
        rows("id,text\r1,old Mac\r2,lines\r"),
        ["2: 1|old Mac", "3: 2|lines"]
    );
    assert_eq!(
        rows("\"a,b\";c;d\n1;2;3\n"),
        ["2: 1|2|3"],
        "delimiters within quotes do not count"
    );
    assert_eq!(rows("only\nx\n"), ["2: x"]);
}

#[test]
fn a_broken_quote_costs_its_own_line_and_no_other() {
    let stray = "id,text\n1,\"said \"no\" twice\"\n2,fine\n3,\"also\nfine\"\n";
    assert_eq!(
        rows(stray),
        ["2: ! quote-stray text", "3: 2|fine", "4: 3|also\nfine"]
    );
    let unclosed = "id,text\n1,a\n2,\"open\n3,b\n4,c\n";
    assert_eq!(
        rows(unclosed),
        ["2: 1|a", "3: ! quote-unclosed text", "4: 3|b", "5: 4|c"]
    );
    let closed_by_the_next = "id,text\n1,\"open\n2,\"b\"\n3,c\n";
    assert_eq!(
        rows(closed_by_the_next),
        ["2: ! quote-stray text", "3: 2|b", "4: 3|c"]
    );
}

#[test]
fn ragged_rows_and_nul_bytes_are_refused_with_their_line() {
    assert_eq!(
        rows("a,b,c\n1,2\n1,2,3,4\n1,2,3\n"),
        ["2: ! row-ragged", "3: ! row-ragged", "4: 1|2|3"]
    );
    assert_eq!(rows("a,b\n1,x\0y\n2,z\n"), ["2: ! nul-byte b", "3: 2|z"]);
}

#[test]
fn a_row_beyond_the_limit_is_refused_and_the_next_one_read() {
    let huge = format!(
        "a,b\n1,{}\n2,x\n3,\"{}\n\"\n4,y\n",
        "x".repeat(3 << 20),
        "y".repeat(2 << 20)
    );
    assert_eq!(
        rows(huge),
        [
            "2: ! row-too-long",
            "3: 2|x",
            "4: ! row-too-long",
            "5: ! quote-unclosed a",
            "6: 4|y"
        ]
    );
    let just_fits = format!("a,b\n1,{}\n2,z\n", "x".repeat(1 << 19));
    assert_eq!(rows(just_fits).len(), 2);
}

/// The same table in every encoding that is read.
#[test]
fn encodings_are_found_out_from_the_file() {
    let text = "编号,内容\n1,水管漏水，请尽快\n2,\"灯不亮\n第二行\"\n3,𠮷\n";
    let expected = rows(text);
    assert_eq!(
        expected,
        ["2: 1|水管漏水，请尽快", "3: 2|灯不亮\n第二行", "5: 3|𠮷"]
    );
    let (gb, _, lost) = encoding_rs::GB18030.encode(text);
    assert!(!lost);
    assert_eq!(rows(gb.as_ref()), expected);
    assert_eq!(rows(format!("\u{feff}{text}")), expected);
    let wide = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(unit)
            .collect()
    };
    assert_eq!(rows(wide(u16::to_le_bytes)), expected);
    assert_eq!(rows(wide(u16::to_be_bytes)), expected);
}

#[test]
fn gb18030_is_found_even_behind_a_long_ascii_beginning() {
    let mut bytes = b"id,text\n".to_vec();
    for id in 0..40_000 {
        bytes.extend_from_slice(format!("{id},plain text\n").as_bytes());
    }
    assert!(bytes.len() > 1 << 19);
    bytes.extend_from_slice(&encoding_rs::GB18030.encode("40000,漏水了\n").0);
    let rows = rows(bytes);
    assert_eq!(rows.last().map(String::as_str), Some("40002: 40000|漏水了"));
}

#[test]
fn a_broken_sequence_spoils_its_own_row_and_is_never_replaced() {
    let mut gb = encoding_rs::GB18030
        .encode("编号,内容\n1,水管漏水\n")
        .0
        .into_owned();
    gb.extend_from_slice(b"2,\xc2\xa9\xff\xff bad\n");
    gb.extend_from_slice(&encoding_rs::GB18030.encode("3,灯不亮\n").0);
    assert_eq!(
        rows(gb),
        ["2: 1|水管漏水", "3: ! encoding 内容", "4: 3|灯不亮"]
    );

    let mut utf8 = "编号,内容\n1,水管漏水\n2,灯".as_bytes().to_vec();
    utf8.extend_from_slice(b"\xe4\xb8\n3,fine\n");
    assert_eq!(
        rows(utf8),
        ["2: 1|水管漏水", "3: ! encoding 内容", "4: 3|fine"]
    );

    let lone_surrogate: Vec<u8> = "\u{feff}a,b\n1,"
        .encode_utf16()
        .chain([0xd800])
        .chain("\n2,x\n".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(rows(lone_surrogate), ["2: ! encoding b", "3: 2|x"]);
}

#[test]
fn a_header_that_a_map_could_not_name_is_refused() {
    let code = |bytes: &str| header_fault(bytes).code();
    assert_eq!(code(""), "file-empty");
    assert_eq!(code("\n\n"), "file-empty");
    assert_eq!(code("a,,c\n1,2,3\n"), "header-blank");
    assert_eq!(code("a,b,a \n1,2,3\n"), "header-twice");
    assert_eq!(code("a,\"b\nc\n"), "header-unreadable");
    let narrow: Vec<u8> = "a,b\n1,2\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(header_fault(narrow).code(), "file-binary");
    let twice = header_fault("a,b,a\n").reason();
    assert!(
        twice.en.contains("columns 1 and 3") && twice.zh.contains("第 1、3 列"),
        "{twice:?}"
    );
}

#[test]
fn files_that_are_no_tables_are_named_for_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        Rows::open(&path, 0, &Reading::default()).map(shown)
    };
    let fault = |name: &str, bytes: &[u8]| open(name, bytes).unwrap_err().code();
    assert_eq!(
        fault("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest"),
        "workbook-old"
    );
    assert_eq!(
        fault("broken.xlsx", b"PK\x03\x04 nothing"),
        "workbook-unreadable"
    );
    assert_eq!(
        Rows::open(folder.path(), 0, &Reading::default())
            .map(shown)
            .unwrap_err()
            .code(),
        "file-directory"
    );
    assert_eq!(
        Rows::open(&folder.path().join("none"), 0, &Reading::default())
            .map(shown)
            .unwrap_err()
            .code(),
        "file-unreadable"
    );
}

#[test]
fn gzip_is_read_whatever_the_name_and_a_cut_file_says_where_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let pack = |text: &str| {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(text.as_bytes()).unwrap();
        gz.finish().unwrap()
    };
    let path = folder.path().join("table.csv");
    let mut two_members = pack("id,text\n1,a\n");
    two_members.extend(pack("2,b\n"));
    std::fs::write(&path, &two_members).unwrap();
    assert_eq!(
        shown(Rows::open(&path, 0, &Reading::default()).unwrap()),
        ["2: 1|a", "3: 2|b"]
    );

    let text: String = (0..200_000)
        .map(|id| format!("{id},{}\n", id * 7919 % 104_729))
        .collect();
    let mut cut = pack(&format!("id,text\n{text}"));
    cut.truncate(cut.len() * 3 / 4);
    std::fs::write(&path, &cut).unwrap();
    let mut rows = Rows::open(&path, 0, &Reading::default()).unwrap();
    let mut read = 0;
    let fault = loop {
        match rows.next_row() {
            Ok(Some(row)) => {
                row.unwrap();
                read += 1;
            }
            Ok(None) => panic!("a cut file was taken for a whole one"),
            Err(fault) => break fault,
        }
    };
    assert!(read > 50_000);
    assert!(
        matches!(fault, SourceError::Unreadable { line: Some(line), .. } if line > 50_000),
        "{fault:?}"
    );
}

/// Hands out a few bytes at a time, so that every row meets the end of what has been read.
struct Dripping(std::io::Cursor<Vec<u8>>, usize);
impl Read for Dripping {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(self.1);
        self.0.read(&mut buffer[..length])
    }
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

proptest! {
    /// What is written by the rules comes back, wherever the pieces end.
    #[test]
    fn written_cells_come_back(
        table in proptest::collection::vec(proptest::collection::vec("[a-z,\";\t\r\n 中𠮷é]{0,12}", 3), 1..20),
        drip in 1_usize..7,
    ) {
        let mut text = String::from("a,b,c\r\n");
        for row in &table {
            text += &row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
            text += "\r\n";
        }
        let dripping = Dripping(std::io::Cursor::new(text.into_bytes()), drip);
        let mut rows = Rows::from_text("t.csv", 0, &Reading::default(), dripping).unwrap();
        let mut back = Vec::new();
        while let Some(row) = rows.next_row().unwrap() {
            let row = row.unwrap();
            back.push(row.cells().map(str::to_string).collect::<Vec<_>>());
        }
        prop_assert_eq!(back, table);
    }

    /// Whatever the bytes are, every line is a row, a refusal or empty; nothing panics and nothing is lost without a word.
    #[test]
    fn any_bytes_are_read_to_the_end(bytes in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..400)) {
        let mut text = b"a,b\n".to_vec();
        text.extend(bytes);
        if let Ok(mut rows) = Rows::from_text("t.csv", 0, &Reading::default(), std::io::Cursor::new(text)) {
            let mut last = 0;
            while let Some(row) = rows.next_row().unwrap() {
                let line = match row { Ok(row) => row.line, Err(refusal) => refusal.line };
                prop_assert!(line > last, "lines only go on");
                last = line;
            }
        }
    }

    /// Sorting in pieces gives what sorting at once gives, and equal keys stay as they came.
    #[test]
    fn rows_sorted_through_scratch_files_come_out_the_same(
        keys in proptest::collection::vec((0_u8..5, 0_i64..4), 0..200),
        limit in 1_usize..2_000,
    ) {
        let rows: Vec<Row> = keys.iter().enumerate().map(|(index, (key, order))| {
            let mut row = Row::new(0, index as u64 + 2);
            row.push(&key.to_string());
            row.push(&order.to_string());
            row
        }).collect();
        let mut sorter = Sorter::with_limit(By { key: 0, order: Some(1) }, limit);
        for row in &rows {
            sorter.put(row.clone()).unwrap();
        }
        let mut sorted = sorter.finish().unwrap();
        let mut out = Vec::new();
        while let Some(row) = sorted.next_row().unwrap() {
            out.push(row);
        }
        let mut expected = rows;
        expected.sort_by_key(|row| (row.cell(0).to_string(), row.cell(1).parse::<i64>().unwrap(), row.line));
        prop_assert_eq!(out, expected);
    }
}
