//! Passwords: Argon2id, computed off the writer, few at a time, so that guessing fills neither memory nor cores.

use super::AccountError;
use crate::clock::Clock;
use crate::error::Error;
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use std::sync::{Condvar, Mutex, PoisonError};

/// Computed at once; each takes 19 MiB for some tens of milliseconds.
const AT_ONCE: usize = 2;
/// Callers that may wait for their turn.
const WAITING: usize = 64;
const SHORTEST: usize = 10;
const LONGEST: usize = 200;

/// Somebody's password at an account that does not exist: comparing with it takes as long as with any other.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$Z3VhbmppYS1ub2JvZHk$9mJ0cXqQm0l0bqk5kq2l7m0b4nq8m3J3q8m5kq2l7m0";

/// Turns for computing.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    computing: usize,
    waiting: usize,
}

struct Turn<'t>(&'t Turns);

impl Turns {
    /// Waits for a turn.
    ///
    /// # Errors
    /// `Busy`: too many wait already.
    fn take(&self) -> Result<Turn<'_>, Error> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.computing >= AT_ONCE {
            if state.waiting >= WAITING {
                return Err(AccountError::Busy.into());
            }
            state.waiting += 1;
            while state.computing >= AT_ONCE {
                state = self
                    .freed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            state.waiting -= 1;
        }
        state.computing += 1;
        Ok(Turn(self))
    }

    /// The text to keep of a password.
    ///
    /// # Errors
    /// `Busy`.
    pub(super) fn hash(&self, clock: &Clock, password: &str) -> Result<String, Error> {
        let _turn = self.take()?;
        let salt = SaltString::encode_b64(&clock.secret().as_bytes()[..16])
            .map_err(|error| Error::Usage(error.to_string()))?;
        let hash = Argon2::default()
            .hash_password(password.as_bytes(), &salt)
            .map_err(|error| Error::Usage(error.to_string()))?;
        Ok(hash.to_string())
    }

    /// Whether a password is that of an account. Where there is none, it is compared all the same.
    ///
    /// # Errors
    /// `Busy`.
    pub(super) fn matches(&self, password: &str, kept: Option<&str>) -> Result<bool, Error> {
        let _turn = self.take()?;
        // Beyond the longest no password was ever kept, and hashing it would only take time.
        let password = if password.chars().count() <= LONGEST {
            password
        } else {
            ""
        };
        let hash = PasswordHash::new(kept.unwrap_or(NOBODYS));
        let fits = hash.is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        });
        Ok(fits && kept.is_some())
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.computing -= 1;
        self.0.freed.notify_one();
    }
}

/// Whether a password may be taken for an account.
///
/// # Errors
/// `Weak`.
pub(super) fn check(login: &str, password: &str) -> Result<(), AccountError> {
    let length = password.chars().count();
    let first = password.chars().next();
    let one_sign = password.chars().all(|sign| Some(sign) == first);
    let names_him = !login.is_empty() && password.to_lowercase().contains(login);
    if !(SHORTEST..=LONGEST).contains(&length) || one_sign || names_him {
        return Err(AccountError::Weak);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_its_own_text_and_nothing_matches_nobodys() {
        let turns = Turns::default();
        let clock = Clock::system();
        let kept = turns.hash(&clock, "correct horse").expect("hashes");
        assert!(kept.starts_with("$argon2id$"));
        assert!(
            turns
                .matches("correct horse", Some(&kept))
                .expect("compares")
        );
        assert!(
            !turns
                .matches("correct hors", Some(&kept))
                .expect("compares")
        );
        assert!(!turns.matches("correct horse", None).expect("compares"));
        assert!(
            PasswordHash::new(NOBODYS).is_ok(),
            "nobody's takes as long as anybody's"
        );
    }

    #[test]
    fn short_plain_and_telling_passwords_are_refused() {
        for password in ["", "short", "aaaaaaaaaaaaaa", "my-wt-desk-password"] {
            assert_eq!(
                check("wt-desk", password),
                Err(AccountError::Weak),
                "{password}"
            );
        }
        assert_eq!(check("wt-desk", "青山绿水常在此地长流"), Ok(()));
    }
}
