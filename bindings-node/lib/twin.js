'use strict'

const native = require('./twin.node')
const { Answer } = require('./answer.js')
const { json, options, path } = require('./data.js')
const { invalid } = require('./error.js')
const { Host } = require('./host.js')
const { Snapshot, comparing, nativeOf } = require('./snapshot.js')
const { run } = require('./work.js')

/** A twin: takes what sources say, and answers through snapshots. */
class Twin {
  #native
  #last = Promise.resolve()
  #writing = 0

  constructor(twin) {
    if (!(twin instanceof native.Twin)) throw invalid('a twin comes from open() or inMemory()')
    this.#native = twin
  }

  async scan(folder, given = {}) {
    const { signal, onProgress, ...terms } = options(given)
    const [at, asked] = [json(path(folder), 'the path'), json(terms)]
    return this.#inTurn(() => this.#told({ signal, onProgress }, ({ stop }) => this.#native.scan(at, asked, stop)))
  }

  async sync(source, given = {}) {
    const { signal, onProgress, ...terms } = { name: source?.name, ...options(given) }
    return this.#pulled({ signal, onProgress }, () => source, (...call) => this.#native.sync(json(terms), ...call))
  }

  async checkSource(makeSource, given = {}) {
    if (typeof makeSource !== 'function') throw invalid('what makes the source is no function')
    const { signal, ...terms } = { name: 'checked', ...options(given) }
    const checks = await this.#pulled({ signal }, makeSource, (...call) => this.#native.checkSource(json(terms), ...call))
    signal?.throwIfAborted()
    return checks
  }

  async apply(pages, given = {}) {
    const { signal, onProgress, ...terms } = options(given)
    const asked = json({ ...terms, pages })
    return this.#inTurn(() => this.#told({ signal, onProgress }, ({ stop }) => this.#native.apply(asked, stop)))
  }

  async planIdentity(pages, given = {}) {
    const { signal, onProgress, ...terms } = options(given)
    return this.#told({ signal, onProgress }, ({ stop }) => this.#native.planIdentity(json({ ...terms, pages }), stop))
  }

  /** What is written is written in the order of the calls: a host that awaits none of them still has the last word last. A source that is pulled may write meanwhile. */
  #inTurn(write) {
    const written = this.#writing === 0 ? write() : this.#last.then(write)
    this.#writing += 1
    this.#last = written.catch(() => {}).finally(() => {
      this.#writing -= 1
    })
    return written
  }

  async #told(terms, begin) {
    return JSON.parse(await run(terms, begin))
  }

  async #pulled(terms, make, begin) {
    return this.#told(terms, async (work) => {
      const host = new Host(make, work.signal)
      return begin(work.stop, host.answer).catch((error) => Promise.reject(host.cause(error)))
    })
  }

  snapshot(times = {}) {
    return new Snapshot(this.#native.snapshot(json(options(times))))
  }

  pin(a, b, given = {}) {
    return this.#decided('pin', given, { a, b })
  }

  split(a, b, given = {}) {
    return this.#decided('split', given, { a, b })
  }

  unpin(a, b, given = {}) {
    return this.#decided('unpin', given, { a, b })
  }

  rename(record, name, given = {}) {
    return this.#decided('rename', given, { record, name })
  }

  async #decided(kind, given, named) {
    const asked = json({ ...options(given), ...named, kind })
    return JSON.parse(await this.#inTurn(() => this.#native.decide(asked)))
  }

  cursor(source) {
    return this.#native.cursor(json(source, 'the source'))
  }

  async refresh() {
    return this.#native.refresh()
  }

  async keep(scenario, given = {}) {
    const { asked, terms, told } = comparing(given)
    const kept = nativeOf(scenario)
    return this.#inTurn(() => this.#told(told, ({ stop }) => this.#native.keep(kept, asked, terms, stop)))
  }

  async predictions(given = {}) {
    return this.#answered(given, (terms, stop) => this.#native.predictions(terms, stop))
  }

  async score(reality, { prediction = null, ...given } = {}) {
    const [came, of] = [json(reality, 'what came'), json(prediction)]
    return this.#answered(given, (terms, stop) => this.#native.score(came, of, terms, stop))
  }

  async backtest({ since, until, incidents = [], most, ...given } = {}) {
    const asked = json({ since, until, incidents, most })
    return this.#answered(given, (terms, stop) => this.#native.backtest(asked, terms, stop))
  }

  async #answered(given, ask) {
    const { signal, onProgress, ...terms } = options(given)
    return new Answer(await run({ signal, onProgress }, ({ stop }) => ask(json(terms), stop)))
  }

  async history(entity) {
    return JSON.parse(await this.#native.history(json(entity, 'the entity')))
  }

  async changesSince(cursor, given = {}) {
    return JSON.parse(await this.#native.changesSince(json({ ...options(given), cursor })))
  }

  async verify() {
    return JSON.parse(await this.#native.verify())
  }

  async backup(file) {
    await this.#native.backup(json(path(file), 'the path'))
  }

  async exportTo(file) {
    await this.#native.exportTo(json(path(file), 'the path'))
  }

  async importFrom(file) {
    const at = json(path(file), 'the path')
    return JSON.parse(await this.#inTurn(() => this.#native.importFrom(at)))
  }

  async retain(since) {
    const asked = json(since, 'the time')
    return this.#inTurn(() => this.#native.retain(asked))
  }

  async redact(record) {
    const asked = json(record, 'the record')
    return JSON.parse(await this.#inTurn(() => this.#native.redact(asked)))
  }

  get revision() {
    return this.#native.revision
  }

  close() {
    this.#native.close()
  }

  [Symbol.dispose]() {
    this.close()
  }

  async [Symbol.asyncDispose]() {
    this.close()
  }
}

async function open(store, given = {}) {
  return new Twin(await native.open(json({ ...options(given), path: path(store) })))
}

function inMemory() {
  return new Twin(native.inMemory())
}

module.exports = { Twin, inMemory, open }
