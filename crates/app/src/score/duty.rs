//! Duties as evidence: decided ones from their rows, those to do from their records.

use super::said::{self, Item, Proof};
use super::step::journal;
use super::{Found, FoundBy, Gather, Key, number, summed};
use crate::error::Error;
use crate::view::View;
use domain::clock::Due;
use domain::expr::Expr;
use domain::holder::Holder;
use domain::id::RecordId;
use domain::measure::{Measure, holder_id, verdict};
use domain::name::{Name, Text};
use domain::number::Bp;
use domain::outcome::Outcome;
use domain::pack::model::Duty;
use domain::pack::standard::{Clause, Selector};
use domain::period::Window;
use domain::record::duties::as_of;
use domain::record::scope::DataScope;
use domain::record::{BuiltIn, Decided, Record, Todo};
use domain::selection::once_per;
use domain::tally::{Tally, Verdict};
use domain::time::Instant;
use domain::value::Data;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::{Tx, duty, record, tally};

/// Every duty of the name that falls into the window, by holder.
pub(super) fn gather(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    clause: &Clause,
    selector: &Selector,
    window: Window,
) -> Result<FoundBy, Error> {
    let Selector::Duty { kind, duty, when } = selector else {
        return Ok(FoundBy::new());
    };
    let mut items: BTreeMap<Key, Vec<Item>> = BTreeMap::new();
    for view in gather.views {
        let filter = duty::Filter {
            unit: Some(view.unit.id),
            kind: Some(kind.clone()),
            name: Some(duty.clone()),
            from: Some(window.first()),
            to: Some(window.last()),
            ..duty::Filter::default()
        };
        let mut rows = Vec::new();
        duty::each(tx, &filter, |row| {
            let judged = judged(gather, view, &row.decided);
            if !judged.is_empty() && holds(when.as_ref(), &row.decided.seen) {
                rows.push((row, judged));
            }
            Ok(())
        })?;
        let mut records: HashMap<_, Record> = HashMap::new();
        for (row, judged) in rows {
            let record = match records.entry(row.record) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(record::get(tx, row.unit, row.record)?),
            };
            for (key, answer) in judged {
                let mut item = decided(gather, view, clause, record, &row.decided, answer);
                if item.verdict_of == Some(Verdict::Excused) {
                    excused(gather, tx, record, &row.decided, &mut item)?;
                }
                items.entry(key).or_default().push(item);
            }
        }
    }
    to_do(gather, tx, selector, window, |key, open| {
        items
            .entry(key)
            .or_default()
            .push(open.item(gather, clause));
        Ok(())
    })?;
    if clause.count_once_per.is_none() {
        return summed(selector, items);
    }
    items
        .into_iter()
        .map(|(key, items)| {
            let verdicts = items
                .iter()
                .filter_map(|item| Some((item.group, item.verdict_of?)));
            let tally = once(verdicts)?;
            Ok((key, Found::counted(selector, tally, items)))
        })
        .collect()
}

/// Cases under `count-once-per` (S7.9); what has no such link stands for itself.
fn once(items: impl Iterator<Item = (Option<RecordId>, Verdict)>) -> Result<Tally, Error> {
    let keyed = items.enumerate().map(|(index, (group, verdict))| {
        let case = group.map_or_else(|| format!("#{index}"), |group| group.to_string());
        (case, verdict)
    });
    once_per(keyed).map_err(number)
}

