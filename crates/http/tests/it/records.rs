//! `/api/units/{unit}/records`

mod lists;
mod offline;
mod one;
mod races;
mod searches;
mod steps;
