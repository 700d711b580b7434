//! The rows of relations: what each may join, and how failure, data and cost pass.
//!
//! A relation has one stored direction, from left to right. `forward` says what the right end's state does to the left
//! end (the one that needs it), `reverse` what the left end's state does to the right end.

use crate::schema::{Kind, Propagation, Relation, State, kind};

/// Which kinds may stand at one end of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ends {
    /// Any kind.
    Any,
    /// One of these.
    Of(Vec<Kind>),
}

impl Ends {
    /// Whether `kind` may stand here.
    pub fn admits(&self, kind: &Kind) -> bool {
        match self {
            Ends::Any => true,
            Ends::Of(kinds) => kinds.contains(kind),
        }
    }

    /// The kinds that are named; none for [`Ends::Any`].
    pub fn kinds(&self) -> &[Kind] {
        match self {
            Ends::Any => &[],
            Ends::Of(kinds) => kinds,
        }
    }
}

/// Which way data flows over a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataFlow {
    /// Not at all.
    None,
    /// From left to right.
    Along,
    /// From right to left.
    Against,
    /// Both ways.
    Both,
}

/// How the cost of the right end becomes cost of the left end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CostPass {
    /// Not at all.
    None,
    /// The left end's cost is part of the right end's sum (an instance's cost of its component's).
    SumToRight,
    /// The right end's cost is part of the left end's sum (a workload's cost of its instance's).
    SumToLeft,
    /// The left end causes a share of the right end's cost by its use.
    ByUsage,
    /// The left end is booked on the right end.
    Direct,
}

/// One way in which a relation may hold, such as `required` of `calls`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The name.
    pub name: &'static str,
    /// What the right end's state does to the left end.
    pub forward: Propagation,
    /// What the left end's state does to the right end.
    pub reverse: Propagation,
}

/// One relation.
#[derive(Clone, Debug)]
pub struct RelationRow {
    /// The name, read from left to right.
    pub name: Relation,
    /// The name read from right to left, for people.
    pub inverse: &'static str,
    /// What may stand on the left.
    pub from: Ends,
    /// What may stand on the right.
    pub to: Ends,
    /// Whether both ends must be of one kind.
    pub same_kind: bool,
    /// The ways in which it may hold; at least one. The first is meant where only one exists.
    pub variants: Vec<Variant>,
    /// Where a fact does not say which variant holds: the mildest and the worst of what it may be.
    pub bounds: Option<(usize, usize)>,
    /// Which way data flows.
    pub data: DataFlow,
    /// How cost passes.
    pub cost: CostPass,
    /// Whether the right ends of one left end are alternatives: down only when all are (k-of-n with k = 1 unless known).
    pub redundant: bool,
    /// The questions that read it.
    pub read_by: &'static [&'static str],
}

impl RelationRow {
    /// The variant of that name.
    pub fn variant(&self, name: &str) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.name == name)
    }

    /// The mildest and the worst that a fact may mean: equal where it names its variant or only one exists.
    pub fn range(&self, variant: Option<&str>) -> (Variant, Variant) {
        if let Some(known) = variant.and_then(|name| self.variant(name)) {
            return (*known, *known);
        }
        let (mildest, worst) = self.bounds.unwrap_or((0, 0));
        (self.variants[mildest], self.variants[worst])
    }

    /// Whether any state passes in either direction under any variant.
    pub fn passes_failure(&self) -> bool {
        self.redundant || self.variants.iter().any(|variant| variant.forward.passes() || variant.reverse.passes())
    }
}

/// The names of the relations that ship with the crate.
pub mod relation {
    use crate::schema::Relation;

