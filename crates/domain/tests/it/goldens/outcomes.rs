//! Outcomes, proof, repeats (S0, S4).

use super::duty::Form;
use super::entry::{Entry, entries};
use super::expected::{self, name_of};
use super::node::{Fields, Node, Unread};
use super::stories::as_of;
use super::world::World;
use super::{Case, Check, corrections, prose};
use domain::clock::{Due, Span, ends};
use domain::number::Points;
use domain::outcome::{
    Asked, DayParts, Decider, EXCUSED_SHARE_BP, ExcuseRefused, OnRepeat, Outcome, Story, judge,
    occurrences, who_decides,
};
use domain::points::{self, Evidence, Part, Way, WhenEmpty};
use domain::proof::{Limits, Outage, Proof, Source, Times, decide, is_refused_as_future};
use domain::tally::{Tally, Verdict};
use domain::time::{Instant, Moment};

/// Cases that state no duty.
pub(crate) fn play(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    let given = &case.given;
    if let Some(excuses) = given.get("excuses") {
        excused(case, excuses, check)
    } else if let Some(imported) = given.get("imported") {
        import(case, imported, world, check)
    } else if let Some(corrections) = given.get("corrections") {
        corrections::may(case, corrections, world, check)
    } else if let Some(clause) = given.get("clause") {
        corrections::arrivals(case, clause, world, check)
    } else if let Some(starts) = given.get("starts") {
        repeats(case, starts, world, check)
    } else if let Some(entries) = given.get("entries") {
        future(case, entries, world, check)
    } else {
        Err("neither a duty nor any other shape".into())
    }
}

/// What happened to the duty in one of a case's stories; false if nothing is said of it.
pub(crate) fn story(
    case: &Case<'_>,
    letter: &str,
    form: &mut Form,
    world: &World,
) -> Result<bool, Unread> {
    if let Some(list) = case.given.get(&format!("entries-{letter}")) {
        form.entries = entries(list)?;
        return Ok(true);
    }
    if let Some(story) = case.given.get("stories").map(Node::fields).transpose()?
        && let Some(story @ Node::Map(_)) = story.get(letter)
    {
        for (what, at) in story.fields()?.all() {
            match what {
                "reopened" | "reworked" | "undone" => form.undone.push(at.parse()?),
                _ if ["solved", "done", "completed"]
                    .iter()
                    .any(|done| what.starts_with(done)) =>
                {
                    form.entries.push(Entry::done(at.parse()?));
                }
                other => return Err(format!("`{other}` in a story is not understood")),
            }
        }
        return Ok(true);
    }
    let day = prose::day_of(form.start, &world.zone);
    // "Home a was called 2 March 09:10, 3 March 15:20; home b 2 March 09:10."
    let calls = prose::all(
        r"[Hh]ome (\w) (?:was called )?((?:\d+ \w+ \d\d:\d\d(?:, )?)+)",
        case.facts,
    );
    if let Some(calls) = calls.iter().find(|calls| calls[0] == letter) {
        for call in prose::all(r"(\d+ \w+) (\d\d:\d\d)", calls[1]) {
            let at = prose::time(prose::day(call[0], day.year())?, call[1], &world.zone)?;
            form.attempts.push(at);
        }
        let parts = prose::all(r"(\d\d)-(\d\d)\b", case.facts);
        if !parts.is_empty() {
            let minutes = |hour: &str| hour.parse::<u16>().map_or(0, |hour| hour * 60);
            form.day_parts = DayParts(
                parts
                    .iter()
                    .map(|part| (minutes(part[0]), minutes(part[1])))
                    .collect(),
            );
        }
        return Ok(true);
    }
    // "a cancelled 10:00 with the reporter's confirmation; b cancelled 10:00 by the desk alone."
    let cancelled = prose::all(r"\b(\w) cancelled (?:at )?(\d\d:\d\d)([^;.]*)", case.facts);
    if let Some(cancelled) = cancelled.iter().find(|cancelled| cancelled[0] == letter) {
        let confirmed =
            cancelled[2].contains("confirmation") || cancelled[2].contains("second person");
        if confirmed {
            form.withdrawn_at = Some(prose::time(day, cancelled[1], &world.zone)?);
        }
        return Ok(true);
    }
    Ok(false)
}

