// Written by the core from its own types: `cargo run -q -p benches --bin surface`. Changes by hand are lost.

/** What is looked for. */
export type Aim = {
  /** Only cycles among these; a component stands for its instances. Default: among all. */
  among?: string[]
  find: 'cut_cycles'
} | {
  /** What moves; a component stands for its instances. */
  entities: string[]
  find: 'migrate'
  /** Where to. */
  region: string
  /** The round trip between both regions, in milliseconds. Without it, what the moves do to latency is not known. */
  rtt_ms?: number | null
} | {
  find: 'extract'
  /** The modules of the monolith: at least two. */
  modules: string[]
} | {
  /** Only these. Default: all. */
  among?: string[]
  find: 'consolidate'
  /** How many may need what goes, at most. Default 3. */
  most_users?: number
} | {
  /** Only these. Default: all. */
  among?: string[]
  find: 'retire'
} | {
  /** Only these. Default: all of which the number of copies and of workers is known. */
  among?: string[]
  find: 'right_size'
  /** How many copies of each there are at least. Default 1. */
  least?: number
  /** And at most. Default: as many as the least of the utilisations asks for, or as there are now. */
  most?: number | null
  /** How busy workers may be on average, each in parts per one: each is an option. Default: .5, .6, .7, .8 and .9. */
  utilisations?: number[]
}

/** An exact decimal number, written in JSON as a string. */
export type Amount = string

/** A series that is worse than in its normal period. */
export interface Anomaly {
  /** How far apart they are, in robust standard deviations. */
  deviations: number
  /** Its mean while the symptom is there. */
  during: number
  /** What is measured. */
  metric: Metric
  /** Its median in the normal period, in the unit of the series. */
  normal: number
}

/** The two times that an answer is about. */
export interface AsOf {
  /** By what the twin knew then. */
  known: Timestamp
  /** What held then. */
  valid: Timestamp
}

/** What is predicted and held against what came. */
export type Aspect = 'blast_radius' | 'entities' | 'dependencies' | 'owners' | 'single_points_of_failure' | 'cycles' | 'decisions_violated' | 'drift'

/** How well one aspect was predicted. */
export interface AspectSummary {
  /** Which. */
  aspect: Aspect
  /** In how many events it could be told. */
  events: number
  /** How many were predicted and did not come. */
  false_alarms: number
  /** How many things were predicted and came. */
  hits: number
  /** How many came and were not predicted. */
  misses: number
  /** The part of what was predicted that came; none where nothing was predicted. */
  precision: number | null
  /** Where that part lies, in 95 cases of 100: Wilson's interval. */
  precision_interval: Interval | null
  /** In how many of these nothing was predicted and nothing came. */
  quiet: number
  /** The part of what came that was predicted; none where nothing came. */
  recall: number | null
  /** Where that part lies, in 95 cases of 100: Wilson's interval. */
  recall_interval: Interval | null
}

/** The name of an attribute, such as `image`. */
export type AttributeName = string

/** What adds workers as they get busy, and takes them away. */
export interface Autoscaler {
  /** How many times as many as now there are at most. */
  most: number
  /** How busy workers are kept, in parts per one: as whole workers allow, none is busier once it has caught up. */
  utilisation: number
}

/** How often an entry is up. */
export interface Availability {
  /** The probability that the entry is up. */
  availability: number
  /** The unavailability as minutes of a month of 30 days. */
  downtime_minutes_per_month: number
  /** The components whose own state can change the entry's, most important first, equals as they stand. Empty where only bounds are known. */
  importance: ComponentImportance[]
  /** The probability that it is down, to the same relative accuracy. */
  unavailability: number
  /** Where the unavailability lies for sure, if it was not computed exactly; the numbers above are then the middle. */
  unavailability_bounds: Interval | null
}

/** The past, predicted and as it came. */
export interface Backtest {
  /** How well each aspect was predicted. */
  aspects: AspectSummary[]
  /** How many commits of the time were looked at. */
  commits: number
  /** What was tried, in the order of time; incidents last. */
  events: BacktestEvent[]
  /** Everything that was predicted or came, by event. */
  findings: Finding[]
  /** What was not looked at, and why. */
  left_out: string[]
  /** What a comparison predicts and the log cannot show, and why. */
  not_scored: string[]
  /** How many of them changed nothing that a scenario can say. */
  unchanged: number
}

/** One change or incident of the past. */
export interface BacktestEvent {
  /** The two times of the snapshot from which it was predicted: nothing that was told later was seen. */
  as_of: AsOf
  /** When. */
  at: Timestamp
  /** What was changed, by the names of that snapshot. */
  changes: ChangeDraft[]
  /** What failed. */
  failed: string[]
  /** How many were predicted and did not come. */
  false_alarms: number
  /** How many things were predicted and came. */
  hits: number
  /** A change or an incident. */
  kind: EventKind
  /** How many came and were not predicted. */
  misses: number
  /** What could not be predicted or told, and why. */
  unknown: string[]
  /** Changes that could not be made to that snapshot. */
  unplaced: Unplaced[]
}

/** What a figure rests on. */
export type Basis = 'observed' | 'declared' | 'inferred' | 'default'

/** One of several ways. */
export interface Branch {
  /** How probable it is. Those of one choice add up to 1. */
  p: number
  /** What it does. */
  steps: Step[]
}

/** A circuit breaker: it opens after failures in a row, lets one call try after a while, and closes once that succeeds. It stands between two operations, for all callers together. */
export interface Breaker {
  /** After how many failures in a row it opens; 1 at least. */
  failures: number
  /** How long nobody asks then, in milliseconds. */
  open_ms: number
}

/** Money for as long as the bill that was read is about. */
export interface Budget {
  /** How much at most. */
  amount: number
  /** In which currency, such as `EUR`. */
  currency: string
}

/** What a cache is asked for, and how long it keeps it. */
export interface CachedKeys {
  /** How many calls a second ask for one of the keys, all together. */
  calls_a_second: number
  /** How many keys there are. */
  keys: number
  /** How unequally they are asked for: the k-th is asked for k^-skew times as often as the first. 0 is equally, 1 is Zipf's law. Default: 1. */
  skew?: number
  /** How long an answer is kept, in seconds, from when it was fetched. */
  ttl_s: number
}

/** One point of a calibration plot. */
export interface CalibrationPoint {
  /** Which figures. */
  dimension: Dimension
  /** How many hold what came. */
  inside: number
  /** Whether the interval was made from that of nine cases in ten, as if errors were normal, or for figures in ms their logarithms. */
  is_scaled: boolean
  /** In which part of all cases the interval claims to hold what comes. */
  level: number
  /** How many intervals there are. */
  scored: number
  /** The part that does. */
  share: number
  /** Where that part lies, in 95 cases of 100: Wilson's interval. */
  share_interval: Interval
}

/** That one service calls another. */
export interface Call {
  /** Calls for each attempt that the caller works on, on average, each counted once however often it is tried. All of them are needed. */
  calls_per_request: number
  /** The name of the caller. */
  from: string
  /** How often a call is tried at most: 1 is no retry. */
  max_attempts: number
  /** How many retries are made at most, as a share of the calls. `None` is no limit. */
  retry_budget?: number | null
  /** The name of the service that is called. */
  to: string
}

/** Services and who calls whom. Circles are allowed. */
export interface CallGraph {
  /** The calls. */
  calls?: Call[]
  /** The services. */
  services: CascadingService[]
}

/** What one operation does where it ends in one way. Times are in milliseconds; of counts, which know no parts of a request, only quantiles of the whole are told. */
export interface CallTemplateRow {
  /** How long it waited for one call or more, on average. */
  called_ms: number | null
  /** Whom it asks, by step. */
  calls: TemplateCall[]
  /** How many calls it makes at a time, where others were seen to wait until one was done; none where no such limit was seen. */
  calls_at_a_time: number | null
  /** The entity that it is, where the twin knows one. */
  entity: EntityRef | null
  /** Where they were counted; of recorded requests nothing is kept. */
  evidence: EvidenceId[]
  /** How many of these failed. */
  failed: number
  /** Which operation. */
  operation: string
  /** How these requests ended; none where they were only counted. */
  outcome: TemplateOutcome | null
  /** How long requests waited for a worker before their span began, on average: a part of their callers' calls, and none of how long they took. */
  queued_ms: number | null
  /** How many requests there were. */
  requests: number
  /** How many of these came each second, as far as it is known for how long they came. */
  requests_a_second: number | null
  /** What it rests on. */
  rests_on: TemplateSource
  /** Whose operation it is. */
  service: string
  /** Which part of all requests to the operation that is, from 0 to 1. */
  share: number
  /** How long they took, on average: the sum of the three parts that follow. */
  took_ms: number | null
  /** The median of how long they took. */
  took_p50_ms: number | null
  /** The 95th percentile of that. */
  took_p95_ms: number | null
  /** The share of their time that these workers are asked for, of all operations together, from 0 on. */
  utilisation: number | null
  /** How long it waited for a worker once its span had begun, on average. */
  waiting_ms: number | null
  /** How long the operation worked by itself, on average. */
  work_ms: number | null
  /** The median of how long the operation worked by itself. */
  work_p50_ms: number | null
  /** The 95th percentile of that. */
  work_p95_ms: number | null
  /** How many requests its service serves at a time; none where no limit is known, and as many as come are served. */
  workers: number | null
  /** How that is known. */
  workers_basis: Basis
}

/** What a host's source can and cannot see. */
export interface CapabilityDraft {
  /** How long a reading is fresh, such as `30s`, `15min`, `1h`, `2d`. Default: an hour. */
  cadence?: string | null
  /** What it cannot see, each a phrase for people. */
  cannot_see?: string[]
  /** `full` (default): each pass tells everything. `delta`: only what changed. */
  mode?: Mode
  /** The kinds and relations that it can yield. */
  reads: string[]
  /** A reading older than this is stale. Default: twice the cadence. */
  stale_after?: string | null
}

/** How many changes a team makes in one wave. What nobody is known to own counts for one team of its own. */
export interface Capacity {
  /** Of each team that is not named. Default: any number. */
  each?: number | null
  /** Of some teams, by name. */
  teams?: Record<string, number>
}

/** The loads that sustain themselves in a call graph. */
export interface Cascade {
  /** What was taken for granted. */
  assumptions: string[]
  /** Whether both ends settled. If not, `from_empty` is too small at worst and `from_full` too large. */
  settled: boolean
  /** Each service, in the order in which they were given. */
  tiers: CascadeTier[]
  /** How the services fare together; `None` where the search ended before it could tell. */
  verdict: LoadVerdict | null
}

/** One service of a cascade. */
export interface CascadeTier {
  /** The least load that sustains itself: where the services come to after a start without load. */
  from_empty: TierLoad
  /** The largest load that sustains itself: where they stay after everything failed. */
  from_full: TierLoad
  /** Its name. */
  id: string
}

/** A service with its name. Its arrivals, attempts and budget are those of callers outside of the graph. */
export interface CascadingService {
  /** Its name. */
  id: string
  /** What it can do, and what arrives from outside. */
  service: RetriedService
}

/** One difference. `evidence` points into the later snapshot for what is there now, and is empty for what is gone. */
export type Change = {
  change: 'entity_added'
  /** Which. */
  entity: EntityRef
  /** Why it is believed. */
  evidence: EvidenceId[]
} | {
  change: 'entity_removed'
  /** Which. */
  entity: EntityRef
} | {
  /** The values after. */
  after: Value[]
  /** Which attribute. */
  attribute: AttributeName
  /** The values before, as all sides gave them. */
  before: Value[]
  change: 'attribute_changed'
  /** Of which entity. */
  entity: EntityRef
  /** Why the new values are believed. */
  evidence: EvidenceId[]
} | {
  change: 'relation_added'
  /** Why it is believed. */
  evidence: EvidenceId[]
  /** The left end. */
  from: EntityRef
  /** The relation. */
  relation: Relation
  /** The right end. */
  to: EntityRef
} | {
  change: 'relation_removed'
  /** The left end. */
  from: EntityRef
  /** The relation. */
  relation: Relation
  /** The right end. */
  to: EntityRef
} | {
  /** The sides after. */
  after: Perspective[]
  /** The sides before. */
  before: Perspective[]
  change: 'sides_changed'
  /** Why it is believed. */
  evidence: EvidenceId[]
  /** The left end. */
  from: EntityRef
  /** The relation. */
  relation: Relation
  /** The right end. */
  to: EntityRef
}

