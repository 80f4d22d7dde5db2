//! Tasks for developers: `cargo xtask TASK`.
//!
//! What belongs to the product is in the program `guanjia`; what needs a shell (finding or installing what the machine lacks)
//! is in `./dev`.

mod ci;
mod postgres;
mod requirements;
mod tidy;

use anyhow::{Result, bail};
use postgres::Durability;
use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask TASK

  tidy [--shrink]   the house rules that no compiler checks: layers, names, sizes, links, rules without a test;
                    --shrink takes rules that have got a test off xtask/rules-without-test.txt
  requirements      docs/requirements.md, from docs/requirements.yaml
  ci                format, lints, tidy and every test, in that order, stopping at the first failure
  postgres [--durable] -- COMMAND
                    run COMMAND beside a throw-away PostgreSQL, whose URL is in GUANJIA_TEST_POSTGRES, and answer its code;
                    --durable: commits reach the disk, for benches
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
        ["requirements"] => requirements::run(&tidy::root())?,
        ["ci"] => ci::run()?,
        ["postgres", "--", command @ ..] => return postgres::run(Durability::None, command),
        ["postgres", "--durable", "--", command @ ..] => {
            return postgres::run(Durability::Full, command);
        }
        [] | ["help" | "--help" | "-h"] => print!("{HELP}"),
        _ => bail!("no such task: {}\n\n{HELP}", words.join(" ")),
    }
    Ok(ExitCode::SUCCESS)
}
