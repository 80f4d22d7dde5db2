//! The policy.

use super::may::{EveryKind, Privilege, Reach};
use super::standing::{Standing, Stands};
use super::target::{On, Target, party_links};
use super::{Action, Actor, Denied, Granted, Permit, Token};
use crate::id::{HolderId, MemberId, RecordId};
use crate::name::Name;
use crate::pack::model::{Kind, Pack, Step, Who};
use crate::published::is_shown;
use crate::record::entry::{BuiltIn, By, Via};
use crate::record::refusal::{Code, Refusal};
use crate::record::{Command, Record};
use crate::roster::Posting;
use crate::time::Instant;
use std::collections::BTreeMap;

/// Whether somebody may do something, and why not.
///
/// What a record's own state, form and times admit is not asked here, nor what is a matter of a pack's conditions; who is asked to agree in
/// an approval is known to the approval.
pub fn allow(
    pack: &Pack,
    actor: Actor<'_>,
    action: Action<'_>,
    target: Target<'_>,
) -> Result<Permit, Denied> {
    match (action, target) {
        (Action::Use(privilege), _) => privileged(pack, actor, privilege),
        (Action::Score(whose), _) => scores(pack, actor, whose),
        (Action::See, Target::Record(on)) => sees(pack, actor, on).map(|()| Permit(Granted::Read)),
        (Action::SeePublished(field), Target::Record(on)) => {
            sees_published(actor, field, on).map(|()| Permit(Granted::Read))
        }
        (Action::LinkTo { own }, Target::Record(on)) => {
            links_to(pack, actor, own, on).map(|()| Permit(Granted::Read))
        }
        (Action::Reveal { seen_by }, Target::Record(on)) => {
            reveals(pack, actor, seen_by, on).map(|()| Permit(Granted::Read))
        }
        (Action::Take(step), Target::Record(on)) => {
            takes(pack, actor, step, on)?;
            Ok(granted(on.record, &step.name))
        }
        (Action::BuiltIn(change), Target::Record(on)) => {
            changes(pack, actor, change, on)?;
            Ok(granted(on.record, &change.step()))
        }
        (
            Action::See
            | Action::SeePublished(_)
            | Action::LinkTo { .. }
            | Action::Reveal { .. }
            | Action::Take(_)
            | Action::BuiltIn(_),
            Target::Unit,
        ) => Err(Denied::Unseen),
    }
}

fn granted(record: Option<&Record>, step: &Name) -> Permit {
    Permit(Granted::Step {
        record: record.map(|record| record.id),
        step: step.clone(),
    })
}

fn privileged(pack: &Pack, actor: Actor<'_>, privilege: Privilege) -> Result<Permit, Denied> {
    let permit = Permit(Granted::Privilege(privilege));
    match actor {
        Actor::Operator | Actor::System => Ok(permit),
        Actor::Party { .. } => Err(Denied::Privilege(privilege)),
        Actor::Member {
            standing, token, ..
        } => {
            let runs = |posting: &Posting| {
                let post = pack.posts.get(&posting.post);
                post.is_some_and(|post| post.may.run.contains(&privilege))
            };
            if !standing.postings().any(runs) {
                return Err(Denied::Privilege(privilege));
            }
            through(
                token,
                |token| token.runs(privilege),
                || format!("run:{}", privilege.as_str()),
            )?;
            Ok(permit)
        }
    }
}

/// One's own scorecard and that of one's team, else by privilege.
fn scores(pack: &Pack, actor: Actor<'_>, whose: Option<HolderId>) -> Result<Permit, Denied> {
    if let (
        Actor::Member {
            id,
            standing,
            token: None,
        },
        Some(whose),
    ) = (actor, whose)
    {
        let teams = standing.postings().filter_map(|posting| posting.team);
        if whose == id.into() || teams.into_iter().any(|team| whose == team.into()) {
            return Ok(Permit(Granted::Read));
        }
    }
    privileged(pack, actor, Privilege::Scores)
}

