//! Bodies and queries as a signed-in desk may send them: forms of openings and steps, batches, filters, cursors.

#![no_main]

use guanjia_fuzz::{Desk, entries};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static DESK: LazyLock<Desk> = LazyLock::new(Desk::new);

fuzz_target!(|data: &[u8]| {
    if let Some(asked) = entries::request(DESK.record, data) {
        DESK.ask(&asked);
    }
});
