//! Whatever is sent as an attachment: its kind is found out, an image is read, stripped and made small.

#![no_main]

use guanjia_fuzz::{Desk, entries};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static DESK: LazyLock<Desk> = LazyLock::new(Desk::new);

fuzz_target!(|data: &[u8]| {
    DESK.ask(&entries::picture(data));
});
