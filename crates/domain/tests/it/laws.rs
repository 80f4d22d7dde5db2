//! Laws of clocks and outcomes, on random cases.

use crate::given::{at, days, office, zone};
use domain::clock::{Clock, Due, End, Paused, Rule, Span, due};
use domain::name::Name;
use domain::outcome::{Excuse, Outcome, Story, judge};
use domain::time::{Instant, Moment};
use proptest::prelude::*;

const MINUTE: i64 = 60_000_000;

/// An instant of the first months of 2026, to the minute.
fn instants() -> impl Strategy<Value = Instant> {
    (0i64..200_000).prop_map(|minutes| at("2026-01-05 00:00").plus_micros(minutes * MINUTE))
}

fn spans() -> impl Strategy<Value = Span> {
    prop_oneof![
        (0u32..6_000).prop_map(Span::minutes),
        (0u32..20).prop_map(Span::Days),
        (1u32..15).prop_map(Span::Workdays),
        (0u32..4).prop_map(Span::Months),
    ]
}

fn pauses() -> impl Strategy<Value = Vec<Paused>> {
    let pause = (instants(), 1i64..5_000).prop_map(|(from, minutes)| Paused {
        cause: Name::from("parts"),
        from,
        until: from.plus_micros(minutes * MINUTE),
    });
    proptest::collection::vec(pause, 0..6)
}

fn due_of(start: Instant, span: Span, open: bool, pauses: &[Paused]) -> Due {
    due(&Clock {
        start: Moment::At(start),
        rule: &Rule::within(span),
        hours: open.then_some(&office()),
        days: &days(),
        zone: &zone(),
        pauses,
    })
    .unwrap()
}

fn dues() -> impl Strategy<Value = Due> {
    (instants(), any::<bool>()).prop_map(|(at, inclusive)| {
        if inclusive {
            Due::inclusive(at)
        } else {
            Due::exclusive(at)
        }
    })
}

fn stories() -> impl Strategy<
    Value = (
        Due,
        Vec<Instant>,
        Option<Instant>,
        Option<Instant>,
        Option<Excuse>,
    ),
> {
    let excuse = (instants(), any::<bool>()).prop_map(|(recorded_at, falls_away)| Excuse {
        recorded_at,
        falls_away,
    });
    let done = proptest::collection::vec(instants(), 0..4);
    (
        dues(),
        done,
        proptest::option::of(instants()),
        proptest::option::of(instants()),
        proptest::option::of(excuse),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// S3.3, S3.4: pausing never shortens.
    #[test]
    fn pausing_never_shortens(start in instants(), span in spans(), open: bool, pauses in pauses()) {
        prop_assert!(due_of(start, span, open, &pauses) >= due_of(start, span, open, &[]));
    }

    /// S3.3: one more pause never shortens either.
    #[test]
    fn one_more_pause_never_shortens(start in instants(), span in spans(), open: bool, pauses in pauses()) {
        let fewer = pauses.get(1..).unwrap_or_default();
        prop_assert!(due_of(start, span, open, &pauses) >= due_of(start, span, open, fewer));
    }

    /// The order in which pauses are given changes nothing.
    #[test]
    fn the_order_of_pauses_changes_nothing(start in instants(), span in spans(), open: bool, pauses in pauses()) {
        let backwards: Vec<_> = pauses.iter().rev().cloned().collect();
        prop_assert_eq!(due_of(start, span, open, &pauses), due_of(start, span, open, &backwards));
    }

    /// S2: a later start is never due earlier.
    #[test]
    fn a_later_start_is_never_due_earlier(one in instants(), other in instants(), span in spans(), open: bool, pauses in pauses()) {
        let (earlier, later) = (one.min(other), one.max(other));
        prop_assert!(due_of(earlier, span, open, &pauses) <= due_of(later, span, open, &pauses));
    }

    /// S2.2: a day more is due a day later, never earlier; the due time lies after the start.
    #[test]
    fn more_days_are_never_due_earlier(start in instants(), count in 0u32..30, open: bool, pauses in pauses()) {
        let (fewer, more) = (due_of(start, Span::Days(count), open, &pauses), due_of(start, Span::Days(count + 1), open, &pauses));
        prop_assert!(fewer < more);
        prop_assert!(fewer.at > start);
        prop_assert_eq!(fewer.end, End::Exclusive);
    }

    /// S0.1: what happened to a duty has one outcome in whatever order it is told.
    #[test]
    fn judging_is_free_of_order((due, done, exempt_at, withdrawn_at, excuse) in stories(), as_of in instants()) {
        let backwards: Vec<_> = done.iter().rev().copied().collect();
        let story = Story { due, not_before: None, done: &done, exempt_at, withdrawn_at, excuse };
        prop_assert_eq!(judge(&story, as_of), judge(&Story { done: &backwards, ..story }, as_of));
    }

    /// S4.1, S4.2: once missed a duty is never pending or met again, and what is met stays met.
    #[test]
    fn outcomes_do_not_turn_back((due, done, exempt_at, withdrawn_at, _) in stories(), one in instants(), other in instants()) {
        let story = Story { due, not_before: None, done: &done, exempt_at, withdrawn_at, excuse: None };
        let (before, after) = (judge(&story, one.min(other)), judge(&story, one.max(other)));
        if before.outcome != Outcome::Pending {
            prop_assert_eq!(before.outcome, after.outcome);
        }
        prop_assert!(before.to_do || !after.to_do);
    }

    /// S4.2: met exactly if the first completion is in time, where nothing else happens.
    #[test]
    fn met_is_done_in_time(due in dues(), done_at in instants()) {
        let met = judge(&Story { done: &[done_at], ..Story::untouched(due) }, done_at).outcome == Outcome::Met;
        prop_assert_eq!(met, due.allows(done_at));
    }
}
