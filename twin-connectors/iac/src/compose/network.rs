//! Where a service stands: its networks, its names there, and whose network stack it has.

use twin_core::observe::{Evidence, Handle, Space, Statement, Target, technique};

use super::service::{Service, ports_of};
use super::tree::{Node, Place};
use super::unit::Unit;

/// The name by which containers reach the machine that they run on.
const OWN_MACHINE: &str = "host.docker.internal";

/// Of the services that share one network stack so many are looked through.
const MOST_SHARING: usize = 64;

pub(super) fn read(service: &mut Service<'_>) {
    let shared = shared_networks(service);
    for place in service.places {
        names(service, place, &shared);
    }
    let node = service.node;
    let networks = node.get("networks").map(Node::entries).unwrap_or_default();
    let aliases = networks.iter().filter_map(|(_, network)| network.get("aliases")).flat_map(Node::items);
    let own = [node.get("container_name"), node.get("hostname")];
    own.into_iter().flatten().chain(aliases).for_each(|alias| host_name(service, alias, &shared));
    exposed_on_machine(service);
}

fn names(service: &mut Service<'_>, place: &Place, shared: &[String]) {
    let evidence = service.unit.stands(place, service.name, technique::DECLARED);
    let own = std::iter::once(&service.unit.project.network).chain(shared);
    for (network, rank) in own.zip(0..) {
        service.record.say(Statement::Joins { network: network.clone(), rank }, evidence.clone());
        service.record.known_as(Handle::within(Space::Host, service.name.to_lowercase(), network), evidence.clone());
    }
}

/// The networks that the service shares with other projects: they have a name that no project is part of.
fn shared_networks(service: &Service<'_>) -> Vec<String> {
    let node = service.node.get("networks");
    let listed = node.map(Node::items).unwrap_or_default().iter();
    let mapped = node.map(Node::entries).unwrap_or_default().iter().map(|(name, _)| name);
    let mut names: Vec<&str> = listed.chain(mapped).filter_map(Node::as_str).collect();
    if names.is_empty() && service.node.get("network_mode").is_none() {
        names.push("default");
    }
    names.into_iter().filter_map(|name| shared_network(service, name)).collect()
}

/// A network that is external, or that is given a name of its own.
fn shared_network(service: &Service<'_>, name: &str) -> Option<String> {
    let project = service.unit.project;
    let external = project.definition("networks", name, "external");
    let external = external.filter(|external| external.as_bool() != Some(false));
    let named = project.definition("networks", name, "name").or_else(|| external.as_ref()?.get("name").cloned());
    let called = named.and_then(|node| service.unit.text(&node)).map(|called| called.text);
    let called = called.or_else(|| external.map(|_| name.to_owned()))?;
    Some(format!("compose/{}/network/{called}", project.source))
}

fn host_name(service: &mut Service<'_>, node: &Node, shared: &[String]) {
    let Some(value) = service.unit.text(node).filter(|value| !value.text.is_empty()) else { return };
    let evidence = service.unit.evidence(&node.place, &value, &[&value.text], technique::DECLARED);
    for network in std::iter::once(&service.unit.project.network).chain(shared) {
        let handle = Handle::within(Space::Host, value.text.to_lowercase(), network);
        service.record.known_as(handle, evidence.clone());
    }
}

/// Another service of the project.
pub(super) fn neighbour(unit: &Unit<'_, '_>, name: &str) -> Target {
    Target::Handle(Handle::within(Space::Host, name.to_lowercase(), &unit.project.network))
}

/// Says that the machine's port is the service's.
pub(super) fn publish(service: &mut Service<'_>, port: u16, evidence: Evidence) {
    let handle = Handle::within(Space::PublishedPort, format!("localhost:{port}"), &service.unit.project.network);
    service.record.known_as(handle, evidence);
}

/// On the machine's own network a port that is exposed is one of the machine.
fn exposed_on_machine(service: &mut Service<'_>) {
    if service.node.get("network_mode").and_then(Node::as_str) != Some("host") {
        return;
    }
    for node in service.node.get("expose").map(Node::items).unwrap_or_default() {
        let Some(value) = service.unit.text(node) else { continue };
        if let (_, Some(port)) = ports_of(&value.text, false, None) {
            let evidence = service.unit.evidence(&node.place, &value, &[&value.text], technique::DECLARED);
            publish(service, port, evidence);
        }
    }
}

/// Who answers at a port of `localhost`, for a service that has no network stack of its own.
///
/// The service whose stack it is, unless others share it too: then whoever says that the port is its own, else nobody.
pub(super) fn on_localhost(service: &Service<'_>, port: Option<u16>) -> Option<Target> {
    let mode = service.unit.text(service.node.get("network_mode")?)?.text;
    if mode == "host" {
        return Some(Target::Handle(Handle::host(OWN_MACHINE)));
    }
    if let Some(container) = mode.strip_prefix("container:") {
        return Some(Target::Handle(Handle::host(container)));
    }
    let owner = mode.strip_prefix("service:")?;
    if listens_at(service.unit, service.node, port?) {
        return None;
    }
    let others = || service.unit.sharing(owner).filter(|other| other.name != service.name).take(MOST_SHARING);
    if others().next().is_none() {
        return Some(neighbour(service.unit, owner));
    }
    let all = service.unit.services.iter().filter(|other| other.name == owner).chain(others());
    let mut listening = all.filter(|other| port.is_some_and(|port| listens_at(service.unit, &other.node, port)));
    let first = listening.next()?;
    listening.next().is_none().then(|| neighbour(service.unit, &first.name))
}

/// Whether a service says that it listens there.
fn listens_at(unit: &Unit<'_, '_>, node: &Node, port: u16) -> bool {
    let exposed = node.get("expose").map(Node::items).unwrap_or_default().iter();
    let published = node.get("ports").map(Node::items).unwrap_or_default().iter();
    let targets = published.map(|port| port.get("target").unwrap_or(port));
    let mut texts = exposed.chain(targets).filter_map(|node| unit.text(node));
    texts.any(|text| ports_of(&text.text, false, None).1 == Some(port))
}
