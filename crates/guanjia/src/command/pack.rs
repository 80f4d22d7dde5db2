//! `guanjia pack`.

use super::open;
use crate::args::{Lang, Pack, Where};
use crate::output::{Done, json_line, line};
use app::coverage::{self, Standing};
use app::library::compile;
use app::scenario::{Failure, Plays};
use app::{Error, migrate, pack};
use domain::pack::{Language, Version, differences};
use domain::record::PackVersion;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::sync::Arc;

pub(crate) fn run(command: Pack, json: bool) -> Result<Done, Error> {
    match command {
        Pack::Check {
            pack,
            against,
            database,
            lang,
        } => {
            let at = Where {
                data: against,
                database,
                beside: None,
                keys: None,
            };
            let asked = at.data.is_some() || at.database.is_some();
            check(&pack, asked.then_some(&at), lang, json)
        }
        Pack::Test { pack, only } => test(&pack, only.as_deref(), json),
        Pack::Coverage {
            pack,
            requirements,
            mutate,
            only,
            page,
        } => Coverage {
            folder: &pack,
            list: &requirements,
            mutate,
            only: only.as_deref(),
            page: page.as_deref(),
            json,
        }
        .run(),
        Pack::Standards { pack, page } => {
            let shown = domain::pack::standards_page(&pack::check(&pack::sources(&pack)?)?);
            match page {
                None => line(shown.trim_end())?,
                Some(page) => fs::write(&page, shown).map_err(|source| Error::File {
                    path: page.display().to_string(),
                    source,
                })?,
            }
            Ok(Done::Well)
        }
        Pack::Show { pack, path, lang } => {
            let shown = pack::check(&pack::sources(&pack)?)?;
            if json {
                for line in domain::pack::lines(&shown) {
                    json_line(
                        &json!({"path": line.path, "label": {"zh": line.label.zh, "en": line.label.en}, "value": {"zh": line.value.zh, "en": line.value.en}}),
                    )?;
                }
            } else {
                line(
                    domain::pack::show(&shown, path.as_deref().unwrap_or(""), language(lang))
                        .trim_end(),
                )?;
            }
            Ok(Done::Well)
        }
        Pack::Diff { old, new, lang } => {
            let (before, after) = (pack::sources(&old)?, pack::sources(&new)?);
            let (old, new) = (pack::check(&before)?, pack::check(&after)?);
            let version = |pack, sources| Version { pack, sources };
            let changes = differences(version(&old, &before), version(&new, &after));
            for change in &changes {
                if json {
                    json_line(
                        &json!({"path": change.path, "zh": change.text.zh, "en": change.text.en}),
                    )?;
                } else {
                    line(if lang == Lang::Zh {
                        &change.text.zh
                    } else {
                        &change.text.en
                    })?;
                }
            }
            Ok(if changes.is_empty() {
                Done::Well
            } else {
                Done::Differences
            })
        }
        Pack::Activate { pack, at } => {
            let number = open(&at)?.activate(&super::operator(), pack::sources(&pack)?)?;
            if json {
                json_line(&json!({"pack": number}))?;
            } else {
                line(&format!(
                    "规则包已启用，第 {} 版 (active, number {})",
                    number.0, number.0
                ))?;
            }
            Ok(Done::Well)
        }
    }
}

fn check(name: &str, against: Option<&Where>, lang: Lang, json: bool) -> Result<Done, Error> {
    let sources = pack::sources(name)?;
    let checked = match pack::check(&sources) {
        Ok(checked) => checked,
        Err(Error::Pack(faults)) if !json => {
            line(&domain::pack::render(&faults, language(lang)))?;
            return Ok(Done::Differences);
        }
        Err(error) => return Err(error),
    };
    let mut touched = Vec::new();
    if let Some(at) = against {
        let office = open(at)?;
        office.would_orphan(&checked)?;
        touched = migrate::touched(&office, &office.library()?, &checked)?;
    }
    let (kinds, standards) = (checked.kinds.len(), checked.standards.len());
    let duties: usize = checked.kinds.values().map(|kind| kind.duties.len()).sum();
    if json {
        json_line(
            &json!({"ok": true, "name": checked.name, "version": checked.version, "kinds": kinds, "duties": duties, "standards": standards, "touched": touched}),
        )?;
    } else {
        line(&match lang {
            Lang::Zh => format!(
                "{} {}：没有错误。{kinds} 种单据，{duties} 项应办，{standards} 个考核标准。",
                checked.name, checked.version
            ),
            Lang::En => format!(
                "{} {}: no faults. {kinds} kinds, {duties} duties, {standards} standards.",
                checked.name, checked.version
            ),
        })?;
        for rule in &touched {
            let (kind, what, records) = (&rule.kind, &rule.what, rule.records);
            line(&match lang {
                Lang::Zh => format!("  {kind}：{what}，迁移 {records} 张"),
                Lang::En => format!("  {kind}: {what}, touches {records} records"),
            })?;
        }
    }
    Ok(Done::Well)
}

