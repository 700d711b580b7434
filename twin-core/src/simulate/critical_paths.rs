//! What requests wait for, over all that were recorded: the critical path of each, summed by operation.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::analysis::{CriticalPath, EntityRef, TraceSpan, critical_path};
use crate::answer::{Answer, Cites, EvidenceId, Missing, NoEvidence, Status, table_row};
use crate::base::{Context, Result};
use crate::graph::{Node, Snapshot};
use crate::observe::SourceId;
use crate::simulate::replay::{Span, told_apart};
use crate::simulate::who::WhoIsWho;

/// What one operation keeps the requests to an endpoint waiting.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct CriticalPathRow {
    /// The operation that requests from outside asked for: service and operation.
    pub endpoint: String,
    /// How many requests to it were recorded.
    pub requests: u64,
    /// Whose operation keeps them waiting.
    pub service: String,
    /// The entity that it is, where the twin knows one.
    pub entity: Option<EntityRef>,
    /// Which operation; `call of bank.pay` is what a call takes beyond the work that serves it, which lies between the two.
    pub operation: String,
    /// How long each request waits for it alone, in milliseconds, on average over all of them.
    pub mean_ms: f64,
    /// Which part of their whole time that is, from 0 to 1.
    pub share: f64,
    /// On the paths of which part of them it lies, from 0 to 1.
    pub on_path: f64,
}

table_row!(CriticalPathRow: endpoint, requests, service, entity, operation, mean_ms, share, on_path);

/// Spans are read for a question and are no facts.
impl Cites for CriticalPathRow {
    fn cites(&self) -> &[EvidenceId] {
        &[]
    }
}

/// By endpoint, what its requests wait for, the longest first: the critical path of each trace, summed. The means of an endpoint add up to how long its requests take on average. O(spans · log spans).
///
/// # Errors
/// `Cancelled` and `Limit` as the context says, which is asked before each trace.
pub fn critical_paths(snapshot: &Snapshot, spans: &[Span], context: &Context) -> Result<Answer<Vec<CriticalPathRow>>> {
    let (spans, services) = told_apart(spans);
    let who = WhoIsWho::of(&spans, &services, snapshot);
    let spans = who.name(&spans);
    let mut by_trace: BTreeMap<u128, Vec<&Span>> = BTreeMap::new();
    spans.iter().for_each(|span| by_trace.entry(span.trace).or_default().push(span));
    let mut paths = Paths::default();
    let all = by_trace.len() as u64;
    for (done, trace) in (1..).zip(by_trace.values()) {
        context.check()?;
        paths.add(trace);
        context.progress.report("traces", done, all);
    }
    let status = match (paths.endpoints.is_empty(), paths.senseless) {
        (true, _) => Status::Unknown { why: "no request was found in what was recorded".to_owned() },
        (false, 0) => Status::Complete,
        (false, count) => Status::Partial { missing: vec![missing(count)] },
    };
    let of_another_world = snapshot
        .scenario_name()
        .map(|name| format!("requests were recorded of the world as it is: what \"{name}\" does to them is not in it"));
    Ok(Answer {
        question: serde_json::json!({"kind": "critical_path"}),
        status,
        blind_spots: paths.left_out().into_iter().chain(of_another_world).collect(),
        value: paths.rows(snapshot, &who.entities(snapshot)),
        interval: None,
        basis: Vec::new(),
        method: "critical path of each trace by the rule of CRISP, summed by operation".to_owned(),
        assumptions: Vec::new(),
        inputs: Vec::new(),
        verdict: None,
        freshness: Vec::new(),
        seed: None,
        revision: snapshot.revision(),
        as_of: snapshot.as_of(),
        resolver: Arc::new(NoEvidence),
    })
}

fn missing(traces: u64) -> Missing {
    let why = format!("{traces} traces make no sense");
    Missing { source: SourceId("recorded requests".to_owned()), scope: String::new(), why, since: None }
}

/// What the requests to one endpoint wait for.
#[derive(Default)]
struct Endpoint {
    requests: u64,
    took_us: i128,
    /// By service and operation, how long they wait for it, and how many do.
    waited: BTreeMap<(String, String), (i128, u64)>,
}

#[derive(Default)]
struct Paths {
    endpoints: BTreeMap<(String, String), Endpoint>,
    /// Traces that make no sense, and why the first does not.
    senseless: u64,
    first: Option<String>,
    /// Spans that have nothing to do with the beginning of their trace.
    strays: u64,
}

