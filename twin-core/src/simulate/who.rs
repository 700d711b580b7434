//! Who is who between recorded requests and a twin: under which names requests show an entity, and whom an address means.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::answer::EvidenceSource;
use crate::graph::{EdgeRef, Node, Placement, Snapshot};
use crate::identity::spellings;
use crate::observe::technique;
use crate::schema::{DataFlow, kind, relation};
use crate::simulate::replay::{OperationName, Policies, RecordedService, Span};

/// What an entity calls itself in its telemetry, or else its name; with its place, where another of its kind is called the same. O(entities of that name).
pub(super) fn service_name(base: &Snapshot, node: Node) -> String {
    let component = base.component(node);
    let records = base.entity(component).records.iter().chain(&base.entity(node).records);
    let mut members = records.flat_map(|record| base.nodes_of_record(record));
    let telling = members.find(|member| base.entity(*member).kind == kind::SERVICE_NAME);
    let entity = base.entity(telling.unwrap_or(component));
    let is_namesake = |other: &Node| base.entity(*other).kind == entity.kind && base.component(*other) != component;
    let namesakes: Vec<Node> = base.called(&entity.name).into_iter().filter(is_namesake).collect();
    if namesakes.is_empty() {
        return entity.name.clone();
    }
    let taken: Vec<&String> = namesakes.into_iter().flat_map(|other| standing(base, other)).collect();
    let own = standing(base, telling.unwrap_or(component)).into_iter().find(|place| !taken.contains(place));
    format!("{}@{}", entity.name, own.map_or_else(|| base.entity(component).id.to_string(), Clone::clone))
}

/// Where a thing or its instances stand, by any name of a place, the nearest first.
fn standing(base: &Snapshot, node: Node) -> Vec<&String> {
    let places: Vec<_> =
        base.instances(node).into_iter().chain([node]).map(|node| &base.entity(node).placement).collect();
    let names = |name: fn(&Placement) -> &Option<String>| places.iter().filter_map(move |at| name(at).as_ref());
    names(|at| &at.namespace)
        .chain(names(|at| &at.cluster))
        .chain(names(|at| &at.environment))
        .chain(names(|at| &at.region))
        .collect()
}

/// Who is who between recorded requests and a twin.
#[derive(Clone, Debug, Default)]
pub(super) struct WhoIsWho {
    /// By entity, the services that requests show it as: components, instances, and whoever sends no spans.
    shown: BTreeMap<Node, BTreeSet<String>>,
    /// By caller and by what it calls whom it asks, the name of whoever sends no spans.
    peers: BTreeMap<(String, String), String>,
    /// By what services call themselves, how they are told apart where several do.
    apart: BTreeMap<String, BTreeSet<String>>,
}

impl WhoIsWho {
    /// Who is who. Whoever no relation of a caller leads to keeps the name that its caller gives it. O(spans + relations of the callers + entities called as services are).
    pub fn of(spans: &[Span], services: &[RecordedService], base: &Snapshot) -> WhoIsWho {
        let mut who = WhoIsWho::default();
        let mut callers: BTreeMap<&str, BTreeSet<Node>> = BTreeMap::new();
        for recorded in services {
            for node in nodes_of(base, recorded) {
                who.shown.entry(node).or_default().insert(recorded.name.clone());
                callers.entry(&recorded.name).or_default().insert(node);
            }
            if recorded.name != recorded.service {
                who.apart.entry(recorded.service.clone()).or_default().insert(recorded.name.clone());
            }
        }
        let mut asked: BTreeMap<&str, BTreeSet<(&str, Option<&str>)>> = BTreeMap::new();
        for span in spans.iter().filter(|span| span.kind.calls()) {
            if let Some(peer) = &span.peer {
                asked.entry(&span.service).or_default().insert((peer, span.address.as_deref()));
            }
        }
        for (caller, asked) in asked {
            who.meet(base, (caller, &callers.remove(caller).unwrap_or_default()), &asked);
        }
        who
    }

