//! What a fact of the table makes of a record: the same for a state and for the code that makes it.

use std::collections::{BTreeMap, BTreeSet};

use twin_connector_base::endpoint::{self, Endpoint};
use twin_core::observe::{Evidence, Handle, Record, Space, Statement, Target, technique};
use twin_core::schema::{AttributeName, Value, attribute, relation};

use super::table::Fact;

/// The longest text that is kept: names, hosts and ids are shorter.
const LONGEST: usize = 2_048;

/// A record while facts are said of it.
pub(crate) struct Saying {
    pub record: Record,
    /// What is said once only, although several attributes may say it.
    said: BTreeSet<AttributeName>,
    hosts: BTreeSet<String>,
}

impl Saying {
    pub fn new(record: Record) -> Self {
        Saying { record, said: BTreeSet::new(), hosts: BTreeSet::new() }
    }

    /// Says what a text means as a fact. `evidence` tells where a part of it stands.
    pub fn text(&mut self, fact: Fact, text: &str, evidence: impl Fn(&str) -> Evidence) {
        let whole = || evidence(text);
        match fact {
            Fact::Id => self.id(text, &whole()),
            Fact::Destination(system) => {
                self.record.known_as(Handle::global(Space::NativeId, format!("{system}:{text}")), whole());
            }
            Fact::Host => self.hosts(text, evidence),
            Fact::Engine => self.once(attribute::PROTOCOL, text, whole()),
            Fact::Version => self.once(attribute::VERSION, text, whole()),
            Fact::Database => self.once(attribute::DATABASE, text, whole()),
            Fact::Region => self.once(attribute::REGION, text, whole()),
            Fact::Zone => self.once(attribute::ZONE, text, whole()),
            Fact::Account => self.once(attribute::ACCOUNT, text, whole()),
            Fact::Team => self.record.known_as(Handle::global(Space::Team, text.to_lowercase()), whole()),
            Fact::ConfiguredBy if is_unique(text) => {
                let target = Target::Handle(Handle::global(Space::NativeId, text));
                self.record.relate(relation::CONFIGURED_BY, target, explicit(whole()));
            }
            _ => {}
        }
    }

    /// Says what a number means as a fact.
    pub fn number(&mut self, fact: Fact, number: Option<i64>, evidence: impl Fn(&str) -> Evidence) {
        let Some(number) = number.filter(|number| (0..=1 << 32).contains(number)) else { return };
        let name = if fact == Fact::Port { attribute::PORT } else { attribute::REPLICAS };
        self.once(name, number, evidence(&number.to_string()));
    }

    /// Gives an attribute its value, unless it has one.
    pub fn once(&mut self, name: AttributeName, value: impl Into<Value>, evidence: Evidence) {
        if self.said.insert(name.clone()) {
            self.record.attribute(name, value, evidence);
        }
    }

    /// An ARN says its region and account as well.
    fn id(&mut self, text: &str, evidence: &Evidence) {
        if !is_unique(text) {
            return;
        }
        self.record.known_as(Handle::global(Space::NativeId, text), evidence.clone());
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        if let ["arn", _, _, region, account, _] = parts[..] {
            for (name, part) in [(attribute::REGION, region), (attribute::ACCOUNT, account)] {
                if !part.is_empty() {
                    self.once(name, part, evidence.clone());
                }
            }
        }
    }

    fn hosts(&mut self, text: &str, evidence: impl Fn(&str) -> Evidence) {
        for host in text.split(',').filter_map(host_of) {
            if self.hosts.insert(host.to_lowercase()) {
                self.record.known_as(Handle::host(host), evidence(host));
            }
        }
    }

    /// Says whom a variable names; of its value nothing else.
    pub fn variable(&mut self, name: &str, value: &str, evidence: impl Fn(&str, &'static str) -> Evidence) {
        if endpoint::names_a_thing(name) && is_keepable(value) {
            let evidence = evidence(value, technique::DECLARED).in_field(name);
            self.record.known_as(Handle::global(Space::ServiceName, value), evidence);
            return;
        }
        for peer in endpoint::endpoints(name, value) {
            let evidence = evidence(&peer.raw, peer.technique).in_field(name);
            let target = Target::Handle(peer.peer());
            self.connect(target, &peer, evidence);
        }
    }

    /// Says that it connects to a target, as an endpoint tells.
    pub fn connect(&mut self, target: Target, peer: &Endpoint, evidence: Evidence) {
        self.relate(relation::CONNECTS_TO, target, peer.attributes(), evidence);
    }

    fn relate(
        &mut self,
        relation: twin_core::schema::Relation,
        target: Target,
        attributes: BTreeMap<AttributeName, Value>,
        evidence: Evidence,
    ) {
        self.record.say(Statement::Related { relation, variant: None, target, attributes }, evidence);
    }
}

/// Whether a text is short enough to be kept, and says anything.
pub(crate) fn is_keepable(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST
}

/// Whether a text has the form of an id that is unique everywhere.
pub(crate) fn is_unique(text: &str) -> bool {
    let prefixes = ["arn:", "/subscriptions/", "projects/", "https://"];
    prefixes.iter().any(|prefix| text.starts_with(prefix)) || text.matches(':').count() == 2
}

/// The same evidence of a field that is made to name another record.
pub(crate) fn explicit(evidence: Evidence) -> Evidence {
    let confidence = technique::confidence(technique::EXPLICIT_REFERENCE);
    Evidence { technique: technique::EXPLICIT_REFERENCE.into(), ..evidence }.with_confidence(confidence)
}

/// The host within a host, `host:port` or URL; none where there is anything else.
fn host_of(text: &str) -> Option<&str> {
    let after_scheme = text.trim().split_once("://").map_or(text.trim(), |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split(':').next()?.trim_end_matches('.');
    let is_host = host.len() <= 253 && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    (is_host && !host.is_empty()).then_some(host)
}

/// The name of a resource within the state that keeps it, which is a file at that path.
pub(crate) fn address_in_state(source: &str, path: &str, address: &str) -> Handle {
    Handle::within(Space::NativeId, address, format!("terraform state {source}/{path}"))
}
