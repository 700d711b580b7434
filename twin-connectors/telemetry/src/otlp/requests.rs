//! Recorded requests: spans as they are played again, which are never kept.

use twin_connector_base::Payload;
use twin_core::base::Limits;
use twin_core::observe::Diagnostic;
use twin_core::simulate::replay::{self, SpanKind};

use super::read_all;
use super::span::{Role, Span};

/// The spans of payloads in OTLP, as JSON or protobuf, compressed or not; and what could not be taken.
pub fn requests(payloads: &[Payload<'_>], limits: &Limits) -> (Vec<replay::Span>, Vec<Diagnostic>) {
    let mut readings = read_all(payloads, limits);
    let diagnostics = readings.iter_mut().flat_map(|reading| reading.conclude().0).collect();
    (readings.iter().flat_map(|reading| reading.spans.iter().map(recorded)).collect(), diagnostics)
}

fn recorded(span: &Span) -> replay::Span {
    let nanoseconds = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
    replay::Span {
        trace: span.trace,
        id: span.id,
        parent: span.parent,
        service: span.service.name.clone(),
        operation: span.operation.as_deref().map(plain).unwrap_or_default().to_owned(),
        kind: match span.role {
            Role::Internal => SpanKind::Internal,
            Role::Server => SpanKind::Server,
            Role::Client => SpanKind::Client,
            Role::Producer => SpanKind::Producer,
            Role::Consumer => SpanKind::Consumer,
        },
        start_ns: nanoseconds(span.start),
        end_ns: nanoseconds(span.end),
        failed: span.has_failed,
        peer: span.peer.service.clone().or_else(|| span.peer.host.clone()),
        cache_hit: span.hit,
        resends: span.resends,
    }
}

/// What is done, without the verb before it: `GET /orders` is `orders`.
fn plain(operation: &str) -> &str {
    operation.rsplit(' ').next().unwrap_or_default().trim_matches('/')
}
