//! The account of what a pack covers: every requirement of a list, by what in the pack, proven by which scenarios.
//!
//! The account lies beside the pack, a file a group (`coverage/GROUP.yaml`), and is checked: every id is there once, what it names exists,
//! and figures that a source gives are those of the pack (`limits.yaml`). A requirement counts as covered only when each thing it names was
//! taken out of the rules and one of its scenarios failed for it (`mutate`). What a group has proven is kept beside it
//! (`coverage/GROUP.proven`) with a digest of what was proven, so that a later change of scenario or account falls back to unproven.

mod limits;
mod mutate;
mod page;
mod refer;

pub use mutate::{Proof, Survivor, mutate};
pub use page::page;

use crate::error::Error;
use crate::library::{Rules, compile};
use crate::scenario::Plays;
use domain::name::Text;
use domain::pack::Node;
use domain::record::PackVersion;
use refer::Reference;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// What is wrong with an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub file: String,
    pub line: u32,
    pub what: Text,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}:{} {} ({})",
            self.file, self.line, self.what.zh, self.what.en
        )
    }
}

/// A requirement as the list has it.
#[derive(Clone, Debug)]
pub struct Requirement {
    pub id: String,
    pub title: Text,
}

/// What the account says of one requirement.
#[derive(Clone, Debug)]
struct Entry {
    by: Vec<Reference>,
    how: Text,
    /// Scenarios, `GROUP/NAME`.
    scenarios: Vec<String>,
    /// Tests of the program, by the name of the function.
    tests: Vec<String>,
    not_software: Option<Text>,
    open: Option<Text>,
    /// Of everything a proof rests on.
    digest: String,
}

/// How far a requirement has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Each thing it names was taken out, and a scenario failed.
    Covered,
    /// By the program itself, which a pack cannot lose; with a test of its own.
    Program,
    /// It names things and scenarios, and some of it is not proven.
    Unproven,
    NotSoftware,
    Open,
}

/// An account, read and checked against its pack.
pub struct Account {
    groups: Vec<(String, Text)>,
    requirements: Vec<Requirement>,
    entries: BTreeMap<String, Entry>,
    /// Digests of what has been proven, by id.
    proven: BTreeMap<String, String>,
    plays: Plays,
    rules: Arc<Rules>,
}

impl Account {
    /// Reads the account beside a pack and compares it with the pack and with the list of requirements.
    ///
    /// # Errors
    /// `Ok(Err(…))`: everything that is wrong with the account; else a pack or file that cannot be read.
    pub fn read(folder: &str, list: &Path) -> Result<Result<Self, Vec<Finding>>, Error> {
        let files = crate::pack::folder(folder)?;
        let rules = Arc::new(compile(PackVersion(1), &files)?);
        let mut findings = Vec::new();
        let plays = match Plays::read(&files, None) {
            Ok(plays) => plays,
            Err(failures) => {
                return Ok(Err(failures
                    .into_iter()
                    .map(|failure| Finding {
                        file: failure.file,
                        line: failure.line,
                        what: Text::both(failure.found.clone(), failure.found),
                    })
                    .collect()));
            }
        };
        let path = list.display().to_string();
        let text = fs::read_to_string(list).map_err(|source| Error::File {
            path: path.clone(),
            source,
        })?;
        let list = domain::pack::read(&path, &text).map_err(Error::Pack)?;
        let groups: Vec<(String, Text)> = list
            .get("groups")
            .map_or(&[][..], Node::pairs)
            .iter()
            .map(|(id, title)| (id.text().unwrap_or_default().to_owned(), titled(title)))
            .collect();
        let requirements: Vec<Requirement> = list
            .get("requirements")
            .map_or(&[][..], Node::many)
            .iter()
            .map(|node| Requirement {
                id: node
                    .get("id")
                    .and_then(Node::text)
                    .unwrap_or_default()
                    .to_owned(),
                title: titled(node),
            })
            .collect();
        let mut account = Self {
            groups,
            requirements,
            entries: BTreeMap::new(),
            proven: read_proofs(folder)?,
            plays,
            rules,
        };
        for (path, text) in &files {
            match path
                .strip_prefix("coverage/")
                .and_then(|name| name.strip_suffix(".yaml"))
            {
                Some(group) => match domain::pack::read(path, text) {
                    Ok(root) => account.take(path, group, &root, &mut findings),
                    Err(faults) => findings.extend(faults.into_iter().map(|fault| Finding {
                        file: path.clone(),
                        line: fault.line,
                        what: fault.cause,
                    })),
                },
                None if path == "limits.yaml" => match domain::pack::read(path, text) {
                    Ok(root) => limits::check(path, &root, &account, &mut findings),
                    Err(faults) => findings.extend(faults.into_iter().map(|fault| Finding {
                        file: path.clone(),
                        line: fault.line,
                        what: fault.cause,
                    })),
                },
                None => {}
            }
        }
        for requirement in &account.requirements {
            if !account.entries.contains_key(&requirement.id) && findings.is_empty() {
                findings.push(Finding {
                    file: format!("coverage/{}.yaml", group_of(&requirement.id)),
                    line: 1,
                    what: Text::both(
                        format!("缺少要求 {}", requirement.id),
                        format!("the requirement {} is missing", requirement.id),
                    ),
                });
            }
        }
        Ok(if findings.is_empty() {
            Ok(account)
        } else {
            Err(findings)
        })
    }

