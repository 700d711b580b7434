// A source of one's own: systems that somebody keeps in a sheet. `node sheet.mjs systems.csv` tells what it says.
//
// Each line is a record and each page holds a few of them. A line without an id is left to the core, which counts it, says where it stands,
// and takes nothing away that an earlier reading found.

import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inMemory } from 'software-twin'

/** Reads a CSV file of `id,name,team,needs`, a few lines to a page. */
export class Sheet {
  name = 'sheet'
  capability = {
    reads: ['Component', 'ownedBy', 'dependsOn'],
    cadence: '1d',
    cannot_see: ['systems that nobody wrote into the sheet'],
  }

  /** @param {string} path @param {number} lines */
  constructor(path, lines = 2) {
    this.path = path
    this.lines = lines
    this.sheet = basename(path)
  }

  /** @param {string | null} cursor @param {import('software-twin').ReadContext} context */
  async read(cursor, { signal }) {
    const [, ...rows] = (await readFile(this.path, { encoding: 'utf8', signal })).trimEnd().split('\n')
    const first = Number(cursor ?? 0)
    const last = first + this.lines
    if (first >= rows.length) return { scope: this.sheet, members: this.#pages(rows.length), done: true }
    const records = rows.slice(first, last).map((row, place) => this.#record(row, first + place + 2))
    return { scope: `${this.sheet}/${first}`, records, cursor: String(last), done: false }
  }

  /** @param {string} row @param {number} line */
  #record(row, line) {
    const [key = '', name = '', team = '', needs = ''] = row.split(',')
    const owner = team ? [{ relation: 'ownedBy', kind: 'Team', key: team }] : []
    const need = needs ? [{ relation: 'dependsOn', kind: 'Component', key: needs }] : []
    return { kind: 'Component', key, name, at: `${this.sheet}:${line}`, raw: row, relations: [...owner, ...need] }
  }

  /** Which pages there are: whatever an earlier reading found on others is gone. @param {number} rows */
  #pages(rows) {
    return Array.from({ length: Math.ceil(rows / this.lines) }, (_, page) => String(page * this.lines))
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const twin = inMemory()
  const { applied, rejected } = await twin.sync(new Sheet(process.argv[2] ?? 'systems.csv'))
  console.log(`${applied} applied, ${rejected} rejected`)
  const now = twin.snapshot()
  for await (const { name, id } of await now.findAll('', { of: 'Component' })) {
    const owners = await (await now.owners(id)).rows()
    console.log(name, owners.map((row) => row.owner.name).join(', '))
  }
}
