//! Whether an override of a parameter may be set as its record says (S8.4).

use super::command::Context;
use super::refusal::{Code, Refusal};
use crate::id::UnitId;
use crate::name::Name;
use crate::override_rule::{Accepted, Asked, OverrideError, judge};
use crate::pack::model::{Pack, ParameterValue};
use crate::parameter::Override;
use crate::time::{Day, Zone};
use crate::value::Data;

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
        .unwrap_or(&parameter.default);
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
    Some(Override {
        parameter: parameter.name.clone(),
        unit,
        value: ParameterValue::parse(parameter.unit, text("value")?)?,
        from: zone.start_of(from),
    })
}
