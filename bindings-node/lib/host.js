'use strict'

const { inspect } = require('node:util')
const { json } = require('./data.js')

/** Answers what the core asks of sources of the host's own. */
class Host {
  #make
  #signal
  #sources = []
  #thrown

  constructor(make, signal) {
    this.#make = make
    this.#signal = signal
  }

  answer = async (call) => {
    this.#thrown = undefined
    try {
      call.give(json(await this.#asked(call), 'what the source gives'))
    } catch (error) {
      this.#thrown = { error }
      call.fail(line(error))
    }
  }

  /** What the source threw, if that is why the core stopped. */
  cause(error) {
    return this.#thrown && error?.code === 'io' ? this.#thrown.error : error
  }

  #asked({ what, source, cursor, now }) {
    return what === 'make' ? this.#made() : this.#sources[source].read(cursor, { now, signal: this.#signal })
  }

  async #made() {
    const source = await this.#make()
    this.#sources.push(source)
    return source.capability
  }
}

function line(error) {
  return typeof error?.message === 'string' ? error.message : inspect(error)
}

module.exports = { Host }
