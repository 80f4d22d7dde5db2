//! Units: the tree of company, regions and projects, and how much is open in each.

use crate::State;
use crate::actor::Actor;
use crate::ask::{blocking, reading};
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use axum::extract::{Path, State as Given};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(counts))
}

/// A company, region or project.
#[derive(Debug, Serialize, ToSchema)]
struct Unit {
    id: String,
    /// What addresses name it by.
    #[schema(example = "WT")]
    code: String,
    name: String,
    /// `company`, `region` or `project`.
    level: &'static str,
    /// The code of the unit above.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    #[schema(example = "Asia/Shanghai")]
    zone: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Units {
    units: Vec<Unit>,
}

/// All units within reach, parents before children.
#[utoipa::path(get, path = "/api/units", tag = "units", operation_id = "list_units", responses(
    (status = 200, body = Units),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn list(actor: Actor, Given(state): Given<State>) -> Result<Json<Units>, Problem> {
    let units = reading(state.office, move |office| office.units_of(&actor.0)).await?;
    let shown = units
        .iter()
        .map(|unit| Unit {
            id: unit.id.to_string(),
            code: unit.code.clone(),
            name: unit.name.clone(),
            level: unit.level.as_str(),
            parent: unit.parent.and_then(|parent| {
                let above = units.iter().find(|unit| unit.id == parent)?;
                Some(above.code.clone())
            }),
            zone: unit.zone.name().to_owned(),
        })
        .collect();
    Ok(Json(Units { units: shown }))
}

/// Open records of one kind in one state.
#[derive(Debug, Serialize, ToSchema)]
struct Count {
    kind: String,
    state: String,
    records: i64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Counts {
    counts: Vec<Count>,
}

/// How many records are open, by kind and state.
#[utoipa::path(get, path = "/api/units/{unit}/counts", tag = "units", operation_id = "count_records",
    params(("unit" = String, Path, description = "Code of the unit")),
    responses((status = 200, body = Counts), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn counts(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
) -> Result<Json<Counts>, Problem> {
    let counts = blocking(state.office, move |office| {
        app::records::counts(office, &actor.0, &unit)
    })
    .await?;
    let counts = counts
        .into_iter()
        .map(|(kind, state, records)| Count {
            kind: kind.to_string(),
            state: state.to_string(),
            records,
        })
        .collect();
    Ok(Json(Counts { counts }))
}
