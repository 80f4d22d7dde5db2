//! Approvals: a chain of stages, in each of which every post agrees in any order, or one of them sends the request back (X26).
//!
//! A stage is duties of the record, so that lists, limits and scores know it as any other: [`crate::pack::model::Approval::duties`] makes
//! them. The limit is that of the whole chain; who had it before a stage is kept with it, so that a delay is charged to the one who caused it
//! and a stage that it reaches late has its fair time (S5.3, S5.4). Time at the applicant is cut out where the pack says so.

use super::command::{Command, Context};
use super::due::Values;
use super::duties::{Duties, Ending, Timed};
use super::entry::{BuiltIn, Entry, Used};
use super::evolve::happened;
use super::refusal::{Code, Refusal};
use super::{Chain, Record, Todo, look_up};
use crate::clock::Due;
use crate::holder::{Held, Holder};
use crate::id::MemberId;
use crate::name::Name;
use crate::pack::model::{Approval, Kind, Lapse, Pack, StandIn, Step};
use crate::time::Instant;
use std::collections::BTreeMap;

/// The stage and the post for which somebody may answer now.
///
/// # Errors
/// Nothing is asked; the state has moved on; one's own request; a post that this stage does not ask.
pub(super) fn check(
    context: &Context<'_>,
    kind: &Kind,
    record: &Record,
    command: &Command,
    name: &Name,
) -> Result<(u32, Name), Refusal> {
    let unasked = || Refusal::new(Code::ApprovalUnasked).with(name);
    let approval = kind.approvals.get(name).ok_or_else(unasked)?;
    let chain = record.doc.chains.get(name).ok_or_else(unasked)?;
    if chain.returned {
        return Err(unasked());
    }
    let asks = kind
        .step(approval.on.as_str())
        .and_then(|step| step.to.as_ref());
    if asks.is_some_and(|state| *state != record.state) {
        return Err(Refusal::new(Code::StateWrong)
            .with(&record.state)
            .with(&command.step));
    }
    let actors = [command.by.member(), command.recorded_by];
    if actors
        .iter()
        .flatten()
        .any(|actor| chain.asked_by.contains(actor))
    {
        return Err(Refusal::new(Code::ConflictOfInterest));
    }
    let posts = approval.posts(chain.stage);
    let open = |post: &&Name| {
        let duty = approval.duty_name(chain.stage, post);
        record.doc.todo.iter().any(|todo| todo.name == duty)
    };
    let post = posts.iter().filter(open).find(|post| {
        command.by.member().is_some_and(|member| {
            let speaks = |post: &Name| speaks_for(context, approval.stand_in, member, post);
            speaks(post) || chain.lapsed.get(*post).is_some_and(speaks)
        })
    });
    match post {
        Some(post) => Ok((chain.stage, post.clone())),
        None => {
            let posts: Vec<&str> = posts.iter().map(Name::as_str).collect();
            Err(Refusal::new(Code::PostNotAllowed)
                .with(&command.step)
                .with(posts.join(", ")))
        }
    }
}

/// Has the post; or, where somebody may act for it, stands in for a member of it who is on leave (S5.1), or has the post above one that nobody
/// has.
fn speaks_for(context: &Context<'_>, by: StandIn, member: MemberId, post: &Name) -> bool {
    let (roster, at) = (context.roster, context.now);
    if roster.has_post(member, post, at) {
        return true;
    }
    if by == StandIn::Nobody {
        return false;
    }
    let mut asked = Some(post);
    // Posts report upwards without a circle; the pack's check has seen to it.
    for _ in 0..=context.pack.posts.len() {
        let Some(post) = asked else { return false };
        let members = roster.members_of_post(post, at);
        if !members.is_empty() {
            let stands_in = |holder| roster.present(holder, at) == Some(member);
            return roster.has_post(member, post, at) || members.into_iter().any(stands_in);
        }
        asked = context
            .pack
            .posts
            .get(post)
            .and_then(|post| post.reports_to.as_ref());
    }
    false
}

/// The post to which a stage passes that has let its time pass, if the pack lets it climb.
pub(super) fn above<'p>(pack: &'p Pack, approval: &Approval, post: &Name) -> Option<&'p Name> {
    match approval.lapse {
        Lapse::Escalate => pack.posts.get(post)?.reports_to.as_ref(),
        Lapse::Wait => None,
    }
}

