//! Who is who between recorded requests and a twin: what an entity calls itself there, and which entity an address means.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::answer::EvidenceSource;
use crate::graph::{EdgeRef, Node, Snapshot};
use crate::identity::spellings;
use crate::observe::technique;
use crate::schema::{DataFlow, kind};
use crate::simulate::replay::{OperationName, Policies, Span};

/// What an entity calls itself in its telemetry, or else its name; with its place, where another of its kind is called the same.
pub(super) fn service_name(base: &Snapshot, node: Node) -> String {
    let component = base.component(node);
    let records = base.entity(component).records.iter().chain(&base.entity(node).records);
    let mut members = records.flat_map(|record| base.nodes_of_record(record));
    match members.find(|member| base.entity(*member).kind == kind::SERVICE_NAME) {
        Some(telling) => base.entity(telling).name.clone(),
        None => own_name(base, component),
    }
}

fn own_name(base: &Snapshot, node: Node) -> String {
    let entity = base.entity(node);
    let is_namesake = |other: &Node| *other != node && base.entity(*other).kind == entity.kind;
    let namesakes: Vec<Node> = base.called(&entity.name).into_iter().filter(is_namesake).collect();
    if namesakes.is_empty() {
        return entity.name.clone();
    }
    let taken: BTreeSet<String> = namesakes.into_iter().flat_map(|other| base.places(other)).collect();
    let own = base.places(node).into_iter().find(|place| !taken.contains(place));
    format!("{}@{}", entity.name, own.unwrap_or_else(|| entity.id.to_string()))
}

/// The service that an entity is, where requests can tell it apart: not one of several instances.
pub(super) fn whole_service(base: &Snapshot, node: Node) -> Result<String, String> {
    let component = base.component(node);
    match component != node && base.instances(component).len() > 1 {
        true => Err(format!("recorded requests do not tell the instances of {} apart", base.entity(component).name)),
        false => Ok(service_name(base, node)),
    }
}

/// Whom calls go to of which only the caller wrote anything down, by caller and by what it calls them: the twin's own relations of the caller tell it, by the address that they were found with.
pub(super) struct Peers<'b> {
    base: &'b Snapshot,
    meant: BTreeMap<(String, String), Node>,
}

impl<'b> Peers<'b> {
    /// Who is meant in spans. Whoever no relation leads to keeps the name that its callers give it. O(spans + relations of the callers).
    pub fn of(spans: &[Span], base: &'b Snapshot) -> Peers<'b> {
        let mut asked: HashMap<&str, BTreeSet<(&str, Option<&str>)>> = HashMap::new();
        for span in spans.iter().filter(|span| span.kind.calls()) {
            if let Some(peer) = &span.peer {
                asked.entry(&span.service).or_default().insert((peer, span.address.as_deref()));
            }
        }
        let mut meant: BTreeMap<(String, String), BTreeSet<Node>> = BTreeMap::new();
        for (caller, asked) in asked {
            let reached = Reached::from(base, caller);
            for (peer, address) in asked {
                let found = address.and_then(|address| reached.at(base, address)).or_else(|| reached.at(base, peer));
                meant.entry((caller.to_owned(), peer.to_owned())).or_default().extend(found);
            }
        }
        let only = |nodes: BTreeSet<Node>| nodes.first().copied().filter(|_| nodes.len() == 1);
        let meant = meant.into_iter().filter_map(|(who, nodes)| Some((who, only(nodes)?))).collect();
        Peers { base, meant }
    }

    /// The entities that are meant.
    pub fn entities(&self) -> BTreeSet<Node> {
        self.meant.values().copied().collect()
    }

    /// The spans, with who is asked called as the twin calls it. Borrowed, where that changes nothing.
    pub fn name<'s>(&self, spans: &'s [Span]) -> Cow<'s, [Span]> {
        let names = self.names();
        let mut named = Cow::Borrowed(spans);
        for (place, span) in spans.iter().enumerate().filter(|(_, span)| span.kind.calls()) {
            let Some(peer) = &span.peer else { continue };
            let name = names.get(&span.service[..]).and_then(|names| names.get(&peer[..]));
            if let Some(name) = name.filter(|name| *name != peer) {
                named.to_mut()[place].peer = Some(name.clone());
            }
        }
        named
    }

    /// Policies that call somebody as its callers do, by the names of the twin; what is said by these goes before.
    pub fn name_in(&self, mut policies: Policies) -> Policies {
        for (caller, names) in self.names() {
            for (peer, name) in names {
                if let Some(policy) = policies.services.get(peer).cloned() {
                    policies.services.entry(name.clone()).or_insert(policy);
                }
                let is_this =
                    |(from, to): &(OperationName, OperationName)| from.service == caller && to.service == peer;
                let said: Vec<_> = policies.calls.iter().filter(|(pair, _)| is_this(pair)).collect();
                let named = |(from, to): &(OperationName, OperationName)| {
                    (from.clone(), OperationName::new(name.clone(), to.operation.clone()))
                };
                let said: Vec<_> = said.into_iter().map(|(pair, policy)| (named(pair), policy.clone())).collect();
                said.into_iter().for_each(|(pair, policy)| _ = policies.calls.entry(pair).or_insert(policy));
            }
        }
        policies
    }

    /// By caller and by what it calls them, how the twin calls whom it means.
    fn names(&self) -> BTreeMap<&str, BTreeMap<&str, String>> {
        let mut names: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
        for ((caller, peer), node) in &self.meant {
            names.entry(caller).or_default().insert(peer, service_name(self.base, *node));
        }
        names
    }
}

