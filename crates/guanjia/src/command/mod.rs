//! Every command, by what it is about.

pub(crate) mod appeal;
mod calendar;
mod data;
mod import;
mod keys;
mod member;
pub(crate) mod openid;
pub(crate) mod organisation;
mod pack;
mod person;
pub(crate) mod revision;
pub(crate) mod sample;
mod score;
mod seal;
mod serve;
mod simulate;
mod transfer;

use crate::args::{Args, Command, Where};
use crate::output::{Done, json_line, line};
use app::attachment::Folder;
use app::export::Names;
use app::sender::{Program, Sender};
use app::view::View;
use app::{Actor, Clock, Error, Extras, Office, Taken};
use clap::CommandFactory;
use domain::id::{MemberId, RecordId, UnitId};
use domain::time::Instant;
use serde_json::json;
use std::sync::Arc;
use store::{Location, Options, Store};

/// Runs a command.
///
/// # Errors
/// Why nothing was done.
pub(crate) fn run(args: Args) -> Result<Done, Error> {
    let json = args.json;
    match args.command {
        Command::Init {
            at,
            pack,
            company,
            code,
            zone,
            demo,
        } => data::init(&at, &pack, company, code, zone, demo, json),
        Command::Simulate {
            at,
            pack,
            projects,
            months,
            seed,
            until,
            accounts,
        } => simulate::Simulate {
            at: &at,
            pack: &pack,
            projects,
            months,
            seed,
            until: until.as_deref(),
            accounts,
            json,
        }
        .run(),
        Command::Import {
            at,
            map,
            unit,
            report,
            dry_run,
            undo,
            worked_on,
            files,
        } => import::Import {
            at: &at,
            map: &map,
            files: &files,
            unit: unit.as_deref(),
            report: report.as_deref(),
            dry_run,
            undo,
            worked_on,
            json,
        }
        .run(),
        Command::Export {
            what,
            at,
            kind,
            format,
            output,
            as_of,
        } => data::export(&at, what, kind, format, output.as_deref(), as_of.as_deref()),
        Command::Verify { at, as_of } => data::verify(&at, as_of.as_deref(), json),
        Command::Score {
            at,
            standard,
            period,
            unit,
            member,
            as_of,
            explain,
        } => score::Score {
            at: &at,
            standard,
            period: &period,
            unit: unit.as_deref(),
            member: member.as_deref(),
            as_of: as_of.as_deref(),
            explain,
            json,
        }
        .run(),
        Command::Member(command) => member::run(command, json),
        Command::Organisation(command) => organisation::run(command, json),
        Command::Token(command) => member::token(command, json),
        Command::Seal {
            at,
            standard,
            period,
            unit,
            device_holds_entries,
        } => seal::Seal {
            at: &at,
            standard: &standard,
            period: &period,
            unit: unit.as_deref(),
            device_holds_entries,
            json,
        }
        .run(),
        Command::Revision(command) => revision::run(command, json),
        Command::Appeal(command) => appeal::run(command, json),
        Command::Sample(command) => sample::run(command, json),
        Command::Transfer {
            at,
            unit,
            to,
            reason,
            acting,
            record,
        } => transfer::Transfer {
            at: &at,
            unit: &unit,
            record: &record,
            to: &to,
            reason: &reason,
            acting: acting.as_deref(),
            json,
        }
        .run(),
        Command::Pack(command) => pack::run(command, json),
        Command::Calendar {
            from,
            to,
            format,
            pack,
        } => calendar::list(&from, &to, format, &pack),
        Command::Due { zone, pack } => calendar::due(&zone, &pack),
        Command::Sweep { at, erase } => data::sweep(&at, erase, json),
        Command::Person(command) => person::run(command, json),
        Command::Keys(command) => keys::run(command, json),
        Command::Serve {
            at,
            listen,
            tls_cert,
            tls_key,
            behind_proxy,
            sender,
            local_webhooks,
            openid,
            pace,
            log,
        } => {
            let tls = tls_cert
                .zip(tls_key)
                .map(|(certificates, key)| web::Tls { certificates, key });
            let reached = match (&tls, behind_proxy) {
                (_, true) => web::Reached::ByProxy,
                (Some(_), false) => web::Reached::ByTls,
                (None, false) => web::Reached::Plainly,
            };
            let sender = sender.map(|program| Arc::new(Program(program)) as Arc<dyn Sender>);
            let openid = openid.provider()?;
            let door = web::Door {
                reached,
                sender,
                networks: if local_webhooks {
                    web::Networks::Any
                } else {
                    web::Networks::Public
                },
                openid,
            };
            serve::Serve {
                at: &at,
                listen: web::Listen {
                    address: listen,
                    tls,
                    door,
                },
                pace,
                log,
                json,
            }
            .run()
        }
        Command::Doctor { at } => data::doctor(&at, json),
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Args::command(),
                "guanjia",
                &mut std::io::stdout(),
            );
            Ok(Done::Well)
        }
    }
}

