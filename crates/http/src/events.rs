//! `GET /api/units/{unit}/events`: what changes, as it changes (server-sent events).
//!
//! Each event has the unit's number as its id and the changed records as lists show them. A listener that comes back with Last-Event-ID
//! hears what it missed; if that is no longer known, it hears `reset` and asks for everything again.

use crate::State;
use crate::access::Caller;
use crate::ask::blocking;
use crate::attachments::received;
use crate::problem::{Problem, ProblemBody};
use crate::records::RecordRow;
use crate::shape::at;
use app::account::Seat;
use app::{Error, Office};
use axum::extract::{Path, State as Given};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use domain::id::UnitId;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use utoipa_axum::{router::OpenApiRouter, routes};

/// How often what changed is told.
const TELL: Duration = Duration::from_millis(250);
/// How often a listener looks for what other processes told.
const LOOK: Duration = Duration::from_secs(1);
/// A sign of life, so that nobody on the way takes the line for dead.
const ALIVE: Duration = Duration::from_secs(20);

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(listen))
}

/// Wakes the listeners of a unit.
#[derive(Clone, Default)]
pub(crate) struct Wakes(Arc<Mutex<HashMap<UnitId, watch::Sender<u64>>>>);

impl Wakes {
    fn of(&self, unit: UnitId) -> watch::Receiver<u64> {
        let mut wakes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wakes
            .entry(unit)
            .or_insert_with(|| watch::channel(0).0)
            .subscribe()
    }
    fn wake(&self, units: &[UnitId]) {
        let wakes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for wake in units.iter().filter_map(|unit| wakes.get(unit)) {
            wake.send_modify(|told| *told += 1);
        }
    }
}

/// Tells what changed, again and again, until the process ends.
pub(crate) async fn keep_telling(office: Office, wakes: Wakes) {
    office.listen();
    let mut round = tokio::time::interval(TELL);
    round.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        round.tick().await;
        let office = office.clone();
        match tokio::task::spawn_blocking(move || office.tell()).await {
            Ok(Ok(units)) => wakes.wake(&units),
            Ok(Err(error)) => tracing::warn!(code = error.code(), "changes were not told"),
            Err(_) => return,
        }
    }
}

/// What changes in a unit. Events: `records` with the changed records, `reminders` with how many of one's own are unread, `reset` if what was missed is no longer known.
#[utoipa::path(get, path = "/api/units/{unit}/events", tag = "events", operation_id = "listen",
    params(
        ("unit" = String, Path, description = "Code of the unit"),
        ("Last-Event-ID" = Option<String>, Header, description = "The id that was heard last"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/event-stream"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ))]
async fn listen(
    caller: Caller,
    Given(state): Given<State>,
    Path(unit): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let heard: Option<i64> = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let asking = caller.actor.clone();
    let (unit, last) = blocking(state.office.clone(), move |office| {
        let (unit, _) = office.unit_of(&asking, &unit)?;
        let last = office.last_told(unit.id)?;
        Ok((unit, last))
    })
    .await?;
    let (events, waiting) = mpsc::channel(8);
    let listener = Listener {
        office: state.office,
        actor: caller.actor,
        seat: caller.seat,
        wake: state.wakes.of(unit.id),
        code: unit.code,
        unit: unit.id,
        seq: heard.unwrap_or(last),
        unread: 0,
        events,
    };
    tokio::spawn(listener.follow());
    let mut response = Response::new(received(waiting));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Somebody who listens to a unit.
struct Listener {
    office: Office,
    actor: app::Actor,
    /// His session or token, with which this ends.
    seat: Seat,
    code: String,
    unit: UnitId,
    /// What was heard last.
    seq: i64,
    /// Reminders that he had not read when he was told last.
    unread: i64,
    wake: watch::Receiver<u64>,
    events: mpsc::Sender<Result<Bytes, std::io::Error>>,
}

impl Listener {
    /// Tells what changes until nobody listens any more.
    async fn follow(mut self) {
        if !self.send(": here\nretry: 2000\n\n".to_owned()).await {
            return;
        }
        let mut quiet = Duration::ZERO;
        loop {
            let (office, actor, code) =
                (self.office.clone(), self.actor.clone(), self.code.clone());
            let (unit, seq, seat, unread) = (self.unit, self.seq, self.seat, self.unread);
            let next = tokio::task::spawn_blocking(move || {
                if !office.is_seated(seat)? {
                    return Err(Error::NotFound);
                }
                let (seq, text) = next(&office, &actor, &code, (unit, seq))?;
                let (unread, more) = reminded(&office, &actor, unit, unread)?;
                Ok((seq, unread, text + &more))
            })
            .await;
            let (seq, unread, text) = match next {
                Ok(Ok(next)) => next,
                // He may see nothing here any more, or is signed in no more.
                Ok(Err(Error::NotFound | Error::Denied(_))) => return,
                Ok(Err(error)) => {
                    tracing::warn!(code = error.code(), "a listener was not told");
                    (self.seq, self.unread, String::new())
                }
                Err(_) => return,
            };
            (self.seq, self.unread) = (seq, unread);
            if !text.is_empty() {
                quiet = Duration::ZERO;
                if !self.send(text).await {
                    return;
                }
                continue;
            }
            if quiet >= ALIVE {
                quiet = Duration::ZERO;
                if !self.send(": alive\n\n".to_owned()).await {
                    return;
                }
            }
            tokio::select! {
                woken = self.wake.changed() => if woken.is_err() { return },
                () = tokio::time::sleep(LOOK) => quiet += LOOK,
                () = self.events.closed() => return,
            }
        }
    }

    async fn send(&self, text: String) -> bool {
        self.events.send(Ok(Bytes::from(text))).await.is_ok()
    }
}

/// How many reminders somebody has not read, and what he is told if there were more or fewer of them before.
fn reminded(
    office: &Office,
    actor: &app::Actor,
    unit: UnitId,
    before: i64,
) -> Result<(i64, String), Error> {
    let unread = office.unread(actor, unit)?;
    if unread == before {
        return Ok((unread, String::new()));
    }
    let data = json!({ "unread": unread });
    Ok((unread, format!("event: reminders\ndata: {data}\n\n")))
}

/// What is to be told after a number, and the number after it.
fn next(
    office: &Office,
    actor: &app::Actor,
    code: &str,
    (unit, seq): (UnitId, i64),
) -> Result<(i64, String), Error> {
    let Some(told) = office.told_after(unit, seq)? else {
        let last = office.last_told(unit)?;
        return Ok((last, format!("id: {last}\nevent: reset\ndata: {{}}\n\n")));
    };
    let Some(last) = told.last().map(|told| told.seq) else {
        return Ok((seq, String::new()));
    };
    let mut text = String::new();
    for told in told {
        let (view, rows, as_of) = app::records::rows(office, actor, code, &told.records)?;
        let rows: Vec<RecordRow> = rows
            .iter()
            .map(|row| RecordRow::of(row, &view, as_of, &[]))
            .collect();
        let data = json!({"records": rows, "as_of": at(as_of, &view.unit.zone)});
        text.push_str(&format!(
            "id: {}\nevent: records\ndata: {data}\n\n",
            told.seq
        ));
    }
    Ok((last, text))
}
