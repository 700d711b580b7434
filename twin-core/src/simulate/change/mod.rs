//! Changes: what is done to a system, as data. Each kind asks for what it needs, and what nobody says stays unknown.

mod conflict;
mod draft;
mod edit;
mod entities;
mod numbers;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Money, Timestamp};
use crate::graph::Node;
use crate::schema::State;
use crate::simulate::replay::Breaker;

pub use draft::{ChangeDraft, Unplaced};
pub(super) use edit::{
    STORES, edges, gone, own_stores, spared, with_brought, with_fallback, with_region, within_region,
};

/// One change. `E` is how entities are named: nodes in a [`Scenario`](super::Scenario), and texts in a [`ChangeDraft`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "ChangeDraft")]
#[non_exhaustive]
pub enum Change<E = Node> {
    /// An entity fails for a while.
    Fail {
        /// Which; a component stands for its instances.
        entity: E,
        /// How badly. Default: down.
        #[serde(default = "down")]
        state: State,
        /// For how long in a month, in minutes. Without it: all of the month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minutes: Option<f64>,
    },
    /// An entity is taken away for ever.
    Remove {
        /// Which; a component goes with its instances and members.
        entity: E,
        /// What its callers do. Default: whoever requires it fails.
        #[serde(default, skip_serializing_if = "OnRemoval::is_default")]
        callers: OnRemoval,
        /// Whom its callers call instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        redirect_to: Option<E>,
    },
    /// An entity comes.
    Add {
        /// What it is called.
        name: String,
        /// What it is. Default: a component with one instance.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        /// In which environment it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<String>,
        /// In which region it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        /// Who answers for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<E>,
        /// What it calls.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        calls: Vec<E>,
        /// Who calls it: each piece of their work once, after everything else. [`Change::AddDependency`] says more of such calls.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        called_by: Vec<E>,
        /// How long each of its answers takes, with all that it calls, in milliseconds. Without it, what it does to requests of its callers is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        own_ms: Option<f64>,
        /// How many requests come to it each second beside those of its callers: with `workers`, how busy it is follows, and how much busier those are whom it calls. Each of its requests
        /// calls them once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        requests_a_second: Option<f64>,
        /// How many requests it serves at a time: its size.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workers: Option<u32>,
        /// What it costs in a month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price: Option<Money>,
    },
    /// Something else takes the place of an entity: another product, vendor or price.
    Replace {
        /// Of which.
        entity: E,
        /// What comes instead.
        by: String,
        /// How much longer each of its operations takes, in milliseconds; below 0 is shorter.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ms: Option<f64>,
        /// How available what comes is, in parts per one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        availability: Option<f64>,
        /// What it costs in a month, beside what it costs by volume.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price: Option<Money>,
        /// What a million of its requests cost: as many are taken to come as were recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price_a_million: Option<Money>,
        /// What leaving costs, once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exit_fee: Option<Money>,
        /// For how many days both run. Default: 30.
        #[serde(default = "month_days")]
        dual_run_days: f64,
    },
    /// An entity moves to another region.
    Move {
        /// Which; a component stands for its instances.
        entity: E,
        /// Where to.
        region: String,
        /// The round trip between both regions, in milliseconds. Without it, what the move does to latency is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rtt_ms: Option<f64>,
        /// How many round trips a call takes. Default: 1.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        round_trips: f64,
        /// Whether the stores that only it uses move along. Default: they stay.
        #[serde(default, skip_serializing_if = "is_false")]
        stores_follow: bool,
        /// What it costs there, as a multiple of what it costs here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price_factor: Option<f64>,
        /// What its traffic between regions costs in a month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        egress: Option<Money>,
        /// How much of its traffic crosses regions then, in gigabytes a month: with `price_a_gb`, what that costs follows where it is not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        egress_gb: Option<f64>,
        /// What a gigabyte between regions costs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price_a_gb: Option<Money>,
        /// For how many minutes nothing of it serves while it moves. Default: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cutover_minutes: Option<f64>,
        /// What the move costs, once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        one_off: Option<Money>,
    },
    /// Everything that is known to run in a region moves to another one.
    EvacuateRegion {
        /// The region that is left.
        entity: E,
        /// Where to.
        region: String,
        /// The round trip between both regions, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rtt_ms: Option<f64>,
    },
    /// An entity runs in more copies, or fewer.
    Scale {
        /// Which.
        entity: E,
        /// How many copies there are then.
        replicas: u32,
        /// How many there are now. Without it: as many as its source declares.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<u32>,
        /// Whether copies fail without each other. Without it, availability has bounds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        are_independent: Option<bool>,
        /// How many of them it takes to serve. Default: 1.
        #[serde(default = "one_copy", skip_serializing_if = "is_one_copy")]
        quorum: u32,
        /// How long a copy takes until it serves, in seconds: until then figures are those of before. Default: no time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        warm_up_s: Option<f64>,
    },
    /// An entity runs on larger machines, or smaller ones.
    Resize {
        /// Which.
        entity: E,
        /// How many times as fast a processor works. Without it, what it does to latency is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        speed_up: Option<f64>,
        /// What it costs then in a month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price: Option<Money>,
    },
    /// A part of an entity becomes one of its own.
    Split {
        /// Of which.
        entity: E,
        /// What the part is called.
        into: String,
        /// What only the part needs from then on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        takes: Vec<E>,
        /// How many calls a request makes over the cut.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        calls_a_request: Option<f64>,
        /// The round trip over the cut, in milliseconds. Default: 0.5.
        #[serde(default = "half", skip_serializing_if = "is_half")]
        rtt_ms: f64,
    },
    /// Entities become a part of another one.
    Merge {
        /// What stays.
        entity: E,
        /// What becomes a part of it.
        others: Vec<E>,
        /// How many requests it serves at a time then, for all its parts. Without it, how busy it is is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workers: Option<u32>,
    },
    /// An entity is announced to end.
    Deprecate {
        /// Which.
        entity: E,
        /// When it ends.
        sunset: Timestamp,
        /// Who has said until when to leave; who has not is still there then.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        leaving: Vec<Leaving<E>>,
    },
    /// An entity comes to depend on another one.
    AddDependency {
        /// Who depends; a component stands for its instances.
        entity: E,
        /// On what; a component stands for its instances.
        on: E,
        /// By which relation. Default: `calls`.
        #[serde(default = "calls", skip_serializing_if = "is_calls")]
        relation: String,
        /// The operation that is called. Without it, what the calls do to latency is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operation: Option<String>,
        /// How many calls a request makes, one after another. Default: 1.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        calls_a_request: f64,
        /// Whether the calls are made beside everything else that the request does. Default: after it.
        #[serde(default, skip_serializing_if = "is_false")]
        is_beside: bool,
        /// After which time it gives up, in milliseconds. Default: never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<f64>,
        /// Whether it does without the answer if the call fails. Without it: requests fail with it, and of a failure beyond that it is not known how badly it is needed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        is_optional: Option<bool>,
        /// The classes of data that pass over it, as those who hold them are labelled. Default: whatever either end has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data_classes: Option<Vec<String>>,
    },
    /// An entity depends on another one no longer.
    RemoveDependency {
        /// Who depended; a component stands for its instances.
        entity: E,
        /// On what; a component stands for its instances.
        on: E,
        /// By which relation. Default: by every one over which failure passes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        relation: Option<String>,
    },
    /// An entity hands work over by a queue instead of waiting for it.
    ToAsync {
        /// Who hands over.
        entity: E,
        /// Who does the work.
        on: E,
        /// The queue between them; one that is not there comes.
        queue: String,
        /// How long handing over takes, in milliseconds. Without it, latency is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ack_ms: Option<f64>,
        /// How many messages are worked off in a second. Without it, when work is completed is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drained_a_second: Option<f64>,
        /// How long the queue keeps a message, in seconds. Default: until it is worked off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retention_s: Option<f64>,
    },
    /// An entity puts a cache before another one.
    AddCache {
        /// Who asks it.
        entity: E,
        /// What it remembers the answers of.
        of: E,
        /// How often it has what is asked for, in parts per one. Without it: the ratio from which on it is worth it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hit_ratio: Option<f64>,
        /// How long asking it takes, in milliseconds. Default: 0.5.
        #[serde(default = "half", skip_serializing_if = "is_half")]
        hit_ms: f64,
        /// How long it keeps an answer, in seconds: with `keys`, the ratio follows where it is not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ttl_s: Option<f64>,
        /// How many different things are asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keys: Option<u64>,
        /// How unequally they are asked for: the k-th k^-skew times as often as the first. Default: 1.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        skew: f64,
    },
    /// An entity loses a cache: it is not asked any more, and every request takes the path of a miss.
    RemoveCache {
        /// Who uses it.
        entity: E,
        /// The cache.
        cache: E,
    },
    /// A store gets a copy that takes over when it fails, and that may be read.
    AddReplica {
        /// Of which.
        entity: E,
        /// Where the copy is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<String>,
        /// Whether both fail without each other. Without it, availability has bounds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        are_independent: Option<bool>,
        /// The share of its requests that the copy serves, in parts per one. Default: none.
        #[serde(default, skip_serializing_if = "is_zero")]
        read_share: f64,
        /// By how much the copy is late, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lag_ms: Option<f64>,
        /// How many of both have to be up. Default: 1.
        #[serde(default = "one_copy", skip_serializing_if = "is_one_copy")]
        quorum: u32,
        /// How long taking over lasts, in seconds. Default: no time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failover_s: Option<f64>,
        /// How often a month it takes over. Without it, availability has bounds where taking over lasts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failovers_a_month: Option<f64>,
    },
    /// An entity calls another one by other rules. What is not said stays as it is.
    SetCallPolicy {
        /// Who calls.
        entity: E,
        /// Whom.
        on: E,
        /// How often a failed call is tried again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retries: Option<u32>,
        /// How long it waits before, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        backoff_ms: Option<f64>,
        /// After which time it gives up, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<f64>,
        /// Whether it does something else instead when the call fails.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        has_fallback: Option<bool>,
        /// Whether doing the work twice is the same as doing it once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        is_idempotent: Option<bool>,
        /// After so many failures in a row, nobody asks for a while.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        breaker: Option<Breaker>,
    },
    /// More requests come, or fewer.
    ScaleLoad {
        /// How many times as many.
        factor: f64,
        /// Only to this endpoint, as comparisons call it: `web.cart`. Default: to all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        endpoint: Option<String>,
        /// What adds workers as they get busy, and takes them away: of services whose number of workers is declared or was seen. Default: nothing does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        autoscaler: Option<Autoscaler>,
    },
    /// An entity changes its version or its contract.
    Upgrade {
        /// Which.
        entity: E,
        /// To which version.
        version: String,
        /// Who cannot use the new one as it is.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        breaks: Vec<E>,
        /// The operations that the new one serves no longer, or in a way that those who call them do not understand, as telemetry names them: whoever was seen to call one is broken.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        drops: Vec<String>,
        /// The known vulnerabilities that go with the old one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fixes: Vec<String>,
        /// The known vulnerabilities that come with the new one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        vulnerabilities: Vec<String>,
        /// Under which licence the new one is, if it is another one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        licence: Option<String>,
        /// From when on nobody mends the new one any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end_of_life: Option<Timestamp>,
    },
    /// An entity serves so many requests and no more.
    SetQuota {
        /// Which.
        entity: E,
        /// How many requests in a second.
        a_second: f64,
    },
    /// A price is agreed on for a while, whatever is used.
    Commit {
        /// For which.
        entity: E,
        /// What is paid in a month.
        price: Money,
        /// For how many months.
        months: u32,
    },
    /// An operation takes longer.
    AddLatency {
        /// Whose.
        entity: E,
        /// Which, as telemetry names it.
        operation: String,
        /// By how much, in milliseconds.
        ms: f64,
    },
    /// Somebody else answers for an entity.
    ChangeOwner {
        /// For which.
        entity: E,
        /// Who answers for it then.
        owner: E,
        /// Who of them is called first, for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on_call: Option<String>,
    },
    /// Calls from one entity to another are encrypted.
    Encrypt {
        /// Who calls.
        entity: E,
        /// Whom.
        on: E,
        /// How long agreeing on keys takes, in milliseconds. Without it, latency is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handshake_ms: Option<f64>,
        /// The share of calls over a connection that is there already, in parts per one. Default: none.
        #[serde(default, skip_serializing_if = "is_zero")]
        reuse: f64,
        /// What the keys cost in a month.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price: Option<Money>,
    },
    /// A rule instead of a change: an entity and what it stores data in may be in some regions only.
    Residency {
        /// Which.
        entity: E,
        /// The regions.
        regions: Vec<String>,
    },
}

