//! What the decoder makes of spans that we wrote ourselves, in each encoding, in any order, and broken in many ways.

use std::io::Write;

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::Link;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, TracesData};
use proptest::prelude::*;
use prost::Message;
use serde_json::json;
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_connector_telemetry::otlp::OtlpTraces;
use twin_core::base::Limits;
use twin_core::observe::{Handle, Outcome, Record, Severity, SourceId, Space, Statement, Target};
use twin_core::schema::{AttributeName, Relation, Value, attribute, kind, relation};

const HOUR: u64 = 3_600_000_000_000;
const START: u64 = 1_700_000_000_000_000_000 / HOUR * HOUR;

/// A span in a few words; its trace, id and parent are small numbers, its times milliseconds after [`START`].
#[derive(Clone, Debug)]
struct Told {
    service: &'static str,
    ids: (u128, u64, u64),
    kind: i32,
    name: String,
    times: (u64, u64),
    failed: bool,
    attributes: Vec<(&'static str, String)>,
    /// Traces and ids of the spans that it is linked to.
    links: Vec<(u128, u64)>,
}

fn told(
    service: &'static str,
    ids: (u128, u64, u64),
    kind: i32,
    name: &str,
    attributes: &[(&'static str, &str)],
) -> Told {
    let attributes = attributes.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    Told { service, ids, kind, name: name.to_owned(), times: (10, 20), failed: false, attributes, links: Vec::new() }
}

/// A shop: the entry calls a service, which reads a database and publishes an order, which a worker takes.
fn shop() -> Vec<Told> {
    let http = [("http.request.method", "POST")];
    let database =
        [("db.system", "postgresql"), ("server.address", "orders-db"), ("server.port", "5432"), ("db.name", "orders")];
    let queue = [("messaging.system", "kafka"), ("messaging.destination.name", "placed"), ("server.address", "broker")];
    vec![
        told("front", (1, 1, 0), 2, "POST /buy/12345?token=abc", &http),
        told("front", (1, 2, 1), 1, "price", &[]),
        told("front", (1, 3, 2), 3, "POST", &http),
        told("orders", (1, 4, 3), 2, "POST /orders", &http),
        told("orders", (1, 5, 4), 3, "SELECT x WHERE y = 'z'", &database),
        told("orders", (1, 6, 4), 4, "placed send", &queue),
        told("worker", (1, 7, 6), 5, "placed process", &queue[..2]),
        told(
            "worker",
            (1, 8, 7),
            3,
            "GET",
            &[("http.method", "GET"), ("http.url", "https://user:pass@pay.example/x?key=1")],
        ),
        told("front", (2, 1, 0), 2, "GET /", &http),
    ]
}

fn json_line(span: &Told) -> String {
    let attributes: Vec<_> =
        span.attributes.iter().map(|(key, value)| json!({"key": key, "value": {"stringValue": value}})).collect();
    let (trace, id, parent) = span.ids;
    let parent = if parent == 0 { String::new() } else { format!("{parent:016X}") };
    let link = |(trace, id): &(u128, u64)| json!({"traceId": format!("{trace:032x}"), "spanId": format!("{id:016x}")});
    let links: Vec<_> = span.links.iter().map(link).collect();
    let links = if links.is_empty() { String::new() } else { format!("\"links\":{},", json!(links)) };
    let line = json!({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": span.service}}]},
        "scopeSpans": [{"scope": {"name": "s"}, "spans": [{
            "traceId": format!("{trace:032x}"), "spanId": format!("{id:016x}"), "parentSpanId": parent,
            "name": span.name, "kind": span.kind,
            "startTimeUnixNano": (START + span.times.0 * 1_000_000).to_string(),
            "endTimeUnixNano": START + span.times.1 * 1_000_000,
            "attributes": attributes, "status": {"code": if span.failed { 2 } else { 0 }}, "unheardOf": {"a": [1]},
        }]}],
    }]});
    line.to_string().replace("\"unheardOf\"", &format!("{links}\"unheardOf\""))
}

fn text(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

fn link((trace, id): &(u128, u64)) -> Link {
    Link { trace_id: trace.to_be_bytes().to_vec(), span_id: id.to_be_bytes().to_vec(), ..Link::default() }
}

fn protobuf(spans: &[Told]) -> TracesData {
    let resources = spans.iter().map(|span| ResourceSpans {
        resource: Some(Resource { attributes: vec![text("service.name", span.service)], ..Resource::default() }),
        scope_spans: vec![ScopeSpans {
            spans: vec![Span {
                trace_id: span.ids.0.to_be_bytes().to_vec(),
                span_id: span.ids.1.to_be_bytes().to_vec(),
                parent_span_id: if span.ids.2 == 0 { Vec::new() } else { span.ids.2.to_be_bytes().to_vec() },
                name: span.name.clone(),
                kind: span.kind,
                start_time_unix_nano: START + span.times.0 * 1_000_000,
                end_time_unix_nano: START + span.times.1 * 1_000_000,
                attributes: span.attributes.iter().map(|(key, value)| text(key, value)).collect(),
                status: Some(Status { code: if span.failed { 2 } else { 0 }, ..Status::default() }),
                links: span.links.iter().map(link).collect(),
                ..Span::default()
            }],
            ..ScopeSpans::default()
        }],
        ..ResourceSpans::default()
    });
    TracesData { resource_spans: resources.collect() }
}

fn json_lines(spans: &[Told]) -> Vec<u8> {
    spans.iter().map(|span| json_line(span) + "\n").collect::<String>().into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

fn origin() -> Origin {
    Origin { source: SourceId("test".to_owned()), limits: Limits::default() }
}

fn decode_all(files: &[(&str, &[u8])]) -> Vec<Decoded> {
    let payloads: Vec<_> = files.iter().map(|(path, bytes)| Payload { path, bytes: Ok(*bytes) }).collect();
    OtlpTraces.decode(&payloads, &origin())
}

fn decode(path: &str, bytes: &[u8]) -> Decoded {
    decode_all(&[(path, bytes)]).remove(0)
}

fn counts(decoded: &Decoded) -> (u64, u64) {
    let accepted = decoded.records.iter().map(|record| record.stands_for).sum();
    (accepted, decoded.diagnostics.iter().map(|diagnostic| diagnostic.records).sum())
}

fn value<'a>(record: &'a Record, wanted: &AttributeName) -> Option<&'a Value> {
    record.observations.iter().find_map(|observation| match &observation.statement {
        Statement::Attribute { name, value } if name == wanted => Some(value),
        _ => None,
    })
}

fn edges(decoded: &[Decoded]) -> Vec<String> {
    let records =
        decoded.iter().flat_map(|decoded| &decoded.records).filter(|record| record.key.kind == kind::SERVICE_NAME);
    let mut edges: Vec<String> = records
        .flat_map(|record| record.observations.iter().filter_map(|observation| edge(record, &observation.statement)))
        .collect();
    edges.sort();
    edges
}

fn edge(record: &Record, statement: &Statement) -> Option<String> {
    let Statement::Related { relation, target, attributes, .. } = statement else { return None };
    let target = match target {
        Target::Record(key) => key.name.clone(),
        Target::Handle(handle) => handle.to_string(),
        Target::Selector { .. } => "selector".to_owned(),
    };
    let more: Vec<String> = attributes.values().map(ToString::to_string).collect();
    Some(format!("{} {relation} {target} {}", record.key.name, more.join(" ")).trim_end().to_owned())
}

fn shop_edges() -> Vec<&'static str> {
    vec![
        "front calls orders http",
        "orders connectsTo host:broker kafka",
        "orders connectsTo host:orders-db orders 5432 postgresql",
        "orders publishesTo placed kafka",
        "worker connectsTo host:pay.example http",
        "worker subscribesTo placed kafka",
    ]
}

