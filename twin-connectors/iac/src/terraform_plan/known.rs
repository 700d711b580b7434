//! Which entity of a base a resource of a plan is.

use std::collections::{BTreeSet, HashMap};

use twin_core::graph::{Node, Snapshot};
use twin_core::observe::RecordKey;
use twin_core::schema::{Kind, kind};

use super::payload::{ResourceChange, Side};
use super::table;

/// The records of a base by their names.
pub(super) struct Known<'s> {
    base: &'s Snapshot,
    by_name: HashMap<&'s str, Vec<(&'s RecordKey, Node)>>,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    None,
    /// One entity, by what.
    One(Node, By),
    /// So many, of which the plan does not tell one.
    Several(usize),
}

/// How something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The platform's id.
    Id,
    /// The address, as infrastructure code or its state has it.
    Address,
    /// The address without keys: the twin knows all copies as one thing.
    AddressOfAll,
    /// Name and kind.
    Name,
}

impl<'s> Known<'s> {
    /// O(records).
    pub fn of(base: &'s Snapshot) -> Self {
        let mut by_name: HashMap<&str, Vec<(&RecordKey, Node)>> = HashMap::new();
        for node in base.nodes() {
            for record in &base.entity(node).records {
                by_name.entry(&record.name).or_default().push((record, node));
            }
        }
        Known { base, by_name }
    }

    /// The entity that a resource is.
    pub fn find(&self, change: &ResourceChange) -> Found {
        let Some(of) = table::kind_of(&change.resource_type) else { return Found::None };
        let by_name = || self.by_name(change, &of);
        // Clusters and manifests know what a state of Kubernetes' provider only names.
        if change.resource_type.starts_with("kubernetes_")
            && let found @ Found::One(..) = by_name()
        {
            return found;
        }
        let is_of_type = |record: &RecordKey| record.kind == of || record.kind == kind::RESOURCE;
        let addresses = || [Some(&change.address), change.previous.as_ref()].into_iter().flatten();
        let tries: [(By, Vec<&str>); 3] = [
            (By::Id, change.known().ids.iter().map(String::as_str).collect()),
            (By::Address, addresses().map(String::as_str).collect()),
            (By::AddressOfAll, if change.bare == change.address { Vec::new() } else { vec![&change.bare] }),
        ];
        for (by, names) in tries {
            let nodes = names.into_iter().flat_map(|name| self.recorded(name, &is_of_type)).collect();
            match self.narrowed(nodes, change.known(), by) {
                Found::None => {}
                found => return found,
            }
        }
        match self.in_module(change, &is_of_type) {
            Found::None => by_name(),
            found => found,
        }
    }

    fn recorded(&self, name: &str, is_meant: &dyn Fn(&RecordKey) -> bool) -> BTreeSet<Node> {
        let all = self.by_name.get(name).into_iter().flatten();
        all.filter(|(record, _)| is_meant(record)).map(|(_, node)| *node).collect()
    }

    /// Code of a module is read in its own folder, and so without the name that its caller gives it: it is only taken for the same if it is called the same.
    fn in_module(&self, change: &ResourceChange, is_of_type: &dyn Fn(&RecordKey) -> bool) -> Found {
        if change.local == change.bare {
            return Found::None;
        }
        let name = change.known().name.as_ref();
        let is_called_so = |node: &Node| name.is_some_and(|name| self.base.entity(*node).name == *name);
        let nodes = self.recorded(&change.local, is_of_type).into_iter().filter(is_called_so).collect();
        self.narrowed(nodes, change.known(), By::Address)
    }

    fn by_name(&self, change: &ResourceChange, of: &Kind) -> Found {
        let Some(name) = change.known().name.as_deref() else { return Found::None };
        let is_meant = |node: &Node| {
            let other = self.base.kind(*node);
            other == of || *of == kind::WORKLOAD && [kind::COMPONENT, kind::INSTANCE].contains(other)
        };
        let place = change.known().namespace.as_ref().map(|namespace| format!("{name}@{namespace}"));
        let placed = place.map(|name| self.base.called(&name)).unwrap_or_default();
        let nodes = if placed.is_empty() { self.base.called(name) } else { placed };
        self.narrowed(nodes.into_iter().filter(is_meant).collect(), change.known(), By::Name)
    }

    /// The one of several that is where the plan says; instances of one component come before the records that make them up.
    fn narrowed(&self, nodes: BTreeSet<Node>, side: &Side, by: By) -> Found {
        let instances: BTreeSet<Node> = nodes.iter().flat_map(|node| self.acting(*node)).collect();
        let here: BTreeSet<Node> = instances.iter().copied().filter(|node| self.is_there(*node, side)).collect();
        let certain: BTreeSet<Node> =
            here.iter().copied().filter(|node| self.is_certainly_there(*node, side)).collect();
        // A place that nobody wrote down is no other place.
        let left = if certain.is_empty() { here } else { certain };
        let mut left = left.into_iter();
        match (left.next(), left.len()) {
            (None, _) => Found::None,
            (Some(node), 0) => Found::One(self.whole(node), by),
            (Some(_), more) => Found::Several(more + 1),
        }
    }

    /// The instances of a component or member, or the thing itself.
    fn acting(&self, node: Node) -> Vec<Node> {
        let entity = self.base.entity(node);
        if *self.base.kind(node) == kind::WORKLOAD {
            let of_records = entity.records.iter().flat_map(|record| self.base.nodes_of_record(record));
            let instances: Vec<Node> = of_records.filter(|node| *self.base.kind(*node) == kind::INSTANCE).collect();
            return if instances.is_empty() { vec![node] } else { instances };
        }
        let instances = self.base.instances(node);
        if instances.is_empty() { vec![node] } else { instances }
    }

    fn is_there(&self, node: Node, side: &Side) -> bool {
        let at = &self.base.entity(node).placement;
        let differs = |known: &Option<String>, said: &Option<String>| {
            known.as_ref().zip(said.as_ref()).is_some_and(|(known, said)| !known.eq_ignore_ascii_case(said))
        };
        !differs(&at.region, &side.region)
            && !differs(&at.environment, &side.environment)
            && !differs(&at.namespace, &side.namespace)
    }

    fn is_certainly_there(&self, node: Node, side: &Side) -> bool {
        let at = &self.base.entity(node).placement;
        let places =
            [(&at.region, &side.region), (&at.environment, &side.environment), (&at.namespace, &side.namespace)];
        places.into_iter().all(|(known, said)| known.is_some() || said.is_none())
    }

    /// The component of its only instance, else the node itself.
    fn whole(&self, node: Node) -> Node {
        let component = self.base.component(node);
        if self.base.instances(component).len() == 1 { component } else { node }
    }

    /// A name by which [`Snapshot::find`] finds it again.
    pub fn name_of(&self, node: Node) -> String {
        let entity = self.base.entity(node);
        let is_named = self.base.find(&entity.name).is_ok_and(|found| found == node);
        if is_named { entity.name.clone() } else { entity.id.to_string() }
    }
}
