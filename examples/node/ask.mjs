// What breaks if an entity fails, and why: `node ask.mjs FOLDER [ENTITY]`. Without an entity it takes what most others need.

import { inMemory } from 'software-twin'

const [folder = '.', asked] = process.argv.slice(2)
const controller = new AbortController()
process.once('SIGINT', () => controller.abort(new Error('interrupted')))

const twin = inMemory()
const { report } = await twin.scan(folder, { signal: controller.signal, onProgress: draw })
console.error(`\r${report.files} files in ${report.folders} folders${' '.repeat(40)}`)

const now = twin.snapshot()
const entity = asked ?? (await busiest())
const impact = await now.blastRadius(entity, { state: 'down' })
console.log(`${entity} down: ${impact.size} affected, ${impact.status.kind}`)
if (impact.status.kind === 'partial') impact.status.missing.forEach(({ source, scope, why }) => console.log(`  missing ${source} ${scope}: ${why}`))
if (impact.status.kind === 'unknown') console.log(`  ${impact.status.why}`)
for await (const page of impact.pages(100)) page.forEach((hit) => tell(hit, page.evidence))

/** @param {import('software-twin').Hit} hit @param {import('software-twin').Rows<unknown>['evidence']} evidence */
function tell(hit, evidence) {
  console.log(`  ${hit.instance?.name ?? hit.entity.name} ${hit.state}: ${hit.path.join(' → ')}`)
  hit.evidence.forEach((number) => console.log(`    ${evidence[number]?.locator} ${evidence[number]?.technique}`))
}

/** The component that fails the most others. */
async function busiest() {
  const all = await (await now.findAll('', { of: 'Component' })).rows()
  const sizes = await Promise.all(all.map(async ({ id, name }) => ({ id, name, size: (await now.blastRadius(id)).size })))
  return sizes.sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1))[0]?.id ?? ''
}

/** @param {import('software-twin').Progress} progress */
function draw({ phase, done, total }) {
  process.stderr.write(`\r${phase} ${done}${total ? ` of ${total}` : ''}${' '.repeat(20)}`)
}
