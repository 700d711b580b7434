'use strict'

const { cell, json } = require('./data.js')
const { invalid } = require('./error.js')

/** How many rows are handed over at once, so that the event loop goes on between. */
const AT_ONCE = 1000

/** The rows of a table, page by page, each as JSON. Stops waiting for rows as soon as the signal says so. */
async function* pages(table, signal) {
  const iterator = iteratorOf(table)
  try {
    for (let rows = await page(iterator, signal); rows.length; rows = await page(iterator, signal)) {
      yield json(rows, 'the table', cell)
    }
  } finally {
    // Whoever gives the rows may still be busy with one: nobody waits for that.
    Promise.resolve(iterator.return?.()).catch(() => {})
  }
}

function iteratorOf(table) {
  if (typeof table === 'object' && table !== null) return (table[Symbol.asyncIterator] ?? table[Symbol.iterator] ?? zipped).call(table)
  throw invalid('a table is an iterable of objects, or an object of columns')
}

async function page(iterator, signal) {
  const rows = []
  while (rows.length < AT_ONCE) {
    const step = iterator.next()
    const { done, value } = typeof step?.then === 'function' ? await before(signal, step) : step
    if (done) break
    rows.push(value)
  }
  return rows
}

/** What a promise gives, unless the signal comes first. */
function before(signal, promise) {
  return new Promise((resolve, reject) => {
    signal.onabort = () => reject(signal.reason)
    promise.then(resolve, reject)
  })
}

/** The rows of the columns of an object. */
function* zipped() {
  const columns = Object.entries(this).map(([name, column]) => [name, listed(name, column)])
  const size = columns[0]?.[1].length ?? 0
  const other = columns.find(([, column]) => column.length !== size)
  if (other) throw invalid(`columns have one length: ${columns[0][0]} has ${size} rows, ${other[0]} ${other[1].length}`)
  for (let row = 0; row < size; row++) yield Object.fromEntries(columns.map(([name, column]) => [name, column[row]]))
}

function listed(name, column) {
  if (typeof column === 'object' && typeof column?.[Symbol.iterator] === 'function') return Array.from(column)
  throw invalid(`${name} is no column: give an iterable of objects, or an object of columns`)
}

module.exports = { pages }
