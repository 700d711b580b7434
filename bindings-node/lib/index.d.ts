/// <reference lib="esnext.disposable" />
// Twin for Node: an embeddable digital twin of software systems.

import type {
  AsOf, Availability, Backtest, CallTemplateRow, CapabilityDraft, Cascade, Change, ChangeDraft, ChangesSince, ChoiceDraft, Comparison, Conflict, CostSummary,
  CostTableRow, CriticalPathRow, Cycle, DataPolicy, DatedEvent, Description, Diagnostic, Drift, DriftTableRow, EntityRef, Evidence, Explanation, Figure, FigureScore,
  Finding, Freshness, Future, GoverningDecision, Headroom, History, Hit, HitRatio, IdentityPlan, IdentityReason, IncidentDraft, Interval, KeptPrediction, Kind,
  LatencySummary, LeftOut, Metastability, ModelDraft, Neighbour, NextQuestion, ObjectiveDraft, Outcome, OwnerRow, PageDraft, PastIncident,
  Perspective, PoliciesDraft, Prediction, Predictions, Profile, Question, Queue, QueueNetwork, Reality, Receipt, Redaction, Related, Relation,
  Report, RetryLoad, ReviewRow, SaidValue, Savings, Scores, SearchDraft, SearchOption, SearchResult, SmellRow, SourceCheck, State, Status, SuspectRow, Threshold,
  TimedHit, TimelineRow, Timestamp, ToleranceDraft, TradeOff, TradeOffRow, Uncertain, Verified, WhyNot, Writers,
} from './answers'

import type { change as changes } from './change'

export * from './answers'

/** A moment: a `Date`, an ISO string with a zone, or a day in UTC such as `2026-11-15`. */
export type Moment = Date | string

/** What an error is about, the same in every host. */
export type ErrorCode =
  | 'unknown' | 'ambiguous' | 'invalid' | 'corrupt' | 'newer' | 'busy' | 'not_a_store' | 'io' | 'limit' | 'cancelled' | 'closed'
  | (string & {})

/**
 * Whatever the twin refuses or cannot do. An argument of the wrong type is a `TypeError` with the code `invalid` instead.
 */
export class TwinError extends Error {
  constructor(code: ErrorCode, message: string, options?: ErrorOptions)
  readonly code: ErrorCode
  readonly name: 'TwinError'
}

/** Opens the twin at a path, or makes one. */
export function open(path: string | URL, options?: { readOnly?: boolean }): Promise<Twin>

/** A twin that forgets when it is closed. */
export function inMemory(): Twin

/** How many twins, snapshots, scenarios, answers and resolutions this process holds. */
export function liveHandles(): number

/**
 * Ranks scenarios by objectives, without weighing these: which may be best, and what would turn a choice between two. The answers are those of
 * `compare()`, called as their scenarios are. Of an objective less is better, or, with the goal `max`, more.
 */
export function tradeOff(answers: readonly AnswerOf<'compare'>[], objectives: readonly ObjectiveDraft[]): Promise<AnswerOf<'trade_off'>>

/** What each model of plain numbers gives. */
export interface Models {
  availability: Availability
  cache: HitRatio
  cascade: Cascade
  headroom: Headroom
  latency: LatencySummary
  metastability: Metastability
  queue: Queue
  queue_network: QueueNetwork
  retries: RetryLoad
  savings: Savings
}

/** What comes of a model of plain numbers: a queue, a network of queues, retries, a cascade, an availability, a latency, a cache, savings. */
export function solve<Model extends ModelDraft>(model: Model): Promise<Models[Model['model']]>

/** A row of a table: a record with its fields. Lists and objects become fields with all that is in them; what is `null` is not said. */
export type TableRow = { readonly [column: string]: unknown }

/** The columns of a table by name, all of one length. */
export type TableColumns = { readonly [column: string]: Iterable<unknown> }