    /// Takes in whom a caller asks, as far as its relations say who that is.
    fn meet(
        &mut self,
        base: &Snapshot,
        (caller, nodes): (&str, &BTreeSet<Node>),
        asked: &BTreeSet<(&str, Option<&str>)>,
    ) {
        let reached = Reached::from(base, nodes);
        let mut meant: BTreeMap<&str, BTreeSet<Node>> = BTreeMap::new();
        for (peer, address) in asked {
            let found = address.and_then(|address| reached.at(base, address)).or_else(|| reached.at(base, peer));
            meant.entry(peer).or_default().extend(found);
        }
        for (peer, nodes) in meant.into_iter().filter(|(_, nodes)| nodes.len() == 1) {
            for node in nodes {
                let name = match self.shown.get(&node) {
                    Some(names) if names.len() == 1 => names.iter().next().cloned().unwrap_or_default(),
                    // Which of several was asked, its caller does not say.
                    Some(_) => continue,
                    None => service_name(base, node),
                };
                self.shown.entry(node).or_default().insert(name.clone());
                self.peers.insert((caller.to_owned(), peer.to_owned()), name);
            }
        }
    }

    /// The spans, with who is asked called as the twin calls it. Borrowed, where that changes nothing.
    pub fn name<'s>(&self, spans: &'s [Span]) -> Cow<'s, [Span]> {
        let mut by_caller: HashMap<&str, HashMap<&str, &String>> = HashMap::new();
        for ((caller, peer), name) in self.peers.iter().filter(|((_, peer), name)| peer != *name) {
            by_caller.entry(caller).or_default().insert(peer, name);
        }
        let mut named = Cow::Borrowed(spans);
        for (place, span) in spans.iter().enumerate().filter(|(_, span)| span.kind.calls()) {
            let peers = by_caller.get(&span.service[..]);
            let name = peers.zip(span.peer.as_ref()).and_then(|(peers, peer)| peers.get(&peer[..]));
            if let Some(name) = name {
                named.to_mut()[place].peer = Some((*name).clone());
            }
        }
        named
    }

    /// Policies that call somebody as it calls itself or as its callers do, by the names of the recording; what is said by these goes before.
    pub fn name_in(&self, mut policies: Policies) -> Policies {
        let apart = self.apart.iter().flat_map(|(service, names)| names.iter().map(move |name| (None, service, name)));
        let peers = self.peers.iter().map(|((caller, peer), name)| (Some(caller), peer, name));
        for (caller, said, name) in apart.chain(peers).filter(|(_, said, name)| said != name) {
            if let Some(policy) = policies.services.get(said).cloned() {
                policies.services.entry(name.clone()).or_insert(policy);
            }
            let renamed = |(from, to): &(OperationName, OperationName)| {
                let is_caller = caller.is_none_or(|caller| from.service == *caller);
                let named = |of: &OperationName, is_meant: bool| match is_meant && of.service == *said {
                    true => OperationName::new(name.clone(), of.operation.clone()),
                    false => of.clone(),
                };
                let pair = (named(from, caller.is_none()), named(to, is_caller));
                (pair.0 != *from || pair.1 != *to).then_some(pair)
            };
            let told = policies.calls.iter().filter_map(|(pair, policy)| Some((renamed(pair)?, policy.clone())));
            let told: Vec<_> = told.collect();
            told.into_iter().for_each(|(pair, policy)| _ = policies.calls.entry(pair).or_insert(policy));
        }
        policies
    }

    /// Says of each service in which region all of it stands, where the twin knows it and nobody has said otherwise.
    pub fn place(&self, base: &Snapshot, policies: &mut Policies) {
        for (service, nodes) in self.by_service() {
            let instances = instances(base, &nodes).into_iter();
            let regions: BTreeSet<&String> =
                instances.filter_map(|instance| base.entity(instance).placement.region.as_ref()).collect();
            // What stands in several is in none of them for all of its requests.
            if let (1, Some(region)) = (regions.len(), regions.first()) {
                let policy = policies.services.entry(service.to_owned()).or_default();
                policy.region.get_or_insert_with(|| (*region).clone());
            }
        }
    }

    /// The services that requests show an entity as, one at least; its own name, where they show none.
    ///
    /// # Errors
    /// Where they do not tell an instance from others.
    pub fn services(&self, stage: &Snapshot, node: Node) -> Result<Vec<String>, String> {
        let component = stage.component(node);
        let node = stage.instance_of_record(node).unwrap_or(node);
        let shown = |node: Node| self.shown.get(&node).into_iter().flatten();
        let is_other = |other: &Node| *other != node && *other != component;
        let others: Vec<Node> = stage.instances(component).into_iter().filter(is_other).collect();
        if node == component || others.is_empty() {
            let own: Vec<String> = shown(component).cloned().collect();
            return Ok(if own.is_empty() { vec![service_name(stage, node)] } else { own });
        }
        let is_shared = |name: &String| others.iter().any(|other| shown(*other).any(|shown| shown == name));
        let is_told = others.iter().chain([&node]).any(|instance| shown(*instance).next().is_some());
        if (!is_told && shown(component).next().is_some()) || shown(node).any(is_shared) {
            let name = &stage.entity(component).name;
            return Err(format!("recorded requests do not tell the instances of {name} apart"));
        }
        let own: Vec<String> = shown(node).cloned().collect();
        Ok(if own.is_empty() { vec![stage.entity(node).name.clone()] } else { own })
    }

    /// The one service that requests show an entity as; its own name, where they show none.
    ///
    /// # Errors
    /// As [`WhoIsWho::services`], and where there are several.
    pub fn service(&self, stage: &Snapshot, node: Node) -> Result<String, String> {
        let mut services = self.services(stage, node)?;
        match services.pop() {
            Some(service) if services.is_empty() => Ok(service),
            last => {
                services.extend(last);
                let name = &stage.entity(node).name;
                Err(format!("{name} was recorded as {}: name one of its instances", services.join(", ")))
            }
        }
    }

    /// The services that are entities of the twin. Any other may be whatever no request shows by its name.
    pub fn known(&self) -> BTreeSet<&str> {
        self.shown.values().flatten().map(String::as_str).collect()
    }

    /// By service, the component or store that it is.
    pub fn entities(&self, base: &Snapshot) -> BTreeMap<&str, Node> {
        let components = self.by_service().into_iter().map(|(service, nodes)| {
            let components: BTreeSet<Node> = nodes.into_iter().map(|node| base.component(node)).collect();
            (service, components)
        });
        components.filter_map(|(service, components)| Some((service, only(components)?))).collect()
    }

    /// By service, the entities that it shows.
    fn by_service(&self) -> BTreeMap<&str, BTreeSet<Node>> {
        let mut nodes: BTreeMap<&str, BTreeSet<Node>> = BTreeMap::new();
        for (node, name) in self.shown.iter().flat_map(|(node, names)| names.iter().map(move |name| (node, name))) {
            nodes.entry(name).or_default().insert(*node);
        }
        nodes
    }
}

