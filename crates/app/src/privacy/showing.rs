//! What is shown of private values, to whom: their sort to everybody, themselves to the posts that the field names, and those of a secret file
//! under a grant in force alone, with every view on record.

use crate::access::{Actor, Who};
use crate::error::Error;
use crate::keys::{Keys, KeysError, Opened};
use crate::office::Office;
use crate::view::View;
use domain::access::Privilege;
use domain::id::{MemberId, RecordId, UnitId};
use domain::name::Name;
use domain::pack::model::{Field, Kind, Role, Sensitive};
use domain::privacy;
use domain::record::refusal::Code;
use domain::record::{BuiltIn, Entry, Record, Refusal};
use domain::time::Instant;
use domain::value::{Data, Value};
use std::collections::BTreeMap;
use store::privacy::Seen;
use store::{Lane, Tx, record};

/// A value as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Plain(Value),
    /// `138****1234`.
    Masked(String),
    /// Nobody can read it any more.
    Erased,
}

impl Shown {
    /// As an interface prints it.
    pub fn text(&self) -> Value {
        match self {
            Self::Plain(value) => value.clone(),
            Self::Masked(mask) => Value::Text(mask.clone()),
            Self::Erased => Value::Text("（已删除 erased）".into()),
        }
    }
}

/// Who looks: the posts that he has in the unit now, or the person himself.
#[derive(Clone, Debug, Default)]
pub struct Viewer {
    pub member: Option<MemberId>,
    pub posts: Vec<Name>,
    pub party: Option<RecordId>,
}

impl Viewer {
    /// Nobody in particular: lists, exports, logs.
    pub fn nobody() -> Self {
        Self::default()
    }
    /// A member with his posts, or a party in its own session.
    pub fn of(view: &View, actor: &Actor, now: Instant) -> Self {
        let member = actor.member_id();
        let postings = view.roster.postings_at(now);
        Self {
            member,
            posts: match member {
                Some(member) => postings
                    .filter(|posting| posting.member == member)
                    .map(|posting| posting.post.clone())
                    .collect(),
                None => Vec::new(),
            },
            party: match actor.who() {
                Who::Party { id, .. } => Some(*id),
                _ => None,
            },
        }
    }

    /// Whether a private field is for his eyes; of a secret file under a grant alone.
    pub(crate) fn sees(
        &self,
        sensitive: &Sensitive,
        id: RecordId,
        links: &BTreeMap<Name, RecordId>,
    ) -> bool {
        self.has_post(sensitive) || self.is_told_of(sensitive, id, links)
    }

    fn has_post(&self, sensitive: &Sensitive) -> bool {
        sensitive
            .seen_by
            .iter()
            .any(|post| self.posts.contains(post))
    }

    /// Whoever looks at what tells of himself.
    fn is_told_of(
        &self,
        sensitive: &Sensitive,
        id: RecordId,
        links: &BTreeMap<Name, RecordId>,
    ) -> bool {
        let told = match &sensitive.of {
            Some(of) => links.get(of).copied(),
            None => Some(id),
        };
        let member = self.member.map(|member| RecordId::from_uuid(member.uuid()));
        told.is_some() && (told == self.party || told == member)
    }
}

/// The fields of a record, or what one of its entries filled in, as the viewer sees them.
///
/// # Errors
/// A key store that cannot be read.
pub fn show(
    keys: Option<&Keys>,
    kind: &Kind,
    (id, links): (RecordId, &BTreeMap<Name, RecordId>),
    data: &Data,
    viewer: &Viewer,
) -> Result<BTreeMap<Name, Shown>, Error> {
    let mut shown = BTreeMap::new();
    for (name, value) in data {
        let seen = private(keys, Some(kind), (id, links), (name, value), viewer)?;
        shown.insert(
            name.clone(),
            seen.unwrap_or_else(|| Shown::Plain(value.clone())),
        );
    }
    Ok(shown)
}

