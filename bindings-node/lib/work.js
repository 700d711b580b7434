'use strict'

const native = require('./twin.node')
const { TwinError, invalid, placed } = require('./error.js')

/** One piece of long work: what stops it, and what was thrown while it ran. */
class Work {
  #controller = new AbortController()
  #thrown
  #isOver = false

  constructor(onProgress) {
    this.stop = new native.Stop(onProgress && this.#listener(onProgress))
  }

  /** Aborted as soon as the work is stopped. */
  get signal() {
    return this.#controller.signal
  }

  /** Stops the core at its next check. */
  abort(reason) {
    this.stop.cancel()
    this.#controller.abort(reason)
  }

  /** Stops the core; the caller gets what was thrown. */
  fail(error) {
    this.#thrown ??= { error }
    this.abort(error)
  }

  end() {
    this.#isOver = true
    this.stop.end()
    if (this.#thrown) throw this.#thrown.error
  }

  #listener(onProgress) {
    return (phase, done, total) => {
      if (!this.#isOver) this.#tell(onProgress, { phase, done, total })
    }
  }

  #tell(onProgress, progress) {
    try {
      onProgress(progress)?.then?.(undefined, (error) => this.fail(error))
    } catch (error) {
      this.fail(error)
    }
  }
}

/** Does long work that a signal stops and a listener watches, and settles when the core has let go of it. */
async function run({ signal, onProgress }, begin) {
  check(signal, onProgress)
  const work = new Work(onProgress)
  const abort = () => work.abort(signal.reason)
  signal?.addEventListener('abort', abort)
  try {
    return await placed(begin(work))
  } catch (error) {
    throw stopped(error, signal, work)
  } finally {
    signal?.removeEventListener('abort', abort)
    work.end()
  }
}

function check(signal, onProgress) {
  if (signal != null && !(signal instanceof AbortSignal)) throw invalid('signal is no AbortSignal')
  if (onProgress != null && typeof onProgress !== 'function') throw invalid('onProgress is no function')
  if (signal?.aborted) throw reason(signal, new TwinError('cancelled', 'cancelled before it began'))
}

function stopped(error, signal, work) {
  const told = error?.code === 'cancelled' && signal?.aborted ? reason(signal, error) : error
  work.abort(told)
  return told
}

/** The signal's reason, as `fetch` gives it. One that nobody chose has the twin's error, with its code, as its cause. */
function reason(signal, cause) {
  const given = signal.reason
  if (given instanceof DOMException && given.cause === undefined) {
    Object.defineProperty(given, 'cause', { value: cause, configurable: true, writable: true })
  }
  return given
}

module.exports = { run }