/** Which columns of a table say what a record is, and what is asked for. Every other column is a field. */
export interface ResolveOptions extends Omit<LongWork, 'now'> {
  /** The column of ids. Default: `id`. */
  id?: string
  /** The column of names. Default: `name`. */
  name?: string
  /** The column that says in which system a record was read. Without one, all were read in one system. */
  system?: string
  /** The column that says what a record is in its system. Without one, all are of one kind. */
  kind?: string
  /** How much must speak for two records: `cautious` where a wrong merge costs more than a missed one. Default: `balanced`. */
  threshold?: Threshold
  /** Pairs of ids that are one thing. */
  pins?: readonly (readonly [string | number, string | number])[]
  /** Pairs of ids that are two things. */
  splits?: readonly (readonly [string | number, string | number])[]
}

/** Resolves a table of the host's own: which of its records are one thing. */
export function resolve(
  table: Iterable<TableRow> | AsyncIterable<TableRow> | TableColumns,
  options?: ResolveOptions,
): Promise<Resolution>

/** The records of a table with the things that they are. Records are named by their ids, each as text. */
export class Resolution {
  private constructor()
  /** How many records were resolved. */
  readonly size: number
  /** The `id` of each record and the least id of its `cluster`, in the order of the table. */
  readonly clusters: Table
  /** Pins and splits of records that the table does not have. */
  readonly ignored: [a: string, b: string][]
  /** The things: the ids of the records of each. */
  things(): Promise<string[][]>
  /** What speaks for and against two records being one thing, as weights in bits that sum exactly to the score. */
  explain(a: string, b: string): Promise<Explanation>
  /** How likely two records are one thing, by what speaks for and against them alone. */
  probability(a: string, b: string): Promise<number>
  /** Why two records are two things. */
  whyNot(a: string, b: string): Promise<WhyNot>
  /** The pairs of which a person's decision would tell most, the first first: hand them back as `pins` or `splits`. Default: 20. */
  review(limit?: number): Promise<Uncertain[]>
  /** What was kept apart for its role, with what it belongs to. */
  related(): Promise<Related[]>
  /** The things and what to review as a fragment for a portal. */
  toHtml(): Promise<string>
}

/** How far long work has come. */
export interface Progress {
  readonly phase: string
  readonly done: number
  /** 0 where it is not known yet. */
  readonly total: number
}

/** The terms of long work. */
export interface LongWork {
  /** What the host calls now. Default: its clock. */
  now?: Moment
  /** Stops the core. The promise rejects with the signal's reason once it has stopped; nothing half done stays. */
  signal?: AbortSignal
  /** Told now and then, not of every unit. What it throws stops the work, and is what the caller gets. */
  onProgress?: (progress: Progress) => void
  /** In how many milliseconds the work must end. */
  deadline?: number
}

/** The terms of a scan. */
export interface ScanOptions extends LongWork {
  /** The source, which begins every record's key. Default: the Git remote, else the absolute path. */
  name?: string
  /** Names of folders that are not entered. */
  skip?: readonly string[]
}

/** What became of a scan. */
export interface ScanReceipt extends Receipt {
  report: Report
}

