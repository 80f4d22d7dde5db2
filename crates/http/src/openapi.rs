//! The description of the API: OpenAPI 3.1, with the kinds of the active pack among its schemas.

use crate::State;
use crate::actor::Actor;
use crate::ask::blocking;
use crate::kinds::schema;
use crate::problem::Problem;
use app::Error;
use axum::Json;
use axum::extract::State as Given;
use domain::pack::model::Pack;
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// What the handlers do not say themselves.
#[derive(OpenApi)]
#[openapi(
    info(title = "Guanjia", description = "Records, duties and scores of property-service companies. 管家：单据、应办与考核。", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    tags(
        (name = "session", description = "登录与本人账号"),
        (name = "accounts", description = "账号管理"),
        (name = "units", description = "组织单元"),
        (name = "kinds", description = "单据类型"),
        (name = "records", description = "单据"),
        (name = "duties", description = "应办"),
        (name = "scores", description = "考核"),
        (name = "packs", description = "规则包与参数"),
        (name = "published", description = "公示与回执"),
        (name = "attachments", description = "附件"),
        (name = "imports", description = "导入"),
        (name = "organisation", description = "组织工作簿"),
        (name = "events", description = "实时更新"),
        (name = "server", description = "服务器"),
    )
)]
pub(crate) struct Described;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(show))
}

/// This document, with a schema per kind of the active pack: `KIND.data`, `KIND.open`, `KIND.STEP`.
#[utoipa::path(get, path = "/api/openapi.json", tag = "server", operation_id = "show_openapi", responses((status = 200, body = Object)))]
async fn show(_: Actor, Given(state): Given<State>) -> Result<Json<Value>, Problem> {
    let document = blocking(state.office, move |office| {
        let library = office.library()?;
        let active = library.active().ok_or(Error::NotFound)?;
        // Put together anew: it is asked for a few times a year, and would take megabytes to keep.
        Ok(with_kinds(crate::description(), &active.pack))
    })
    .await?;
    Ok(Json(document))
}

/// Whatever an operation does not name as an answer is a refusal, and every refusal has one shape.
pub(crate) fn may_be_refused(operation: &mut Value) {
    let refusal = json!({
        "description": "A refusal, by its code",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    });
    if let Some(responses) = operation["responses"].as_object_mut() {
        responses.entry("default").or_insert(refusal);
    }
}

/// The document with the schemas of a pack's kinds.
pub fn with_kinds(mut document: Value, pack: &Pack) -> Value {
    let schemas = &mut document["components"]["schemas"];
    for kind in pack.kinds.values() {
        let name = &kind.name;
        schemas[format!("{name}.data")] = schema::data(kind);
        for step in std::iter::once(&kind.open).chain(kind.steps.values()) {
            if !step.form.is_empty() || step.name == "open" {
                schemas[format!("{name}.{}", step.name)] = schema::form(kind, step);
            }
        }
    }
    document["x-pack"] = json!({"name": pack.name, "version": pack.version});
    document
}