/** One change. `E` is how entities are named: nodes in a [`Scenario`](super::Scenario), and texts in a [`ChangeDraft`]. */
export type ChangeDraft = {
  change: 'fail'
  /** Which; a component stands for its instances. */
  entity: string
  /** For how long in a month, in minutes. Without it: all of the month. */
  minutes?: number | null
  /** How badly. Default: down. */
  state?: State
} | {
  /** What its callers do. Default: whoever requires it fails. */
  callers?: OnRemoval
  change: 'remove'
  /** Which; a component goes with its instances and members. */
  entity: string
  /** Whom its callers call instead. */
  redirect_to?: string | null
} | {
  /** Who calls it: each piece of their work once, after everything else. [`Change::AddDependency`] says more of such calls. */
  called_by?: string[]
  /** What it calls. */
  calls?: string[]
  change: 'add'
  /** In which environment it is. */
  environment?: string | null
  /** What it is. Default: a component with one instance. */
  kind?: string | null
  /** What it is called. */
  name: string
  /** How long each of its answers takes, with all that it calls, in milliseconds. Without it, what it does to requests of its callers is not known. */
  own_ms?: number | null
  /** Who answers for it. */
  owner?: string | null
  /** What it costs in a month. */
  price?: Money | null
  /** In which region it is. */
  region?: string | null
  /** How many requests come to it each second beside those of its callers: with `workers`, how busy it is follows, and how much busier those are whom it calls. Each of its requests calls them once. */
  requests_a_second?: number | null
  /** How many requests it serves at a time: its size. */
  workers?: number | null
} | {
  /** How available what comes is, in parts per one. */
  availability?: number | null
  /** What comes instead. */
  by: string
  change: 'replace'
  /** For how many days both run. Default: 30. */
  dual_run_days?: number
  /** Of which. */
  entity: string
  /** What leaving costs, once. */
  exit_fee?: Money | null
  /** How much longer each of its operations takes, in milliseconds; below 0 is shorter. */
  ms?: number | null
  /** What it costs in a month, beside what it costs by volume. */
  price?: Money | null
  /** What a million of its requests cost: as many are taken to come as were recorded. */
  price_a_million?: Money | null
} | {
  change: 'move'
  /** For how many minutes nothing of it serves while it moves. Default: none. */
  cutover_minutes?: number | null
  /** What its traffic between regions costs in a month. */
  egress?: Money | null
  /** How much of its traffic crosses regions then, in gigabytes a month: with `price_a_gb`, what that costs follows where it is not given. */
  egress_gb?: number | null
  /** Which; a component stands for its instances. */
  entity: string
  /** What the move costs, once. */
  one_off?: Money | null
  /** What a gigabyte between regions costs. */
  price_a_gb?: Money | null
  /** What it costs there, as a multiple of what it costs here. */
  price_factor?: number | null
  /** Where to. */
  region: string
  /** How many round trips a call takes. Default: 1. */
  round_trips?: number
  /** The round trip between both regions, in milliseconds. Without it, what the move does to latency is not known. */
  rtt_ms?: number | null
  /** Whether the stores that only it uses move along. Default: they stay. */
  stores_follow?: boolean
} | {
  change: 'evacuate_region'
  /** The region that is left. */
  entity: string
  /** Where to. */
  region: string
  /** The round trip between both regions, in milliseconds. */
  rtt_ms?: number | null
} | {
  /** Whether copies fail without each other. Without it, availability has bounds. */
  are_independent?: boolean | null
  change: 'scale'
  /** Which. */
  entity: string
  /** How many there are now. Without it: as many as its source declares. */
  now?: number | null
  /** How many of them it takes to serve. Default: 1. */
  quorum?: number
  /** How many copies there are then. */
  replicas: number
  /** How long a copy takes until it serves, in seconds: until then figures are those of before. Default: no time. */
  warm_up_s?: number | null
} | {
  change: 'resize'
  /** Which. */
  entity: string
  /** What it costs then in a month. */
  price?: Money | null
  /** How many times as fast a processor works. Without it, what it does to latency is not known. */
  speed_up?: number | null
} | {
  /** How many calls a request makes over the cut. */
  calls_a_request?: number | null
  change: 'split'
  /** Of which. */
  entity: string
  /** What the part is called. */
  into: string
  /** The round trip over the cut, in milliseconds. Default: 0.5. */
  rtt_ms?: number
  /** What only the part needs from then on. */
  takes?: string[]
} | {
  change: 'merge'
  /** What stays. */
  entity: string
  /** What becomes a part of it. */
  others: string[]
  /** How many requests it serves at a time then, for all its parts. Without it, how busy it is is not known. */
  workers?: number | null
} | {
  change: 'deprecate'
  /** Which. */
  entity: string
  /** Who has said until when to leave; who has not is still there then. */
  leaving?: Leaving[]
  /** When it ends. */
  sunset: Timestamp
} | {
  /** How many calls a request makes, one after another. Default: 1. */
  calls_a_request?: number
  change: 'add_dependency'
  /** The classes of data that pass over it, as those who hold them are labelled. Default: whatever either end has. */
  data_classes?: string[] | null
  /** Who depends; a component stands for its instances. */
  entity: string
  /** Whether the calls are made beside everything else that the request does. Default: after it. */
  is_beside?: boolean
  /** Whether it does without the answer if the call fails. Without it: requests fail with it, and of a failure beyond that it is not known how badly it is needed. */
  is_optional?: boolean | null
  /** On what; a component stands for its instances. */
  on: string
  /** The operation that is called. Without it, what the calls do to latency is not known. */
  operation?: string | null
  /** By which relation. Default: `calls`. */
  relation?: string
  /** After which time it gives up, in milliseconds. Default: never. */
  timeout_ms?: number | null
} | {
  change: 'remove_dependency'
  /** Who depended; a component stands for its instances. */
  entity: string
  /** On what; a component stands for its instances. */
  on: string
  /** By which relation. Default: by every one over which failure passes. */
  relation?: string | null
} | {
  /** How long handing over takes, in milliseconds. Without it, latency is not known. */
  ack_ms?: number | null
  change: 'to_async'
  /** How many messages are worked off in a second. Without it, when work is completed is not known. */
  drained_a_second?: number | null
  /** Who hands over. */
  entity: string
  /** Who does the work. */
  on: string
  /** The queue between them; one that is not there comes. */
  queue: string
  /** How long the queue keeps a message, in seconds. Default: until it is worked off. */
  retention_s?: number | null
} | {
  change: 'add_cache'
  /** Who asks it. */
  entity: string
  /** How long asking it takes, in milliseconds. Default: 0.5. */
  hit_ms?: number
  /** How often it has what is asked for, in parts per one. Without it: the ratio from which on it is worth it. */
  hit_ratio?: number | null
  /** How many different things are asked for. */
  keys?: number | null
  /** What it remembers the answers of. */
  of: string
  /** How unequally they are asked for: the k-th k^-skew times as often as the first. Default: 1. */
  skew?: number
  /** How long it keeps an answer, in seconds: with `keys`, the ratio follows where it is not given. */
  ttl_s?: number | null
} | {
  /** The cache. */
  cache: string
  change: 'remove_cache'
  /** Who uses it. */
  entity: string
} | {
  /** Whether both fail without each other. Without it, availability has bounds. */
  are_independent?: boolean | null
  change: 'add_replica'
  /** Of which. */
  entity: string
  /** How long taking over lasts, in seconds. Default: no time. */
  failover_s?: number | null
  /** How often a month it takes over. Without it, availability has bounds where taking over lasts. */
  failovers_a_month?: number | null
  /** By how much the copy is late, in milliseconds. */
  lag_ms?: number | null
  /** How many of both have to be up. Default: 1. */
  quorum?: number
  /** The share of its requests that the copy serves, in parts per one. Default: none. */
  read_share?: number
  /** Where the copy is. */
  zone?: string | null
} | {
  /** How long it waits before, in milliseconds. */
  backoff_ms?: number | null
  /** After so many failures in a row, nobody asks for a while. */
  breaker?: Breaker | null
  change: 'set_call_policy'
  /** Who calls. */
  entity: string
  /** Whether it does something else instead when the call fails. */
  has_fallback?: boolean | null
  /** Whether doing the work twice is the same as doing it once. */
  is_idempotent?: boolean | null
  /** Whom. */
  on: string
  /** How often a failed call is tried again. */
  retries?: number | null
  /** After which time it gives up, in milliseconds. */
  timeout_ms?: number | null
} | {
  /** What adds workers as they get busy, and takes them away: of services whose number of workers is declared or was seen. Default: nothing does. */
  autoscaler?: Autoscaler | null
  change: 'scale_load'
  /** Only to this endpoint, as comparisons call it: `web.cart`. Default: to all. */
  endpoint?: string | null
  /** How many times as many. */
  factor: number
} | {
  /** Who cannot use the new one as it is. */
  breaks?: string[]
  change: 'upgrade'
  /** The operations that the new one serves no longer, or in a way that those who call them do not understand, as telemetry names them: whoever was seen to call one is broken. */
  drops?: string[]
  /** From when on nobody mends the new one any more. */
  end_of_life?: Timestamp | null
  /** Which. */
  entity: string
  /** The known vulnerabilities that go with the old one. */
  fixes?: string[]
  /** Under which licence the new one is, if it is another one. */
  licence?: string | null
  /** To which version. */
  version: string
  /** The known vulnerabilities that come with the new one. */
  vulnerabilities?: string[]
} | {
  /** How many requests in a second. */
  a_second: number
  change: 'set_quota'
  /** Which. */
  entity: string
} | {
  change: 'commit'
  /** For which. */
  entity: string
  /** For how many months. */
  months: number
  /** What is paid in a month. */
  price: Money
} | {
  change: 'add_latency'
  /** Whose. */
  entity: string
  /** By how much, in milliseconds. */
  ms: number
  /** Which, as telemetry names it. */
  operation: string
} | {
  change: 'change_owner'
  /** For which. */
  entity: string
  /** Who of them is called first, for people. */
  on_call?: string | null
  /** Who answers for it then. */
  owner: string
} | {
  change: 'encrypt'
  /** Who calls. */
  entity: string
  /** How long agreeing on keys takes, in milliseconds. Without it, latency is not known. */
  handshake_ms?: number | null
  /** Whom. */
  on: string
  /** What the keys cost in a month. */
  price?: Money | null
  /** The share of calls over a connection that is there already, in parts per one. Default: none. */
  reuse?: number
} | {
  change: 'residency'
  /** Which. */
  entity: string
  /** The regions. */
  regions: string[]
}

/** Something that somebody changed. */
export interface ChangeEvent {
  /** When. */
  at: Timestamp
  /** Where. */
  entity: string
  /** What, for people, such as `release 1.4.2`. */
  what: string
}

/** The changes of a prediction were made, by the host's word. */
export interface ChangeMade {
  /** When. */
  at: Timestamp
  /** Of which prediction. */
  prediction: string
}

/** What a later snapshot shows of predicted changes. */
export interface ChangesSeen {
  /** What was changed besides, which may be why figures differ: entities are named by their names. */
  besides: ChangeDraft[]
  /** Those that it shows. */
  made: ChangeDraft[]
  /** Those that it would show and does not. */
  missing: ChangeDraft[]
  /** How far they were made. */
  progress: Progress
  /** When they were made, as the host says. */
  told_at: Timestamp | null
  /** Why nothing can be said, where that is so. */
  unknown: string | null
  /** Those that no snapshot can show. */
  unseen: ChangeDraft[]
}

/** A page of what changed. */
export interface ChangesSince {
  /** The two times of the later side; none while nothing was ever known. */
  as_of: AsOf | null
  /** What differs, as far as this page goes, without evidence: ask a snapshot for that. */
  changes: Change[]
  /** From where to go on. */
  cursor: string
  /** Whether there is more already. */
  more: boolean
}

/** Which input would turn a choice between scenarios: what is asked, as data. */
export interface ChoiceDraft {
  /** What nobody knows. */
  inputs: InputDraft[]
  /** What it is chosen by. */
  objectives: ObjectiveDraft[]
  /** Between what it is chosen. */
  options: OptionDraft[]
}

/** What a figure claims. */
export type Claim = 'exact' | 'bounds' | 'confidence'

/** Events that do not go together. */
export interface Collision {
  /** When it shows. */
  at: Timestamp
  /** What sort of collision. */
  collision: CollisionKind
  /** The entity that it is about. */
  entity: EntityRef
  /** Why that is believed. */
  evidence: EvidenceId[]
  /** Who else is concerned: those who need it, or what takes its place. */
  others: EntityRef[]
  /** The rows of the timeline, by their places. */
  rows: number[]
  /** Why, for people. */
  why: string
}

/** Why two things do not go together. */
export type CollisionKind = 'still_needed' | 'two_dates' | 'out_of_order' | 'several_events' | 'under_freeze' | 'before_replacement'

/** The figures of a comparison. */
export interface Comparison {
  /** One row a figure, by dimension. */
  figures: Figure[]
}

/** Something that is up or down. */
export interface ComponentDraft {
  /** The probability that it does not fail by itself, independently of all others. */
  availability: number
  /** Its name. */
  id: string
  /** What must be up for it to be up. Default: nothing. */
  requires?: Requirement | null
}

/** How much depends on one component. */
export interface ComponentImportance {
  /** Birnbaum's importance (1969): the probability that the entry is up if the component does not fail by itself, less that if it does. */
  birnbaum: number
  /** Its name. */
  component: string
  /** Minutes of downtime of the entry per month that would not be if the component never failed by itself. */
  downtime_minutes_per_month: number
}

/** One word in a conflict. */
export interface Conflict {
  /** Why it is believed. */
  evidence: EvidenceId[]
  /** Which attribute. */
  name: AttributeName
  /** Whose attribute. */
  of: EntityRef
  /** From which side. */
  perspective: Perspective
  /** Whether this is the word to go by: that of whoever may write it before others, then the surest, then the newest, then that of the first source by name, then the least value. */
  shown: boolean
  /** The value. */
  value: Value
  /** Why this is the word to go by, where the question says who may write it. */
  why: string | null
}

/** A constraint that is broken. */
export interface ConstraintViolation {
  /** Which constraint: the name of its field. */
  constraint: string
  /** By what. */
  entities: EntityRef[]
  /** How it is broken. */
  what: string
}

