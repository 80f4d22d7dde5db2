//! `guanjia simulate`: a company that is made up, in a database of its own.

use super::data::{accounts_json, tell_accounts};
use super::{instant, office_with, operator};
use crate::args::Where;
use crate::output::{Done, json_line, line};
use app::account::Demo;
use app::simulation::{Size, simulate};
use app::{Clock, Error, Office, pack};
use domain::unit::Level;
use serde_json::json;
use std::fs;
use std::time::Instant;
use store::Options;

pub(crate) struct Simulate<'a> {
    pub(crate) at: &'a Where,
    pub(crate) pack: &'a str,
    pub(crate) projects: u16,
    pub(crate) months: u16,
    pub(crate) seed: u64,
    pub(crate) until: Option<&'a str>,
    pub(crate) accounts: bool,
    pub(crate) json: bool,
}

impl Simulate<'_> {
    pub(crate) fn run(&self) -> Result<Done, Error> {
        if let Some(folder) = &self.at.data {
            fs::create_dir_all(folder).map_err(|source| Error::File {
                path: folder.display().to_string(),
                source,
            })?;
        }
        let until = self
            .until
            .map_or_else(|| Ok(Clock::system().now()), instant)?;
        let sources = pack::sources(self.pack)?;
        let clock = Clock::standing_at(until);
        // What a power cut takes is made up again.
        let options = Options {
            durable: false,
            ..Options::default()
        };
        let mut office = office_with(self.at, clock.clone(), &options)?;
        if !office.units()?.is_empty() {
            return Err(Error::Usage(
                "这里已经有数据了；请换一个空的数据文件夹 (there are data already: choose an empty folder)".into(),
            ));
        }
        if let Some(keys) = super::keys::for_init(self.at)? {
            office = office.with_keys(keys)?;
        }
        office.activate(&operator(), sources)?;
        let began = Instant::now();
        let size = Size {
            projects: usize::from(self.projects),
            months: u32::from(self.months),
            seed: self.seed,
            until,
        };
        let done = simulate(&office, &clock, self.pack, &size)?;
        let seconds = began.elapsed().as_secs_f64();
        let steps = done.steps + done.system_steps + done.opened;
        // Lossless for any count of steps that a machine can take.
        #[expect(clippy::cast_precision_loss, reason = "told to a reader, never kept")]
        let rate = steps as f64 / seconds.max(0.001);
        let refused: u64 = done.refused.values().sum();
        let accounts = match self.accounts {
            true => Some(accounts(&office)?),
            false => None,
        };
        if self.json {
            let mut told = serde_json::to_value(&done).unwrap_or_default();
            told["seconds"] = json!(seconds);
            told["steps_per_second"] = json!(rate);
            told["demo"] = json!(accounts.as_ref().map(accounts_json));
            return json_line(&told).map(|()| Done::Well);
        }
        line(&format!(
            "{} 个项目、{} 名员工、{} 处房屋，{} 天：{steps} 个步骤，{seconds:.1} 秒，每秒 {rate:.0} 个 ({} projects, {} members, {} places, {} days: {steps} steps in {seconds:.1} s, {rate:.0} a second)",
            done.projects,
            done.members,
            done.places,
            done.days,
            done.projects,
            done.members,
            done.places,
            done.days,
        ))?;
        if let Some(accounts) = &accounts {
            tell_accounts(accounts)?;
        }
        if refused > 0 {
            line(&format!("规则拒绝 {refused} 次 (refused {refused} times):"))?;
            for (what, times) in &done.refused {
                line(&format!("  {times} × {what}"))?;
            }
        }
        Ok(Done::Well)
    }
}

/// Accounts for everybody; told are those of the first project and of what is above it, since the others are called alike.
fn accounts(office: &Office) -> Result<Demo, Error> {
    let mut demo = office.demo_accounts(&operator())?;
    let units = office.units()?;
    let projects = || units.iter().filter(|unit| unit.level == Level::Project);
    // Ids grow with time.
    let first = projects().map(|unit| unit.id).min();
    let others: Vec<&str> = projects()
        .filter(|unit| Some(unit.id) != first)
        .map(|unit| unit.code.as_str())
        .collect();
    demo.accounts
        .retain(|one| !others.contains(&one.unit.as_str()));
    Ok(demo)
}