/// Where the arguments say the database is.
fn location(at: &Where) -> Result<Location, Error> {
    match (&at.database, &at.data) {
        (Some(url), _) if !url.starts_with("postgres") => Err(Error::Usage(format!(
            "--database 需要 postgres:// 开头的地址，现为“{url}” (--database takes a postgres:// address)"
        ))),
        (Some(url), _) => Ok(Location::Url(url.clone())),
        (None, Some(folder)) => Ok(Location::folder(folder)),
        (None, None) => Err(Error::Usage(
            "请给出 --data 或 --database (give --data or --database)".into(),
        )),
    }
}

/// Whoever runs this: he acts as the operator of the machine, under his name there.
fn operator() -> Actor {
    Actor::operator(operator_name())
}

fn operator_name() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|key| std::env::var(key).ok())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "operator".into())
}

/// Who acts: the member of a login, in whose name the operator of this machine acts, which is written down; else the operator.
fn acting(office: &Office, login: Option<&str>) -> Result<Actor, Error> {
    let Some(login) = login else {
        return Ok(operator());
    };
    for unit in office.units()? {
        if let Some(found) = office.view(unit.id)?.people.find(login) {
            return office.at_machine(&operator_name(), MemberId::from(found));
        }
    }
    Err(Error::Usage(format!("没有员工“{login}” (no such member)")))
}

/// A unit of an open database.
struct At {
    office: Office,
    view: Arc<View>,
}

impl At {
    fn open(at: &Where, unit: &str) -> Result<Self, Error> {
        let office = open(at)?;
        let id = unit_of(&office, Some(unit))?.ok_or(Error::NotFound)?;
        let view = office.view(id)?;
        Ok(Self { office, view })
    }
    fn unit(&self) -> UnitId {
        self.view.unit.id
    }
    fn record(&self, number: &str) -> Result<RecordId, Error> {
        app::records::named(&self.office, &self.view, number)
    }
}

/// Says what a step did.
fn taken(taken: &Taken, json: bool) -> Result<Done, Error> {
    let (record, step) = (&taken.record, &taken.entry.step);
    if json {
        json_line(
            &json!({"record": record.id, "number": record.number, "state": record.state, "step": step}),
        )?;
    } else {
        line(&format!(
            "{} {step}：{} (done)",
            record.number, record.state
        ))?;
    }
    Ok(Done::Well)
}

/// Opens a database that must exist already.
fn open(at: &Where) -> Result<Office, Error> {
    existing(at)?;
    keys::with(at, office(at, Clock::system())?)
}

/// # Errors
/// A folder without a database.
fn existing(at: &Where) -> Result<(), Error> {
    if let Some(folder) = &at.data
        && !folder.join("guanjia.db").is_file()
    {
        let folder = folder.display();
        return Err(Error::Usage(format!(
            "“{folder}”里没有数据库；先运行 guanjia init --data {folder} (no database there; run `guanjia init` first)"
        )));
    }
    Ok(())
}

/// Opens a database with what lies beside it.
fn office(at: &Where, clock: Clock) -> Result<Office, Error> {
    office_with(at, clock, &Options::default())
}

fn office_with(at: &Where, clock: Clock, options: &Options) -> Result<Office, Error> {
    opening_with(at, clock, options, Extras::default())
}

fn opening_with(
    at: &Where,
    clock: Clock,
    options: &Options,
    extras: Extras,
) -> Result<Office, Error> {
    let beside = at.beside.as_ref().or(at.data.as_ref());
    let extras = Extras {
        files: beside.map(|folder| Folder::new(folder.join("files"))),
        ..extras
    };
    let store = Store::open(&location(at)?, options)?;
    Ok(Office::with(store, clock, extras))
}

/// A unit by its code; the company where none is named.
fn unit_of(office: &Office, code: Option<&str>) -> Result<Option<domain::id::UnitId>, Error> {
    let Some(code) = code else { return Ok(None) };
    office
        .unit(code)
        .map(|unit| Some(unit.id))
        .map_err(|_| Error::Usage(format!("没有组织单元“{code}” (no such unit)")))
}

/// A member by login or a team by code.
fn holder_of(office: &Office, name: &str) -> Result<domain::id::HolderId, Error> {
    Names::load(office)?
        .find(name)
        .ok_or_else(|| Error::Usage(format!("没有员工或班组“{name}” (no such member or team)")))
}

/// An instant from the command line.
fn instant(text: &str) -> Result<Instant, Error> {
    text.parse().map_err(|_| {
        Error::Usage(format!(
            "“{text}”不是时刻；例如 2026-04-01T00:00:00+08:00 (not an instant)"
        ))
    })
}
