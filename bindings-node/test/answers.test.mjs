// What an answer tells, in each of the shapes that it has.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import * as arrow from 'apache-arrow'
import { Answer, change } from 'software-twin'
import { NOW, estate, many } from './support.mjs'

const twin = await estate()
const now = twin.snapshot({ now: NOW })

test('an answer tells how good it is, and parses nothing twice', async () => {
  const impact = await now.blastRadius('payments', { state: 'down', needs: 'planning' })
  assert.equal(impact.question.kind, 'blast_radius')
  assert.deepEqual(impact.asOf, { known: NOW, valid: NOW })
  assert.equal(impact.revision, twin.revision)
  assert.equal(impact.value, impact.value)
  assert.equal(impact.freshness, impact.freshness)
  assert.equal(impact.value.length, impact.size)
  assert.match(inspect(impact), /^Answer\(.*blast_radius.*\d+ rows\)$/)
  const told = JSON.parse(await impact.toJson())
  const { question, status, verdict, interval, basis, method, assumptions, inputs, freshness, seed, revision } = impact
  const envelope = { question, status, verdict, interval, basis, method, assumptions, inputs, freshness, seed, revision }
  const { value, evidence, ...rest } = told
  assert.deepEqual(rest, { ...envelope, blind_spots: impact.blindSpots, as_of: impact.asOf })
  assert.deepEqual(value, impact.value)
  assert.ok(evidence[0].locator)
})

test('rows come one by one, in pages, and all at once, with their evidence', async () => {
  const impact = await now.blastRadius('payments')
  const rows = await impact.rows()
  const single = []
  for await (const row of impact) single.push(row)
  assert.deepEqual(single, rows)
  let place = 0
  for await (const page of impact.pages(3)) {
    assert.ok(page.length <= 3)
    for (const row of page) {
      assert.equal(row.entity.id, rows[place]?.entity.id)
      assert.deepEqual(row.evidence.map((number) => page.evidence[number]), impact.evidence(place))
      place += 1
    }
  }
  assert.equal(place, impact.size)
  assert.deepEqual(impact.evidence(impact.size), [])
})

test('a large answer is read in pages', async () => {
  const all = await (await many(2_500)).findAll('')
  assert.equal(all.size, 2_500)
  assert.throws(() => all.value, { code: 'limit', message: /2500 rows.*pages\(\)/ })
  const pages = []
  for await (const page of all.pages()) pages.push(page.length)
  assert.deepEqual(pages, [1_000, 1_000, 500])
  assert.equal(new Set((await all.rows()).map((row) => row.id)).size, 2_500)
})

test('every answer crosses to another thread as text', async () => {
  const asked = [now.owners('payments'), now.drift(), now.cost('payments'), now.describe('payments'), now.diff(now)]
  for (const answer of /** @type {Answer<unknown, unknown>[]} */ (await Promise.all(asked))) {
    const thawed = await Answer.thaw(await answer.freeze())
    assert.equal(await thawed.toJson(), await answer.toJson())
    assert.deepEqual(await thawed.rows(), await answer.rows())
    assert.deepEqual(await thawed.columns(), await answer.columns())
  }
  await assert.rejects(Answer.thaw('{}'), { code: 'invalid' })
})

/**
 * A column as Arrow has it, around the same bytes.
 * @param {import('software-twin').Column} column
 * @param {number} length
 */
function vector(column, length) {
  const nullBitmap = column.validity
  switch (column.type) {
    case 'text':
      return arrow.makeVector(arrow.makeData({ type: new arrow.Utf8(), length, nullBitmap, valueOffsets: column.offsets, data: column.bytes }))
    case 'integer':
      return arrow.makeVector(arrow.makeData({ type: new arrow.Int64(), length, nullBitmap, data: column.integers }))
    case 'number':
      return arrow.makeVector(arrow.makeData({ type: new arrow.Float64(), length, nullBitmap, data: column.numbers }))
    case 'flag':
      return arrow.makeVector(arrow.makeData({ type: new arrow.Bool(), length, nullBitmap, data: column.flags }))
    case 'texts':
      return lists(column, length)
  }
}

/** @param {Extract<import('software-twin').Column, { type: 'texts' }>} column @param {number} length */
function lists({ validity, lists: valueOffsets, offsets, bytes }, length) {
  const child = arrow.makeData({ type: new arrow.Utf8(), length: offsets.length - 1, valueOffsets: offsets, data: bytes })
  const type = new arrow.List(new arrow.Field('item', new arrow.Utf8(), false))
  return arrow.makeVector(arrow.makeData({ type, length, nullBitmap: validity, valueOffsets, child }))
}

test('Arrow reads the columns as they are', async () => {
  const types = new Set()
  for (const answer of [await now.blastRadius('payments'), await now.neighbours('payments'), await now.findAll('')]) {
    const { size, columns } = await answer.columns()
    assert.equal(size, answer.size)
    const vectors = columns.map((column) => [column.name, vector(column, size)])
    const table = new arrow.Table(Object.fromEntries(vectors))
    columns.forEach((column) => types.add(column.type))
    const rows = /** @type {any[]} */ (await answer.rows())
    for (const [place, row] of table.toArray().entries()) same(row, rows[place])
  }
  assert.deepEqual([...types].sort(), ['flag', 'integer', 'number', 'text', 'texts'])
})

/** @param {any} row @param {any} expected */
function same(row, expected) {
  if ('path' in row) assert.deepEqual([...row.path], expected.path)
  if ('hops' in row) assert.equal(row.hops, BigInt(expected.hops))
  if ('instance' in row) assert.equal(row.instance, expected.instance?.name ?? null)
  if ('stale' in row) assert.equal(row.stale, expected.stale)
  if ('confidence' in row) assert.equal(row.confidence, expected.confidence)
}

test('a scenario is asked like any other world', async () => {
  const plan = now.scenario('without payments', [change.remove('payments'), change.fail('checkout', { state: 'degraded' })])
  const outcome = await plan.outcome({ needs: 'planning' })
  assert.equal(plan.name, 'without payments')
  assert.ok(outcome.value.impact.length > 0 && outcome.value.owners.length > 0)
  assert.equal(plan.snapshot().scenarioName, 'without payments')
  const gone = await plan.snapshot().diff(now)
  assert.ok((await gone.rows()).some((row) => row.change === 'entity_removed'))
  assert.equal(now.scenarioName, null)
})

test('pictures and pages stand by themselves', async () => {
  assert.match(await now.toHtml(), /^<!doctype html>/i)
  assert.match(await now.toSvg(), /^<svg /)
  assert.match(await now.toMermaid(), /^(flowchart|graph) /)
  assert.match(await (await now.owners('payments')).toHtml(), /^<div class="twin-answer">/)
})

test('a snapshot never moves', async () => {
  const own = await estate()
  const before = own.snapshot({ now: NOW })
  const { size, revision } = before
  const [record] = (await before.describe('payments')).value.members
  assert.ok(record)
  assert.ok((await own.rename(record.key, 'money', { now: NOW })).length > 0)
  assert.deepEqual([before.size, before.revision], [size, revision])
  assert.ok(own.revision > revision)
  own.close()
  assert.equal((await before.findAll('')).size, size)
})