/// The cases of a window from the tallies of their duties and from what is due and undone: as many as it has, however long the history is.
pub(super) fn cases(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    clause: &Clause,
    selector: &Selector,
    measure: &Measure,
    window: Window,
) -> Result<FoundBy, Error> {
    let mut found: BTreeMap<Key, Vec<(Option<RecordId>, Verdict)>> = BTreeMap::new();
    let group = |record: &Record| {
        let link = clause.count_once_per.as_ref();
        link.and_then(|link| record.doc.links.get(link).copied())
    };
    for view in gather.views {
        let unit = view.unit.id;
        let mut groups: HashMap<RecordId, Option<RecordId>> = HashMap::new();
        let mut seen = BTreeSet::new();
        for shared in [false, true] {
            if shared && gather.whom.is_whole() {
                continue;
            }
            for (item, holder, tally) in tally::items(tx, unit, &measure.items(window, shared))? {
                let (Some(key), Some(record)) = (
                    gather.whom.key(holder),
                    item.split('/').next().and_then(|id| id.parse().ok()),
                ) else {
                    continue;
                };
                // Who is charged with it is not judged by it once more.
                if !seen.insert((key, item.clone())) {
                    continue;
                }
                let group = match groups.entry(record) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(new) => *new.insert(group(&record::get(tx, unit, record)?)),
                };
                let verdicts = found.entry(key).or_default();
                verdicts.extend(single(&tally).map(|verdict| (group, verdict)));
            }
        }
    }
    to_do(gather, tx, selector, window, |key, open| {
        let item = (group(open.record), open.verdict);
        found.entry(key).or_default().push(item);
        Ok(())
    })?;
    found
        .into_iter()
        .map(|(key, items)| {
            let tally = once(items.into_iter())?;
            Ok((key, Found::counted(selector, tally, Vec::new())))
        })
        .collect()
}

/// What the tally of one item says.
fn single(tally: &Tally) -> Option<Verdict> {
    let worth = Bp::new(tally.late_worth_bp);
    [
        (tally.met, Verdict::Met),
        (tally.late, Verdict::Late { worth }),
        (tally.missed, Verdict::Missed),
        (tally.excused, Verdict::Excused),
        (tally.exempt, Verdict::Exempt),
        (tally.withdrawn, Verdict::Withdrawn),
        (tally.anomalous, Verdict::Anomalous),
    ]
    .into_iter()
    .find_map(|(count, verdict)| (count > 0).then_some(verdict))
}

/// Says who excused it, and why.
fn excused(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    record: &Record,
    row: &Decided,
    item: &mut Item,
) -> Result<(), Error> {
    let this = |change: &BuiltIn| {
        matches!(change, BuiltIn::Excuse { duty, occurrence, .. }
            if *duty == row.name && *occurrence == row.occurrence)
    };
    let mut text = Text::both(item.reason.zh.as_str(), item.reason.en.as_str());
    gather
        .names
        .why_excused(&journal(tx, record)?, this, &mut text);
    item.reason = text.into();
    Ok(())
}

fn holds(when: Option<&Expr>, seen: &Data) -> bool {
    when.is_none_or(|when| when.holds(&DataScope(seen)).unwrap_or(false))
}

type Answer = (Holder, Verdict, Due);

/// What the row says of those who are asked for, as of the instant. A decision after the instant is not known yet (S0.1).
fn judged(gather: &Gather<'_>, view: &View, row: &Decided) -> Vec<(Key, Answer)> {
    let known = row.done_at.is_none_or(|done| done <= gather.as_of);
    let key = |holder: &Holder| gather.whom.key(holder_id(holder, view.unit.id));
    let answer = if known {
        verdict(row)
    } else if row.anomalous {
        Verdict::Anomalous
    } else if row.due.is_late(gather.as_of) {
        Verdict::Missed
    } else {
        Verdict::Pending
    };
    let mut answers = Vec::new();
    if let Some(key) = key(&row.holder) {
        answers.push((key, (row.holder.clone(), answer, row.due)));
    }
    if !known || gather.whom.is_whole() {
        return answers;
    }
    // The unit counts a duty once, by its original due time; later holders answer for their own (S5.4).
    for share in &row.shares {
        let Some(key) = key(&share.holder) else {
            continue;
        };
        if answers.iter().any(|(other, _)| *other == key) {
            continue;
        }
        let verdict = if share.outcome == Outcome::Met {
            Verdict::Met
        } else {
            Verdict::Late { worth: Bp::new(0) }
        };
        answers.push((key, (share.holder.clone(), verdict, share.due)));
    }
    answers
}

fn decided(
    gather: &Gather<'_>,
    view: &View,
    clause: &Clause,
    record: &Record,
    row: &Decided,
    (holder, verdict, due): Answer,
) -> Item {
    let done = row.done_at.filter(|done| *done <= gather.as_of);
    Told {
        view,
        record,
        title: title(gather, record, &row.name),
        start: row.start,
        due,
        done,
        holder: &holder,
        verdict,
        judged: &row.name,
        occurrence: row.occurrence,
    }
    .item(gather, clause)
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

/// A duty as evidence tells of it.
struct Told<'a> {
    view: &'a View,
    record: &'a Record,
    title: Text,
    start: Instant,
    due: Due,
    done: Option<Instant>,
    holder: &'a Holder,
    verdict: Verdict,
    judged: &'a Name,
    occurrence: u32,
}

