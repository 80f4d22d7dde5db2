//! Signing in at an OpenID Connect provider: the company's own directory, say.
//!
//! Whoever begins gets a secret into his browser, from which follow the state, the nonce and the verifier of the code (PKCE): nothing is kept
//! here meanwhile, any process of a server can end what another began, and nobody else's browser can. The provider says who somebody is; what he may is
//! here. An account is found by issuer and subject; the first time by a claim that names its login, and from then on it belongs to that
//! subject, whatever the claim says. Nobody gets an account this way unless the settings name a post for newcomers.

mod provider;

pub use provider::{Claim, Person, Provider, Settings};

use super::session::{Presented, SignedIn, held};
use super::throttle::Keys;
use super::{AccountError, NewMember, digest, normal, ones_own};
use crate::access::{Actor, Came};
use crate::error::Error;
use crate::office::Office;
use domain::name::Name;
use domain::time::Instant;
use provider::Proof;
use store::account::{self, Account};
use store::{Lane, Tx};

/// For so long a browser may stay with the provider.
const AWAY: i64 = 600_000_000;

/// In which post, at which unit, somebody is registered whom the provider knows and nobody here does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    /// The unit's code.
    pub unit: String,
    pub post: Name,
}

/// What a browser keeps until it comes back, and where it goes.
#[derive(Clone, Debug)]
pub struct Begun {
    /// For this browser alone: [`Office::end_openid`] asks for it.
    pub kept: String,
    /// The provider's page.
    pub address: String,
}

/// With what a browser came back.
#[derive(Clone, Debug)]
pub struct Returned {
    /// As [`Begun::kept`].
    pub kept: String,
    pub state: String,
    pub code: String,
    /// Who says so, where the provider names itself (RFC 9207).
    pub issuer: Option<String>,
}

/// What proves a return follows from what was kept, and not the other way round.
fn proof(kept: &str) -> Proof {
    let word = |purpose: &str| {
        let bytes = digest(purpose, kept);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    Proof {
        state: word("openid-state"),
        nonce: word("openid-nonce"),
        verifier: word("openid-verifier"),
    }
}

/// When what was kept was made.
fn begun_at(kept: &str) -> Option<Instant> {
    let (micros, _) = kept.split_once('-')?;
    micros.parse().ok().map(Instant::from_micros)
}

impl Office {
    /// Begins to sign somebody in at the provider.
    ///
    /// # Errors
    /// `OpenIdUnavailable`: the provider does not answer, or not as one does.
    pub fn begin_openid(&self, provider: &Provider) -> Result<Begun, Error> {
        let now = self.clock().now();
        let kept = format!("{}-{}", now.micros(), self.clock().secret());
        let address = provider.begin(&proof(&kept), now)?;
        Ok(Begun { kept, address })
    }

    /// Signs in whoever comes back from the provider.
    ///
    /// # Errors
    /// `OpenIdState`: not begun in this browser, or too long ago; `OpenIdRefused`: what the provider says proves nothing; `OpenIdUnknown`:
    /// no account that may come in; `OpenIdUnavailable`, `Wait`.
    pub fn end_openid(
        &self,
        provider: &Provider,
        returned: &Returned,
        from: &Presented,
    ) -> Result<SignedIn, Error> {
        let now = self.clock().now();
        let proof = proof(&returned.kept);
        let age = begun_at(&returned.kept).map(|begun| now.since(begun));
        if proof.state != returned.state || !age.is_some_and(|age| (0..AWAY).contains(&age)) {
            return Err(AccountError::OpenIdState.into());
        }
        if returned
            .issuer
            .as_deref()
            .is_some_and(|issuer| issuer != provider.issuer())
        {
            return Err(AccountError::OpenIdRefused("another issuer".into()).into());
        }
        if returned.code.is_empty() {
            return Err(AccountError::OpenIdRefused("no code".into()).into());
        }
        // Each try asks the provider: nobody makes this server ask without end.
        let keys = Keys::new("openid", &from.source, None);
        self.read(|tx| Ok::<_, Error>(keys.check(tx, now)??))?;
        let person = match provider.end(&returned.code, &proof, now) {
            Ok(person) => person,
            Err(error) => {
                if let AccountError::OpenIdRefused(_) = error {
                    let _ = self.failed(keys, None, "openid-refused", from)?;
                }
                return Err(error.into());
            }
        };
        let found = self.account_at(provider, &person)?;
        match found.filter(|account| !account.is_party && account.disabled_at.is_none()) {
            Some(account) => self.let_in(account, Came::OpenId, None, Some(keys), from),
            None => {
                let _ = self.failed(keys, None, "openid-unknown", from)?;
                Err(AccountError::OpenIdUnknown.into())
            }
        }
    }

    /// The account of somebody whom the provider knows: his already, or his from now on.
    fn account_at(&self, provider: &Provider, person: &Person) -> Result<Option<Account>, Error> {
        let subject = person.subject.clone();
        if let Some(known) = self.read(|tx| account::by_subject(tx, &subject))? {
            return Ok(Some(known));
        }
        let Some(login) = person.login.as_deref().map(normal) else {
            return Ok(None);
        };
        if let Some(known) = self.read(|tx| account::by_login(tx, &login))? {
            let subject = subject.clone();
            return self.write(&ones_own(), Lane::Interactive, move |tx| {
                bound(tx, &known, subject)
            });
        }
        match provider.newcomer() {
            Some(newcomer) => self.welcome(newcomer, &login, person).map(Some),
            None => Ok(None),
        }
    }

    /// Registers somebody whom the provider knows, in the post for newcomers.
    fn welcome(&self, newcomer: &Newcomer, login: &str, person: &Person) -> Result<Account, Error> {
        let unit = self.unit(&newcomer.unit)?.id;
        let new = NewMember {
            unit,
            login: login.to_owned(),
            name: person.name.clone().unwrap_or_else(|| login.to_owned()),
            post: newcomer.post.clone(),
            grid: None,
            team: None,
        };
        let id = self.take_on(&Actor::operator("openid"), &new)?;
        let account = Account {
            login: Some(login.to_owned()),
            subject: Some(person.subject.clone()),
            ..Account::of(id, unit, self.clock().now())
        };
        let written = account.clone();
        self.write(&ones_own(), Lane::Interactive, move |tx| {
            account::put(tx, &written)
        })?;
        Ok(account)
    }
}

/// Gives an account to a subject; `None` if it is another's already, a customer's, or lets nobody in.
fn bound(tx: &mut Tx<'_>, known: &Account, subject: String) -> Result<Option<Account>, Error> {
    let known = held(tx, known.id)?;
    if known.subject.is_some() || known.is_party || known.disabled_at.is_some() {
        return Ok(None);
    }
    let account = Account {
        subject: Some(subject),
        ..known
    };
    account::put(tx, &account)?;
    Ok(Some(account))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_to_the_provider_does_not_tell_what_the_browser_keeps() {
        let kept = "1767571200000000-0123456789abcdef0123456789abcdef01234567";
        let (one, other) = (proof(kept), proof(&format!("{kept}0")));
        assert_eq!(
            begun_at(kept),
            Some(Instant::from_micros(1_767_571_200_000_000))
        );
        assert_ne!(one.state, other.state);
        for word in [&one.state, &one.nonce, &one.verifier] {
            // RFC 7636 section 4.1: a verifier has 43 to 128 signs.
            assert_eq!(word.len(), 64);
            assert!(!kept.contains(word.as_str()));
        }
        assert_ne!(one.state, one.nonce);
        assert_ne!(one.nonce, one.verifier);
    }
}