/** What options have to keep to. One that does not is told with what it breaks, behind those that do. */
export interface Constraints {
  /** What the things that change may cost together, as billed. */
  budget?: Budget | null
  /** How many changes each team makes in one wave. */
  capacity?: Capacity
  /** What may not be touched; a component stands for its instances. */
  freeze?: string[]
  /** Figures that must not be over a limit. */
  limits?: FigureLimit[]
  /** How many changes an option has at most. Default: any number. */
  most_changes?: number | null
  /** The regions in which anything may stand that moves or takes over work. Default: any. */
  regions?: string[]
}

/** How a cost behaves once nobody causes it any more. */
export type CostBehaviour = {
  kind: 'dedicated'
} | {
  kind: 'shared'
  /** Which pool. */
  pool: string
  /** How many of its units the entity uses. */
  units: number
} | {
  /** Days from the removal to its end; `None` is not known. */
  ends_after_days?: number | null
  kind: 'commitment'
} | {
  /** Whether the traffic ends with the entity, or somebody else takes it over; `None` is not known. */
  ends?: boolean | null
  kind: 'egress'
} | {
  kind: 'one_off'
}

/** One cost of an entity over the horizon. */
export interface CostItem {
  /** How it behaves once the entity is gone. */
  behaviour: CostBehaviour
  /** How much, not negative: credits are to be netted first. */
  cents: number
  /** What it is for. */
  name: string
}

/** What one entity is billed. */
export interface CostRow {
  /** The sum of its charges and those of its parts, for each currency. */
  cost: Money[]
  /** The entity: the one that is asked about, or one that depends on it. */
  entity: EntityRef
  /** The lines, at most 20. */
  evidence: EvidenceId[]
  /** 0 for the entity that is asked about; else the relations between the two. */
  hops: number
  /** How many lines of bills that is. */
  lines: number
}

/** The cost of an entity and its dependents, beside what could not be given to anybody. */
export interface CostSummary {
  /** The entity first, then its dependents by distance and name. Dependents without charges are left out. */
  rows: CostRow[]
  /** All charges that are for nobody here, by reason. */
  unallocated: Unallocated[]
}

/** What one entity is billed in one currency. */
export interface CostTableRow {
  /** The amount as a floating point number; the answer itself has the exact decimal. */
  amount: number
  /** The currency. */
  currency: string
  /** The entity; none for charges that are for nobody here. */
  entity: EntityRef | null
  /** The lines, at most 20. */
  evidence: EvidenceId[]
  /** The relations between it and the entity that is asked about. */
  hops: number | null
  /** How many lines of bills that is. */
  lines: number
  /** Why nobody is charged, where nobody is. */
  unallocated: string | null
}

/** An entity with its costs. */
export interface CostedEntity {
  /** What is allocated to it over the horizon. */
  allocated_cents: number
  /** Its name. */
  id: string
  /** What that is made of, and what its removal costs once. What no item explains may be avoidable or not. */
  items?: CostItem[]
}

/** What one operation keeps the requests to an endpoint waiting. */
export interface CriticalPathRow {
  /** The operation that requests from outside asked for: service and operation. */
  endpoint: string
  /** The entity that it is, where the twin knows one. */
  entity: EntityRef | null
  /** How long each request waits for it alone, in milliseconds, on average over all of them. */
  mean_ms: number
  /** On the paths of which part of them it lies, from 0 to 1. */
  on_path: number
  /** Which operation; `call of bank.pay` is what a call takes beyond the work that serves it, which lies between the two. */
  operation: string
  /** How many requests to it were recorded. */
  requests: number
  /** Whose operation keeps them waiting. */
  service: string
  /** Which part of their whole time that is, from 0 to 1. */
  share: number
}

/** What happens to a caller when a call fails. */
export type Criticality = 'required' | 'optional' | 'async'

/** One strongly connected set of entities, with the relations that hold it together. */
export interface Cycle {
  /** Why they are believed. */
  evidence: EvidenceId[]
  /** Who is in it, by name. */
  members: EntityRef[]
  /** The relations within it, as `left relation right`. */
  relations: string[]
}

/** A rule about one class of data. */
export interface DataPolicy {
  /** The regions in which the class may be; `None` if it may be anywhere. */
  allowed_regions?: string[] | null
  /** The class of data that it is about. */
  class: string
  /** What it is called. */
  id: string
  /** Whether the class may move over encrypted edges alone. */
  require_encrypted?: boolean
}

/** Something dated that a host knows. */
export interface DatedEvent {
  /** When. */
  at: Timestamp
  /** About whom, by id, record key, alias or unique name. Only a freeze may leave it out: then it is about everything. */
  entity?: string | null
  /** The moment after a freeze; without it the freeze lasts until further notice. Nothing else has one. */
  until?: Timestamp | null
  /** What happens. */
  what: DatedKind
}

/** What happens at a date. The order is that of a life. */
export type DatedKind = 'start' | 'deprecation' | 'end_of_life' | 'sunset' | 'removal' | 'expiry' | 'freeze' | 'decision' | 'other'

/** From where a date is known. */
export type DatedSource = {
  attribute: string
} | {
  label: string
} | {
  given: number
}

/** A call, as hosts of other languages write it: the fields of a [`CallPolicy`] beside its ends. What is flattened refuses no field by itself, so they are written out. */
export interface DeclaredCall {
  /** How long the caller waits before it tries again, in milliseconds. Without it: as long as was recorded. */
  backoff_ms?: number | null
  /** After so many failures in a row, nobody asks for a while. Without it: there is no breaker. */
  breaker?: Breaker | null
  /** Who is called: `service.operation`. */
  callee: string
  /** Who calls: `service.operation`. */
  caller: string
  /** What its failure does. Without it: what was recorded of calls that failed, else required. */
  criticality?: Criticality | null
  /** Whether the callee is a cache of the caller. So is whoever was seen to say whether it had what was asked for. */
  is_cache?: boolean
  /** How often it is tried again. Without it: as often as was recorded. */
  retries?: number | null
  /** After which time the caller gives up, in milliseconds. */
  timeout_ms?: number | null
}

/** Everything that is known of one entity. */
export interface Description {
  /** Every source's word for every attribute, by name. */
  attributes: SaidValue[]
  /** The entity. */
  entity: EntityRef
  /** Why it is believed to be there. */
  evidence: EvidenceId[]
  /** Its instances, if it is a component. */
  instances: EntityRef[]
  /** The records that make it up. */
  members: MemberRow[]
  /** Who owns it. */
  owners: OwnerRow[]
  /** Where it stands, as far as it is known. */
  placement: Placement
  /** How many relations it and its instances have, by name. */
  relations: [string, number][]
  /** What it names and nothing here answers to. */
  unresolved: Unresolved[]
}

/** One thing that could not be taken as it was. */
export interface Diagnostic {
  /** What is wrong, for machines. */
  code: string
  /** Where. */
  locator: string
  /** One line for people. */
  message: string
  /** How many records of the source were left out: 0 for a warning. */
  records: number
  /** What became of the record. */
  severity: Severity
}

/** What is compared. */
export type Dimension = 'blast_radius' | 'requests_at_risk' | 'latency_p50' | 'latency_p95' | 'latency_p99' | 'latency_p999' | 'time_spent' | 'error_rate' | 'degraded_rate' | 'completion' | 'utilisation' | 'headroom' | 'availability' | 'single_points_of_failure' | 'cycles' | 'decisions_violated' | 'drift' | 'cost' | 'one_off_cost' | 'owners_touched' | 'without_owner' | 'data_flows' | 'compliance'

/** How long work takes, in milliseconds. */
export type Distribution = {
  dist: 'const'
  /** Milliseconds. */
  ms: number
} | {
  dist: 'lognormal'
  /** What half of it does not exceed. */
  median_ms: number
  /** The standard deviation of the logarithm, up to 10. */
  sigma: number
} | {
  dist: 'gamma'
  /** The mean. */
  mean_ms: number
  /** The shape, from 0.001: 1 is exponential, more is narrower. */
  shape: number
} | {
  dist: 'exp'
  /** The mean. */
  mean_ms: number
} | {
  dist: 'uniform'
  /** The most. */
  high_ms: number
  /** The least. */
  low_ms: number
} | {
  dist: 'empirical'
  /** What was measured, in any order. */
  values_ms: number[]
}

/** The relations and attributes in which two sides differ. */
export interface Drift {
  /** Known from both, with other attributes. */
  changed: DriftAttribute[]
  /** Known from the left side only: declared, and not seen to happen. */
  missing: DriftRow[]
  /** Entities that the right side never saw at all: nothing can be said of their relations. */
  not_compared: EntityRef[]
  /** Known from the right side only: seen to happen, and not declared. */
  undeclared: DriftRow[]
}

/** One attribute in which the sides differ. */
export interface DriftAttribute {
  /** Which attribute. */
  attribute: AttributeName
  /** The relation that has it. */
  edge: DriftRow
  /** The left side's values. */
  left: Value[]
  /** The right side's values. */
  right: Value[]
}

/** One relation that one side knows. */
export interface DriftRow {
  /** How sure that side is. */
  confidence: number
  /** Why it is believed. */
  evidence: EvidenceId[]
  /** The left end. */
  from: EntityRef
  /** The relation. */
  relation: Relation
  /** Whether it is known from observation alone, and was last seen too long ago. */
  stale: boolean
  /** The right end. */
  to: EntityRef
}

/** One difference between two sides. */
export interface DriftTableRow {
  /** Which attribute differs, if only that does. */
  attribute: AttributeName | null
  /** How sure that side is. */
  confidence: number
  /** Why it is believed. */
  evidence: EvidenceId[]
  /** The left end. */
  from: EntityRef
  /** The left side's values of it. */
  left: Value[]
  /** The relation. */
  relation: Relation
  /** The right side's values of it. */
  right: Value[]
  /** Whether it was last seen too long ago. */
  stale: boolean
  /** The right end. */
  to: EntityRef
  /** `missing`, `undeclared` or `changed`. */
  what: string
}

/** The id of an entity, kept for as long as any record of it is known. Opaque: compare it, store it, hand it back. */
export type EntityId = string

/** An entity as rows name it. */
export interface EntityRef {
  /** Its stable id. */
  id: EntityId
  /** Its kind. */
  kind: Kind
  /** Its name for people. */
  name: string
}

/** What the removal of an entity saves. */
export interface EntitySavings {
  /** What is allocated to it. */
  allocated_cents: number
  /** Where that goes if everything that is not known is to the worst. */
  at_least: SavingsSplit
  /** Where it goes if everything is to the best. Equal to `at_least` where nothing is unknown. */
  at_most: SavingsSplit
  /** The entity; `None` for all together. */
  id: string | null
  /** Avoidable minus once, to the worst and to the best. */
  net_cents: number[]
  /** What the removal costs once. */
  one_off_cents: number
  /** Commitments that go on without use. */
  stranded: StrandedCommitment[]
  /** What is not known. */
  unknown: string[]
}

/** The requests that begin at one operation. */
export interface EntryAtRisk {
  /** How many of them touch what changes, at least. */
  at_least: number
  /** And at most. */
  at_most: number
  /** Where they begin. */
  entry: EntityRef
  /** Where they were counted. */
  evidence: EvidenceId[]
  /** How many were observed. */
  observed: number
  /** At which operation. */
  operation: string
}

/** A number of milliseconds, and where it lies. */
export interface Estimate {
  /** Where they lie; `None` if there are too few samples to tell. */
  interval: Interval | null
  /** Milliseconds. */
  ms: number
}

/** What happened. */
export type EventKind = 'change' | 'incident'

/** A proof as it stands in an answer: the locator of the first step beside the whole chain. */
export interface Evidence {
  /** From what was read back to what was written. */
  chain: EvidenceStep[]
  /** Between 0 and 1. */
  confidence: number
  /** The field that was read. */
  field: string
  /** Where the fact is used: `path:line`, `path#document/json-pointer`, or a span's id. */
  locator: string | null
  /** When it was last read, or seen. */
  observed_at: Timestamp | null
  /** From which side. */
  perspective: Perspective
  /** The scope within the source: a file. */
  scope: string
  /** Who says it. */
  source: SourceId
  /** How it was read. */
  technique: string
}

/** A handle to one piece of evidence within the snapshot that gave the answer. */
export type EvidenceId = number

/** One link of the chain. */
export interface EvidenceStep {
  /** Where. */
  locator: string
  /** What stands there, to the letter, without its secret part. */
  raw: string
}

/** What speaks for and against a pair. */
export interface Explanation {
  /** How likely the two records are one thing, by this alone. */
  probability: number
  /** The sum of the weights, in bits. */
  score: number
  /** How rare a match is first, then what speaks for and against it. They sum exactly to the score. */
  weights: WaterfallStep[]
}

/** One figure before and after. */
export interface Figure {
  /** What it is about, where it is about one entity. */
  about: EntityRef | null
  /** As it is. */
  baseline: number | null
  /** Where another measurement of that lies if nothing is changed, if it is not known exactly. */
  baseline_interval: Interval | null
  /** What it rests on. */
  basis: Basis
  /** The difference: exactly 0 where the changes do not touch it. */
  delta: number | null
  /** Where the difference lies that the changes make, if it is not known exactly. What both sides share, as the chance of what was recorded, counts for nothing in it. */
  delta_interval: Interval | null
  /** What more tells it apart: an operation, a state. */
  detail: string | null
  /** What is compared. */
  dimension: Dimension
  /** Why it is believed. */
  evidence: EvidenceId[]
  /** Where the figure of the scenario lies, if it is not known exactly. */
  interval: Interval | null
  /** What a measurement will most likely show then, where chance in what was recorded is told apart from the figure of the scenario. */
  likely: number | null
  /** As it would be. */
  scenario: number | null
  /** Of both figures. */
  unit: string
  /** Why there is no figure, or what is missing from it. */
  unknown: string | null
}

