//! Tests of the rules through the crate's public door.

mod goldens;
