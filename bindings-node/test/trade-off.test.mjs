// Scenarios by objectives, and pictures of what was compared: what is handed over, what comes back, and what is refused.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Answer, TwinError, change, tradeOff } from 'software-twin'
import { ESTATE, NOW, estate } from './support.mjs'

const twin = await estate()
const now = twin.snapshot({ now: NOW })
const traces = join(ESTATE, 'telemetry', 'traces.jsonl')
const answers = await Promise.all([
  now.scenario('as it is', []).compare({ traces }),
  now.scenario('without payments', [change.remove('payments')]).compare({ traces }),
])

/** @type {import('software-twin').ObjectiveDraft[]} */
const objectives = [{ dimension: 'blast_radius', of: 'down' }, { dimension: 'single_points_of_failure', goal: 'max' }]

test('scenarios are ranked by objectives', async () => {
  const choice = await tradeOff(answers, objectives)
  assert.deepEqual(choice.value.options.map((option) => option.name), ['as it is', 'without payments'])
  assert.ok(choice.value.options.some((option) => option.front === 0))
  const rows = await choice.rows()
  assert.deepEqual([rows.length, rows[0]?.option, rows[1]?.goal], [4, 'as it is', 'max'])
  const thawed = await Promise.all(answers.map(async (answer) => Answer.thaw(await answer.freeze())))
  assert.equal(await (await tradeOff(/** @type {any} */ (thawed), objectives)).toJson(), await choice.toJson())
})

test('what was compared has pictures', async () => {
  const choice = await tradeOff(answers, objectives)
  for (const answer of /** @type {Answer<unknown, unknown>[]} */ ([...answers, choice])) {
    const picture = await answer.toSvg()
    assert.match(picture, /^<svg class="twin-picture" role="img"/)
    assert.ok((await answer.toHtml()).includes(picture))
    assert.equal(JSON.parse(await answer.toVegaLite()).$schema, 'https://vega.github.io/schema/vega-lite/v5.json')
  }
  assert.notEqual(await choice.toSvg({ x: 1, y: 0 }), await choice.toSvg())
})

/** @type {[string, () => Promise<unknown>, string, RegExp][]} */
const misuse = [
  ['a dimension that is none', () => tradeOff(answers, [{ dimension: /** @type {any} */ ('latency') }]), 'unknown', /nearest are latency/],
  ['no option', () => tradeOff([], objectives), 'invalid', /an option and an objective/],
  ['one option twice', () => tradeOff([answers[0], answers[0]], objectives), 'invalid', /two options/],
  ['no list', () => tradeOff(/** @type {any} */ (answers[0]), objectives), 'invalid', /a list of answers/],
  ['no answer', () => tradeOff([answers[0], /** @type {any} */ ({})], objectives), 'invalid', /answer 1 is no answer/],
  ['no comparison', async () => tradeOff([/** @type {any} */ (await now.owners('payments'))], objectives), 'invalid', /answer 0 is no comparison/],
  ['no objectives', () => tradeOff(answers, /** @type {any} */ (undefined)), 'invalid', /missing/],
  ['a picture of owners', async () => (await now.owners('payments')).toSvg(), 'invalid', /has no picture/],
  ['axes of a comparison', () => answers[0].toVegaLite({ x: 1 }), 'invalid', /a comparison has none/],
  ['half an axis', async () => (await tradeOff(answers, objectives)).toSvg({ x: 0.5 }), 'invalid', /places of objectives/],
]

for (const [name, call, code, words] of misuse) {
  test(`misuse is refused: ${name}`, async () => {
    await assert.rejects(call(), (/** @type {any} */ error) => error.code === code && words.test(error.message))
  })
}

test('what is refused is an error of ours', () => assert.rejects(tradeOff([], []), TwinError))
