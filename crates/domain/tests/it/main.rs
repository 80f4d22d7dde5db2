//! Tests of the rules through the crate's public door.

mod given;
mod goldens;

mod access;
mod choosing;
mod due_times;
mod holding;
mod laws;
mod outcomes;
mod packs;
mod pauses;
mod periods;
mod proofs;
mod records;
mod recurrences;
mod workdays;
