"""The shapes of what the core tells, as plain dictionaries.

Written by the core from its own types: `cargo run -q -p benches --bin surface`. Changes by hand are lost.
"""

from __future__ import annotations

from typing import Any, Dict, List, Literal, Tuple, TypedDict, Union


class _AimCutCycles(TypedDict):
    """The fields that are always there."""

    find: Literal["cut_cycles"]


class AimCutCycles(_AimCutCycles, total=False):
    """Dependencies without which nothing needs itself around a corner."""

    among: List[str]
    """Only cycles among these; a component stands for its instances. Default: among all."""


class _AimMigrate(TypedDict):
    """The fields that are always there."""

    entities: List[str]
    """What moves; a component stands for its instances."""

    find: Literal["migrate"]

    region: str
    """Where to."""


class AimMigrate(_AimMigrate, total=False):
    """Waves in which some things move to a region, each after what it needs."""

    rtt_ms: Union[float, None]
    """The round trip between both regions, in milliseconds. Without it, what the moves do to latency is not known."""


class AimExtract(TypedDict):
    """Parts of a monolith that hold together, with the dependencies that have to be cut around them."""

    find: Literal["extract"]

    modules: List[str]
    """The modules of the monolith: at least two."""


class _AimConsolidate(TypedDict):
    """The fields that are always there."""

    find: Literal["consolidate"]


class AimConsolidate(_AimConsolidate, total=False):
    """Stores and brokers that are alike, so that one can do the work of several."""

    among: List[str]
    """Only these. Default: all."""

    most_users: int
    """How many may need what goes, at most. Default 3."""


class _AimRetire(TypedDict):
    """The fields that are always there."""

    find: Literal["retire"]


class AimRetire(_AimRetire, total=False):
    """What nobody needs any more."""

    among: List[str]
    """Only these. Default: all."""


class _AimRightSize(TypedDict):
    """The fields that are always there."""

    find: Literal["right_size"]


class AimRightSize(_AimRightSize, total=False):
    """How many copies of things are enough for the requests that were recorded, and for the limits."""

    among: List[str]
    """Only these. Default: all of which the number of copies and of workers is known."""

    least: int
    """How many copies of each there are at least. Default 1."""

    most: Union[int, None]
    """And at most. Default: as many as the least of the utilisations asks for, or as there are now."""

    utilisations: List[float]
    """How busy workers may be on average, each in parts per one: each is an option. Default: .5, .6, .7, .8 and .9."""

Aim = Union["AimCutCycles", "AimMigrate", "AimExtract", "AimConsolidate", "AimRetire", "AimRightSize"]
"""What is looked for."""

Amount = str
"""An exact decimal number, written in JSON as a string."""


class Anomaly(TypedDict):
    """A series that is worse than in its normal period."""

    deviations: float
    """How far apart they are, in robust standard deviations."""

    during: float
    """Its mean while the symptom is there."""

    metric: "Metric"
    """What is measured."""

    normal: float
    """Its median in the normal period, in the unit of the series."""


class AsOf(TypedDict):
    """The two times that an answer is about."""

    known: "Timestamp"
    """By what the twin knew then."""

    valid: "Timestamp"
    """What held then."""

Aspect = Union[Literal["blast_radius"], Literal["entities"], Literal["dependencies"], Literal["owners"], Literal["single_points_of_failure"], Literal["cycles"], Literal["decisions_violated"], Literal["drift"]]
"""What is predicted and held against what came."""


class AspectSummary(TypedDict):
    """How well one aspect was predicted."""

    aspect: "Aspect"
    """Which."""

    events: int
    """In how many events it could be told."""

    false_alarms: int
    """How many were predicted and did not come."""

    hits: int
    """How many things were predicted and came."""

    misses: int
    """How many came and were not predicted."""

    precision: Union[float, None]
    """The part of what was predicted that came; none where nothing was predicted."""

    precision_interval: Union["Interval", None]
    """Where that part lies, in 95 cases of 100: Wilson's interval."""

    quiet: int
    """In how many of these nothing was predicted and nothing came."""

    recall: Union[float, None]
    """The part of what came that was predicted; none where nothing came."""

    recall_interval: Union["Interval", None]
    """Where that part lies, in 95 cases of 100: Wilson's interval."""

AttributeName = str
"""The name of an attribute, such as `image`."""


class Autoscaler(TypedDict):
    """What adds workers as they get busy, and takes them away."""

    most: float
    """How many times as many as now there are at most."""

    utilisation: float
    """How busy workers are kept, in parts per one: as whole workers allow, none is busier once it has caught up."""


class Availability(TypedDict):
    """How often an entry is up."""

    availability: float
    """The probability that the entry is up."""

    downtime_minutes_per_month: float
    """The unavailability as minutes of a month of 30 days."""

    importance: List["ComponentImportance"]
    """The components whose own state can change the entry's, most important first, equals as they stand. Empty where only bounds are known."""

    unavailability: float
    """The probability that it is down, to the same relative accuracy."""

    unavailability_bounds: Union["Interval", None]
    """Where the unavailability lies for sure, if it was not computed exactly; the numbers above are then the middle."""


class Backtest(TypedDict):
    """The past, predicted and as it came."""

    aspects: List["AspectSummary"]
    """How well each aspect was predicted."""

    commits: int
    """How many commits of the time were looked at."""

    events: List["BacktestEvent"]
    """What was tried, in the order of time; incidents last."""

    findings: List["Finding"]
    """Everything that was predicted or came, by event."""

    left_out: List[str]
    """What was not looked at, and why."""

    not_scored: List[str]
    """What a comparison predicts and the log cannot show, and why."""

    unchanged: int
    """How many of them changed nothing that a scenario can say."""


class BacktestEvent(TypedDict):
    """One change or incident of the past."""

    as_of: "AsOf"
    """The two times of the snapshot from which it was predicted: nothing that was told later was seen."""

    at: "Timestamp"
    """When."""

    changes: List["ChangeDraft"]
    """What was changed, by the names of that snapshot."""

    failed: List[str]
    """What failed."""

    false_alarms: int
    """How many were predicted and did not come."""

    hits: int
    """How many things were predicted and came."""

    kind: "EventKind"
    """A change or an incident."""

    misses: int
    """How many came and were not predicted."""

    unknown: List[str]
    """What could not be predicted or told, and why."""

    unplaced: List["Unplaced"]
    """Changes that could not be made to that snapshot."""

Basis = Union[Literal["observed"], Literal["declared"], Literal["inferred"], Literal["default"]]
"""What a figure rests on."""


class Branch(TypedDict):
    """One of several ways."""

    p: float
    """How probable it is. Those of one choice add up to 1."""

    steps: List["Step"]
    """What it does."""


class Breaker(TypedDict):
    """A circuit breaker: it opens after failures in a row, lets one call try after a while, and closes once that succeeds. It stands between two operations, for all callers together."""

    failures: int
    """After how many failures in a row it opens; 1 at least."""

    open_ms: float
    """How long nobody asks then, in milliseconds."""


class Budget(TypedDict):
    """Money for as long as the bill that was read is about."""

    amount: float
    """How much at most."""

    currency: str
    """In which currency, such as `EUR`."""


class _CachedKeys(TypedDict):
    """The fields that are always there."""

    calls_a_second: float
    """How many calls a second ask for one of the keys, all together."""

    keys: int
    """How many keys there are."""

    ttl_s: float
    """How long an answer is kept, in seconds, from when it was fetched."""


class CachedKeys(_CachedKeys, total=False):
    """What a cache is asked for, and how long it keeps it."""

    skew: float
    """How unequally they are asked for: the k-th is asked for k^-skew times as often as the first. 0 is equally, 1 is Zipf's law. Default: 1."""


class CalibrationPoint(TypedDict):
    """One point of a calibration plot."""

    dimension: "Dimension"
    """Which figures."""

    inside: int
    """How many hold what came."""

    is_scaled: bool
    """Whether the interval was made from that of nine cases in ten, as if errors were normal, or for figures in ms their logarithms."""

    level: float
    """In which part of all cases the interval claims to hold what comes."""

    scored: int
    """How many intervals there are."""

    share: float
    """The part that does."""

    share_interval: "Interval"
    """Where that part lies, in 95 cases of 100: Wilson's interval."""


Call = TypedDict(
    "Call",
    {
        "calls_per_request": "float",
        "from": "str",
        "max_attempts": "int",
        "retry_budget": "Union[float, None]",
        "to": "str",
    },
)
"""That one service calls another."""


class _CallGraph(TypedDict):
    """The fields that are always there."""

    services: List["CascadingService"]
    """The services."""


class CallGraph(_CallGraph, total=False):
    """Services and who calls whom. Circles are allowed."""

    calls: List["Call"]
    """The calls."""


class CallTemplateRow(TypedDict):
    """What one operation does where it ends in one way. Times are in milliseconds; of counts, which know no parts of a request, only quantiles of the whole are told."""

    called_ms: Union[float, None]
    """How long it waited for one call or more, on average."""

    calls: List["TemplateCall"]
    """Whom it asks, by step."""

    calls_at_a_time: Union[int, None]
    """How many calls it makes at a time, where others were seen to wait until one was done; none where no such limit was seen."""

    entity: Union["EntityRef", None]
    """The entity that it is, where the twin knows one."""

    evidence: List["EvidenceId"]
    """Where they were counted; of recorded requests nothing is kept."""

    failed: int
    """How many of these failed."""

    operation: str
    """Which operation."""

    outcome: Union["TemplateOutcome", None]
    """How these requests ended; none where they were only counted."""

    queued_ms: Union[float, None]
    """How long requests waited for a worker before their span began, on average: a part of their callers' calls, and none of how long they took."""

    requests: int
    """How many requests there were."""

    requests_a_second: Union[float, None]
    """How many of these came each second, as far as it is known for how long they came."""

    rests_on: "TemplateSource"
    """What it rests on."""

    service: str
    """Whose operation it is."""

    share: float
    """Which part of all requests to the operation that is, from 0 to 1."""

    took_ms: Union[float, None]
    """How long they took, on average: the sum of the three parts that follow."""

    took_p50_ms: Union[float, None]
    """The median of how long they took."""

    took_p95_ms: Union[float, None]
    """The 95th percentile of that."""

    utilisation: Union[float, None]
    """The share of their time that these workers are asked for, of all operations together, from 0 on."""

    waiting_ms: Union[float, None]
    """How long it waited for a worker once its span had begun, on average."""

    work_ms: Union[float, None]
    """How long the operation worked by itself, on average."""

    work_p50_ms: Union[float, None]
    """The median of how long the operation worked by itself."""

    work_p95_ms: Union[float, None]
    """The 95th percentile of that."""

    workers: Union[int, None]
    """How many requests its service serves at a time; none where no limit is known, and as many as come are served."""

    workers_basis: "Basis"
    """How that is known."""


class _CapabilityDraft(TypedDict):
    """The fields that are always there."""

    reads: List[str]
    """The kinds and relations that it can yield."""


class CapabilityDraft(_CapabilityDraft, total=False):
    """What a host's source can and cannot see."""

    cadence: Union[str, None]
    """How long a reading is fresh, such as `30s`, `15min`, `1h`, `2d`. Default: an hour."""

    cannot_see: List[str]
    """What it cannot see, each a phrase for people."""

    mode: "Mode"
    """`full` (default): each pass tells everything. `delta`: only what changed."""

    stale_after: Union[str, None]
    """A reading older than this is stale. Default: twice the cadence."""


class Capacity(TypedDict, total=False):
    """How many changes a team makes in one wave. What nobody is known to own counts for one team of its own."""

    each: Union[int, None]
    """Of each team that is not named. Default: any number."""

    teams: Dict[str, int]
    """Of some teams, by name."""


class Cascade(TypedDict):
    """The loads that sustain themselves in a call graph."""

    assumptions: List[str]
    """What was taken for granted."""

    settled: bool
    """Whether both ends settled. If not, `from_empty` is too small at worst and `from_full` too large."""

    tiers: List["CascadeTier"]
    """Each service, in the order in which they were given."""

    verdict: Union["LoadVerdict", None]
    """How the services fare together; `None` where the search ended before it could tell."""


class CascadeTier(TypedDict):
    """One service of a cascade."""

    from_empty: "TierLoad"
    """The least load that sustains itself: where the services come to after a start without load."""

    from_full: "TierLoad"
    """The largest load that sustains itself: where they stay after everything failed."""

    id: str
    """Its name."""


class CascadingService(TypedDict):
    """A service with its name. Its arrivals, attempts and budget are those of callers outside of the graph."""

    id: str
    """Its name."""

    service: "RetriedService"
    """What it can do, and what arrives from outside."""


class ChangeEntityAdded(TypedDict):
    """An entity is there that was not."""

    change: Literal["entity_added"]

    entity: "EntityRef"
    """Which."""

    evidence: List["EvidenceId"]
    """Why it is believed."""


class ChangeEntityRemoved(TypedDict):
    """An entity is gone."""

    change: Literal["entity_removed"]

    entity: "EntityRef"
    """Which."""


class ChangeAttributeChanged(TypedDict):
    """An attribute has other values."""

    after: List["Value"]
    """The values after."""

    attribute: "AttributeName"
    """Which attribute."""

    before: List["Value"]
    """The values before, as all sides gave them."""

    change: Literal["attribute_changed"]

    entity: "EntityRef"
    """Of which entity."""

    evidence: List["EvidenceId"]
    """Why the new values are believed."""


ChangeRelationAdded = TypedDict(
    "ChangeRelationAdded",
    {
        "change": "Literal['relation_added']",
        "evidence": "List['EvidenceId']",
        "from": "EntityRef",
        "relation": "Relation",
        "to": "EntityRef",
    },
)
"""A relation is there that was not."""


ChangeRelationRemoved = TypedDict(
    "ChangeRelationRemoved",
    {
        "change": "Literal['relation_removed']",
        "from": "EntityRef",
        "relation": "Relation",
        "to": "EntityRef",
    },
)
"""A relation is gone."""


ChangeSidesChanged = TypedDict(
    "ChangeSidesChanged",
    {
        "after": "List['Perspective']",
        "before": "List['Perspective']",
        "change": "Literal['sides_changed']",
        "evidence": "List['EvidenceId']",
        "from": "EntityRef",
        "relation": "Relation",
        "to": "EntityRef",
    },
)
"""A relation is known from other sides than before."""

Change = Union["ChangeEntityAdded", "ChangeEntityRemoved", "ChangeAttributeChanged", "ChangeRelationAdded", "ChangeRelationRemoved", "ChangeSidesChanged"]
"""One difference. `evidence` points into the later snapshot for what is there now, and is empty for what is gone."""


class _ChangeDraftFail(TypedDict):
    """The fields that are always there."""

    change: Literal["fail"]

    entity: str
    """Which; a component stands for its instances."""


class ChangeDraftFail(_ChangeDraftFail, total=False):
    """An entity fails for a while."""

    minutes: Union[float, None]
    """For how long in a month, in minutes. Without it: all of the month."""

    state: "State"
    """How badly. Default: down."""


class _ChangeDraftRemove(TypedDict):
    """The fields that are always there."""

    change: Literal["remove"]

    entity: str
    """Which; a component goes with its instances and members."""


class ChangeDraftRemove(_ChangeDraftRemove, total=False):
    """An entity is taken away for ever."""

    callers: "OnRemoval"
    """What its callers do. Default: whoever requires it fails."""

    redirect_to: Union[str, None]
    """Whom its callers call instead."""


class _ChangeDraftAdd(TypedDict):
    """The fields that are always there."""

    change: Literal["add"]

    name: str
    """What it is called."""


