//! Quotas as evidence: so many per period, or a share of a population cut among the grids (S6).

use super::said::{Item, Reason};
use super::step::{candidates, journal};
use super::{Found, Gather, number};
use crate::error::Error;
use crate::view::View;
use domain::id::{HolderId, RecordId};
use domain::name::Name;
use domain::number::Ratio;
use domain::pack::model::ParameterValue;
use domain::pack::standard::{Needed, Population, Quota, Share};
use domain::period::Window;
use domain::points::Evidence;
use domain::quota::{
    CountedAt, Distinct, Filled, Item as Counted, Stretch, apportion, counted, fill, needed_of,
    population, verdict,
};
use domain::record::evolve::happened;
use domain::record::scope::RecordScope;
use domain::record::watch::{held, watch};
use domain::tally::Tally;
use domain::time::Instant;
use domain::value::{Data, Value};
use std::collections::BTreeMap;
use store::{Tx, record};

/// What counts (S6.1, S7.8).
#[derive(Clone, Copy)]
struct Counts {
    distinct: Distinct,
    min_gap_days: i64,
}

/// A record that may count, with whom it counts for.
struct Done {
    at: Instant,
    record: RecordId,
    number: String,
    subject: String,
    by: HolderId,
    /// What it adds: 1, or the field that the quota sums.
    amount: i64,
}

pub(super) fn gather(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    quota: &Quota,
    window: Window,
) -> Result<Found, Error> {
    let mut sum = Tally::ZERO;
    let mut items = Vec::new();
    for view in gather.views {
        let zone = &view.unit.zone;
        let ended = gather.as_of >= window.ends(zone);
        let done = done(gather, tx, view, quota, window)?;
        let counts = Counts {
            distinct: if quota.distinct_day {
                Distinct::Day
            } else {
                Distinct::Subject
            },
            min_gap_days: quota.min_gap_days,
        };
        let (needed, mine) = match &quota.needed {
            Needed::AtLeast(n) => {
                let mine: Vec<&Done> = done
                    .iter()
                    .filter(|done| gather.holder.is_none_or(|wanted| done.by == wanted))
                    .collect();
                let concerned = gather
                    .holder
                    .is_none_or(|wanted| posted(view, wanted, window));
                (if concerned { *n } else { 0 }, count(&mine, counts, zone))
            }
            Needed::Share {
                of,
                over,
                share,
                count: at,
            } => {
                let populations = populations(gather, tx, view, of, over.as_ref(), *at, window)?;
                let share = bp(view, gather, share)?;
                let total =
                    Ratio::sum(populations.values().map(|(ratio, _)| *ratio)).map_err(number)?;
                let needed = needed_of(share, total).map_err(number)?;
                cut(gather, view, &populations, needed, &done, counts, window)?
            }
        };
        let tally = verdict(needed, mine, ended);
        sum = sum.plus(tally).map_err(number)?;
        if needed > 0 {
            items.push(Item {
                record: RecordId::from_uuid(view.unit.id.uuid()).into(),
                number: quota.of.to_string(),
                project: view.unit.code.clone(),
                verdict: if tally.missed > 0 {
                    "missed"
                } else if tally.pending > 0 {
                    "pending"
                } else {
                    "met"
                },
                reason: Reason {
                    zh: match &quota.sum {
                        None => {
                            format!("{} 应完成 {needed} 次，已完成 {mine} 次", view.unit.name)
                        }
                        Some(field) => format!(
                            "{} 的 {field} 合计应达 {needed}，已达 {mine}",
                            view.unit.name
                        ),
                    },
                    en: format!("{}: {needed} needed, {mine} done", view.unit.code),
                },
                started_at: None,
                due_at: Some(window.ends(zone).in_zone(zone)),
                done_at: None,
                holder: gather.holder.map(|holder| gather.names.of(holder)),
                costs: None,
                tally: Tally::ZERO,
                verdict_of: None,
                group: None,
            });
        }
        for done in done
            .iter()
            .filter(|done| gather.holder.is_none_or(|wanted| done.by == wanted))
        {
            items.push(Item {
                record: done.record.into(),
                number: done.number.clone(),
                project: view.unit.code.clone(),
                verdict: "counted",
                reason: Reason {
                    zh: format!("{} 计入", done.number),
                    en: format!("{} counts", done.number),
                },
                started_at: None,
                due_at: None,
                done_at: Some(done.at.in_zone(zone)),
                holder: Some(gather.names.of(done.by)),
                costs: None,
                tally: Tally::ZERO,
                verdict_of: None,
                group: None,
            });
        }
    }
    Ok(Found {
        evidence: Evidence::Counts(sum),
        items,
    })
}