    macro_rules! relations {
        ($($constant:ident $name:literal)*) => {
            $(#[doc = concat!("The relation `", $name, "`.")] pub const $constant: Relation = Relation::of($name);)*
        };
    }

    relations! {
        CALLS "calls" READS_FROM "readsFrom" WRITES_TO "writesTo" CACHES_IN "cachesIn" PUBLISHES_TO "publishesTo"
        SUBSCRIBES_TO "subscribesTo" AUTHENTICATES_WITH "authenticatesWith" RESOLVED_BY "resolvedBy" ENCRYPTED_BY "encryptedBy"
        INSTANCE_OF "instanceOf" REALIZED_BY "realizedBy" RUNS_ON "runsOn" ROUTES_TO "routesTo" REPRESENTS "represents"
        WORKER_OF "workerOf" STORE_OF "storeOf" LOCATED_IN "locatedIn" IN_ENVIRONMENT "inEnvironment" IN_NAMESPACE "inNamespace"
        IN_ACCOUNT "inAccount" PROVIDES_API "providesApi" CONSUMES_API "consumesApi" DEPENDS_ON "dependsOn"
        BUILT_FROM "builtFrom" BUILT_BY "builtBy" RUNS_IMAGE "runsImage" PART_OF "partOf" OWNED_BY "ownedBy" MEMBER_OF "memberOf"
        CHARGED_TO "chargedTo" GOVERNS "governs" SUCCESSOR_OF "successorOf" DOCUMENTS "documents" SUPPLIED_BY "suppliedBy"
        CONFIGURED_BY "configuredBy" CONNECTS_TO "connectsTo" STARTS_AFTER "startsAfter" BILLS "bills" COUNTS "counts"
    }
}

use DataFlow::{Against, Along, Both};
use State::{Degraded, Delayed, Down};

const fn variant(name: &'static str, forward: Propagation, reverse: Propagation) -> Variant {
    Variant { name, forward, reverse }
}

const fn forward(delayed: State, degraded: State, down: State) -> Propagation {
    Propagation::new(delayed, degraded, down)
}

const NOTHING: Propagation = Propagation::NOTHING;
/// Each state becomes the same state: the right end is needed for everything.
const SAME: Propagation = forward(Delayed, Degraded, Down);
/// Down and degraded pass; a delay is absorbed.
const NEEDED: Propagation = forward(State::None, Degraded, Down);
/// Readers of what is no longer written see old data; subscribers of what is no longer published starve.
const STARVES: Propagation = forward(State::None, State::None, Delayed);
/// What is outside passes its end on in full, and nothing else.
const ONLY_DOWN: Propagation = forward(State::None, State::None, Down);
/// The whole loses a part.
const LOSES_A_PART: Propagation = forward(State::None, State::None, Degraded);

fn row(name: Relation, inverse: &'static str, from: &[Kind], to: &[Kind]) -> RelationRow {
    let ends = |kinds: &[Kind]| if kinds.is_empty() { Ends::Any } else { Ends::Of(kinds.to_vec()) };
    RelationRow {
        name,
        inverse,
        from: ends(from),
        to: ends(to),
        same_kind: false,
        variants: vec![variant("", NOTHING, NOTHING)],
        bounds: None,
        data: DataFlow::None,
        cost: CostPass::None,
        redundant: false,
        read_by: &["describe", "neighbours"],
    }
}

impl RelationRow {
    fn passing(mut self, forward: Propagation, reverse: Propagation) -> Self {
        self.variants = vec![variant("", forward, reverse)];
        self.read_by = &["blast_radius", "describe", "neighbours"];
        self
    }

    fn carrying(mut self, data: DataFlow, cost: CostPass) -> Self {
        self.data = data;
        self.cost = cost;
        self
    }

    fn read_by(mut self, questions: &'static [&'static str]) -> Self {
        self.read_by = questions;
        self
    }
}

pub(super) fn rows() -> Vec<RelationRow> {
    let mut rows = runtime_rows();
    rows.extend(platform_rows());
    rows.extend(organisation_rows());
    rows.extend(joining_rows());
    rows
}

const ANY: &[Kind] = &[];
/// What requests can be spread over: services, stores behind a name of their own, and what spreads them further.
const SERVING: &[Kind] = &[
    kind::INSTANCE,
    kind::LOAD_BALANCER,
    kind::DATA_STORE,
    kind::CACHE,
    kind::BUCKET,
    kind::QUEUE,
    kind::IDENTITY_PROVIDER,
];
/// What people name together.
const PARTS: &[Kind] = &[
    kind::COMPONENT,
    kind::SYSTEM,
    kind::TEAM,
    kind::API,
    kind::DATA_STORE,
    kind::CACHE,
    kind::BUCKET,
    kind::QUEUE,
    kind::IDENTITY_PROVIDER,
];
const STORES: &[Kind] = &[kind::DATA_STORE, kind::BUCKET];
const RESOURCES: &[Kind] = &[
    kind::INSTANCE,
    kind::DATA_STORE,
    kind::CACHE,
    kind::BUCKET,
    kind::QUEUE,
    kind::LOAD_BALANCER,
    kind::RESOURCE,
    kind::DNS_ZONE,
    kind::CERTIFICATE,
    kind::KEY_STORE,
    kind::IDENTITY_PROVIDER,
    kind::CLUSTER,
    kind::NODE,
];

