//! Who may see and do what: the matrix that a manager can read, and the laws behind it.

mod laws;
mod matrix;
mod published;
mod rules;

use domain::access::{Action, Actor, Denied, On, Standing, Target, allow};
use domain::clock::Due;
use domain::holder::{Held, Holder};
use domain::id::{MemberId, RecordId, TeamId, UnitId, Uuid};
use domain::name::Name;
use domain::pack::model::{FieldType, Kind, Pack};
use domain::pack::{Language, load, render};
use domain::record::{Doc, Hash, PackVersion, Record, Todo};
use domain::roster::Posting;
use domain::time::Instant;
use std::path::Path;

pub(super) const ME: u128 = 1;
pub(super) const OTHER: u128 = 2;

pub(super) fn member(n: u128) -> MemberId {
    MemberId::from_uuid(Uuid::from_u128(n))
}
pub(super) fn team(n: u128) -> TeamId {
    TeamId::from_uuid(Uuid::from_u128(100 + n))
}
pub(super) fn record_id(n: u128) -> RecordId {
    RecordId::from_uuid(Uuid::from_u128(200 + n))
}

/// A pack that ships.
pub(super) fn shipped(name: &str) -> Pack {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../packs")
        .join(name);
    let mut files = Vec::new();
    for folder in ["", "kinds", "standards", "calendars"] {
        for entry in std::fs::read_dir(root.join(folder))
            .into_iter()
            .flatten()
            .flatten()
        {
            let path = entry.path();
            if path.extension().is_some_and(|ending| ending == "yaml") {
                let inside = path.strip_prefix(&root).expect("inside");
                let text = std::fs::read_to_string(&path).expect("a file");
                files.push((inside.to_string_lossy().into_owned(), text));
            }
        }
    }
    files.sort();
    load(files).unwrap_or_else(|faults| panic!("{}", render(&faults, Language::En)))
}

pub(super) fn posting(post: &str, grid: Option<&str>, in_team: Option<TeamId>) -> Posting {
    Posting {
        member: member(ME),
        post: post.into(),
        grid: grid.map(Name::from),
        team: in_team,
        from: Instant::from_micros(0),
        until: None,
    }
}

/// A record of a kind with nobody in it.
pub(super) fn record(kind: &Kind) -> Record {
    Record {
        unit: UnitId::from_uuid(Uuid::from_u128(300)),
        id: record_id(9),
        kind: kind.name.clone(),
        number: "1".into(),
        state: kind.states[0].name.clone(),
        version: 1,
        opened_at: Instant::from_micros(0),
        closed_at: None,
        head: Hash::default(),
        doc: Doc {
            creator: Some(member(OTHER)),
            ..Doc::default()
        },
    }
}

pub(super) fn assign(record: &mut Record, kind: &Kind, to: MemberId) {
    if let Some(field) = &kind.assignee {
        record
            .doc
            .data
            .insert(field.clone(), to.to_string().as_str().into());
    }
}

pub(super) fn give_to_team(record: &mut Record, kind: &Kind, to: TeamId) {
    if let Some(field) = &kind.team {
        record
            .doc
            .data
            .insert(field.clone(), to.to_string().as_str().into());
    }
}

/// Every member field names him, every step that is asked about was his.
pub(super) fn do_all(record: &mut Record, kind: &Kind, by: MemberId) {
    for field in kind
        .fields
        .iter()
        .filter(|field| field.ty == FieldType::Member)
    {
        record
            .doc
            .data
            .insert(field.name.clone(), by.to_string().as_str().into());
    }
    for step in kind.steps.keys() {
        record.doc.doers.insert(step.clone(), by);
    }
    record.doc.creator = Some(by);
}

/// His duty is the next to do.
pub(super) fn hold(record: &mut Record, holder: Holder) {
    let at = Instant::from_micros(1);
    record.doc.todo.push(Todo {
        name: "some".into(),
        occurrence: 1,
        start: at,
        rule: domain::clock::Rule::Stated(domain::time::Moment::At(at)),
        changes: Vec::new(),
        pack: PackVersion(1),
        days: None,
        due: Due::inclusive(at),
        not_before: None,
        held: vec![Held { holder, from: at }],
        progress: Vec::new(),
        excuse: None,
    });
}

pub(super) fn ask(
    pack: &Pack,
    postings: &[&Posting],
    action: Action<'_>,
    on: On<'_>,
) -> Result<(), Denied> {
    let standing = Standing::of(postings.to_vec());
    let actor = Actor::Member {
        id: member(ME),
        standing: &standing,
        token: None,
    };
    allow(pack, actor, action, Target::Record(on)).map(|_| ())
}