/// Records that took the step in the window and count, each once.
fn done(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    view: &View,
    quota: &Quota,
    window: Window,
) -> Result<Vec<Done>, Error> {
    let zone = &view.unit.zone;
    let mut all = Vec::new();
    let none = Data::new();
    for record in candidates(tx, view, &quota.of, window)? {
        let journal = journal(tx, &record)?;
        let mut counts: Option<Done> = None;
        watch(&view.library, zone, &journal, |_, entry, after| {
            let scope = RecordScope::after(Some(after), &none, &entry.used);
            let holds = quota
                .when
                .as_ref()
                .is_none_or(|when| when.holds(&scope).unwrap_or(false));
            let at = happened(entry);
            if entry.change.is_none()
                && entry.step == quota.at
                && holds
                && window.contains(zone.day_of(at))
                && at <= gather.as_of
                && counts.is_none()
            {
                let subject = quota
                    .subject
                    .as_ref()
                    .and_then(|link| after.doc.links.get(link))
                    .copied();
                counts = Some(Done {
                    at,
                    record: after.id,
                    number: after.number.clone(),
                    subject: subject.unwrap_or(after.id).to_string(),
                    amount: match &quota.sum {
                        None => 1,
                        Some(field) => after
                            .doc
                            .data
                            .get(field)
                            .and_then(Value::as_int)
                            .unwrap_or(0),
                    },
                    by: entry
                        .by
                        .member()
                        .or(after.doc.creator)
                        .map_or(view.unit.id.into(), HolderId::from),
                });
            }
        })?;
        all.extend(counts);
    }
    Ok(all)
}

/// How much of it counts: a number, or a sum.
fn count(done: &[&Done], counts: Counts, zone: &domain::time::Zone) -> i64 {
    let records: Vec<String> = done.iter().map(|done| done.record.to_string()).collect();
    let items: Vec<Counted<'_>> = done
        .iter()
        .zip(&records)
        .map(|(done, record)| Counted {
            at: done.at,
            record,
            subject: &done.subject,
            amount: done.amount,
        })
        .collect();
    let counted = counted(&items, counts.distinct, counts.min_gap_days, zone);
    let amounts = counted.iter().map(|item| item.amount);
    amounts.fold(0, i64::saturating_add)
}

/// Whether a member worked here at some time of the window.
fn posted(view: &View, holder: HolderId, window: Window) -> bool {
    let (from, until) = (window.begins(&view.unit.zone), window.ends(&view.unit.zone));
    view.roster.postings.iter().any(|posting| {
        HolderId::from(posting.member) == holder
            && posting.from < until
            && posting.until.is_none_or(|end| end > from)
    })
}

fn bp(view: &View, gather: &Gather<'_>, share: &Share) -> Result<domain::number::Bp, Error> {
    match share {
        Share::Fixed(bp) => Ok(*bp),
        Share::Param(name) => match view.parameters.value(gather.pack, name, gather.as_of) {
            Some(ParameterValue::Number(number)) => Ok(domain::number::Bp::new(*number)),
            _ => Err(Error::Usage(format!(
                "参数“{name}”没有值 (the parameter has no value)"
            ))),
        },
    }
}

type Populations = BTreeMap<Option<Name>, (Ratio, i64)>;

