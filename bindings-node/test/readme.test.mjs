// The README's example for Node is this file's, to the letter, and runs.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { open, resolve } from 'software-twin'
import { ESTATE, ROOT, folder } from './support.mjs'

/** What breaks if `payments` is down, and why. @param {string} estate @param {string} store */
async function example(estate, store) {
  // example:begin
  const twin = await open(store) // inMemory() forgets
  await twin.scan(estate)
  const now = twin.snapshot()
  const impact = await now.blastRadius('payments', { state: 'down' })
  for (const [row, hit] of (await impact.rows()).entries()) console.log(hit.path.join(' → '), impact.evidence(row))
  // example:end
  return { impact, twin }
}

/** What a resolution says of some rows. @param {import('software-twin').TableRow[]} rows */
async function resolved(rows) {
  // resolve:begin
  const resolution = await resolve(rows, { system: 'system', kind: 'kind', threshold: 'cautious' })
  const things = await resolution.things() // the ids of the records of each
  const why = await resolution.explain('git:invoice', 'k8s:invoice') // weights in bits that sum to the score
  const apart = await resolution.whyNot('k8s:invoice', 'k8s:invoice-worker')
  const ask = await resolution.review(20) // of these a person would know better: hand them back as pins or splits
  // resolve:end
  return { things, why, apart, ask }
}

/** @param {string} text @param {string} begin @param {string} end */
function between(text, begin, end) {
  const lines = text.split(begin)[1]?.split(end)[0]?.split('\n') ?? []
  return lines.map((line) => line.trim()).filter((line) => line && !line.startsWith('```'))
}

const OWN = between(readFileSync(fileURLToPath(import.meta.url), 'utf8'), '// example:begin\n', '// example:end\n')

test('the example is five lines, and the README holds it', () => {
  assert.equal(OWN.length, 5)
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const shown = between(readme, '<!-- example:node:begin -->', '<!-- example:node:end -->')
  assert.deepEqual(shown.filter((line) => !line.startsWith('import ')), OWN)
})

test('the example runs', async (t) => {
  const log = t.mock.method(console, 'log', () => {})
  const { impact, twin } = await example(ESTATE, join(folder(t), 'estate.twin'))
  assert.equal(log.mock.callCount(), impact.size)
  const [path, evidence] = /** @type {any[]} */ (log.mock.calls.map((call) => call.arguments).find(([path]) => path.includes('checkout@shop')) ?? [])
  assert.equal(path, 'payments@shop → calledBy → checkout@shop')
  assert.ok(evidence.some((/** @type {any} */ proof) => proof.locator === 'k8s/shop/checkout.yaml:42'))
  twin.close()
})

test('the page on resolving holds its example', () => {
  const own = between(readFileSync(fileURLToPath(import.meta.url), 'utf8'), '// resolve:begin\n', '// resolve:end\n')
  const page = readFileSync(join(ROOT, 'docs/resolve.md'), 'utf8')
  assert.deepEqual(between(page, '<!-- example:node:resolve:begin -->', '<!-- example:node:resolve:end -->'), own)
})

test('the example of resolving runs', async () => {
  const row = (/** @type {string} */ system, /** @type {string} */ kind, /** @type {string} */ name) => ({ id: `${system}:${name}`, system, kind, name })
  const rows = [row('git', 'repository', 'invoice'), row('k8s', 'Deployment', 'invoice'), row('k8s', 'Deployment', 'invoice-worker')]
  const { things, why, apart, ask } = await resolved(rows)
  assert.deepEqual(things, [['git:invoice', 'k8s:invoice'], ['k8s:invoice-worker']])
  assert.ok(why.score > 3)
  assert.deepEqual([apart.kind, ask], ['too_little', []])
})
