//! Quotas as evidence: so many per period, or a share of a population cut among the grids (S6).

use super::said::{Item, Proof, Reason};
use super::step::{candidates, journal};
use super::{Found, FoundBy, Gather, Key, number};
use crate::error::Error;
use crate::view::View;
use domain::id::{HolderId, RecordId};
use domain::measure::{Taking, measure, taking};
use domain::name::Name;
use domain::number::{Bp, Ratio};
use domain::pack::model::ParameterValue;
use domain::pack::standard::{Clause, Given, Needed, Population, Quota, Selector};
use domain::period::Window;
use domain::quota::{
    CountedAt, Distinct, Filled, Item as Counted, Stretch, apportion, counted, fill, needed_of,
    population, verdict,
};
use domain::record::watch::{held, watch};
use domain::tally::Tally;
use std::collections::BTreeMap;
use store::{Tx, record, tally};

/// What counts (S6.1, S7.8).
#[derive(Clone, Copy)]
struct Counts {
    distinct: Distinct,
    min_gap_days: i64,
}

/// A record that may count, with whom it counts for.
struct Done {
    taking: Taking,
    number: String,
    by: HolderId,
    /// What it adds: 1, or the field that the quota sums.
    amount: i64,
}

pub(super) fn gather(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    clause: &Clause,
    selector: &Selector,
    window: Window,
) -> Result<FoundBy, Error> {
    let Selector::Quota(quota) = selector else {
        return Ok(FoundBy::new());
    };
    let mut sums: BTreeMap<Key, Tally> = BTreeMap::new();
    let mut items: BTreeMap<Key, Vec<Item>> = BTreeMap::new();
    for view in gather.views {
        let zone = &view.unit.zone;
        let ended = gather.as_of >= window.ends(zone);
        let done = done(gather, tx, view, (clause, selector, quota), window)?;
        for (key, (needed, mine)) in figures(gather, tx, view, quota, window, &done)? {
            let tally = verdict(needed, mine, ended);
            let sum = sums.entry(key).or_default();
            *sum = sum.plus(tally).map_err(number)?;
            if needed > 0 && gather.explain {
                items.entry(key).or_default().push(asked(
                    gather,
                    view,
                    quota,
                    window,
                    key,
                    (needed, mine),
                    tally,
                ));
            }
        }
        for done in done.iter().filter(|_| gather.explain) {
            if let Some(key) = gather.whom.key(done.by) {
                items.entry(key).or_default().push(Item {
                    record: done.taking.record.into(),
                    number: done.number.clone(),
                    project: view.unit.code.clone(),
                    verdict: "counted",
                    reason: Reason {
                        zh: format!("{} 计入", done.number),
                        en: format!("{} counts", done.number),
                    },
                    started_at: None,
                    due_at: None,
                    done_at: Some(done.taking.at.in_zone(zone)),
                    holder: Some(gather.names.of(done.by)),
                    costs: None,
                    worth: None,
                    tally: Tally::ZERO,
                    verdict_of: None,
                    group: None,
                    by: None,
                    proof: Proof {
                        judged: format!("{}/{}", quota.of, quota.at),
                        done_at: Some(done.taking.at),
                        ..Proof::default()
                    },
                });
            }
        }
    }
    let found = sums.into_iter().map(|(key, sum)| {
        let items = items.remove(&key).unwrap_or_default();
        (key, Found::counted(selector, sum, items))
    });
    Ok(found.collect())
}

/// What a unit or holder had to do and did.
fn asked(
    gather: &Gather<'_>,
    view: &View,
    quota: &Quota,
    window: Window,
    key: Key,
    (needed, mine): (i64, i64),
    tally: Tally,
) -> Item {
    let zone = &view.unit.zone;
    Item {
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
                None => format!("{} 应完成 {needed} 次，已完成 {mine} 次", view.unit.name),
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
        holder: key.map(|holder| gather.names.of(holder)),
        costs: None,
        worth: None,
        tally: Tally::ZERO,
        verdict_of: None,
        group: None,
        by: None,
        proof: Proof {
            judged: format!("{}/{} {mine}/{needed}", quota.of, quota.at),
            ..Proof::default()
        },
    }
}

/// What is needed and what of it is done, of the unit or of each who is asked for.
fn figures(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    view: &View,
    quota: &Quota,
    window: Window,
    done: &[Done],
) -> Result<BTreeMap<Key, (i64, i64)>, Error> {
    let zone = &view.unit.zone;
    let counts = Counts {
        distinct: if quota.distinct_day {
            Distinct::Day
        } else {
            Distinct::Subject
        },
        min_gap_days: quota.min_gap_days,
    };
    let of = |key: Key| -> i64 {
        let mine: Vec<&Done> = done
            .iter()
            .filter(|done| key.is_none_or(|wanted| done.by == wanted))
            .collect();
        count(&mine, counts, zone)
    };
    match &quota.needed {
        Needed::AtLeast(least) => {
            let n = figure(view, gather, window, least, |it| it)?;
            let figures = gather.whom.keys().into_iter().map(|key| {
                let concerned = key.is_none_or(|wanted| posted(view, wanted, window));
                (key, (if concerned { n } else { 0 }, of(key)))
            });
            Ok(figures.collect())
        }
        Needed::Share {
            of: population,
            over,
            share,
            count: at,
        } => {
            let populations =
                populations(gather, tx, view, population, over.as_ref(), *at, window)?;
            let share = figure(view, gather, window, share, Bp::new)?;
            let total =
                Ratio::sum(populations.values().map(|(ratio, _)| *ratio)).map_err(number)?;
            let needed = needed_of(share, total).map_err(number)?;
            if gather.whom.is_whole() {
                return Ok([(None, (needed, of(None)))].into());
            }
            cut(gather, view, &populations, needed, window, of)
        }
    }
}

