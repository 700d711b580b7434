//! OpenTelemetry traces: OTLP as JSON (one document, one a line, several one after the other) and as protobuf (one export, or several
//! with their lengths before them), each also compressed with gzip. The files of one folder are joined, so that a trace may be spread over them.
//!
//! # What a file of spans becomes
//! Each accepted span is counted in exactly one record of its own file, so that `stands_for` sums up to the spans that were accepted.
//!
//! **`TelemetryService`**, one for each service that has spans in the file. Key: cluster = `service.namespace`, namespace = the environment,
//! name = `service.name`. It stands for its internal spans and for spans that were seen twice. From it lead `calls` (to the `TelemetryService`
//! of a child span; variant `async` between producer and consumer), `connectsTo` (to the host or, where only that is named, the
//! `peer.service` of a peer that sent no spans), `publishesTo` and `subscribesTo` (to a **`Queue`**, key cluster = `messaging.system`). It answers to its
//! name, to its image, and to the native id `k8s:<namespace>/<workload>` (`k8s:<namespace>/cronjob/<name>`); a queue answers to `<system>:<destination>`.
//!
//! **`Traffic`**, requests of one window (an hour in UTC, by the start of the span) that began at one entry (`ENTRY_SERVICE`, `ENTRY_OPERATION`: the only span
//! of the trace without parent; absent where it was not read). Three shapes, told apart by two attributes:
//!
//! | `OPERATION` | `CALLER_OPERATION` | counts | `COUNTS` leads to | stands for |
//! |---|---|---|---|---|
//! | there | there | a **call** as its caller saw it: requests, errors, latency, traces | the caller (relation attribute `CALLER_OPERATION`), then the callee (relation attribute `OPERATION`), if known | its client and producer spans |
//! | there | absent | what a service **served**, as it saw it: requests, errors, latency, traces | the service | its server and consumer spans |
//! | absent | absent | an entry's traces (`TRACES`) that **touch** a service in any way | the touched service | nothing |
//!
//! An operation that is not known is the empty text. The total of an entry is the touch record of the entry's own service. The same dimensions may
//! be counted in several records, one a file; they add up. A record's name is a digest of what it counts and of the ids of the spans that it counted:
//! to read the same spans again gives the same records, wherever the file has moved.
//!
//! # What leaves
//! Names of services, hosts, databases and queues; operations without ids, literals and queries (see `names`). No other value of any attribute.

mod aggregate;
mod join;
mod json;
mod names;
mod payload;
mod protobuf;
mod reading;
mod recognise;
mod records;
mod requests;
mod span;
mod wire;

use std::io::Read;

use flate2::read::MultiGzDecoder;
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::base::Limits;
use twin_core::observe::{Capability, Locator, Outcome, code};
use twin_core::schema::{kind, relation};

use reading::Reading;
use records::Writer;

pub use requests::requests;

/// How many times the limit of one payload the compressed payloads of a group may hold together.
const EXPANSION: u64 = 16;

/// Reads OpenTelemetry traces.
#[derive(Clone, Copy, Debug, Default)]
pub struct OtlpTraces;

impl Decoder for OtlpTraces {
    fn capability(&self) -> Capability {
        let kinds = [kind::SERVICE_NAME, kind::QUEUE, kind::TRAFFIC];
        let relations =
            [relation::CALLS, relation::CONNECTS_TO, relation::PUBLISHES_TO, relation::SUBSCRIBES_TO, relation::COUNTS];
        Capability::of_files("otlp", &kinds, &relations).blind_to(&[
            "services that send no spans, but for the names by which others call them",
            "requests whose traces were not sampled",
            "peers that are only known by an address",
            "callers whose spans were not read",
            "messages joined by links instead of parents, but for their queue",
        ])
    }

    fn recognises(&self, path: &str, head: &[u8]) -> Recognition {
        recognise::recognise(path, head)
    }