fn through(
    token: Option<&Token>,
    holds: impl FnOnce(&Token) -> bool,
    lacks: impl FnOnce() -> String,
) -> Result<(), Denied> {
    match token {
        Some(token) if !holds(token) => Err(Denied::Token { lacks: lacks() }),
        _ => Ok(()),
    }
}

/// Whether a posting sees a record.
fn covers(
    pack: &Pack,
    posting: &Posting,
    member: MemberId,
    standing: &Standing<'_>,
    on: &On<'_>,
) -> bool {
    let Some(post) = pack.posts.get(&posting.post) else {
        return false;
    };
    match post.may.reach(&on.kind.name) {
        Reach::Unit => true,
        Reach::Grid => {
            let grid = posting.grid.as_ref().map(Name::as_str);
            (grid.is_some() && grid == on.grid) || on.is_own(member, standing)
        }
        Reach::Own => on.is_own(member, standing),
        Reach::None => false,
    }
}

fn sees(pack: &Pack, actor: Actor<'_>, on: On<'_>) -> Result<(), Denied> {
    match actor {
        Actor::Operator | Actor::System => Ok(()),
        Actor::Party { id } => {
            let known = on.record.is_some_and(|record| record.id == id)
                || party_links(on.kind).any(|link| on.is_party(link, id));
            known.then_some(()).ok_or(Denied::Unseen)
        }
        Actor::Member {
            id,
            standing,
            token,
        } => {
            let seen = standing
                .postings()
                .any(|posting| covers(pack, posting, id, standing, &on));
            if !seen || token.is_some_and(|token| !token.sees(&on.kind.name)) {
                return Err(Denied::Unseen);
            }
            Ok(())
        }
    }
}

/// What is published is for customers; who works here sees the record itself, or not.
fn sees_published(actor: Actor<'_>, field: Option<&Name>, on: On<'_>) -> Result<(), Denied> {
    let shown = on
        .record
        .is_some_and(|record| is_shown(on.kind, record, field));
    match actor {
        Actor::Operator | Actor::System | Actor::Party { .. } if shown => Ok(()),
        _ => Err(Denied::Unseen),
    }
}

/// A customer links what he sees, what is published, and what his own register entry links, such as the place where he lives; to him nothing
/// else is there. Who works here links what the kind asks for.
fn links_to(
    pack: &Pack,
    actor: Actor<'_>,
    own: &BTreeMap<Name, RecordId>,
    on: On<'_>,
) -> Result<(), Denied> {
    let Actor::Party { .. } = actor else {
        return Ok(());
    };
    let his = |record: &Record| own.values().any(|known| *known == record.id);
    if on.record.is_some_and(his) || sees_published(actor, None, on).is_ok() {
        return Ok(());
    }
    sees(pack, actor, on)
}

fn reveals(pack: &Pack, actor: Actor<'_>, seen_by: &[Name], on: On<'_>) -> Result<(), Denied> {
    sees(pack, actor, on)?;
    let may = match actor {
        Actor::Operator | Actor::System => true,
        // What he said himself is no secret from him; a record about him holds more than that.
        Actor::Party { id } => on.record.is_some_and(|record| record.id == id),
        Actor::Member { id, standing, .. } => standing.postings().any(|posting| {
            seen_by.contains(&posting.post) && covers(pack, posting, id, standing, &on)
        }),
    };
    may.then_some(()).ok_or_else(|| {
        let posts = seen_by.iter().map(Name::to_string);
        not_for(pack, on, &Name::from("reveal"), posts)
    })
}

/// The step is for others: for whom.
fn not_for(pack: &Pack, on: On<'_>, step: &Name, posts: impl Iterator<Item = String>) -> Denied {
    let posts: Vec<String> = posts.collect();
    let refusal = Refusal::new(Code::PostNotAllowed)
        .with(step)
        .with(posts.join(", "));
    Denied::Post(refusal.called(pack, on.kind))
}

