//! OTLP/protobuf: one export, or several with their lengths before them. A broken part does not touch the others.

use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::span::Link;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use prost::Message;
use twin_core::observe::{Locator, code};

use super::reading::{Candidate, Reading};
use super::span::{Attributes, Resource, Role};
use super::wire::{self, Signal, Wire};

/// Reads an export, or a sequence of exports each after its length.
pub(super) fn read(bytes: &[u8], reading: &mut Reading) {
    if is_sequence(bytes) {
        for (index, message) in sequence(bytes).enumerate() {
            export(message, index, reading);
        }
    } else {
        export(bytes, 0, reading);
    }
}

/// Whether the bytes are exports with their lengths before them, up to the last byte.
pub(super) fn is_sequence(bytes: &[u8]) -> bool {
    let read: usize = sequence(bytes).map(<[u8]>::len).sum();
    let is_whole = rest_of_sequence(bytes).is_empty();
    !wire::is_export(bytes)
        && read > 0
        && is_whole
        && sequence(bytes).all(|part| part.is_empty() || wire::is_export(part))
}

fn sequence(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (message, next) = wire::delimited(rest)?;
        rest = next;
        Some(message)
    })
}

fn rest_of_sequence(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((_, next)) = wire::delimited(rest) {
        rest = next;
    }
    rest
}

fn export(message: &[u8], document: usize, reading: &mut Reading) {
    let mut others = false;
    for (index, field) in wire::fields(message).enumerate() {
        let pointer = format!("/resourceSpans/{index}");
        match field {
            Ok((1, Wire::Bytes(part))) => match wire::signal(part) {
                Some(Signal::Logs | Signal::Metrics) => others = true,
                _ => resource_spans(part, document, &pointer, reading),
            },
            Ok(_) => {}
            Err(()) => {
                let locator = Locator::pointer(&reading.path, document, pointer);
                reading.reject(code::SYNTAX, locator, "the message ends in the middle or is none");
            }
        }
    }
    if others {
        let locator = Locator::pointer(&reading.path, document, "");
        reading.leave_out(locator, "OTLP, but no traces: only traces are read");
    }
}

fn resource_spans(part: &[u8], document: usize, pointer: &str, reading: &mut Reading) {
    // The library's message could quote the input, so it is not passed on.
    let Ok(read) = ResourceSpans::decode(part) else {
        let locator = Locator::pointer(&reading.path, document, pointer);
        return reading.reject(code::SYNTAX, locator, "not a `ResourceSpans`");
    };
    let resource = Resource::of(&attributes(read.resource.map(|resource| resource.attributes).unwrap_or_default()));
    for (scope_index, scope) in read.scope_spans.into_iter().enumerate() {
        for (index, span) in scope.spans.into_iter().enumerate() {
            let candidate = candidate(span, reading);
            let pointer = || format!("{pointer}/scopeSpans/{scope_index}/spans/{index}");
            reading.take(&resource, candidate, |path| Locator::pointer(path, document, pointer()));
        }
    }
}

fn candidate(span: Span, reading: &mut Reading) -> Candidate {
    let status = span.status.map_or(0, |status| status.code);
    let is_known = (0..=2).contains(&status);
    reading.remarks.add(
        code::SHAPE,
        "spans have a status that does not exist; they count as no error",
        (!is_known).into(),
    );
    Candidate {
        trace: <[u8; 16]>::try_from(span.trace_id).ok().map(u128::from_be_bytes),
        id: <[u8; 8]>::try_from(span.span_id).ok().map(u64::from_be_bytes),
        parent: parent(span.parent_span_id),
        role: u64::try_from(span.kind).ok().and_then(Role::of_number),
        start: span.start_time_unix_nano,
        end: span.end_time_unix_nano,
        has_failed: status == 2,
        name: span.name,
        trace_state: span.trace_state,
        attributes: attributes(span.attributes),
        link: link(span.links),
    }
}

/// The span that the only link leads to. Of several, none caused it alone.
fn link(links: Vec<Link>) -> Option<(u128, u64)> {
    let [link] = <[Link; 1]>::try_from(links).ok()?;
    let trace = <[u8; 16]>::try_from(link.trace_id).ok().map(u128::from_be_bytes)?;
    Some((trace, <[u8; 8]>::try_from(link.span_id).ok().map(u64::from_be_bytes)?))
}

fn parent(id: Vec<u8>) -> Option<u64> {
    if id.is_empty() { Some(0) } else { <[u8; 8]>::try_from(id).ok().map(u64::from_be_bytes) }
}

fn attributes(list: Vec<KeyValue>) -> Attributes {
    let mut kept = Attributes::default();
    for KeyValue { key, value, .. } in list {
        kept.keep(&key, || text(value?.value?));
    }
    kept
}

fn text(value: any_value::Value) -> Option<String> {
    match value {
        any_value::Value::StringValue(text) => Some(text),
        any_value::Value::IntValue(number) => Some(number.to_string()),
        any_value::Value::BoolValue(flag) => Some(flag.to_string()),
        any_value::Value::DoubleValue(number) => Some(number.to_string()),
        _ => None,
    }
}
