//! Files that a person can read in one sitting.

use super::{Finding, Tree};

const SOURCES: [&str; 7] = [".rs", ".ts", ".tsx", ".css", ".sql", ".sh", ".html"];
const HABIT: usize = 500;
const LIMIT: usize = 800;
/// The map is read in twenty minutes or not at all.
const MAP: (&str, usize) = ("ARCHITECTURE.md", 400);

pub(super) fn files_stay_readable(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts() {
        let length = text.lines().count();
        if path == MAP.0 && length > MAP.1 {
            findings.push(Finding::new(
                path,
                MAP.1 + 1,
                format!("{length} lines, at most {}: move detail to docs/", MAP.1),
            ));
        }
        if !SOURCES.iter().any(|ending| path.ends_with(ending)) {
            continue;
        }
        if length > LIMIT {
            findings.push(Finding::new(
                path,
                LIMIT + 1,
                format!("{length} lines, at most {LIMIT}: split it by business"),
            ));
        } else if length > HABIT {
            findings.push(Finding::warning(
                path,
                HABIT + 1,
                format!("{length} lines, {HABIT} is the habit: think of splitting it by business"),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_are_found() {
        let (short, long, longer) = ("x\n".repeat(500), "x\n".repeat(501), "x\n".repeat(801));
        let files = [
            ("a.rs", short.as_str()),
            ("b.rs", &long),
            ("c.rs", &longer),
            ("d.yaml", &longer),
            ("ARCHITECTURE.md", &long),
        ];
        let found = files_stay_readable(&Tree::of_sample(&files));
        let found: Vec<(&str, bool)> = found
            .iter()
            .map(|finding| (finding.path.as_str(), finding.warning))
            .collect();
        assert_eq!(
            found,
            [("ARCHITECTURE.md", false), ("b.rs", true), ("c.rs", false)]
        );
    }
}
