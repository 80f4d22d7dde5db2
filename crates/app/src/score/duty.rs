//! Duties as evidence: decided ones from their rows, those to do from their records.

use super::said::{self, Item};
use super::{Found, Gather, number};
use crate::error::Error;
use crate::view::View;
use domain::expr::Expr;
use domain::holder::Holder;
use domain::measure::{holder_id, verdict};
use domain::name::{Name, Text};
use domain::number::Bp;
use domain::outcome::Outcome;
use domain::pack::standard::Clause;
use domain::period::Window;
use domain::points::Evidence;
use domain::record::duties::as_of;
use domain::record::scope::DataScope;
use domain::record::{Decided, Record, Todo};
use domain::selection::once_per;
use domain::tally::{Tally, Verdict};
use domain::value::Data;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use store::{Tx, duty, record};

/// Every duty of the name that falls into the window and is the holder's.
pub(super) fn gather(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    clause: &Clause,
    kind: &Name,
    name: &Name,
    when: Option<&Expr>,
    window: Window,
) -> Result<Found, Error> {
    let mut items = Vec::new();
    for view in gather.views {
        let filter = duty::Filter {
            unit: Some(view.unit.id),
            kind: Some(kind.clone()),
            name: Some(name.clone()),
            from: Some(window.first()),
            to: Some(window.last()),
            ..duty::Filter::default()
        };
        let mut rows = Vec::new();
        duty::each(tx, &filter, |row| {
            rows.push(row);
            Ok(())
        })?;
        let mut records: HashMap<_, Record> = HashMap::new();
        for row in rows {
            let Some(judged) =
                judged(gather, view, &row.decided).filter(|_| holds(when, &row.decided.seen))
            else {
                continue;
            };
            let record = match records.entry(row.record) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(record::get(tx, row.unit, row.record)?),
            };
            items.push(decided(gather, view, clause, record, &row.decided, judged));
        }
    }
    items.extend(to_do(gather, tx, Some(clause), kind, name, when, window)?);
    if clause.count_once_per.is_some() {
        let keyed = items.iter().enumerate().filter_map(|(index, item)| {
            // What has no such link stands for itself.
            let key = item
                .group
                .map_or_else(|| format!("#{index}"), |group| group.to_string());
            Some((key, item.verdict_of?))
        });
        let tally = once_per(keyed).map_err(number)?;
        return Ok(Found {
            evidence: Evidence::Counts(tally),
            items,
        });
    }
    Found::of(items)
}

fn holds(when: Option<&Expr>, seen: &Data) -> bool {
    when.is_none_or(|when| when.holds(&DataScope(seen)).unwrap_or(false))
}

/// What the row says of the holder as of the instant; `None` where it is another's. A decision after the instant is not known yet (S0.1).
fn judged(
    gather: &Gather<'_>,
    view: &View,
    row: &Decided,
) -> Option<(Holder, Verdict, domain::clock::Due)> {
    let known = row.done_at.is_none_or(|done| done <= gather.as_of);
    let mine = |holder: &Holder| {
        gather
            .holder
            .is_none_or(|wanted| holder_id(holder, view.unit.id) == wanted)
    };
    if !known {
        let verdict = if row.anomalous {
            Verdict::Anomalous
        } else if row.due.is_late(gather.as_of) {
            Verdict::Missed
        } else {
            Verdict::Pending
        };
        return mine(&row.holder).then(|| (row.holder.clone(), verdict, row.due));
    }
    if mine(&row.holder) {
        return Some((row.holder.clone(), verdict(row), row.due));
    }
    // The unit counts a duty once, by its original due time; later holders answer for their own (S5.4).
    let share = row
        .shares
        .iter()
        .find(|share| gather.holder.is_some() && mine(&share.holder))?;
    let verdict = if share.outcome == Outcome::Met {
        Verdict::Met
    } else {
        Verdict::Late { worth: Bp::new(0) }
    };
    Some((share.holder.clone(), verdict, share.due))
}

fn decided(
    gather: &Gather<'_>,
    view: &View,
    clause: &Clause,
    record: &Record,
    row: &Decided,
    judged: (Holder, Verdict, domain::clock::Due),
) -> Item {
    let (holder, verdict, due) = judged;
    let done = row.done_at.filter(|done| *done <= gather.as_of);
    let zone = &view.unit.zone;
    let text = said::duty(
        zone,
        &record.number,
        &title(gather, record, &row.name),
        due,
        done,
        verdict,
    );
    item(
        gather,
        view,
        Some(clause),
        record,
        &holder,
        verdict,
        (row.start, due, done),
        text,
    )
}

