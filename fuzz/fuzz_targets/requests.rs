//! Bodies and queries as a signed-in desk may send them: forms of openings and steps, batches, filters, cursors.

#![no_main]

use guanjia_fuzz::Desk;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static DESK: LazyLock<Desk> = LazyLock::new(Desk::new);

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

fuzz_target!(|data: &[u8]| {
    let Some((which, data)) = data.split_first() else {
        return;
    };
    let record = DESK.record;
    let post = |path: &str| DESK.ask("POST", path, "application/json", data);
    let get = |path: &str| {
        DESK.ask(
            "GET",
            &format!("{path}?{}", escaped(data)),
            "text/plain",
            b"",
        )
    };
    match which % 9 {
        0 => post("/api/units/YS/records"),
        1 => post(&format!("/api/units/YS/records/{record}/steps/send")),
        2 => post(&format!("/api/units/YS/records/{record}/steps/note")),
        3 => post("/api/units/YS/steps"),
        4 => post(&format!("/api/units/YS/records/{record}/corrections")),
        5 => get("/api/units/YS/records"),
        6 => get("/api/duties"),
        7 => get("/api/units/YS/export"),
        _ => get("/api/units/YS/scorecards"),
    }
});
