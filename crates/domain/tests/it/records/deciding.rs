//! What may be done and what is refused: every code of a refusal once, and what history is admitted with instead.

use super::world::*;
use crate::given::at;
use domain::id::{ImportId, RecordId, Uuid};
use domain::override_rule::Setter;
use domain::proof::Outage;
use domain::record::entry::{Erasure, ImportMark};
use domain::record::refusal::Code;
use domain::record::{BuiltIn, By, Command, Via, unique};
use domain::value::{Sealed, Value};
use std::collections::BTreeSet;

/// Codes that only the use-cases give, where records meet: numbers of effects, keys, calendars of a database.
const ELSEWHERE: &[Code] = &[
    // Balances and how many records there are to count are the database's.
    Code::TooManyToCount,
    Code::LedgerShort,
    // So is what others claim; the use-cases' own races reach it.
    Code::ValueTaken,
    // Of use-cases that hold keys or show what they open.
    Code::KeysMissing,
    Code::NotSeen,
    Code::GrantMissing,
    Code::EffectFailed,
    Code::TooManyEffects,
    Code::CalendarMissing,
    Code::DueUnclear,
    // The pack check types conditions, so that only an overflow can fail; arithmetic is the expressions' own test.
    Code::ConditionFault,
    // The policy's own, before anything is decided: its tests are in `access`.
    Code::RecordUnseen,
    Code::PrivilegeMissing,
    Code::TokenScope,
    Code::NotYourself,
    // Marks, seals, appeals, samples and transfers: their own use-cases' tests.
    Code::MarkUnknown,
    Code::MarkPeriod,
    Code::MarkValue,
    Code::MarkPart,
    Code::MarkOwn,
    Code::RecordMoved,
    Code::UseCaseOnly,
    Code::SealTooEarly,
    Code::SealedAlready,
    Code::NotSealed,
    Code::NothingChanged,
    Code::AppealTooLate,
    Code::AppealExhausted,
    Code::AppealInChain,
    Code::AppealAbove,
    Code::AppealNothing,
    Code::AppealOwn,
    Code::AppealCorrect,
    Code::SampleRefused,
    Code::TransferSame,
];

type Case = (Code, fn(&mut World, RecordId, RecordId) -> Command);

/// Each on a new job of 09:00 and its place, at 09:10.
const OPENINGS: &[Case] = &[
    (Code::FieldUnknown, |_, _, place| {
        new_job(place).set("satisfied", true)
    }),
    (Code::FieldRequired, |_, _, place| {
        new_job(place).set("what", " ")
    }),
    (Code::FieldType, |_, _, place| {
        new_job(place).set("due_on", "soon")
    }),
    (Code::FieldTooLong, |_, _, place| {
        new_job(place).set("what", "x".repeat(21).as_str())
    }),
    (Code::FieldOutOfRange, |_, _, place| {
        new_job(place).set("count", 10)
    }),
    (Code::FieldChoice, |_, _, place| {
        new_job(place).set("urgency", "later")
    }),
    (Code::FieldCharacter, |_, _, place| {
        new_job(place).set("what", "a\0b")
    }),
    (Code::FieldUnsealed, |_, _, place| {
        new_job(place).set("mobile", "13800001111")
    }),
    (Code::FieldType, |_, _, place| {
        new_job(place).set("what", Value::Sealed(Sealed::new("1.0.c2VhbGVk")))
    }),
    (Code::LinkRequired, |_, _, _| {
        Command::new("open", by(DESK)).set("what", "tap")
    }),
    (Code::LinkUnknown, |_, _, place| {
        new_job(place).link("nobody", place)
    }),
    (Code::LinkWrong, |_, job, _| new_job(job)),
    (Code::PostNotAllowed, |_, _, place| Command {
        by: by(WORKER),
        ..new_job(place)
    }),
    (Code::StepUnknown, |_, _, place| Command {
        step: "take".into(),
        ..new_job(place)
    }),
    (Code::TimeFuture, |_, _, place| {
        new_job(place).occurred("2026-03-02 09:13")
    }),
    (Code::PaperOutside, |_, _, place| Command {
        via: Via::Paper,
        ..new_job(place).occurred("2026-03-01 10:00")
    }),
];

