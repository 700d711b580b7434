//! The service that embeds the engine answers over a real socket what the core answers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use examples::service::Service;
use twin_connectors::{ScanOptions, scan_into};
use twin_core::base::{Context, Result, Timestamp};
use twin_core::{At, Question, Twin};

fn noon() -> Result<Timestamp> {
    Ok(Timestamp::parse("2026-11-24T12:00:00Z").expect("a time"))
}

/// The status line and the body of what a server says.
fn fetched(address: SocketAddr, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).expect("the service listens");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: twin\r\nConnection: close\r\n\r\n").expect("a request");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("a response");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    (head.lines().next().unwrap_or_default().to_owned(), body.to_owned())
}

#[test]
fn what_is_served_is_what_the_core_answers() {
    let twin = Arc::new(Twin::in_memory());
    let estate = concat!(env!("CARGO_MANIFEST_DIR"), "/estate");
    let now = noon().expect("noon");
    let options = ScanOptions { context: Context::new(now), ..ScanOptions::default() };
    scan_into(&twin, estate, &options).expect("a scan");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_io().build().expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Service::new(twin.clone(), noon).router();
    runtime.spawn(async move { axum::serve(listener, router).await });

    let question = Question::from_json(r#"{"kind": "blast_radius", "entity": "payments", "state": "down"}"#);
    let expected = twin.snapshot(At::now(now)).ask(&question.expect("a question")).expect("an answer").to_json();
    let (status, body) = fetched(address, "/ask/blast_radius?entity=payments&state=down");
    assert_eq!((status.as_str(), body.as_str()), ("HTTP/1.1 200 OK", expected.as_str()));
    assert!(expected.contains("k8s/shop/checkout.yaml:42"), "with its evidence");

    let cases = [
        ("/ask/owners?entity=paymnts", "HTTP/1.1 404 Not Found", "nearest are payments"),
        ("/ask/owners?entity=api", "HTTP/1.1 300 Multiple Choices", "ambiguous"),
        ("/ask/owners", "HTTP/1.1 400 Bad Request", "missing field `entity`"),
        ("/ask/nonsense?entity=payments", "HTTP/1.1 400 Bad Request", "unknown variant"),
        ("/nowhere", "HTTP/1.1 404 Not Found", ""),
        ("/", "HTTP/1.1 200 OK", "<title>Twin</title>"),
    ];
    for (path, status, part) in cases {
        let (found, body) = fetched(address, path);
        assert!(found == status && body.contains(part), "{path}: {found}\n{body:.300}");
    }
}
