//! Which sheets a workbook of the organisation has, and what their columns are: the tree of units, and every register that the pack keeps of
//! it, with the titles that the pack gives them.

use crate::account::is_party;
use domain::name::{Name, Text};
use domain::pack::model::{Field, FieldType, Kind, Pack, Role, Step, Who};
use std::collections::BTreeSet;

/// Registers in the order in which somebody would fill them in; those that they link come before them.
const ROLES: [Role; 6] = [
    Role::Team,
    Role::Member,
    Role::Place,
    Role::Posting,
    Role::Shift,
    Role::Leave,
];

/// The sheets of a workbook: units first, and each register after those that it refers to.
pub(super) struct Layout<'p> {
    pub(super) pack: &'p Pack,
    pub(super) sheets: Vec<Sheet<'p>>,
}

pub(super) struct Sheet<'p> {
    /// `None`: the units.
    pub(super) kind: Option<&'p Kind>,
    pub(super) title: Text,
    pub(super) columns: Vec<Column<'p>>,
}

pub(super) struct Column<'p> {
    /// As programs call it.
    pub(super) name: &'p str,
    pub(super) title: Text,
    pub(super) what: What<'p>,
    /// No row of the sheet can do without it.
    pub(super) needed: bool,
}

#[derive(Clone, Copy)]
pub(super) enum What<'p> {
    /// The code of the unit in which a row belongs.
    Unit,
    Link(&'p domain::pack::model::Link),
    Field(&'p Field),
    State,
    /// A part of a unit itself.
    Part(Part),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Code,
    Name,
    Level,
    Parent,
    Type,
    Grade,
    Flags,
    Zone,
}

const PARTS: [(Part, &str, &str, &str); 8] = [
    (Part::Code, "code", "代码", "Code"),
    (Part::Name, "name", "名称", "Name"),
    (Part::Level, "level", "层级", "Level"),
    (Part::Parent, "parent", "上级代码", "Parent"),
    (Part::Type, "type", "类型", "Type"),
    (Part::Grade, "grade", "服务等级", "Grade of service"),
    (Part::Flags, "flags", "特征", "Flags"),
    (Part::Zone, "zone", "时区", "Time zone"),
];

impl<'p> Layout<'p> {
    pub(super) fn of(pack: &'p Pack) -> Self {
        let units = PARTS.map(|(part, name, zh, en)| Column {
            name,
            title: Text::both(zh, en),
            what: What::Part(part),
            needed: matches!(part, Part::Code | Part::Name | Part::Level),
        });
        let mut sheets = vec![Sheet {
            kind: None,
            title: Text::both("单位", "Units"),
            columns: units.into(),
        }];
        sheets.extend(registers(pack).into_iter().map(sheet));
        Self { pack, sheets }
    }

    /// The sheet of that name, in either language or as programs say it.
    pub(super) fn sheet(&self, name: &str) -> Option<usize> {
        let name = name.trim();
        self.sheets.iter().position(|sheet| {
            let program = sheet.kind.map_or("unit", |kind| kind.name.as_str());
            is_called(name, &sheet.title, program)
        })
    }

    /// What the sheets are called.
    pub(super) fn names(&self) -> Vec<String> {
        self.sheets
            .iter()
            .map(|sheet| sheet.title.zh.clone())
            .collect()
    }
}

impl Sheet<'_> {
    /// The column of that heading; where two share a title, the first.
    pub(super) fn column(&self, heading: &str) -> Option<usize> {
        let heading = heading.trim();
        let by_program = || self.columns.iter().position(|it| it.name == heading);
        let called = |it: &Column<'_>| is_called(heading, &it.title, it.name);
        by_program().or_else(|| self.columns.iter().position(called))
    }

    /// The heading under which a field or link stands.
    pub(super) fn heading(&self, name: &str) -> &str {
        let found = self.columns.iter().find(|column| column.name == name);
        found.map_or("", |column| column.title.zh.as_str())
    }
}

fn is_called(text: &str, title: &Text, program: &str) -> bool {
    text == title.zh || text.eq_ignore_ascii_case(&title.en) || text == program
}

/// The registers of the organisation: those that the program itself reads, that of customers, and those that any of them links.
fn registers(pack: &Pack) -> Vec<&Kind> {
    let of_role = |role: Role| {
        let mut kinds = pack.kinds.values();
        kinds.find(move |kind| kind.role == Some(role))
    };
    let roots = ROLES.into_iter().filter_map(of_role);
    let customers = pack.kinds.values().filter(|kind| is_party(pack, kind));
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for kind in roots.chain(customers) {
        visit(pack, kind, &mut seen, &mut all);
    }
    all
}