/** A twin: takes what sources say, and answers through snapshots. */
export class Twin {
  private constructor()
  /** Counts the commits that changed facts, their evidence, or identity. */
  readonly revision: number
  /** Reads a folder: every file that any decoder recognises. */
  scan(path: string | URL, options?: ScanOptions): Promise<ScanReceipt>
  /** Reads a source of the host's own to its end, from where it last stopped. What the source throws is what the caller gets. */
  sync(source: Source, options?: LongWork & { name?: string }): Promise<Receipt>
  /** Takes pages of a source that the host has at hand. */
  apply(pages: readonly PageDraft[], options: LongWork & { source: string; capability: CapabilityDraft }): Promise<Receipt>
  /** What taking pages would do to identity: what is created, attached, merged and split. Nothing is written. */
  planIdentity(pages: readonly PageDraft[], options: LongWork & { source: string; capability: CapabilityDraft }): Promise<IdentityPlan>
  /** An immutable view of what holds now, or at another time, or by what was known then. */
  snapshot(times?: { now?: Moment; valid?: Moment; known?: Moment }): Snapshot
  /** Decides that two records are of one entity. */
  pin(a: string, b: string, options?: { now?: Moment }): Promise<Change[]>
  /** Decides that two records are of two entities. */
  split(a: string, b: string, options?: { now?: Moment }): Promise<Change[]>
  /** Takes back what was decided on two records. */
  unpin(a: string, b: string, options?: { now?: Moment }): Promise<Change[]>
  /** Decides what the entity of a record is called. */
  rename(record: string, name: string, options?: { now?: Moment }): Promise<Change[]>
  /** Where a source goes on. */
  cursor(source: string): string | null
  /** Shows what another process wrote since, and gives the revision. */
  refresh(): Promise<number>
  /**
   * What was said of an entity over time: since when, until when, by whom and why, and when it was not there. Named by an id of today or of
   * before, or by a record key, also of a record that is gone.
   */
  history(entity: string): Promise<History>
  /**
   * A page of what changed since somebody last asked; without a cursor, of everything that there is. `most` is how many changes it has at most;
   * default: 1,000. A cursor holds in any process and after reopening.
   */
  changesSince(cursor?: string | null, options?: { most?: number }): Promise<ChangesSince>
  /** Holds a scenario against its base, and keeps what that says as a prediction, which never changes. */
  keep(scenario: Scenario, options?: Omit<CompareOptions, 'needs'>): Promise<Prediction>
  /** The predictions that were kept, with how far their changes have been made. */
  predictions(options?: LongWork): Promise<AnswerOf<'predictions'>>
  /** Holds predictions whose changes were made against what came: one of them, or all. */
  score(reality: Reality, options?: LongWork & { prediction?: string }): Promise<AnswerOf<'score'>>
  /** Predicts the twin's own past from what was known then, and lists hits, misses and false alarms. */
  backtest(options?: LongWork & { since?: Moment; until?: Moment; incidents?: readonly PastIncident[]; most?: number }): Promise<AnswerOf<'backtest'>>
  /** Reads and verifies everything that is in the store, and tells how much that was. */
  verify(): Promise<Verified>
  /** Writes what the store holds now into a new file, which opens as a twin of its own. */
  backup(path: string | URL): Promise<void>
  /** Writes everything that the store holds into a new file, as lines of JSON. */
  exportTo(path: string | URL): Promise<void>
  /** Takes what another twin has exported, with its ids and its times, and tells the lines that could not be taken. Only a twin that knows nothing yet does. */
  importFrom(path: string | URL): Promise<Diagnostic[]>
  /** Forgets what was known before a time and holds no longer then, and tells how many commits were put together. Later answers stay as they were. */
  retain(since: Moment): Promise<number>
  /**
   * Takes a record's attributes, labels and names, and what stood in its sources, out of everything that was ever known, and counts them. Its key
   * and its relations stay, and what a source still tells comes back with its next reading.
   */
  redact(record: string): Promise<Redaction>
  /** Holds a source of the host's own against what every source must keep to. */
  checkSource(makeSource: () => Source | Promise<Source>, options?: { now?: Moment; signal?: AbortSignal }): Promise<SourceCheck[]>
  /** Closes the store. Snapshots that were taken stay, and work that runs goes on to its end. */
  close(): void
  [Symbol.dispose](): void
  [Symbol.asyncDispose](): Promise<void>
}

/** What the question needs of its sources, which every question takes. */
export interface Needs {
  needs?: Profile
}

/** For a while, or for ever. */
export type Hazard = 'outage' | 'removal'

