//! Commands on a database: `init`, `export`, `verify`, `doctor`.

use super::{instant, open, operator};
use crate::args::{Format, What, Where};
use crate::output::{Done, json_line, line};
use app::account::{Demo, DemoAccount};
use app::unit::NewUnit;
use app::{Clock, Error, Office, pack};
use domain::name::Name;
use domain::time::Zone;
use domain::unit::{Attributes, Level};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

pub(crate) fn init(
    at: &Where,
    pack: &str,
    company: String,
    code: String,
    zone: Option<String>,
    demo: bool,
    json: bool,
) -> Result<Done, Error> {
    if let Some(folder) = &at.data {
        fs::create_dir_all(folder).map_err(|source| Error::File {
            path: folder.display().to_string(),
            source,
        })?;
    }
    let sources = pack::sources(pack)?;
    let checked = pack::check(&sources)?;
    let zone = zone.unwrap_or_else(|| checked.zone.clone());
    let zone = Zone::named(&zone)
        .ok_or_else(|| Error::Usage(format!("没有时区“{zone}” (no such time zone)")))?;
    let clock = if demo {
        Clock::standing_at(Clock::system().now())
    } else {
        Clock::system()
    };
    let mut office = super::office(at, clock.clone())?;
    if office
        .units()?
        .iter()
        .any(|unit| unit.level == Level::Company)
    {
        return Err(Error::Usage("这里已经有数据库了；要换规则包请用 guanjia pack activate (there is a database already)".into()));
    }
    if let Some(keys) = super::keys::for_init(at)? {
        office = office.with_keys(keys)?;
    }
    let number = office.activate(&operator(), sources)?;
    let mut accounts = None;
    if demo {
        app::demo::play(&office, &clock, pack)?;
        accounts = Some(office.demo_accounts(&operator())?);
    } else {
        office.add_unit(
            &operator(),
            NewUnit {
                level: Level::Company,
                parent: None,
                code: code.clone(),
                name: company,
                zone,
                attributes: Attributes::default(),
            },
        )?;
    }
    let units = office.units()?;
    let setup = office.set_up_code()?;
    if json {
        json_line(&json!({
            "pack": checked.name, "version": checked.version, "number": number, "units": units.len(),
            "demo": accounts.as_ref().map(accounts_json),
            "setup_code": setup,
        }))?;
    } else {
        line(&format!(
            "数据库已建立：规则包 {} {}，{} 个组织单元 (created: pack {} {}, {} units)",
            checked.name,
            checked.version,
            units.len(),
            checked.name,
            checked.version,
            units.len()
        ))?;
        if let Some(folder) = super::keys::folder(at).filter(|_| office.keys().is_some()) {
            line(&format!(
                "敏感信息的密钥库在 {0}；请与数据分开备份，其中的 master.key 另存一处：丢了就看不到敏感信息了 (the key store of private values is {0}: back it up apart from the data, and keep a copy of its master.key elsewhere; without it they are lost)",
                folder.display()
            ))?;
        }
        if let Some(demo) = &accounts {
            tell_accounts(demo)?;
        }
        if let Some(code) = &setup {
            line(&format!(
                "管理员设立码，24 小时内有效 (code to set the administrator up, for 24 hours): {code}"
            ))?;
        }
    }
    Ok(Done::Well)
}

/// Everybody's password, and who signs in with it.
pub(super) fn tell_accounts(demo: &Demo) -> Result<(), Error> {
    line(&format!(
        "示范账号，密码都是 (demo accounts, all with the password): {}",
        demo.password
    ))?;
    for one in &demo.accounts {
        let (post, name) = (&one.post, &one.name);
        line(&format!(
            "  {:<14} {:<3} {} ({})　{name}",
            one.login, one.unit, post.zh, post.en
        ))?;
    }
    Ok(())
}

pub(super) fn accounts_json(demo: &Demo) -> Value {
    let one = |one: &DemoAccount| json!({"login": one.login, "name": one.name, "unit": one.unit, "post": one.post.en});
    let logins: Vec<Value> = demo.accounts.iter().map(one).collect();
    json!({"password": demo.password, "accounts": logins})
}

