// A scan of very many small files that is stopped: it stops soon, counted in units and not in seconds, the store is whole, and the next scan ends.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { open } from 'software-twin'
import { NOW, folder, thrown } from './support.mjs'

const FILES = 100_000
const A_FOLDER = 1_000

/** Many small files, of which one in fifty says something. @param {string} root */
function fill(root) {
  for (let number = 0; number < FILES; number += 1) {
    const path = join(root, `part-${Math.floor(number / A_FOLDER)}`)
    if (number % A_FOLDER === 0) mkdirSync(path, { recursive: true })
    writeFileSync(join(path, number % 50 ? `note-${number}.txt` : `thing-${number}.yaml`), number % 50 ? 'x' : workload(number))
  }
}

/** @param {number} number */
const workload = (number) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: thing-${number}, namespace: many}
spec: {selector: {matchLabels: {app: t}}, template: {metadata: {labels: {app: t}}, spec: {containers: [{name: main, image: acme/thing:1}]}}}
`

/** The fastest that a whole scan does its units in each phase: how many in 100 ms, of phases that take longer than that. */
class Rates {
  /** @type {Map<string, { first: number, firstAt: number, rate: number, took: number }>} */
  phases = new Map()

  /** @param {import('software-twin').Progress} progress */
  see({ phase, done }) {
    const at = performance.now()
    const seen = this.phases.get(phase) ?? { first: done, firstAt: at, rate: 0, took: 0 }
    const took = at - seen.firstAt
    const rate = ((done - seen.first) / Math.max(took, 1)) * 100
    this.phases.set(phase, { ...seen, rate: Math.max(seen.rate, rate), took })
  }

  long() {
    return [...this.phases].filter(([, { took }]) => took > 100).map(([phase]) => phase)
  }

  /** @param {string} phase */
  in100ms(phase) {
    return this.phases.get(phase)?.rate ?? 0
  }
}

test('an aborted scan stops within what a whole one does in 100 ms, and the next one ends', async (t) => {
  const root = folder(t)
  fill(join(root, 'files'))
  const rates = new Rates()
  const whole = await open(join(root, 'whole.twin'))
  const receipt = await whole.scan(join(root, 'files'), { name: 'many', now: NOW, onProgress: (progress) => rates.see(progress) })
  assert.equal(receipt.report.files, FILES)

  const twin = await open(join(root, 'stopped.twin'))
  const phases = rates.long()
  assert.ok(phases.includes('recognise'), phases.join())
  for (const phase of phases) await stopped(twin, join(root, 'files'), phase, rates)
  assert.equal(twin.revision, 0)
  twin.close()

  const again = await open(join(root, 'stopped.twin'))
  assert.equal(again.snapshot({ now: NOW }).size, 0)
  const next = await again.scan(join(root, 'files'), { name: 'many', now: NOW })
  assert.deepEqual([next.applied, next.change_count], [receipt.applied, receipt.change_count])
  assert.equal(again.snapshot({ now: NOW }).size, whole.snapshot({ now: NOW }).size)
})

/**
 * Stops a scan in a phase, and counts what was done after that.
 * @param {import('software-twin').Twin} twin
 * @param {string} root
 * @param {string} phase
 * @param {Rates} rates
 */
async function stopped(twin, root, phase, rates) {
  const controller = new AbortController()
  let at = 0
  const onProgress = (/** @type {import('software-twin').Progress} */ progress) => {
    if (progress.phase !== phase || controller.signal.aborted) return
    at = progress.done
    controller.abort()
  }
  const error = await thrown(() => twin.scan(root, { name: 'many', now: NOW, signal: controller.signal, onProgress }))
  assert.equal(error, controller.signal.reason)
  const [, done, , last] = /after (\d+) of (\d+) \((\w+)\)/.exec(error.cause.message) ?? []
  assert.equal(last, phase, `stopped in the phase in which it was asked to: ${error.cause.message}`)
  const after = Number(done) - at
  const allowed = rates.in100ms(phase)
  assert.ok(after <= allowed, `${after} units of ${phase} were done after the abort, at most ${Math.ceil(allowed)} are done in 100 ms`)
}
