//! Recorded requests: spans as they are played again, which are never kept.

use std::collections::{BTreeMap, BTreeSet};

use twin_connector_base::Payload;
use twin_core::base::Limits;
use twin_core::observe::{Diagnostic, Locator, code};
use twin_core::simulate::replay::{self, Names, SpanKind};

use super::read_all;
use super::span::{Role, Service, Span};

/// The spans of payloads in OTLP, as JSON or protobuf, compressed or not; and what could not be taken.
pub fn requests(payloads: &[Payload<'_>], limits: &Limits) -> (Vec<replay::Span>, Vec<Diagnostic>) {
    let mut readings = read_all(payloads, limits);
    let mut diagnostics: Vec<Diagnostic> = readings.iter_mut().flat_map(|reading| reading.conclude().0).collect();
    let whole = payloads.first().map_or_else(String::new, |payload| payload.path.to_owned());
    let together = taken_together(readings.iter().flat_map(|reading| &reading.spans));
    diagnostics.extend(together.map(|message| Diagnostic::warning(code::AMBIGUOUS, Locator::line(&whole, 0), message)));
    let spans = || readings.iter().flat_map(|reading| &reading.spans);
    let served = spans().filter(|span| matches!(span.role, Role::Server | Role::Consumer));
    let names = Names::of(served.filter_map(|span| Some((span.service.name.as_str(), span.operation.as_deref()?))));
    (spans().map(|span| recorded(span, &names)).collect(), diagnostics)
}

/// Services that were recorded in several environments: their requests are played as those of one.
fn taken_together<'s>(spans: impl Iterator<Item = &'s Span>) -> impl Iterator<Item = String> {
    let mut places: BTreeMap<&str, BTreeSet<[&str; 2]>> = BTreeMap::new();
    for span in spans {
        let Service { namespace, environment, name } = &*span.service;
        let place = [environment, namespace].map(|part| part.as_deref().unwrap_or_default());
        places.entry(name).or_default().insert(place);
    }
    let told = |(name, places): (&str, BTreeSet<[&str; 2]>)| {
        let place = |[environment, namespace]: [&str; 2]| match (environment, namespace) {
            ("", "") => "nowhere that is named".to_owned(),
            ("", place) | (place, "") => place.to_owned(),
            (environment, namespace) => format!("{namespace} of {environment}"),
        };
        let places: Vec<String> = places.into_iter().map(place).collect();
        (places.len() > 1).then(|| format!("requests of {name} are taken together: from {}", places.join(", ")))
    };
    places.into_iter().filter_map(told).collect::<Vec<String>>().into_iter()
}

fn recorded(span: &Span, names: &Names<'_>) -> replay::Span {
    let nanoseconds = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
    replay::Span {
        trace: span.trace,
        id: span.id,
        parent: span.parent,
        service: span.service.name.clone(),
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
        failed: span.has_failed,
        peer: span.peer.service.clone().or_else(|| span.peer.host.clone()),
        address: span.peer.host.clone(),
        cache_hit: span.hit,
        resends: span.resends,
    }
}
