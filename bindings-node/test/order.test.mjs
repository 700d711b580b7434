// What is written in the order of the calls, options in either spelling, and where an error was awaited.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, inMemory } from 'software-twin'
import { NOW, estate } from './support.mjs'

test('the last of several writes that nobody awaits has the last word', async () => {
  for (let round = 0; round < 20; round++) {
    const twin = inMemory()
    const writes = [1, 2, 3, 4].map((second) =>
      twin.apply([{ scope: 's', records: [{ kind: 'Instance', key: 'svc', name: `v${second}` }] }], {
        source: 'c',
        capability: { reads: ['Instance'] },
        now: new Date(Date.UTC(2026, 10, 30, 12, 0, second)),
      }),
    )
    const revisions = (await Promise.all(writes)).map((receipt) => receipt.revision)
    assert.deepEqual(revisions, [...revisions].sort((a, b) => a - b))
    assert.equal(twin.snapshot({ now: '2026-12-30T00:00:00Z' }).find('v4').name, 'v4')
  }
})

test("options in the core's spelling are not dropped", async () => {
  const now = (await estate()).snapshot({ now: NOW })
  const spelled = /** @type {any} */ ({ fan_in: 1 })
  assert.deepEqual((await now.smells(spelled)).value, (await now.smells({ fanIn: 1 })).value)
  const fails = now.scenario('payments fails', [change.fail('payments')])
  const given = /** @type {any} */ ({ data_classes: { personal: ['orders'] } })
  const told = (/** @type {import('software-twin').Answer<'compare'>} */ answer) => JSON.stringify(answer.value)
  const [one, other] = [await fails.compare(given), await fails.compare({ dataClasses: given.data_classes })]
  assert.equal(told(/** @type {any} */ (one)), told(/** @type {any} */ (other)))
})

test('an error tells where it was awaited', async () => {
  const now = (await estate()).snapshot({ now: NOW })
  const error = await now.blastRadius('nobody').catch((error) => error)
  assert.equal(error.code, 'unknown')
  assert.match(error.stack, /order\.test\.mjs/)
})