/** A figure of the comparison with the base that must not be over a limit. */
export interface FigureLimit {
  /** The limit, in the figure's unit: minutes down a month, milliseconds, parts per one, entities. */
  at_most: number
  /** Which figure: one that a comparison has. */
  measure: Measure
  /** Of which entity or operation, by name. Default: of each. */
  of?: string | null
}

/** One figure, as predicted and as it came. */
export interface FigureScore {
  /** What it is about, where it is about one entity. */
  about: EntityRef | null
  /** As it was before. */
  baseline: number | null
  /** What more tells it apart: an operation, a state. */
  detail: string | null
  /** What was predicted. */
  dimension: Dimension
  /** What was predicted less what came, in the unit. */
  error: number | null
  /** Why what came is believed, where the twin itself knows it. */
  evidence: EvidenceId[]
  /** Where it was predicted to lie. */
  interval: Interval | null
  /** Whether it came as predicted: in the interval, or exactly where there is none. */
  is_inside: boolean | null
  /** Whether it may have come as predicted, as far as the sample of what came tells. */
  may_be_inside: boolean | null
  /** As it came. */
  measured: number | null
  /** The most that what came may be, as far as its sample tells. */
  measured_high: number | null
  /** The least that what came may be, as far as its sample tells. */
  measured_low: number | null
  /** Why it is not scored, where it is not. */
  not_scored: string | null
  /** As it was predicted. */
  predicted: number | null
  /** Of which prediction. */
  prediction: string
  /** The error as a part of what came, where that is not 0. */
  relative_error: number | null
  /** How many samples it rests on. */
  samples: number | null
  /** Of all figures. */
  unit: string
}

/** One thing that was predicted or came. */
export interface Finding {
  /** What was predicted. */
  aspect: Aspect
  /** When it came. */
  at: Timestamp
  /** Why the path or the thing is believed: where it was read, as told by the side that knows it. */
  because: string[]
  /** Of which event, by its place among all that were tried. */
  event: number
  /** Whether it came or went. Of incidents: always that it came. */
  is_new: boolean
  /** How the prediction came out. */
  outcome: FindingOutcome
  /** How it was affected, from what failed to it: names and, between them, relations. */
  path: Trail | null
  /** The thing, in words. */
  what: string
  /** Why it was missed, or what makes the prediction unsure, where that is known. */
  why: string | null
}

/** How a prediction of one thing came out. */
export type FindingOutcome = 'hit' | 'miss' | 'false_alarm'

/** How old what an answer rests on is, for each source and sort that can bear on the question. */
export interface Freshness {
  /** Seconds between that reading and the answer's now. */
  age_s: number
  /** Whether it is met. */
  met: boolean
  /** The oldest reading among its scopes. */
  observed_at: Timestamp
  /** What the question needs, in seconds: its own word, else the source's stale-after age. */
  required_s: number
  /** The sort of source. */
  sort: string
  /** Whose. */
  source: SourceId
}

/** What is to come. */
export interface Future {
  /** What does not go together, by the time at which it shows. */
  collisions: Collision[]
  /** Everything that is dated between now and then, in order. */
  timeline: TimelineRow[]
}

/** A stretch of time in which nobody said that any of the records was there, although somebody did before. */
export interface Gap {
  /** Since when. */
  since: Timestamp
  /** Until when; none if they are still gone. */
  until: Timestamp | null
}

/** Which values of an objective are better. */
export type Goal = 'min' | 'max'

/** One decision that governs an entity. */
export interface GoverningDecision {
  /** The decision. */
  decision: EntityRef
  /** Why it is believed to govern the entity. */
  evidence: EvidenceId[]
  /** What it governs: the entity, or a part of it. */
  governs: EntityRef
  /** MADR's status, as far as it says. */
  status: string | null
  /** Decisions that came after it and take its place. */
  succeeded_by: EntityRef[]
  /** What it rules out and is there all the same. */
  violations: Violation[]
}

/** A name that a record answers to, or by which another record refers to it. */
export interface Handle {
  /** Which sort of name. */
  space: Space
  /** The name, lower case where the space does not tell cases apart (hosts, images). */
  value: string
  /** Within what the name is unique: a network, a source; empty where it is unique everywhere. */
  within?: string
}

/** How much a station could take. */
export interface Headroom {
  /** The arrivals per second at which the objective just holds; 0 if it does not hold even for a single arrival. */
  arrivals_per_s: number
  /** That over the arrivals there are: 1 is none left, below 1 is broken. `None` if nothing arrives. */
  factor: number | null
}

/** Everything that was ever said of an entity, by all that is known today. */
export interface History {
  /** The entity, by the id that stands for it today. */
  entity: EntityId
  /** When none of them was there, after the first was. */
  gaps: Gap[]
  /** Merges, splits and what people decided about it, in the order of their times. */
  identity: IdentityEvent[]
  /** The keys of every record that belongs to it, also of those that are gone. */
  records: string[]
  /** What was said of them, in the order of records, statements and times. */
  spells: Spell[]
}

/** One entity that is affected. */
export interface Hit {
  /** The state that it is in at least; the same where nothing is unknown. */
  at_least: State
  /** The component, or the thing itself. */
  entity: EntityRef
  /** Why each relation of the path is believed. */
  evidence: EvidenceId[]
  /** The number of relations between it and what fails, on the path that is shown; 0 where a scenario took away too much of what it needs. */
  hops: number
  /** The instance, where the entity is a component. */
  instance: EntityRef | null
  /** The path from what fails to it: names and, between them, relations. */
  path: Trail
  /** The worst state that it may be in. */
  state: State
}

/** What comes of it. */
export interface HitRatio {
  /** In how many parts of one the cache has what is asked for. */
  hit_ratio: number
  /** How many calls a second go on behind it. */
  misses_a_second: number
}

/** One hop of a chain. It fails by itself before it calls; otherwise it calls the next hop until one attempt succeeds. Attempts are independent. */
export interface Hop {
  /** The probability that one run of it fails by itself. */
  fail: number
  /** Its name. */
  id: string
  /** How often it calls the next hop at most: 1 is no retry. The last hop calls nobody. */
  max_attempts: number
}

/** What one hop receives. */
export interface HopLoad {
  /** Its name. */
  id: string
  /** How often it runs for one request, on average. */
  invocations_per_request: number
  /** How many times more that is than if nobody tried twice. 1 if nothing arrives either way. */
  load_multiplier: number
  /** The probability that one run of it succeeds, whatever it calls included. */
  success_probability: number
}

/** What becomes of some records at once. */
export type IdentityChange = {
  change: 'created'
  /** Its id. */
  entity: EntityId
  /** The records. */
  records: string[]
} | {
  change: 'attached'
  /** Which. */
  entity: EntityId
  /** The records. */
  records: string[]
} | {
  change: 'merged'
  /** The id that is no longer in use. */
  from: EntityId
  /** The id that stands for it. */
  into: EntityId
  /** The records. */
  records: string[]
} | {
  change: 'split'
  /** Which they leave. */
  from: EntityId
  /** What they are from then on. */
  into: EntityId
  /** The records. */
  records: string[]
}

/** Something that happened to who is one thing. */
export interface IdentityEvent {
  /** When the twin learned it. */
  at: Timestamp
  /** What happened. */
  event: IdentityEventKind
}

/** By evidence, or by a person. */
export type IdentityEventKind = {
  changed: IdentityChange
} | {
  decided: string
}

/** What would become of records if some batches were taken. */
export interface IdentityPlan {
  /** Records that would say something new. */
  applied: number
  /** Things that would be created, joined by new records, merged or split, in the order of their ids. */
  changes: IdentityChange[]
  /** How many diagnostics there are in all. */
  diagnostic_count: number
  /** The first thousand of them: what could not be taken as it is. */
  diagnostics: Diagnostic[]
  /** Records that would say nothing new. */
  duplicate: number
  /** Records that are older than what is known. */
  late: number
  /** Records that could not be taken; each has a diagnostic. */
  rejected: number
}

/** What was said about one pair of records. The weights sum to the score. */
export interface IdentityReason {
  /** One record. */
  a: string
  /** The other. */
  b: string
  /** The facts on both sides, cited. */
  evidence: EvidenceId[]
  /** Whether they are one thing. */
  merged: boolean
  /** One line for people. */
  reason: string
  /** The sum of the weights. */
  score: number
  /** Pairs that score as much are one thing. */
  threshold: number
  /** What speaks for and against. */
  weights: Weight[]
}

/** An incident as data: what was noticed, measured and changed. Entities are named by id, record key, alias or unique name. */
export interface IncidentDraft {
  /** When the incident's series begin. Needed where changes are given. */
  begins?: Timestamp | null
  /** What was changed: deployments, configurations, flags. */
  changes?: ChangeEvent[]
  /** In which environment. Default: production, where any instance of what the symptom is at is known to be there. */
  environment?: string | null
  /** How long one interval of all series is, in seconds. Needed where changes are given. */
  interval_s?: number | null
  /** What the question needs of its sources: `cadence` (default), `incident`, `planning` or `audit`. */
  needs?: string | null
  /** What was measured. */
  series: SeriesDraft[]
  /** What was noticed. */
  symptom: SymptomDraft
}

/** A number of a change of which only a range is known. */
export interface InputDraft {
  /** What figures are computed with otherwise. Default: what the change says. */
  assumed?: number | null
  /** The place of the change among those of the option, from 0 on. */
  change?: number
  /** The field of the change, such as `hit_ratio` or `price.amount`. */
  field: string
  /** At most so much. */
  high: number
  /** At least so much. */
  low: number
  /** What people call it. Default: the field and the change. */
  name?: string | null
  /** Of which option, by name. */
  option: string
  /** Who would know. Default: who owns what the change is about. */
  owner?: string | null
  /** In which unit it is, for people. */
  unit?: string | null
}

/** Where a number lies. */
export interface Interval {
  /** The upper end. */
  high: number
  /** What the interval means. */
  kind: IntervalKind
  /** The lower end. */
  low: number
}

/** What an interval means. */
export type IntervalKind = 'bounds' | 'confidence'

/** A prediction, and how far its changes have been made. */
export interface KeptPrediction {
  /** Who thought of it. */
  author: string | null
  /** What it says. */
  content: PredictionContent
  /** How many figures it has, with and without a value. */
  figures: number
  /** Its name: the digest of what it says. */
  id: string
  /** Whether it can be scored: its changes were made. */
  is_due: boolean
  /** When it was made: when the twin wrote it down. */
  made_at: Timestamp
  /** What the scenario is called. */
  name: string
  /** How far its changes have been made. */
  progress: Progress
  /** The twin's revision then. */
  revision: number
  /** The seed, where chance was used. */
  seed: number | null
  /** Which of its changes were seen. */
  seen: ChangesSeen
}

/** The key of a record within its source. */
export interface KeyDraft {
  /** The cluster, account, host or project, if it has any. */
  cluster?: string | null
  /** The source's own name or native id. */
  key: string
  /** The kind. */
  kind: string
  /** The namespace, if it has any. */
  namespace?: string | null
}

/** Or another that a host registered. */
export type Kind = 'Domain' | 'System' | 'Component' | 'Instance' | 'Api' | 'Workload' | 'TelemetryService' | 'LoadBalancer' | 'Node' | 'Cluster' | 'Namespace' | 'Environment' | 'Zone' | 'Region' | 'CloudAccount' | 'DataStore' | 'Cache' | 'Bucket' | 'Queue' | 'DnsZone' | 'Certificate' | 'KeyStore' | 'IdentityProvider' | 'Resource' | 'Repository' | 'Image' | 'Package' | 'Pipeline' | 'Team' | 'Person' | 'Vendor' | 'CostCenter' | 'Decision' | 'Document' | 'Configuration' | 'Activity' | 'OwnershipRule' | 'Charge' | 'Prediction' | 'Traffic' | (string & {})

/** A simulation in few numbers. */
export interface LatencySummary {
  /** How probably all of the intervals hold together, as far as the model does. */
  confidence: number
  /** Whether nothing was random, so that one sample says all. */
  is_exact: boolean
  /** The average. */
  mean: Estimate
  /** What each operation that is ever called has to do with it, most work first, equals by name. */
  operations: OperationTime[]
  /** The median, and the 90th, 95th, 99th and 99.9th percentile. */
  quantiles: QuantileEstimate[]
  /** How many requests were simulated. */
  samples: number
  /** The seed. */
  seed: number
}

/** Who has said until when to leave. */
export interface Leaving {
  /** Until when. */
  at: Timestamp
  /** Who. */
  entity: string
}

/** What is planned elsewhere, but is no change of the scenario. */
export interface LeftOut {
  /** Where it is planned, if that is known. */
  locator?: string | null
  /** What: a change in a few words, or a thing as the plan calls it. */
  what: string
  /** Why. */
  why: string
}

/** A state that sustains itself. */
export interface LoadPoint {
  /** The probability that one attempt fails: refused, or not answered in time. */
  attempt_failure_probability: number
  /** Attempts per request, on average. */
  attempts_per_request: number
  /** Requests per second that are answered in time. */
  goodput_per_s: number
  /** Attempts per second. */
  offered_per_s: number
  /** The probability that all attempts of a request fail. */
  request_failure_probability: number
  /** Whether the line has an end: not where an unbounded one gets more than the workers complete. */
  steady: boolean
  /** The share of the workers' time that is busy. */
  utilization: number
}

