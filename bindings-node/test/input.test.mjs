// Bad input: each an error with a code, never an abort, never a hang, and nothing stays behind.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Answer, TwinError, change, inMemory, open } from 'software-twin'
import { COMPONENTS, ESTATE, NOW, estate, folder, page, thrown } from './support.mjs'

const twin = await estate()
const now = twin.snapshot({ now: NOW })
const answer = await now.owners('payments')
/** Whatever a caller without types may hand over. @type {(value: unknown) => any} */
const as = (value) => value

/** Values that are no text. */
const NO_TEXT = [undefined, null, 5, NaN, 10n, Symbol('s'), () => {}, {}, [], new Date(NaN), 2 ** 70, true]
const SURROGATES = ['\ud800', 'a\udc00b', 'x\ud83d']
const NO_TIME = [5, NaN, 10n, new Date(NaN), '', 'yesterday', '2026-11-20T09:00:00', '2026-11-20 09:00', '9'.repeat(400), {}, '\ud800', '+999999-01-01T00:00:00Z']

/** @param {string} what @param {() => unknown} call @param {string} [code] */
async function refused(what, call, code) {
  const error = await thrown(call)
  assert.ok(error instanceof Error, `${what}: ${String(error)}`)
  const told = as(error).code
  assert.equal(typeof told, 'string', `${what} has a code: ${error}`)
  if (code) assert.equal(told, code, `${what}: ${error}`)
  assert.ok(error.message.length < 1_000, `${what}: a line for people`)
}

test('whatever is no text', async () => {
  for (const value of [...NO_TEXT, ...SURROGATES].map(as)) {
    const calls = {
      find: () => now.find(value),
      owners: () => now.owners(value),
      whyNot: () => now.whyNot('payments', value),
      ask: () => now.ask(value),
      state: () => now.blastRadius('payments', { state: value ?? 7 }),
      scenario: () => now.scenario(value, []),
      change: () => now.scenario('a', [change.fail(value)]),
      changes: () => now.scenario('a', Array.isArray(value) ? [value] : value),
      pin: () => twin.pin(value, 'b'),
      rename: () => twin.rename('a', value),
      cursor: () => twin.cursor(value),
      scan: () => twin.scan(value),
      name: () => twin.scan(ESTATE, { name: value ?? 7 }),
      skip: () => twin.scan(ESTATE, { skip: value ?? 7, deadline: 0 }),
      open: () => open(value),
      thaw: () => Answer.thaw(value),
      diff: () => now.diff(value),
      source: () => twin.apply([], { source: value, capability: COMPONENTS }),
      capability: () => twin.apply([], { source: 'a', capability: value }),
      pages: () => twin.apply(Array.isArray(value) ? [7] : value, { source: 'a', capability: COMPONENTS }),
    }
    for (const [what, call] of Object.entries(calls)) await refused(`${what} ${String(value)}`, call)
  }
})

test('half a character is a TypeError, and no other text is changed', async () => {
  for (const text of SURROGATES) {
    const error = await thrown(() => now.find(text))
    assert.ok(error instanceof TypeError && as(error).code === 'invalid')
    await refused('a key', () => twin.apply([page(text)], { source: 'a', capability: COMPONENTS }), 'invalid')
  }
  const own = inMemory()
  await own.apply([page('naïve 🙂 \u0000 name')], { source: 'a', capability: COMPONENTS, now: NOW })
  assert.equal(own.snapshot({ now: NOW }).find('naïve 🙂 \u0000 name').name.length > 0, true)
})

test('whatever is no time', async () => {
  for (const time of NO_TIME.map(as)) {
    await refused(`now ${String(time)}`, () => twin.snapshot({ now: time }), 'invalid')
    await refused(`valid ${String(time)}`, () => twin.snapshot({ valid: time }), 'invalid')
    await refused(`known ${String(time)}`, () => twin.snapshot({ known: time }), 'invalid')
    await refused(`scan ${String(time)}`, () => twin.scan(ESTATE, { now: time }), 'invalid')
    await refused(`pin ${String(time)}`, () => twin.pin('a', 'b', { now: time }), 'invalid')
  }
  for (const time of [new Date(NOW), NOW, '2026-11-24T11:00:00+01:00', '2026-11-24T10:00:00.000Z']) {
    assert.equal(twin.snapshot({ now: time }).now, NOW)
  }
  assert.equal(twin.snapshot({ now: NOW, valid: '2026-11-20' }).asOf.valid, '2026-11-20T00:00:00Z')
})

