//! A workbook taken in, sheet after sheet: units, then each register after those that it names.

use super::layout::{Layout, Sheet, What};
use super::read::{self, Source};
use super::row::{Says, keys};
use super::take::{Plan, Work};
use super::units::twice;
use super::{Count, Given, LINES_MAX, Refused, Report, refused_file};
use crate::access::Actor;
use crate::attachment::Receiving;
use crate::error::Error;
use crate::import::refusal::Refusal;
use crate::office::Office;
use crate::view::View;
use domain::access::Privilege;
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::pack::model::{FieldType, Kind, Role};
use domain::time::Zone;
use domain::unit::Unit;
use domain::value::Data;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use store::record;

/// A unit in which rows may belong.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) unit: Unit,
    /// From the unit to the top.
    pub(super) path: Vec<UnitId>,
    /// It would be added.
    pub(super) is_pending: bool,
}

/// A record that cells may name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) unit: UnitId,
    pub(super) id: RecordId,
    pub(super) is_closed: bool,
    /// It would be opened.
    pub(super) is_pending: bool,
}

/// A record that is there, as far as rows are compared with it.
pub(super) struct There {
    pub(super) target: Target,
    pub(super) state: Name,
    pub(super) data: Data,
    pub(super) links: BTreeMap<Name, RecordId>,
}

pub(super) struct Run<'a> {
    pub(super) office: &'a Office,
    pub(super) actor: &'a Actor,
    pub(super) layout: &'a Layout<'a>,
    pub(super) is_dry: bool,
    /// By code.
    pub(super) places: BTreeMap<String, Place>,
    /// Of each kind, what cells call its records.
    pub(super) named: HashMap<Name, HashMap<String, Vec<Target>>>,
    pub(super) team_codes: HashMap<RecordId, String>,
    pub(super) report: Report,
    leave: HashMap<UnitId, Option<Refusal>>,
    /// Where a key was seen first: the line.
    seen: HashMap<(usize, String), u64>,
}

impl Office {
    /// Takes a workbook of the organisation in, or says what would come of it: new units and records are added, what differs is changed by
    /// steps in the actor's name, everything else stays. Run again it changes nothing; run after it was stopped it goes on.
    ///
    /// # Errors
    /// `Denied` to whoever imports nowhere; files that cannot be read, sheets and columns that the pack does not know.
    pub fn import_organisation(
        &self,
        actor: &Actor,
        sources: &[Source],
        is_dry: bool,
    ) -> Result<Report, Error> {
        self.imports_somewhere(actor)?;
        let library = self.library()?;
        let rules = library.active().ok_or(Error::NotFound)?.clone();
        let layout = Layout::of(&rules.pack);
        let given = read::read(&layout, sources)?;
        if given.is_empty() {
            return Err(refused_file(
                "no-sheets",
                "文件里没有可导入的工作表",
                "the file has no sheet to import",
            ));
        }
        let mut run = Run {
            office: self,
            actor,
            layout: &layout,
            is_dry,
            places: BTreeMap::new(),
            named: HashMap::new(),
            team_codes: HashMap::new(),
            report: Report {
                is_dry,
                ..Report::default()
            },
            leave: HashMap::new(),
            seen: HashMap::new(),
        };
        run.go(&given)?;
        Ok(run.report)
    }

    /// The same for a file that came over a wire, which is gone afterwards; `name` says which sheet it is if it is CSV.
    ///
    /// # Errors
    /// As [`Office::import_organisation`].
    pub fn import_organisation_sent(
        &self,
        actor: &Actor,
        name: &str,
        received: &Receiving,
        is_dry: bool,
    ) -> Result<Report, Error> {
        let source = Source {
            path: received.path().to_path_buf(),
            name: name.to_owned(),
        };
        self.import_organisation(actor, &[source], is_dry)
    }

    /// Somebody who imports in any unit may ask; rows of other units are refused one by one.
    ///
    /// # Errors
    /// `Denied`.
    pub fn imports_somewhere(&self, actor: &Actor) -> Result<(), Error> {
        let mut denied = None;
        for unit in self.units_of(actor)? {
            match self.privilege(actor, Privilege::Imports, Some(unit.id)) {
                Ok(_) => return Ok(()),
                Err(error) => denied = Some(error),
            }
        }
        match denied {
            Some(error) => Err(error),
            None => self.privilege(actor, Privilege::Imports, None).map(|_| ()),
        }
    }
}

