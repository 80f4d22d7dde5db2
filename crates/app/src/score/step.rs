//! Steps as evidence: what must not happen, completeness, ratios, means, and marks that people gave.
//!
//! Read from the journals of the kind's records, corrections in their place.

use super::said::{Item, Reason};
use super::{Found, Gather, evidence_of, number};
use crate::error::Error;
use crate::view::View;
use domain::id::HolderId;
use domain::measure::evidence;
use domain::name::{Name, Text};
use domain::number::Points;
use domain::pack::model::Role;
use domain::pack::standard::{Clause, Selector};
use domain::period::Window;
use domain::points::Evidence;
use domain::record::watch::watch;
use domain::record::{Entry, Record};
use domain::tally::Tally;
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
) -> Result<Found, Error> {
    let kind = match selector {
        Selector::NoneOf { kind, .. }
        | Selector::Complete { kind, .. }
        | Selector::Ratio { kind, .. }
        | Selector::Mean { kind, .. } => kind,
        _ => return Found::of(Vec::new()),
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
        return Found::of(Vec::new());
    };
    let mut items = Vec::new();
    for view in gather.views {
        let zone = &view.unit.zone;
        for record in candidates(tx, view, kind, window)? {
            let journal = journal(tx, &record)?;
            let mut found: Vec<(HolderId, domain::time::Instant, Tally)> = Vec::new();
            watch(&view.library, zone, &journal, |before, entry, after| {
                for (holder, day, tally) in
                    evidence(&measure, view.unit.id, zone, before, entry, after)
                {
                    let at = domain::record::evolve::happened(entry);
                    if window.contains(day) && at <= gather.as_of {
                        found.push((holder, at, tally));
                    }
                }
            })?;
            for (holder, at, tally) in found {
                if gather.holder.is_some_and(|wanted| wanted != holder) {
                    continue;
                }
                let title = gather
                    .pack
                    .kinds
                    .get(kind)
                    .map(|kind| kind.title.clone())
                    .unwrap_or_default();
                let (verdict, text) = said(selector, &record, &title, tally, zone, at);
                items.push(Item {
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
                    tally,
                    verdict_of: None,
                    group: None,
                });
            }
        }
    }
    let sum = Tally::sum(items.iter().map(|item| item.tally)).map_err(number)?;
    Ok(Found {
        evidence: evidence_of(selector, sum),
        items,
    })
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
        Selector::NoneOf { .. } => (
            if tally.missed > 0 {
                "missed"
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
        _ => {
            let minutes = tally.sum / 60_000_000;
            (
                "counted",
                Text {
                    zh: format!("{number}：{minutes} 分钟"),
                    en: format!("{number}: {minutes} minutes"),
                },
            )
        }
    }
}

/// Marks given for the clause, the member and the period, in the order in which they were given (S7.6, S1.3).
pub(super) fn marks(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    clause: &Clause,
    window: Window,
) -> Result<Found, Error> {
    let mut given: Vec<(domain::time::Instant, Points, Item)> = Vec::new();
    let kinds = gather
        .pack
        .kinds
        .values()
        .filter(|kind| kind.role == Some(Role::Mark));
    for kind in kinds {
        for view in gather.views {
            let zone = &view.unit.zone;
            let mut records = Vec::new();
            record::each_of_kind(tx, Some(view.unit.id), Some(&kind.name), |record| {
                records.push(record);
                Ok(())
            })?;
            for record in records {
                let text = |name: &str| record.doc.data.get(name).and_then(|value| value.as_text());
                let member: Option<HolderId> = text("member").and_then(|id| id.parse().ok());
                let for_this = text("standard") == Some(gather.standard.name.as_str())
                    && text("clause") == Some(clause.name.as_str())
                    && text("period") == Some(window.to_string().as_str());
                let counts = !record.doc.void
                    && record.closed_at.is_none()
                    && record.opened_at <= gather.as_of;
                let mine = gather.holder.is_none_or(|wanted| member == Some(wanted));
                let Some(domain::value::Value::Int(hundredths)) = record
                    .doc
                    .data
                    .get("mark")
                    .filter(|_| for_this && counts && mine)
                else {
                    continue;
                };
                let mark = Points::from_hundredths(*hundredths);
                let reason = text("reason").unwrap_or_default();
                given.push((
                    record.opened_at,
                    mark,
                    Item {
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
                        tally: Tally::ZERO,
                        verdict_of: None,
                        group: None,
                    },
                ));
            }
        }
    }
    given.sort_by_key(|(at, ..)| *at);
    let marks = given.iter().map(|(_, mark, _)| *mark).collect();
    Ok(Found {
        evidence: Evidence::Marks(marks),
        items: given.into_iter().map(|(.., item)| item).collect(),
    })
}
