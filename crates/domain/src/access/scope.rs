//! What somebody sees of a unit, as a list needs it: the policy for [`super::Action::See`], turned round.

use super::target::{is_about_member, party_links};
use super::{Actor, Reach};
use crate::id::{HolderId, MemberId, RecordId, TeamId};
use crate::name::Name;
use crate::pack::model::{Pack, Role};
use std::collections::{BTreeMap, BTreeSet};

/// Which records of a unit somebody sees: the union of its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Everything.
    pub all: bool,
    /// All records of these kinds.
    pub kinds: BTreeSet<Name>,
    /// By kind the grids in which all are seen.
    pub grids: BTreeMap<Name, BTreeSet<Name>>,
    /// Whose own records are seen, of which kinds.
    pub own: Option<Own>,
    /// What a customer is linked to, by kind and the name of the link; his own record too.
    pub party: Option<(RecordId, BTreeSet<(Name, Name)>)>,
    /// What is published, by kind the states in which it is.
    pub published: BTreeMap<Name, BTreeSet<Name>>,
}

/// See [`Reach::Own`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    pub member: MemberId,
    pub teams: BTreeSet<TeamId>,
    pub kinds: BTreeSet<Name>,
    /// Those of the kinds that are registers of members, and those whose records link the member of whom they speak.
    pub members: BTreeSet<Name>,
    pub about: BTreeSet<Name>,
}

impl Own {
    /// Himself and his teams, as holders.
    pub fn holders(&self) -> impl Iterator<Item = HolderId> + '_ {
        let teams = self.teams.iter().map(|team| HolderId::from(*team));
        std::iter::once(self.member.into()).chain(teams)
    }
}

impl Scope {
    /// What the actor sees in the unit whose postings his standing was read from.
    pub fn of(pack: &Pack, actor: Actor<'_>) -> Self {
        let mut scope = Self::default();
        match actor {
            Actor::Operator | Actor::System => scope.all = true,
            Actor::Party { id } => {
                let links = pack.kinds.values().flat_map(|kind| {
                    party_links(kind).map(|link| (kind.name.clone(), link.clone()))
                });
                scope.party = Some((id, links.collect()));
            }
            Actor::Member {
                id,
                standing,
                token,
            } => {
                let mut own = Own {
                    member: id,
                    teams: standing
                        .postings()
                        .filter_map(|posting| posting.team)
                        .collect(),
                    kinds: BTreeSet::new(),
                    members: BTreeSet::new(),
                    about: BTreeSet::new(),
                };
                for posting in standing.postings() {
                    let Some(post) = pack.posts.get(&posting.post) else {
                        continue;
                    };
                    for kind in pack.kinds.values() {
                        if token.is_some_and(|token| !token.sees(&kind.name)) {
                            continue;
                        }
                        let reach = post.may.reach(&kind.name);
                        if reach == Reach::Unit {
                            scope.kinds.insert(kind.name.clone());
                        }
                        if let (Reach::Grid, Some(grid)) = (reach, &posting.grid) {
                            let grids = scope.grids.entry(kind.name.clone()).or_default();
                            grids.insert(grid.clone());
                        }
                        if matches!(reach, Reach::Grid | Reach::Own) {
                            own.kinds.insert(kind.name.clone());
                            match kind.role {
                                Some(Role::Member) => own.members.insert(kind.name.clone()),
                                Some(role) if is_about_member(role) => {
                                    own.about.insert(kind.name.clone())
                                }
                                _ => false,
                            };
                        }
                    }
                }
                own.kinds.retain(|kind| !scope.kinds.contains(kind));
                scope.grids.retain(|kind, _| !scope.kinds.contains(kind));
                scope.own = (!own.kinds.is_empty()).then_some(own);
            }
        }
        scope
    }

    /// What is published for the actor in his unit: the policy for [`super::Action::SeePublished`]. Voided records are for the reader to leave out.
    pub fn of_published(pack: &Pack, actor: Actor<'_>) -> Self {
        let (Actor::Operator | Actor::System | Actor::Party { .. }) = actor else {
            return Self::default();
        };
        let states = pack.kinds.values().filter_map(|kind| {
            let published = kind.published.as_ref()?;
            Some((
                kind.name.clone(),
                published.states.iter().cloned().collect(),
            ))
        });
        Self {
            published: states.collect(),
            ..Self::default()
        }
    }

    /// Whether it holds a record: what a list that a store makes of it must agree with.
    pub fn holds(&self, on: super::On<'_>, standing: &super::Standing<'_>) -> bool {
        let (kind, Some(record)) = (on.kind, on.record) else {
            return false;
        };
        if self.sees_all_of(&kind.name) {
            return true;
        }
        let in_grid = |grids: &BTreeSet<Name>| on.grid.is_some_and(|grid| grids.contains(grid));
        if self.grids.get(&kind.name).is_some_and(in_grid) {
            return true;
        }
        let shown = self.published.get(&kind.name);
        if shown.is_some_and(|states| states.contains(&record.state)) {
            return true;
        }
        if let Some(own) = &self.own
            && own.kinds.contains(&kind.name)
            && on.is_own(own.member, standing)
        {
            return true;
        }
        self.party.as_ref().is_some_and(|(party, links)| {
            let linked = |(of, link): &(Name, Name)| *of == kind.name && on.is_party(link, *party);
            record.id == *party || links.iter().any(linked)
        })
    }

    /// All that there is: for the system's own work.
    pub fn everything() -> Self {
        Self {
            all: true,
            ..Self::default()
        }
    }

    /// Nothing at all.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether records of the kind are seen in the whole unit.
    pub fn sees_all_of(&self, kind: &Name) -> bool {
        self.all || self.kinds.contains(kind)
    }
}
