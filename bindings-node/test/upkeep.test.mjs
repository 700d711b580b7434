// The past of an entity, what changed since somebody asked, and what keeps a store in good order.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inMemory, open } from 'software-twin'
import { COMPONENTS, NOW, folder, page, thrown } from './support.mjs'

const LATER = '2026-11-25T10:00:00Z'

/** Two components in a store; a day later only one of them. @param {string} path */
async function kept(path) {
  const twin = await open(path)
  const source = { source: 'own', capability: COMPONENTS }
  await twin.apply([{ ...page('pay', 'shop'), scope: 'a' }], { ...source, now: NOW })
  await twin.apply([{ ...page('shop'), scope: 'a' }], { ...source, now: LATER })
  return twin
}

test('a history has spells, gaps and proofs', async (t) => {
  const twin = await kept(join(folder(t), 'estate.twin'))
  const history = await twin.history('Component:pay')
  assert.deepEqual(history.records, ['own/Component:pay'])
  assert.deepEqual(history.gaps, [{ since: LATER, until: null }])
  const [spell] = history.spells
  assert.deepEqual([spell?.statement, spell?.since, spell?.until], [{ exists: { name: 'pay' } }, NOW, LATER])
  assert.equal(spell?.evidence[0]?.source, 'own')
  assert.deepEqual(await twin.history(history.entity), history)
  assert.equal((await thrown(() => twin.history('Component:pya'))).code, 'unknown')
})

test('pages of changes go on in another handle', async (t) => {
  const path = join(folder(t), 'estate.twin')
  const [twin, reader] = [await kept(path), await open(path, { readOnly: true })]
  const first = await twin.changesSince(null, { most: 1 })
  assert.deepEqual([first.changes.length, first.more], [1, false])
  const { changes, cursor, as_of } = await reader.changesSince()
  assert.deepEqual([changes, as_of], [first.changes, { known: LATER, valid: LATER }])
  assert.deepEqual((await reader.changesSince(cursor)).changes, [])
  await twin.apply([{ ...page('a', 'b', 'c'), scope: 'b' }], { source: 'own', capability: COMPONENTS, now: '2026-11-26' })
  await reader.refresh()
  const page1 = await reader.changesSince(cursor, { most: 2 })
  const page2 = await reader.changesSince(page1.cursor, { most: 2 })
  assert.deepEqual([page1.changes.length, page1.more, page2.changes.length, page2.more], [2, true, 1, false])
  assert.equal((await thrown(() => twin.changesSince('yesterday'))).code, 'invalid')
  assert.equal((await thrown(() => twin.changesSince(null, { most: 0 }))).code, 'invalid')
  assert.equal((await thrown(() => twin.changesSince(null, { most: -1 }))).code, 'invalid')
})

test('a store is verified and copied, and its copy answers the same', async (t) => {
  const at = folder(t)
  const twin = await kept(join(at, 'estate.twin'))
  const { commits, rows, pages } = await twin.verify()
  assert.deepEqual([commits, rows > 0, pages], [2, true, true])
  await twin.backup(pathToFileURL(join(at, 'copy.twin')))
  const copy = await open(join(at, 'copy.twin'))
  assert.deepEqual(await copy.history('Component:pay'), await twin.history('Component:pay'))
  assert.equal((await thrown(() => twin.backup(join(at, 'copy.twin')))).code, 'invalid')
  assert.equal((await thrown(() => inMemory().verify())).code, 'invalid')
})

test('an export is taken by a new twin only', async (t) => {
  const at = folder(t)
  const [twin, other, file] = [await kept(join(at, 'estate.twin')), inMemory(), join(at, 'estate.jsonl')]
  await twin.exportTo(file)
  assert.equal((await thrown(() => twin.exportTo(file))).code, 'invalid')
  assert.deepEqual(await other.importFrom(pathToFileURL(file)), [])
  assert.deepEqual(await other.changesSince(), await twin.changesSince())
  assert.equal((await thrown(() => other.importFrom(file))).code, 'invalid')
  writeFileSync(file, 'not a line\n', { flag: 'a' })
  const [told, ...more] = await inMemory().importFrom(file)
  assert.deepEqual([told?.severity, more], ['rejected', []])
  assert.equal((await thrown(() => inMemory().importFrom(join(at, 'no.jsonl')))).code, 'io')
  assert.equal((await thrown(() => inMemory().exportTo(join(at, 'none.jsonl')))).code, 'invalid')
  assert.ok(!existsSync(join(at, 'none.jsonl')))
})

test('what is not retained is not told', async (t) => {
  const twin = await kept(join(folder(t), 'estate.twin'))
  assert.equal(await twin.retain(new Date(LATER)), 2)
  assert.equal(twin.snapshot({ now: LATER }).size, 1)
  assert.equal((await thrown(() => twin.snapshot({ now: LATER, valid: NOW, known: NOW }))).code, 'invalid')
  assert.equal((await thrown(() => twin.retain('yesterday'))).code, 'invalid')
})

test('what is redacted is nowhere in the store', async (t) => {
  const path = join(folder(t), 'estate.twin')
  const twin = await open(path)
  const record = { kind: 'Component', key: 'pay', name: 'Erika Mustermann' }
  await twin.apply([{ records: [record] }], { source: 'own', capability: COMPONENTS, now: NOW })
  assert.equal((await twin.redact('Component:pay')).names, 1)
  assert.equal(twin.snapshot({ now: NOW }).find('pay').name, 'pay')
  twin.close()
  assert.ok(!readFileSync(path).includes('Mustermann'))
  assert.equal((await thrown(() => twin.redact('Component:pay'))).code, 'closed')
})
