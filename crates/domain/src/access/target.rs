//! On what something is done, as far as the policy looks at it.

use super::Standing;
use crate::holder::Holder;
use crate::id::{MemberId, RecordId, TeamId};
use crate::name::Name;
use crate::pack::model::{Kind, NotBy, Pack, Role, Who};
use crate::record::Record;
use crate::value::Data;
use std::collections::BTreeMap;

/// The unit is that whose postings the actor's standing was read from.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    Unit,
    Record(On<'a>),
}

/// A record, or one that is about to be opened, with what a command fills in.
#[derive(Clone, Copy, Debug)]
pub struct On<'a> {
    pub kind: &'a Kind,
    pub record: Option<&'a Record>,
    pub data: &'a Data,
    pub links: &'a BTreeMap<Name, RecordId>,
    /// The grid of its place. Only looked at where a post sees no farther than its grid; see [`Pack::place_of`].
    pub grid: Option<&'a str>,
}

static NO_DATA: Data = Data::new();
static NO_LINKS: BTreeMap<Name, RecordId> = BTreeMap::new();

impl<'a> On<'a> {
    /// A record as it stands.
    pub fn record(kind: &'a Kind, record: &'a Record, grid: Option<&'a str>) -> Self {
        Self {
            kind,
            record: Some(record),
            data: &NO_DATA,
            links: &NO_LINKS,
            grid,
        }
    }

    fn field(&self, name: Option<&Name>, form: bool) -> Option<&'a str> {
        let data = match self.record {
            Some(record) if !form => &record.doc.data,
            _ => self.data,
        };
        data.get(name?)?.as_text()
    }

    fn is_member(&self, name: Option<&Name>, form: bool, member: MemberId) -> bool {
        self.field(name, form)
            .is_some_and(|text| text.parse() == Ok(member))
    }

    fn is_team(&self, name: Option<&Name>, form: bool, standing: &Standing<'_>) -> bool {
        self.field(name, form)
            .and_then(|text| text.parse::<TeamId>().ok())
            .is_some_and(|team| standing.is_in_team(team))
    }

    pub(super) fn is_creator(&self, member: MemberId) -> bool {
        self.record
            .is_none_or(|record| record.doc.creator == Some(member))
    }

    /// Nobody makes himself the assignee of a record that exists by filling in the field.
    pub(super) fn is_assignee(&self, member: MemberId) -> bool {
        self.is_member(self.kind.assignee.as_ref(), false, member)
    }

    pub(super) fn is_of_team(&self, standing: &Standing<'_>) -> bool {
        self.is_team(self.kind.team.as_ref(), false, standing)
    }

    pub(super) fn is_party(&self, link: &Name, party: RecordId) -> bool {
        // Nobody makes himself a party by filling in the link.
        let links = self.record.map_or(self.links, |record| &record.doc.links);
        links.get(link) == Some(&party)
    }

    /// One's own: [`super::Reach::Own`].
    pub(super) fn is_own(&self, member: MemberId, standing: &Standing<'_>) -> bool {
        let Some(record) = self.record else {
            return true;
        };
        record.doc.creator == Some(member)
            || self.is_assignee(member)
            || self.is_of_team(standing)
            || self.is_named(record, member)
            || match record.doc.next_due() {
                Some((_, Holder::Member(holder))) => *holder == member,
                Some((_, Holder::Team(team))) => standing.is_in_team(*team),
                Some((_, Holder::Pool { .. } | Holder::Unit)) | None => false,
            }
    }

    /// A register's row about oneself.
    fn is_named(&self, record: &Record, member: MemberId) -> bool {
        match self.kind.role {
            Some(Role::Member) => record.id == member.into(),
            Some(role) if is_about_member(role) => {
                record.doc.links.get("member") == Some(&member.into())
            }
            _ => false,
        }
    }

    /// Whether a step that is not for whoever stands in this relation to the record is about this member.
    pub(super) fn bars(&self, not_by: &NotBy, member: MemberId, standing: &Standing<'_>) -> bool {
        match not_by {
            NotBy::Creator => self.record.is_some() && self.is_creator(member),
            NotBy::Assignee => {
                let field = self.kind.assignee.as_ref();
                self.is_member(field, false, member) || self.is_member(field, true, member)
            }
            NotBy::Team => {
                let field = self.kind.team.as_ref();
                self.is_team(field, false, standing) || self.is_team(field, true, standing)
            }
            NotBy::Doer(step) => self
                .record
                .is_some_and(|record| record.doc.doers.get(step) == Some(&member)),
            NotBy::Field(field) => {
                self.is_member(Some(field), false, member)
                    || self.is_member(Some(field), true, member)
            }
            NotBy::Link(link) => {
                let id = RecordId::from(member);
                self.links.get(link) == Some(&id)
                    || self
                        .record
                        .is_some_and(|record| record.doc.links.get(link) == Some(&id))
            }
        }
    }
}

impl Pack {
    /// The place whose grid counts for a record: itself if it is one, else the first that it links.
    pub fn place_of(&self, kind: &Kind, record: &Record) -> Option<RecordId> {
        if kind.role == Some(Role::Place) {
            return Some(record.id);
        }
        let is_place = |kind: &Name| {
            let kind = self.kinds.get(kind);
            kind.is_some_and(|kind| kind.role == Some(Role::Place))
        };
        let mut links = kind.links.values().filter(|link| is_place(&link.kind));
        links.find_map(|link| record.doc.links.get(&link.name).copied())
    }
}

/// Registers that link the member of whom they speak.
pub(super) fn is_about_member(role: Role) -> bool {
    matches!(role, Role::Posting | Role::Leave | Role::Shift)
}

/// Links under which a customer stands in a record of the kind.
pub(super) fn party_links(kind: &Kind) -> impl Iterator<Item = &Name> {
    let steps = kind.steps.values().chain([&kind.open]);
    let who = steps.flat_map(|step| {
        let signers = step.cosign.iter().map(|cosign| &cosign.who);
        step.by.iter().chain(signers)
    });
    who.filter_map(|who| match who {
        Who::Party(link) => Some(link),
        _ => None,
    })
}
