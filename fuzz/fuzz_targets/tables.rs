//! Tables as text, in any encoding: every row is read or refused, to the end.

#![no_main]

use app::import::source::{Reading, Rows};
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

fuzz_target!(|data: &[u8]| {
    let reading = Reading::default();
    if let Ok(mut rows) = Rows::from_text("t.csv", 0, &reading, Cursor::new(data.to_vec())) {
        while let Ok(Some(_)) = rows.next_row() {}
    }
});
