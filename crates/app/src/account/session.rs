//! Signing in and out, sessions, tokens, one's own password and second factor.

use super::throttle::Keys;
use super::{AccountError, digest, normal, ones_own, password};
use crate::access::{Actor, Came, Who};
use crate::error::Error;
use crate::office::Office;
use domain::access::Token;
use domain::id::{MemberId, RecordId, SessionId};
use domain::time::Instant;
use store::account::{self, Account, Session, SignIn};
use store::{Lane, Tx};
use totp_rs::{Algorithm, TOTP};

/// A session ends after so long without use, and after so long anyway.
const IDLE: i64 = 12 * 3_600_000_000;
const WHOLE: i64 = 30 * 86_400_000_000;
/// That a session was used is written down so often at most.
const SEEN: i64 = 300_000_000;
/// The period of one-time codes, in seconds, and how many periods they may be off.
const STEP: u64 = 30;
const SKEW: i64 = 1;

/// From where somebody comes.
#[derive(Clone, Debug, Default)]
pub struct Presented {
    /// The address of the other side.
    pub source: String,
    /// What a device keeps on which somebody signed in before.
    pub device: Option<String>,
    pub agent: Option<String>,
}

/// Somebody has signed in. The secrets are shown here and never again.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub actor: Actor,
    pub seat: Seat,
    pub token: String,
    pub device: String,
    pub expires_at: Instant,
}

/// The session or token in which somebody comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    pub account: RecordId,
    pub session: SessionId,
    /// The password was given by another: nothing else before it is changed.
    pub must_change: bool,
    /// Was last noted as in use a while ago: [`Office::saw`].
    pub idle: bool,
}

/// One's own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    pub login: Option<String>,
    pub name: String,
    /// A customer's account.
    pub is_party: bool,
    /// The language of his pages, if he chose one.
    pub locale: Option<String>,
    pub second_factor: bool,
}

/// A token that was made, shown once.
#[derive(Clone, Debug)]
pub struct TokenMade {
    pub id: SessionId,
    pub token: String,
    pub expires_at: Instant,
}

impl Came {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtMachine => "machine",
            Self::Password => "password",
            Self::SecondFactor => "second-factor",
            Self::OpenId => "openid",
            Self::Token => "token",
            Self::Code => "code",
        }
    }
    fn named(word: &str) -> Self {
        match word {
            "second-factor" => Self::SecondFactor,
            "openid" => Self::OpenId,
            "token" => Self::Token,
            "code" => Self::Code,
            _ => Self::Password,
        }
    }
}

impl Office {
    /// Signs a member in by login and password, and by the one-time code where his account asks for one.
    ///
    /// # Errors
    /// `Wrong`, `Wait`, `CodeNeeded`, `Busy`.
    pub fn sign_in(
        &self,
        login: &str,
        given: &str,
        code: Option<&str>,
        from: &Presented,
    ) -> Result<SignedIn, Error> {
        let login = normal(login);
        let now = self.clock().now();
        let device = from
            .device
            .as_deref()
            .map(|device| digest("device", device));
        let (found, keys) = self.read(|tx| {
            let found = account::by_login(tx, &login)?;
            let known = match (&found, &device) {
                (Some(found), Some(device)) => account::knows_device(tx, found.id, device)?,
                _ => false,
            };
            let keys = Keys::new(&login, &from.source, device.as_ref().filter(|_| known));
            keys.check(tx, now)??;
            Ok::<_, Error>((found, keys))
        })?;
        let usable = found
            .as_ref()
            .filter(|account| account.disabled_at.is_none());
        let kept = usable.and_then(|account| account.password.as_deref());
        let right = self.turns().matches(given, kept)?;
        let Some(account) = usable.filter(|_| right).cloned() else {
            let id = found.map(|account| account.id);
            return Err(self.failed(keys, id, "wrong-password", from)?);
        };
        let step = match (&account.totp, code) {
            (None, _) => None,
            (Some(_), None) => return Err(AccountError::CodeNeeded.into()),
            (Some(secret), Some(code)) => {
                match matching_step(secret, code, account.totp_step, now) {
                    Some(step) => Some(step),
                    None => {
                        return Err(self.failed(keys, Some(account.id), "wrong-code", from)?);
                    }
                }
            }
        };
        let came = match step {
            Some(_) => Came::SecondFactor,
            None => Came::Password,
        };
        self.let_in(account, came, step, Some(keys), from)
    }

