//! Maps of an import, as YAML.

#![no_main]

use app::import::map::Map;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Map::parse("map.yaml", text);
});
