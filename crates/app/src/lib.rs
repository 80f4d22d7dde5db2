//! The use-cases: load, decide, persist, in one transaction; packs, units, scores, imports, exports.
//!
//! The clock and the ids come from here, files are read here. Nothing here contains SQL, knows HTTP, or decides a business rule.

pub mod access;
pub mod account;
pub mod appeal;
pub mod attachment;
pub mod board;
mod cast;
pub mod changes;
pub mod clock;
pub mod coverage;
pub mod demo;
pub mod desk;
pub mod error;
pub mod export;
pub mod handover;
pub mod import;
pub mod keys;
pub mod library;
pub mod message;
pub mod migrate;
pub mod office;
pub mod organisation;
pub mod pack;
pub mod people;
pub mod privacy;
pub mod published;
pub mod recompute;
pub mod records;
pub mod reminder;
pub mod rounds;
pub mod sample;
pub mod scenario;
pub mod schedule;
pub mod score;
pub mod seal;
pub mod search;
pub mod sender;
pub mod simulation;
pub mod sweep;
pub mod table;
pub mod transfer;
pub mod unit;
pub mod verify;
pub mod view;
pub mod webhook;
pub mod work;

pub use access::{Actor, Came};
pub use clock::Clock;
pub use desk::{Desk, Taken};
pub use error::{Class, Error};
pub use keys::Keys;
pub use office::{Extras, Office};
