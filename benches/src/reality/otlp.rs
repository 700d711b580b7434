//! Spans of OTLP as JSON, one export a line.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use twin_core::base::Result;
use twin_core::simulate::replay::{Span, SpanKind};

use crate::command::unusable;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Export {
    #[serde(default)]
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans {
    #[serde(default)]
    resource: Attributed,
    #[serde(default)]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Deserialize)]
struct ScopeSpans {
    #[serde(default)]
    spans: Vec<Stated>,
}

#[derive(Default, Deserialize)]
struct Attributed {
    #[serde(default)]
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
struct Attribute {
    key: String,
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stated {
    trace_id: String,
    span_id: String,
    #[serde(default)]
    parent_span_id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: Value,
    start_time_unix_nano: Value,
    end_time_unix_nano: Value,
    #[serde(default)]
    attributes: Vec<Attribute>,
    #[serde(default)]
    status: Status,
}

#[derive(Default, Deserialize)]
struct Status {
    #[serde(default)]
    code: Value,
}

/// Reads all spans of a file.
pub(super) fn read(path: &Path) -> Result<Vec<Span>> {
    let bytes = crate::vectors::contents(path)?;
    let mut spans = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        let export: Export = serde_json::from_slice(line).map_err(|error| unusable(path, error))?;
        for resource in export.resource_spans {
            let service = text(&resource.resource.attributes, "service.name").unwrap_or_default();
            let stated = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
            spans.extend(stated.filter_map(|span| span.read(&service)));
        }
    }
    Ok(spans)
}

impl Stated {
    fn read(self, service: &str) -> Option<Span> {
        let kind = match (self.kind.as_u64(), self.kind.as_str()) {
            (Some(2), _) | (_, Some("SPAN_KIND_SERVER")) => SpanKind::Server,
            (Some(3), _) | (_, Some("SPAN_KIND_CLIENT")) => SpanKind::Client,
            (Some(4), _) | (_, Some("SPAN_KIND_PRODUCER")) => SpanKind::Producer,
            (Some(5), _) | (_, Some("SPAN_KIND_CONSUMER")) => SpanKind::Consumer,
            _ => SpanKind::Internal,
        };
        let attributes = &self.attributes;
        Some(Span {
            trace: u128::from_str_radix(&self.trace_id, 16).ok()?,
            id: u64::from_str_radix(&self.span_id, 16).ok()?,
            parent: u64::from_str_radix(&self.parent_span_id, 16).ok(),
            service: service.to_owned(),
            operation: operation(&self.name, attributes),
            kind,
            start_ns: number(&self.start_time_unix_nano)?,
            end_ns: number(&self.end_time_unix_nano)?,
            failed: self.status.code == 2 || self.status.code == "STATUS_CODE_ERROR",
            peer: text(attributes, "peer.service").or_else(|| text(attributes, "server.address")),
            cache_hit: value(attributes, "cache.hit").and_then(|value| value.get("boolValue")?.as_bool()),
            resends: value(attributes, "http.request.resend_count")
                .and_then(|value| number(value.get("intValue")?))
                .and_then(|count| u32::try_from(count).ok())
                .unwrap_or_default(),
        })
    }
}

/// What is asked for: the route or path, else what stands behind the verb in the span's name.
fn operation(name: &str, attributes: &[Attribute]) -> String {
    let route = text(attributes, "http.route").or_else(|| text(attributes, "url.path"));
    let named = || name.rsplit(' ').next().unwrap_or_default().to_owned();
    route.unwrap_or_else(named).trim_matches('/').to_owned()
}

fn value<'a>(attributes: &'a [Attribute], key: &str) -> Option<&'a Value> {
    attributes.iter().find(|attribute| attribute.key == key).map(|attribute| &attribute.value)
}

fn text(attributes: &[Attribute], key: &str) -> Option<String> {
    value(attributes, key)?.get("stringValue")?.as_str().map(str::to_owned)
}

/// A number, or one as text.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
