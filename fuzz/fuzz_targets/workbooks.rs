//! Files that say they are workbooks.

#![no_main]

use guanjia_fuzz::entries;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder"));

fuzz_target!(|data: &[u8]| {
    entries::workbook(&FOLDER.path().join("book.xlsx"), data);
});
