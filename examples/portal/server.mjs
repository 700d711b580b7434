// A portal over a twin, without a framework: `node server.mjs FOLDER [PORT]` reads a folder and serves its map, a search, and what is known of each entity.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { pathToFileURL } from 'node:url'
import { TwinError, inMemory } from 'software-twin'

/** @typedef {import('software-twin').Snapshot} Snapshot */
/** @typedef {{ type: string, body: string | Buffer }} Reply */

/** What the page may load: its own files, and the empty picture that is its icon. */
const POLICY = "default-src 'self'; img-src 'self' data:"

/** How many entities a search shows. */
const FOUND = 50

const FILES = new Map([
  ['/', { file: 'index.html', type: 'text/html' }],
  ['/portal.css', { file: 'portal.css', type: 'text/css' }],
  ['/portal.js', { file: 'portal.js', type: 'text/javascript' }],
])

/** What can be asked, by path. @type {Map<string, (now: Snapshot, of: string) => Promise<Reply>>} */
const QUESTIONS = new Map([
  ['/map.svg', async (now) => ({ type: 'image/svg+xml', body: await now.toSvg() })],
  ['/find', async (now, words) => json(await firstRows(await now.findAll(words)))],
  ['/owners', async (now, entity) => json(await firstRows(await now.owners(entity)))],
  ['/neighbours', async (now, entity) => json(await firstRows(await now.neighbours(entity)))],
  ['/impact', async (now, entity) => json(await firstRows(await now.blastRadius(entity)))],
  ['/entity', async (now, entity) => json(now.find(entity))],
])

/** @param {unknown} value */
const json = (value) => ({ type: 'application/json', body: JSON.stringify(value) })

/** The first rows with their evidence, how many there are in all, and how far the answer can be trusted. @param {import('software-twin').Answer<unknown, unknown>} answer */
async function firstRows(answer) {
  const { size, status, freshness, blindSpots } = answer
  for await (const rows of answer.pages(FOUND)) return { rows, evidence: rows.evidence, size, status, freshness, blindSpots }
  return { rows: [], evidence: {}, size, status, freshness, blindSpots }
}

/**
 * A server that answers from whatever snapshot is the last one.
 * @param {() => Snapshot} snapshot
 */
export function portal(snapshot) {
  return createServer(async (request, response) => {
    const { status, type, body } = await replied(snapshot, request).catch(refused)
    const headers = { 'content-security-policy': POLICY, 'content-type': `${type}; charset=utf-8`, 'x-content-type-options': 'nosniff' }
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body)
  })
}

/** @param {() => Snapshot} snapshot @param {import('node:http').IncomingMessage} request */
async function replied(snapshot, { method, url = '/' }) {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, ...json({ message: 'only reading is possible here' }) }
  const { pathname, searchParams } = new URL(url, 'http://portal')
  const file = FILES.get(pathname)
  if (file) return { status: 200, type: file.type, body: await readFile(new URL(file.file, import.meta.url)) }
  const question = QUESTIONS.get(pathname)
  if (!question) return { status: 404, ...json({ message: 'there is nothing here' }) }
  return { status: 200, ...(await question(snapshot(), searchParams.get('of') ?? '')) }
}

/** @param {unknown} error */
function refused(error) {
  if (!(error instanceof TwinError)) return { status: 400, ...json({ message: 'this is no request' }) }
  return { status: error.code === 'unknown' ? 404 : 400, ...json({ code: error.code, message: error.message }) }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder = '.', port = '8080'] = process.argv.slice(2)
  const twin = inMemory()
  const { report } = await twin.scan(folder)
  const server = portal(() => twin.snapshot()).listen(Number(port), '127.0.0.1', () => {
    const address = /** @type {import('node:net').AddressInfo} */ (server.address())
    console.log(`${report.files} files: http://127.0.0.1:${address.port}/`)
  })
}
