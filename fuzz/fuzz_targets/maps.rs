//! Maps of an import, as YAML.

#![no_main]

use guanjia_fuzz::entries;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    entries::map(text);
});
