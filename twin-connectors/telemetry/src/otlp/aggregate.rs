//! Sums requests up by window. Ordered maps throughout: the same spans give the same sums in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use twin_core::base::Digest;
use twin_core::observe::code;
use twin_core::schema::{Relation, relation};

use super::join::{self, Call, Callee, Entry, Trace};
use super::reading::Reading;
use super::span::{Role, Service, Span};

/// Nanoseconds of a window.
pub(super) const WINDOW: u64 = 3_600_000_000_000;
/// The base of the sketch's buckets.
const GROWTH: f64 = 1.02;
const EXEMPLARS: usize = 3;

/// What a record of traffic counts, and in which window (its number since 1970).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject {
    pub window: u64,
    pub entry: Option<Entry>,
    pub what: What,
}

/// The three shapes of traffic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    Call {
        caller: Rc<Service>,
        caller_operation: Option<Rc<str>>,
        callee: Callee,
        operation: Option<Rc<str>>,
        protocol: Option<String>,
    },
    Served {
        service: Rc<Service>,
        operation: Option<Rc<str>>,
    },
    Touched {
        service: Rc<Service>,
    },
}

/// A count of requests.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub requests: u64,
    pub errors: u64,
    pub traces: u64,
    last_trace: Option<u128>,
    pub latency: BTreeMap<u16, u64>,
    pub exemplars: BTreeSet<u64>,
    /// The latest end, in nanoseconds.
    pub last: u64,
    pub stands_for: u64,
    /// Of the ids of all spans that were counted, in any order.
    pub digest: u128,
}

/// An edge of the graph from a service, with what distinguishes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub caller: Rc<Service>,
    pub relation: Relation,
    pub variant: Option<&'static str>,
    pub callee: Callee,
    pub protocol: Option<String>,
    pub port: Option<u16>,
    pub database: Option<String>,
}

/// Why an edge is believed: the smallest of the spans that say so.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
pub(super) struct Exemplar {
    pub caller: u64,
    pub caller_file: usize,
    pub served: Option<(u64, usize, Rc<Service>)>,
    /// The caller's host of whom it asks, where it is not written in small letters.
    pub written: Option<Rc<str>>,
}

/// When an edge was seen, and by which spans.
#[derive(Debug)]
pub(super) struct Sighting {
    pub exemplar: Exemplar,
    pub first: u64,
    pub last: u64,
}

/// The sums of one file.
#[derive(Debug, Default)]
pub(super) struct Sums {
    pub traffic: BTreeMap<Subject, Count>,
    pub edges: BTreeMap<Edge, Sighting>,
}

/// Joins the spans of all readings and sums them up, each in the file that it stands in.
pub(super) fn sums(readings: &mut [Reading]) -> Vec<Sums> {
    let mut spans: Vec<Span> = readings.iter_mut().flat_map(|reading| std::mem::take(&mut reading.spans)).collect();
    for span in join::settle(&mut spans) {
        stand_aside(readings, &span);
        remark(readings, span.file, code::AMBIGUOUS, "spans were read before; they were counted once");
    }
    let mut sums: Vec<Sums> = readings.iter().map(|_| Sums::default()).collect();
    for trace in join::traces(&spans) {
        sum_trace(&trace, readings, &mut sums);
    }
    sums
}

/// The record of its service stands for a span that no count of requests holds.
fn stand_aside(readings: &mut [Reading], span: &Span) {
    let facts = readings.get_mut(span.file).and_then(|reading| reading.services.get_mut(&span.service));
    if let Some(facts) = facts {
        facts.others += 1;
    }
}

fn remark(readings: &mut [Reading], file: usize, code: &'static str, what: &'static str) {
    if let Some(reading) = readings.get_mut(file) {
        reading.remarks.add(code, what, 1);
    }
}

fn sum_trace(trace: &Trace<'_>, readings: &mut [Reading], sums: &mut [Sums]) {
    let entry = trace.entry();
    for call in trace.calls() {
        if let Some(sums) = sums.get_mut(call.span.file) {
            sums.add_call(&call, &entry);
        }
        if call.callee == Callee::Unknown {
            remark(readings, call.span.file, code::UNRESOLVED, "calls name no peer by a name");
        }
    }
    for span in trace.spans {
        match span.role {
            Role::Server | Role::Consumer => served(span, &entry, sums),
            Role::Internal => stand_aside(readings, span),
            Role::Client | Role::Producer => {}
        }
    }
    for orphan in trace.orphans() {
        remark(readings, orphan.file, code::UNRESOLVED, "spans have a parent that was not read");
    }
    touched(trace, entry, sums);
}

fn served(span: &Span, entry: &Option<Entry>, sums: &mut [Sums]) {
    let what = What::Served { service: span.service.clone(), operation: span.operation.clone() };
    let subject = Subject { window: span.start / WINDOW, entry: entry.clone(), what };
    if let Some(sums) = sums.get_mut(span.file) {
        sums.traffic.entry(subject).or_default().add(span, 1);
    }
}