    fn take(&mut self, path: &str, group: &str, root: &Node, findings: &mut Vec<Finding>) {
        let known: BTreeSet<&str> = self
            .requirements
            .iter()
            .map(|requirement| requirement.id.as_str())
            .collect();
        let scenarios: BTreeSet<String> = self.plays.names().into_iter().collect();
        let mut entries = Vec::new();
        for (key, node) in root.pairs() {
            let id = key.text().unwrap_or_default();
            let mut fault = |line: u32, zh: String, en: String| {
                findings.push(Finding {
                    file: path.to_owned(),
                    line,
                    what: Text::both(zh, en),
                });
            };
            if !known.contains(id) || group_of(id) != group {
                fault(
                    key.line(),
                    format!("要求清单的 {group} 组没有 {id}"),
                    format!("the list has no {id} in {group}"),
                );
                continue;
            }
            for (name, _) in node.pairs() {
                if !matches!(
                    name.text(),
                    Some("by" | "zh" | "en" | "test" | "not-software" | "open")
                ) {
                    let name = name.text().unwrap_or("?");
                    fault(
                        key.line(),
                        format!("没有 `{name}` 这个键"),
                        format!("there is no key `{name}` here"),
                    );
                }
            }
            let mut by = Vec::new();
            for one in node.get("by").map_or(&[][..], Node::many) {
                match Reference::read(one.text().unwrap_or_default(), &self.rules.pack) {
                    Ok(reference) => by.push(reference),
                    Err(why) => fault(one.line(), why.zh, why.en),
                }
            }
            let (mut plays, mut tests) = (Vec::new(), Vec::new());
            for one in node.get("test").map_or(&[][..], Node::many) {
                let name = one.text().unwrap_or_default();
                if let Some(test) = name.strip_prefix("rust:") {
                    tests.push(test.to_owned());
                    continue;
                }
                let name = if name.contains('/') {
                    name.to_owned()
                } else {
                    format!("{group}/{name}")
                };
                if scenarios.contains(&name) {
                    plays.push(name);
                } else {
                    fault(
                        one.line(),
                        format!("没有情景 {name}"),
                        format!("there is no scenario {name}"),
                    );
                }
            }
            let reason = |key: &str| node.get(key).map(titled);
            let entry = Entry {
                digest: self.digest(&by, &plays),
                by,
                how: titled(node),
                scenarios: plays,
                tests,
                not_software: reason("not-software"),
                open: reason("open"),
            };
            match (
                &entry.not_software,
                &entry.open,
                entry.by.is_empty(),
                entry.scenarios.is_empty() && entry.tests.is_empty(),
            ) {
                (Some(_), None, true, true) | (None, Some(_), _, _) => {}
                (None, None, false, false)
                    if entry.how.zh.is_empty() || entry.how.en.is_empty() =>
                {
                    fault(
                        key.line(),
                        format!("{id} 要用中英文各说一句怎样覆盖（zh、en）"),
                        format!("{id} says in `zh` and `en` how it is covered"),
                    );
                }
                (None, None, false, false) => {}
                _ => fault(
                    key.line(),
                    format!("{id} 要么有 by、zh、en、test，要么有 not-software，要么有 open"),
                    format!(
                        "{id} has either `by`, `zh`, `en` and `test`, or `not-software`, or `open`"
                    ),
                ),
            }
            if entry.by.iter().all(|reference| !reference.is_of_pack())
                && entry.open.is_none()
                && entry.not_software.is_none()
                && entry.tests.is_empty()
            {
                fault(
                    key.line(),
                    format!("{id} 只由程序覆盖，要写明测试 rust:函数名"),
                    format!(
                        "{id} is covered by the program alone and must name its test, rust:FUNCTION"
                    ),
                );
            }
            entries.push((id.to_owned(), entry));
        }
        self.entries.extend(entries);
    }

