//! Due times and pauses: one duty, or several independent ones, with single completions tried one by one.

use super::duty::{Form, Shared, far};
use super::entry::{Entry, held};
use super::node::{Fields, Node, Unread};
use super::played::Played;
use super::world::World;
use super::{Case, Check, expected, holders, outcomes, prose};
use domain::calendar::SpecialDays;
use domain::clock::{ClockError, Span};
use domain::time::Instant;

pub(crate) fn play(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    let given = &case.given;
    if let Some(pack) = given.get("pack") {
        return refused(case, pack, check);
    }
    if !given.has("duty") && !given.has("duties") {
        return if given.has("facts") && given.keys().count() == 1 {
            holders::chosen(case, world, check)
        } else {
            outcomes::play(case, world, check)
        };
    }
    let shared = Shared::read(given)?;
    let as_of = as_of(given)?;
    if let Some(duties) = given.get("duties") {
        return several(case, &duties.fields()?, &shared, as_of, world, check);
    }
    let mut form = Form::read(given.need("duty")?, &shared, world)?;
    if let Some(list) = given.get("holders") {
        form.held = held(list, world)?;
    }
    if case.expect.has("before-correction") {
        return corrected(case, &form, as_of, world, check);
    }
    if case.expect.has("north") || case.expect.has("south") {
        holders::transferred(case, &mut form, world, check)?;
    }
    let outage = outcomes::outage(case, &form, world)?;
    if let (Some(outage), Some(expected)) = (&outage, case.expect.get("paper-until")) {
        let until = outage
            .paper_until(&world.days, &world.zone)
            .map_err(|error| error.to_string())?;
        check.same("paper-until", until.at, expected.parse()?);
    }
    let letters: Vec<&str> = case.expect.keys().filter(|key| key.len() == 1).collect();
    if letters.is_empty() {
        return one(&case.expect, &form, as_of, "", world, check);
    }
    let due = form
        .due_at(as_of, world)?
        .map_err(|error| error.to_string())?;
    expected::due(&case.expect, due, "", world, check)?;
    for letter in letters {
        let mut form = form.clone();
        let held = holders::story(case, letter, &mut form, due.at, world)?;
        if !outcomes::story(case, letter, &mut form, world)? && !held {
            return Err(format!("what happened in story {letter} is not found"));
        }
        let expect = case.expect.need(letter)?.fields()?;
        let place = format!("{letter}: ");
        if let Some(outage) = &outage {
            outcomes::through(&mut form, outage, &expect, &place, world, check)?;
        }
        if let Some(refused) = expect.get("refused") {
            let any = form
                .entries
                .iter()
                .any(|entry| outcomes::is_refused(entry, true, world));
            check.same(&format!("{place}refused"), any, refused.flag()?);
        }
        one(&expect, &form, as_of, &place, world, check)?;
        expect.all_read(letter)?;
    }
    Ok(())
}

pub(crate) fn as_of(given: &Fields<'_>) -> Result<Instant, Unread> {
    given.get("as_of").map_or(Ok(far()), Node::parse)
}

pub(crate) fn several(
    case: &Case<'_>,
    duties: &Fields<'_>,
    shared: &Shared,
    as_of: Instant,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    for (name, duty) in duties.all() {
        let mut form =
            Form::read(duty, shared, world).map_err(|unread| format!("{name}: {unread}"))?;
        holders::named(case, name, &mut form, world);
        let Some(expect) = case.expect.get(name) else {
            continue;
        };
        let expect = expect.fields()?;
        one(&expect, &form, as_of, &format!("{name}: "), world, check)?;
        expect.all_read(name)?;
    }
    Ok(())
}

