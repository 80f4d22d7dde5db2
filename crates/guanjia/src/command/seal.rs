//! `guanjia seal`.

use super::{open, operator, unit_of};
use crate::args::Where;
use crate::output::{Done, json_line, line};
use app::Error;
use app::score::window;
use app::seal::{Sealing, root_of, seal};
use domain::name::Name;
use serde_json::json;

/// The command with its arguments.
pub(crate) struct Seal<'a> {
    pub(crate) at: &'a Where,
    pub(crate) standard: &'a str,
    pub(crate) period: &'a str,
    pub(crate) unit: Option<&'a str>,
    pub(crate) device_holds_entries: bool,
    pub(crate) json: bool,
}

impl Seal<'_> {
    pub(crate) fn run(self) -> Result<Done, Error> {
        let office = open(self.at)?;
        let unit = match unit_of(&office, self.unit)? {
            Some(unit) => unit,
            None => office.units()?.first().ok_or(Error::NotFound)?.id,
        };
        let sealing = Sealing {
            unit,
            standard: Name::from(self.standard),
            window: window(self.period)?,
            device_holds_entries: self.device_holds_entries,
        };
        let sealed = seal(&office, &operator(), &sealing)?;
        let root = root_of(&sealed.roots).map(|root| root.to_string());
        if self.json {
            json_line(&json!({"root": root, "sealed": sealed}))?;
        } else {
            line(&format!(
                "已封存 {} {}：{} 张考核表，编号 {} (sealed: {} cards)",
                sealed.standard,
                sealed.period,
                sealed.cards.len(),
                sealed.number,
                sealed.cards.len()
            ))?;
            line(&format!(
                "流水根 (root of the journal)：{}",
                root.unwrap_or_default()
            ))?;
        }
        Ok(Done::Well)
    }
}