class ChangeDraftAdd(_ChangeDraftAdd, total=False):
    """An entity comes."""

    called_by: List[str]
    """Who calls it: each piece of their work once, after everything else. [`Change::AddDependency`] says more of such calls."""

    calls: List[str]
    """What it calls."""

    environment: Union[str, None]
    """In which environment it is."""

    kind: Union[str, None]
    """What it is. Default: a component with one instance."""

    own_ms: Union[float, None]
    """How long each of its answers takes, with all that it calls, in milliseconds. Without it, what it does to requests of its callers is not known."""

    owner: Union[str, None]
    """Who answers for it."""

    price: Union["Money", None]
    """What it costs in a month."""

    region: Union[str, None]
    """In which region it is."""

    requests_a_second: Union[float, None]
    """How many requests come to it each second beside those of its callers: with `workers`, how busy it is follows, and how much busier those are whom it calls. Each of its requests calls them once."""

    workers: Union[int, None]
    """How many requests it serves at a time: its size."""


class _ChangeDraftReplace(TypedDict):
    """The fields that are always there."""

    by: str
    """What comes instead."""

    change: Literal["replace"]

    entity: str
    """Of which."""


class ChangeDraftReplace(_ChangeDraftReplace, total=False):
    """Something else takes the place of an entity: another product, vendor or price."""

    availability: Union[float, None]
    """How available what comes is, in parts per one."""

    dual_run_days: float
    """For how many days both run. Default: 30."""

    exit_fee: Union["Money", None]
    """What leaving costs, once."""

    ms: Union[float, None]
    """How much longer each of its operations takes, in milliseconds; below 0 is shorter."""

    price: Union["Money", None]
    """What it costs in a month, beside what it costs by volume."""

    price_a_million: Union["Money", None]
    """What a million of its requests cost: as many are taken to come as were recorded."""


class _ChangeDraftMove(TypedDict):
    """The fields that are always there."""

    change: Literal["move"]

    entity: str
    """Which; a component stands for its instances."""

    region: str
    """Where to."""


class ChangeDraftMove(_ChangeDraftMove, total=False):
    """An entity moves to another region."""

    cutover_minutes: Union[float, None]
    """For how many minutes nothing of it serves while it moves. Default: none."""

    egress: Union["Money", None]
    """What its traffic between regions costs in a month."""

    egress_gb: Union[float, None]
    """How much of its traffic crosses regions then, in gigabytes a month: with `price_a_gb`, what that costs follows where it is not given."""

    one_off: Union["Money", None]
    """What the move costs, once."""

    price_a_gb: Union["Money", None]
    """What a gigabyte between regions costs."""

    price_factor: Union[float, None]
    """What it costs there, as a multiple of what it costs here."""

    round_trips: float
    """How many round trips a call takes. Default: 1."""

    rtt_ms: Union[float, None]
    """The round trip between both regions, in milliseconds. Without it, what the move does to latency is not known."""

    stores_follow: bool
    """Whether the stores that only it uses move along. Default: they stay."""


class _ChangeDraftEvacuateRegion(TypedDict):
    """The fields that are always there."""

    change: Literal["evacuate_region"]

    entity: str
    """The region that is left."""

    region: str
    """Where to."""


class ChangeDraftEvacuateRegion(_ChangeDraftEvacuateRegion, total=False):
    """Everything that is known to run in a region moves to another one."""

    rtt_ms: Union[float, None]
    """The round trip between both regions, in milliseconds."""


class _ChangeDraftScale(TypedDict):
    """The fields that are always there."""

    change: Literal["scale"]

    entity: str
    """Which."""

    replicas: int
    """How many copies there are then."""


class ChangeDraftScale(_ChangeDraftScale, total=False):
    """An entity runs in more copies, or fewer."""

    are_independent: Union[bool, None]
    """Whether copies fail without each other. Without it, availability has bounds."""

    now: Union[int, None]
    """How many there are now. Without it: as many as its source declares."""

    quorum: int
    """How many of them it takes to serve. Default: 1."""

    warm_up_s: Union[float, None]
    """How long a copy takes until it serves, in seconds: until then figures are those of before. Default: no time."""


class _ChangeDraftResize(TypedDict):
    """The fields that are always there."""

    change: Literal["resize"]

    entity: str
    """Which."""


class ChangeDraftResize(_ChangeDraftResize, total=False):
    """An entity runs on larger machines, or smaller ones."""

    price: Union["Money", None]
    """What it costs then in a month."""

    speed_up: Union[float, None]
    """How many times as fast a processor works. Without it, what it does to latency is not known."""


class _ChangeDraftSplit(TypedDict):
    """The fields that are always there."""

    change: Literal["split"]

    entity: str
    """Of which."""

    into: str
    """What the part is called."""


class ChangeDraftSplit(_ChangeDraftSplit, total=False):
    """A part of an entity becomes one of its own."""

    calls_a_request: Union[float, None]
    """How many calls a request makes over the cut."""

    rtt_ms: float
    """The round trip over the cut, in milliseconds. Default: 0.5."""

    takes: List[str]
    """What only the part needs from then on."""


class _ChangeDraftMerge(TypedDict):
    """The fields that are always there."""

    change: Literal["merge"]

    entity: str
    """What stays."""

    others: List[str]
    """What becomes a part of it."""


class ChangeDraftMerge(_ChangeDraftMerge, total=False):
    """Entities become a part of another one."""

    workers: Union[int, None]
    """How many requests it serves at a time then, for all its parts. Without it, how busy it is is not known."""


class _ChangeDraftDeprecate(TypedDict):
    """The fields that are always there."""

    change: Literal["deprecate"]

    entity: str
    """Which."""

    sunset: "Timestamp"
    """When it ends."""


class ChangeDraftDeprecate(_ChangeDraftDeprecate, total=False):
    """An entity is announced to end."""

    leaving: List["Leaving"]
    """Who has said until when to leave; who has not is still there then."""


class _ChangeDraftAddDependency(TypedDict):
    """The fields that are always there."""

    change: Literal["add_dependency"]

    entity: str
    """Who depends; a component stands for its instances."""

    on: str
    """On what; a component stands for its instances."""


class ChangeDraftAddDependency(_ChangeDraftAddDependency, total=False):
    """An entity comes to depend on another one."""

    calls_a_request: float
    """How many calls a request makes, one after another. Default: 1."""

    data_classes: Union[List[str], None]
    """The classes of data that pass over it, as those who hold them are labelled. Default: whatever either end has."""

    is_beside: bool
    """Whether the calls are made beside everything else that the request does. Default: after it."""

    is_optional: Union[bool, None]
    """Whether it does without the answer if the call fails. Without it: requests fail with it, and of a failure beyond that it is not known how badly it is needed."""

    operation: Union[str, None]
    """The operation that is called. Without it, what the calls do to latency is not known."""

    relation: str
    """By which relation. Default: `calls`."""

    timeout_ms: Union[float, None]
    """After which time it gives up, in milliseconds. Default: never."""


class _ChangeDraftRemoveDependency(TypedDict):
    """The fields that are always there."""

    change: Literal["remove_dependency"]

    entity: str
    """Who depended; a component stands for its instances."""

    on: str
    """On what; a component stands for its instances."""


class ChangeDraftRemoveDependency(_ChangeDraftRemoveDependency, total=False):
    """An entity depends on another one no longer."""

    relation: Union[str, None]
    """By which relation. Default: by every one over which failure passes."""


class _ChangeDraftToAsync(TypedDict):
    """The fields that are always there."""

    change: Literal["to_async"]

    entity: str
    """Who hands over."""

    on: str
    """Who does the work."""

    queue: str
    """The queue between them; one that is not there comes."""


class ChangeDraftToAsync(_ChangeDraftToAsync, total=False):
    """An entity hands work over by a queue instead of waiting for it."""

    ack_ms: Union[float, None]
    """How long handing over takes, in milliseconds. Without it, latency is not known."""

    drained_a_second: Union[float, None]
    """How many messages are worked off in a second. Without it, when work is completed is not known."""

    retention_s: Union[float, None]
    """How long the queue keeps a message, in seconds. Default: until it is worked off."""


class _ChangeDraftAddCache(TypedDict):
    """The fields that are always there."""

    change: Literal["add_cache"]

    entity: str
    """Who asks it."""

    of: str
    """What it remembers the answers of."""


class ChangeDraftAddCache(_ChangeDraftAddCache, total=False):
    """An entity puts a cache before another one."""

    hit_ms: float
    """How long asking it takes, in milliseconds. Default: 0.5."""

    hit_ratio: Union[float, None]
    """How often it has what is asked for, in parts per one. Without it: the ratio from which on it is worth it."""

    keys: Union[int, None]
    """How many different things are asked for."""

    skew: float
    """How unequally they are asked for: the k-th k^-skew times as often as the first. Default: 1."""

    ttl_s: Union[float, None]
    """How long it keeps an answer, in seconds: with `keys`, the ratio follows where it is not given."""


class ChangeDraftRemoveCache(TypedDict):
    """An entity loses a cache: it is not asked any more, and every request takes the path of a miss."""

    cache: str
    """The cache."""

    change: Literal["remove_cache"]

    entity: str
    """Who uses it."""


class _ChangeDraftAddReplica(TypedDict):
    """The fields that are always there."""

    change: Literal["add_replica"]

    entity: str
    """Of which."""


class ChangeDraftAddReplica(_ChangeDraftAddReplica, total=False):
    """A store gets a copy that takes over when it fails, and that may be read."""

    are_independent: Union[bool, None]
    """Whether both fail without each other. Without it, availability has bounds."""

    failover_s: Union[float, None]
    """How long taking over lasts, in seconds. Default: no time."""

    failovers_a_month: Union[float, None]
    """How often a month it takes over. Without it, availability has bounds where taking over lasts."""

    lag_ms: Union[float, None]
    """By how much the copy is late, in milliseconds."""

    quorum: int
    """How many of both have to be up. Default: 1."""

    read_share: float
    """The share of its requests that the copy serves, in parts per one. Default: none."""

    zone: Union[str, None]
    """Where the copy is."""


class _ChangeDraftSetCallPolicy(TypedDict):
    """The fields that are always there."""

    change: Literal["set_call_policy"]

    entity: str
    """Who calls."""

    on: str
    """Whom."""


class ChangeDraftSetCallPolicy(_ChangeDraftSetCallPolicy, total=False):
    """An entity calls another one by other rules. What is not said stays as it is."""

    backoff_ms: Union[float, None]
    """How long it waits before, in milliseconds."""

    breaker: Union["Breaker", None]
    """After so many failures in a row, nobody asks for a while."""

    has_fallback: Union[bool, None]
    """Whether it does something else instead when the call fails."""

    is_idempotent: Union[bool, None]
    """Whether doing the work twice is the same as doing it once."""

    retries: Union[int, None]
    """How often a failed call is tried again."""

    timeout_ms: Union[float, None]
    """After which time it gives up, in milliseconds."""


class _ChangeDraftScaleLoad(TypedDict):
    """The fields that are always there."""

    change: Literal["scale_load"]

    factor: float
    """How many times as many."""


class ChangeDraftScaleLoad(_ChangeDraftScaleLoad, total=False):
    """More requests come, or fewer."""

    autoscaler: Union["Autoscaler", None]
    """What adds workers as they get busy, and takes them away: of services whose number of workers is declared or was seen. Default: nothing does."""

    endpoint: Union[str, None]
    """Only to this endpoint, as comparisons call it: `web.cart`. Default: to all."""


class _ChangeDraftUpgrade(TypedDict):
    """The fields that are always there."""

    change: Literal["upgrade"]

    entity: str
    """Which."""

    version: str
    """To which version."""


class ChangeDraftUpgrade(_ChangeDraftUpgrade, total=False):
    """An entity changes its version or its contract."""

    breaks: List[str]
    """Who cannot use the new one as it is."""

    drops: List[str]
    """The operations that the new one serves no longer, or in a way that those who call them do not understand, as telemetry names them: whoever was seen to call one is broken."""

    end_of_life: Union["Timestamp", None]
    """From when on nobody mends the new one any more."""

    fixes: List[str]
    """The known vulnerabilities that go with the old one."""

    licence: Union[str, None]
    """Under which licence the new one is, if it is another one."""

    vulnerabilities: List[str]
    """The known vulnerabilities that come with the new one."""


class ChangeDraftSetQuota(TypedDict):
    """An entity serves so many requests and no more."""

    a_second: float
    """How many requests in a second."""

    change: Literal["set_quota"]

    entity: str
    """Which."""


class ChangeDraftCommit(TypedDict):
    """A price is agreed on for a while, whatever is used."""

    change: Literal["commit"]

    entity: str
    """For which."""

    months: int
    """For how many months."""

    price: "Money"
    """What is paid in a month."""


class ChangeDraftAddLatency(TypedDict):
    """An operation takes longer."""

    change: Literal["add_latency"]

    entity: str
    """Whose."""

    ms: float
    """By how much, in milliseconds."""

    operation: str
    """Which, as telemetry names it."""


class _ChangeDraftChangeOwner(TypedDict):
    """The fields that are always there."""

    change: Literal["change_owner"]

    entity: str
    """For which."""

    owner: str
    """Who answers for it then."""


class ChangeDraftChangeOwner(_ChangeDraftChangeOwner, total=False):
    """Somebody else answers for an entity."""

    on_call: Union[str, None]
    """Who of them is called first, for people."""


class _ChangeDraftEncrypt(TypedDict):
    """The fields that are always there."""

    change: Literal["encrypt"]

    entity: str
    """Who calls."""

    on: str
    """Whom."""


class ChangeDraftEncrypt(_ChangeDraftEncrypt, total=False):
    """Calls from one entity to another are encrypted."""

    handshake_ms: Union[float, None]
    """How long agreeing on keys takes, in milliseconds. Without it, latency is not known."""

    price: Union["Money", None]
    """What the keys cost in a month."""

    reuse: float
    """The share of calls over a connection that is there already, in parts per one. Default: none."""


class ChangeDraftResidency(TypedDict):
    """A rule instead of a change: an entity and what it stores data in may be in some regions only."""

    change: Literal["residency"]

    entity: str
    """Which."""

    regions: List[str]
    """The regions."""

ChangeDraft = Union["ChangeDraftFail", "ChangeDraftRemove", "ChangeDraftAdd", "ChangeDraftReplace", "ChangeDraftMove", "ChangeDraftEvacuateRegion", "ChangeDraftScale", "ChangeDraftResize", "ChangeDraftSplit", "ChangeDraftMerge", "ChangeDraftDeprecate", "ChangeDraftAddDependency", "ChangeDraftRemoveDependency", "ChangeDraftToAsync", "ChangeDraftAddCache", "ChangeDraftRemoveCache", "ChangeDraftAddReplica", "ChangeDraftSetCallPolicy", "ChangeDraftScaleLoad", "ChangeDraftUpgrade", "ChangeDraftSetQuota", "ChangeDraftCommit", "ChangeDraftAddLatency", "ChangeDraftChangeOwner", "ChangeDraftEncrypt", "ChangeDraftResidency"]
"""One change. `E` is how entities are named: nodes in a [`Scenario`](super::Scenario), and texts in a [`ChangeDraft`]."""


class ChangeEvent(TypedDict):
    """Something that somebody changed."""

    at: "Timestamp"
    """When."""

    entity: str
    """Where."""

    what: str
    """What, for people, such as `release 1.4.2`."""


class ChangeMade(TypedDict):
    """The changes of a prediction were made, by the host's word."""

    at: "Timestamp"
    """When."""

    prediction: str
    """Of which prediction."""


class ChangesSeen(TypedDict):
    """What a later snapshot shows of predicted changes."""

    besides: List["ChangeDraft"]
    """What was changed besides, which may be why figures differ: entities are named by their names."""

    made: List["ChangeDraft"]
    """Those that it shows."""

    missing: List["ChangeDraft"]
    """Those that it would show and does not."""

    progress: "Progress"
    """How far they were made."""

    told_at: Union["Timestamp", None]
    """When they were made, as the host says."""

    unknown: Union[str, None]
    """Why nothing can be said, where that is so."""

    unseen: List["ChangeDraft"]
    """Those that no snapshot can show."""


class ChangesSince(TypedDict):
    """A page of what changed."""

    as_of: Union["AsOf", None]
    """The two times of the later side; none while nothing was ever known."""

    changes: List["Change"]
    """What differs, as far as this page goes, without evidence: ask a snapshot for that."""

    cursor: str
    """From where to go on."""

    more: bool
    """Whether there is more already."""


