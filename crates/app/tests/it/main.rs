//! What the use-cases promise, through their public door.

mod access;
mod coverage;
mod desk;
mod figures;
mod house;
mod import;
mod organisation;
mod plans;
mod privacy;
mod scenarios;
mod scoring;
mod simulating;
mod verifying;
