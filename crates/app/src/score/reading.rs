//! Figures that other modules bring in (S7.8): readings of a ledger, a survey, an exam, a call feed, kept as records of the kind that
//! `is: metric`. The last reading of a unit, team or member for the period counts; of several units the sum over the sum.

use super::said::{Item, Proof, Reason};
use super::{Found, FoundBy, Gather, Key, number};
use crate::error::Error;
use domain::id::HolderId;
use domain::name::Name;
use domain::number::Ratio;
use domain::pack::model::{FieldType, Role};
use domain::period::Window;
use domain::points::Evidence;
use domain::record::Record;
use domain::tally::Tally;
use domain::value::Value;
use std::collections::BTreeMap;
use store::{Tx, record};

/// A reading: so much, of so much.
struct Reading {
    key: Key,
    value: i64,
    of: i64,
    item: Item,
}

pub(super) fn gather(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    metric: &Name,
    window: Window,
) -> Result<FoundBy, Error> {
    let period = window.to_string();
    let kinds = gather
        .pack
        .kinds
        .values()
        .filter(|kind| kind.role == Some(Role::Metric));
    // The last one of a unit and holder stands.
    let mut last: BTreeMap<(HolderId, HolderId), Reading> = BTreeMap::new();
    for kind in kinds {
        // Basis points say of how much they are.
        let share = kind
            .field("value")
            .is_some_and(|field| field.ty == FieldType::Ratio);
        for view in gather.views {
            record::each_of_kind(tx, Some(view.unit.id), Some(&kind.name), |record| {
                let unit = HolderId::from(view.unit.id);
                let text = |name: &str| record.doc.data.get(name).and_then(|value| value.as_text());
                let counts = !record.doc.void
                    && record.closed_at.is_none()
                    && record.opened_at <= gather.as_of
                    && text("metric") == Some(metric.as_str())
                    && text("period") == Some(period.as_str());
                let whose = ["member", "team"]
                    .into_iter()
                    .find_map(|name| text(name)?.parse().ok());
                let holder = whose.unwrap_or(unit);
                // The whole is what was read of the unit, never one of its people.
                let key = match gather.whom.is_whole() {
                    true => (holder == unit).then_some(None),
                    false => gather.whom.key(holder),
                };
                if let (true, Some(key), Some(value)) = (counts, key, whole(&record, "value")) {
                    let of = whole(&record, "of").unwrap_or(if share { 10_000 } else { 1 });
                    let item = said(gather, view, &record, (value, of), holder);
                    let reading = Reading {
                        key,
                        value,
                        of,
                        item,
                    };
                    last.insert((unit, holder), reading);
                }
                Ok(())
            })?;
        }
    }
    let mut sums: BTreeMap<Key, (i64, i64, Vec<Item>)> = BTreeMap::new();
    for reading in last.into_values() {
        let (value, of, items) = sums.entry(reading.key).or_default();
        let add = |a: &mut i64, b: i64| {
            *a = a
                .checked_add(b)
                .ok_or_else(|| number(domain::number::NumberError::Overflow))?;
            Ok::<_, Error>(())
        };
        add(value, reading.value)?;
        add(of, reading.of)?;
        items.push(reading.item);
    }
    let found = sums.into_iter().map(|(key, (value, of, items))| {
        let found = Found {
            evidence: Evidence::Measured {
                value: Ratio::new(value.into(), of.into()).ok(),
                ceiling: false,
            },
            tally: Tally::ZERO,
            items,
            sheets: BTreeMap::new(),
        };
        (key, found)
    });
    Ok(found.collect())
}

fn whole(record: &Record, name: &str) -> Option<i64> {
    match record.doc.data.get(name)? {
        Value::Int(number) => Some(*number),
        _ => None,
    }
}

fn said(
    gather: &Gather<'_>,
    view: &crate::view::View,
    record: &Record,
    (value, of): (i64, i64),
    holder: HolderId,
) -> Item {
    let shown = if of == 1 {
        value.to_string()
    } else {
        format!("{value}/{of}")
    };
    Item {
        record: record.id.into(),
        number: record.number.clone(),
        project: view.unit.code.clone(),
        verdict: "counted",
        reason: Reason {
            zh: format!("读数 {shown}"),
            en: format!("the reading is {shown}"),
        },
        started_at: None,
        due_at: None,
        done_at: Some(record.opened_at.in_zone(&view.unit.zone)),
        holder: Some(gather.names.of(holder)),
        costs: None,
        worth: None,
        tally: Tally::ZERO,
        verdict_of: None,
        group: None,
        by: None,
        proof: Proof {
            judged: format!("{}/{shown}", record.kind),
            done_at: Some(record.opened_at),
            ..Proof::default()
        },
    }
}