test('whatever is no number, and no option', async () => {
  for (const number of [-1, NaN, Infinity, 2 ** 70, '5', 10n, {}, 1e300].map(as)) {
    await refused(`evidence ${String(number)}`, () => answer.evidence(number), 'invalid')
    await refused(`pages ${String(number)}`, () => answer.pages(number), 'invalid')
  }
  for (const number of [-1, NaN, Infinity, '5', 10n, {}, 1e300].map(as)) {
    await refused(`deadline ${String(number)}`, () => twin.scan(ESTATE, { deadline: number }), 'invalid')
  }
  assert.ok((await inMemory().scan(ESTATE, { deadline: 2 ** 70, now: NOW })).applied > 0)
  await refused('pages of nothing', () => answer.pages(0), 'invalid')
  for (const options of ['text', 5, true, Symbol('s'), 10n].map(as)) {
    await refused(`options ${String(options)}`, () => now.owners('payments', options), 'invalid')
    await refused(`options ${String(options)}`, () => twin.scan(ESTATE, options), 'invalid')
    await refused(`options ${String(options)}`, () => twin.snapshot(options), 'invalid')
    await refused(`options ${String(options)}`, () => open('a', options), 'invalid')
  }
  await refused('an option that nobody knows', () => now.owners('payments', as({ depth: 3 })), 'invalid')
  await refused('an option that nobody knows', () => twin.scan(ESTATE, as({ depth: 3 })), 'invalid')
  await refused('a signal that is none', () => twin.scan(ESTATE, { signal: as({ aborted: false }) }), 'invalid')
  await refused('a listener that is none', () => twin.scan(ESTATE, { onProgress: as(5) }), 'invalid')
  await refused('a question of another kind', () => now.ask(as({ kind: 'meaning_of_life' })), 'invalid')
  assert.equal((await now.owners('payments', as(null))).size, answer.size)
})

test('very long texts', async () => {
  const long = 'x'.repeat(1 << 20)
  await refused('find', () => now.find(long), 'unknown')
  await refused('owners', () => now.owners(long), 'unknown')
  await refused('state', () => now.blastRadius('payments', { state: as(long) }))
  await refused('scan', () => twin.scan(long))
  await refused('open', () => open(long))
  await refused('pin', () => twin.pin(long, long), 'unknown')
  const own = inMemory()
  await own.apply([page(long)], { source: 'a', capability: COMPONENTS, now: NOW })
  assert.ok(own.snapshot({ now: NOW }).size <= 1)
})

test('whatever JSON cannot tell', async () => {
  const circular = {}
  Object.assign(circular, { entity: circular })
  await refused('a circle', () => now.ask(as(circular)), 'invalid')
  const mine = new Error('mine')
  const throwing = { toJSON() { throw mine } } // prettier-ignore
  const error = await thrown(() => now.ask(as(throwing)))
  assert.deepEqual([error.code, error.cause], ['invalid', mine])
  const deep = JSON.parse('['.repeat(5_000) + ']'.repeat(5_000))
  await refused('a deep one', () => now.ask(deep), 'invalid')
})

test('after it is closed a twin refuses, and what it gave stays', async () => {
  const own = await estate()
  const before = own.snapshot({ now: NOW })
  const scenario = before.scenario('a', [change.fail('payments')])
  own.close()
  own.close()
  const calls = {
    scan: () => own.scan(ESTATE),
    sync: () => own.sync({ name: 'a', capability: COMPONENTS, read: () => page('a') }),
    checkSource: () => own.checkSource(() => ({ name: 'a', capability: COMPONENTS, read: () => page('a') })),
    apply: () => own.apply([], { source: 'a', capability: COMPONENTS }),
    snapshot: () => own.snapshot(),
    pin: () => own.pin('a', 'b'),
    rename: () => own.rename('a', 'b'),
    cursor: () => own.cursor('a'),
    refresh: () => own.refresh(),
    revision: () => own.revision,
  }
  for (const [what, call] of Object.entries(calls)) await refused(what, call, 'closed')
  assert.ok((await before.blastRadius('payments')).size > 0)
  assert.ok((await scenario.outcome()).size > 0)
})

test('a twin that is closed while it works ends its work', async (t) => {
  const store = join(folder(t), 'estate.twin')
  const own = await open(store)
  const work = own.scan(ESTATE, { now: NOW })
  own.close()
  assert.ok((await work).applied > 0)
  const again = await open(pathToFileURL(store))
  assert.ok(again.snapshot({ now: NOW }).size > 0)
  await again[Symbol.asyncDispose]()
  await refused('disposed', () => again.revision, 'closed')
})

test('a store says what is wrong with it', async (t) => {
  const path = folder(t)
  writeFileSync(join(path, 'text.twin'), 'this is no store, whatever its name says '.repeat(200))
  mkdirSync(join(path, 'folder.twin'))
  await refused('a text', () => open(join(path, 'text.twin')), 'not_a_store')
  await refused('a folder', () => open(join(path, 'folder.twin')))
  await refused('nothing to read', () => open(join(path, 'none.twin'), { readOnly: true }))
  await refused('nowhere', () => open(join(path, 'no/such/folder.twin')), 'io')
  const own = await open(join(path, 'a.twin'))
  await own.apply([page('a')], { source: 'a', capability: COMPONENTS, now: NOW })
  const reader = await open(join(path, 'a.twin'), { readOnly: true })
  await refused('a reader', () => reader.apply([page('b')], { source: 'a', capability: COMPONENTS, now: NOW }), 'invalid')
  await own.apply([page('b')], { source: 'b', capability: COMPONENTS, now: NOW })
  assert.equal(await reader.refresh(), own.revision)
  assert.equal(reader.snapshot({ now: NOW }).size, 2)
})

test('errors of the twin are of one class', async () => {
  const error = await thrown(() => now.find('paymnts'))
  assert.ok(error instanceof TwinError)
  assert.deepEqual([error.name, error.code], ['TwinError', 'unknown'])
  assert.match(error.message, /nearest are payments/)
  assert.equal((await thrown(() => now.scenario('a', [change.fail('paymnts')]))).code, 'unknown')
})
