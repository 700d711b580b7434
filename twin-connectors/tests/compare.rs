//! Comparisons and paths over recorded requests of which some cannot be read.

use std::fs;

use tempfile::TempDir;
use twin_connectors::{CompareOptions, ScanOptions, compare, critical_path, scan};
use twin_core::answer::{Answer, Status};
use twin_core::base::{Context, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::schema::kind;
use twin_core::simulate::{ChangeDraft, Dimension, Scenario};
use twin_core::{At, Twin};

const NOW: &str = "2026-11-20T09:00:00Z";

fn now() -> Timestamp {
    Timestamp::parse(NOW).expect("a time")
}

/// A shop of two services, and a file of recorded requests beside it.
fn shop(recorded: &str) -> (TempDir, Snapshot, String) {
    let folder = TempDir::new().expect("a folder");
    let compose = "services:\n  web:\n    image: registry.example/acme/web:1\n    environment: {PAY_URL: \"http://pay:80\"}\n  pay:\n    image: registry.example/acme/pay:1\n";
    fs::write(folder.path().join("compose.yaml"), compose).expect("a file");
    let twin = Twin::in_memory();
    let scan =
        scan(folder.path(), &ScanOptions { name: Some("shop".to_owned()), ..ScanOptions::default() }).expect("a scan");
    twin.apply(scan.batches, now()).expect("batches");
    let traces = folder.path().join("requests.jsonl");
    fs::write(&traces, recorded).expect("a file");
    (folder, twin.snapshot(At::now(now())), traces.to_string_lossy().into_owned())
}

/// A request to the web service.
fn request(trace: u32) -> String {
    let span = format!(
        r#"{{"traceId":"{trace:032x}","spanId":"{trace:016x}","name":"GET /cart","kind":2,"startTimeUnixNano":"1700000001000000000","endTimeUnixNano":"1700000001030000000"}}"#
    );
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"web"}}}}]}},"scopeSpans":[{{"spans":[{span}]}}]}}]}}"#
    )
}

/// What is missing from an answer, as `scope: why`.
fn missing<T>(answer: &Answer<T>) -> Vec<String> {
    let Status::Partial { missing } = &answer.status else { return Vec::new() };
    let recorded = missing.iter().filter(|missing| missing.source.0 == "recorded requests");
    recorded.map(|missing| format!("{}: {}", missing.scope.rsplit('/').next().unwrap_or(""), missing.why)).collect()
}

fn check(recorded: &str, expected: &[&str]) {
    let (_folder, base, traces) = shop(recorded);
    let paths = critical_path(&base, std::slice::from_ref(&traces), &Context::new(now())).expect("an answer");
    assert_eq!(missing(&paths), expected, "critical_path");
    let drafts = ChangeDraft::list_from_json(r#"[{"change": "scale_load", "factor": 2}]"#).expect("a change");
    let scenario = Scenario::of(&base, "twice", &drafts).expect("a scenario");
    let options = CompareOptions { traces: vec![traces], ..CompareOptions::default() };
    let compared = compare(&scenario, options, &Context::new(now())).expect("an answer");
    assert_eq!(missing(&compared), expected, "compare");
    assert!(compared.blind_spots.len() >= expected.len() && paths.blind_spots.len() >= expected.len());
}

#[test]
fn what_could_not_be_read_of_a_recording_is_missing_from_the_answer() {
    let whole = format!("{}\n{}\n", request(1), request(2));
    check(&whole, &[]);
    let broken = format!("{}\nthis is no span\n{}\n{{\"resourceSpans\": 3}}\n", request(1), request(2));
    check(&broken, &["requests.jsonl: 2 of its records could not be read"]);
}

/// A service with a store, as a cluster's manifests tell of them.
fn with_store(service: &str, namespace: &str) -> String {
    let labels = |name: &str| format!("{{matchLabels: {{app: {name}}}}}");
    let template = |name: &str, image: &str, more: &str| {
        format!(
            "  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      containers:\n      - {{name: {name}, image: \"{image}\"{more}}}\n"
        )
    };
    let object = |kind: &str, name: &str, more: &str, template: String| {
        let selector = labels(name);
        format!(
            "---\napiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  selector: {selector}\n{more}{template}"
        )
    };
    let named = format!(", env: [{{name: OTEL_SERVICE_NAME, value: {service}}}]");
    let image = format!("registry.example/{service}:1");
    let served = object("Deployment", service, "", template(service, &image, &named));
    let stock = object("StatefulSet", "stock", "  serviceName: stock\n", template("stock", "postgres:16", ""));
    let balancer = format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: stock, namespace: {namespace}}}\nspec:\n  selector: {{app: stock}}\n  ports: [{{port: 5432}}]\n"
    );
    [served, stock, balancer].concat()
}

