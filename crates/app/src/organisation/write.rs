//! The workbook written out: a template with headings, an example row each and what may be filled in; and the organisation as it is, so that
//! taking it in again changes nothing.

use super::cell;
use super::layout::{Layout, Part, Sheet, What, has_state};
use super::read::NOTES;
use super::units::level_title;
use crate::access::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::table::Book;
use domain::access::Privilege;
use domain::id::{RecordId, UnitId};
use domain::pack::model::{Field, FieldType, Kind, ParameterValue, Role};
use domain::record::Record;
use domain::unit::Unit;
use domain::value::Value;
use std::collections::HashMap;
use std::io::{self, Write};
use store::record;

fn failed(source: io::Error) -> Error {
    Error::File {
        path: "xlsx".into(),
        source,
    }
}

impl Office {
    /// Writes an empty workbook: headings, one invented row each that nobody reads (it begins with `#`), and what may be filled in.
    ///
    /// # Errors
    /// No active pack; a writer that fails.
    pub fn organisation_template(&self, out: impl Write) -> Result<(), Error> {
        let library = self.library()?;
        let rules = library.active().ok_or(Error::NotFound)?.clone();
        let layout = Layout::of(&rules.pack);
        let mut book = Book::new(out);
        for sheet in &layout.sheets {
            let heads = heads(sheet);
            book.sheet(&sheet.title.zh, &heads).map_err(failed)?;
            let example: Vec<String> = sheet
                .columns
                .iter()
                .map(|column| example(&layout, sheet, column.what))
                .collect();
            let mut cells: Vec<&str> = example.iter().map(String::as_str).collect();
            let first = format!("#{}", cells.first().copied().unwrap_or_default());
            if let Some(cell) = cells.first_mut() {
                *cell = &first;
            }
            book.row(&cells).map_err(failed)?;
        }
        book.sheet(NOTES[0], &["工作表", "列", "English", "可填"])
            .map_err(failed)?;
        for sheet in &layout.sheets {
            for column in &sheet.columns {
                let allowed = allowed(&layout, sheet, column.what);
                let must = if column.needed { "必填。" } else { "" };
                let row = [
                    sheet.title.zh.as_str(),
                    column.title.zh.as_str(),
                    column.title.en.as_str(),
                    &format!("{must}{allowed}"),
                ];
                book.row(&row).map_err(failed)?;
            }
        }
        book.row(&["", "", "", "以 # 开头的行不读；空格子不改变什么；没有写到的人和物保持原样 (rows that begin with # are not read; an empty cell changes nothing; what is not named stays)"])
            .map_err(failed)?;
        book.end().map_err(failed)
    }

    /// Writes the organisation as it is, as far as the actor sees it, of a unit and those below it; private values stay out.
    ///
    /// # Errors
    /// `Denied`; a writer that fails.
    pub fn export_organisation(
        &self,
        actor: &Actor,
        top: Option<UnitId>,
        out: impl Write,
    ) -> Result<(), Error> {
        let _ = self.privilege(actor, Privilege::Exports, top)?;
        let library = self.library()?;
        let rules = library.active().ok_or(Error::NotFound)?.clone();
        let layout = Layout::of(&rules.pack);
        let all = self.units()?;
        let below = match top {
            Some(top) => self.units_below(top)?,
            None => all.iter().map(|unit| unit.id).collect(),
        };
        let mut units: Vec<&Unit> = Vec::new();
        for unit in all.iter().filter(|unit| below.contains(&unit.id)) {
            if self
                .privilege(actor, Privilege::Exports, Some(unit.id))
                .is_ok()
            {
                units.push(unit);
            }
        }
        let mut writer = Writer {
            office: self,
            actor,
            layout: &layout,
            called: HashMap::new(),
        };
        let mut book = Book::new(out);
        for sheet in &layout.sheets {
            book.sheet(&sheet.title.zh, &heads(sheet)).map_err(failed)?;
            for unit in &units {
                match sheet.kind {
                    None => book
                        .row(&refs(&of_unit(sheet, unit, &all)))
                        .map_err(failed)?,
                    Some(kind) => writer.register(&mut book, sheet, kind, unit)?,
                }
            }
            // Names of those above, whom rows may name, though they are not written.
            if let Some(kind) = sheet.kind {
                for unit in all
                    .iter()
                    .filter(|unit| units.iter().all(|it| it.id != unit.id))
                {
                    writer.learn(kind, unit)?;
                }
            }
        }
        book.end().map_err(failed)
    }
}

