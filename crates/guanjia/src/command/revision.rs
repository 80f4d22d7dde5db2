//! `guanjia revision`.

use super::{At, acting, taken};
use crate::args::Where;
use crate::output::Done;
use app::{Error, seal};
use clap::Subcommand;

/// What is done with a sealed card that evidence arrived for.
#[derive(Debug, Subcommand)]
pub(crate) enum Revision {
    /// 封存后另有证据：提出修订 (propose a revision of a sealed card)
    Propose {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "CODE")]
        unit: String,
        /// 考核表编号 (the sealed card's number)
        #[arg(long, value_name = "NUMBER")]
        card: String,
        /// 提出人的登录名；不填为本机操作员 (who proposes it; the operator of the machine if not said)
        #[arg(long = "as", value_name = "LOGIN")]
        acting: Option<String>,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// 同意修订，或不予修订；须为封存与提出之外的人 (decide on it, by neither who sealed nor who proposed it)
    Decide {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "CODE")]
        unit: String,
        #[arg(long, value_name = "NUMBER")]
        card: String,
        #[arg(long = "as", value_name = "LOGIN")]
        acting: String,
        /// 同意；不加则不予修订 (agree; without it, refuse)
        #[arg(long)]
        agree: bool,
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// Runs it.
pub(crate) fn run(command: Revision, json: bool) -> Result<Done, Error> {
    match command {
        Revision::Propose {
            at,
            unit,
            card,
            acting: login,
            reason,
        } => {
            let at = At::open(&at, &unit)?;
            let actor = acting(&at.office, login.as_deref())?;
            let card = at.record(&card)?;
            let done = seal::propose(&at.office, &actor, at.unit(), card, &reason)?;
            taken(&done, json)
        }
        Revision::Decide {
            at,
            unit,
            card,
            acting: login,
            agree,
            reason,
        } => {
            let at = At::open(&at, &unit)?;
            let actor = acting(&at.office, Some(&login))?;
            let card = at.record(&card)?;
            let done = seal::decide(&at.office, &actor, at.unit(), card, agree, &reason)?;
            taken(&done, json)
        }
    }
}