    pub(super) fn failed(
        &self,
        keys: Keys,
        account: Option<RecordId>,
        what: &str,
        from: &Presented,
    ) -> Result<Error, Error> {
        let now = self.clock().now();
        let line = self.line(account, what, from);
        self.write(&ones_own(), Lane::Interactive, move |tx| {
            account::note(tx, &line)?;
            keys.failed(tx, now)
        })?;
        Ok(AccountError::Wrong.into())
    }

    pub(super) fn line(&self, account: Option<RecordId>, what: &str, from: &Presented) -> SignIn {
        SignIn {
            id: self.clock().session_id(),
            at: self.clock().now(),
            account,
            what: what.to_owned(),
            source: (!from.source.is_empty()).then(|| from.source.clone()),
        }
    }

    /// Opens a session for an account whose holder has proven himself. It is a new one always, so nobody can have laid it ready.
    pub(super) fn let_in(
        &self,
        account: Account,
        came: Came,
        step: Option<i64>,
        keys: Option<Keys>,
        from: &Presented,
    ) -> Result<SignedIn, Error> {
        let now = self.clock().now();
        let token = self.clock().secret();
        let device = from
            .device
            .clone()
            .filter(|device| device.len() == token.len())
            .unwrap_or_else(|| self.clock().secret());
        let session = Session {
            digest: digest("session", &token),
            id: self.clock().session_id(),
            account: account.id,
            came: came.as_str().to_owned(),
            scopes: None,
            name: None,
            agent: from
                .agent
                .as_deref()
                .map(|agent| agent.chars().take(200).collect()),
            created_at: now,
            seen_at: now,
            expires_at: now.plus_micros(IDLE),
        };
        let line = self.line(Some(account.id), came.as_str(), from);
        let signed = SignedIn {
            actor: actor(&account, &session)?,
            seat: Seat {
                account: account.id,
                session: session.id,
                must_change: must_change(&account, &session),
                idle: false,
            },
            expires_at: session.expires_at,
            token,
            device,
        };
        let mark = digest("device", &signed.device);
        self.write(&ones_own(), Lane::Interactive, move |tx| {
            // Read again: what he proved himself by may have been taken from him since, and two that come with one code at once are not
            // both let in.
            let known = held(tx, account.id)?;
            if !is_as_it_was(&known, &account) {
                return Err(Error::from(AccountError::Wrong));
            }
            if let Some(step) = step {
                if known.totp_step.is_some_and(|used| used >= step) {
                    return Err(Error::from(AccountError::Wrong));
                }
                account::put(
                    tx,
                    &Account {
                        totp_step: Some(step),
                        ..known
                    },
                )?;
            }
            account::end_expired(tx, now)?;
            account::open_session(tx, &session)?;
            account::put_device(tx, account.id, &mark, now)?;
            if let Some(keys) = &keys {
                keys.succeeded(tx)?;
            }
            Ok(account::note(tx, &line)?)
        })?;
        Ok(signed)
    }