fn heads<'s>(sheet: &'s Sheet<'_>) -> Vec<&'s str> {
    let mut heads: Vec<&str> = Vec::new();
    for column in &sheet.columns {
        // Of two columns with one title the second goes by its name.
        let title = column.title.zh.as_str();
        heads.push(if heads.contains(&title) {
            column.name
        } else {
            title
        });
    }
    heads
}

fn refs(cells: &[String]) -> Vec<&str> {
    cells.iter().map(String::as_str).collect()
}

struct Writer<'a> {
    office: &'a Office,
    actor: &'a Actor,
    layout: &'a Layout<'a>,
    /// What a cell calls a record that was written or learned.
    called: HashMap<RecordId, String>,
}

impl Writer<'_> {
    fn records(&self, kind: &Kind, unit: &Unit) -> Result<Vec<Record>, Error> {
        let view = self.office.reload_if_outdated(unit.id)?;
        let now = self.office.clock().now();
        self.office.read(|tx| {
            let mut found = Vec::new();
            record::each_of_kind(tx, Some(unit.id), Some(&kind.name), |record| {
                if !record.doc.void && record.doc.moved_to.is_none() {
                    found.push(record);
                }
                Ok(())
            })?;
            let mut seen = Vec::new();
            for record in found {
                if self.actor.may_see(tx, &view, now, &record).is_ok() {
                    seen.push(record);
                }
            }
            Ok::<_, Error>(seen)
        })
    }

    fn learn(&mut self, kind: &Kind, unit: &Unit) -> Result<(), Error> {
        let mut found = Vec::new();
        self.office.read(|tx| {
            record::each_of_kind(tx, Some(unit.id), Some(&kind.name), |record| {
                found.push(record);
                Ok(())
            })
        })?;
        for record in found {
            self.call(kind, &record);
        }
        Ok(())
    }

    fn call(&mut self, kind: &Kind, record: &Record) {
        let text = |name: &str| {
            let text = record.doc.data.get(name)?.as_text()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let called = match kind.role {
            Some(Role::Member) => text("login").or_else(|| text("name")),
            Some(Role::Team) => text("code"),
            _ => kind.label.first().and_then(|name| text(name.as_str())),
        };
        self.called.extend(called.map(|called| (record.id, called)));
    }

    fn register<W: Write>(
        &mut self,
        book: &mut Book<W>,
        sheet: &Sheet<'_>,
        kind: &Kind,
        unit: &Unit,
    ) -> Result<(), Error> {
        for record in self.records(kind, unit)? {
            self.call(kind, &record);
            // A shift that was kept and a leave that was taken back are history, not what is to be.
            if record.closed_at.is_some() && !has_state(kind) {
                continue;
            }
            let cells: Vec<String> = sheet
                .columns
                .iter()
                .map(|column| self.cell(kind, column.what, &record, unit))
                .collect();
            book.row(&refs(&cells)).map_err(failed)?;
        }
        Ok(())
    }

    fn cell(&self, kind: &Kind, what: What<'_>, record: &Record, unit: &Unit) -> String {
        let called = |id: &RecordId| self.called.get(id).cloned().unwrap_or_default();
        match what {
            What::Unit => unit.code.clone(),
            What::Part(_) => String::new(),
            What::Link(link) => record
                .doc
                .links
                .get(&link.name)
                .map(called)
                .unwrap_or_default(),
            What::State => {
                let state = kind.state(record.state.as_str());
                state.map_or_else(|| record.state.to_string(), |state| state.title.zh.clone())
            }
            What::Field(field) => {
                let Some(value) = record.doc.data.get(&field.name) else {
                    return String::new();
                };
                match (&field.ty, value) {
                    (FieldType::Member | FieldType::Team, Value::Text(id)) => {
                        id.parse().map(|id| called(&id)).unwrap_or_default()
                    }
                    (FieldType::Unit, Value::Text(_)) => String::new(),
                    _ => cell::shown((self.layout.pack, kind), field, value, &unit.zone),
                }
            }
        }
    }
}