/// Counts the trace for each service that has a part in it, in the file of its root.
fn touched(trace: &Trace<'_>, entry: Option<Entry>, sums: &mut [Sums]) {
    let Some((root, sums)) = trace.root.and_then(|root| Some((root, sums.get_mut(root.file)?))) else { return };
    let services: BTreeSet<&Rc<Service>> = trace.spans.iter().map(|span| &span.service).collect();
    for service in services {
        let what = What::Touched { service: service.clone() };
        let subject = Subject { window: root.start / WINDOW, entry: entry.clone(), what };
        sums.traffic.entry(subject).or_default().add(root, 0);
    }
}

impl Count {
    fn add(&mut self, span: &Span, stands_for: u64) {
        self.requests += 1;
        self.errors += u64::from(span.has_failed);
        self.traces += u64::from(self.last_trace.replace(span.trace) != Some(span.trace));
        *self.latency.entry(bucket(span.end.saturating_sub(span.start))).or_default() += 1;
        self.exemplars.insert(span.id);
        if self.exemplars.len() > EXEMPLARS {
            self.exemplars.pop_last();
        }
        self.last = self.last.max(span.end);
        self.stands_for += stands_for;
        self.digest = self.digest.wrapping_add(identity(span));
    }
}

fn identity(span: &Span) -> u128 {
    let mut bytes = span.trace.to_be_bytes().to_vec();
    bytes.extend(span.id.to_be_bytes());
    bytes.push(span.role as u8);
    Digest::of(&bytes).0
}

/// The bucket of a duration in nanoseconds.
fn bucket(nanos: u64) -> u16 {
    let micros = (nanos / 1_000).max(1) as f64;
    (micros.ln() / GROWTH.ln()).floor().clamp(0.0, f64::from(u16::MAX)) as u16
}

impl Sums {
    fn add_call(&mut self, call: &Call<'_>, entry: &Option<Entry>) {
        let served = call.served.and_then(|served| served.operation.clone());
        let what = What::Call {
            caller: call.caller.service.clone(),
            caller_operation: call.caller_operation.clone(),
            callee: call.callee.clone(),
            operation: served.or_else(|| call.span.operation.clone()),
            protocol: protocol(call),
        };
        // A consumer's request was counted by its service; here only its edge is new.
        if call.stands || call.served.is_some() {
            let subject = Subject { window: call.span.start / WINDOW, entry: entry.clone(), what };
            self.traffic.entry(subject).or_default().add(call.span, call.stands.into());
        }
        for edge in edges(call) {
            self.see(edge, call);
        }
    }

    fn see(&mut self, edge: Edge, call: &Call<'_>) {
        let served = call.served.map(|served| (served.id, served.file, served.service.clone()));
        let written = call.caller.peer.written.clone();
        let exemplar = Exemplar { caller: call.caller.id, caller_file: call.caller.file, served, written };
        let (first, last) = (call.span.start, call.span.end);
        let sighting = self.edges.entry(edge).or_insert_with(|| Sighting { exemplar: exemplar.clone(), first, last });
        sighting.first = sighting.first.min(first);
        sighting.last = sighting.last.max(last);
        if exemplar < sighting.exemplar {
            sighting.exemplar = exemplar;
        }
    }
}

fn protocol(call: &Call<'_>) -> Option<String> {
    let served = call.served.and_then(|served| served.peer.protocol.clone());
    call.caller.peer.protocol.clone().or(served)
}

/// What a call says of the graph: an edge to whoever answers, and to the broker of a queue.
fn edges(call: &Call<'_>) -> Vec<Edge> {
    let peer = &call.caller.peer;
    let edge = Edge {
        caller: call.caller.service.clone(),
        relation: relation::CONNECTS_TO,
        variant: None,
        callee: call.callee.clone(),
        protocol: protocol(call),
        port: None,
        database: None,
    };
    match &call.callee {
        Callee::Unknown => Vec::new(),
        Callee::Service(service) if *service == call.caller.service => Vec::new(),
        Callee::Service(_) => {
            let is_async =
                call.caller.role == Role::Producer || call.served.is_some_and(|served| served.role == Role::Consumer);
            vec![Edge { relation: relation::CALLS, variant: is_async.then_some("async"), ..edge }]
        }
        Callee::Queue(_) => {
            let relation = if peer.receives { relation::SUBSCRIBES_TO } else { relation::PUBLISHES_TO };
            let broker =
                peer.host.clone().map(|host| Edge { callee: Callee::Host(host), port: peer.port, ..edge.clone() });
            broker.into_iter().chain([Edge { relation, ..edge }]).collect()
        }
        Callee::Host(_) | Callee::Named(_) => vec![Edge { port: peer.port, database: peer.database.clone(), ..edge }],
    }
}
