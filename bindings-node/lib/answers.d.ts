// What answers hold, as the core writes it. Fields have the core's names, so that a row reads the same in every host.

/** A kind of the table, or one that a host added. */
export type Kind =
  | 'System' | 'Domain' | 'Component' | 'API' | 'Workload' | 'Service' | 'DataStore' | 'Queue' | 'Repository' | 'Package'
  | 'Image' | 'Pipeline' | 'Configuration' | 'Team' | 'Person' | 'Decision' | 'Environment' | 'Region' | (string & {})
/** A relation of the table, or one that a host added. */
export type Relation =
  | 'calls' | 'reads' | 'writes' | 'publishes' | 'consumes' | 'dependsOn' | 'ownedBy' | 'partOf' | 'runsOn' | 'deployedTo'
  | 'builtFrom' | 'builtBy' | 'represents' | 'governs' | (string & {})
/** How badly something fails. */
export type State = 'up' | 'delayed' | 'degraded' | 'down'
/** For a while, or for ever. */
export type Hazard = 'outage' | 'removal'
/** The side from which something is known. */
export type Perspective = 'declared' | 'deployed' | 'observed' | 'billed' | 'decided'
/** What a question needs of its sources. */
export type Profile = 'cadence' | 'incident' | 'planning' | 'audit'
/** A moment, RFC 3339 in UTC. */
export type Timestamp = string
/** The number of a piece of evidence within its page or answer. */
export type EvidenceNumber = number

/** An exact amount of money. */
export interface Money {
  currency: string
  /** A decimal number. */
  amount: string
}

/** A typed value: one of these fields is there. */
export interface Value {
  text?: string
  texts?: string[]
  integer?: number
  flag?: boolean
  money?: Money
  /** Microseconds. */
  duration?: number
  bytes?: number
  /** Parts per million. */
  ratio?: number
  timestamp?: Timestamp
  sketch?: unknown
}

/** An entity by its name, kind and stable id. */
export interface EntityRef {
  name: string
  kind: Kind
  id: string
}

/** Who is affected. */
export interface Hit {
  entity: EntityRef
  /** The instance, where the entity is a component. */
  instance: EntityRef | null
  /** The worst state that it may be in. */
  state: State
  /** The state that it is in at least. */
  at_least: State
  hops: number
  /** Names and, between them, relations. */
  path: string[]
  evidence: EvidenceNumber[]
}

/** One source's word for an attribute. */
export interface SaidValue {
  name: string
  value: Value
  perspective: Perspective
  evidence: EvidenceNumber[]
}

/** One record of an entity. */
export interface MemberRow {
  record: { source: string; cluster?: string; namespace?: string; kind: Kind; name: string }
  /** The record's key as text, to pin or split by. */
  key: string
}

/** Everything that is known of an entity. */
export interface Description {
  entity: EntityRef
  placement: { environment?: string; region?: string; account?: string; cluster?: string; namespace?: string }
  instances: EntityRef[]
  members: MemberRow[]
  attributes: SaidValue[]
  owners: OwnerRow[]
  /** How many relations there are, by name. */
  relations: [string, number][]
  unresolved: unknown[]
  evidence: EvidenceNumber[]
}

/** One relation of an entity. */
export interface Neighbour {
  /** The end at which the entity stands: itself, or one of its instances. */
  at: EntityRef
  /** The relation as it reads from there. */
  relation: Relation
  other: EntityRef
  perspectives: Perspective[]
  confidence: number
  stale: boolean
  attributes: [string, Value][]
  evidence: EvidenceNumber[]
}

/** Who answers for an entity. */
export interface OwnerRow {
  owner: EntityRef
  owns: EntityRef
  confidence: number
  perspectives: Perspective[]
  evidence: EvidenceNumber[]
}

/** One relation that one side knows. */
export interface DriftRow {
  from: EntityRef
  relation: Relation
  to: EntityRef
  confidence: number
  stale: boolean
  evidence: EvidenceNumber[]
}

/** What one side says and another does not. */
export interface Drift {
  missing: DriftRow[]
  undeclared: DriftRow[]
  changed: { edge: DriftRow; attribute: string; left: Value[]; right: Value[] }[]
  not_compared: EntityRef[]
}

/** A drift as rows. */
export interface DriftTableRow extends DriftRow {
  what: 'missing' | 'undeclared' | 'changed'
  attribute: string | null
  left: Value[]
  right: Value[]
}

/** What an entity and its dependents are billed. */
export interface CostSummary {
  rows: { entity: EntityRef; hops: number; cost: Money[]; lines: number; evidence: EvidenceNumber[] }[]
  unallocated: { why: string; cost: Money[]; lines: number; evidence: EvidenceNumber[] }[]
}

