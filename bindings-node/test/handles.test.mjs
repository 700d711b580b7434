// Nothing stays behind: loops of good and of failing calls come back to the same number of handles.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Answer, change, inMemory, liveHandles, open } from 'software-twin'
import { COMPONENTS, ESTATE, NOW, folder, page, thrown } from './support.mjs'

const collect = globalThis.gc ?? assert.fail('run with --expose-gc')

/** The number of handles once everything that nobody holds is gone. */
async function settled() {
  for (let round = 0; round < 10; round += 1) {
    collect()
    await turn()
  }
  return liveHandles()
}

/** @param {string} store */
async function good(store) {
  const twin = await open(store)
  await twin.scan(ESTATE, { name: 'estate', now: NOW, onProgress() {} })
  const now = twin.snapshot({ now: NOW })
  const impact = await now.blastRadius('payments')
  await Promise.all([impact.rows(), impact.columns(), impact.toHtml(), now.toHtml(), now.diff(now)])
  await Answer.thaw(await impact.freeze())
  const plan = now.scenario('a', [change.fail('payments')])
  await (await plan.snapshot().findAll('')).rows()
  await plan.outcome()
  await twin.sync({ name: 'own', capability: COMPONENTS, read: () => page('a') }, { now: NOW })
  await twin.checkSource(() => ({ name: 'own', capability: COMPONENTS, read: () => page('a') }), { now: NOW })
  twin.close()
}

/** @param {string} store */
async function failing(store) {
  const twin = inMemory()
  const controller = new AbortController()
  const never = { name: 'a', capability: COMPONENTS, read: () => new Promise(() => controller.abort()) }
  const fail = () => {
    throw new Error('mine')
  }
  const calls = [
    () => open(join(store, 'nowhere')),
    () => twin.snapshot({ now: /** @type {any} */ (5) }),
    () => twin.snapshot().find('nothing'),
    () => twin.snapshot().owners('nothing'),
    () => twin.snapshot().scenario('a', [change.fail('nothing')]),
    () => twin.scan(ESTATE, { onProgress: fail }),
    () => twin.scan(ESTATE, { deadline: 0 }),
    () => twin.scan(ESTATE, { signal: AbortSignal.abort() }),
    () => twin.sync(/** @type {any} */ (never), { signal: controller.signal }),
    () => twin.sync({ name: 'a', capability: COMPONENTS, read: fail }),
    () => twin.sync({ name: 'a', capability: COMPONENTS, read: () => /** @type {any} */ (5) }),
    () => twin.checkSource(fail),
    () => Answer.thaw('{}'),
  ]
  for (const call of calls) await thrown(call)
}

for (const calls of [good, failing]) {
  test(`${calls.name} calls leave no handle`, async (t) => {
    const path = folder(t)
    await calls(join(path, 'first.twin'))
    const before = await settled()
    for (let round = 0; round < 5; round += 1) await calls(join(path, `${round}.twin`))
    assert.equal(await settled(), before)
  })
}

test('a closed twin lets go at once, a snapshot when nobody holds it', async () => {
  const before = await settled()
  const twin = inMemory()
  const snapshot = twin.snapshot()
  assert.equal(liveHandles(), before + 2)
  twin.close()
  assert.equal(liveHandles(), before + 1)
  assert.equal(snapshot.size, 0)
})
