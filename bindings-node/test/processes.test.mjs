// Threads, processes, and several twins in one: each has its own, and an answer crosses as text.

import assert from 'node:assert/strict'
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Answer, inMemory, open } from 'software-twin'
import { COMPONENTS, ESTATE, NOW, ROOT, estate, folder, page, thrown } from './support.mjs'

const HELPER = fileURLToPath(new URL('helper.mjs', import.meta.url))

/** What a worker or a child tells. @param {import('node:events').EventEmitter} other @returns {Promise<any>} */
async function told(other) {
  const [message] = await once(other, 'message')
  return message
}

test('each thread has its own twin, and an answer crosses', async () => {
  const twin = await estate()
  const own = await twin.snapshot({ now: NOW }).blastRadius('payments')
  const workers = [1, 2, 3].map(() => new Worker(HELPER, { workerData: { scan: ESTATE, now: NOW } }))
  for (const { frozen, code, instance } of await Promise.all(workers.map(told))) {
    const crossed = await Answer.thaw(frozen)
    assert.equal(await crossed.toJson(), await own.toJson())
    assert.deepEqual([code, instance], ['unknown', true])
  }
  await Promise.all(workers.map((worker) => worker.terminate()))
})

test('a thread that is ended in the middle of its work takes nothing with it', async () => {
  for (const work of ['scan', 'sync']) {
    const worker = new Worker(HELPER, { workerData: { endless: work, root: ROOT } })
    assert.equal(await told(worker), 'working')
    await worker.terminate()
  }
  assert.ok((await estate()).snapshot({ now: NOW }).size > 0)
})

test('two twins in one process know nothing of each other', async (t) => {
  const [a, b] = [inMemory(), await open(join(folder(t), 'b.twin'))]
  const terms = { source: 'own', capability: COMPONENTS, now: NOW }
  await Promise.all([a.apply([page('a')], terms), b.apply([page('b', 'c')], terms), b.scan(ESTATE, { now: NOW }), a.refresh()])
  assert.deepEqual([a.snapshot({ now: NOW }).size, a.snapshot({ now: NOW }).find('a').name], [1, 'a'])
  assert.equal((await thrown(() => b.snapshot({ now: NOW }).find('a'))).code, 'unknown')
  assert.equal(b.snapshot({ now: NOW }).find('c').name, 'c')
})

test('a forked child has threads of its own, and a store has one writer', async (t) => {
  const store = join(folder(t), 'estate.twin')
  const twin = await open(store)
  await twin.scan(ESTATE, { name: 'estate', now: NOW })
  const child = fork(HELPER, { env: { ...process.env, TWIN_STORE: store, TWIN_SCAN: ESTATE } })
  const { busy, size, scanned } = await told(child)
  assert.deepEqual([busy, size, scanned], ['busy', twin.snapshot({ now: NOW }).size, twin.snapshot({ now: NOW }).size])
  await once(child, 'exit')
})

test('a process ends by itself when nothing is left to do', () => {
  const run = (/** @type {string} */ text) => execFileSync(process.execPath, ['--input-type=module', '-e', text], { cwd: join(ROOT, 'bindings-node'), encoding: 'utf8', timeout: 60_000 })
  assert.equal(run(`import { inMemory } from 'software-twin'
    const twin = inMemory()
    await twin.scan(${JSON.stringify(ESTATE)}, { onProgress() {}, signal: new AbortController().signal })
    const asked = twin.snapshot().blastRadius('payments')
    console.log((await asked).size > 0)`), 'true\n')
})

test('it is loaded as a module and by require', (t) => {
  const path = folder(t)
  const lib = join(ROOT, 'bindings-node')
  writeFileSync(join(path, 'a.cjs'), `const { inMemory, TwinError } = require(${JSON.stringify(lib)})\nconsole.log(inMemory().revision, new TwinError('a', 'b').code)\n`)
  writeFileSync(join(path, 'a.mjs'), `import { inMemory, TwinError } from ${JSON.stringify(join(lib, 'lib/index.mjs'))}\nconsole.log(inMemory().revision, new TwinError('a', 'b').code)\n`)
  for (const file of ['a.cjs', 'a.mjs']) assert.equal(execFileSync(process.execPath, [join(path, file)], { encoding: 'utf8' }), '0 a\n')
  assert.equal(createRequire(import.meta.url)('software-twin/package.json').name, 'software-twin')
})
