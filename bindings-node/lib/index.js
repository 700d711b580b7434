'use strict'

const native = require('./twin.node')
const { Answer, solve, tradeOff } = require('./answer.js')
const { change } = require('./change.js')
const { TwinError } = require('./error.js')
const { Resolution, resolve } = require('./resolve.js')
const { Scenario, Snapshot } = require('./snapshot.js')
const { Twin, inMemory, open } = require('./twin.js')

native.raiseAs(TwinError)

module.exports = {
  Answer, Resolution, Scenario, Snapshot, Twin, TwinError, change, inMemory, liveHandles: native.liveHandles, open, resolve, solve, tradeOff,
}
