//! Documents: what a link names is there.

use super::{Finding, Tree};

/// Relative links of Markdown files, `[words](path)`; addresses of the web are not tried.
pub(super) fn links_lead_somewhere(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| path.ends_with(".md")) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut code = false;
        for (at, line) in text.lines().enumerate() {
            code ^= line.trim_start().starts_with("```");
            if code {
                continue;
            }
            for target in targets(line) {
                let file = target.split('#').next().unwrap_or_default();
                let elsewhere =
                    target.contains("://") || target.starts_with("mailto:") || file.is_empty();
                if !elsewhere && !resolved(folder, file).is_some_and(|file| tree.has(&file)) {
                    findings.push(Finding::new(
                        path,
                        at + 1,
                        format!(
                            "the link to {target} leads nowhere: mend the path or commit the file"
                        ),
                    ));
                }
            }
        }
    }
    findings
}

fn targets(line: &str) -> Vec<&str> {
    line.match_indices("](")
        .filter_map(|(at, _)| line[at + 2..].split(')').next())
        .map(str::trim)
        .collect()
}

/// `file` as seen from `folder`, or nothing if it lies outside the project.
fn resolved(folder: &str, file: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_links_are_found() {
        let text = "[a](b.md) [c](../README.md#x) [d](https://example.org/x)\n[e](gone.md)\n```\n[f](code.md)\n```\n[g](../../out.md) [h](adr)";
        let files = [
            ("docs/a.md", text),
            ("docs/b.md", ""),
            ("README.md", ""),
            ("docs/adr/1.md", ""),
        ];
        let found: Vec<usize> = links_lead_somewhere(&Tree::of_sample(&files))
            .iter()
            .map(|finding| finding.line)
            .collect();
        assert_eq!(found, [2, 6]);
    }
}