impl Told<'_> {
    fn item(self, gather: &Gather<'_>, clause: &Clause) -> Item {
        let zone = &self.view.unit.zone;
        let number = &self.record.number;
        let text = said::duty(zone, number, &self.title, self.due, self.done, self.verdict);
        Item {
            record: self.record.id.into(),
            number: number.clone(),
            project: self.view.unit.code.clone(),
            verdict: said::word(self.verdict),
            reason: text.into(),
            started_at: Some(self.start.in_zone(zone)),
            due_at: Some(self.due.at.in_zone(zone)),
            done_at: self.done.map(|done| done.in_zone(zone)),
            holder: Some(gather.names.of(holder_id(self.holder, self.view.unit.id))),
            costs: None,
            worth: None,
            tally: Tally::of(self.verdict),
            verdict_of: Some(self.verdict),
            group: clause
                .count_once_per
                .as_ref()
                .and_then(|link| self.record.doc.links.get(link).copied()),
            by: None,
            proof: Proof {
                judged: format!("{}/{}", self.record.kind, self.judged),
                occurrence: self.occurrence,
                due: Some(self.due),
                done_at: self.done,
            },
        }
    }
}

/// A duty to do, as it stands for one of its holders.
pub(super) struct Open<'a> {
    view: &'a View,
    record: &'a Record,
    todo: &'a Todo,
    duty: &'a Duty,
    holder: &'a Holder,
    due: Due,
    pub(super) verdict: Verdict,
}

impl Open<'_> {
    fn item(&self, gather: &Gather<'_>, clause: &Clause) -> Item {
        Told {
            view: self.view,
            record: self.record,
            title: self.duty.title.clone(),
            start: self.todo.start,
            due: self.due,
            done: None,
            holder: self.holder,
            verdict: self.verdict,
            judged: &self.todo.name,
            occurrence: self.todo.occurrence,
        }
        .item(gather, clause)
    }
}

/// Shows the duties of the name that are to do and fall into the window: missed once they are late, else pending (S8.2).
pub(super) fn to_do(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    selector: &Selector,
    window: Window,
    mut each: impl FnMut(Key, Open<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let Selector::Duty {
        kind,
        duty: name,
        when,
    } = selector
    else {
        return Ok(());
    };
    let Some(of_kind) = gather.pack.kinds.get(kind) else {
        return Ok(());
    };
    let Some(duty) = of_kind.duty(name.as_str()) else {
        return Ok(());
    };
    for view in gather.views {
        let zone = &view.unit.zone;
        // A pause that still runs moves a due time on, never back.
        let before = window.ends(zone).plus_micros(1);
        let mut failed: Result<(), Error> = Ok(());
        record::each_due(tx, view.unit.id, kind, before, |record| {
            if failed.is_err() {
                return Ok(());
            }
            failed = record
                .doc
                .todo
                .iter()
                .filter(|todo| todo.name == *name && todo.start <= gather.as_of)
                .filter(|_| holds(when.as_ref(), &record.doc.data))
                .try_for_each(|todo| {
                    let state = as_of(
                        &view.library,
                        zone,
                        of_kind,
                        duty,
                        &record,
                        todo,
                        &absences(view, todo),
                        gather.as_of,
                    )
                    .map_err(|(duty, error)| domain::record::EvolveError::Clock { duty, error })?;
                    if !window.contains(state.due.last_day(zone)) {
                        return Ok(());
                    }
                    for (holder, verdict) in &state.answers {
                        let Some(key) = gather.whom.key(holder_id(holder, view.unit.id)) else {
                            continue;
                        };
                        let open = Open {
                            view,
                            record: &record,
                            todo,
                            duty,
                            holder,
                            due: state.due,
                            verdict: *verdict,
                        };
                        each(key, open)?;
                        // The unit counts it once.
                        if gather.whom.is_whole() {
                            break;
                        }
                    }
                    Ok(())
                });
            Ok(())
        })?;
        failed?;
    }
    Ok(())
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
