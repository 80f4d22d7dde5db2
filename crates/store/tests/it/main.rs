//! What the store promises, shown on both databases.
//!
//! Each test of `contract!` runs once on SQLite and once on PostgreSQL, in a database of its own. Where `GUANJIA_TEST_POSTGRES` is not set, the
//! PostgreSQL half does not appear at all, and one line says so: a test that did not run must not count as passed.

mod commands;
mod durability;
mod groups;
mod schema;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use store::testing::{Home, VARIABLE};

/// A test that runs on every database.
pub(crate) type Contract = (&'static str, fn(&Home));

/// Names the functions that follow and lists them as `CONTRACT`.
macro_rules! contract {
    ($($(#[$meta:meta])* fn $name:ident($home:ident: &Home) $body:block)*) => {
        pub(crate) const CONTRACT: &[crate::Contract] = &[$((concat!(module_path!(), "::", stringify!($name)), $name)),*];
        $($(#[$meta])* fn $name($home: &store::testing::Home) $body)*
    };
}
pub(crate) use contract;

fn main() -> ExitCode {
    if let Some(code) = durability::child() {
        return code;
    }
    let arguments = Arguments::from_args();
    let postgres = std::env::var_os(VARIABLE).is_some();
    if !postgres {
        eprintln!("{VARIABLE} is not set: the tests on PostgreSQL are left out");
    }
    let contracts = [
        commands::CONTRACT,
        durability::CONTRACT,
        groups::CONTRACT,
        schema::CONTRACT,
    ];
    let mut trials = Vec::new();
    for &(path, test) in contracts.into_iter().flatten() {
        let name = path.trim_start_matches("it::");
        trials.push(Trial::test(format!("sqlite::{name}"), move || {
            test(&Home::sqlite());
            Ok(())
        }));
        if postgres {
            trials.push(Trial::test(format!("postgres::{name}"), move || {
                test(&Home::postgres().ok_or("no server")?);
                Ok(())
            }));
        }
    }
    for &(path, test) in [durability::SQLITE, groups::SQLITE, schema::RULES]
        .into_iter()
        .flatten()
    {
        trials.push(Trial::test(path.trim_start_matches("it::"), move || {
            test();
            Ok(())
        }));
    }
    if postgres {
        trials.push(Trial::test(
            "schema::both_databases_have_the_same_schema",
            || {
                schema::both_databases_have_the_same_schema();
                Ok(())
            },
        ));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test that needs no particular database.
pub(crate) type Plain = (&'static str, fn());

macro_rules! plain {
    ($list:ident: $($(#[$meta:meta])* fn $name:ident() $body:block)*) => {
        pub(crate) const $list: &[crate::Plain] = &[$((concat!(module_path!(), "::", stringify!($name)), $name)),*];
        $($(#[$meta])* fn $name() $body)*
    };
}
pub(crate) use plain;