class ChoiceDraft(TypedDict):
    """Which input would turn a choice between scenarios: what is asked, as data."""

    inputs: List["InputDraft"]
    """What nobody knows."""

    objectives: List["ObjectiveDraft"]
    """What it is chosen by."""

    options: List["OptionDraft"]
    """Between what it is chosen."""

Claim = Union[Literal["exact"], Literal["bounds"], Literal["confidence"]]
"""What a figure claims."""


class Collision(TypedDict):
    """Events that do not go together."""

    at: "Timestamp"
    """When it shows."""

    collision: "CollisionKind"
    """What sort of collision."""

    entity: "EntityRef"
    """The entity that it is about."""

    evidence: List["EvidenceId"]
    """Why that is believed."""

    others: List["EntityRef"]
    """Who else is concerned: those who need it, or what takes its place."""

    rows: List[int]
    """The rows of the timeline, by their places."""

    why: str
    """Why, for people."""

CollisionKind = Union[Literal["still_needed"], Literal["two_dates"], Literal["out_of_order"], Literal["several_events"], Literal["under_freeze"], Literal["before_replacement"]]
"""Why two things do not go together."""


class Comparison(TypedDict):
    """The figures of a comparison."""

    figures: List["Figure"]
    """One row a figure, by dimension."""


class _ComponentDraft(TypedDict):
    """The fields that are always there."""

    availability: float
    """The probability that it does not fail by itself, independently of all others."""

    id: str
    """Its name."""


class ComponentDraft(_ComponentDraft, total=False):
    """Something that is up or down."""

    requires: Union["Requirement", None]
    """What must be up for it to be up. Default: nothing."""


class ComponentImportance(TypedDict):
    """How much depends on one component."""

    birnbaum: float
    """Birnbaum's importance (1969): the probability that the entry is up if the component does not fail by itself, less that if it does."""

    component: str
    """Its name."""

    downtime_minutes_per_month: float
    """Minutes of downtime of the entry per month that would not be if the component never failed by itself."""


class Conflict(TypedDict):
    """One word in a conflict."""

    evidence: List["EvidenceId"]
    """Why it is believed."""

    name: "AttributeName"
    """Which attribute."""

    of: "EntityRef"
    """Whose attribute."""

    perspective: "Perspective"
    """From which side."""

    shown: bool
    """Whether this is the word to go by: that of whoever may write it before others, then the surest, then the newest, then that of the first source by name, then the least value."""

    value: "Value"
    """The value."""

    why: Union[str, None]
    """Why this is the word to go by, where the question says who may write it."""


class ConstraintViolation(TypedDict):
    """A constraint that is broken."""

    constraint: str
    """Which constraint: the name of its field."""

    entities: List["EntityRef"]
    """By what."""

    what: str
    """How it is broken."""


class Constraints(TypedDict, total=False):
    """What options have to keep to. One that does not is told with what it breaks, behind those that do."""

    budget: Union["Budget", None]
    """What the things that change may cost together, as billed."""

    capacity: "Capacity"
    """How many changes each team makes in one wave."""

    freeze: List[str]
    """What may not be touched; a component stands for its instances."""

    limits: List["FigureLimit"]
    """Figures that must not be over a limit."""

    most_changes: Union[int, None]
    """How many changes an option has at most. Default: any number."""

    regions: List[str]
    """The regions in which anything may stand that moves or takes over work. Default: any."""


class CostBehaviourDedicated(TypedDict):
    """It goes with the entity."""

    kind: Literal["dedicated"]


class CostBehaviourShared(TypedDict):
    """It is a part of a pool, and goes as far as the pool shrinks."""

    kind: Literal["shared"]

    pool: str
    """Which pool."""

    units: int
    """How many of its units the entity uses."""


class _CostBehaviourCommitment(TypedDict):
    """The fields that are always there."""

    kind: Literal["commitment"]


class CostBehaviourCommitment(_CostBehaviourCommitment, total=False):
    """It was promised until a date, used or not."""

    ends_after_days: Union[int, None]
    """Days from the removal to its end; `None` is not known."""


class _CostBehaviourEgress(TypedDict):
    """The fields that are always there."""

    kind: Literal["egress"]


class CostBehaviourEgress(_CostBehaviourEgress, total=False):
    """It is paid by traffic that leaves."""

    ends: Union[bool, None]
    """Whether the traffic ends with the entity, or somebody else takes it over; `None` is not known."""


class CostBehaviourOneOff(TypedDict):
    """The removal itself costs it, once: an exit fee, a migration. No part of what is allocated."""

    kind: Literal["one_off"]

CostBehaviour = Union["CostBehaviourDedicated", "CostBehaviourShared", "CostBehaviourCommitment", "CostBehaviourEgress", "CostBehaviourOneOff"]
"""How a cost behaves once nobody causes it any more."""


class CostItem(TypedDict):
    """One cost of an entity over the horizon."""

    behaviour: "CostBehaviour"
    """How it behaves once the entity is gone."""

    cents: int
    """How much, not negative: credits are to be netted first."""

    name: str
    """What it is for."""


class CostRow(TypedDict):
    """What one entity is billed."""

    cost: List["Money"]
    """The sum of its charges and those of its parts, for each currency."""

    entity: "EntityRef"
    """The entity: the one that is asked about, or one that depends on it."""

    evidence: List["EvidenceId"]
    """The lines, at most 20."""

    hops: int
    """0 for the entity that is asked about; else the relations between the two."""

    lines: int
    """How many lines of bills that is."""


class CostSummary(TypedDict):
    """The cost of an entity and its dependents, beside what could not be given to anybody."""

    rows: List["CostRow"]
    """The entity first, then its dependents by distance and name. Dependents without charges are left out."""

    unallocated: List["Unallocated"]
    """All charges that are for nobody here, by reason."""


class CostTableRow(TypedDict):
    """What one entity is billed in one currency."""

    amount: float
    """The amount as a floating point number; the answer itself has the exact decimal."""

    currency: str
    """The currency."""

    entity: Union["EntityRef", None]
    """The entity; none for charges that are for nobody here."""

    evidence: List["EvidenceId"]
    """The lines, at most 20."""

    hops: Union[int, None]
    """The relations between it and the entity that is asked about."""

    lines: int
    """How many lines of bills that is."""

    unallocated: Union[str, None]
    """Why nobody is charged, where nobody is."""


class _CostedEntity(TypedDict):
    """The fields that are always there."""

    allocated_cents: int
    """What is allocated to it over the horizon."""

    id: str
    """Its name."""


class CostedEntity(_CostedEntity, total=False):
    """An entity with its costs."""

    items: List["CostItem"]
    """What that is made of, and what its removal costs once. What no item explains may be avoidable or not."""


class CriticalPathRow(TypedDict):
    """What one operation keeps the requests to an endpoint waiting."""

    endpoint: str
    """The operation that requests from outside asked for: service and operation."""

    entity: Union["EntityRef", None]
    """The entity that it is, where the twin knows one."""

    mean_ms: float
    """How long each request waits for it alone, in milliseconds, on average over all of them."""

    on_path: float
    """On the paths of which part of them it lies, from 0 to 1."""

    operation: str
    """Which operation; `call of bank.pay` is what a call takes beyond the work that serves it, which lies between the two."""

    requests: int
    """How many requests to it were recorded."""

    service: str
    """Whose operation keeps them waiting."""

    share: float
    """Which part of their whole time that is, from 0 to 1."""

Criticality = Union[Literal["required"], Literal["optional"], Literal["async"]]
"""What happens to a caller when a call fails."""


class Cycle(TypedDict):
    """One strongly connected set of entities, with the relations that hold it together."""

    evidence: List["EvidenceId"]
    """Why they are believed."""

    members: List["EntityRef"]
    """Who is in it, by name."""

    relations: List[str]
    """The relations within it, as `left relation right`."""


DataPolicy = TypedDict(
    "DataPolicy",
    {
        "allowed_regions": "Union[List[str], None]",
        "class": "str",
        "id": "str",
        "require_encrypted": "bool",
    },
)
"""A rule about one class of data."""


class _DatedEvent(TypedDict):
    """The fields that are always there."""

    at: "Timestamp"
    """When."""

    what: "DatedKind"
    """What happens."""


class DatedEvent(_DatedEvent, total=False):
    """Something dated that a host knows."""

    entity: Union[str, None]
    """About whom, by id, record key, alias or unique name. Only a freeze may leave it out: then it is about everything."""

    until: Union["Timestamp", None]
    """The moment after a freeze; without it the freeze lasts until further notice. Nothing else has one."""

DatedKind = Union[Literal["start"], Literal["deprecation"], Literal["end_of_life"], Literal["sunset"], Literal["removal"], Literal["expiry"], Literal["freeze"], Literal["decision"], Literal["other"]]
"""What happens at a date. The order is that of a life."""


class DatedSourceAttribute(TypedDict):
    """From an attribute of that name."""

    attribute: str


class DatedSourceLabel(TypedDict):
    """From a label or tag of that key."""

    label: str


class DatedSourceGiven(TypedDict):
    """From the host, as the event at this place."""

    given: int

DatedSource = Union["DatedSourceAttribute", "DatedSourceLabel", "DatedSourceGiven"]
"""From where a date is known."""


class _DeclaredCall(TypedDict):
    """The fields that are always there."""

    callee: str
    """Who is called: `service.operation`."""

    caller: str
    """Who calls: `service.operation`."""


class DeclaredCall(_DeclaredCall, total=False):
    """A call, as hosts of other languages write it: the fields of a [`CallPolicy`] beside its ends. What is flattened refuses no field by itself, so they are written out."""

    backoff_ms: Union[float, None]
    """How long the caller waits before it tries again, in milliseconds. Without it: as long as was recorded."""

    breaker: Union["Breaker", None]
    """After so many failures in a row, nobody asks for a while. Without it: there is no breaker."""

    criticality: Union["Criticality", None]
    """What its failure does. Without it: what was recorded of calls that failed, else required."""

    is_cache: bool
    """Whether the callee is a cache of the caller. So is whoever was seen to say whether it had what was asked for."""

    retries: Union[int, None]
    """How often it is tried again. Without it: as often as was recorded."""

    timeout_ms: Union[float, None]
    """After which time the caller gives up, in milliseconds."""


class Description(TypedDict):
    """Everything that is known of one entity."""

    attributes: List["SaidValue"]
    """Every source's word for every attribute, by name."""

    entity: "EntityRef"
    """The entity."""

    evidence: List["EvidenceId"]
    """Why it is believed to be there."""

    instances: List["EntityRef"]
    """Its instances, if it is a component."""

    members: List["MemberRow"]
    """The records that make it up."""

    owners: List["OwnerRow"]
    """Who owns it."""

    placement: "Placement"
    """Where it stands, as far as it is known."""

    relations: List[Tuple[str, int]]
    """How many relations it and its instances have, by name."""

    unresolved: List["Unresolved"]
    """What it names and nothing here answers to."""


class Diagnostic(TypedDict):
    """One thing that could not be taken as it was."""

    code: str
    """What is wrong, for machines."""

    locator: str
    """Where."""

    message: str
    """One line for people."""

    records: int
    """How many records of the source were left out: 0 for a warning."""

    severity: "Severity"
    """What became of the record."""

Dimension = Union[Literal["blast_radius"], Literal["requests_at_risk"], Literal["latency_p50"], Literal["latency_p95"], Literal["latency_p99"], Literal["latency_p999"], Literal["time_spent"], Literal["error_rate"], Literal["degraded_rate"], Literal["completion"], Literal["utilisation"], Literal["headroom"], Literal["availability"], Literal["single_points_of_failure"], Literal["cycles"], Literal["decisions_violated"], Literal["drift"], Literal["cost"], Literal["one_off_cost"], Literal["owners_touched"], Literal["without_owner"], Literal["data_flows"], Literal["compliance"]]
"""What is compared."""


class DistributionConst(TypedDict):
    """Always the same."""

    dist: Literal["const"]

    ms: float
    """Milliseconds."""


class DistributionLognormal(TypedDict):
    """Its logarithm is normal."""

    dist: Literal["lognormal"]

    median_ms: float
    """What half of it does not exceed."""

    sigma: float
    """The standard deviation of the logarithm, up to 10."""


class DistributionGamma(TypedDict):
    """Gamma."""

    dist: Literal["gamma"]

    mean_ms: float
    """The mean."""

    shape: float
    """The shape, from 0.001: 1 is exponential, more is narrower."""


class DistributionExp(TypedDict):
    """Exponential."""

    dist: Literal["exp"]

    mean_ms: float
    """The mean."""


class DistributionUniform(TypedDict):
    """All between two ends alike."""

    dist: Literal["uniform"]

    high_ms: float
    """The most."""

    low_ms: float
    """The least."""


class DistributionEmpirical(TypedDict):
    """Any of some measured values, all alike."""

    dist: Literal["empirical"]

    values_ms: List[float]
    """What was measured, in any order."""

Distribution = Union["DistributionConst", "DistributionLognormal", "DistributionGamma", "DistributionExp", "DistributionUniform", "DistributionEmpirical"]
"""How long work takes, in milliseconds."""


class Drift(TypedDict):
    """The relations and attributes in which two sides differ."""

    changed: List["DriftAttribute"]
    """Known from both, with other attributes."""

    missing: List["DriftRow"]
    """Known from the left side only: declared, and not seen to happen."""

    not_compared: List["EntityRef"]
    """Entities that the right side never saw at all: nothing can be said of their relations."""

    undeclared: List["DriftRow"]
    """Known from the right side only: seen to happen, and not declared."""


class DriftAttribute(TypedDict):
    """One attribute in which the sides differ."""

    attribute: "AttributeName"
    """Which attribute."""

    edge: "DriftRow"
    """The relation that has it."""

    left: List["Value"]
    """The left side's values."""

    right: List["Value"]
    """The right side's values."""


DriftRow = TypedDict(
    "DriftRow",
    {
        "confidence": "float",
        "evidence": "List['EvidenceId']",
        "from": "EntityRef",
        "relation": "Relation",
        "stale": "bool",
        "to": "EntityRef",
    },
)
"""One relation that one side knows."""


DriftTableRow = TypedDict(
    "DriftTableRow",
    {
        "attribute": "Union['AttributeName', None]",
        "confidence": "float",
        "evidence": "List['EvidenceId']",
        "from": "EntityRef",
        "left": "List['Value']",
        "relation": "Relation",
        "right": "List['Value']",
        "stale": "bool",
        "to": "EntityRef",
        "what": "str",
    },
)
"""One difference between two sides."""

EntityId = str
"""The id of an entity, kept for as long as any record of it is known. Opaque: compare it, store it, hand it back."""


class EntityRef(TypedDict):
    """An entity as rows name it."""

    id: "EntityId"
    """Its stable id."""

    kind: "Kind"
    """Its kind."""

    name: str
    """Its name for people."""


class EntitySavings(TypedDict):
    """What the removal of an entity saves."""

    allocated_cents: int
    """What is allocated to it."""

    at_least: "SavingsSplit"
    """Where that goes if everything that is not known is to the worst."""

    at_most: "SavingsSplit"
    """Where it goes if everything is to the best. Equal to `at_least` where nothing is unknown."""

    id: Union[str, None]
    """The entity; `None` for all together."""

    net_cents: List[int]
    """Avoidable minus once, to the worst and to the best."""

    one_off_cents: int
    """What the removal costs once."""

    stranded: List["StrandedCommitment"]
    """Commitments that go on without use."""

    unknown: List[str]
    """What is not known."""


class EntryAtRisk(TypedDict):
    """The requests that begin at one operation."""

    at_least: int
    """How many of them touch what changes, at least."""

    at_most: int
    """And at most."""

    entry: "EntityRef"
    """Where they begin."""

    evidence: List["EvidenceId"]
    """Where they were counted."""

    observed: int
    """How many were observed."""

    operation: str
    """At which operation."""


