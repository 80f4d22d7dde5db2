//! What the use-cases promise, through their public door.

mod coverage;
mod desk;
mod import;
mod scenarios;
