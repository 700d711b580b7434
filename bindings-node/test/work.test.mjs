// Long work: stopped by a signal, a deadline or whatever a callback throws, watched, and never in the event loop's way.

import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { inMemory } from 'software-twin'
import { COMPONENTS, ESTATE, NOW, ROOT, estate, page, thrown } from './support.mjs'

test('an aborted signal stops the work before it begins', async () => {
  const twin = inMemory()
  const error = await thrown(() => twin.scan(ESTATE, { signal: AbortSignal.abort() }))
  assert.ok(error instanceof DOMException && error.name === 'AbortError')
  assert.equal(/** @type {any} */ (error.cause).code, 'cancelled')
  const reason = new RangeError('no time')
  assert.equal(await thrown(() => twin.scan(ESTATE, { signal: AbortSignal.abort(reason) })), reason)
  assert.equal(await thrown(() => twin.sync(never(), { signal: AbortSignal.abort('why') })), 'why')
  assert.equal(twin.revision, 0)
})

test('a signal stops the core while it works, and the reason is the signal\'s own', async () => {
  const twin = inMemory()
  const controller = new AbortController()
  const work = twin.scan(ROOT, { signal: controller.signal, onProgress: () => controller.abort() })
  const error = await thrown(() => work)
  assert.equal(error, controller.signal.reason)
  assert.equal(error.name, 'AbortError')
  assert.match(error.cause.message, /^cancelled by the host after \d+ of \d+ \(\w+\)$/)
  assert.equal(twin.revision, 0)
})

test('a signal stops work that waits for its turn', async () => {
  const twin = inMemory()
  const controller = new AbortController()
  const { signal } = controller
  const all = Array.from({ length: 12 }, () => thrown(() => twin.scan(ROOT, { signal })))
  controller.abort(new Error('enough'))
  assert.deepEqual(new Set(await Promise.all(all)), new Set([signal.reason]))
})

test('a signal that comes too late changes nothing, and leaves no listener', async () => {
  const controller = new AbortController()
  const receipt = await inMemory().scan(ESTATE, { signal: controller.signal, now: NOW })
  controller.abort()
  assert.ok(receipt.applied > 0)
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
})

test('a deadline ends the work', async () => {
  const error = await thrown(() => inMemory().scan(ROOT, { deadline: 0 }))
  assert.equal(error.code, 'limit')
  assert.match(error.message, /^the deadline has passed/)
  const waiting = await thrown(() => inMemory().sync(never(), { deadline: 20 }))
  assert.equal(waiting.code, 'limit')
})

test('progress is told now and then, and what it throws is what the caller gets', async () => {
  const told = /** @type {import('software-twin').Progress[]} */ ([])
  const { report } = await inMemory().scan(ROOT, { onProgress: (progress) => told.push(progress), now: NOW })
  assert.ok(told.length < report.files / 2, `${told.length} calls for ${report.files} files`)
  assert.ok(new Set(told.map(({ phase }) => phase)).size >= 4)
  assert.ok(told.every(({ done, total }) => total === 0 || done <= total))
  const mine = new RangeError('mine')
  const throwing = () => {
    throw mine
  }
  assert.equal(await thrown(() => inMemory().scan(ROOT, { onProgress: throwing })), mine)
  assert.equal(await thrown(() => inMemory().scan(ROOT, { onProgress: async () => throwing() })), mine)
})

test('the event loop goes on while the core works', async () => {
  let isOver = false
  let turns = 0
  let longest = 0
  const work = inMemory().scan(ROOT, { now: NOW }).finally(() => (isOver = true))
  for (let last = performance.now(); !isOver; turns += 1) {
    await turn()
    const at = performance.now()
    longest = Math.max(longest, at - last)
    last = at
  }
  const { report } = await work
  assert.ok(turns > report.files, `${turns} turns while ${report.files} files were read; the longest took ${longest} ms`)
})

test('questions do not keep the event loop waiting either', async () => {
  const now = (await estate()).snapshot({ now: NOW })
  let turns = 0
  let isOver = false
  const asked = Promise.all(Array.from({ length: 50 }, () => now.drift())).finally(() => (isOver = true))
  while (!isOver) turns += Number(await turn(1))
  assert.equal((await asked).length, 50)
  assert.ok(turns > 1, `${turns} turns`)
})

test('pages that are at hand are applied under the same terms', async () => {
  const twin = inMemory()
  const terms = { source: 'sheet', capability: COMPONENTS, now: NOW }
  const receipt = await twin.apply([page('a', 'b')], terms)
  assert.deepEqual([receipt.applied, receipt.change_count], [2, 4 - 2])
  assert.equal((await twin.apply([page('a', 'b')], terms)).duplicate, 2)
  assert.equal((await thrown(() => twin.apply([page('c')], { ...terms, signal: AbortSignal.abort() }))).name, 'AbortError')
  assert.equal(twin.snapshot({ now: NOW }).size, 2)
})

/** A source that never answers. @returns {import('software-twin').Source} */
function never() {
  return { name: 'never', capability: COMPONENTS, read: () => new Promise(() => {}) }
}
