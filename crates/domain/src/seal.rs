//! Sealing a period (S8.3): when it may be sealed, what a sealed scorecard keeps, and what late evidence does to it.
//!
//! A sealed scorecard never changes. What arrives later proposes a new revision, which is approved like an appeal; it never counts in
//! another period.

use crate::calendar::SpecialDays;
use crate::clock::{self, Clock, ClockError, Due, Rule, Span};
use crate::id::RecordId;
use crate::name::{Name, Text};
use crate::number::Points;
use crate::period::Window;
use crate::record::Hash;
use crate::sample::{Digest, SEPARATOR, merkle_root};
use crate::scorecard::{Left, NoTotal, Total};
use crate::tally::{Tally, Verdict};
use crate::time::{Instant, Moment, Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A device that holds unsent entries delays sealing for so long at most.
pub const SILENT_DEVICE: Span = Span::Days(7);

/// Until when an entry can still change the period: its end plus the longest of the back-dating and proof limits of its duties, limits in
/// days counted from its last day. While a device is known to hold unsent entries, [`SILENT_DEVICE`] is one of them.
///
/// # Errors
/// A limit in working days leaves the years with data.
pub fn open_until(
    period: Window,
    limits: &[Span],
    device_holds_entries: bool,
    days: &SpecialDays,
    zone: &Zone,
) -> Result<Due, ClockError> {
    let silent = device_holds_entries.then_some(SILENT_DEVICE);
    let mut until = Due::with_day(period.last(), zone);
    for limit in limits.iter().copied().chain(silent) {
        let due = clock::due(&Clock {
            start: Moment::On(period.last()),
            rule: &Rule::within(limit),
            hours: None,
            days,
            zone,
            pauses: &[],
        })?;
        until = until.max(due);
    }
    Ok(until)
}

/// The Merkle root of a unit's entries: over their hashes in lower-case hex, in the order of records and of each record's entries (S8.3).
/// `None` where there are none.
pub fn journal_root(hashes: impl IntoIterator<Item = Hash>) -> Option<Digest> {
    let texts: Vec<String> = hashes
        .into_iter()
        .map(|hash| Digest::from_bytes(hash.0).to_string())
        .collect();
    merkle_root(texts.iter().map(String::as_str))
}

/// Whether the period can be sealed at `as_of`.
pub fn can_seal(open_until: Due, as_of: Instant) -> bool {
    open_until.is_late(as_of)
}

/// S8.3: where a finding counts: in the period of the act if that is unsealed, else in the one in which it was given.
pub fn finding_counts_in(act: Window, given: Window, act_is_sealed: bool) -> Window {
    if act_is_sealed { given } else { act }
}

/// One item of evidence as a seal sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    pub clause: &'a str,
    pub record: RecordId,
    /// The duty or step that was judged.
    pub judged: &'a str,
    pub occurrence: i64,
    pub verdict: Verdict,
    pub due: Option<Due>,
    pub done_at: Option<Instant>,
}

impl Item<'_> {
    /// The text that is hashed: its fields joined as in a sample's seed, instants in microseconds, nothing for what is not there.
    fn text(&self) -> String {
        let instant = |at: Option<Instant>| at.map_or(String::new(), |at| at.micros().to_string());
        let (verdict, worth) = match self.verdict {
            Verdict::Met => ("met", None),
            Verdict::Late { worth } => ("late", Some(worth.get())),
            Verdict::Missed => ("missed", None),
            Verdict::Pending => ("pending", None),
            Verdict::Excused => ("excused", None),
            Verdict::Exempt => ("exempt", None),
            Verdict::Withdrawn => ("withdrawn", None),
            Verdict::Anomalous => ("anomalous", None),
            Verdict::NotApplicable => ("not-applicable", None),
        };
        let fields = [
            self.clause.to_owned(),
            self.record.to_string(),
            self.judged.to_owned(),
            self.occurrence.to_string(),
            verdict.to_owned(),
            worth.map_or(String::new(), |bp| bp.to_string()),
            instant(self.due.map(|due| due.at)),
            instant(self.done_at),
        ];
        fields.join(&SEPARATOR.to_string())
    }
}

/// The digest of a card's evidence: the Merkle root over its items' texts in byte order, so that it does not depend on the order in which
/// they were read; `None` without evidence.
pub fn evidence_digest<'a>(items: impl IntoIterator<Item = Item<'a>>) -> Option<Digest> {
    let mut texts: Vec<String> = items.into_iter().map(|item| item.text()).collect();
    texts.sort_unstable();
    merkle_root(texts.iter().map(String::as_str))
}

