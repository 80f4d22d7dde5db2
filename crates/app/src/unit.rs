//! The tree of company, regions and projects.

use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use domain::access::Privilege;
use domain::id::UnitId;
use domain::time::Zone;
use domain::unit::{Attributes, Level, Unit};
use store::{Lane, unit};

/// A unit to add.
#[derive(Clone, Debug)]
pub struct NewUnit {
    pub level: Level,
    pub parent: Option<UnitId>,
    pub code: String,
    pub name: String,
    pub zone: Zone,
    pub attributes: Attributes,
}

impl Office {
    /// Adds a unit.
    ///
    /// # Errors
    /// `Denied`. Its code is taken; a company below something, or anything else below nothing or below a project.
    pub fn add_unit(&self, actor: &Actor, new: NewUnit) -> Result<Unit, Error> {
        let NewUnit {
            level,
            parent,
            code,
            name,
            zone,
            attributes,
        } = new;
        if code.is_empty()
            || code.len() > 40
            || code.chars().any(|c| c.is_control() || c.is_whitespace())
        {
            return Err(Error::Usage(format!(
                "单元代码“{code}”不可用：1 至 40 个字符，不含空格 (a unit's code has 1 to 40 characters and no spaces)"
            )));
        }
        let permit = self.privilege(actor, Privilege::Units, parent)?;
        let unit = Unit {
            id: self.clock().unit_id(),
            parent,
            level,
            code,
            name,
            zone,
            attributes,
            roster_version: 0,
            config_version: 0,
        };
        let at = self.clock().now();
        self.write(&permit, Lane::Interactive, move |tx| {
            let above = match unit.parent {
                Some(parent) => Some(unit::get(tx, parent)?.level),
                None => None,
            };
            if above.is_some_and(|above| above >= unit.level) || (above.is_none() != (unit.level == Level::Company)) {
                return Err(Error::Usage("公司在最上层，区域在公司之下，项目在区域或公司之下 (a company is on top, regions below it, projects below either)".into()));
            }
            if unit::by_code(tx, &unit.code)?.is_some() {
                return Err(Error::Usage(format!("单元代码“{}”已被使用 (the code is taken)", unit.code)));
            }
            unit::insert(tx, &unit, at)?;
            Ok(unit)
        })
    }

    /// All units, parents before children.
    pub fn units(&self) -> Result<Vec<Unit>, Error> {
        Ok(self.read(unit::list)?)
    }

    /// A unit and all below it, parents before children.
    pub fn units_below(&self, top: UnitId) -> Result<Vec<UnitId>, Error> {
        let mut below = vec![top];
        for unit in self.units()? {
            if unit.parent.is_some_and(|parent| below.contains(&parent)) {
                below.push(unit.id);
            }
        }
        Ok(below)
    }

    /// The unit of that code.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn unit(&self, code: &str) -> Result<Unit, Error> {
        self.read(|tx| unit::by_code(tx, code))?
            .ok_or(Error::NotFound)
    }
}
