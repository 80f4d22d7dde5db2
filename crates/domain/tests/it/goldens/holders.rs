//! Holder, credit, charge, transfers (S5, S9.3).

use super::duty::{Form, far};
use super::entry::{Entry, held, holder};
use super::expected::name_of;
use super::node::{Fields, Node, Unread};
use super::played::Played;
use super::stories::played;
use super::world::World;
use super::{Case, Check, prose};
use domain::clock::Rule;
use domain::holder::{Choice, Context, Held, Holder, HolderRule, Verdict, choose};
use domain::id::{RecordId, UnitId, Uuid};
use domain::name::Name;
use domain::record::{BuiltIn, Doc, Hash, PackVersion, Place, Record, Todo};
use domain::roster::{Leave, Posting, Roster};
use domain::time::{Instant, Moment};
use domain::transfer::transfer;

/// What a story says of single holders: `steward-1: {judged-at, outcome}`, `for-desk: not-applicable`.
pub(crate) fn own(
    expect: &Fields<'_>,
    got: &Played,
    place: &str,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    let outcome_of = |name: &str| {
        let theirs = |verdict: &&Verdict| world.charged(verdict.party) == name;
        let verdict = got.verdicts.iter().find(theirs);
        verdict.map_or_else(
            || "not-applicable".into(),
            |verdict| name_of(verdict.outcome),
        )
    };
    for key in expect.unread() {
        if let Some(name) = key.strip_prefix("for-") {
            check.says(
                &format!("{place}{key}"),
                &outcome_of(name),
                expect.need(key)?,
            )?;
            continue;
        }
        let Some(Node::Map(_)) = expect.peek(key) else {
            continue;
        };
        let own = expect.need(key)?.fields()?;
        if let Some(expected) = own.get("judged-at") {
            let who = holder(key, world);
            let due = got
                .judged
                .iter()
                .find(|(holder, _)| *holder == who)
                .map(|(_, due)| due.at);
            check.same(
                &format!("{place}{key}: judged-at"),
                due,
                Some(expected.parse()?),
            );
        }
        if let Some(expected) = own.get("outcome") {
            check.says(
                &format!("{place}{key}: outcome"),
                &outcome_of(key),
                expected,
            )?;
        }
        own.all_read(key)?;
    }
    Ok(())
}

/// S5.5: "the desk sends within 5 min (server); engineering accepts within 10 min": who holds the duty of that name.
pub(crate) fn named(case: &Case<'_>, name: &str, form: &mut Form, world: &World) {
    if form.held.is_empty()
        && let Some(found) = prose::first(&format!(r"(\w+) {name}s\b"), case.facts)
    {
        form.held = vec![Held {
            holder: Holder::Team(world.team(found[0])),
            from: start_of(form, world),
        }];
    }
}

pub(crate) fn start_of(form: &Form, world: &World) -> Instant {
    match form.start {
        Moment::At(at) => at,
        Moment::On(day) => world.zone.start_of(day),
    }
}