fn visit<'p>(
    pack: &'p Pack,
    kind: &'p Kind,
    seen: &mut BTreeSet<&'p Name>,
    all: &mut Vec<&'p Kind>,
) {
    if !seen.insert(&kind.name) {
        return;
    }
    for other in refers_to(pack, kind) {
        visit(pack, other, seen, all);
    }
    all.push(kind);
}

/// The registers that a kind's links and fields name.
fn refers_to<'p>(pack: &'p Pack, kind: &'p Kind) -> impl Iterator<Item = &'p Kind> {
    let links = kind
        .links
        .values()
        .filter_map(|link| pack.kinds.get(&link.kind));
    let fields = kind.fields.iter().filter_map(|field| {
        let role = match field.ty {
            FieldType::Member => Role::Member,
            FieldType::Team => Role::Team,
            _ => return None,
        };
        pack.kinds.values().find(|kind| kind.role == Some(role))
    });
    links.chain(fields)
}

fn sheet(kind: &Kind) -> Sheet<'_> {
    let key = Identity::of(kind);
    let mut columns = vec![Column {
        name: "unit",
        title: Text::both("所属单位", "Unit"),
        what: What::Unit,
        needed: true,
    }];
    columns.extend(kind.links.values().map(|link| Column {
        name: link.name.as_str(),
        title: link.title.clone(),
        what: What::Link(link),
        needed: link.required,
    }));
    columns.extend(
        kind.fields
            .iter()
            .filter(|field| is_filled_in(kind, field))
            .map(|field| Column {
                name: field.name.as_str(),
                title: field.title.clone(),
                what: What::Field(field),
                needed: key.fields.first().is_some_and(|name| **name == field.name)
                    && kind.role != Some(Role::Member)
                    && !is_worked_out(kind, field),
            }),
    );
    if has_state(kind) {
        columns.push(Column {
            name: "state",
            title: Text::both("状态", "State"),
            what: What::State,
            needed: false,
        });
    }
    Sheet {
        kind: Some(kind),
        title: kind.title.clone(),
        columns,
    }
}

/// A shift begins and ends by its letter, if no time is stated.
fn is_worked_out(kind: &Kind, field: &Field) -> bool {
    kind.role == Some(Role::Shift) && field.name == *"from"
}

/// Attendance and leave are lived, not filled in: how a shift was kept is for its own steps to say.
pub(super) fn has_state(kind: &Kind) -> bool {
    !matches!(kind.role, Some(Role::Shift | Role::Leave))
}

/// Whether somebody may take a step by hand.
pub(super) fn is_by_hand(step: &Step) -> bool {
    step.by.iter().any(|who| *who != Who::System)
}

fn is_filled_in(kind: &Kind, field: &Field) -> bool {
    if matches!(field.ty, FieldType::Files { .. } | FieldType::Signature) {
        return false;
    }
    let steps = kind.steps.values().filter(|step| {
        is_by_hand(step) && has_state(kind) && !step.cosign.iter().any(|cosign| cosign.required)
    });
    let asked = |step: &Step| step.form.iter().any(|form| form.field == field.name);
    std::iter::once(&kind.open).chain(steps).any(asked)
}

/// By what a row is known to be the same thing: the links and fields that no two records of a unit share.
pub(super) struct Identity<'p> {
    pub(super) links: Vec<&'p Name>,
    pub(super) fields: Vec<&'p Name>,
}

impl<'p> Identity<'p> {
    pub(super) fn of(kind: &'p Kind) -> Self {
        let field = |name: &str| kind.field(name).map(|field| &field.name);
        let link = |name: &str| kind.links.get(name).map(|link| &link.name);
        match kind.role {
            Some(Role::Member) => Self {
                links: Vec::new(),
                fields: field("login").into_iter().chain(field("name")).collect(),
            },
            Some(Role::Team) => Self {
                links: Vec::new(),
                fields: field("code").into_iter().collect(),
            },
            Some(Role::Posting) => Self {
                links: link("member").into_iter().collect(),
                fields: field("post").into_iter().chain(field("from")).collect(),
            },
            Some(Role::Shift | Role::Leave) => Self {
                links: link("member").into_iter().collect(),
                fields: field("from").into_iter().collect(),
            },
            role => Self {
                links: kind
                    .links
                    .keys()
                    .filter(|_| role != Some(Role::Place))
                    .collect(),
                fields: kind
                    .label
                    .first()
                    .or(kind.open.form.first().map(|form| &form.field))
                    .into_iter()
                    .collect(),
            },
        }
    }
}
