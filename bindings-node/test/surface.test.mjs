// Everything that every host has, this host has: by the table that the core prints. And the types declare what is there, no less and no more.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import * as twin from 'software-twin'
import { ROOT, estate, many } from './support.mjs'

/** @typedef {{ on: string, name: string, property: boolean, positional: string[], options: string[], long: boolean }} Member */

/** @type {Member[]} */
const TABLE = JSON.parse(readFileSync(join(ROOT, 'conformance/surface.json'), 'utf8'))

/** @param {string} text */
const camel = (text) => text.replace(/_(.)/g, (_, letter) => letter.toUpperCase())

/** What hosts of this language expect, beside the table. */
const OWN = {
  module: ['Answer', 'Resolution', 'Scenario', 'Snapshot', 'Twin', 'TwinError', 'change'],
  Answer: ['[Symbol.asyncIterator]', 'columns', 'freeze', 'rows'],
  Resolution: [],
  Scenario: [],
  Snapshot: [],
  Twin: ['[Symbol.asyncDispose]', '[Symbol.dispose]'],
}

/** Options that are called otherwise here, and what every long work takes. */
const SPELT = new Map([['progress', 'onProgress']])

const LIBRARY = join(ROOT, 'bindings-node/lib/index.d.ts')
const program = ts.createProgram([LIBRARY], { strict: true, target: ts.ScriptTarget.ES2023, types: [] })
const checker = program.getTypeChecker()
const source = /** @type {ts.SourceFile} */ (program.getSourceFile(LIBRARY))
const exported = checker.getExportsOfModule(/** @type {ts.Symbol} */ (checker.getSymbolAtLocation(source)))

/** What the types declare as a value. */
const values = exported.filter((symbol) => symbol.flags & ts.SymbolFlags.Value)

/** @param {string} on */
function declared(on) {
  if (on === 'module') return new Map(values.map((symbol) => [symbol.name, symbol]))
  const type = checker.getDeclaredTypeOfSymbol(/** @type {ts.Symbol} */ (values.find((symbol) => symbol.name === on)))
  return new Map(type.getProperties().map((symbol) => [named(symbol), symbol]))
}

/** @param {ts.Symbol} symbol */
function named(symbol) {
  const name = symbol.valueDeclaration && ts.getNameOfDeclaration(symbol.valueDeclaration)
  return name?.getText() ?? symbol.name
}

/** @param {string} on @returns {any} */
const prototype = (on) => (on === 'module' ? twin : /** @type {any} */ (twin)[on].prototype)

/** @param {string} on */
function present(on) {
  const keys = Reflect.ownKeys(prototype(on)).filter((key) => key !== 'constructor' && key !== Symbol.toStringTag)
  const inspected = Symbol.for('nodejs.util.inspect.custom')
  return keys.filter((key) => key !== inspected).map((key) => (typeof key === 'symbol' ? wellKnown(key) : key))
}

/** @param {symbol} key */
function wellKnown(key) {
  const name = ['asyncIterator', 'dispose', 'asyncDispose'].find((name) => Reflect.get(Symbol, name) === key)
  return `[Symbol.${name}]`
}

/** @param {ts.Symbol} symbol */
function signature(symbol) {
  const [call] = checker.getTypeOfSymbol(symbol).getCallSignatures()
  assert.ok(call, `${symbol.name} can be called`)
  return call
}

/** @param {ts.Signature} call */
function parameters(call) {
  return call.parameters.map((parameter) => ({ name: parameter.name, type: checker.getTypeOfSymbol(parameter) }))
}

/** @param {ts.Type | undefined} type */
const fields = (type) => (type ? checker.getNonNullableType(type).getProperties().map((symbol) => symbol.name) : [])

for (const member of TABLE) {
  test(`${member.on}.${camel(member.name)}`, () => {
    const name = camel(member.name)
    const symbol = declared(member.on).get(name)
    assert.ok(symbol, 'it is declared')
    assert.ok(ts.displayPartsToString(symbol.getDocumentationComment(checker)), 'it says what it is for')
    assert.ok(present(member.on).includes(name), 'it is there')
    if (!member.property) holds(member, symbol)
  })
}

/** @param {Member} member @param {ts.Symbol} symbol */
function holds(member, symbol) {
  const call = signature(symbol)
  const given = parameters(call)
  const last = given.at(-1)
  const options = last && /^(options|times)$/.test(last.name) ? fields(last.type) : []
  assert.equal(given.length - (options.length ? 1 : 0), member.positional.length, 'what is given by position')
  const wanted = member.options.map((option) => SPELT.get(option) ?? camel(option))
  assert.deepEqual(wanted.filter((option) => !options.includes(option)), [], 'what is given by name')
  if (member.long) assert.match(checker.typeToString(call.getReturnType()), /^(Promise|AsyncGenerator)</, 'long work is a promise')
}

for (const on of /** @type {(keyof typeof OWN)[]} */ (Object.keys(OWN))) {
  test(`${on} has what is declared and what the table says, and nothing else`, () => {
    const told = [...OWN[on], ...TABLE.filter((member) => member.on === on).map((member) => camel(member.name))]
    assert.deepEqual([...declared(on).keys()].sort(), told.sort())
    assert.deepEqual(present(on).sort(), told.sort())
  })
}

test('what is said to be long is a promise', async () => {
  const now = (await estate()).snapshot()
  const calls = [now.ask({ kind: 'cycles' }), now.toHtml(), now.toSvg(), now.toMermaid(), now.diff(now)]
  calls.forEach((call) => assert.ok(call instanceof Promise))
  const [answer] = await Promise.all(calls)
  assert.ok(/** @type {twin.Answer} */ (answer).toJson() instanceof Promise)
  assert.throws(() => Reflect.construct(twin.Twin, []), { code: 'invalid' })
  assert.throws(() => Reflect.construct(twin.Answer, [{}]), { code: 'invalid' })
  assert.equal((await many(3)).size, 3)
})

test('both ways of loading give the same', () => {
  const required = createRequire(import.meta.url)('software-twin')
  assert.deepEqual(Object.keys(required).sort(), Object.keys(twin).sort())
  assert.equal(required.Twin, twin.Twin)
})
