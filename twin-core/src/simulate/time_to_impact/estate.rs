//! Time to impact of an outage in a snapshot: the relations and groups over which failure passes, as needs with tolerances.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::analysis::{
    BlastRadius, EntityRef, Hazard, Trail, arrow, basis, envelope, evidence_between, is_shown, outage_environment,
    outage_left_out, outage_seeds, spread,
};
use crate::answer::{Answer, Cites, EvidenceId, Profile, table_row};
use crate::base::{Error, ErrorKind, Result, Timestamp};
use crate::graph::{EdgeClass, EdgeRef, Node, Snapshot};
use crate::schema::{Propagation, Relation, State, relation};
use crate::simulate::time_to_impact::{Arrival, Dependencies, Need, NeedGroup, Over, Tolerance, arrivals};

/// The question.
#[derive(Clone, Debug)]
pub struct TimeToImpact {
    /// Which entities fail; a component stands for its instances.
    pub nodes: Vec<Node>,
    /// How badly.
    pub state: State,
    /// When it begins.
    pub at: Timestamp,
    /// How long it lasts; `None` is until further notice.
    pub duration: Option<Duration>,
    /// Only instances of this environment, as of [`BlastRadius`].
    pub environment: Option<String>,
    /// How long who goes on.
    pub tolerances: Tolerances,
    /// What the question needs of its sources.
    pub needs: Profile,
}

impl TimeToImpact {
    /// When is who affected if this entity goes down then?
    pub fn of(node: Node, at: Timestamp) -> Self {
        TimeToImpact {
            nodes: vec![node],
            state: State::Down,
            at,
            duration: None,
            environment: None,
            tolerances: Tolerances::default(),
            needs: Profile::default(),
        }
    }

    /// The same outage as a blast radius has it.
    fn failing(&self) -> BlastRadius {
        BlastRadius {
            nodes: self.nodes.clone(),
            state: self.state,
            hazard: Hazard::Outage,
            environment: self.environment.clone(),
            needs: self.needs,
        }
    }
}

/// How long who goes on without what it needs, as a host knows it. The first that is told counts: for both ends, for who needs, for the relation.
#[derive(Clone, Debug)]
pub struct Tolerances {
    /// By who needs and what it needs; a component stands for its instances.
    pub pairs: BTreeMap<(Node, Node), Tolerance>,
    /// By who needs; a component stands for its instances.
    pub nodes: BTreeMap<Node, Tolerance>,
    /// By relation, where nobody says more: told as a default. From the start, nothing outlasts what it runs on, is made of or stands in.
    pub usual: BTreeMap<Relation, Tolerance>,
}

impl Default for Tolerances {
    fn default() -> Self {
        let at_once = [
            relation::INSTANCE_OF,
            relation::REALIZED_BY,
            relation::RUNS_ON,
            relation::LOCATED_IN,
            relation::IN_ACCOUNT,
            relation::ROUTES_TO,
        ];
        let usual = at_once.map(|relation| (relation, Tolerance::NONE)).into();
        Tolerances { pairs: BTreeMap::new(), nodes: BTreeMap::new(), usual }
    }
}

/// A tolerance as hosts write it: of an entity without another one, of an entity without anything, or of whoever needs by a relation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToleranceDraft {
    /// Who goes on, by id, record key, alias or unique name; a component stands for its instances.
    #[serde(default)]
    pub entity: Option<String>,
    /// Without what. Default: without anything.
    #[serde(default)]
    pub on: Option<String>,
    /// Or whoever needs by this relation, where nobody says more.
    #[serde(default)]
    pub relation: Option<String>,
    /// At least so long, in milliseconds.
    #[serde(default)]
    pub least_ms: u64,
    /// Usually so long, in milliseconds, if that is known.
    #[serde(default)]
    pub expected_ms: Option<u64>,
    /// At most so long, in milliseconds; without it nobody knows an end.
    #[serde(default)]
    pub most_ms: Option<u64>,
}

