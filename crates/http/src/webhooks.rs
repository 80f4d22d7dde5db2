//! `/api/units/{unit}/webhooks`: which other programs are told what happens in a unit and below it.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, blocking, parsed};
use crate::problem::{Problem, ProblemBody};
use crate::shape::at;
use app::webhook::{self, Webhook};
use axum::Json;
use axum::extract::{Path, State as Given};
use axum::http::StatusCode;
use domain::id::RecordId;
use domain::time::Zone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(remove))
        .routes(routes!(try_out))
}

/// A program that is told what happens.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
struct Shown {
    id: String,
    url: String,
    events: Vec<String>,
    since: String,
    /// How often it was not reached, since it last was.
    failures: i64,
    /// Why it was not reached last.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// It was not reached for long and is told no more; `try` switches it on again.
    #[serde(skip_serializing_if = "Option::is_none")]
    off_at: Option<String>,
}

impl Shown {
    fn of(webhook: Webhook, zone: &Zone) -> Self {
        Self {
            id: webhook.id.to_string(),
            url: webhook.asked.url,
            events: webhook.asked.events,
            since: at(webhook.asked.since, zone),
            failures: webhook.failures,
            error: webhook.error,
            off_at: webhook.off_at.map(|off| at(off, zone)),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct Webhooks {
    webhooks: Vec<Shown>,
}

/// Which programs are told what happens in the unit and below it.
#[utoipa::path(get, path = "/api/units/{unit}/webhooks", tag = "server", operation_id = "list_webhooks",
    params(("unit" = String, Path, description = "Code of the unit")),
    responses(
        (status = 200, body = Webhooks),
        (status = 403, description = "`privilege-missing`: `integrations`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn list(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
) -> Result<Json<Webhooks>, Problem> {
    let webhooks = blocking(state.office, move |office| {
        let (unit, _) = office.unit_of(&actor.0, &unit)?;
        let found = webhook::list(office, &actor.0, unit.id)?;
        let shown = found.into_iter().map(|it| Shown::of(it, &unit.zone));
        Ok(shown.collect())
    })
    .await?;
    Ok(Json(Webhooks { webhooks }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    /// `https://…`; no address of a private network, unless the server was started with `--local-webhooks`.
    #[schema(example = "https://example.com/guanjia")]
    url: String,
    /// `*`, a kind, or `KIND/STEP`.
    #[schema(example = json!(["*"]))]
    events: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct WebhookAdded {
    id: String,
    /// Signs what is sent; shown this once.
    secret: String,
}

/// Tells another program what happens, from now on.
#[utoipa::path(post, path = "/api/units/{unit}/webhooks", tag = "server", operation_id = "add_webhook", request_body = NewWebhook,
    params(("unit" = String, Path, description = "Code of the unit")),
    responses(
        (status = 201, body = WebhookAdded),
        (status = 400, description = "`webhook-address`, `webhook-event`, `webhook-too-many`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "`privilege-missing`: `integrations`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn add(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    Body(asked): Body<NewWebhook>,
) -> Result<(StatusCode, Json<WebhookAdded>), Problem> {
    let post = state.post;
    let added = blocking(state.office, move |office| {
        let (unit, _) = office.unit_of(&actor.0, &unit)?;
        let wanted = (asked.url.as_str(), asked.events.as_slice());
        webhook::add(office, &actor.0, unit.id, wanted, &post)
    })
    .await?;
    let body = WebhookAdded {
        id: added.id.to_string(),
        secret: added.secret,
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Tells a program no more.
#[utoipa::path(delete, path = "/api/units/{unit}/webhooks/{webhook}", tag = "server", operation_id = "remove_webhook",
    params(("unit" = String, Path, description = "Code of the unit"), ("webhook" = String, Path, description = "Id of the subscription")),
    responses(
        (status = 204),
        (status = 403, description = "`privilege-missing`: `integrations`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn remove(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, webhook)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let id: RecordId = parsed(&webhook)?;
    blocking(state.office, move |office| {
        let (unit, _) = office.unit_of(&actor.0, &unit)?;
        webhook::remove(office, &actor.0, unit.id, id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether a program was reached.
#[derive(Serialize, ToSchema)]
struct WebhookTried {
    reached: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Sends an event `try` now; a program that takes it is switched on again.
#[utoipa::path(post, path = "/api/units/{unit}/webhooks/{webhook}/try", tag = "server", operation_id = "try_webhook",
    params(("unit" = String, Path, description = "Code of the unit"), ("webhook" = String, Path, description = "Id of the subscription")),
    responses(
        (status = 200, body = WebhookTried),
        (status = 403, description = "`privilege-missing`: `integrations`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn try_out(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, webhook)): Path<(String, String)>,
) -> Result<Json<WebhookTried>, Problem> {
    let id: RecordId = parsed(&webhook)?;
    let post = state.post;
    let tried = blocking(state.office, move |office| {
        let (unit, _) = office.unit_of(&actor.0, &unit)?;
        webhook::try_out(office, &actor.0, unit.id, id, &post)
    })
    .await?;
    Ok(Json(WebhookTried {
        reached: tried.is_ok(),
        error: tried.err().map(|why| why.zh),
    }))
}
