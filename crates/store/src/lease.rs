//! Leases: what several processes could do and one of them does.
//!
//! A lease says who looks, not what happens: work that it guards must come to the same if two do it, since whoever was slow may find that his
//! lease has run out meanwhile.

use crate::{Error, Tx};
use domain::id::SessionId;
use domain::time::Instant;

/// Takes a lease, or holds it longer; whether it is the holder's now.
///
/// # Errors
/// As the database says.
pub fn take(
    tx: &mut Tx<'_>,
    name: &str,
    holder: SessionId,
    (now, until): (Instant, Instant),
) -> Result<bool, Error> {
    let taken = tx.run(
        "insert into lease (name, holder, until_at) values (?1, ?2, ?3) on conflict (name) do update \
         set holder = excluded.holder, until_at = excluded.until_at where lease.holder = excluded.holder or lease.until_at <= ?4",
        &[&name, &holder, &until, &now],
    )?;
    Ok(taken == 1)
}

/// Gives a lease back before it runs out; nothing happens if another has it.
///
/// # Errors
/// As the database says.
pub fn give_back(tx: &mut Tx<'_>, name: &str, holder: SessionId) -> Result<(), Error> {
    tx.run(
        "delete from lease where name = ?1 and holder = ?2",
        &[&name, &holder],
    )
    .map(|_| ())
}
