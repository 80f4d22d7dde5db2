//! The invariants of ARCHITECTURE.md that no compiler checks, each a function from the tracked files to findings.
//!
//! A finding names file, line and what to do. Each check has a test with a bad sample, so that a check which no longer finds
//! anything is noticed. It reads text, not types: a rule that needs types belongs in clippy.toml or in the crates themselves.

mod layers;
mod rules;
mod sizes;
mod source;
mod sql;
mod text;
mod words;

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The text files of the project, by path from its root with `/` between names. Files that are not UTF-8 are left out.
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
    /// All tracked files, texts or not, and their folders: what a link may point to.
    paths: Vec<String>,
}

impl Tree {
    fn of_project(root: &Path) -> Result<Self> {
        let list = Command::new("git")
            .current_dir(root)
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .output()
            .context("git did not start")?;
        if !list.status.success() {
            bail!(
                "git ls-files failed: {}",
                String::from_utf8_lossy(&list.stderr)
            );
        }
        let mut tree = Self {
            files: BTreeMap::new(),
            paths: Vec::new(),
        };
        for path in String::from_utf8(list.stdout)?.split_terminator('\0') {
            // Listed but gone: deleted in the work tree and not yet committed.
            let Ok(bytes) = std::fs::read(root.join(path)) else {
                continue;
            };
            tree.paths.push(path.to_owned());
            if let Ok(text) = String::from_utf8(bytes) {
                tree.files.insert(path.to_owned(), text);
            }
        }
        Ok(tree)
    }

    #[cfg(test)]
    fn of_sample(files: &[(&str, &str)]) -> Self {
        Self {
            files: files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect(),
            paths: files.iter().map(|(path, _)| (*path).to_owned()).collect(),
        }
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Rust sources under any of `folders`.
    fn rust<'t>(
        &'t self,
        folders: &'t [&str],
    ) -> impl Iterator<Item = (&'t str, Vec<source::Line>)> + 't {
        self.texts()
            .filter(|(path, _)| {
                path.ends_with(".rs") && folders.iter().any(|folder| path.starts_with(folder))
            })
            .map(|(path, text)| (path, source::lines(path, text)))
    }

    /// Whether a tracked file or a folder that holds one has this path.
    fn has(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        path.is_empty()
            || self
                .paths
                .iter()
                .any(|p| p == path || p.starts_with(&folder))
    }
}

/// One thing to mend.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    /// From 1; 0 is the file as a whole.
    line: usize,
    message: String,
    /// A warning is printed and fails nothing.
    warning: bool,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
            warning: false,
        }
    }

    fn warning(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            warning: true,
            ..Self::new(path, line, message)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.warning { "warning" } else { "error" };
        write!(
            f,
            "{kind}: {}:{}: {}",
            self.path,
            self.line.max(1),
            self.message
        )
    }
}

type Check = fn(&Tree) -> Vec<Finding>;

const CHECKS: [Check; 17] = [
    layers::dependencies_point_one_way,
    layers::only_store_names_a_database,
    sql::only_store_has_sql,
    sql::sql_placeholders_are_portable,
    sql::sql_is_for_both_databases,
    layers::domain_is_pure,
    layers::the_inside_is_synchronous,
    layers::only_http_knows_status_codes,
    layers::nobody_takes_a_raw_uuid,
    layers::lints_are_the_workspace_s,
    words::nothing_is_left_unfinished,
    words::no_test_sleeps,
    words::no_machine_is_named,
    words::the_trade_stays_in_the_packs,
    sizes::files_stay_readable,
    text::links_lead_somewhere,
    rules::every_rule_has_a_test,
];

pub(crate) fn run(shrink: bool) -> Result<()> {
    let root = root();
    if shrink {
        let tree = Tree::of_project(&root)?;
        let list = rules::shrunk(&tree);
        std::fs::write(root.join(rules::LIST), list).context(rules::LIST)?;
    }
    let tree = Tree::of_project(&root)?;
    let findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(&tree)).collect();
    for finding in &findings {
        println!("{finding}");
    }
    match findings.iter().filter(|finding| !finding.warning).count() {
        0 => Ok(()),
        errors => bail!("tidy: {errors} to mend"),
    }
}

pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Where a check finds something in samples, for the tests of the checks.
#[cfg(test)]
fn lines_of(check: Check, files: &[(&str, &str)]) -> Vec<(String, usize)> {
    check(&Tree::of_sample(files))
        .into_iter()
        .map(|finding| (finding.path, finding.line))
        .collect()
}

#[cfg(test)]
fn at(path: &str, line: usize) -> (String, usize) {
    (path.to_owned(), line)
}