/// A private value as the viewer sees it; `None` if it is not private.
fn private(
    keys: Option<&Keys>,
    kind: Option<&Kind>,
    (id, links): (RecordId, &BTreeMap<Name, RecordId>),
    (name, value): (&Name, &Value),
    viewer: &Viewer,
) -> Result<Option<Shown>, KeysError> {
    let field = kind.and_then(|kind| Some((kind, kind.field(name.as_str())?)));
    let sealed = matches!(value, Value::Sealed(_));
    match field {
        Some((kind, field)) if field.sensitive.is_some() || sealed => {
            let open = !kind.secret
                && field
                    .sensitive
                    .as_ref()
                    .is_some_and(|sensitive| viewer.sees(sensitive, id, links));
            one(keys, field, value, open).map(Some)
        }
        // A field that the pack no longer knows.
        _ if sealed => Ok(Some(Shown::Masked("****".into()))),
        _ => Ok(None),
    }
}

/// Puts in the place of every private value what the viewer sees of it.
///
/// # Errors
/// A key store that cannot be read.
pub fn look<'d>(
    keys: Option<&Keys>,
    kind: Option<&Kind>,
    place: (RecordId, &BTreeMap<Name, RecordId>),
    data: impl IntoIterator<Item = (&'d Name, &'d mut Value)>,
    viewer: &Viewer,
) -> Result<(), KeysError> {
    for (name, value) in data {
        if let Some(shown) = private(keys, kind, place, (name, value), viewer)? {
            *value = shown.text();
        }
    }
    Ok(())
}

/// As [`look`], of a whole record.
///
/// # Errors
/// A key store that cannot be read.
pub fn look_at(
    keys: Option<&Keys>,
    kind: Option<&Kind>,
    record: &mut Record,
    viewer: &Viewer,
) -> Result<(), KeysError> {
    let doc = &mut record.doc;
    look(keys, kind, (record.id, &doc.links), &mut doc.data, viewer)
}

/// As [`look`], of an entry: what it filled in, what it corrects, what it keeps of a step that was not applied. `links` are the record's.
///
/// # Errors
/// A key store that cannot be read.
pub fn look_into(
    keys: Option<&Keys>,
    kind: Option<&Kind>,
    links: &BTreeMap<Name, RecordId>,
    entry: &mut Entry,
    viewer: &Viewer,
) -> Result<(), KeysError> {
    let place = (entry.record, links);
    look(keys, kind, place, &mut entry.data, viewer)?;
    match &mut entry.change {
        Some(BuiltIn::Correct {
            field, old, new, ..
        }) => look(keys, kind, place, [(&*field, old), (&*field, new)], viewer),
        Some(BuiltIn::NotApplied { data, .. }) => look(keys, kind, place, data, viewer),
        _ => Ok(()),
    }
}

fn one(keys: Option<&Keys>, field: &Field, value: &Value, open: bool) -> Result<Shown, KeysError> {
    let value = match (value, keys) {
        (Value::Sealed(sealed), Some(keys)) => match keys.open_value(sealed)? {
            Opened::Value(value) => value,
            Opened::Erased => return Ok(Shown::Erased),
        },
        (Value::Sealed(_), None) => return Ok(Shown::Masked("****".into())),
        (Value::Null, _) => return Ok(Shown::Plain(Value::Null)),
        (value, _) => value.clone(),
    };
    Ok(if open {
        Shown::Plain(value)
    } else {
        Shown::Masked(privacy::mask(field, &value))
    })
}