pub(crate) fn export(
    at: &Where,
    what: What,
    kind: Option<String>,
    format: Format,
    output: Option<&Path>,
    as_of: Option<&str>,
) -> Result<Done, Error> {
    let office = open(at)?;
    let as_of = as_of.map_or_else(|| Ok(office.clock().now()), instant)?;
    let kind = kind.map(Name::from);
    if let Some(kind) = &kind
        && let Some(active) = office.library()?.active()
        && !active.pack.kinds.contains_key(kind)
    {
        let known: Vec<&str> = active.pack.kinds.keys().map(Name::as_str).collect();
        return Err(Error::Usage(format!(
            "没有单据类型“{kind}”；有：{} (no such kind)",
            known.join(", ")
        )));
    }
    let path = output.map_or_else(|| "stdout".to_owned(), |path| path.display().to_string());
    let failed = |source| Error::File {
        path: path.clone(),
        source,
    };
    let out: Box<dyn Write> = match output {
        Some(file) => Box::new(File::create(file).map_err(failed)?),
        None => Box::new(io::stdout().lock()),
    };
    let mut out = BufWriter::new(out);
    let done = write_rows(&office, what, kind.as_ref(), as_of, format, &mut out, &path);
    match done.and_then(|()| out.flush().map_err(failed)) {
        // A reader who has seen enough is no failure.
        Err(Error::File { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => {
            Ok(Done::Well)
        }
        Err(error) => Err(error),
        Ok(()) => Ok(Done::Well),
    }
}

fn write_rows(
    office: &Office,
    what: What,
    kind: Option<&Name>,
    as_of: domain::time::Instant,
    format: Format,
    out: &mut dyn Write,
    path: &str,
) -> Result<(), Error> {
    let failed = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    let what = match what {
        What::Records => app::export::What::Records,
        What::Entries => app::export::What::Entries,
        What::Duties => app::export::What::Duties,
    };
    match format {
        Format::Json => app::export::export(office, &operator(), what, kind, as_of, |row| {
            writeln!(out, "{}", serde_json::Value::Object(row)).map_err(failed)
        }),
        Format::Csv => write_csv(office, what, kind, as_of, out, path),
    }
}

/// One header for all rows: the columns of the first row of each kind differ, so they are gathered before.
fn write_csv(
    office: &Office,
    what: app::export::What,
    kind: Option<&Name>,
    as_of: domain::time::Instant,
    out: &mut dyn Write,
    path: &str,
) -> Result<(), Error> {
    let mut columns: Vec<String> = Vec::new();
    let mut kinds = std::collections::BTreeSet::new();
    app::export::export(office, &operator(), what, kind, as_of, |row| {
        if kinds.insert(row.get("kind").map(ToString::to_string)) {
            columns.extend(
                row.keys()
                    .filter(|key| !columns.contains(key))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
        }
        Ok(())
    })?;
    let failed = |error: csv::Error| Error::File {
        path: path.to_owned(),
        source: error.into(),
    };
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(&columns).map_err(failed)?;
    app::export::export(office, &operator(), what, kind, as_of, |row| {
        let cells = columns.iter().map(|column| match row.get(column) {
            None | Some(serde_json::Value::Null) => String::new(),
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        });
        writer.write_record(cells).map_err(failed)
    })?;
    writer.flush().map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

pub(crate) fn verify(at: &Where, as_of: Option<&str>, json: bool) -> Result<Done, Error> {
    let office = open(at)?;
    let as_of = as_of.map_or_else(|| Ok(office.clock().now()), instant)?;
    let shows = io::stderr().is_terminal() && !json;
    let report = app::verify::verify(&office, &operator(), as_of, |records| {
        if shows && records % 1_000 == 0 {
            eprint!("\r已核对 {records} 条记录 ({records} records)");
        }
    })?;
    if shows {
        eprintln!();
    }
    if json {
        json_line(&serde_json::to_value(&report).unwrap_or_default())?;
    } else {
        line(&format!(
            "{}：{} 个单元，{} 条记录，{} 条流水，{} 项已判定的应办，{} 项待办，{} 个累计",
            if report.ok { "一致" } else { "不一致" },
            report.units,
            report.records,
            report.entries,
            report.duties,
            report.to_do,
            report.tallies
        ))?;
        line(&format!(
            "{}: {} units, {} records, {} entries, {} decided duties, {} to do, {} tallies, as of {}",
            if report.ok {
                "consistent"
            } else {
                "differences found"
            },
            report.units,
            report.records,
            report.entries,
            report.duties,
            report.to_do,
            report.tallies,
            report.as_of
        ))?;
        for fault in &report.faults {
            line(&format!("  {fault}"))?;
        }
    }
    Ok(if report.ok {
        Done::Well
    } else {
        Done::Differences
    })
}

pub(crate) fn doctor(at: &Where, json: bool) -> Result<Done, Error> {
    let office = open(at)?;
    let library = office.library()?;
    let units = office.units()?;
    let active = library.active();
    let years: Vec<i16> = active
        .map(|rules| rules.pack.special_days.years().collect())
        .unwrap_or_default();
    let this_year = Zone::shanghai().day_of(office.clock().now()).year();
    let mut advice = Vec::new();
    if active.is_none() {
        advice.push("没有启用规则包：运行 guanjia pack activate (no active pack)".to_owned());
    }
    for year in [this_year, this_year + 1] {
        if active.is_some() && !years.contains(&year) {
            advice.push(format!("没有 {year} 年的工作日历；国务院公布后在规则包 calendars 下加入一个文件 (no calendar for {year}; add a file once it is announced)"));
        }
    }
    let past_keeping = app::privacy::past_keeping(&office, &operator(), office.clock().now())?;
    let keys = super::keys::said(at, &office, &mut advice)?;
    if !past_keeping.is_empty() {
        advice.push(format!(
            "{0} 项敏感信息已满保存期：运行 guanjia sweep --erase ({0} private values are past keeping)",
            past_keeping.len()
        ));
    }
    let (waiting, dead) = jobs(&office, &units)?;
    for (unit, job) in &dead {
        advice.push(format!(
            "{} 的后台任务 {} {} 失败 {} 次后放弃：{} (given up; try it again by POST /api/units/{}/jobs/{}/retry)",
            unit,
            job.kind,
            job.id,
            job.attempts,
            job.error.as_deref().unwrap_or_default(),
            unit,
            job.id
        ));
    }
    let off = off(&office, &units)?;
    for (unit, webhook) in &off {
        let since = webhook.off_at.map(|at| at.to_string()).unwrap_or_default();
        advice.push(format!(
            "{unit} 的订阅 {} 自 {since} 起停发，未送达 {} 次：{} (switched off; see to it, then POST /api/units/{unit}/webhooks/{}/try)",
            webhook.id,
            webhook.failures,
            webhook.error.as_deref().unwrap_or_default(),
            webhook.id
        ));
    }
    if !units.iter().any(|unit| unit.level == Level::Project) {
        advice.push("还没有项目 (no project yet)".to_owned());
    }
    if json {
        json_line(&json!({
            "program": env!("CARGO_PKG_VERSION"), "schema": store::KNOWN, "units": units.len(),
            "pack": active.map(|rules| json!({"number": rules.number, "name": rules.pack.name, "version": rules.pack.version})),
            "calendar_years": years, "keys": keys, "past_keeping": past_keeping.len(),
            "jobs": {"waiting": waiting, "given_up": dead.len()}, "webhooks_off": off.len(), "advice": advice,
        }))?;
    } else {
        line(&format!(
            "程序 {}，数据库结构第 {} 版 (program, schema)",
            env!("CARGO_PKG_VERSION"),
            store::KNOWN
        ))?;
        if let Some(rules) = active {
            line(&format!(
                "规则包 {} {}（第 {} 次启用）(pack)",
                rules.pack.name, rules.pack.version, rules.number.0
            ))?;
        }
        line(&format!(
            "组织单元 {} 个 (units)；日历年份 {years:?} (calendar years)",
            units.len()
        ))?;
        if let Some(folder) = keys["folder"].as_str().filter(|_| office.keys().is_some()) {
            line(&format!("密钥库 {folder} (key store)"))?;
        }
        line(&format!(
            "后台任务 {waiting} 件待办，{} 件已放弃 (jobs waiting, given up)",
            dead.len()
        ))?;
        for text in &advice {
            line(&format!("  · {text}"))?;
        }
    }
    Ok(Done::Well)
}

/// How much work waits, and what was given up with the unit whose it is.
fn jobs(
    office: &Office,
    units: &[domain::unit::Unit],
) -> Result<(usize, Vec<(String, store::job::Waiting)>), Error> {
    let (mut waiting, mut dead) = (0, Vec::new());
    for unit in units {
        for job in app::work::list(office, &operator(), unit.id)? {
            if job.run_at.is_some() {
                waiting += 1;
            } else {
                dead.push((unit.code.clone(), job));
            }
        }
    }
    Ok((waiting, dead))
}

/// The subscriptions that are told no more, since nobody answered; each with the unit whose it is. An address may hold a secret: it is not named.
fn off(
    office: &Office,
    units: &[domain::unit::Unit],
) -> Result<Vec<(String, app::webhook::Webhook)>, Error> {
    let mut off = Vec::new();
    for unit in units {
        let all = app::webhook::list(office, &operator(), unit.id)?;
        let gone = all.into_iter().filter(|webhook| webhook.off_at.is_some());
        off.extend(gone.map(|webhook| (unit.code.clone(), webhook)));
    }
    Ok(off)
}

/// Takes what the system owes by now: timed transitions, recurring duties, hand-overs after a change of who works where.
pub(crate) fn sweep(at: &Where, erase: bool, json: bool) -> Result<Done, Error> {
    let office = open(at)?;
    let swept = sweep_once(&office)?;
    let cleaned = app::attachment::clean(&office, app::rounds::forgotten(office.clock().now()))?;
    let now = office.clock().now();
    let erased = if erase {
        app::privacy::sweep(&office, now)?
    } else {
        app::privacy::Erased::default()
    };
    let past_keeping = app::privacy::past_keeping(&office, &operator(), now)?.len();
    if json {
        json_line(&json!({
            "steps": swept.steps, "opened": swept.opened, "delivered": swept.delivered,
            "migrated": swept.migrated, "refused": swept.refused, "past_keeping": past_keeping,
            "erased": {"records": erased.records, "keys": erased.keys},
            "cleaned": {"attachments": cleaned.attachments, "bytes": cleaned.bytes},
        }))?;
    } else {
        if erase {
            line(&format!(
                "已删除 {} 条记录中已满保存期的敏感信息 (private values past keeping erased in {} records)",
                erased.records, erased.records
            ))?;
        } else if past_keeping > 0 {
            line(&format!(
                "{past_keeping} 项敏感信息已满保存期，用 --erase 删除 ({past_keeping} private values are past keeping; erase them with --erase)"
            ))?;
        }
        line(&format!(
            "系统办理 {} 步 ({} steps taken by the system)",
            swept.steps, swept.steps
        ))?;
        for (count, zh, en) in [
            (swept.opened, "定期开立", "opened on a rhythm"),
            (swept.delivered, "送达他处", "messages delivered"),
            (swept.migrated, "迁移", "records migrated"),
        ] {
            if count > 0 {
                line(&format!("{zh} {count} ({count} {en})"))?;
            }
        }
        for refused in &swept.refused {
            line(&format!("  {refused}"))?;
        }
    }
    Ok(Done::Well)
}

fn sweep_once(office: &Office) -> Result<app::sweep::Swept, Error> {
    for unit in office.units()? {
        app::handover::hand_over(office, unit.id)?;
    }
    app::sweep::sweep(office, office.clock().now())
}

/// Does the rounds, `every` so long, until `stop` says so or is gone. What fails now is tried again by the next one: it looks at the world anew.
pub(super) fn keep_sweeping(
    office: &Office,
    every: std::time::Duration,
    stop: &std::sync::mpsc::Receiver<()>,
) {
    let mut rounds = app::rounds::Rounds::new(office.clone());
    let mut told = false;
    loop {
        let done = rounds.go_while(|| {
            told |= stop.try_recv() != Err(std::sync::mpsc::TryRecvError::Empty);
            !told
        });
        if let Err(error) = done {
            eprintln!("sweep ({}): {error}", error.code());
        }
        if told || stop.recv_timeout(every) != Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            // A lease that is not given back runs out.
            let _ = rounds.end();
            return;
        }
    }
}