class Estimate(TypedDict):
    """A number of milliseconds, and where it lies."""

    interval: Union["Interval", None]
    """Where they lie; `None` if there are too few samples to tell."""

    ms: float
    """Milliseconds."""

EventKind = Union[Literal["change"], Literal["incident"]]
"""What happened."""


class Evidence(TypedDict):
    """A proof as it stands in an answer: the locator of the first step beside the whole chain."""

    chain: List["EvidenceStep"]
    """From what was read back to what was written."""

    confidence: float
    """Between 0 and 1."""

    field: str
    """The field that was read."""

    locator: Union[str, None]
    """Where the fact is used: `path:line`, `path#document/json-pointer`, or a span's id."""

    observed_at: Union["Timestamp", None]
    """When it was last read, or seen."""

    perspective: "Perspective"
    """From which side."""

    scope: str
    """The scope within the source: a file."""

    source: "SourceId"
    """Who says it."""

    technique: str
    """How it was read."""

EvidenceId = int
"""A handle to one piece of evidence within the snapshot that gave the answer."""


class EvidenceStep(TypedDict):
    """One link of the chain."""

    locator: str
    """Where."""

    raw: str
    """What stands there, to the letter, without its secret part."""


class Explanation(TypedDict):
    """What speaks for and against a pair."""

    probability: float
    """How likely the two records are one thing, by this alone."""

    score: float
    """The sum of the weights, in bits."""

    weights: List["WaterfallStep"]
    """How rare a match is first, then what speaks for and against it. They sum exactly to the score."""


class Figure(TypedDict):
    """One figure before and after."""

    about: Union["EntityRef", None]
    """What it is about, where it is about one entity."""

    baseline: Union[float, None]
    """As it is."""

    baseline_interval: Union["Interval", None]
    """Where another measurement of that lies if nothing is changed, if it is not known exactly."""

    basis: "Basis"
    """What it rests on."""

    delta: Union[float, None]
    """The difference: exactly 0 where the changes do not touch it."""

    delta_interval: Union["Interval", None]
    """Where the difference lies that the changes make, if it is not known exactly. What both sides share, as the chance of what was recorded, counts for nothing in it."""

    detail: Union[str, None]
    """What more tells it apart: an operation, a state."""

    dimension: "Dimension"
    """What is compared."""

    evidence: List["EvidenceId"]
    """Why it is believed."""

    interval: Union["Interval", None]
    """Where the figure of the scenario lies, if it is not known exactly."""

    likely: Union[float, None]
    """What a measurement will most likely show then, where chance in what was recorded is told apart from the figure of the scenario."""

    scenario: Union[float, None]
    """As it would be."""

    unit: str
    """Of both figures."""

    unknown: Union[str, None]
    """Why there is no figure, or what is missing from it."""


class _FigureLimit(TypedDict):
    """The fields that are always there."""

    at_most: float
    """The limit, in the figure's unit: minutes down a month, milliseconds, parts per one, entities."""

    measure: "Measure"
    """Which figure: one that a comparison has."""


class FigureLimit(_FigureLimit, total=False):
    """A figure of the comparison with the base that must not be over a limit."""

    of: Union[str, None]
    """Of which entity or operation, by name. Default: of each."""


class FigureScore(TypedDict):
    """One figure, as predicted and as it came."""

    about: Union["EntityRef", None]
    """What it is about, where it is about one entity."""

    baseline: Union[float, None]
    """As it was before."""

    detail: Union[str, None]
    """What more tells it apart: an operation, a state."""

    dimension: "Dimension"
    """What was predicted."""

    error: Union[float, None]
    """What was predicted less what came, in the unit."""

    evidence: List["EvidenceId"]
    """Why what came is believed, where the twin itself knows it."""

    interval: Union["Interval", None]
    """Where it was predicted to lie."""

    is_inside: Union[bool, None]
    """Whether it came as predicted: in the interval, or exactly where there is none."""

    may_be_inside: Union[bool, None]
    """Whether it may have come as predicted, as far as the sample of what came tells."""

    measured: Union[float, None]
    """As it came."""

    measured_high: Union[float, None]
    """The most that what came may be, as far as its sample tells."""

    measured_low: Union[float, None]
    """The least that what came may be, as far as its sample tells."""

    not_scored: Union[str, None]
    """Why it is not scored, where it is not."""

    predicted: Union[float, None]
    """As it was predicted."""

    prediction: str
    """Of which prediction."""

    relative_error: Union[float, None]
    """The error as a part of what came, where that is not 0."""

    samples: Union[int, None]
    """How many samples it rests on."""

    unit: str
    """Of all figures."""


class Finding(TypedDict):
    """One thing that was predicted or came."""

    aspect: "Aspect"
    """What was predicted."""

    at: "Timestamp"
    """When it came."""

    because: List[str]
    """Why the path or the thing is believed: where it was read, as told by the side that knows it."""

    event: int
    """Of which event, by its place among all that were tried."""

    is_new: bool
    """Whether it came or went. Of incidents: always that it came."""

    outcome: "FindingOutcome"
    """How the prediction came out."""

    path: Union["Trail", None]
    """How it was affected, from what failed to it: names and, between them, relations."""

    what: str
    """The thing, in words."""

    why: Union[str, None]
    """Why it was missed, or what makes the prediction unsure, where that is known."""

FindingOutcome = Union[Literal["hit"], Literal["miss"], Literal["false_alarm"]]
"""How a prediction of one thing came out."""


class Freshness(TypedDict):
    """How old what an answer rests on is, for each source and sort that can bear on the question."""

    age_s: int
    """Seconds between that reading and the answer's now."""

    met: bool
    """Whether it is met."""

    observed_at: "Timestamp"
    """The oldest reading among its scopes."""

    required_s: int
    """What the question needs, in seconds: its own word, else the source's stale-after age."""

    sort: str
    """The sort of source."""

    source: "SourceId"
    """Whose."""


class Future(TypedDict):
    """What is to come."""

    collisions: List["Collision"]
    """What does not go together, by the time at which it shows."""

    timeline: List["TimelineRow"]
    """Everything that is dated between now and then, in order."""


class Gap(TypedDict):
    """A stretch of time in which nobody said that any of the records was there, although somebody did before."""

    since: "Timestamp"
    """Since when."""

    until: Union["Timestamp", None]
    """Until when; none if they are still gone."""

Goal = Union[Literal["min"], Literal["max"]]
"""Which values of an objective are better."""


class GoverningDecision(TypedDict):
    """One decision that governs an entity."""

    decision: "EntityRef"
    """The decision."""

    evidence: List["EvidenceId"]
    """Why it is believed to govern the entity."""

    governs: "EntityRef"
    """What it governs: the entity, or a part of it."""

    status: Union[str, None]
    """MADR's status, as far as it says."""

    succeeded_by: List["EntityRef"]
    """Decisions that came after it and take its place."""

    violations: List["Violation"]
    """What it rules out and is there all the same."""


class _Handle(TypedDict):
    """The fields that are always there."""

    space: "Space"
    """Which sort of name."""

    value: str
    """The name, lower case where the space does not tell cases apart (hosts, images)."""


class Handle(_Handle, total=False):
    """A name that a record answers to, or by which another record refers to it."""

    within: str
    """Within what the name is unique: a network, a source; empty where it is unique everywhere."""


class Headroom(TypedDict):
    """How much a station could take."""

    arrivals_per_s: float
    """The arrivals per second at which the objective just holds; 0 if it does not hold even for a single arrival."""

    factor: Union[float, None]
    """That over the arrivals there are: 1 is none left, below 1 is broken. `None` if nothing arrives."""


class History(TypedDict):
    """Everything that was ever said of an entity, by all that is known today."""

    entity: "EntityId"
    """The entity, by the id that stands for it today."""

    gaps: List["Gap"]
    """When none of them was there, after the first was."""

    identity: List["IdentityEvent"]
    """Merges, splits and what people decided about it, in the order of their times."""

    records: List[str]
    """The keys of every record that belongs to it, also of those that are gone."""

    spells: List["Spell"]
    """What was said of them, in the order of records, statements and times."""


class Hit(TypedDict):
    """One entity that is affected."""

    at_least: "State"
    """The state that it is in at least; the same where nothing is unknown."""

    entity: "EntityRef"
    """The component, or the thing itself."""

    evidence: List["EvidenceId"]
    """Why each relation of the path is believed."""

    hops: int
    """The number of relations between it and what fails, on the path that is shown; 0 where a scenario took away too much of what it needs."""

    instance: Union["EntityRef", None]
    """The instance, where the entity is a component."""

    path: "Trail"
    """The path from what fails to it: names and, between them, relations."""

    state: "State"
    """The worst state that it may be in."""


class HitRatio(TypedDict):
    """What comes of it."""

    hit_ratio: float
    """In how many parts of one the cache has what is asked for."""

    misses_a_second: float
    """How many calls a second go on behind it."""


class Hop(TypedDict):
    """One hop of a chain. It fails by itself before it calls; otherwise it calls the next hop until one attempt succeeds. Attempts are independent."""

    fail: float
    """The probability that one run of it fails by itself."""

    id: str
    """Its name."""

    max_attempts: int
    """How often it calls the next hop at most: 1 is no retry. The last hop calls nobody."""


class HopLoad(TypedDict):
    """What one hop receives."""

    id: str
    """Its name."""

    invocations_per_request: float
    """How often it runs for one request, on average."""

    load_multiplier: float
    """How many times more that is than if nobody tried twice. 1 if nothing arrives either way."""

    success_probability: float
    """The probability that one run of it succeeds, whatever it calls included."""


class IdentityChangeCreated(TypedDict):
    """They are a thing that was not there before."""

    change: Literal["created"]

    entity: "EntityId"
    """Its id."""

    records: List[str]
    """The records."""


class IdentityChangeAttached(TypedDict):
    """They were not there before, and belong to a thing that was."""

    change: Literal["attached"]

    entity: "EntityId"
    """Which."""

    records: List[str]
    """The records."""


IdentityChangeMerged = TypedDict(
    "IdentityChangeMerged",
    {
        "change": "Literal['merged']",
        "from": "EntityId",
        "into": "EntityId",
        "records": "List[str]",
    },
)
"""Their thing becomes part of another, whose id stands for both."""


IdentityChangeSplit = TypedDict(
    "IdentityChangeSplit",
    {
        "change": "Literal['split']",
        "from": "EntityId",
        "into": "EntityId",
        "records": "List[str]",
    },
)
"""They leave their thing, which goes on without them."""

IdentityChange = Union["IdentityChangeCreated", "IdentityChangeAttached", "IdentityChangeMerged", "IdentityChangeSplit"]
"""What becomes of some records at once."""


class IdentityEvent(TypedDict):
    """Something that happened to who is one thing."""

    at: "Timestamp"
    """When the twin learned it."""

    event: "IdentityEventKind"
    """What happened."""


class IdentityEventKindChanged(TypedDict):
    """What followed from what was read and decided."""

    changed: "IdentityChange"


class IdentityEventKindDecided(TypedDict):
    """What a person decided, in words."""

    decided: str

IdentityEventKind = Union["IdentityEventKindChanged", "IdentityEventKindDecided"]
"""By evidence, or by a person."""


class IdentityPlan(TypedDict):
    """What would become of records if some batches were taken."""

    applied: int
    """Records that would say something new."""

    changes: List["IdentityChange"]
    """Things that would be created, joined by new records, merged or split, in the order of their ids."""

    diagnostic_count: int
    """How many diagnostics there are in all."""

    diagnostics: List["Diagnostic"]
    """The first thousand of them: what could not be taken as it is."""

    duplicate: int
    """Records that would say nothing new."""

    late: int
    """Records that are older than what is known."""

    rejected: int
    """Records that could not be taken; each has a diagnostic."""


class IdentityReason(TypedDict):
    """What was said about one pair of records. The weights sum to the score."""

    a: str
    """One record."""

    b: str
    """The other."""

    evidence: List["EvidenceId"]
    """The facts on both sides, cited."""

    merged: bool
    """Whether they are one thing."""

    reason: str
    """One line for people."""

    score: float
    """The sum of the weights."""

    threshold: float
    """Pairs that score as much are one thing."""

    weights: List["Weight"]
    """What speaks for and against."""


class _IncidentDraft(TypedDict):
    """The fields that are always there."""

    series: List["SeriesDraft"]
    """What was measured."""

    symptom: "SymptomDraft"
    """What was noticed."""


class IncidentDraft(_IncidentDraft, total=False):
    """An incident as data: what was noticed, measured and changed. Entities are named by id, record key, alias or unique name."""

    begins: Union["Timestamp", None]
    """When the incident's series begin. Needed where changes are given."""

    changes: List["ChangeEvent"]
    """What was changed: deployments, configurations, flags."""

    environment: Union[str, None]
    """In which environment. Default: production, where any instance of what the symptom is at is known to be there."""

    interval_s: Union[float, None]
    """How long one interval of all series is, in seconds. Needed where changes are given."""

    needs: Union[str, None]
    """What the question needs of its sources: `cadence` (default), `incident`, `planning` or `audit`."""


class _InputDraft(TypedDict):
    """The fields that are always there."""

    field: str
    """The field of the change, such as `hit_ratio` or `price.amount`."""

    high: float
    """At most so much."""

    low: float
    """At least so much."""

    option: str
    """Of which option, by name."""


class InputDraft(_InputDraft, total=False):
    """A number of a change of which only a range is known."""

    assumed: Union[float, None]
    """What figures are computed with otherwise. Default: what the change says."""

    change: int
    """The place of the change among those of the option, from 0 on."""

    name: Union[str, None]
    """What people call it. Default: the field and the change."""

    owner: Union[str, None]
    """Who would know. Default: who owns what the change is about."""

    unit: Union[str, None]
    """In which unit it is, for people."""


class Interval(TypedDict):
    """Where a number lies."""

    high: float
    """The upper end."""

    kind: "IntervalKind"
    """What the interval means."""

    low: float
    """The lower end."""

IntervalKind = Union[Literal["bounds"], Literal["confidence"]]
"""What an interval means."""


class KeptPrediction(TypedDict):
    """A prediction, and how far its changes have been made."""

    author: Union[str, None]
    """Who thought of it."""

    content: "PredictionContent"
    """What it says."""

    figures: int
    """How many figures it has, with and without a value."""

    id: str
    """Its name: the digest of what it says."""

    is_due: bool
    """Whether it can be scored: its changes were made."""

    made_at: "Timestamp"
    """When it was made: when the twin wrote it down."""

    name: str
    """What the scenario is called."""

    progress: "Progress"
    """How far its changes have been made."""

    revision: int
    """The twin's revision then."""

    seed: Union[int, None]
    """The seed, where chance was used."""

    seen: "ChangesSeen"
    """Which of its changes were seen."""


class _KeyDraft(TypedDict):
    """The fields that are always there."""

    key: str
    """The source's own name or native id."""

    kind: str
    """The kind."""


class KeyDraft(_KeyDraft, total=False):
    """The key of a record within its source."""

    cluster: Union[str, None]
    """The cluster, account, host or project, if it has any."""

    namespace: Union[str, None]
    """The namespace, if it has any."""

Kind = str
"""Or another that a host registered."""


class LatencySummary(TypedDict):
    """A simulation in few numbers."""

    confidence: float
    """How probably all of the intervals hold together, as far as the model does."""

    is_exact: bool
    """Whether nothing was random, so that one sample says all."""

    mean: "Estimate"
    """The average."""

    operations: List["OperationTime"]
    """What each operation that is ever called has to do with it, most work first, equals by name."""

    quantiles: List["QuantileEstimate"]
    """The median, and the 90th, 95th, 99th and 99.9th percentile."""

    samples: int
    """How many requests were simulated."""

    seed: int
    """The seed."""


class Leaving(TypedDict):
    """Who has said until when to leave."""

    at: "Timestamp"
    """Until when."""

    entity: str
    """Who."""


class _LeftOut(TypedDict):
    """The fields that are always there."""

    what: str
    """What: a change in a few words, or a thing as the plan calls it."""

    why: str
    """Why."""


