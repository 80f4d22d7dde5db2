//! Samples in scenarios: what nobody fills in by hand goes by its own use-case, as everywhere.

use super::stage::Stage;
use crate::access::Actor;
use crate::cast::Named;
use crate::desk::Taken;
use crate::error::Error;
use crate::sample::{self, Listing};
use domain::id::UnitId;
use domain::name::Name;
use domain::pack::model::{Kind, Role};
use domain::record::Command;
use domain::value::Value;

/// Whether records of the kind are samples.
pub(super) fn draws(kind: &Kind) -> bool {
    kind.role == Some(Role::Sample)
}

impl Stage<'_> {
    /// Lists a population: `open sample s1: {standard, period, of, where, size}`.
    pub(super) fn list_sample(&self, unit: UnitId, command: &Command) -> Result<Taken, Error> {
        let text = |name: &str| {
            let value = command.data.get(name).and_then(Value::as_text);
            value.map(str::to_owned)
        };
        let needed = |name: &str| {
            text(name).ok_or_else(|| Error::Usage(format!("抽样缺 {name} (a sample needs {name})")))
        };
        let listing = Listing {
            unit,
            standard: Name::from(needed("standard")?.as_str()),
            window: needed("period")?
                .parse()
                .map_err(|_| Error::Usage("period 不是考核期 (period is no period)".into()))?,
            kind: Name::from(needed("of")?.as_str()),
            when: text("where"),
            size: whole(command, "size")?,
            reason: command.reason.clone(),
        };
        sample::list(&self.office, &Actor::giving(unit, command), &listing)
    }

    /// Types the number, the first (`type s1: {first: 7}`) or, with which it is drawn, the second (`draw s1: {second: 7}`).
    pub(super) fn draw_sample(&self, named: &Named, command: &Command) -> Result<Taken, Error> {
        let field = match command.step.as_str() {
            "draw" => "second",
            _ => "first",
        };
        let number = whole(command, field)?;
        let actor = Actor::giving(named.unit, command);
        sample::number(&self.office, &actor, named.unit, named.id, number)
    }
}

fn whole<T: TryFrom<i64>>(command: &Command, name: &str) -> Result<T, Error> {
    let number = match command.data.get(name) {
        Some(Value::Int(number)) => T::try_from(*number).ok(),
        _ => None,
    };
    number.ok_or_else(|| Error::Usage(format!("抽样缺 {name} (a sample needs {name})")))
}