    /// Who comes with the token of a session or a program; `None` if it is none, has run out, or its account is disabled.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn actor_of(&self, token: &str) -> Result<Option<(Actor, Seat)>, Error> {
        let now = self.clock().now();
        let mark = digest("session", token);
        let found = self.read(|tx| {
            let Some(session) = account::session_of(tx, &mark)? else {
                return Ok::<_, Error>(None);
            };
            let account = account::get(tx, session.account)?;
            Ok(account.map(|account| (session, account)))
        })?;
        let Some((session, account)) = found else {
            return Ok(None);
        };
        let over = now >= session.expires_at
            || (session.scopes.is_none() && now >= session.created_at.plus_micros(WHOLE));
        if over || account.disabled_at.is_some() {
            return Ok(None);
        }
        let seat = Seat {
            account: account.id,
            session: session.id,
            must_change: must_change(&account, &session),
            idle: session.scopes.is_none() && now.since(session.seen_at) > SEEN,
        };
        Ok(Some((actor(&account, &session)?, seat)))
    }

    /// Notes that a session is in use, which keeps it from ending of disuse.
    ///
    /// # Errors
    /// A database that cannot be written.
    pub fn saw(&self, token: &str) -> Result<(), Error> {
        let now = self.clock().now();
        let mark = digest("session", token);
        Ok(self.write(&ones_own(), Lane::Bulk, move |tx| {
            account::touch_session(tx, &mark, now, now.plus_micros(IDLE))
        })?)
    }

    /// Whether a session or token that was shown once still holds.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn is_seated(&self, seat: Seat) -> Result<bool, Error> {
        let mut open = self.sessions(seat)?.into_iter();
        Ok(open.any(|session| session.id == seat.session))
    }

    /// Ends a session or token of one's own; whether there was such a one.
    pub fn end_session(&self, seat: Seat, id: SessionId) -> Result<bool, Error> {
        Ok(self.write(&ones_own(), Lane::Interactive, move |tx| {
            account::end_session(tx, seat.account, id)
        })?)
    }

    /// One's own sessions and tokens, the newest first.
    pub fn sessions(&self, seat: Seat) -> Result<Vec<Session>, Error> {
        let now = self.clock().now();
        let all = self.read(|tx| account::sessions(tx, seat.account))?;
        Ok(all
            .into_iter()
            .filter(|session| now < session.expires_at)
            .collect())
    }

    /// One's own account, as far as it may be shown.
    pub fn own_account(&self, seat: Seat) -> Result<Own, Error> {
        self.read(|tx| {
            let account = current(tx, seat.account)?;
            let record = store::record::optional(tx, account.unit, account.id)?;
            let name = record
                .as_ref()
                .and_then(super::called)
                .or(account.login.as_deref())
                .map(str::to_owned);
            Ok(Own {
                name: name
                    .or(record.map(|record| record.number))
                    .unwrap_or_default(),
                is_party: account.is_party,
                locale: account.locale,
                login: account.login,
                second_factor: account.totp.is_some(),
            })
        })
    }

    /// Chooses the language of one's own pages, as BCP 47 writes it.
    ///
    /// # Errors
    /// A database that cannot be written.
    pub fn choose_locale(&self, seat: Seat, locale: &str) -> Result<(), Error> {
        let locale = Some(locale.to_owned());
        self.write(&ones_own(), Lane::Interactive, move |tx| {
            let known = held(tx, seat.account)?;
            Ok(account::put(tx, &Account { locale, ..known })?)
        })
    }

    /// Changes one's own password; every other session ends, and no device is known any more.
    ///
    /// # Errors
    /// `Wrong`, `Weak`, `Busy`, `Wait`.
    pub fn change_password(
        &self,
        seat: Seat,
        old: &str,
        new: &str,
        from: &Presented,
    ) -> Result<(), Error> {
        let known = self.read(|tx| current(tx, seat.account))?;
        let login = known.login.clone().unwrap_or_default();
        let now = self.clock().now();
        // Whoever has got hold of a session must not guess the password through it.
        let mark = digest("session-password", &seat.session.to_string());
        let keys = Keys::new(&login, &from.source, Some(&mark));
        self.read(|tx| Ok::<_, Error>(keys.check(tx, now)??))?;
        if !self.turns().matches(old, known.password.as_deref())? {
            return Err(self.failed(keys, Some(known.id), "wrong-password", from)?);
        }
        password::check(&login, new)?;
        let hash = self.turns().hash(self.clock(), new)?;
        let line = self.line(Some(seat.account), "password-changed", from);
        self.write(&ones_own(), Lane::Interactive, move |tx| {
            let before = known;
            let known = held(tx, seat.account)?;
            if !is_as_it_was(&known, &before) {
                return Err(Error::from(AccountError::Wrong));
            }
            account::put(
                tx,
                &Account {
                    password: Some(hash),
                    must_change: false,
                    ..known
                },
            )?;
            account::end_sessions(tx, seat.account, Some(seat.session))?;
            account::forget_devices(tx, seat.account)?;
            Ok::<_, Error>(account::note(tx, &line)?)
        })
    }

    /// A new secret for one-time codes, as its owner's device reads it; it counts once [`Office::confirm_totp`] has seen a code of it.
    pub fn new_totp(&self, seat: Seat) -> Result<(String, String), Error> {
        let login = self.own_account(seat)?.login;
        let totp = totp(&self.clock().secret(), login)?;
        Ok((totp.get_secret_base32(), totp.get_url()))
    }

    /// Asks for one-time codes from now on. Another device takes the place of one only after [`Office::drop_totp`], which asks for the password:
    /// whoever has got hold of a session alone has not got the account.
    ///
    /// # Errors
    /// `CodeWrong`, `SecondFactorOn`.
    pub fn confirm_totp(
        &self,
        seat: Seat,
        secret: &str,
        code: &str,
        from: &Presented,
    ) -> Result<(), Error> {
        let secret = secret.to_uppercase();
        let step = matching_step(&secret, code, None, self.clock().now())
            .ok_or(AccountError::CodeWrong)?;
        let line = self.line(Some(seat.account), "second-factor-on", from);
        self.write(&ones_own(), Lane::Interactive, move |tx| {
            let known = held(tx, seat.account)?;
            if known.totp.is_some() {
                return Err(Error::from(AccountError::SecondFactorOn));
            }
            account::put(
                tx,
                &Account {
                    totp: Some(secret),
                    totp_step: Some(step),
                    ..known
                },
            )?;
            account::end_sessions(tx, seat.account, Some(seat.session))?;
            Ok::<_, Error>(account::note(tx, &line)?)
        })
    }

    /// Asks for no one-time codes any more; the password is asked for once more.
    ///
    /// # Errors
    /// `Wrong`, `Wait`, `Busy`.
    pub fn drop_totp(&self, seat: Seat, given: &str, from: &Presented) -> Result<(), Error> {
        let known = self.read(|tx| current(tx, seat.account))?;
        let now = self.clock().now();
        let mark = digest("session-password", &seat.session.to_string());
        let login = known.login.clone().unwrap_or_default();
        let keys = Keys::new(&login, &from.source, Some(&mark));
        self.read(|tx| Ok::<_, Error>(keys.check(tx, now)??))?;
        if !self.turns().matches(given, known.password.as_deref())? {
            return Err(self.failed(keys, Some(known.id), "wrong-password", from)?);
        }
        let line = self.line(Some(seat.account), "second-factor-off", from);
        self.write(&ones_own(), Lane::Interactive, move |tx| {
            let before = known;
            let known = held(tx, seat.account)?;
            if !is_as_it_was(&known, &before) {
                return Err(Error::from(AccountError::Wrong));
            }
            if known.totp.is_none() {
                return Ok(());
            }
            account::put(
                tx,
                &Account {
                    totp: None,
                    totp_step: None,
                    ..known
                },
            )?;
            Ok(account::note(tx, &line)?)
        })
    }

    /// What was done at the door of one's own account, the latest first, so many.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn own_sign_ins(&self, seat: Seat, limit: i64) -> Result<Vec<SignIn>, Error> {
        Ok(self.read(|tx| account::notes(tx, seat.account, limit))?)
    }

    /// Makes a token for a program of one's own: what its scopes say and oneself may, until it runs out.
    ///
    /// # Errors
    /// `Scopes`; a token makes no tokens.
    pub fn make_token(
        &self,
        actor: &Actor,
        account: RecordId,
        name: &str,
        scopes: &str,
        days: u16,
    ) -> Result<TokenMade, Error> {
        let scopes: Token = scopes
            .parse()
            .map_err(|error: domain::access::WrongToken| AccountError::Scopes(error.to_string()))?;
        let own = actor.member_id().map(RecordId::from) == Some(account);
        let at_machine = matches!(actor.who(), Who::Operator(_));
        if actor.came() == Came::Token || !(own || at_machine) {
            return Err(Error::Denied(domain::access::Denied::Identity));
        }
        let now = self.clock().now();
        let token = self.clock().secret();
        let session = Session {
            digest: digest("session", &token),
            id: self.clock().session_id(),
            account,
            came: Came::Token.as_str().to_owned(),
            scopes: Some(scopes.to_string()),
            name: Some(name.chars().take(100).collect()),
            agent: None,
            created_at: now,
            seen_at: now,
            expires_at: now.plus_micros(i64::from(days.clamp(1, 366)) * 86_400_000_000),
        };
        let made = TokenMade {
            id: session.id,
            token,
            expires_at: session.expires_at,
        };
        self.write(&ones_own(), Lane::Interactive, move |tx| {
            account::open_session(tx, &session)
        })?;
        Ok(made)
    }
}

