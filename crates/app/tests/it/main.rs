//! What the use-cases promise, through their public door.

mod desk;
mod import;
mod scenarios;