/// Shows private values to somebody who says why, and puts the view on record first. Of a secret file only while a grant of his is in force.
///
/// # Errors
/// `Denied`: a record that he does not see. `Refused`: a field that is not private, a post that does not see it, no grant, no reason.
pub fn reveal(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    id: RecordId,
    fields: &[Name],
    why: &str,
) -> Result<BTreeMap<Name, Shown>, Error> {
    let view = office.reload_if_outdated(unit)?;
    let now = office.clock().now();
    let viewer = Viewer::of(&view, actor, now);
    let (permit, record, grant, mut faults) = office.read(|tx| {
        let record = record::get(tx, unit, id)?;
        let permit = actor.may_see(tx, &view, now, &record)?;
        let kind = view.rules.pack.kinds.get(&record.kind);
        let kind = kind.ok_or_else(|| Refusal::new(Code::KindUnknown).with(&record.kind))?;
        let grant = if kind.secret {
            open_grant(tx, &view, id, &viewer, now)?
        } else {
            None
        };
        let mut faults = Vec::new();
        for name in fields {
            let sensitive = kind
                .field(name.as_str())
                .and_then(|field| field.sensitive.as_ref());
            let Some(sensitive) = sensitive else {
                faults.push(Refusal::at(Code::FieldUnknown, name).with(&kind.name));
                continue;
            };
            let told = viewer.is_told_of(sensitive, id, &record.doc.links);
            match actor.may_reveal(tx, &view, now, &record, &sensitive.seen_by) {
                Err(Error::Denied(_)) if !told => faults.push(Refusal::at(Code::NotSeen, name)),
                Ok(_) | Err(Error::Denied(_)) if kind.secret && grant.is_none() => {
                    faults.push(Refusal::at(Code::GrantMissing, name));
                }
                Ok(_) | Err(Error::Denied(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok::<_, Error>((permit, record, grant, faults))
    })?;
    if why.trim().is_empty() {
        faults.push(Refusal::new(Code::ReasonMissing));
    }
    let kind = view.rules.pack.kinds.get(&record.kind);
    if !faults.is_empty() {
        let called = |fault: Refusal| match kind {
            Some(kind) => fault.called(&view.rules.pack, kind),
            None => fault,
        };
        return Err(Error::Refused(faults.into_iter().map(called).collect()));
    }
    let seen = Seen {
        by: actor.by(),
        at: now,
        fields: fields.to_vec(),
        why: why.trim().to_owned(),
        grant,
    };
    office.write(&permit, Lane::Interactive, move |tx| {
        store::privacy::log_view(tx, unit, id, &seen)
    })?;
    fields
        .iter()
        .filter_map(|name| kind?.field(name.as_str()))
        .map(|field| {
            let value = record.doc.data.get(&field.name).unwrap_or(&Value::Null);
            Ok((field.name.clone(), one(office.keys(), field, value, true)?))
        })
        .collect()
}

/// Puts on record that somebody looked at an attachment of a secret file, under a grant that says what for.
pub(crate) fn log_file_view(
    office: &Office,
    actor: &Actor,
    view: &View,
    (file, grant): (RecordId, RecordId),
    field: &Name,
) -> Result<(), Error> {
    let (unit, now) = (view.unit.id, office.clock().now());
    let (permit, number) = office.read(|tx| {
        let record = record::get(tx, unit, file)?;
        let permit = actor.may_see(tx, view, now, &record)?;
        Ok::<_, Error>((permit, record::get(tx, unit, grant)?.number))
    })?;
    let seen = Seen {
        by: actor.by(),
        at: now,
        fields: vec![field.clone()],
        why: number,
        grant: Some(grant),
    };
    Ok(office.write(&permit, Lane::Interactive, move |tx| {
        store::privacy::log_view(tx, unit, file, &seen)
    })?)
}

/// The grant under which somebody sees a secret file now.
pub(crate) fn open_grant(
    tx: &mut Tx<'_>,
    view: &View,
    file: RecordId,
    viewer: &Viewer,
    now: Instant,
) -> Result<Option<RecordId>, Error> {
    for (from, name) in store::privacy::linked_to(tx, view.unit.id, file)? {
        if name == privacy::FILE {
            let grant = record::get(tx, view.unit.id, from)?;
            if in_force(view, &grant, file, viewer, now) {
                return Ok(Some(grant.id));
            }
        }
    }
    Ok(None)
}

fn in_force(view: &View, grant: &Record, file: RecordId, viewer: &Viewer, now: Instant) -> bool {
    let rules = &view.rules;
    let is_grant = rules
        .pack
        .kinds
        .get(&grant.kind)
        .is_some_and(|kind| kind.role == Some(Role::Grant));
    is_grant
        && viewer.member.is_some_and(|member| {
            privacy::is_open(
                &view.library,
                &rules.pack,
                &view.unit.zone,
                grant,
                file,
                member,
                now,
            )
        })
}

/// Who looked at a record's private values.
///
/// # Errors
/// `Denied`; a database that cannot be read.
pub fn views(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    id: RecordId,
) -> Result<Vec<Seen>, Error> {
    let _ = office.privilege(actor, Privilege::Audit, Some(unit))?;
    Ok(office.read(|tx| store::privacy::views_of(tx, unit, id))?)
}

/// The records of a unit one of whose private values is what was asked for, the latest first: the end of a telephone number, part of a name.
/// What was asked for is compared with the values themselves; nobody learns more of them than that, and nothing of records that he does not see.
///
/// # Errors
/// A database or key store that cannot be read.
pub fn find(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    asked: &str,
    limit: usize,
) -> Result<Vec<RecordId>, Error> {
    /// Candidates of one term; an ending that so many share says little.
    const CANDIDATES: i64 = 2_000;
    let Some(keys) = office.keys() else {
        return Ok(Vec::new());
    };
    let view = office.reload_if_outdated(unit)?;
    let now = office.clock().now();
    let mut wanted = Vec::new();
    for kind in view.rules.pack.kinds.values().filter(|kind| !kind.secret) {
        for (field, sensitive) in privacy::private(kind) {
            let terms = privacy::asked(sensitive.search, asked);
            let tokens: Vec<_> = terms
                .iter()
                .map(|term| keys.token(unit, &kind.name, &field.name, term))
                .collect();
            if !tokens.is_empty() {
                wanted.push((field, sensitive, tokens));
            }
        }
    }
    let mut candidates: Vec<(RecordId, &Field, &Sensitive)> = Vec::new();
    let records = office.read(|tx| {
        for (field, sensitive, tokens) in &wanted {
            let mut common: Option<Vec<RecordId>> = None;
            for token in tokens {
                let found = store::privacy::found(tx, unit, token, CANDIDATES)?;
                common = Some(match common {
                    None => found,
                    Some(before) => before.into_iter().filter(|id| found.contains(id)).collect(),
                });
            }
            candidates.extend(
                common
                    .into_iter()
                    .flatten()
                    .map(|id| (id, *field, *sensitive)),
            );
        }
        candidates.sort_by(|(a, ..), (b, ..)| b.cmp(a));
        let mut records = Vec::new();
        for (id, ..) in &candidates {
            let found = record::optional(tx, unit, *id)?;
            records.push(match found {
                Some(record) if actor.may_see(tx, &view, now, &record).is_ok() => Some(record),
                _ => None,
            });
        }
        Ok::<_, Error>(records)
    })?;
    let mut found = Vec::new();
    for ((id, field, sensitive), record) in candidates.iter().zip(records) {
        let value = record
            .as_ref()
            .and_then(|record| record.doc.data.get(&field.name));
        if let Some(Value::Sealed(sealed)) = value
            && let Opened::Value(value) = keys.open_value(sealed)?
            && privacy::answers(sensitive.search, &value, asked)
            && !found.contains(id)
        {
            found.push(*id);
            if found.len() == limit {
                break;
            }
        }
    }
    Ok(found)
}

/// The persons of a unit whom a number or a name leads to.
///
/// # Errors
/// As [`find`].
pub fn find_persons(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    asked: &str,
) -> Result<Vec<RecordId>, Error> {
    /// Of so many records that were found.
    const MOST: usize = 200;
    let view = office.view(unit)?;
    let found = find(office, actor, unit, asked, MOST)?;
    office.read(|tx| {
        let mut persons = Vec::new();
        for id in found {
            let record = record::get(tx, unit, id)?;
            if view.rules.persons.contains(&record.kind) {
                persons.push(id);
            }
        }
        Ok(persons)
    })
}
