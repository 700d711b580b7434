'use strict'

const { fileURLToPath } = require('node:url')
const { invalid } = require('./error.js')

/** Why a value is no data: what JSON would drop, or change without a word. */
const REFUSED = {
  bigint: () => 'a bigint is no data: write a number or a string',
  function: () => 'a function is no data',
  number: (number) => !Number.isFinite(number) && `${number} is no number`,
  object: (_, given) => given instanceof Date && Number.isNaN(given.getTime()) && 'an invalid date',
  string: (text) => !text.isWellFormed() && 'a text with half a character (a lone surrogate)',
  symbol: () => 'a symbol is no data',
}

function strict(key, value) {
  const why = REFUSED[typeof value]?.(value, this[key])
  if (why) throw invalid(`${key || 'the argument'}: ${why}`)
  return value
}

/** A cell of a table: what counts as a number is taken as its text, and what is no number is not said. */
function cell(key, value) {
  if (typeof value === 'bigint') return String(value)
  return Number.isNaN(value) ? null : strict.call(this, key, value)
}

/** The arguments as JSON, which the core reads. */
function json(value, what = 'the argument', each = strict) {
  const text = written(value, what, each)
  if (text === undefined) throw invalid(`${what} is missing`)
  return text
}

function written(value, what, each) {
  try {
    return JSON.stringify(value, each)
  } catch (error) {
    throw error?.code === 'invalid' ? error : invalid(`${what} is no data: ${error?.message}`, { cause: error })
  }
}

/** Options are an object, or left out. */
function options(given) {
  if (typeof given !== 'object') throw invalid(`options are an object, not a ${typeof given}`)
  return given ?? {}
}

/** A whole number that fits where the core counts. */
function count(number, what, least = 0) {
  if (Number.isInteger(number) && number >= least && number < 2 ** 32) return number
  throw invalid(`${what} is a whole number from ${least} on`)
}

/** A path, or the URL of a file. */
function path(given) {
  return given instanceof URL ? fileURLToPath(given) : given
}

module.exports = { cell, count, json, options, path }
