//! Credit and charge (S5.2, S5.3).

use super::Holder;
use crate::clock::{Due, Paused, disjoint};
use crate::id::{MemberId, TeamId};
use crate::name::Name;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// Who held a duty from when, up to the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub holder: Holder,
    pub from: Instant,
}

/// Who is credited with a duty done (S5.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credit {
    #[default]
    Holder,
    Doer,
    /// Every member in a field.
    Each(Name),
}

/// Who is charged for a duty missed (S5.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Charge {
    /// Who held it longest.
    #[default]
    Longest,
    HolderAtDue,
    Unit,
    /// The member or team in a field, or behind a link.
    Responsible(Name),
}

/// Whose evidence a decided duty is; to all others it is not applicable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Charged {
    Member(MemberId),
    Team(TeamId),
    Unit,
}

impl From<&Holder> for Charged {
    /// What a pool holds nobody has taken: the unit's (S5.2).
    fn from(holder: &Holder) -> Self {
        match holder {
            Holder::Member(member) => Self::Member(*member),
            Holder::Team(team) => Self::Team(*team),
            Holder::Pool { .. } | Holder::Unit => Self::Unit,
        }
    }
}

impl From<Charged> for Holder {
    fn from(charged: Charged) -> Self {
        match charged {
            Charged::Member(member) => Self::Member(member),
            Charged::Team(team) => Self::Team(team),
            Charged::Unit => Self::Unit,
        }
    }
}

/// Who held it at the instant; the first holder before he took it.
pub fn holder_at(held: &[Held], at: Instant) -> &Holder {
    let holding = held
        .iter()
        .rev()
        .find(|held| held.from <= at)
        .or(held.first());
    holding.map_or(&Holder::Unit, |held| &held.holder)
}

/// Who is charged for a miss: who held it for the longest part of [start, due), with pauses and a member's own absences left out; at equal
/// parts the later holder (S5.1, S5.3). `held` is in order of time. Where nobody held it for any time, who held it last, and the unit if he was
/// absent then.
pub fn charge(
    rule: &Charge,
    held: &[Held],
    start: Instant,
    due: Due,
    pauses: &[Paused],
    absences: &[(MemberId, Instant, Instant)],
    responsible: Option<Charged>,
) -> Charged {
    match rule {
        Charge::Unit => Charged::Unit,
        Charge::Responsible(_) => responsible.unwrap_or(Charged::Unit),
        Charge::HolderAtDue => Charged::from(holder_at(held, due.last_instant())),
        Charge::Longest => longest(held, start, due, pauses, absences),
    }
}

fn longest(
    held: &[Held],
    start: Instant,
    due: Due,
    pauses: &[Paused],
    absences: &[(MemberId, Instant, Instant)],
) -> Charged {
    let mut parts: Vec<(Charged, i64)> = Vec::new();
    for (place, part) in held.iter().enumerate() {
        let from = if place == 0 {
            start
        } else {
            part.from.max(start)
        };
        let until = held
            .get(place + 1)
            .map_or(due.at, |next| next.from.min(due.at));
        if place > 0 && from >= due.at {
            continue;
        }
        let who = Charged::from(&part.holder);
        let length = present(who, from, until, pauses, absences);
        let before = parts
            .iter()
            .position(|(holder, _)| *holder == who)
            .map(|place| parts.remove(place));
        parts.push((who, length + before.map_or(0, |(_, length)| length)));
    }
    // The last of the longest: `parts` is in the order in which each held it last.
    match parts.iter().max_by_key(|(_, length)| *length) {
        Some(&(who, length)) if length > 0 => who,
        Some(&(Charged::Member(member), _)) => {
            let away = |(who, from, until): &(MemberId, Instant, Instant)| {
                *who == member && *from <= due.last_instant() && due.last_instant() < *until
            };
            if absences.iter().any(away) {
                Charged::Unit
            } else {
                Charged::Member(member)
            }
        }
        Some(&(who, _)) => who,
        None => Charged::Unit,
    }
}

/// Microseconds for which somebody held it and was there.
fn present(
    who: Charged,
    from: Instant,
    until: Instant,
    pauses: &[Paused],
    absences: &[(MemberId, Instant, Instant)],
) -> i64 {
    if until <= from {
        return 0;
    }
    let away = absences
        .iter()
        .filter(|(member, ..)| who == Charged::Member(*member))
        .map(|&(_, from, until)| (from, until));
    let out = disjoint(
        pauses
            .iter()
            .map(|pause| (pause.from, pause.until))
            .chain(away),
    );
    let covered: i64 = out
        .iter()
        .map(|&(begin, end)| end.min(until).since(begin.max(from)).max(0))
        .sum();
    until.since(from) - covered
}

/// Who is credited with a duty done: its holder then; of a pool the one who acted, who took it by acting (S5.2, S5.3). `each` are the
/// members in the field of `Credit::Each`.
pub fn credit(
    rule: &Credit,
    held: &[Held],
    done_at: Instant,
    doer: Option<MemberId>,
    each: &[MemberId],
) -> Vec<Charged> {
    let holder = holder_at(held, done_at);
    match (rule, holder, doer) {
        (Credit::Each(_), ..) if !each.is_empty() => {
            each.iter().copied().map(Charged::Member).collect()
        }
        (Credit::Doer, _, Some(member)) | (_, Holder::Pool { .. }, Some(member)) => {
            vec![Charged::Member(member)]
        }
        _ => vec![Charged::from(holder)],
    }
}
