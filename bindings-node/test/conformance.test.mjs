// The cases that every host must answer byte for byte: see `conformance/README.md`.

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { TwinError, inMemory, resolve, solve, tradeOff } from 'software-twin'
import { ROOT, folder } from './support.mjs'

const CASES = join(ROOT, 'conformance/cases')

/** @param {string} text */
const camel = (text) => text.replace(/_(.)/g, (_, letter) => letter.toUpperCase())

/** @param {unknown} value @returns {unknown} */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, of]) => [name, sorted(of)]))
}

/** The surface's questions: which of their fields are given by position. @type {Map<string, string[]>} */
const POSITIONAL = new Map(
  JSON.parse(readFileSync(join(ROOT, 'conformance/surface.json'), 'utf8')).map(
    (/** @type {any} */ member) => [member.name, member.positional],
  ),
)

/** @template T @param {T[]} items */
async function* asynchronous(items) {
  yield* items
}

/** The texts of the columns of a table. @param {import('software-twin').Table} table */
function texts({ size, columns }) {
  const text = (/** @type {any} */ { offsets, bytes }, /** @type {number} */ row) => Buffer.from(bytes).toString('utf8', offsets[row], offsets[row + 1])
  return Object.fromEntries(columns.map((column) => [column.name, Array.from({ length: size }, (_, row) => text(column, row))]))
}