/// S4.7: "Outage on Friday 3 April 2026 09:00-16:00".
pub(crate) fn outage(
    case: &Case<'_>,
    form: &Form,
    world: &World,
) -> Result<Option<Outage>, Unread> {
    let found = prose::first(
        r"Outage on (?:[A-Z]\w+day )?(\d+ \w+(?: \d{4})?),? (\d\d:\d\d)-(\d\d:\d\d)",
        case.facts,
    );
    let Some(found) = found else { return Ok(None) };
    let day = prose::day(found[0], prose::day_of(form.start, &world.zone).year())?;
    Ok(Some(Outage {
        from: prose::time(day, found[1], &world.zone)?,
        until: prose::time(day, found[2], &world.zone)?,
    }))
}

pub(crate) fn through(
    form: &mut Form,
    outage: &Outage,
    expect: &Fields<'_>,
    place: &str,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    let mut admitted = Vec::new();
    for entry in form.entries.iter_mut().filter(|entry| entry.paper) {
        admitted.push(entry.through(outage, world));
    }
    if let Some(expected) = expect.get("as-outage-entry") {
        let all = !admitted.is_empty() && admitted.iter().all(|admitted| *admitted);
        check.says(
            &format!("{place}as-outage-entry"),
            if all { "admitted" } else { "refused" },
            expected,
        )?;
    }
    if let Some(expected) = expect.get("marked") {
        let marked = form
            .entries
            .iter()
            .any(|entry| entry.times.from == Source::Outage);
        check.says(
            &format!("{place}marked"),
            if marked { "outage" } else { "" },
            expected,
        )?;
    }
    Ok(())
}

pub(crate) fn is_refused(entry: &Entry, queued: bool, world: &World) -> bool {
    let occurred = entry
        .times
        .occurred
        .or(entry.times.device.map(|device| Moment::At(device.at)));
    occurred.is_some_and(|occurred| {
        is_refused_as_future(
            occurred,
            entry.times.recorded_at,
            queued,
            &Limits::default(),
            &world.zone,
        )
    })
}

/// S4.7: entries that say a time which has not come.
fn future(case: &Case<'_>, list: &Node, world: &World, check: &mut Check) -> Result<(), Unread> {
    for item in list.list()? {
        let fields = item.fields()?;
        let id = fields.need("id")?.text()?;
        let occurred = super::duty::moment(fields.need("occurred_at")?)?;
        let queued = fields.need("queued")?.flag()?;
        let now: Instant = fields.need("recorded_at")?.parse()?;
        let refused = is_refused_as_future(occurred, now, queued, &Limits::default(), &world.zone);
        fields.all_read("entry")?;
        let expect = case.expect.need(id)?.fields()?;
        check.same(
            &format!("{id}: refused"),
            refused,
            expect.need("refused")?.flag()?,
        );
        expect.all_read(id)?;
    }
    Ok(())
}

/// S4.3: who decides on the nth excuse.
fn excused(case: &Case<'_>, excuses: &Node, check: &mut Check) -> Result<(), Unread> {
    case.given.get("also");
    let mut asked = Asked {
        excused: 1,
        cases: 1,
        touches_own_score: false,
        has_evidence: true,
    };
    for excuse in excuses.list()? {
        let excuse = excuse.fields()?;
        let nth = excuse.need("nth")?;
        asked.excused = nth.parse()?;
        asked.cases = excuse.need("of")?.parse()?;
        excuse.all_read("excuses")?;
        let key = format!("nth-{}", nth.text()?);
        let expect = case.expect.need(&key)?.fields()?;
        let decider = who_decides(&asked, EXCUSED_SHARE_BP);
        let expected = match expect.need("decided-by")?.text()? {
            "own-unit" => Decider::OwnUnit,
            "unit-above" => Decider::UnitAbove,
            other => return Err(format!("no decider `{other}`")),
        };
        check.same(&key, decider, Ok(expected));
        expect.all_read(&key)?;
    }
    if let Some(expected) = case.expect.get("by-touched-lead") {
        asked.touches_own_score = true;
        let refused = who_decides(&asked, EXCUSED_SHARE_BP) == Err(ExcuseRefused::OwnScore);
        check.says(
            "by-touched-lead",
            if refused { "refused" } else { "admitted" },
            expected,
        )?;
    }
    Ok(())
}