/// A post of a stage that has not answered, and to which post the stage passes when its time is over.
pub(super) struct Pending<'r> {
    approval: &'r Name,
    stage: u32,
    post: &'r Name,
    above: &'r Name,
    pub(super) todo: &'r Todo,
}

/// The posts that may still let the time of their stage pass.
pub(super) fn pending<'r>(
    pack: &'r Pack,
    kind: &'r Kind,
    record: &'r Record,
) -> impl Iterator<Item = Pending<'r>> {
    let chains = record
        .doc
        .chains
        .iter()
        .filter(|(_, chain)| !chain.returned);
    chains
        .filter_map(|(name, chain)| Some((name, chain, kind.approvals.get(name)?)))
        .flat_map(move |(name, chain, approval)| {
            approval.posts(chain.stage).iter().filter_map(move |post| {
                let duty = approval.duty_name(chain.stage, post);
                let todo = record.doc.todo.iter().find(|todo| todo.name == duty)?;
                let above = above(pack, approval, post)?;
                (!chain.lapsed.contains_key(post)).then_some(Pending {
                    approval: name,
                    stage: chain.stage,
                    post,
                    above,
                    todo,
                })
            })
        })
}

/// What the system owes a record whose stages have let their time pass: one step for each post, at its due time.
pub(super) fn lapsed(
    pack: &Pack,
    kind: &Kind,
    record: &Record,
    due: impl Fn(&Todo) -> Timed<Due>,
    as_of: Instant,
) -> Timed<Vec<(Instant, BuiltIn)>> {
    let mut owed = Vec::new();
    for pending in pending(pack, kind, record) {
        let due = due(pending.todo)?;
        if due.is_late(as_of) {
            let lapse = BuiltIn::Lapse {
                approval: pending.approval.clone(),
                stage: pending.stage,
                post: pending.post.clone(),
                above: pending.above.clone(),
            };
            owed.push((due.at.max(record.opened_at), lapse));
        }
    }
    Ok(owed)
}

/// Who holds the duties of a stage, into what the entry uses.
pub(super) fn look_up_stage(
    context: &Context<'_>,
    kind: &Kind,
    record: Option<&Record>,
    command: &Command,
    approval: &Approval,
    stage: u32,
    used: &mut Used,
) {
    for post in approval.posts(stage) {
        if let Some(duty) = kind.duty(approval.duty_name(stage, post).as_str()) {
            look_up::starting(context, kind, duty, record, command, used);
        }
    }
}

/// The step that the system takes because everybody has agreed with this entry.
pub fn follows<'k>(kind: &'k Kind, entry: &Entry, after: &Record) -> Option<&'k Step> {
    let Some(BuiltIn::Approve { approval, .. }) = &entry.change else {
        return None;
    };
    if after.doc.chains.contains_key(approval) {
        return None;
    }
    kind.step(kind.approvals.get(approval)?.then.as_str())
}