impl Paths {
    fn add(&mut self, trace: &[&Span]) {
        let trace = &once(trace);
        let served: BTreeMap<u64, &Span> =
            trace.iter().filter(|span| !span.kind.calls()).filter_map(|span| Some((span.parent?, *span))).collect();
        let spans: Vec<TraceSpan> = trace.iter().map(|span| trace_span(span, served.get(&span.id).copied())).collect();
        match critical_path(&spans) {
            Ok(path) => self.count(&spans, path),
            Err(error) => {
                self.senseless += 1;
                self.first.get_or_insert_with(|| error.to_string());
            }
        }
    }

    fn count(&mut self, spans: &[TraceSpan], path: CriticalPath) {
        let Some(root) = spans.iter().find(|span| Some(&span.id) == path.root.as_ref()) else { return };
        self.strays += path.left_out.len() as u64;
        let endpoint = self.endpoints.entry((root.service.clone(), root.operation.clone())).or_default();
        endpoint.requests += 1;
        endpoint.took_us += i128::from(path.duration_us);
        for time in path.operations {
            let (waited, requests) = endpoint.waited.entry((time.service, time.operation)).or_default();
            *waited += i128::from(time.exclusive_us);
            *requests += 1;
        }
    }

    fn left_out(&self) -> Vec<String> {
        let first = self.first.as_deref().unwrap_or_default();
        let senseless = (self.senseless > 0)
            .then(|| format!("{} traces make no sense and are left out, the first because {first}", self.senseless));
        let strays = (self.strays > 0)
            .then(|| format!("{} spans have nothing to do with the beginning of their trace", self.strays));
        senseless.into_iter().chain(strays).collect()
    }

    fn rows(&self, snapshot: &Snapshot, entities: &BTreeMap<&str, Node>) -> Vec<CriticalPathRow> {
        let rows = self.endpoints.iter().map(|(name, endpoint)| endpoint.rows(name, snapshot, entities));
        rows.flatten().collect()
    }
}

impl Endpoint {
    fn rows(
        &self,
        (service, operation): &(String, String),
        snapshot: &Snapshot,
        entities: &BTreeMap<&str, Node>,
    ) -> Vec<CriticalPathRow> {
        let requests = self.requests as f64;
        let row = |((who, what), (waited, waiting)): (&(String, String), &(i128, u64))| CriticalPathRow {
            endpoint: format!("{service}.{operation}"),
            requests: self.requests,
            entity: entities.get(&who[..]).map(|node| EntityRef::of(snapshot, *node)),
            service: who.clone(),
            operation: what.clone(),
            mean_ms: *waited as f64 / requests / 1e3,
            share: if self.took_us > 0 { *waited as f64 / self.took_us as f64 } else { 0.0 },
            on_path: *waiting as f64 / requests,
        };
        let mut rows: Vec<CriticalPathRow> = self.waited.iter().map(row).collect();
        rows.sort_by(|a, b| b.mean_ms.total_cmp(&a.mean_ms));
        rows
    }
}

/// The spans of a trace, each that was told twice in the same words once: whoever exports tries again. O(n · log n).
fn once<'s>(trace: &[&'s Span]) -> Vec<&'s Span> {
    let mut known: BTreeMap<u64, Vec<&Span>> = BTreeMap::new();
    let is_new = |span: &&&'s Span| {
        let alike = known.entry(span.id).or_default();
        let is_new = !alike.contains(*span);
        alike.push(span);
        is_new
    };
    trace.iter().filter(is_new).copied().collect()
}