fn of_unit(sheet: &Sheet<'_>, unit: &Unit, all: &[Unit]) -> Vec<String> {
    let parent = all.iter().find(|other| Some(other.id) == unit.parent);
    let cell = |part: Part| match part {
        Part::Code => unit.code.clone(),
        Part::Name => unit.name.clone(),
        Part::Level => level_title(unit.level).to_owned(),
        Part::Parent => parent.map(|unit| unit.code.clone()).unwrap_or_default(),
        Part::Type => unit.attributes.kind.clone().unwrap_or_default(),
        Part::Grade => {
            let grade = unit.attributes.level.map(|grade| grade.to_string());
            grade.unwrap_or_default()
        }
        Part::Flags => unit.attributes.flags.join("、"),
        Part::Zone => unit.zone.name().to_owned(),
    };
    let parts = sheet.columns.iter().map(|column| match column.what {
        What::Part(part) => cell(part),
        _ => String::new(),
    });
    parts.collect()
}

/// One invented row, which says how a cell is written.
fn example(layout: &Layout<'_>, sheet: &Sheet<'_>, what: What<'_>) -> String {
    let text = match what {
        What::Unit => "XM-1",
        What::Part(Part::Code) => "XM-1",
        What::Part(Part::Name) => "示例项目",
        What::Part(Part::Level) => "项目",
        What::Part(Part::Parent) => "GS",
        What::Part(Part::Grade) => "3",
        What::Part(Part::Zone) => "Asia/Shanghai",
        What::Part(_) => "",
        What::State => {
            let state = sheet.kind.and_then(|kind| {
                let first = kind.open.to.as_ref().and_then(|to| kind.state(to.as_str()));
                first.or(kind.states.first())
            });
            return state
                .map(|state| state.title.zh.clone())
                .unwrap_or_default();
        }
        What::Link(link) if link.required => "示例",
        What::Link(_) => "",
        What::Field(field) => return of_field(layout, sheet, field),
    };
    text.to_owned()
}

fn of_field(layout: &Layout<'_>, sheet: &Sheet<'_>, field: &Field) -> String {
    let role = sheet.kind.and_then(|kind| kind.role);
    match (role, field.name.as_str()) {
        (Some(Role::Member), "login") => return "shili".into(),
        (Some(Role::Posting), "post") => {
            let post = layout.pack.posts.values().find(|post| !post.grid);
            return post.map(|post| post.title.zh.clone()).unwrap_or_default();
        }
        _ => {}
    }
    match &field.ty {
        FieldType::Day if field.name == *"until" || !field.required => String::new(),
        FieldType::Day => "2026-01-01".into(),
        FieldType::Instant if field.required && field.name == *"until" => "2026-01-01 17:00".into(),
        FieldType::Instant | FieldType::Moment if field.required => "2026-01-01 08:00".into(),
        FieldType::Int { .. } if field.required => "1".into(),
        FieldType::Choice(choices) if field.required => choices
            .first()
            .map(|it| it.title.zh.clone())
            .unwrap_or_default(),
        FieldType::Text { .. } if field.required => "示例".into(),
        _ => String::new(),
    }
}