/** A cost as rows. */
export interface CostTableRow {
  entity: EntityRef | null
  hops: number | null
  currency: string
  amount: number
  lines: number
  unallocated: string | null
  evidence: EvidenceNumber[]
}

/** A decision that governs an entity. */
export interface GoverningDecision {
  decision: EntityRef
  governs: EntityRef
  status: string | null
  succeeded_by: EntityRef[]
  violations: {
    forbids: string
    from: EntityRef
    to: EntityRef
    perspectives: Perspective[]
    evidence: EvidenceNumber[]
  }[]
  evidence: EvidenceNumber[]
}

/** Why two records are one thing, or not. */
export interface IdentityReason {
  a: string
  b: string
  merged: boolean
  reason: string
  weights: { field: string; technique: string; value: string; weight: number }[]
  score: number
  threshold: number
  evidence: EvidenceNumber[]
}

/** One of several values that one side gives for an attribute. */
export interface Conflict {
  of: EntityRef
  name: string
  perspective: Perspective
  value: Value
  /** Whether this is the word to go by. */
  shown: boolean
  evidence: EvidenceNumber[]
}

/** Entities that need each other around a corner. */
export interface Cycle {
  members: EntityRef[]
  relations: string[]
  evidence: EvidenceNumber[]
}

/** One thing that changed. Changes of a receipt cite no evidence. */
export type Change =
  | { change: 'entity_added'; entity: EntityRef; evidence?: EvidenceNumber[] }
  | { change: 'entity_removed'; entity: EntityRef }
  | {
      change: 'attribute_changed'
      entity: EntityRef
      attribute: string
      before: Value[]
      after: Value[]
      evidence?: EvidenceNumber[]
    }
  | { change: 'relation_added'; from: EntityRef; relation: Relation; to: EntityRef; evidence?: EvidenceNumber[] }
  | { change: 'relation_removed'; from: EntityRef; relation: Relation; to: EntityRef }
  | {
      change: 'sides_changed'
      from: EntityRef
      relation: Relation
      to: EntityRef
      before: Perspective[]
      after: Perspective[]
      evidence?: EvidenceNumber[]
    }

/** What follows from a scenario. */
export interface Outcome {
  impact: Hit[]
  owners: OwnerRow[]
  unowned: EntityRef[]
  requests: {
    at_least: number
    at_most: number
    observed: number
    entries: {
      entry: EntityRef
      operation: string
      observed: number
      at_least: number
      at_most: number
      evidence: EvidenceNumber[]
    }[]
    counted: EntityRef[]
  } | null
}

/** One scope that could bear on the question and was not read to its end, or is stale. */
export interface Missing {
  source: string
  scope: string
  why: string
  since: Timestamp | null
}

/** Whether an answer is whole. */
export type Status =
  | { kind: 'complete' }
  | { kind: 'partial'; missing: Missing[] }
  | { kind: 'unknown'; why: string }

/** How old what an answer rests on is. */
export interface Freshness {
  source: string
  sort: string
  observed_at: Timestamp
  age_s: number
  required_s: number
  met: boolean
}

/** Where a number lies. */
export interface Interval {
  kind: 'bounds' | 'confidence'
  low: number
  high: number
}

/** The two times that an answer is about. */
export interface AsOf {
  /** What held then. */
  valid: Timestamp
  /** By what the twin knew then. */
  known: Timestamp
}

/** One piece of evidence. */
export interface Evidence {
  source: string
  scope: string
  /** Where it stands: `path:line`. */
  locator: string | null
  chain: { locator: string; raw: string }[]
  field: string
  technique: string
  confidence: number
  perspective: Perspective
  observed_at: Timestamp | null
}

/** Something that could not be taken as it was. */
export interface Diagnostic {
  severity: string
  code: string
  locator: string
  message: string
  records: number
}

/** What became of what came in: the four counters add up to the number of records. */
export interface Receipt {
  applied: number
  duplicate: number
  late: number
  rejected: number
  revision: number
  diagnostic_count: number
  /** The first thousand. */
  diagnostics: Diagnostic[]
  change_count: number
  /** The first thousand. */
  changes: Change[]
}

/** A path, and why it is not known, or not all of it. */
export interface Unread {
  path: string
  why: string
}

/** What a scan saw. */
export interface Report {
  source: string
  folders: number
  files: number
  decoders: { sort: string; files: number; read: number; rejected: number }[]
  in_part: Unread[]
  not_understood: Unread[]
  nothing_to_keep: string[]
  not_read: Unread[]
  nobody_reads: Record<string, number>
  skipped: Record<string, number>
  links: string[]
}

/** One thing that a source must keep to, and whether it does. */
export interface SourceCheck {
  name: string
  passed: boolean
  why: string
}
