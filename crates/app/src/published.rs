//! What customers of a unit are shown of records that do not name them, as their kinds publish it.
//!
//! It opens no other way to read: a record, its journal, its files, search, exports and events stay closed to whoever may not see it, but
//! for the files in published fields. What is handed out here is what is published and nothing else. A receipt is a record like any other,
//! given once for each customer.

use crate::access::{Actor, Who};
use crate::error::Error;
use crate::office::Office;
use crate::view::View;
use domain::access::Denied;
use domain::id::RecordId;
use domain::name::Name;
use domain::pack::model::{Kind, Pack, Who as Taker};
use domain::published::{shown, shown_since};
use domain::record::Record;
use domain::time::Instant;
use domain::value::Data;
use std::sync::Arc;
use store::list::{Sort, Wanted};
use store::{Tx, list, published, record};

/// A record as customers are shown it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub id: RecordId,
    pub kind: Name,
    pub number: String,
    /// Made of published fields alone.
    pub label: String,
    pub state: Name,
    pub since: Instant,
    /// Published fields.
    pub data: Data,
    /// When the customer confirmed that he has read it; `None` too where no receipt is asked.
    pub read_at: Option<Instant>,
    /// What else of his own links it, such as his name on its list; the latest last.
    pub own: Vec<Own>,
}

/// A record of a customer that links what is published.
#[derive(Clone, Debug)]
pub struct Own {
    pub id: RecordId,
    pub kind: Name,
    pub number: String,
    pub state: Name,
    pub closed: bool,
}

#[derive(Clone, Debug)]
pub struct Page {
    pub view: Arc<View>,
    pub shown: Vec<Shown>,
    /// Where the next page goes on, if there may be one.
    pub next: Option<(i64, RecordId)>,
}

/// How many have confirmed that they read a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readers {
    pub read: i64,
    /// Of so many who are registered now.
    pub of: i64,
}

/// Counted no further.
const MOST: i64 = 100_000;

/// A page of what is published of one kind, the latest first.
///
/// # Errors
/// `NotFound`; `Asked` for a kind that publishes nothing.
pub fn page(
    office: &Office,
    actor: &Actor,
    unit: &str,
    kind: &Name,
    (after, limit): (Option<(i64, RecordId)>, i64),
) -> Result<Page, Error> {
    let (_, view) = office.unit_of(actor, unit)?;
    let now = office.clock().now();
    let pack = &view.rules.pack;
    let known = pack.kinds.get(kind);
    let Some((kind, is_published)) = known.and_then(|it| Some((it, it.published.as_ref()?))) else {
        return Err(Error::asked(
            "kind-not-published",
            "kind",
            format!("“{kind}”没有公示的内容；请选一个有 published 的单据类型。"),
            format!("Nothing of `{kind}` is published; choose a kind that has `published`."),
        ));
    };
    let wanted = Wanted {
        scope: actor.published_scope(&view, now),
        kind: Some(kind.name.clone()),
        states: is_published.states.clone(),
        open: None,
        sort: Sort::Newest,
        after,
        ..Wanted::default()
    };
    office.read(|tx| {
        let mut rows = list::page(tx, view.unit.id, &wanted, limit + 1)?;
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
        if more {
            rows.pop();
        }
        let next = rows
            .last()
            .filter(|_| more)
            .map(|last| (last.next_due, last.id));
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(record) = record::optional(tx, view.unit.id, row.id)? else {
                continue;
            };
            if actor.may_see_published(&view, now, &record, None).is_ok() {
                records.push(record);
            }
        }
        let shown = told(tx, &view, actor, now, kind, &records)?;
        Ok(Page {
            view: view.clone(),
            shown,
            next,
        })
    })
}

/// One record of which something is published, by its number or id.
///
/// # Errors
/// `NotFound`; `Denied`, which tells nobody that the record exists.
pub fn one(
    office: &Office,
    actor: &Actor,
    unit: &str,
    name: &str,
) -> Result<(Arc<View>, Shown), Error> {
    let (_, view) = office.unit_of(actor, unit)?;
    let id = crate::records::named(office, &view, name)?;
    let shown = of(office, actor, &view, id)?;
    Ok((view, shown))
}

fn of(office: &Office, actor: &Actor, view: &View, id: RecordId) -> Result<Shown, Error> {
    let now = office.clock().now();
    office.read(|tx| {
        let record = record::get(tx, view.unit.id, id)?;
        let _ = actor.may_see_published(view, now, &record, None)?;
        let kind = kind_of(&view.rules.pack, &record)?;
        let mut shown = told(tx, view, actor, now, kind, std::slice::from_ref(&record))?;
        shown.pop().ok_or(Error::NotFound)
    })
}