fn only(nodes: BTreeSet<Node>) -> Option<Node> {
    nodes.first().copied().filter(|_| nodes.len() == 1)
}

/// The component that a recorded service is, with the instances that it runs as, as far as it says where it stands.
fn nodes_of(base: &Snapshot, recorded: &RecordedService) -> Vec<Node> {
    let called = base.called(&recorded.service);
    let fits = |node: &Node| {
        let standing = standing(base, *node);
        recorded.within.iter().all(|place| standing.contains(&place))
    };
    let telling: Vec<Node> =
        called.iter().copied().filter(|node| base.entity(*node).kind == kind::SERVICE_NAME).filter(fits).collect();
    if let Some(component) = only(telling.iter().map(|node| base.component(*node)).collect()) {
        let realized = telling.iter().flat_map(|node| base.incoming(*node));
        let instances = realized.filter(|edge| edge.edge.relation == relation::REALIZED_BY).map(|edge| edge.from);
        let instances = instances.filter(|instance| base.component(*instance) == component);
        return [component].into_iter().chain(instances.filter(|instance| *instance != component)).collect();
    }
    // Whoever the twin has no telemetry of is known by its name alone.
    let components: BTreeSet<Node> = called
        .into_iter()
        .map(|node| base.component(node))
        .filter(|node| base.entity(*node).kind == kind::COMPONENT)
        .collect();
    let here: BTreeSet<Node> = components.iter().copied().filter(fits).collect();
    let known = if components.len() > 1 { here } else { components };
    if telling.is_empty() { only(known).into_iter().collect() } else { Vec::new() }
}

/// The instances among some entities; where none is, all instances of theirs.
fn instances(base: &Snapshot, nodes: &BTreeSet<Node>) -> BTreeSet<Node> {
    let own: BTreeSet<Node> = nodes.iter().copied().filter(|node| base.component(*node) != *node).collect();
    if own.is_empty() { nodes.iter().flat_map(|node| base.instances(*node)).collect() } else { own }
}

/// The entities that relations of a service lead to, by each host of the addresses that they were found with.
struct Reached(HashMap<String, BTreeSet<Node>>);

impl Reached {
    /// Whom some callers reach.
    fn from(base: &Snapshot, callers: &BTreeSet<Node>) -> Reached {
        let ends: BTreeSet<Node> = instances(base, callers).into_iter().chain(callers.iter().copied()).collect();
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
