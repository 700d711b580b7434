//! OTLP/JSON: one document, one a line, or several one after the other. A broken one does not touch the others.

use serde_json::error::Category;
use twin_core::observe::{Locator, code};

use super::payload::{AnyValue, Attribute, Item, Link, List, ResourceSpans, Scalar, ScopeSpans, Span, TracesData};
use super::reading::{Candidate, Reading};
use super::span::{Attributes, Resource, Role};

/// Where a document stands.
struct Place {
    index: usize,
    /// Its first line.
    line: usize,
    /// It stands on one line, so that its line says more than a pointer.
    on_one_line: bool,
}

/// Reads every document of a text.
pub(super) fn read(bytes: &[u8], reading: &mut Reading) {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (mut rest, mut line, mut index) = (text, 1, 0);
    loop {
        let space = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let (blank, from) = rest.split_at(space);
        line += newlines(blank);
        if from.is_empty() {
            return;
        }
        let end =
            document(from, &Place { index, line, on_one_line: false }, reading).unwrap_or_else(|| next_start(from));
        let (read, next) = from.split_at(end.clamp(1, from.len()));
        line += newlines(read);
        (rest, index) = (next, index + 1);
    }
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// Behind the first line break that an opening brace follows: where the next document begins if this one is broken.
fn next_start(text: &[u8]) -> usize {
    text.windows(2).position(|pair| pair == b"\n{").map_or(text.len(), |end| end + 1)
}

/// Reads the document at the beginning of `text`; returns where it ends, if it is one.
fn document(text: &[u8], place: &Place, reading: &mut Reading) -> Option<usize> {
    let mut documents = serde_json::Deserializer::from_slice(text).into_iter::<Item<TracesData>>();
    let read = documents.next()?;
    let end = documents.byte_offset();
    match read {
        Ok(read) => {
            let source = text.get(..end).unwrap_or_default();
            let place = Place { on_one_line: !source.contains(&b'\n'), ..*place };
            take(read, source, &place, reading);
            Some(end)
        }
        Err(error) => {
            let line = place.line + error.line().saturating_sub(1);
            let (code, message) = match error.classify() {
                Category::Data => (code::SHAPE, "a field stands twice in one object"),
                Category::Eof => (code::SYNTAX, "the document ends in the middle"),
                Category::Syntax | Category::Io => (code::SYNTAX, "not JSON"),
            };
            reading.reject(code, Locator::line(&reading.path, line), message);
            None
        }
    }
}

fn take(read: Item<TracesData>, source: &[u8], place: &Place, reading: &mut Reading) {
    let locator = place.locator(&reading.path, "");
    let Item::Read(data) = read else {
        return reading.reject(code::NOT_RECOGNISED, locator, "not an OTLP document");
    };
    if data.resource_spans.is_none() && is_other_signal(&data) {
        return reading.leave_out(locator, "OTLP, but no traces: only traces are read");
    }
    match data.resource_spans {
        Some(List::Items(resources)) => resource_spans(resources, place, reading),
        Some(List::Wrong) => reading.reject(code::SHAPE, locator, "`resourceSpans` is no list"),
        None if is_empty_object(source) => {}
        None => reading.reject(code::NOT_RECOGNISED, locator, "not an OTLP document"),
    }
}

fn is_other_signal(data: &TracesData) -> bool {
    data.resource_logs.is_some() || data.resource_metrics.is_some() || data.resource_profiles.is_some()
}

fn is_empty_object(source: &[u8]) -> bool {
    source.iter().filter(|byte| !byte.is_ascii_whitespace()).eq(b"{}")
}

fn resource_spans(resources: Vec<Item<ResourceSpans>>, place: &Place, reading: &mut Reading) {
    for (index, item) in resources.into_iter().enumerate() {
        let pointer = format!("/resourceSpans/{index}");
        match item {
            Item::Read(ResourceSpans { resource, scope_spans: List::Items(scopes) }) => {
                let resource = Resource::of(&resource_attributes(resource));
                scope_spans(scopes, &resource, &pointer, place, reading);
            }
            _ => reading.reject(code::SHAPE, place.locator(&reading.path, &pointer), "not a `ResourceSpans`"),
        }
    }
}

fn resource_attributes(resource: Option<Item<super::payload::Resource>>) -> Attributes {
    match resource {
        Some(Item::Read(resource)) => attributes(resource.attributes),
        _ => Attributes::default(),
    }
}

fn scope_spans(scopes: Vec<Item<ScopeSpans>>, resource: &Resource, parent: &str, place: &Place, reading: &mut Reading) {
    for (index, item) in scopes.into_iter().enumerate() {
        let pointer = format!("{parent}/scopeSpans/{index}");
        match item {
            Item::Read(ScopeSpans { spans: List::Items(items) }) => spans(items, resource, &pointer, place, reading),
            _ => reading.reject(code::SHAPE, place.locator(&reading.path, &pointer), "not a `ScopeSpans`"),
        }
    }
}

fn spans(items: Vec<Item<Span>>, resource: &Resource, parent: &str, place: &Place, reading: &mut Reading) {
    for (index, item) in items.into_iter().enumerate() {
        let locate = |path: &str| place.locator(path, &format!("{parent}/spans/{index}"));
        match item {
            Item::Read(span) => {
                let candidate = candidate(span, reading);
                reading.take(resource, candidate, locate);
            }
            Item::Wrong => reading.reject(code::SHAPE, locate(&reading.path), "not a span"),
        }
    }
}

fn candidate(span: Span, reading: &mut Reading) -> Candidate {
    let has_end = span.end_time_unix_nano.number();
    let has_failed = failed(span.status, reading);
    let ids = [&span.trace_id, &span.span_id].map(|id| matches!(id, Scalar::Text(text) if text.ends_with('=')));
    let in_base64 = ids.contains(&true);
    reading.remarks.add(
        code::SHAPE,
        "spans write their ids in base64, where OTLP/JSON wants hexadecimal",
        in_base64.into(),
    );
    Candidate {
        trace: id::<16>(&span.trace_id).map(u128::from_be_bytes),
        id: id::<8>(&span.span_id).map(u64::from_be_bytes),
        parent: parent(&span.parent_span_id),
        role: role(&span.kind),
        start: span.start_time_unix_nano.number().unwrap_or(0),
        end: has_end.unwrap_or(0),
        has_failed,
        name: span.name.text().unwrap_or_default(),
        trace_state: span.trace_state.text().unwrap_or_default(),
        attributes: attributes(span.attributes),
        link: link(span.links),
    }
}

/// The span that the only link leads to. Of several, none caused it alone.
fn link(links: List<Link>) -> Option<(u128, u64)> {
    let List::Items(items) = links else { return None };
    let [Item::Read(Link { trace_id, span_id })] = &items[..] else { return None };
    Some((u128::from_be_bytes(id::<16>(trace_id)?), u64::from_be_bytes(id::<8>(span_id)?)))
}

fn parent(scalar: &Scalar) -> Option<u64> {
    match scalar {
        Scalar::Absent => Some(0),
        Scalar::Text(text) if text.is_empty() => Some(0),
        _ => id::<8>(scalar).map(u64::from_be_bytes),
    }
}

fn role(kind: &Scalar) -> Option<Role> {
    match kind {
        Scalar::Absent => Some(Role::Internal),
        Scalar::Text(name) if name.starts_with("SPAN_KIND_") => Role::of_name(name),
        _ => kind.number().and_then(Role::of_number),
    }
}

fn failed(status: Option<Item<super::payload::Status>>, reading: &mut Reading) -> bool {
    let Some(Item::Read(status)) = status else { return false };
    let named = match &status.code {
        Scalar::Absent => Some(0),
        Scalar::Text(name) if name.starts_with("STATUS_CODE_") => {
            ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"]
                .iter()
                .position(|known| known == name)
                .map(|at| at as u64)
        }
        code => code.number(),
    };
    let is_known = named.is_some_and(|code| code <= 2);
    reading.remarks.add(
        code::SHAPE,
        "spans have a status that does not exist; they count as no error",
        (!is_known).into(),
    );
    named == Some(2)
}

fn attributes(list: List<Attribute>) -> Attributes {
    let mut kept = Attributes::default();
    let List::Items(items) = list else { return kept };
    for item in items {
        if let Item::Read(Attribute { key: Scalar::Text(key), value: Some(Item::Read(value)) }) = item {
            kept.keep(&key, || AnyValue::text(value));
        }
    }
    kept
}

/// An id in hexadecimal, as OTLP/JSON wants it, or in base64, as protobuf's own rules would have it. Their lengths tell them apart.
fn id<const N: usize>(scalar: &Scalar) -> Option<[u8; N]> {
    let Scalar::Text(text) = scalar else { return None };
    if text.len() == 2 * N { hexadecimal(text) } else { base64(text) }
}

fn hexadecimal<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut id = [0; N];
    for (byte, pair) in id.iter_mut().zip(text.as_bytes().chunks(2)) {
        let mut digits = pair.iter().map(|digit| char::from(*digit).to_digit(16));
        *byte = u8::try_from(digits.try_fold(0, |sum, digit| Some(sum * 16 + digit?))?).ok()?;
    }
    Some(id)
}

fn base64<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.trim_end_matches('=');
    if text.len() != N.div_ceil(3) * 4 || digits.len() != (N * 4).div_ceil(3) {
        return None;
    }
    let (mut id, mut bits, mut held, mut at) = ([0; N], 0_u32, 0, 0);
    for digit in digits.bytes() {
        (bits, held) = ((bits << 6) | sextet(digit)?, held + 6);
        if held >= 8 {
            held -= 8;
            *id.get_mut(at)? = (bits >> held) as u8;
            (bits, at) = (bits & ((1 << held) - 1), at + 1);
        }
    }
    Some(id)
}

fn sextet(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(value.into())
}

impl Place {
    fn locator(&self, path: &str, pointer: &str) -> Locator {
        if self.on_one_line { Locator::line(path, self.line) } else { Locator::pointer(path, self.index, pointer) }
    }
}
