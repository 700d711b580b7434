// A table of one's own, resolved: every sort of table gives the same, long work is watched and stopped, and what is no table is refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Table, tableFromArrays } from 'apache-arrow'
import { Resolution, TwinError, resolve } from 'software-twin'
import { thrown } from './support.mjs'

/** @type {any[]} */
const RECORDS = [
  { id: 'a', system: 'git', kind: 'repository', name: 'acme/invoice', topics: ['billing', 'rust'] },
  { id: 'b', system: 'k8s', kind: 'Deployment', name: 'invoice', labels: { app: 'invoice' } },
  { id: 'c', system: 'k8s', kind: 'Deployment', name: 'invoice-worker', replicas: 3n },
  { id: 'd', system: 'k8s', kind: 'Deployment', name: 'ledger', weight: Number.NaN },
]
const OPTIONS = { system: 'system', kind: 'kind' }

/** @template T @param {Iterable<T>} items */
async function* asynchronous(items) {
  yield* items
}

/** So many records, each of its own. @param {number} count */
function* many(count) {
  for (let id = 0; id < count; id++) yield { id, name: `service-${id}` }
}

const columns = () => {
  const column = (/** @type {string} */ name) => RECORDS.map((record) => record[name])
  return Object.fromEntries(['id', 'system', 'kind', 'name'].map((name) => [name, column(name)]))
}

/** @type {Record<string, () => any>} */
const WAYS = {
  array: () => RECORDS,
  iterable: () => new Set(RECORDS),
  generator: () => RECORDS.values(),
  'async iterable': () => asynchronous(RECORDS),
  columns,
  arrow: () => new Table(tableFromArrays(columns())),
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`a table that is ${name} gives the same`, async () => {
    const resolution = await resolve(way(), OPTIONS)
    assert.deepEqual(await resolution.things(), [['a', 'b'], ['c'], ['d']])
    assert.deepEqual(await resolution.explain('a', 'b'), await (await resolve(RECORDS, OPTIONS)).explain('a', 'b'))
  })
}

test('weights sum to the score, and reasons are told', async () => {
  const resolution = await resolve(RECORDS, OPTIONS)
  const { score, probability, weights } = await resolution.explain('a', 'b')
  assert.equal(weights.reduce((sum, step) => sum + step.weight, 0), score)
  assert.equal(await resolution.probability('b', 'a'), probability)
  assert.deepEqual(await resolution.whyNot('a', 'b'), { kind: 'together' })
  assert.equal((await resolution.whyNot('a', 'd')).kind, 'too_little')
  assert.deepEqual(await resolution.related(), [{ from: 'c', relation: 'workerOf', to: 'a' }])
  assert.match(await resolution.toHtml(), /^<div class="twin-answer">.*4 records/s)
})

test('numbers are taken as their text, and columns may be typed arrays', async () => {
  const table = { id: new BigInt64Array([1n, 2n]), name: ['x', 'y'], rank: Float64Array.of(1, Number.NaN) }
  const resolution = await resolve(table, { pins: [[1, 2], [1, 3]] })
  assert.deepEqual([await resolution.things(), resolution.ignored, resolution.size], [[['1', '2']], [['1', '3']], 2])
  assert.deepEqual(resolution.clusters.columns.map((column) => column.name), ['id', 'cluster'])
})

/** @type {[string, any, any, string, RegExp][]} */
const WRONG = [
  ['no column of ids', RECORDS, { id: 'key' }, 'unknown', /no column "key"/],
  ['two of one id', [{ id: 1, name: 'x' }, { id: 1, name: 'y' }], {}, 'invalid', /0 and 1/],
  ['a row without an id', [{ id: 1, name: 'x' }, { name: 'y' }], {}, 'invalid', /row 1/],
  ['an unknown threshold', RECORDS, { threshold: 'bold' }, 'unknown', /balanced and cautious/],
  ['an unknown option', RECORDS, { treshold: 'balanced' }, 'invalid', /treshold/],
  ['a contradiction', RECORDS, { pins: [['a', 'b']], splits: [['b', 'a']] }, 'invalid', /take one/],
  ['no pair', RECORDS, { pins: ['ab'] }, 'invalid', /item 0/],
  ['a text for a table', 'table.csv', {}, 'invalid', /iterable of objects/],
  ['nothing for a table', undefined, {}, 'invalid', /iterable of objects/],
  ['a row that is none', [['a', 'x']], {}, 'invalid', /row 0/],
  ['one record for a table', { id: 'a', name: 'x' }, {}, 'invalid', /id is no column/],
  ['columns of two lengths', { id: ['a'], name: [] }, {}, 'invalid', /one length/],
  ['half a character', [{ id: 'a', name: '\ud800' }], {}, 'invalid', /lone surrogate/],
  ['options that are none', RECORDS, 'balanced', 'invalid', /options/],
]

for (const [name, table, options, code, says] of WRONG) {
  test(`${name} is refused`, async () => {
    const error = await thrown(() => resolve(table, options))
    assert.equal(error.code, code)
    assert.match(error.message, says)
  })
}

test('an id that no record has is told with the nearest', async () => {
  const error = await thrown(async () => (await resolve(RECORDS, OPTIONS)).explain('a', 'invoic'))
  assert.ok(error instanceof TwinError)
  assert.equal(error.code, 'unknown')
  assert.throws(() => Reflect.construct(Resolution, [{}]), { code: 'invalid' })
})

test('progress is told', async () => {
  /** @type {Map<string, import('software-twin').Progress>} */
  const told = new Map()
  const onProgress = (/** @type {import('software-twin').Progress} */ progress) => void told.set(progress.phase, progress)
  const resolution = await resolve(many(5000), { onProgress })
  assert.equal((await resolution.things()).length, 5000)
  assert.ok(told.has('rows'))
})

test('a signal stops the work, also while it waits for rows', async () => {
  const aborted = await thrown(() => resolve(RECORDS, { signal: AbortSignal.abort() }))
  assert.equal(aborted.name, 'AbortError')
  const controller = new AbortController()
  let isClosed = false
  const hanging = {
    [Symbol.asyncIterator]: () => ({
      next: () => (setImmediate(() => controller.abort()), new Promise(() => {})),
      return: async () => ((isClosed = true), { done: true, value: undefined }),
    }),
  }
  const error = await thrown(() => resolve(/** @type {any} */ (hanging), { signal: controller.signal }))
  assert.deepEqual([error.name, isClosed], ['AbortError', true])
  const midway = new AbortController()
  const onProgress = () => midway.abort(new Error('enough'))
  assert.equal((await thrown(() => resolve(many(10_000_000), { signal: midway.signal, onProgress }))).message, 'enough')
})

test('a deadline stops the work, and what the rows throw comes back as it is', async () => {
  assert.equal((await thrown(() => resolve(many(10_000_000), { deadline: 30 }))).code, 'limit')
  const mine = new Error('mine')
  const broken = (function* () {
    yield* many(1500)
    throw mine
  })()
  assert.equal(await thrown(() => resolve(broken)), mine)
})
