//! The server: connections, TLS, what it does about slow clients, and how it ends.
//!
//! A connection has half a minute to say what it wants, a body half a minute for each part; more connections than [`MOST`] wait at the door.
//! When the process is asked to end, no new connection is taken, and requests in progress have [`GRACE`] to finish.

use crate::events::{Wakes, keep_telling};
use crate::outgoing::Networks;
use app::Office;
use app::account::openid::Provider;
use app::sender::Sender;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::future::Future;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tower::Service as _;

/// Connections at once.
const MOST: usize = 4_096;
/// Until a request's head is there, or the next request of a connection.
const HEAD: Duration = Duration::from_secs(30);
/// For a handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// For requests in progress when the server ends.
const GRACE: Duration = Duration::from_secs(20);

/// Over what browsers reach a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reached {
    /// HTTP: on the machine itself, or in a network that is trusted.
    #[default]
    Plainly,
    /// TLS that the server speaks itself.
    ByTls,
    /// A proxy that speaks TLS and writes X-Forwarded-For.
    ByProxy,
}

/// What a server has at its doors.
#[derive(Clone, Default)]
pub struct Door {
    pub reached: Reached,
    /// Carries one-time codes to customers; without one there are none.
    pub sender: Option<Arc<dyn Sender>>,
    /// Where other programs may be that are told what happens.
    pub networks: Networks,
    /// Where members sign in beside here.
    pub openid: Option<Arc<Provider>>,
}

/// Where a server listens, and how.
#[derive(Clone)]
pub struct Listen {
    pub address: SocketAddr,
    pub tls: Option<Tls>,
    pub door: Door,
}

impl From<SocketAddr> for Listen {
    fn from(address: SocketAddr) -> Self {
        Self {
            address,
            tls: None,
            door: Door::default(),
        }
    }
}

/// Certificate chain and private key, as PEM files.
#[derive(Clone, Debug)]
pub struct Tls {
    pub certificates: PathBuf,
    pub key: PathBuf,
}

impl Tls {
    fn acceptor(&self) -> std::io::Result<TlsAcceptor> {
        let certificates = CertificateDer::pem_file_iter(&self.certificates)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(std::io::Error::other)?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(std::io::Error::other)?;
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .map_err(std::io::Error::other)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// Serves until `stop` is ready, then lets the requests in progress finish. `started` hears the address that was taken.
///
/// # Errors
/// The address cannot be taken; a certificate or key that cannot be read.
pub async fn serve(
    office: Office,
    listen: Listen,
    started: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let tls = listen.tls.as_ref().map(Tls::acceptor).transpose()?;
    let listener = TcpListener::bind(listen.address).await?;
    started(listener.local_addr()?);
    let wakes = Wakes::default();
    let router = crate::routes(office.clone(), listen.door, &wakes);
    let telling = tokio::spawn(keep_telling(office, wakes));
    let (graceful, seats) = (GracefulShutdown::new(), Arc::new(Semaphore::new(MOST)));
    let mut stop = std::pin::pin!(stop);
    loop {
        let seat = tokio::select! {
            seat = seats.clone().acquire_owned() => seat,
            () = &mut stop => break,
        };
        let Ok(seat) = seat else { break };
        let (stream, peer) = tokio::select! {
            taken = listener.accept() => match taken {
                Ok(taken) => taken,
                // Too many files are open, or the client has gone: the next one may succeed.
                Err(error) => {
                    tracing::warn!(%error, "a connection was not taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let _ = stream.set_nodelay(true);
        let watcher = graceful.watcher();
        let (router, tls) = (router.clone(), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => connection(stream, peer, router, watcher, seat).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) =
                        tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await
                    {
                        connection(stream, peer, router, watcher, seat).await;
                    }
                }
            }
        });
    }
    telling.abort();
    drop(listener);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    Ok(())
}

/// Answers the requests of one connection.
async fn connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    peer: SocketAddr,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
    seat: OwnedSemaphorePermit,
) {
    let answers = hyper::service::service_fn(move |mut request: hyper::Request<_>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), answers);
    // A client that goes away in the middle is no event.
    let _ = watcher.watch(connection).await;
    drop(seat);
}

/// Runs [`serve`] on this thread until the process is asked to end.
///
/// # Errors
/// As [`serve`].
pub fn run(
    office: Office,
    listen: Listen,
    started: impl FnOnce(SocketAddr),
) -> std::io::Result<()> {
    // Short questions are answered where they come in: one that takes longer than it should is not to keep the others waiting.
    let cores = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads((cores * 2).clamp(4, 16))
        .enable_all()
        .build()?;
    let served = runtime.block_on(serve(office, listen, started, ended()));
    // Listeners of events never end by themselves.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
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
