// The README's example for Node is this file's, to the letter, and runs.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { open } from 'software-twin'
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