/** An immutable view of the twin. Entities are named by id, record key, alias or unique name. */
export class Snapshot {
  private constructor()
  /** The twin's revision. */
  readonly revision: number
  /** The times that the snapshot is about. */
  readonly asOf: AsOf
  /** The moment against which ages are counted. */
  readonly now: Timestamp
  /** How many entities there are. */
  readonly size: number
  /** The name of the scenario, if this is one. */
  readonly scenarioName: string | null
  /** Answers a question that is given as data. */
  ask<Q extends Question>(question: Q): Promise<AnswerOf<Q['kind']>>
  /** Who is affected if an entity fails? */
  blastRadius(entity: string, options?: Needs & { state?: State; hazard?: Hazard; environment?: string }): Promise<AnswerOf<'blast_radius'>>
  /** What sources tell differently of an entity from the same side, and which word to go by. */
  conflicts(entity: string, options?: Needs & { writers?: readonly Writers[] }): Promise<AnswerOf<'conflicts'>>
  /** What an entity and its dependents are billed. */
  cost(entity: string, options?: Needs): Promise<AnswerOf<'cost'>>
  /** Entities that need each other around a corner. */
  cycles(options?: Needs): Promise<AnswerOf<'cycles'>>
  /** What was decided about an entity, and whether reality keeps to it. */
  decisions(entity: string, options?: Needs): Promise<AnswerOf<'decisions'>>
  /** Everything that is known of an entity, with every source's word. */
  describe(entity: string, options?: Needs): Promise<AnswerOf<'describe'>>
  /** What one side says and another does not. Default: what is declared against what is observed. */
  drift(options?: Needs & { left?: Perspective; right?: Perspective }): Promise<AnswerOf<'drift'>>
  /** Why the records of an entity are one thing, and which others came near. */
  explain(entity: string, options?: Needs): Promise<AnswerOf<'explain'>>
  /** The entities whose names contain some words; empty for all. */
  findAll(words: string, options?: Needs & { of?: Kind }): Promise<AnswerOf<'find_all'>>
  /** What is dated and still to come, and what of it collides. */
  future(until: Moment, options?: Needs & { events?: readonly DatedEvent[] }): Promise<AnswerOf<'future'>>
  /** What an entity is related to. */
  neighbours(entity: string, options?: Needs & { relation?: Relation }): Promise<AnswerOf<'neighbours'>>
  /** Who answers for an entity, and by which rule. */
  owners(entity: string, options?: Needs & { writers?: readonly Writers[] }): Promise<AnswerOf<'owners'>>
  /** What a person should decide about identity, the most telling first. */
  review(options?: Needs & { most?: number }): Promise<AnswerOf<'review'>>
  /** Cycles, hubs, and dependencies on what is less stable. A hub is needed by `fanIn` others and needs `fanOut`: 5 by default. */
  smells(options?: Needs & { fanIn?: number; fanOut?: number }): Promise<AnswerOf<'smells'>>
  /** When an outage reaches whom. */
  timeToImpact(entity: string, at: Moment, options?: Needs & {
    state?: State; durationMs?: number; environment?: string; tolerances?: readonly ToleranceDraft[]
  }): Promise<AnswerOf<'time_to_impact'>>
  /** Why two entities are not one. */
  whyNot(a: string, b: string, options?: Needs): Promise<AnswerOf<'why_not'>>
  /** Finds one entity by id, record key, alias, or unique name. */
  find(name: string): EntityRef
  /** What changed from an earlier snapshot to this one. */
  diff(earlier: Snapshot): Promise<AnswerOf<'diff'>>
  /** Searches change sets for an aim, within constraints: each option is a list of changes. After the deadline the best so far comes back, marked as not finished. */
  search(question: SearchDraft, options?: Omit<CompareOptions, 'needs'>): Promise<AnswerOf<'search'>>
  /** Which input that nobody knows would turn a choice between scenarios, and whom to ask: the twin finds who owns what a change is about. */
  nextQuestions(choice: ChoiceDraft, options?: CompareOptions): Promise<AnswerOf<'next_questions'>>
  /** Ranks what may have caused a symptom, by what was measured and changed and by who needs whom. Where nothing is known to be wrong, nobody is named. */
  suspects(incident: IncidentDraft, options?: LongWork): Promise<AnswerOf<'suspects'>>
  /** What was learnt of requests: by operation and outcome how long it works by itself, whom it asks in which turn and by what rules, and how long it waits. Of services that no trace shows, what the twin has counted is told. */
  callTemplates(options?: Pick<CompareOptions, 'traces' | 'policies' | keyof Needs | keyof LongWork>): Promise<AnswerOf<'call_templates'>>
  /** What recorded requests wait for, by endpoint and operation, the longest first: the critical path of each request in files of OTLP, summed. */
  criticalPath(traces: string | readonly string[], options?: LongWork): Promise<AnswerOf<'critical_path'>>
  /** The world as it will be at a moment: what has had its sunset or was removed by then is removed, and what has expired is down. */
  asOfFuture(until: Moment, options?: { events?: readonly DatedEvent[] }): Promise<Scenario>
  /** A world that differs from this one. */
  scenario(name: string, changes: readonly ChangeDraft[]): Scenario
  /** A world that differs from this one by what differs between two versions of a folder. What could not be read takes nothing away. */
  scenarioFromFolders(name: string, before: string | URL, after: string | URL, options?: LongWork): Promise<Scenario>
  /** A world that differs from this one by what a plan of Terraform or OpenTofu, as `terraform show -json` writes it, is about to change. */
  scenarioFromTerraformPlan(name: string, path: string | URL, options?: LongWork): Promise<Scenario>
  /** The map and its tables as one page that needs nothing else. */
  toHtml(): Promise<string>
  /** The map as a picture. */
  toSvg(): Promise<string>
  /** The map as text for a diagram. */
  toMermaid(): Promise<string>
}