impl Tolerances {
    /// Tolerances that are given as data, beside the usual ones.
    ///
    /// # Errors
    /// `Unknown` or `Ambiguous` for a name; `Invalid` for a tolerance of nobody, or of an entity and a relation.
    pub fn of(snapshot: &Snapshot, drafts: &[ToleranceDraft]) -> Result<Tolerances> {
        let mut tolerances = Tolerances::default();
        let mut said: BTreeSet<Relation> = BTreeSet::new();
        for (place, draft) in drafts.iter().enumerate() {
            let invalid = |what: &str| Error::new(ErrorKind::Invalid, format!("tolerances[{place}]: {what}"));
            let ToleranceDraft { least_ms, most_ms, .. } = *draft;
            // What is known exactly is expected then.
            let expected_ms = draft.expected_ms.or_else(|| most_ms.filter(|most| *most == least_ms));
            let tolerance = Tolerance { least_ms, expected_ms, most_ms };
            if !tolerance.is_ordered() {
                return Err(invalid("it takes least_ms ≤ expected_ms ≤ most_ms"));
            }
            let is_news = match (&draft.entity, &draft.on, &draft.relation) {
                (Some(entity), Some(on), None) => {
                    tolerances.pairs.insert((snapshot.find(entity)?, snapshot.find(on)?), tolerance).is_none()
                }
                (Some(entity), None, None) => tolerances.nodes.insert(snapshot.find(entity)?, tolerance).is_none(),
                (None, None, Some(relation)) => {
                    let row = snapshot.schema().relation(relation)?;
                    if !row.passes_failure() {
                        return Err(invalid(&format!("failure never passes over {relation}: name another relation")));
                    }
                    tolerances.usual.insert(row.name.clone(), tolerance);
                    said.insert(row.name.clone())
                }
                _ => {
                    let what = "it is of an entity, of an entity and what it goes on without, or of a relation";
                    return Err(invalid(what));
                }
            };
            if !is_news {
                return Err(invalid("the same is told twice: leave one out"));
            }
        }
        Ok(tolerances)
    }

    /// Tolerances of a need that is not there, for people. O(relations of who needs).
    fn of_nothing(&self, snapshot: &Snapshot) -> Vec<String> {
        let parts = |node: Node| -> BTreeSet<Node> { snapshot.instances(node).into_iter().chain([node]).collect() };
        let is_joined = |entity: Node, on: Node| {
            let on = parts(on);
            let ends = |own: &Node| -> Vec<Node> {
                let along = snapshot.outgoing(*own).map(|edge| edge.to);
                along.chain(snapshot.incoming(*own).map(|edge| edge.from)).collect()
            };
            parts(entity).iter().flat_map(ends).any(|end| on.contains(&end))
        };
        let idle = self.pairs.keys().filter(|(entity, on)| !is_joined(*entity, *on));
        let name = |node: Node| &snapshot.entity(node).name;
        idle.map(|(entity, on)| {
            format!("a tolerance of {} without {} applies to nothing: no relation joins them", name(*entity), name(*on))
        })
        .collect()
    }
}

/// One entity that an outage reaches, in one state. An entity that gets worse with time has a row for each state.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct TimedHit {
    /// The component, or the thing itself.
    pub entity: EntityRef,
    /// The instance, where the entity is a component.
    pub instance: Option<EntityRef>,
    /// The state that it is in then, or a worse one.
    pub state: State,
    /// Not before.
    pub earliest: Timestamp,
    /// Then, by the expected tolerances; `None` if these are not known on any sure way. After the outage's end, it is not expected at all.
    pub expected: Option<Timestamp>,
    /// Not after, if the outage lasts so long; `None` if nobody knows.
    pub latest: Option<Timestamp>,
    /// Whether it comes before the outage ends whatever is not known.
    pub sure: bool,
    /// The way by which it comes earliest: names and, between them, relations.
    pub path: Trail,
    /// What is not known of the way: how long a step is bridged, counted as not at all, and how badly a relation is needed, counted as the worst.
    pub unknown: Vec<String>,
    /// What is taken to be as usual for a relation, by default: how long a step is bridged.
    pub defaults: Vec<String>,
    /// Why each relation of the way is believed.
    pub evidence: Vec<EvidenceId>,
}

