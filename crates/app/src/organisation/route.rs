//! How a record comes from what it is to what a row says: the fewest steps that its kind has for it.

use super::layout::is_by_hand;
use domain::name::Name;
use domain::pack::model::{Kind, Step};
use domain::value::{Data, Value};
use std::collections::{BTreeSet, VecDeque};

/// Steps that one row takes at most.
const LONGEST: usize = 6;

/// A step with what its form is filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) step: Name,
    pub(super) data: Data,
}

/// Where a record stands, and what a row says of it.
pub(super) struct Asked<'a> {
    pub(super) state: &'a Name,
    /// What it holds.
    pub(super) have: &'a Data,
    /// What the row states.
    pub(super) says: &'a Data,
    /// The fields in which the two differ.
    pub(super) differing: BTreeSet<Name>,
    pub(super) to: Option<&'a Name>,
}

/// The steps, in their order; none if there is nothing to change.
///
/// # Errors
/// What the forms of the steps that come nearest ask for and the row leaves out; empty if no step changes this.
pub(super) fn find(kind: &Kind, asked: &Asked<'_>) -> Result<Vec<Taken>, BTreeSet<Name>> {
    let mut missing = BTreeSet::new();
    let stays = asked.to.unwrap_or(asked.state);
    if let Some(steps) = search(kind, asked, stays, &mut missing) {
        return Ok(steps);
    }
    if asked.to.is_some() {
        return Err(missing);
    }
    // A last day ends a matter, which is what the form that demands it is for.
    let ends = kind.steps.values().find(|step| {
        let demands = |name: &Name| {
            let mut form = step.form.iter();
            form.any(|form| form.required && form.field == *name)
        };
        is_by_hand(step)
            && is_open_to(kind, step, asked.state)
            && asked.differing.iter().all(demands)
            && lacks(step, asked).is_empty()
    });
    match ends {
        Some(step) => Ok(vec![filled(step, asked, &asked.differing)]),
        None => Err(missing),
    }
}

fn search(
    kind: &Kind,
    asked: &Asked<'_>,
    to: &Name,
    missing: &mut BTreeSet<Name>,
) -> Option<Vec<Taken>> {
    type Place = (Name, BTreeSet<Name>);
    let begin: Place = (asked.state.clone(), asked.differing.clone());
    let mut seen = BTreeSet::from([begin.clone()]);
    let mut waiting: VecDeque<(Place, Vec<Taken>)> = VecDeque::from([(begin, Vec::new())]);
    while let Some(((state, left), steps)) = waiting.pop_front() {
        if left.is_empty() && state == *to {
            return Some(steps);
        }
        // Nobody leaves only to come back, though both forms together would say what the row says.
        let is_closed = kind.state(state.as_str()).is_some_and(|state| state.closed);
        if steps.len() == LONGEST || (is_closed && !steps.is_empty()) {
            continue;
        }
        for step in kind.steps.values() {
            if !is_by_hand(step) || !is_open_to(kind, step, &state) {
                continue;
            }
            let rest: BTreeSet<Name> = left
                .iter()
                .filter(|name| step.form.iter().all(|form| form.field != **name))
                .cloned()
                .collect();
            let next = step.to.clone().unwrap_or_else(|| state.clone());
            if next == state && rest.len() == left.len() || asked.to.is_none() && next != state {
                continue;
            }
            let lacking = lacks(step, asked);
            if !lacking.is_empty() {
                // The nearest that would do: it goes where the row wants to be.
                if next == *to && rest.is_empty() {
                    missing.extend(lacking);
                }
                continue;
            }
            let place = (next, rest);
            if seen.insert(place.clone()) {
                let mut steps = steps.clone();
                steps.push(filled(step, asked, &left));
                waiting.push_back((place, steps));
            }
        }
    }
    None
}

fn is_open_to(kind: &Kind, step: &Step, state: &Name) -> bool {
    if step.from.is_empty() {
        return kind
            .state(state.as_str())
            .is_some_and(|state| !state.closed);
    }
    step.from.contains(state)
}

/// What the form asks for and neither the row nor the record has.
fn lacks(step: &Step, asked: &Asked<'_>) -> BTreeSet<Name> {
    let required = step.form.iter().filter(|form| form.required);
    required
        .map(|form| &form.field)
        .filter(|name| {
            let value = asked.says.get(*name).or_else(|| asked.have.get(*name));
            value.is_none_or(Value::is_null)
        })
        .cloned()
        .collect()
}

/// The form with what is still to change and what it demands.
fn filled(step: &Step, asked: &Asked<'_>, left: &BTreeSet<Name>) -> Taken {
    let form = step
        .form
        .iter()
        .filter(|form| form.required || left.contains(&form.field));
    let data = form.filter_map(|form| {
        let value = asked.says.get(&form.field)?;
        Some((form.field.clone(), value.clone()))
    });
    Taken {
        step: step.name.clone(),
        data: data.collect(),
    }
}
