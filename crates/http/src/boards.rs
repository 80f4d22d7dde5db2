//! What can be read: health, units, open records, a record's journal, scorecards.

use crate::State;
use crate::problem::Problem;
use app::export::Names;
use app::score::{Asked, score, window};
use app::{Error, Office};
use axum::Json;
use axum::extract::{Path, Query, State as Given};
use domain::name::Name;
use serde::Deserialize;
use serde_json::{Value, json};

/// Runs a use-case on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    office: Office,
    work: impl FnOnce(&Office) -> Result<T, Error> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(move || work(&office)).await {
        Ok(done) => done.map_err(Problem::from),
        Err(_) => Err(Problem::from(Error::Usage("interrupted".into()))),
    }
}

/// Whoever has the key of this run.
pub(crate) fn operator() -> app::Actor {
    app::Actor::operator("serve")
}

pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready once the database answers.
pub(crate) async fn readyz(Given(state): Given<State>) -> Result<&'static str, Problem> {
    blocking(state.office, |office| office.units())
        .await
        .map(|_| "ready\n")
}

pub(crate) async fn units(Given(state): Given<State>) -> Result<Json<Value>, Problem> {
    let units = blocking(state.office, |office| office.units()).await?;
    let shown: Vec<Value> = units
        .iter()
        .map(|unit| {
            let parent = unit.parent.and_then(|parent| units.iter().find(|unit| unit.id == parent)).map(|unit| &unit.code);
            json!({"code": unit.code, "name": unit.name, "level": unit.level.as_str(), "parent": parent, "zone": unit.zone.name()})
        })
        .collect();
    Ok(Json(json!({"units": shown})))
}

#[derive(Deserialize)]
pub(crate) struct Listed {
    kind: Option<String>,
    state: Option<String>,
    limit: Option<i64>,
}

pub(crate) async fn records(
    Given(state): Given<State>,
    Path(unit): Path<String>,
    Query(asked): Query<Listed>,
) -> Result<Json<Value>, Problem> {
    let shown = blocking(state.office, move |office| {
        app::board::open_records(
            office,
            &operator(),
            &unit,
            asked.kind.map(Name::from),
            asked.state.map(Name::from),
            asked.limit.unwrap_or(50).clamp(1, 200),
        )
    })
    .await?;
    Ok(Json(json!({"records": shown})))
}

pub(crate) async fn journal(
    Given(state): Given<State>,
    Path((unit, number)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    let shown = blocking(state.office, move |office| {
        app::board::journal(office, &operator(), &unit, &number)
    })
    .await?;
    Ok(Json(json!({"entries": shown})))
}

#[derive(Deserialize)]
pub(crate) struct Scored {
    standard: String,
    period: String,
    unit: Option<String>,
    member: Option<String>,
}

pub(crate) async fn scorecards(
    Given(state): Given<State>,
    Query(asked): Query<Scored>,
) -> Result<Json<Value>, Problem> {
    let cards = blocking(state.office, move |office| {
        let unit = asked
            .unit
            .map(|code| office.unit(&code))
            .transpose()?
            .map(|unit| unit.id);
        let holder = match asked.member {
            Some(name) => Some(Names::load(office)?.find(&name).ok_or(Error::NotFound)?),
            None => None,
        };
        let asked = Asked {
            standard: Name::from(asked.standard),
            window: window(&asked.period)?,
            unit,
            holder,
            as_of: office.clock().now(),
            explain: holder.is_some(),
        };
        score(office, &operator(), &asked)
    })
    .await?;
    Ok(Json(json!({"cards": cards})))
}
