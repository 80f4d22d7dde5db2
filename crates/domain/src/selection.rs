//! What selectors find, as numbers (S7.8, S7.9): ratios, means of members, cases that count once, ratings.
//!
//! Selecting is the store's and the condition language's; here are only the sums that every standard shares.

use crate::calendar::SpecialDays;
use crate::clock::{self, ClockError, Span};
use crate::number::{Bp, NumberError, Points, Ratio};
use crate::tally::{Tally, Verdict};
use crate::time::{Instant, Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One count over another; `None` where there is nothing to divide by, which is no case (S7.10).
pub fn ratio(of: i64, over: i64) -> Option<Ratio> {
    Ratio::new(of.into(), over.into()).ok()
}

/// The mean of members' totals as a share of the full points; `None` where no member has a total.
pub fn members_mean(totals: &[Points], full: Points) -> Result<Option<Ratio>, NumberError> {
    let Ok(count) = i128::try_from(totals.len()) else {
        return Err(NumberError::Overflow);
    };
    if count == 0 || full == Points::ZERO {
        return Ok(None);
    }
    let sum = Ratio::sum(totals.iter().map(|total| total.ratio()))?;
    Ok(Some(sum.times(Ratio::new(1, count)?)?.over(full.ratio())?))
}

/// S7.9 `count-once-per`: one case for each key, missed if any of its items is missed, else met if any is met, else left out as its items
/// are. Of late items the one that is worth least stands for the case.
pub fn once_per<K: Ord>(
    items: impl IntoIterator<Item = (K, Verdict)>,
) -> Result<Tally, NumberError> {
    let mut cases: BTreeMap<K, Verdict> = BTreeMap::new();
    for (key, verdict) in items {
        cases
            .entry(key)
            .and_modify(|case| *case = weightier(*case, verdict))
            .or_insert(verdict);
    }
    Tally::sum(cases.into_values().map(Tally::of))
}

fn weightier(a: Verdict, b: Verdict) -> Verdict {
    let rank = |verdict| match verdict {
        Verdict::Missed => (0, Bp::ZERO),
        Verdict::Late { worth } => (1, worth),
        Verdict::Met => (2, Bp::ZERO),
        Verdict::Pending => (3, Bp::ZERO),
        Verdict::Excused => (4, Bp::ZERO),
        Verdict::Exempt => (5, Bp::ZERO),
        Verdict::Anomalous => (6, Bp::ZERO),
        Verdict::Withdrawn => (7, Bp::ZERO),
        Verdict::NotApplicable => (8, Bp::ZERO),
    };
    if rank(b) < rank(a) { b } else { a }
}

/// How an opinion reached the record (S9.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// The customer's own session.
    Own,
    Recording,
    /// A caller outside the case's chain.
    OutsideCaller,
    /// Entered by somebody who is part of the case.
    Staff,
}

/// Opinions that count, and how many were entered by staff about themselves, which are shown apart (S9.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opinions {
    pub counted: Tally,
    pub apart: i64,
}

/// S9.6: satisfied is met; what staff enter about themselves is no evidence.
pub fn opinions(
    ratings: impl IntoIterator<Item = (Channel, bool)>,
) -> Result<Opinions, NumberError> {
    let mut opinions = Opinions::default();
    for (channel, satisfied) in ratings {
        if channel == Channel::Staff {
            opinions.apart += 1;
            continue;
        }
        let verdict = if satisfied {
            Verdict::Met
        } else {
            Verdict::Missed
        };
        opinions.counted = opinions.counted.plus(Tally::of(verdict))?;
    }
    Ok(opinions)
}

/// S9.5: whether `again` falls within so long after `first`, counted as any limit is (S2).
pub fn repeats(
    first: Instant,
    again: Instant,
    within: Span,
    days: &SpecialDays,
    zone: &Zone,
) -> Result<bool, ClockError> {
    let due = clock::ends(first, within, days, zone)?;
    Ok(again >= first && due.allows(again))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(text: &str) -> Points {
        text.parse().unwrap()
    }

    /// S7.8: the mean of members' scores.
    #[test]
    fn s7_8_a_mean_over_members_is_a_share_of_the_full_points() {
        let totals = ["90", "85.50", "88.25"].map(points);
        let mean = members_mean(&totals, points("100")).unwrap().unwrap();
        assert_eq!(
            mean.times(Ratio::whole(10)).unwrap().points(),
            Ok(points("8.79"))
        );
        assert_eq!(members_mean(&[], points("100")), Ok(None));
        assert_eq!(ratio(1, 0), None);
    }

    /// S7.9, S9.4: one burst main, one case.
    #[test]
    fn s7_9_a_case_is_missed_if_any_of_its_items_is() {
        use Verdict::{Excused, Met, Missed, Withdrawn};
        let late = |bp| Verdict::Late { worth: Bp::new(bp) };
        let tally = |items: &[Verdict]| once_per(items.iter().map(|v| ("main", *v))).unwrap();
        assert_eq!(tally(&[Met, Missed, Met]), Tally::counts(0, 1));
        assert_eq!(tally(&[Excused, Met, Withdrawn]), Tally::counts(1, 0));
        assert_eq!(tally(&[Withdrawn, Excused]), Tally::of(Excused));
        assert_eq!(tally(&[late(9_000), Met, late(100)]), Tally::of(late(100)));
        let two = once_per([(1, Missed), (1, Missed), (1, Missed), (2, Met)]);
        assert_eq!(two, Ok(Tally::counts(1, 1)));
    }

    /// S9.6
    #[test]
    fn s9_6_what_staff_enter_about_themselves_is_apart() {
        let ratings = [
            (Channel::Own, true),
            (Channel::Own, false),
            (Channel::Recording, true),
            (Channel::OutsideCaller, true),
            (Channel::Staff, true),
            (Channel::Staff, true),
        ];
        let opinions = opinions(ratings).unwrap();
        assert_eq!((opinions.counted, opinions.apart), (Tally::counts(3, 1), 2));
    }

    /// S9.5: three months end with the same day.
    #[test]
    fn s9_5_a_repeat_is_within_its_time() {
        let at = |text: &str| text.parse().unwrap();
        let repeats = |again: &str| {
            repeats(
                at("2026-01-15T09:00:00+08:00"),
                at(again),
                Span::Months(3),
                &SpecialDays::none(),
                &Zone::shanghai(),
            )
        };
        assert_eq!(repeats("2026-04-15T22:00:00+08:00"), Ok(true));
        assert_eq!(repeats("2026-04-16T00:00:00+08:00"), Ok(false));
        assert_eq!(repeats("2026-01-14T22:00:00+08:00"), Ok(false));
    }
}