table_row!(TimedHit: entity, instance, state, earliest, expected, latest, sure, path, unknown, defaults, evidence);

impl Cites for TimedHit {
    fn cites(&self) -> &[EvidenceId] {
        &self.evidence
    }
}

/// When an outage reaches whom, earliest first. O((relations and groups of what it reaches) · log of these).
///
/// # Errors
/// `Unknown` for a node that is not there, also in a tolerance; those of [`arrivals`].
pub fn time_to_impact(snapshot: &Snapshot, question: &TimeToImpact) -> Result<Answer<Vec<TimedHit>>> {
    check(snapshot, question)?;
    let mut builder = Builder::of(snapshot, question);
    builder.add_needs();
    builder.add_groups();
    let until_ms = question.duration.map(|duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
    let arrived = arrivals(&builder.dependencies, &builder.starts, until_ms)?;
    let rows = builder.rows(&arrived);
    let asked = serde_json::json!({
        "entities": question.nodes.iter().map(|node| EntityRef::of(snapshot, *node)).collect::<Vec<_>>(),
        "state": question.state,
        "at": question.at,
        "duration_ms": until_ms,
        "environment": outage_environment(snapshot, &question.failing()),
    });
    let method = "earliest arrival over tolerances";
    // What bears on a blast radius bears on its times.
    let mut answer = envelope(snapshot, "blast_radius", asked, question.needs, method, rows);
    if let Some(fields) = answer.question.as_object_mut() {
        fields.insert("kind".to_owned(), "time_to_impact".into());
    }
    answer.basis = basis(snapshot, answer.value.iter().flat_map(|row| row.evidence.iter().copied()));
    answer.assumptions = assumptions(&answer.value);
    answer.assumptions.extend(outage_left_out(snapshot, &question.failing()));
    answer.blind_spots.extend(question.tolerances.of_nothing(snapshot));
    Ok(answer)
}

fn check(snapshot: &Snapshot, question: &TimeToImpact) -> Result<()> {
    let Tolerances { pairs, nodes, .. } = &question.tolerances;
    let told = pairs.keys().flat_map(|(entity, on)| [*entity, *on]).chain(nodes.keys().copied());
    let is_lost = |node: &Node| node.index() >= snapshot.bound() || !snapshot.is_there(*node);
    match question.nodes.iter().copied().chain(told).find(is_lost) {
        None => Ok(()),
        Some(node) => {
            let what = format!("node {} is not in this snapshot: find it by its id or name", node.0);
            Err(Error::new(ErrorKind::Unknown, what))
        }
    }
}

fn assumptions(rows: &[TimedHit]) -> Vec<String> {
    let told = |what: fn(&TimedHit) -> &[String], how: &str| -> BTreeSet<String> {
        rows.iter().flat_map(what).map(|what| format!("{what} {how}")).collect()
    };
    let unknown = told(|row| &row.unknown, "is unknown");
    let usual = told(|row| &row.defaults, "is as usual for the relation (default)");
    unknown.into_iter().chain(usual).collect()
}

/// What a need stands for.
#[derive(Clone, Copy)]
enum Origin {
    /// A worse state is a milder one as well.
    Within,
    /// A relation.
    Edge { class: u16, place: u32, along: bool },
    /// A group's member that is not well.
    Member,
}

/// The nodes that are reached at worst, each once for each state, and what passes between these.
struct Builder<'a> {
    snapshot: &'a Snapshot,
    question: &'a TimeToImpact,
    /// Sorted; a node's states are three entities one after the other.
    nodes: Vec<Node>,
    seeds: BTreeMap<Node, State>,
    starts: Vec<usize>,
    dependencies: Dependencies,
    /// By need, what it stands for.
    origins: Vec<Origin>,
    /// By need and by group, whether its tolerance is the relation's.
    needs_by_default: Vec<bool>,
    groups_by_default: Vec<bool>,
}

