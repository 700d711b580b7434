'use strict'

const native = require('./twin.node')
const { Answer } = require('./answer.js')
const { json, options, path } = require('./data.js')
const { invalid, placed } = require('./error.js')
const { run } = require('./work.js')

/** What is given of some options, by the names that the core has for them: what is not given takes nothing away that is. */
function named(known) {
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
}

/** What a comparison is made with, and the terms of its work. */
function comparing(given) {
  const { signal, onProgress, deadline, now, traces, dataClasses, dataPolicies, ...rest } = options(given)
  const paths = typeof traces === 'string' ? [traces] : traces
  const asked = json({ ...rest, traces: paths, ...named({ data_classes: dataClasses, data_policies: dataPolicies }) })
  return { asked, terms: json({ now, deadline }), told: { signal, onProgress } }
}

/** An immutable view of the twin. */
class Snapshot {
  #native
  #facts

  constructor(snapshot) {
    if (!(snapshot instanceof native.Snapshot)) throw invalid('snapshots come from a twin')
    this.#native = snapshot
    this.#facts = JSON.parse(snapshot.facts())
  }

  get revision() {
    return this.#facts.revision
  }

  get asOf() {
    return this.#facts.as_of
  }

  get now() {
    return this.#facts.now
  }

  get size() {
    return this.#facts.size
  }

  get scenarioName() {
    return this.#facts.scenario_name
  }

  async ask(question) {
    return new Answer(await placed(this.#native.ask(json(question, 'the question'))))
  }

  async #asked(kind, given, named) {
    return this.ask({ ...options(given), ...named, kind })
  }

  blastRadius(entity, given = {}) {
    return this.#asked('blast_radius', given, { entity })
  }

  conflicts(entity, given = {}) {
    return this.#asked('conflicts', given, { entity })
  }

  cost(entity, given = {}) {
    return this.#asked('cost', given, { entity })
  }

  cycles(given = {}) {
    return this.#asked('cycles', given)
  }

  decisions(entity, given = {}) {
    return this.#asked('decisions', given, { entity })
  }

  describe(entity, given = {}) {
    return this.#asked('describe', given, { entity })
  }

  drift(given = {}) {
    return this.#asked('drift', given)
  }

  explain(entity, given = {}) {
    return this.#asked('explain', given, { entity })
  }

  findAll(words, given = {}) {
    return this.#asked('find_all', given, { words })
  }

  future(until, given = {}) {
    return this.#asked('future', given, { until })
  }

  neighbours(entity, given = {}) {
    return this.#asked('neighbours', given, { entity })
  }

  owners(entity, given = {}) {
    return this.#asked('owners', given, { entity })
  }

  review(given = {}) {
    return this.#asked('review', given)
  }

  smells(given = {}) {
    const { fanIn, fanOut, ...rest } = options(given)
    return this.#asked('smells', rest, named({ fan_in: fanIn, fan_out: fanOut }))
  }

  timeToImpact(entity, at, given = {}) {
    const { durationMs, ...rest } = options(given)
    return this.#asked('time_to_impact', rest, { entity, at, ...named({ duration_ms: durationMs }) })
  }

  whyNot(a, b, given = {}) {
    return this.#asked('why_not', given, { a, b })
  }

  find(name) {
    return JSON.parse(this.#native.find(json(name, 'the name')))
  }

  async diff(earlier) {
    if (!(earlier instanceof Snapshot)) throw invalid('the earlier one is no snapshot')
    return new Answer(await this.#native.diff(earlier.#native))
  }

  async nextQuestions(choice, given = {}) {
    const { asked, terms, told } = comparing(given)
    const work = (work) => this.#native.nextQuestions(json(choice, 'the choice'), asked, terms, work.stop)
    return new Answer(await run(told, work))
  }

  async search(question, given = {}) {
    const { asked, terms, told } = comparing(given)
    const work = (work) => this.#native.search(json(question, 'the question'), asked, terms, work.stop)
    return new Answer(await run(told, work))
  }

  async suspects(incident, given = {}) {
    const { signal, onProgress, ...terms } = options(given)
    const work = ({ stop }) => this.#native.suspects(json(incident, 'the incident'), json(terms), stop)
    return new Answer(await run({ signal, onProgress }, work))
  }

  async callTemplates(given = {}) {
    const { asked, terms, told } = comparing(given)
    const work = ({ stop }) => this.#native.callTemplates(asked, terms, stop)
    return new Answer(await run(told, work))
  }

  async criticalPath(traces, given = {}) {
    const { signal, onProgress, ...terms } = options(given)
    const paths = json(typeof traces === 'string' ? [traces] : traces, 'the paths')
    const work = ({ stop }) => this.#native.criticalPath(paths, json(terms), stop)
    return new Answer(await run({ signal, onProgress }, work))
  }

  async asOfFuture(until, given = {}) {
    return new Scenario(await this.#native.asOfFuture(json({ ...options(given), until })))
  }

  scenario(name, changes) {
    return new Scenario(this.#native.scenario(json(name, 'the name'), json(changes, 'the list of changes')))
  }

  async scenarioFromFolders(name, before, after, given = {}) {
    const { signal, onProgress, ...terms } = options(given)
    const folders = json([name, path(before), path(after)], 'the name and the folders')
    const work = ({ stop }) => this.#native.scenarioFromFolders(folders, json(terms), stop)
    return new Scenario(await run({ signal, onProgress }, work))
  }

  async scenarioFromTerraformPlan(name, file, given = {}) {
    const { signal, onProgress, ...terms } = options(given)
    const plan = json([name, path(file)], 'the name and the path')
    const work = ({ stop }) => this.#native.scenarioFromTerraformPlan(plan, json(terms), stop)
    return new Scenario(await run({ signal, onProgress }, work))
  }

  async toHtml() {
    return this.#native.toHtml()
  }

  async toSvg() {
    return this.#native.toSvg()
  }

  async toMermaid() {
    return this.#native.toMermaid()
  }
}

/** What the core knows of a scenario. */
let nativeOf = (scenario) => scenario

/** A world that differs from the snapshot that it was made of. */
class Scenario {
  #native

  static {
    nativeOf = (scenario) => {
      if (!(typeof scenario === 'object' && scenario !== null && #native in scenario)) throw invalid('this is no scenario')
      return scenario.#native
    }
  }

  constructor(scenario) {
    if (!(scenario instanceof native.Scenario)) throw invalid('scenarios come from a snapshot')
    this.#native = scenario
  }

  get name() {
    return this.#native.name
  }

  get changes() {
    return JSON.parse(this.#native.facts()).changes
  }

  get assumptions() {
    return JSON.parse(this.#native.facts()).assumptions
  }

  get leftOut() {
    return JSON.parse(this.#native.facts()).left_out
  }

  async outcome(given = {}) {
    return new Answer(await this.#native.outcome(json(options(given))))
  }

  async compare(given = {}) {
    const { asked, terms, told } = comparing(given)
    const work = (work) => this.#native.compare(asked, terms, work.stop)
    return new Answer(await run(told, work))
  }

  snapshot() {
    return new Snapshot(this.#native.snapshot())
  }
}

module.exports = { Scenario, Snapshot, comparing, nativeOf: (scenario) => nativeOf(scenario) }
