//! Lists of records, by page.

use crate::access::Actor;
use crate::board::label_fields;
use crate::error::Error;
use crate::office::Office;
use crate::privacy::{Viewer, look};
use crate::records::read::called;
use crate::search;
use crate::view::View;
use domain::id::{HolderId, MemberId, RecordId, TeamId};
use domain::name::Name;
use domain::time::{Day, Instant};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use store::list::{Brief, Parts, Sort, Wanted};

/// What is asked for; texts are as a caller wrote them.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub kind: Option<Name>,
    pub states: Vec<Name>,
    /// `None`: open ones, or all of the states that are named.
    pub open: Option<Open>,
    /// Members and teams by id, login or code.
    pub assignee: Option<String>,
    pub team: Option<String>,
    pub holder: Option<String>,
    /// Name of a link, and the record that it leads to.
    pub link: Option<(Option<Name>, RecordId)>,
    pub q: Option<String>,
    /// Fields that are to be shown; private ones masked. Without one its private value stays sealed.
    pub fields: Vec<Name>,
    pub overdue: bool,
    /// Days in the unit's zone or instants.
    pub opened_from: Option<String>,
    pub opened_to: Option<String>,
    pub sort: Option<Sort>,
    pub after: Option<(i64, RecordId)>,
    pub limit: i64,
    /// Links whose other ends are called by name in the answer.
    pub called: Vec<Name>,
}

/// Which records by whether something is left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    Yes,
    No,
    Both,
}

/// Rows with what is needed to read them.
#[derive(Clone, Debug)]
pub struct Page {
    pub view: Arc<View>,
    pub rows: Vec<Brief>,
    /// What the records are called that the links of `Asked::called` lead to.
    pub linked: BTreeMap<RecordId, String>,
    /// Where the next page goes on, if there may be one.
    pub next: Option<(i64, RecordId)>,
    pub as_of: Instant,
}

/// A page of a unit's records.
///
/// # Errors
/// `NotFound`; `Asked` for a name, a time or a link that is none.
pub fn list(office: &Office, actor: &Actor, unit: &str, asked: &Asked) -> Result<Page, Error> {
    let (_, view) = office.unit_of(actor, unit)?;
    let as_of = office.clock().now();
    let wanted = wanted(office, actor, &view, asked, as_of)?;
    let (mut rows, linked) = office.read(|tx| {
        let rows = store::list::page(tx, view.unit.id, &wanted, asked.limit + 1)?;
        let mut linked = BTreeMap::new();
        for row in rows.iter().filter(|_| !asked.called.is_empty()) {
            for (name, to) in &row.doc.links {
                if asked.called.contains(name)
                    && let Entry::Vacant(free) = linked.entry(*to)
                    && let Some(name) = called(tx, &view, *to)?
                {
                    free.insert(name);
                }
            }
        }
        Ok::<_, Error>((rows, linked))
    })?;
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > asked.limit;
    if more {
        rows.pop();
    }
    masked(office, &view, &mut rows, &asked.fields)?;
    let next = rows
        .last()
        .filter(|_| more)
        .map(|last| (last.next_due, last.id));
    Ok(Page {
        view,
        rows,
        linked,
        next,
        as_of,
    })
}

/// What a list shows of private fields is masked for everybody.
fn masked(office: &Office, view: &View, rows: &mut [Brief], fields: &[Name]) -> Result<(), Error> {
    if fields.is_empty() {
        return Ok(());
    }
    let nobody = Viewer::nobody();
    for row in rows {
        let kind = view.rules.pack.kinds.get(&row.kind);
        let doc = &mut row.doc;
        let asked = doc
            .data
            .iter_mut()
            .filter(|(name, _)| fields.contains(name));
        look(office.keys(), kind, (row.id, &doc.links), asked, &nobody)?;
    }
    Ok(())
}

/// These records of a unit as lists show them; what is not there is left out.
///
/// # Errors
/// `NotFound`.
pub fn rows(
    office: &Office,
    actor: &Actor,
    unit: &str,
    ids: &[RecordId],
) -> Result<(Arc<View>, Vec<Brief>, Instant), Error> {
    let (_, view) = office.unit_of(actor, unit)?;
    let as_of = office.clock().now();
    let scope = actor.scope(&view, as_of);
    let rows = office.read(|tx| {
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            rows.extend(store::list::one(tx, view.unit.id, *id, &scope)?);
        }
        Ok::<_, store::Error>(rows)
    })?;
    Ok((view, rows, as_of))
}

/// Open records by kind and state.
///
/// # Errors
/// `NotFound`.
pub fn counts(office: &Office, actor: &Actor, unit: &str) -> Result<Vec<(Name, Name, i64)>, Error> {
    let (unit, view) = office.unit_of(actor, unit)?;
    let scope = actor.scope(&view, office.clock().now());
    Ok(office.read(|tx| store::list::count_states(tx, unit.id, &scope))?)
}