    /// SHA-256, shortened, over what a proof rests on: what is named and the scenarios as they are written.
    fn digest(&self, by: &[Reference], scenarios: &[String]) -> String {
        let mut sha = Sha256::new();
        for reference in by {
            sha.update(reference.text.as_bytes());
            sha.update([0]);
        }
        for name in scenarios {
            sha.update(name.as_bytes());
            sha.update(self.plays.digest(name));
        }
        sha.finalize()
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// How far a requirement has come.
    pub fn standing(&self, id: &str) -> Standing {
        let Some(entry) = self.entries.get(id) else {
            return Standing::Open;
        };
        if entry.not_software.is_some() {
            Standing::NotSoftware
        } else if entry.open.is_some() {
            Standing::Open
        } else if entry.by.iter().all(|reference| !reference.is_of_pack()) {
            Standing::Program
        } else if self.proven.get(id) == Some(&entry.digest) {
            Standing::Covered
        } else {
            Standing::Unproven
        }
    }

    /// How many requirements have come how far.
    pub fn counts(&self) -> BTreeMap<Standing, usize> {
        let mut counts = BTreeMap::new();
        for requirement in &self.requirements {
            *counts.entry(self.standing(&requirement.id)).or_default() += 1;
        }
        counts
    }

    /// Tests of the program that the account names.
    pub fn tests(&self) -> BTreeSet<&str> {
        self.entries
            .values()
            .flat_map(|entry| entry.tests.iter().map(String::as_str))
            .collect()
    }

    /// Parts of the program that the account names, as paths below `crates/`.
    pub fn modules(&self) -> BTreeSet<&str> {
        self.entries
            .values()
            .flat_map(|entry| &entry.by)
            .filter_map(Reference::module)
            .collect()
    }
}

/// `REPAIR-02` belongs to `REPAIR`.
fn group_of(id: &str) -> &str {
    id.rsplit_once('-').map_or(id, |(group, _)| group)
}

/// `{zh, en}`, or one text for both.
fn titled(node: &Node) -> Text {
    let part = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
    match node.text() {
        Some(text) => Text::both(text, text),
        None => Text::both(part("zh"), part("en")),
    }
}

/// What the groups have proven so far, as it lies beside the account.
fn read_proofs(folder: &str) -> Result<BTreeMap<String, String>, Error> {
    let mut proven = BTreeMap::new();
    let folder = Path::new(folder).join("coverage");
    if !folder.is_dir() {
        return Ok(proven);
    }
    let failed = |source| Error::File {
        path: folder.display().to_string(),
        source,
    };
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "proven") {
            let text = fs::read_to_string(&path).map_err(failed)?;
            proven.extend(
                text.lines()
                    .filter_map(|line| line.split_once(' '))
                    .map(|(id, digest)| (id.to_owned(), digest.to_owned())),
            );
        }
    }
    Ok(proven)
}