/// What callers do when what they call is taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnRemoval {
    /// Whoever requires it fails, whoever calls it optionally drops the call.
    #[default]
    Fail,
    /// They do without it.
    Drop,
}

/// Who has said until when to leave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Leaving<E = Node> {
    /// Who.
    pub entity: E,
    /// Until when.
    pub at: Timestamp,
}

/// What adds workers as they get busy, and takes them away.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Autoscaler {
    /// How busy workers are kept, in parts per one: as whole workers allow, none is busier once it has caught up.
    pub utilisation: f64,
    /// How many times as many as now there are at most.
    pub most: f64,
}

impl<E> Change<E> {
    /// An entity fails.
    pub fn fail(entity: E, state: State) -> Self {
        Change::Fail { entity, state, minutes: None }
    }

    /// An entity is taken away, and whoever requires it fails.
    pub fn remove(entity: E) -> Self {
        Change::Remove { entity, callers: OnRemoval::Fail, redirect_to: None }
    }

    /// An entity moves to another region, over a round trip of so many milliseconds if that is known.
    pub fn move_to(entity: E, region: impl Into<String>, rtt_ms: Option<f64>) -> Self {
        Change::Move {
            entity,
            region: region.into(),
            rtt_ms,
            round_trips: 1.0,
            stores_follow: false,
            price_factor: None,
            egress: None,
            egress_gb: None,
            price_a_gb: None,
            cutover_minutes: None,
            one_off: None,
        }
    }

