// Sources of the host's own: those among the examples keep to what every source must, and what breaks that is found.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { inMemory } from 'software-twin'
import { Feed } from '../../examples/node/feed.mjs'
import { Sheet } from '../../examples/node/sheet.mjs'
import { COMPONENTS, NOW, ROOT, folder, page, thrown } from './support.mjs'

const EXAMPLES = join(ROOT, 'examples/node')
const SHEET = join(EXAMPLES, 'systems.csv')
const FEED = join(EXAMPLES, 'changes.jsonl')
const CHECKS = ['full', 'capability', 'again', 'cursor', 'failure', 'partial', 'cancel']

/** @param {import('software-twin').Twin} twin */
const names = async (twin) => (await (await twin.snapshot({ now: NOW }).findAll('', { of: 'Component' })).rows()).map((row) => row.name)

/**
 * A source that reads like this.
 * @param {import('software-twin').Source['read']} read
 * @returns {import('software-twin').Source}
 */
const reading = (read) => ({ name: 'own', capability: COMPONENTS, read })

for (const make of [() => new Sheet(SHEET), () => new Feed(FEED)]) {
  test(`${make().name} keeps to everything`, async () => {
    const checks = await inMemory().checkSource(make, { now: NOW })
    assert.deepEqual(checks.map((check) => check.name), CHECKS)
    assert.deepEqual(checks.filter((check) => !check.passed), [])
  })
}

test('a full pass takes away, a torn one does not', async (t) => {
  const path = join(folder(t), 'systems.csv')
  copyFileSync(SHEET, path)
  const twin = inMemory()
  assert.equal((await twin.sync(new Sheet(path, 9), { now: NOW })).applied, 3)
  const [head, first] = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, `${head}\n${first}\n,nameless,,\n`)
  const torn = await twin.sync(new Sheet(path, 9), { now: NOW })
  assert.equal(torn.rejected, 1)
  assert.match(torn.diagnostics[0]?.message ?? '', /key/)
  assert.deepEqual(await names(twin), ['cart', 'inventory', 'storefront'])
  writeFileSync(path, `${head}\n${first}\n`)
  await twin.sync(new Sheet(path, 9), { now: NOW })
  assert.deepEqual(await names(twin), ['storefront'])
})

test('a source of changes goes on from its cursor', async () => {
  const twin = inMemory()
  assert.equal(twin.cursor('feed'), null)
  assert.equal((await twin.sync(new Feed(FEED, 3), { now: NOW })).applied > 0, true)
  assert.equal(twin.cursor('feed'), '4')
  assert.equal((await twin.sync(new Feed(FEED, 3), { now: NOW })).applied, 0)
  assert.deepEqual(await names(twin), ['cart', 'inventory'])
})

test('what a source throws is what the caller gets, and the pages before it stay', async () => {
  const mine = new RangeError('nobody answers')
  /** @param {string | null} cursor */
  const read = async (cursor) => {
    if (cursor) throw mine
    return { ...page('a'), scope: 'one', cursor: 'two' }
  }
  const twin = inMemory()
  assert.equal(await thrown(() => twin.sync(reading(read), { now: NOW })), mine)
  assert.deepEqual([await names(twin), twin.cursor('own')], [['a'], 'two'])
  for (const odd of ['a text', undefined, null, 7, Object.freeze({})]) {
    assert.equal(await thrown(() => inMemory().sync(reading(() => Promise.reject(odd)))), odd)
    const throwing = () => {
      throw odd
    }
    assert.equal(await thrown(() => inMemory().sync(reading(throwing))), odd)
  }
})

test('garbage is a typed error', async () => {
  const garbage = [undefined, null, 5, 'page', [], { records: 5 }, { nothing: 1 }, { records: [], cursor: 7 }, 10n, { records: [NaN] }, () => {}]
  for (const page of garbage) {
    const error = await thrown(() => inMemory().sync(reading(() => /** @type {any} */ (page))))
    assert.equal(error.code, 'invalid', `${String(page)}: ${error}`)
  }
  const circular = {}
  Object.assign(circular, { scope: circular })
  assert.equal((await thrown(() => inMemory().sync(reading(() => circular)))).code, 'invalid')
  const circling = reading(() => ({ scope: 'a', cursor: 'same', done: false }))
  assert.equal((await thrown(() => inMemory().sync(circling))).code, 'invalid')
})