#[test]
fn a_trace_becomes_services_edges_and_counts() {
    let decoded = decode("a/traces.jsonl", &json_lines(&shop()));
    assert_eq!(decoded.outcome, Outcome::Complete);
    assert_eq!(counts(&decoded), (9, 0), "{:?}", decoded.diagnostics);
    assert_eq!(edges(std::slice::from_ref(&decoded)), shop_edges());
    let queue = decoded.records.iter().find(|record| record.key.kind == kind::QUEUE).expect("a queue");
    let native = Statement::KnownAs(Handle::global(Space::NativeId, "kafka:placed"));
    assert!(queue.observations.iter().any(|observation| observation.statement == native));
}

#[test]
fn a_call_is_told_with_its_entry_its_operations_and_its_latency() {
    let decoded = decode("traces.jsonl", &json_lines(&shop()));
    let call = decoded.records.iter().find(|record| {
        value(record, &attribute::OPERATION) == Some(&"POST /orders".into())
            && value(record, &attribute::CALLER_OPERATION).is_some()
    });
    let call = call.expect("the call of orders");
    let expected = [
        (attribute::CALLER_OPERATION, "POST /buy/{}"),
        (attribute::ENTRY_SERVICE, "front"),
        (attribute::ENTRY_OPERATION, "POST /buy/{}"),
        (attribute::REQUESTS, "1"),
        (attribute::ERRORS, "0"),
        (attribute::PROTOCOL, "http"),
        (attribute::WINDOW_START, "2023-11-14T22:00:00Z"),
        (attribute::WINDOW_END, "2023-11-14T23:00:00Z"),
        (attribute::EXEMPLARS, "0000000000000003"),
    ];
    for (name, wanted) in expected {
        assert_eq!(value(call, &name).map(ToString::to_string).as_deref(), Some(wanted), "{name}");
    }
    // 10 ms: 1.02^465 <= 10,000 us < 1.02^466.
    assert_eq!(value(call, &attribute::LATENCY), Some(&Value::Sketch(vec![(465, 1)])));
}