/// What may be filled in under a column.
fn allowed(layout: &Layout<'_>, sheet: &Sheet<'_>, what: What<'_>) -> String {
    match what {
        What::Unit => "单位表或系统中的单位代码".into(),
        What::Part(Part::Level) => "公司、区域、项目".into(),
        What::Part(Part::Grade) => "1 至 5".into(),
        What::Part(_) => String::new(),
        What::Link(link) => {
            let kind = layout.pack.kinds.get(&link.kind);
            let title = kind.map_or(link.kind.as_str(), |kind| kind.title.zh.as_str());
            format!("“{title}”表或系统中的一个：员工写登录名，其余写代码")
        }
        What::State => {
            let states = sheet.kind.into_iter().flat_map(|kind| &kind.states);
            states
                .map(|state| state.title.zh.as_str())
                .collect::<Vec<_>>()
                .join("、")
        }
        What::Field(field) => {
            let role = sheet.kind.and_then(|kind| kind.role);
            if role == Some(Role::Posting) && field.name == *"post" {
                return posts(layout);
            }
            let of_shift = (role == Some(Role::Shift) && field.name == *"code")
                .then(|| shifts(layout, sheet))
                .flatten();
            of_shift.unwrap_or_else(|| of_type(field))
        }
    }
}

/// Posts with what other companies call them (ORG-01).
fn posts(layout: &Layout<'_>) -> String {
    let posts = layout.pack.posts.values().map(|post| {
        if post.synonyms.is_empty() {
            post.title.zh.clone()
        } else {
            format!("{}（{}）", post.title.zh, post.synonyms.join("、"))
        }
    });
    posts.collect::<Vec<_>>().join("；")
}

/// The letters of shifts, with their hours by default.
fn shifts(layout: &Layout<'_>, sheet: &Sheet<'_>) -> Option<String> {
    let kind = sheet.kind?;
    let FieldType::Choice(letters) = &kind.field("code")?.ty else {
        return None;
    };
    let hour = |letter: &str, end: &str| {
        let name = format!("{}.{}.{end}", kind.name, letter.to_lowercase());
        let ParameterValue::Span(domain::clock::Span::Clock(micros)) =
            layout.pack.parameters.get(name.as_str())?.default
        else {
            return None;
        };
        let minutes = micros / 60_000_000;
        Some(format!("{:02}:{:02}", minutes / 60, minutes % 60))
    };
    let all = letters.iter().map(|letter| {
        let name = letter.name.as_str();
        match (hour(name, "from"), hour(name, "until")) {
            (Some(from), Some(until)) => format!("{name}（{from}–{until}）"),
            _ => name.to_owned(),
        }
    });
    Some(format!(
        "{}；填了班别和日期可不填起止",
        all.collect::<Vec<_>>().join("、")
    ))
}

fn of_type(field: &Field) -> String {
    match &field.ty {
        FieldType::Text { max, .. } => format!("至多 {max} 字"),
        FieldType::Phone => "电话号码".into(),
        FieldType::Bool => "是、否".into(),
        FieldType::Int { min, max } => format!("整数，{min} 至 {max}"),
        FieldType::Money { .. } => "元，至多两位小数".into(),
        FieldType::Ratio => "百分数".into(),
        FieldType::Choice(choices) | FieldType::Choices(choices) => {
            let titles = choices.iter().map(|choice| choice.title.zh.as_str());
            titles.collect::<Vec<_>>().join("、")
        }
        FieldType::Day => "日期，如 2026-03-05、2026/3/5、2026年3月5日".into(),
        FieldType::Instant => "时刻，如 2026-03-05 14:05".into(),
        FieldType::Moment => "日期或时刻".into(),
        FieldType::Member => "员工的登录名或姓名".into(),
        FieldType::Team => "班组代码".into(),
        FieldType::Unit => "单位代码".into(),
        FieldType::Files { .. } | FieldType::Signature => String::new(),
    }
}
