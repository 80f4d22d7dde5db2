//! `GET /api/units/{unit}/records/{record}/clocks`: how each due time was computed, and with whom the matter was meanwhile.

use super::read::{DutyToDo, to_do};
use crate::State;
use crate::actor::Actor;
use crate::ask::reading;
use crate::problem::{Problem, ProblemBody};
use crate::shape::{Text, at};
use axum::Json;
use axum::extract::{Path, State as Given};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(clocks))
}

/// A time during which the matter was in one state.
#[derive(Debug, Serialize, ToSchema)]
struct Stretch {
    state: String,
    /// Who held it, by the pack.
    #[serde(skip_serializing_if = "Option::is_none")]
    with: Option<String>,
    /// What it waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<String>,
    from: String,
    /// Absent: it still is.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    seconds: i64,
}

/// A clock with its computation, line by line.
#[derive(Debug, Serialize, ToSchema)]
struct Clock {
    duty: DutyToDo,
    lines: Vec<Text>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Clocks {
    stretches: Vec<Stretch>,
    clocks: Vec<Clock>,
    as_of: String,
}

/// The clocks of a record.
#[utoipa::path(get, path = "/api/units/{unit}/records/{record}/clocks", tag = "records", operation_id = "read_clocks",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("record" = String, Path, description = "Id or number of the record"),
    ),
    responses((status = 200, body = Clocks), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn clocks(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record)): Path<(String, String)>,
) -> Result<Json<Clocks>, Problem> {
    let found = reading(state.office, move |office| {
        app::records::clocks(office, &actor.0, &unit, &record)
    })
    .await?;
    let view = &found.view;
    let zone = &view.unit.zone;
    let kind = view
        .rules
        .pack
        .kinds
        .get(&found.kind)
        .ok_or_else(Problem::not_found)?;
    Ok(Json(Clocks {
        stretches: found
            .stretches
            .iter()
            .map(|stretch| Stretch {
                state: stretch.state.to_string(),
                with: stretch.with.as_ref().map(ToString::to_string),
                waits: stretch.waits.as_ref().map(ToString::to_string),
                from: at(stretch.from, zone),
                until: stretch.until.map(|until| at(until, zone)),
                seconds: stretch
                    .until
                    .unwrap_or(found.as_of)
                    .since(stretch.from)
                    .max(0)
                    / 1_000_000,
            })
            .collect(),
        clocks: found
            .duties
            .iter()
            .map(|(running, lines)| Clock {
                duty: to_do(running, kind, view, found.as_of),
                lines: match lines {
                    Ok(lines) => lines.iter().map(Text::from).collect(),
                    Err(error) => vec![(&error.text()).into()],
                },
            })
            .collect(),
        as_of: at(found.as_of, zone),
    }))
}
