//! Tasks for developers: `cargo xtask TASK`.
//!
//! What belongs to the product is in the program `guanjia`; what needs a shell (finding or installing what the machine lacks)
//! is in `./dev`.

mod api_page;
mod ci;
mod postgres;
mod real_data;
mod schemathesis;
mod tidy;

use anyhow::{Result, bail};
use postgres::Durability;
use std::process::{Command, ExitCode};

const HELP: &str = "\
Usage: cargo xtask TASK

  tidy [--shrink]   the house rules that no compiler checks: layers, names, sizes, links, rules without a test;
                    --shrink takes rules that have got a test off xtask/rules-without-test.txt
  coverage [--mutate [--only GROUP]]
                    docs/coverage.md, from the account beside the pack; --mutate takes out what the account names, one thing at
                    a time, and keeps what a scenario noticed as proven
  openapi           openapi.json, from what the server says of itself
  real-data [FOLDER] [--program PATH] [--write]
                    import the public records of examples/ and compare every figure with the source's: the whole files of FOLDER
                    (else of GUANJIA_REAL_DATA), without one the extracts; --write puts the tables into docs/real-data.md
  api-page          the commands of docs/api.md, run against a program with a demo of its own; needs bash, curl and jq
  schemathesis [--examples N]
                    made-up requests against openapi.json and a program with a demo of its own; no fault of the server, no answer that
                    differs from its schema; needs Python 3.10 or newer, which fetches Schemathesis into the build folder
  ci                format, lints, tidy and every test, in that order, stopping at the first failure
  postgres [--durable] -- COMMAND
                    run COMMAND beside a throw-away PostgreSQL, whose URL is in GUANJIA_TEST_POSTGRES, and answer its code;
                    --durable: commits reach the disk, for benches
  bench [OPTION…]   the figures of docs/performance.md, taken anew; beside a PostgreSQL: cargo xtask postgres --durable --
                    cargo xtask bench; --help says more
  bench http [OPTION…]
                    the figures of the program over HTTP, asked by wrk (apt-get install wrk) with 16 connections on this machine: 100,000
                    open records, openings, steps, reading, lists, memory, start; under 8 minutes with 3 rounds, which is the default
  bench web         the figures of the interface in Chromium, against an optimised program with the pages of web/dist
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<ExitCode> {
    match words {
        ["tidy"] => tidy::run(false)?,
        ["tidy", "--shrink"] => tidy::run(true)?,
        ["coverage", options @ ..] => return coverage(options),
        ["real-data", words @ ..] => real_data::run(&tidy::root(), words)?,
        ["openapi"] => openapi()?,
        ["api-page"] => api_page::run(&target())?,
        ["schemathesis", words @ ..] => schemathesis::run(&target(), words)?,
        ["ci"] => ci::run()?,
        ["postgres", "--", command @ ..] => return postgres::run(Durability::None, command),
        ["postgres", "--durable", "--", command @ ..] => {
            return postgres::run(Durability::Full, command);
        }
        ["bench", "web"] => return bench_web(),
        ["bench", "http", options @ ..] => return bench_http(options),
        ["bench", options @ ..] => return bench(options),
        [] | ["help" | "--help" | "-h"] => print!("{HELP}"),
        _ => bail!("no such task: {}\n\n{HELP}", words.join(" ")),
    }
    Ok(ExitCode::SUCCESS)
}

/// The program proves the account; here it is told which list, which pack and which page are this project's.
fn coverage(options: &[&str]) -> Result<ExitCode> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--package", "guanjia", "--"])
        .args(["pack", "coverage", "packs/residential-cn"])
        .args(["--requirements", "docs/requirements.yaml"])
        .args(["--page", "docs/coverage.md"])
        .args(options)
        .current_dir(tidy::root())
        .status()?;
    let code = status.code().and_then(|it| u8::try_from(it).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}

/// Lets the test that compares the description write it.
fn openapi() -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args([
            "test",
            "--quiet",
            "--package",
            "guanjia-http",
            "--test",
            "it",
        ])
        .args(["--", "openapi::the_committed_description"])
        .env("GUANJIA_WRITE_OPENAPI", "1")
        .current_dir(tidy::root())
        .status()?;
    if !status.success() {
        bail!("the description could not be written");
    }
    Ok(())
}

/// Builds the program as it ships, and has the bench start and ask it.
fn bench_http(options: &[&str]) -> Result<ExitCode> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--package", "guanjia"])
        .current_dir(tidy::root())
        .status()?;
    if !built.success() {
        return Ok(ExitCode::FAILURE);
    }
    let program = target().join("release/guanjia");
    let program = program.to_string_lossy();
    let words = ["--rounds", "3", "--program", &program];
    bench(&[&words, options].concat())
}

fn target() -> std::path::PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| tidy::root().join("target"), std::path::PathBuf::from)
}

/// Builds the pages and the program with them, and measures both in a browser.
fn bench_web() -> Result<ExitCode> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let web = tidy::root().join("web");
    let program = target().join("release/guanjia");
    for step in [
        Command::new("npm").args(["run", "build"]).current_dir(&web),
        Command::new(cargo)
            .args(["build", "--release", "--package", "guanjia"])
            .current_dir(tidy::root()),
        Command::new("node")
            .arg("scripts/bench.mjs")
            .arg(program)
            .current_dir(&web),
    ] {
        if !step.status()?.success() {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds and runs the bench as the product ships: optimised.
fn bench(options: &[&str]) -> Result<ExitCode> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "guanjia-bench",
            "--",
        ])
        .args(options)
        .current_dir(tidy::root())
        .status()?;
    let code = status.code().and_then(|it| u8::try_from(it).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}
