//! The wire: requests and responses over HTTP.
//!
//! A handler reads its arguments, calls one use-case on a blocking thread and says what came of it; it decides nothing. Whoever has not
//! signed in is told of health alone and shown the doors: what is in the files is private.

mod access;
mod accounts;
mod actor;
mod answer;
mod appeals;
mod ask;
mod attachments;
mod calendars;
mod doors;
mod duties;
mod events;
mod exports;
mod figures;
mod health;
mod imports;
mod jobs;
mod kinds;
mod metrics;
mod openapi;
mod openid;
mod organisation;
mod outgoing;
mod own;
mod packs;
mod parameters;
mod privacy;
mod problem;
mod published;
mod records;
mod reminders;
mod samples;
mod scorecards;
mod seals;
mod serve;
mod session;
mod shape;
mod site;
mod units;
mod webhooks;

use app::Office;
use axum::Router;
use serde_json::Value;
use std::sync::Arc;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

pub use openapi::with_kinds;
pub use outgoing::{Hook, Mail, MailError, Networks, Post, PostError, signature};
pub use serve::{Door, Listen, Reached, Tls, run, serve};

/// What every handler has.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) office: Office,
    pub(crate) door: Door,
    /// Sends to other programs.
    pub(crate) post: Post,
    pub(crate) wakes: events::Wakes,
    pub(crate) metrics: Arc<metrics::Metrics>,
}

fn open() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .merge(health::routes())
        .merge(session::door())
        .merge(doors::routes())
        .merge(openid::routes())
}

fn closed() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .merge(session::routes())
        .merge(own::routes())
        .merge(doors::closed())
        .merge(accounts::routes())
        .merge(units::routes())
        .merge(figures::routes())
        .merge(kinds::routes())
        .merge(records::routes())
        .merge(duties::routes())
        .merge(scorecards::routes())
        .merge(seals::routes())
        .merge(appeals::routes())
        .merge(samples::routes())
        .merge(attachments::routes())
        .merge(published::routes())
        .merge(privacy::routes())
        .merge(exports::routes())
        .merge(packs::routes())
        .merge(parameters::routes())
        .merge(calendars::routes())
        .merge(events::routes())
        .merge(jobs::routes())
        .merge(reminders::routes())
        .merge(webhooks::routes())
        .merge(imports::routes())
        .merge(organisation::routes())
        .merge(openapi::routes())
        .merge(metrics::routes())
}

/// The description of the API, without the kinds of a pack.
pub fn description() -> Value {
    let mut described = openapi::Described::openapi();
    for router in [open(), closed()] {
        described.merge(router.into_openapi());
    }
    let mut described = serde_json::to_value(&described).unwrap_or_default();
    let items = described["paths"].as_object_mut().into_iter().flatten();
    for (_, item) in items {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            openapi::may_be_refused(operation);
        }
    }
    described
}

/// The routes of a server over an open database. Nobody hears of changes through them: that is for a server that runs.
pub fn router(office: Office, door: Door) -> Router {
    routes(office, door, &events::Wakes::default())
}

fn routes(office: Office, door: Door, wakes: &events::Wakes) -> Router {
    let state = State {
        office,
        post: Post::new(door.networks),
        door,
        wakes: wakes.clone(),
        metrics: Arc::default(),
    };
    let (open, _) = open().split_for_parts();
    let (closed, _) = closed().split_for_parts();
    let closed = closed.layer(axum::middleware::from_fn_with_state(
        state.clone(),
        access::guard,
    ));
    open.merge(closed)
        .fallback(site::serve)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(axum::middleware::from_fn(problem::localised))
        .layer(axum::middleware::from_fn_with_state(
            state.clone(),
            metrics::measured,
        ))
        .with_state(state)
}
