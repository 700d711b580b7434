//! Entities: a component with its instances and members for each cluster of services, a thing for each other cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::edges::{Said, add_attribute};
use super::piece::{Described, Pass, Piece, Unit};
use super::{Build, Identified, Made, Places};
use crate::answer::EvidenceId;
use crate::base::hash_of;
use crate::graph::numbers::Numbers;
use crate::graph::{AttributeValue, Entity};
use crate::identity::{Cluster, EntityId, FactIndex, Name, RecordIndex, founds_component, name_of};
use crate::observe::{Perspective, Space, Statement, Target};
use crate::schema::{AttributeName, Kind, Relation, Value, attribute, kind, relation};

impl<'a> Build<'a> {
    /// Adds the entities of all clusters, and what joins a component with its instances and members.
    pub(super) fn add_entities(&mut self, identified: &Identified<'_>) {
        let context = self.directory.context();
        let all = identified.clusters.len() as u64;
        let clusters = identified.clusters.iter().zip(identified.ids).enumerate();
        for (done, (cluster, id)) in clusters.take_while(|_| context.goes_on()) {
            context.progress.report("assemble", done as u64, all);
            self.describe_cluster(cluster, id, identified);
        }
        self.number_entities(identified.clusters);
    }

    /// One unit for each cluster, named by its first record.
    fn describe_cluster(&mut self, cluster: &Cluster, id: &EntityId, identified: &Identified<'_>) {
        let directory = self.directory;
        let members = || cluster.members.iter().map(|record| directory.digest(*record));
        let unit = Unit { pass: Pass::Entities, of: directory.digest(cluster.members[0]) };
        let is_same = |known: &Described| {
            known.id == *id && known.kind == cluster.kind && known.members.iter().copied().eq(members())
        };
        if self.keeps(unit, |piece| piece.described.as_ref().is_some_and(is_same)) {
            return;
        }
        directory.clear();
        let node = self.add_cluster(cluster, id, identified);
        if cluster.members.iter().all(|record| founds_component(&directory.record(*record).key.kind)) {
            self.add_members(cluster, node);
        }
        self.piece.described =
            Some(Described { id: id.clone(), kind: cluster.kind.clone(), members: members().collect() });
        self.piece.places = cluster.members.iter().map(|record| self.places[*record as usize]).collect();
        self.piece.nodes = (0..self.piece.entities.len() as u32).collect();
        self.make(unit);
    }

    /// Gives entities their numbers: those that they had, where they can keep them.
    fn number_entities(&mut self, clusters: &[Cluster]) {
        let pages = self.before.pages;
        let known = |made: &Made| -> Vec<Option<u32>> {
            match made.is_new {
                true => made.piece.entities.iter().map(|entity| pages.with_id(&entity.id).next()).collect(),
                false => made.piece.nodes.iter().copied().map(Some).collect(),
            }
        };
        let known: Vec<Option<u32>> = self.pieces.iter().flat_map(known).collect();
        self.nodes = Numbers::after(&known, pages.entities.len());
        self.entities = vec![None; self.nodes.bound];
        let mut changed: Vec<Name> = self.replaced(&[Pass::Entities]).flat_map(names_of_cluster).collect();
        let mut rest = &self.nodes.of[..];
        for (made, cluster) in self.pieces.iter_mut().zip(clusters) {
            let (nodes, after) = rest.split_at(made.piece.entities.len());
            rest = after;
            if made.piece.nodes != nodes {
                Arc::make_mut(&mut made.piece).move_entities(nodes);
                changed.extend(names_of_cluster(&made.piece));
            }
            for (node, entity) in nodes.iter().zip(&made.piece.entities) {
                self.entities[*node as usize] = Some(entity.clone());
            }
            for (record, places) in cluster.members.iter().zip(&made.piece.places) {
                self.places[*record as usize] = *places;
            }
        }
        self.before.changed.extend(changed);
    }