class LeftOut(_LeftOut, total=False):
    """What is planned elsewhere, but is no change of the scenario."""

    locator: Union[str, None]
    """Where it is planned, if that is known."""


class LoadPoint(TypedDict):
    """A state that sustains itself."""

    attempt_failure_probability: float
    """The probability that one attempt fails: refused, or not answered in time."""

    attempts_per_request: float
    """Attempts per request, on average."""

    goodput_per_s: float
    """Requests per second that are answered in time."""

    offered_per_s: float
    """Attempts per second."""

    request_failure_probability: float
    """The probability that all attempts of a request fail."""

    steady: bool
    """Whether the line has an end: not where an unbounded one gets more than the workers complete."""

    utilization: float
    """The share of the workers' time that is busy."""


class LoadRegion(TypedDict):
    """Arrivals under which a service has two stable states."""

    high_per_s: float
    """Requests per second beyond which every service collapses."""

    low_per_s: float
    """Requests per second at and below which a collapsed service recovers by itself."""

LoadVerdict = Union[Literal["stable"], Literal["metastable"], Literal["unstable"]]
"""How a service fares under its arrivals."""

Measure = Union[Literal["changes"], Literal["dependencies_cut"], Literal["entities_affected"], Literal["teams_touched"], Literal["waves"], Literal["dependencies_across"], Literal["dependencies_across_between_waves"], Literal["entities_freed"], Literal["modularity"], Literal["replicas"], Literal["availability"], Literal["latency_p50"], Literal["latency_p95"], Literal["latency_p99"], Literal["latency_p999"], Literal["error_rate"], Literal["utilisation"], Literal["headroom"], Literal["cost"], Literal["single_points_of_failure"], Literal["cycles"], Literal["decisions_violated"]]
"""What an option is measured by: the structure tells the first ones, a comparison with the base the others."""


class _Measured(TypedDict):
    """The fields that are always there."""

    dimension: "Dimension"
    """What was measured."""

    value: float
    """The figure."""


class Measured(_Measured, total=False):
    """One figure as it was measured after the changes."""

    about: Union[str, None]
    """Of which entity, by its id or name, where the figure is about one."""

    detail: Union[str, None]
    """What more tells it apart: an operation, a state."""

    high: Union[float, None]
    """The most that it may be, as far as its sample tells."""

    low: Union[float, None]
    """The least that it may be, as far as its sample tells."""

    prediction: Union[str, None]
    """Of which prediction; without it, of every one that is scored."""

    samples: Union[int, None]
    """How many samples it rests on."""

    unit: Union[str, None]
    """The unit, where it has to be told: a currency. Without it: that of the prediction."""


class MeasuredValue(TypedDict):
    """What an option comes to by one objective."""

    delta: Union[List[float], None]
    """Between which ends its difference to what is now lies, where that is not known exactly: options are held against each other by it."""

    range: Union[List[float], None]
    """Between which ends it lies, as far as known."""

    unknown: Union[str, None]
    """Why it is not known, or not exactly."""

    value: Union[float, None]
    """The value, if it is known."""


class MemberRow(TypedDict):
    """One record of an entity."""

    key: str
    """The record's key as text, to pin or split by."""

    record: "RecordKey"
    """The record."""


class Metastability(TypedDict):
    """The steady states of a service."""

    assumptions: List[str]
    """What was taken for granted."""

    collapsed: Union["LoadPoint", None]
    """The state in which it stays collapsed, if there is one."""

    collapses_beyond_per_s: float
    """Requests per second beyond which only the collapsed state is left; without a vulnerable region, at which attempts come to what all workers complete."""

    healthy: Union["LoadPoint", None]
    """The state in which it runs well, if there is one."""

    safe_retry_budget: Union[float, None]
    """The largest retry budget, as a share of the requests, with which there is no vulnerable region. `None` if there is none whatever the budget."""

    verdict: "LoadVerdict"
    """How it fares under its arrivals."""

    vulnerable: Union["LoadRegion", None]
    """The arrivals for which there are both; `None` if there are none. Should there be several such stretches, from the first to the last."""

Metric = Union[Literal["latency"], Literal["availability"], Literal["errors"], Literal["requests"]]
"""What a series measures, and so which way is worse."""


class Missing(TypedDict):
    """One scope that could bear on the question and was not read to its end, or is stale."""

    scope: str
    """Which scope."""

    since: Union["Timestamp", None]
    """When it was last read to its end; `None` if never."""

    source: "SourceId"
    """Whose."""

    why: str
    """Why."""

Mode = Union[Literal["full"], Literal["delta"]]
"""Whether a reading tells everything or only what changed."""


class ModelDraftAvailability(TypedDict):
    """How often an entry is up, exactly, and how much depends on each part."""

    components: List["ComponentDraft"]
    """What there is."""

    entry: str
    """Of which one it is asked."""

    model: Literal["availability"]


class ModelDraftCache(TypedDict):
    """How often a cache has what is asked for, from how long it keeps it."""

    asked: "CachedKeys"
    """What it is asked for."""

    model: Literal["cache"]


class ModelDraftCascade(TypedDict):
    """How a storm of retries grows from tier to tier of a call graph."""

    graph: "CallGraph"
    """The services and who calls whom."""

    model: Literal["cascade"]


class ModelDraftHeadroom(TypedDict):
    """How much more a station could take within an objective."""

    model: Literal["headroom"]

    objective: "Objective"
    """What it must keep to."""

    station: "Station"
    """The station."""


class _ModelDraftLatency(TypedDict):
    """The fields that are always there."""

    entry: str
    """Of which one it is asked."""

    model: Literal["latency"]

    operations: Dict[str, "Operation"]
    """The operations by name."""


class ModelDraftLatency(_ModelDraftLatency, total=False):
    """How long an operation takes, by Monte Carlo."""

    confidence: float
    """How probably all intervals hold together, above 0 and below 1. Default: .95."""

    samples: int
    """How many requests are simulated. Default: 20,000."""

    seed: int
    """What all chance follows from. Default: 0."""


class ModelDraftMetastability(TypedDict):
    """Under which loads retries sustain themselves."""

    model: Literal["metastability"]

    service: "RetriedService"
    """The service whose callers try again."""


class ModelDraftQueue(TypedDict):
    """How long is waited at a station."""

    model: Literal["queue"]

    station: "Station"
    """The station."""


class ModelDraftQueueNetwork(TypedDict):
    """How long is waited in a network of stations."""

    model: Literal["queue_network"]

    routes: List["Route"]
    """Who goes where from where."""

    stations: List["NetworkStation"]
    """The stations."""


class ModelDraftRetries(TypedDict):
    """What retries along a chain do to success and load, exactly."""

    hops: List["Hop"]
    """The hops in the order of calls."""

    model: Literal["retries"]


class ModelDraftSavings(TypedDict):
    """What is allocated to what would be removed, and what its removal avoids."""

    model: Literal["savings"]

    removal: "Removal"
    """What would be removed."""

ModelDraft = Union["ModelDraftAvailability", "ModelDraftCache", "ModelDraftCascade", "ModelDraftHeadroom", "ModelDraftLatency", "ModelDraftMetastability", "ModelDraftQueue", "ModelDraftQueueNetwork", "ModelDraftRetries", "ModelDraftSavings"]
"""A model of plain numbers: `{'model': 'queue', 'station': {…}}`."""


class Money(TypedDict):
    """An amount in a currency (ISO 4217, or the name of a virtual currency as the bill writes it). Amounts are exact decimals: the sum of a bill's lines does not depend on their order."""

    amount: "Amount"
    """The amount in units of the currency."""

    currency: str
    """The currency's code."""


class Neighbour(TypedDict):
    """One relation, seen from an entity."""

    at: "EntityRef"
    """The end of the relation at which the entity stands: itself, or one of its instances."""

    attributes: List[Tuple["AttributeName", "Value"]]
    """More about the relation."""

    confidence: float
    """How sure the surest evidence is."""

    evidence: List["EvidenceId"]
    """Why it is believed."""

    other: "EntityRef"
    """The other end."""

    perspectives: List["Perspective"]
    """From which sides it is known."""

    relation: str
    """The relation as it reads from there: by its name, or by its inverse name."""

    stale: bool
    """Whether it is known from observation alone, and was last seen too long ago."""


class _NetworkStation(TypedDict):
    """The fields that are always there."""

    id: str
    """Its name."""

    service_rate_per_s: float
    """What one server completes per second while it is busy."""


class NetworkStation(_NetworkStation, total=False):
    """A station of a network."""

    external_arrivals_per_s: float
    """What arrives from outside, per second."""

    servers: int
    """How many serve at the same time."""


class NextQuestion(TypedDict):
    """An input that would turn a choice between two options."""

    ask: str
    """The question for people."""

    assumed: float
    """What was assumed."""

    input: str
    """The input."""

    objective: int
    """The place of the objective."""

    option: str
    """The option that is better by the objective with what is assumed; the first of two that are equal."""

    other: str
    """The option that may be better instead."""

    owner: Union[str, None]
    """Who would know."""

    share_turned: float
    """Which share of the input's range that is, between 0 and 1."""

    share_unknown: float
    """Which share of the range is not known to be one or the other, because a figure is unknown there."""

    turned: List[List[float]]
    """Between which values of the input the other option is better, each with its ends; an end that is no end of the input's range is a value of break-even."""

    unit: str
    """Its unit."""


class NotTried(TypedDict):
    """What was left out."""

    entities: List["EntityRef"]
    """Of what, where it is about some entities."""

    what: str
    """What."""

    why: str
    """Why."""


class ObjectiveMeanWait(TypedDict):
    """The average wait is at most so many milliseconds."""

    mean_wait: Dict[str, Any]


class ObjectiveMeanResponse(TypedDict):
    """The average of wait and service is at most so many milliseconds."""

    mean_response: Dict[str, Any]


class ObjectiveWaitQuantile(TypedDict):
    """A share of the arrivals waits at most so many milliseconds."""

    wait_quantile: Dict[str, Any]


class ObjectiveResponseQuantile(TypedDict):
    """For a share of the arrivals wait and service take at most so many milliseconds."""

    response_quantile: Dict[str, Any]

Objective = Union[Literal["stable"], "ObjectiveMeanWait", "ObjectiveMeanResponse", "ObjectiveWaitQuantile", "ObjectiveResponseQuantile"]
"""What must hold of a station."""


class _ObjectiveDraft(TypedDict):
    """The fields that are always there."""

    dimension: "Dimension"
    """Which figures of a comparison."""


class ObjectiveDraft(_ObjectiveDraft, total=False):
    """What is wanted less or more of, as hosts write it: `{'dimension': 'latency_p95', 'of': 'web.cart'}`."""

    goal: Union["Goal", None]
    """Whether less, `min` (default), or more, `max`, is better."""

    of: Union[str, None]
    """Of which entity or operation, by name or id; without it, the figure that is about none, or the only one, and of cost what everything that an option changes is billed together."""


class ObjectiveRow(TypedDict):
    """What is wanted less or more of, with what its figures are counted in."""

    dimension: "Dimension"
    """Which figures."""

    goal: "Goal"
    """Whether less or more is better."""

    is_paired: bool
    """Whether options are held against each other by their differences to what is now, since all of them start from the same and that is not known exactly."""

    of: Union[str, None]
    """Of which entity or operation, if that was said."""

    unit: Union[str, None]
    """Of the figures; none where no option has one."""

OnRemoval = Union[Literal["fail"], Literal["drop"]]
"""What callers do when what they call is taken away."""


class Operation(TypedDict):
    """What one operation does."""

    steps: List["Step"]
    """One after the other."""


class OperationTime(TypedDict):
    """What an operation has to do with a request."""

    calls_per_request: float
    """How often it runs for one request, on average."""

    operation: str
    """Its name."""

    own_ms_per_request: float
    """How long it works by itself for one request, in milliseconds, on average: whether anybody waits for it or not."""


class OptimalityBound(TypedDict):
    """How far from the best the options may be."""

    at_least: float
    """No option has less."""

    found: Union[float, None]
    """The least that was found, if anything was."""

    gap: Union[float, None]
    """The difference as a part of what was found: 0 for the best."""

    of: str
    """What is bounded."""


class _OptionDraft(TypedDict):
    """The fields that are always there."""

    name: str
    """Its name."""


class OptionDraft(_OptionDraft, total=False):
    """A scenario by its changes."""

    changes: List["ChangeDraft"]
    """Its changes; none is the world as it is."""


class OptionRow(TypedDict):
    """One scenario by all objectives."""

    deltas: List[Union[List[float], None]]
    """By objective, between which ends the difference to what is now lies."""

    dominated_by: Union[str, None]
    """Another option that is at least as good whatever the truth within the ranges, by name."""

    front: Union[int, None]
    """0 if no other option is better by the figures themselves, else the front that it is on; without any figure unknown only."""

    kinds: List[Union["IntervalKind", None]]
    """By objective, what the range means; none where the figure is known exactly, or not at all."""

    name: str
    """Its name."""

    ranges: List[Union[List[float], None]]
    """By objective, between which ends it lies."""

    reasons: List[Union[str, None]]
    """By objective, why there is no figure, or what is missing from it."""

    unknown: List[int]
    """The objectives of which nothing is known, by their place: they may turn the choice."""

    values: List[Union[float, None]]
    """By objective, the figure, if it is known."""


class Outcome(TypedDict):
    """What follows from a scenario."""

    impact: List["Hit"]
    """Who is affected, worst first."""

    owners: List["OwnerRow"]
    """Who answers for what changes and for what is affected, each once."""

    requests: Union["RequestsAtRisk", None]
    """The requests that touched what changes, as far as traces were read; `None` if none were."""

    unowned: List["EntityRef"]
    """Entities that are affected and have no owner that is known."""


class OwnerRow(TypedDict):
    """One owner."""

    confidence: float
    """How sure that is."""

    evidence: List["EvidenceId"]
    """The rule or label that says so, and the path that it matches."""

    owner: "EntityRef"
    """The team or person."""

    owns: "EntityRef"
    """Which part of the entity it owns: the entity itself, or an instance."""

    perspectives: List["Perspective"]
    """From which sides it is known."""

    shown: bool
    """Whether this is an owner to go by: by the word of whoever may write owners before others, or else by the surest word."""


class PageDraft(TypedDict, total=False):
    """One page of a reading."""

    cursor: Union[str, None]
    """Where to go on."""

    done: Union[bool, None]
    """Whether this is the last page. Default: yes, unless there is a cursor to go on from."""

    gone: List["KeyDraft"]
    """With `delta`: what the source says is gone."""

    members: Union[List[str], None]
    """The scopes within this one, if the page is a listing of scopes."""

    mode: "Mode"
    """`full` (default): what is not listed is gone. `delta`: what is not listed stays."""

    observed_at: Union["Timestamp", None]
    """The source's own time of the reading."""

    partial: Union[str, None]
    """Why the scope could not be read to its end, if it could not. Then nothing is taken away."""

    records: List["RecordDraft"]
    """The records, each as a [`RecordDraft`]."""

    scope: str
    """What the page is complete about: a file, a namespace, a sheet. Empty for the source as a whole."""


class _PastIncident(TypedDict):
    """The fields that are always there."""

    at: "Timestamp"
    """When it began. What was known before is what the prediction rests on."""

    failed: List[str]
    """What failed, each by id, record key, alias or unique name."""


class PastIncident(_PastIncident, total=False):
    """Something that failed, and what that affected, as people found out."""

    affected: List[str]
    """What was affected besides, named in the same way."""

Perspective = Union[Literal["declared"], Literal["deployed"], Literal["observed"], Literal["billed"], Literal["decided"]]
"""From which side a fact is known."""


class Placement(TypedDict, total=False):
    """Where a thing stands, as far as it is known."""

    account: Union[str, None]
    """The account."""

    cluster: Union[str, None]
    """The cluster, or the project of Compose."""

    environment: Union[str, None]
    """The environment."""

    namespace: Union[str, None]
    """The namespace."""

    region: Union[str, None]
    """The region."""


