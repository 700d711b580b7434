//! From sums to records.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use twin_core::base::{Digest, Timestamp};
use twin_core::observe::{
    Evidence, Handle, Locator, Observation, Perspective, Record, RecordKey, SourceId, Space, Statement, Target,
    technique,
};
use twin_core::schema::{AttributeName, Relation, Value, attribute, kind, relation};

use super::aggregate::{Count, Edge, Exemplar, Sighting, Subject, Sums, WINDOW, What};
use super::join::Callee;
use super::reading::{Facts, Reading};
use super::span::{Queue, Service};

/// Writes the records of one file. `paths` are those of the group, in order.
pub(super) struct Writer<'a> {
    pub source: &'a SourceId,
    pub paths: &'a [String],
}

impl Writer<'_> {
    /// The services of a file with their edges, the queues that they use, and their traffic.
    pub fn records(&self, reading: &Reading, sums: &Sums) -> Vec<Record> {
        let services = reading.services.iter().map(|(service, facts)| self.service(service, facts, reading.file));
        let mut records: BTreeMap<RecordKey, Record> = services.map(|record| (record.key.clone(), record)).collect();
        for (edge, sighting) in &sums.edges {
            // A caller whose span stands in another file of the group has its record there; the edge needs one here.
            let key = self.service_key(&edge.caller);
            let record = records.entry(key).or_insert_with_key(|key| self.caller(key, edge, sighting));
            record.observations.push(self.edge(edge, sighting));
        }
        records.extend(self.queues(sums).into_iter().map(|record| (record.key.clone(), record)));
        let traffic = sums.traffic.iter().map(|(subject, count)| self.traffic(subject, count, reading.file));
        records.into_values().chain(traffic).collect()
    }

    fn service_key(&self, service: &Service) -> RecordKey {
        let key = RecordKey::new(self.source, kind::SERVICE_NAME, service.name.clone());
        let key = key.in_namespace(service.environment.clone());
        match &service.namespace {
            Some(namespace) => key.in_cluster(namespace.clone()),
            None => key,
        }
    }

    fn queue_key(&self, queue: &Queue) -> RecordKey {
        RecordKey::new(self.source, kind::QUEUE, queue.name.clone()).in_cluster(queue.system.clone())
    }

    fn span(&self, file: usize, id: u64) -> Locator {
        Locator::Span { path: self.paths.get(file).cloned().unwrap_or_default(), id: format!("{id:016x}") }
    }

    fn record(&self, key: RecordKey, name: &str, evidence: &Evidence) -> Record {
        let mut record = Record::new(key, name, Perspective::Observed, evidence.clone());
        record.stands_for = 0;
        record
    }

    fn service(&self, service: &Service, facts: &Facts, file: usize) -> Record {
        let says = |field: &str, raw: &str| {
            let evidence = Evidence::at(self.span(file, facts.exemplar), raw, technique::DECLARED).in_field(field);
            evidence.observed(Timestamp::from_unix_nanos(facts.last))
        };
        let mut record =
            self.record(self.service_key(service), &service.name, &says("service.name", literal(&service.name)));
        record.stands_for = facts.others;
        for handle in &facts.handles {
            record.known_as(handle.clone(), says("", ""));
        }
        let version = facts.version.as_ref().map(|(_, version)| version);
        let attributes = [
            (attribute::ENVIRONMENT, service.environment.as_ref()),
            (attribute::VERSION, version),
            (attribute::REGION, only(&facts.regions)),
            (attribute::ZONE, only(&facts.zones)),
        ];
        for (name, value) in attributes {
            if let Some(value) = value {
                let field = name.as_str().to_owned();
                record.attribute(name, value.as_str(), says(&field, literal(value)));
            }
        }
        for observation in &mut record.observations {
            observation.valid_from = window_start(facts.first / WINDOW);
        }
        record
    }

    fn caller(&self, key: &RecordKey, edge: &Edge, sighting: &Sighting) -> Record {
        let evidence = self.sighted(&edge.caller, sighting, technique::SPAN);
        let name = edge.caller.name.clone();
        let mut record = self.record(key.clone(), &name, &evidence);
        record
            .observations
            .iter_mut()
            .for_each(|observation| observation.valid_from = window_start(sighting.first / WINDOW));
        record
    }

    fn sighted(&self, service: &Service, sighting: &Sighting, technique: &'static str) -> Evidence {
        let Exemplar { caller, caller_file, served, .. } = &sighting.exemplar;
        let evidence = Evidence::at(self.span(*caller_file, *caller), literal(&service.name), technique);
        let evidence = match served {
            Some((id, file, service)) => evidence.then(self.span(*file, *id), literal(&service.name)),
            None => evidence,
        };
        evidence.observed(Timestamp::from_unix_nanos(sighting.last))
    }

    fn edge(&self, edge: &Edge, sighting: &Sighting) -> Observation {
        let texts = [(attribute::PROTOCOL, &edge.protocol), (attribute::DATABASE, &edge.database)];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name, Value::Text(text.clone()?))));
        let port = edge.port.map(|port| (attribute::PORT, Value::Integer(port.into())));
        let statement = Statement::Related {
            relation: edge.relation.clone(),
            variant: edge.variant.map(str::to_owned),
            target: self.target(&edge.callee).unwrap_or_else(|| Target::Record(self.service_key(&edge.caller))),
            attributes: texts.chain(port).collect(),
        };
        Observation {
            statement,
            perspective: Perspective::Observed,
            evidence: self
                .told_by(edge, sighting)
                .unwrap_or_else(|| self.sighted(&edge.caller, sighting, technique::SPAN)),
            valid_from: window_start(sighting.first / WINDOW),
            valid_to: None,
        }
    }

    /// Of a call that only its caller wrote down: what it calls whom it asked.
    fn told_by(&self, edge: &Edge, sighting: &Sighting) -> Option<Evidence> {
        let Exemplar { caller, caller_file, served: None, written } = &sighting.exemplar else { return None };
        let (field, peer) = match &edge.callee {
            // Which of several attributes told it is not kept.
            Callee::Host(host) => ("", written.as_deref().unwrap_or(host)),
            Callee::Named(name) => ("peer.service", name.as_str()),
            Callee::Queue(queue) => ("messaging.destination.name", queue.name.as_str()),
            Callee::Service(_) | Callee::Unknown => return None,
        };
        let evidence = Evidence::at(self.span(*caller_file, *caller), literal(peer), technique::PEER_ATTRIBUTE);
        Some(evidence.in_field(field).observed(Timestamp::from_unix_nanos(sighting.last)))
    }

    fn target(&self, callee: &Callee) -> Option<Target> {
        match callee {
            Callee::Service(service) => Some(Target::Record(self.service_key(service))),
            Callee::Queue(queue) => Some(Target::Record(self.queue_key(queue))),
            Callee::Host(host) => Some(Target::Handle(Handle::host(host.clone()))),
            Callee::Named(name) => Some(Target::Handle(Handle::global(Space::ServiceName, name.clone()))),
            Callee::Unknown => None,
        }
    }

    fn queues(&self, sums: &Sums) -> Vec<Record> {
        let mut queues: BTreeMap<&Queue, (&Edge, &Sighting)> = BTreeMap::new();
        for (edge, sighting) in &sums.edges {
            if let Callee::Queue(queue) = &edge.callee {
                let known = queues.entry(queue).or_insert((edge, sighting));
                if sighting.exemplar < known.1.exemplar {
                    *known = (edge, sighting);
                }
            }
        }
        queues.into_iter().map(|(queue, (edge, sighting))| self.queue(queue, edge, sighting)).collect()
    }

    fn queue(&self, queue: &Queue, edge: &Edge, sighting: &Sighting) -> Record {
        let evidence =
            self.sighted(&edge.caller, sighting, technique::PEER_ATTRIBUTE).in_field("messaging.destination.name");
        let mut record = self.record(self.queue_key(queue), &queue.name, &evidence);
        let native = Handle::global(Space::NativeId, format!("{}:{}", queue.system, queue.name));
        record.known_as(native, evidence.clone());
        record.attribute(attribute::PROTOCOL, queue.system.as_str(), evidence);
        record
    }

    fn traffic(&self, subject: &Subject, count: &Count, file: usize) -> Record {
        let smallest = count.exemplars.first().copied().unwrap_or(0);
        let evidence = Evidence::at(self.span(file, smallest), "", technique::SPAN);
        let evidence = evidence.observed(Timestamp::from_unix_nanos(count.last));
        let name = Digest::of(self.identity(subject, count).as_bytes()).to_string();
        let key = RecordKey::new(self.source, kind::TRAFFIC, name);
        let mut record = self.record(key, &title(&subject.what), &evidence);
        record.stands_for = count.stands_for;
        for (name, value) in measures(subject, count) {
            record.attribute(name, value, evidence.clone());
        }
        for (target, attributes) in self.counted(&subject.what) {
            let statement = Statement::Related { relation: COUNTS, variant: None, target, attributes };
            record.say(statement, evidence.clone());
        }
        for observation in &mut record.observations {
            observation.valid_from = window_start(subject.window);
        }
        record
    }

    /// What a record of traffic counts and which spans it counted, told apart from all others.
    fn identity(&self, subject: &Subject, count: &Count) -> String {
        let operation = |name: &Option<Rc<str>>| name.as_deref().unwrap_or_default().to_owned();
        let service = |service: &Service| self.service_key(service).to_string();
        let entry = subject.entry.as_ref().map_or_else(Vec::new, |(from, name)| vec![service(from), operation(name)]);
        let what = match &subject.what {
            What::Call { caller, caller_operation, callee, operation: called, protocol } => vec![
                "call".to_owned(),
                service(caller),
                operation(caller_operation),
                self.target(callee).map_or_else(String::new, |target| told(&target)),
                operation(called),
                protocol.clone().unwrap_or_default(),
            ],
            What::Served { service: by, operation: served } => {
                vec!["served".to_owned(), service(by), operation(served)]
            }
            What::Touched { service: by } => vec!["touched".to_owned(), service(by)],
        };
        let counted = format!("{}\u{1f}{:032x}", subject.window, count.digest);
        [vec![counted], entry, what].concat().join("\u{1f}")
    }

    /// The services that traffic is of, caller first.
    fn counted(&self, what: &What) -> Vec<(Target, BTreeMap<AttributeName, Value>)> {
        let service = |service: &Service| Target::Record(self.service_key(service));
        match what {
            What::Call { caller, caller_operation, callee, operation, .. } => {
                let caller = (service(caller), named(attribute::CALLER_OPERATION, caller_operation.as_deref()));
                let callee =
                    self.target(callee).map(|target| (target, named(attribute::OPERATION, operation.as_deref())));
                [caller].into_iter().chain(callee).collect()
            }
            What::Served { service: of, .. } | What::Touched { service: of } => vec![(service(of), BTreeMap::new())],
        }
    }
}

