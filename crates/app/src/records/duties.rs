//! Duties as lists: what is to do, by due time with safety first, and what was decided.
//!
//! A record's next due time is the earliest of its duties, so whatever is due before an instant lies in a record that is listed before it.

use crate::access::Actor;
use crate::board::label_fields;
use crate::error::Error;
use crate::office::Office;
use crate::records::read::called;
use crate::view::View;
use domain::access::Scope;
use domain::holder::Holder;
use domain::id::{HolderId, MemberId, RecordId};
use domain::measure::holder_id;
use domain::name::Name;
use domain::outcome::Outcome;
use domain::pack::model::Role;
use domain::record::Decided;
use domain::time::{Day, Instant};
use domain::unit::{Level, Unit};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use store::list::{Brief, BriefTodo, Parts, Sort, Wanted};
use store::{duty, list};

/// Records looked at for one page.
const SCANNED: usize = 20_000;
const AT_ONCE: i64 = 500;

/// Which duties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DutyState {
    #[default]
    ToDo,
    /// To do and late.
    Overdue,
    /// Decided, whatever the outcome.
    Decided,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct DutyAsked {
    /// `None`: every project.
    pub unit: Option<String>,
    /// His own, his teams' and those of pools that he belongs to.
    pub member: Option<String>,
    pub kind: Option<Name>,
    pub state: DutyState,
    pub due_before: Option<Instant>,
    /// Decided ones: the days of their periods, inclusive.
    pub from: Option<Day>,
    pub to: Option<Day>,
    /// Decided ones: only those that were decided so.
    pub outcome: Option<Outcome>,
    /// The unit's own alone, without those of the projects below.
    pub alone: bool,
    pub limit: usize,
    /// The places that the records lead to are called by name in the answer.
    pub places: bool,
}

/// A duty with its record.
#[derive(Clone, Debug)]
pub struct DutyTold {
    pub view: Arc<View>,
    pub record: Brief,
    pub which: Which,
}

/// To do, or decided.
#[derive(Clone, Debug)]
pub enum Which {
    ToDo(BriefTodo),
    Decided(Box<Decided>),
}

/// A page of duties.
#[derive(Clone, Debug)]
pub struct DutyPage {
    pub as_of: Instant,
    pub duties: Vec<DutyTold>,
    /// What places are called, if that was asked for.
    pub linked: BTreeMap<RecordId, String>,
    /// There are more than were asked for.
    pub more: bool,
    /// Steps from devices that could not be applied and wait for somebody, in these units.
    pub not_applied: u64,
}

/// Duties to do in the order of their due time, or decided ones.
///
/// # Errors
/// `NotFound`; `Asked`.
pub fn duties(office: &Office, actor: &Actor, asked: &DutyAsked) -> Result<DutyPage, Error> {
    let units: Vec<Unit> = match &asked.unit {
        Some(code) => {
            let (top, _) = office.unit_of(actor, code)?;
            let all = office.units_of(actor)?;
            all.iter()
                .filter(|unit| {
                    let project = unit.level == Level::Project && below(&all, unit, &top);
                    unit.id == top.id || (project && !asked.alone)
                })
                .cloned()
                .collect()
        }
        None => office
            .units_of(actor)?
            .into_iter()
            .filter(|unit| unit.level == Level::Project)
            .collect(),
    };
    let as_of = office.clock().now();
    let mut page = DutyPage {
        as_of,
        duties: Vec::new(),
        linked: BTreeMap::new(),
        more: false,
        not_applied: 0,
    };
    for unit in units {
        let (_, view) = office.unit_of(actor, &unit.code)?;
        let scope = actor.scope(&view, as_of);
        let member = match &asked.member {
            None => None,
            Some(text) => match view.people.find(text) {
                Some(id) => Some(MemberId::from(id)),
                // Registered elsewhere: holds nothing here.
                None => continue,
            },
        };
        let mine = Mine::of(&view, member, as_of);
        office.read(|tx| {
            page.not_applied += store::unapplied::list(tx, unit.id)?.len() as u64;
            if asked.state == DutyState::Decided {
                decided(tx, &view, &scope, asked, &mine, &mut page)
            } else {
                to_do(tx, &view, &scope, asked, &mine, &mut page)
            }
        })?;
    }
    page.duties.sort_by_key(DutyTold::order);
    page.more |= page.duties.len() > asked.limit;
    page.duties.truncate(asked.limit);
    if asked.places {
        page.linked = office.read(|tx| places(tx, &page.duties))?;
    }
    Ok(page)
}

/// What the places are called that the records of these duties lead to.
fn places(
    tx: &mut store::Tx<'_>,
    duties: &[DutyTold],
) -> Result<BTreeMap<RecordId, String>, store::Error> {
    let mut linked = BTreeMap::new();
    for DutyTold { view, record, .. } in duties {
        let kinds = &view.rules.pack.kinds;
        let Some(kind) = kinds.get(&record.kind) else {
            continue;
        };
        for (name, to) in &record.doc.links {
            let leads = kind.links.get(name).and_then(|link| kinds.get(&link.kind));
            if leads.is_some_and(|kind| kind.role == Some(Role::Place))
                && let Entry::Vacant(free) = linked.entry(*to)
                && let Some(name) = called(tx, view, *to)?
            {
                free.insert(name);
            }
        }
    }
    Ok(linked)
}

