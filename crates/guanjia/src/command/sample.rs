//! `guanjia sample`.

use super::{At, acting, operator, taken};
use crate::args::Where;
use crate::output::{Done, json_line, line};
use app::Error;
use app::sample::{self, Listing};
use app::score::window;
use clap::Subcommand;
use domain::name::Name;
use serde_json::json;

/// What is done with a sample.
#[derive(Debug, Subcommand)]
pub(crate) enum Sample {
    /// 列出总体并记下其根；尚未抽取 (list the population and enter its root)
    #[command(
        after_help = "示例 (example):\n  guanjia sample list --data ./data --unit WT --standard scorecard-100 --period 2026-03 --kind repair --size 5"
    )]
    List {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "CODE")]
        unit: String,
        #[arg(long = "as", value_name = "LOGIN")]
        acting: Option<String>,
        #[arg(long, value_name = "NAME")]
        standard: String,
        #[arg(long, value_name = "PERIOD")]
        period: String,
        /// 抽哪种单据 (the kind to draw from)
        #[arg(long, value_name = "KIND")]
        kind: String,
        /// 条件，写法同规则包 (a condition on it, as packs write them)
        #[arg(long, value_name = "CONDITION")]
        when: Option<String>,
        /// 抽取数 (how many)
        #[arg(long, value_name = "N")]
        size: u32,
        /// 再次抽样的理由 (why there is a further draw)
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// 输入数字：先一人，再另一人输同一数字，随即抽取 (type the number: one person, then another; then it is drawn)
    Number {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "CODE")]
        unit: String,
        #[arg(long = "as", value_name = "LOGIN")]
        acting: String,
        /// 抽样编号 (the sample's number)
        #[arg(long, value_name = "NUMBER")]
        sample: String,
        number: u64,
    },
    /// 由总体与数字重算抽取结果，不写入 (compute the draw again from what the sample states; writes nothing)
    Repeat {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "CODE")]
        unit: String,
        #[arg(long, value_name = "NUMBER")]
        sample: String,
        number: u64,
    },
}

/// Runs it.
pub(crate) fn run(command: Sample, json: bool) -> Result<Done, Error> {
    match command {
        Sample::List {
            at,
            unit,
            acting: login,
            standard,
            period,
            kind,
            when,
            size,
            reason,
        } => {
            let at = At::open(&at, &unit)?;
            let actor = acting(&at.office, login.as_deref())?;
            let listing = Listing {
                unit: at.unit(),
                standard: Name::from(standard),
                window: window(&period)?,
                kind: Name::from(kind),
                when,
                size,
                reason,
            };
            taken(&sample::list(&at.office, &actor, &listing)?, json)
        }
        Sample::Number {
            at,
            unit,
            acting: login,
            sample,
            number,
        } => {
            let at = At::open(&at, &unit)?;
            let actor = acting(&at.office, Some(&login))?;
            let id = at.record(&sample)?;
            let done = sample::number(&at.office, &actor, at.unit(), id, number)?;
            taken(&done, json)
        }
        Sample::Repeat {
            at,
            unit,
            sample,
            number,
        } => {
            let at = At::open(&at, &unit)?;
            let id = at.record(&sample)?;
            let drawn = sample::repeated(&at.office, &operator(), at.unit(), id, number)?;
            if json {
                json_line(&json!({"seed": drawn.seed, "drawn": drawn.ids}))?;
            } else {
                line(&format!("种子 (seed)：{}", drawn.seed))?;
                for id in &drawn.ids {
                    line(&format!("  {id}"))?;
                }
            }
            Ok(Done::Well)
        }
    }
}
