//! The wire as a caller sees it: an in-process server over a temporary database, one module per branch of the URL tree.

mod attachments;
mod browser;
mod coverage;
mod day;
mod doors;
mod events;
mod exports;
mod fuzzed;
mod health;
mod hostile;
mod house;
mod imports;
mod kinds;
mod openapi;
mod openid;
mod organisation;
mod outgoing;
mod packs;
mod problems;
mod published;
mod records;
mod scores;
mod units;
