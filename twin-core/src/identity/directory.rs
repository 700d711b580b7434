//! The directory: which records there are, which names they answer to, and what a name means to whoever uses it.

use std::collections::BTreeMap;

use crate::base::{Context, Digest};
use crate::observe::{Handle, Holding, RecordKey, Space, Statement, Target};
use crate::schema::{AttributeName, Kind, Value, attribute};

/// A record's place in the directory.
pub type RecordIndex = u32;
/// A fact's place among the facts that hold.
pub type FactIndex = u32;

/// A record with what identity and the graph need of it at hand.
#[derive(Clone, Debug)]
pub struct RecordView {
    /// Its key.
    pub key: RecordKey,
    /// The key's identity.
    pub digest: Digest,
    /// Its name for people.
    pub name: String,
    /// The fact that says that it exists.
    pub exists: Option<FactIndex>,
    /// Its facts are `facts.0..facts.1`.
    pub facts: (FactIndex, FactIndex),
    /// Its networks, in the order in which names are looked up.
    pub networks: Vec<String>,
    /// The names that it answers to, and the facts that say so.
    pub handles: Vec<(Handle, FactIndex)>,
}

/// What a target resolved to: a record, and the fact by which it answers to the name, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// The record.
    pub record: RecordIndex,
    /// Why it is meant.
    pub via: Option<FactIndex>,
}

/// All live facts, by record and by name. Built once for a revision: O(facts · log facts).
#[derive(Debug)]
pub struct Directory<'a> {
    holdings: &'a [Holding<'a>],
    records: Vec<RecordView>,
    by_handle: BTreeMap<&'a Handle, Vec<Found>>,
    by_label: BTreeMap<(&'a str, &'a str, &'a str), Vec<Found>>,
    by_kind: BTreeMap<&'a Kind, Vec<RecordIndex>>,
    /// Teams by their names without their organisations.
    by_team: BTreeMap<&'a str, Vec<Found>>,
    /// The records that state a relation.
    related: Vec<RecordIndex>,
    context: &'a Context,
}