/// The text if it surely stands so in the payload, whatever its encoding escapes.
fn literal(text: &str) -> &str {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && !b"\"\\/<>&".contains(&byte));
    if is_plain && !text.starts_with("unknown_service") { text } else { "" }
}

const COUNTS: Relation = relation::COUNTS;

fn named(name: AttributeName, text: Option<&str>) -> BTreeMap<AttributeName, Value> {
    [(name, Value::from(text.unwrap_or_default()))].into()
}

fn only(names: &BTreeSet<String>) -> Option<&String> {
    names.first().filter(|_| names.len() == 1)
}

fn window_start(window: u64) -> Option<Timestamp> {
    Timestamp::from_unix_nanos(window.saturating_mul(WINDOW))
}

fn told(target: &Target) -> String {
    match target {
        Target::Record(key) => key.to_string(),
        Target::Handle(handle) => handle.to_string(),
        Target::Selector { within, .. } => within.clone(),
    }
}

fn title(what: &What) -> String {
    match what {
        What::Call { caller, callee, .. } => format!("{} -> {}", caller.name, callee_name(callee)),
        What::Served { service, operation } => format!("{} {}", service.name, operation.as_deref().unwrap_or_default()),
        What::Touched { service } => format!("traces through {}", service.name),
    }
}

