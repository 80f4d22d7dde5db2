//! Who may see and do what: one pure function over (actor, action, target), and the same policy as a [`Scope`] for lists.
//!
//! A posting holds in its unit and in those below it, so whoever calls passes the postings of the target's unit and of those above, and no
//! others. What a post may see, and which steps that every kind has it may take, stands in `posts.yaml` (`may:`); who may take a step of a
//! pack stands with the step (`by:`, `not-by:`). A step may be taken by whom the step names, on a record that his post sees. A stand-in has
//! the postings of whom he stands in for while the leave lasts.
//!
//! A [`Permit`] is made here alone, and `record::decide` takes one: a step whose check was forgotten does not compile. Nothing here knows
//! sessions, passwords or wire formats, and nothing looks anything up.

mod allow;
mod may;
mod scope;
mod standing;
mod target;
mod token;

pub(crate) use allow::said;
pub use allow::{allow, asks_grid, at_machine, conflicts, for_command, own_work};
pub use may::{EveryKind, May, Privilege, Reach};
pub use scope::Scope;
pub use standing::{Standing, Stands};
pub use target::{On, Target};
pub use token::{Token, WrongToken};

use crate::id::{HolderId, MemberId, RecordId};
use crate::name::Name;
use crate::pack::model::Step;
use crate::record::entry::BuiltIn;
use crate::record::refusal::{Code, Refusal};
use std::collections::BTreeMap;

/// Who asks, as far as rules go.
#[derive(Clone, Copy, Debug)]
pub enum Actor<'a> {
    Member {
        id: MemberId,
        /// What he is posted to at the target's unit or above.
        standing: &'a Standing<'a>,
        /// Narrower than his posts, where he comes with a token.
        token: Option<&'a Token>,
    },
    /// A customer, by the record that registers the party.
    Party { id: RecordId },
    /// Whoever runs the program on its own machine: he holds the database in his hand, so everything is his to do, under his own name.
    Operator,
    /// Schedules, timed transitions, effects.
    System,
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub enum Action<'a> {
    /// To read a record, its journal, its duties.
    See,
    /// To read what is published of a record, or of a field of it.
    SeePublished(Option<&'a Name>),
    /// To link a record of one's own to it; `own` is what one's own register entry links.
    LinkTo { own: &'a BTreeMap<Name, RecordId> },
    /// To read a private field as it is, by the posts that see it without a grant.
    Reveal { seen_by: &'a [Name] },
    /// To take a step of the pack; `open` is one.
    Take(&'a Step),
    /// To take a step that every kind has.
    BuiltIn(&'a BuiltIn),
    /// To do what is no step of a record, at the target's unit.
    Use(Privilege),
    /// To read the scorecard of somebody; `None`: everybody's.
    Score(Option<HolderId>),
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// That it exists is private too.
    Unseen,
    /// The step is not for his posts; for whom it is: `post-not-allowed`.
    Post(Refusal),
    /// Nobody decides what touches his own work.
    OwnWork,
    Privilege(Privilege),
    /// His posts would do, but the token that he came with is narrower.
    Token {
        lacks: String,
    },
    /// What is asked in somebody's name is not his to ask.
    Identity,
}

impl Denied {
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Unseen => Refusal::new(Code::RecordUnseen),
            Self::Post(refusal) => refusal.clone(),
            Self::OwnWork => Refusal::new(Code::ConflictOfInterest),
            Self::Privilege(privilege) => {
                Refusal::new(Code::PrivilegeMissing).with(privilege.as_str())
            }
            Self::Token { lacks } => Refusal::new(Code::TokenScope).with(lacks),
            Self::Identity => Refusal::new(Code::NotYourself),
        }
    }
}

/// That somebody may do something: for one step on one record, or for a privilege. Only this module makes one, and it is used up.
#[derive(Debug)]
pub struct Permit(Granted);

#[derive(Debug, PartialEq, Eq)]
enum Granted {
    Step {
        record: Option<RecordId>,
        step: Name,
    },
    Privilege(Privilege),
    Read,
    /// The program's own books.
    OwnWork,
}

impl Permit {
    /// Whether it is for this step on this record; `None` is one that is about to be opened.
    pub(crate) fn is_for(&self, record: Option<RecordId>, step: &Name) -> bool {
        matches!(&self.0, Granted::Step { record: known, step: granted } if *known == record && granted == step)
            || self.0 == Granted::Privilege(Privilege::Imports)
    }
    /// The privilege that was granted.
    pub fn privilege(&self) -> Option<Privilege> {
        match self.0 {
            Granted::Privilege(privilege) => Some(privilege),
            Granted::Step { .. } | Granted::Read | Granted::OwnWork => None,
        }
    }
}