/// A list as the store understands it.
pub(crate) fn wanted(
    office: &Office,
    actor: &Actor,
    view: &View,
    asked: &Asked,
    as_of: Instant,
) -> Result<Wanted, Error> {
    let pack = &view.rules.pack;
    let kind = match &asked.kind {
        None => None,
        Some(name) => Some(kind_of(pack, name)?),
    };
    for state in &asked.states {
        let known = |kind: &domain::pack::model::Kind| kind.state(state.as_str()).is_some();
        if !kind.map_or_else(|| pack.kinds.values().any(known), known) {
            return Err(Error::asked(
                "state-unknown",
                "state",
                format!("没有“{state}”这种状态；请从单据类型的状态中选择。"),
                format!("There is no state `{state}`; choose one of the kind's."),
            ));
        }
    }
    let closes = |state: &Name| {
        let closed = |kind: &domain::pack::model::Kind| {
            kind.state(state.as_str()).is_some_and(|state| state.closed)
        };
        kind.map_or_else(|| pack.kinds.values().any(closed), closed)
    };
    let open = match asked.open {
        Some(Open::Yes) => Some(true),
        Some(Open::No) => Some(false),
        Some(Open::Both) => None,
        None if asked.states.iter().any(closes) => None,
        None => Some(true),
    };
    let registered = kind.is_some_and(|kind| kind.number.is_none());
    let sort = asked.sort.unwrap_or(if asked.q.is_some() {
        Sort::Newest
    } else if registered {
        Sort::Oldest
    } else if open == Some(true) {
        Sort::Due
    } else {
        Sort::Newest
    });
    let person = |text: &Option<String>, field: &'static str| match text {
        None => Ok(None),
        Some(text) => match view.people.find(text) {
            Some(id) => Ok(Some(id)),
            None => Err(Error::asked(
                "person-unknown",
                field,
                format!("没有员工或班组“{text}”；请用账号、代码或编号。"),
                format!("There is no member or team `{text}`; give a login, a code or an id."),
            )),
        },
    };
    let zone = &view.unit.zone;
    let begins = |text: &Option<String>, field, after_day: bool| match text {
        None => Ok(None),
        Some(text) => instant(text, field, |day| {
            zone.start_of(if after_day { day.plus_days(1) } else { day })
        })
        .map(Some),
    };
    Ok(Wanted {
        scope: actor.scope(view, as_of),
        kind: asked.kind.clone(),
        registered,
        states: asked.states.clone(),
        open,
        assignee: person(&asked.assignee, "assignee")?.map(MemberId::from),
        team: person(&asked.team, "team")?.map(TeamId::from),
        holder: person(&asked.holder, "holder")?.map(|id| HolderId::from(MemberId::from(id))),
        link: asked.link.clone(),
        due_before: asked.overdue.then_some(as_of),
        opened_from: begins(&asked.opened_from, "opened_from", false)?,
        opened_before: begins(&asked.opened_to, "opened_to", true)?,
        found_by: asked
            .q
            .as_deref()
            .map(|q| search::terms(office, actor, view.unit.id, q))
            .transpose()?,
        sort,
        after: asked.after,
        parts: Parts {
            fields: Some(label_fields(pack, asked.kind.as_ref(), &asked.fields)),
            // Whose a private value is, is known by a link.
            without_links: asked.fields.is_empty() && asked.called.is_empty(),
            first_duty: true,
        },
    })
}

/// The kind of that name.
pub(super) fn kind_of<'p>(
    pack: &'p domain::pack::model::Pack,
    name: &Name,
) -> Result<&'p domain::pack::model::Kind, Error> {
    pack.kinds.get(name).ok_or_else(|| {
        Error::asked(
            "kind-unknown",
            "kind",
            format!("没有“{name}”这种单据；请从单据类型列表中选择。"),
            format!("There is no kind `{name}`; choose one of the list of kinds."),
        )
    })
}

/// An instant, or what a day stands for.
pub(crate) fn instant(
    text: &str,
    field: &'static str,
    of_day: impl FnOnce(Day) -> Instant,
) -> Result<Instant, Error> {
    if let Ok(day) = text.parse() {
        return Ok(of_day(day));
    }
    text.parse().map_err(|_| {
        Error::asked(
            "time-wrong",
            field,
            format!("“{text}”不是日期或时刻；例如 2026-03-05 或 2026-03-05T14:00:00+08:00。"),
            format!("`{text}` is neither a day nor an instant; write 2026-03-05 or 2026-03-05T14:00:00+08:00."),
        )
    })
}
