// Who is one thing: planned before it is read, reviewed by people, and remembered.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMemory } from 'software-twin'
import { COMPONENTS, NOW, page, thrown } from './support.mjs'

const OWN = { source: 'own', capability: COMPONENTS, now: NOW }

test('a plan writes nothing', async () => {
  const twin = inMemory()
  const plan = await twin.planIdentity([page('pay', 'shop')], OWN)
  assert.deepEqual(new Set(plan.changes.map((change) => change.change)), new Set(['created']))
  assert.deepEqual([plan.applied, twin.revision], [2, 0])
  await twin.apply([page('pay', 'shop')], OWN)
  const again = await twin.planIdentity([page('pay', 'shop')], OWN)
  assert.deepEqual([again.changes, again.duplicate], [[], 2])
  assert.equal((await thrown(() => twin.planIdentity([page('pay')], { ...OWN, capability: { reads: ['Nothing'] } }))).code, 'unknown')
})

test('a decision is remembered, and nothing else is left to decide', async () => {
  const twin = inMemory()
  await twin.apply([page('pay', 'shop')], OWN)
  await twin.pin('Component:pay', 'Component:shop', { now: NOW })
  const { identity } = await twin.history('Component:pay')
  assert.ok(identity.some(({ event }) => 'decided' in event && event.decided.startsWith('pin')))
  const review = await twin.snapshot({ now: NOW }).review({ most: 3 })
  assert.deepEqual(review.value.map((row) => row.contradicted), [true], 'two of one source are two things')
  const writers = [{ attribute: 'ownedBy', sources: ['own'] }]
  assert.equal((await twin.snapshot({ now: NOW }).owners('pay', { writers })).status.kind, 'unknown')
})