fn takes(pack: &Pack, actor: Actor<'_>, step: &Step, on: On<'_>) -> Result<(), Denied> {
    let denied = || not_for(pack, on, &step.name, step.by.iter().map(said));
    let named = match actor {
        Actor::Operator => true,
        Actor::System => step.by.contains(&Who::System),
        Actor::Party { id } => {
            if on.record.is_some() {
                sees(pack, actor, on)?;
            }
            step.by
                .iter()
                .any(|who| matches!(who, Who::Party(link) if on.is_party(link, id)))
        }
        Actor::Member {
            id,
            standing,
            token,
        } => {
            if on.record.is_some() {
                sees(
                    pack,
                    Actor::Member {
                        id,
                        standing,
                        token: None,
                    },
                    on,
                )?;
            }
            through(
                token,
                |token| token.does(&on.kind.name, &step.name),
                || format!("do:{}/{}", on.kind.name, step.name),
            )?;
            let named = step
                .by
                .iter()
                .any(|who| is_named(pack, who, id, standing, &on));
            if named && conflicts(step, id, standing, on) {
                return Err(Denied::OwnWork);
            }
            named
        }
    };
    named.then_some(()).ok_or_else(denied)
}

fn is_named(
    pack: &Pack,
    who: &Who,
    member: MemberId,
    standing: &Standing<'_>,
    on: &On<'_>,
) -> bool {
    let mut seeing = standing
        .postings()
        .filter(|posting| covers(pack, posting, member, standing, on));
    match who {
        Who::Post(post) => seeing.any(|posting| posting.post == *post),
        Who::Anyone => seeing.next().is_some(),
        Who::Creator => seeing.next().is_some() && on.is_creator(member),
        Who::Assignee => seeing.next().is_some() && on.is_assignee(member),
        Who::TeamMember => seeing.next().is_some() && on.is_of_team(standing),
        Who::Party(_) | Who::System => false,
    }
}

/// Whether the step touches the member's own work, so that he neither takes nor signs nor confirms it.
pub fn conflicts(step: &Step, member: MemberId, standing: &Standing<'_>, on: On<'_>) -> bool {
    step.not_by
        .iter()
        .any(|not_by| on.bars(not_by, member, standing))
}

fn changes(pack: &Pack, actor: Actor<'_>, change: &BuiltIn, on: On<'_>) -> Result<(), Denied> {
    sees(pack, actor, on)?;
    let step = change.step();
    let Actor::Member {
        id,
        standing,
        token,
    } = actor
    else {
        return match actor {
            // A customer takes the steps that name him, and no other.
            Actor::Party { .. } => Err(not_for(pack, on, &step, std::iter::empty())),
            _ => Ok(()),
        };
    };
    through(
        token,
        |token| token.does(&on.kind.name, &step),
        || format!("do:{}/{step}", on.kind.name),
    )?;
    let Some(needed) = EveryKind::of(change) else {
        return Ok(());
    };
    let may = standing.postings().any(|posting| {
        covers(pack, posting, id, standing, &on)
            && pack
                .posts
                .get(&posting.post)
                .is_some_and(|post| post.may.takes(&on.kind.name, needed))
    });
    may.then_some(()).ok_or_else(|| {
        let posts = pack.posts.values();
        let posts = posts.filter(|post| post.may.takes(&on.kind.name, needed));
        not_for(pack, on, &step, posts.map(|post| post.name.to_string()))
    })
}

