//! Recorded requests: spans as they are played again, which are never kept.

use twin_connector_base::Payload;
use twin_core::base::Limits;
use twin_core::observe::Diagnostic;
use twin_core::simulate::replay::{self, Names, SpanKind};

use super::read_all;
use super::span::{Role, Span};

/// The spans of payloads in OTLP, as JSON or protobuf, compressed or not; and what could not be taken.
pub fn requests(payloads: &[Payload<'_>], limits: &Limits) -> (Vec<replay::Span>, Vec<Diagnostic>) {
    let mut readings = read_all(payloads, limits);
    let diagnostics = readings.iter_mut().flat_map(|reading| reading.conclude().0).collect();
    let spans = || readings.iter().flat_map(|reading| &reading.spans);
    let served = spans().filter(|span| matches!(span.role, Role::Server | Role::Consumer));
    let names = Names::of(served.filter_map(|span| Some((span.service.name.as_str(), span.operation.as_deref()?))));
    (spans().map(|span| recorded(span, &names)).collect(), diagnostics)
}

fn recorded(span: &Span, names: &Names<'_>) -> replay::Span {
    let nanoseconds = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
    replay::Span {
        trace: span.trace,
        id: span.id,
        parent: span.parent,
        service: span.service.name.clone(),
        instance: span.instance.as_deref().map(str::to_owned),
        within: span.service.environment.iter().chain(&span.service.namespace).cloned().collect(),
        operation: span
            .operation
            .as_deref()
            .map_or_else(String::new, |operation| names.name(&span.service.name, operation)),
        kind: match span.role {
            Role::Internal => SpanKind::Internal,
            Role::Server => SpanKind::Server,
            Role::Client => SpanKind::Client,
            Role::Producer => SpanKind::Producer,
            Role::Consumer => SpanKind::Consumer,
        },
        start_ns: nanoseconds(span.start),
        end_ns: nanoseconds(span.end),
        failed: span.has_failed && !span.is_refused,
        peer: span.peer.service.clone().or_else(|| span.peer.host.clone()),
        address: span.peer.host.clone(),
        cache_hit: span.hit,
        resends: span.resends,
        link: span.link,
    }
}
