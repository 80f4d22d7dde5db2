//! So many per period, or a share of a population (S6): what is needed, what counts, and who needs how much of it.
//!
//! A quota is a number of items that somebody needs and a number that he has; the items themselves are chosen by the selector. Days come
//! from the journal as it stood, so a state that changes afterwards lowers nothing (S6.3).

use crate::number::{Bp, NumberError, Ratio};
use crate::tally::Tally;
use crate::time::{Day, Instant, Zone};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A population that stayed the same over some days on which the unit was in service (S6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    pub days: i64,
    pub count: i64,
}

/// Which count of a population is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CountedAt {
    /// The mean of the daily counts.
    #[default]
    Mean,
    Start,
    End,
}

/// The population of a period from its daily counts, in the order of the days; zero where the unit was never in service. Not rounded:
/// only what is needed of it is.
pub fn population(daily: &[Stretch], at: CountedAt) -> Result<Ratio, NumberError> {
    let served = || daily.iter().filter(|stretch| stretch.days > 0);
    let count = |stretch: Option<&Stretch>| Ratio::whole(stretch.map_or(0, |s| s.count));
    match at {
        CountedAt::Start => Ok(count(served().next())),
        CountedAt::End => Ok(count(served().next_back())),
        CountedAt::Mean => {
            let total = |of: fn(&Stretch) -> i128| -> i128 { served().map(of).sum() };
            let days = total(|s| i128::from(s.days));
            let sum = total(|s| i128::from(s.days) * i128::from(s.count));
            if days == 0 {
                Ok(Ratio::ZERO)
            } else {
                Ratio::new(sum, days)
            }
        }
    }
}

/// S6.2: the share of a population that is needed, rounded up.
pub fn needed_of(share: Bp, population: Ratio) -> Result<i64, NumberError> {
    share.ratio().times(population)?.rounded_up()
}

/// S6.3: what a subject needs that was there for `days` of the period's: n × days ÷ period rounded half up, and one where that is
/// nothing but the subject was there for at least a quarter.
pub fn needed_for_part(n: i64, days: i64, of: i64) -> Result<i64, NumberError> {
    let part = Ratio::new(i128::from(n) * i128::from(days), i128::from(of))?.rounded()?;
    let quarter = i128::from(days) * 4 >= i128::from(of);
    Ok(if part == 0 && quarter { n.min(1) } else { part })
}

/// S6.3: the days of [first, last] at whose end the state held; `changes` are the journal's, in order of time, the first of them giving
/// the state from then on (before it, the state did not hold).
pub fn days_in_state(changes: &[(Instant, bool)], first: Day, last: Day, zone: &Zone) -> i64 {
    let mut days = 0;
    let mut day = first;
    while day <= last {
        let end = zone.end_of(day);
        let known = changes.partition_point(|(at, _)| *at < end);
        let held = known.checked_sub(1).is_some_and(|n| changes[n].1);
        days += i64::from(held);
        day = day.plus_days(1);
    }
    days
}

/// Something that may count towards a quota, at its deciding time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item<'a> {
    pub at: Instant,
    pub record: &'a str,
    /// A home, a permit, a party.
    pub subject: &'a str,
    /// What it adds where a quota sums a field; 1 where it counts.
    pub amount: i64,
}

/// What counts once (S6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distinct {
    Record,
    /// The default.
    Subject,
    /// A subject once a day; the default where more than one is needed of it.
    Day,
}

impl Distinct {
    /// S6.1: what a clause means that says nothing.
    pub fn default_for(n: i64) -> Self {
        if n > 1 { Self::Day } else { Self::Subject }
    }
}

