//! The sheet of units: each under the one above it, whatever the order of the rows.

use super::layout::{Part, Sheet, What};
use super::run::{Place, Run};
use super::{Changed, Count, Given};
use crate::error::Error;
use crate::import::refusal::Refusal;
use crate::unit::NewUnit;
use domain::time::Zone;
use domain::unit::{Attributes, Level, Unit};
use std::collections::BTreeMap;

/// A row of the sheet, understood.
struct Wanted {
    row: usize,
    level: Level,
    parent: Option<String>,
    code: String,
    name: String,
    zone: Option<Zone>,
    kind: Option<String>,
    grade: Option<i64>,
    flags: Option<Vec<String>>,
}

const LEVELS: [(Level, &str); 3] = [
    (Level::Company, "公司"),
    (Level::Region, "区域"),
    (Level::Project, "项目"),
];

/// What a level is called.
pub(super) fn level_title(level: Level) -> &'static str {
    LEVELS
        .iter()
        .find(|(known, _)| *known == level)
        .map_or("", |(_, title)| title)
}

impl Run<'_> {
    pub(super) fn units(&mut self, given: &Given) -> Result<Count, Error> {
        let layout = self.layout;
        let sheet = &layout.sheets[given.sheet];
        let mut count = self.begin(given);
        let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
        for row in 0..given.rows.len() {
            match self.unit_of_row(sheet, given, row) {
                Ok(unit) => {
                    if let Some(first) = wanted.get(&unit.code) {
                        let line = given.rows[first.row].line;
                        let refusal = twice(line);
                        self.refuse(given, row, vec![refusal], &mut count);
                    } else {
                        wanted.insert(unit.code.clone(), unit);
                    }
                }
                Err(faults) => self.refuse(given, row, faults, &mut count),
            }
        }
        // Those above first: each round takes what has become possible.
        loop {
            let ready: Vec<String> = wanted
                .values()
                .filter(|it| match &it.parent {
                    None => true,
                    Some(parent) => {
                        self.places.contains_key(parent) && !wanted.contains_key(parent)
                    }
                })
                .map(|it| it.code.clone())
                .collect();
            if ready.is_empty() {
                break;
            }
            for code in ready {
                let Some(unit) = wanted.remove(&code) else {
                    continue;
                };
                let row = unit.row;
                if let Err(fault) = self.unit(given, unit, &mut count)? {
                    self.refuse(given, row, vec![fault], &mut count);
                }
            }
        }
        for unit in wanted.values() {
            let parent = unit.parent.as_deref().unwrap_or_default();
            let fault = if is_in_cycle(&wanted, &unit.code) {
                Refusal::new(
                    "unit-cycle",
                    "上级绕回到自己，组织不成树",
                    "the units above it lead back to itself",
                )
            } else {
                Refusal::new(
                    "unit-missing",
                    "上级单位不在，或没有被接收；请先登记上级",
                    "the unit above does not exist, or was refused; register it first",
                )
            };
            let fault = part(sheet, given, Part::Parent, fault).value(parent);
            self.refuse(given, unit.row, vec![fault], &mut count);
        }
        Ok(count)
    }

    fn unit_of_row(
        &self,
        sheet: &Sheet<'_>,
        given: &Given,
        row: usize,
    ) -> Result<Wanted, Vec<Refusal>> {
        let mut faults = Vec::new();
        let cell = |of: Part| given.cell(row, column(sheet, of)?);
        let mut blank = |of: Part| {
            let found = cell(of);
            if found.is_none() {
                let fault = Refusal::new(
                    "value-missing",
                    "这一格必须填写",
                    "this cell must be filled in",
                );
                faults.push(part(sheet, given, of, fault));
            }
            found.unwrap_or_default().to_owned()
        };
        let (code, name, level) = (blank(Part::Code), blank(Part::Name), blank(Part::Level));
        let known = LEVELS
            .iter()
            .find(|(known, zh)| *zh == level || known.as_str().eq_ignore_ascii_case(&level));
        if known.is_none() && !level.is_empty() {
            let fault = Refusal::new(
                "level-unknown",
                "层级只有：公司、区域、项目",
                "a unit is a company, a region or a project",
            );
            faults.push(part(sheet, given, Part::Level, fault).value(&level));
        }
        if code.chars().count() > 40 || code.chars().any(|c| c.is_control() || c.is_whitespace()) {
            let fault = Refusal::new(
                "unit-code",
                "代码为 1 至 40 个字符，不含空格",
                "a code has 1 to 40 characters and no spaces",
            );
            faults.push(part(sheet, given, Part::Code, fault).value(&code));
        }
        let zone = cell(Part::Zone).map(|name| (name, Zone::named(name)));
        if let Some((name, None)) = &zone {
            let fault = Refusal::new(
                "zone-unknown",
                "没有这个时区；例如 Asia/Shanghai",
                "no such time zone; for example Asia/Shanghai",
            );
            faults.push(part(sheet, given, Part::Zone, fault).value(name));
        }
        let grade = cell(Part::Grade).map(|text| (text, text.parse::<i64>().ok()));
        if let Some((text, grade)) = &grade
            && !grade.is_some_and(|grade| (1..=5).contains(&grade))
        {
            let fault = Refusal::new("value-not-int", "服务等级为 1 至 5", "a grade is 1 to 5");
            faults.push(part(sheet, given, Part::Grade, fault).value(text));
        }
        let level = match known {
            Some((level, _)) if faults.is_empty() => *level,
            _ => return Err(faults),
        };
        Ok(Wanted {
            row,
            level,
            parent: cell(Part::Parent).map(str::to_owned),
            code,
            name,
            zone: zone.and_then(|(_, zone)| zone),
            kind: cell(Part::Type).map(str::to_owned),
            grade: grade.and_then(|(_, grade)| grade),
            flags: cell(Part::Flags).map(|text| {
                let items = text.split(['、', ',', '，', ';', '；']).map(str::trim);
                items
                    .filter(|it| !it.is_empty())
                    .map(str::to_owned)
                    .collect()
            }),
        })
    }

    /// Adds a unit, or finds that it is there.
    fn unit(
        &mut self,
        given: &Given,
        wanted: Wanted,
        count: &mut Count,
    ) -> Result<Result<(), Refusal>, Error> {
        let layout = self.layout;
        let sheet = &layout.sheets[given.sheet];
        let above = match &wanted.parent {
            Some(code) => self.places.get(code),
            None => None,
        };
        let above_level = above.map(|place| place.unit.level);
        if above_level.is_some_and(|above| above >= wanted.level)
            || (above_level.is_none() != (wanted.level == Level::Company))
        {
            let fault = Refusal::new(
                "unit-level",
                "公司在最上层，区域在公司之下，项目在区域或公司之下",
                "a company is on top, regions below it, projects below either",
            );
            return Ok(Err(part(sheet, given, Part::Parent, fault)
                .value(wanted.parent.as_deref().unwrap_or_default())));
        }
        let parent = above.map(|place| place.unit.id);
        if let Some(known) = self.places.get(&wanted.code) {
            let there = &known.unit;
            let differs = |of: Part, differs: bool| differs.then_some(of);
            let attributes = &there.attributes;
            let other = differs(Part::Name, there.name != wanted.name)
                .or(differs(Part::Level, there.level != wanted.level))
                .or(differs(Part::Parent, there.parent != parent))
                .or(differs(
                    Part::Zone,
                    wanted
                        .zone
                        .is_some_and(|zone| zone.name() != there.zone.name()),
                ))
                .or(differs(
                    Part::Type,
                    wanted.kind.is_some() && wanted.kind != attributes.kind,
                ))
                .or(differs(
                    Part::Grade,
                    wanted.grade.is_some() && wanted.grade != attributes.level,
                ))
                .or(differs(
                    Part::Flags,
                    wanted.flags.is_some_and(|flags| flags != attributes.flags),
                ));
            return Ok(match other {
                None => {
                    count.already += 1;
                    Ok(())
                }
                Some(of) => {
                    let fault = Refusal::new(
                        "unit-differs",
                        "单位已登记，这一项不同；已登记的单位不能由导入更改",
                        "the unit is registered and this differs; an import does not change a unit",
                    );
                    Err(part(sheet, given, of, fault))
                }
            });
        }
        let near = above.map_or_else(Vec::new, |place| place.path.clone());
        let zone = wanted
            .zone
            .or_else(|| above.map(|place| place.unit.zone.clone()))
            .unwrap_or_else(|| self.zone());
        let attributes = Attributes {
            kind: wanted.kind,
            level: wanted.grade,
            flags: wanted.flags.unwrap_or_default(),
        };
        let is_pending = self.is_dry;
        let unit = if self.is_dry {
            // Leave to add it is asked where it can be.
            let asked = above
                .filter(|place| !place.is_pending)
                .map(|place| place.unit.id);
            let leave = self
                .office
                .privilege(self.actor, domain::access::Privilege::Units, asked);
            if let Err(Error::Denied(denied)) = leave {
                let text = denied.refusal().text();
                return Ok(Err(Refusal::new("denied", text.zh, text.en)));
            }
            leave?;
            Unit {
                id: self.office.clock().unit_id(),
                parent,
                level: wanted.level,
                code: wanted.code.clone(),
                name: wanted.name,
                zone,
                attributes,
                roster_version: 0,
                config_version: 0,
            }
        } else {
            let new = NewUnit {
                level: wanted.level,
                parent,
                code: wanted.code.clone(),
                name: wanted.name,
                zone,
                attributes,
            };
            match self.office.add_unit(self.actor, new) {
                Ok(unit) => unit,
                Err(Error::Denied(denied)) => {
                    let text = denied.refusal().text();
                    return Ok(Err(Refusal::new("denied", text.zh, text.en)));
                }
                Err(error) => return Err(error),
            }
        };
        let path = std::iter::once(unit.id).chain(near).collect();
        let place = Place {
            unit,
            path,
            is_pending,
        };
        self.places.insert(wanted.code, place);
        count.added += 1;
        Ok(Ok(()))
    }

    pub(super) fn changes(&mut self, changed: Changed) {
        if self.report.changed.len() < super::LINES_MAX {
            self.report.changed.push(changed);
        }
    }
}

/// The row says again what another said.
pub(super) fn twice(line: u64) -> Refusal {
    Refusal::new(
        "row-twice",
        format!("与第 {line} 行重复：同一对象只写一行"),
        format!("line {line} is about the same: one row for one thing"),
    )
}

fn is_in_cycle(wanted: &BTreeMap<String, Wanted>, code: &str) -> bool {
    let mut at = code;
    for _ in 0..wanted.len() {
        match wanted.get(at).and_then(|unit| unit.parent.as_deref()) {
            Some(parent) if parent == code => return true,
            Some(parent) => at = parent,
            None => return false,
        }
    }
    false
}

fn column(sheet: &Sheet<'_>, of: Part) -> Option<usize> {
    sheet
        .columns
        .iter()
        .position(|column| matches!(column.what, What::Part(part) if part == of))
}

fn part(sheet: &Sheet<'_>, given: &Given, of: Part, fault: Refusal) -> Refusal {
    let heading = column(sheet, of).and_then(|column| given.heading(column));
    match heading {
        Some(heading) => fault.column(heading),
        None => fault,
    }
}
