//! What an import names and the organisation may not have yet: units, teams, members.
//!
//! They are found by what they are called, else added; they stay when an import is undone, because others may use them by then.

use super::{ImportError, Request, Survey};
use crate::access::Actor;
use crate::desk::Desk;
use crate::error::Error;
use crate::import::map::Map;
use crate::import::plan::{TeamKey, UnitKey};
use crate::office::Office;
use crate::unit::NewUnit;
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::pack::model::{Kind, Role};
use domain::record::{By, Command, Via};
use domain::unit::{Level, Unit};
use domain::value::{Data, Value};
use std::collections::{BTreeMap, HashMap};
use store::{Lane, record};

/// Registered in one transaction.
const TOGETHER: usize = 32;
/// Characters of a unit's code, a team's code, a name.
const UNIT_CODE_MAX: usize = 40;

pub(super) struct Registers {
    units: HashMap<UnitKey, UnitId>,
    teams: HashMap<TeamKey, RecordId>,
    members: HashMap<String, RecordId>,
}

impl Registers {
    pub(super) fn unit(&self, key: &UnitKey) -> Option<UnitId> {
        self.units.get(key).copied()
    }
    pub(super) fn team(&self, key: &TeamKey) -> Option<RecordId> {
        self.teams.get(key).copied()
    }
    pub(super) fn member(&self, name: &str) -> Option<RecordId> {
        self.members.get(name).copied()
    }

    /// Finds or adds everything that the files name; says how many units are new.
    pub(super) fn prepare(
        office: &Office,
        actor: &Actor,
        request: &Request<'_>,
        survey: &Survey,
    ) -> Result<(Self, u64), ImportError> {
        let all = office.units()?;
        let root = root(&all, request.under)?;
        let mut added = 0;
        let mut units = HashMap::new();
        let mut codes: Vec<String> = all.iter().map(|unit| unit.code.clone()).collect();
        for key in survey.units.keys() {
            let known = all.iter().find(|unit| {
                unit.level == Level::Project && (unit.name == key.key() || unit.code == key.key())
            });
            let id = match known {
                Some(unit) => unit.id,
                None => {
                    let unit = office.add_unit(actor, new_unit(request.map, root, key, &codes))?;
                    codes.push(unit.code);
                    added += 1;
                    unit.id
                }
            };
            units.insert(key.clone(), id);
        }
        let teams = teams(office, actor, request.map, root, survey)?;
        let members = members(office, actor, request.map, root, survey)?;
        for id in units.values() {
            // Their view of who works above them is older than the teams just registered.
            office.reload(*id)?;
        }
        Ok((
            Self {
                units,
                teams,
                members,
            },
            added,
        ))
    }
}

fn root(units: &[Unit], under: Option<UnitId>) -> Result<UnitId, Error> {
    if let Some(under) = under {
        return Ok(under);
    }
    let companies: Vec<&Unit> = units.iter().filter(|unit| unit.parent.is_none()).collect();
    match companies.as_slice() {
        [company] => Ok(company.id),
        [] => Err(Error::Usage(
            "还没有公司，先运行 guanjia init (there is no company yet: run `guanjia init`)".into(),
        )),
        _ => Err(Error::Usage(
            "有多个公司，请用 --unit 指明导入到哪一个 (several companies: say which with --unit)"
                .into(),
        )),
    }
}

fn new_unit(map: &Map, root: UnitId, key: &UnitKey, taken: &[String]) -> NewUnit {
    let name = match (key, &map.unit.blank) {
        (UnitKey::Unassigned(_), Some(blank)) => blank.title.zh.clone(),
        _ => key.key().to_string(),
    };
    NewUnit {
        level: Level::Project,
        parent: Some(root),
        code: code(key.key(), taken),
        name,
        zone: map.habit.zone.clone(),
        attributes: Default::default(),
    }
}

/// Letters and digits of a name, joined by hyphens; with a number where that is taken.
fn code(name: &str, taken: &[String]) -> String {
    let mut words = String::new();
    for word in name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if !words.is_empty() {
            words.push('-');
        }
        words.push_str(word);
    }
    if words.is_empty() {
        words.push_str("unit");
    }
    let cut = |room: usize| {
        let end = words
            .char_indices()
            .map(|(at, c)| at + c.len_utf8())
            .take_while(|end| *end <= room)
            .last()
            .unwrap_or(0);
        words[..end].trim_end_matches('-').to_string()
    };
    let free = |code: &String| !taken.iter().any(|taken| taken == code);
    let plain = cut(UNIT_CODE_MAX);
    if free(&plain) {
        return plain;
    }
    (2..)
        .map(|number| format!("{}-{number}", cut(UNIT_CODE_MAX - 7)))
        .find(free)
        .unwrap_or(plain)
}

