//! Who works where, who is on duty, on leave, standing in (S5.1).
//!
//! A roster is a plain list of what the registers of a unit say; it answers for any instant, past ones too, and knows nothing of duties.
//! Where no shifts are kept for a member he counts as there; where they are kept he is there during his shifts.

use crate::calendar::{NoCalendarData, SpecialDays, WorkingHours};
use crate::id::{MemberId, TeamId};
use crate::name::Name;
use crate::pack::model::Unmanned;
use crate::time::{Day, Instant, Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A member's post over a span of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    pub member: MemberId,
    pub post: Name,
    /// The grid that he serves in it, by its code.
    pub grid: Option<Name>,
    pub team: Option<TeamId>,
    pub from: Instant,
    /// Exclusive.
    pub until: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    pub member: MemberId,
    pub from: Instant,
    /// Exclusive.
    pub until: Option<Instant>,
    pub stand_in: Option<MemberId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub member: MemberId,
    pub from: Instant,
    /// Exclusive.
    pub until: Instant,
    /// Who put it into the roster; `None` if a program did.
    pub planned_by: Option<MemberId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    pub id: TeamId,
    pub code: Name,
}

/// The registers of one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    pub postings: Vec<Posting>,
    pub leaves: Vec<Leave>,
    pub shifts: Vec<Shift>,
    pub teams: Vec<Team>,
}

/// A shift so near says that the member's shifts are kept: farther from any he counts as there.
const ROSTERED: i64 = 7 * 86_400_000_000;
const MINUTE: i64 = 60_000_000;

fn holds(from: Instant, until: Option<Instant>, at: Instant) -> bool {
    from <= at && until.is_none_or(|until| at < until)
}

impl Roster {
    /// Postings that hold at the instant.
    pub fn postings_at(&self, at: Instant) -> impl Iterator<Item = &Posting> {
        self.postings
            .iter()
            .filter(move |posting| holds(posting.from, posting.until, at))
    }

    /// Members with the post, each once, in the order of their ids.
    pub fn members_of_post(&self, post: &Name, at: Instant) -> BTreeSet<MemberId> {
        self.postings_at(at)
            .filter(|posting| posting.post == *post)
            .map(|posting| posting.member)
            .collect()
    }

    /// How many members hold one of the posts, each counted once.
    pub fn heads(&self, posts: &[Name], at: Instant) -> usize {
        let held = self.postings_at(at).filter(|it| posts.contains(&it.post));
        held.map(|it| it.member).collect::<BTreeSet<_>>().len()
    }

    /// Members of the team, each once.
    pub fn members_of_team(&self, team: TeamId, at: Instant) -> BTreeSet<MemberId> {
        self.postings_at(at)
            .filter(|posting| posting.team == Some(team))
            .map(|posting| posting.member)
            .collect()
    }

    /// Whether he has the post at the instant.
    pub fn has_post(&self, member: MemberId, post: &Name, at: Instant) -> bool {
        self.postings_at(at)
            .any(|posting| posting.member == member && posting.post == *post)
    }

    /// Whether he has any post at the instant.
    pub fn is_member(&self, member: MemberId, at: Instant) -> bool {
        self.postings_at(at).any(|posting| posting.member == member)
    }

    /// The teams he belongs to.
    pub fn teams_of(&self, member: MemberId, at: Instant) -> BTreeSet<TeamId> {
        self.postings_at(at)
            .filter(|posting| posting.member == member)
            .filter_map(|posting| posting.team)
            .collect()
    }

    pub fn team(&self, code: &str) -> Option<TeamId> {
        self.teams
            .iter()
            .find(|team| team.code == *code)
            .map(|team| team.id)
    }

    /// Who serves the grid, the latest posting first.
    pub fn members_of_grid(&self, grid: &str, at: Instant) -> Vec<MemberId> {
        let mut postings: Vec<_> = self
            .postings_at(at)
            .filter(|posting| posting.grid.as_ref().is_some_and(|code| *code == *grid))
            .collect();
        postings.sort_by_key(|posting| (std::cmp::Reverse(posting.from), posting.member));
        postings.into_iter().map(|posting| posting.member).collect()
    }

    /// Has left: there are postings of his, and none holds.
    pub fn is_gone(&self, member: MemberId, at: Instant) -> bool {
        self.postings.iter().any(|posting| posting.member == member)
            && !self.postings_at(at).any(|posting| posting.member == member)
    }

    pub fn leave(&self, member: MemberId, at: Instant) -> Option<&Leave> {
        self.leaves
            .iter()
            .find(|leave| leave.member == member && holds(leave.from, leave.until, at))
    }

