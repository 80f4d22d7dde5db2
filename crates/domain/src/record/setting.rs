//! Whether an override of a parameter may be set as its record says (S8.4).

use super::Record;
use super::command::Context;
use super::refusal::{Code, Refusal};
use crate::id::UnitId;
use crate::name::Name;
use crate::override_rule::{Accepted, Asked, OverrideError, Setter, judge};
use crate::pack::model::{Kind, Pack, ParameterValue, Role};
use crate::parameter::Override;
use crate::time::{Day, Zone};
use crate::value::Data;

/// Judges what a step or a correction makes of a record that says what holds for its unit beside the pack: an override of a parameter
/// (S8.4), an outage (S4.7). Records of other kinds pass.
pub(super) fn said(
    context: &Context<'_>,
    kind: &Kind,
    before: Option<&Record>,
    filled: &Data,
) -> Result<(), Refusal> {
    match kind.role {
        Some(Role::Outage) if context.setter != Setter::Above => Err(Refusal::new(Code::OutageOwn)),
        Some(Role::Override) => match before {
            None => check(context, filled).map(|_| ()),
            Some(record) => changed(context, record, filled),
        },
        _ => Ok(()),
    }
}

/// An override that is set keeps what it says; it can end earlier, or, as if it were set anew, later.
fn changed(context: &Context<'_>, record: &Record, filled: &Data) -> Result<(), Refusal> {
    let was = &record.doc.data;
    let differs = |name: &str| filled.get(name).is_some_and(|to| Some(to) != was.get(name));
    if let Some(name) = ["parameter", "value", "from"]
        .into_iter()
        .find(|name| differs(name))
    {
        return Err(Refusal::at(Code::OverrideFixed, &Name::from(name)));
    }
    if !differs("until") {
        return Ok(());
    }
    let mut data = was.clone();
    data.extend(filled.clone());
    let today = context.zone.day_of(context.now);
    let ends = read(context.pack, context.unit, context.zone, &data).and_then(|set| set.until);
    if ends.is_some_and(|until| until <= context.zone.start_of(today)) {
        return Err(Refusal::at(Code::OverrideEnd, &Name::from("until")));
    }
    // What is left of it begins now.
    data.insert(
        "from".into(),
        today.plus_days(1).to_string().as_str().into(),
    );
    data.remove("until");
    check(context, &data).map(|_| ())
}

/// Judges the fields of a record whose kind `is: override`.
pub(super) fn check(context: &Context<'_>, data: &Data) -> Result<Accepted, Refusal> {
    let text = |name: &str| {
        data.get(name)
            .and_then(|value| value.as_text())
            .unwrap_or("")
    };
    let name = Name::from(text("parameter"));
    let Some(parameter) = context.pack.parameters.get(&name) else {
        return Err(Refusal::at(Code::ParameterUnknown, &Name::from("parameter")).with(name));
    };
    let refused = |code, field: &str| {
        Refusal::at(code, &Name::from(field))
            .with(text("value"))
            .with(&parameter.name)
    };
    let set = read(context.pack, context.unit, context.zone, data)
        .ok_or_else(|| refused(Code::OverrideValue, "value"))?;
    // What holds from the day on without a setting of the unit's own.
    let inherited = context
        .parameters
        .above(context.unit, &name, set.from)
        .unwrap_or_else(|| context.parameters.usual(parameter));
    if set.until.is_some_and(|until| until <= set.from) {
        return Err(Refusal::at(Code::OverrideEnd, &Name::from("until")));
    }
    judge(&Asked {
        parameter,
        value: &set.value,
        inherited,
        setter: context.setter,
        from: set.from,
        now: context.now,
    })
    .map_err(|error| match error {
        OverrideError::Bounds => refused(Code::OverrideBounds, "value"),
        OverrideError::Backwards => refused(Code::OverrideBackwards, "from"),
        OverrideError::LoosensItself
        | OverrideError::Elsewhere
        | OverrideError::ProjectCalendar => refused(Code::OverrideLoosens, "value"),
        OverrideError::Unit => refused(Code::OverrideValue, "value"),
    })
}

/// The override that a record of a kind that `is: override` lays down for its unit; `None` if its parameter or value is none.
pub fn read(pack: &Pack, unit: UnitId, zone: &Zone, data: &Data) -> Option<Override> {
    let text = |name: &str| data.get(name).and_then(|value| value.as_text());
    let parameter = pack.parameters.get(&Name::from(text("parameter")?))?;
    let from: Day = text("from")?.parse().ok()?;
    // The last day on which it holds.
    let until: Option<Day> = text("until").and_then(|day| day.parse().ok());
    Some(Override {
        parameter: parameter.name.clone(),
        unit,
        value: ParameterValue::parse(parameter.unit, text("value")?)?,
        from: zone.start_of(from),
        until: until.map(|day| zone.end_of(day)),
    })
}