const STEPS: &[Case] = &[
    (Code::RecordExists, |_, _, _| step("open", DESK)),
    (Code::Stale, |_, _, _| Command {
        version: Some(7),
        ..step("take", WORKER)
    }),
    (Code::StateWrong, |_, _, _| {
        finish(WORKER, "2026-03-02 09:10")
    }),
    (Code::TimeBeforeRecord, |_, _, _| {
        step("take", WORKER).occurred("2026-03-02 08:59")
    }),
    (Code::SignatureOwn, |_, _, _| {
        step("take", WORKER).signed(by(WORKER), "2026-03-02 09:10")
    }),
    (Code::SecondPersonOwn, |_, _, _| {
        step("take", WORKER).second(WORKER)
    }),
    (Code::SecondPersonOwn, |_, _, _| {
        own(
            BuiltIn::Recompute {
                pack: domain::record::PackVersion(1),
            },
            BOSS,
        )
        .second(BOSS)
    }),
    (Code::SecondPersonMissing, |_, _, _| {
        own(
            BuiltIn::HandOver {
                from: holder(WARDEN),
                to: holder(BOSS),
                duties: vec![],
            },
            BOSS,
        )
    }),
    (Code::NotImported, |_, _, _| {
        own(BuiltIn::Void, BOSS).second(LEAD)
    }),
    (Code::EntryUnknown, |_, _, _| {
        own(
            BuiltIn::CorrectTime {
                seq: 9,
                old: "2026-03-02".parse().map(domain::time::Moment::On).unwrap(),
                new: "2026-03-02".parse().map(domain::time::Moment::On).unwrap(),
            },
            DESK,
        )
    }),
    (Code::CorrectionNothing, |_, _, _| {
        correct("what", "tap", DESK)
    }),
    (Code::CorrectionNotAllowed, |_, _, _| {
        correct("what", "pipe", BOSS).because()
    }),
    (Code::ReasonMissing, |_, _, _| {
        correct("what", "pipe", BOSS).second(LEAD)
    }),
    (Code::DutyUnknown, |_, _, _| {
        own(excuse("check", 1), BOSS).because()
    }),
    (Code::ConflictOfInterest, |_, _, _| {
        own(excuse("take", 1), WARDEN).because()
    }),
    (Code::ReasonMissing, |_, _, _| {
        own(erase(Erasure::Request), BOSS).second(LEAD)
    }),
    (Code::SecondPersonMissing, |_, _, _| {
        own(erase(Erasure::Request), BOSS).because()
    }),
    (Code::SystemOnly, |_, _, _| {
        own(erase(Erasure::Retention), BOSS).because()
    }),
    (Code::HolderWrong, |_, _, _| {
        own(
            BuiltIn::Take {
                duty: "take".into(),
                occurrence: 1,
                to: holder(WORKER),
            },
            WORKER,
        )
    }),
    (Code::ApprovalUnasked, |_, _, _| {
        own(BuiltIn::approve("plan"), BOSS)
    }),
    (Code::NotMerged, |_, _, _| {
        own(BuiltIn::Unmerge, BOSS).because()
    }),
    (Code::SystemOnly, |_, _, _| {
        own(
            BuiltIn::Recur {
                duty: "take".into(),
                on: "2026-03-02".parse().unwrap(),
            },
            BOSS,
        )
    }),
    (Code::StepUnknown, |_, _, _| step("fly", WORKER)),
];

fn correct(field: &str, new: &str, n: u128) -> Command {
    own(
        BuiltIn::Correct {
            seq: 1,
            field: field.into(),
            old: Value::Null,
            new: new.into(),
        },
        n,
    )
}

fn erase(cause: Erasure) -> BuiltIn {
    BuiltIn::Erase {
        cause,
        keys: vec![7],
    }
}

fn excuse(duty: &str, occurrence: u32) -> BuiltIn {
    BuiltIn::Excuse {
        duty: duty.into(),
        occurrence,
        falls_away: false,
    }
}

fn codes(refused: Result<RecordId, Vec<domain::record::Refusal>>) -> Vec<Code> {
    refused
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|refusal| refusal.code)
        .collect()
}

/// Stable codes, one by one; nothing is written by a refusal.
#[test]
fn every_refusal_is_reached() {
    let mut reached: BTreeSet<Code> = BTreeSet::new();
    for (opening, cases) in [(true, OPENINGS), (false, STEPS)] {
        for (code, case) in cases {
            let (mut world, job) = World::with_job(MORNING);
            let place = world.record(job).doc.links["place"];
            let command = case(&mut world, job, place);
            let before = world.journals.clone();
            let id = (!opening).then_some(job);
            let refused = world.try_take("job", id, at("2026-03-02 09:10"), &command);
            assert_eq!(codes(refused), [*code], "{}", code.as_str());
            assert_eq!(world.journals, before);
            reached.insert(*code);
        }
    }
    reached.extend(refused_later());
    reached.extend(refused_settings());
    let missing: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| !reached.contains(code) && !ELSEWHERE.contains(code))
        .map(|code| code.as_str())
        .collect();
    assert!(missing.is_empty(), "never reached: {missing:?}");
}

