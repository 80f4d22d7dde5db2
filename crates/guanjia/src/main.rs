//! The program: every command of Guanjia.
//!
//! A command reads its arguments, calls one use-case and prints what it answered, as text or with `--json` for programs.
//! Exit codes: 0 done · 1 refused or differences found · 2 wrong usage · 3 the database or the machine failed.

mod args;
mod command;
mod output;

use args::Args;
use clap::Parser;
use std::process::ExitCode;

/// Commands are made on one thread and written and freed on another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let json = args.json;
    match command::run(args) {
        Ok(output::Done::Well) => ExitCode::SUCCESS,
        Ok(output::Done::Differences) => ExitCode::from(1),
        Err(error) => output::failed(&error, json),
    }
}
