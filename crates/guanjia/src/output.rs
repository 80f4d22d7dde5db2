//! How answers and failures are printed.

use app::Error;
use app::keys::KeysError;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::process::ExitCode;

/// How a command ended that did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Well,
    /// It looked for differences or faults and found some.
    Differences,
}

/// One JSON value on a line of its own.
pub(crate) fn json_line(value: &Value) -> Result<(), Error> {
    line(&value.to_string())
}

/// A line of text; a reader who stops reading is no failure.
pub(crate) fn line(text: &str) -> Result<(), Error> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::File {
            path: "stdout".into(),
            source: error,
        }),
        _ => Ok(()),
    }
}

/// Says why nothing was done: to people on standard error, to programs as one JSON object.
pub(crate) fn failed(error: &Error, json: bool) -> ExitCode {
    let (zh, en) = said(error);
    if json {
        let fields: Vec<Value> = match error {
            Error::Refused(refusals) => {
                refusals.iter().map(|refusal| json!({"code": refusal.code.as_str(), "field": refusal.field, "zh": refusal.text().zh, "en": refusal.text().en})).collect()
            }
            Error::Pack(faults) | Error::Import { faults, .. } => faults.iter().map(|fault| json!({"code": fault.code, "file": fault.file, "line": fault.line, "column": fault.column, "zh": fault.cause.zh, "en": fault.cause.en})).collect(),
            Error::Denied(denied) => vec![json!({"code": denied.refusal().code.as_str()})],
            _ => Vec::new(),
        };
        let body = json!({"error": {"code": error.code(), "zh": zh, "en": en, "reasons": fields}});
        let _ = writeln!(io::stdout().lock(), "{body}");
    } else {
        let _ = writeln!(
            io::stderr().lock(),
            "错误 ({}): {zh}\n       {en}",
            error.code()
        );
    }
    match error {
        Error::Refused(_)
        | Error::Denied(_)
        | Error::Account(_)
        | Error::NotFound
        | Error::KeyReused
        | Error::Pack(_)
        | Error::Orphans(_)
        | Error::Import { .. } => ExitCode::from(1),
        Error::Usage(_) | Error::Asked { .. } => ExitCode::from(2),
        Error::File { .. }
        | Error::Evolve(_)
        | Error::Store(_)
        | Error::Keys(_)
        | Error::Outdated => ExitCode::from(3),
    }
}

fn said(error: &Error) -> (String, String) {
    let both = |text: String| (text.clone(), text);
    match error {
        Error::Refused(refusals) => {
            let zh = refusals
                .iter()
                .map(|refusal| refusal.text().zh)
                .collect::<Vec<_>>()
                .join("\n");
            let en = refusals
                .iter()
                .map(|refusal| refusal.text().en)
                .collect::<Vec<_>>()
                .join("\n");
            (zh, en)
        }
        Error::Account(error) => {
            let text = error.text();
            (text.zh, text.en)
        }
        Error::Denied(denied) => {
            let text = denied.refusal().text();
            (text.zh, text.en)
        }
        Error::Asked { reason, .. } => (reason.zh.clone(), reason.en.clone()),
        Error::NotFound => ("没有找到。".into(), "Not found.".into()),
        Error::KeyReused => (
            "同一幂等键已用于别的请求；请换一个。".into(),
            "The idempotency key was used for another request; take a new one.".into(),
        ),
        Error::Pack(faults) => (
            format!(
                "规则包有 {} 处错误：\n{}",
                faults.len(),
                domain::pack::render(faults, domain::pack::Language::Zh)
            ),
            format!(
                "{} faults in the pack:\n{}",
                faults.len(),
                domain::pack::render(faults, domain::pack::Language::En)
            ),
        ),
        Error::Orphans(list) => (
            list.iter().fold(
                "新规则包读不了已有的记录：".to_owned(),
                |said, loss| format!("{said}\n  {}", loss.zh),
            ),
            list.iter().fold(
                "The pack cannot read records that exist:".to_owned(),
                |said, loss| format!("{said}\n  {}", loss.en),
            ),
        ),
        Error::Store(store) => (store_zh(store), store.to_string()),
        Error::Keys(keys) => (keys_zh(keys).into(), keys.to_string()),
        Error::Outdated => (
            "配置正在变动，请重试。".into(),
            "The configuration keeps changing; try again.".into(),
        ),
        Error::Evolve(error) => (
            format!("流水无法重放：{error}"),
            format!("A journal cannot be replayed: {error}"),
        ),
        Error::File { path, .. } if error.code() == "disk-full" => (
            format!(
                "磁盘已满，文件“{path}”没有写完；请腾出空间后再来一次，已入库的不会丢失，也不会重复。"
            ),
            format!(
                "The disk is full and {path} is not complete; make room and run it again: what is in the database is neither lost nor taken twice."
            ),
        ),
        Error::File { path, source } => (
            format!("文件“{path}”：{source}"),
            format!("File {path}: {source}"),
        ),
        Error::Import { reason, faults, .. } => {
            let shown = |language| -> String {
                faults
                    .iter()
                    .map(|fault| format!("\n{}", fault.render(language)))
                    .collect()
            };
            (
                format!("{}{}", reason.zh, shown(domain::pack::Language::Zh)),
                format!("{}{}", reason.en, shown(domain::pack::Language::En)),
            )
        }
        Error::Usage(text) => both(text.clone()),
    }
}

fn keys_zh(error: &KeysError) -> &'static str {
    match error {
        KeysError::File(_) => "密钥库文件读写失败；请检查 --keys 指明的文件夹。",
        KeysError::Damaged => "密钥库已损坏，或数据不是由它加密的；请用备份恢复。",
        KeysError::MasterMissing => {
            "没有主密钥；请放回 master.key，或设置环境变量 GUANJIA_MASTER_KEY。"
        }
        KeysError::MasterUnreadable => "主密钥应为 64 位十六进制数字。",
        KeysError::MasterWrong => "主密钥不是这个密钥库的。",
        KeysError::OfAnother => "数据库属于另一个密钥库；请用 --keys 指明原来的那个。",
        KeysError::InUse => "密钥库正在使用；请先停止服务。",
        KeysError::Exists => "已经有密钥库或文件了，没有改动。",
        KeysError::NoRandomness => "本机给不出随机数。",
    }
}

fn store_zh(error: &store::Error) -> String {
    use store::Error as E;
    match error {
        E::NotFound => "没有找到。".into(),
        E::Conflict(_) => "与已有数据冲突；请核对是否重复。".into(),
        E::Stale => "数据已被他人更新；请重试。".into(),
        E::Busy => "数据库正忙；请稍后重试。".into(),
        E::NewerDatabase { found, known } => format!(
            "数据库由更新版本的程序建立（第 {found} 版，本程序只到第 {known} 版）；请换用新程序，数据未动。"
        ),
        E::Unavailable(_) => "数据库中断，结果未知；请查看后用同一幂等键重试。".into(),
        E::Full => "磁盘或数据库已满，什么也没有写入；请腾出空间后重试。".into(),
        E::Unsuitable(why) => format!("数据库设置不合要求：{why}"),
        E::Database(error) => format!("数据库错误：{error}"),
    }
}