/// The states that failure has, mildest first.
const ILL: [State; 3] = [State::Delayed, State::Degraded, State::Down];

impl<'a> Builder<'a> {
    fn of(snapshot: &'a Snapshot, question: &'a TimeToImpact) -> Self {
        let seeds = outage_seeds(snapshot, &question.failing());
        let nodes: Vec<Node> = spread(snapshot, &seeds, Hazard::Outage, true).iter().map(|(node, _)| node).collect();
        let entities = vec![None; nodes.len() * ILL.len()];
        let mut builder = Builder {
            snapshot,
            question,
            nodes,
            seeds: seeds.into_iter().collect(),
            starts: Vec::new(),
            dependencies: Dependencies { entities, ..Dependencies::default() },
            origins: Vec::new(),
            needs_by_default: Vec::new(),
            groups_by_default: Vec::new(),
        };
        let short = snapshot.short_groups().iter().filter_map(|group| Some((snapshot.group(*group)?.0, State::Down)));
        let starts: Vec<(Node, State)> =
            builder.seeds.iter().map(|(node, state)| (*node, *state)).chain(short).collect();
        builder.starts = starts.into_iter().filter_map(|(node, state)| builder.entity(node, state)).collect();
        builder
    }

    /// A node in a state, as an entity of the dependencies; `None` if it is well or never reached.
    fn entity(&self, node: Node, state: State) -> Option<usize> {
        let place = self.nodes.binary_search(&node).ok()?;
        Some(place * ILL.len() + (state as usize).checked_sub(1)?)
    }

    fn add_needs(&mut self) {
        let snapshot = self.snapshot;
        for node in self.nodes.clone() {
            for milder in [State::Delayed, State::Degraded] {
                let worse = if milder == State::Delayed { State::Degraded } else { State::Down };
                self.add((node, milder), (node, worse), Some(Tolerance::NONE), Origin::Within, (true, false));
            }
            for edge in snapshot.incoming(node) {
                self.add_edge(&edge, node, edge.from, false);
            }
            for edge in snapshot.outgoing(node) {
                self.add_edge(&edge, node, edge.to, true);
            }
        }
    }

    /// What each state of one end does to the other: at worst for the earliest time, and for sure as far as the mildest goes.
    fn add_edge(&mut self, edge: &EdgeRef<'_>, from: Node, to: Node, along: bool) {
        let snapshot = self.snapshot;
        let class = &snapshot.pages().classes()[edge.class as usize];
        let (mildest, worst) = passes(class, along);
        let (tolerance, by_default) = self.tolerance(to, from, Some(&edge.edge.relation));
        let origin = Origin::Edge { class: edge.class, place: edge.place, along };
        for state in ILL {
            let (least, most) = (mildest.of(state), worst.of(state));
            self.add((to, most), (from, state), tolerance, origin, (least >= most, by_default));
            if least < most {
                self.add((to, least), (from, state), tolerance, origin, (true, by_default));
            }
        }
    }

    fn add(
        &mut self,
        entity: (Node, State),
        on: (Node, State),
        tolerance: Option<Tolerance>,
        origin: Origin,
        (sure, by_default): (bool, bool),
    ) {
        let (Some(entity), Some(on)) = (self.entity(entity.0, entity.1), self.entity(on.0, on.1)) else { return };
        self.dependencies.needs.push(Need { entity, on, tolerance, sure });
        self.origins.push(origin);
        self.needs_by_default.push(by_default);
    }