#[test]
fn the_traces_of_an_entry_are_counted_for_each_service_that_they_touch() {
    let decoded = decode("traces.jsonl", &json_lines(&shop()));
    let touched = decoded
        .records
        .iter()
        .filter(|record| record.key.kind == kind::TRAFFIC && value(record, &attribute::OPERATION).is_none());
    let mut told: Vec<String> = touched
        .map(|record| {
            let of = [attribute::ENTRY_OPERATION, attribute::TRACES]
                .map(|name| value(record, &name).map(ToString::to_string).unwrap_or_default());
            format!(
                "{} {}",
                of.join(" "),
                record
                    .observations
                    .iter()
                    .find_map(|observation| edge(record, &observation.statement))
                    .unwrap_or_default()
                    .split(' ')
                    .nth(2)
                    .unwrap_or_default()
            )
        })
        .collect();
    told.sort();
    assert_eq!(told, ["GET / 1 front", "POST /buy/{} 1 front", "POST /buy/{} 1 orders", "POST /buy/{} 1 worker"]);
}

#[test]
fn each_encoding_of_the_same_spans_gives_the_same_records() {
    let spans = shop();
    let lines = json_lines(&spans);
    let pretty: String = spans
        .iter()
        .map(|span| {
            let document: serde_json::Value = serde_json::from_str(&json_line(span)).expect("our own JSON");
            serde_json::to_string_pretty(&document).expect("our own JSON") + "\n"
        })
        .collect();
    let snake = String::from_utf8(lines.clone())
        .expect("text")
        .replace("resourceSpans", "resource_spans")
        .replace("scopeSpans", "scope_spans")
        .replace("traceId", "trace_id")
        .replace("startTimeUnixNano", "start_time_unix_nano");
    let binary = protobuf(&spans).encode_to_vec();
    let sequence: Vec<u8> =
        spans.iter().flat_map(|span| protobuf(std::slice::from_ref(span)).encode_length_delimited_to_vec()).collect();
    let expected = decode("traces", &lines);
    let encodings = [
        pretty.into_bytes(),
        snake.into_bytes(),
        gzip(&lines),
        gzip(&binary),
        binary,
        sequence,
        without_breaks(&lines),
    ];
    for (index, bytes) in encodings.iter().enumerate() {
        assert_eq!(decode("traces", bytes), expected, "encoding {index}");
    }
}

