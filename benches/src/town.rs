//! What the figures are taken on: a company with projects as they are, under the shipped pack, opened through the ordinary steps.
//!
//! Every project has a desk, stewards with grids, an engineering team, homes and a party in each home. Nothing here is random: the same
//! numbers make the same database.

use crate::place::Home;
use anyhow::{Context, Result};
use app::access::Came;
use app::unit::NewUnit;
use app::{Actor, Clock, Office};
use domain::id::{MemberId, RecordId, UnitId};
use domain::name::Name;
use domain::record::{By, Command, Record};
use domain::time::{Instant, Zone};
use domain::unit::{Attributes, Level};
use domain::value::{Data, Value};
use std::collections::BTreeMap;
use std::ops::Range;
use store::{Lane, Options, Store};

/// Tuesday 10 March 2026, 9:00 in Shanghai, when the town is built.
const BUILT: i64 = BEGINS - 3_600_000_000;
/// An hour later, so that no id of the bench is one of the town.
pub(crate) const BEGINS: i64 = 1_773_108_000_000_000;
/// Openings come so far apart in the time of the bench, in microseconds.
const APART: i64 = 250_000;
/// Records opened in one transaction while the town is built.
const BATCH: usize = 200;
/// Who take down parties at the same time.
const CALLERS: usize = 32;

/// One project with those who appear in its work.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) unit: UnitId,
    pub(crate) desk: MemberId,
    pub(crate) engineers: Vec<MemberId>,
    /// A home and who lives there.
    pub(crate) homes: Vec<(RecordId, RecordId)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Town {
    pub(crate) projects: Vec<Project>,
}

/// An office over a database, with the clock that the bench sets.
pub(crate) fn office(home: &Home, options: &Options) -> Result<(Office, Clock)> {
    let clock = Clock::standing_at(Instant::from_micros(BEGINS));
    let office = Office::of(Store::open(home.location(), options)?, clock.clone());
    Ok((office.with_keys(home.keys()?)?, clock))
}

fn texts(pairs: &[(&str, &str)]) -> Data {
    pairs
        .iter()
        .map(|(name, text)| (Name::from(*name), Value::from(*text)))
        .collect()
}

impl Town {
    /// Builds a town in an empty database.
    pub(crate) fn build(
        (office, clock): &(Office, Clock),
        projects: usize,
        homes: usize,
    ) -> Result<Self> {
        clock.set(Instant::from_micros(BUILT));
        office.activate(&Actor::system(), app::pack::sources("residential-cn")?)?;
        let zone = Zone::named("Asia/Shanghai").context("the zone")?;
        let add = |level, parent, code: &str| {
            office.add_unit(
                &Actor::system(),
                NewUnit {
                    level,
                    parent,
                    code: code.to_owned(),
                    name: code.to_owned(),
                    zone: zone.clone(),
                    attributes: Attributes::default(),
                },
            )
        };
        let company = add(Level::Company, None, "CO")?.id;
        let mut built = Vec::new();
        for number in 0..projects {
            let code = format!("P{number:02}");
            let unit = add(Level::Project, Some(company), &code)?.id;
            built.push(project(office, unit, &code, homes)?);
        }
        Ok(Self { projects: built })
    }
}

fn project(office: &Office, unit: UnitId, code: &str, homes: usize) -> Result<Project> {
    let open = |kind: &str, data: Data, links: &[(&str, RecordId)]| {
        let mut command = Command::new("open", By::System);
        command.data = data;
        command.links = links
            .iter()
            .map(|(name, id)| (Name::from(*name), *id))
            .collect();
        Ok::<_, anyhow::Error>(
            office
                .open_record(&Actor::giving(unit, &command), unit, kind, None, command)?
                .record
                .id,
        )
    };
    open(
        "team",
        texts(&[("code", "engineering"), ("name", "工程班")]),
        &[],
    )?;
    let post = |name: &str, post: &str, more: &[(&str, &str)]| {
        let member = open("member", texts(&[("name", name)]), &[])?;
        let mut data = texts(&[("post", post), ("from", "2026-01-05")]);
        data.extend(texts(more));
        open("posting", data, &[("member", member)])?;
        Ok::<_, anyhow::Error>(MemberId::from(member))
    };
    post("经理", "manager", &[])?;
    post("组长", "team-lead", &[])?;
    let desk = post("前台", "front-desk", &[])?;
    for grid in ["1", "2", "3"] {
        post("管家", "steward", &[("grid", &format!("{code}-G{grid}"))])?;
    }
    post("工程主管", "engineering-lead", &[("team", "engineering")])?;
    let engineers = (0..6)
        .map(|_| post("工程师", "engineer", &[("team", "engineering")]))
        .collect::<Result<_>>()?;
    let mut built = Vec::new();
    for from in (0..homes).step_by(BATCH) {
        let code = code.to_owned();
        let more = office.at(&Actor::system(), unit, Lane::Bulk, move |desk| {
            let mut opened = Vec::new();
            for number in from..homes.min(from + BATCH) {
                let (building, floor, room) =
                    (number / 120 + 1, number / 4 % 30 + 1, number % 4 + 1);
                let mut command = Command::new("open", By::System);
                command.data = texts(&[
                    ("code", &format!("{building}-1-{floor}0{room}")),
                    ("building", &building.to_string()),
                    ("entrance", "1"),
                    ("room", &format!("{floor}0{room}")),
                    ("grid", &format!("{code}-G{}", number % 3 + 1)),
                ]);
                opened.push(desk.open(&Name::from("home"), None, &command)?.record.id);
            }
            Ok(opened)
        })?;
        built.extend(more);
    }
    let numbered: Vec<_> = built.into_iter().enumerate().collect();
    let homes = by_callers(&numbered, |(number, home)| {
        let data = texts(&[
            ("display", "陈先生"),
            ("relation", "owner"),
            ("phone", &format!("138{number:08}")),
        ]);
        Ok((*home, open("party", data, &[("home", *home)])?))
    })?;
    Ok(Project {
        unit,
        desk,
        engineers,
        homes,
    })
}