/// S4.8: imported orders, each judged by the source's times.
fn import(
    case: &Case<'_>,
    imported: &Node,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    let imported = imported.fields()?;
    let count = |key: &str| imported.get(key).map_or(Ok(0), Node::parse::<i64>);
    let (met, missed, anomalous) = (count("met")?, count("missed")?, count("anomalous")?);
    imported.all_read("imported")?;
    let limit = prose::first(r"limit of (\d+) h", case.facts).ok_or("the facts name no limit")?;
    let limit = Span::hours(limit[0].parse().map_err(|_| "the limit is no number")?);
    let opened: Instant = "2015-06-01T00:00:00Z".parse().unwrap();
    let imported_at: Instant = "2026-01-01T00:00:00Z".parse().unwrap();
    let due = ends(opened, limit, &world.days, &world.zone).map_err(|error| error.to_string())?;
    let after = [(met, 0), (missed, 1), (anomalous, opened.since(due.at) - 1)];
    let mut tally = Tally::ZERO;
    for (many, by) in after {
        for _ in 0..many {
            let times = Times {
                occurred: Some(Moment::At(due.at.plus_micros(by))),
                from: Source::Import,
                ..Times::at(imported_at)
            };
            let closed = decide(
                Proof::Server,
                &times,
                false,
                &Limits::default(),
                &world.zone,
            )
            .at;
            let outcome = judge(
                &Story {
                    done: &[closed],
                    ..Story::untouched(due)
                },
                imported_at,
            )
            .outcome;
            let verdict = if closed < opened {
                Verdict::Anomalous
            } else {
                outcome.into()
            };
            tally = tally
                .plus(Tally::of(verdict))
                .map_err(|error| error.to_string())?;
        }
    }
    let admitted = tally.n() + i128::from(tally.anomalous);
    let figures = [
        ("m", i128::from(tally.met)),
        ("v", tally.not_in_time()),
        ("n", tally.n()),
        ("anomalies", i128::from(tally.anomalous)),
        ("admitted", admitted),
        ("refused", i128::from(met + missed + anomalous) - admitted),
    ];
    for (key, got) in figures {
        if let Some(expected) = case.expect.get(key) {
            check.same(key, got, expected.parse()?);
        }
    }
    Ok(())
}

/// S4.9: the start recurs.
fn repeats(case: &Case<'_>, starts: &Node, world: &World, check: &mut Check) -> Result<(), Unread> {
    let starts: Vec<Instant> = starts
        .list()?
        .iter()
        .map(Node::parse)
        .collect::<Result<_, _>>()?;
    let done: Vec<Instant> = case
        .given
        .get("done")
        .map(Node::parse)
        .transpose()?
        .into_iter()
        .collect();
    let due = case.given.need("due")?.fields()?;
    let limit: Span = due.need("within")?.parse()?;
    due.all_read("due")?;
    let as_of = as_of(&case.given)?;
    for (key, list) in case.expect.all() {
        let on_repeat = match key {
            "new" => OnRepeat::New,
            "keep" => OnRepeat::Keep,
            "restart" => OnRepeat::Restart,
            other => return Err(format!("no on-repeat `{other}`")),
        };
        let opened = occurrences(on_repeat, &starts, &done);
        let list = list.list()?;
        check.same(&format!("{key}: how many"), opened.len(), list.len());
        for (occurrence, expect) in opened.iter().zip(list) {
            let expect = expect.fields()?;
            let place = format!("{key} {}: ", occurrence.number);
            check.same(
                &format!("{place}occurrence"),
                occurrence.number,
                expect.need("occurrence")?.parse()?,
            );
            let due: Due = ends(occurrence.start, limit, &world.days, &world.zone)
                .map_err(|error| error.to_string())?;
            expected::due(&expect, due, &place, world, check)?;
            let done: Vec<Instant> = occurrence.done_at.into_iter().collect();
            let story = Story {
                done: &done,
                withdrawn_at: occurrence.superseded_at,
                ..Story::untouched(due)
            };
            let judgement = judge(&story, as_of);
            if let Some(expected) = expect.get("outcome") {
                check.says(
                    &format!("{place}outcome"),
                    &name_of(judgement.outcome),
                    expected,
                )?;
            }
            if let Some(expected) = expect.get("reason") {
                let superseded =
                    occurrence.superseded_at.is_some() && judgement.outcome == Outcome::Withdrawn;
                check.says(
                    &format!("{place}reason"),
                    if superseded { "superseded" } else { "" },
                    expected,
                )?;
            }
            expect.all_read(key)?;
        }
    }
    Ok(())
}

/// A clause by rate over counted evidence.
pub(crate) fn by_rate(points: Points, tally: Tally) -> Result<Option<Points>, Unread> {
    let way = Way::ByRate { target: None };
    let part = Part {
        way: &way,
        may_cost: None,
        evidence: Evidence::Counts(tally),
    };
    let rule = points::Rule {
        points,
        cap: None,
        when_empty: WhenEmpty::Full,
    };
    let earned = points::clause(rule, &[part]).map_err(|error| format!("{error:?}"))?;
    Ok(earned.points)
}