/// The entities that relations of a service lead to, by each host of the addresses that they were found with.
struct Reached(HashMap<String, BTreeSet<Node>>);

impl Reached {
    fn from(base: &Snapshot, service: &str) -> Reached {
        let callers: BTreeSet<Node> = base.called(service).into_iter().map(|node| base.component(node)).collect();
        let ends: BTreeSet<Node> =
            callers.iter().flat_map(|node| base.instances(*node).into_iter().chain([*node])).collect();
        let carries_data = |edge: &EdgeRef<'_>| {
            base.schema().relation(edge.edge.relation.as_str()).is_ok_and(|row| row.data != DataFlow::None)
        };
        let mut reached: HashMap<String, BTreeSet<Node>> = HashMap::new();
        for edge in ends.iter().flat_map(|node| base.outgoing(*node)).filter(carries_data) {
            // Of a call that both ends wrote down, no address is known.
            let proofs = edge.edge.evidence.iter().filter_map(|id| base.proof(*id));
            for proof in proofs.filter(|proof| proof.technique != technique::SPAN) {
                for host in proof.chain.iter().flat_map(|step| hosts(&step.raw)) {
                    reached.entry(host).or_default().insert(base.component(edge.to));
                }
            }
        }
        Reached(reached)
    }

    /// Whom an address means. Where one text names several, whoever is called so.
    fn at(&self, base: &Snapshot, address: &str) -> Option<Node> {
        let spellings = spellings(address);
        let found = spellings.iter().find_map(|spelling| self.0.get(spelling))?;
        let is_called_so = |node: &&Node| spellings.contains(&base.entity(**node).name.to_lowercase());
        match found.len() {
            1 => found.first().copied(),
            _ => {
                let mut called = found.iter().filter(is_called_so);
                called.next().copied().filter(|_| called.next().is_none())
            }
        }
    }
}

/// The hosts that a text names: `http://pay:80/orders`, `pay:80`, `pay`, in small letters. What stands in a path or behind a port is none.
fn hosts(text: &str) -> impl Iterator<Item = String> + '_ {
    let is_between = |letter: char| letter.is_whitespace() || ",;\"'".contains(letter);
    let host = |place: &str| {
        let place = place.rsplit_once("://").map_or(place, |(_, rest)| rest);
        let authority = place.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        host.split(':').next().unwrap_or_default().to_lowercase()
    };
    text.split(is_between).map(host).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_what_stands_before_ports_and_paths() {
        let cases = [
            ("pay", "pay"),
            ("Pay:80", "pay"),
            ("http://u:p@pay.shop:80/orders?to=bank", "pay.shop"),
            ("jdbc:postgresql://db.shop.svc:5432/orders", "db.shop.svc"),
            ("a:1,b:2", "a b"),
            ("/orders", ""),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(hosts(text).collect::<Vec<String>>().join(" "), expected, "{text}");
        }
    }
}