/** A case while it is played. */
class Run {
  twin = inMemory()
  now = ''
  /** @type {import('software-twin').Snapshot[]} */
  snapshots = []
  /** @type {import('software-twin').Scenario | undefined} */
  scenario
  isChanged = true
  /** @type {import('software-twin').Resolution | undefined} */
  resolution
  /** @type {import('software-twin').Answer<unknown, unknown> | undefined} */
  answer
  /** The answer of which a picture was drawn last. @type {unknown} */
  drawn
  /** What was compared so far. @type {any[]} */
  compared = []
  /** What the last call of the twin itself gave. @type {unknown} */
  told
  /** @type {TwinError | undefined} */
  error
  receipt = ''

  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder
  }

  /** @param {string} word @param {string} rest @param {string} body */
  async step(word, rest, body) {
    const steps = /** @type {Record<string, (rest: string, body: string) => unknown>} */ (/** @type {unknown} */ (this))
    assert.ok(word in Run.prototype, `there is no section ${word}`)
    await steps[word]?.(rest, body)
  }

  /** @param {() => unknown} call */
  async attempt(call) {
    this.error = this.answer = this.told = undefined
    try {
      await call()
    } catch (error) {
      assert.ok(error instanceof TwinError, String(error))
      this.error = error
    }
  }

  /** @param {import('software-twin').Receipt & { report?: unknown }} receipt */
  took({ report: _, ...receipt }) {
    this.receipt = JSON.stringify(sorted(receipt))
    this.isChanged = true
  }

  /** @param {string} time */
  ['now '](time) {
    this.now = time
  }

  /** @param {string} path @param {string} text */
  ['file '](path, text) {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), text)
  }

  /** @param {string} path */
  ['delete '](path) {
    rmSync(join(this.folder, path))
  }

  async ['scan ']() {
    this.took(await this.twin.scan(this.folder, { name: 'estate', now: this.now }))
  }

  /** @param {string} source @param {string} body */
  async ['apply '](source, body) {
    const { capability, pages } = JSON.parse(body)
    this.took(await this.twin.apply(pages, { source, capability, now: this.now }))
  }

  /** @param {string} _ @param {string} body */
  async ['decide '](_, body) {
    const [[what, [a, b]]] = /** @type {[['pin', [string, string]]]} */ (Object.entries(JSON.parse(body)))
    await this.attempt(async () => {
      this.receipt = JSON.stringify(sorted(await this.twin[what](a, b, { now: this.now })))
      this.isChanged = true
    })
  }

  /** @param {string} _ @param {string} body */
  ['snapshot '](_, body) {
    this.snapshots.push(this.twin.snapshot({ now: this.now, ...JSON.parse(body.trim() || '{}') }))
    this.scenario = undefined
    this.isChanged = false
  }

  /** The snapshot that is asked. */
  current() {
    if (this.isChanged) this['snapshot ']('', '')
    return /** @type {import('software-twin').Snapshot} */ (this.snapshots.at(-1))
  }

  /** @param {string} name @param {string} body */
  async ['scenario '](name, body) {
    await this.attempt(() => {
      this.scenario = this.current().scenario(name, JSON.parse(body))
      this.snapshots.push(this.scenario.snapshot())
    })
  }

  /** @param {string} until @param {string} body */
  async ['as_of_future '](until, body) {
    await this.attempt(async () => {
      this.scenario = await this.current().asOfFuture(until, { events: JSON.parse(body) })
      this.snapshots.push(this.scenario.snapshot())
    })
  }

  /** @param {string} _ @param {string} body */
  async ['ask '](_, body) {
    await this.attempt(async () => {
      this.answer = await this.asked(JSON.parse(body))
    })
  }

  /** @param {any} question @returns {Promise<import('software-twin').Answer<unknown, unknown>>} */
  async asked({ kind, ...fields }) {
    const snapshot = this.current()
    const now = this.now
    if (kind === 'search') return snapshot.search(fields.question, this.comparing(fields))
    if (kind === 'next_questions') return snapshot.nextQuestions(fields.choice, this.comparing(fields))
    if (kind === 'suspects') return snapshot.suspects(fields.incident)
    if (kind === 'call_templates') return snapshot.callTemplates(this.comparing(fields))
    if (kind === 'critical_path') return snapshot.criticalPath(this.comparing(fields).traces)
    if (kind === 'predictions') return this.twin.predictions({ now })
    if (kind === 'score') return this.twin.score(fields.reality, { prediction: fields.prediction, now })
    if (kind === 'backtest') return this.twin.backtest({ ...fields, now })
    if (kind === 'outcome' && this.scenario) return this.scenario.outcome(fields)
    if (kind === 'compare' && this.scenario) {
      const answer = await this.scenario.compare(this.comparing(fields))
      this.compared.push(answer)
      return answer
    }
    if (kind === 'trade_off') return tradeOff(this.compared, fields.objectives)
    if (kind === 'diff') return snapshot.diff(/** @type {import('software-twin').Snapshot} */ (this.snapshots.at(-2)))
    const positional = POSITIONAL.get(kind)
    if (!positional || !(camel(kind) in snapshot)) return snapshot.ask({ kind, ...fields })
    return this.called(snapshot, kind, positional, fields)
  }

  /** What a comparison is made with; traces lie in the case's folder. @param {any} fields */
  comparing({ question: _, choice: __, ...fields }) {
    return { ...fields, traces: (fields.traces ?? []).map((/** @type {string} */ path) => join(this.folder, path)) }
  }

  /** Keeps what the scenario comes to. @param {string} _ @param {string} body */
  async ['keep '](_, body) {
    const scenario = /** @type {import('software-twin').Scenario} */ (this.scenario)
    await this.attempt(async () => {
      this.told = await this.twin.keep(scenario, { ...this.comparing(JSON.parse(body.trim() || '{}')), now: this.now })
      this.isChanged = true
    })
  }

  /** @param {string} _ @param {string} body */
  async ['solve '](_, body) {
    await this.attempt(async () => {
      this.told = await solve(JSON.parse(body))
    })
  }

  /** The method of the question's kind, and the same by `ask`. @param {any} snapshot @param {string} kind @param {string[]} positional @param {any} fields */
  async called(snapshot, kind, positional, fields) {
    const given = Object.entries(fields).filter(([name]) => !positional.includes(name))
    const options = Object.fromEntries(given.map(([name, value]) => [camel(name), value]))
    const answer = await snapshot[camel(kind)](...positional.map((name) => fields[name]), options)
    assert.equal(await (await snapshot.ask({ kind, ...fields })).toJson(), await answer.toJson())
    return answer
  }

  /** The picture of the last answer. @param {string} form @param {string} body */
  async ['picture '](form, body) {
    const answer = /** @type {any} */ (this.answer ?? this.drawn)
    await this.attempt(async () => {
      this.drawn = answer
      this.told = await answer[camel(`to_${form}`)](JSON.parse(body.trim() || '{}'))
    })
  }

  /** @param {string} method @param {string} body */
  async ['call '](method, body) {
    const twin = /** @type {any} */ (this.twin)
    await this.attempt(async () => {
      this.told = await twin[camel(method)](...JSON.parse(body))
      this.isChanged = true
    })
  }

  /** @param {string} _ @param {string} body */
  async ['resolve '](_, body) {
    const { table, ...options } = JSON.parse(body)
    await this.attempt(async () => {
      this.resolution = await resolve(table, options)
      const again = await resolve(asynchronous(table), options)
      assert.deepEqual(await again.things(), await this.resolution.things())
    })
  }

  /** @param {string} method @param {string} body */
  async ['tell '](method, body) {
    const resolution = /** @type {any} */ (this.resolution)
    await this.attempt(async () => {
      const member = resolution[camel(method)]
      const told = await (typeof member === 'function' ? member.apply(resolution, JSON.parse(body || '[]')) : member)
      this.told = method === 'clusters' ? texts(told) : told
    })
  }

  /** @param {string} _ @param {string} body */
  async ['expect '](_, body) {
    // A host's data is held against the core's as data: numbers have another form here.
    if (this.told !== undefined) return assert.deepEqual(this.told, JSON.parse(body))
    assert.equal(await this.answer?.toJson(), body.trim(), String(this.error))
  }

  /** @param {string} code @param {string} body */
  ['error '](code, body) {
    assert.deepEqual([this.error?.code, this.error?.message.replaceAll('\n', ' ')], [code, body.trim()])
  }

  /** @param {string} _ @param {string} body */
  ['receipt '](_, body) {
    assert.equal(this.receipt, body.trim())
  }
}

for (const file of readdirSync(CASES).filter((name) => name.endsWith('.case'))) {
  test(file, async (t) => {
    const run = new Run(folder(t))
    const [, ...sections] = `\n${readFileSync(join(CASES, file), 'utf8')}`.split(/\n=== /)
    for (const [place, section] of sections.entries()) {
      const end = section.includes('\n') ? section.indexOf('\n') : section.length
      const [word = '', ...rest] = section.slice(0, end).trimEnd().split(' ')
      const body = section.slice(end + 1) + (place < sections.length - 1 && section.includes('\n') ? '\n' : '')
      await run.step(`${word} `, rest.join(' '), body)
    }
  })
}

test('there are cases', () => assert.ok(readdirSync(CASES).length > 0))