/** Arrivals under which a service has two stable states. */
export interface LoadRegion {
  /** Requests per second beyond which every service collapses. */
  high_per_s: number
  /** Requests per second at and below which a collapsed service recovers by itself. */
  low_per_s: number
}

/** How a service fares under its arrivals. */
export type LoadVerdict = 'stable' | 'metastable' | 'unstable'

/** What an option is measured by: the structure tells the first ones, a comparison with the base the others. */
export type Measure = 'changes' | 'dependencies_cut' | 'entities_affected' | 'teams_touched' | 'waves' | 'dependencies_across' | 'dependencies_across_between_waves' | 'entities_freed' | 'modularity' | 'replicas' | 'availability' | 'latency_p50' | 'latency_p95' | 'latency_p99' | 'latency_p999' | 'error_rate' | 'utilisation' | 'headroom' | 'cost' | 'single_points_of_failure' | 'cycles' | 'decisions_violated'

/** One figure as it was measured after the changes. */
export interface Measured {
  /** Of which entity, by its id or name, where the figure is about one. */
  about?: string | null
  /** What more tells it apart: an operation, a state. */
  detail?: string | null
  /** What was measured. */
  dimension: Dimension
  /** The most that it may be, as far as its sample tells. */
  high?: number | null
  /** The least that it may be, as far as its sample tells. */
  low?: number | null
  /** Of which prediction; without it, of every one that is scored. */
  prediction?: string | null
  /** How many samples it rests on. */
  samples?: number | null
  /** The unit, where it has to be told: a currency. Without it: that of the prediction. */
  unit?: string | null
  /** The figure. */
  value: number
}

/** What an option comes to by one objective. */
export interface MeasuredValue {
  /** Between which ends its difference to what is now lies, where that is not known exactly: options are held against each other by it. */
  delta: number[] | null
  /** Between which ends it lies, as far as known. */
  range: number[] | null
  /** Why it is not known, or not exactly. */
  unknown: string | null
  /** The value, if it is known. */
  value: number | null
}

/** One record of an entity. */
export interface MemberRow {
  /** The record's key as text, to pin or split by. */
  key: string
  /** The record. */
  record: RecordKey
}

/** The steady states of a service. */
export interface Metastability {
  /** What was taken for granted. */
  assumptions: string[]
  /** The state in which it stays collapsed, if there is one. */
  collapsed: LoadPoint | null
  /** Requests per second beyond which only the collapsed state is left; without a vulnerable region, at which attempts come to what all workers complete. */
  collapses_beyond_per_s: number
  /** The state in which it runs well, if there is one. */
  healthy: LoadPoint | null
  /** The largest retry budget, as a share of the requests, with which there is no vulnerable region. `None` if there is none whatever the budget. */
  safe_retry_budget: number | null
  /** How it fares under its arrivals. */
  verdict: LoadVerdict
  /** The arrivals for which there are both; `None` if there are none. Should there be several such stretches, from the first to the last. */
  vulnerable: LoadRegion | null
}

/** What a series measures, and so which way is worse. */
export type Metric = 'latency' | 'availability' | 'errors' | 'requests'

/** One scope that could bear on the question and was not read to its end, or is stale. */
export interface Missing {
  /** Which scope. */
  scope: string
  /** When it was last read to its end; `None` if never. */
  since: Timestamp | null
  /** Whose. */
  source: SourceId
  /** Why. */
  why: string
}

/** Whether a reading tells everything or only what changed. */
export type Mode = 'full' | 'delta'

/** A model of plain numbers: `{"model": "queue", "station": {…}}`. */
export type ModelDraft = {
  /** What there is. */
  components: ComponentDraft[]
  /** Of which one it is asked. */
  entry: string
  model: 'availability'
} | {
  /** What it is asked for. */
  asked: CachedKeys
  model: 'cache'
} | {
  /** The services and who calls whom. */
  graph: CallGraph
  model: 'cascade'
} | {
  model: 'headroom'
  /** What it must keep to. */
  objective: Objective
  /** The station. */
  station: Station
} | {
  /** How probably all intervals hold together, above 0 and below 1. Default: .95. */
  confidence?: number
  /** Of which one it is asked. */
  entry: string
  model: 'latency'
  /** The operations by name. */
  operations: Record<string, Operation>
  /** How many requests are simulated. Default: 20,000. */
  samples?: number
  /** What all chance follows from. Default: 0. */
  seed?: number
} | {
  model: 'metastability'
  /** The service whose callers try again. */
  service: RetriedService
} | {
  model: 'queue'
  /** The station. */
  station: Station
} | {
  model: 'queue_network'
  /** Who goes where from where. */
  routes: Route[]
  /** The stations. */
  stations: NetworkStation[]
} | {
  /** The hops in the order of calls. */
  hops: Hop[]
  model: 'retries'
} | {
  model: 'savings'
  /** What would be removed. */
  removal: Removal
}

/** An amount in a currency (ISO 4217, or the name of a virtual currency as the bill writes it). Amounts are exact decimals: the sum of a bill's lines does not depend on their order. */
export interface Money {
  /** The amount in units of the currency. */
  amount: Amount
  /** The currency's code. */
  currency: string
}

/** One relation, seen from an entity. */
export interface Neighbour {
  /** The end of the relation at which the entity stands: itself, or one of its instances. */
  at: EntityRef
  /** More about the relation. */
  attributes: [AttributeName, Value][]
  /** How sure the surest evidence is. */
  confidence: number
  /** Why it is believed. */
  evidence: EvidenceId[]
  /** The other end. */
  other: EntityRef
  /** From which sides it is known. */
  perspectives: Perspective[]
  /** The relation as it reads from there: by its name, or by its inverse name. */
  relation: string
  /** Whether it is known from observation alone, and was last seen too long ago. */
  stale: boolean
}

/** A station of a network. */
export interface NetworkStation {
  /** What arrives from outside, per second. */
  external_arrivals_per_s?: number
  /** Its name. */
  id: string
  /** How many serve at the same time. */
  servers?: number
  /** What one server completes per second while it is busy. */
  service_rate_per_s: number
}

/** An input that would turn a choice between two options. */
export interface NextQuestion {
  /** The question for people. */
  ask: string
  /** What was assumed. */
  assumed: number
  /** The input. */
  input: string
  /** The place of the objective. */
  objective: number
  /** The option that is better by the objective with what is assumed; the first of two that are equal. */
  option: string
  /** The option that may be better instead. */
  other: string
  /** Who would know. */
  owner: string | null
  /** Which share of the input's range that is, between 0 and 1. */
  share_turned: number
  /** Which share of the range is not known to be one or the other, because a figure is unknown there. */
  share_unknown: number
  /** Between which values of the input the other option is better, each with its ends; an end that is no end of the input's range is a value of break-even. */
  turned: number[][]
  /** Its unit. */
  unit: string
}

/** What was left out. */
export interface NotTried {
  /** Of what, where it is about some entities. */
  entities: EntityRef[]
  /** What. */
  what: string
  /** Why. */
  why: string
}

/** What must hold of a station. */
export type Objective = 'stable' | {
  mean_wait: {
    /** Milliseconds. */
    ms: number
  }
} | {
  mean_response: {
    /** Milliseconds. */
    ms: number
  }
} | {
  wait_quantile: {
    /** Milliseconds. */
    ms: number
    /** Between 0 and 1. */
    share: number
  }
} | {
  response_quantile: {
    /** Milliseconds. */
    ms: number
    /** Between 0 and 1. */
    share: number
  }
}

/** What is wanted less or more of, as hosts write it: `{"dimension": "latency_p95", "of": "web.cart"}`. */
export interface ObjectiveDraft {
  /** Which figures of a comparison. */
  dimension: Dimension
  /** Whether less, `min` (default), or more, `max`, is better. */
  goal?: Goal | null
  /** Of which entity or operation, by name or id; without it, the figure that is about none, or the only one, and of cost what everything that an option changes is billed together. */
  of?: string | null
}

/** What is wanted less or more of, with what its figures are counted in. */
export interface ObjectiveRow {
  /** Which figures. */
  dimension: Dimension
  /** Whether less or more is better. */
  goal: Goal
  /** Whether options are held against each other by their differences to what is now, since all of them start from the same and that is not known exactly. */
  is_paired: boolean
  /** Of which entity or operation, if that was said. */
  of: string | null
  /** Of the figures; none where no option has one. */
  unit: string | null
}

/** What callers do when what they call is taken away. */
export type OnRemoval = 'fail' | 'drop'

/** What one operation does. */
export interface Operation {
  /** One after the other. */
  steps: Step[]
}

/** What an operation has to do with a request. */
export interface OperationTime {
  /** How often it runs for one request, on average. */
  calls_per_request: number
  /** Its name. */
  operation: string
  /** How long it works by itself for one request, in milliseconds, on average: whether anybody waits for it or not. */
  own_ms_per_request: number
}

/** How far from the best the options may be. */
export interface OptimalityBound {
  /** No option has less. */
  at_least: number
  /** The least that was found, if anything was. */
  found: number | null
  /** The difference as a part of what was found: 0 for the best. */
  gap: number | null
  /** What is bounded. */
  of: string
}

/** A scenario by its changes. */
export interface OptionDraft {
  /** Its changes; none is the world as it is. */
  changes?: ChangeDraft[]
  /** Its name. */
  name: string
}

/** One scenario by all objectives. */
export interface OptionRow {
  /** By objective, between which ends the difference to what is now lies. */
  deltas: (number[] | null)[]
  /** Another option that is at least as good whatever the truth within the ranges, by name. */
  dominated_by: string | null
  /** 0 if no other option is better by the figures themselves, else the front that it is on; without any figure unknown only. */
  front: number | null
  /** By objective, what the range means; none where the figure is known exactly, or not at all. */
  kinds: (IntervalKind | null)[]
  /** Its name. */
  name: string
  /** By objective, between which ends it lies. */
  ranges: (number[] | null)[]
  /** By objective, why there is no figure, or what is missing from it. */
  reasons: (string | null)[]
  /** The objectives of which nothing is known, by their place: they may turn the choice. */
  unknown: number[]
  /** By objective, the figure, if it is known. */
  values: (number | null)[]
}

/** What follows from a scenario. */
export interface Outcome {
  /** Who is affected, worst first. */
  impact: Hit[]
  /** Who answers for what changes and for what is affected, each once. */
  owners: OwnerRow[]
  /** The requests that touched what changes, as far as traces were read; `None` if none were. */
  requests: RequestsAtRisk | null
  /** Entities that are affected and have no owner that is known. */
  unowned: EntityRef[]
}

/** One owner. */
export interface OwnerRow {
  /** How sure that is. */
  confidence: number
  /** The rule or label that says so, and the path that it matches. */
  evidence: EvidenceId[]
  /** The team or person. */
  owner: EntityRef
  /** Which part of the entity it owns: the entity itself, or an instance. */
  owns: EntityRef
  /** From which sides it is known. */
  perspectives: Perspective[]
  /** Whether this is an owner to go by: by the word of whoever may write owners before others, or else by the surest word. */
  shown: boolean
}

/** One page of a reading. */
export interface PageDraft {
  /** Where to go on. */
  cursor?: string | null
  /** Whether this is the last page. Default: yes, unless there is a cursor to go on from. */
  done?: boolean | null
  /** With `delta`: what the source says is gone. */
  gone?: KeyDraft[]
  /** The scopes within this one, if the page is a listing of scopes. */
  members?: string[] | null
  /** `full` (default): what is not listed is gone. `delta`: what is not listed stays. */
  mode?: Mode
  /** The source's own time of the reading. */
  observed_at?: Timestamp | null
  /** Why the scope could not be read to its end, if it could not. Then nothing is taken away. */
  partial?: string | null
  /** The records, each as a [`RecordDraft`]. */
  records?: RecordDraft[]
  /** What the page is complete about: a file, a namespace, a sheet. Empty for the source as a whole. */
  scope?: string
}

/** Something that failed, and what that affected, as people found out. */
export interface PastIncident {
  /** What was affected besides, named in the same way. */
  affected?: string[]
  /** When it began. What was known before is what the prediction rests on. */
  at: Timestamp
  /** What failed, each by id, record key, alias or unique name. */
  failed: string[]
}

/** From which side a fact is known. */
export type Perspective = 'declared' | 'deployed' | 'observed' | 'billed' | 'decided'

/** Where a thing stands, as far as it is known. */
export interface Placement {
  /** The account. */
  account?: string | null
  /** The cluster, or the project of Compose. */
  cluster?: string | null
  /** The environment. */
  environment?: string | null
  /** The namespace. */
  namespace?: string | null
  /** The region. */
  region?: string | null
}

/** What is declared, as hosts of other languages write it. */
export interface PoliciesDraft {
  /** Each call once. */
  calls?: DeclaredCall[]
  /** By service. */
  services?: Record<string, ServicePolicy>
}

/** One figure as it was predicted. */
export interface PredictedFigure {
  /** What it is about, where it is about one entity. */
  about: EntityRef | null
  /** As it was. */
  baseline: number | null
  /** What it rests on. */
  basis: Basis
  /** What more tells it apart: an operation, a state. */
  detail: string | null
  /** What is predicted. */
  dimension: Dimension
  /** Where the predicted figure lies, if it is not known exactly. */
  interval: Interval | null
  /** As it would be after the changes. */
  predicted: number | null
  /** Of both figures. */
  unit: string
  /** Why there is no figure, or what is missing from it. */
  unknown: string | null
}

