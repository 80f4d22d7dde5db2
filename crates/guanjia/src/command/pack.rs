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
            let (old, new) = (
                pack::check(&pack::sources(&old)?)?,
                pack::check(&pack::sources(&new)?)?,
            );
            let changes = domain::pack::diff(&old, &new);
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
