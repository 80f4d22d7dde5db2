//! Accounts, their sessions, tokens, one-time codes and devices, and how often somebody failed.
//!
//! What only its owner holds comes in as a digest; nothing here knows how it was made.

use crate::{Error, Row, Tx};
use domain::id::{RecordId, SessionId, UnitId};
use domain::time::Instant;

pub type Digest = [u8; 32];

/// A member's or a customer's way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Of the record that registers him.
    pub id: RecordId,
    /// Where that record stands.
    pub unit: UnitId,
    pub is_party: bool,
    /// As it is compared: in lower case.
    pub login: Option<String>,
    /// An Argon2id text.
    pub password: Option<String>,
    pub must_change: bool,
    /// The secret of one-time codes, and the last step for which one was used.
    pub totp: Option<String>,
    pub totp_step: Option<i64>,
    /// Issuer and subject at an OpenID provider.
    pub subject: Option<String>,
    /// The language of his pages, if he chose one.
    pub locale: Option<String>,
    pub disabled_at: Option<Instant>,
    pub created_at: Instant,
}

impl Account {
    /// One that nobody can come in by yet.
    pub fn of(id: RecordId, unit: UnitId, created_at: Instant) -> Self {
        Self {
            id,
            unit,
            is_party: false,
            login: None,
            password: None,
            must_change: false,
            totp: None,
            totp_step: None,
            subject: None,
            locale: None,
            disabled_at: None,
            created_at,
        }
    }
}

const ACCOUNT: &str = "id, unit_id, kind, login, password, must_change, totp, totp_step, subject, disabled_at, created_at, locale";

fn account(row: &Row<'_>) -> Result<Account, Error> {
    let kind: String = row.get(2)?;
    let must_change: i64 = row.get(5)?;
    Ok(Account {
        id: row.get(0)?,
        unit: row.get(1)?,
        is_party: kind == "party",
        login: row.get(3)?,
        password: row.get(4)?,
        must_change: must_change == 1,
        totp: row.get(6)?,
        totp_step: row.get(7)?,
        subject: row.get(8)?,
        disabled_at: row.get(9)?,
        created_at: row.get(10)?,
        locale: row.get(11)?,
    })
}

/// Writes an account, or replaces the one of that id.
///
/// # Errors
/// `Conflict` if another has its login or subject.
pub fn put(tx: &mut Tx<'_>, account: &Account) -> Result<(), Error> {
    let kind = if account.is_party { "party" } else { "member" };
    tx.run(
        "insert into account (id, unit_id, kind, login, password, must_change, totp, totp_step, subject, disabled_at, created_at, locale) \
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) on conflict (id) do update set unit_id = excluded.unit_id, login = excluded.login, \
         password = excluded.password, must_change = excluded.must_change, totp = excluded.totp, totp_step = excluded.totp_step, \
         subject = excluded.subject, disabled_at = excluded.disabled_at, locale = excluded.locale",
        &[
            &account.id, &account.unit, &kind, &account.login, &account.password, &i64::from(account.must_change), &account.totp,
            &account.totp_step, &account.subject, &account.disabled_at, &account.created_at, &account.locale,
        ],
    )
    .map(|_| ())
}

pub fn get(tx: &mut Tx<'_>, id: RecordId) -> Result<Option<Account>, Error> {
    tx.kept("account::get", id.uuid().as_bytes(), |tx| with(tx, id, ""))
}

/// As [`get`], keeping others from changing it until the transaction ends.
pub fn hold(tx: &mut Tx<'_>, id: RecordId) -> Result<Option<Account>, Error> {
    let lock = tx.lock();
    with(tx, id, lock)
}

fn with(tx: &mut Tx<'_>, id: RecordId, lock: &str) -> Result<Option<Account>, Error> {
    tx.optional(
        &format!("select {ACCOUNT} from account where id = ?1{lock}"),
        &[&id],
        account,
    )
}

pub fn by_login(tx: &mut Tx<'_>, login: &str) -> Result<Option<Account>, Error> {
    tx.optional(
        &format!("select {ACCOUNT} from account where login = ?1"),
        &[&login],
        account,
    )
}

pub fn by_subject(tx: &mut Tx<'_>, subject: &str) -> Result<Option<Account>, Error> {
    tx.optional(
        &format!("select {ACCOUNT} from account where subject = ?1"),
        &[&subject],
        account,
    )
}

/// All accounts of members, by login.
pub fn of_members(tx: &mut Tx<'_>) -> Result<Vec<Account>, Error> {
    tx.all(
        &format!("select {ACCOUNT} from account where kind = 'member' order by login, id"),
        &[],
        account,
    )
}

