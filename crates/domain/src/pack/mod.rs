//! Packs: everything that differs between companies, as data.
//!
//! A pack is a folder of YAML that is checked as a whole and compiled once into `model::Pack`; a broken pack never replaces a
//! good one. This module reads no files: its input is names and texts.

mod approval;
mod describe;
mod diff;
mod fault;
mod grammar;
mod instruments;
mod load;
pub mod model;
mod orphan;
mod schema;
mod shape;
pub mod standard;
#[cfg(test)]
mod tests;
mod words;
mod written;
mod yaml;

pub use describe::{Line, lines, show};
pub use diff::{Change, Nature};
pub use fault::{Fault, Language, render};
pub use instruments::page as standards_page;
pub use load::{condition, load};
pub use orphan::{Loss, Orphan, Orphans};
pub use schema::schema;
pub use written::{Version, differences};
pub use yaml::Node;

/// Whether a file of a pack's folder is one of its rules. What is told beside them (a demo, scenarios, the account of what they cover and
/// the figures that they are compared with) never changes what a pack does, nor its digest.
pub fn is_rules(path: &str) -> bool {
    !matches!(
        path,
        load::DEMO | "simulation.yaml" | "coverage.yaml" | "limits.yaml"
    ) && !path.starts_with("scenarios/")
        && !path.starts_with("coverage/")
}

/// A YAML text outside a pack's rules, with the place of every value.
///
/// # Errors
/// What is wrong with it.
pub fn read(path: &str, text: &str) -> Result<Node, Vec<Fault>> {
    load::document(path, text)
}

/// A YAML text outside a pack's rules, such as the demo that ships with one, read by the same reader: every plain value as a text.
///
/// # Errors
/// What is wrong with it, rendered.
pub fn plain(path: &str, text: &str) -> Result<serde_json::Value, Vec<Fault>> {
    load::plain(path, text)
}