fn without_breaks(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| *byte != b'\n').collect()
}

/// A text, how many of its spans are accepted and rejected, and where the first rejection stands.
fn check(text: &str, expected: (u64, u64), place: &str) {
    let decoded = decode("traces.jsonl", text.as_bytes());
    assert_eq!(counts(&decoded), expected, "{text}: {:?}", decoded.diagnostics);
    let first = decoded.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Rejected);
    assert_eq!(first.map(|diagnostic| diagnostic.locator.to_string()).unwrap_or_default(), place, "{text}");
}

#[test]
fn bad_spans_are_rejected_one_by_one_and_the_others_go_on() {
    let good = json_line(&shop()[0]);
    let cut = good.split_at(good.len() / 2).0;
    let kind = |kind: &str| good.replace("\"kind\":2", &format!("\"kind\":{kind}"));
    check(&format!("{good}\n{cut}\n{good}\n"), (2, 1), "traces.jsonl:3");
    check(&format!("{good}\nnonsense\n{good}"), (2, 1), "traces.jsonl:2");
    check(&kind("\"SPAN_KIND_SERVER\""), (1, 0), "");
    check(&kind("\"2\""), (1, 0), "");
    check(&kind("\"SPAN_KIND_WRONG\""), (0, 1), "traces.jsonl:1");
    check(&kind("99"), (0, 1), "traces.jsonl:1");
    check(&kind("-1"), (0, 1), "traces.jsonl:1");
    check(&kind("[2]"), (0, 1), "traces.jsonl:1");
    check(&good.replace("\"spanId\":\"0000000000000001", "\"spanId\":\"000000000000000G"), (0, 1), "traces.jsonl:1");
    check(&good.replace("0000000000000001\"", "0000000000000000\""), (0, 1), "traces.jsonl:1");
    check(&good.replace("\"spans\":[", "\"spans\":[null,7,"), (1, 2), "traces.jsonl:1");
    check(
        &good.replace("\"spans\":[", "\"spans\":\n[{},"),
        (1, 1),
        "traces.jsonl#0/resourceSpans/0/scopeSpans/0/spans/0",
    );
    check("", (0, 1), "traces.jsonl:0");
    check("{}\n{\"resourceSpans\":[]}\n", (0, 0), "");
    check("{\"data\":[]}", (0, 1), "traces.jsonl:1");
    check("[1]", (0, 1), "traces.jsonl:1");
    check(&"[".repeat(100_000), (0, 1), "traces.jsonl:1");
}

#[test]
fn ids_in_base64_are_read_with_a_warning() {
    let good = json_line(&shop()[0]);
    let text = good
        .replace(&format!("{:032x}", 1), "AAAAAAAAAAAAAAAAAAAAAQ==")
        .replace(&format!("{:016x}", 1), "AAAAAAAAAAE=");
    let (read, expected) = (decode("t.json", text.as_bytes()), decode("t.json", good.as_bytes()));
    assert_eq!(read.records, expected.records);
    assert_eq!(read.diagnostics.len(), expected.diagnostics.len() + 1);
}

#[test]
fn other_signals_are_left_out_once_and_take_nothing_away() {
    let metric: &[u8] = &[0x0a, 0x08, 0x12, 0x06, 0x12, 0x04, 0x0a, 0x02, b'u', b'p'];
    for bytes in [b"{\"resourceLogs\":[{}]}", b"{\"resourceMetrics\":[]}".as_slice(), metric] {
        let decoded = decode("otlp.json".trim_end_matches(if bytes == metric { ".json" } else { "-" }), bytes);
        assert_eq!((counts(&decoded), &decoded.outcome), ((0, 1), &Outcome::Complete), "{bytes:?}");
    }
}