    /// Something comes that calls nobody yet and that nobody calls. Without a kind, a component with one instance.
    pub fn add(name: impl Into<String>, kind: Option<String>) -> Self {
        Change::Add {
            name: name.into(),
            kind,
            environment: None,
            region: None,
            owner: None,
            calls: Vec::new(),
            called_by: Vec::new(),
            own_ms: None,
            requests_a_second: None,
            workers: None,
            price: None,
        }
    }

    /// Another version, of which nothing more is known.
    pub fn upgrade(entity: E, version: impl Into<String>) -> Self {
        Change::Upgrade {
            entity,
            version: version.into(),
            breaks: Vec::new(),
            drops: Vec::new(),
            fixes: Vec::new(),
            vulnerabilities: Vec::new(),
            licence: None,
            end_of_life: None,
        }
    }

    /// An entity comes to depend on another one.
    pub fn add_dependency(entity: E, on: E, relation: impl Into<String>) -> Self {
        Change::AddDependency {
            entity,
            on,
            relation: relation.into(),
            operation: None,
            calls_a_request: 1.0,
            is_beside: false,
            timeout_ms: None,
            is_optional: None,
            data_classes: None,
        }
    }

    /// So many copies, of which one is enough, instead of those that there are.
    pub fn scale(entity: E, replicas: u32, now: Option<u32>) -> Self {
        Change::Scale { entity, replicas, now, are_independent: None, quorum: 1, warm_up_s: None }
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Change::Fail { .. } => "fail",
            Change::Remove { .. } => "remove",
            Change::Add { .. } => "add",
            Change::Replace { .. } => "replace",
            Change::Move { .. } => "move",
            Change::EvacuateRegion { .. } => "evacuate_region",
            Change::Scale { .. } => "scale",
            Change::Resize { .. } => "resize",
            Change::Split { .. } => "split",
            Change::Merge { .. } => "merge",
            Change::Deprecate { .. } => "deprecate",
            Change::AddDependency { .. } => "add_dependency",
            Change::RemoveDependency { .. } => "remove_dependency",
            Change::ToAsync { .. } => "to_async",
            Change::AddCache { .. } => "add_cache",
            Change::RemoveCache { .. } => "remove_cache",
            Change::AddReplica { .. } => "add_replica",
            Change::SetCallPolicy { .. } => "set_call_policy",
            Change::ScaleLoad { .. } => "scale_load",
            Change::Upgrade { .. } => "upgrade",
            Change::SetQuota { .. } => "set_quota",
            Change::Commit { .. } => "commit",
            Change::AddLatency { .. } => "add_latency",
            Change::ChangeOwner { .. } => "change_owner",
            Change::Encrypt { .. } => "encrypt",
            Change::Residency { .. } => "residency",
        }
    }
}

impl OnRemoval {
    fn is_default(&self) -> bool {
        *self == OnRemoval::default()
    }
}

fn down() -> State {
    State::Down
}

fn one() -> f64 {
    1.0
}

fn is_one(value: &f64) -> bool {
    *value == 1.0
}

fn half() -> f64 {
    0.5
}

fn is_half(value: &f64) -> bool {
    *value == 0.5
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

fn is_false(value: &bool) -> bool {
    !value
}

fn month_days() -> f64 {
    30.0
}

fn one_copy() -> u32 {
    1
}

fn is_one_copy(value: &u32) -> bool {
    *value == 1
}

fn calls() -> String {
    crate::schema::relation::CALLS.to_string()
}

fn is_calls(name: &str) -> bool {
    crate::schema::relation::CALLS.as_str() == name
}
