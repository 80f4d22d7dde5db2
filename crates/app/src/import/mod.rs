//! History from other systems: files are read, understood by a map, planned, and taken in by the same door as live work.
//!
//! [`source`] hands on rows or refuses them, [`map`] says what they mean, [`plan`] makes of them what is to be imported, without a
//! database. Every row of a file is either imported or in the report; nothing is guessed and nothing is replaced.

pub mod habit;
pub mod map;
pub mod plan;
pub mod refusal;
pub mod run;
pub mod sent;
pub mod source;
pub mod undo;