fn below(all: &[Unit], unit: &Unit, top: &Unit) -> bool {
    let mut at = Some(unit.id);
    while let Some(id) = at {
        if id == top.id {
            return true;
        }
        at = all
            .iter()
            .find(|unit| unit.id == id)
            .and_then(|unit| unit.parent);
    }
    false
}

/// Whose duties are listed.
struct Mine<'a> {
    view: &'a View,
    who: Option<(MemberId, Vec<HolderId>)>,
    at: Instant,
}

impl<'a> Mine<'a> {
    fn of(view: &'a View, member: Option<MemberId>, at: Instant) -> Self {
        let who = member.map(|member| {
            let teams = view.roster.teams_of(member, at);
            let mut all: Vec<HolderId> = teams.into_iter().map(HolderId::from).collect();
            all.push(member.into());
            (member, all)
        });
        Self { view, who, at }
    }
    fn holds(&self, holder: &Holder) -> bool {
        let Some((member, all)) = &self.who else {
            return true;
        };
        match holder {
            Holder::Pool { post } => self.view.roster.has_post(*member, post, self.at),
            Holder::Unit => false,
            holder => all.contains(&holder_id(holder, self.view.unit.id)),
        }
    }
}

fn to_do(
    tx: &mut store::Tx<'_>,
    view: &Arc<View>,
    scope: &Scope,
    asked: &DutyAsked,
    mine: &Mine<'_>,
    page: &mut DutyPage,
) -> Result<(), Error> {
    let as_of = page.as_of;
    let before = match (asked.state, asked.due_before) {
        (DutyState::Overdue, None) => Some(as_of),
        (DutyState::Overdue, Some(before)) => Some(before.min(as_of)),
        (_, before) => before,
    };
    let mut wanted = Wanted {
        scope: scope.clone(),
        kind: asked.kind.clone(),
        open: Some(true),
        due_before: Some(before.unwrap_or(Instant::from_micros(store::NEVER))),
        sort: Sort::Due,
        parts: Parts {
            fields: Some(label_fields(&view.rules.pack, asked.kind.as_ref(), &[])),
            without_links: !asked.places,
            first_duty: false,
        },
        ..Wanted::default()
    };
    let (mut found, mut scanned) = (0, 0);
    loop {
        let rows = list::page(tx, view.unit.id, &wanted, AT_ONCE)?;
        let end = rows.last().map(|last| (last.next_due, last.id));
        let full = rows.len() == usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        scanned += rows.len();
        for row in rows {
            // Later ones follow the first duties of records that come after this one.
            for todo in &row.doc.todo {
                let due = before.is_none_or(|before| todo.due.at < before);
                let late = asked.state != DutyState::Overdue || todo.due.is_late(as_of);
                let held = todo
                    .held
                    .last()
                    .is_some_and(|held| mine.holds(&held.holder));
                if due && late && held {
                    found += 1;
                    page.duties.push(DutyTold {
                        view: view.clone(),
                        record: row.clone(),
                        which: Which::ToDo(todo.clone()),
                    });
                }
            }
        }
        if !full {
            return Ok(());
        }
        if found > asked.limit || scanned >= SCANNED {
            page.more = true;
            return Ok(());
        }
        wanted.after = end;
    }
}

fn decided(
    tx: &mut store::Tx<'_>,
    view: &Arc<View>,
    scope: &Scope,
    asked: &DutyAsked,
    mine: &Mine<'_>,
    page: &mut DutyPage,
) -> Result<(), Error> {
    let filter = duty::Filter {
        unit: Some(view.unit.id),
        kind: asked.kind.clone(),
        holder: mine.who.as_ref().map(|(member, _)| (*member).into()),
        from: asked.from,
        to: asked.to,
        outcome: asked.outcome.map(|outcome| outcome.as_str().into()),
        seen_by: Some(scope.clone()),
        most: Some(asked.limit.saturating_add(1)),
        ..duty::Filter::default()
    };
    let mut rows: Vec<(RecordId, Decided)> = Vec::new();
    duty::each(tx, &filter, |row| {
        rows.push((row.record, row.decided));
        Ok(())
    })?;
    for (id, decided) in rows {
        if let Some(record) = list::one(tx, view.unit.id, id, scope)? {
            page.duties.push(DutyTold {
                view: view.clone(),
                record,
                which: Which::Decided(Box::new(decided)),
            });
        }
    }
    Ok(())
}

impl DutyTold {
    /// Due time, safety first among equals (S8.1), then the record, so that the order is the same every time.
    fn order(&self) -> (Instant, bool, RecordId) {
        let (name, due) = match &self.which {
            Which::ToDo(todo) => (&todo.name, todo.due.at),
            Which::Decided(decided) => (&decided.name, decided.due.at),
        };
        let kind = self.view.rules.pack.kinds.get(&self.record.kind);
        let safety = kind
            .and_then(|kind| kind.duty(name.as_str()))
            .is_some_and(|duty| duty.safety);
        (due, !safety, self.record.id)
    }
}