#[test]
fn spans_seen_twice_are_counted_once() {
    let lines = json_lines(&shop());
    let decoded = decode_all(&[("a.jsonl", &lines), ("b.jsonl", &lines)]);
    assert_eq!(counts(&decoded[0]), (9, 0));
    assert_eq!(counts(&decoded[1]), (9, 0));
    let requests = |decoded: &Decoded| {
        decoded.records.iter().filter(|record| value(record, &attribute::REQUESTS).is_some()).count()
    };
    assert!(requests(&decoded[0]) > 0);
    assert_eq!(requests(&decoded[1]), 0);
    assert!(decoded[1].diagnostics.iter().any(|diagnostic| diagnostic.message.contains("counted once")));
}

#[test]
fn traces_are_joined_over_files_and_a_lost_file_makes_its_folder_partial() {
    let spans = shop();
    let files: Vec<Vec<u8>> = spans.iter().map(|span| json_line(span).into_bytes()).collect();
    let named: Vec<String> = (0..files.len()).map(|index| format!("d/{index}.json")).collect();
    let pairs: Vec<(&str, &[u8])> = named.iter().map(String::as_str).zip(files.iter().map(Vec::as_slice)).collect();
    let decoded = decode_all(&pairs);
    assert_eq!(edges(&decoded), shop_edges());
    assert!(decoded.iter().all(|decoded| counts(decoded) == (1, 0) && decoded.outcome == Outcome::Complete));
    let mut payloads: Vec<_> = pairs.iter().map(|(path, bytes)| Payload { path, bytes: Ok(*bytes) }).collect();
    payloads[3].bytes = Err("denied");
    let partial = OtlpTraces.decode(&payloads, &origin());
    assert!(partial.iter().all(|decoded| matches!(decoded.outcome, Outcome::Partial(_))));
    assert!(!edges(&partial).contains(&"front calls orders http".to_owned()));
    assert!(edges(&partial).contains(&"orders publishesTo placed kafka".to_owned()));
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let bomb = gzip(&vec![b' '; 1 << 20]);
    let small = Origin { limits: Limits { payload_bytes: 4096, ..Limits::default() }, ..origin() };
    let decoded = OtlpTraces.decode(&[Payload { path: "traces.json.gz", bytes: Ok(&bomb) }], &small);
    assert_eq!(decoded[0].diagnostics[0].code, "limit");
}

#[test]
fn parents_in_a_circle_end() {
    let circle: Vec<Told> = (1..=3).map(|id| told("a", (1, id, id % 3 + 1), 1, "x", &[])).collect();
    assert_eq!(counts(&decode("traces.jsonl", &json_lines(&circle))), (3, 0));
}