/// What runs, and what it needs while it runs.
fn runtime_rows() -> Vec<RelationRow> {
    let instance = &[kind::INSTANCE];
    vec![
        RelationRow {
            variants: vec![
                variant("required", SAME, NOTHING),
                variant("optional", forward(Delayed, Degraded, Degraded), NOTHING),
                variant("async", forward(Delayed, Delayed, Delayed), NOTHING),
            ],
            bounds: Some((1, 0)),
            read_by: &["blast_radius", "drift", "cycles", "scenario", "neighbours"],
            ..row(relation::CALLS, "calledBy", instance, &[kind::INSTANCE, kind::VENDOR])
        }
        .carrying(Both, CostPass::ByUsage),
        row(relation::READS_FROM, "readBy", instance, STORES)
            .passing(SAME, NOTHING)
            .carrying(Against, CostPass::ByUsage)
            .read_by(&["blast_radius", "drift", "neighbours"]),
        row(relation::WRITES_TO, "writtenBy", instance, STORES)
            .passing(NEEDED, STARVES)
            .carrying(Along, CostPass::ByUsage)
            .read_by(&["blast_radius", "drift", "neighbours"]),
        row(relation::CACHES_IN, "cacheOf", instance, &[kind::CACHE])
            .passing(LOSES_A_PART, NOTHING)
            .carrying(Both, CostPass::ByUsage)
            .read_by(&["blast_radius", "drift", "neighbours"]),
        RelationRow {
            variants: vec![
                variant("direct", ONLY_DOWN, STARVES),
                variant("outbox", forward(State::None, State::None, Delayed), STARVES),
            ],
            read_by: &["blast_radius", "drift", "neighbours"],
            ..row(relation::PUBLISHES_TO, "publishedBy", instance, &[kind::QUEUE])
        }
        .carrying(Along, CostPass::ByUsage),
        row(relation::SUBSCRIBES_TO, "subscribedBy", instance, &[kind::QUEUE])
            .passing(forward(Delayed, Delayed, Delayed), NOTHING)
            .carrying(Against, CostPass::ByUsage)
            .read_by(&["blast_radius", "drift", "neighbours"]),
        row(relation::AUTHENTICATES_WITH, "authenticates", instance, &[kind::IDENTITY_PROVIDER])
            .passing(ONLY_DOWN, NOTHING),
        row(relation::RESOLVED_BY, "resolves", instance, &[kind::DNS_ZONE]).passing(ONLY_DOWN, NOTHING),
        row(relation::ENCRYPTED_BY, "encrypts", RESOURCES, &[kind::KEY_STORE, kind::CERTIFICATE])
            .passing(ONLY_DOWN, NOTHING),
        // What a connection means is decided by what stands at its other end; until then it is only a connection.
        RelationRow {
            variants: vec![
                variant("needing", SAME, NOTHING),
                variant("following", forward(Delayed, Delayed, Delayed), NOTHING),
            ],
            bounds: Some((1, 0)),
            read_by: &["blast_radius", "drift", "cycles", "neighbours"],
            ..row(relation::CONNECTS_TO, "connectedFrom", instance, &[kind::QUEUE, kind::RESOURCE, kind::LOAD_BALANCER])
        }
        .carrying(Both, CostPass::ByUsage),
    ]
}