    fn add_groups(&mut self) {
        let snapshot = self.snapshot;
        for place in 0..snapshot.group_count() {
            let Some((owner, members, k)) = snapshot.group(place) else { continue };
            let members: BTreeSet<Node> = members.collect();
            let Some(entity) = self.entity(owner, State::Down) else { continue };
            let reached: Vec<Node> =
                members.iter().copied().filter(|member| self.entity(*member, State::Down).is_some()).collect();
            let joining = reached.first().and_then(|member| joining(snapshot, owner, *member));
            let (tolerance, by_default) = self.tolerance_of_group(owner, &reached, joining.as_ref());
            for member in &reached {
                let (ill, degraded) = ((*member, State::Degraded), (owner, State::Degraded));
                self.add(degraded, ill, tolerance, Origin::Member, (true, by_default));
            }
            // Of the members only those that are reached can fail: as many fewer are needed of them.
            let needed = (reached.len() + k).saturating_sub(members.len());
            if needed > 0 && needed <= reached.len() {
                let members = reached.iter().filter_map(|member| self.entity(*member, State::Down)).collect();
                self.dependencies.groups.push(NeedGroup { entity, members, needed, tolerance });
                self.groups_by_default.push(by_default);
            }
        }
    }

    /// How long an entity goes on without another, and whether that is the relation's default.
    fn tolerance(&self, entity: Node, on: Node, relation: Option<&Relation>) -> (Option<Tolerance>, bool) {
        let Tolerances { pairs, nodes, usual } = &self.question.tolerances;
        let whole = |node: Node| [node, self.snapshot.component(node)];
        let pair = whole(entity).into_iter().flat_map(|entity| whole(on).map(|on| (entity, on)));
        let told = pair.filter_map(|pair| pairs.get(&pair)).next();
        let told = told.or_else(|| whole(entity).iter().find_map(|entity| nodes.get(entity)));
        match (told, relation.and_then(|relation| usual.get(relation))) {
            (Some(told), _) => (Some(*told), false),
            (None, usual) => (usual.copied(), usual.is_some()),
        }
    }

    /// A group has one tolerance: what is told of its owner and all its members alike counts, else the owner's or the relation's.
    fn tolerance_of_group(
        &self,
        owner: Node,
        members: &[Node],
        relation: Option<&Relation>,
    ) -> (Option<Tolerance>, bool) {
        let mut told = members.iter().map(|member| self.tolerance(owner, *member, relation));
        let Some(first) = told.next() else { return (None, false) };
        told.fold(first, |(known, by_default), (other, other_by_default)| {
            let both = known.zip(other).map(|(known, other)| known.either(other));
            (both, by_default && other_by_default)
        })
    }

    fn rows(&self, arrived: &[Arrival]) -> Vec<TimedHit> {
        let by_entity: BTreeMap<usize, &Arrival> = arrived.iter().map(|arrival| (arrival.entity, arrival)).collect();
        let is_news = |arrival: &&Arrival| {
            let is_worst = arrival.entity % ILL.len() == ILL.len() - 1;
            let worse = by_entity.get(&(arrival.entity + 1)).filter(|_| !is_worst);
            worse.is_none_or(|worse| times(worse) != times(arrival))
        };
        let is_asked = |arrival: &&Arrival| {
            let node = self.nodes[arrival.entity / ILL.len()];
            let state = ILL[arrival.entity % ILL.len()];
            is_shown(self.snapshot, node) && self.seeds.get(&node).is_none_or(|seed| state > *seed)
        };
        let mut rows: Vec<TimedHit> =
            arrived.iter().filter(is_asked).filter(is_news).map(|arrival| self.row(arrival)).collect();
        rows.sort_by(|a, b| {
            let order = |row: &TimedHit| (row.earliest, std::cmp::Reverse(row.state));
            order(a).cmp(&order(b)).then_with(|| (&a.entity, &a.instance).cmp(&(&b.entity, &b.instance)))
        });
        rows
    }

    fn row(&self, arrival: &Arrival) -> TimedHit {
        let snapshot = self.snapshot;
        let node = self.nodes[arrival.entity / ILL.len()];
        let component = snapshot.component(node);
        let at = |ms: u64| self.question.at.after(Duration::from_millis(ms));
        let way = self.way(arrival, node);
        TimedHit {
            entity: EntityRef::of(snapshot, component),
            instance: (component != node).then(|| EntityRef::of(snapshot, node)),
            state: ILL[arrival.entity % ILL.len()],
            earliest: at(arrival.earliest_ms),
            expected: arrival.expected_ms.map(at),
            latest: arrival.latest_ms.map(at),
            sure: arrival.sure,
            path: Trail(way.names),
            unknown: way.unknown,
            defaults: way.defaults,
            evidence: way.evidence,
        }
    }

