//! What each target does with what it is fed. The targets call these under cargo-fuzz; the tests of the wire include this file and call them
//! with a fixed corpus, so that a target whose entry no longer holds is found before somebody fuzzes for an hour.

use app::import::map::Map;
use app::import::source::{Reading, Rows};
use domain::expr::{Expr, Schema, Scope, Type};
use domain::id::RecordId;
use domain::name::Name;
use domain::value::Value;
use std::io::Cursor;
use std::path::Path;

struct Some3;

impl Scope for Some3 {
    fn get(&self, path: &[Name]) -> Value {
        match path.first().map(Name::as_str) {
            Some("count") => Value::Int(i64::MAX),
            Some("text") => "漏水".into(),
            _ => Value::Null,
        }
    }
}

/// A condition of a pack: whatever compiles has a value, in bounded time. Whether it compiled.
pub fn expression(text: &str) -> bool {
    let schema = Schema::default()
        .with("count", Type::Int)
        .with("text", Type::Text)
        .with("flag", Type::Bool)
        .with("urgency", Type::choice(["normal", "urgent"]));
    let compiled = Expr::condition(text, &schema);
    if let Ok(expr) = &compiled {
        let _ = expr.holds(&Some3);
    }
    compiled.is_ok()
}

/// A map of an import, as YAML. Whether it is one.
pub fn map(text: &str) -> bool {
    Map::parse("map.yaml", text).is_ok()
}

/// A table as text, in any encoding: every row is read or refused, to the end. How many were read.
pub fn table(data: &[u8]) -> usize {
    let reading = Reading::default();
    Rows::from_text("t.csv", 0, &reading, Cursor::new(data.to_vec())).map_or(0, count)
}

/// A file that says it is a workbook, put down at a path. How many rows were read.
pub fn workbook(path: &Path, data: &[u8]) -> usize {
    std::fs::write(path, data).expect("a file");
    Rows::open(path, 0, &Reading::default()).map_or(0, count)
}

fn count(mut rows: Rows) -> usize {
    let mut read = 0;
    while let Ok(Some(_)) = rows.next_row() {
        read += 1;
    }
    read
}

/// What is asked of a server.
pub struct Asked<'a> {
    pub method: &'static str,
    pub address: String,
    pub media: &'static str,
    pub body: &'a [u8],
}

/// Whatever is sent as an attachment: its kind is found out, an image is read, stripped and made small.
pub fn picture(data: &[u8]) -> Asked<'_> {
    Asked {
        method: "POST",
        address: "/api/units/YS/attachments?name=a.jpg".into(),
        media: "image/jpeg",
        body: data,
    }
}

/// Bodies and queries as a signed-in desk may send them: forms of openings and steps, batches, filters, cursors. The first byte says which.
pub fn request(record: RecordId, data: &[u8]) -> Option<Asked<'_>> {
    let (which, data) = data.split_first()?;
    let post = |path: &str| Asked {
        method: "POST",
        address: path.to_owned(),
        media: "application/json",
        body: data,
    };
    let get = |path: &str| Asked {
        method: "GET",
        address: format!("{path}?{}", escaped(data)),
        media: "text/plain",
        body: b"",
    };
    Some(match which % 9 {
        0 => post("/api/units/YS/records"),
        1 => post(&format!("/api/units/YS/records/{record}/steps/send")),
        2 => post(&format!("/api/units/YS/records/{record}/steps/note")),
        3 => post("/api/units/YS/steps"),
        4 => post(&format!("/api/units/YS/records/{record}/corrections")),
        5 => get("/api/units/YS/records"),
        6 => get("/api/duties"),
        7 => get("/api/units/YS/export"),
        _ => get("/api/units/YS/scorecards"),
    })
}

/// What stands behind a question mark, whatever it is.
fn escaped(bytes: &[u8]) -> String {
    let plain = b"=&,-._~";
    let signs = bytes.iter().map(|byte| {
        if byte.is_ascii_alphanumeric() || plain.contains(byte) {
            char::from(*byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    signs.collect()
}
