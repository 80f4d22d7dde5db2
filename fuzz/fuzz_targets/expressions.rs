//! Conditions of a pack: whatever compiles has a value, in bounded time.

#![no_main]

use guanjia_fuzz::entries;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    entries::expression(text);
});
