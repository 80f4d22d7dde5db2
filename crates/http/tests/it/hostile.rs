//! What comes over the line from whoever means no good: bodies without end, clients that wait, sockets that speak no TLS.

use crate::house::{House, door};
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tower::ServiceExt as _;

/// A runtime whose clock goes on at once when nobody has anything to do: half a minute takes no time.
fn hurried() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
}

/// Serves while `work` asks.
async fn served<F: Future<Output = ()>>(
    house: &House,
    tls: Option<web::Tls>,
    work: impl FnOnce(SocketAddr) -> F,
) {
    let listen = web::Listen {
        address: ([127, 0, 0, 1], 0).into(),
        tls,
        door: door(web::Reached::Plainly),
    };
    let (started, address) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(web::serve(
        house.office.clone(),
        listen,
        |address| started.send(address).unwrap(),
        async {
            let _ = stopped.await;
        },
    ));
    work(address.await.unwrap()).await;
    drop(stop);
    server.await.unwrap().unwrap();
}

async fn said(mut stream: impl AsyncRead + AsyncWrite + Unpin, words: &str) -> String {
    stream.write_all(words.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A peer that hangs up in the middle has said what it said.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_body_that_does_not_end_is_given_up() {
    let house = House::new();
    let (sender, waiting) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let body = http_body_util::StreamBody::new(Never(waiting));
    let request = Request::post("/api/session")
        .header("content-type", "application/json")
        .body(Body::new(body))
        .unwrap();
    let answer = hurried().block_on(house.router.clone().oneshot(request));
    assert_eq!(answer.unwrap().status(), StatusCode::REQUEST_TIMEOUT);
    drop(sender);
}

/// A body of which nothing comes.
struct Never(tokio::sync::mpsc::Receiver<Result<Bytes, std::io::Error>>);

impl futures_core::Stream for Never {
    type Item = Result<http_body::Frame<Bytes>, std::io::Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        let next = self.0.poll_recv(context);
        next.map(|next| next.map(|next| next.map(http_body::Frame::data)))
    }
}

#[test]
fn a_body_that_is_too_large_is_refused_unread() {
    let house = House::new();
    let words = format!("{{\"kind\": \"{}\"}}", "x".repeat(3 << 20));
    let headers = [("content-type", "application/json")];
    let answer = house.ask("POST", "/api/units/YS/records", "desk", &headers, words);
    assert_eq!(answer.refused(413), "too-large");
    let deep = format!(
        "{{\"kind\": \"repair\", \"data\": {}1{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let answer = house.ask("POST", "/api/units/YS/records", "desk", &headers, deep);
    assert_eq!(answer.refused(400), "body-wrong");
}

#[test]
fn a_client_that_does_not_say_what_it_wants_is_hung_up_on() {
    let house = House::new();
    hurried().block_on(served(&house, None, async |address| {
        for half in ["", "GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: "] {
            let stream = TcpStream::connect(address).await.unwrap();
            let begun = tokio::time::Instant::now();
            let answer = said(stream, half).await;
            assert!(!answer.contains(" 200 "), "{answer}");
            let waited = begun.elapsed();
            assert!(
                waited >= Duration::from_secs(29) && waited < Duration::from_secs(60),
                "{waited:?}"
            );
        }
    }));
}

#[test]
fn what_is_no_request_is_refused_before_anybody_looks_at_it() {
    let house = House::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(served(&house, None, async |address| {
        for (words, status) in [
            ("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "200"),
            ("\u{16}\u{3}\u{1}\u{2} hello\r\n\r\n", "400"),
            ("POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}", "400"),
            ("POST /api/session HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, identity\r\n\r\nzz\r\n", "400"),
            // Addresses that lead out of the site's files are pages like any other; nothing is read by them.
            ("GET /assets/../../../../etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "404"),
            ("GET /assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "404"),
        ] {
            let stream = TcpStream::connect(address).await.unwrap();
            let answer = said(stream, words).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{words}: {answer}");
        }
        let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(1 << 20));
        let stream = TcpStream::connect(address).await.unwrap();
        let answer = said(stream, &long).await;
        assert!(!answer.contains(" 200 "), "{}", answer.lines().next().unwrap_or_default());
    }));
}

#[test]
fn over_tls_it_answers_whoever_speaks_tls_and_trusts_its_certificate() {
    let house = House::new();
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = house.place.folder();
    let tls = web::Tls {
        certificates: folder.join("cert.pem"),
        key: folder.join("key.pem"),
    };
    std::fs::write(&tls.certificates, cert.pem()).unwrap();
    std::fs::write(&tls.key, signing_key.serialize_pem()).unwrap();
    let client = |trusted: bool| {
        let mut roots = RootCertStore::empty();
        if trusted {
            roots.add(cert.der().clone()).unwrap();
        }
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    };
    let (knows, doubts) = (client(true), client(false));
    let name = || ServerName::try_from("localhost").unwrap();
    let words = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(served(&house, Some(tls), async |address| {
        let connect = || async { TcpStream::connect(address).await.unwrap() };
        let stream = knows.connect(name(), connect().await).await.unwrap();
        let answer = said(stream, words).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(doubts.connect(name(), connect().await).await.is_err());
        let plain = said(connect().await, words).await;
        assert!(!plain.contains("HTTP/1.1 200"), "{plain}");
    }));
}
