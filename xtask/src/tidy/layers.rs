//! Who may know what: the layering of the crates.

use super::source::{Line, has_word};
use super::{Finding, Tree};

const CRATES: [(&str, &[&str]); 5] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("app", &["domain", "store"]),
    ("http", &["domain", "app"]),
    ("guanjia", &["domain", "store", "app", "web"]),
];
const OUR_NAMES: [&str; 5] = ["domain", "store", "app", "web", "guanjia"];
const DATABASES: [&str; 9] = [
    "rusqlite",
    "libsqlite3-sys",
    "postgres",
    "postgres-types",
    "tokio-postgres",
    "sqlx",
    "diesel",
    "sea-orm",
    "r2d2",
];
/// Runtimes, databases, the wire, clocks and randomness: what the rules must not be able to reach.
const IMPURE: [&str; 18] = [
    "tokio",
    "async-std",
    "smol",
    "futures",
    "async-trait",
    "http",
    "hyper",
    "axum",
    "reqwest",
    "ureq",
    "rand",
    "rand_core",
    "getrandom",
    "fastrand",
    "chrono",
    "time",
    "tempfile",
    "rayon",
];
/// The files in which a bare uuid becomes an id or stops being one.
const UUID_EDGES: [&str; 3] = [
    "crates/domain/src/id.rs",
    "crates/store/src/handle",
    "crates/store/src/row",
];

/// A dependency line of a Cargo.toml.
struct Dependency<'t> {
    name: &'t str,
    line: usize,
    text: &'t str,
    for_tests: bool,
}

fn manifest<'t>(tree: &'t Tree, name: &str) -> (String, Vec<Dependency<'t>>) {
    let path = format!("crates/{name}/Cargo.toml");
    let text = tree.text(&path).unwrap_or_default();
    (path, dependencies(text))
}

fn dependencies(text: &str) -> Vec<Dependency<'_>> {
    let mut section = "";
    let mut found = Vec::new();
    for (at, text) in text.lines().enumerate() {
        let text = text.trim();
        if let Some(name) = text.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if section.ends_with("dependencies") && !text.starts_with('#') {
            let name = text.split(['.', '=', ' ']).next().unwrap_or_default();
            if !name.is_empty() {
                found.push(Dependency {
                    name,
                    line: at + 1,
                    text,
                    for_tests: section.contains("dev-"),
                });
            }
        }
    }
    found
}

/// `domain ← store ← app ← http ← guanjia`, and no arrow back.
pub(super) fn dependencies_point_one_way(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, allowed) in CRATES {
        let (path, dependencies) = manifest(tree, name);
        for dependency in dependencies {
            if OUR_NAMES.contains(&dependency.name)
                && !allowed.contains(&dependency.name)
                && !dependency.for_tests
            {
                let message = format!(
                    "{name} may not depend on {}: see the map in ARCHITECTURE.md",
                    dependency.name
                );
                findings.push(Finding::new(&path, dependency.line, message));
            }
        }
    }
    findings
}

pub(super) fn only_store_names_a_database(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts() {
        if !path.starts_with("crates/")
            || path.starts_with("crates/store/")
            || !path.ends_with("/Cargo.toml")
        {
            continue;
        }
        for dependency in dependencies(text)
            .iter()
            .filter(|dependency| DATABASES.contains(&dependency.name))
        {
            let message = format!(
                "only crates/store names a database: take {} out and call store",
                dependency.name
            );
            findings.push(Finding::new(path, dependency.line, message));
        }
    }
    findings
}

