//! Several rows of one record: an event log, one step per change.
//!
//! A blank cell states nothing: it changes nothing, and the next stated value is compared with the last stated one.

use super::fill::Cells;
use super::{ImportItem, PlannedStep, applies, gather, mark_times, opening, place, unit};
use crate::import::map::{Log, Map, StepRule};
use crate::import::refusal::Refusal;
use crate::import::source::Row;
use domain::time::{Instant, Moment};

/// A rule that applies to a row.
struct Firing<'a> {
    row: usize,
    rule: usize,
    /// In place of the rule's own time.
    occurred: Option<Moment>,
    /// The rule applies to no later row.
    last: bool,
    changed: &'a [bool],
}

pub(super) fn item(map: &Map, rows: &[Row]) -> Result<ImportItem, Vec<Refusal>> {
    let mut faults = Vec::new();
    let cells: Vec<Cells<'_>> = rows.iter().map(|row| Cells::new(map, row)).collect();
    let unit = gather(&mut faults, unit(map, &cells));
    let opening = opening(map, &cells, &mut faults);
    let changed = changes(map, &cells);
    let mut firings = fire(map, &cells, &changed);
    for number in 0..map.steps.len() {
        if let Some(firing) = firings
            .iter_mut()
            .rev()
            .find(|firing| firing.rule == number)
        {
            firing.last = true;
        }
    }
    if let Some(log) = &map.log {
        move_last(map, log, &cells, &mut firings, &changed, &mut faults);
    }
    firings.sort_by_key(|firing| (firing.row, firing.rule));
    let mut steps = Vec::new();
    for firing in &firings {
        let (rule, cells) = (&map.steps[firing.rule], cells[firing.row]);
        let data = cells.fields(
            &rule.fields,
            rule.only_changed.then_some(firing.changed),
            firing.last,
            &mut faults,
        );
        if rule.only_changed && data.is_empty() {
            continue;
        }
        let occurred = match firing.occurred {
            Some(occurred) => Some(occurred),
            None => gather(&mut faults, cells.moment(rule.at.column)),
        };
        let by = rule
            .by
            .as_ref()
            .and_then(|by| gather(&mut faults, cells.take(by)).flatten());
        if let Some(occurred) = occurred {
            steps.push(PlannedStep {
                step: rule.step.clone(),
                occurred,
                by,
                data,
                row: place(cells.row()),
            });
        }
    }
    match (unit, opening, cells.first()) {
        (Some((unit, mut marks)), Some(opening), Some(first)) if faults.is_empty() => {
            mark_times(&map.habit.zone, &opening, &steps, &mut marks);
            Ok(ImportItem {
                unit,
                kind: map.kind.clone(),
                source_id: first.text(map.id).to_string(),
                opening,
                steps,
                marks,
                rows: rows.iter().map(place).collect(),
            })
        }
        _ => Err(faults),
    }
}

/// For each row and column: does it state something else than the last that was stated?
fn changes(map: &Map, rows: &[Cells<'_>]) -> Vec<Vec<bool>> {
    let mut stated = vec![""; map.columns.len()];
    rows.iter()
        .map(|row| {
            (0..map.columns.len())
                .map(|column| {
                    let text = row.text(column);
                    let changed = !text.is_empty() && text != stated[column];
                    if changed {
                        stated[column] = text;
                    }
                    changed
                })
                .collect()
        })
        .collect()
}

fn fire<'a>(map: &Map, rows: &[Cells<'_>], changed: &'a [Vec<bool>]) -> Vec<Firing<'a>> {
    let mut firings = Vec::new();
    let mut stated = vec![""; map.columns.len()];
    for (index, (cells, changed)) in rows.iter().zip(changed).enumerate() {
        for (number, rule) in map.steps.iter().enumerate() {
            if applies(rule, *cells) && since(rule, index, *cells, changed, &stated) {
                firings.push(Firing {
                    row: index,
                    rule: number,
                    occurred: None,
                    last: false,
                    changed,
                });
            }
        }
        for (column, _) in changed.iter().enumerate().filter(|(_, changed)| **changed) {
            stated[column] = cells.text(column);
        }
    }
    firings
}

/// The conditions that look at earlier rows; `stated` is what each column last stated before this row.
fn since(
    rule: &StepRule,
    index: usize,
    cells: Cells<'_>,
    changed: &[bool],
    stated: &[&str],
) -> bool {
    let when = &rule.when;
    if when.first.is_some_and(|first| first != (index == 0)) {
        return false;
    }
    if when.unchanged.iter().any(|&column| changed[column]) {
        return false;
    }
    if when.changes.is_empty() {
        return true;
    }
    when.changes.iter().any(|&column| {
        changed[column]
            && when
                .from
                .as_ref()
                .is_none_or(|from| from.contains(stated[column]))
            && when
                .to
                .as_ref()
                .is_none_or(|to| to.contains(cells.text(column)))
    })
}

/// Gives the last firing of a rule with `at.last` the time that this column states, and moves it to the row that the time speaks
/// of: the latest, among the rows that still state what the rule waited for, whose own time is not after it.
fn move_last(
    map: &Map,
    log: &Log,
    rows: &[Cells<'_>],
    firings: &mut [Firing<'_>],
    changed: &[Vec<bool>],
    faults: &mut Vec<Refusal>,
) {
    for (number, rule) in map.steps.iter().enumerate() {
        let Some(last) = rule.at.last else { continue };
        let Some(firing) = firings
            .iter_mut()
            .find(|firing| firing.rule == number && firing.last)
        else {
            continue;
        };
        if rows[firing.row].blank(last) {
            continue;
        }
        let Some(stated) = gather(faults, rows[firing.row].moment(last)) else {
            continue;
        };
        firing.occurred = Some(stated);
        let until = (firing.row + 1..rows.len())
            .find(|&row| rule.when.changes.iter().any(|&column| changed[row][column]))
            .unwrap_or(rows.len());
        let mut best: Option<(Instant, usize)> = None;
        for (row, cells) in rows.iter().enumerate().take(until).skip(firing.row) {
            // A row whose own time cannot be read is refused where a step asks for it.
            if let (Moment::At(stated), Ok(Moment::At(at))) = (stated, cells.moment(log.at))
                && at <= stated
                && best.is_none_or(|(found, _)| at > found)
            {
                best = Some((at, row));
            }
        }
        if let Some((_, row)) = best {
            firing.row = row;
        }
    }
}
