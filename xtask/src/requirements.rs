//! docs/requirements.md, made from docs/requirements.yaml, so that the page and the list cannot differ.
//!
//! The list has one fixed shape, four lines a requirement, and is read as such: it is ours, and a YAML library would be this task's
//! only dependency.

use anyhow::{Context, Result};
use std::fmt::Write;
use std::path::Path;

pub(crate) const LIST: &str = "docs/requirements.yaml";
pub(crate) const PAGE: &str = "docs/requirements.md";

pub(crate) struct Requirement {
    id: String,
    zh: String,
    en: String,
    /// Files that cover it, `PATH` or `PATH#PART`.
    covered_by: Vec<String>,
}

pub(crate) struct List {
    /// Id, Chinese, English.
    groups: Vec<(String, String, String)>,
    requirements: Vec<Requirement>,
}

pub(crate) fn run(root: &Path) -> Result<()> {
    let text = std::fs::read_to_string(root.join(LIST)).context(LIST)?;
    std::fs::write(root.join(PAGE), page(&read(&text)?)).context(PAGE)?;
    Ok(())
}

pub(crate) fn read(text: &str) -> Result<List> {
    let mut list = List {
        groups: Vec::new(),
        requirements: Vec::new(),
    };
    for (at, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') || line == "groups:" || line == "requirements:"
        {
            continue;
        }
        take(&mut list, line)
            .with_context(|| format!("{LIST}:{}: cannot be read: {line}", at + 1))?;
    }
    Ok(list)
}

/// `None` where the line has another shape.
fn take(list: &mut List, line: &str) -> Option<()> {
    if let Some(id) = line.strip_prefix("  - id: ") {
        let none = String::new;
        list.requirements.push(Requirement {
            id: id.to_owned(),
            zh: none(),
            en: none(),
            covered_by: Vec::new(),
        });
    } else if let Some(field) = line.strip_prefix("    ") {
        let requirement = list.requirements.last_mut()?;
        match field.split_once(": ")? {
            ("zh", zh) => requirement.zh = unquoted(zh)?,
            ("en", en) => requirement.en = unquoted(en)?,
            ("covered-by", files) => {
                let files = files
                    .strip_prefix('[')?
                    .strip_suffix(']')?
                    .split(',')
                    .map(str::trim);
                requirement.covered_by = files
                    .filter(|file| !file.is_empty())
                    .map(str::to_owned)
                    .collect();
            }
            _ => return None,
        }
    } else {
        let (id, titles) = line.strip_prefix("  ")?.split_once(": {zh: ")?;
        let (zh, en) = titles.strip_suffix('}')?.split_once(", en: ")?;
        list.groups
            .push((id.to_owned(), unquoted(zh)?, unquoted(en)?));
    }
    Some(())
}

fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    Some(inner.replace("\\\"", "\"").replace("\\\\", "\\"))
}

pub(crate) fn page(list: &List) -> String {
    let covered = list
        .requirements
        .iter()
        .filter(|requirement| !requirement.covered_by.is_empty())
        .count();
    let mut page = format!(
        "# 要求清单 · Requirements\n\nWhat the product must cover: {} requirements in {} groups, {covered} of them covered so far. Where the sources give a\n\
         number it stands here and is a parameter or a part of a pack; where they leave it blank it is a setting. \"Covered by\" names the kind,\n\
         standard, test or page; empty is not yet.\n\nMade from [requirements.yaml](requirements.yaml) by `cargo xtask requirements`.\n",
        list.requirements.len(),
        list.groups.len(),
    );
    for (group, zh, en) in &list.groups {
        let _ = write!(
            page,
            "\n## {group} {zh} · {en}\n\n| id | 要求 | requirement | covered by |\n| --- | --- | --- | --- |\n"
        );
        let prefix = format!("{group}-");
        for requirement in list
            .requirements
            .iter()
            .filter(|requirement| requirement.id.starts_with(&prefix))
        {
            let files = requirement
                .covered_by
                .iter()
                .map(|file| format!("[{file}](../{file})"))
                .collect::<Vec<_>>()
                .join(", ");
            let _ = writeln!(
                page,
                "| {} | {} | {} | {files} |",
                requirement.id, requirement.zh, requirement.en
            );
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# why\ngroups:\n  ORG: {zh: \"组织\", en: \"Organisation\"}\nrequirements:\n  - id: ORG-01\n    zh: \"岗位 \\\"A\\\"\"\n    en: \"Posts\"\n    covered-by: [packs/a.yaml, docs/b.md#c]\n";

    #[test]
    fn the_list_is_read_and_printed() -> Result<()> {
        let list = read(TEXT)?;
        let page = page(&list);
        assert!(
            page.contains("1 requirements in 1 groups, 1 of them covered"),
            "{page}"
        );
        assert!(
            page.contains("| ORG-01 | 岗位 \"A\" | Posts | [packs/a.yaml](../packs/a.yaml), [docs/b.md#c](../docs/b.md#c) |"),
            "{page}"
        );
        Ok(())
    }

    #[test]
    fn a_line_of_another_shape_is_an_error_with_its_number() {
        let error = read("groups:\n  nonsense\n")
            .err()
            .map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some("docs/requirements.yaml:2: cannot be read:   nonsense")
        );
    }
}
