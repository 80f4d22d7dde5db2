//! What happened when, counted for a chart: records opened and duties decided, day by day, week by week or month by month.
//!
//! What is counted is what its reader may see, and each count says the days that it is of, so that the rows behind it can be listed. Nothing
//! here scores: what a duty is worth is said by the standards.

use super::list::kind_of;
use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use domain::name::Name;
use domain::period::{Period, Window};
use domain::time::Day;
use std::collections::BTreeMap;
use store::figures;

/// Windows in one answer; more than that nobody can read in a row.
const MOST: usize = 62;

/// What is counted: a kind, and the windows that hold the days from the first to the last.
#[derive(Clone, Debug)]
pub struct FiguresAsked {
    pub kind: Name,
    pub by: Period,
    pub from: Day,
    pub to: Day,
}

/// One day, week or month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub window: Window,
    /// Records opened in it.
    pub opened: i64,
    /// Duties whose period's day lies in it, by the outcome that was decided.
    pub outcomes: BTreeMap<Name, i64>,
}

/// Each window from the first day's to the last day's, those without anything too.
///
/// # Errors
/// `NotFound`; `Asked` for a kind that is none, days in the wrong order or more windows than 62.
pub fn figures(
    office: &Office,
    actor: &Actor,
    unit: &str,
    asked: &FiguresAsked,
) -> Result<Vec<Figure>, Error> {
    let (unit, view) = office.unit_of(actor, unit)?;
    kind_of(&view.rules.pack, &asked.kind)?;
    let mut found = windows(asked)?;
    let (Some(first), Some(last)) = (found.first(), found.last()) else {
        return Ok(found);
    };
    let (first, last) = (first.window, last.window);
    let zone = &unit.zone;
    let scope = actor.scope(&view, office.clock().now());
    let what = (unit.id, &asked.kind);
    let mut count = |day: Day, add: &mut dyn FnMut(&mut Figure)| {
        let at = found.partition_point(|figure| figure.window.first() <= day);
        if let Some(figure) = found.get_mut(at.wrapping_sub(1)) {
            add(figure);
        }
    };
    office.read(|tx| {
        let during = (first.begins(zone), last.ends(zone));
        figures::each_opening(tx, what, &scope, during, |at| {
            count(zone.day_of(at), &mut |figure| figure.opened += 1);
        })?;
        for (day, outcome, many) in
            figures::outcomes(tx, what, &scope, (first.first(), last.last()))?
        {
            count(day, &mut |figure| {
                *figure.outcomes.entry(outcome.clone()).or_default() += many;
            });
        }
        Ok::<_, store::Error>(())
    })?;
    Ok(found)
}

fn windows(asked: &FiguresAsked) -> Result<Vec<Figure>, Error> {
    if asked.to < asked.from {
        return Err(Error::asked(
            "days-order",
            "to",
            "截止日期早于起始日期；请把两个日期对调或重新选择。",
            "The last day is before the first; swap them or choose again.",
        ));
    }
    let mut found = Vec::new();
    let mut window = asked.by.containing(asked.from);
    while window.first() <= asked.to {
        if found.len() == MOST {
            return Err(Error::asked(
                "windows-too-many",
                "by",
                format!("所选日期超过 {MOST} 段，看不清楚；请缩短日期，或改按周、按月统计。"),
                format!(
                    "These days make more than {MOST} windows; choose fewer days, or count by week or month."
                ),
            ));
        }
        found.push(Figure {
            window,
            opened: 0,
            outcomes: BTreeMap::new(),
        });
        window = window.next();
    }
    Ok(found)
}