/// The population by grid: its size (S6.2) and the sum of its daily counts, by which shares are cut. Records that belong to no grid stand under none.
fn populations(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    view: &View,
    of: &Name,
    over: Option<&domain::expr::Expr>,
    at: Population,
    window: Window,
) -> Result<Populations, Error> {
    let zone = &view.unit.zone;
    let mut records = Vec::new();
    record::each_of_kind(tx, Some(view.unit.id), Some(of), |record| {
        if !record.doc.void {
            records.push(record);
        }
        Ok(())
    })?;
    let days: Vec<_> = (0..window.days())
        .map(|n| window.first().plus_days(n))
        .collect();
    let mut daily: BTreeMap<Option<Name>, Vec<i64>> = BTreeMap::new();
    let mut during: BTreeMap<Option<Name>, i64> = BTreeMap::new();
    for record in records {
        let grid = record
            .doc
            .data
            .get("grid")
            .and_then(|value| value.as_text())
            .map(Name::from);
        let changes = held(&view.library, zone, &journal(tx, &record)?, over)?;
        let counts = daily
            .entry(grid.clone())
            .or_insert_with(|| vec![0; days.len()]);
        for (count, day) in counts.iter_mut().zip(&days) {
            let end = zone.end_of(*day).min(gather.as_of);
            let known = changes.partition_point(|(at, _)| *at < end);
            *count += i64::from(known.checked_sub(1).is_some_and(|last| changes[last].1));
        }
        if window.contains(zone.day_of(record.opened_at))
            && changes.last().is_some_and(|(_, holds)| *holds)
        {
            *during.entry(grid).or_default() += 1;
        }
    }
    let mut populations = Populations::new();
    for (grid, counts) in daily {
        let stretches: Vec<Stretch> = counts
            .iter()
            .map(|count| Stretch {
                days: 1,
                count: *count,
            })
            .collect();
        let size = match at {
            Population::Mean => population(&stretches, CountedAt::Mean),
            Population::Start => population(&stretches, CountedAt::Start),
            Population::End => population(&stretches, CountedAt::End),
            Population::During => Ok(Ratio::whole(during.get(&grid).copied().unwrap_or(0))),
        };
        let weight = match at {
            Population::During => during.get(&grid).copied().unwrap_or(0),
            _ => counts.iter().sum(),
        };
        populations.insert(grid, (size.map_err(number)?, weight));
    }
    Ok(populations)
}

/// What of a unit's quota is the holder's, and how much of it is done: shares of the grids by largest remainder, surpluses filling lacks (S6.4).
fn cut(
    gather: &Gather<'_>,
    view: &View,
    populations: &Populations,
    needed: i64,
    done: &[Done],
    counts: Counts,
    window: Window,
) -> Result<(i64, i64), Error> {
    let zone = &view.unit.zone;
    let Some(holder) = gather.holder else {
        let all: Vec<&Done> = done.iter().collect();
        return Ok((needed, count(&all, counts, zone)));
    };
    let grids: Vec<Option<Name>> = populations.keys().cloned().collect();
    let sizes: Vec<i64> = populations.values().map(|(_, weight)| *weight).collect();
    let shares = apportion(needed, &sizes).map_err(number)?;
    let at = window.ends(zone).plus_micros(-1).min(gather.as_of);
    let server = |grid: &Option<Name>| {
        let members = view.roster.members_of_grid(grid.as_ref()?.as_str(), at);
        members.first().map(|member| HolderId::from(*member))
    };
    let servers: Vec<Option<HolderId>> = grids.iter().map(server).collect();
    let of_grid = |server: &Option<HolderId>| -> Vec<&Done> {
        done.iter()
            .filter(|done| server.is_some() && Some(done.by) == *server)
            .collect()
    };
    let did: Vec<i64> = servers
        .iter()
        .map(|server| count(&of_grid(server), counts, zone))
        .collect();
    let filled: Vec<Filled> = fill(&shares, &did);
    let (mut mine, mut met) = (0, 0);
    for (index, server) in servers.iter().enumerate() {
        if *server == Some(holder) {
            mine += filled[index].needed;
            met += filled[index].met;
        }
    }
    Ok((mine, met))
}
