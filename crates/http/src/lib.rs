//! The wire: requests and responses over HTTP.
//!
//! A handler reads its arguments, calls one use-case on a blocking thread and says what came of it; it decides nothing. Without the
//! access key that the program printed when it started, only health is told: what is in the files is private.

mod access;
mod boards;
mod page;
mod problem;
mod site;

use app::Office;
use axum::Router;
use axum::routing::get;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

pub use access::Key;

/// What every handler has.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) office: Office,
    pub(crate) key: Arc<Key>,
}

/// The routes of a server over an open database.
pub fn router(office: Office, key: Key) -> Router {
    let state = State {
        office,
        key: Arc::new(key),
    };
    let open = Router::new()
        .route("/healthz", get(boards::healthz))
        .route("/readyz", get(boards::readyz));
    let closed = Router::new()
        .route("/", get(page::home))
        .route("/api/units", get(boards::units))
        .route("/api/units/{unit}/records", get(boards::records))
        .route(
            "/api/units/{unit}/records/{number}/journal",
            get(boards::journal),
        )
        .route("/api/scorecards", get(boards::scorecards))
        .layer(axum::middleware::from_fn_with_state(
            state.clone(),
            access::guard,
        ));
    open.merge(closed).fallback(site::serve).with_state(state)
}

/// Serves until `stop` is ready, then lets the requests in progress finish. `started` hears the address that was taken.
///
/// # Errors
/// The address cannot be taken.
pub async fn serve(
    office: Office,
    key: Key,
    address: SocketAddr,
    started: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    started(listener.local_addr()?);
    axum::serve(listener, router(office, key))
        .with_graceful_shutdown(stop)
        .await
}

/// Runs [`serve`] on this thread until the process is asked to end.
///
/// # Errors
/// As [`serve`].
pub fn run(
    office: Office,
    key: Key,
    address: SocketAddr,
    started: impl FnOnce(SocketAddr),
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(serve(office, key, address, started, ended()))
}

/// The process was asked to end: Ctrl-C, or a stop by the system.
async fn ended() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}
