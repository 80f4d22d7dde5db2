//! The worked cases: every `*.yaml` of the folder that `GUANJIA_GOLDENS` names, else of `goldens/`.
//!
//! A runner translates a case's neutral form into arguments of the library, calls the functions that the product calls, and compares. It
//! knows no answer. All failing cases are reported at once; a shape that it does not understand, and a key that it did not read, fail.

mod clauses;
mod corrections;
mod duty;
mod entry;
mod expected;
mod holders;
pub(crate) mod node;
mod outcomes;
mod played;
mod points;
mod prose;
mod quotas;
mod reach;
mod scorecards;
mod sealing;
mod stories;
mod world;

use node::{Fields, Node, Unread};
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use world::World;

/// One worked case.
pub(crate) struct Case<'a> {
    pub(crate) id: &'a str,
    pub(crate) given: Fields<'a>,
    pub(crate) expect: Fields<'a>,
    /// The facts in prose: some facts stand nowhere else.
    pub(crate) facts: &'a str,
}

/// What a case's answers differ in.
#[derive(Default)]
pub(crate) struct Check {
    differences: Vec<String>,
    compared: usize,
}

impl Check {
    /// Compares one answer.
    pub(crate) fn same<T: PartialEq + Debug>(&mut self, what: &str, got: T, expected: T) {
        self.compared += 1;
        if got != expected {
            self.differences
                .push(format!("{what}: expected {expected:?}, got {got:?}"));
        }
    }
    /// Compares one answer with its text.
    pub(crate) fn says(&mut self, what: &str, got: &str, expected: &Node) -> Result<(), Unread> {
        self.same(what, got, expected.text()?);
        Ok(())
    }
}

/// S0.1 to S10.2: the cases as one test.
#[test]
fn goldens() {
    let folder = std::env::var_os("GUANJIA_GOLDENS")
        .map_or_else(|| project().join("goldens"), PathBuf::from);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "yaml"))
        .collect();
    files.sort();
    let world = World::load(&project());
    let mut ids = std::collections::BTreeSet::new();
    let mut failures = Vec::new();
    let mut compared = 0;
    for file in &files {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(file).unwrap();
        let cases = match Node::read(&text).and_then(|node| Ok(node.list()?.to_vec())) {
            Ok(cases) => cases,
            Err(unread) => {
                failures.push(format!("{name}: {unread}"));
                continue;
            }
        };
        for (place, case) in cases.iter().enumerate() {
            let id = case
                .fields()
                .and_then(|fields| Ok(fields.need("id")?.text()?.to_owned()));
            let id = id.unwrap_or_else(|_| format!("case {}", place + 1));
            if !ids.insert(id.clone()) {
                failures.push(format!("{name} {id}: the id is used twice"));
            }
            let mut check = Check::default();
            let played = play(case, &world, &mut check);
            compared += check.compared;
            failures.extend(
                check
                    .differences
                    .into_iter()
                    .map(|difference| format!("{name} {id}: {difference}")),
            );
            match played {
                Err(unread) => failures.push(format!("{name} {id}: {unread}")),
                Ok(()) if check.compared == 0 => {
                    failures.push(format!("{name} {id}: nothing was compared"));
                }
                Ok(()) => {}
            }
        }
    }
    println!(
        "{} cases of {} files, {compared} answers compared",
        ids.len(),
        files.len()
    );
    assert!(
        failures.is_empty(),
        "{} of {} cases differ or are not understood:\n{}",
        distinct(&failures),
        ids.len(),
        failures.join("\n")
    );
    assert!(!ids.is_empty(), "no case in {}", folder.display());
}

fn distinct(failures: &[String]) -> usize {
    let ids: std::collections::BTreeSet<_> =
        failures.iter().map(|line| line.split(':').next()).collect();
    ids.len()
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn play(case: &Node, world: &World, check: &mut Check) -> Result<(), Unread> {
    let fields = case.fields()?;
    for key in ["title", "rules", "because"] {
        fields.get(key);
    }
    let given = fields.need("given")?.fields()?;
    let case = Case {
        id: fields.need("id")?.text()?,
        facts: given.get("facts").map_or(Ok(""), Node::text)?,
        given,
        expect: fields.need("expect")?.fields()?,
    };
    fields.all_read("case")?;
    // The middle of an id names the set: `A-DUE-01`.
    match case.id.split('-').nth(1) {
        Some("DUE" | "PAU" | "OUT" | "HOL") => stories::play(&case, world, check)?,
        Some("QUO") => quotas::play(&case, world, check)?,
        Some("PTS") => points::play(&case, world, check)?,
        Some("CRD") => scorecards::play(&case, world, check)?,
        set => return Err(format!("no runner for the set {set:?}")),
    }
    case.given.all_read("given")?;
    case.expect.all_read("expect")
}