class PoliciesDraft(TypedDict, total=False):
    """What is declared, as hosts of other languages write it."""

    calls: List["DeclaredCall"]
    """Each call once."""

    services: Dict[str, "ServicePolicy"]
    """By service."""


class PredictedFigure(TypedDict):
    """One figure as it was predicted."""

    about: Union["EntityRef", None]
    """What it is about, where it is about one entity."""

    baseline: Union[float, None]
    """As it was."""

    basis: "Basis"
    """What it rests on."""

    detail: Union[str, None]
    """What more tells it apart: an operation, a state."""

    dimension: "Dimension"
    """What is predicted."""

    interval: Union["Interval", None]
    """Where the predicted figure lies, if it is not known exactly."""

    predicted: Union[float, None]
    """As it would be after the changes."""

    unit: str
    """Of both figures."""

    unknown: Union[str, None]
    """Why there is no figure, or what is missing from it."""


class Prediction(TypedDict):
    """A prediction. It is never changed after it was made."""

    content: "PredictionContent"
    """What it says."""

    id: str
    """Its name: the digest of what it says."""

    made_at: "Timestamp"
    """When it was made: when the twin wrote it down."""


class PredictionContent(TypedDict):
    """Everything that a prediction says. Its name is the digest of it."""

    as_of: "AsOf"
    """The two times of the snapshot that was predicted from."""

    assumptions: List[str]
    """What was taken for granted."""

    author: Union[str, None]
    """Who thought of it."""

    blind_spots: List[str]
    """What nobody could see."""

    changes: List["ChangeDraft"]
    """The changes. Entities are named by their ids, and what a change brings by its name."""

    figures: List["PredictedFigure"]
    """What was predicted of them."""

    method: str
    """How it was computed."""

    name: str
    """What the scenario is called."""

    revision: int
    """The twin's revision."""

    seed: Union[int, None]
    """The seed, where chance was used."""


class PredictionScore(TypedDict):
    """What became of one prediction."""

    inside: int
    """How many of these came as predicted."""

    made_at: "Timestamp"
    """When it was made."""

    name: str
    """What its scenario is called."""

    not_scored: int
    """How many of its figures are not scored."""

    prediction: str
    """Which."""

    scored: int
    """How many of its figures are scored."""

    seen: "ChangesSeen"
    """Which of its changes were made. One whose changes were not is no miss: it is not scored."""


class Predictions(TypedDict):
    """The predictions that are kept."""

    predictions: List["KeptPrediction"]
    """In the order in which they were made."""

    unreadable: List["UnreadablePrediction"]
    """Those that cannot be read."""

Profile = Union[Literal["cadence"], Literal["incident"], Literal["planning"], Literal["audit"]]
"""A named need for freshness."""

Progress = Union[Literal["made"], Literal["made_as_far_as_seen"], Literal["told_made"], Literal["partly_made"], Literal["not_made"], Literal["unseen"]]
"""How far the changes of a prediction were made."""


class QuantileEstimate(TypedDict):
    """What a share of the requests does not exceed."""

    interval: Union["Interval", None]
    """Where they lie; `None` if there are too few samples to tell."""

    ms: float
    """Milliseconds."""

    share: float
    """The share, between 0 and 1."""


class _QuestionBlastRadius(TypedDict):
    """The fields that are always there."""

    entity: str
    """Which entity fails; a component stands for its instances."""

    kind: Literal["blast_radius"]


class QuestionBlastRadius(_QuestionBlastRadius, total=False):
    """Who is affected if an entity fails?"""

    environment: Union[str, None]
    """In which environment. Default: production, where any instance is known to be there."""

    hazard: Union[str, None]
    """For a while, `outage` (default), or for ever, `removal`."""

    needs: Union[str, None]
    """What the question needs of its sources."""

    state: Union[str, None]
    """How badly: `delayed`, `degraded` or `down` (default)."""


class _QuestionDescribe(TypedDict):
    """The fields that are always there."""

    entity: str
    """Which entity."""

    kind: Literal["describe"]


class QuestionDescribe(_QuestionDescribe, total=False):
    """Everything that is known of an entity, with every source's word."""

    needs: Union[str, None]
    """What the question needs of its sources."""


class _QuestionConflicts(TypedDict):
    """The fields that are always there."""

    entity: str
    """Which entity."""

    kind: Literal["conflicts"]


class QuestionConflicts(_QuestionConflicts, total=False):
    """What sources tell differently of an entity from the same side, and which word to go by."""

    needs: Union[str, None]
    """What the question needs of its sources."""

    writers: List["Writers"]
    """Who may write which attribute, and whose word goes before whose."""


class _QuestionFindAll(TypedDict):
    """The fields that are always there."""

    kind: Literal["find_all"]

    words: str
    """The words; empty for all entities."""


class QuestionFindAll(_QuestionFindAll, total=False):
    """The entities whose names contain some words."""

    needs: Union[str, None]
    """What the question needs of its sources."""

    of: Union[str, None]
    """Only entities of this kind."""


class _QuestionNeighbours(TypedDict):
    """The fields that are always there."""

    entity: str
    """Which entity."""

    kind: Literal["neighbours"]


class QuestionNeighbours(_QuestionNeighbours, total=False):
    """What an entity is related to."""

    needs: Union[str, None]
    """What the question needs of its sources."""

    relation: Union[str, None]
    """Only by this relation, or by its inverse."""


class _QuestionOwners(TypedDict):
    """The fields that are always there."""

    entity: str
    """Which entity."""

    kind: Literal["owners"]


class QuestionOwners(_QuestionOwners, total=False):
    """Who answers for an entity, and by which rule."""

    needs: Union[str, None]
    """What the question needs of its sources."""

    writers: List["Writers"]
    """Whose word on `ownedBy` goes before whose."""


class _QuestionCycles(TypedDict):
    """The fields that are always there."""

    kind: Literal["cycles"]


class QuestionCycles(_QuestionCycles, total=False):
    """Entities that need each other around a corner."""

    needs: Union[str, None]
    """What the question needs of its sources."""


class _QuestionSmells(TypedDict):
    """The fields that are always there."""

    kind: Literal["smells"]


class QuestionSmells(_QuestionSmells, total=False):
    """Cycles, hubs, and dependencies on what is less stable."""

    fan_in: Union[int, None]
    """From so many on that need it, an entity may be a hub. Default: 5."""

    fan_out: Union[int, None]
    """From so many on that it needs, an entity may be a hub. Default: 5."""

    needs: Union[str, None]
    """What the question needs of its sources."""


class _QuestionDrift(TypedDict):
    """The fields that are always there."""

    kind: Literal["drift"]


class QuestionDrift(_QuestionDrift, total=False):
    """What one side says and another does not."""

    left: Union[str, None]
    """The side that is held against the other. Default: `declared`."""

    needs: Union[str, None]
    """What the question needs of its sources."""

    right: Union[str, None]
    """The other side. Default: `observed`."""


class _QuestionCost(TypedDict):
    """The fields that are always there."""

    entity: str
    """Which entity."""

    kind: Literal["cost"]


class QuestionCost(_QuestionCost, total=False):
    """What an entity and its dependents are billed."""

    needs: Union[str, None]
    """What the question needs of its sources."""


class _QuestionFuture(TypedDict):
    """The fields that are always there."""

    kind: Literal["future"]

    until: "Timestamp"
    """Until when."""


class QuestionFuture(_QuestionFuture, total=False):
    """What is dated and still to come, and what of it collides."""

    events: List["DatedEvent"]
    """What is dated that the twin has not read."""

    needs: Union[str, None]
    """What the question needs of its sources."""


class _QuestionTimeToImpact(TypedDict):
    """The fields that are always there."""

    at: "Timestamp"
    """When it begins."""

    entity: str
    """Which entity fails; a component stands for its instances."""

    kind: Literal["time_to_impact"]


class QuestionTimeToImpact(_QuestionTimeToImpact, total=False):
    """When an outage reaches whom."""

    duration_ms: Union[int, None]
    """How long it lasts, in milliseconds. Default: until further notice."""

    environment: Union[str, None]
    """In which environment. Default: production, where any instance is known to be there."""

    needs: Union[str, None]
    """What the question needs of its sources."""

    state: Union[str, None]
    """How badly: `delayed`, `degraded` or `down` (default)."""

    tolerances: List["ToleranceDraft"]
    """How long who goes on without what. What nobody says has no bound but at once."""


class _QuestionDecisions(TypedDict):
    """The fields that are always there."""

    entity: str
    """Which entity."""

    kind: Literal["decisions"]


class QuestionDecisions(_QuestionDecisions, total=False):
    """What was decided about an entity, and whether reality keeps to it."""

    needs: Union[str, None]
    """What the question needs of its sources."""


class _QuestionExplain(TypedDict):
    """The fields that are always there."""

    entity: str
    """Which entity."""

    kind: Literal["explain"]


class QuestionExplain(_QuestionExplain, total=False):
    """Why the records of an entity are one thing, and which others came near."""

    needs: Union[str, None]
    """What the question needs of its sources."""


class _QuestionReview(TypedDict):
    """The fields that are always there."""

    kind: Literal["review"]


class QuestionReview(_QuestionReview, total=False):
    """What a person should decide about identity, the most telling first."""

    most: Union[int, None]
    """How many pairs at most. Default: 20."""

    needs: Union[str, None]
    """What the question needs of its sources."""


class _QuestionWhyNot(TypedDict):
    """The fields that are always there."""

    a: str
    """One entity."""

    b: str
    """The other."""

    kind: Literal["why_not"]


class QuestionWhyNot(_QuestionWhyNot, total=False):
    """Why two entities are not one."""

    needs: Union[str, None]
    """What the question needs of its sources."""

Question = Union["QuestionBlastRadius", "QuestionDescribe", "QuestionConflicts", "QuestionFindAll", "QuestionNeighbours", "QuestionOwners", "QuestionCycles", "QuestionSmells", "QuestionDrift", "QuestionCost", "QuestionFuture", "QuestionTimeToImpact", "QuestionDecisions", "QuestionExplain", "QuestionReview", "QuestionWhyNot"]
"""A question. Entities are named by id, record key, alias or unique name; whatever is left out has its default."""


class Queue(TypedDict):
    """How a station fares."""

    model: "QueueModel"
    """By which formula."""

    stable: bool
    """Whether there is a steady state. If not, only the utilization is told: what the arrivals ask for."""

    steady: Union["Steady", None]
    """What is told of the steady state, if there is one."""

    utilization: float
    """The share of the servers' time that is busy."""

QueueModel = Union[Literal["M/M/c"], Literal["M/G/1"], Literal["M/G/c"], Literal["M/M/c/K"]]
"""By which formula a station was computed."""


class QueueNetwork(TypedDict):
    """How a network fares."""

    bottleneck: Union[str, None]
    """The station with the highest utilization, the first of equals; `None` of no stations."""

    mean_in_network: Union[float, None]
    """How many requests are in the network on average, if it is stable."""

    mean_time_in_network_ms: Union[float, None]
    """How long a request stays, in milliseconds, on average: by Little's law over what arrives from outside. `None` if nothing arrives, or not stable."""

    stable: bool
    """Whether every station has a steady state."""

    stations: List["StationLoad"]
    """Each station, in the order in which they were given."""


class Reality(TypedDict, total=False):
    """What came."""

    made: List["ChangeMade"]
    """Which changes were made, where no snapshot shows it."""

    measured: List["Measured"]
    """What was measured."""


class Receipt(TypedDict):
    """What became of some batches: `applied + duplicate + late + rejected` is the number of records that came in."""

    applied: int
    """Records that said something new."""

    change_count: int
    """How many changes of entities and relations there are in all."""

    changes: List["Change"]
    """The first thousand of them, without evidence: ask a snapshot for that."""

    diagnostic_count: int
    """How many diagnostics there are in all."""

    diagnostics: List["Diagnostic"]
    """The first thousand of them."""

    duplicate: int
    """Records that said nothing new."""

    late: int
    """Records that are older than what is known; kept in history."""

    rejected: int
    """Records that could not be taken; each has a diagnostic."""

    revision: int
    """The twin's revision after it."""


class _RecordDraft(TypedDict):
    """The fields that are always there."""

    key: str
    """The source's own name or native id."""

    kind: str
    """The kind."""


class RecordDraft(_RecordDraft, total=False):
    """Everything that the page says about one thing."""

    at: Union[str, None]
    """Where it stands: `path:line`, or `path#document/json-pointer`. Default: the scope."""

    attributes: Dict[str, Any]
    """Attributes by their names in the table."""

    cluster: Union[str, None]
    """The cluster, account, host or project, if it has any."""

    known_as: List["Handle"]
    """Other names that it answers to."""

    name: Union[str, None]
    """The name for people. Default: the key."""

    namespace: Union[str, None]
    """The namespace, if it has any."""

    perspective: Union["Perspective", None]
    """From which side: `declared` (default), `deployed`, `observed`, `billed` or `decided`."""

    raw: Union[str, None]
    """What stands there, to the letter, without its secret part. Default: the name."""

    relations: List["RelationDraft"]
    """What it is related to."""

    valid_from: Union["Timestamp", None]
    """Since when it holds by the source's own word."""

    valid_to: Union["Timestamp", None]
    """Until when."""


class _RecordKey(TypedDict):
    """The fields that are always there."""

    kind: "Kind"
    """The kind of record."""

    name: str
    """The source's own name or native id."""

    source: "SourceId"
    """Who says it."""


class RecordKey(_RecordKey, total=False):
    """The name of a record within everything that the twin ever reads. Never made of a file's path: a renamed file renames nothing."""

    cluster: Union[str, None]
    """The cluster, account, host or project within the source, if it has any."""

    namespace: Union[str, None]
    """The namespace within the cluster, if it has any."""


class Redaction(TypedDict):
    """What was taken out."""

    attributes: int
    """How many different attributes and labels, each with its value."""

    decisions: int
    """How many decisions of people on its name."""

    evidence: int
    """How many words on facts that stay lost what stood in their sources."""

    names: int
    """How many different names for people."""


Related = TypedDict(
    "Related",
    {
        "from": "str",
        "relation": "str",
        "to": "str",
    },
)
"""What a record is to another with which it shares a name but not its role."""

Relation = str
"""Or another that a host registered."""


class _RelationDraft(TypedDict):
    """The fields that are always there."""

    relation: str
    """Which relation, from the record to the other end."""


class RelationDraft(_RelationDraft, total=False):
    """One relation of a record. The other end is named by its `kind` and `key` within this source, by the `name` that people call it, or by a `handle`."""

    at: Union[str, None]
    """Where it stands. Default: where the record stands."""

    attributes: Dict[str, Any]
    """Attributes of the relation."""

    handle: Union["Handle", None]
    """Whatever answers to this."""

    key: Union[str, None]
    """The other end's key."""

    kind: Union[str, None]
    """The other end's kind."""

    name: Union[str, None]
    """What people call the other end."""

    raw: Union[str, None]
    """What stands there. Default: what names the other end."""

    variant: Union[str, None]
    """Which variant, where the source says."""


class _Removal(TypedDict):
    """The fields that are always there."""

    currency: str
    """The currency, ISO 4217."""

    entities: List["CostedEntity"]
    """What is removed, all at once."""

    horizon_days: int
    """Days from the removal over which costs are counted, 1 at least."""


class Removal(_Removal, total=False):
    """What would be removed, and what it costs until a horizon. All amounts are in cents of one currency, or whatever its smallest unit is."""

    pools: Dict[str, "SharedPool"]
    """Pools that entities share, by name."""


class Report(TypedDict):
    """What a scan saw. Its `Display` is for people and shows no control characters; the batches hold every diagnostic."""

    decoders: List["Tally"]
    """What each decoder did, without those that did nothing."""

    files: int
    """How many files were seen."""

    folders: int
    """How many folders were seen."""

    in_part: List["Unread"]
    """Files of which a part was not understood."""

    links: List[str]
    """Symbolic links, which are not followed."""

    nobody_reads: Dict[str, int]
    """Files that nothing here reads, counted by their ending, or by their name if they have none."""

    not_read: List["Unread"]
    """Files and folders that could not be read."""

    not_understood: List["Unread"]
    """Files that look like something that is read here, but no decoder recognised them."""

    nothing_to_keep: List[str]
    """Files that were read to their end, and in which there was nothing to keep."""

    skipped: Dict[str, int]
    """Folders that were not entered, counted by their name."""

    source: "SourceId"
    """The source instance."""