/// Works on each by callers at the same time: what is private is sealed before its turn, and many at once share a commit.
fn by_callers<T: Sync, U: Send>(
    all: &[T],
    work: impl Fn(&T) -> Result<U> + Sync,
) -> Result<Vec<U>> {
    let share = all.len().div_ceil(CALLERS).max(1);
    let work = &work;
    let done: Vec<Result<Vec<U>>> = std::thread::scope(|scope| {
        let callers: Vec<_> = all
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().map(work).collect()))
            .collect();
        let joined = callers.into_iter().map(|caller| caller.join());
        joined
            .map(|done| done.unwrap_or_else(|_| Err(anyhow::anyhow!("a caller panicked"))))
            .collect()
    });
    Ok(done
        .into_iter()
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

impl Project {
    /// Opens its repairs of these numbers, in their order.
    pub(crate) fn open(&self, office: &Office, numbers: Range<usize>) -> Result<Vec<Record>> {
        let actor = Actor::member(self.desk, Came::Password);
        let numbers: Vec<_> = numbers.collect();
        by_callers(&numbers, |number| {
            let command = self.repair(*number);
            Ok(office
                .open_record(&actor, self.unit, "repair", None, command)?
                .record)
        })
    }

    /// The `number`th repair of the day at this desk: a filled-in form, a home and its party. One in ten is urgent, one in ten has an
    /// appointment, one in twenty comes of a complaint, as the demo has it.
    pub(crate) fn repair(&self, number: usize) -> Command {
        let subjects = ["water", "electric", "door-window", "heating", "other"];
        let faults = [
            "厨房水槽下水管渗水，地面有积水，业主已关闭角阀",
            "客厅照明回路跳闸，合闸后十分钟再次跳开",
            "入户门锁芯卡滞，钥匙转动困难，请带备用锁芯",
            "主卧地暖不热，分水器一路温度明显偏低",
            "阳台纱窗滑轮脱落，推拉时掉出轨道",
        ];
        // Neighbouring calls come from homes that are far apart.
        let at = number.wrapping_mul(7919) % self.homes.len().max(1);
        let (home, party) = self.homes[at];
        let mut command = Command::new("open", By::Member(self.desk));
        command.data = texts(&[
            (
                "urgency",
                if number % 10 == 3 { "urgent" } else { "normal" },
            ),
            ("scope", "home"),
            ("place", "室内"),
            ("subject", subjects[number % subjects.len()]),
            ("fault", faults[number % faults.len()]),
            (
                "origin",
                if number % 20 == 7 {
                    "complaint"
                } else {
                    "request"
                },
            ),
            ("channel", "phone"),
            ("contact", "陈先生"),
            ("phone", &format!("138{at:08}")),
        ]);
        if number % 10 == 5 {
            command.data.insert(
                Name::from("appointment"),
                Instant::from_micros(BEGINS + 86_400_000_000)
                    .to_string()
                    .as_str()
                    .into(),
            );
        }
        command.links =
            BTreeMap::from([(Name::from("home"), home), (Name::from("reporter"), party)]);
        command.key = Some(format!("{}-{number}", self.unit));
        command
    }
}

/// When the `number`th opening happens.
pub(crate) fn time_of(number: usize) -> Instant {
    Instant::from_micros(BEGINS + i64::try_from(number).unwrap_or(0) * APART)
}
