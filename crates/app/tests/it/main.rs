//! What the use-cases promise, through their public door.

mod access;
mod coverage;
mod desk;
mod import;
mod scenarios;