/** A prediction. It is never changed after it was made. */
export interface Prediction {
  /** What it says. */
  content: PredictionContent
  /** Its name: the digest of what it says. */
  id: string
  /** When it was made: when the twin wrote it down. */
  made_at: Timestamp
}

/** Everything that a prediction says. Its name is the digest of it. */
export interface PredictionContent {
  /** The two times of the snapshot that was predicted from. */
  as_of: AsOf
  /** What was taken for granted. */
  assumptions: string[]
  /** Who thought of it. */
  author: string | null
  /** What nobody could see. */
  blind_spots: string[]
  /** The changes. Entities are named by their ids, and what a change brings by its name. */
  changes: ChangeDraft[]
  /** What was predicted of them. */
  figures: PredictedFigure[]
  /** How it was computed. */
  method: string
  /** What the scenario is called. */
  name: string
  /** The twin's revision. */
  revision: number
  /** The seed, where chance was used. */
  seed: number | null
}

/** What became of one prediction. */
export interface PredictionScore {
  /** How many of these came as predicted. */
  inside: number
  /** When it was made. */
  made_at: Timestamp
  /** What its scenario is called. */
  name: string
  /** How many of its figures are not scored. */
  not_scored: number
  /** Which. */
  prediction: string
  /** How many of its figures are scored. */
  scored: number
  /** Which of its changes were made. One whose changes were not is no miss: it is not scored. */
  seen: ChangesSeen
}

/** The predictions that are kept. */
export interface Predictions {
  /** In the order in which they were made. */
  predictions: KeptPrediction[]
  /** Those that cannot be read. */
  unreadable: UnreadablePrediction[]
}

/** A named need for freshness. */
export type Profile = 'cadence' | 'incident' | 'planning' | 'audit'

/** How far the changes of a prediction were made. */
export type Progress = 'made' | 'made_as_far_as_seen' | 'told_made' | 'partly_made' | 'not_made' | 'unseen'

/** What a share of the requests does not exceed. */
export interface QuantileEstimate {
  /** Where they lie; `None` if there are too few samples to tell. */
  interval: Interval | null
  /** Milliseconds. */
  ms: number
  /** The share, between 0 and 1. */
  share: number
}

/** A question. Entities are named by id, record key, alias or unique name; whatever is left out has its default. */
export type Question = {
  /** Which entity fails; a component stands for its instances. */
  entity: string
  /** In which environment. Default: production, where any instance is known to be there. */
  environment?: string | null
  /** For a while, `outage` (default), or for ever, `removal`. */
  hazard?: string | null
  kind: 'blast_radius'
  /** What the question needs of its sources. */
  needs?: string | null
  /** How badly: `delayed`, `degraded` or `down` (default). */
  state?: string | null
} | {
  /** Which entity. */
  entity: string
  kind: 'describe'
  /** What the question needs of its sources. */
  needs?: string | null
} | {
  /** Which entity. */
  entity: string
  kind: 'conflicts'
  /** What the question needs of its sources. */
  needs?: string | null
  /** Who may write which attribute, and whose word goes before whose. */
  writers?: Writers[]
} | {
  kind: 'find_all'
  /** What the question needs of its sources. */
  needs?: string | null
  /** Only entities of this kind. */
  of?: string | null
  /** The words; empty for all entities. */
  words: string
} | {
  /** Which entity. */
  entity: string
  kind: 'neighbours'
  /** What the question needs of its sources. */
  needs?: string | null
  /** Only by this relation, or by its inverse. */
  relation?: string | null
} | {
  /** Which entity. */
  entity: string
  kind: 'owners'
  /** What the question needs of its sources. */
  needs?: string | null
  /** Whose word on `ownedBy` goes before whose. */
  writers?: Writers[]
} | {
  kind: 'cycles'
  /** What the question needs of its sources. */
  needs?: string | null
} | {
  /** From so many on that need it, an entity may be a hub. Default: 5. */
  fan_in?: number | null
  /** From so many on that it needs, an entity may be a hub. Default: 5. */
  fan_out?: number | null
  kind: 'smells'
  /** What the question needs of its sources. */
  needs?: string | null
} | {
  kind: 'drift'
  /** The side that is held against the other. Default: `declared`. */
  left?: string | null
  /** What the question needs of its sources. */
  needs?: string | null
  /** The other side. Default: `observed`. */
  right?: string | null
} | {
  /** Which entity. */
  entity: string
  kind: 'cost'
  /** What the question needs of its sources. */
  needs?: string | null
} | {
  /** What is dated that the twin has not read. */
  events?: DatedEvent[]
  kind: 'future'
  /** What the question needs of its sources. */
  needs?: string | null
  /** Until when. */
  until: Timestamp
} | {
  /** When it begins. */
  at: Timestamp
  /** How long it lasts, in milliseconds. Default: until further notice. */
  duration_ms?: number | null
  /** Which entity fails; a component stands for its instances. */
  entity: string
  /** In which environment. Default: production, where any instance is known to be there. */
  environment?: string | null
  kind: 'time_to_impact'
  /** What the question needs of its sources. */
  needs?: string | null
  /** How badly: `delayed`, `degraded` or `down` (default). */
  state?: string | null
  /** How long who goes on without what. What nobody says has no bound but at once. */
  tolerances?: ToleranceDraft[]
} | {
  /** Which entity. */
  entity: string
  kind: 'decisions'
  /** What the question needs of its sources. */
  needs?: string | null
} | {
  /** Which entity. */
  entity: string
  kind: 'explain'
  /** What the question needs of its sources. */
  needs?: string | null
} | {
  kind: 'review'
  /** How many pairs at most. Default: 20. */
  most?: number | null
  /** What the question needs of its sources. */
  needs?: string | null
} | {
  /** One entity. */
  a: string
  /** The other. */
  b: string
  kind: 'why_not'
  /** What the question needs of its sources. */
  needs?: string | null
}

/** How a station fares. */
export interface Queue {
  /** By which formula. */
  model: QueueModel
  /** Whether there is a steady state. If not, only the utilization is told: what the arrivals ask for. */
  stable: boolean
  /** What is told of the steady state, if there is one. */
  steady: Steady | null
  /** The share of the servers' time that is busy. */
  utilization: number
}

/** By which formula a station was computed. */
export type QueueModel = 'M/M/c' | 'M/G/1' | 'M/G/c' | 'M/M/c/K'

/** How a network fares. */
export interface QueueNetwork {
  /** The station with the highest utilization, the first of equals; `None` of no stations. */
  bottleneck: string | null
  /** How many requests are in the network on average, if it is stable. */
  mean_in_network: number | null
  /** How long a request stays, in milliseconds, on average: by Little's law over what arrives from outside. `None` if nothing arrives, or not stable. */
  mean_time_in_network_ms: number | null
  /** Whether every station has a steady state. */
  stable: boolean
  /** Each station, in the order in which they were given. */
  stations: StationLoad[]
}

/** What came. */
export interface Reality {
  /** Which changes were made, where no snapshot shows it. */
  made?: ChangeMade[]
  /** What was measured. */
  measured?: Measured[]
}

/** What became of some batches: `applied + duplicate + late + rejected` is the number of records that came in. */
export interface Receipt {
  /** Records that said something new. */
  applied: number
  /** How many changes of entities and relations there are in all. */
  change_count: number
  /** The first thousand of them, without evidence: ask a snapshot for that. */
  changes: Change[]
  /** How many diagnostics there are in all. */
  diagnostic_count: number
  /** The first thousand of them. */
  diagnostics: Diagnostic[]
  /** Records that said nothing new. */
  duplicate: number
  /** Records that are older than what is known; kept in history. */
  late: number
  /** Records that could not be taken; each has a diagnostic. */
  rejected: number
  /** The twin's revision after it. */
  revision: number
}

/** Everything that the page says about one thing. */
export interface RecordDraft {
  /** Where it stands: `path:line`, or `path#document/json-pointer`. Default: the scope. */
  at?: string | null
  /** Attributes by their names in the table. */
  attributes?: Record<string, unknown>
  /** The cluster, account, host or project, if it has any. */
  cluster?: string | null
  /** The source's own name or native id. */
  key: string
  /** The kind. */
  kind: string
  /** Other names that it answers to. */
  known_as?: Handle[]
  /** The name for people. Default: the key. */
  name?: string | null
  /** The namespace, if it has any. */
  namespace?: string | null
  /** From which side: `declared` (default), `deployed`, `observed`, `billed` or `decided`. */
  perspective?: Perspective | null
  /** What stands there, to the letter, without its secret part. Default: the name. */
  raw?: string | null
  /** What it is related to. */
  relations?: RelationDraft[]
  /** Since when it holds by the source's own word. */
  valid_from?: Timestamp | null
  /** Until when. */
  valid_to?: Timestamp | null
}

/** The name of a record within everything that the twin ever reads. Never made of a file's path: a renamed file renames nothing. */
export interface RecordKey {
  /** The cluster, account, host or project within the source, if it has any. */
  cluster?: string | null
  /** The kind of record. */
  kind: Kind
  /** The source's own name or native id. */
  name: string
  /** The namespace within the cluster, if it has any. */
  namespace?: string | null
  /** Who says it. */
  source: SourceId
}

/** What was taken out. */
export interface Redaction {
  /** How many different attributes and labels, each with its value. */
  attributes: number
  /** How many decisions of people on its name. */
  decisions: number
  /** How many words on facts that stay lost what stood in their sources. */
  evidence: number
  /** How many different names for people. */
  names: number
}

/** What a record is to another with which it shares a name but not its role. */
export interface Related {
  /** Who. */
  from: string
  /** `workerOf`, `storeOf` or `variantOf`. */
  relation: string
  /** Of whom. */
  to: string
}

/** Or another that a host registered. */
export type Relation = 'calls' | 'readsFrom' | 'writesTo' | 'cachesIn' | 'publishesTo' | 'subscribesTo' | 'authenticatesWith' | 'resolvedBy' | 'encryptedBy' | 'connectsTo' | 'instanceOf' | 'realizedBy' | 'routesTo' | 'runsOn' | 'locatedIn' | 'inEnvironment' | 'inNamespace' | 'inAccount' | 'represents' | 'runsImage' | 'builtFrom' | 'builtBy' | 'providesApi' | 'consumesApi' | 'dependsOn' | 'workerOf' | 'storeOf' | 'partOf' | 'ownedBy' | 'memberOf' | 'chargedTo' | 'suppliedBy' | 'governs' | 'successorOf' | 'documents' | 'configuredBy' | 'startsAfter' | 'bills' | 'counts' | (string & {})

/** One relation of a record. The other end is named by its `kind` and `key` within this source, by the `name` that people call it, or by a `handle`. */
export interface RelationDraft {
  /** Where it stands. Default: where the record stands. */
  at?: string | null
  /** Attributes of the relation. */
  attributes?: Record<string, unknown>
  /** Whatever answers to this. */
  handle?: Handle | null
  /** The other end's key. */
  key?: string | null
  /** The other end's kind. */
  kind?: string | null
  /** What people call the other end. */
  name?: string | null
  /** What stands there. Default: what names the other end. */
  raw?: string | null
  /** Which relation, from the record to the other end. */
  relation: string
  /** Which variant, where the source says. */
  variant?: string | null
}

/** What would be removed, and what it costs until a horizon. All amounts are in cents of one currency, or whatever its smallest unit is. */
export interface Removal {
  /** The currency, ISO 4217. */
  currency: string
  /** What is removed, all at once. */
  entities: CostedEntity[]
  /** Days from the removal over which costs are counted, 1 at least. */
  horizon_days: number
  /** Pools that entities share, by name. */
  pools?: Record<string, SharedPool>
}

/** What a scan saw. Its `Display` is for people and shows no control characters; the batches hold every diagnostic. */
export interface Report {
  /** What each decoder did, without those that did nothing. */
  decoders: Tally[]
  /** How many files were seen. */
  files: number
  /** How many folders were seen. */
  folders: number
  /** Files of which a part was not understood. */
  in_part: Unread[]
  /** Symbolic links, which are not followed. */
  links: string[]
  /** Files that nothing here reads, counted by their ending, or by their name if they have none. */
  nobody_reads: Record<string, number>
  /** Files and folders that could not be read. */
  not_read: Unread[]
  /** Files that look like something that is read here, but no decoder recognised them. */
  not_understood: Unread[]
  /** Files that were read to their end, and in which there was nothing to keep. */
  nothing_to_keep: string[]
  /** Folders that were not entered, counted by their name. */
  skipped: Record<string, number>
  /** The source instance. */
  source: SourceId
}

/** Requests that touch what changes, out of all that were observed. */
export interface RequestsAtRisk {
  /** The share of observed traces that touch it, at least: parts per one. */
  at_least: number
  /** The share at most: where several things change, the same trace may have touched more than one. */
  at_most: number
  /** What was counted: the thing itself, or, where it sends no telemetry, those who need it directly. */
  counted: EntityRef[]
  /** Where the traces began, with how many touch what changes, largest first. */
  entries: EntryAtRisk[]
  /** How many traces were observed. */
  observed: number
}

/** What must be up. */
export type Requirement = {
  component: string
} | {
  all: Requirement[]
} | {
  any: Requirement[]
} | {
  at_least: {
    /** How many. */
    k: number
    /** Of what. */
    of: Requirement[]
  }
}