impl Run<'_> {
    fn go(&mut self, all: &[Given]) -> Result<(), Error> {
        self.read_units()?;
        let layout = self.layout;
        let needed = needed(layout, all);
        for (index, sheet) in layout.sheets.iter().enumerate() {
            let given: Vec<&Given> = all.iter().filter(|given| given.sheet == index).collect();
            match sheet.kind {
                None => {
                    for given in given {
                        let count = self.units(given)?;
                        self.report.sheets.push(count);
                    }
                }
                Some(kind) if needed.contains(&kind.name) => {
                    let mut there = self.load(kind, all)?;
                    for given in given {
                        let count = self.register(sheet, kind, given, &mut there)?;
                        self.report.sheets.push(count);
                    }
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn read_units(&mut self) -> Result<(), Error> {
        let units = self.office.units()?;
        let of = |id: UnitId| units.iter().find(move |unit| unit.id == id);
        for unit in &units {
            let mut path = vec![unit.id];
            let mut above = unit.parent.and_then(of);
            while let Some(unit) = above {
                path.push(unit.id);
                above = unit.parent.and_then(of);
            }
            let place = Place {
                unit: unit.clone(),
                path,
                is_pending: false,
            };
            self.places.insert(unit.code.clone(), place);
        }
        Ok(())
    }

    /// Where a unit's days begin if nothing says so.
    pub(super) fn zone(&self) -> Zone {
        let first = self.places.values().find(|place| place.path.len() == 1);
        first.map_or_else(Zone::shanghai, |place| place.unit.zone.clone())
    }

    /// The view of a unit, or of the nearest above it that is there.
    pub(super) fn view(&self, place: &Place) -> Option<Arc<View>> {
        place
            .path
            .iter()
            .find_map(|unit| self.office.view(*unit).ok())
    }

    /// Leave to import into a unit.
    pub(super) fn may(&mut self, place: &Place) -> Result<(), Refusal> {
        let known = self.leave.get(&place.unit.id).cloned();
        let fault = known.unwrap_or_else(|| {
            let real = |unit: &&UnitId| {
                let mut places = self.places.values();
                places.any(|place| place.unit.id == **unit && !place.is_pending)
            };
            let nearest = place.path.iter().find(real).copied();
            match self
                .office
                .privilege(self.actor, Privilege::Imports, nearest)
            {
                Ok(_) => None,
                Err(error) => {
                    let text = match &error {
                        Error::Denied(denied) => denied.refusal().text(),
                        other => domain::name::Text::both(other.to_string(), other.to_string()),
                    };
                    Some(Refusal::new("denied", text.zh, text.en))
                }
            }
        });
        self.leave.insert(place.unit.id, fault.clone());
        fault.map_or(Ok(()), Err)
    }

    pub(super) fn begin(&mut self, given: &Given) -> Count {
        let broken = given.broken.len() as u64;
        for refusal in &given.broken {
            self.note(&given.name, refusal.clone());
        }
        Count {
            sheet: given.name.clone(),
            rows: given.rows.len() as u64 + broken,
            refused: broken,
            ..Count::default()
        }
    }

    fn note(&mut self, sheet: &str, refusal: Refusal) {
        if self.report.refused.len() < LINES_MAX {
            let sheet = sheet.to_owned();
            self.report.refused.push(Refused { sheet, refusal });
        }
    }

    /// A row that is not taken in, with everything that is wrong with it.
    pub(super) fn refuse(
        &mut self,
        given: &Given,
        row: usize,
        faults: Vec<Refusal>,
        count: &mut Count,
    ) {
        count.refused += 1;
        let place = &given.rows[row];
        for fault in faults {
            self.note(&given.name, fault.at(place.file, place.line));
        }
    }

    /// The records of a kind in the units that the file speaks of and those above them, by what they are known by.
    fn load(&mut self, kind: &Kind, all: &[Given]) -> Result<HashMap<String, Vec<There>>, Error> {
        let codes = codes(self.layout, all);
        let whole = kind.role == Some(Role::Member);
        let mut units: BTreeSet<UnitId> = BTreeSet::new();
        for (code, place) in &self.places {
            if (whole || codes.contains(code.as_str())) && !place.is_pending {
                units.extend(&place.path);
            }
        }
        let mut there: HashMap<String, Vec<There>> = HashMap::new();
        for unit in units {
            if self
                .places
                .values()
                .any(|place| place.unit.id == unit && place.is_pending)
            {
                continue;
            }
            let mut found = Vec::new();
            self.office.read(|tx| {
                record::each_of_kind(tx, Some(unit), Some(&kind.name), |record| {
                    if !record.doc.void && record.doc.moved_to.is_none() {
                        let target = Target {
                            unit,
                            id: record.id,
                            is_closed: record.closed_at.is_some(),
                            is_pending: false,
                        };
                        found.push(There {
                            target,
                            state: record.state,
                            data: record.doc.data,
                            links: record.doc.links,
                        });
                    }
                    Ok(())
                })
            })?;
            for record in found {
                self.know(kind, &record.target, &record.data);
                let mut keys = keys(kind, unit, &record.data, &record.links).into_iter();
                let Some(key) = keys.next() else { continue };
                there.entry(key).or_default().push(record);
            }
        }
        Ok(there)
    }

    /// What cells may call a record from now on.
    fn know(&mut self, kind: &Kind, target: &Target, data: &Data) {
        let text = |name: &str| data.get(name)?.as_text().map(str::trim);
        let names: Vec<String> = match kind.role {
            Some(Role::Member) => {
                let login = text("login").map(str::to_lowercase);
                login
                    .into_iter()
                    .chain(text("name").map(str::to_owned))
                    .collect()
            }
            Some(Role::Team) => {
                if let Some(code) = text("code") {
                    self.team_codes.insert(target.id, code.to_owned());
                }
                let names = [text("code"), text("name")];
                names.into_iter().flatten().map(str::to_owned).collect()
            }
            _ => {
                let label = kind.label.first().and_then(|name| text(name.as_str()));
                label.into_iter().map(str::to_owned).collect()
            }
        };
        let called = self.named.entry(kind.name.clone()).or_default();
        for name in names.into_iter().filter(|name| !name.is_empty()) {
            let known = called.entry(name).or_default();
            if known.iter().all(|other| other.id != target.id) {
                known.push(*target);
            }
        }
    }

    fn register(
        &mut self,
        sheet: &Sheet<'_>,
        kind: &Kind,
        given: &Given,
        there: &mut HashMap<String, Vec<There>>,
    ) -> Result<Count, Error> {
        let mut count = self.begin(given);
        let mut planned = Vec::new();
        for row in 0..given.rows.len() {
            let says = match self.says(sheet, kind, given, row) {
                Ok(says) => says,
                Err(faults) => {
                    self.refuse(given, row, faults, &mut count);
                    continue;
                }
            };
            let line = given.rows[row].line;
            match self.of_row(sheet, kind, (given, line), &says, there) {
                Ok(known) => planned.push((says, known)),
                Err(fault) => self.refuse(given, row, vec![fault], &mut count),
            }
        }
        let crossing = if kind.role == Some(Role::Posting) {
            self.served_twice(&planned, there)
        } else {
            BTreeMap::new()
        };
        // What is there is changed first: who hands over must have done so before another begins.
        let mut works = Vec::new();
        for (says, known) in planned {
            let row = says.row;
            if let Some(fault) = crossing.get(&row) {
                let fault = fault.clone().column(sheet.heading("grid").to_owned());
                self.refuse(given, row, vec![fault], &mut count);
                continue;
            }
            let known = known.and_then(|(key, index)| there.get(&key)?.get(index));
            match self.plan(sheet, kind, &says, known)? {
                Plan::Already => count.already += 1,
                Plan::Refused(faults) => self.refuse(given, row, faults, &mut count),
                Plan::Do(work) => works.push((says, work)),
            }
        }
        works.sort_by_key(|(_, work)| work.is_new);
        let outcomes = self.take(kind, &works)?;
        for ((says, work), outcome) in works.into_iter().zip(outcomes) {
            self.settle(sheet, kind, given, (&says, work), outcome, &mut count);
        }
        Ok(count)
    }

    /// What became of a row that was to change something.
    fn settle(
        &mut self,
        sheet: &Sheet<'_>,
        kind: &Kind,
        given: &Given,
        (says, work): (&Says, Work),
        outcome: Vec<domain::record::Refusal>,
        count: &mut Count,
    ) {
        if !outcome.is_empty() {
            let faults = outcome.iter().map(|reason| by_rules(sheet, given, reason));
            let faults = faults.collect();
            self.refuse(given, says.row, faults, count);
            return;
        }
        if work.is_new {
            count.added += 1;
        } else {
            count.changed += 1;
            let today = says.place.unit.zone.day_of(self.office.clock().now());
            self.changes(work.shown(sheet, kind, given, says, today));
        }
        let target = Target {
            unit: says.place.unit.id,
            id: work.id,
            is_closed: false,
            is_pending: self.is_dry && work.is_new,
        };
        self.know(kind, &target, &says.data);
    }

    /// The record that a row speaks of, by its place among those that are there; `None`: a new one.
    fn of_row(
        &mut self,
        sheet: &Sheet<'_>,
        kind: &Kind,
        (given, line): (&Given, u64),
        says: &Says,
        there: &HashMap<String, Vec<There>>,
    ) -> Result<Option<(String, usize)>, Refusal> {
        let keys = keys(kind, says.place.unit.id, &says.data, &says.links);
        let Some(key) = keys.first() else {
            let identity = super::layout::Identity::of(kind);
            let lacking = identity
                .fields
                .iter()
                .find(|name| !says.data.contains_key(**name));
            let heading = lacking.map_or("", |name| sheet.heading(name.as_str()));
            let fault = Refusal::new(
                "value-missing",
                "这一格必须填写",
                "this cell must be filled in",
            );
            return Err(fault.column(heading.to_owned()));
        };
        if let Some(first) = self.seen.insert((given.sheet, key.clone()), line) {
            self.seen.insert((given.sheet, key.clone()), first);
            return Err(twice(first));
        }
        let by_login = kind.role == Some(Role::Member) && says.data.contains_key("login");
        let mut found = there.get(key).map(|all| (key, all));
        if found.is_none() && kind.role == Some(Role::Member) && !by_login {
            // Somebody with a login who is named without it.
            let name = says.data.get("name").and_then(|name| name.as_text());
            let of_name = |data: &Data| data.get("name").and_then(|name| name.as_text()) == name;
            found = there.iter().find(|(_, all)| {
                all.iter()
                    .any(|it| it.target.unit == says.place.unit.id && of_name(&it.data))
            });
        }
        let Some((key, all)) = found else {
            return Ok(None);
        };
        let open: Vec<usize> = (0..all.len())
            .filter(|index| !all[*index].target.is_closed)
            .collect();
        let index = match open.as_slice() {
            [one] => *one,
            [] => all.len() - 1,
            _ => {
                return Err(Refusal::new(
                    "record-ambiguous",
                    "已登记了不止一个，分不清是哪一个；请在系统里处理",
                    "more than one is registered and the row does not say which; change it by hand",
                ));
            }
        };
        if by_login && all[index].target.unit != says.place.unit.id {
            return Err(Refusal::new(
                "login-elsewhere",
                "这个登录名属于登记在另一单位的员工",
                "the login is that of a member registered in another unit",
            )
            .column(sheet.heading("login").to_owned()));
        }
        Ok(Some((key.clone(), index)))
    }
}

/// What the rules said, as a line of the report.
fn by_rules(sheet: &Sheet<'_>, given: &Given, reason: &domain::record::Refusal) -> Refusal {
    let text = reason.text();
    let refusal = Refusal::new(reason.code.as_str(), text.zh, text.en);
    let Some(field) = &reason.field else {
        return refusal;
    };
    let column = sheet
        .columns
        .iter()
        .position(|it| it.name == field.as_str());
    let heading = column.and_then(|column| given.heading(column));
    refusal.column(heading.map_or_else(|| sheet.heading(field.as_str()).to_owned(), str::to_owned))
}

/// The kinds that the sheets of a file hold, and those that they name.
fn needed(layout: &Layout<'_>, all: &[Given]) -> BTreeSet<Name> {
    let mut needed = BTreeSet::new();
    for given in all {
        let Some(kind) = layout.sheets[given.sheet].kind else {
            continue;
        };
        needed.insert(kind.name.clone());
        needed.extend(kind.links.values().map(|link| link.kind.clone()));
        let names = kind
            .fields
            .iter()
            .any(|field| matches!(field.ty, FieldType::Member | FieldType::Team))
            || kind.role == Some(Role::Posting);
        if names {
            let people = layout.pack.kinds.values();
            let people = people.filter(|it| matches!(it.role, Some(Role::Member | Role::Team)));
            needed.extend(people.map(|kind| kind.name.clone()));
        }
    }
    needed
}

/// The units that the rows of a file name.
fn codes<'g>(layout: &Layout<'_>, all: &'g [Given]) -> BTreeSet<&'g str> {
    let mut codes = BTreeSet::new();
    for given in all {
        let columns = &layout.sheets[given.sheet].columns;
        if let Some(unit) = columns.iter().position(|it| matches!(it.what, What::Unit)) {
            codes.extend((0..given.rows.len()).filter_map(|row| given.cell(row, unit)));
        }
    }
    codes
}
