//! One row of a register, understood: whom it names, what it states, and whether that can be so.

use super::layout::{Identity, Sheet, What, has_state};
use super::run::{Place, Run, Target};
use super::{Given, cell};
use crate::import::refusal::Refusal;
use domain::clock::Span;
use domain::id::RecordId;
use domain::name::Name;
use domain::pack::model::{Field, FieldType, Kind, ParameterValue, Role};
use domain::record::duties::moment;
use domain::time::{Day, Instant, Moment, Zone};
use domain::unit::Level;
use domain::value::{Data, Value};
use std::collections::BTreeMap;

/// What a row says.
pub(super) struct Says {
    pub(super) row: usize,
    pub(super) place: Place,
    pub(super) data: Data,
    pub(super) links: BTreeMap<Name, RecordId>,
    pub(super) state: Option<Name>,
    /// It belongs to or names something that a run without writing has only in mind.
    pub(super) is_pending: bool,
}

/// What marks the parts of a key off from one another; no cell holds it.
const BETWEEN: char = '\u{1f}';

/// By what a record of a kind is known; `None` if it lacks what it is known by.
pub(super) fn keys(
    kind: &Kind,
    unit: domain::id::UnitId,
    data: &Data,
    links: &BTreeMap<Name, RecordId>,
) -> Vec<String> {
    let text = |name: &str| {
        let text = data.get(name)?.as_text()?.trim();
        (!text.is_empty()).then_some(text)
    };
    if kind.role == Some(Role::Member) {
        // A login is one person's in the whole company; who has none is known by his name where he is registered.
        let by_login = text("login").map(|login| format!("login{BETWEEN}{}", login.to_lowercase()));
        let by_name = text("name").map(|name| format!("{unit}{BETWEEN}{name}"));
        return by_login.into_iter().chain(by_name).collect();
    }
    let identity = Identity::of(kind);
    let mut key = unit.to_string();
    for name in identity.links {
        key.push(BETWEEN);
        if let Some(id) = links.get(name) {
            key.push_str(&id.to_string());
        }
    }
    for name in identity.fields {
        key.push(BETWEEN);
        let value = kind.field(name.as_str()).zip(data.get(name));
        match value.map(|(field, value)| plain(field, value)) {
            Some(Value::Text(text)) => key.push_str(text.trim()),
            Some(Value::Int(number)) => key.push_str(&number.to_string()),
            _ => return Vec::new(),
        }
    }
    vec![key]
}

/// A value in the one form in which it is compared: an instant may have been stored with any offset.
pub(super) fn plain(field: &Field, value: &Value) -> Value {
    match (&field.ty, value) {
        (FieldType::Instant | FieldType::Moment, Value::Text(text)) => {
            match text.parse::<Instant>() {
                Ok(at) => Value::from(at.to_string()),
                Err(_) => value.clone(),
            }
        }
        _ => value.clone(),
    }
}