/// The items that count, in order of time: each record once, each subject as `distinct` says, and of one subject none that follows
/// another within fewer than `min_gap_days` days.
pub fn counted<'a>(
    items: &[Item<'a>],
    distinct: Distinct,
    min_gap_days: i64,
    zone: &Zone,
) -> Vec<Item<'a>> {
    let mut sorted = items.to_vec();
    sorted.sort();
    let mut records = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut last: BTreeMap<&str, Day> = BTreeMap::new();
    sorted.retain(|item| {
        let day = zone.day_of(item.at);
        let near = last.get(item.subject);
        if near.is_some_and(|last| day.since(*last) < min_gap_days) || records.contains(item.record)
        {
            return false;
        }
        let new = match distinct {
            Distinct::Record => true,
            Distinct::Subject => seen.insert((item.subject, None)),
            Distinct::Day => seen.insert((item.subject, Some(day))),
        };
        if new {
            records.insert(item.record);
            last.insert(item.subject, day);
        }
        new
    });
    sorted
}

/// S6.5: m = min(done, needed); what is lacking is pending until the window has ended, and missed from then.
pub fn verdict(needed: i64, done: i64, ended: bool) -> Tally {
    let met = done.clamp(0, needed.max(0));
    let lacking = needed.max(0) - met;
    let (missed, pending) = if ended { (lacking, 0) } else { (0, lacking) };
    Tally {
        met,
        missed,
        pending,
        ..Tally::ZERO
    }
}

/// S6.4: a quota cut by largest remainder, so that the shares add up to it. `grids` are sizes in the order of their codes; of equal
/// remainders the larger grid comes first, then the lower code. Grids without a size need nothing.
pub fn apportion(n: i64, grids: &[i64]) -> Result<Vec<i64>, NumberError> {
    let all: i128 = grids.iter().copied().map(i128::from).sum();
    if all == 0 {
        return Ok(vec![0; grids.len()]);
    }
    let exact = |size: i64| i128::from(n) * i128::from(size);
    let mut shares = Vec::with_capacity(grids.len());
    for size in grids {
        let floor = exact(*size) / all;
        shares.push(i64::try_from(floor).map_err(|_| NumberError::Overflow)?);
    }
    let mut order: Vec<usize> = (0..grids.len()).collect();
    order.sort_by_key(|&grid| {
        let remainder = exact(grids[grid]) % all;
        (std::cmp::Reverse((remainder, grids[grid])), grid)
    });
    let left = n - shares.iter().sum::<i64>();
    for grid in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        shares[grid] += 1;
    }
    Ok(shares)
}

/// One holder's part of a quota after surpluses have filled what others lack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    pub needed: i64,
    /// His own, and what others gave him; never more than needed.
    pub met: i64,
    /// (grid, how many), in grid order; the verdicts of both say so.
    pub given: Vec<(usize, i64)>,
    pub taken: Vec<(usize, i64)>,
}