class RequestsAtRisk(TypedDict):
    """Requests that touch what changes, out of all that were observed."""

    at_least: float
    """The share of observed traces that touch it, at least: parts per one."""

    at_most: float
    """The share at most: where several things change, the same trace may have touched more than one."""

    counted: List["EntityRef"]
    """What was counted: the thing itself, or, where it sends no telemetry, those who need it directly."""

    entries: List["EntryAtRisk"]
    """Where the traces began, with how many touch what changes, largest first."""

    observed: int
    """How many traces were observed."""


class RequirementComponent(TypedDict):
    """One component."""

    component: str


class RequirementAll(TypedDict):
    """Everything of a list; nothing of an empty one."""

    all: List["Requirement"]


class RequirementAny(TypedDict):
    """Anything of a list. An empty one is never met."""

    any: List["Requirement"]


class RequirementAtLeast(TypedDict):
    """At least `k` of a list. What stands in it twice counts twice."""

    at_least: Dict[str, Any]

Requirement = Union["RequirementComponent", "RequirementAll", "RequirementAny", "RequirementAtLeast"]
"""What must be up."""


class _RetriedService(TypedDict):
    """The fields that are always there."""

    arrivals_per_s: float
    """Requests per second, each counted once however often it is tried."""

    max_attempts: int
    """How often a request is tried at most: 1 is no retry."""

    service_time_ms: float
    """How long a worker is busy with an attempt, on average, in milliseconds; exponential."""

    workers: int
    """Attempts that are worked on at the same time."""


class RetriedService(_RetriedService, total=False):
    """A service whose callers try again."""

    capacity: Union[int, None]
    """How many attempts may be there at once, waiting and worked on; others are refused. `None` is no bound."""

    retry_budget: Union[float, None]
    """How many retries all callers make at most, as a share of the requests: .1 is one retry for ten requests. `None` is no limit."""

    timeout_ms: Union[float, None]
    """After how many milliseconds of waiting and work a caller gives an attempt up. `None` is never."""


class RetryLoad(TypedDict):
    """What a chain does to a request."""

    failure_probability: float
    """The probability that it does not, to the same relative accuracy."""

    hops: List["HopLoad"]
    """What each hop receives, in the order of the chain."""

    success_probability: float
    """The probability that a request succeeds."""


class ReviewRow(TypedDict):
    """Two records about which a person should decide."""

    a: "EntityRef"
    """What one record is part of."""

    b: "EntityRef"
    """What the other is part of."""

    contradicted: bool
    """Whether a person decided it already, and the evidence speaks against that."""

    evidence: List["EvidenceId"]
    """The facts on both sides, cited."""

    gain: float
    """What a decision would tell, in bits: pairs of records that it is about, times how little is known; for what a person decided against the evidence, times how surprising that is."""

    probability: float
    """How likely they are one thing, by evidence alone. It is calibrated where names, images and values of the estate were compared; what references weigh is stated, and read the same way."""

    reason: str
    """Why they are one, or are not."""

    record_a: str
    """The key of the one record."""

    record_b: str
    """The key of the other."""


Route = TypedDict(
    "Route",
    {
        "from": "str",
        "probability": "float",
        "to": "str",
    },
)
"""A way from one station to another."""


class SaidValue(TypedDict):
    """One source's word for an attribute."""

    evidence: List["EvidenceId"]
    """Why it is believed."""

    name: "AttributeName"
    """Which attribute."""

    perspective: "Perspective"
    """From which side."""

    value: "Value"
    """The value."""


class Savings(TypedDict):
    """What a removal saves."""

    alone: List["EntitySavings"]
    """What each entity would save if it were removed alone, in the order in which they were given."""

    currency: str
    """The currency."""

    horizon_days: int
    """Over how many days."""

    together: "EntitySavings"
    """What all save together: units that they set free in one pool add up before it shrinks by steps."""


class SavingsSplit(TypedDict):
    """Where an allocated cost goes: the three add up to it, to the cent."""

    avoidable_cents: int
    """Saved within the horizon."""

    staying_cents: int
    """Borne by those who remain: parts of pools that do not shrink, and traffic that others take over."""

    stranded_cents: int
    """Paid for a commitment that nobody uses."""


class Scores(TypedDict):
    """How predictions came out."""

    figures: List["FigureScore"]
    """Every figure of those whose changes were made."""

    plot: List["CalibrationPoint"]
    """The calibration plot: how often what came lay in intervals of several levels."""

    predictions: List["PredictionScore"]
    """In the order in which they were made."""

    simulators: List["SimulatorScore"]
    """By dimension and by what figures claim, whether they may be trusted here."""

    unreadable: List["UnreadablePrediction"]
    """Predictions that cannot be read."""

    unused: List["Measured"]
    """What was measured and nobody had predicted."""


class _SearchDraft(TypedDict):
    """The fields that are always there."""

    aim: "Aim"
    """What is looked for."""


class SearchDraft(_SearchDraft, total=False):
    """A search for change sets. Entities are named by id, record key, alias or unique name; whatever is left out has its default."""

    constraints: "Constraints"
    """What the options have to keep to. Default: nothing."""

    most: int
    """How many options are told at most. Default 10."""

    needs: Union[str, None]
    """What the search needs of its sources: `cadence` (default), `incident`, `planning` or `audit`."""

    nodes: int
    """How many nodes of a search tree are looked at before a heuristic takes over. Default 20,000."""

    objectives: List["SearchObjective"]
    """What is wanted less or more of. Default: what the structure tells of the aim."""

    seed: int
    """Where chance begins: the same seed finds the same options. Default 0."""


class SearchMethod(TypedDict):
    """How options were searched."""

    is_exact: bool
    """Whether nothing better was passed over, by the measure that `optimality` names."""

    looked_at: int
    """How many nodes of the search, or beginnings of a heuristic, were looked at: a measure of work that is the same on every machine."""

    name: str
    """The method, in a few words."""

    optimality: Union["OptimalityBound", None]
    """How far from the best the options may be; without it, no bound is known."""


class SearchObjective(TypedDict):
    """What is wanted less or more of."""

    goal: Union["Goal", None]
    """Whether less or more is better. Default: what is usual for the measure."""

    measure: "Measure"
    """What is measured."""

    of: Union[str, None]
    """Of which entity or operation, by name, where a comparison has several such figures."""

    weight: Union[float, None]
    """What one unit of it counts against one of the others: over 0. Options are only weighed if each objective has a weight."""


class SearchOption(TypedDict):
    """One option: a scenario, and how to get there."""

    assumptions: List[str]
    """What was taken for granted."""

    changes: List["ChangeDraft"]
    """The changes, in the order of the waves; entities are named by their ids."""

    dominated_by: Union[str, None]
    """Another such option that is at least as good whatever the truth within the ranges, by name; what surely keeps all constraints is never dominated by what may break one."""

    evidence: List["EvidenceId"]
    """Why the dependencies are believed that the option is about, at most 20."""

    front: Union[int, None]
    """0 if no other option that keeps all constraints is better, else the front that it is on; without one, it breaks a constraint or something of it is unknown that is known of others. An option that may break a constraint is held against all that break none for sure; one that surely keeps all of them, only against its like."""

    groups: List[List["EntityRef"]]
    """The groups that the things are parted into, where that is what was looked for."""

    name: str
    """What it is, unique among the options."""

    undecided: List["UndecidedConstraint"]
    """The constraints of which nobody knows whether it keeps them."""

    values: List["MeasuredValue"]
    """By objective, what the option comes to."""

    violations: List["ConstraintViolation"]
    """The constraints that it breaks."""

    waves: List["Wave"]
    """The waves, in order."""

    weighted: Union[float, None]
    """The values by the weights that were given, added up: what is wanted more of counts negative. Less is better."""


class SearchResult(TypedDict):
    """The options of a search, the best first."""

    found: int
    """How many options were found and measured; at most `most` of them are told."""

    impossible: List["ConstraintViolation"]
    """Why no option can keep all constraints, whatever it does."""

    is_finished: bool
    """Whether the search ended by itself; else the deadline did, and the options are the best so far."""

    method: "SearchMethod"
    """How it was searched."""

    not_tried: List["NotTried"]
    """What was left out, and why."""

    objectives: List["SearchObjective"]
    """What they are measured by: each option has a value for each."""

    options: List["SearchOption"]
    """Those that keep all constraints first, by front, then by their measures."""


class _SeriesDraft(TypedDict):
    """The fields that are always there."""

    during: List[Union[float, None]]
    """The values of the incident."""

    entity: str
    """Of which entity; an instance stands apart from others of its component once one of them is named."""

    metric: "Metric"
    """What is measured."""

    normal: List[Union[float, None]]
    """The values of a normal period; `null` where nothing was measured."""


class SeriesDraft(_SeriesDraft, total=False):
    """One series of an entity. All series of an incident have the same intervals."""

    statistic: str
    """How it is summarised in an interval, such as `Average` or `p95`."""


class ServicePolicy(TypedDict, total=False):
    """How a service is run."""

    region: Union[str, None]
    """Where it runs."""

    workers: Union[int, None]
    """How many requests it serves at a time; each of its instances, where more than one was seen to. Without it: as many as were seen while others waited, else as many as come."""

Severity = Union[Literal["rejected"], Literal["warning"]]
"""What a diagnostic did to its record."""


class SharedPool(TypedDict, total=False):
    """How a pool scales, in units such as processors, nodes or licences."""

    spare: Union[int, None]
    """How many units are unused today, beyond what it keeps in reserve; `None` is not known, which is anything less than a step."""

    step: Union[int, None]
    """By how many units at once it shrinks; `None` is not known."""


class SimulatorScore(TypedDict):
    """How far the figures of one dimension may be trusted here."""

    bias: Union[float, None]
    """The median of the signed error, as a part of what came: above 0 if too much is predicted."""

    bias_interval: Union["Interval", None]
    """Where the bias lies, in nine cases of ten: order statistics. None for fewer than five errors."""

    claim: "Claim"
    """What they claim."""

    claimed: float
    """In which part of all cases they are held to come as predicted."""

    claimed_is_default: bool
    """Whether the figures do not say that part themselves."""

    dimension: "Dimension"
    """Which figures."""

    inside: int
    """How many came as predicted."""

    inside_share: Union["Interval", None]
    """Where the part of those that come as predicted lies, in 95 cases of 100: Wilson's interval."""

    may_be_trusted: Union[bool, None]
    """Whether they may be trusted here; none while too few came."""

    median_error: Union[float, None]
    """The median of the error without its sign, as a part of what came."""

    median_width: Union[float, None]
    """The median width of intervals, as a part of what came."""

    needed: int
    """How many more have to come before anything can be said."""

    p_value: float
    """How likely a part that is so far from what is claimed would be by chance: the two-sided exact binomial test."""

    predictions: int
    """How many predictions they are of."""

    scored: int
    """How many of them were scored, and were not left out because nothing was to change and nothing did."""

    trust: "Trust"
    """Whether intervals hold what comes as often as they say."""

    unchanged: int
    """How many were left out because nothing was to change and nothing did."""

    why: str
    """Why."""


class SmellRow(TypedDict):
    """One finding."""

    entities: List["EntityRef"]
    """Whom it is about: all in a cycle, the hub, or who needs and who is needed."""

    evidence: List["EvidenceId"]
    """Why they are believed."""

    relations: List[str]
    """The relations behind it, as `left relation right`."""

    rule: "SmellRule"
    """Which rule."""

    why: str
    """The numbers behind it."""

SmellRule = Union[Literal["cycle"], Literal["hub"], Literal["unstable_dependency"]]
"""The rule that a finding breaks."""


class SourceCheck(TypedDict):
    """One thing that a source must keep to, and whether it does."""

    name: str
    """What: `full`, `capability`, `again`, `cursor`, `failure`, `partial`, `cancel`."""

    passed: bool
    """Whether it does."""

    why: str
    """What was seen, for people."""

SourceId = str
"""One source instance: a folder that is scanned, a cluster that is watched. Chosen by the host or derived from the Git remote."""

Space = Union[Literal["host"], Literal["published_port"], Literal["service_name"], Literal["image"], Literal["package"], Literal["path"], Literal["native_id"], Literal["component_name"], Literal["annotation"], Literal["team"], Literal["configuration_name"], Literal["module_value"]]
"""The space of names that a [`Handle`] is taken from."""


class Spell(TypedDict):
    """One statement over one stretch of time, by the word of one scope."""

    evidence: List["Evidence"]
    """Why it is believed."""

    known_since: Union["Timestamp", None]
    """When the twin learned what it goes by; none for what was learned before what is kept."""

    perspective: "Perspective"
    """From which side."""

    record: str
    """The key of the record."""

    scope: str
    """Where within the source: a file."""

    since: "Timestamp"
    """Since when it held."""

    source: "SourceId"
    """By whom."""

    statement: "Statement"
    """What was said."""

    until: Union["Timestamp", None]
    """Until when; none as long as nobody said that it ended."""

State = Union[Literal["none"], Literal["delayed"], Literal["degraded"], Literal["down"]]
"""The state of an entity, from well to worst. The order is the order of severity."""


class StatementExists(TypedDict):
    """It is there, and this is its name for people."""

    exists: Dict[str, Any]


class StatementAttribute(TypedDict):
    """An attribute has a value."""

    attribute: Dict[str, Any]


class StatementKnownAs(TypedDict):
    """It answers to a name."""

    known_as: "Handle"


class StatementJoins(TypedDict):
    """It stands in a network: names within that network reach it, and it reaches names there. Order of preference by `rank`, lowest first."""

    joins: Dict[str, Any]


class StatementLabelled(TypedDict):
    """It carries a label that selectors may ask for."""

    labelled: Dict[str, Any]


class StatementRelated(TypedDict):
    """It is related to something."""

    related: Dict[str, Any]

Statement = Union["StatementExists", "StatementAttribute", "StatementKnownAs", "StatementJoins", "StatementLabelled", "StatementRelated"]
"""One thing said of a record."""


class _Station(TypedDict):
    """The fields that are always there."""

    arrivals_per_s: float
    """Arrivals per second, on average."""

    service_rate_per_s: float
    """What one server completes per second while it is busy, on average."""


class Station(_Station, total=False):
    """Servers with one line before them."""

    capacity: Union[int, None]
    """How many may be there at once, waiting and in service; others are turned away. `None` is no bound."""

    servers: int
    """Servers that work at the same time."""

    service_cv: float
    """Standard deviation of the service time over its mean: 1 is exponential, 0 constant."""


class StationLoad(TypedDict):
    """How one station fares."""

    arrival_rate_per_s: float
    """What arrives per second, from outside and from other stations."""

    id: str
    """Its name."""

    queue: "Queue"
    """How it fares with that."""


class StatusComplete(TypedDict):
    """Everything that can bear on the question was read, and is fresh enough."""

    kind: Literal["complete"]


class StatusPartial(TypedDict):
    """Something that could bear on the question is missing or stale."""

    kind: Literal["partial"]

    missing: List["Missing"]
    """What."""


class StatusUnknown(TypedDict):
    """No source that can answer has ever been read."""

    kind: Literal["unknown"]

    why: str
    """What to add."""

Status = Union["StatusComplete", "StatusPartial", "StatusUnknown"]
"""Three-valued. A source that was not read, or not to its end, never reads as 'none'."""


class Steady(TypedDict):
    """The averages of a steady state."""

    mean_in_system: float
    """How many wait or are served, on average."""

    mean_queue_length: float
    """How many wait, on average."""

    mean_response_ms: float
    """The average of wait and service, in milliseconds."""

    mean_wait_ms: float
    """The average wait, in milliseconds."""

    p_block: float
    """The probability that an arrival is turned away."""

    p_wait: Union[float, None]
    """The probability that an arrival waits; `None` where the model does not tell."""

    throughput_per_s: float
    """Arrivals that are accepted, per second."""