/// Who held it in one of a case's stories, and what prose says he did; false if nothing is said of it.
pub(crate) fn story(
    case: &Case<'_>,
    letter: &str,
    form: &mut Form,
    due: Instant,
    world: &World,
) -> Result<bool, Unread> {
    if let Some(stories) = case.given.get("stories").map(Node::fields).transpose()?
        && let Some(list @ Node::List(_)) = stories.get(letter)
    {
        form.held = held(list, world)?;
        return Ok(true);
    }
    let start = start_of(form, world);
    let day = world.zone.day_of(start);
    // "Handed from steward-1 to steward-2 at 16:00 in story a, at 15:00 in story b."
    if let Some(names) = prose::first(r"[Hh]anded from ([\w-]+) to ([\w-]+)", case.facts) {
        let at = prose::all(r"at (\d\d:\d\d) in story (\w)", case.facts)
            .into_iter()
            .find(|at| at[1] == letter);
        let at = at.ok_or_else(|| format!("no hand-over in story {letter}"))?;
        form.held = vec![
            Held {
                holder: holder(names[0], world),
                from: start,
            },
            Held {
                holder: holder(names[1], world),
                from: prose::time(day, at[0], &world.zone)?,
            },
        ];
        return Ok(true);
    }
    // "Two desk members on duty form a pool. Duty x was taken by desk-2 and done in time; duty y nobody took."
    let Some(pool) = prose::first(r"(\w+) members on duty form a pool", case.facts) else {
        return Ok(false);
    };
    form.held = vec![Held {
        holder: Holder::Pool {
            post: Name::from(pool[0]),
        },
        from: start,
    }];
    let taken = prose::all(
        r"[Dd]uty (\w) was taken by ([\w-]+) and done (in time|late)",
        case.facts,
    );
    if let Some(taken) = taken.iter().find(|taken| taken[0] == letter) {
        let at = due.plus_micros(i64::from(taken[2] == "late"));
        let mut entry = Entry::done(at);
        entry.by = Some(taken[1].to_owned());
        form.entries.push(entry);
        return Ok(true);
    }
    let untaken = prose::all(r"[Dd]uty (\w) nobody took", case.facts);
    Ok(untaken.iter().any(|untaken| untaken[0] == letter))
}

/// S9.3: "transferred to project south on 2 March 18:00".
pub(crate) fn transferred(
    case: &Case<'_>,
    form: &mut Form,
    world: &World,
    check: &mut Check,
) -> Result<(), Unread> {
    let start = start_of(form, world);
    let found = prose::first(
        r"transferred to \w+ (\w+) on (\d+ \w+(?: \d{4})?),? (\d\d:\d\d)",
        case.facts,
    )
    .ok_or("no transfer in the facts")?;
    let day = prose::day(found[1], world.zone.day_of(start).year())?;
    let at = prose::time(day, found[2], &world.zone)?;
    let due = form
        .due_at(far(), world)?
        .map_err(|error| error.to_string())?;
    let unit = |name: &str| UnitId::from_uuid(world.member(name).uuid());
    let record = |number| RecordId::from_uuid(Uuid::from_u128(number));
    let duty = Todo {
        name: Name::from("duty"),
        occurrence: 1,
        start,
        rule: Rule::Fixed(due),
        changes: Vec::new(),
        pack: PackVersion(1),
        days: None,
        due,
        not_before: None,
        held: vec![Held {
            holder: Holder::Unit,
            from: start,
        }],
        progress: Vec::new(),
        excuse: None,
    };
    let place = |name, number| Place {
        unit: unit(name),
        record: record(number),
    };
    let (here, there) = (place("north", 1), place(found[0], 2));
    let before = Record {
        unit: here.unit,
        id: here.record,
        kind: Name::from("matter"),
        number: "1".into(),
        state: Name::from("open"),
        version: 1,
        opened_at: start,
        closed_at: None,
        head: Hash::default(),
        doc: Doc {
            todo: vec![duty],
            waits: form.waits.clone(),
            ..Doc::default()
        },
    };
    let (closing, opening) = transfer(&before, there, at);
    let closed = closing == BuiltIn::Depart { to: there };
    let linked = opening.from == here && opening.opened_at == start;
    check.says(
        "north",
        if closed {
            "closed-as-transferred"
        } else {
            "open"
        },
        case.expect.need("north")?,
    )?;
    check.says(
        "south",
        if linked { "open-with-link" } else { "" },
        case.expect.need("south")?,
    )?;
    let [carried] = &opening.todo[..] else {
        return Err("one duty goes along".into());
    };
    check.same("start", carried.start, start);
    form.held.clone_from(&carried.held);
    // It reached the other unit with enough time left: its due time is the original one (S5.4).
    let got = played(form, far(), world)?;
    check.same(
        "judged-at",
        got.judged.last().map(|(_, judged)| *judged),
        Some(due),
    );
    Ok(())
}

