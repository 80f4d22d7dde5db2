//! `guanjia pack`.

use super::open;
use crate::args::{Lang, Pack, Where};
use crate::output::{Done, json_line, line};
use app::{Error, pack};
use domain::pack::Language;
use serde_json::json;

pub(crate) fn run(command: Pack, json: bool) -> Result<Done, Error> {
    match command {
        Pack::Check {
            pack,
            against,
            lang,
        } => check(
            &pack,
            against
                .map(|data| Where {
                    data: Some(data),
                    database: None,
                })
                .as_ref(),
            lang,
            json,
        ),
        Pack::Activate { pack, at } => {
            let number = open(&at)?.activate(pack::sources(&pack)?)?;
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
    if let Some(at) = against {
        open(at)?.would_orphan(&checked)?;
    }
    let (kinds, standards) = (checked.kinds.len(), checked.standards.len());
    let duties: usize = checked.kinds.values().map(|kind| kind.duties.len()).sum();
    if json {
        json_line(
            &json!({"ok": true, "name": checked.name, "version": checked.version, "kinds": kinds, "duties": duties, "standards": standards}),
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
    }
    Ok(Done::Well)
}

fn language(lang: Lang) -> Language {
    match lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    }
}
