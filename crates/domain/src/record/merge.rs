//! Merging a record into an incident, and taking that back (S9.4): each reporter keeps his record, tracking and rating.

use super::command::Context;
use super::duties::{Duties, Ending, Timed};
use super::entry::Used;
use super::refusal::{Code, Refusal};
use super::{Decided, Merged, Record, look_up};
use crate::id::RecordId;
use crate::pack::model::Kind;

/// Whether the record may be merged into another.
pub(super) fn check(
    context: &Context<'_>,
    kind: &Kind,
    record: &Record,
    into: RecordId,
    used: &mut Used,
) -> Result<(), Refusal> {
    let Some(merge) = &kind.merge else {
        return Err(Refusal::new(Code::MergeUnknown).with(&kind.name));
    };
    if record.doc.merged.is_some() || record.doc.links.contains_key(&merge.into) {
        return Err(Refusal::new(Code::MergedAlready));
    }
    let wanted = kind.links.get(&merge.into).map(|link| &link.kind);
    let seen = context.linked.get(&into).map(|seen| &seen.kind);
    if into == record.id || seen.is_none() || seen != wanted {
        let wanted = wanted.map_or("", |kind| kind.as_str());
        return Err(Refusal::at(Code::LinkWrong, &merge.into).with(wanted));
    }
    for todo in &record.doc.todo {
        if merge.withdraws.contains(&todo.name) {
            look_up::absences(context, todo, used);
        }
    }
    Ok(())
}

impl Duties<'_> {
    /// Without a second person or the reporter's word what is to do stays to do (S4.5).
    pub(super) fn merge(&mut self, into: RecordId, confirmed: bool) -> Timed<()> {
        let Some(merge) = &self.kind.merge else {
            return Ok(());
        };
        let mut withdrawn = Vec::new();
        for item in std::mem::take(&mut self.record.doc.todo) {
            match self.kind.duty(item.name.as_str()) {
                Some(duty) if confirmed && merge.withdraws.contains(&item.name) => {
                    let was = Box::new(item.clone());
                    let decided = self.decided.len();
                    self.settle(item, duty, Ending::Ceased(self.entry.recorded_at))?;
                    if let Some(row) = self.decided.get(decided) {
                        withdrawn.push(Decided {
                            was: Some(was),
                            ..row.clone()
                        });
                    }
                }
                _ => self.record.doc.todo.push(item),
            }
        }
        self.record.doc.links.insert(merge.into.clone(), into);
        self.record.doc.merged = Some(Merged { into, withdrawn });
        Ok(())
    }

    /// What the merge withdrew is to do again, its clock running on from its first start.
    pub(super) fn unmerge(&mut self) -> Timed<()> {
        let (Some(merge), Some(merged)) = (&self.kind.merge, self.record.doc.merged.take()) else {
            return Ok(());
        };
        self.record.doc.links.remove(&merge.into);
        for row in merged.withdrawn {
            self.revoke(row)?;
        }
        Ok(())
    }
}
