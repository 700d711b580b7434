'use strict'

const { setImmediate: turn } = require('node:timers/promises')
const native = require('./twin.node')
const { count, json, options } = require('./data.js')
const { invalid } = require('./error.js')
const { pages } = require('./rows.js')
const { run } = require('./work.js')

/** Resolves a table of the host's own. */
async function resolve(table, given = {}) {
  const { signal, onProgress, deadline, ...columns } = options(given)
  return run({ signal, onProgress }, async (work) => {
    const rows = native.resolving(json(columns), json({ deadline }), work.stop)
    for await (const page of pages(table, work.signal)) await rows.take(page)
    return new Resolution(await rows.resolve())
  })
}

/** Records with the things that they are. */
class Resolution {
  #native
  #clusters

  constructor(resolution) {
    if (!(resolution instanceof native.Resolution)) throw invalid('a resolution comes from resolve()')
    this.#native = resolution
  }

  get size() {
    return this.#native.size
  }

  get clusters() {
    return (this.#clusters ??= this.#native.clusters())
  }

  get ignored() {
    return JSON.parse(this.#native.ignored())
  }

  async things() {
    return whole(await this.#native.things())
  }

  async explain(a, b) {
    return JSON.parse(await this.#native.explain(json([a, b], 'the ids')))
  }

  async probability(a, b) {
    return JSON.parse(await this.#native.probability(json([a, b], 'the ids')))
  }

  async whyNot(a, b) {
    return JSON.parse(await this.#native.whyNot(json([a, b], 'the ids')))
  }

  async review(limit = 20) {
    return whole(await this.#native.review(count(limit, 'the limit')))
  }

  async related() {
    return whole(await this.#native.related())
  }

  async toHtml() {
    return this.#native.toHtml()
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    return `Resolution(${this.size} records)`
  }
}

/** All rows of some pages. The event loop goes on between. */
async function whole(pages) {
  const rows = []
  for (const page of pages) {
    rows.push(...JSON.parse(page))
    await turn()
  }
  return rows
}

module.exports = { Resolution, resolve }