test('a record that makes no sense is counted, and the page goes on', async () => {
  const records = /** @type {any[]} */ ([{ kind: 'Component', key: 'a' }, 5, { kind: 'Nothing', key: 'b' }, { key: 'c' }])
  const twin = inMemory()
  const receipt = await twin.sync(reading(() => ({ records })), { now: NOW })
  assert.deepEqual([receipt.applied, receipt.rejected, receipt.diagnostic_count], [1, 3, 3])
})

test('what is no source is an error', async () => {
  const sources = [undefined, null, 5, {}, { name: 'a' }, { name: 'a', capability: {} }, { name: 'a', capability: { reads: ['Nothing'] }, read() {} }]
  for (const source of sources) {
    const error = await thrown(() => inMemory().sync(/** @type {any} */ (source)))
    assert.ok(['invalid', 'unknown'].includes(error.code) || error instanceof TypeError, `${source}: ${error.code} ${error}`)
  }
  const nameless = { capability: COMPONENTS, read: () => page('a') }
  assert.equal((await thrown(() => inMemory().sync(nameless))).message, 'a source needs a name')
})

test('a source that never answers is stopped by its signal, and is told', async () => {
  const controller = new AbortController()
  /** @type {AbortSignal | undefined} */
  let seen
  const waiting = reading((_, { signal }) => {
    seen = signal
    setImmediate(() => controller.abort())
    return new Promise(() => {})
  })
  const twin = inMemory()
  assert.equal(await thrown(() => twin.sync(waiting, { signal: controller.signal })), controller.signal.reason)
  assert.equal(seen?.aborted, true)
  assert.equal((await twin.sync(reading(() => page('a')))).applied, 1)
})

test('a check that waits for ever is stopped as well', async () => {
  const controller = new AbortController()
  const waiting = reading(() => {
    controller.abort()
    return new Promise(() => {})
  })
  const error = await thrown(() => inMemory().checkSource(() => waiting, { signal: controller.signal }))
  assert.equal(error, controller.signal.reason)
})

test('what breaks the rules is found', async () => {
  let passes = 0
  const strange = reading(() => ({ records: [{ kind: 'DataStore', key: `db ${passes++}` }] }))
  const failed = (await inMemory().checkSource(() => strange, { now: NOW })).filter((check) => !check.passed)
  assert.deepEqual(failed.map((check) => check.name).filter((name) => ['capability', 'again'].includes(name)), ['capability', 'again'])
  const failing = reading(() => Promise.reject(new Error('nobody answers')))
  const [check, ...others] = await inMemory().checkSource(() => failing, { now: NOW })
  assert.deepEqual([check?.passed, others.length], [false, 0])
  assert.match(check?.why ?? '', /nobody answers/)
  const mine = new Error('cannot be made')
  assert.equal(await thrown(() => inMemory().checkSource(() => Promise.reject(mine))), mine)
})

for (const [program, given] of /** @type {[string, string][]} */ ([['sheet.mjs', 'systems.csv'], ['feed.mjs', 'changes.jsonl']])) {
  test(`${program} runs by one command`, () => {
    assert.match(execFileSync(process.execPath, [program, given], { cwd: EXAMPLES, encoding: 'utf8' }), /applied[^]*inventory/)
  })
}

test('the script goes from a folder to a blast radius', () => {
  const command = ['ask.mjs', '../estate', 'payments']
  const told = execFileSync(process.execPath, command, { cwd: EXAMPLES, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  assert.match(told, /^payments down: \d+ affected, \w+\n/)
  assert.match(told, /k8s\/shop\/checkout\.yaml:42/)
})
