//! Everything that must pass before a change lands, in the order in which failures are cheapest.
//!
//! It installs nothing and starts no database: `./dev test` does, then calls this. The PostgreSQL half of the tests runs where
//! `GUANJIA_TEST_POSTGRES` names a server, and only there.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Write as _};
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
    tests()?;
    done("everything", began);
    Ok(())
}

/// Every test binary runs, whatever the ones before it say, and the names of what failed are printed last: among thousands of lines nobody
/// finds them.
fn tests() -> Result<()> {
    println!("ci: tests …");
    let began = Instant::now();
    let mut running = toolchain(&["test", "--workspace", "--locked", "--no-fail-fast"])
        .stdout(Stdio::piped())
        .spawn()
        .context("the tests did not start")?;
    let mut failed = Failed::default();
    let printed = BufReader::new(running.stdout.take().context("the tests print nowhere")?);
    for line in printed.split(b'\n') {
        let line = line.context("what the tests print cannot be read")?;
        let mut out = std::io::stdout().lock();
        out.write_all(&line)?;
        out.write_all(b"\n")?;
        failed.read(&String::from_utf8_lossy(&line));
    }
    if !running.wait()?.success() {
        bail!("tests failed: {}", failed.told());
    }
    done("tests", began);
    Ok(())
}

/// The tests that failed, gathered from what test binaries print.
#[derive(Default)]
struct Failed(Vec<String>);

impl Failed {
    fn read(&mut self, line: &str) {
        let name = line
            .strip_prefix("test ")
            .and_then(|rest| rest.strip_suffix("FAILED"));
        if let Some(name) = name {
            self.0.push(name.trim_end_matches([' ', '.']).to_owned());
        }
    }

    fn told(&self) -> String {
        match &self.0[..] {
            [] => "no test by its name: a binary did not build or did not end".into(),
            names => names.join(", "),
        }
    }
}

fn toolchain(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words);
    command
}

fn cargo(name: &str, words: &[&str]) -> Result<()> {
    step(name, toolchain(words))
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

#[cfg(test)]
mod tests {
    use super::Failed;

    #[test]
    fn what_failed_is_named_as_either_harness_prints_it() {
        let mut failed = Failed::default();
        for line in [
            "running 3 tests",
            "test clock::a_pause_ends ... ok",
            "test clock::a_year_without_data ... FAILED",
            "test sqlite::commands::a_read_writes_nothing                        ... FAILED",
            "test result: FAILED. 1 passed; 2 failed",
        ] {
            failed.read(line);
        }
        assert_eq!(
            failed.told(),
            "clock::a_year_without_data, sqlite::commands::a_read_writes_nothing"
        );
        assert!(Failed::default().told().starts_with("no test"));
    }
}
