// A source that tells changes: each line of a file is one, and the cursor is how far it was read. `node feed.mjs changes.jsonl` tells what it says.

import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inMemory } from 'software-twin'

/** Reads a file of `{"id": …, "name": …}` and `{"id": …, "gone": true}`, from where it last stopped. */
export class Feed {
  name = 'feed'
  capability = { reads: ['Component'], mode: /** @type {const} */ ('delta'), cadence: '15min' }

  /** @param {string} path @param {number} lines */
  constructor(path, lines = 2) {
    this.path = path
    this.lines = lines
  }

  /** @param {string | null} cursor @param {import('software-twin').ReadContext} context */
  async read(cursor, { signal }) {
    const lines = (await readFile(this.path, { encoding: 'utf8', signal })).trimEnd().split('\n')
    const first = Number(cursor ?? 0)
    const last = Math.min(first + this.lines, lines.length)
    const read = lines.slice(first, last).map((line, place) => ({ ...JSON.parse(line), at: `${basename(this.path)}:${first + place + 1}` }))
    const changes = [...new Map(read.map((change) => [change.id, change])).values()] // the last word on each
    return {
      scope: basename(this.path),
      mode: /** @type {const} */ ('delta'),
      records: changes.filter((change) => !change.gone).map(({ id, name, at }) => ({ kind: 'Component', key: id, name, at })),
      gone: changes.filter((change) => change.gone).map(({ id }) => ({ kind: 'Component', key: id })),
      cursor: String(last),
      done: last >= lines.length,
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const twin = inMemory()
  const { applied } = await twin.sync(new Feed(process.argv[2] ?? 'changes.jsonl'))
  const all = await twin.snapshot().findAll('', { of: 'Component' })
  console.log(`${applied} applied:`, (await all.rows()).map((row) => row.name).join(', '))
}
