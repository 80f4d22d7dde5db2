//! The use-cases.

pub mod import;