/** A service whose callers try again. */
export interface RetriedService {
  /** Requests per second, each counted once however often it is tried. */
  arrivals_per_s: number
  /** How many attempts may be there at once, waiting and worked on; others are refused. `None` is no bound. */
  capacity?: number | null
  /** How often a request is tried at most: 1 is no retry. */
  max_attempts: number
  /** How many retries all callers make at most, as a share of the requests: .1 is one retry for ten requests. `None` is no limit. */
  retry_budget?: number | null
  /** How long a worker is busy with an attempt, on average, in milliseconds; exponential. */
  service_time_ms: number
  /** After how many milliseconds of waiting and work a caller gives an attempt up. `None` is never. */
  timeout_ms?: number | null
  /** Attempts that are worked on at the same time. */
  workers: number
}

/** What a chain does to a request. */
export interface RetryLoad {
  /** The probability that it does not, to the same relative accuracy. */
  failure_probability: number
  /** What each hop receives, in the order of the chain. */
  hops: HopLoad[]
  /** The probability that a request succeeds. */
  success_probability: number
}

/** Two records about which a person should decide. */
export interface ReviewRow {
  /** What one record is part of. */
  a: EntityRef
  /** What the other is part of. */
  b: EntityRef
  /** Whether a person decided it already, and the evidence speaks against that. */
  contradicted: boolean
  /** The facts on both sides, cited. */
  evidence: EvidenceId[]
  /** What a decision would tell, in bits: pairs of records that it is about, times how little is known; for what a person decided against the evidence, times how surprising that is. */
  gain: number
  /** How likely they are one thing, by evidence alone. It is calibrated where names, images and values of the estate were compared; what references weigh is stated, and read the same way. */
  probability: number
  /** Why they are one, or are not. */
  reason: string
  /** The key of the one record. */
  record_a: string
  /** The key of the other. */
  record_b: string
}

/** A way from one station to another. */
export interface Route {
  /** The name of the station that is left. */
  from: string
  /** The share of what is served that goes this way. What no route takes leaves the network. Routes between the same stations add up. */
  probability: number
  /** The name of the next station; it may be the same. */
  to: string
}

/** One source's word for an attribute. */
export interface SaidValue {
  /** Why it is believed. */
  evidence: EvidenceId[]
  /** Which attribute. */
  name: AttributeName
  /** From which side. */
  perspective: Perspective
  /** The value. */
  value: Value
}

/** What a removal saves. */
export interface Savings {
  /** What each entity would save if it were removed alone, in the order in which they were given. */
  alone: EntitySavings[]
  /** The currency. */
  currency: string
  /** Over how many days. */
  horizon_days: number
  /** What all save together: units that they set free in one pool add up before it shrinks by steps. */
  together: EntitySavings
}

/** Where an allocated cost goes: the three add up to it, to the cent. */
export interface SavingsSplit {
  /** Saved within the horizon. */
  avoidable_cents: number
  /** Borne by those who remain: parts of pools that do not shrink, and traffic that others take over. */
  staying_cents: number
  /** Paid for a commitment that nobody uses. */
  stranded_cents: number
}

/** How predictions came out. */
export interface Scores {
  /** Every figure of those whose changes were made. */
  figures: FigureScore[]
  /** The calibration plot: how often what came lay in intervals of several levels. */
  plot: CalibrationPoint[]
  /** In the order in which they were made. */
  predictions: PredictionScore[]
  /** By dimension and by what figures claim, whether they may be trusted here. */
  simulators: SimulatorScore[]
  /** Predictions that cannot be read. */
  unreadable: UnreadablePrediction[]
  /** What was measured and nobody had predicted. */
  unused: Measured[]
}

/** A search for change sets. Entities are named by id, record key, alias or unique name; whatever is left out has its default. */
export interface SearchDraft {
  /** What is looked for. */
  aim: Aim
  /** What the options have to keep to. Default: nothing. */
  constraints?: Constraints
  /** How many options are told at most. Default 10. */
  most?: number
  /** What the search needs of its sources: `cadence` (default), `incident`, `planning` or `audit`. */
  needs?: string | null
  /** How many nodes of a search tree are looked at before a heuristic takes over. Default 20,000. */
  nodes?: number
  /** What is wanted less or more of. Default: what the structure tells of the aim. */
  objectives?: SearchObjective[]
  /** Where chance begins: the same seed finds the same options. Default 0. */
  seed?: number
}

/** How options were searched. */
export interface SearchMethod {
  /** Whether nothing better was passed over, by the measure that `optimality` names. */
  is_exact: boolean
  /** How many nodes of the search, or beginnings of a heuristic, were looked at: a measure of work that is the same on every machine. */
  looked_at: number
  /** The method, in a few words. */
  name: string
  /** How far from the best the options may be; without it, no bound is known. */
  optimality: OptimalityBound | null
}

/** What is wanted less or more of. */
export interface SearchObjective {
  /** Whether less or more is better. Default: what is usual for the measure. */
  goal: Goal | null
  /** What is measured. */
  measure: Measure
  /** Of which entity or operation, by name, where a comparison has several such figures. */
  of: string | null
  /** What one unit of it counts against one of the others: over 0. Options are only weighed if each objective has a weight. */
  weight: number | null
}

/** One option: a scenario, and how to get there. */
export interface SearchOption {
  /** What was taken for granted. */
  assumptions: string[]
  /** The changes, in the order of the waves; entities are named by their ids. */
  changes: ChangeDraft[]
  /** Another such option that is at least as good whatever the truth within the ranges, by name; what surely keeps all constraints is never dominated by what may break one. */
  dominated_by: string | null
  /** Why the dependencies are believed that the option is about, at most 20. */
  evidence: EvidenceId[]
  /** 0 if no other option that keeps all constraints is better, else the front that it is on; without one, it breaks a constraint or something of it is unknown that is known of others. An option that may break a constraint is held against all that break none for sure; one that surely keeps all of them, only against its like. */
  front: number | null
  /** The groups that the things are parted into, where that is what was looked for. */
  groups: EntityRef[][]
  /** What it is, unique among the options. */
  name: string
  /** The constraints of which nobody knows whether it keeps them. */
  undecided: UndecidedConstraint[]
  /** By objective, what the option comes to. */
  values: MeasuredValue[]
  /** The constraints that it breaks. */
  violations: ConstraintViolation[]
  /** The waves, in order. */
  waves: Wave[]
  /** The values by the weights that were given, added up: what is wanted more of counts negative. Less is better. */
  weighted: number | null
}

/** The options of a search, the best first. */
export interface SearchResult {
  /** How many options were found and measured; at most `most` of them are told. */
  found: number
  /** Why no option can keep all constraints, whatever it does. */
  impossible: ConstraintViolation[]
  /** Whether the search ended by itself; else the deadline did, and the options are the best so far. */
  is_finished: boolean
  /** How it was searched. */
  method: SearchMethod
  /** What was left out, and why. */
  not_tried: NotTried[]
  /** What they are measured by: each option has a value for each. */
  objectives: SearchObjective[]
  /** Those that keep all constraints first, by front, then by their measures. */
  options: SearchOption[]
}

/** One series of an entity. All series of an incident have the same intervals. */
export interface SeriesDraft {
  /** The values of the incident. */
  during: (number | null)[]
  /** Of which entity; an instance stands apart from others of its component once one of them is named. */
  entity: string
  /** What is measured. */
  metric: Metric
  /** The values of a normal period; `null` where nothing was measured. */
  normal: (number | null)[]
  /** How it is summarised in an interval, such as `Average` or `p95`. */
  statistic?: string
}

/** How a service is run. */
export interface ServicePolicy {
  /** Where it runs. */
  region?: string | null
  /** How many requests it serves at a time; each of its instances, where more than one was seen to. Without it: as many as were seen while others waited, else as many as come. */
  workers?: number | null
}

/** What a diagnostic did to its record. */
export type Severity = 'rejected' | 'warning'

/** How a pool scales, in units such as processors, nodes or licences. */
export interface SharedPool {
  /** How many units are unused today, beyond what it keeps in reserve; `None` is not known, which is anything less than a step. */
  spare?: number | null
  /** By how many units at once it shrinks; `None` is not known. */
  step?: number | null
}

/** How far the figures of one dimension may be trusted here. */
export interface SimulatorScore {
  /** The median of the signed error, as a part of what came: above 0 if too much is predicted. */
  bias: number | null
  /** Where the bias lies, in nine cases of ten: order statistics. None for fewer than five errors. */
  bias_interval: Interval | null
  /** What they claim. */
  claim: Claim
  /** In which part of all cases they are held to come as predicted. */
  claimed: number
  /** Whether the figures do not say that part themselves. */
  claimed_is_default: boolean
  /** Which figures. */
  dimension: Dimension
  /** How many came as predicted. */
  inside: number
  /** Where the part of those that come as predicted lies, in 95 cases of 100: Wilson's interval. */
  inside_share: Interval | null
  /** Whether they may be trusted here; none while too few came. */
  may_be_trusted: boolean | null
  /** The median of the error without its sign, as a part of what came. */
  median_error: number | null
  /** The median width of intervals, as a part of what came. */
  median_width: number | null
  /** How many more have to come before anything can be said. */
  needed: number
  /** How likely a part that is so far from what is claimed would be by chance: the two-sided exact binomial test. */
  p_value: number
  /** How many predictions they are of. */
  predictions: number
  /** How many of them were scored, and were not left out because nothing was to change and nothing did. */
  scored: number
  /** Whether intervals hold what comes as often as they say. */
  trust: Trust
  /** How many were left out because nothing was to change and nothing did. */
  unchanged: number
  /** Why. */
  why: string
}

/** One finding. */
export interface SmellRow {
  /** Whom it is about: all in a cycle, the hub, or who needs and who is needed. */
  entities: EntityRef[]
  /** Why they are believed. */
  evidence: EvidenceId[]
  /** The relations behind it, as `left relation right`. */
  relations: string[]
  /** Which rule. */
  rule: SmellRule
  /** The numbers behind it. */
  why: string
}

/** The rule that a finding breaks. */
export type SmellRule = 'cycle' | 'hub' | 'unstable_dependency'

/** One thing that a source must keep to, and whether it does. */
export interface SourceCheck {
  /** What: `full`, `capability`, `again`, `cursor`, `failure`, `partial`, `cancel`. */
  name: string
  /** Whether it does. */
  passed: boolean
  /** What was seen, for people. */
  why: string
}

/** One source instance: a folder that is scanned, a cluster that is watched. Chosen by the host or derived from the Git remote. */
export type SourceId = string

/** The space of names that a [`Handle`] is taken from. */
export type Space = 'host' | 'published_port' | 'service_name' | 'image' | 'package' | 'path' | 'native_id' | 'component_name' | 'annotation' | 'team' | 'configuration_name' | 'module_value'

/** One statement over one stretch of time, by the word of one scope. */
export interface Spell {
  /** Why it is believed. */
  evidence: Evidence[]
  /** When the twin learned what it goes by; none for what was learned before what is kept. */
  known_since: Timestamp | null
  /** From which side. */
  perspective: Perspective
  /** The key of the record. */
  record: string
  /** Where within the source: a file. */
  scope: string
  /** Since when it held. */
  since: Timestamp
  /** By whom. */
  source: SourceId
  /** What was said. */
  statement: Statement
  /** Until when; none as long as nobody said that it ended. */
  until: Timestamp | null
}

/** The state of an entity, from well to worst. The order is the order of severity. */
export type State = 'none' | 'delayed' | 'degraded' | 'down'

/** One thing said of a record. */
export type Statement = {
  exists: {
    /** The name. */
    name: string
  }
} | {
  attribute: {
    /** Which. */
    name: AttributeName
    /** The value. */
    value: Value
  }
} | {
  known_as: Handle
} | {
  joins: {
    /** The network. */
    network: string
    /** The order in which names are looked up. */
    rank: number
  }
} | {
  labelled: {
    /** The label's key. */
    key: string
    /** The label's value. */
    value: string
  }
} | {
  related: {
    /** More about the relation: protocol, port, operation. */
    attributes?: Record<string, Value>
    /** How. */
    relation: Relation
    /** To what. */
    target: Target
    /** Which variant of the relation, where the source says. */
    variant?: string | null
  }
}

/** Servers with one line before them. */
export interface Station {
  /** Arrivals per second, on average. */
  arrivals_per_s: number
  /** How many may be there at once, waiting and in service; others are turned away. `None` is no bound. */
  capacity?: number | null
  /** Servers that work at the same time. */
  servers?: number
  /** Standard deviation of the service time over its mean: 1 is exponential, 0 constant. */
  service_cv?: number
  /** What one server completes per second while it is busy, on average. */
  service_rate_per_s: number
}

/** How one station fares. */
export interface StationLoad {
  /** What arrives per second, from outside and from other stations. */
  arrival_rate_per_s: number
  /** Its name. */
  id: string
  /** How it fares with that. */
  queue: Queue
}

/** Three-valued. A source that was not read, or not to its end, never reads as "none". */
export type Status = {
  kind: 'complete'
} | {
  kind: 'partial'
  /** What. */
  missing: Missing[]
} | {
  kind: 'unknown'
  /** What to add. */
  why: string
}

/** The averages of a steady state. */
export interface Steady {
  /** How many wait or are served, on average. */
  mean_in_system: number
  /** How many wait, on average. */
  mean_queue_length: number
  /** The average of wait and service, in milliseconds. */
  mean_response_ms: number
  /** The average wait, in milliseconds. */
  mean_wait_ms: number
  /** The probability that an arrival is turned away. */
  p_block: number
  /** The probability that an arrival waits; `None` where the model does not tell. */
  p_wait: number | null
  /** Arrivals that are accepted, per second. */
  throughput_per_s: number
}

