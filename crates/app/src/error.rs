//! What a use-case answers when it does not do what was asked.

use crate::account::AccountError;
use crate::keys::KeysError;
use domain::access::Denied;
use domain::name::Text;
use domain::pack::Fault;
use domain::record::{EvolveError, Refusal};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody was not let in, or an account not changed.
    #[error("{}", .0.text().en)]
    Account(AccountError),
    /// Business says no: every reason at once.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Refusal>),
    #[error("not found")]
    NotFound,
    /// It is not his to see or do.
    #[error("{}", .0.refusal())]
    Denied(Denied),
    /// The caller's idempotency key was used for something else.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    #[error("{} faults in the pack", .0.len())]
    Pack(Vec<Fault>),
    /// A new pack cannot read what is there: each loss, counted, and what to do about it.
    #[error("the pack would orphan records: {}", .0.iter().map(|loss| loss.en.as_str()).collect::<Vec<_>>().join("; "))]
    Orphans(Vec<Text>),
    /// A journal that its packs cannot explain.
    #[error(transparent)]
    Evolve(#[from] EvolveError),
    #[error(transparent)]
    Store(store::Error),
    /// What this process knows of the unit is not what the database says; loaded again and retried by the way in.
    #[error("configuration changed meanwhile")]
    Outdated,
    #[error("{path}: {source}")]
    File {
        path: String,
        source: std::io::Error,
    },
    /// An import that did not begin, or not end.
    #[error("{}", .reason.en)]
    Import {
        code: &'static str,
        reason: Text,
        /// Of the map.
        faults: Vec<Fault>,
    },
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error("{0}")]
    Usage(String),
    /// What was asked for cannot be understood.
    #[error("{}", .reason.en)]
    Asked {
        code: &'static str,
        /// The part of the request at fault.
        field: Option<&'static str>,
        reason: Text,
    },
}

impl Error {
    /// A part of a request that cannot be understood; what is wrong and what would do, in both languages.
    pub fn asked(
        code: &'static str,
        field: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self::Asked {
            code,
            field: Some(field),
            reason: Text::both(zh, en),
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NotFound => Self::NotFound,
            error => Self::Store(error),
        }
    }
}

impl From<AccountError> for Error {
    fn from(error: AccountError) -> Self {
        Self::Account(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

/// What a caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Mend what was asked.
    Usage,
    NotFound,
    /// Sign in first, or again.
    SignIn,
    /// Too often: wait.
    Wait,
    Denied,
    Refused,
    /// Load again and decide again.
    Stale,
    Conflict,
    /// Try again in a moment.
    Unavailable,
    /// Nothing: it is for the log.
    Internal,
}

impl Error {
    pub fn class(&self) -> Class {
        use store::Error as S;
        match self {
            Self::Usage(_) | Self::Asked { .. } => Class::Usage,
            Self::Account(error) => match error {
                AccountError::Wrong
                | AccountError::CodeNeeded
                | AccountError::CodeWrong
                | AccountError::OpenIdState
                | AccountError::OpenIdRefused(_)
                | AccountError::OpenIdUnknown
                | AccountError::Nobody => Class::SignIn,
                AccountError::Wait(_) => Class::Wait,
                AccountError::MustChange => Class::Denied,
                AccountError::LoginTaken | AccountError::SecondFactorOn | AccountError::SetUp => {
                    Class::Conflict
                }
                AccountError::Weak
                | AccountError::NoPost
                | AccountError::NoSender
                | AccountError::NoOpenId
                | AccountError::Scopes(_) => Class::Refused,
                AccountError::Busy | AccountError::OpenIdUnavailable(_) => Class::Unavailable,
            },
            // What somebody may not see does not exist for him.
            Self::NotFound | Self::Denied(Denied::Unseen) => Class::NotFound,
            Self::Denied(_) => Class::Denied,
            Self::Refused(_) => Class::Refused,
            Self::KeyReused | Self::Orphans(_) | Self::Store(S::Conflict(_)) => Class::Conflict,
            Self::Store(S::Stale) => Class::Stale,
            Self::Store(S::Busy | S::Unavailable(_) | S::Full) | Self::Outdated => {
                Class::Unavailable
            }
            Self::File { source, .. } if is_full(source) => Class::Unavailable,
            _ => Class::Internal,
        }
    }

    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusals) => refusals
                .first()
                .map_or("refused", |refusal| refusal.code.as_str()),
            Self::NotFound => "not-found",
            Self::Account(error) => error.code(),
            Self::Denied(denied) => denied.refusal().code.as_str(),
            Self::KeyReused => "key-reused",
            Self::Pack(_) => "pack-faults",
            Self::Orphans(_) => "pack-orphans",
            Self::Evolve(_) => "journal-broken",
            Self::Store(error) => error.code(),
            Self::Outdated => "outdated",
            Self::File { source, .. } if is_full(source) => "disk-full",
            Self::File { .. } => "file",
            Self::Import { code, .. } | Self::Asked { code, .. } => code,
            Self::Keys(_) => "keys",
            Self::Usage(_) => "usage",
        }
    }
}

/// No room for another file is the same trouble as no room in the database.
fn is_full(source: &std::io::Error) -> bool {
    matches!(
        source.kind(),
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_no_room_is_told_like_a_database_that_has_none() {
        let file = |kind: std::io::ErrorKind| Error::File {
            path: "report.csv".into(),
            source: kind.into(),
        };
        let full = file(std::io::ErrorKind::StorageFull);
        assert_eq!(
            (full.code(), full.class()),
            (Error::Store(store::Error::Full).code(), Class::Unavailable)
        );
        assert_eq!(file(std::io::ErrorKind::NotFound).code(), "file");
    }
}
