// A scenario against its base: what is handed over, what comes back, and what is refused.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { TwinError, change } from 'software-twin'
import { ESTATE, NOW, estate } from './support.mjs'

const twin = await estate()
const now = twin.snapshot({ now: NOW })
const traces = join(ESTATE, 'telemetry', 'traces.jsonl')

test('what nobody knows says why', async () => {
  const { figures } = (await now.scenario('busy', [change.scaleLoad(2)]).compare()).value
  const unknown = figures.filter((figure) => figure.scenario === null)
  assert.ok(unknown.length > 5 && unknown.every((figure) => figure.unknown))
})

test('traces are paths, and what a change does not touch differs by nothing', async () => {
  const plan = now.scenario('busy', [change.scaleLoad(1)])
  for (const given of [traces, [traces]]) {
    const { figures } = (await plan.compare({ traces: given, seed: 3 })).value
    const latency = figures.filter((figure) => figure.dimension === 'latency_p50')
    assert.ok(latency.length > 0 && latency.every((figure) => figure.delta === 0))
  }
  assert.equal((await plan.compare({ traces, seed: 3 })).seed, 3)
})

test('every change has a name', async () => {
  const changes = [
    change.addDependency('checkout', 'payments'),
    change.removeDependency('checkout', 'payments', { relation: 'calls' }),
    change.move('payments', 'south', { rttMs: 3 }),
    change.addLatency('payments', 'charge', 2),
    change.removeCache('checkout', 'payments'),
    change.scaleLoad(2),
  ]
  const names = ['add_dependency', 'remove_dependency', 'move', 'add_latency', 'remove_cache', 'scale_load']
  assert.deepEqual(changes.map((one) => one.change), names)
  assert.deepEqual(changes[2], { change: 'move', entity: 'payments', region: 'south', rtt_ms: 3 })
  assert.ok((await now.scenario('there', changes.slice(2, 3)).compare({ availability: { payments: 0.99 } })).size > 10)
})

/** @type {[string, import('software-twin').CompareOptions, string, RegExp][]} */
const misuse = [
  ['no such file', { traces: 'nowhere.jsonl' }, 'io', /nowhere/],
  ['no such entity', { availability: { paymnts: 0.9 } }, 'unknown', /paymnts/],
  ['more than always', { availability: { payments: 1.5 } }, 'invalid', /1.5/],
  ['no workers', { traces, policies: { services: { payments: { workers: 0 } } } }, 'invalid', /0 workers/],
  ['a seed that is none', { seed: -1 }, 'invalid', /nothing to compare/],
]

for (const [name, options, code, words] of misuse) {
  test(`misuse is refused: ${name}`, async () => {
    const plan = now.scenario('busy', [change.scaleLoad(2)])
    await assert.rejects(plan.compare(options), (error) => error instanceof TwinError && error.code === code && words.test(error.message))
  })
}

test('a signal stops the work', async () => {
  const plan = now.scenario('busy', [change.scaleLoad(2)])
  await assert.rejects(plan.compare({ traces, signal: AbortSignal.abort() }), { name: 'AbortError' })
})
