//! `/api/units/{unit}/records`

mod lists;
mod offline;
mod one;
mod searches;
mod steps;
