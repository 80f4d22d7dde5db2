//! Words that may not stand somewhere. The words themselves are put together here, so that this file does not name them either.

use super::source::has_word;
use super::{Finding, Tree};

/// Copies of data that somebody else wrote, and texts whose wording is not ours.
const COPIES: [&str; 4] = ["goldens/", "examples/", "Cargo.lock", "LICENSE"];

/// Words of the property trade. They belong in packs; `owner`, `home` and `property` have other meanings in code and are not listed.
const TRADE: [&str; 8] = [
    "repair",
    "complaint",
    "homeowner",
    "steward",
    "tenant",
    "renovation",
    "landlord",
    "household",
];
const TRADE_ZH: [&str; 13] = [
    "维修",
    "报修",
    "投诉",
    "业主",
    "租户",
    "住户",
    "装修",
    "空置房",
    "走访",
    "客服",
    "房屋",
    "楼栋",
    "小区",
];

fn ours(path: &str) -> bool {
    !COPIES.iter().any(|copy| path.starts_with(copy))
}

pub(super) fn nothing_is_left_unfinished(tree: &Tree) -> Vec<Finding> {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("to", "do!"),
        concat!("unimple", "mented!"),
        concat!("#[ig", "nore"),
    ];
    find(
        tree,
        &words,
        "finish it, or take it out and say in the docs that it is not there",
    )
}

/// A test that sleeps is slow when the machine is quick and wrong when it is slow.
pub(super) fn no_test_sleeps(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, lines) in tree.rust(&["crates/", "xtask/"]) {
        for line in lines
            .iter()
            .filter(|line| line.test && line.code.contains("sleep("))
        {
            findings.push(Finding::new(
                path,
                line.number,
                "a test that sleeps: wait for what you are waiting for, or pass the time in",
            ));
        }
    }
    findings
}

/// Paths of one machine and hosts of package registries: what works only where it was written.
pub(super) fn no_machine_is_named(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let folders = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("../sha", "red"),
    ];
    let hosts = [
        concat!("pypi", ".org"),
        concat!("registry.npmjs", ".org"),
        concat!("static.crates", ".io"),
        concat!("index.crates", ".io"),
        concat!("deb.debian", ".org"),
    ];
    for (path, text) in tree.texts().filter(|(path, _)| ours(path)) {
        for (at, line) in text.lines().enumerate() {
            for folder in folders.iter().filter(|folder| begins_a_path(line, folder)) {
                let message = format!(
                    "`{folder}` is a path of one machine: take it from an argument, or make it relative"
                );
                findings.push(Finding::new(path, at + 1, message));
            }
            for host in hosts.iter().filter(|host| line.contains(*host)) {
                findings.push(Finding::new(
                    path,
                    at + 1,
                    format!("`{host}` is a registry's host: cargo and apt-get know it themselves"),
                ));
            }
        }
    }
    let lock = tree.text("Cargo.lock").unwrap_or_default();
    let usual = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    for (at, line) in lock
        .lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with("source = ") && *line != usual)
    {
        findings.push(Finding::new(
            "Cargo.lock",
            at + 1,
            format!("{line}: take every package from the usual registry"),
        ));
    }
    findings
}

/// Whether an absolute path stands here: not the middle of a longer one or of an address, and followed by a name.
fn begins_a_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + folder.len()..].chars().next();
        let free = before.is_none_or(|c| !c.is_alphanumeric() && !"_-.}/*".contains(c));
        free && (folder.starts_with("..") || after.is_some_and(|c| c.is_ascii_alphanumeric()))
    })
}

fn find(tree: &Tree, words: &[&str], advice: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| ours(path)) {
        for (at, line) in text.lines().enumerate() {
            for word in words.iter().filter(|word| has_word(line, word)) {
                findings.push(Finding::new(path, at + 1, format!("`{word}`: {advice}")));
            }
        }
    }
    findings
}

/// A kind of record, a post or a form is data. The program's own help may use them as examples, and tests and comments may.
pub(super) fn the_trade_stays_in_the_packs(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, lines) in tree.rust(&[
        "crates/domain/",
        "crates/store/",
        "crates/app/",
        "crates/http/",
    ]) {
        for line in lines.iter().filter(|line| !line.test) {
            for text in std::iter::once(&line.code).chain(&line.strings) {
                let english = words(text).into_iter().filter(|word| {
                    let singular = word.strip_suffix('s').unwrap_or(word);
                    TRADE.contains(&word.as_str()) || TRADE.contains(&singular)
                });
                let chinese = TRADE_ZH
                    .iter()
                    .filter(|word| text.contains(*word))
                    .map(|word| (*word).to_owned());
                for word in english.chain(chinese) {
                    let message = format!("`{word}` belongs to a trade: let the pack say it");
                    findings.push(Finding::new(path, line.number, message));
                }
            }
        }
    }
    findings
}

/// The words of identifiers and sentences, lower-cased: `RepairOrder`, `repair_order` and "a repair" all hold `repair`.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_was_lower = false;
    for c in text.chars() {
        let begins = !c.is_ascii_alphabetic() || (c.is_ascii_uppercase() && before_was_lower);
        if begins {
            words.push(String::new());
        }
        if c.is_ascii_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
        before_was_lower = c.is_ascii_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::super::{at, lines_of};
    use super::*;

    #[test]
    fn unfinished_work_is_found() {
        let text = format!(
            "fine\n// {}: later\n{}(\"x\")",
            concat!("TO", "DO"),
            concat!("to", "do!")
        );
        let found = lines_of(
            nothing_is_left_unfinished,
            &[("docs/a.md", &text), ("goldens/a.yaml", &text)],
        );
        assert_eq!(found, [at("docs/a.md", 2), at("docs/a.md", 3)]);
    }

    #[test]
    fn a_sleeping_test_is_found() {
        let rust = "fn a() { thread::sleep(x); }\n#[cfg(test)]\nmod tests {\n    fn b() { std::thread::sleep(y); }\n}";
        assert_eq!(
            lines_of(no_test_sleeps, &[("crates/app/src/a.rs", rust)]),
            [at("crates/app/src/a.rs", 4)]
        );
    }

    #[test]
    fn machine_paths_are_found_and_routes_are_not() {
        let text = format!(
            "`{}main`\nGET /api{}x\n{}{{id}}",
            concat!("/wo", "rk/"),
            concat!("/ho", "me/"),
            concat!("/ho", "me/")
        );
        assert_eq!(
            lines_of(no_machine_is_named, &[("docs/a.md", &text)]),
            [at("docs/a.md", 1)]
        );
    }

    #[test]
    fn a_package_from_elsewhere_is_found() {
        let lock = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nsource = \"git+https://example.org/a\"";
        assert_eq!(
            lines_of(no_machine_is_named, &[("Cargo.lock", lock)]),
            [at("Cargo.lock", 2)]
        );
    }

    #[test]
    fn trade_words_are_found_outside_tests_and_comments() {
        let rust = "struct RepairOrder; // a repair\nlet a = \"新的投诉\";\nlet repaired = 1;\nfn stewards() {}\n#[cfg(test)]\nmod t { struct Repair; }";
        let found: Vec<usize> = lines_of(
            the_trade_stays_in_the_packs,
            &[("crates/app/src/a.rs", rust)],
        )
        .into_iter()
        .map(|(_, line)| line)
        .collect();
        assert_eq!(found, [1, 2, 4]);
    }
}
