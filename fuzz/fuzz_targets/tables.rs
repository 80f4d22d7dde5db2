//! Tables as text, in any encoding: every row is read or refused, to the end.

#![no_main]

use guanjia_fuzz::entries;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    entries::table(data);
});
