//! Steps as evidence: what must not happen, completeness, ratios, means, and marks that people gave.
//!
//! Read from the journals of the kind's records, corrections in their place.

use super::said::{Item, Proof, Reason};
use super::{Found, FoundBy, Gather, Key, summed};
use crate::error::Error;
use crate::view::View;
use domain::id::HolderId;
use domain::measure::evidence;
use domain::name::{Name, Text};
use domain::number::Points;
use domain::pack::model::Role;
use domain::pack::standard::{Clause, MeanOf, Selector};
use domain::period::Window;
use domain::points::{Evidence, lasting};
use domain::record::watch::watch;
use domain::record::{BuiltIn, Entry, Record};
use domain::tally::Tally;
use domain::time::Instant;
use domain::value::Value;
use std::collections::BTreeMap;
use store::{Tx, entry, record};

/// A record's journal, as domain reads it.
pub(super) fn journal(tx: &mut Tx<'_>, record: &Record) -> Result<Vec<(Entry, String)>, Error> {
    Ok(entry::journal(tx, record.unit, record.id)?
        .into_iter()
        .map(|line| (line.entry, line.text))
        .collect())
}

/// Records of a kind that may have a step in a window: opened before its end and not closed before its beginning.
pub(super) fn candidates(
    tx: &mut Tx<'_>,
    view: &View,
    kind: &Name,
    window: Window,
) -> Result<Vec<Record>, Error> {
    let (begins, ends) = (window.begins(&view.unit.zone), window.ends(&view.unit.zone));
    let mut records = Vec::new();
    record::each_of_kind(tx, Some(view.unit.id), Some(kind), |record| {
        let last = record
            .doc
            .times
            .values()
            .max()
            .copied()
            .unwrap_or(record.opened_at);
        // What was found after its period was sealed counts later than it happened (S8.3).
        let last = match record.doc.counts_on {
            Some(day) => last.max(view.unit.zone.start_of(day)),
            None => last,
        };
        if !record.doc.void && record.opened_at < ends && last >= begins {
            records.push(record);
        }
        Ok(())
    })?;
    Ok(records)
}

pub(super) fn gather(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    clause: &Clause,
    selector: &Selector,
    window: Window,
) -> Result<FoundBy, Error> {
    let kind = match selector {
        Selector::NoneOf { kind, .. }
        | Selector::Complete { kind, .. }
        | Selector::Ratio { kind, .. }
        | Selector::Mean { kind, .. } => kind,
        _ => return Ok(FoundBy::new()),
    };
    let Some((_, measure)) = domain::measure::measure(
        gather.pack,
        gather.standard,
        &Clause {
            count_once_per: None,
            ..clause.clone()
        },
        selector,
    ) else {
        return Ok(FoundBy::new());
    };
    let title = gather
        .pack
        .kinds
        .get(kind)
        .map(|kind| kind.title.clone())
        .unwrap_or_default();
    let mut items: BTreeMap<Key, Vec<Item>> = BTreeMap::new();
    for view in gather.views {
        let zone = &view.unit.zone;
        for record in candidates(tx, view, kind, window)? {
            let journal = journal(tx, &record)?;
            let mut found: Vec<(Key, HolderId, Instant, Tally)> = Vec::new();
            watch(&view.library, zone, &journal, |before, entry, after| {
                for (holder, day, tally) in
                    evidence(&measure, view.unit.id, zone, before, entry, after)
                {
                    let at = domain::record::evolve::happened(entry);
                    if window.contains(day)
                        && at <= gather.as_of
                        && let Some(key) = gather.whom.key(holder)
                    {
                        found.push((key, holder, at, tally));
                    }
                }
            })?;
            for (key, holder, at, tally) in found {
                let (verdict, mut text) = said(selector, &record, &title, tally, zone, at);
                if tally.excused > 0 {
                    let whole = |change: &BuiltIn| *change == BuiltIn::ExcuseRecord;
                    gather.names.why_excused(&journal, whole, &mut text);
                }
                items.entry(key).or_default().push(Item {
                    record: record.id.into(),
                    number: record.number.clone(),
                    project: view.unit.code.clone(),
                    verdict,
                    reason: text.into(),
                    started_at: Some(record.opened_at.in_zone(zone)),
                    due_at: None,
                    done_at: Some(at.in_zone(zone)),
                    holder: Some(gather.names.of(holder)),
                    costs: None,
                    worth: None,
                    tally,
                    verdict_of: None,
                    group: None,
                    by: None,
                    proof: Proof {
                        judged: format!("{kind}/{}", selector.word()),
                        done_at: Some(at),
                        ..Proof::default()
                    },
                });
            }
        }
    }
    summed(selector, items)
}

