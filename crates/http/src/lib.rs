//! The wire: requests and responses over HTTP.
//!
//! A handler reads its arguments, calls one use-case on a blocking thread and says what came of it; it decides nothing. Without the
//! access key that the program printed when it started, only health is told: what is in the files is private.

mod access;
mod actor;
mod ask;
mod attachments;
mod calendars;
mod duties;
mod events;
mod exports;
mod health;
mod imports;
mod kinds;
mod metrics;
mod openapi;
mod packs;
mod page;
mod parameters;
mod problem;
mod records;
mod scorecards;
mod serve;
mod shape;
mod site;
mod units;

use app::Office;
use axum::Router;
use axum::routing::get;
use serde_json::Value;
use std::sync::Arc;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

pub use access::Key;
pub use openapi::with_kinds;
pub use serve::{Listen, Tls, run, serve};

/// What every handler has.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) office: Office,
    pub(crate) key: Arc<Key>,
    /// The description of the API without the kinds of a pack.
    pub(crate) api: Arc<Value>,
    pub(crate) wakes: events::Wakes,
    pub(crate) metrics: Arc<metrics::Metrics>,
}

fn open() -> OpenApiRouter<State> {
    OpenApiRouter::new().merge(health::routes())
}

fn closed() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .merge(units::routes())
        .merge(kinds::routes())
        .merge(records::routes())
        .merge(duties::routes())
        .merge(scorecards::routes())
        .merge(attachments::routes())
        .merge(exports::routes())
        .merge(packs::routes())
        .merge(parameters::routes())
        .merge(calendars::routes())
        .merge(events::routes())
        .merge(imports::routes())
        .merge(openapi::routes())
        .merge(metrics::routes())
}

/// The description of the API, without the kinds of a pack.
pub fn description() -> Value {
    let mut described = openapi::Described::openapi();
    for router in [open(), closed()] {
        described.merge(router.into_openapi());
    }
    serde_json::to_value(&described).unwrap_or_default()
}

/// The routes of a server over an open database. Nobody hears of changes through them: that is for a server that runs.
pub fn router(office: Office, key: Key) -> Router {
    routes(office, key, &events::Wakes::default())
}

fn routes(office: Office, key: Key, wakes: &events::Wakes) -> Router {
    let state = State {
        office,
        key: Arc::new(key),
        api: Arc::new(description()),
        wakes: wakes.clone(),
        metrics: Arc::default(),
    };
    let (open, _) = open().split_for_parts();
    let (closed, _) = closed().split_for_parts();
    let closed = closed
        .route("/", get(site::home))
        .layer(axum::middleware::from_fn_with_state(
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