/// Where things run and what they are made of.
fn platform_rows() -> Vec<RelationRow> {
    vec![
        RelationRow {
            redundant: true,
            ..row(relation::INSTANCE_OF, "hasInstance", &[kind::INSTANCE], &[kind::COMPONENT])
        }
        .carrying(DataFlow::None, CostPass::SumToRight)
        .read_by(&["describe", "blast_radius", "cost"]),
        row(relation::REALIZED_BY, "realizes", RESOURCES, &[kind::WORKLOAD, kind::SERVICE_NAME])
            .passing(NEEDED, NOTHING)
            .carrying(DataFlow::None, CostPass::SumToLeft),
        RelationRow { redundant: true, ..row(relation::ROUTES_TO, "routedFrom", &[kind::LOAD_BALANCER], SERVING) }
            .carrying(Both, CostPass::ByUsage)
            .read_by(&["blast_radius", "neighbours"]),
        row(relation::RUNS_ON, "runs", &[kind::WORKLOAD, kind::NODE], &[kind::NODE, kind::CLUSTER])
            .passing(NEEDED, NOTHING),
        row(relation::LOCATED_IN, "locates", RESOURCES, &[kind::ZONE, kind::REGION]).passing(ONLY_DOWN, NOTHING),
        row(relation::IN_ENVIRONMENT, "environmentOf", RESOURCES, &[kind::ENVIRONMENT]),
        row(relation::IN_NAMESPACE, "namespaceOf", RESOURCES, &[kind::NAMESPACE]),
        row(relation::IN_ACCOUNT, "accountOf", RESOURCES, &[kind::CLOUD_ACCOUNT]).passing(ONLY_DOWN, NOTHING),
        row(
            relation::REPRESENTS,
            "representedBy",
            &[kind::WORKLOAD, kind::IMAGE, kind::REPOSITORY, kind::PACKAGE, kind::SERVICE_NAME],
            &[kind::COMPONENT],
        ),
        row(relation::RUNS_IMAGE, "runsIn", &[kind::WORKLOAD], &[kind::IMAGE]),
        row(
            relation::BUILT_FROM,
            "builds",
            &[kind::IMAGE, kind::WORKLOAD, kind::PACKAGE, kind::PIPELINE],
            &[kind::REPOSITORY],
        ),
        row(relation::BUILT_BY, "builderOf", &[kind::IMAGE, kind::PACKAGE, kind::COMPONENT], &[kind::PIPELINE]),
        row(relation::PROVIDES_API, "providedBy", &[kind::COMPONENT], &[kind::API]).passing(NOTHING, ONLY_DOWN),
        row(relation::CONSUMES_API, "consumedBy", &[kind::COMPONENT], &[kind::API]).passing(ONLY_DOWN, NOTHING),
        row(relation::DEPENDS_ON, "dependencyOf", ANY, ANY).read_by(&["neighbours", "describe", "cycles"]),
        row(relation::WORKER_OF, "hasWorker", ANY, ANY),
        row(relation::STORE_OF, "hasStore", ANY, ANY),
    ]
}

/// Who answers for things, what they cost, and what was decided about them.
fn organisation_rows() -> Vec<RelationRow> {
    vec![
        row(relation::PART_OF, "hasPart", PARTS, &[kind::SYSTEM, kind::DOMAIN, kind::TEAM])
            .passing(NOTHING, LOSES_A_PART)
            .carrying(DataFlow::None, CostPass::SumToRight),
        row(relation::OWNED_BY, "owns", ANY, &[kind::TEAM, kind::PERSON]).read_by(&["owners", "describe", "scenario"]),
        row(relation::MEMBER_OF, "hasMember", &[kind::PERSON], &[kind::TEAM]).read_by(&["owners", "describe"]),
        row(relation::CHARGED_TO, "charges", ANY, &[kind::COST_CENTER])
            .carrying(DataFlow::None, CostPass::Direct)
            .read_by(&["cost", "describe"]),
        row(relation::SUPPLIED_BY, "supplies", ANY, &[kind::VENDOR]).passing(ONLY_DOWN, NOTHING),
        row(relation::GOVERNS, "governedBy", &[kind::DECISION], ANY).read_by(&["decisions", "describe"]),
        RelationRow { same_kind: true, ..row(relation::SUCCESSOR_OF, "succeededBy", ANY, ANY) }
            .read_by(&["decisions", "describe"]),
        row(relation::DOCUMENTS, "documentedBy", &[kind::DOCUMENT], ANY).read_by(&["describe", "decisions"]),
    ]
}

/// What decoders say about support records; it joins others and becomes no relation between entities itself.
fn joining_rows() -> Vec<RelationRow> {
    vec![
        row(relation::CONFIGURED_BY, "configures", ANY, &[kind::CONFIGURATION]).read_by(&["blast_radius", "describe"]),
        row(relation::STARTS_AFTER, "startsBefore", &[kind::WORKLOAD], &[kind::WORKLOAD])
            .read_by(&["blast_radius", "describe"]),
        row(relation::BILLS, "billedBy", &[kind::CHARGE], ANY).read_by(&["cost"]),
        row(relation::COUNTS, "countedBy", &[kind::TRAFFIC], ANY).read_by(&["scenario", "describe", "drift"]),
    ]
}