    fn add_cluster(&mut self, cluster: &Cluster, id: &EntityId, identified: &Identified<'_>) -> u32 {
        let name = self.cluster_name(cluster, identified);
        let node = self.add_entity(Entity::new(id.clone(), cluster.kind.clone(), name), &cluster.members);
        for record in &cluster.members {
            let places = &mut self.places[*record as usize];
            match cluster.kind == kind::COMPONENT {
                true => places.component = Some(node),
                false => *places = Places { own: Some(node), acting: Some(node), component: None },
            }
        }
        node
    }

    /// The name that a person gave, else the name that most records have, workloads first.
    fn cluster_name(&self, cluster: &Cluster, identified: &Identified<'_>) -> String {
        let given = cluster.members.iter().find_map(|record| identified.names.get(&self.directory.record(*record).key));
        if let Some(name) = given {
            return name.clone();
        }
        let mut votes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for record in &cluster.members {
            let view = self.directory.record(*record);
            let vote = votes.entry(&view.name).or_default();
            vote.0 += usize::from(view.key.kind == kind::WORKLOAD);
            vote.1 += 1;
        }
        let best = votes.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)));
        best.map_or_else(String::new, |(name, _)| name.to_owned())
    }

    fn add_entity(&mut self, mut entity: Entity, records: &[RecordIndex]) -> u32 {
        for record in records {
            entity.records.push(self.directory.record(*record).key.clone());
            self.describe(&mut entity, *record);
        }
        self.piece.entities.push(Arc::new(entity));
        self.piece.entities.len() as u32 - 1
    }

    /// Adds what a record says of itself to an entity.
    fn describe(&mut self, entity: &mut Entity, record: RecordIndex) {
        let facts: Vec<_> = self.directory.facts_of(record).collect();
        for (fact, holding) in facts {
            match &holding.fact.statement {
                Statement::Exists { .. } => entity.evidence.extend(self.cite(fact)),
                Statement::Attribute { name, value } => {
                    let evidence = self.cite(fact);
                    let perspective = holding.fact.perspective;
                    add_attribute(
                        &mut entity.attributes,
                        AttributeValue { name: name.clone(), value: value.clone(), perspective, evidence },
                    );
                }
                _ => {}
            }
        }
        self.place(entity, record);
        self.place_by_namespace(entity, record);
    }

    /// A namespace's environment is that of the workloads in it which do not say their own.
    fn place_by_namespace(&mut self, entity: &mut Entity, record: RecordIndex) {
        if self.directory.attribute(record, &attribute::ENVIRONMENT).next().is_some() {
            return;
        }
        let Some((namespaced, said, value)) = self.environment_of_namespace(record) else { return };
        let evidence = self.cite_through(&self.steps(namespaced), said, &[]);
        let perspective = self.directory.holding(said).fact.perspective;
        let environment = value.as_text().map(str::to_owned);
        entity.placement.environment = entity.placement.environment.take().or(environment);
        let name = attribute::ENVIRONMENT;
        add_attribute(&mut entity.attributes, AttributeValue { name, value: value.clone(), perspective, evidence });
    }

    /// The environment that a record's namespace says, with the facts that name the namespace and the environment; `None` where
    /// the namespace says several.
    fn environment_of_namespace(&self, record: RecordIndex) -> Option<(FactIndex, FactIndex, &'a Value)> {
        let directory = self.directory;
        let (namespaced, namespace) =
            directory.facts_of(record).find_map(|(fact, holding)| match &holding.fact.statement {
                Statement::Related { relation, target: Target::Record(key), .. }
                    if *relation == relation::IN_NAMESPACE =>
                {
                    Some((fact, directory.by_key(key)?))
                }
                _ => None,
            })?;
        let name = attribute::ENVIRONMENT;
        let mut environments = directory.attribute(namespace, &name);
        let (said, value) = environments.next()?;
        environments.all(|(_, other)| other == value).then_some((namespaced, said, value))
    }

    /// Adds where a record stands, as far as the entity's place is not known yet.
    fn place(&self, entity: &mut Entity, record: RecordIndex) {
        let text = |name: &AttributeName| {
            self.directory.attribute(record, name).find_map(|(_, value)| value.as_text().map(str::to_owned))
        };
        let key = &self.directory.record(record).key;
        let at = &mut entity.placement;
        let fill = |slot: &mut Option<String>, value: Option<String>| *slot = slot.take().or(value);
        fill(&mut at.environment, text(&attribute::ENVIRONMENT));
        fill(&mut at.region, text(&attribute::REGION));
        fill(&mut at.account, text(&attribute::ACCOUNT));
        fill(&mut at.cluster, key.cluster.clone());
        fill(&mut at.namespace, key.namespace.clone());
    }

    /// The records of a cluster as nodes of their own, and what runs.
    fn add_members(&mut self, cluster: &Cluster, node: u32) {
        for &record in &cluster.members {
            let view = self.directory.record(record);
            let member = Entity::new(EntityId::fresh(&view.key, "member"), view.key.kind.clone(), view.name.clone());
            let is_member = view.key.kind != kind::COMPONENT;
            if is_member {
                let own = self.add_entity(self.of_component(member, node), &[record]);
                self.places[record as usize].own = Some(own);
            }
        }
        if cluster.kind == kind::COMPONENT {
            self.add_instances(cluster, node);
        }
        for &record in &cluster.members {
            self.join_member(record);
        }
    }

    fn of_component(&self, mut entity: Entity, component: u32) -> Entity {
        entity.component = Some(self.piece.entities[component as usize].id.clone());
        entity
    }

    /// One instance for each workload, however many records have its native id; telemetry belongs to the workload that it names, or to the
    /// only one there is.
    fn add_instances(&mut self, cluster: &Cluster, component: u32) {
        let of_kind = |wanted: Kind| -> Vec<RecordIndex> {
            cluster.members.iter().copied().filter(|record| self.directory.record(*record).key.kind == wanted).collect()
        };
        let (workloads, telemetry) = (of_kind(kind::WORKLOAD), of_kind(kind::SERVICE_NAME));
        let mut instances = self.by_native_id(&workloads);
        for service in telemetry {
            let workload = self.workload_of(service, &workloads).unwrap_or(service);
            let instance = instances.iter().find(|(_, records)| records.contains(&workload)).map(|(first, _)| *first);
            instances.entry(instance.unwrap_or(workload)).or_default().push(service);
        }
        for (first, records) in instances {
            let key = &self.directory.record(first).key;
            let name = self.piece.entities[component as usize].name.clone();
            let entity = Entity::new(EntityId::fresh(key, "instance"), kind::INSTANCE, name);
            let instance = self.add_entity(self.of_component(entity, component), &records);
            name_instance(Arc::make_mut(&mut self.piece.entities[instance as usize]));
            for record in records {
                self.places[record as usize].acting = Some(instance);
            }
        }
    }

    /// Workloads by the first of those that share a native id: what runs is one thing, whoever declares it.
    fn by_native_id(&self, workloads: &[RecordIndex]) -> BTreeMap<RecordIndex, Vec<RecordIndex>> {
        let (mut instances, mut known): (BTreeMap<_, Vec<_>>, BTreeMap<_, _>) = (BTreeMap::new(), BTreeMap::new());
        for &workload in workloads {
            let handles = self.directory.record(workload).handles.iter().map(|(handle, _)| handle);
            let ids: Vec<_> = handles.filter(|handle| handle.space == Space::NativeId).collect();
            let first = ids.iter().find_map(|id| known.get(id).copied()).unwrap_or(workload);
            known.extend(ids.into_iter().map(|id| (id, first)));
            instances.entry(first).or_default().push(workload);
        }
        instances
    }

    /// The workload whose spans these are: by native id, else by environment, else the only one.
    fn workload_of(&self, service: RecordIndex, workloads: &[RecordIndex]) -> Option<RecordIndex> {
        let native = |record: RecordIndex| {
            let handles = &self.directory.record(record).handles;
            handles.iter().filter(|(handle, _)| handle.space == Space::NativeId).map(|(handle, _)| handle)
        };
        let named =
            workloads.iter().find(|workload| native(**workload).any(|id| native(service).any(|other| other == id)));
        if let Some(workload) = named {
            return Some(*workload);
        }
        let environment =
            |record| self.directory.attribute(record, &attribute::ENVIRONMENT).next().map(|(_, value)| value);
        let wanted = environment(service);
        let may_be = |workload: &&RecordIndex| {
            let known = environment(**workload);
            known.is_none() || wanted.is_none() || known == wanted
        };
        let exact: Vec<&RecordIndex> =
            workloads.iter().filter(|workload| wanted.is_some() && environment(**workload) == wanted).collect();
        let possible: Vec<&RecordIndex> = workloads.iter().filter(may_be).collect();
        match (&exact[..], &possible[..]) {
            ([only], _) | ([], [only]) => Some(**only),
            _ => None,
        }
    }

    /// Joins a record's node with its instance or resource, and with its component.
    fn join_member(&mut self, record: RecordIndex) {
        let Places { own, acting, component } = self.places(record);
        let Some(fact) = self.directory.record(record).exists else { return };
        let evidence = self.cite(fact);
        if let (Some(acting), Some(own)) = (acting, own) {
            self.join(acting, relation::REALIZED_BY, own, &evidence);
        }
        if let (Some(own), Some(component)) = (own, component) {
            self.join(own, relation::REPRESENTS, component, &evidence);
        }
        if let (Some(acting), Some(component)) = (acting, component) {
            self.join(acting, relation::INSTANCE_OF, component, &evidence);
        }
    }

    fn join(&mut self, from: u32, relation: Relation, to: u32, evidence: &[EvidenceId]) {
        if from == to {
            return;
        }
        let perspective = evidence.first().map_or(Perspective::Declared, |id| self.row(*id).perspective);
        let confidence = self.confidence(evidence);
        let evidence = evidence.to_vec();
        self.say_edge(Said {
            from,
            relation,
            to,
            variant: None,
            perspective,
            confidence,
            attributes: Vec::new(),
            evidence,
        });
    }

    /// What people can mean by a component's name: components, and resources that are named like them.
    pub(super) fn components(&self) -> &BTreeMap<String, Vec<u32>> {
        self.components.get_or_init(|| {
            let mut components: BTreeMap<String, Vec<u32>> = BTreeMap::new();
            for (node, entity) in self.nodes().filter(|(_, entity)| is_named(entity)) {
                components.entry(entity.name.to_lowercase()).or_default().push(node);
            }
            components
        })
    }
}

/// An instance is called after its component and the narrowest place that is known: `payments@shop`.
fn name_instance(entity: &mut Entity) {
    let at = &entity.placement;
    let place = at.namespace.as_ref().or(at.cluster.as_ref()).or(at.environment.as_ref());
    if let Some(place) = place {
        entity.name = format!("{}@{place}", entity.name);
    }
}

fn is_named(entity: &Entity) -> bool {
    let named = [
        kind::COMPONENT,
        kind::DATA_STORE,
        kind::CACHE,
        kind::BUCKET,
        kind::QUEUE,
        kind::SYSTEM,
        kind::IDENTITY_PROVIDER,
    ];
    named.contains(&entity.kind)
}

/// The name of whatever people call so.
pub(super) fn name_of_called(name: &str) -> Name {
    hash_of(&("called", name.to_lowercase()))
}

/// By what anybody may have found what a cluster's piece describes.
fn names_of_cluster(piece: &Piece) -> Vec<Name> {
    let members = piece.described.iter().flat_map(|described| &described.members).map(|member| name_of(*member));
    let called = piece.entities.iter().filter(|entity| is_named(entity)).map(|entity| name_of_called(&entity.name));
    members.chain(called).collect()
}