fn callee_name(callee: &Callee) -> &str {
    match callee {
        Callee::Service(service) => &service.name,
        Callee::Queue(queue) => &queue.name,
        Callee::Host(name) | Callee::Named(name) => name,
        Callee::Unknown => "?",
    }
}

fn measures(subject: &Subject, count: &Count) -> Vec<(AttributeName, Value)> {
    let moment = |window: u64| window_start(window).map(Value::Timestamp);
    let number = |count: u64| Some(Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)));
    let text = |text: Option<&str>| text.map(Value::from);
    let (entry, entry_operation) = match &subject.entry {
        Some((service, operation)) => (Some(service.name.as_str()), operation.as_deref()),
        None => (None, None),
    };
    let mut measures = vec![
        (attribute::WINDOW_START, moment(subject.window)),
        (attribute::WINDOW_END, moment(subject.window + 1)),
        (attribute::ENTRY_SERVICE, text(entry)),
        (attribute::ENTRY_OPERATION, text(entry_operation)),
        (attribute::TRACES, number(count.traces)),
    ];
    match &subject.what {
        What::Touched { .. } => {}
        What::Call { caller_operation, operation, protocol, .. } => {
            measures.push((
                attribute::CALLER_OPERATION,
                Some(Value::from(caller_operation.as_deref().unwrap_or_default())),
            ));
            measures.push((attribute::OPERATION, Some(Value::from(operation.as_deref().unwrap_or_default()))));
            measures.push((attribute::PROTOCOL, text(protocol.as_deref())));
            measures.extend(requests(count));
        }
        What::Served { operation, .. } => {
            measures.push((attribute::OPERATION, Some(Value::from(operation.as_deref().unwrap_or_default()))));
            measures.extend(requests(count));
        }
    }
    measures.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn requests(count: &Count) -> [(AttributeName, Option<Value>); 4] {
    let number = |count: u64| Some(Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)));
    let exemplars = count.exemplars.iter().map(|id| format!("{id:016x}")).collect();
    let sketch = count.latency.iter().map(|(bucket, count)| (*bucket, *count)).collect();
    [
        (attribute::REQUESTS, number(count.requests)),
        (attribute::ERRORS, number(count.errors)),
        (attribute::LATENCY, Some(Value::Sketch(sketch))),
        (attribute::EXEMPLARS, Some(Value::Texts(exemplars))),
    ]
}
