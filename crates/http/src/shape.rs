//! Shapes that several answers share. Instants are RFC 3339 in the unit's zone, with microseconds.

use app::people::People;
use domain::holder::Holder;
use domain::id::{HolderId, MemberId};
use domain::name::Name;
use domain::pack::model::Kind;
use domain::record::By;
use domain::time::{Instant, Moment, Zone};
use domain::value::Value;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

/// A text of the interface in both languages.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Text {
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl From<&domain::name::Text> for Text {
    fn from(text: &domain::name::Text) -> Self {
        Self {
            zh: text.zh.clone(),
            en: text.en.clone(),
        }
    }
}

/// A member or a team.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Person {
    /// UUID.
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// A member's login, a team's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) login: Option<String>,
}

impl Person {
    pub(crate) fn of(id: HolderId, people: &People) -> Self {
        let person = people.get(id);
        Self {
            id: id.to_string(),
            name: person.map(|person| person.name.clone()),
            login: person.and_then(|person| person.login.clone()),
        }
    }
    pub(crate) fn member(id: MemberId, people: &People) -> Self {
        Self::of(id.into(), people)
    }
}

/// Who holds a duty.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub(crate) enum HeldBy {
    Member(Person),
    Team(Person),
    /// Whoever of the post acts first.
    Pool {
        post: String,
    },
    Unit,
}

impl HeldBy {
    pub(crate) fn of(holder: &Holder, people: &People) -> Self {
        match holder {
            Holder::Member(id) => Self::Member(Person::of((*id).into(), people)),
            Holder::Team(id) => Self::Team(Person::of((*id).into(), people)),
            Holder::Pool { post } => Self::Pool {
                post: post.to_string(),
            },
            Holder::Unit => Self::Unit,
        }
    }
}

/// Who did something.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub(crate) enum DoneBy {
    Member(Person),
    /// A customer, by the record that registers the party.
    Party {
        id: String,
    },
    System,
    /// Whoever runs the program on its own machine.
    Operator {
        name: String,
    },
    /// Somebody whom only the source of an import names.
    Source {
        name: String,
    },
}

impl DoneBy {
    pub(crate) fn of(by: &By, people: &People) -> Self {
        match by {
            By::Member(id) => Self::Member(Person::member(*id, people)),
            By::Party(id) => Self::Party { id: id.to_string() },
            By::System => Self::System,
            By::Operator(name) => Self::Operator { name: name.clone() },
            By::Source(name) => Self::Source { name: name.clone() },
        }
    }
}

pub(crate) fn at(instant: Instant, zone: &Zone) -> String {
    instant.in_zone(zone)
}

pub(crate) fn moment(moment: Moment, zone: &Zone) -> String {
    match moment {
        Moment::At(at) => at.in_zone(zone),
        Moment::On(day) => day.to_string(),
    }
}

/// What fields hold, as `app` shows it to the caller; member and team fields stay ids.
pub(crate) fn data(kind: &Kind, data: &domain::value::Data) -> Map<String, Json> {
    data.iter()
        .filter(|(name, _)| kind.field(name.as_str()).is_some())
        .map(|(name, value)| (name.to_string(), json(value.clone())))
        .collect()
}

pub(crate) fn json(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(value),
        Value::Int(value) => Json::from(value),
        Value::Text(value) => Json::String(value),
        // Shown to nobody.
        Value::Sealed(_) => Json::String("****".into()),
        Value::List(list) => Json::Array(list.into_iter().map(json).collect()),
    }
}

pub(crate) fn names(names: &[Name]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}
