//! What the program promises to scripts: commands, exit codes, JSON.

mod demo;
mod import;
mod real_data;
