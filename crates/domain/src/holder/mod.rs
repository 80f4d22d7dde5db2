//! Who holds a duty, who is credited with it, who is charged for it (S5).
//!
//! A duty names its holder as a list, and the first that exists holds it. What a unit, a team or a pool held is nobody's personal miss.
//! Posts, teams and links are names of a pack: nothing here knows a trade.

mod charge;
mod fair;

pub use charge::{Charge, Charged, Credit, Held, charge, credit, holder_at};
pub use fair::{Answering, Fair, Group, Verdict, fair_due, fair_span, groups, verdicts};

use crate::id::{MemberId, TeamId};
use crate::name::Name;
use crate::roster::Roster;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// Who holds a duty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    Member(MemberId),
    /// Several members of a post who are there: whoever acts first takes it (S5.2).
    Pool {
        post: Name,
    },
    Team(TeamId),
    Unit,
}

/// One of the list of those who may hold a duty (S5.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HolderRule {
    /// Who opened the record.
    Creator,
    /// Who took the step that started the duty.
    Doer,
    /// Who works on the record.
    Assignee,
    /// Who planned the roster: its latest shift.
    Planner,
    /// Who serves the grid of the place behind a link.
    GridOf(Name),
    /// Members of the post who are on shift.
    OnDuty(Name),
    Post(Name),
    /// A team by its code, or the record's own.
    Team(Option<Name>),
    /// A member in a field, or behind a link.
    Field(Name),
    Unit,
}

/// What the rules of a list look up in a record.
pub struct Context<'a> {
    pub creator: Option<MemberId>,
    pub doer: Option<MemberId>,
    pub assignee: Option<MemberId>,
    /// The record's own team.
    pub team: Option<TeamId>,
    /// The code of the grid of the place behind a link.
    pub grid_of: &'a dyn Fn(&Name) -> Option<Name>,
    /// The member in a field or behind a link.
    pub field: &'a dyn Fn(&Name) -> Option<MemberId>,
}

/// Who holds it, and how that came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub holder: Holder,
    /// Nobody of the list was there, so the unit holds it and its manager sees it (S5.1).
    pub manager_sees: bool,
}

/// The first of the list that exists holds the duty; a member who is gone, on leave or off shift gives way to his stand-in, else to the
/// next of the list; where nobody exists the unit holds it (S5.1).
pub fn choose(list: &[HolderRule], roster: &Roster, at: Instant, context: &Context<'_>) -> Choice {
    for (place, rule) in list.iter().enumerate() {
        if *rule == HolderRule::Unit {
            return Choice {
                holder: Holder::Unit,
                manager_sees: place > 0,
            };
        }
        if let Some(holder) = found(rule, roster, at, context) {
            return Choice {
                holder,
                manager_sees: false,
            };
        }
    }
    Choice {
        holder: Holder::Unit,
        manager_sees: true,
    }
}

fn found(rule: &HolderRule, roster: &Roster, at: Instant, context: &Context<'_>) -> Option<Holder> {
    let member =
        |id: Option<MemberId>| id.and_then(|id| roster.present(id, at)).map(Holder::Member);
    match rule {
        HolderRule::Creator => member(context.creator),
        HolderRule::Doer => member(context.doer),
        HolderRule::Assignee => member(context.assignee),
        HolderRule::Planner => member(roster.planner()),
        HolderRule::Field(name) => member((context.field)(name)),
        HolderRule::GridOf(link) => {
            let grid = (context.grid_of)(link)?;
            of_grid(roster, grid.as_str(), at)
        }
        HolderRule::OnDuty(post) => on_duty(roster, post, at),
        HolderRule::Post(post) => of_post(roster, post, at),
        HolderRule::Team(Some(code)) => roster.team(code.as_str()).map(Holder::Team),
        HolderRule::Team(None) => context.team.map(Holder::Team),
        HolderRule::Unit => Some(Holder::Unit),
    }
}

/// Who serves the grid: the latest posting of those who are there, else the first stand-in who is.
pub fn of_grid(roster: &Roster, grid: &str, at: Instant) -> Option<Holder> {
    let members = roster.members_of_grid(grid, at);
    let there = members
        .iter()
        .copied()
        .find(|member| roster.is_present(*member, at));
    let there = there.or_else(|| {
        members
            .iter()
            .find_map(|member| roster.present(*member, at))
    });
    there.map(Holder::Member)
}

/// Those of the post who are on shift now, without stand-ins: one holds it himself, several are a pool (S5.1, S5.2).
pub fn on_duty(roster: &Roster, post: &Name, at: Instant) -> Option<Holder> {
    let members = roster.members_of_post(post, at).into_iter();
    one_or_pool(
        members
            .filter(|member| roster.is_present(*member, at))
            .collect(),
        post,
    )
}

/// Those of the post, with stand-ins for who is away: one holds it himself, several are a pool (S5.1, S5.2).
pub fn of_post(roster: &Roster, post: &Name, at: Instant) -> Option<Holder> {
    let members = roster.members_of_post(post, at).into_iter();
    one_or_pool(
        members
            .filter_map(|member| roster.present(member, at))
            .collect(),
        post,
    )
}

fn one_or_pool(mut members: Vec<MemberId>, post: &Name) -> Option<Holder> {
    members.sort_unstable();
    members.dedup();
    match members[..] {
        [] => None,
        [member] => Some(Holder::Member(member)),
        _ => Some(Holder::Pool { post: post.clone() }),
    }
}