/// The account, which must be there.
pub(super) fn current(tx: &mut Tx<'_>, id: RecordId) -> Result<Account, Error> {
    account::get(tx, id)?.ok_or(Error::NotFound)
}

/// As [`current`], to be changed.
pub(super) fn held(tx: &mut Tx<'_>, id: RecordId) -> Result<Account, Error> {
    account::hold(tx, id)?.ok_or(Error::NotFound)
}

/// Whether an account is open and asks for what it asked for: a proof that was judged outside a transaction holds in it.
fn is_as_it_was(known: &Account, before: &Account) -> bool {
    known.disabled_at.is_none() && known.password == before.password && known.totp == before.totp
}

/// A password that another gave is of no use to whoever came without it.
fn must_change(account: &Account, session: &Session) -> bool {
    account.must_change && session.scopes.is_none() && session.came != Came::OpenId.as_str()
}

fn actor(account: &Account, session: &Session) -> Result<Actor, Error> {
    if account.is_party {
        return Ok(Actor::party(account.unit, account.id));
    }
    let member = MemberId::from(account.id);
    Ok(match &session.scopes {
        // Scopes that this program cannot read give nothing.
        Some(scopes) => match scopes.parse() {
            Ok(token) => Actor::token(member, token),
            Err(_) => return Err(AccountError::Nobody.into()),
        },
        None => Actor::member(member, Came::named(&session.came)),
    })
}

fn totp(secret: &str, login: Option<String>) -> Result<TOTP, Error> {
    let bytes = secret.as_bytes().to_vec();
    TOTP::new(
        Algorithm::SHA1,
        6,
        1,
        STEP,
        bytes,
        Some("Guanjia".to_owned()),
        login
            .unwrap_or_else(|| "guanjia".to_owned())
            .replace(':', "-"),
    )
    .map_err(|error| Error::Usage(error.to_string()))
}

/// The period whose code this is, if it is later than the last one used: no code is used twice.
fn matching_step(secret: &str, code: &str, used: Option<i64>, now: Instant) -> Option<i64> {
    let bytes = totp_rs::Secret::Encoded(secret.to_owned())
        .to_bytes()
        .ok()?;
    let totp = TOTP::new_unchecked(Algorithm::SHA1, 6, 0, STEP, bytes, None, String::new());
    let code = code.trim();
    let current = now
        .micros()
        .div_euclid(i64::try_from(STEP).ok()? * 1_000_000);
    (current - SKEW..=current + SKEW)
        .filter(|step| used.is_none_or(|used| *step > used))
        .find(|step| {
            let at = u64::try_from(*step).unwrap_or(0) * STEP;
            totp.generate(at) == code
        })
}
