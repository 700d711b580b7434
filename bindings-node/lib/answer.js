'use strict'

const native = require('./twin.node')
const { count, json, options } = require('./data.js')
const { TwinError, invalid } = require('./error.js')

/** How many rows are handed over at once, so that the event loop goes on between. */
const AT_ONCE = 1000

/** The addon's answer behind one of ours. */
let nativeOf

/** A value with its evidence, freshness and blind spots. Nothing is parsed before it is asked for. */
class Answer {
  #native
  #envelope
  #value

  static {
    nativeOf = (answer) => (Object(answer) === answer && #native in answer ? answer.#native : undefined)
  }

  constructor(answer) {
    if (!(answer instanceof native.Answer)) throw invalid('answers come from questions')
    this.#native = answer
  }

  static async thaw(text) {
    if (typeof text !== 'string') throw invalid('a frozen answer is a text')
    return new Answer(await native.thaw(text))
  }

  get #told() {
    return (this.#envelope ??= JSON.parse(this.#native.envelope()))
  }

  get question() {
    return this.#told.question
  }

  get status() {
    return this.#told.status
  }

  get value() {
    if (this.size > AT_ONCE) throw tooLarge(this.size)
    return (this.#value ??= JSON.parse(this.#native.text()).value)
  }

  get verdict() {
    return this.#told.verdict
  }

  get interval() {
    return this.#told.interval
  }

  get basis() {
    return this.#told.basis
  }

  get method() {
    return this.#told.method
  }

  get assumptions() {
    return this.#told.assumptions
  }

  get inputs() {
    return this.#told.inputs
  }

  get freshness() {
    return this.#told.freshness
  }

  get blindSpots() {
    return this.#told.blind_spots
  }

  get seed() {
    return this.#told.seed
  }

  get revision() {
    return this.#told.revision
  }

  get asOf() {
    return this.#told.as_of
  }

  get size() {
    return this.#native.size
  }

  pages(size = AT_ONCE) {
    return this.#pages(count(size, 'the size of a page', 1))
  }

  async *#pages(size) {
    for (let from = 0; from < this.size; from += size) yield this.#page(from, from + size)
  }

  async #page(from, to) {
    const { rows, evidence } = JSON.parse(await this.#native.rows(from, Math.min(to, this.size)))
    return Object.assign(rows, { evidence })
  }

  async rows() {
    const rows = []
    for await (const page of this.pages()) rows.push(...page)
    return rows
  }

  async *[Symbol.asyncIterator]() {
    for await (const page of this.pages()) yield* page
  }

  evidence(row) {
    return JSON.parse(this.#native.evidence(count(row, 'a row')))
  }

  async toJson() {
    return this.#native.toJson()
  }

  async toHtml() {
    return this.#native.toHtml()
  }

  async toSvg(given = {}) {
    return this.#native.toSvg(json(options(given)))
  }

  async toVegaLite(given = {}) {
    return this.#native.toVegaLite(json(options(given)))
  }

  async columns() {
    return this.#native.columns()
  }

  async freeze() {
    return this.#native.freeze()
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    return `Answer(${json(this.question)}, ${this.status.kind}, ${this.size} rows)`
  }
}

function tooLarge(size) {
  return new TwinError('limit', `the answer has ${size} rows, which would block the event loop: take pages(), rows() or columns()`)
}

/** Ranks scenarios by objectives, each given as the answer to its comparison. */
async function tradeOff(answers, objectives) {
  if (!Array.isArray(answers)) throw invalid('the answers are a list of answers to comparisons')
  const natives = answers.map(nativeOf)
  if (natives.includes(undefined)) throw invalid(`answer ${natives.indexOf(undefined)} is no answer: give those of compare()`)
  return new Answer(await native.tradeOff(natives, json(objectives, 'the list of objectives')))
}

/** What comes of a model of plain numbers. */
async function solve(model) {
  return JSON.parse(await native.solve(json(model, 'the model')))
}

module.exports = { Answer, solve, tradeOff }
