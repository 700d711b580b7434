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

/** What a promise of the core comes to; its error tells where the host asked. */
async function placed(promise) {
  try {
    return await promise
  } catch (error) {
    // Errors of the core know no line of the host; those of its own sources do.
    if (error instanceof TwinError && !/\n\s+at /.test(error.stack)) Error.captureStackTrace(error, placed)
    throw error
  }
}

module.exports = { TwinError, invalid, placed }
