//! How a duty that is to do stands at an instant, for live figures (S8.2).

use super::duties::{Timed, clock_of, pauses_of};
use super::{Packs, Record, Todo};
use crate::clock::{self, ClockError, Due};
use crate::holder::{self, Answering, Charge, Charged, Fair, Holder};
use crate::id::{MemberId, TeamId, Uuid};
use crate::name::Name;
use crate::outcome::{Outcome, Story};
use crate::pack::model::{Duty, FieldType, Kind};
use crate::tally::Verdict;
use crate::time::{Instant, Zone};

/// How a duty that is to do stands at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// With a pause that still runs counted up to then (S3.2).
    pub due: Due,
    /// Whose it is, first as the unit counts it; later holders by a due time of their own (S5.4).
    pub answers: Vec<(Holder, Verdict)>,
}

/// How a duty that is to do stands at an instant: missed once it is late, else pending (S4.2, S8.2).
///
/// # Errors
/// A due time that no calendar covers.
#[expect(
    clippy::too_many_arguments,
    reason = "a judgement rests on all of these and on nothing else"
)]
pub fn as_of(
    packs: &dyn Packs,
    zone: &Zone,
    kind: &Kind,
    duty: &Duty,
    record: &Record,
    todo: &Todo,
    absences: &[(MemberId, Instant, Instant)],
    at: Instant,
) -> Timed<Standing> {
    let failed = |error| (todo.name.clone(), error);
    let Some(pack) = packs.pack(todo.pack) else {
        return Err(failed(ClockError::Nothing));
    };
    let pauses = pauses_of(pack, record, duty, Some(at));
    let clock = clock_of(packs, pack, zone, duty, todo, &pauses);
    let due = clock::due_after_changes(&clock, &todo.changes).map_err(failed)?;
    let story = Story {
        not_before: todo.not_before,
        excuse: todo.excuse,
        ..Story::untouched(due)
    };
    let fair = Fair {
        start: todo.start,
        due,
        fair: duty.fair,
        hours: clock.hours,
        days: clock.days,
        zone,
        pauses: &pauses,
    };
    let responsible = match &duty.charge {
        Charge::Responsible(name) => responsible_in(kind, record, name),
        Charge::Longest | Charge::HolderAtDue | Charge::Unit => None,
    };
    let answering = Answering {
        held: &todo.held,
        credit: &duty.credit,
        charge: &duty.charge,
        doer: None,
        each: &[],
        responsible,
        absences,
    };
    let anomalous = record
        .doc
        .anomalies
        .iter()
        .any(|anomaly| anomaly.spoils_times());
    let verdicts = holder::verdicts(&fair, &answering, &story, at).map_err(failed)?;
    let verdict = |outcome: Outcome| {
        if anomalous {
            Verdict::Anomalous
        } else {
            Verdict::from(outcome)
        }
    };
    let answers = verdicts
        .into_iter()
        .map(|answer| (answer.party.into(), verdict(answer.outcome)))
        .collect();
    Ok(Standing { due, answers })
}

/// The member or team that a field or link of the record names as responsible.
pub(super) fn responsible_in(kind: &Kind, record: &Record, name: &Name) -> Option<Charged> {
    if let Some(id) = record.doc.links.get(name) {
        return Some(Charged::Member((*id).into()));
    }
    let id: Uuid = record.doc.data.get(name)?.as_text()?.parse().ok()?;
    match kind.field(name.as_str())?.ty {
        FieldType::Team => Some(Charged::Team(TeamId::from_uuid(id))),
        FieldType::Member => Some(Charged::Member(MemberId::from_uuid(id))),
        _ => None,
    }
}
