//! Everything that must pass before a change lands, in the order in which failures are cheapest.
//!
//! It installs nothing and starts no database: `./dev test` does, then calls this. The PostgreSQL half of the tests runs where
//! `GUANJIA_TEST_POSTGRES` names a server, and only there.

use anyhow::{Context, Result, bail};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Cargo subcommands that are not part of a toolchain: they run where somebody has installed them.
const OPTIONAL: [(&str, &[&str]); 3] = [
    ("cargo-deny", &["deny", "--all-features", "check"]),
    ("cargo-machete", &["machete"]),
    ("typos", &[]),
];

pub(crate) fn run() -> Result<()> {
    let began = Instant::now();
    cargo("format", &["fmt", "--all", "--check"])?;
    let tidy = Instant::now();
    super::tidy::run(false)?;
    done("tidy", tidy);
    cargo(
        "lints",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ],
    )?;
    for (tool, words) in OPTIONAL {
        if !installed(tool) {
            println!("ci: {tool} is not installed, skipped");
        } else if words.is_empty() {
            step(tool, Command::new(tool))?;
        } else {
            cargo(tool, words)?;
        }
    }
    match std::env::var_os("GUANJIA_TEST_POSTGRES") {
        Some(_) => println!("ci: tests run on SQLite and on PostgreSQL"),
        None => println!("ci: GUANJIA_TEST_POSTGRES is not set, tests run on SQLite only"),
    }
    cargo("tests", &["test", "--workspace", "--locked"])?;
    done("everything", began);
    Ok(())
}

fn cargo(name: &str, words: &[&str]) -> Result<()> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words);
    step(name, command)
}

fn step(name: &str, mut command: Command) -> Result<()> {
    println!("ci: {name} …");
    let began = Instant::now();
    let status = command
        .status()
        .with_context(|| format!("{name}: {command:?} did not start"))?;
    if !status.success() {
        bail!("{name} failed: {command:?}");
    }
    done(name, began);
    Ok(())
}

fn done(name: &str, began: Instant) {
    println!("ci: {name} passed in {} s", began.elapsed().as_secs());
}

fn installed(tool: &str) -> bool {
    let quiet = |words: &[&str]| {
        Command::new(tool)
            .args(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
    };
    quiet(&["--version"]).is_ok_and(|status| status.success())
}