/** Changes, as a scenario takes them. */
export const change: typeof changes

/** What a comparison is made with. */
export interface CompareOptions extends LongWork, Needs {
  /** Files of recorded requests in OTLP: they are played again with the changes. */
  traces?: string | readonly string[]
  /** What is known of services and calls beside the twin. */
  policies?: PoliciesDraft
  /** How available some entities are by themselves, in parts per one, by name. */
  availability?: { readonly [entity: string]: number }
  /** By class of data, who holds it of its own, by name. */
  dataClasses?: { readonly [name: string]: readonly string[] }
  /** Where classes of data may be, and how they may move. */
  dataPolicies?: readonly DataPolicy[]
  /** Where chance is asked. Default: 0. */
  seed?: number
}

/** A world that differs from the snapshot that it was made of. */
export class Scenario {
  private constructor()
  /** The name. */
  readonly name: string
  /** The changes, as data that makes the same scenario of the same snapshot again. */
  readonly changes: ChangeDraft[]
  /** What is taken for granted. */
  readonly assumptions: string[]
  /** What is planned elsewhere and none of the changes, and why. */
  readonly leftOut: LeftOut[]
  /** What follows from the changes. */
  outcome(options?: Needs): Promise<AnswerOf<'outcome'>>
  /** The scenario against its base in every dimension: figures before and after, or why there are none. */
  compare(options?: CompareOptions): Promise<AnswerOf<'compare'>>
  /** The world after the changes. */
  snapshot(): Snapshot
}

/** Each question's row, and its value. */
export interface Answers {
  backtest: [row: Finding, value: Backtest]
  blast_radius: [row: Hit, value: Hit[]]
  call_templates: [row: CallTemplateRow, value: CallTemplateRow[]]
  compare: [row: Figure, value: Comparison]
  conflicts: [row: Conflict, value: Conflict[]]
  cost: [row: CostTableRow, value: CostSummary]
  critical_path: [row: CriticalPathRow, value: CriticalPathRow[]]
  cycles: [row: Cycle, value: Cycle[]]
  decisions: [row: GoverningDecision, value: GoverningDecision[]]
  describe: [row: SaidValue, value: Description]
  diff: [row: Change, value: Change[]]
  drift: [row: DriftTableRow, value: Drift]
  explain: [row: IdentityReason, value: IdentityReason[]]
  find_all: [row: EntityRef, value: EntityRef[]]
  future: [row: TimelineRow, value: Future]
  neighbours: [row: Neighbour, value: Neighbour[]]
  outcome: [row: Hit, value: Outcome]
  owners: [row: OwnerRow, value: OwnerRow[]]
  predictions: [row: KeptPrediction, value: Predictions]
  review: [row: ReviewRow, value: ReviewRow[]]
  score: [row: FigureScore, value: Scores]
  next_questions: [row: NextQuestion, value: NextQuestion[]]
  search: [row: SearchOption, value: SearchResult]
  smells: [row: SmellRow, value: SmellRow[]]
  suspects: [row: SuspectRow, value: SuspectRow[]]
  time_to_impact: [row: TimedHit, value: TimedHit[]]
  trade_off: [row: TradeOffRow, value: TradeOff]
  why_not: [row: IdentityReason, value: IdentityReason[]]
}

/** The answer to a question of that kind. */
export type AnswerOf<Kind extends keyof Answers> = Answer<Answers[Kind][0], Answers[Kind][1]>

/** Rows with the evidence that they cite, by its number. */
export type Rows<Row> = Row[] & { readonly evidence: { readonly [number: string]: Evidence } }