/// S6.4: surpluses fill lacks in grid order, first giver to first taker; the giver's m stays at what he needed.
pub fn fill(needed: &[i64], done: &[i64]) -> Vec<Filled> {
    let mut spare: Vec<i64> = Vec::with_capacity(needed.len());
    let mut filled: Vec<Filled> = Vec::with_capacity(needed.len());
    for (&needed, &done) in needed.iter().zip(done) {
        let met = done.clamp(0, needed);
        spare.push((done - needed).max(0));
        filled.push(Filled {
            needed,
            met,
            ..Filled::default()
        });
    }
    for taker in 0..filled.len() {
        for (giver, left) in spare.iter_mut().enumerate() {
            let gives = (*left).min(filled[taker].needed - filled[taker].met);
            if gives > 0 {
                *left -= gives;
                filled[taker].met += gives;
                filled[taker].taken.push((giver, gives));
                filled[giver].given.push((taker, gives));
            }
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn item<'a>(record: &'a str, subject: &'a str, day: &str) -> Item<'a> {
        Item {
            at: at(&format!("{day}:00+08:00")),
            record,
            subject,
            amount: 1,
        }
    }

    fn subjects<'a>(items: &[Item<'a>], distinct: Distinct, gap: i64) -> Vec<&'a str> {
        let counted = counted(items, distinct, gap, &Zone::shanghai());
        counted.iter().map(|item| item.record).collect()
    }

    /// S6.1: a record counts once, a subject counts once unless the clause says otherwise.
    #[test]
    fn s6_1_a_subject_counts_once() {
        let visits = [
            item("v1", "home 1", "2026-03-02T09:00"),
            item("v2", "home 2", "2026-03-03T09:00"),
            item("v3", "home 2", "2026-03-04T09:00"),
            item("v1", "home 1", "2026-03-05T09:00"),
        ];
        assert_eq!(subjects(&visits, Distinct::Subject, 0), ["v1", "v2"]);
        assert_eq!(subjects(&visits, Distinct::Record, 0), ["v1", "v2", "v3"]);
        assert_eq!(subjects(&visits, Distinct::Day, 0), ["v1", "v2", "v3"]);
        assert_eq!(Distinct::default_for(1), Distinct::Subject);
        assert_eq!(Distinct::default_for(3), Distinct::Day);
    }

    /// S7.8: `min-gap` of a quota.
    #[test]
    fn s7_8_items_too_close_together_count_once() {
        let visits = [
            item("a", "home", "2026-03-01T09:00"),
            item("b", "home", "2026-03-08T09:00"),
            item("c", "home", "2026-03-11T09:00"),
            item("d", "other", "2026-03-02T09:00"),
        ];
        assert_eq!(subjects(&visits, Distinct::Record, 10), ["a", "d", "c"]);
    }

    /// S6.2: the mean is not rounded before the share is.
    #[test]
    fn s6_2_a_share_of_a_population_is_rounded_up() {
        let daily = [
            Stretch {
                days: 27,
                count: 350,
            },
            Stretch {
                days: 3,
                count: 351,
            },
        ];
        let needed = |at| needed_of(Bp::new(800), population(&daily, at).unwrap()).unwrap();
        assert_eq!(needed(CountedAt::Mean), 29);
        assert_eq!(needed(CountedAt::Start), 28);
        assert_eq!(needed(CountedAt::End), 29);
        assert_eq!(needed_of(Bp::new(800), Ratio::whole(351)), Ok(29));
        assert_eq!(needed_of(Bp::new(3_000), Ratio::whole(47)), Ok(15));
        assert_eq!(population(&[], CountedAt::Mean), Ok(Ratio::ZERO));
        // Days out of service have no count.
        let closed = [Stretch { days: 0, count: 9 }, Stretch { days: 1, count: 5 }];
        assert_eq!(population(&closed, CountedAt::Start), Ok(Ratio::whole(5)));
    }

    /// S6.3
    #[test]
    fn s6_3_part_of_a_period_is_rounded_half_up_but_one_from_a_quarter() {
        for (n, days, of, needed) in [
            (4, 10, 30, 1),
            (1, 45, 90, 1),
            (1, 23, 92, 1),
            (1, 22, 92, 0),
            (3, 1, 7, 0),
            (3, 2, 7, 1),
            (0, 30, 30, 0),
        ] {
            assert_eq!(
                needed_for_part(n, days, of),
                Ok(needed),
                "{n} × {days}/{of}"
            );
        }
    }

    /// S6.3: a day counts if the state held at its end.
    #[test]
    fn s6_3_a_day_counts_by_its_end() {
        let (first, last) = (
            Day::new(2026, 3, 1).unwrap(),
            Day::new(2026, 3, 31).unwrap(),
        );
        let changes = [
            (at("2026-03-10T18:00:00+08:00"), true),
            (at("2026-03-20T00:00:00+08:00"), false),
        ];
        // 10 to 19 March; what changes at midnight belongs to the day that begins.
        assert_eq!(days_in_state(&changes, first, last, &Zone::shanghai()), 10);
        assert_eq!(
            days_in_state(&changes[..1], first, last, &Zone::shanghai()),
            22
        );
        assert_eq!(days_in_state(&[], first, last, &Zone::shanghai()), 0);
    }

    /// S6.4
    #[test]
    fn s6_4_largest_remainders_take_what_is_left() {
        assert_eq!(apportion(29, &[120, 130, 101]), Ok(vec![10, 11, 8]));
        // Equal remainders: the larger grid first, then the lower code.
        assert_eq!(apportion(1, &[10, 10]), Ok(vec![1, 0]));
        assert_eq!(apportion(3, &[1, 3, 2]), Ok(vec![0, 2, 1]));
        assert_eq!(apportion(5, &[0, 0]), Ok(vec![0, 0]));
    }

    /// S6.4: a surplus fills what others lack, in grid order, and both verdicts say so.
    #[test]
    fn s6_4_surplus_fills_lacks_and_says_so() {
        let filled = fill(&[10, 11, 8], &[11, 10, 8]);
        assert_eq!(
            filled.iter().map(|f| f.met).collect::<Vec<_>>(),
            [10, 11, 8]
        );
        assert_eq!(filled[0].given, [(1, 1)]);
        assert_eq!(filled[1].taken, [(0, 1)]);
        let scarce = fill(&[5, 5, 5], &[2, 9, 3]);
        assert_eq!(scarce.iter().map(|f| f.met).collect::<Vec<_>>(), [5, 5, 4]);
    }

    /// S6.5
    #[test]
    fn s6_5_lacks_are_pending_until_the_window_ends() {
        let before = verdict(29, 27, false);
        assert_eq!((before.met, before.missed, before.pending), (27, 0, 2));
        let after = verdict(29, 27, true);
        assert_eq!((after.met, after.missed, after.pending), (27, 2, 0));
        assert_eq!(verdict(15, 18, true), Tally::counts(15, 0));
    }

    proptest! {
        /// S6.4: shares add up, and none is a whole away from its exact part.
        #[test]
        fn s6_4_shares_add_up(n in 0_i64..500, grids in prop::collection::vec(0_i64..400, 1..8)) {
            let all: i64 = grids.iter().sum();
            prop_assume!(all > 0);
            let shares = apportion(n, &grids).unwrap();
            prop_assert_eq!(shares.iter().sum::<i64>(), n);
            for (share, size) in shares.iter().zip(&grids) {
                prop_assert!((share * all - n * size).abs() < all);
            }
        }

        /// S6.4: filling makes nothing and loses nothing that was needed.
        #[test]
        fn s6_4_filling_moves_only_surplus(both in prop::collection::vec((0_i64..20, 0_i64..20), 1..7)) {
            let (needed, done): (Vec<_>, Vec<_>) = both.into_iter().unzip();
            let filled = fill(&needed, &done);
            let met: i64 = filled.iter().map(|f| f.met).sum();
            let (all_needed, all_done): (i64, i64) = (needed.iter().sum(), done.iter().sum());
            prop_assert_eq!(met, all_needed.min(all_done));
        }

        /// S0.1: the order in which items arrive does not matter.
        #[test]
        fn s0_1_what_counts_does_not_depend_on_arrival(hours in prop::collection::vec((0_u8..48, 0_usize..3), 0..12), gap in 0_i64..3) {
            let names = ["a", "b", "c"];
            let ids: Vec<_> = (0..hours.len()).map(|n| n.to_string()).collect();
            let mut items: Vec<_> = hours.iter().zip(&ids).map(|((hour, subject), id)| Item {
                at: at("2026-03-02T00:00:00+08:00").plus_micros(i64::from(*hour) * 3_600_000_000),
                record: id,
                subject: names[*subject],
                amount: 1,
            }).collect();
            for distinct in [Distinct::Record, Distinct::Subject, Distinct::Day] {
                let forwards = counted(&items, distinct, gap, &Zone::shanghai());
                items.reverse();
                prop_assert_eq!(forwards, counted(&items, distinct, gap, &Zone::shanghai()));
            }
        }
    }
}