/// Whether there is any account of a member yet.
pub fn is_any(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let one = tx.all(
        "select 1 from account where kind = 'member' limit 1",
        &[],
        |row| row.get::<i64>(0),
    )?;
    Ok(!one.is_empty())
}

/// A session or a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub digest: Digest,
    /// By which it is named to its owner, who is not shown the digest.
    pub id: SessionId,
    pub account: RecordId,
    pub came: String,
    /// Of a token.
    pub scopes: Option<String>,
    pub name: Option<String>,
    pub agent: Option<String>,
    pub created_at: Instant,
    pub seen_at: Instant,
    pub expires_at: Instant,
}

const SESSION: &str =
    "digest, id, account_id, came, scopes, name, agent, created_at, seen_at, expires_at";

fn session(row: &Row<'_>) -> Result<Session, Error> {
    Ok(Session {
        digest: row.get(0)?,
        id: row.get(1)?,
        account: row.get(2)?,
        came: row.get(3)?,
        scopes: row.get(4)?,
        name: row.get(5)?,
        agent: row.get(6)?,
        created_at: row.get(7)?,
        seen_at: row.get(8)?,
        expires_at: row.get(9)?,
    })
}

pub fn open_session(tx: &mut Tx<'_>, session: &Session) -> Result<(), Error> {
    tx.run_one(
        "insert into session (digest, id, account_id, came, scopes, name, agent, created_at, seen_at, expires_at) \
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &[
            &session.digest, &session.id, &session.account, &session.came, &session.scopes, &session.name, &session.agent,
            &session.created_at, &session.seen_at, &session.expires_at,
        ],
    )
}

pub fn session_of(tx: &mut Tx<'_>, digest: &Digest) -> Result<Option<Session>, Error> {
    tx.kept("account::session_of", digest, |tx| {
        tx.optional(
            &format!("select {SESSION} from session where digest = ?1"),
            &[digest],
            session,
        )
    })
}

/// Of an account, the newest first.
pub fn sessions(tx: &mut Tx<'_>, account: RecordId) -> Result<Vec<Session>, Error> {
    tx.all(
        &format!(
            "select {SESSION} from session where account_id = ?1 order by created_at desc, id"
        ),
        &[&account],
        session,
    )
}

pub fn touch_session(
    tx: &mut Tx<'_>,
    digest: &Digest,
    seen_at: Instant,
    expires_at: Instant,
) -> Result<(), Error> {
    tx.run(
        "update session set seen_at = ?2, expires_at = ?3 where digest = ?1",
        &[digest, &seen_at, &expires_at],
    )
    .map(|_| ())
}

/// Ends one session of an account; whether there was such a one.
pub fn end_session(tx: &mut Tx<'_>, account: RecordId, id: SessionId) -> Result<bool, Error> {
    let ended = tx.run(
        "delete from session where account_id = ?1 and id = ?2",
        &[&account, &id],
    )?;
    Ok(ended > 0)
}

/// Ends every session of an account, and its tokens, but the one that is kept.
pub fn end_sessions(
    tx: &mut Tx<'_>,
    account: RecordId,
    kept: Option<SessionId>,
) -> Result<(), Error> {
    match kept {
        Some(kept) => tx.run(
            "delete from session where account_id = ?1 and id <> ?2",
            &[&account, &kept],
        ),
        None => tx.run("delete from session where account_id = ?1", &[&account]),
    }
    .map(|_| ())
}

/// Ends what has run out.
pub fn end_expired(tx: &mut Tx<'_>, now: Instant) -> Result<(), Error> {
    tx.run("delete from session where expires_at < ?1", &[&now])?;
    tx.run("delete from code where expires_at < ?1", &[&now])?;
    tx.run(
        "delete from failure where until_at < ?1 and last_at < ?1 - 86400000000",
        &[&now],
    )
    .map(|_| ())
}

/// What a code is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub digest: Digest,
    pub purpose: String,
    pub account: Option<RecordId>,
    pub unit: Option<UnitId>,
    pub expires_at: Instant,
}

/// Keeps a code; one for the same purpose and person takes the place of those before.
pub fn put_code(tx: &mut Tx<'_>, code: &Code) -> Result<(), Error> {
    match code.account {
        Some(account) => tx.run(
            "delete from code where purpose = ?1 and account_id = ?2",
            &[&code.purpose, &account],
        )?,
        None => tx.run(
            "delete from code where purpose = ?1 and account_id is null",
            &[&code.purpose],
        )?,
    };
    tx.run_one(
        "insert into code (digest, purpose, account_id, unit_id, expires_at) values (?1, ?2, ?3, ?4, ?5)",
        &[&code.digest, &code.purpose, &code.account, &code.unit, &code.expires_at],
    )
}

