//! `guanjia organisation`: the whole organisation from a workbook, and into one.

use super::{open, operator, unit_of};
use crate::args::Where;
use crate::output::{Done, json_line, line};
use app::Error;
use app::organisation::{Count, Report, Source};
use clap::Subcommand;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Refused and changed rows that a terminal shows of each.
const SHOWN: usize = 40;

#[derive(Debug, Subcommand)]
pub(crate) enum Organisation {
    /// 写出空白工作簿：表头、示例行、可填的值 (an empty workbook: headings, an example row each, what may be filled in)
    Template {
        #[command(flatten)]
        at: Where,
        /// 写入文件 (the file)
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
    /// 导入工作簿或单张表（CSV）：新的登记，不同的更改，其余不动 (take a workbook or single sheets in)
    #[command(
        after_help = "示例 (examples):\n  guanjia organisation import --data ./data 组织.xlsx --dry-run\n  guanjia organisation import --data ./data 员工.csv 任职.csv\nCSV 以文件名为表名 (a CSV file is the sheet that it is named after)"
    )]
    Import {
        #[command(flatten)]
        at: Where,
        /// 只检查，不写入 (check and count, write nothing)
        #[arg(long)]
        dry_run: bool,
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// 写出现有组织，同一格式；再导入不改变什么 (write the organisation as it is; taking it in again changes nothing)
    Export {
        #[command(flatten)]
        at: Where,
        /// 只写这个单位及其以下 (of this unit and those below it)
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
        /// 写入文件 (the file)
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

pub(crate) fn run(command: Organisation, json: bool) -> Result<Done, Error> {
    match command {
        Organisation::Template { at, output } => {
            let office = open(&at)?;
            written(&output, json, |out| office.organisation_template(out))
        }
        Organisation::Export { at, unit, output } => {
            let office = open(&at)?;
            let unit = unit_of(&office, unit.as_deref())?;
            written(&output, json, |out| {
                office.export_organisation(&operator(), unit, out)
            })
        }
        Organisation::Import { at, dry_run, files } => {
            let office = open(&at)?;
            let sources: Vec<Source> = files.into_iter().map(Source::of).collect();
            let report = office.import_organisation(&operator(), &sources, dry_run)?;
            if json {
                json_line(&shown(&report))?;
            } else {
                say(&report)?;
            }
            Ok(if report.total().refused == 0 {
                Done::Well
            } else {
                Done::Differences
            })
        }
    }
}

fn written(
    path: &Path,
    json: bool,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), Error>,
) -> Result<Done, Error> {
    let failed = |source| Error::File {
        path: path.display().to_string(),
        source,
    };
    let mut out = BufWriter::new(File::create(path).map_err(failed)?);
    write(&mut out)?;
    out.flush().map_err(failed)?;
    let path = path.display().to_string();
    if json {
        json_line(&json!({"file": path}))?;
    } else {
        line(&format!("已写入 {path} (written)"))?;
    }
    Ok(Done::Well)
}

fn counted(count: &Count) -> Value {
    json!({
        "sheet": count.sheet, "rows": count.rows, "added": count.added, "changed": count.changed,
        "already": count.already, "refused": count.refused,
    })
}

fn shown(report: &Report) -> Value {
    let refused: Vec<Value> = report
        .refused
        .iter()
        .map(|it| {
            json!({
                "sheet": it.sheet, "line": it.refusal.line, "column": it.refusal.column, "value": it.refusal.value,
                "code": it.refusal.code, "zh": it.refusal.reason.zh, "en": it.refusal.reason.en,
            })
        })
        .collect();
    let changed: Vec<Value> = report
        .changed
        .iter()
        .map(|it| {
            let steps: Vec<&str> = it.steps.iter().map(|step| step.zh.as_str()).collect();
            json!({"sheet": it.sheet, "line": it.line, "columns": it.columns, "steps": steps, "from": it.from})
        })
        .collect();
    let total = report.total();
    json!({
        "dry_run": report.is_dry, "rows": total.rows, "added": total.added, "changed": total.changed,
        "already": total.already, "refused": total.refused,
        "sheets": report.sheets.iter().map(counted).collect::<Vec<_>>(),
        "refusals": refused, "changes": changed,
    })
}

fn say(report: &Report) -> Result<(), Error> {
    for it in report.changed.iter().take(SHOWN) {
        let steps: Vec<&str> = it.steps.iter().map(|step| step.zh.as_str()).collect();
        line(&format!(
            "{} 第 {} 行：{} [{}] 自 {} 起",
            it.sheet,
            it.line,
            steps.join("、"),
            it.columns.join("、"),
            it.from
        ))?;
    }
    for it in report.refused.iter().take(SHOWN) {
        let refusal = &it.refusal;
        line(&format!(
            "{} 第 {} 行 {}“{}”：{} ({}: {})",
            it.sheet,
            refusal.line,
            refusal.column.as_deref().unwrap_or_default(),
            refusal.value,
            refusal.reason.zh,
            refusal.code,
            refusal.reason.en
        ))?;
    }
    let more =
        report.refused.len().saturating_sub(SHOWN) + report.changed.len().saturating_sub(SHOWN);
    if more > 0 {
        line(&format!(
            "……还有 {more} 行，见 --json ({more} more, with --json)"
        ))?;
    }
    for count in &report.sheets {
        line(&said(&count.sheet, count))?;
    }
    let (zh, en) = if report.is_dry {
        ("合计（未写入）", "nothing was written")
    } else {
        ("合计", "in all")
    };
    line(&said(&format!("{zh} ({en})"), &report.total()))
}

fn said(what: &str, count: &Count) -> String {
    format!(
        "{what}：行数 {} = 新增 {} + 更改 {} + 已有 {} + 退回 {} (rows = added + changed + already + refused)",
        count.rows, count.added, count.changed, count.already, count.refused
    )
}