pub(super) fn domain_is_pure(tree: &Tree) -> Vec<Finding> {
    let (path, dependencies) = manifest(tree, "domain");
    let mut findings = Vec::new();
    for dependency in dependencies
        .iter()
        .filter(|dependency| !dependency.for_tests)
    {
        if IMPURE.contains(&dependency.name) || DATABASES.contains(&dependency.name) {
            let message = format!(
                "domain may not reach {}: it takes what it needs as an argument",
                dependency.name
            );
            findings.push(Finding::new(&path, dependency.line, message));
        } else if dependency.name == "uuid" && dependency.text.contains("\"v") {
            findings.push(Finding::new(
                &path,
                dependency.line,
                "domain makes no ids: leave the v4 and v7 features of uuid to app",
            ));
        }
    }
    let anywhere: [(&str, &str); 9] = [
        ("SystemTime", "take `now` as an argument"),
        ("Instant::now", "take `now` as an argument"),
        ("Timestamp::now", "take `now` as an argument"),
        ("Zoned::now", "take `now` as an argument"),
        (".await", "domain is synchronous"),
        ("async fn", "domain is synchronous"),
        (
            "std::fs",
            "domain does no I/O: take the text as an argument",
        ),
        (
            "std::env",
            "domain reads no environment: take the value as an argument",
        ),
        ("std::net", "domain does no I/O"),
    ];
    let outside_tests: [(&str, &str); 4] = [
        (
            "f32",
            "integers only: basis points, hundredths, microseconds, fen",
        ),
        (
            "f64",
            "integers only: basis points, hundredths, microseconds, fen",
        ),
        ("println!", "domain does no I/O: return what is to be said"),
        ("eprintln!", "domain does no I/O: return what is to be said"),
    ];
    // `visit_f64` is how serde hands over a fraction that a reader has already parsed; its signature is not ours.
    for (path, lines) in tree.rust(&["crates/domain/src/"]) {
        for line in lines {
            let anywhere = anywhere
                .iter()
                .filter(|(word, _)| !line.test || !word.starts_with("std::"));
            let strict = outside_tests
                .iter()
                .filter(|_| !line.test && !line.code.contains("fn visit_f64"));
            for (word, advice) in anywhere
                .chain(strict)
                .filter(|(word, _)| has_word(&line.code, word))
            {
                findings.push(Finding::new(
                    path,
                    line.number,
                    format!("`{word}` in domain: {advice}"),
                ));
            }
        }
    }
    findings
}

pub(super) fn the_inside_is_synchronous(tree: &Tree) -> Vec<Finding> {
    let is_async = |line: &Line| has_word(&line.code, ".await") || has_word(&line.code, "async fn");
    tree.rust(&["crates/store/", "crates/app/"])
        .flat_map(|(path, lines)| {
            let lines = lines.into_iter().filter(is_async);
            lines.map(move |line| {
                Finding::new(
                    path,
                    line.number,
                    "store and app are synchronous: only http is async",
                )
            })
        })
        .collect()
}

pub(super) fn only_http_knows_status_codes(tree: &Tree) -> Vec<Finding> {
    tree.rust(&["crates/domain/", "crates/store/", "crates/app/"])
        .flat_map(|(path, lines)| {
            let lines = lines
                .into_iter()
                .filter(|line| has_word(&line.code, "StatusCode"));
            lines.map(move |line| {
                Finding::new(
                    path,
                    line.number,
                    "only http knows status codes: return an error with a code of its own",
                )
            })
        })
        .collect()
}

/// A public function that takes a `Uuid` can be given a unit's where a record's is meant.
pub(super) fn nobody_takes_a_raw_uuid(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, lines) in tree.rust(&["crates/"]) {
        if UUID_EDGES.iter().any(|edge| path.starts_with(edge)) {
            continue;
        }
        for (at, line) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| !line.test && line.code.contains("pub fn "))
        {
            let rest = lines[at..]
                .iter()
                .map(|line| line.code.as_str())
                .collect::<Vec<_>>()
                .join(" ");
            let from = rest.find("pub fn ").unwrap_or_default();
            let signature = rest[from..].split(['{', ';']).next().unwrap_or_default();
            let arguments = signature
                .rsplit_once("->")
                .map_or(signature, |(arguments, _)| arguments);
            if has_word(arguments, "Uuid") {
                findings.push(Finding::new(
                    path,
                    line.number,
                    "a raw Uuid as an argument: take the id's own type from domain::id",
                ));
            }
        }
    }
    findings
}