/// Confirms that the customer has read a record. However often he does, there is one receipt.
///
/// # Errors
/// `NotFound`, also where no receipt is asked; `Denied`; `Refused`.
pub fn confirm(
    office: &Office,
    actor: &Actor,
    unit: &str,
    name: &str,
) -> Result<(Arc<View>, Shown), Error> {
    let (view, shown) = one(office, actor, unit, name)?;
    let Who::Party { id: party, .. } = actor.who() else {
        return Err(Error::Denied(Denied::Identity));
    };
    if shown.read_at.is_some() {
        return Ok((view, shown));
    }
    let kind = view.rules.pack.kinds.get(&shown.kind);
    let receipt = kind
        .and_then(|kind| kind.published.as_ref()?.receipt.as_ref())
        .ok_or(Error::NotFound)?;
    let mut command = actor.command("open");
    command.links.insert(receipt.of.clone(), shown.id);
    command.links.insert(receipt.by.clone(), *party);
    let given = office.open_record(actor, view.unit.id, receipt.kind.clone(), None, command);
    let now = of(office, actor, &view, shown.id)?;
    match given {
        Ok(_) => Ok((view, now)),
        // He was quicker himself, on another page.
        Err(Error::Refused(_)) if now.read_at.is_some() => Ok((view, now)),
        Err(error) => Err(error),
    }
}

/// How many have confirmed that they read a record, for whoever sees the record itself.
///
/// # Errors
/// `NotFound`, also where no receipt is asked; `Denied`.
pub fn readers(office: &Office, actor: &Actor, unit: &str, name: &str) -> Result<Readers, Error> {
    let (_, view) = office.unit_of(actor, unit)?;
    let id = crate::records::named(office, &view, name)?;
    let now = office.clock().now();
    let pack = &view.rules.pack;
    office.read(|tx| {
        let record = record::get(tx, view.unit.id, id)?;
        let _ = actor.may_see(tx, &view, now, &record)?;
        let kind = kind_of(pack, &record)?;
        let published = kind.published.as_ref();
        let receipt = published.and_then(|it| it.receipt.as_ref());
        let receipt = receipt.ok_or(Error::NotFound)?;
        let by = pack.kinds.get(&receipt.kind);
        let register = by.and_then(|kind| pack.kinds.get(&kind.links.get(&receipt.by)?.kind));
        let register = register.ok_or(Error::NotFound)?;
        // Two numbers, in which nobody is named.
        let receipts = Wanted {
            scope: domain::access::Scope::everything(),
            kind: Some(receipt.kind.clone()),
            link: Some((Some(receipt.of.clone()), id)),
            ..Wanted::default()
        };
        let registered = Wanted {
            scope: domain::access::Scope::everything(),
            kind: Some(register.name.clone()),
            registered: register.number.is_none(),
            open: Some(true),
            ..Wanted::default()
        };
        Ok(Readers {
            read: list::count(tx, view.unit.id, &receipts, MOST)?,
            of: list::count(tx, view.unit.id, &registered, MOST)?,
        })
    })
}

fn kind_of<'p>(pack: &'p Pack, record: &Record) -> Result<&'p Kind, Error> {
    pack.kinds.get(&record.kind).ok_or(Error::NotFound)
}

/// Records of one kind as the actor is shown them, with what he has answered to each.
fn told(
    tx: &mut Tx<'_>,
    view: &View,
    actor: &Actor,
    now: Instant,
    kind: &Kind,
    records: &[Record],
) -> Result<Vec<Shown>, Error> {
    let mut all: Vec<Shown> = records.iter().map(|record| plain(kind, record)).collect();
    let Who::Party { id: party, .. } = actor.who() else {
        return Ok(all);
    };
    let receipt = kind.published.as_ref().and_then(|it| it.receipt.as_ref());
    let pack = &view.rules.pack;
    let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
    let (by, of) = answering(pack, kind);
    let answers = published::answers(tx, view.unit.id, (*party, &by), (&ids, &of))?;
    for answer in answers {
        let Some(own) = record::optional(tx, view.unit.id, answer.id)? else {
            continue;
        };
        let Some(shown) = all.iter_mut().find(|shown| shown.id == answer.to) else {
            continue;
        };
        if own.doc.void || actor.may_see(tx, view, now, &own).is_err() {
            continue;
        }
        if receipt.is_some_and(|receipt| receipt.kind == own.kind) {
            shown.read_at = shown.read_at.or(Some(own.opened_at));
        } else {
            shown.own.push(Own {
                id: own.id,
                kind: own.kind,
                number: own.number,
                state: own.state,
                closed: own.closed_at.is_some(),
            });
        }
    }
    Ok(all)
}

fn plain(kind: &Kind, record: &Record) -> Shown {
    let data = shown(kind, record);
    Shown {
        id: record.id,
        kind: kind.name.clone(),
        number: record.number.clone(),
        label: crate::board::label_of(kind, &data),
        state: record.state.clone(),
        since: shown_since(kind, record),
        data,
        read_at: None,
        own: Vec::new(),
    }
}

/// By which links the records of customers name them, and by which they link the kind.
fn answering(pack: &Pack, kind: &Kind) -> (Vec<Name>, Vec<Name>) {
    let (mut by, mut of) = (Vec::new(), Vec::new());
    for other in pack.kinds.values() {
        let opened_by = other.open.by.iter().filter_map(|who| match who {
            Taker::Party(link) => Some(link.clone()),
            _ => None,
        });
        let links = other.links.values().filter(|link| link.kind == kind.name);
        let links: Vec<Name> = links.map(|link| link.name.clone()).collect();
        let before = by.len();
        by.extend(opened_by.filter(|_| !links.is_empty()));
        if by.len() > before {
            of.extend(links);
        }
    }
    for names in [&mut by, &mut of] {
        names.sort();
        names.dedup();
    }
    (by, of)
}
