// What another thread or another process does for a test.

import { parentPort, workerData } from 'node:worker_threads'
import { TwinError, inMemory, open } from 'software-twin'

/** Reads the estate and sends an answer. @param {{ scan: string, now: string }} given */
async function asked({ scan, now }) {
  const twin = inMemory()
  await twin.scan(scan, { name: 'estate', now })
  const snapshot = twin.snapshot({ now })
  const frozen = await (await snapshot.blastRadius('payments')).freeze()
  const error = await snapshot.owners('paymnts').catch((error) => error)
  parentPort?.postMessage({ frozen, code: error.code, instance: error instanceof TwinError })
}

/** Works until somebody ends it. @param {{ endless: string, root: string }} given */
async function endless({ endless, root }) {
  const twin = inMemory()
  const tell = () => parentPort?.postMessage('working')
  const read = () => {
    tell()
    return new Promise(() => {})
  }
  if (endless === 'sync') await twin.sync({ name: 'a', capability: { reads: ['Component'] }, read: /** @type {any} */ (read) })
  else for (;;) await twin.scan(root, { onProgress: tell })
}

/** Opens a store that another process writes to. @param {string} store @param {string} root */
async function opened(store, root) {
  const busy = await open(store).catch((error) => error.code)
  const reader = await open(store, { readOnly: true })
  const own = inMemory()
  await own.scan(root, { name: 'estate', now: '2026-11-24T10:00:00Z' })
  const size = (/** @type {import('software-twin').Twin} */ twin) => twin.snapshot({ now: '2026-11-24T10:00:00Z' }).size
  process.send?.({ busy, size: size(reader), scanned: size(own) })
  process.disconnect()
}

if (workerData?.scan) await asked(workerData)
else if (workerData?.endless) await endless(workerData)
else await opened(process.env['TWIN_STORE'] ?? '', process.env['TWIN_SCAN'] ?? '')
