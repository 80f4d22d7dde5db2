//! Records: deciding, evolving and folding, on a small pack of its own.

mod admitting;
mod approving;
mod beyond;
mod correcting;
mod deciding;
mod laws;
mod living;
mod passing;
mod world;