    fn group(&self, path: &str) -> Option<String> {
        Some(path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned())
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        let mut readings = read_all(payloads, &origin.limits);
        let lost = readings.iter().any(|reading| reading.partial().is_some());
        let sums = aggregate::sums(&mut readings);
        let paths: Vec<String> = readings.iter().map(|reading| reading.path.clone()).collect();
        let writer = Writer { source: &origin.source, paths: &paths };
        let mut decoded: Vec<(usize, Decoded)> = Vec::with_capacity(payloads.len());
        for (reading, sums) in readings.iter_mut().zip(&sums) {
            let records = writer.records(reading, sums);
            let (diagnostics, outcome) = reading.conclude();
            let outcome = shared(outcome, lost);
            decoded.push((reading.payload, Decoded { path: reading.path.clone(), records, diagnostics, outcome }));
        }
        decoded.sort_by_key(|(payload, _)| *payload);
        decoded.into_iter().map(|(_, decoded)| decoded).collect()
    }
}

/// Reads the payloads in the order of their paths, so that it does not matter in which order they came.
fn read_all(payloads: &[Payload<'_>], limits: &Limits) -> Vec<Reading> {
    let mut ordered: Vec<(usize, &Payload<'_>)> = payloads.iter().enumerate().collect();
    ordered.sort_by_key(|(_, payload)| payload.path);
    let mut budget = limits.payload_bytes.saturating_mul(EXPANSION);
    let numbered = ordered.into_iter().enumerate();
    numbered
        .map(|(file, (place, payload))| read(payload, Reading::new(payload.path, file, place), limits, &mut budget))
        .collect()
}

/// A call may lose its other end with a file of its group that could not be read: then no file of the group takes anything away.
fn shared(outcome: Outcome, lost: bool) -> Outcome {
    match outcome {
        Outcome::Complete if lost => {
            Outcome::Partial("another file of the same folder could not be read in full".to_owned())
        }
        outcome => outcome,
    }
}

fn read(payload: &Payload<'_>, mut reading: Reading, limits: &Limits, budget: &mut u64) -> Reading {
    match payload.bytes {
        Ok(bytes) if is_gzip(bytes) => read_compressed(bytes, limits, budget, &mut reading),
        Ok(bytes) => read_bytes(bytes, limits, &mut reading),
        Err(_) => reading.reject(code::UNREADABLE, Locator::line(payload.path, 0), "the file could not be read"),
    }
    reading
}

fn read_bytes(bytes: &[u8], limits: &Limits, reading: &mut Reading) {
    let whole = Locator::line(&reading.path, 0);
    if bytes.len() as u64 > limits.payload_bytes {
        return reading.reject(code::LIMIT, whole, "larger than a payload may be");
    }
    match recognise::encoding(&reading.path, bytes) {
        recognise::Encoding::Json => json::read(bytes, reading),
        recognise::Encoding::Protobuf => protobuf::read(bytes, reading),
        recognise::Encoding::Empty => reading.reject(code::SYNTAX, whole, "the file is empty"),
        recognise::Encoding::Other => {
            reading.reject(code::NOT_RECOGNISED, whole, "neither OTLP/JSON nor OTLP/protobuf")
        }
    }
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Unpacks, but never more than is left, and reads what could be unpacked.
fn read_compressed(bytes: &[u8], limits: &Limits, budget: &mut u64, reading: &mut Reading) {
    let most = limits.payload_bytes.min(*budget);
    let whole = Locator::line(&reading.path, 0);
    let mut expanded = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(most.saturating_add(1)).read_to_end(&mut expanded);
    *budget = budget.saturating_sub(expanded.len() as u64);
    if expanded.len() as u64 > most {
        return reading.reject(code::LIMIT, whole, "larger when unpacked than a payload may be");
    }
    if read.is_err() {
        reading.reject(code::SYNTAX, whole, "the compressed data is damaged or ends in the middle");
    }
    if read.is_ok() || !expanded.is_empty() {
        read_bytes(&expanded, limits, reading);
    }
}
