//! `/api/units/{unit}/published`: what customers are shown of records that do not name them, and that they have read it.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Params, blocking};
use crate::problem::{Problem, ProblemBody};
use crate::records::{cursor, position};
use crate::shape::{self, at};
use app::published::{Own, Shown};
use app::view::View;
use axum::Json;
use axum::extract::{Path, State as Given};
use domain::name::Name;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read))
        .routes(routes!(confirm))
        .routes(routes!(readers))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// A kind of which something is published.
    kind: String,
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 20 if not said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// A record as customers are shown it.
#[derive(Serialize, ToSchema)]
struct Published {
    /// UUIDv7.
    id: String,
    number: String,
    kind: String,
    state: String,
    /// Made of published fields alone.
    label: String,
    /// Since when it is published.
    since: String,
    /// Published fields.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// When oneself confirmed that one has read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_at: Option<String>,
    /// What else of one's own links it, such as one's name on its list; the latest last.
    own: Vec<Answered>,
}

/// A record of one's own that links what is published.
#[derive(Serialize, ToSchema)]
struct Answered {
    id: String,
    kind: String,
    number: String,
    state: String,
    closed: bool,
}

impl Published {
    fn of(shown: Shown, view: &View) -> Self {
        let zone = &view.unit.zone;
        let kind = view.rules.pack.kinds.get(&shown.kind);
        let data = kind.map(|kind| shape::data(kind, &shown.data));
        Self {
            id: shown.id.to_string(),
            number: shown.number,
            kind: shown.kind.to_string(),
            state: shown.state.to_string(),
            label: shown.label,
            since: at(shown.since, zone),
            data: data.unwrap_or_default(),
            read_at: shown.read_at.map(|read| at(read, zone)),
            own: shown.own.into_iter().map(answered).collect(),
        }
    }
}

fn answered(own: Own) -> Answered {
    Answered {
        id: own.id.to_string(),
        kind: own.kind.to_string(),
        number: own.number,
        state: own.state.to_string(),
        closed: own.closed,
    }
}

/// A page of what is published.
#[derive(Serialize, ToSchema)]
struct PublishedPage {
    /// The latest first.
    published: Vec<Published>,
    /// For `cursor`, if there is a next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What is published of one kind, by page: for customers of the unit.
#[utoipa::path(get, path = "/api/units/{unit}/published", tag = "published", operation_id = "list_published",
    params(("unit" = String, Path, description = "Code of the unit"), Asked),
    responses(
        (status = 200, body = PublishedPage),
        (status = 400, description = "`kind-not-published`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn list(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    Params(asked): Params<Asked>,
) -> Result<Json<PublishedPage>, Problem> {
    let after = asked.cursor.as_deref().map(position).transpose()?;
    let limit = asked.limit.unwrap_or(20);
    if !(1..=200).contains(&limit) {
        return Err(Problem::wrong(
            "limit",
            "query-value",
            "“limit”应为：1 … 200。",
            "`limit` is one of: 1 … 200.",
        ));
    }
    let kind = Name::from(asked.kind.as_str());
    let page = blocking(state.office, move |office| {
        app::published::page(office, &actor.0, &unit, &kind, (after, limit))
    })
    .await?;
    let view = &page.view;
    let published = page.shown.into_iter().map(|it| Published::of(it, view));
    Ok(Json(PublishedPage {
        published: published.collect(),
        next: page.next.map(cursor),
    }))
}

/// What is published of one record. Files in its fields are fetched like any attachment.
#[utoipa::path(get, path = "/api/units/{unit}/published/{record}", tag = "published", operation_id = "read_published",
    params(("unit" = String, Path, description = "Code of the unit"), ("record" = String, Path, description = "Number or id")),
    responses(
        (status = 200, body = Published),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn read(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record)): Path<(String, String)>,
) -> Result<Json<Published>, Problem> {
    let (view, shown) = blocking(state.office, move |office| {
        app::published::one(office, &actor.0, &unit, &record)
    })
    .await?;
    Ok(Json(Published::of(shown, &view)))
}

/// Confirms that one has read what is published. However often it is sent, there is one receipt.
#[utoipa::path(put, path = "/api/units/{unit}/published/{record}/receipt", tag = "published", operation_id = "confirm_published",
    params(("unit" = String, Path, description = "Code of the unit"), ("record" = String, Path, description = "Number or id")),
    responses(
        (status = 200, body = Published),
        (status = 403, description = "`not-yourself`: receipts are given by customers", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "Also where its kind asks for no receipt", body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn confirm(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record)): Path<(String, String)>,
) -> Result<Json<Published>, Problem> {
    let (view, shown) = blocking(state.office, move |office| {
        app::published::confirm(office, &actor.0, &unit, &record)
    })
    .await?;
    Ok(Json(Published::of(shown, &view)))
}

/// How many have confirmed that they read a record.
#[derive(Serialize, ToSchema)]
struct Readers {
    read: i64,
    /// Of so many customers who are registered now.
    of: i64,
}

/// How many customers have confirmed that they read a record, for whoever sees it. Who: a list of the receipts.
#[utoipa::path(get, path = "/api/units/{unit}/published/{record}/readers", tag = "published", operation_id = "count_readers",
    params(("unit" = String, Path, description = "Code of the unit"), ("record" = String, Path, description = "Number or id")),
    responses(
        (status = 200, body = Readers),
        (status = 404, description = "Also where its kind asks for no receipt", body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn readers(
    actor: Actor,
    Given(state): Given<State>,
    Path((unit, record)): Path<(String, String)>,
) -> Result<Json<Readers>, Problem> {
    let found = blocking(state.office, move |office| {
        app::published::readers(office, &actor.0, &unit, &record)
    })
    .await?;
    Ok(Json(Readers {
        read: found.read,
        of: found.of,
    }))
}