/// What a sealed scorecard keeps for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sealed {
    pub standard: Name,
    pub standard_version: u32,
    pub pack_version: String,
    pub period: Window,
    pub as_of: Instant,
    /// From 1; a revised version has the next.
    pub revision: u32,
    /// Every parameter that the standard read, as text, with its value in force.
    pub parameters: BTreeMap<Name, String>,
    /// Those that were set for this unit; the looser ones are printed on the card and on the ranking (S8.4).
    pub overrides: Vec<Override>,
    pub clauses: Vec<SealedClause>,
    /// Why there is none, where there is none.
    pub total: Result<Total, NoTotal>,
    pub covered: Points,
    pub evidence: Option<Digest>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Override {
    pub parameter: Name,
    pub value: String,
    /// The code of the unit that set it.
    pub by: String,
    pub loosens: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SealedClause {
    pub name: Name,
    pub title: Text,
    pub full: Points,
    /// `None` where it is left out.
    pub points: Option<Points>,
    pub left: Option<Left>,
    pub counts: Tally,
    pub said: Vec<Text>,
}

impl Sealed {
    /// What evidence that arrived after sealing proposes: the next revision, if it changes anything. The sealed card stays as it is.
    pub fn revised(&self, fresh: Self) -> Option<Self> {
        let same = Self {
            as_of: self.as_of,
            revision: self.revision,
            ..fresh.clone()
        };
        (same != *self).then(|| Self {
            revision: self.revision.saturating_add(1),
            ..fresh
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Uuid;
    use crate::number::Bp;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn sealable(limits: &[Span], device: bool, as_of: &str) -> bool {
        let march = "2026-03".parse().unwrap();
        let until = open_until(
            march,
            limits,
            device,
            &SpecialDays::none(),
            &Zone::shanghai(),
        );
        can_seal(until.unwrap(), at(as_of))
    }

    /// S8.3: the period's end plus the longest limit, days counted from its last day.
    #[test]
    fn s8_3_a_period_can_be_sealed_when_no_entry_can_change_it() {
        let limits = [Span::hours(24), Span::Days(3)];
        for (as_of, expected) in [
            ("2026-04-03T12:00:00+08:00", false),
            ("2026-04-03T23:59:59.999999+08:00", false),
            ("2026-04-04T00:00:00+08:00", true),
        ] {
            assert_eq!(sealable(&limits, false, as_of), expected, "{as_of}");
        }
        // Limits in hours are inclusive.
        let hours = [Span::hours(24)];
        assert!(!sealable(&hours, false, "2026-04-02T00:00:00+08:00"));
        assert!(sealable(&hours, false, "2026-04-02T00:00:00.000001+08:00"));
        assert!(!sealable(&[], false, "2026-03-31T23:59:59.999999+08:00"));
        assert!(sealable(&[], false, "2026-04-01T00:00:00+08:00"));
    }

    /// S8.3: a silent device delays by at most seven days.
    #[test]
    fn s8_3_a_silent_device_delays_sealing_by_seven_days_at_most() {
        let limits = [Span::Days(3)];
        assert!(!sealable(&limits, true, "2026-04-07T23:59:59+08:00"));
        assert!(sealable(&limits, true, "2026-04-08T00:00:00+08:00"));
        assert!(!sealable(
            &[Span::Days(10)],
            true,
            "2026-04-08T00:00:00+08:00"
        ));
    }

    /// S8.3: a finding counts in the period of the act if that is unsealed.
    #[test]
    fn s8_3_a_finding_counts_in_the_period_of_the_act_until_it_is_sealed() {
        let (march, april): (Window, Window) =
            ("2026-03".parse().unwrap(), "2026-04".parse().unwrap());
        assert_eq!(finding_counts_in(march, april, false), march);
        assert_eq!(finding_counts_in(march, april, true), april);
    }

    fn item(record: u128, verdict: Verdict) -> Item<'static> {
        Item {
            clause: "A2",
            record: RecordId::from_uuid(Uuid::from_u128(record)),
            judged: "repair/send",
            occurrence: 1,
            verdict,
            due: Some(Due::inclusive(Instant::from_micros(5))),
            done_at: None,
        }
    }

    /// S8.3, S0.1: the digest knows every item and no order.
    #[test]
    fn s8_3_the_digest_of_evidence_shows_every_change_and_no_order() {
        let (one, two) = (item(1, Verdict::Met), item(2, Verdict::Missed));
        let digest = evidence_digest([one, two]);
        assert_eq!(digest, evidence_digest([two, one]));
        let worth = |bp| Verdict::Late { worth: Bp::new(bp) };
        for changed in [
            item(2, Verdict::Met),
            item(2, worth(0)),
            item(2, worth(1)),
            item(3, Verdict::Missed),
            Item {
                done_at: Some(Instant::from_micros(9)),
                ..two
            },
            Item {
                occurrence: 2,
                ..two
            },
        ] {
            assert_ne!(digest, evidence_digest([one, changed]), "{changed:?}");
        }
        assert_eq!(evidence_digest([]), None);
    }

    /// S8.3: evidence that arrives later proposes a revision and leaves the sealed card as it is.
    #[test]
    fn s8_3_late_evidence_proposes_a_revision() {
        let sealed = Sealed {
            standard: "card".into(),
            standard_version: 3,
            pack_version: "0.1.0".into(),
            period: "2026-03".parse().unwrap(),
            as_of: Instant::from_micros(1),
            revision: 1,
            parameters: BTreeMap::new(),
            overrides: vec![],
            clauses: vec![],
            total: Ok(Total {
                points: Points::whole(88),
                grade: None,
            }),
            covered: Points::whole(97),
            evidence: evidence_digest([item(1, Verdict::Met)]),
        };
        let later = Sealed {
            as_of: Instant::from_micros(2),
            ..sealed.clone()
        };
        assert_eq!(sealed.revised(later.clone()), None);
        let more = evidence_digest([item(1, Verdict::Met), item(2, Verdict::Met)]);
        let revised = sealed
            .revised(Sealed {
                evidence: more,
                ..later
            })
            .unwrap();
        assert_eq!(
            (revised.revision, revised.evidence, sealed.revision),
            (2, more, 1)
        );
        let json = serde_json::to_string(&sealed).unwrap();
        assert_eq!(serde_json::from_str::<Sealed>(&json).unwrap(), sealed);
    }
}