fn said(
    selector: &Selector,
    record: &Record,
    title: &Text,
    tally: Tally,
    zone: &domain::time::Zone,
    at: domain::time::Instant,
) -> (&'static str, Text) {
    let (at_zh, at_en) = super::said::at(zone, at);
    let number = &record.number;
    match selector {
        _ if tally.apart > 0 => (
            "apart",
            Text {
                zh: format!("{number} 的评价由经办人自录，不计"),
                en: format!("{number}: entered by staff about their own work, shown apart"),
            },
        ),
        Selector::NoneOf { .. } => (
            if tally.missed > 0 {
                "missed"
            } else if tally.excused > 0 {
                "excused"
            } else {
                "withdrawn"
            },
            Text {
                zh: format!("{at_zh}发生{}“{number}”", title.zh),
                en: format!("{} {number} of {at_en}", title.en),
            },
        ),
        Selector::Complete { fields, .. } => {
            let lacking: Vec<&str> = fields
                .iter()
                .filter(|field| {
                    record
                        .doc
                        .data
                        .get(*field)
                        .is_none_or(|value| value.is_null())
                })
                .map(Name::as_str)
                .collect();
            if tally.met > 0 {
                (
                    "met",
                    Text {
                        zh: format!("{number} 填写完整"),
                        en: format!("{number} is complete"),
                    },
                )
            } else {
                (
                    "missed",
                    Text {
                        zh: format!("{number} 缺少：{}", lacking.join("、")),
                        en: format!("{number} lacks {}", lacking.join(", ")),
                    },
                )
            }
        }
        Selector::Ratio { of, .. } if tally.sum > 0 => (
            "met",
            Text {
                zh: format!("{number} 符合：{}", of.source()),
                en: format!("{number}: {} holds", of.source()),
            },
        ),
        Selector::Ratio { of, .. } => (
            "missed",
            Text {
                zh: format!("{number} 不符合：{}", of.source()),
                en: format!("{number}: {} does not hold", of.source()),
            },
        ),
        _ if tally.anomalous > 0 => (
            "anomalous",
            Text {
                zh: format!("{number} 的时间自相矛盾，不计"),
                en: format!("{number}: its times contradict each other, left out"),
            },
        ),
        Selector::Mean {
            of: MeanOf::Field(field),
            ..
        } => (
            "counted",
            Text {
                zh: format!("{number} 的“{field}”：{}", tally.sum),
                en: format!("{number}: {field} is {}", tally.sum),
            },
        ),
        _ => {
            let took = lasting(tally.sum);
            (
                "counted",
                Text {
                    zh: format!("{number}：{}", took.zh),
                    en: format!("{number}: {}", took.en),
                },
            )
        }
    }
}

/// When a mark was given, on whose sheet, and what it is.
type Mark = (Instant, Option<Name>, Points, Item);

/// Marks given for the clause, the member and the period, in the order in which they were given (S7.6, S1.3).
pub(super) fn marks(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    clause: &Clause,
    window: Window,
) -> Result<FoundBy, Error> {
    let mut given: BTreeMap<Key, Vec<Mark>> = BTreeMap::new();
    let kinds = gather
        .pack
        .kinds
        .values()
        .filter(|kind| kind.role == Some(Role::Mark));
    let period = window.to_string();
    for kind in kinds {
        for view in gather.views {
            let zone = &view.unit.zone;
            record::each_of_kind(tx, Some(view.unit.id), Some(&kind.name), |record| {
                let text = |name: &str| record.doc.data.get(name).and_then(|value| value.as_text());
                let member: Option<HolderId> = text("member").and_then(|id| id.parse().ok());
                let for_this = text("standard") == Some(gather.standard.name.as_str())
                    && text("clause") == Some(clause.name.as_str())
                    && text("period") == Some(period.as_str());
                let counts = !record.doc.void
                    && record.closed_at.is_none()
                    && record.opened_at <= gather.as_of;
                let key = gather.whom.key(member.unwrap_or(view.unit.id.into()));
                let (Some(key), Some(Value::Int(hundredths))) = (
                    key,
                    record.doc.data.get("mark").filter(|_| for_this && counts),
                ) else {
                    return Ok(());
                };
                let mark = Points::from_hundredths(*hundredths);
                let reason = text("reason").unwrap_or_default();
                let item = Item {
                    record: record.id.into(),
                    number: record.number.clone(),
                    project: view.unit.code.clone(),
                    verdict: "mark",
                    reason: Reason {
                        zh: format!("评 {mark} 分：{reason}"),
                        en: format!("marked {mark}: {reason}"),
                    },
                    started_at: None,
                    due_at: None,
                    done_at: Some(record.opened_at.in_zone(zone)),
                    holder: member.map(|member| gather.names.of(member)),
                    costs: None,
                    worth: None,
                    tally: Tally::ZERO,
                    verdict_of: None,
                    group: None,
                    by: record.doc.creator,
                    proof: Proof {
                        judged: format!("{}/{mark}", kind.name),
                        done_at: Some(record.opened_at),
                        ..Proof::default()
                    },
                };
                given.entry(key).or_default().push((
                    record.opened_at,
                    text("part").map(Name::from),
                    mark,
                    item,
                ));
                Ok(())
            })?;
        }
    }
    let found = given.into_iter().map(|(key, mut given)| {
        given.sort_by_key(|(at, ..)| *at);
        let marks = given.iter().map(|(.., mark, _)| *mark).collect();
        let mut sheets: BTreeMap<Name, Vec<Points>> = BTreeMap::new();
        for (_, part, mark, _) in &given {
            if let Some(part) = part {
                sheets.entry(part.clone()).or_default().push(*mark);
            }
        }
        let found = Found {
            evidence: Evidence::Marks(marks),
            tally: Tally::ZERO,
            items: given.into_iter().map(|(.., item)| item).collect(),
            sheets,
        };
        (key, found)
    });
    Ok(found.collect())
}
