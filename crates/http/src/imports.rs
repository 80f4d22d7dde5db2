//! Imports: a map, its files, a look at what would come of them, the run, its report, and taking it back.

use crate::State;
use crate::actor::Actor;
use crate::ask::{Body, Params, blocking, parsed};
use crate::attachments::{WAITING, hand_on, streamed, whole};
use crate::problem::{Problem, ProblemBody};
use app::import::plan::Mark;
use axum::Json;
use axum::body::Body as Bytes;
use axum::extract::{DefaultBodyLimit, Path, State as Given};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::id::ImportId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bytes of a map with its JSON around it: 2 MiB.
const MAP: usize = 2 << 20;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(begin))
        .routes(routes!(add_file))
        .routes(routes!(look))
        .routes(routes!(run))
        .routes(routes!(report))
        .routes(routes!(undo))
        .layer(DefaultBodyLimit::max(MAP))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImportBody {
    /// The map (YAML) that says what the files mean; see docs/import.md.
    map: String,
    /// Code of the unit under which new projects are added; the only company if none is named.
    #[serde(default)]
    unit: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ImportBegun {
    import: String,
}

/// Begins an import with its map.
#[utoipa::path(post, path = "/api/imports", tag = "imports", operation_id = "begin_import", request_body = ImportBody,
    responses(
        (status = 201, body = ImportBegun),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn begin(
    actor: Actor,
    Given(state): Given<State>,
    Body(body): Body<ImportBody>,
) -> Result<Response, Problem> {
    let id = blocking(state.office, move |office| {
        office.begin_import(&actor.0, &body.map, body.unit.as_deref())
    })
    .await?;
    let begun = ImportBegun {
        import: id.to_string(),
    };
    Ok((StatusCode::CREATED, Json(begun)).into_response())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FileParams {
    /// The file's name, such as `orders.csv`.
    name: String,
}

/// Adds a file: the body is the file, 32 MiB at most. The same name again replaces it.
#[utoipa::path(post, path = "/api/imports/{import}/files", tag = "imports", operation_id = "add_import_file",
    params(("import" = String, Path), FileParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 204),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn add_file(
    actor: Actor,
    Given(state): Given<State>,
    Path(import): Path<String>,
    Params(asked): Params<FileParams>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let id: ImportId = parsed(&import)?;
    let (chunks, waiting) = mpsc::channel(WAITING);
    let kept = blocking(state.office, move |office| {
        office.sent_import(&actor.0, id)?;
        let received = whole(office.receive()?, waiting)?;
        office.add_import_file(&actor.0, id, &asked.name, received)
    });
    let ((), kept) = tokio::join!(hand_on(body, chunks), kept);
    kept?;
    Ok(StatusCode::NO_CONTENT)
}

/// What would come of an import.
#[derive(Debug, Serialize, ToSchema)]
struct Look {
    /// Always `imported` and `refused` together.
    rows: u64,
    imported: u64,
    refused: u64,
    records: u64,
    steps: u64,
    units: usize,
    /// Rows that the map marked, by code.
    marked: BTreeMap<String, u64>,
    /// The first items in words.
    zh: String,
    en: String,
}

/// What would come of an import; nothing is taken in.
#[utoipa::path(post, path = "/api/imports/{import}/preview", tag = "imports", operation_id = "look_at_import",
    params(("import" = String, Path)),
    responses((status = 200, body = Look), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn look(
    actor: Actor,
    Given(state): Given<State>,
    Path(import): Path<String>,
) -> Result<Json<Look>, Problem> {
    let id: ImportId = parsed(&import)?;
    let look = blocking(state.office, move |office| {
        office.look_at_import(&actor.0, id)
    })
    .await?;
    let counts = look.counts;
    Ok(Json(Look {
        rows: counts.rows,
        imported: counts.imported,
        refused: counts.refused,
        records: counts.records,
        steps: counts.steps,
        units: look.units,
        marked: marks(&counts.marked),
        zh: look.zh,
        en: look.en,
    }))
}

fn marks(marked: &BTreeMap<Mark, u64>) -> BTreeMap<String, u64> {
    marked
        .iter()
        .map(|(mark, count)| (mark.code().to_owned(), *count))
        .collect()
}

/// What became of an import.
#[derive(Debug, Serialize, ToSchema)]
struct Imported {
    /// Of the batch, as the journals name it.
    batch: String,
    /// Always `imported` and `refused` together.
    rows: u64,
    imported: u64,
    refused: u64,
    records: u64,
    steps: u64,
    already: u64,
    changed: u64,
    links_outside: u64,
    units_added: u64,
    marked: BTreeMap<String, u64>,
}

/// Takes the files in; run again, it goes on where it stopped and takes in nothing twice.
#[utoipa::path(post, path = "/api/imports/{import}/run", tag = "imports", operation_id = "run_import",
    params(("import" = String, Path)),
    responses((status = 200, body = Imported), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn run(
    actor: Actor,
    Given(state): Given<State>,
    Path(import): Path<String>,
) -> Result<Json<Imported>, Problem> {
    let id: ImportId = parsed(&import)?;
    let done = blocking(state.office, move |office| office.run_import(&actor.0, id)).await?;
    Ok(Json(Imported {
        batch: done.id.to_string(),
        rows: done.rows,
        imported: done.imported,
        refused: done.refused,
        records: done.records,
        steps: done.steps,
        already: done.already,
        changed: done.changed,
        links_outside: done.links_outside,
        units_added: done.units_added,
        marked: marks(&done.marked),
    }))
}

/// Every row that the last look or run refused, and why, as CSV.
#[utoipa::path(get, path = "/api/imports/{import}/report", tag = "imports", operation_id = "read_import_report",
    params(("import" = String, Path)),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn report(
    actor: Actor,
    Given(state): Given<State>,
    Path(import): Path<String>,
) -> Result<Response, Problem> {
    let id: ImportId = parsed(&import)?;
    let file = blocking(state.office, move |office| {
        office.import_report(&actor.0, id)
    })
    .await?;
    let mut response = Response::new(streamed(file));
    let media = HeaderValue::from_static("text/csv; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, media);
    Ok(response)
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct UndoBody {
    /// Records that somebody has worked on as well.
    worked_on: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct Undone {
    voided: u64,
    already: u64,
    /// Somebody has worked on them: they stay.
    kept: u64,
}

/// Takes an import back: its records count nowhere.
#[utoipa::path(post, path = "/api/imports/{import}/undo", tag = "imports", operation_id = "undo_import",
    params(("import" = String, Path)), request_body = UndoBody,
    responses((status = 200, body = Undone), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
async fn undo(
    actor: Actor,
    Given(state): Given<State>,
    Path(import): Path<String>,
    Body(body): Body<UndoBody>,
) -> Result<Json<Undone>, Problem> {
    let id: ImportId = parsed(&import)?;
    let undone = blocking(state.office, move |office| {
        office.undo_import(&actor.0, id, body.worked_on)
    })
    .await?;
    Ok(Json(Undone {
        voided: undone.voided,
        already: undone.already,
        kept: undone.kept,
    }))
}