#[test]
fn secrets_stay_inside() {
    let secrets: Vec<String> =
        (0..100_u64).map(|index| format!("sEcReT{:016x}zQ", (index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    let keys = [
        "db.statement",
        "http.url",
        "url.full",
        "http.target",
        "url.query",
        "http.request.header.authorization",
        "exception.message",
        "server.address",
        "http.route",
        "db.operation",
        "rpc.method",
        "messaging.operation",
    ];
    let mut text = String::new();
    for (index, secret) in secrets.iter().enumerate() {
        let mut span = shop()[index % 9].clone();
        span.ids.1 += 100 * index as u64;
        span.name = format!("GET /a/{secret}/b?key={secret} '{secret}'");
        span.attributes.extend(keys.iter().map(|key| {
            let value = match *key {
                "http.url" | "url.full" => format!("https://{secret}:{secret}@pay.example/{secret}?a={secret}"),
                "server.address" => format!("user:{secret}@db.example:5432"),
                "http.route" => format!("/x/{secret}"),
                _ => secret.clone(),
            };
            (*key, value)
        }));
        let line = json_line(&span).replace("\"status\":{", &format!("\"events\":[{{\"name\":\"{secret}\"}}],\"links\":[{{\"traceState\":\"{secret}\"}}],\"traceState\":\"{secret}\",\"status\":{{\"message\":\"{secret}\","));
        text.push_str(&line);
        text.push_str(if index % 10 == 0 { "\n{\"resourceSpans\":[{\"a\":\"secret\n" } else { "\n" });
    }
    let decoded = decode("traces.jsonl", text.as_bytes());
    assert_eq!(counts(&decoded), (100, 10), "{:?}", decoded.diagnostics);
    let shown = format!("{decoded:?}");
    let leaked: Vec<&String> =
        secrets.iter().filter(|secret| shown.to_lowercase().contains(&secret.to_lowercase())).collect();
    assert!(leaked.is_empty(), "{} secrets of 100 leaked", leaked.len());
}

#[test]
fn files_are_recognised_by_name_and_content() {
    let lines = json_lines(&shop());
    let binary = protobuf(&shop()).encode_to_vec();
    let cases: [(&str, &[u8], Recognition); 9] = [
        ("x/traces.jsonl", &lines, Recognition::ByName),
        ("x/traces.jsonl.gz", &gzip(&lines), Recognition::ByName),
        ("x/a.json", &lines, Recognition::ByContent),
        ("x/traces.pb", &binary, Recognition::ByName),
        ("x/traces.pb", &binary[..40], Recognition::ByName),
        ("x/a.bin", &binary, Recognition::ByContent),
        ("traces.json", b"{\"data\":[]}", Recognition::No),
        ("traces.json", b"", Recognition::ByName),
        ("readme.md", b"# traces", Recognition::No),
    ];
    for (path, head, expected) in cases {
        assert_eq!(OtlpTraces.recognises(path, head), expected, "{path}");
    }
}

#[test]
fn evidence_of_a_call_says_to_the_letter_whom_it_asked() {
    let cases = [
        ("server.address", "stock.mart", "stock.mart"),
        ("server.address", "Stock.MART:5432", "Stock.MART"),
        ("http.url", "https://u:p@Pay.example:8443/x?y=z", "Pay.example"),
        ("peer.service", "Stock", "Stock"),
    ];
    for (key, text, expected) in cases {
        let decoded = decode("t.jsonl", &json_lines(&[told("till", (1, 2, 0), 3, "GET", &[(key, text)])]));
        let related = decoded.records.iter().flat_map(|record| &record.observations).find(|observation| {
            matches!(&observation.statement, Statement::Related { relation, .. } if relation.as_str() == "connectsTo")
        });
        let raw = related.map(|observation| observation.evidence.chain[0].raw.as_str());
        assert_eq!(raw, Some(expected), "{key}={text}");
    }
}

fn some_spans() -> impl Strategy<Value = Vec<Told>> {
    let services = prop::sample::select(vec!["a", "b", "c"]);
    let span = (services, 1..3_u128, 1..12_u64, 0..12_u64, 1..6_i32, 0..8_000_u64, any::<bool>());
    let span = span.prop_map(|(service, trace, id, parent, kind, at, failed)| Told {
        times: (at * 1_000, at * 1_000 + 5),
        failed,
        ..told(service, (trace, id, parent), kind, "op", &[("server.address", "peer")])
    });
    prop::collection::vec(span, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_spans_gives_the_same_records((spans, shuffled) in some_spans().prop_flat_map(|spans| (Just(spans.clone()), Just(spans).prop_shuffle()))) {
        let (one, other) = (decode("t.jsonl", &json_lines(&spans)), decode("t.jsonl", &json_lines(&shuffled)));
        prop_assert_eq!(counts(&one), (spans.len() as u64, 0));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn any_order_of_files_gives_the_same_records(spans in some_spans(), cut in 0..30_usize) {
        let (left, right) = spans.split_at(cut.min(spans.len() - 1));
        let files = [json_lines(left), json_lines(right)].map(|mut bytes| { bytes.extend(b"{}"); bytes });
        let forward = decode_all(&[("l.jsonl", &files[0]), ("r.jsonl", &files[1])]);
        let mut backward = decode_all(&[("r.jsonl", &files[1]), ("l.jsonl", &files[0])]);
        backward.reverse();
        let total: u64 = forward.iter().map(|decoded| counts(decoded).0).sum();
        prop_assert_eq!(total, spans.len() as u64);
        prop_assert_eq!(forward, backward);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), name in prop::sample::select(vec!["a.pb", "a.json"])) {
        let decoded = decode(name, &bytes);
        prop_assert!(decoded.diagnostics.len() <= bytes.len() + 2);
        OtlpTraces.recognises(name, &bytes);
    }

    #[test]
    fn damaged_payloads_are_read_without_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        for mut bytes in [json_lines(&shop()), protobuf(&shop()).encode_to_vec(), gzip(&json_lines(&shop()))] {
            let place = at.index(bytes.len());
            bytes[place] = byte;
            bytes.truncate(cut.index(bytes.len()) + 1);
            let decoded = decode("traces", &bytes);
            prop_assert!(decoded.records.iter().all(|record| record.observations.iter().all(|observation| !observation.evidence.chain.is_empty())));
        }
    }
}

#[test]
fn relations_and_attributes_are_those_that_the_schema_admits() {
    let schema = twin_core::schema::Schema::default();
    let decoded = decode("traces.jsonl", &json_lines(&shop()));
    let calls: Relation = relation::CALLS;
    assert!(OtlpTraces.capability().relations.contains(&calls));
    for observation in decoded.records.iter().flat_map(|record| &record.observations) {
        match &observation.statement {
            Statement::Attribute { name, value } => {
                assert!(schema.attribute(name.as_str()).expect("known").value.admits(value), "{name}");
            }
            Statement::Related { relation, .. } => assert!(OtlpTraces.capability().relations.contains(relation)),
            _ => {}
        }
    }
}

/// Written by `data/capture/record.py` with a real SDK.
#[test]
fn spans_of_a_real_sdk_become_the_same_graph_packed_or_not() {
    let plain = decode("traces.pb", include_bytes!("data/capture/traces.pb"));
    assert_eq!(
        (counts(&plain), plain.diagnostics.as_slice(), &plain.outcome),
        ((18, 0), [].as_slice(), &Outcome::Complete)
    );
    let expected = [
        "basket connectsTo host:basket-cache 6379 redis",
        "basket publishesTo baskets rabbitmq",
        "mailer subscribesTo baskets rabbitmq",
        "web calls basket http",
    ];
    assert_eq!(edges(std::slice::from_ref(&plain)), expected);
    let native = Statement::KnownAs(Handle::global(Space::NativeId, "k8s:tea/basket"));
    assert!(plain.records.iter().any(|record| record.observations.iter().any(|said| said.statement == native)));
    assert!(!format!("{plain:?}").contains("hunter2"));
    let served = plain.records.iter().filter(|record| value(record, &attribute::CALLER_OPERATION).is_none());
    let errors: Vec<String> =
        served.filter_map(|record| value(record, &attribute::ERRORS)).map(ToString::to_string).collect();
    assert_eq!(errors.iter().filter(|errors| *errors == "1").count(), 1, "one of the baskets fails: {errors:?}");
    assert_eq!(decode("traces.pb", include_bytes!("data/capture/traces.pb.gz")), plain);
}

#[test]
fn an_answer_that_blames_its_caller_is_no_failure_of_a_call_that_is_played_again() {
    let called = |key: &'static str, code: &str| {
        let call = told("web", (1, 2, 1), 3, "GET /tea", &[("server.address", "kettle"), (key, code)]);
        let whole = told("web", (1, 1, 0), 2, "GET /", &[]);
        let lines = json_lines(&[whole, Told { failed: true, ..call }]);
        let payload = Payload { path: "t.jsonl", bytes: Ok(&lines) };
        let (spans, _) = twin_connector_telemetry::otlp::requests(&[payload], &Limits::default());
        spans.iter().find(|span| span.parent.is_some()).expect("a call").failed
    };
    let http = "http.response.status_code";
    let cases = [
        (http, "404", false),
        ("http.status_code", "403", false),
        (http, "408", true),
        (http, "429", true),
        (http, "503", true),
        (http, "tea", true),
        ("rpc.grpc.status_code", "5", false),
        ("rpc.grpc.status_code", "14", true),
    ];
    for (key, code, failed) in cases {
        assert_eq!(called(key, code), failed, "{key} {code}");
    }
}

#[test]
fn a_span_of_a_request_is_linked_to_what_alone_caused_it() {
    let linked = |links: &[(u128, u64)]| {
        let span = Told { links: links.to_vec(), ..told("stock", (2, 1, 0), 5, "take", &[]) };
        let (json, binary) = (json_lines(std::slice::from_ref(&span)), protobuf(&[span]).encode_to_vec());
        let read = |path: &str, bytes: &[u8]| {
            let payload = Payload { path, bytes: Ok(bytes) };
            twin_connector_telemetry::otlp::requests(&[payload], &Limits::default()).0[0].link
        };
        let told = read("t.jsonl", &json);
        assert_eq!(told, read("t.pb", &binary), "{links:?}");
        told
    };
    assert_eq!(linked(&[]), None);
    assert_eq!(linked(&[(1, 3)]), Some((1, 3)));
    assert_eq!(linked(&[(1, 3), (7, 3)]), None, "neither caused it alone");
    // What is no link leaves a span as it is.
    let line = json_line(&told("stock", (2, 1, 0), 5, "take", &[]));
    for odd in ["3", "[3]", r#"[{"traceId": "ab"}]"#, r#"[{"traceId": "00000000000000000000000000000001"}]"#] {
        let bytes = line.replace("\"unheardOf\"", &format!("\"links\":{odd},\"unheardOf\"")).into_bytes();
        let payload = Payload { path: "t.jsonl", bytes: Ok(&bytes) };
        let (spans, diagnostics) = twin_connector_telemetry::otlp::requests(&[payload], &Limits::default());
        assert_eq!((spans.len(), spans.first().and_then(|span| span.link), diagnostics.len()), (1, None, 0), "{odd}");
    }
}

#[test]
fn what_tells_processes_of_a_service_apart_is_read_and_never_told() {
    let of = |attributes: &[(&str, &str)]| {
        let span = told("stock", (2, 1, 0), 2, "take", &[]);
        let mut line: serde_json::Value = serde_json::from_str(&json_line(&span)).unwrap();
        let said = line.pointer_mut("/resourceSpans/0/resource/attributes").unwrap().as_array_mut().unwrap();
        said.extend(attributes.iter().map(|(key, value)| json!({"key": key, "value": {"stringValue": value}})));
        let mut data = protobuf(&[span]);
        let resource = data.resource_spans[0].resource.as_mut().unwrap();
        resource.attributes.extend(attributes.iter().map(|(key, value)| text(key, value)));
        let read = |path: &str, bytes: &[u8]| {
            let payload = Payload { path, bytes: Ok(bytes) };
            twin_connector_telemetry::otlp::requests(&[payload], &Limits::default()).0[0].instance.clone()
        };
        let told = read("t.jsonl", line.to_string().as_bytes());
        assert_eq!(told, read("t.pb", &data.encode_to_vec()), "{attributes:?}");
        told
    };
    let own = "627cc493-f310-47de-96bd-71410b7dec09";
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[("service.instance.id", own)]).as_deref(), Some(own));
    assert_eq!(
        of(&[("host.name", "h"), ("k8s.pod.name", "stock-7"), ("service.instance.id", "")]).as_deref(),
        Some("stock-7")
    );
    assert_eq!(of(&[("host.name", "h")]).as_deref(), Some("h"));
}
