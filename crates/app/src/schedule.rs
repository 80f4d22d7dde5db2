//! Records that open on a rhythm (`schedules.yaml`): one a day of the rhythm, or one for every record of a register on that day.
//!
//! Each rhythm remembers per unit how far it has come, so that what was missed while nobody swept is caught up with, day by day. A record's id
//! follows from the rhythm, the day and the subject: a day that is done twice opens nothing twice.

use crate::access::Actor;
use crate::desk::beyond;
use crate::error::Error;
use crate::office::Office;
use crate::sweep::Swept;
use crate::view::View;
use domain::access::own_work;
use domain::calendar::SpecialDays;
use domain::id::{RecordId, derived};
use domain::name::Name;
use domain::pack::model::Schedule;
use domain::record::refusal::Code;
use domain::record::scope::RecordScope;
use domain::record::{By, Command, Record, Refusal};
use domain::time::{Day, Instant, Moment};
use domain::value::{Data, Value};
use std::collections::BTreeMap;
use store::{Lane, Tx, record, schedule};

/// Records opened in one transaction.
const BATCH: usize = 50;

/// Opens what the rhythms of a unit owe as of an instant.
///
/// # Errors
/// A database that cannot be read or written; what is refused is in `swept`, and the day is tried again by the next sweep.
pub(crate) fn open_due(
    office: &Office,
    view: &View,
    as_of: Instant,
    swept: &mut Swept,
) -> Result<(), Error> {
    let unit = view.unit.id;
    let today = view.unit.zone.day_of(as_of);
    let known = office.read(|tx| schedule::all_done(tx, unit))?;
    let mut reached = Vec::new();
    for rhythm in view.rules.pack.schedules.values() {
        if !rhythm.at.contains(&view.unit.level) {
            continue;
        }
        // A rhythm begins on the day on which it is first looked at: nothing is owed for days before it was laid down.
        let done = known
            .get(&rhythm.name)
            .copied()
            .unwrap_or(today.plus_days(-1));
        if done >= today {
            continue;
        }
        let day = one(office, view, rhythm, done, today, swept)?;
        reached.push((rhythm.name.clone(), day));
    }
    if !reached.is_empty() {
        office.write(&own_work(), Lane::Bulk, move |tx| {
            reached
                .iter()
                .try_for_each(|(name, day)| schedule::set_done(tx, unit, name, *day))
        })?;
    }
    Ok(())
}

/// The days of one rhythm after `done`; the last of them that is done now.
fn one(
    office: &Office,
    view: &View,
    rhythm: &Schedule,
    done: Day,
    today: Day,
    swept: &mut Swept,
) -> Result<Day, Error> {
    let unit = view.unit.id;
    let first = done.plus_days(1).max(rhythm.from);
    let mut reached = done;
    for day in rhythm.rule.days(rhythm.from, first, today) {
        let admitted = match rhythm.days.admit(&view.rules.pack, day, &view.codes) {
            Ok(admitted) => admitted,
            Err(none) => {
                let refusal = Refusal::new(Code::CalendarMissing).with(none.year);
                swept.refused.push(format!("{}: {refusal}", rhythm.name));
                return Ok(reached);
            }
        };
        if admitted {
            let commands = office.read(|tx| commands(tx, view, rhythm, day))?;
            for batch in commands.chunks(BATCH) {
                let (batch, kind) = (batch.to_vec(), rhythm.open.clone());
                let (opened, refused) =
                    office.at(&Actor::system(), unit, Lane::Bulk, move |desk| {
                        let (mut opened, mut refused) = (0, Vec::new());
                        for (id, command) in &batch {
                            match desk.attempt(|desk| desk.open(&kind, Some(*id), command)) {
                                Ok(_) => opened += 1,
                                Err(Error::Refused(reasons)) => {
                                    let known = |it: &Refusal| it.code == Code::RecordExists;
                                    if !reasons.iter().any(known) {
                                        refused.extend(reasons.iter().map(ToString::to_string));
                                    }
                                }
                                Err(error) => return Err(error),
                            }
                        }
                        Ok((opened, refused))
                    })?;
                swept.opened += opened;
                if !refused.is_empty() {
                    let said = |why| format!("{} {day}: {why}", rhythm.name);
                    swept.refused.extend(refused.into_iter().map(said));
                    return Ok(reached);
                }
            }
        }
        reached = day;
    }
    Ok(today)
}

/// What is opened for a day: once, or once for every record of the register for which the condition holds.
fn commands(
    tx: &mut Tx<'_>,
    view: &View,
    rhythm: &Schedule,
    day: Day,
) -> Result<Vec<(RecordId, Command)>, Error> {
    let zone = &view.unit.zone;
    let at = zone.start_of(day);
    let id = |subject: &[u8]| {
        let unit = view.unit.id.uuid();
        let name = rhythm.name.as_str().as_bytes();
        let day = day.to_string();
        RecordId::from_uuid(derived(
            at,
            &[b"schedule", unit.as_bytes(), name, day.as_bytes(), subject],
        ))
    };
    let command = |data: Data, links: BTreeMap<Name, RecordId>| Command {
        data,
        links,
        occurred: Some(Moment::At(at)),
        ..Command::new("open", By::System)
    };
    let Some(kind) = rhythm
        .each
        .as_ref()
        .and_then(|kind| view.rules.pack.kinds.get(kind))
    else {
        return Ok(vec![(
            id(b""),
            command(rhythm.data.clone(), BTreeMap::new()),
        )]);
    };
    let mut subjects: Vec<Record> = Vec::new();
    record::each_of_kind(tx, Some(view.unit.id), Some(&kind.name), |record| {
        if !record.doc.void && record.opened_at < zone.end_of(day) {
            subjects.push(record);
        }
        Ok(())
    })?;
    let exprs: Vec<_> = rhythm.when.iter().chain(rhythm.fill.values()).collect();
    let mut commands = Vec::new();
    for subject in subjects {
        let exprs = exprs.iter().copied();
        let used = beyond::used(tx, view, kind, exprs, &subject, zone.start_of(day))?;
        let none = Data::new();
        let scope = RecordScope::after(Some(&subject), &none, &used);
        if rhythm
            .when
            .as_ref()
            .is_some_and(|when| !when.holds(&scope).unwrap_or(false))
        {
            continue;
        }
        let mut data = rhythm.data.clone();
        for (field, expr) in &rhythm.fill {
            // What cannot be worked out is left empty, and the form says whether that will do.
            if let Ok(mut value) = expr.value(&scope)
                && !value.is_null()
            {
                if rhythm.roll.contains(field) {
                    value = rolled(&view.rules.pack.special_days, value);
                }
                data.insert(field.clone(), value);
            }
        }
        let links = rhythm
            .link
            .iter()
            .map(|link| (link.clone(), subject.id))
            .collect();
        commands.push((id(subject.id.uuid().as_bytes()), command(data, links)));
    }
    Ok(commands)
}

/// A day as the next working day on or after it; of a year without a calendar it stays.
fn rolled(special: &SpecialDays, value: Value) -> Value {
    let day = value.as_text().and_then(|day| day.parse::<Day>().ok());
    match day.map(|day| special.next_workday(day)) {
        Some(Ok(day)) => Value::Text(day.to_string()),
        Some(Err(_)) | None => value,
    }
}