/// A call is told apart from the work that serves it: what it takes beyond that lies between the two.
fn trace_span(span: &Span, served: Option<&Span>) -> TraceSpan {
    let (start_us, end_us) = (span.start_ns.div_euclid(1_000), span.end_ns.div_euclid(1_000));
    let (peer, operation) = match served {
        Some(served) => (Some(&served.service), &served.operation),
        None => (span.peer.as_ref(), &span.operation),
    };
    let callee = [peer.map_or("", String::as_str), operation].into_iter().filter(|part| !part.is_empty());
    let callee = callee.collect::<Vec<&str>>().join(".");
    TraceSpan {
        id: format!("{:016x}", span.id),
        parent: span.parent.map(|parent| format!("{parent:016x}")),
        service: span.service.clone(),
        operation: if span.kind.calls() { format!("call of {callee}") } else { span.operation.clone() },
        start_us,
        duration_us: end_us.saturating_sub(start_us),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;
    use crate::schema::{Schema, kind};
    use crate::simulate::replay::SpanKind;
    use crate::testkit::SnapshotBuilder;

    fn span(id: u64, parent: u64, who: &str, what: &str, kind: SpanKind, from_ms: i64, to_ms: i64) -> Span {
        Span {
            trace: 1,
            id,
            parent: (parent > 0).then_some(parent),
            service: who.to_owned(),
            operation: what.to_owned(),
            kind,
            start_ns: from_ms * 1_000_000,
            end_ns: to_ms * 1_000_000,
            failed: false,
            peer: None,
            address: None,
            instance: None,
            within: Vec::new(),
            cache_hit: None,
            resends: 0,
            link: None,
        }
    }

    /// The web asks the bank from 10 to 60, which works from 15 to 55, and beside it a log until 20.
    fn request(trace: u128) -> Vec<Span> {
        let (served, asked) = (SpanKind::Server, SpanKind::Client);
        let spans = [
            span(1, 0, "web", "buy", served, 0, 100),
            span(2, 1, "web", "pay", asked, 10, 60),
            span(3, 2, "bank", "pay", served, 15, 55),
            span(4, 1, "web", "log", asked, 10, 20),
        ];
        spans.map(|span| Span { trace, ..span }).to_vec()
    }

    fn told(spans: &[Span]) -> Answer<Vec<CriticalPathRow>> {
        let mut builder = SnapshotBuilder::new(Schema::default());
        builder.entity("bank", kind::COMPONENT);
        critical_paths(&builder.build(), spans, &Context::new(Timestamp::MIN)).expect("no deadline")
    }

    #[test]
    fn what_requests_wait_for_adds_up_to_how_long_they_take() {
        let mut spans = request(1);
        // Another request of the same sort makes no call and takes 20.
        spans.push(Span { trace: 2, ..span(1, 0, "web", "buy", SpanKind::Server, 0, 20) });
        let answer = told(&spans);
        let rows: Vec<(&str, &str, f64, f64, bool)> = answer
            .value
            .iter()
            .map(|row| (&row.service[..], &row.operation[..], row.mean_ms, row.on_path, row.entity.is_some()))
            .collect();
        let expected = [
            ("web", "buy", 35.0, 1.0, false),
            ("bank", "pay", 20.0, 0.5, true),
            ("web", "call of bank.pay", 5.0, 0.5, false),
        ];
        assert_eq!(rows, expected);
        assert!(answer.value.iter().all(|row| row.endpoint == "web.buy" && row.requests == 2));
        assert_eq!(answer.value.iter().map(|row| row.share).sum::<f64>(), 1.0);
        assert_eq!((answer.status, answer.blind_spots.len()), (Status::Complete, 0));
    }

    #[test]
    fn what_was_told_twice_in_the_same_words_counts_once() {
        let once = request(1);
        let mut twice = once.clone();
        twice.extend(once.iter().rev().cloned());
        assert_eq!((told(&twice).value, told(&twice).blind_spots.len()), (told(&once).value, 0));
    }

    #[test]
    fn what_makes_no_sense_is_told_and_the_rest_goes_on() {
        let mut spans = request(1);
        spans.extend([
            Span { trace: 2, ..span(1, 0, "web", "buy", SpanKind::Server, 0, 20) },
            Span { trace: 2, ..span(1, 0, "web", "buy", SpanKind::Server, 0, 30) },
            Span { trace: 1, ..span(9, 8, "lost", "lost", SpanKind::Server, 0, 30) },
        ]);
        let answer = told(&spans);
        assert_eq!(answer.value[0].requests, 1);
        assert_eq!(answer.blind_spots.len(), 2, "{:?}", answer.blind_spots);
        assert!(answer.blind_spots[0].starts_with("1 traces make no sense"), "{:?}", answer.blind_spots);
        assert!(answer.blind_spots[1].starts_with("1 spans have nothing to do"), "{:?}", answer.blind_spots);
        assert!(matches!(told(&[]).status, Status::Unknown { .. }), "nothing was recorded");
    }
}
