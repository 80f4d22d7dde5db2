//! Accounts: who may sign in, and what proves it.
//!
//! Whoever has a session has an [`Actor`]; what he may then do is asked anew at every use. Secrets leave here once, to their owner, and stay as
//! digests. Failures are counted per login and source, never per login alone: nobody locks another out by failing in his name, and a device on
//! which somebody has signed in before has a count of its own.

mod customer;
mod demo;
mod error;
mod manage;
pub mod openid;
mod password;
mod session;
mod throttle;

pub use demo::{Demo, DemoAccount};
pub use error::AccountError;
pub use manage::{Listed, NewMember, SetUp};
pub use session::{Own, Presented, Seat, SignedIn, TokenMade};
pub use store::account::SignIn;

pub(crate) use customer::is_party;
pub(crate) use password::Turns;

use domain::access::{Permit, own_work};
use domain::record::Record;
use sha2::{Digest as _, Sha256};

/// How a login is compared.
pub(crate) fn normal(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Digest of a secret, kept apart by what it is for.
pub(crate) fn digest(purpose: &str, secret: &str) -> store::account::Digest {
    let mut sha = Sha256::new();
    sha.update(purpose.as_bytes());
    sha.update([0]);
    sha.update(secret.as_bytes());
    sha.finalize().into()
}

/// What somebody does to his own account, and what the program keeps of those who sign in, needs no privilege.
fn ones_own() -> Permit {
    own_work()
}

/// What a member or customer is called, as far as everybody may read it.
fn called(record: &Record) -> Option<&str> {
    let mut shown = ["name", "display"].into_iter();
    shown.find_map(|field| record.doc.data.get(field)?.as_text())
}
