//! `GET /api/units/{unit}/export`: a list of records as CSV or XLSX, one row a record with all its times.

use crate::State;
use crate::actor::Actor;
use crate::ask::Params;
use crate::attachments::received;
use crate::problem::{Problem, ProblemBody};
use crate::records::asked;
use app::Error;
use app::export::Line;
use app::table::{Form, Table};
use axum::extract::{Path, State as Given};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::Response;
use bytes::Bytes;
use std::io::{self, Write};
use tokio::sync::{mpsc, oneshot};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bytes that are sent together, and how many such packets wait for a slow reader.
const PACKET: usize = 32 << 10;
const WAITING: usize = 4;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(export))
}

/// A list as a spreadsheet. Takes every parameter of the list but `cursor`, `limit` and `fields`; `kind` must be said. Cells that begin like
/// a formula are made harmless.
#[utoipa::path(get, path = "/api/units/{unit}/export", tag = "records", operation_id = "export_records",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("kind" = String, Query),
        ("format" = Option<String>, Query, description = "`csv` (default) or `xlsx`"),
        ("state" = Option<String>, Query), ("open" = Option<String>, Query), ("assignee" = Option<String>, Query),
        ("team" = Option<String>, Query), ("q" = Option<String>, Query), ("overdue" = Option<bool>, Query),
        ("opened_from" = Option<String>, Query), ("opened_to" = Option<String>, Query), ("sort" = Option<String>, Query),
    ),
    responses(
        (status = 200, body = String, content_type = "text/csv"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn export(
    actor: Actor,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    Params(query): Params<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let form = match query.iter().find(|(name, _)| name == "format") {
        None => Form::Csv,
        Some((_, format)) if format == "csv" => Form::Csv,
        Some((_, format)) if format == "xlsx" => Form::Xlsx,
        Some(_) => {
            return Err(Problem::wrong(
                "format",
                "query-value",
                "“format”应为 csv 或 xlsx。",
                "`format` is csv or xlsx.",
            ));
        }
    };
    let query: Vec<_> = query
        .into_iter()
        .filter(|(name, _)| name != "format")
        .collect();
    let asked = asked(&query)?.asked;
    let name = format!(
        "{}-{}.{}",
        unit,
        asked.kind.as_ref().map_or("records", |kind| kind.as_str()),
        form.ending()
    );
    let (packets, waiting) = mpsc::channel(WAITING);
    let (began, begun) = oneshot::channel::<Result<(), Problem>>();
    let office = state.office;
    tokio::task::spawn_blocking(move || {
        let mut began = Some(began);
        let mut tell = |said| began.take().is_some_and(|began| began.send(said).is_ok());
        let mut out = Some(Packets {
            packets: packets.clone(),
            buffer: Vec::with_capacity(PACKET),
        });
        let mut table: Option<Table<Packets>> = None;
        let done = app::export::listed(&office, &actor.0, &unit, &asked, |line| match line {
            Line::Heads(heads) => {
                let out = out.take().ok_or(Error::NotFound)?;
                table = Some(Table::begin(form, out, &heads).map_err(failed)?);
                // From here on the answer is on its way.
                tell(Ok(()));
                Ok(())
            }
            Line::Row(row) => match &mut table {
                Some(table) => table.row(&row.values().collect::<Vec<_>>()).map_err(failed),
                None => Ok(()),
            },
        });
        let done = done.and_then(|()| table.map_or(Ok(()), |table| table.end().map_err(failed)));
        if let Err(error) = done {
            // What is on its way is cut off, so that nobody takes it for whole.
            let cut = io::Error::other(error.code());
            if !tell(Err(Problem::from(error))) {
                let _ = packets.blocking_send(Err(cut));
            }
        }
    });
    match begun.await {
        Ok(Ok(())) => {}
        Ok(Err(problem)) => return Err(problem),
        Err(_) => return Err(Problem::internal()),
    }
    let mut response = Response::new(received(waiting));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.media()));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

fn failed(source: io::Error) -> Error {
    Error::File {
        path: "export".into(),
        source,
    }
}

/// What is written, sent in packets.
struct Packets {
    packets: mpsc::Sender<Result<Bytes, io::Error>>,
    buffer: Vec<u8>,
}

impl Write for Packets {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PACKET {
            self.flush()?;
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        let packet = std::mem::replace(&mut self.buffer, Vec::with_capacity(PACKET));
        if packet.is_empty() {
            return Ok(());
        }
        self.packets
            .blocking_send(Ok(Bytes::from(packet)))
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
