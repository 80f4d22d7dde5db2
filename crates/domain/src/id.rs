//! Identities: UUIDv7 newtypes. No function takes a raw `Uuid`, so a unit cannot be passed where a record is meant.
//! This module makes no ids; whoever has a clock does.

use crate::time::Instant;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
pub use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// Company, region or project (组织单元); the first column of every operational key.
    UnitId,
    /// A record (记录).
    RecordId,
    /// A member of staff (员工): the id of the record that registers him.
    MemberId,
    /// A team (班组): the id of the record that registers it.
    TeamId,
    /// A batch of imported rows, undone as a whole.
    ImportId,
    /// A session, a token or a line of who signed in.
    SessionId,
    /// Whose figures: a member, a team or a unit, whose ids never meet.
    HolderId,
}

/// An id that follows from what it is for: whoever makes it again makes the same. It sorts by `at` among the others.
pub fn derived(at: Instant, parts: &[&[u8]]) -> Uuid {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    let hash: [u8; 32] = sha.finalize().into();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&hash[..16]);
    let millis = u64::try_from(at.micros().div_euclid(1_000)).unwrap_or(0);
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

impl RecordId {
    /// Before and after every other.
    pub const LEAST: Self = Self(Uuid::nil());
    pub const GREATEST: Self = Self(Uuid::max());
}

impl From<RecordId> for MemberId {
    fn from(id: RecordId) -> Self {
        Self(id.0)
    }
}
impl From<RecordId> for TeamId {
    fn from(id: RecordId) -> Self {
        Self(id.0)
    }
}
impl From<MemberId> for HolderId {
    fn from(id: MemberId) -> Self {
        Self(id.0)
    }
}
impl From<TeamId> for HolderId {
    fn from(id: TeamId) -> Self {
        Self(id.0)
    }
}
impl From<UnitId> for HolderId {
    fn from(id: UnitId) -> Self {
        Self(id.0)
    }
}
impl From<MemberId> for RecordId {
    fn from(id: MemberId) -> Self {
        Self(id.0)
    }
}