/// Whether somebody may give a command: that he may take its step, and that it is his to give in the name in which it comes.
///
/// A member gives commands in his own name. What a customer said or wrote he may record on the customer's behalf, if he sees the record;
/// for a colleague he may do what he might do himself, or type what a paper of an outage says that the colleague did.
pub fn for_command(
    pack: &Pack,
    stands: &Stands,
    now: Instant,
    actor: Actor<'_>,
    on: On<'_>,
    command: &Command,
) -> Result<Permit, Denied> {
    let target = Target::Record(on);
    if command.is_import() {
        return allow(pack, actor, Action::Use(Privilege::Imports), target);
    }
    let opens = command.step == *"open";
    let step = match on.record {
        None if !opens => None,
        _ => on.kind.step(command.step.as_str()),
    };
    let action = match (&command.built_in, step) {
        (Some(change), _) => Action::BuiltIn(change),
        (None, Some(step)) => Action::Take(step),
        // That there is no such step is for whoever may see the record to know.
        (None, None) => {
            sees(pack, actor, on)?;
            return Ok(granted(on.record, &command.step));
        }
    };
    match (actor, &command.by) {
        (Actor::Operator, By::Operator(_)) | (Actor::System, By::System) => {
            if actor_is_caused(actor, command) {
                return Ok(granted(on.record, &command.step));
            }
            allow(pack, actor, action, target)
        }
        (Actor::Party { id }, By::Party(party)) if id == *party => {
            allow(pack, actor, action, target)
        }
        (Actor::Member { id, .. }, By::Member(member)) if id == *member => {
            allow(pack, actor, action, target)
        }
        (
            Actor::Member {
                id,
                standing,
                token,
            },
            by,
        ) if command.recorded_by == Some(id) => {
            through(
                token,
                |token| token.does(&on.kind.name, &command.step),
                || format!("do:{}/{}", on.kind.name, command.step),
            )?;
            sees(pack, actor, on)?;
            let Action::Take(step) = action else {
                return Err(Denied::Identity);
            };
            if conflicts(step, id, standing, on) {
                return Err(Denied::OwnWork);
            }
            match (by, command.via) {
                (By::Party(party), Via::OnBehalf | Via::Paper) => {
                    allow(pack, Actor::Party { id: *party }, action, target)
                }
                (By::Member(_), Via::OnBehalf) => allow(pack, actor, action, target),
                (By::Member(other), Via::Paper) => {
                    let standing = stands.at(*other, now);
                    let other = Actor::Member {
                        id: *other,
                        standing: &standing,
                        token: None,
                    };
                    allow(pack, other, action, target)
                }
                _ => Err(Denied::Identity),
            }
        }
        _ => Err(Denied::Identity),
    }
}

/// An effect of a step that was permitted needs no leave of its own.
fn actor_is_caused(actor: Actor<'_>, command: &Command) -> bool {
    matches!(actor, Actor::System) && command.cause.is_some()
}

/// Whether the policy asks for the grid of a record of the kind, so that a caller knows when it must be looked up.
pub fn asks_grid(pack: &Pack, kind: &Kind, standing: &Standing<'_>) -> bool {
    let mut reaches = standing.postings().map(|posting| {
        let post = pack.posts.get(&posting.post);
        post.map_or(Reach::None, |post| post.may.reach(&kind.name))
    });
    let mut grid = false;
    // Who sees the whole unit anyway needs none.
    reaches.all(|reach| {
        grid |= reach == Reach::Grid;
        reach != Reach::Unit
    }) && grid
}

/// Leave for whoever runs the program on its own machine, where there may be no pack yet to ask.
pub fn at_machine(privilege: Privilege) -> Permit {
    Permit(Granted::Privilege(privilege))
}

/// Leave for what the program keeps of its own doing and nobody decides: jobs, rhythms, who has signed in.
pub fn own_work() -> Permit {
    Permit(Granted::OwnWork)
}

/// How a refusal names who may.
pub(crate) fn said(who: &Who) -> String {
    match who {
        Who::Post(name) | Who::Party(name) => name.to_string(),
        Who::Anyone => "anyone".into(),
        Who::Creator => "creator".into(),
        Who::Assignee => "assignee".into(),
        Who::TeamMember => "team".into(),
        Who::System => "system".into(),
    }
}
