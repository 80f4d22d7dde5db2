//! Parameters of a unit: the pack's defaults, what was set here and above, and from when.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, blocking, idempotency_key};
use crate::problem::{Problem, ProblemBody};
use crate::shape::{Text, at};
use app::records::{self, StepAsked};
use app::{Error, Office};
use axum::Json;
use axum::extract::{Path, State as Given};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::name::Name;
use domain::pack::model::{Looser, ParameterUnit, Role};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(set))
}

/// A number or duration that the pack leaves to companies.
#[derive(Debug, Serialize, ToSchema)]
struct Parameter {
    #[schema(example = "answer.within")]
    parameter: String,
    title: Text,
    /// `duration`, `bp`, `fen`, `count`, `flag` or `text`.
    unit: &'static str,
    default: String,
    /// In force now.
    value: String,
    /// Inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    bounds: Option<[String; 2]>,
    /// Which way is looser for the one who is scored: it is set from above.
    #[serde(skip_serializing_if = "Option::is_none")]
    looser: Option<&'static str>,
    /// Everything that was set here and above, days to come included; the unit's own first, the latest first.
    set: Vec<Setting>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Setting {
    /// Code of the unit that it was set for.
    unit: String,
    value: String,
    from: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct Parameters {
    parameters: Vec<Parameter>,
}

/// The parameters of a unit.
#[utoipa::path(get, path = "/api/units/{unit}/parameters", tag = "packs", operation_id = "list_parameters",
    params(("unit" = String, Path, description = "Code of the unit")),
    responses((status = 200, body = Parameters), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn list(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
) -> Result<Json<Parameters>, Problem> {
    let parameters = blocking(state.office, move |office| told(office, &actor.0, &unit)).await?;
    Ok(Json(Parameters { parameters }))
}

fn told(office: &Office, actor: &app::Actor, unit: &str) -> Result<Vec<Parameter>, Error> {
    let (_, view) = office.unit_of(actor, unit)?;
    let now = office.clock().now();
    let units = office.units()?;
    let pack = &view.rules.pack;
    Ok(pack
        .parameters
        .values()
        .map(|parameter| Parameter {
            parameter: parameter.name.to_string(),
            title: (&parameter.title).into(),
            unit: match parameter.unit {
                ParameterUnit::Duration => "duration",
                ParameterUnit::BasisPoints => "bp",
                ParameterUnit::Fen => "fen",
                ParameterUnit::Count => "count",
                ParameterUnit::Flag => "flag",
                ParameterUnit::Text => "text",
            },
            default: parameter.default.to_string(),
            value: view
                .parameters
                .value(pack, &parameter.name, now)
                .unwrap_or(&parameter.default)
                .to_string(),
            bounds: parameter
                .bounds
                .as_ref()
                .map(|(low, high)| [low.to_string(), high.to_string()]),
            looser: match parameter.looser {
                Looser::Higher => Some("higher"),
                Looser::Lower => Some("lower"),
                Looser::Neither => None,
            },
            set: view
                .parameters
                .all()
                .iter()
                .filter(|set| set.parameter == parameter.name)
                .map(|set| Setting {
                    unit: units
                        .iter()
                        .find(|unit| unit.id == set.unit)
                        .map_or_else(|| set.unit.to_string(), |unit| unit.code.clone()),
                    value: set.value.to_string(),
                    from: at(set.from, &view.unit.zone),
                })
                .collect(),
        })
        .collect())
}

/// A value from a day on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetBody {
    #[schema(example = "PT20M")]
    value: String,
    /// The first day on which it holds; never one that has begun.
    #[schema(example = "2026-04-01")]
    from: String,
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SetDone {
    /// The record that keeps it.
    record: String,
}

/// Sets a parameter for a unit and those below it, from a day on.
#[utoipa::path(post, path = "/api/units/{unit}/parameters/{parameter}", tag = "packs", operation_id = "set_parameter",
    params(("unit" = String, Path, description = "Code of the unit"), ("parameter" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = SetBody,
    responses(
        (status = 201, body = SetDone),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn set(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, parameter)): Path<(String, String)>,
    headers: HeaderMap,
    Body(body): Body<SetBody>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let written = blocking(state.office, move |office| {
        let (_, view) = office.unit_of(&actor.0, &unit)?;
        let pack = &view.rules.pack;
        let kind = pack
            .kinds
            .values()
            .find(|kind| kind.role == Some(Role::Override))
            .filter(|_| pack.parameters.contains_key(parameter.as_str()))
            .ok_or(Error::NotFound)?;
        let mut asked = StepAsked {
            step: "open".into(),
            reason: body.reason.clone(),
            key,
            ..StepAsked::default()
        };
        for (name, value) in [
            ("parameter", &parameter),
            ("value", &body.value),
            ("from", &body.from),
        ] {
            let value = Value::Text(value.clone());
            asked.data.insert(Name::from(name), value);
        }
        // A kind may keep the reason as a field.
        if let Some(reason) = &body.reason
            && kind.open.form.iter().any(|field| field.field == "reason")
        {
            let reason = Value::Text(reason.clone());
            asked.data.insert(Name::from("reason"), reason);
        }
        records::open(office, &unit, &actor.0, &kind.name, None, &asked)
    })
    .await?;
    let done = SetDone {
        record: written.record.id.to_string(),
    };
    Ok((StatusCode::CREATED, Json(done)).into_response())
}
