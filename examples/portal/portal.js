// The page: a search, and whatever is known of the entity that the address names, so that every view is a link.

const words = document.getElementById('words')
const found = document.getElementById('found')
const known = document.getElementById('known')

async function asked(path, of) {
  const response = await fetch(`${path}?of=${encodeURIComponent(of)}`)
  const body = await response.json()
  if (!response.ok) throw new Error(body.message)
  return body
}

/** An element with text in it, which stays text whatever a name holds. */
function element(name, text, ...children) {
  const made = document.createElement(name)
  made.append(text, ...children)
  return made
}

function link({ name, kind, id }) {
  const made = element('a', name)
  made.href = `#${encodeURIComponent(id)}`
  return element('span', '', made, ' ', element('small', kind))
}

async function search() {
  const { rows, size, status } = await asked('find', words.value)
  found.replaceChildren(...rows.map((row) => element('li', '', link(row))))
  document.getElementById('count').textContent = (size > rows.length ? `${size}, of which the first ${rows.length}` : String(size)) + whole(status)
}

/** A list of an answer's rows, each with the places that say so. */
function list(title, { rows, evidence, size, status, freshness, blindSpots }, told) {
  const items = rows.map((row) => element('li', '', ...told(row), places(row, evidence)))
  return element('div', '', element('h3', `${title}: ${size}${whole(status)}`), element('ul', '', ...items), trust(freshness, blindSpots))
}

/** Nothing for a whole answer; else why it is not: none that was found is not the same as none that was read. */
function whole({ kind, why, missing = [] }) {
  if (kind === 'complete') return ''
  return ` (${[kind, why, ...missing.map((one) => `${one.scope}: ${one.why}`)].filter(Boolean).join('; ')})`
}

/** How old the sources are, and what nobody here can see. */
function trust(freshness, blindSpots) {
  const ages = freshness.map((row) => `${row.sort}: read ${row.age_s} s ago, ${row.met ? 'fresh' : 'stale'}`)
  const lines = [...ages, ...blindSpots].map((line) => element('li', line))
  return element('details', '', element('summary', 'How far this can be trusted'), element('ul', '', ...lines))
}

function places(row, evidence) {
  const locators = row.evidence.map((number) => evidence[number]?.locator).filter(Boolean)
  return element('div', '', element('small', [...new Set(locators)].join(', ')))
}

async function show() {
  const id = decodeURIComponent(location.hash.slice(1))
  if (!id) return
  const entity = await asked('entity', id)
  const [owners, neighbours, impact] = await Promise.all(['owners', 'neighbours', 'impact'].map((path) => asked(path, id)))
  const heading = document.getElementById('name')
  heading.textContent = `${entity.name} (${entity.kind})`
  known.replaceChildren(
    list('Owners', owners, ({ owner }) => [link(owner)]),
    list('Neighbours', neighbours, ({ relation, other }) => [`${relation} `, link(other)]),
    list('Affected if it is down', impact, ({ entity, state }) => [`${state}: `, link(entity)]),
  )
  heading.focus()
}

function failed(error) {
  known.replaceChildren(element('p', error.message))
}

words.addEventListener('input', () => search().catch(failed))
words.form.addEventListener('submit', (event) => {
  event.preventDefault()
  found.querySelector('a')?.click()
})
addEventListener('hashchange', () => show().catch(failed))
search().catch(failed)
show().catch(failed)
