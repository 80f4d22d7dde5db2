//! Private values: sealed before anything is decided, shown as their field allows, found by keyed tokens, erased by destroying their keys.
//!
//! What a journal, a row or an index holds of a private value is its ciphertext, so hashes and replays need no key (`guanjia verify`), and whoever
//! has the database alone has nothing. Sealing happens on the caller's thread, before a command is queued for the writer.

mod asking;
mod erasing;
mod person;
mod sealing;
mod showing;

pub use asking::{Basis, ask, asked, consent, refuse};
pub use erasing::{Erased, Kept, destroy_again, past_keeping, sweep};
pub use person::{PersonRecord, export};
pub use showing::{
    Shown, Viewer, find, find_persons, look, look_at, look_into, reveal, show, views,
};

pub use store::erasure::{Answer, Asked, Request};
pub use store::privacy::Seen;

pub(crate) use showing::{log_file_view, open_grant};

pub(crate) use sealing::{same_apart_from_sealed, seal_items, tokens_in};
