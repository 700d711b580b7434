// Node's half of W11: the questions and the table of `benches/src/bin/bindings.rs`, which describes the estate. One JSON line each:
// `node questions.mjs ADDON [SERVICES]`.

import { createRequire } from 'node:module'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NOW = '2026-11-24T09:00:00Z'
const ASKED = 10_000
const PAGE = 1_000
const TIMES = 1_001

const [addon = '', services = '500000'] = process.argv.slice(2)
const { inMemory } = loaded(addon)

/** The facade around an addon that was built for speed. @param {string} addon @returns {typeof import('software-twin')} */
function loaded(addon) {
  const folder = mkdtempSync(join(tmpdir(), 'twin-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true }))
  cpSync(fileURLToPath(new URL('../lib', import.meta.url)), folder, { recursive: true, filter: (path) => !path.endsWith('.node') })
  cpSync(addon, join(folder, 'twin.node'))
  return createRequire(import.meta.url)(join(folder, 'index.js'))
}

/** @param {number} page @param {number} services @param {boolean} related */
function pageOf(page, services, related) {
  const numbers = Array.from({ length: Math.min(PAGE, services - page * PAGE) }, (_, place) => page * PAGE + place)
  return { scope: `page-${page}`, records: numbers.flatMap((number) => service(page, number, related)) }
}

/** @param {number} page @param {number} number @param {boolean} related */
function service(page, number, related) {
  const at = `page-${page}:${number + 1}`
  const owned = { relation: 'ownedBy', kind: 'Team', key: `team ${number % 100}` }
  const called = { relation: 'calls', kind: 'Instance', key: `i${Math.floor((number - 1) / 2)}` }
  return [
    { kind: 'Component', key: `c${number}`, name: `service ${number}`, at, relations: related ? [owned] : [] },
    { kind: 'Instance', key: `i${number}`, name: `instance ${number}`, at, relations: related && number ? [called] : [] },
  ]
}

/** @param {number} services @param {boolean} related */
async function estate(services, related) {
  const twin = inMemory()
  const pages = Array.from({ length: Math.ceil(services / PAGE) }, (_, page) => pageOf(page, services, related))
  const capability = { reads: ['Component', 'Instance', 'Team', 'ownedBy', 'calls'], cadence: '1h' }
  await twin.apply(pages, { source: 'bench', capability, now: NOW })
  return twin.snapshot({ now: NOW })
}

/** The median time of some work in microseconds, and what it gave. @template T @param {number} times @param {() => Promise<T>} work @returns {Promise<[number, T]>} */
async function timed(times, work) {
  const micros = []
  const given = await work()
  for (let time = 0; time < times; time += 1) {
    const start = performance.now()
    await work()
    micros.push((performance.now() - start) * 1e3)
  }
  return [micros.sort((a, b) => a - b)[times >> 1] ?? NaN, given]
}

/** @param {string} question @param {number} microseconds @param {number} rows */
const told = (question, microseconds, rows) => console.log(JSON.stringify({ host: 'node', question, microseconds, rows }))

/** The last page of all, read from the first one on. @param {import('software-twin').Answer} answer */
async function paged(answer) {
  let rows = 0
  for await (const page of answer.pages(10_000)) rows += page.length
  return rows
}

const now = await estate(ASKED, true)
/** @type {[string, () => Promise<import('software-twin').Answer<unknown, unknown>>][]} */
const questions = [
  ['find_all', () => now.findAll('service 777')],
  ['owners', () => now.owners('service 4711')],
  ['neighbours', () => now.neighbours('instance 1000')],
  ['blast_radius', () => now.blastRadius('instance 1000')],
]
for (const [name, ask] of questions) {
  const [micros, answer] = await timed(TIMES, ask)
  told(name, micros, answer.size)
}
const all = await (await estate(Number(services), false)).findAll('')
const [columns, table] = await timed(7, () => all.columns())
told('table', columns, table.size)
const [pages, rows] = await timed(3, () => paged(all))
told('pages', pages, rows)
