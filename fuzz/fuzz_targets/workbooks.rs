//! Files that say they are workbooks.

#![no_main]

use app::import::source::{Reading, Rows};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder"));

fuzz_target!(|data: &[u8]| {
    let path = FOLDER.path().join("book.xlsx");
    std::fs::write(&path, data).expect("a file");
    if let Ok(mut rows) = Rows::open(&path, 0, &Reading::default()) {
        while let Ok(Some(_)) = rows.next_row() {}
    }
});