    fn way(&self, arrival: &Arrival, last: Node) -> Way {
        let snapshot = self.snapshot;
        let mut way = Way::default();
        let mut steps = arrival.path.iter().peekable();
        while let Some(step) = steps.next() {
            let from = self.nodes[step.from / ILL.len()];
            let to = steps.peek().map_or(last, |next| self.nodes[next.from / ILL.len()]);
            let (origin, by_default) = match step.over {
                Over::Need(place) => (self.origins[place], self.needs_by_default[place]),
                Over::Group(place) => (Origin::Member, self.groups_by_default[place]),
            };
            let told = match origin {
                Origin::Within => continue,
                Origin::Member => {
                    way.evidence.extend(evidence_between(snapshot, to, from));
                    "needs one of".to_owned()
                }
                Origin::Edge { class, place, along } => {
                    let edge = snapshot.pages().edge_row(class, place);
                    way.evidence.extend(&edge.evidence);
                    arrow(snapshot, edge, along)
                }
            };
            let (from, to) = (&snapshot.entity(from).name, &snapshot.entity(to).name);
            way.names.extend([from.clone(), told]);
            let bridged = || format!("how long {to} goes on without {from}");
            if let Over::Need(place) = step.over
                && !self.dependencies.needs[place].sure
            {
                way.unknown.push(format!("how badly {to} needs {from}"));
            }
            match self.dependencies.tolerance(step.over) {
                None => way.unknown.push(bridged()),
                Some(_) if by_default => way.defaults.push(bridged()),
                Some(_) => {}
            }
        }
        way.names.push(snapshot.entity(last).name.clone());
        way
    }
}

/// A way as a row tells it.
#[derive(Default)]
struct Way {
    names: Vec<String>,
    unknown: Vec<String>,
    defaults: Vec<String>,
    evidence: Vec<EvidenceId>,
}

fn times(arrival: &Arrival) -> (u64, Option<u64>, Option<u64>, bool) {
    (arrival.earliest_ms, arrival.expected_ms, arrival.latest_ms, arrival.sure)
}

/// What passes over an edge in one direction, at its mildest and at worst. What a group says alone does not pass over edges.
fn passes(class: &EdgeClass, along: bool) -> (Propagation, Propagation) {
    match along {
        _ if class.governed => (Propagation::NOTHING, Propagation::NOTHING),
        true if class.governs => (Propagation::NOTHING, Propagation::NOTHING),
        true => (class.mildest.reverse, class.worst.reverse),
        false => (class.mildest.forward, class.worst.forward),
    }
}

