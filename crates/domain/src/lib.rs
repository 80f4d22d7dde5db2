//! The rules of Guanjia, pure.
//!
//! Records change by steps, steps open and decide duties, duties and records are what standards score.
//! Nothing in this crate knows a runtime, a database, HTTP, a clock or randomness: `now` and ids are arguments,
//! numbers are integers with checked arithmetic and one named rounding.
#![deny(clippy::float_arithmetic)]

pub mod access;
pub mod appeal;
pub mod calendar;
pub mod clock;
pub mod correction;
pub mod expr;
pub mod holder;
pub mod id;
pub mod ledger;
pub mod measure;
pub mod message;
pub mod money;
pub mod name;
pub mod near;
pub mod number;
pub mod numbering;
pub mod outcome;
pub mod override_rule;
pub mod pack;
pub mod parameter;
pub mod period;
pub mod points;
pub mod privacy;
pub mod proof;
pub mod published;
pub mod quota;
pub mod record;
pub mod recurrence;
pub mod reminder;
pub mod roster;
pub mod sample;
pub mod scorecard;
pub mod seal;
pub mod season;
pub mod selection;
pub mod tally;
pub mod time;
pub mod transfer;
pub mod unit;
pub mod value;