/// A crate that forgets the workspace's lints is checked by none; `#[allow]` stays when its reason has gone, `#[expect]` does not.
pub(super) fn lints_are_the_workspace_s(tree: &Tree) -> Vec<Finding> {
    let manifests = tree.texts().filter(|(path, text)| {
        (path.starts_with("crates/") || path.starts_with("xtask/"))
            && path.ends_with("/Cargo.toml")
            && !text.contains("[lints]\nworkspace = true")
    });
    let mut findings: Vec<Finding> = manifests
        .map(|(path, _)| Finding::new(path, 0, "add [lints] workspace = true"))
        .collect();
    for (path, lines) in tree.rust(&["crates/", "xtask/"]) {
        for line in lines
            .iter()
            .filter(|line| line.code.contains("#[allow(") || line.code.contains("#![allow("))
        {
            findings.push(Finding::new(
                path,
                line.number,
                "write #[expect(…, reason = \"…\")] in place of #[allow]",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::{at, lines_of};
    use super::*;

    #[test]
    fn an_arrow_back_is_found() {
        let files = [(
            "crates/store/Cargo.toml",
            "[dependencies]\ndomain.workspace = true\napp.workspace = true\n[dev-dependencies]\nweb = \"1\"",
        )];
        assert_eq!(
            lines_of(dependencies_point_one_way, &files),
            [at("crates/store/Cargo.toml", 3)]
        );
        let http = [(
            "crates/http/Cargo.toml",
            "[dependencies]\nstore = { workspace = true }",
        )];
        assert_eq!(
            lines_of(dependencies_point_one_way, &http),
            [at("crates/http/Cargo.toml", 2)]
        );
    }

    #[test]
    fn a_database_outside_store_is_found() {
        let files = [
            (
                "crates/app/Cargo.toml",
                "[dev-dependencies]\nrusqlite.workspace = true",
            ),
            (
                "crates/store/Cargo.toml",
                "[dependencies]\nrusqlite.workspace = true",
            ),
        ];
        assert_eq!(
            lines_of(only_store_names_a_database, &files),
            [at("crates/app/Cargo.toml", 2)]
        );
    }

    #[test]
    fn impurity_in_domain_is_found() {
        let toml = "[dependencies]\nuuid = { workspace = true, features = [\"v7\"] }\nrand = \"0.9\"\n[dev-dependencies]\ntempfile = \"3\"";
        let rust = "let a = jiff::Timestamp::now();\nlet b: f64 = 1;\nlet c = v.as_f64(); // f64\n#[cfg(test)]\nmod tests { let d: f64 = 0; }";
        let found = lines_of(
            domain_is_pure,
            &[
                ("crates/domain/Cargo.toml", toml),
                ("crates/domain/src/a.rs", rust),
            ],
        );
        let expected = [
            at("crates/domain/Cargo.toml", 2),
            at("crates/domain/Cargo.toml", 3),
            at("crates/domain/src/a.rs", 1),
            at("crates/domain/src/a.rs", 2),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn waiting_inside_is_found() {
        let files = [
            ("crates/app/src/a.rs", "fn a() {}\nlet b = c.await;"),
            ("crates/http/src/a.rs", "let b = c.await;"),
        ];
        assert_eq!(
            lines_of(the_inside_is_synchronous, &files),
            [at("crates/app/src/a.rs", 2)]
        );
    }

    #[test]
    fn a_status_code_inside_is_found() {
        let files = [
            ("crates/app/src/a.rs", "return StatusCode::CONFLICT;"),
            ("crates/http/src/a.rs", "StatusCode::OK"),
        ];
        assert_eq!(
            lines_of(only_http_knows_status_codes, &files),
            [at("crates/app/src/a.rs", 1)]
        );
    }

    #[test]
    fn a_raw_uuid_argument_is_found() {
        let rust = "pub fn a(id: UnitId) -> Uuid {}\npub fn b(\n    unit: UnitId,\n    id: Uuid,\n) -> bool {\n}\nfn c(id: Uuid) {}";
        let files = [
            ("crates/app/src/a.rs", rust),
            ("crates/domain/src/id.rs", "pub fn a(id: Uuid) {}"),
        ];
        assert_eq!(
            lines_of(nobody_takes_a_raw_uuid, &files),
            [at("crates/app/src/a.rs", 2)]
        );
    }

    #[test]
    fn a_crate_without_lints_is_found() {
        let files = [
            ("crates/app/Cargo.toml", "[package]"),
            ("crates/app/src/a.rs", "\n#[allow(dead_code)]\nfn a() {}"),
        ];
        assert_eq!(
            lines_of(lints_are_the_workspace_s, &files),
            [at("crates/app/Cargo.toml", 0), at("crates/app/src/a.rs", 2)]
        );
    }
}
