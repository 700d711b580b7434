'use strict'
// Written by the core from its own types: `cargo run -q -p benches --bin surface`. Changes by hand are lost.

const { options } = require('./data.js')

/** Names as the core spells them. */
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const made = (change, named, given = {}) => {
  const spelled = Object.entries(options(given)).map(([name, value]) => [snake(name), value])
  return { ...Object.fromEntries(spelled), ...named, change }
}

/** Changes, as a scenario takes them. */
const change = {
  fail: (entity, given) => made('fail', { entity }, given),
  remove: (entity, given) => made('remove', { entity }, given),
  add: (name, given) => made('add', { name }, given),
  replace: (entity, by, given) => made('replace', { entity, by }, given),
  move: (entity, region, given) => made('move', { entity, region }, given),
  evacuateRegion: (entity, region, given) => made('evacuate_region', { entity, region }, given),
  scale: (entity, replicas, given) => made('scale', { entity, replicas }, given),
  resize: (entity, given) => made('resize', { entity }, given),
  split: (entity, into, given) => made('split', { entity, into }, given),
  merge: (entity, others, given) => made('merge', { entity, others }, given),
  deprecate: (entity, sunset, given) => made('deprecate', { entity, sunset }, given),
  addDependency: (entity, on, given) => made('add_dependency', { entity, on }, given),
  removeDependency: (entity, on, given) => made('remove_dependency', { entity, on }, given),
  toAsync: (entity, on, queue, given) => made('to_async', { entity, on, queue }, given),
  addCache: (entity, of, given) => made('add_cache', { entity, of }, given),
  removeCache: (entity, cache) => made('remove_cache', { entity, cache }),
  addReplica: (entity, given) => made('add_replica', { entity }, given),
  setCallPolicy: (entity, on, given) => made('set_call_policy', { entity, on }, given),
  scaleLoad: (factor, given) => made('scale_load', { factor }, given),
  upgrade: (entity, version, given) => made('upgrade', { entity, version }, given),
  setQuota: (entity, aSecond) => made('set_quota', { entity, a_second: aSecond }),
  commit: (entity, price, months) => made('commit', { entity, price, months }),
  addLatency: (entity, operation, ms) => made('add_latency', { entity, operation, ms }),
  changeOwner: (entity, owner, given) => made('change_owner', { entity, owner }, given),
  encrypt: (entity, on, given) => made('encrypt', { entity, on }, given),
  residency: (entity, regions) => made('residency', { entity, regions }),
}

module.exports = { change }