/// Records that took the step in the window and count, each once: the first of its takings. With evidence they come from the journals, else
/// from their tallies.
fn done(
    gather: &Gather<'_>,
    tx: &mut Tx<'_>,
    view: &View,
    (clause, selector, quota): (&Clause, &Selector, &Quota),
    window: Window,
) -> Result<Vec<Done>, Error> {
    let zone = &view.unit.zone;
    let Some((_, measure)) = measure(gather.pack, gather.standard, clause, selector) else {
        return Ok(Vec::new());
    };
    let mut all: Vec<Done> = Vec::new();
    if gather.explain {
        for record in candidates(tx, view, &quota.of, window)? {
            let journal = journal(tx, &record)?;
            watch(&view.library, zone, &journal, |_, entry, after| {
                let taken = taking(&measure, view.unit.id, zone, entry, after);
                let counts = taken.filter(|(_, day, ..)| window.contains(*day));
                all.extend(counts.map(|(by, _, taking, amount)| Done {
                    by,
                    number: after.number.clone(),
                    taking,
                    amount,
                }));
            })?;
        }
    } else {
        let items = tally::items(tx, view.unit.id, &measure.items(window, false))?;
        for (item, by, tally) in items {
            let taking = item
                .parse()
                .map_err(|error| Error::Store(store::Error::database(error)))?;
            all.push(Done {
                by,
                number: String::new(),
                taking,
                amount: tally.sum,
            });
        }
    }
    all.retain(|done| done.taking.at <= gather.as_of);
    all.sort_by_key(|done| (done.taking.record, done.taking.at));
    all.dedup_by_key(|done| done.taking.record);
    Ok(all)
}

/// How much of it counts: a number, or a sum.
fn count(done: &[&Done], counts: Counts, zone: &domain::time::Zone) -> i64 {
    let texts: Vec<(String, String)> = done
        .iter()
        .map(|done| {
            let taking = &done.taking;
            (taking.record.to_string(), taking.subject.to_string())
        })
        .collect();
    let items: Vec<Counted<'_>> = done
        .iter()
        .zip(&texts)
        .map(|(done, (record, subject))| Counted {
            at: done.taking.at,
            record,
            subject,
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

/// A figure of the standard's own, or the one in force for the unit as the window begins: what is set later binds the next (S6.2).
fn figure<T: Copy>(
    view: &View,
    gather: &Gather<'_>,
    window: Window,
    given: &Given<T>,
    make: fn(i64) -> T,
) -> Result<T, Error> {
    match given {
        Given::Fixed(figure) => Ok(*figure),
        Given::Param(name) => {
            match view
                .parameters
                .value(gather.pack, name, window.begins(&view.unit.zone))
            {
                Some(ParameterValue::Number(number)) => Ok(make(*number)),
                _ => Err(Error::Usage(format!(
                    "参数“{name}”没有值 (the parameter has no value)"
                ))),
            }
        }
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

/// What of a unit's quota is each holder's, and how much of it is done: shares of the grids by largest remainder, surpluses filling lacks
/// (S6.4).
fn cut(
    gather: &Gather<'_>,
    view: &View,
    populations: &Populations,
    needed: i64,
    window: Window,
    did: impl Fn(Key) -> i64,
) -> Result<BTreeMap<Key, (i64, i64)>, Error> {
    let zone = &view.unit.zone;
    let sizes: Vec<i64> = populations.values().map(|(_, weight)| *weight).collect();
    let shares = apportion(needed, &sizes).map_err(number)?;
    let at = window.ends(zone).plus_micros(-1).min(gather.as_of);
    let servers: Vec<Option<HolderId>> = populations
        .keys()
        .map(|grid| {
            let members = view.roster.members_of_grid(grid.as_ref()?.as_str(), at);
            members.first().map(|member| HolderId::from(*member))
        })
        .collect();
    let did: Vec<i64> = servers
        .iter()
        .map(|server| server.map_or(0, |server| did(Some(server))))
        .collect();
    let filled: Vec<Filled> = fill(&shares, &did);
    let mut figures: BTreeMap<Key, (i64, i64)> = gather
        .whom
        .keys()
        .into_iter()
        .map(|key| (key, (0, 0)))
        .collect();
    for (server, filled) in servers.into_iter().zip(filled) {
        if let Some(figure) = server.and_then(|server| figures.get_mut(&Some(server))) {
            figure.0 += filled.needed;
            figure.1 += filled.met;
        }
    }
    Ok(figures)
}
