//! What is kept of a person: handed out, or erased once two have agreed, on lawful request.

use super::{open, operator};
use crate::args::{By, Format, Person, Who};
use crate::output::{Done, json_line, line};
use app::privacy::{self, Basis, PersonRecord, Shown};
use app::{Actor, Error, Office};
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufWriter, Write};

pub(super) fn run(command: Person, json: bool) -> Result<Done, Error> {
    match command {
        Person::Export {
            at,
            who,
            format,
            output,
        } => {
            let office = open(&at)?;
            let (unit, person) = found(&office, &who)?;
            let records = privacy::export(&office, &operator(), unit, person)?;
            let path = output
                .as_ref()
                .map_or_else(|| "stdout".to_owned(), |path| path.display().to_string());
            let failed = |source| Error::File {
                path: path.clone(),
                source,
            };
            let out: Box<dyn Write> = match &output {
                Some(file) => Box::new(File::create(file).map_err(failed)?),
                None => Box::new(io::stdout().lock()),
            };
            let mut out = BufWriter::new(out);
            match format {
                Format::Json => {
                    for record in &records {
                        writeln!(out, "{}", as_json(&office, record)?).map_err(failed)?;
                    }
                }
                Format::Csv => as_csv(&office, &records, &mut out, &path)?,
            }
            out.flush().map_err(failed)?;
            Ok(Done::Well)
        }
        Person::Erase {
            at,
            who,
            basis,
            reason,
            by,
        } => {
            let office = open(&at)?;
            let (unit, person) = found(&office, &who)?;
            let basis = Basis::named(&basis)?;
            let asked = privacy::ask(&office, &named(&by), unit, person, basis, &reason)?;
            if json {
                json_line(&request(&office, &asked)?)?;
            } else {
                line(&format!(
                    "已申请，编号 {0}；另一人用 guanjia person consent {0} 或在网页上同意后执行 (asked; erased once a second one consents)",
                    asked.id
                ))?;
            }
            Ok(Done::Well)
        }
        Person::Erasures { at, unit } => {
            let office = open(&at)?;
            let unit = office.unit(&unit)?.id;
            for asked in privacy::asked(&office, &operator(), unit)? {
                let request = request(&office, &asked)?;
                if json {
                    json_line(&request)?;
                } else {
                    line(&format!(
                        "{}  {}  {}  {}  {}",
                        asked.id,
                        request["at"].as_str().unwrap_or_default(),
                        asked.person,
                        asked.asked.basis,
                        asked.asked.reason
                    ))?;
                }
            }
            Ok(Done::Well)
        }
        Person::Consent {
            at,
            unit,
            request,
            by,
            yes,
        } => {
            let office = open(&at)?;
            let unit = office.unit(&unit)?.id;
            if !yes && !agreed()? {
                return Err(Error::Usage("没有删除任何内容 (nothing was erased)".into()));
            }
            let erased = privacy::consent(&office, &named(&by), unit, of(&request)?)?;
            if json {
                json_line(&json!({"records": erased.records, "keys": erased.keys}))?;
            } else {
                line(&format!(
                    "已删除：{} 条记录，{} 把密钥已销毁；密钥库的旧备份请一并销毁或在恢复后重做 (erased in {} records, {} keys destroyed)",
                    erased.records, erased.keys, erased.records, erased.keys
                ))?;
            }
            Ok(Done::Well)
        }
        Person::Refuse {
            at,
            unit,
            request,
            by,
        } => {
            let office = open(&at)?;
            let unit = office.unit(&unit)?.id;
            privacy::refuse(&office, &named(&by), unit, of(&request)?)?;
            Ok(Done::Well)
        }
    }
}

/// Whoever sits at the machine, by the name he gives.
fn named(by: &By) -> Actor {
    match by.operator.as_deref().map(str::trim) {
        Some(name) if !name.is_empty() => Actor::operator(name),
        _ => operator(),
    }
}

fn of(request: &str) -> Result<RecordId, Error> {
    request.parse().map_err(|_| Error::NotFound)
}

fn request(office: &Office, request: &privacy::Request) -> Result<Value, Error> {
    let view = office.view(request.unit)?;
    let asked = &request.asked;
    Ok(json!({
        "id": request.id.to_string(), "unit": view.unit.code, "person": request.person.to_string(), "by": asked.by,
        "at": asked.at.in_zone(&view.unit.zone), "basis": asked.basis, "reason": asked.reason,
    }))
}

fn agreed() -> Result<bool, Error> {
    eprint!("删除后无法恢复，输入 yes 继续 (this cannot be undone; type yes): ");
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|source| Error::File {
            path: "stdin".into(),
            source,
        })?;
    Ok(answer.trim() == "yes")
}

/// The one person that is meant.
fn found(office: &Office, who: &Who) -> Result<(UnitId, RecordId), Error> {
    let unit = office.unit(&who.unit)?.id;
    if let Ok(id) = who.person.parse::<RecordId>() {
        return Ok((unit, id));
    }
    let persons = privacy::find_persons(office, &operator(), unit, &who.person)?;
    match persons.as_slice() {
        [one] => Ok((unit, *one)),
        [] => Err(Error::NotFound),
        several => Err(Error::Usage(format!(
            "有 {} 人符合，请用记录编号：{} ({} persons fit; give an id)",
            several.len(),
            several
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("、"),
            several.len()
        ))),
    }
}

fn fields(data: &BTreeMap<Name, Shown>) -> Value {
    let fields = data
        .iter()
        .map(|(name, shown)| (name.to_string(), json!(shown.text())));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn as_json(office: &Office, found: &PersonRecord) -> Result<Value, Error> {
    let view = office.view(found.unit)?;
    let zone = &view.unit.zone;
    let journal: Vec<Value> = found
        .journal
        .iter()
        .map(|(entry, data)| json!({"seq": entry.seq, "step": entry.step, "recorded_at": entry.recorded_at.in_zone(zone), "data": fields(data), "reason": entry.reason}))
        .collect();
    let views: Vec<Value> = found
        .views
        .iter()
        .map(|seen| json!({"by": seen.by, "at": seen.at.in_zone(zone), "fields": seen.fields, "why": seen.why}))
        .collect();
    let record = &found.record;
    Ok(json!({
        "unit": view.unit.code, "kind": record.kind, "number": record.number, "id": record.id.to_string(), "state": record.state,
        "links": found.links, "opened_at": record.opened_at.in_zone(zone), "data": fields(&found.data), "journal": journal, "views": views,
    }))
}

/// One line a value, as it stands now.
fn as_csv(
    office: &Office,
    records: &[PersonRecord],
    out: &mut dyn Write,
    path: &str,
) -> Result<(), Error> {
    let failed = |error: csv::Error| Error::File {
        path: path.to_owned(),
        source: error.into(),
    };
    let mut writer = csv::Writer::from_writer(out);
    writer
        .write_record(["unit", "kind", "number", "opened_at", "field", "value"])
        .map_err(failed)?;
    for found in records {
        let view = office.view(found.unit)?;
        let record = &found.record;
        let opened = record.opened_at.in_zone(&view.unit.zone);
        for (name, shown) in &found.data {
            let value = match json!(shown.text()) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            // A text that a spreadsheet would take for a formula stays a text.
            let value = if value.starts_with(['=', '+', '-', '@']) {
                format!("'{value}")
            } else {
                value
            };
            let row = [
                view.unit.code.as_str(),
                record.kind.as_str(),
                &record.number,
                &opened,
                name.as_str(),
                &value,
            ];
            writer.write_record(row).map_err(failed)?;
        }
    }
    writer.flush().map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}
