//! What the program promises to scripts: commands, exit codes, JSON.

mod a_month;
mod demo;
mod import;
mod privacy;
mod real_data;
mod two_servers;