impl<'a> Directory<'a> {
    /// Reads facts that are sorted by subject. What the context stops is not whole, nor is anything that is built on it.
    pub fn new(holdings: &'a [Holding<'a>], context: &'a Context) -> Self {
        let mut directory = Directory {
            holdings,
            records: Vec::new(),
            by_handle: BTreeMap::new(),
            by_label: BTreeMap::new(),
            by_kind: BTreeMap::new(),
            by_team: BTreeMap::new(),
            related: Vec::new(),
            context,
        };
        let mut start = 0;
        for group in holdings.chunk_by(|a, b| a.subject == b.subject).take_while(|_| context.goes_on()) {
            directory.add(group, start);
            start += group.len();
        }
        directory.index_names();
        directory.index_teams();
        directory
    }

    fn add(&mut self, group: &'a [Holding<'a>], start: usize) {
        let key = &group[0].fact.subject;
        let index = self.records.len() as RecordIndex;
        let mut view = RecordView {
            key: key.clone(),
            digest: group[0].subject,
            name: key.name.clone(),
            exists: None,
            facts: (start as FactIndex, (start + group.len()) as FactIndex),
            networks: Vec::new(),
            handles: Vec::new(),
        };
        let mut networks = Vec::new();
        for (offset, holding) in group.iter().enumerate() {
            let fact = (start + offset) as FactIndex;
            match &holding.fact.statement {
                Statement::Exists { name } if view.exists.is_none() => {
                    view.name = name.clone();
                    view.exists = Some(fact);
                }
                Statement::KnownAs(handle) => view.handles.push((handle.clone(), fact)),
                Statement::Joins { network, rank } => networks.push((*rank, network.clone())),
                Statement::Related { .. } if self.related.last() != Some(&index) => self.related.push(index),
                _ => {}
            }
        }
        networks.sort();
        view.networks = networks.into_iter().map(|(_, network)| network).collect();
        self.by_kind.entry(&key.kind).or_default().push(index);
        self.records.push(view);
    }

    fn index_names(&mut self) {
        let context = self.context;
        for (record, view) in self.records.iter().enumerate().take_while(|_| context.goes_on()) {
            for fact in view.facts.0..view.facts.1 {
                let found = Found { record: record as RecordIndex, via: Some(fact) };
                match &self.holdings[fact as usize].fact.statement {
                    Statement::KnownAs(handle) => self.by_handle.entry(handle).or_default().push(found),
                    Statement::Labelled { key, value } => {
                        for holding in &self.holdings[view.facts.0 as usize..view.facts.1 as usize] {
                            if let Statement::Joins { network, .. } = &holding.fact.statement {
                                self.by_label.entry((network, key, value)).or_default().push(found);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// A team may be named without its organisation.
    fn index_teams(&mut self) {
        for (handle, found) in self.by_handle.iter().filter(|(handle, _)| handle.space == Space::Team) {
            if let Some((_, name)) = handle.value.rsplit_once('/') {
                self.by_team.entry(name).or_default().extend(found);
            }
        }
    }

    /// The terms under which everything is done that reads this directory.
    pub fn context(&self) -> &'a Context {
        self.context
    }

    /// The facts that hold.
    pub fn holdings(&self) -> &'a [Holding<'a>] {
        self.holdings
    }

    /// The fact at a place.
    pub fn holding(&self, fact: FactIndex) -> &'a Holding<'a> {
        &self.holdings[fact as usize]
    }

    /// All records, in the order of their keys.
    pub fn records(&self) -> &[RecordView] {
        &self.records
    }

    /// One record.
    pub fn record(&self, index: RecordIndex) -> &RecordView {
        &self.records[index as usize]
    }

    /// The record of that key. O(log records).
    pub fn by_key(&self, key: &RecordKey) -> Option<RecordIndex> {
        let found = self.records.binary_search_by(|record| record.key.cmp(key)).ok();
        found.map(|place| place as RecordIndex)
    }

    /// The records of that kind, in the order of their keys.
    pub fn of_kind(&self, kind: Kind) -> impl DoubleEndedIterator<Item = RecordIndex> {
        self.by_kind.get(&kind).into_iter().flatten().copied()
    }

    /// The records that state a relation, in the order of their keys.
    pub fn related(&self) -> &[RecordIndex] {
        &self.related
    }

    /// The facts of a record, with their places.
    pub fn facts_of(&self, record: RecordIndex) -> impl Iterator<Item = (FactIndex, &'a Holding<'a>)> + use<'a> {
        let (start, end) = self.records[record as usize].facts;
        let holdings = self.holdings;
        (start..end).map(move |fact| (fact, &holdings[fact as usize]))
    }

    /// The values of an attribute of a record, with their places, in the order of the values.
    pub fn attribute(
        &self,
        record: RecordIndex,
        wanted: &AttributeName,
    ) -> impl Iterator<Item = (FactIndex, &'a Value)> {
        self.facts_of(record).filter_map(move |(fact, holding)| match &holding.fact.statement {
            Statement::Attribute { name, value } if name == wanted => Some((fact, value)),
            _ => None,
        })
    }

    /// The kind of resource that the record says it is, where it is no service.
    pub fn realizes(&self, record: RecordIndex) -> Option<Kind> {
        let (_, value) = self.attribute(record, &attribute::REALIZES).next()?;
        Some(Kind::from(value.as_text()?.to_owned()))
    }

    /// Everybody who answers to a handle. O(log handles).
    pub fn answering(&self, handle: &Handle) -> &[Found] {
        self.by_handle.get(handle).map_or(&[], Vec::as_slice)
    }

    /// What `target` means when `asking` says it. Several records are returned where several answer; it is for the caller
    /// to see whether they are one thing.
    pub fn resolve(&self, target: &Target, asking: RecordIndex) -> Vec<Found> {
        match target {
            Target::Record(key) => {
                self.by_key(key).map(|record| Found { record, via: self.record(record).exists }).into_iter().collect()
            }
            Target::Handle(handle) if handle.space == Space::Host && handle.within.is_empty() => {
                self.resolve_host(&handle.value, &self.record(asking).networks)
            }
            Target::Handle(handle) => self.resolve_handle(handle),
            Target::Selector { within, labels } => self.resolve_selector(within, labels),
        }
    }

    fn resolve_handle(&self, handle: &Handle) -> Vec<Found> {
        let exact = self.answering(handle);
        if !exact.is_empty() || handle.space != Space::Team || handle.value.contains('/') {
            return exact.to_vec();
        }
        self.by_team.get(handle.value.as_str()).cloned().unwrap_or_default()
    }

    /// Looks a host up in each network in turn, then among the names that are unique everywhere.
    ///
    /// Within a cluster a name may carry its namespace and the suffix `svc[.cluster-domain]` (Kubernetes DNS specification);
    /// where no record of that namespace answers, one whose namespace is unset does.
    pub fn resolve_host(&self, host: &str, networks: &[String]) -> Vec<Found> {
        let everywhere = std::iter::once("");
        let places: Vec<&str> = networks.iter().map(String::as_str).chain(everywhere).collect();
        for spelling in spellings(host) {
            for place in &places {
                let found = self.answering(&Handle::within(Space::Host, spelling.clone(), *place));
                if !found.is_empty() {
                    return found.to_vec();
                }
            }
        }
        Vec::new()
    }

    /// Who publishes a port of the machine: somebody of these networks, else whoever is the only one to publish it.
    pub fn resolve_published(&self, port: i64, networks: &[String]) -> Vec<Found> {
        let name = format!("localhost:{port}");
        let handle = |network: &str| Handle::within(Space::PublishedPort, name.clone(), network);
        let near = networks.iter().map(|network| self.answering(&handle(network))).find(|found| !found.is_empty());
        if let Some(near) = near {
            return near.to_vec();
        }
        let first = handle("");
        let named = self.by_handle.range::<Handle, _>(&first..);
        let named = named.take_while(|(known, _)| known.space == first.space && known.value == first.value);
        let all: Vec<Found> = named.flat_map(|(_, found)| found.iter().copied()).collect();
        if all.len() == 1 { all } else { Vec::new() }
    }

    fn resolve_selector(&self, within: &str, labels: &BTreeMap<String, String>) -> Vec<Found> {
        let mut wanted = labels.iter();
        let Some((key, value)) = wanted.next() else { return Vec::new() };
        let candidates = self.by_label.get(&(within, key.as_str(), value.as_str())).cloned().unwrap_or_default();
        let rest: Vec<(&String, &String)> = wanted.collect();
        candidates
            .into_iter()
            .filter(|found| rest.iter().all(|(key, value)| self.carries(found.record, key, value)))
            .collect()
    }

    fn carries(&self, record: RecordIndex, wanted: &str, expected: &str) -> bool {
        self.facts_of(record).any(|(_, holding)| {
            matches!(&holding.fact.statement, Statement::Labelled { key, value } if key == wanted && value == expected)
        })
    }
}

/// A host as it is written, then without the suffix of a cluster's services, then without its namespace.
pub(crate) fn spellings(host: &str) -> Vec<String> {
    let host = host.trim_end_matches('.').to_lowercase();
    let mut spellings = vec![host.clone()];
    let service = host.split_once(".svc").filter(|(_, rest)| rest.is_empty() || rest.starts_with('.'));
    let qualified = service.map_or(host.as_str(), |(name, _)| name).to_owned();
    if qualified != host {
        spellings.push(qualified.clone());
    }
    if let [name, _namespace] = qualified.split('.').collect::<Vec<_>>()[..] {
        spellings.push(name.to_owned());
    }
    spellings
}
