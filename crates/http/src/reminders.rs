//! `/api/reminders`: what oneself is reminded of, and where mail reaches one.

use crate::State;
use crate::access::Caller;
use crate::actor::Actor;
use crate::ask::{Body, Params, blocking, parsed};
use crate::problem::{Problem, ProblemBody};
use app::reminder::{About, Told};
use axum::Json;
use axum::extract::{Path, State as Given};
use axum::http::StatusCode;
use domain::id::RecordId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read_all))
        .routes(routes!(read))
        .routes(routes!(mailbox, set_mailbox))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Only what one has not read.
    #[serde(default)]
    unread: bool,
}

/// A duty that falls due soon, is missed, or has come from another; or a subscription of another program that was given up.
#[derive(Serialize, ToSchema)]
struct Reminder {
    id: String,
    /// Code of the unit.
    unit: String,
    /// `due`, `missed` or `handed-over`, with the parts of a duty; `webhook-off`, with `webhook`.
    why: &'static str,
    /// Id of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duty: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurrence: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    /// Id of the subscription.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<String>,
    /// Since when it has been so.
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_at: Option<String>,
    zh: String,
    en: String,
}

impl Reminder {
    fn of(told: Told) -> Self {
        let why = told.reminder.doc.why();
        let (duty, webhook) = match told.reminder.doc {
            About::Duty(duty) => (Some(duty), None),
            About::Webhook(webhook) => (None, Some(webhook.webhook.to_string())),
        };
        let of = duty.as_ref();
        Self {
            id: told.reminder.id.to_string(),
            unit: told.unit,
            why,
            record: of.map(|duty| duty.record.to_string()),
            number: of.map(|duty| duty.number.clone()),
            kind: of.map(|duty| duty.kind.to_string()),
            duty: of.map(|duty| duty.duty.to_string()),
            occurrence: of.map(|duty| duty.occurrence),
            due_at: told.due_at,
            webhook,
            at: told.at,
            read_at: told.read_at,
            zh: told.text.zh,
            en: told.text.en,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct Reminders {
    /// The latest 200, the latest first.
    reminders: Vec<Reminder>,
    unread: i64,
}

/// What oneself is reminded of, in all units. The events of a unit say `reminders` when there is something new.
#[utoipa::path(get, path = "/api/reminders", tag = "duties", operation_id = "list_reminders", params(Asked), responses(
    (status = 200, body = Reminders),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn list(
    actor: Actor,
    Given(state): Given<State>,
    Params(asked): Params<Asked>,
) -> Result<Json<Reminders>, Problem> {
    let (told, unread) = blocking(state.office, move |office| {
        office.reminders(&actor.0, asked.unread)
    })
    .await?;
    let reminders = told.into_iter().map(Reminder::of).collect();
    Ok(Json(Reminders { reminders, unread }))
}

/// Says that one has read everything.
#[utoipa::path(post, path = "/api/reminders/read", tag = "duties", operation_id = "read_reminders", responses(
    (status = 204),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn read_all(actor: Actor, Given(state): Given<State>) -> Result<StatusCode, Problem> {
    blocking(state.office, move |office| office.read_reminders(&actor.0)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that one has read a reminder.
#[utoipa::path(post, path = "/api/units/{unit}/reminders/{reminder}/read", tag = "duties", operation_id = "read_reminder",
    params(("unit" = String, Path, description = "Code of the unit"), ("reminder" = String, Path, description = "Id of the reminder")),
    responses((status = 204), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn read(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, reminder)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let reminder: RecordId = parsed(&reminder)?;
    blocking(state.office, move |office| {
        let (unit, _) = office.unit_of(&actor.0, &unit)?;
        office.read_reminder(&actor.0, unit.id, reminder)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where mail reaches one.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Mailbox {
    /// None: reminders are not sent by mail.
    #[schema(example = "lin@example.com")]
    address: Option<String>,
}

/// Where reminders are sent to oneself by mail.
#[utoipa::path(get, path = "/api/mailbox", tag = "session", operation_id = "show_mailbox", responses(
    (status = 200, body = Mailbox),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
))]
async fn mailbox(caller: Caller, Given(state): Given<State>) -> Result<Json<Mailbox>, Problem> {
    caller.not_by_token()?;
    let address = blocking(state.office, move |office| office.mailbox(&caller.actor)).await?;
    Ok(Json(Mailbox { address }))
}

/// Says where reminders are sent to oneself by mail from now on.
#[utoipa::path(put, path = "/api/mailbox", tag = "session", operation_id = "set_mailbox", request_body = Mailbox, responses(
    (status = 204),
    (status = 400, description = "`mail-address-wrong`", body = ProblemBody, content_type = "application/problem+json"),
    (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "one is no member", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn set_mailbox(
    caller: Caller,
    Given(state): Given<State>,
    Body(asked): Body<Mailbox>,
) -> Result<StatusCode, Problem> {
    caller.not_by_token()?;
    blocking(state.office, move |office| {
        office.set_mailbox(&caller.actor, asked.address.as_deref())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
