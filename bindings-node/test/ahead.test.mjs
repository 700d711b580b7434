// What is searched for, what is to come, and what was predicted.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TwinError, change, solve } from 'software-twin'
import { NOW, estate } from './support.mjs'

const twin = await estate()
const now = twin.snapshot({ now: NOW })
const LATER = new Date('2030-01-01T00:00:00Z')

test('options of a search are scenarios', async () => {
  const phases = new Set()
  const found = await now.search(
    { aim: { find: 'migrate', entities: ['payments', 'checkout'], region: 'eu-west-1' } },
    { onProgress: ({ phase }) => phases.add(phase) },
  )
  const [option] = found.value.options
  assert.ok(found.value.is_finished && option)
  const plan = now.scenario(option.name, option.changes)
  assert.ok(plan.changes.filter((one) => one.change === 'move').length >= 2)
  await assert.rejects(now.search(/** @type {any} */ ({})), { code: 'invalid' })
})

test('what is given to come is in the timeline', async () => {
  const future = await now.future(LATER, { events: [{ entity: 'payments', what: 'sunset', at: '2029-06-01T00:00:00Z' }] })
  assert.deepEqual(future.value.timeline.map((row) => row.what), ['sunset'])
})

test('tolerances put an outage off', async () => {
  const last = (/** @type {{ earliest: string }[]} */ rows) => rows.map((row) => row.earliest).sort().at(-1) ?? ''
  const atOnce = await now.timeToImpact('payments', LATER)
  const minute = { relation: 'calls', least_ms: 60000, expected_ms: 60000, most_ms: 60000 }
  const later = await now.timeToImpact('payments', LATER, { tolerances: [minute], durationMs: 600000 })
  assert.ok(later.size > 0 && last(later.value) > last(atOnce.value))
  await assert.rejects(now.timeToImpact('payments', LATER, { tolerances: [{ least_ms: 1 }] }), { code: 'invalid' })
})

test('predictions are kept and scored', async () => {
  const own = await estate()
  const plan = own.snapshot({ now: NOW }).scenario('one more', [change.add('fraud')])
  const kept = await own.keep(plan, { now: NOW })
  assert.equal((await own.keep(plan, { now: NOW })).id, kept.id)
  assert.deepEqual((await own.predictions()).value.predictions.map((one) => one.id), [kept.id])
  const { predictions } = (await own.score({ measured: [] }, { prediction: kept.id })).value
  assert.deepEqual(predictions.map((one) => [one.prediction, one.scored]), [[kept.id, 0]])
  await assert.rejects(own.score({ measured: [] }, { prediction: 'none' }), (error) => error instanceof TwinError && error.code === 'unknown')
  // One scan is one commit, and nothing was known before it.
  assert.deepEqual((await own.backtest({ most: 10 })).value.events, [])
  await assert.rejects(own.keep(/** @type {any} */ ({})), { code: 'invalid' })
  own.close()
})

test('the input that would turn a choice is named', async () => {
  const options = [
    { name: 'it fails', changes: [change.fail('payments', { minutes: 10 })] },
    { name: 'rented', changes: [change.replace('payments', 'rent', { availability: 0.9985 })] },
  ]
  const objectives = [{ dimension: /** @type {const} */ ('availability'), of: now.find('payments').id }]
  const inputs = [{ option: 'it fails', field: 'minutes', low: 0, high: 60, owner: 'Payments' }]
  const found = await now.nextQuestions({ options, objectives, inputs }, { availability: { payments: 0.999 } })
  const [row] = found.value
  assert.deepEqual([found.size, row?.option, row?.other, row?.owner], [1, 'it fails', 'rented', 'Payments'])
  assert.ok(Math.abs((row?.turned[0]?.[0] ?? 0) - 21.62) < 0.01)
  const wrong = [{ ...inputs[0], field: 'minute', assumed: 1 }]
  await assert.rejects(now.nextQuestions(/** @type {any} */ ({ options, objectives, inputs: wrong })), { code: 'invalid' })
  const signal = AbortSignal.abort()
  await assert.rejects(now.nextQuestions({ options, objectives, inputs }, { signal }), { name: 'AbortError' })
})

test('models of plain numbers are solved', async () => {
  const station = { arrivals_per_s: 8, service_rate_per_s: 10 }
  const queue = await solve({ model: 'queue', station })
  assert.ok(Math.abs((queue.steady?.mean_wait_ms ?? 0) - 400) < 1e-9)
  await assert.rejects(solve(/** @type {any} */ ({ model: 'queue', station: { ...station, server: 2 } })), { code: 'invalid' })
})

const CALM = { metric: /** @type {const} */ ('latency'), normal: Array.from({ length: 24 }, (_, at) => 0.1 + 0.01 * (at % 3)), during: [0.11, 0.1, 0.12] }
const LATE = { ...CALM, during: [0.11, 0.45, 0.47] }
const INCIDENT = {
  symptom: { entity: 'storefront', metric: /** @type {const} */ ('latency') },
  series: [{ entity: 'storefront', ...LATE }, { entity: 'payments', ...LATE }],
  begins: '2026-11-24T08:45:00Z',
  interval_s: 300,
  changes: [{ entity: 'payments', what: 'release 2', at: '2026-11-24T08:48:00Z' }],
}

test('suspects come with the way to them and what speaks for them', async () => {
  const found = await now.suspects(INCIDENT)
  const [row] = found.value
  assert.deepEqual([row?.entity.name, row?.path[0], row?.path.at(-1)], ['payments', 'storefront', 'payments'])
  assert.ok(row?.supporting.some((told) => told.startsWith('release 2, ')))
  assert.equal((await now.suspects({ ...INCIDENT, series: [{ entity: 'storefront', ...CALM }] })).size, 0)
  const symptom = { ...INCIDENT.symptom, entity: 'storefrnt' }
  await assert.rejects(now.suspects({ ...INCIDENT, symptom }), { code: 'unknown' })
  await assert.rejects(now.suspects(/** @type {any} */ (3)), { code: 'invalid' })
  await assert.rejects(now.suspects(INCIDENT, { signal: AbortSignal.abort() }), { name: 'AbortError' })
})

test('smells are findings, and paths need requests', async () => {
  const smells = await now.smells({ fanIn: 1, fanOut: 1 })
  assert.ok(smells.size > (await now.smells()).size)
  assert.equal((await now.criticalPath([])).status.kind, 'unknown')
  assert.ok((await now.callTemplates()).value.every((row) => row.rests_on === 'counts'))
  await assert.rejects(now.callTemplates({ traces: 'nowhere.json' }), { code: 'io' })
  await assert.rejects(now.criticalPath('nowhere.json'), { code: 'io' })
})

test('what a shop will be is a scenario', async () => {
  const events = [{ entity: 'payments', what: /** @type {const} */ ('sunset'), at: '2027-03-31T00:00:00Z' }]
  const later = await now.asOfFuture('2028-01-01', { events })
  assert.deepEqual(later.changes.map((one) => one.change), ['remove'])
  await assert.rejects(now.asOfFuture('someday'), { code: 'invalid' })
})