/// A record of a register that is to be there.
struct Wanted<K> {
    key: K,
    source: String,
    data: Data,
}

fn teams(
    office: &Office,
    actor: &Actor,
    map: &Map,
    root: UnitId,
    survey: &Survey,
) -> Result<HashMap<TeamKey, RecordId>, Error> {
    if survey.teams.is_empty() {
        return Ok(HashMap::new());
    }
    let view = office.view(root)?;
    let kind = register(&view.rules.pack.kinds, Role::Team)?;
    let mut known = HashMap::new();
    let mut wanted = Vec::new();
    for team in &survey.teams {
        let alone = survey
            .teams
            .iter()
            .filter(|other| other.name == team.name)
            .count()
            == 1;
        let code = match &team.department {
            Some(department) if !alone => format!("{department}/{}", team.name),
            _ => team.name.clone(),
        };
        if let Some(id) = view.roster.team(&code) {
            known.insert(team.clone(), RecordId::from_uuid(id.uuid()));
            continue;
        }
        let mut data = Data::new();
        data.insert("code".into(), Value::Text(code.clone()));
        data.insert("name".into(), Value::Text(team.name.clone()));
        if let Some(department) = &team.department
            && kind.field("department").is_some()
        {
            data.insert("department".into(), Value::Text(department.clone()));
        }
        wanted.push(Wanted {
            key: team.clone(),
            source: format!("{}:team:{code}", map.source),
            data,
        });
    }
    known.extend(registered(office, actor, root, &kind.name, wanted)?);
    Ok(known)
}

fn members(
    office: &Office,
    actor: &Actor,
    map: &Map,
    root: UnitId,
    survey: &Survey,
) -> Result<HashMap<String, RecordId>, Error> {
    if survey.members.is_empty() {
        return Ok(HashMap::new());
    }
    let view = office.view(root)?;
    let kind = register(&view.rules.pack.kinds, Role::Member)?;
    let wanted = survey
        .members
        .iter()
        .map(|name| Wanted {
            key: name.clone(),
            source: format!("{}:member:{name}", map.source),
            data: Data::from([("name".into(), Value::Text(name.clone()))]),
        })
        .collect();
    registered(office, actor, root, &kind.name, wanted)
}

fn register(kinds: &BTreeMap<Name, Kind>, role: Role) -> Result<&Kind, Error> {
    kinds
        .values()
        .find(|kind| kind.role == Some(role))
        .ok_or_else(|| {
            Error::Usage(format!(
                "规则包没有登记 {role:?} 的单据类型 (the pack has no register of {role:?})"
            ))
        })
}

/// Finds records by the source's id and opens those that are not there.
fn registered<K: Clone + Eq + std::hash::Hash + Send + Sync + 'static>(
    office: &Office,
    actor: &Actor,
    unit: UnitId,
    kind: &Name,
    wanted: Vec<Wanted<K>>,
) -> Result<HashMap<K, RecordId>, Error> {
    let mut found = HashMap::new();
    let mut wanted = wanted.into_iter().peekable();
    while wanted.peek().is_some() {
        let some: Vec<Wanted<K>> = wanted.by_ref().take(TOGETHER).collect();
        let kind = kind.clone();
        found.extend(office.at(actor, unit, Lane::Bulk, move |desk| {
            some.iter()
                .map(|wanted| one(desk, unit, &kind, wanted))
                .collect::<Result<Vec<_>, _>>()
        })?);
    }
    Ok(found)
}

fn one<K: Clone>(
    desk: &mut Desk<'_, '_>,
    unit: UnitId,
    kind: &Name,
    wanted: &Wanted<K>,
) -> Result<(K, RecordId), Error> {
    if let Some(id) = record::by_source(desk.tx, unit, &wanted.source)? {
        return Ok((wanted.key.clone(), id));
    }
    let mut command = Command::new("open", By::System);
    command.via = Via::Import;
    command.source = Some(wanted.source.clone());
    command.data = wanted.data.clone();
    let taken = desk.open(kind, None, &command)?;
    Ok((wanted.key.clone(), taken.record.id))
}