/** Something that takes time. All that is random is independent, also of two calls to one operation. */
export type Step = {
  work: Distribution
} | {
  call: string
} | {
  par: Step[][]
} | {
  race: Step[][]
} | {
  choice: Branch[]
} | {
  timeout: {
    /** Milliseconds. */
    ms: number
    /** What is waited for. */
    steps: Step[]
  }
} | {
  retry: {
    /** Milliseconds between two attempts. */
    backoff_ms?: number
    /** The probability that one attempt fails. */
    fail: number
    /** How often they are taken at most: 1 is no retry. */
    max_attempts: number
    /** What is attempted. */
    steps: Step[]
  }
}

/** A commitment that goes on after the removal. */
export interface StrandedCommitment {
  /** What is paid for nothing, at most. */
  cents: number
  /** Days until it ends; `None` is not known. */
  ends_after_days: number | null
  /** What it is for. */
  name: string
}

/** What may have caused a symptom. */
export interface SuspectRow {
  /** What is worse there than normally. */
  anomalies: Anomaly[]
  /** What speaks against it. */
  contradicting: string[]
  /** Which entity. */
  entity: EntityRef
  /** Why each relation of the way is believed. */
  evidence: EvidenceId[]
  /** Who answers for it. */
  owners: string[]
  /** The way from the symptom to it: names and, between them, relations. */
  path: Trail
  /** The part of the blame that ends there, from 0 to 1. */
  score: number
  /** What speaks for it. */
  supporting: string[]
}

/** What was noticed, and where. */
export interface SymptomDraft {
  /** Where. */
  entity: string
  /** In which metric. */
  metric: Metric
  /** In which statistic of it. Default: a mean, or else the first that is there. */
  statistic?: string
}

/** What one decoder did. */
export interface Tally {
  /** How many files it said something of. */
  files: number
  /** How many records of the source it read. */
  read: number
  /** How many it had to leave out, each with a diagnostic in its batch. */
  rejected: number
  /** The decoder's name. */
  sort: string
}

/** What an observation refers to. */
export type Target = {
  record: RecordKey
} | {
  handle: Handle
} | {
  selector: {
    /** The labels. */
    labels: Record<string, string>
    /** The network. */
    within: string
  }
}

/** What a team does in a wave. */
export interface TeamLoad {
  /** How many changes. */
  changes: number
  /** The team; none for what nobody is known to own. */
  team: EntityRef | null
}

/** How an operation asks another one, where it ends in one way. */
export interface TemplateCall {
  /** How long its caller waits before it tries again, where it does. */
  backoff_ms: number | null
  /** Who is asked for what: `service.operation`. */
  callee: string
  /** How often a request makes it, on average over all of them. */
  calls_a_request: number
  /** What its failure does to its caller. */
  criticality: Criticality
  /** How that is known. */
  criticality_basis: Basis
  /** The entity that is asked, where the twin knows one. */
  entity: EntityRef | null
  /** Which part of the calls fails after all tries, from 0 to 1. */
  failed: number
  /** How long its caller works before it, from the end of what it waits for: the median. */
  gap_ms: number | null
  /** Of a cache, which part of the calls finds what it asks for, from 0 to 1. */
  hit_ratio: number | null
  /** Where a request makes it more than once, whether each of these calls waits for the one before. */
  is_in_turn: boolean | null
  /** Which part of the requests makes it, from 0 to 1. */
  made_by: number | null
  /** How often it is tried again at most. */
  retries: number
  /** How that is known. */
  retries_basis: Basis
  /** Its turn, from 1: calls of one step are under way together, and each step waits for one before. None where requests were only counted. */
  step: number | null
  /** How that is known. */
  timeout_basis: Basis
  /** After which time its caller gives up; none where no such time is known, and callers wait for as long as it takes. */
  timeout_ms: number | null
  /** How long it takes its caller with all tries: the median. */
  took_p50_ms: number | null
  /** The 95th percentile of that. */
  took_p95_ms: number | null
  /** How often it is tried, on average. */
  tries: number | null
}

/** How a request to an operation ended. */
export type TemplateOutcome = 'succeeded' | 'degraded' | 'failed'

/** What a template rests on. */
export type TemplateSource = 'spans' | 'counts'

/** How much must speak for two records before they are taken for one thing. */
export type Threshold = 'cautious' | 'balanced'

/** The load of one service. */
export interface TierLoad {
  /** How many times that is what it were if nobody tried twice; 1 if nothing arrives either way. */
  amplification: number
  /** The probability that an attempt fails: refused, not answered in time, or because of a call that it makes. */
  failure_probability: number
  /** Attempts per second. */
  offered_per_s: number
  /** The share of the workers' time that is busy. */
  utilization: number
}

/** One entity that an outage reaches, in one state. An entity that gets worse with time has a row for each state. */
export interface TimedHit {
  /** What is taken to be as usual for a relation, by default: how long a step is bridged. */
  defaults: string[]
  /** Not before. */
  earliest: Timestamp
  /** The component, or the thing itself. */
  entity: EntityRef
  /** Why each relation of the way is believed. */
  evidence: EvidenceId[]
  /** Then, by the expected tolerances; `None` if these are not known on any sure way. After the outage's end, it is not expected at all. */
  expected: Timestamp | null
  /** The instance, where the entity is a component. */
  instance: EntityRef | null
  /** Not after, if the outage lasts so long; `None` if nobody knows. */
  latest: Timestamp | null
  /** The way by which it comes earliest: names and, between them, relations. */
  path: Trail
  /** The state that it is in then, or a worse one. */
  state: State
  /** Whether it comes before the outage ends whatever is not known. */
  sure: boolean
  /** What is not known of the way: how long a step is bridged, counted as not at all, and how badly a relation is needed, counted as the worst. */
  unknown: string[]
}

/** One dated event. */
export interface TimelineRow {
  /** When. */
  at: Timestamp
  /** About whom; `None` is everything. */
  entity: EntityRef | null
  /** Why the date and those who need it are believed. */
  evidence: EvidenceId[]
  /** Who needs the entity directly and is still there then, where the event ends it. */
  needed_by: EntityRef[]
  /** Who answers for the entity. */
  owners: EntityRef[]
  /** From where that is known. */
  sources: DatedSource[]
  /** The moment after it, for a freeze that ends. */
  until: Timestamp | null
  /** What happens. */
  what: DatedKind
}

/** A moment, RFC 3339 in UTC. */
export type Timestamp = string

/** A tolerance as hosts write it: of an entity without another one, of an entity without anything, or of whoever needs by a relation. */
export interface ToleranceDraft {
  /** Who goes on, by id, record key, alias or unique name; a component stands for its instances. */
  entity?: string | null
  /** Usually so long, in milliseconds, if that is known. */
  expected_ms?: number | null
  /** At least so long, in milliseconds. */
  least_ms?: number
  /** At most so long, in milliseconds; without it nobody knows an end. */
  most_ms?: number | null
  /** Without what. Default: without anything. */
  on?: string | null
  /** Or whoever needs by this relation, where nobody says more. */
  relation?: string | null
}

/** Options by objectives. */
export interface TradeOff {
  /** The objectives, in the order in which they were given. */
  objectives: ObjectiveRow[]
  /** The options, in the order in which they were given. */
  options: OptionRow[]
  /** Where the ranges of two options overlap, so that knowing an objective better would turn which one is better by it. Most are about options that may both be best. */
  turns: Turn[]
}

/** One option by one objective: a row of a trade-off as a table. */
export interface TradeOffRow {
  /** Where its difference to what is now lies, if it is not known exactly. */
  delta_interval: Interval | null
  /** Which figure. */
  dimension: Dimension
  /** Another option that is at least as good whatever the truth within the ranges, by name. */
  dominated_by: string | null
  /** The front that the option is on by all objectives; 0 if no other option is better. */
  front: number | null
  /** Whether less or more is better. */
  goal: Goal
  /** Where it lies, if it is not known exactly. */
  interval: Interval | null
  /** Of which entity or operation, if that was said. */
  of: string | null
  /** The option's name. */
  option: string
  /** Of the figure; none where no option has one. */
  unit: string | null
  /** Why there is no figure, or what is missing from it. */
  unknown: string | null
  /** The figure, if it is known. */
  value: number | null
}

/** A path as people read it: names and, between them, relations. */
export type Trail = string[]

/** Whether intervals hold what comes as often as they say. */
export type Trust = 'calibrated' | 'too_narrow' | 'too_wide' | 'too_few'

/** An objective that would turn the choice between two options of the first front. */
export interface Turn {
  /** The place of the objective. */
  objective: number
  /** The option that is better by the figure. */
  option: string
  /** The one that is better within the ranges. */
  other: string
}

/** Charges that are for nobody that is known. */
export interface Unallocated {
  /** The sum, for each currency. */
  cost: Money[]
  /** The lines, at most 20. */
  evidence: EvidenceId[]
  /** How many lines. */
  lines: number
  /** Why. */
  why: string
}

/** Two records that were kept apart although it is not sure, of which a person would know better. */
export interface Uncertain {
  /** One record. */
  a: string
  /** The other. */
  b: string
  /** Pairs of records that the decision is about, times how little is known (bits of entropy). */
  gain: number
  /** How likely they are one thing. */
  probability: number
}

/** A constraint of which nobody knows whether it is kept. */
export interface UndecidedConstraint {
  /** Which constraint: the name of its field. */
  constraint: string
  /** Why nobody knows. */
  why: string
}

/** A change that cannot be made to a base. */
export interface Unplaced {
  /** Which. */
  change: ChangeDraft
  /** Why. */
  why: string
}

/** A path, and why it is not known, or not all of it. */
export interface Unread {
  /** Relative to the root. */
  path: string
  /** One phrase for people; never a value from the file. */
  why: string
}

/** A prediction that is there and cannot be read. */
export interface UnreadablePrediction {
  /** Its name. */
  id: string
  /** Why. */
  why: string
}

/** A reference that means nothing here, or too much. */
export interface Unresolved {
  /** Where it stands. */
  evidence: EvidenceId[]
  /** What it names. */
  names: string
  /** Why it was not followed. */
  why: string
}

/** A typed value. In JSON: `{"text": "…"}`, `{"money": {"currency": "EUR", "amount": "12.5"}}` and so on. */
export type Value = {
  text: string
} | {
  texts: string[]
} | {
  integer: number
} | {
  flag: boolean
} | {
  money: Money
} | {
  duration: number
} | {
  bytes: number
} | {
  ratio: number
} | {
  timestamp: Timestamp
} | {
  sketch: [number, number][]
}

/** What was found when everything was verified. */
export interface Verified {
  /** How many blocks of rows they are made of. */
  blocks: number
  /** How many commits there are. */
  commits: number
  /** Whether all pages of the database were verified as well, which only the writer can do. */
  pages: boolean
  /** How many rows those hold. */
  rows: number
}

/** A relation that a decision rules out and that is there. */
export interface Violation {
  /** Why it is believed to be there. */
  evidence: EvidenceId[]
  /** What the decision rules out, in its own words. */
  forbids: string
  /** The left end that is there. */
  from: EntityRef
  /** From which sides it is known. */
  perspectives: Perspective[]
  /** The right end that is there. */
  to: EntityRef
}

/** One weight of a pair: a step of the waterfall from how rare a match is to its score. */
export interface WaterfallStep {
  /** The fields that were compared: `name`, `labels.app`, or one of each side. */
  field: string
  /** How they were compared. */
  technique: string
  /** What is shared, or differs. */
  value: string
  /** What it adds to the score, in bits. */
  weight: number
}

/** Changes that are made at the same time. */
export interface Wave {
  /** Its changes, by their places in the option. */
  changes: number[]
  /** What changes in it. */
  members: EntityRef[]
  /** Its number, from 1. */
  number: number
  /** What each team does in it. */
  teams: TeamLoad[]
  /** The waves that have to be over before, since something of this one needs something of theirs. */
  waits_for: number[]
}

/** One field in which two records agree, or a reason that speaks against them. */
export interface Weight {
  /** The field: `native-id`, `service.name`, `image`, `name`, `slot`; empty for how rare a match is. */
  field: string
  /** How the field is compared. */
  technique: string
  /** The value that they share, or what speaks against it. */
  value: string
  /** What it adds to the score. */
  weight: number
}

/** Why two records are two things. */
export type WhyNot = {
  kind: 'together'
} | {
  kind: 'too_little'
  /** The score. */
  score: number
} | {
  /** A record of the one thing. */
  a: string
  /** A record of the other. */
  b: string
  kind: 'split'
} | {
  /** A record of the one thing. */
  a: string
  /** A record of the other. */
  b: string
  kind: 'side_by_side'
} | {
  kind: 'rival'
  /** That record. */
  record: string
} | {
  /** A record of the one thing. */
  a: string
  /** A record of the other. */
  b: string
  kind: 'against'
}

/** Whose word on an attribute goes before whose. Words of others are shown only where none of these says anything. */
export interface Writers {
  /** Which attribute, or which relation: `ownedBy`. */
  attribute: string
  /** Of which kind of entity. Default: of every kind. */
  of?: Kind | null
  /** Sources or sorts of sources, such as `catalogue`, the first before the next. One that is staler than the question allows comes after all that are not. */
  sources: string[]
}