impl Duties<'_> {
    /// Approvals that this step asks for: the first stage, or the first again after a return.
    pub(super) fn ask(&mut self) -> Timed<()> {
        let kind = self.kind;
        for approval in kind
            .approvals
            .values()
            .filter(|approval| approval.on == self.entry.step)
        {
            self.withdraw(|name| approval.owns(name), true)?;
            let Some(duty) = approval
                .posts(1)
                .first()
                .and_then(|post| kind.duty(approval.duty_name(1, post).as_str()))
            else {
                continue;
            };
            let values = Values {
                pack: self.pack,
                data: &self.record.doc.data,
                used: &self.entry.used,
            };
            let Some(rule) = values.rule(&duty.due) else {
                continue;
            };
            let at = self.deciding(duty, &rule).at;
            let members = [self.entry.by.member(), self.entry.recorded_by];
            let asked_by = members.into_iter().flatten().collect();
            let chain = match self.record.doc.chains.remove(&approval.name) {
                Some(chain) if chain.returned => Chain {
                    stage: 1,
                    asked_by,
                    lapsed: BTreeMap::new(),
                    returned: false,
                    ..chain
                },
                _ => Chain {
                    start: at,
                    stage: 1,
                    rule,
                    pack: self.entry.pack,
                    asked_by,
                    held: Vec::new(),
                    lapsed: BTreeMap::new(),
                    returned: false,
                },
            };
            self.record.doc.chains.insert(approval.name.clone(), chain);
            self.open_stage(approval, at)?;
        }
        Ok(())
    }

    fn open_stage(&mut self, approval: &Approval, at: Instant) -> Timed<()> {
        let Some(chain) = self.record.doc.chains.get(&approval.name).cloned() else {
            return Ok(());
        };
        for post in approval.posts(chain.stage) {
            let name = approval.duty_name(chain.stage, post);
            let Some(duty) = self.kind.duty(name.as_str()) else {
                continue;
            };
            let holder = self.entry.used.holders.get(&name);
            let mut held = chain.held.clone();
            held.push(Held {
                holder: holder.cloned().unwrap_or(Holder::Unit),
                from: if held.is_empty() { chain.start } else { at },
            });
            let todo = Todo {
                pack: chain.pack,
                held,
                ..Todo::new(name.clone(), chain.start, chain.rule.clone(), self.entry)
            };
            let due = self.due_of(&todo, duty, None)?;
            self.put(Todo { due, ..todo });
        }
        Ok(())
    }

    /// One post of the stage has agreed: the next stage once all have, else the end of the chain.
    pub(super) fn approve(&mut self, name: &Name, stage: u32, post: &Name) -> Timed<()> {
        let at = self.entry.recorded_at;
        let kind = self.kind;
        let Some(approval) = kind.approvals.get(name) else {
            return Ok(());
        };
        let Some(had) = self.answered(approval, stage, post)? else {
            return Ok(());
        };
        let open = self
            .record
            .doc
            .todo
            .iter()
            .any(|todo| approval.owns(&todo.name));
        if open {
            return Ok(());
        }
        if approval.posts(stage + 1).is_empty() {
            self.record.doc.chains.remove(name);
            return Ok(());
        }
        if let Some(chain) = self.record.doc.chains.get_mut(name) {
            chain.stage = stage + 1;
            chain.lapsed.clear();
            chain.held.push(had);
        }
        self.open_stage(approval, at)
    }

    /// One post of the stage sends it back: nobody of the chain has anything to do until it is asked for again.
    pub(super) fn send_back(&mut self, name: &Name, stage: u32, post: &Name) -> Timed<()> {
        let at = self.entry.recorded_at;
        let kind = self.kind;
        let Some(approval) = kind.approvals.get(name) else {
            return Ok(());
        };
        let had = self.answered(approval, stage, post)?;
        self.withdraw(|duty| approval.owns(duty), true)?;
        if let Some(chain) = self.record.doc.chains.get_mut(name) {
            chain.returned = true;
            chain.held.extend(had);
            chain.held.push(Held {
                holder: Holder::Unit,
                from: at,
            });
        }
        // He is told of a return as of a consent.
        let answer = approval.answer_name();
        if let Some(duty) = kind.duty(answer.as_str())
            && let Some(rule) = self.values().rule(&duty.due)
        {
            self.begin(duty, at, rule)?;
        }
        Ok(())
    }

    /// A post of the stage has let its time pass: the one above it holds the duty from then on, and may answer.
    pub(super) fn lapse(&mut self, name: &Name, stage: u32, post: &Name, above: &Name) {
        let Some(approval) = self.kind.approvals.get(name) else {
            return;
        };
        let duty = approval.duty_name(stage, post);
        let holder = self.entry.used.holders.get(&duty).cloned();
        let from = happened(self.entry);
        if let Some(chain) = self.record.doc.chains.get_mut(name) {
            chain.lapsed.insert(post.clone(), above.clone());
        }
        for todo in self
            .record
            .doc
            .todo
            .iter_mut()
            .filter(|todo| todo.name == duty)
        {
            todo.held.push(Held {
                holder: holder.clone().unwrap_or(Holder::Unit),
                from,
            });
        }
    }

    /// Ends the duty of a post; who had it, and from when in this stage.
    fn answered(&mut self, approval: &Approval, stage: u32, post: &Name) -> Timed<Option<Held>> {
        let duty_name = approval.duty_name(stage, post);
        let place = self
            .record
            .doc
            .todo
            .iter()
            .position(|todo| todo.name == duty_name);
        let (Some(place), Some(duty)) = (place, self.kind.duty(duty_name.as_str())) else {
            return Ok(None);
        };
        let item = self.record.doc.todo.remove(place);
        let had = item.held.last().cloned();
        let decision = self.deciding(duty, &item.rule);
        self.settle(item, duty, Ending::Done(decision))?;
        Ok(had)
    }
}