/// Takes a code, which is gone then; `None` if there is none or it has run out.
pub fn take_code(
    tx: &mut Tx<'_>,
    purpose: &str,
    digest: &Digest,
    now: Instant,
) -> Result<Option<Code>, Error> {
    let found = tx.optional(
        "delete from code where digest = ?1 and purpose = ?2 returning digest, purpose, account_id, unit_id, expires_at",
        &[digest, &purpose],
        |row| {
            Ok(Code {
                digest: row.get(0)?,
                purpose: row.get(1)?,
                account: row.get(2)?,
                unit: row.get(3)?,
                expires_at: row.get(4)?,
            })
        },
    )?;
    Ok(found.filter(|code| now < code.expires_at))
}

/// Ends the codes of a purpose that somebody has.
pub fn end_codes(tx: &mut Tx<'_>, purpose: &str, account: RecordId) -> Result<(), Error> {
    tx.run(
        "delete from code where purpose = ?1 and account_id = ?2",
        &[&purpose, &account],
    )
    .map(|_| ())
}

/// How often something failed, and until when it is not tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    pub count: i64,
    pub until: i64,
    pub last: i64,
}

pub fn failures(tx: &mut Tx<'_>, digest: &Digest) -> Result<Failures, Error> {
    counted(tx, digest, "")
}

/// As [`failures`], keeping others from counting until the transaction ends.
pub fn hold_failures(tx: &mut Tx<'_>, digest: &Digest) -> Result<Failures, Error> {
    let lock = tx.lock();
    counted(tx, digest, lock)
}

fn counted(tx: &mut Tx<'_>, digest: &Digest, lock: &str) -> Result<Failures, Error> {
    let found = tx.optional(
        &format!("select failures, until_at, last_at from failure where digest = ?1{lock}"),
        &[digest],
        |row| {
            Ok(Failures {
                count: row.get(0)?,
                until: row.get(1)?,
                last: row.get(2)?,
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}

pub fn put_failures(tx: &mut Tx<'_>, digest: &Digest, failures: Failures) -> Result<(), Error> {
    tx.run(
        "insert into failure (digest, failures, until_at, last_at) values (?1, ?2, ?3, ?4) on conflict (digest) do update set \
         failures = excluded.failures, until_at = excluded.until_at, last_at = excluded.last_at",
        &[digest, &failures.count, &failures.until, &failures.last],
    )
    .map(|_| ())
}

pub fn clear_failures(tx: &mut Tx<'_>, digest: &Digest) -> Result<(), Error> {
    tx.run("delete from failure where digest = ?1", &[digest])
        .map(|_| ())
}

/// Whether somebody has signed in on this device before.
pub fn knows_device(tx: &mut Tx<'_>, account: RecordId, digest: &Digest) -> Result<bool, Error> {
    let found = tx.optional(
        "select seen_at from device where account_id = ?1 and digest = ?2",
        &[&account, digest],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

pub fn put_device(
    tx: &mut Tx<'_>,
    account: RecordId,
    digest: &Digest,
    at: Instant,
) -> Result<(), Error> {
    tx.run(
        "insert into device (account_id, digest, seen_at) values (?1, ?2, ?3) on conflict (account_id, digest) do update set seen_at = excluded.seen_at",
        &[&account, digest, &at],
    )
    .map(|_| ())
}

pub fn forget_devices(tx: &mut Tx<'_>, account: RecordId) -> Result<(), Error> {
    tx.run("delete from device where account_id = ?1", &[&account])
        .map(|_| ())
}

/// A line of who signed in and who tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    pub id: SessionId,
    pub at: Instant,
    pub account: Option<RecordId>,
    pub what: String,
    pub source: Option<String>,
}

pub fn note(tx: &mut Tx<'_>, line: &SignIn) -> Result<(), Error> {
    tx.run_one(
        "insert into sign_in (id, at, account_id, what, source) values (?1, ?2, ?3, ?4, ?5)",
        &[&line.id, &line.at, &line.account, &line.what, &line.source],
    )
}

/// The latest lines of an account.
pub fn notes(tx: &mut Tx<'_>, account: RecordId, limit: i64) -> Result<Vec<SignIn>, Error> {
    tx.all(
        "select id, at, account_id, what, source from sign_in where account_id = ?1 order by at desc, id limit ?2",
        &[&account, &limit],
        |row| {
            Ok(SignIn {
                id: row.get(0)?,
                at: row.get(1)?,
                account: row.get(2)?,
                what: row.get(3)?,
                source: row.get(4)?,
            })
        },
    )
}
