//! Laws over random work: what steps make one by one is what the journal makes of it, whatever was done.

use super::world::*;
use crate::given::at;
use domain::record::{BuiltIn, By, Command, Used};
use domain::time::{Instant, Moment};
use domain::value::Value;
use proptest::prelude::*;

/// One attempt: what, by whom, and how many minutes after the one before; most are refused, and that is part of it.
#[derive(Clone, Debug)]
struct Try {
    what: u8,
    who: u128,
    minutes: i64,
    pick: u8,
}

fn any_try() -> impl Strategy<Value = Try> {
    (
        0_u8..30,
        1_u128..8,
        prop_oneof![0_i64..60, 0_i64..4000],
        any::<u8>(),
    )
        .prop_map(|(what, who, minutes, pick)| Try {
            what,
            who,
            minutes,
            pick,
        })
}

fn command(attempt: &Try, now: Instant, seqs: i64) -> Command {
    let pick = attempt.pick;
    let who = attempt.who;
    let seq = i64::from(pick) % seqs.max(1) + 1;
    let built = |change: BuiltIn| {
        let command = own(change, who).because();
        if pick.is_multiple_of(2) {
            command.second(who % 7 + 1)
        } else {
            command
        }
    };
    let duties = ["take", "finish", "check", "keep", "again", "each", "slow"];
    let duty = || duties[usize::from(pick) % duties.len()].into();
    let occurrence = u32::from(pick / 100) + 1;
    let urgency = || {
        if pick.is_multiple_of(3) {
            "urgent"
        } else {
            "normal"
        }
    };
    let chosen = member(u128::from(pick) % 7 + 1);
    match attempt.what {
        0 | 1 => step("hurry", who).set("urgency", urgency()),
        2 | 3 => step("assign", who).set("worker", chosen.to_string().as_str()),
        4 => step("agree", who).set(
            "wanted",
            if pick.is_multiple_of(2) {
                "2026-03-05"
            } else {
                "2026-03-09"
            },
        ),
        5..=7 => step("take", who),
        8 => step("call", who),
        9 => step("wait-parts", who),
        10 => step("wait-customer", who),
        11 | 12 => step("resume", who),
        13..=15 => Command {
            signatures: finish(who, "2026-03-02 09:00").signatures,
            ..step("finish", who)
        },
        16 | 17 => step("check", who).set("satisfied", pick.is_multiple_of(2)),
        18 => step("redo", who),
        19 => step("close", who),
        20 => step("cancel", who).set("why", "x").second(who % 7 + 1),
        21 => step("reopen", BOSS),
        22 => built(BuiltIn::Correct {
            seq,
            field: "urgency".into(),
            old: Value::Null,
            new: urgency().into(),
        }),
        23 => built(BuiltIn::Correct {
            seq,
            field: "satisfied".into(),
            old: Value::Null,
            new: Value::Bool(pick.is_multiple_of(2)),
        }),
        24 => {
            let new = Moment::At(now.plus_micros(-i64::from(pick) * 60_000_000));
            built(BuiltIn::CorrectTime { seq, old: new, new })
        }
        25 => built(BuiltIn::Excuse {
            duty: duty(),
            occurrence,
            falls_away: pick.is_multiple_of(2),
        }),
        26 => own(
            BuiltIn::Take {
                duty: duty(),
                occurrence,
                to: holder(who),
            },
            who,
        ),
        27 => built(BuiltIn::HandOver {
            from: holder(u128::from(pick) % 7 + 1),
            to: holder(who),
            duties: vec![],
        }),
        28 => built(BuiltIn::Recompute {
            pack: domain::record::PackVersion(1),
        }),
        _ => built(BuiltIn::Unmerge),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// S0.1, S9.2: evolved step by step or folded from the journal, corrections and all: one record, one set of rows, one set of tallies; and
    /// the rows add up to the tallies.
    #[test]
    fn s0_1_what_steps_make_is_what_the_journal_says(attempts in prop::collection::vec(any_try(), 1..40), urgent in any::<bool>()) {
        let (mut world, place) = World::with_place();
        let mut now = at(MORNING);
        let opening = new_job(place).set("urgency", if urgent { "urgent" } else { "normal" });
        let job = world.try_take("job", None, now, &opening).expect("opens");
        let incident = world.open("incident", MORNING, Command::new("open", by(DESK)));
        for attempt in &attempts {
            now = now.plus_micros(attempt.minutes * 60_000_000);
            let command = match (attempt.what, attempt.pick % 5) {
                (29, 0) => own(BuiltIn::Merge { into: incident }, DESK).second(LEAD),
                (28, 0..=2) => {
                    let record = world.record(job).clone();
                    let kind = world.kind("job").clone();
                    let owed = world.owing(now).next(&kind, &record, &Used::default());
                    owed.expect("plans").unwrap_or_else(|| Command::new("escalate", By::System))
                }
                _ => command(attempt, now, world.record(job).version),
            };
            // A refusal changes nothing, and is most of what is tried.
            let _ = world.try_take("job", Some(job), now, &command);
        }
        world.check();
    }

    /// Nothing is owed twice: after a sweep, a second one at the same instant finds nothing.
    #[test]
    fn s8_2_a_second_sweep_finds_nothing(days in 0_i64..60, again in 0_i64..40) {
        let (mut world, place) = World::with_place();
        let permit = world.open("permit", MORNING, Command::new("open", by(DESK)).set("scope", "wall").link("place", place));
        world.take(permit, "2026-03-02 13:00", step("apply", DESK));
        for n in [LEAD, WORKER, BOSS] {
            world.take(permit, "2026-03-02 14:00", own(BuiltIn::approve("plan"), n));
        }
        world.take(permit, "2026-03-02 16:00", Command { cause: Some(permit), ..Command::new("permit", By::System) });
        let kind = world.kind("permit").clone();
        let mut swept = 0;
        for as_of in [days, days + again].map(|days| at("2026-03-02 18:00").plus_micros(days * 86_400_000_000)) {
            loop {
                let record = world.record(permit).clone();
                let next = world.owing(as_of).next(&kind, &record, &Used::default()).expect("plans");
                let Some(command) = next else { break };
                world.try_take("permit", Some(permit), as_of, &command).expect("taken");
                swept += 1;
            }
        }
        // One for each Monday since the second of March.
        prop_assert_eq!(swept, (days + again) / 7 + 1);
        world.check();
    }
}
