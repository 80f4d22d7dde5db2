//! What a post may see and do beside the steps that name it, as `posts.yaml` says.

use crate::name::Name;
use crate::record::entry::BuiltIn;
use std::collections::{BTreeMap, BTreeSet};

/// How far a post sees the records of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    #[default]
    None,
    /// Those that one opened, works on, is named by, or whose next duty one holds, oneself or by one's team.
    Own,
    /// And those at places of the grid that one serves.
    Grid,
    /// All of the unit.
    Unit,
}

impl Reach {
    pub const ALL: [Self; 4] = [Self::None, Self::Own, Self::Grid, Self::Unit];
    /// As a pack writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Own => "own",
            Self::Grid => "grid",
            Self::Unit => "unit",
        }
    }
}

/// What is no step of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Privilege {
    /// Accounts of members and owners, their sessions and tokens.
    Accounts,
    /// To add regions and projects.
    Units,
    /// To check and activate packs.
    Packs,
    /// To see what parameters would change, and to correct calendars.
    Parameters,
    Imports,
    Exports,
    /// To read others' scorecards.
    Scores,
    Seal,
    /// To decide appeals.
    Appeals,
    /// To read who signed in, and to verify the journals.
    Audit,
    /// To see work that waits or was given up, and to say which other programs are told what happens.
    Integrations,
}

impl Privilege {
    pub const ALL: [Self; 11] = [
        Self::Accounts,
        Self::Units,
        Self::Packs,
        Self::Parameters,
        Self::Imports,
        Self::Exports,
        Self::Scores,
        Self::Seal,
        Self::Appeals,
        Self::Audit,
        Self::Integrations,
    ];
    /// As a pack and a token write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Units => "units",
            Self::Packs => "packs",
            Self::Parameters => "parameters",
            Self::Imports => "imports",
            Self::Exports => "exports",
            Self::Scores => "scores",
            Self::Seal => "seal",
            Self::Appeals => "appeals",
            Self::Audit => "audit",
            Self::Integrations => "integrations",
        }
    }
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// A step that every kind has and that a post needs leave for, wherever its `may` says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EveryKind {
    Excuse,
    HandOver,
    Merge,
    Unmerge,
    Void,
    Recompute,
    /// To erase what is kept of a person.
    Erase,
}

impl EveryKind {
    pub const ALL: [Self; 7] = [
        Self::Excuse,
        Self::HandOver,
        Self::Merge,
        Self::Unmerge,
        Self::Void,
        Self::Recompute,
        Self::Erase,
    ];
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Excuse => "excuse",
            Self::HandOver => "hand-over",
            Self::Merge => "merge",
            Self::Unmerge => "unmerge",
            Self::Void => "void",
            Self::Recompute => "recompute",
            Self::Erase => "erase",
        }
    }
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
    /// What a built-in step needs leave for; `None` where its own rules say all: one's own correction within its time, a second person,
    /// the posts of an approval's stage, a duty out of a pool.
    pub fn of(change: &BuiltIn) -> Option<Self> {
        Some(match change {
            BuiltIn::Excuse { .. } | BuiltIn::ExcuseRecord => Self::Excuse,
            BuiltIn::HandOver { .. } | BuiltIn::Depart { .. } => Self::HandOver,
            BuiltIn::Merge { .. } => Self::Merge,
            BuiltIn::Unmerge => Self::Unmerge,
            BuiltIn::Void => Self::Void,
            BuiltIn::Recompute { .. } => Self::Recompute,
            BuiltIn::Erase { .. } => Self::Erase,
            BuiltIn::Correct { .. }
            | BuiltIn::CorrectTime { .. }
            | BuiltIn::Take { .. }
            | BuiltIn::Approve { .. }
            | BuiltIn::Return { .. }
            | BuiltIn::Recur { .. }
            | BuiltIn::Lapse { .. }
            | BuiltIn::Migrate(_)
            | BuiltIn::NotApplied { .. }
            | BuiltIn::Settle { .. }
            | BuiltIn::Arrive(_) => return None,
        })
    }
}

/// What a post may, with every default worked out: each kind of the pack has its reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct May {
    pub see: BTreeMap<Name, Reach>,
    /// By kind.
    pub take: BTreeMap<Name, BTreeSet<EveryKind>>,
    pub run: BTreeSet<Privilege>,
}

impl May {
    pub fn reach(&self, kind: &Name) -> Reach {
        self.see.get(kind).copied().unwrap_or_default()
    }
    pub fn takes(&self, kind: &Name, step: EveryKind) -> bool {
        self.take
            .get(kind)
            .is_some_and(|steps| steps.contains(&step))
    }
}