/** A value with its evidence, freshness and blind spots. Nothing is parsed before it is asked for. */
export class Answer<Row = unknown, Value = Row[]> implements AsyncIterable<Row> {
  private constructor()
  /** An answer that was frozen, here or in another thread or process. */
  static thaw<Row = unknown, Value = Row[]>(text: string): Promise<Answer<Row, Value>>
  /** The question, as it was understood. */
  readonly question: { readonly kind: string; readonly [field: string]: unknown }
  /** Whether the answer is whole. */
  readonly status: Status
  /**
   * The value.
   * @throws {TwinError} with the code `limit` beyond 1,000 rows, which would block the event loop: take `pages()`, `rows()` or `columns()`.
   */
  readonly value: Value
  /** One line, where the question is one of yes and no. */
  readonly verdict: string | null
  /** Where the value lies, if it is a number that is not known exactly. */
  readonly interval: Interval | null
  /** The sides from which the facts behind the value are known. */
  readonly basis: Perspective[]
  /** How it was computed. */
  readonly method: string
  /** What was taken for granted. */
  readonly assumptions: string[]
  /** The sorts of sources that bear on the question and were read. */
  readonly inputs: string[]
  /** How old the sources are. */
  readonly freshness: Freshness[]
  /** What nobody here can see. */
  readonly blindSpots: string[]
  /** The seed, where chance was used. */
  readonly seed: number | null
  /** The twin's revision. */
  readonly revision: number
  /** The times that the answer is about. */
  readonly asOf: AsOf
  /** How many rows there are. */
  readonly size: number
  /** The rows, page by page, each page with the evidence that it cites. Default: 1,000 a page. */
  pages(size?: number): AsyncGenerator<Rows<Row>, void, undefined>
  /** All rows. The event loop goes on between each thousand, and a row's numbers under `evidence` count within its thousand: `evidence(place)` looks up a row's own. */
  rows(): Promise<Row[]>
  /** Why a row is there. */
  evidence(row: number): Evidence[]
  /** Canonical JSON of the whole answer. */
  toJson(): Promise<string>
  /** The answer as a fragment for a portal. */
  toHtml(): Promise<string>
  /** The picture of a comparison: bars before and after. Or of a trade-off: options by the objectives at two places, the first two by default. */
  toSvg(options?: Axes): Promise<string>
  /** The same picture as a specification for Vega-Lite, with its data, in JSON. It can stand in a page's script. */
  toVegaLite(options?: Axes): Promise<string>
  /** The rows as typed columns, laid out as Arrow lays them out. */
  columns(): Promise<Table>
  /** Text that another thread or process thaws. */
  freeze(): Promise<string>
  /** One row after the other, as `rows()` gives them. */
  [Symbol.asyncIterator](): AsyncGenerator<Row, void, undefined>
}

/** Which objectives of a trade-off are drawn, by their places from 0 on. */
export interface Axes {
  /** From left to right. */
  x?: number
  /** From below to above. */
  y?: number
}

/** Columns of one length. */
export interface Table {
  readonly size: number
  readonly columns: readonly Column[]
}

/** One column. Bits stand lowest first; texts are UTF-8, text `i` is `bytes[offsets[i]]` up to `offsets[i + 1]`. */
export type Column = {
  readonly name: string
  /** One bit for each row: whether it has a value. */
  readonly validity: Uint8Array
} & (
  | { readonly type: 'text'; readonly offsets: Int32Array; readonly bytes: Uint8Array }
  | { readonly type: 'integer'; readonly integers: BigInt64Array }
  | { readonly type: 'number'; readonly numbers: Float64Array }
  | { readonly type: 'flag'; readonly flags: Uint8Array }
  /** List `i` holds the texts `lists[i]` up to `lists[i + 1]`. */
  | { readonly type: 'texts'; readonly lists: Int32Array; readonly offsets: Int32Array; readonly bytes: Uint8Array }
)

/** A source of the host's own. */
export interface Source {
  /** The source's name, unless `sync` is given another. */
  readonly name?: string
  readonly capability: CapabilityDraft
  /** Reads the page at a cursor, or the first one. */
  read(cursor: string | null, context: ReadContext): PageDraft | Promise<PageDraft>
}

/** The terms of one reading. */
export interface ReadContext {
  /** What the host calls now. */
  readonly now: Timestamp
  /** Aborted as soon as nobody waits for the page any more. */
  readonly signal: AbortSignal
}
