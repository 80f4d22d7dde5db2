//! The key store: where it is, and what is done with it as a whole.

use super::{open, operator};
use crate::args::{KeysCommand, Where};
use crate::output::{Done, json_line, line};
use app::keys::{self, KeysError};
use app::{Error, Keys, Office};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Names the folder where neither `--keys` nor a data folder does.
const VARIABLE: &str = "GUANJIA_KEYS";

/// Where the arguments say the key store is; `None` beside a PostgreSQL database with nothing said.
pub(super) fn folder(at: &Where) -> Option<PathBuf> {
    if let Some(folder) = &at.keys {
        return Some(folder.clone());
    }
    if let Some(folder) = std::env::var_os(VARIABLE) {
        return Some(folder.into());
    }
    let data = std::path::absolute(at.data.as_ref()?).ok()?;
    let mut name = data.file_name()?.to_owned();
    name.push(".keys");
    Some(data.with_file_name(name))
}

fn needed(at: &Where) -> Result<PathBuf, Error> {
    folder(at).ok_or_else(|| {
        Error::Usage(format!(
            "请用 --keys 或环境变量 {VARIABLE} 指明密钥库文件夹 (name the folder of the key store)"
        ))
    })
}

/// The office with its keys, if they are there. Without them private values are masked and not taken; everything else goes on.
pub(super) fn with(at: &Where, office: Office) -> Result<Office, Error> {
    let Some(folder) = folder(at) else {
        return Ok(office);
    };
    match Keys::open(&folder) {
        Ok(keys) => office.with_keys(keys),
        Err(KeysError::File(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(office),
        Err(KeysError::MasterMissing) => Ok(office),
        Err(error) => Err(error.into()),
    }
}

/// The key store of a database that is being made.
pub(super) fn for_init(at: &Where) -> Result<Option<Keys>, Error> {
    let Some(folder) = folder(at) else {
        return Ok(None);
    };
    match keys::create(&folder) {
        Err(KeysError::Exists) => Ok(Some(Keys::open(&folder)?)),
        other => Ok(Some(other?)),
    }
}

/// What `doctor` says of the key store.
pub(super) fn said(at: &Where, office: &Office, advice: &mut Vec<String>) -> Result<Value, Error> {
    let folder = folder(at);
    let shown = folder.as_ref().map(|folder| folder.display().to_string());
    let Some(keys) = office.keys() else {
        advice.push(
            "没有密钥库或主密钥：敏感字段不能登记和查看；运行 guanjia keys init，或用 --keys 指明 (no key store or no master key: private fields are neither taken nor shown)"
                .to_owned(),
        );
        return Ok(json!({"folder": shown, "open": false}));
    };
    advice.extend(folder.iter().flat_map(|folder| Keys::faults(folder)));
    let (made, destroyed) = keys.count()?;
    Ok(
        json!({"folder": shown, "open": true, "id": keys.id(), "made": made, "destroyed": destroyed}),
    )
}

pub(super) fn run(command: KeysCommand, json: bool) -> Result<Done, Error> {
    let (said, zh, en) = match command {
        KeysCommand::Init { at } => {
            let office = open(&at)?;
            let folder = needed(&at)?;
            let keys = keys::create(&folder)?;
            let id = keys.id();
            office.with_keys(keys)?;
            (
                json!({"folder": folder.display().to_string(), "id": id}),
                format!(
                    "密钥库已建立：{}；请把其中的 master.key 另存一处",
                    folder.display()
                ),
                "created; keep a copy of its master.key elsewhere".to_owned(),
            )
        }
        KeysCommand::Rotate { at, persons: true } => {
            let renewed = open(&at)?.renew_person_keys(&operator())?;
            (
                json!({"persons": renewed}),
                format!("{renewed} 人换了新密钥，今后的内容用新密钥加密"),
                format!("{renewed} persons have another key for what is new"),
            )
        }
        KeysCommand::Rotate { at, persons: false } => {
            let moved = keys::rotate(&needed(&at)?)?;
            (
                json!({"keys": moved}),
                format!("{moved} 把密钥已改由新的主密钥保护；旧主密钥销毁后，旧备份即作废"),
                format!(
                    "{moved} keys are under the new master; destroy the old one, and old copies are worthless"
                ),
            )
        }
        KeysCommand::Backup { at, to } => {
            let bytes = Keys::backup(&needed(&at)?, &to)?;
            (
                json!({"file": to.display().to_string(), "bytes": bytes}),
                format!("已备份到 {}（不含主密钥）", to.display()),
                "copied, without the master key".to_owned(),
            )
        }
        KeysCommand::Restore { at, from } => {
            let restored = keys::restore(&needed(&at)?, &from)?;
            let again = app::privacy::destroy_again(&open(&at)?, &operator())?;
            (
                json!({"keys": restored.keys, "destroyed_again": again}),
                format!(
                    "已恢复 {} 把密钥；其中 {again} 把早已删除，再次销毁",
                    restored.keys
                ),
                format!(
                    "{} keys are back; {again} of them had been erased and were destroyed again",
                    restored.keys
                ),
            )
        }
    };
    if json {
        json_line(&said)?;
    } else {
        line(&format!("{zh} ({en})"))?;
    }
    Ok(Done::Well)
}
