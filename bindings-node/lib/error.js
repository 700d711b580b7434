'use strict'

/** Whatever the twin refuses or cannot do. `code` is for machines and the same in every host. */
class TwinError extends Error {
  constructor(code, message, options) {
    super(message, options)
    this.code = code
  }

  get name() {
    return 'TwinError'
  }
}

/** An argument of the wrong shape, as Node tells of it: a TypeError with a code. */
function invalid(message, options) {
  return Object.assign(new TypeError(message, options), { code: 'invalid' })
}

module.exports = { TwinError, invalid }
