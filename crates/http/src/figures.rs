//! Counts for charts: records opened and duties decided, window by window, each with the days whose rows it is of.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Params, blocking};
use crate::duties::read;
use crate::problem::{Problem, ProblemBody};
use app::records::FiguresAsked;
use axum::Json;
use axum::extract::{Path, State as Given};
use domain::name::Name;
use domain::period::Period;
use domain::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list))
}

/// How long a window is.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum By {
    Day,
    Week,
    Month,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FigureParams {
    kind: String,
    #[param(inline)]
    by: By,
    /// A day of the first window.
    #[param(example = "2026-03-01")]
    from: String,
    /// A day of the last window; 62 windows at most.
    #[param(example = "2026-03-31")]
    to: String,
}

/// What happened in one day, week or month.
#[derive(Debug, Serialize, ToSchema)]
struct Figure {
    /// `2026-03-04`, `2026-W14` or `2026-03`.
    #[schema(example = "2026-W14")]
    window: String,
    /// Its first day, in the unit's own calendar.
    from: String,
    /// Its last day, inclusive.
    to: String,
    /// Records opened in it.
    opened: i64,
    /// Decided duties of the period's days, by outcome.
    outcomes: BTreeMap<String, i64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Figures {
    figures: Vec<Figure>,
}

/// Records opened and duties decided, by day, week or month.
///
/// The rows behind `opened` are those of `GET /api/units/{unit}/records` with `opened_from` and `opened_to`; those behind an outcome
/// are of `GET /api/duties` with `state=decided` and that `outcome`.
#[utoipa::path(get, path = "/api/units/{unit}/figures", tag = "units", operation_id = "count_by_time",
    params(("unit" = String, Path, description = "Code of the unit"), FigureParams),
    responses(
        (status = 200, body = Figures),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn list(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    Params(asked): Params<FigureParams>,
) -> Result<Json<Figures>, Problem> {
    let asked = FiguresAsked {
        kind: Name::from(asked.kind),
        by: match asked.by {
            By::Day => Period::Day,
            By::Week => Period::Week,
            By::Month => Period::Month,
        },
        from: read::<Day>("from", &asked.from)?,
        to: read::<Day>("to", &asked.to)?,
    };
    let found = blocking(state.office, move |office| {
        app::records::figures(office, &actor.0, &unit, &asked)
    })
    .await?;
    let figures = found
        .into_iter()
        .map(|figure| Figure {
            window: figure.window.to_string(),
            from: figure.window.first().to_string(),
            to: figure.window.last().to_string(),
            opened: figure.opened,
            outcomes: figure
                .outcomes
                .into_iter()
                .map(|(outcome, many)| (outcome.to_string(), many))
                .collect(),
        })
        .collect();
    Ok(Json(Figures { figures }))
}