/// S5.1: "holder [steward-of(home), post(team-lead), unit]. Home 1 has steward-1 on duty; home 2 steward-2 on leave …".
pub(crate) fn chosen(case: &Case<'_>, world: &World, check: &mut Check) -> Result<(), Unread> {
    let list =
        prose::first(r"holder \[([^\]]*)\]", case.facts).ok_or("the facts name no holders")?;
    let list: Vec<HolderRule> = list[0].split(", ").map(rule).collect::<Result<_, _>>()?;
    let at: Instant = "2026-03-02T10:00:00+08:00".parse().unwrap();
    let mut manager_sees = Vec::new();
    for home in prose::all(r"[Hh]ome (\w+) ([^;.]*)", case.facts) {
        let (key, says) = (format!("home-{}", home[0]), home[1]);
        let roster = roster(&list, &key, says, at, world);
        let grid = Name::from(key.as_str());
        let Choice {
            holder,
            manager_sees: sees,
        } = choose(
            &list,
            &roster,
            at,
            &Context {
                creator: None,
                doer: None,
                assignee: None,
                team: None,
                grid_of: &|_| Some(grid.clone()),
                field: &|_| None,
            },
        );
        if sees {
            manager_sees.push(key.clone());
        }
        check.says(&key, &world.holder(&holder), case.expect.need(&key)?)?;
    }
    if let Some(expected) = case.expect.get("manager-sees") {
        check.same(
            "manager-sees",
            manager_sees,
            expected.texts()?.into_iter().map(str::to_owned).collect(),
        );
    }
    Ok(())
}

fn rule(text: &str) -> Result<HolderRule, Unread> {
    let (head, name) = match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        Some((head, name)) => (head, Name::from(name)),
        None if text == "unit" => return Ok(HolderRule::Unit),
        None => return Err(format!("no holder `{text}`")),
    };
    match head {
        "post" => Ok(HolderRule::Post(name)),
        "on-duty" => Ok(HolderRule::OnDuty(name)),
        "team" => Ok(HolderRule::Team(Some(name))),
        head if head.ends_with("-of") => Ok(HolderRule::GridOf(name)),
        _ => Err(format!("no holder `{text}`")),
    }
}

/// Who works for a home, and one member in every post of the list that is not said to be empty.
fn roster(list: &[HolderRule], grid: &str, says: &str, at: Instant, world: &World) -> Roster {
    let from = at.plus_micros(-86_400_000_000);
    let posting = |name: &str, post: &str, grid: Option<&str>| Posting {
        member: world.member(name),
        post: Name::from(post),
        grid: grid.map(Name::from),
        team: None,
        from,
        until: None,
    };
    let mut roster = Roster::default();
    if let Some(steward) = prose::first(
        r"^(?:has )?([\w-]+) on (duty|leave)(?: with stand-in ([\w-]+))?",
        says,
    ) {
        roster
            .postings
            .push(posting(steward[0], "grid-post", Some(grid)));
        if steward[1] == "leave" {
            let stand_in = Some(steward[2]).filter(|name| !name.is_empty());
            roster
                .postings
                .extend(stand_in.map(|name| posting(name, "grid-post", None)));
            roster.leaves.push(Leave {
                member: world.member(steward[0]),
                from,
                until: None,
                stand_in: stand_in.map(|name| world.member(name)),
            });
        }
    }
    let empty = prose::first(r"the (\w+)'s post is empty", says);
    for rule in list {
        if let HolderRule::Post(post) | HolderRule::OnDuty(post) = rule
            && !empty
                .as_ref()
                .is_some_and(|empty| post.as_str().ends_with(empty[0]))
        {
            roster
                .postings
                .push(posting(post.as_str(), post.as_str(), None));
        }
    }
    roster
}