impl Run<'_> {
    pub(super) fn says(
        &mut self,
        sheet: &Sheet<'_>,
        kind: &Kind,
        given: &Given,
        row: usize,
    ) -> Result<Says, Vec<Refusal>> {
        let heading = |column: usize| given.heading(column).unwrap_or_default().to_owned();
        let unit_column = sheet
            .columns
            .iter()
            .position(|column| matches!(column.what, What::Unit))
            .unwrap_or(0);
        let Some(code) = given.cell(row, unit_column) else {
            let fault = Refusal::new(
                "value-missing",
                "这一格必须填写",
                "this cell must be filled in",
            );
            return Err(vec![fault.column(heading(unit_column))]);
        };
        let Some(place) = self.places.get(code).cloned() else {
            let fault = Refusal::new(
                "unit-unknown",
                "没有这个单位，单位表里也没有被接收的这一行",
                "there is no such unit, and no row of the units that was taken in",
            );
            return Err(vec![fault.column(heading(unit_column)).value(code)]);
        };
        if kind.role == Some(Role::Place) && place.unit.level != Level::Project {
            let fault = Refusal::new(
                "not-a-project",
                "只有项目之下才能登记",
                "only a project has them",
            );
            return Err(vec![fault.column(heading(unit_column)).value(code)]);
        }
        self.may(&place)
            .map_err(|fault| vec![fault.column(heading(unit_column)).value(code)])?;
        let mut says = Says {
            row,
            is_pending: place.is_pending,
            place,
            data: Data::new(),
            links: BTreeMap::new(),
            state: None,
        };
        let mut faults = Vec::new();
        for (index, column) in sheet.columns.iter().enumerate() {
            let Some(text) = given.cell(row, index) else {
                let demanded = match column.what {
                    What::Link(link) => link.required,
                    _ => false,
                };
                if demanded {
                    let fault = Refusal::new(
                        "value-missing",
                        "这一格必须填写",
                        "this cell must be filled in",
                    );
                    faults.push(fault.column(heading(index)));
                }
                continue;
            };
            if let Err(fault) = self.read_cell(kind, column.what, text, &mut says) {
                faults.push(fault.column(heading(index)).value(text));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        if kind.role == Some(Role::Shift) {
            self.work_out_times(kind, &mut says);
        }
        let fault = in_order(&says.data, &says.place.unit.zone)
            .map(|fault| fault.column(sheet.heading("until").to_owned()));
        match fault {
            Some(fault) => Err(vec![fault]),
            None => Ok(says),
        }
    }

    fn read_cell(
        &self,
        kind: &Kind,
        what: What<'_>,
        text: &str,
        says: &mut Says,
    ) -> Result<(), Refusal> {
        match what {
            What::Unit | What::Part(_) => {}
            What::State => says.state = Some(state(kind, text)?),
            What::Link(link) => {
                let target = self.named(&link.kind, text, &says.place)?;
                says.is_pending |= target.is_pending;
                says.links.insert(link.name.clone(), target.id);
            }
            What::Field(field) => {
                let role = match field.ty {
                    FieldType::Member => Some(Role::Member),
                    FieldType::Team => Some(Role::Team),
                    _ => None,
                };
                let value = if let Some(role) = role {
                    let target = self.of_role(role, text, &says.place)?;
                    says.is_pending |= target.is_pending;
                    Value::from(target.id.to_string())
                } else if kind.role == Some(Role::Posting) && field.name == *"team" {
                    let target = self.of_role(Role::Team, text, &says.place)?;
                    Value::from(self.team_codes.get(&target.id).map_or(text, String::as_str))
                } else if matches!(field.ty, FieldType::Unit) {
                    let unit = self.places.get(text).map(|place| place.unit.id);
                    Value::from(unit.ok_or_else(unknown)?.to_string())
                } else {
                    let zone = &says.place.unit.zone;
                    cell::value((self.layout.pack, kind), field, text, zone)?
                };
                says.data.insert(field.name.clone(), value);
            }
        }
        Ok(())
    }

    fn of_role(&self, role: Role, text: &str, place: &Place) -> Result<Target, Refusal> {
        let mut kinds = self.layout.pack.kinds.values();
        let kind = kinds
            .find(|kind| kind.role == Some(role))
            .ok_or_else(unknown)?;
        self.named(&kind.name, text, place)
    }

    /// Whom or what a cell names, as far as a unit sees it.
    fn named(&self, kind: &Name, text: &str, place: &Place) -> Result<Target, Refusal> {
        let of_kind = self.named.get(kind);
        let called = |text: &str| of_kind.and_then(|names| names.get(text));
        let found = called(text).or_else(|| called(&text.to_lowercase()));
        let all = found.map_or(&[][..], Vec::as_slice);
        let mut seen: Vec<&Target> = all
            .iter()
            .filter(|target| place.path.contains(&target.unit))
            .collect();
        if seen.iter().any(|target| !target.is_closed) {
            seen.retain(|target| !target.is_closed);
        }
        match (seen.as_slice(), all) {
            ([one], _) => Ok(**one),
            ([], []) => Err(unknown()),
            ([], _) => Err(Refusal::new(
                "reference-elsewhere",
                "属于另一单位，这个单位看不到它",
                "it belongs to another unit, which this one does not see",
            )),
            ([.., last], _) if last.is_closed => Ok(**last),
            _ => Err(Refusal::new(
                "reference-ambiguous",
                "不止一个叫这个名称；员工请写登录名，其余请写代码",
                "more than one is called this; give the login of a member, the code of anything else",
            )),
        }
    }

    /// A shift that states a letter and a day, and no time, begins and ends as the parameters of the unit say.
    fn work_out_times(&self, kind: &Kind, says: &mut Says) {
        let text = |name: &str| says.data.get(name)?.as_text();
        let (Some(letter), Some(day)) = (text("code"), text("day")) else {
            return;
        };
        let Ok(day) = day.parse::<Day>() else { return };
        let letter = letter.to_lowercase();
        let zone = says.place.unit.zone.clone();
        let Some(view) = self.view(&says.place) else {
            return;
        };
        let times = ["from", "until"].map(|end| {
            let name = Name::from(format!("{}.{letter}.{end}", kind.name));
            let at = zone.start_of(day);
            let value = view.parameters.value(&view.rules.pack, &name, at)?;
            let ParameterValue::Span(Span::Clock(after)) = value else {
                return None;
            };
            Some((
                Name::from(end),
                Value::from(at.plus_micros(*after).to_string()),
            ))
        });
        for (name, value) in times.into_iter().flatten() {
            says.data.entry(name).or_insert(value);
        }
    }
}

fn unknown() -> Refusal {
    Refusal::new(
        "reference-unknown",
        "没有登记，文件里也没有被接收的这一行；请先登记",
        "it is not registered, and no row of the file that was taken in registers it",
    )
}

fn state(kind: &Kind, text: &str) -> Result<Name, Refusal> {
    let mut states = kind.states.iter();
    let found = states.find(|state| cell::is_called(text, &state.name, &state.title));
    found
        .filter(|_| has_state(kind))
        .map(|state| state.name.clone())
        .ok_or_else(|| {
            let zh: Vec<&str> = kind.states.iter().map(|it| it.title.zh.as_str()).collect();
            let en: Vec<&str> = kind.states.iter().map(|it| it.title.en.as_str()).collect();
            Refusal::new(
                "state-unknown",
                format!("没有这个状态；有：{}", zh.join("、")),
                format!("no such state; there are: {}", en.join(", ")),
            )
        })
}

/// The instants between which something holds, as far as its fields say so.
pub(super) fn span(data: &Data, zone: &Zone) -> (Option<Instant>, Option<Instant>) {
    let at = |name: &str, of_day: fn(&Zone, Day) -> Instant| {
        Some(match moment(data.get(name)?)? {
            Moment::At(at) => at,
            Moment::On(day) => of_day(zone, day),
        })
    };
    (at("from", Zone::start_of), at("until", Zone::end_of))
}

/// What holds from a day until another does not end before it begins.
fn in_order(data: &Data, zone: &Zone) -> Option<Refusal> {
    let (Some(from), Some(until)) = span(data, zone) else {
        return None;
    };
    (until <= from).then(|| {
        Refusal::new(
            "ends-before-begins",
            "结束早于开始",
            "it ends before it begins",
        )
    })
}
