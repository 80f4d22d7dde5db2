//! The whole organisation as a workbook: what it would change, taking it in, writing it out.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Params, blocking};
use crate::attachments::{WAITING, hand_on, whole};
use crate::problem::{Problem, ProblemBody};
use app::organisation::{Count, Report};
use app::table::Form;
use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::State as Given;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(export))
        .routes(routes!(template))
        .routes(routes!(look))
        .routes(routes!(import))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FileParams {
    /// The file's name. A CSV file is the sheet that it is named after, such as `Member.csv`.
    #[serde(default)]
    name: String,
}

/// How the rows of a sheet add up.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganisationCount)]
struct Counted {
    #[serde(skip_serializing_if = "String::is_empty")]
    sheet: String,
    /// Always the other four together.
    rows: u64,
    added: u64,
    changed: u64,
    /// So already.
    already: u64,
    refused: u64,
}

/// A row that changes what is there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganisationChange)]
struct Change {
    sheet: String,
    line: u64,
    /// The fields that change, as the sheet heads them.
    columns: Vec<String>,
    /// The steps, in Chinese and in English.
    zh: Vec<String>,
    en: Vec<String>,
    /// From this day on, or this instant.
    from: String,
}

/// Why a row was not taken in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganisationRefusal)]
struct Refused {
    sheet: String,
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    value: String,
    /// Stable.
    code: &'static str,
    zh: String,
    en: String,
}

/// What became of a workbook, or would.
#[derive(Debug, Serialize, ToSchema)]
struct OrganisationReport {
    total: Counted,
    sheets: Vec<Counted>,
    /// The first 10,000.
    changes: Vec<Change>,
    /// The first 10,000.
    refusals: Vec<Refused>,
}

fn counted(count: &Count) -> Counted {
    Counted {
        sheet: count.sheet.clone(),
        rows: count.rows,
        added: count.added,
        changed: count.changed,
        already: count.already,
        refused: count.refused,
    }
}

fn shown(report: Report) -> OrganisationReport {
    OrganisationReport {
        total: counted(&report.total()),
        sheets: report.sheets.iter().map(counted).collect(),
        changes: report
            .changed
            .into_iter()
            .map(|it| Change {
                sheet: it.sheet,
                line: it.line,
                columns: it.columns,
                zh: it.steps.iter().map(|step| step.zh.clone()).collect(),
                en: it.steps.into_iter().map(|step| step.en).collect(),
                from: it.from,
            })
            .collect(),
        refusals: report
            .refused
            .into_iter()
            .map(|it| Refused {
                sheet: it.sheet,
                line: it.refusal.line,
                column: it.refusal.column.map(String::from),
                value: it.refusal.value,
                code: it.refusal.code,
                zh: it.refusal.reason.zh,
                en: it.refusal.reason.en,
            })
            .collect(),
    }
}

async fn taken(
    (actor, state): (Actor, State),
    name: String,
    body: Bytes,
    is_dry: bool,
) -> Result<Json<OrganisationReport>, Problem> {
    let (chunks, waiting) = mpsc::channel(WAITING);
    let done = blocking(state.office, move |office| {
        office.imports_somewhere(&actor.0)?;
        let received = whole(office.receive()?, waiting)?;
        office.import_organisation_sent(&actor.0, &name, &received, is_dry)
    });
    let ((), report) = tokio::join!(hand_on(body, chunks), done);
    Ok(Json(shown(report?)))
}

/// What would come of a workbook or a single sheet; nothing is taken in. The body is the file, 32 MiB at most.
#[utoipa::path(post, path = "/api/organisation/preview", tag = "organisation", operation_id = "look_at_organisation",
    params(FileParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, body = OrganisationReport),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn look(
    actor: Actor,
    Given(state): Given<State>,
    Params(asked): Params<FileParams>,
    body: Bytes,
) -> Result<Json<OrganisationReport>, Problem> {
    taken((actor, state), asked.name, body, true).await
}

/// Takes a workbook or a single sheet in, by the steps of whoever sends it; run again it changes nothing.
#[utoipa::path(post, path = "/api/organisation/import", tag = "organisation", operation_id = "import_organisation",
    params(FileParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, body = OrganisationReport),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn import(
    actor: Actor,
    Given(state): Given<State>,
    Params(asked): Params<FileParams>,
    body: Bytes,
) -> Result<Json<OrganisationReport>, Problem> {
    taken((actor, state), asked.name, body, false).await
}

/// An empty workbook: headings, an invented row each, and what may be filled in.
#[utoipa::path(get, path = "/api/organisation/template", tag = "organisation", operation_id = "read_organisation_template",
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn template(actor: Actor, Given(state): Given<State>) -> Result<Response, Problem> {
    let book = blocking(state.office, move |office| {
        office.imports_somewhere(&actor.0)?;
        let mut book = Vec::new();
        office.organisation_template(&mut book)?;
        Ok(book)
    })
    .await?;
    Ok(workbook(book, "template"))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ExportParams {
    /// Code of a unit: it and those below it. Else the whole company.
    unit: Option<String>,
}

/// The organisation as it is, as far as one sees it, without private values; taking it in again changes nothing.
#[utoipa::path(get, path = "/api/organisation", tag = "organisation", operation_id = "export_organisation",
    params(ExportParams),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn export(
    actor: Actor,
    Given(state): Given<State>,
    Params(asked): Params<ExportParams>,
) -> Result<Response, Problem> {
    let book = blocking(state.office, move |office| {
        let unit = match &asked.unit {
            Some(code) => Some(office.unit_of(&actor.0, code)?.0.id),
            None => None,
        };
        let mut book = Vec::new();
        office.export_organisation(&actor.0, unit, &mut book)?;
        Ok(book)
    })
    .await?;
    Ok(workbook(book, "organisation"))
}

fn workbook(book: Vec<u8>, name: &str) -> Response {
    let mut response = Response::new(Bytes::from(book));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(Form::Xlsx.media()));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.xlsx\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}