fn title(gather: &Gather<'_>, record: &Record, duty: &Name) -> Text {
    let duty_of = gather
        .pack
        .kinds
        .get(&record.kind)
        .and_then(|kind| kind.duty(duty.as_str()));
    duty_of.map_or_else(
        || Text {
            zh: duty.to_string(),
            en: duty.to_string(),
        },
        |duty| duty.title.clone(),
    )
}

type Times = (
    domain::time::Instant,
    domain::clock::Due,
    Option<domain::time::Instant>,
);

#[expect(
    clippy::too_many_arguments,
    reason = "one item of evidence is what all of these say together"
)]
fn item(
    gather: &Gather<'_>,
    view: &View,
    clause: Option<&Clause>,
    record: &Record,
    holder: &Holder,
    verdict: Verdict,
    times: Times,
    text: Text,
) -> Item {
    let zone = &view.unit.zone;
    let (start, due, done) = times;
    Item {
        record: record.id.into(),
        number: record.number.clone(),
        project: view.unit.code.clone(),
        verdict: said::word(verdict),
        reason: text.into(),
        started_at: Some(start.in_zone(zone)),
        due_at: Some(due.at.in_zone(zone)),
        done_at: done.map(|done| done.in_zone(zone)),
        holder: Some(gather.names.of(holder_id(holder, view.unit.id))),
        costs: None,
        tally: Tally::of(verdict),
        verdict_of: Some(verdict),
        group: clause
            .and_then(|clause| clause.count_once_per.as_ref())
            .and_then(|link| record.doc.links.get(link).copied()),
    }
}

/// Duties of the name that are to do and fall into the window: missed once they are late, else pending (S8.2).
pub(super) fn to_do(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    clause: Option<&Clause>,
    kind: &Name,
    name: &Name,
    when: Option<&Expr>,
    window: Window,
) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    let Some(of_kind) = gather.pack.kinds.get(kind) else {
        return Ok(items);
    };
    let Some(duty) = of_kind.duty(name.as_str()) else {
        return Ok(items);
    };
    for view in gather.views {
        let zone = &view.unit.zone;
        // A pause that still runs moves a due time on, never back.
        let before = window.ends(zone).plus_micros(1);
        let mut open = Vec::new();
        record::each_due(tx, view.unit.id, kind, before, |record| {
            open.push(record);
            Ok(())
        })?;
        for record in &open {
            for todo in record
                .doc
                .todo
                .iter()
                .filter(|todo| todo.name == *name && todo.start <= gather.as_of)
            {
                let seen: Data = record.doc.data.clone();
                if !holds(when, &seen) {
                    continue;
                }
                let state = as_of(
                    &view.library,
                    zone,
                    of_kind,
                    duty,
                    record,
                    todo,
                    &absences(view, todo),
                    gather.as_of,
                )
                .map_err(|(duty, error)| domain::record::EvolveError::Clock { duty, error })?;
                if !window.contains(state.due.last_day(zone)) {
                    continue;
                }
                for (holder, verdict) in state.answers {
                    if gather
                        .holder
                        .is_some_and(|wanted| holder_id(&holder, view.unit.id) != wanted)
                    {
                        continue;
                    }
                    let text =
                        said::duty(zone, &record.number, &duty.title, state.due, None, verdict);
                    items.push(item(
                        gather,
                        view,
                        clause,
                        record,
                        &holder,
                        verdict,
                        (todo.start, state.due, None),
                        text,
                    ));
                    // The unit counts it once.
                    if gather.holder.is_none() {
                        break;
                    }
                }
            }
        }
    }
    Ok(items)
}

fn absences(
    view: &View,
    todo: &Todo,
) -> Vec<(
    domain::id::MemberId,
    domain::time::Instant,
    domain::time::Instant,
)> {
    let mut absences = Vec::new();
    for held in &todo.held {
        if let Holder::Member(member) = held.holder {
            absences.extend(
                view.roster
                    .absences(member, todo.start, todo.due.at)
                    .into_iter()
                    .map(|(from, until)| (member, from, until)),
            );
        }
    }
    absences
}
