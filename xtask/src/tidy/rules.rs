//! The numbered rules of docs/scoring.md, each named by a test.
//!
//! A test names a rule as `S2.1` in a comment or a text, or as `s2_1` in its own name. What has no test yet stands in a list that
//! may only shrink.

use super::{Finding, Tree};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const LIST: &str = "xtask/rules-without-test.txt";
const RULES: &str = "docs/scoring.md";

/// Section and rule, so that S2.9 stands before S2.10.
type Rule = (u32, u32);

pub(super) fn every_rule_has_a_test(tree: &Tree) -> Vec<Finding> {
    let rules = kernel_rules(tree);
    if rules.is_empty() {
        return vec![Finding::new(
            RULES,
            0,
            "no table row says `| S0.1 | kernel |`: the rules' numbers are gone",
        )];
    }
    let tested = tested(tree);
    let listed = listed(tree);
    let mut findings = Vec::new();
    for (rule, line) in &rules {
        if !tested.contains(rule) && !listed.contains_key(rule) {
            let message = format!(
                "no test names {}: write one, the list in {LIST} only shrinks",
                name(*rule)
            );
            findings.push(Finding::new(RULES, *line, message));
        }
    }
    for (rule, line) in &listed {
        if !rules.contains_key(rule) {
            findings.push(Finding::new(
                LIST,
                *line,
                format!("{} is no rule of the kernel: take it off", name(*rule)),
            ));
        } else if tested.contains(rule) {
            findings.push(Finding::new(
                LIST,
                *line,
                format!(
                    "{} has a test now: run `cargo xtask tidy --shrink`",
                    name(*rule)
                ),
            ));
        }
    }
    findings
}

/// The list without the rules that have got a test. It never grows.
pub(super) fn shrunk(tree: &Tree) -> String {
    let tested = tested(tree);
    let kept = |line: &&str| number(line.trim()).is_none_or(|(rule, _)| !tested.contains(&rule));
    tree.text(LIST)
        .unwrap_or_default()
        .lines()
        .filter(kept)
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Rows of the form `| S2.1 | kernel |`, with their lines.
fn kernel_rules(tree: &Tree) -> BTreeMap<Rule, usize> {
    let mut rules = BTreeMap::new();
    for (at, line) in tree.text(RULES).unwrap_or_default().lines().enumerate() {
        let cells: Vec<&str> = line
            .trim()
            .trim_matches('|')
            .split('|')
            .map(str::trim)
            .collect();
        if let [rule, "kernel", ..] = cells[..]
            && let Some((rule, _)) = number(rule)
        {
            rules.insert(rule, at + 1);
        }
    }
    rules
}

fn listed(tree: &Tree) -> BTreeMap<Rule, usize> {
    let lines = tree.text(LIST).unwrap_or_default().lines().enumerate();
    lines
        .filter_map(|(at, line)| number(line.trim()).map(|(rule, _)| (rule, at + 1)))
        .collect()
}

fn tested(tree: &Tree) -> BTreeSet<Rule> {
    let mut found = BTreeSet::new();
    for (_, lines) in tree.rust(&["crates/"]) {
        for line in lines.iter().filter(|line| line.test) {
            for text in [&line.code, &line.comment].into_iter().chain(&line.strings) {
                found.extend(numbers(text));
            }
        }
    }
    found
}

/// Every `S2.1` or `s2_1` in a text that is not part of a longer word or number.
fn numbers(text: &str) -> Vec<Rule> {
    let mut found = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if matches!(c, 's' | 'S')
            && !before.is_alphanumeric()
            && let Some((rule, _)) = number(&text[at..])
        {
            found.push(rule);
        }
        before = c;
    }
    found
}

/// The rule whose number begins the text, and what follows it.
fn number(text: &str) -> Option<(Rule, &str)> {
    let (separator, text) = match text.strip_prefix('S') {
        Some(text) => ('.', text),
        None => ('_', text.strip_prefix('s')?),
    };
    let (section, rest) = digits(text)?;
    let (rule, rest) = digits(rest.strip_prefix(separator)?)?;
    (!rest.starts_with(|c: char| c.is_ascii_alphabetic())).then_some(((section, rule), rest))
}

fn digits(text: &str) -> Option<(u32, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

fn name((section, rule): Rule) -> String {
    format!("S{section}.{rule}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "| S2.1 | kernel |\n| S2.2 | kernel | more |\n| S2.10 | kernel |\n| S9.9 | later |";
    const TESTS: &str = "// S9.9 and S2.2 are not tested by a comment\n#[cfg(test)]\nmod tests {\n    // S2.1: minutes\n    fn s2_10_fields() {}\n}";

    #[test]
    fn a_rule_without_a_test_is_found_unless_it_is_listed() {
        let bare = Tree::of_sample(&[(RULES, TABLE), ("crates/domain/src/a.rs", TESTS)]);
        assert_eq!(
            every_rule_has_a_test(&bare),
            [Finding::new(
                RULES,
                2,
                format!("no test names S2.2: write one, the list in {LIST} only shrinks")
            )]
        );
        let listed = Tree::of_sample(&[
            (RULES, TABLE),
            ("crates/domain/src/a.rs", TESTS),
            (LIST, "# why\nS2.2\n"),
        ]);
        assert_eq!(every_rule_has_a_test(&listed), []);
    }

    #[test]
    fn a_listed_rule_that_has_a_test_is_found_and_the_list_shrinks() {
        let tree = Tree::of_sample(&[
            (RULES, TABLE),
            ("crates/domain/src/a.rs", TESTS),
            (LIST, "# why\nS2.2\nS2.10\nS9.9\n"),
        ]);
        let lines: Vec<usize> = every_rule_has_a_test(&tree)
            .iter()
            .map(|finding| finding.line)
            .collect();
        assert_eq!(lines, [3, 4]);
        assert_eq!(shrunk(&tree), "# why\nS2.2\nS9.9\n");
    }

    #[test]
    fn a_document_without_rules_is_found() {
        assert_eq!(
            every_rule_has_a_test(&Tree::of_sample(&[(RULES, "# Rules")])).len(),
            1
        );
    }

    #[test]
    fn numbers_are_read_whole() {
        assert_eq!(
            numbers("S2.1, s2_10_x fn covers_s3_4() (S7.14)"),
            [(2, 1), (2, 10), (3, 4), (7, 14)]
        );
        assert_eq!(numbers("bytes2_1 CSS2.1 S2.x"), []);
    }
}