/// Plays scenarios. Reading failures and failures of plays look alike: a line, what was expected, what there is.
fn test(folder: &str, only: Option<&str>, json: bool) -> Result<Done, Error> {
    let files = pack::folder(folder)?;
    let rules = Arc::new(compile(PackVersion(1), &files)?);
    let (group, name) = match only.and_then(|only| only.split_once('/')) {
        Some((group, _)) => (Some(group), only),
        None => (only, None),
    };
    let played = match Plays::read(&files, group) {
        Ok(plays) => plays.play(&rules, |scenario| name.is_none_or(|name| name == scenario))?,
        Err(failures) => {
            for failure in &failures {
                show(failure, json)?;
            }
            return Ok(Done::Differences);
        }
    };
    for failure in played.iter().flat_map(|played| &played.failures) {
        show(failure, json)?;
    }
    let failed = played
        .iter()
        .filter(|played| !played.failures.is_empty())
        .count();
    let steps: u64 = played.iter().map(|played| played.steps).sum();
    if json {
        json_line(&json!({"scenarios": played.len(), "failed": failed, "steps": steps}))?;
    } else {
        line(&format!(
            "{} 个情景，{failed} 个未过，{steps} 步 ({} scenarios, {failed} failed, {steps} steps)",
            played.len(),
            played.len()
        ))?;
    }
    if played.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(if failed == 0 {
        Done::Well
    } else {
        Done::Differences
    })
}

/// What `guanjia pack coverage` was asked.
struct Coverage<'a> {
    folder: &'a str,
    list: &'a Path,
    mutate: bool,
    only: Option<&'a str>,
    page: Option<&'a Path>,
    json: bool,
}

impl Coverage<'_> {
    fn run(&self) -> Result<Done, Error> {
        let mut account = match coverage::Account::read(self.folder, self.list)? {
            Ok(account) => account,
            Err(findings) => {
                for finding in &findings {
                    if self.json {
                        json_line(&json!(finding))?;
                    } else {
                        line(&finding.to_string())?;
                    }
                }
                return Ok(Done::Differences);
            }
        };
        let mut done = Done::Well;
        if self.mutate {
            let proof = coverage::mutate(&account, self.only)?;
            account.keep(self.folder, self.only, &proof)?;
            if !proof.survivors.is_empty() {
                done = Done::Differences;
            }
            self.tell(&proof)?;
        }
        if let Some(page) = self.page {
            fs::write(page, coverage::page(&account)).map_err(|source| Error::File {
                path: page.display().to_string(),
                source,
            })?;
        }
        let counts = account.counts();
        if self.json {
            json_line(&json!(counts))?;
        } else {
            let count = |standing| counts.get(&standing).copied().unwrap_or(0);
            line(&format!(
                "已覆盖 {}，由程序 {}，未证实 {}，非软件 {}，未办 {} (covered, by the program, unproven, not software, open)",
                count(Standing::Covered),
                count(Standing::Program),
                count(Standing::Unproven),
                count(Standing::NotSoftware),
                count(Standing::Open),
            ))?;
        }
        Ok(done)
    }

    fn tell(&self, proof: &coverage::Proof) -> Result<(), Error> {
        if self.json {
            return json_line(&json!(proof));
        }
        for survivor in &proof.survivors {
            let scenarios = survivor.scenarios.join(" ");
            line(&if survivor.taken_out.is_empty() {
                format!(
                    "{}：{scenarios} 本身就没演成 (fails with everything in place)",
                    survivor.requirement
                )
            } else {
                format!(
                    "{}：抽掉 {} 后 {scenarios} 照样通过 (nothing fails without it)",
                    survivor.requirement, survivor.taken_out
                )
            })?;
        }
        line(&format!(
            "{} 条要求，抽掉 {} 项，{} 项无人察觉 ({} requirements, {} things taken out, {} survivors)",
            proof.requirements,
            proof.taken_out,
            proof.survivors.len(),
            proof.requirements,
            proof.taken_out,
            proof.survivors.len()
        ))
    }
}

fn show(failure: &Failure, json: bool) -> Result<(), Error> {
    if json {
        json_line(&json!(failure))
    } else {
        line(&failure.to_string())
    }
}

fn language(lang: Lang) -> Language {
    match lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    }
}