/// What a card claims, step by step: nothing without a number, and nothing once it is back.
#[test]
fn an_open_record_claims_what_no_other_may_have() {
    let mut world = World::new();
    let card = world.open("card", "2026-03-02 09:00", step("open", DESK));
    let claimed = |world: &World| unique::claim(world.kind("card"), world.record(card));
    assert_eq!(claimed(&world), None);
    let steps = [
        (
            step("number", DESK).set("code", " A-7 "),
            Some(r#"["card",["A-7"]]"#),
        ),
        (step("number", DESK).set("code", "   "), None),
        (
            step("number", DESK).set("code", "A-8"),
            Some(r#"["card",["A-8"]]"#),
        ),
        (step("return", DESK), None),
        (step("give-again", DESK), Some(r#"["card",["A-8"]]"#)),
    ];
    for (minute, (command, claim)) in (1..).zip(steps) {
        world.take(card, &format!("2026-03-02 09:0{minute}"), command);
        assert_eq!(claimed(&world).as_deref(), claim);
    }
    assert_eq!(
        unique::claimed(world.kind("card"), world.record(card)),
        "A-8"
    );
}

/// Rules go by names, people by titles: no refusal of a pack's own rule shows the name of a field, step, state, post or choice that has a title.
#[test]
fn a_refusal_is_said_in_words() {
    let mut page = String::new();
    let mut say = |refused: Result<RecordId, Vec<domain::record::Refusal>>| {
        for refusal in refused.err().unwrap_or_default() {
            let text = refusal.text();
            page += &format!("{}\n  {}\n  {}\n", refusal.code.as_str(), text.zh, text.en);
        }
    };
    for (opening, cases) in [(true, OPENINGS), (false, STEPS)] {
        for (_, case) in cases {
            let (mut world, job) = World::with_job(MORNING);
            let place = world.record(job).doc.links["place"];
            let command = case(&mut world, job, place);
            let id = (!opening).then_some(job);
            say(world.try_take("job", id, at("2026-03-02 09:10"), &command));
        }
    }
    let (mut world, job) = World::with_job(MORNING);
    world.take(job, "2026-03-02 09:10", step("take", WORKER));
    say(world.try_take(
        "job",
        Some(job),
        at("2026-03-02 10:00"),
        &step("finish", WORKER),
    ));
    world.take(job, "2026-03-02 10:00", finish(WORKER, "2026-03-02 10:00"));
    let checked = step("check", WARDEN).set("satisfied", true);
    world.take(job, "2026-03-02 10:10", checked);
    say(world.try_take(
        "job",
        Some(job),
        at("2026-03-02 10:20"),
        &step("redo", WARDEN),
    ));
    expect_test::expect_file!["./refusals.txt"].assert_eq(&page);
}

/// What is refused only after other steps.
fn refused_later() -> Vec<Code> {
    let (mut world, job) = World::with_job(MORNING);
    let place = world.record(job).doc.links["place"];
    let mut found = Vec::new();
    let refused = world.try_take(
        "nothing",
        None,
        at(MORNING),
        &Command::new("open", by(DESK)),
    );
    found.extend(codes(refused));
    world.take(job, "2026-03-02 09:10", step("take", WORKER));
    found.extend(
        world
            .refused(job, "2026-03-02 10:00", step("finish", WORKER))
            .unwrap_err(),
    );
    world.take(job, "2026-03-02 10:00", finish(WORKER, "2026-03-02 10:00"));
    // S4.3: what was met needs no excuse.
    let met = own(excuse("take", 1), BOSS).because();
    found.extend(world.refused(job, "2026-03-02 10:10", met).unwrap_err());
    world.take(
        job,
        "2026-03-02 10:10",
        step("check", WARDEN).set("satisfied", true),
    );
    found.extend(
        world
            .refused(job, "2026-03-02 10:20", step("redo", WARDEN))
            .unwrap_err(),
    );
    let incident = world.open("incident", MORNING, Command::new("open", by(DESK)));
    let merge = own(BuiltIn::Merge { into: incident }, DESK);
    world.take(job, "2026-03-02 10:30", merge.clone());
    found.extend(
        world
            .refused(job, "2026-03-02 10:31", merge.clone())
            .unwrap_err(),
    );
    found.extend(
        world
            .refused(incident, "2026-03-02 10:31", merge)
            .unwrap_err(),
    );
    // S4.7
    world.outages.push(Outage {
        from: at("2026-02-23 09:00"),
        until: at("2026-02-23 12:00"),
    });
    let paper = |photo: bool| {
        let command = new_job(place).occurred("2026-02-23 10:00").second(LEAD);
        let command = Command {
            via: Via::Paper,
            ..command
        };
        if photo {
            command.set("photos", super::world::photo())
        } else {
            command
        }
    };
    found.extend(codes(world.try_take(
        "job",
        None,
        at("2026-03-02 09:00"),
        &paper(true),
    )));
    found.extend(codes(world.try_take(
        "job",
        None,
        at("2026-02-24 09:00"),
        &paper(false),
    )));
    // An import undone takes no further step.
    let imported = Command {
        via: Via::Import,
        import: Some(ImportMark {
            import: ImportId::from_uuid(Uuid::from_u128(1)),
            line: 2,
        }),
        ..new_job(place)
    };
    let imported = world.open("job", MORNING, imported);
    world.take(
        imported,
        MORNING,
        Command::built_in(BuiltIn::Void, By::System),
    );
    found.extend(
        world
            .refused(imported, MORNING, step("take", WORKER))
            .unwrap_err(),
    );
    // X26: a chain that says nowhere to send it back to.
    world
        .packs
        .0
        .kinds
        .get_mut("permit")
        .unwrap()
        .approvals
        .get_mut("plan")
        .unwrap()
        .on_return = None;
    let permit = world.open(
        "permit",
        MORNING,
        Command::new("open", by(DESK)).set("scope", "wall"),
    );
    world.take(permit, MORNING, step("apply", DESK));
    let back = own(BuiltIn::send_back("plan"), LEAD).because();
    found.extend(world.refused(permit, MORNING, back).unwrap_err());
    world.check();
    found
}

/// S8.4: an override is judged when it is set.
fn refused_settings() -> Vec<Code> {
    let set = |parameter: &str, value: &str, from: &str| {
        Command::new("open", by(BOSS))
            .set("parameter", parameter)
            .set("value", value)
            .set("from", from)
    };
    let mut world = World::new();
    let mut ask = |command: Command| codes(world.try_take("override", None, at(MORNING), &command));
    let mut found = Vec::new();
    found.extend(ask(set("job.fly", "PT1H", "2026-03-03")));
    found.extend(ask(set("job.take", "soon", "2026-03-03")));
    found.extend(ask(set("job.take", "PT5H", "2026-03-03")));
    found.extend(ask(set("job.take", "PT20M", "2026-03-02")));
    found.extend(ask(set("job.take", "PT40M", "2026-03-03")));
    assert_eq!(ask(set("job.take", "PT20M", "2026-03-03")), []);
    // Its last day comes after its first.
    let backwards = set("job.take", "PT20M", "2026-03-05").set("until", "2026-03-04");
    found.extend(ask(backwards));
    let outage = Command::new("open", by(BOSS))
        .set("from", "2026-03-01T09:00:00Z")
        .set("until", "2026-03-01T10:00:00Z");
    // S4.7: an outage is declared from above.
    found.extend(codes(world.try_take("outage", None, at(MORNING), &outage)));
    world.setter = Setter::Above;
    let loosened = set("job.take", "PT40M", "2026-03-03").set("until", "2026-03-09");
    let set = world.open("override", MORNING, loosened);
    // A correction is no other way to set one.
    let correct = |field: &str, old: Value, new: &str| {
        let change = BuiltIn::Correct {
            seq: 1,
            field: field.into(),
            old,
            new: new.into(),
        };
        own(change, BOSS)
    };
    let looser = correct("value", "PT40M".into(), "PT50M");
    found.extend(world.refused(set, MORNING, looser).unwrap_err());
    world.setter = Setter::Itself;
    let longer = correct("until", "2026-03-09".into(), "2026-04-09");
    assert_eq!(
        world.refused(set, MORNING, longer.clone()),
        Err(vec![Code::OverrideLoosens])
    );
    world.setter = Setter::Above;
    world.take(set, MORNING, longer);
    found
}