/// One duty against its answer.
pub(crate) fn one(
    expect: &Fields<'_>,
    form: &Form,
    as_of: Instant,
    place: &str,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    if let Some(error) = expect.get("error") {
        let error = error.fields()?;
        let got = form.due_at(as_of, world)?.map_err(|error| error.year());
        check.same(
            &format!("{place}year"),
            got.err().flatten(),
            Some(error.need("year")?.parse()?),
        );
        return error.all_read("error");
    }
    let mut form = form.clone();
    if form.entries.is_empty()
        && expect.has("outcome")
        && let Some(done @ Node::Text(_)) = expect.get("done_at")
    {
        // The prose says that it was done on a day; the time of the day stands only here.
        form.entries.push(Entry::done(done.parse()?));
    }
    let got = played(&form, as_of, world)?;
    expected::played(expect, &got, place, world, check)?;
    holders::own(expect, &got, place, world, check)?;
    if let Some(tries) = expect.get("tries") {
        for one in tries.list()? {
            let one = one.fields()?;
            let done = one.need("done")?;
            let mut form = form.clone();
            form.entries = vec![Entry::done(done.parse()?)];
            let got = played(&form, as_of, world)?;
            expected::played(
                &one,
                &got,
                &format!("{place}done {}: ", done.text()?),
                world,
                check,
            )?;
            one.all_read("tries")?;
        }
    }
    if let Some(instants) = expect.get("at") {
        for one in instants.list()? {
            let one = one.fields()?;
            let as_of = one.need("as_of")?;
            let got = played(&form, as_of.parse()?, world)?;
            expected::played(
                &one,
                &got,
                &format!("{place}as of {}: ", as_of.text()?),
                world,
                check,
            )?;
            one.all_read("at")?;
        }
    }
    Ok(())
}

pub(crate) fn played(form: &Form, as_of: Instant, world: &World) -> Result<Played, Unread> {
    form.play(as_of, world)?
        .map_err(|error: ClockError| format!("the due time is refused: {error}"))
}

/// S2.6: a limit that a pack may not state.
fn refused(case: &Case<'_>, pack: &Node, check: &mut Check) -> Result<(), Unread> {
    let pack = pack.fields()?;
    let due = pack.need("due")?.fields()?;
    let limit = due.need("within")?.text()?;
    check.same(
        "refused",
        limit.parse::<Span>().is_err(),
        case.expect.need("refused")?.flag()?,
    );
    due.all_read("due")?;
    pack.all_read("pack")
}

/// S2.13: a calendar that was corrected; the old one and the correction stand in the facts.
fn corrected(
    case: &Case<'_>,
    form: &Form,
    as_of: Instant,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    let year = prose::day_of(form.start, &world.zone).year();
    let (before, after) = calendars(case.facts, year, world)?;
    for (key, days) in [("before-correction", before), ("after-correction", after)] {
        let mut form = form.clone();
        form.days = Some(days);
        let expect = case.expect.need(key)?.fields()?;
        one(&expect, &form, as_of, &format!("{key}: "), world, check)?;
        expect.all_read(key)?;
    }
    Ok(())
}

/// The shipped calendar with the corrected days as they were listed before, and as they are listed now.
fn calendars(facts: &str, year: i16, world: &World) -> Result<(SpecialDays, SpecialDays), Unread> {
    let old = prose::first(
        r"(\d+)-(\d+) (\w+) off and \w+ (\d+ \w+) a make-up day",
        facts,
    );
    let new = prose::first(r"correction \((\d+ \w+) to (\d+ \w+) off\)", facts);
    let (Some(old), Some(new)) = (old, new) else {
        return Err("the facts name no calendar and its correction".into());
    };
    let (old_first, old_last) = (
        prose::day(&format!("{} {}", old[0], old[2]), year)?,
        prose::day(&format!("{} {}", old[1], old[2]), year)?,
    );
    let make_up = prose::day(old[3], year)?;
    let (new_first, new_last) = (prose::day(new[0], year)?, prose::day(new[1], year)?);
    let span = |first: domain::time::Day, last: domain::time::Day| {
        (0..=last.since(first)).map(move |days| first.plus_days(days))
    };
    let touched = |day: &domain::time::Day| {
        (new_first..=new_last).contains(day)
            || (old_first..=old_last).contains(day)
            || *day == make_up
    };
    let rest = |list: &[domain::time::Day]| {
        list.iter()
            .copied()
            .filter(|day| !touched(day))
            .collect::<Vec<_>>()
    };
    let with = |off: Vec<_>, work: Vec<_>| {
        let (mut all_off, mut all_work) = (rest(&world.off), rest(&world.work));
        all_off.extend(off);
        all_work.extend(work);
        world.with_days(all_off, all_work)
    };
    let before = with(span(old_first, old_last).collect(), vec![make_up]);
    let after = with(span(new_first, new_last).collect(), Vec::new());
    Ok((before, after))
}
