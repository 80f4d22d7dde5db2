//! Where a member stands at an instant: his postings, and those of whom he stands in for.

use crate::id::{MemberId, TeamId};
use crate::name::Name;
use crate::roster::{Posting, Roster};
use crate::time::Instant;
use std::collections::HashMap;

/// The postings of a roster by member, made once for a roster and asked at every step.
#[derive(Clone, Debug, Default)]
pub struct Stands {
    postings: HashMap<MemberId, Vec<Posting>>,
    /// Whom somebody stands in for, from when until when.
    stand_ins: HashMap<MemberId, Vec<(MemberId, Instant, Option<Instant>)>>,
}

impl Stands {
    pub fn of(roster: &Roster) -> Self {
        let mut stands = Self::default();
        for posting in &roster.postings {
            let list = stands.postings.entry(posting.member).or_default();
            list.push(posting.clone());
        }
        for leave in &roster.leaves {
            if let Some(stand_in) = leave.stand_in {
                let list = stands.stand_ins.entry(stand_in).or_default();
                list.push((leave.member, leave.from, leave.until));
            }
        }
        stands
    }

    /// What a member is posted to at the instant.
    pub fn at(&self, member: MemberId, at: Instant) -> Standing<'_> {
        let holds = |from: Instant, until: Option<Instant>| {
            from <= at && until.is_none_or(|until| at < until)
        };
        let postings_of = |member: &MemberId| {
            let list = self.postings.get(member).map_or(&[][..], Vec::as_slice);
            list.iter()
                .filter(move |posting| holds(posting.from, posting.until))
        };
        let mut postings: Vec<&Posting> = postings_of(&member).collect();
        // Whoever has left stands in for nobody.
        if !postings.is_empty()
            && let Some(absent) = self.stand_ins.get(&member)
        {
            for (absent, from, until) in absent {
                if holds(*from, *until) && *absent != member {
                    postings.extend(postings_of(absent));
                }
            }
        }
        Standing { postings }
    }
}

/// The postings that hold, a stand-in's with those of whom he stands in for. Empty: he does not work here.
#[derive(Clone, Debug, Default)]
pub struct Standing<'a> {
    postings: Vec<&'a Posting>,
}

impl<'a> Standing<'a> {
    pub fn of(postings: Vec<&'a Posting>) -> Self {
        Self { postings }
    }
    pub fn is_none(&self) -> bool {
        self.postings.is_empty()
    }
    pub fn postings(&self) -> impl Iterator<Item = &'a Posting> + '_ {
        self.postings.iter().copied()
    }
    pub fn is_in_team(&self, team: TeamId) -> bool {
        self.postings().any(|posting| posting.team == Some(team))
    }
    pub fn has_post(&self, post: &Name) -> bool {
        self.postings().any(|posting| posting.post == *post)
    }
}