    /// His shifts are kept and none of them holds.
    pub fn is_off_shift(&self, member: MemberId, at: Instant) -> bool {
        let mut rostered = false;
        for shift in self.shifts.iter().filter(|shift| shift.member == member) {
            if holds(shift.from, Some(shift.until), at) {
                return false;
            }
            let near = shift.from.since(at).max(at.since(shift.until));
            rostered |= near < ROSTERED;
        }
        rostered
    }

    /// Neither gone, on leave nor off shift.
    pub fn is_present(&self, member: MemberId, at: Instant) -> bool {
        !self.is_gone(member, at)
            && self.leave(member, at).is_none()
            && !self.is_off_shift(member, at)
    }

    /// The member if he is there, else whoever stands in for him and is there (S5.1).
    pub fn present(&self, member: MemberId, at: Instant) -> Option<MemberId> {
        if self.is_present(member, at) {
            return Some(member);
        }
        let stand_in = self.leave(member, at)?.stand_in?;
        self.is_present(stand_in, at).then_some(stand_in)
    }

    /// When he was on leave or off shift within the span, in order and apart.
    pub fn absences(
        &self,
        member: MemberId,
        from: Instant,
        until: Instant,
    ) -> Vec<(Instant, Instant)> {
        let mut edges: BTreeSet<Instant> = [from, until].into();
        for leave in self.leaves.iter().filter(|leave| leave.member == member) {
            edges.insert(leave.from);
            edges.extend(leave.until);
        }
        for shift in self.shifts.iter().filter(|shift| shift.member == member) {
            let near = [
                shift.from.plus_micros(1 - ROSTERED),
                shift.until.plus_micros(ROSTERED),
            ];
            edges.extend(near.into_iter().chain([shift.from, shift.until]));
        }
        let edges: Vec<Instant> = edges
            .into_iter()
            .filter(|at| (from..=until).contains(at))
            .collect();
        let mut absences: Vec<(Instant, Instant)> = Vec::new();
        for pair in edges.windows(2) {
            let &[begin, end] = pair else { continue };
            if self.leave(member, begin).is_none() && !self.is_off_shift(member, begin) {
                continue;
            }
            match absences.last_mut() {
                Some(last) if last.1 == begin => last.1 = end,
                _ => absences.push((begin, end)),
            }
        }
        absences
    }

    /// Who planned the latest of the shifts.
    pub fn planner(&self) -> Option<MemberId> {
        let planned = |shift: &Shift| Some((shift.from, shift.planned_by?));
        self.shifts
            .iter()
            .filter_map(planned)
            .max()
            .map(|(_, by)| by)
    }

    /// When nobody of the posts is there within the span, in order and apart. Of a post without shifts everybody counts as there.
    pub fn unmanned(
        &self,
        posts: &[Name],
        from: Instant,
        until: Instant,
    ) -> Vec<(Instant, Instant)> {
        let mut edges: BTreeSet<Instant> = [from, until].into();
        let of_posts = |posting: &&Posting| posts.contains(&posting.post);
        for posting in self.postings.iter().filter(of_posts) {
            edges.insert(posting.from);
            edges.extend(posting.until);
            for (begin, end) in self.absences(posting.member, from, until) {
                edges.extend([begin, end]);
            }
        }
        let edges: Vec<Instant> = edges.range(from..=until).copied().collect();
        let mut open: Vec<(Instant, Instant)> = Vec::new();
        for pair in edges.windows(2) {
            let &[begin, end] = pair else { continue };
            let there = |posting: &Posting| self.is_present(posting.member, begin);
            if self.postings_at(begin).filter(of_posts).any(there) {
                continue;
            }
            match open.last_mut() {
                Some(last) if last.1 == begin => last.1 = end,
                _ => open.push((begin, end)),
            }
        }
        open
    }

    /// Minutes of the promised hours in which nobody of the posts is there, of that day which is left open longest (STAFF-13). The days begin
    /// `after` days behind `today`; `hours` are the promised ones, `None` around the clock.
    ///
    /// # Errors
    /// The hours depend on whether a day is a working day, and its year has no data.
    pub fn worst_gap(
        &self,
        promised: &Unmanned,
        hours: Option<&WorkingHours>,
        special: &SpecialDays,
        zone: &Zone,
        today: Day,
    ) -> Result<i64, NoCalendarData> {
        let mut worst = 0;
        for offset in 0..promised.days {
            let day = today.plus_days(i64::from(promised.after) + i64::from(offset));
            let open = match hours {
                Some(hours) => hours.intervals_of(day, special, zone)?,
                None => vec![(zone.start_of(day), zone.end_of(day))],
            };
            let gaps = open
                .into_iter()
                .flat_map(|(from, until)| self.unmanned(&promised.posts, from, until));
            let micros: i64 = gaps.map(|(from, until)| until.since(from)).sum();
            worst = worst.max(micros / MINUTE);
        }
        Ok(worst)
    }
}
