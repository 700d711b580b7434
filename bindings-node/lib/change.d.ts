// Written by the core from its own types: `cargo run -q -p benches --bin surface`. Changes by hand are lost.

import type { Autoscaler, Breaker, ChangeDraft, Leaving, Money, OnRemoval, State, Timestamp } from './answers'

/** Changes, as a scenario takes them. */
export const change: {
  /** An entity fails for a while. */
  fail(entity: string, options?: {
    /** For how long in a month, in minutes. Without it: all of the month. */
    minutes?: number
    /** How badly. Default: down. */
    state?: State
  }): ChangeDraft
  /** An entity is taken away for ever. */
  remove(entity: string, options?: {
    /** What its callers do. Default: whoever requires it fails. */
    callers?: OnRemoval
    /** Whom its callers call instead. */
    redirectTo?: string
  }): ChangeDraft
  /** An entity comes. */
  add(name: string, options?: {
    /** Who calls it: each piece of their work once, after everything else. [`Change::AddDependency`] says more of such calls. */
    calledBy?: string[]
    /** What it calls. */
    calls?: string[]
    /** In which environment it is. */
    environment?: string
    /** What it is. Default: a component with one instance. */
    kind?: string
    /** How long each of its answers takes, with all that it calls, in milliseconds. Without it, what it does to requests of its callers is not known. */
    ownMs?: number
    /** Who answers for it. */
    owner?: string
    /** What it costs in a month. */
    price?: Money
    /** In which region it is. */
    region?: string
    /** How many requests come to it each second beside those of its callers: with `workers`, how busy it is follows, and how much busier those are whom it calls. Each of its requests calls them once. */
    requestsASecond?: number
    /** How many requests it serves at a time: its size. */
    workers?: number
  }): ChangeDraft
  /** Something else takes the place of an entity: another product, vendor or price. */
  replace(entity: string, by: string, options?: {
    /** How available what comes is, in parts per one. */
    availability?: number
    /** For how many days both run. Default: 30. */
    dualRunDays?: number
    /** What leaving costs, once. */
    exitFee?: Money
    /** How much longer each of its operations takes, in milliseconds; below 0 is shorter. */
    ms?: number
    /** What it costs in a month, beside what it costs by volume. */
    price?: Money
    /** What a million of its requests cost: as many are taken to come as were recorded. */
    priceAMillion?: Money
  }): ChangeDraft
  /** An entity moves to another region. */
  move(entity: string, region: string, options?: {
    /** For how many minutes nothing of it serves while it moves. Default: none. */
    cutoverMinutes?: number
    /** What its traffic between regions costs in a month. */
    egress?: Money
    /** How much of its traffic crosses regions then, in gigabytes a month: with `price_a_gb`, what that costs follows where it is not given. */
    egressGb?: number
    /** What the move costs, once. */
    oneOff?: Money
    /** What a gigabyte between regions costs. */
    priceAGb?: Money
    /** What it costs there, as a multiple of what it costs here. */
    priceFactor?: number
    /** How many round trips a call takes. Default: 1. */
    roundTrips?: number
    /** The round trip between both regions, in milliseconds. Without it, what the move does to latency is not known. */
    rttMs?: number
    /** Whether the stores that only it uses move along. Default: they stay. */
    storesFollow?: boolean
  }): ChangeDraft
  /** Everything that is known to run in a region moves to another one. */
  evacuateRegion(entity: string, region: string, options?: {
    /** The round trip between both regions, in milliseconds. */
    rttMs?: number
  }): ChangeDraft
  /** An entity runs in more copies, or fewer. */
  scale(entity: string, replicas: number, options?: {
    /** Whether copies fail without each other. Without it, availability has bounds. */
    areIndependent?: boolean
    /** How many there are now. Without it: as many as its source declares. */
    now?: number
    /** How many of them it takes to serve. Default: 1. */
    quorum?: number
    /** How long a copy takes until it serves, in seconds: until then figures are those of before. Default: no time. */
    warmUpS?: number
  }): ChangeDraft
  /** An entity runs on larger machines, or smaller ones. */
  resize(entity: string, options?: {
    /** What it costs then in a month. */
    price?: Money
    /** How many times as fast a processor works. Without it, what it does to latency is not known. */
    speedUp?: number
  }): ChangeDraft
  /** A part of an entity becomes one of its own. */
  split(entity: string, into: string, options?: {
    /** How many calls a request makes over the cut. */
    callsARequest?: number
    /** The round trip over the cut, in milliseconds. Default: 0.5. */
    rttMs?: number
    /** What only the part needs from then on. */
    takes?: string[]
  }): ChangeDraft
  /** Entities become a part of another one. */
  merge(entity: string, others: string[], options?: {
    /** How many requests it serves at a time then, for all its parts. Without it, how busy it is is not known. */
    workers?: number
  }): ChangeDraft
  /** An entity is announced to end. */
  deprecate(entity: string, sunset: Timestamp, options?: {
    /** Who has said until when to leave; who has not is still there then. */
    leaving?: Leaving[]
  }): ChangeDraft
  /** An entity comes to depend on another one. */
  addDependency(entity: string, on: string, options?: {
    /** How many calls a request makes, one after another. Default: 1. */
    callsARequest?: number
    /** The classes of data that pass over it, as those who hold them are labelled. Default: whatever either end has. */
    dataClasses?: string[]
    /** Whether the calls are made beside everything else that the request does. Default: after it. */
    isBeside?: boolean
    /** Whether it does without the answer if the call fails. Without it: requests fail with it, and of a failure beyond that it is not known how badly it is needed. */
    isOptional?: boolean
    /** The operation that is called. Without it, what the calls do to latency is not known. */
    operation?: string
    /** By which relation. Default: `calls`. */
    relation?: string
    /** After which time it gives up, in milliseconds. Default: never. */
    timeoutMs?: number
  }): ChangeDraft
  /** An entity depends on another one no longer. */
  removeDependency(entity: string, on: string, options?: {
    /** By which relation. Default: by every one over which failure passes. */
    relation?: string
  }): ChangeDraft
  /** An entity hands work over by a queue instead of waiting for it. */
  toAsync(entity: string, on: string, queue: string, options?: {
    /** How long handing over takes, in milliseconds. Without it, latency is not known. */
    ackMs?: number
    /** How many messages are worked off in a second. Without it, when work is completed is not known. */
    drainedASecond?: number
    /** How long the queue keeps a message, in seconds. Default: until it is worked off. */
    retentionS?: number
  }): ChangeDraft
  /** An entity puts a cache before another one. */
  addCache(entity: string, of: string, options?: {
    /** How long asking it takes, in milliseconds. Default: 0.5. */
    hitMs?: number
    /** How often it has what is asked for, in parts per one. Without it: the ratio from which on it is worth it. */
    hitRatio?: number
    /** How many different things are asked for. */
    keys?: number
    /** How unequally they are asked for: the k-th k^-skew times as often as the first. Default: 1. */
    skew?: number
    /** How long it keeps an answer, in seconds: with `keys`, the ratio follows where it is not given. */
    ttlS?: number
  }): ChangeDraft
  /** An entity loses a cache: it is not asked any more, and every request takes the path of a miss. */
  removeCache(entity: string, cache: string): ChangeDraft
  /** A store gets a copy that takes over when it fails, and that may be read. */
  addReplica(entity: string, options?: {
    /** Whether both fail without each other. Without it, availability has bounds. */
    areIndependent?: boolean
    /** How long taking over lasts, in seconds. Default: no time. */
    failoverS?: number
    /** How often a month it takes over. Without it, availability has bounds where taking over lasts. */
    failoversAMonth?: number
    /** By how much the copy is late, in milliseconds. */
    lagMs?: number
    /** How many of both have to be up. Default: 1. */
    quorum?: number
    /** The share of its requests that the copy serves, in parts per one. Default: none. */
    readShare?: number
    /** Where the copy is. */
    zone?: string
  }): ChangeDraft
  /** An entity calls another one by other rules. What is not said stays as it is. */
  setCallPolicy(entity: string, on: string, options?: {
    /** How long it waits before, in milliseconds. */
    backoffMs?: number
    /** After so many failures in a row, nobody asks for a while. */
    breaker?: Breaker
    /** Whether it does something else instead when the call fails. */
    hasFallback?: boolean
    /** Whether doing the work twice is the same as doing it once. */
    isIdempotent?: boolean
    /** How often a failed call is tried again. */
    retries?: number
    /** After which time it gives up, in milliseconds. */
    timeoutMs?: number
  }): ChangeDraft
  /** More requests come, or fewer. */
  scaleLoad(factor: number, options?: {
    /** What adds workers as they get busy, and takes them away: of services whose number of workers is declared or was seen. Default: nothing does. */
    autoscaler?: Autoscaler
    /** Only to this endpoint, as comparisons call it: `web.cart`. Default: to all. */
    endpoint?: string
  }): ChangeDraft
  /** An entity changes its version or its contract. */
  upgrade(entity: string, version: string, options?: {
    /** Who cannot use the new one as it is. */
    breaks?: string[]
    /** The operations that the new one serves no longer, or in a way that those who call them do not understand, as telemetry names them: whoever was seen to call one is broken. */
    drops?: string[]
    /** From when on nobody mends the new one any more. */
    endOfLife?: Timestamp
    /** The known vulnerabilities that go with the old one. */
    fixes?: string[]
    /** Under which licence the new one is, if it is another one. */
    licence?: string
    /** The known vulnerabilities that come with the new one. */
    vulnerabilities?: string[]
  }): ChangeDraft
  /** An entity serves so many requests and no more. */
  setQuota(entity: string, aSecond: number): ChangeDraft
  /** A price is agreed on for a while, whatever is used. */
  commit(entity: string, price: Money, months: number): ChangeDraft
  /** An operation takes longer. */
  addLatency(entity: string, operation: string, ms: number): ChangeDraft
  /** Somebody else answers for an entity. */
  changeOwner(entity: string, owner: string, options?: {
    /** Who of them is called first, for people. */
    onCall?: string
  }): ChangeDraft
  /** Calls from one entity to another are encrypted. */
  encrypt(entity: string, on: string, options?: {
    /** How long agreeing on keys takes, in milliseconds. Without it, latency is not known. */
    handshakeMs?: number
    /** What the keys cost in a month. */
    price?: Money
    /** The share of calls over a connection that is there already, in parts per one. Default: none. */
    reuse?: number
  }): ChangeDraft
  /** A rule instead of a change: an entity and what it stores data in may be in some regions only. */
  residency(entity: string, regions: string[]): ChangeDraft
}
