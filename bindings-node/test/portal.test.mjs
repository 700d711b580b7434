// The portal among the examples: by requests, and, where one is installed, in a real browser.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { portal } from '../../examples/portal/server.mjs'
import { NOW, estate, folder } from './support.mjs'

const twin = await estate()
const server = portal(() => twin.snapshot({ now: NOW })).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
const address = `http://127.0.0.1:${port}`
test.after(() => server.close())

/** @param {string} path @param {RequestInit} [options] */
async function get(path, options) {
  const response = await fetch(address + path, options)
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, type, body: type.startsWith('application/json') ? await response.json() : await response.text() }
}

test('it serves a page, a picture and answers', async () => {
  assert.match((await get('/')).body, /<html lang="en">/)
  for (const path of ['/portal.css', '/portal.js']) assert.equal((await get(path)).status, 200)
  const map = await get('/map.svg')
  assert.match(map.type, /^image\/svg\+xml/)
  assert.match(map.body, /^<svg /)
  const found = await get('/find?of=payments')
  const component = found.body.rows.find((/** @type {any} */ row) => row.kind === 'Component')
  assert.equal(component.name, 'payments')
  assert.equal((await get(`/entity?of=${component.id}`)).body.name, 'payments')
  const owners = await get(`/owners?of=${component.id}`)
  assert.ok(owners.body.rows.length > 0)
  assert.ok(owners.body.evidence[owners.body.rows[0].evidence[0]].locator)
  assert.ok((await get(`/neighbours?of=${component.id}`)).body.size > 0)
  assert.ok((await get(`/impact?of=${component.id}`)).body.size > 0)
  const all = await get('/find')
  assert.equal(all.body.rows.length, 50)
  assert.equal(all.body.size, twin.snapshot({ now: NOW }).size)
})

test('it refuses what it does not know, and only reads', async () => {
  const unknown = await get('/owners?of=paymnts')
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'unknown'])
  assert.match(unknown.body.message, /nearest are payments/)
  assert.equal((await get('/../server.mjs')).status, 404)
  assert.equal((await get('/nothing')).status, 404)
  assert.equal((await get('/find', { method: 'POST' })).status, 405)
  assert.equal((await get('/owners?of=%ff%00')).status, 404)
  assert.equal((await get('/', { method: 'HEAD' })).body, '')
  assert.match((await fetch(address)).headers.get('content-security-policy') ?? '', /default-src 'self'/)
})

/** The browser that is installed, if any is. */
const BROWSER = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync(name, ['--version']).status === 0)

/** A browser that is told what to do by the DevTools protocol, over a pipe. */
class Browser {
  #next = 0
  /** @type {Map<number, (result: any) => void>} */
  #waiting = new Map()
  #rest = ''

  /** @param {string} profile */
  constructor(profile) {
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-pipe', `--user-data-dir=${profile}`]
    this.process = spawn(BROWSER ?? '', flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
    const [, , , commands, events] = this.process.stdio
    this.commands = /** @type {import('node:stream').Writable} */ (commands)
    const read = /** @type {import('node:stream').Readable} */ (events)
    read.setEncoding('utf8').on('data', (chunk) => this.#take(chunk))
  }

  /** @param {string} chunk */
  #take(chunk) {
    const messages = (this.#rest + chunk).split('\0')
    this.#rest = messages.pop() ?? ''
    for (const { id, result, error } of messages.map((message) => JSON.parse(message))) this.#waiting.get(id)?.(result ?? { error })
  }

  /** @param {string} method @param {object} [params] @param {string} [sessionId] @returns {Promise<any>} */
  send(method, params = {}, sessionId) {
    const id = (this.#next += 1)
    this.commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  /** @param {string} url */
  async open(url) {
    const { targetId } = await this.send('Target.createTarget', { url })
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true })
    return new Tab(this, sessionId)
  }
}

/** A page that is open. */
class Tab {
  /** @param {Browser} browser @param {string} session */
  constructor(browser, session) {
    this.browser = browser
    this.session = session
  }

  /** @param {string} expression @returns {Promise<any>} */
  async value(expression) {
    const { result } = await this.browser.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, this.session)
    return result?.value
  }

  /** Waits until something holds, as long as the page needs; a page that goes away meanwhile is looked at anew. @param {string} condition */
  async until(condition) {
    const look = `new Promise((resolve) => { const look = () => (${condition}) ? resolve(true) : setTimeout(look, 5); look() })`
    while ((await this.value(look)) !== true);
  }

  /** @param {string} key @param {string} [text] */
  async press(key, text) {
    const event = { key, code: key, windowsVirtualKeyCode: { Tab: 9, Enter: 13 }[key] ?? 0, ...(text ? { text } : {}) }
    await this.browser.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event }, this.session)
    await this.browser.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event }, this.session)
  }

  /** @param {'dark' | 'light'} value */
  prefer(value) {
    return this.browser.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] }, this.session)
  }
}

const skip = BROWSER ? false : 'NO BROWSER IS INSTALLED: the page was not looked at (chromium would do)'

test('in a browser it is used by keys alone, and it is dark where that is wished', { skip, timeout: 120_000 }, async (t) => {
  const browser = new Browser(folder(t))
  t.after(() => browser.process.kill())
  const tab = await browser.open(address)
  await tab.until(`document.readyState === 'complete' && document.getElementById('map')?.complete && document.querySelectorAll('#found a').length === 50`)
  assert.equal(await tab.value(`document.getElementById('map').naturalWidth > 0`), true, 'the map is shown')

  await tab.press('Tab')
  assert.equal(await tab.value('document.activeElement.className'), 'skip')
  await tab.press('Tab')
  assert.equal(await tab.value('document.activeElement.id'), 'words')
  await tab.browser.send('Input.insertText', { text: 'payments' }, tab.session)
  await tab.until(`document.querySelectorAll('#found a').length < 50`)
  await tab.press('Tab')
  const chosen = await tab.value('document.activeElement.textContent')
  assert.match(chosen, /payments/)
  await tab.press('Enter', '\r')
  await tab.until(`document.querySelectorAll('#known h3').length === 3`)
  assert.equal(await tab.value('document.activeElement.id'), 'name')
  assert.match(await tab.value(`document.getElementById('known').textContent`), /Owners.*Neighbours.*Affected/s)
  assert.match(await tab.value('location.hash'), /^#e/)

  const back = 'getComputedStyle(document.body).backgroundColor'
  await tab.prefer('light')
  assert.equal(await tab.value(back), 'rgb(255, 255, 255)')
  await tab.prefer('dark')
  assert.equal(await tab.value(back), 'rgb(18, 22, 28)')
  const unnamed = `[...document.querySelectorAll('a, input, img')].filter((of) => !(of.textContent || of.alt || of.labels?.length || of.querySelector('img[alt]'))).length`
  assert.equal(await tab.value(unnamed), 0)
  browser.send('Browser.close')
  await once(browser.process, 'exit')
})
