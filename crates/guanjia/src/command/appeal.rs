//! `guanjia appeal`.

use super::{At, acting, taken};
use crate::args::Where;
use crate::output::Done;
use app::Error;
use app::appeal::{self, Contested, Decision};
use app::score::window;
use clap::Subcommand;
use domain::name::Name;

/// What is done with an appeal.
#[derive(Debug, Subcommand)]
pub(crate) enum Appeal {
    /// 对本人考核表上的一项判定提出申诉 (contest a verdict of one's own card)
    #[command(
        after_help = "示例 (example):\n  guanjia appeal file --data ./data --unit WT --as wt-desk --standard scorecard-100 --period 2026-03 --clause A2 --record WX-WT-20260304-0001 --duty send --statement 电话系统中断"
    )]
    File {
        #[command(flatten)]
        at: Where,
        /// 组织单元代码 (the unit in which the record stands)
        #[arg(long, value_name = "CODE")]
        unit: String,
        /// 申诉人的登录名 (who appeals, by login)
        #[arg(long = "as", value_name = "LOGIN")]
        acting: String,
        #[arg(long, value_name = "NAME")]
        standard: String,
        #[arg(long, value_name = "PERIOD")]
        period: String,
        #[arg(long, value_name = "CLAUSE")]
        clause: String,
        /// 单据编号 (the record's number)
        #[arg(long, value_name = "NUMBER")]
        record: String,
        /// 应办；不填则为单据本身或评分 (the duty; none: the record itself, or a mark)
        #[arg(long, value_name = "NAME")]
        duty: Option<String>,
        /// 第几次 (which occurrence of the duty)
        #[arg(long, default_value_t = 1)]
        occurrence: u32,
        #[arg(long, value_name = "TEXT")]
        statement: String,
    },
    /// 不服，报上级一次 (take it to the unit above, once)
    GoOn {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "CODE")]
        unit: String,
        #[arg(long = "as", value_name = "LOGIN")]
        acting: String,
        /// 申诉编号 (the appeal's number)
        #[arg(long, value_name = "NUMBER")]
        appeal: String,
        #[arg(long, value_name = "TEXT")]
        statement: String,
    },
    /// 决定：免责，或维持 (decide: excuse, or not)
    Decide {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "CODE")]
        unit: String,
        #[arg(long = "as", value_name = "LOGIN")]
        acting: String,
        #[arg(long, value_name = "NUMBER")]
        appeal: String,
        /// 准予免责；不加则维持 (the verdict does not count; without it, it stands)
        #[arg(long)]
        excuse: bool,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// Runs it.
pub(crate) fn run(command: Appeal, json: bool) -> Result<Done, Error> {
    match command {
        Appeal::File {
            at,
            unit,
            acting: login,
            standard,
            period,
            clause,
            record,
            duty,
            occurrence,
            statement,
        } => {
            let at = At::open(&at, &unit)?;
            let actor = acting(&at.office, Some(&login))?;
            let contested = Contested {
                unit: at.unit(),
                standard: Name::from(standard),
                window: window(&period)?,
                clause: Name::from(clause),
                record: at.record(&record)?,
                duty: duty.map(|duty| (Name::from(duty), occurrence)),
                statement,
            };
            taken(&appeal::file(&at.office, &actor, &contested)?, json)
        }
        Appeal::GoOn {
            at,
            unit,
            acting: login,
            appeal,
            statement,
        } => {
            let at = At::open(&at, &unit)?;
            let actor = acting(&at.office, Some(&login))?;
            let id = at.record(&appeal)?;
            let done = appeal::go_on(&at.office, &actor, at.unit(), id, &statement)?;
            taken(&done, json)
        }
        Appeal::Decide {
            at,
            unit,
            acting: login,
            appeal,
            excuse,
            reason,
        } => {
            let at = At::open(&at, &unit)?;
            let actor = acting(&at.office, Some(&login))?;
            let id = at.record(&appeal)?;
            let decision = Decision {
                excused: excuse,
                reason,
            };
            let done = appeal::decide(&at.office, &actor, at.unit(), id, &decision)?;
            taken(&done, json)
        }
    }
}
