// Scenarios from what is planned elsewhere: what they change, what they leave out, and what is refused.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inMemory } from 'software-twin'
import { NOW, folder, thrown } from './support.mjs'

const CART = `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: main, image: "registry.example/acme/cart:1"}]}
`
const BROKEN = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: pay\n  - [\n'

/**
 * A folder with some manifests.
 * @param {string} path
 * @param {{ [name: string]: string }} manifests
 */
function version(path, manifests) {
  mkdirSync(path)
  for (const [name, text] of Object.entries(manifests)) writeFileSync(join(path, `${name}.yaml`), text)
  return path
}

/**
 * A folder, a version in it, and a snapshot of that version.
 * @param {import('node:test').TestContext} t
 */
async function begun(t) {
  const root = folder(t)
  const before = version(join(root, 'before'), { cart: CART, pay: CART.replaceAll('cart', 'pay') })
  const twin = inMemory()
  await twin.scan(before, { name: 'estate', now: NOW })
  return { root, before, now: twin.snapshot({ now: NOW }) }
}

test('two versions of a folder', async (t) => {
  const { root, before, now } = await begun(t)
  const after = version(join(root, 'after'), { cart: CART.replace('replicas: 2', 'replicas: 4') })
  const plan = await now.scenarioFromFolders('next', before, pathToFileURL(after), { onProgress: () => {} })
  assert.equal(plan.name, 'next')
  assert.deepEqual(plan.changes, [
    { change: 'scale', entity: 'cart', now: 2, replicas: 4 },
    { change: 'remove', entity: 'pay' },
  ])
  assert.deepEqual(plan.leftOut, [])
  assert.deepEqual(now.scenario('again', plan.changes).changes, plan.changes)
})

test('what could not be read takes nothing away', async (t) => {
  const { root, before, now } = await begun(t)
  const after = version(join(root, 'after'), { cart: CART, pay: BROKEN })
  const plan = await now.scenarioFromFolders('next', before, after)
  assert.deepEqual(plan.changes, [])
  assert.deepEqual(plan.leftOut.map((left) => left.what), ['remove pay'])
  assert.ok((await plan.outcome()).blindSpots.some((spot) => spot.includes('remove pay')))
})

test('a plan of Terraform', async (t) => {
  const { root, now } = await begun(t)
  const cart = (/** @type {string} */ replicas) => ({ metadata: [{ name: 'cart', namespace: 'shop' }], spec: [{ replicas }] })
  const plan = {
    format_version: '1.2',
    planned_values: {},
    resource_changes: [
      { address: 'kubernetes_deployment_v1.cart', mode: 'managed', type: 'kubernetes_deployment_v1', change: { actions: ['update'], before: cart('2'), after: cart('3') } },
      { address: 'acme_widget.it', mode: 'managed', type: 'acme_widget', change: { actions: ['create'], before: null, after: { secret: 'canary' } } },
    ],
  }
  const path = join(root, 'plan.json')
  writeFileSync(path, JSON.stringify(plan))
  const scenario = await now.scenarioFromTerraformPlan('next', path)
  assert.deepEqual(scenario.changes, [{ change: 'scale', entity: 'cart', now: 2, replicas: 3 }])
  assert.deepEqual(scenario.assumptions, ['kubernetes_deployment_v1.cart is cart, by its name and kind'])
  assert.deepEqual(scenario.leftOut.map((left) => left.what), ['acme_widget.it'])
})

test('misuse is refused', async (t) => {
  const { root, before, now } = await begun(t)
  const state = join(root, 'state.json')
  writeFileSync(state, '{"version": 4}')
  assert.equal((await thrown(() => now.scenarioFromTerraformPlan('x', join(root, 'nowhere.json')))).code, 'io')
  assert.match((await thrown(() => now.scenarioFromTerraformPlan('x', state))).message, /terraform show -json/)
  assert.equal((await thrown(() => now.scenarioFromFolders('x', before, join(root, 'nowhere')))).code, 'invalid')
  assert.equal((await thrown(() => now.scenarioFromFolders('x', before, before, { deadline: 0 }))).code, 'limit')
  const signal = AbortSignal.abort()
  assert.equal((await thrown(() => now.scenarioFromFolders('x', before, before, { signal }))).name, 'AbortError')
})