/// Requests of 30 ms to two services, each with its namespace, of which each asks a store that sends no spans for 20 ms, by the address that is given.
fn asking(services: [(&str, &str, &str); 2]) -> String {
    let text = |key: &str, value: &str| format!(r#"{{"key":"{key}","value":{{"stringValue":"{value}"}}}}"#);
    let line = |(place, (service, namespace, address)): (usize, &(&str, &str, &str))| {
        let span = |trace: usize, id: usize, kind: u8, from_ms: u64, to_ms: u64, more: String| {
            let at = |ms: u64| 1_700_000_000_000_000_000 + (trace as u64 * 1_000 + ms) * 1_000_000;
            let parent = if id == 1 { String::new() } else { format!("{:016x}", trace * 4 + 1) };
            let (id, name) = (trace * 4 + id, if kind == 2 { "GET /cart" } else { "SELECT" });
            format!(
                r#"{{"traceId":"{trace:032x}","spanId":"{id:016x}","parentSpanId":"{parent}","name":"{name}","kind":{kind},"startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[{more}]}}"#,
                at(from_ms),
                at(to_ms)
            )
        };
        let spans: Vec<String> = (1..21)
            .flat_map(|at| {
                let trace = place * 100 + at;
                let asked = [
                    text("server.address", address),
                    text("db.system.name", "postgresql"),
                    text("db.operation.name", "SELECT"),
                ];
                [span(trace, 1, 2, 0, 30, String::new()), span(trace, 2, 3, 5, 25, asked.join(","))]
            })
            .collect();
        let mut said = vec![text("service.name", service)];
        if !namespace.is_empty() {
            let keys = ["service.namespace", "k8s.namespace.name"].map(|key| text(key, namespace));
            said.extend(keys.into_iter().chain([text("k8s.deployment.name", service)]));
        }
        let resource = said.join(",");
        format!(
            r#"{{"resourceSpans":[{{"resource":{{"attributes":[{resource}]}},"scopeSpans":[{{"spans":[{}]}}]}}]}}"#,
            spans.join(",")
        )
    };
    services.iter().enumerate().map(line).collect::<Vec<String>>().join("\n")
}

/// What a change does to the medians and error rates of two services, in a mart and in an outlet, that each have a store of the same name; `-` where nobody knows.
fn effect(services: [(&str, &str, &str); 2], change: &str, policies: &str) -> String {
    let folder = TempDir::new().expect("a folder");
    let manifests = [with_store(services[0].0, "mart"), with_store(services[1].0, "outlet")].concat();
    fs::write(folder.path().join("app.yaml"), manifests).expect("a file");
    let traces = folder.path().join("requests.jsonl");
    fs::write(&traces, asking(services)).expect("a file");
    let twin = Twin::in_memory();
    let scan = scan(folder.path(), &ScanOptions { name: Some("mart".to_owned()), ..ScanOptions::default() });
    twin.apply(scan.expect("a scan").batches, now()).expect("batches");
    let base = twin.snapshot(At::now(now()));
    // An instance is named by its id: its name stands for the component.
    let named = |change: String, node| {
        let entity = base.entity(node);
        change.replace(&format!("{{{}}}", entity.name), &entity.id.to_string())
    };
    let change = base.of_kind(&kind::INSTANCE).fold(change.to_owned(), named);
    let drafts = ChangeDraft::list_from_json(&change).expect("a change");
    let scenario = Scenario::of(&base, "then", &drafts).expect("a scenario");
    let traces = vec![traces.to_string_lossy().into_owned()];
    let options = CompareOptions { traces, ..CompareOptions::from_json(policies).expect("options") };
    let compared = compare(&scenario, options, &Context::new(now())).expect("an answer");
    let told = |dimension: Dimension| {
        let rows = compared.value.figures.iter().filter(move |figure| figure.dimension == dimension);
        rows.map(|figure| figure.delta.map_or("-".to_owned(), |delta| format!("{delta:.0}"))).collect::<Vec<_>>()
    };
    [told(Dimension::LatencyP50), told(Dimension::ErrorRate)].concat().join(" ")
}

#[test]
fn a_store_that_sends_no_spans_is_known_by_the_address_that_its_callers_ask() {
    let slower = r#"[{"change": "add_latency", "entity": "stock@mart", "operation": "SELECT", "ms": 7}]"#;
    let down = r#"[{"change": "fail", "entity": "stock@outlet"}]"#;
    let services = |addresses: [&'static str; 2]| [("till", "", addresses[0]), ("kiosk", "", addresses[1])];
    for addresses in [
        ["stock", "stock"],
        ["stock.mart", "stock.outlet"],
        ["stock.mart.svc.cluster.local", "stock.outlet.svc.cluster.local"],
        ["STOCK.mart.svc:5432", "stock"],
    ] {
        assert_eq!(effect(services(addresses), slower, "{}"), "0 7 0 0", "{addresses:?}: the kiosk, then the till");
        assert_eq!(effect(services(addresses), down, "{}"), "- 0 1 0", "{addresses:?}");
    }
    let nobody = ["elsewhere.example", "elsewhere.example"];
    assert_eq!(effect(services(nobody), slower, "{}"), "- - - -", "no relation says who that is: it may be the stock");
}

#[test]
fn services_of_one_name_are_told_apart_by_where_they_stand() {
    let till = [("till", "mart", "stock.mart"), ("till", "outlet", "stock.outlet")];
    let failing = |entity: &str| format!(r#"[{{"change": "fail", "entity": "{entity}"}}]"#);
    let moving =
        |entity: &str| format!(r#"[{{"change": "move", "entity": "{entity}", "region": "north", "rtt_ms": 9}}]"#);
    assert_eq!(effect(till, &failing("{till@mart}"), "{}"), "- 0 1 0");
    assert_eq!(effect(till, &failing("{till@outlet}"), "{}"), "0 - 0 1");
    assert_eq!(effect(till, &failing("till"), "{}"), "- - 1 1", "all instances of it");
    assert_eq!(effect(till, &failing("stock@outlet"), "{}"), "0 - 0 1");
    assert_eq!(effect(till, &moving("{till@mart}"), "{}"), "9 0 0 0");
    // What is said of a name holds for all that are called so; what is said of one of them, for that one.
    let near = r#"{"policies": {"services": {"till": {"region": "south"}, "stock@mart": {"region": "north"}, "stock@outlet": {"region": "south"}}}}"#;
    assert_eq!(effect(till, &moving("{till@mart}"), near), "-9 0 0 0");
    assert_eq!(effect(till, &moving("{till@outlet}"), near), "0 9 0 0");
}
