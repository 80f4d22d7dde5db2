//! `GET /metrics`: what a Prometheus server collects, and one line of log a request.
//!
//! Labels are routes as they are written down, never addresses: no number, name or word of a search stands in them. The text format is
//! a page of code; a library for it would bring more than it saves.

use crate::State;
use crate::actor::Actor;
use crate::ask::blocking;
use crate::problem::{Problem, ProblemBody};
use axum::extract::{MatchedPath, Request, State as Given};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::access::Privilege;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Upper bounds of the buckets, in microseconds, and as they are shown, in seconds.
const BUCKETS: [(u64, &str); 10] = [
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (1_000_000, "1"),
    (5_000_000, "5"),
];

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What was counted since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<BTreeMap<Labels, Counted>>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Labels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Default)]
struct Counted {
    requests: u64,
    micros: u64,
    buckets: [u64; BUCKETS.len()],
}

impl Metrics {
    fn count(&self, labels: Labels, micros: u64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = all.entry(labels).or_default();
        counted.requests += 1;
        counted.micros += micros;
        for (bucket, (most, _)) in counted.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(micros <= most);
        }
    }

    fn text(&self, waiting: usize) -> String {
        let all = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut text = String::from(
            "# HELP guanjia_http_request_duration_seconds Time from request to answer.\n# TYPE guanjia_http_request_duration_seconds histogram\n",
        );
        for (labels, counted) in &all {
            let labels = format!(
                "method=\"{}\",route=\"{}\",status=\"{}\"",
                labels.method, labels.route, labels.status
            );
            let name = "guanjia_http_request_duration_seconds";
            for (bucket, (_, most)) in counted.buckets.iter().zip(BUCKETS) {
                let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{most}\"}} {bucket}");
            }
            let (whole, part) = (counted.micros / 1_000_000, counted.micros % 1_000_000);
            let _ = writeln!(
                text,
                "{name}_bucket{{{labels},le=\"+Inf\"}} {0}\n{name}_sum{{{labels}}} {whole}.{part:06}\n{name}_count{{{labels}}} {0}",
                counted.requests
            );
        }
        let _ = writeln!(
            text,
            "# HELP guanjia_store_waiting Commands that wait for the writer.\n# TYPE guanjia_store_waiting gauge\nguanjia_store_waiting {waiting}"
        );
        if let Some(bytes) = resident() {
            let _ = writeln!(
                text,
                "# HELP process_resident_memory_bytes Memory of this process.\n# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes {bytes}"
            );
        }
        text
    }
}

/// Memory of this process, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

/// Counters and times since the start, in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "server", operation_id = "metrics", responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = 403, description = "`privilege-missing`: `audit`", body = ProblemBody, content_type = "application/problem+json"),
))]
async fn show(actor: Actor, Given(state): Given<State>) -> Result<Response, Problem> {
    let office = state.office.clone();
    blocking(office, move |office| {
        office.privilege(&actor.0, Privilege::Audit, None)
    })
    .await?;
    let text = state.metrics.text(state.office.waiting());
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

/// Counts a request and says one line about it.
pub(crate) async fn measured(Given(state): Given<State>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let method = request.method().as_str().to_owned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    tracing::info!(method, route, status, micros, "request");
    state.metrics.count(
        Labels {
            method,
            route,
            status,
        },
        micros,
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_told_as_prometheus_reads_it() {
        let metrics = Metrics::default();
        let labels = Labels {
            method: "GET".into(),
            route: "/api/units".into(),
            status: 200,
        };
        metrics.count(labels.clone(), 900);
        metrics.count(labels, 1_500_000);
        let text = metrics.text(3);
        let line = |end: &str| {
            let begin = "guanjia_http_request_duration_seconds";
            let labels = "method=\"GET\",route=\"/api/units\",status=\"200\"";
            assert!(
                text.contains(&format!("{begin}{}", end.replace('L', labels))),
                "{end}\n{text}"
            );
        };
        line("_bucket{L,le=\"0.001\"} 1\n");
        line("_bucket{L,le=\"5\"} 2\n");
        line("_bucket{L,le=\"+Inf\"} 2\n");
        line("_sum{L} 1.500900\n");
        line("_count{L} 2\n");
        assert!(text.contains("guanjia_store_waiting 3\n"));
    }
}