class StepWork(TypedDict):
    """Work of the operation itself."""

    work: "Distribution"


class StepCall(TypedDict):
    """A call to an operation, and waiting for it."""

    call: str


class StepPar(TypedDict):
    """Branches that begin together, and waiting for all of them; none take no time."""

    par: List[List["Step"]]


class StepRace(TypedDict):
    """Branches that begin together, and waiting for the first; none take no time."""

    race: List[List["Step"]]


class StepChoice(TypedDict):
    """Exactly one of some branches."""

    choice: List["Branch"]


class StepTimeout(TypedDict):
    """Steps that are waited for no longer than so many milliseconds; then it goes on without them."""

    timeout: Dict[str, Any]


class StepRetry(TypedDict):
    """Steps that are taken again after they failed. The last failure just ends them."""

    retry: Dict[str, Any]

Step = Union["StepWork", "StepCall", "StepPar", "StepRace", "StepChoice", "StepTimeout", "StepRetry"]
"""Something that takes time. All that is random is independent, also of two calls to one operation."""


class StrandedCommitment(TypedDict):
    """A commitment that goes on after the removal."""

    cents: int
    """What is paid for nothing, at most."""

    ends_after_days: Union[int, None]
    """Days until it ends; `None` is not known."""

    name: str
    """What it is for."""


class SuspectRow(TypedDict):
    """What may have caused a symptom."""

    anomalies: List["Anomaly"]
    """What is worse there than normally."""

    contradicting: List[str]
    """What speaks against it."""

    entity: "EntityRef"
    """Which entity."""

    evidence: List["EvidenceId"]
    """Why each relation of the way is believed."""

    owners: List[str]
    """Who answers for it."""

    path: "Trail"
    """The way from the symptom to it: names and, between them, relations."""

    score: float
    """The part of the blame that ends there, from 0 to 1."""

    supporting: List[str]
    """What speaks for it."""


class _SymptomDraft(TypedDict):
    """The fields that are always there."""

    entity: str
    """Where."""

    metric: "Metric"
    """In which metric."""


class SymptomDraft(_SymptomDraft, total=False):
    """What was noticed, and where."""

    statistic: str
    """In which statistic of it. Default: a mean, or else the first that is there."""


class Tally(TypedDict):
    """What one decoder did."""

    files: int
    """How many files it said something of."""

    read: int
    """How many records of the source it read."""

    rejected: int
    """How many it had to leave out, each with a diagnostic in its batch."""

    sort: str
    """The decoder's name."""


class TargetRecord(TypedDict):
    """A record by its key."""

    record: "RecordKey"


class TargetHandle(TypedDict):
    """Whatever answers to this name. A host without `within` is looked up in the networks of whoever uses it."""

    handle: "Handle"


class TargetSelector(TypedDict):
    """Every workload within a network whose labels include all of these."""

    selector: Dict[str, Any]

Target = Union["TargetRecord", "TargetHandle", "TargetSelector"]
"""What an observation refers to."""


class TeamLoad(TypedDict):
    """What a team does in a wave."""

    changes: int
    """How many changes."""

    team: Union["EntityRef", None]
    """The team; none for what nobody is known to own."""


class TemplateCall(TypedDict):
    """How an operation asks another one, where it ends in one way."""

    backoff_ms: Union[float, None]
    """How long its caller waits before it tries again, where it does."""

    callee: str
    """Who is asked for what: `service.operation`."""

    calls_a_request: float
    """How often a request makes it, on average over all of them."""

    criticality: "Criticality"
    """What its failure does to its caller."""

    criticality_basis: "Basis"
    """How that is known."""

    entity: Union["EntityRef", None]
    """The entity that is asked, where the twin knows one."""

    failed: float
    """Which part of the calls fails after all tries, from 0 to 1."""

    gap_ms: Union[float, None]
    """How long its caller works before it, from the end of what it waits for: the median."""

    hit_ratio: Union[float, None]
    """Of a cache, which part of the calls finds what it asks for, from 0 to 1."""

    is_in_turn: Union[bool, None]
    """Where a request makes it more than once, whether each of these calls waits for the one before."""

    made_by: Union[float, None]
    """Which part of the requests makes it, from 0 to 1."""

    retries: int
    """How often it is tried again at most."""

    retries_basis: "Basis"
    """How that is known."""

    step: Union[int, None]
    """Its turn, from 1: calls of one step are under way together, and each step waits for one before. None where requests were only counted."""

    timeout_basis: "Basis"
    """How that is known."""

    timeout_ms: Union[float, None]
    """After which time its caller gives up; none where no such time is known, and callers wait for as long as it takes."""

    took_p50_ms: Union[float, None]
    """How long it takes its caller with all tries: the median."""

    took_p95_ms: Union[float, None]
    """The 95th percentile of that."""

    tries: Union[float, None]
    """How often it is tried, on average."""

TemplateOutcome = Union[Literal["succeeded"], Literal["degraded"], Literal["failed"]]
"""How a request to an operation ended."""

TemplateSource = Union[Literal["spans"], Literal["counts"]]
"""What a template rests on."""

Threshold = Union[Literal["cautious"], Literal["balanced"]]
"""How much must speak for two records before they are taken for one thing."""


class TierLoad(TypedDict):
    """The load of one service."""

    amplification: float
    """How many times that is what it were if nobody tried twice; 1 if nothing arrives either way."""

    failure_probability: float
    """The probability that an attempt fails: refused, not answered in time, or because of a call that it makes."""

    offered_per_s: float
    """Attempts per second."""

    utilization: float
    """The share of the workers' time that is busy."""


class TimedHit(TypedDict):
    """One entity that an outage reaches, in one state. An entity that gets worse with time has a row for each state."""

    defaults: List[str]
    """What is taken to be as usual for a relation, by default: how long a step is bridged."""

    earliest: "Timestamp"
    """Not before."""

    entity: "EntityRef"
    """The component, or the thing itself."""

    evidence: List["EvidenceId"]
    """Why each relation of the way is believed."""

    expected: Union["Timestamp", None]
    """Then, by the expected tolerances; `None` if these are not known on any sure way. After the outage's end, it is not expected at all."""

    instance: Union["EntityRef", None]
    """The instance, where the entity is a component."""

    latest: Union["Timestamp", None]
    """Not after, if the outage lasts so long; `None` if nobody knows."""

    path: "Trail"
    """The way by which it comes earliest: names and, between them, relations."""

    state: "State"
    """The state that it is in then, or a worse one."""

    sure: bool
    """Whether it comes before the outage ends whatever is not known."""

    unknown: List[str]
    """What is not known of the way: how long a step is bridged, counted as not at all, and how badly a relation is needed, counted as the worst."""


class TimelineRow(TypedDict):
    """One dated event."""

    at: "Timestamp"
    """When."""

    entity: Union["EntityRef", None]
    """About whom; `None` is everything."""

    evidence: List["EvidenceId"]
    """Why the date and those who need it are believed."""

    needed_by: List["EntityRef"]
    """Who needs the entity directly and is still there then, where the event ends it."""

    owners: List["EntityRef"]
    """Who answers for the entity."""

    sources: List["DatedSource"]
    """From where that is known."""

    until: Union["Timestamp", None]
    """The moment after it, for a freeze that ends."""

    what: "DatedKind"
    """What happens."""

Timestamp = str
"""A moment, RFC 3339 in UTC."""


class ToleranceDraft(TypedDict, total=False):
    """A tolerance as hosts write it: of an entity without another one, of an entity without anything, or of whoever needs by a relation."""

    entity: Union[str, None]
    """Who goes on, by id, record key, alias or unique name; a component stands for its instances."""

    expected_ms: Union[int, None]
    """Usually so long, in milliseconds, if that is known."""

    least_ms: int
    """At least so long, in milliseconds."""

    most_ms: Union[int, None]
    """At most so long, in milliseconds; without it nobody knows an end."""

    on: Union[str, None]
    """Without what. Default: without anything."""

    relation: Union[str, None]
    """Or whoever needs by this relation, where nobody says more."""


class TradeOff(TypedDict):
    """Options by objectives."""

    objectives: List["ObjectiveRow"]
    """The objectives, in the order in which they were given."""

    options: List["OptionRow"]
    """The options, in the order in which they were given."""

    turns: List["Turn"]
    """Where the ranges of two options overlap, so that knowing an objective better would turn which one is better by it. Most are about options that may both be best."""


class TradeOffRow(TypedDict):
    """One option by one objective: a row of a trade-off as a table."""

    delta_interval: Union["Interval", None]
    """Where its difference to what is now lies, if it is not known exactly."""

    dimension: "Dimension"
    """Which figure."""

    dominated_by: Union[str, None]
    """Another option that is at least as good whatever the truth within the ranges, by name."""

    front: Union[int, None]
    """The front that the option is on by all objectives; 0 if no other option is better."""

    goal: "Goal"
    """Whether less or more is better."""

    interval: Union["Interval", None]
    """Where it lies, if it is not known exactly."""

    of: Union[str, None]
    """Of which entity or operation, if that was said."""

    option: str
    """The option's name."""

    unit: Union[str, None]
    """Of the figure; none where no option has one."""

    unknown: Union[str, None]
    """Why there is no figure, or what is missing from it."""

    value: Union[float, None]
    """The figure, if it is known."""

Trail = List[str]
"""A path as people read it: names and, between them, relations."""

Trust = Union[Literal["calibrated"], Literal["too_narrow"], Literal["too_wide"], Literal["too_few"]]
"""Whether intervals hold what comes as often as they say."""


class Turn(TypedDict):
    """An objective that would turn the choice between two options of the first front."""

    objective: int
    """The place of the objective."""

    option: str
    """The option that is better by the figure."""

    other: str
    """The one that is better within the ranges."""


class Unallocated(TypedDict):
    """Charges that are for nobody that is known."""

    cost: List["Money"]
    """The sum, for each currency."""

    evidence: List["EvidenceId"]
    """The lines, at most 20."""

    lines: int
    """How many lines."""

    why: str
    """Why."""


class Uncertain(TypedDict):
    """Two records that were kept apart although it is not sure, of which a person would know better."""

    a: str
    """One record."""

    b: str
    """The other."""

    gain: float
    """Pairs of records that the decision is about, times how little is known (bits of entropy)."""

    probability: float
    """How likely they are one thing."""


class UndecidedConstraint(TypedDict):
    """A constraint of which nobody knows whether it is kept."""

    constraint: str
    """Which constraint: the name of its field."""

    why: str
    """Why nobody knows."""


class Unplaced(TypedDict):
    """A change that cannot be made to a base."""

    change: "ChangeDraft"
    """Which."""

    why: str
    """Why."""


class Unread(TypedDict):
    """A path, and why it is not known, or not all of it."""

    path: str
    """Relative to the root."""

    why: str
    """One phrase for people; never a value from the file."""


class UnreadablePrediction(TypedDict):
    """A prediction that is there and cannot be read."""

    id: str
    """Its name."""

    why: str
    """Why."""


class Unresolved(TypedDict):
    """A reference that means nothing here, or too much."""

    evidence: List["EvidenceId"]
    """Where it stands."""

    names: str
    """What it names."""

    why: str
    """Why it was not followed."""


class ValueText(TypedDict):
    """Any text that is no secret."""

    text: str


class ValueTexts(TypedDict):
    """Several texts, in the order of the source."""

    texts: List[str]


class ValueInteger(TypedDict):
    """A whole number without unit."""

    integer: int


class ValueFlag(TypedDict):
    """Yes or no."""

    flag: bool


class ValueMoney(TypedDict):
    """An amount in a currency."""

    money: "Money"


class ValueDuration(TypedDict):
    """Microseconds."""

    duration: int


class ValueBytes(TypedDict):
    """Bytes."""

    bytes: int


class ValueRatio(TypedDict):
    """Parts per million."""

    ratio: int


class ValueTimestamp(TypedDict):
    """A moment."""

    timestamp: "Timestamp"


class ValueSketch(TypedDict):
    """Counts by bucket: a mergeable histogram of durations. Bucket `i` holds durations in microseconds of at least `g^i` and less than `g^(i+1)` with `g = 1.02`; the relative error of a quantile read from it is at most 2 %. Pairs are sorted by bucket."""

    sketch: List[Tuple[int, int]]

Value = Union["ValueText", "ValueTexts", "ValueInteger", "ValueFlag", "ValueMoney", "ValueDuration", "ValueBytes", "ValueRatio", "ValueTimestamp", "ValueSketch"]
"""A typed value. In JSON: `{'text': '…'}`, `{'money': {'currency': 'EUR', 'amount': '12.5'}}` and so on."""


class Verified(TypedDict):
    """What was found when everything was verified."""

    blocks: int
    """How many blocks of rows they are made of."""

    commits: int
    """How many commits there are."""

    pages: bool
    """Whether all pages of the database were verified as well, which only the writer can do."""

    rows: int
    """How many rows those hold."""


Violation = TypedDict(
    "Violation",
    {
        "evidence": "List['EvidenceId']",
        "forbids": "str",
        "from": "EntityRef",
        "perspectives": "List['Perspective']",
        "to": "EntityRef",
    },
)
"""A relation that a decision rules out and that is there."""


class WaterfallStep(TypedDict):
    """One weight of a pair: a step of the waterfall from how rare a match is to its score."""

    field: str
    """The fields that were compared: `name`, `labels.app`, or one of each side."""

    technique: str
    """How they were compared."""

    value: str
    """What is shared, or differs."""

    weight: float
    """What it adds to the score, in bits."""


class Wave(TypedDict):
    """Changes that are made at the same time."""

    changes: List[int]
    """Its changes, by their places in the option."""

    members: List["EntityRef"]
    """What changes in it."""

    number: int
    """Its number, from 1."""

    teams: List["TeamLoad"]
    """What each team does in it."""

    waits_for: List[int]
    """The waves that have to be over before, since something of this one needs something of theirs."""


class Weight(TypedDict):
    """One field in which two records agree, or a reason that speaks against them."""

    field: str
    """The field: `native-id`, `service.name`, `image`, `name`, `slot`; empty for how rare a match is."""

    technique: str
    """How the field is compared."""

    value: str
    """The value that they share, or what speaks against it."""

    weight: float
    """What it adds to the score."""


class WhyNotTogether(TypedDict):
    """They are one."""

    kind: Literal["together"]


class WhyNotTooLittle(TypedDict):
    """Too little speaks for it."""

    kind: Literal["too_little"]

    score: float
    """The score."""


class WhyNotSplit(TypedDict):
    """A person split these two records."""

    a: str
    """A record of the one thing."""

    b: str
    """A record of the other."""

    kind: Literal["split"]


class WhyNotSideBySide(TypedDict):
    """These two stand side by side in one system."""

    a: str
    """A record of the one thing."""

    b: str
    """A record of the other."""

    kind: Literal["side_by_side"]


class WhyNotRival(TypedDict):
    """It is not sure, and a record of a third thing is nearly as near."""

    kind: Literal["rival"]

    record: str
    """That record."""


class WhyNotAgainst(TypedDict):
    """It is not sure, and these two speak against it, more than all others for it."""

    a: str
    """A record of the one thing."""

    b: str
    """A record of the other."""

    kind: Literal["against"]

WhyNot = Union["WhyNotTogether", "WhyNotTooLittle", "WhyNotSplit", "WhyNotSideBySide", "WhyNotRival", "WhyNotAgainst"]
"""Why two records are two things."""


class _Writers(TypedDict):
    """The fields that are always there."""

    attribute: str
    """Which attribute, or which relation: `ownedBy`."""

    sources: List[str]
    """Sources or sorts of sources, such as `catalogue`, the first before the next. One that is staler than the question allows comes after all that are not."""


class Writers(_Writers, total=False):
    """Whose word on an attribute goes before whose. Words of others are shown only where none of these says anything."""

    of: Union["Kind", None]
    """Of which kind of entity. Default: of every kind."""
