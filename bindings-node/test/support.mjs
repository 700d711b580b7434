// What several tests need.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inMemory } from 'software-twin'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const ESTATE = join(ROOT, 'examples/estate')
export const NOW = '2026-11-24T10:00:00Z'

/** The example estate, read. */
export async function estate() {
  const twin = inMemory()
  await twin.scan(ESTATE, { name: 'estate', now: NOW })
  return twin
}

/**
 * A folder that is gone after the test.
 * @param {import('node:test').TestContext} t
 */
export function folder(t) {
  const path = mkdtempSync(join(tmpdir(), 'twin-'))
  t.after(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }))
  return path
}

/**
 * What a call throws, or its promise rejects with.
 * @param {() => unknown} call
 * @returns {Promise<any>}
 */
export async function thrown(call) {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error(`nothing was thrown by ${call}`)
}

/**
 * Records of components with some names, as a page.
 * @param {...string} names
 * @returns {import('software-twin').PageDraft}
 */
export function page(...names) {
  return { records: names.map((name) => ({ kind: 'Component', key: name })) }
}

/** @type {import('software-twin').CapabilityDraft} */
export const COMPONENTS = { reads: ['Component'] }

/**
 * A snapshot of a twin that holds so many components.
 * @param {number} count
 */
export async function many(count) {
  const twin = inMemory()
  const names = Array.from({ length: count }, (_, number) => `thing-${number}`)
  await twin.apply([page(...names)], { source: 'many', capability: COMPONENTS, now: NOW })
  return twin.snapshot({ now: NOW })
}
