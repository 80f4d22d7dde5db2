//! docs/a-month.md says what the program says: its commands are run, and its lines and rows looked for in what comes out.

use crate::demo::guanjia;
use serde_json::Value;
use std::path::Path;

const PAGE: &str = include_str!("../../../../docs/a-month.md");

/// The commands of the page with the lines that it quotes of each.
fn quoted() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut commands: Vec<(&str, Vec<&str>)> = Vec::new();
    for block in PAGE.split("```").skip(1).step_by(2) {
        for line in block.lines().filter(|line| !line.is_empty()) {
            match line.strip_prefix("$ guanjia ") {
                Some(command) => commands.push((command, Vec::new())),
                None => commands.last_mut().expect("a command").1.push(line),
            }
        }
    }
    commands
}

/// The rows of its table: number, duty, holder, due, done, outcome.
fn rows() -> Vec<Vec<&'static str>> {
    let cells = |row: &'static str| row.trim_matches('|').split('|').map(str::trim).collect();
    let lines = PAGE.lines().filter(|line| line.contains("-WT-20"));
    lines
        .filter(|line| line.starts_with("| "))
        .map(cells)
        .collect()
}

fn duties(folder: &Path) -> Vec<Value> {
    let shown = guanjia(
        folder,
        &[
            "export",
            "duties",
            "--data",
            "data",
            "--format",
            "json",
            "--as-of",
            "2026-05-01T00:00:00+08:00",
        ],
    );
    let text = String::from_utf8(shown.stdout).unwrap();
    let read = |line: &str| serde_json::from_str(line).unwrap();
    text.lines().map(read).collect()
}

#[test]
fn the_page_of_a_month_says_what_the_program_says() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let commands = quoted();
    assert!(commands.len() >= 6, "{commands:?}");
    for (command, lines) in commands {
        let args: Vec<&str> = command.split_whitespace().collect();
        let shown = guanjia(at, &args);
        let text = String::from_utf8(shown.stdout).unwrap();
        assert!(shown.status.success() && !lines.is_empty(), "{command}");
        for line in lines {
            assert!(text.contains(line), "{command} does not say: {line}");
        }
    }

    let duties = duties(at);
    let repairs: std::collections::BTreeSet<&str> = duties
        .iter()
        .filter_map(|row| row["number"].as_str())
        .filter(|number| number.starts_with("WX-WT-202603"))
        .collect();
    assert!(PAGE.contains("Seventeen repairs") && repairs.len() == 17);
    let rows = rows();
    assert!(rows.len() >= 10, "{rows:?}");
    for row in rows {
        let [number, duty, holder, due, done, outcome] = row[..] else {
            panic!("{row:?}");
        };
        let time = |value: &Value| {
            let text = value.as_str().unwrap_or_default();
            text.get(..16).unwrap_or_default().replace('T', " ")
        };
        let found = duties.iter().any(|one| {
            one["number"] == number
                && one["duty"] == duty
                && one["holder"] == holder
                && one["outcome"] == outcome
                && time(&one["due_at"]) == due
                && time(&one["done_at"]) == done
        });
        assert!(found, "no such duty: {row:?}");
    }
}
