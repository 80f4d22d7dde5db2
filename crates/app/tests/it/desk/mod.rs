//! Records at a desk, on every database there is: what one caller may rely on, and what holds when many come at once.

mod accounts;
mod beyond;
mod differing;
mod racing;
mod rhythms;
mod rounds;
mod sweeping;
mod taking;

use super::house;