/// The relation that makes one entity a member of another's group.
fn joining(snapshot: &Snapshot, owner: Node, member: Node) -> Option<Relation> {
    let edges = snapshot.outgoing(owner).chain(snapshot.incoming(owner));
    let joins = |edge: &EdgeRef<'_>| edge.from == member || edge.to == member;
    edges.filter(joins).map(|edge| edge.edge.relation.clone()).min()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::blast_radius;
    use crate::schema::{Schema, kind};
    use crate::testkit::{SnapshotBuilder, drawing};

    fn minutes(minutes: u64) -> Timestamp {
        start().after(Duration::from_secs(60 * minutes))
    }

    fn start() -> Timestamp {
        Timestamp::parse("2026-03-01T02:00:00Z").expect("a moment")
    }

    /// `web` calls `api`, nobody says how badly; `api` requires `sessions`, which keeps its keys in `store`; `balancer` spreads over `one` and `two`, of which `one` requires `store`
    /// and `two` requires `api`.
    fn shop() -> (Snapshot, BTreeMap<&'static str, Node>) {
        let mut builder = SnapshotBuilder::new(Schema::default());
        let mut nodes = BTreeMap::new();
        for name in ["web", "api", "sessions", "one", "two"] {
            nodes.insert(name, builder.entity(name, kind::INSTANCE));
        }
        nodes.insert("store", builder.entity("store", kind::DATA_STORE));
        nodes.insert("balancer", builder.entity("balancer", kind::LOAD_BALANCER));
        builder.edge(nodes["web"], relation::CALLS, nodes["api"]);
        builder.edge(nodes["api"], relation::CALLS, nodes["sessions"]).variant = Some("required".to_owned());
        builder.edge(nodes["sessions"], relation::READS_FROM, nodes["store"]);
        builder.edge(nodes["one"], relation::READS_FROM, nodes["store"]);
        builder.edge(nodes["two"], relation::CALLS, nodes["api"]).variant = Some("required".to_owned());
        builder.edge(nodes["balancer"], relation::ROUTES_TO, nodes["one"]);
        builder.edge(nodes["balancer"], relation::ROUTES_TO, nodes["two"]);
        builder.group(nodes["balancer"], [nodes["one"], nodes["two"]], 1);
        (builder.build(), nodes)
    }

    /// Sessions live for a quarter of an hour without the store, the API needs them at once, and both instances have a minute.
    fn question(nodes: &BTreeMap<&'static str, Node>) -> TimeToImpact {
        let mut question = TimeToImpact::of(nodes["store"], start());
        let exactly = |minutes: u64| Tolerance::exactly(minutes * 60_000);
        let told = [("sessions", 15), ("api", 0), ("one", 1), ("two", 1)];
        question.tolerances.nodes = told.map(|(name, minutes)| (nodes[name], exactly(minutes))).into();
        question
    }

    fn told(hit: &TimedHit) -> (String, State, Timestamp, Option<Timestamp>, Option<Timestamp>) {
        (hit.entity.name.clone(), hit.state, hit.earliest, hit.expected, hit.latest)
    }

    #[test]
    fn an_outage_reaches_a_shop_over_its_tolerances() {
        let (snapshot, nodes) = shop();
        let answer = time_to_impact(&snapshot, &question(&nodes)).expect("a sound question");
        let sure =
            |name: &str, state, at: u64| (name.to_owned(), state, minutes(at), Some(minutes(at)), Some(minutes(at)));
        let (down, degraded) = (State::Down, State::Degraded);
        let expected = [
            sure("one", down, 1),
            sure("balancer", degraded, 1),
            sure("api", down, 15),
            sure("sessions", down, 15),
            // Nobody says whether the API is required, nor how long the web goes on without it.
            ("web".to_owned(), down, minutes(15), None, None),
            sure("balancer", down, 16),
            sure("two", down, 16),
        ];
        assert_eq!(answer.value.iter().map(told).collect::<Vec<_>>(), expected);
        let web = &answer.value[4];
        assert_eq!(web.path.to_string(), "store → readBy → sessions → calledBy → api → calledBy → web");
        assert_eq!(web.unknown, ["how badly web needs api", "how long web goes on without api"]);
        assert!(answer.assumptions.iter().any(|taken| taken == "how long web goes on without api is unknown"));
        let balancer = &answer.value[5];
        assert_eq!(
            (&balancer.defaults[..], balancer.sure),
            (&["how long balancer goes on without two".to_owned()][..], true)
        );
    }

    #[test]
    fn an_outage_that_ends_reaches_only_so_far() {
        let (snapshot, nodes) = shop();
        let short = TimeToImpact { duration: Some(Duration::from_secs(15 * 60)), ..question(&nodes) };
        let names = |question: &TimeToImpact| -> Vec<String> {
            let answer = time_to_impact(&snapshot, question).expect("a sound question");
            answer.value.iter().map(|hit| format!("{} {}", hit.entity.name, hit.state)).collect()
        };
        assert_eq!(names(&short), ["one down", "balancer degraded"]);
        assert!(names(&TimeToImpact { duration: Some(Duration::ZERO), ..question(&nodes) }).is_empty());
        assert!(names(&TimeToImpact { nodes: Vec::new(), ..question(&nodes) }).is_empty());
    }

    #[test]
    fn without_tolerances_a_blast_radius_is_possible_at_once() {
        let (snapshot, nodes) = shop();
        let answer = time_to_impact(&snapshot, &TimeToImpact::of(nodes["store"], start())).expect("a sound question");
        let radius = blast_radius(&snapshot, &BlastRadius::of(nodes["store"]));
        let mut worst: BTreeMap<String, State> = BTreeMap::new();
        for hit in &answer.value {
            assert_eq!((hit.earliest, hit.latest.is_some()), (start(), hit.sure), "{hit:?}");
            let state = worst.entry(hit.entity.name.clone()).or_default();
            *state = (*state).max(hit.state);
        }
        let expected = radius.value.iter().map(|hit| (hit.entity.name.clone(), hit.state)).collect();
        assert_eq!(worst, expected);
    }

    #[test]
    fn a_pair_is_told_before_a_node_and_a_node_before_a_default() {
        let (snapshot, nodes) = shop();
        let mut question = question(&nodes);
        let at = |question: &TimeToImpact, name: &str| {
            let answer = time_to_impact(&snapshot, question).expect("a sound question");
            answer.value.iter().find(|hit| hit.entity.name == name && hit.state == State::Down).map(|hit| hit.earliest)
        };
        question.tolerances.pairs.insert((nodes["one"], nodes["store"]), Tolerance::exactly(120_000));
        assert_eq!(at(&question, "one"), Some(minutes(2)));
        question.tolerances.nodes.insert(nodes["balancer"], Tolerance::exactly(60_000));
        assert_eq!(at(&question, "balancer"), Some(minutes(17)));
        question.tolerances.nodes.insert(Node(99), Tolerance::NONE);
        let error = time_to_impact(&snapshot, &question).expect_err("no such node");
        assert_eq!(error.kind().code(), "unknown");
    }

    /// The worst state of each node by rows that a filter lets through.
    fn worst(hits: &[TimedHit], is_meant: fn(&TimedHit) -> bool) -> BTreeMap<String, State> {
        let mut worst: BTreeMap<String, State> = BTreeMap::new();
        for hit in hits.iter().filter(|hit| is_meant(hit)) {
            let state = worst.entry(hit.entity.name.clone()).or_default();
            *state = (*state).max(hit.state);
        }
        worst
    }

    proptest! {
        #[test]
        fn without_patience_it_is_the_blast_radius(drawing in drawing()) {
                let snapshot = drawing.snapshot.with_states("drawn", &drawing.seeds);
            let radius = BlastRadius { nodes: Vec::new(), ..BlastRadius::of(Node(0)) };
            let hits = blast_radius(&snapshot, &radius).value;
            let mut question = TimeToImpact { nodes: Vec::new(), ..TimeToImpact::of(Node(0), start()) };
            let possible = time_to_impact(&snapshot, &question).expect("sound").value;
            question.tolerances.nodes = snapshot.nodes().map(|node| (node, Tolerance::NONE)).collect();
            let certain = time_to_impact(&snapshot, &question).expect("sound").value;
            let at_most: BTreeMap<String, State> = hits.iter().map(|hit| (hit.entity.name.clone(), hit.state)).collect();
            prop_assert_eq!(&worst(&possible, |_| true), &at_most);
            prop_assert_eq!(&worst(&certain, |_| true), &at_most);
            let seed = |name: &str| {
                let seed = drawing.seeds.iter().find(|(node, _)| snapshot.entity(*node).name == name);
                seed.map_or(State::None, |(_, state)| *state)
            };
            let at_least: BTreeMap<String, State> = hits.iter()
                .filter(|hit| hit.at_least > seed(&hit.entity.name))
                .map(|hit| (hit.entity.name.clone(), hit.at_least)).collect();
            prop_assert_eq!(worst(&certain, |hit| hit.sure), at_least);
            prop_assert!(possible.iter().chain(&certain).all(|hit| hit.earliest == start()));
        }
    }
}
