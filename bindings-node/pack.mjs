// Packs the npm package as users get it, installs it into a clean folder, and runs the README's example there: `node pack.mjs ADDON FOLDER`.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const ROOT = join(HERE, '..')
/** The most that the addon may take. */
const MOST = 10e6

const [addon = '', folder = ''] = process.argv.slice(2).map((path) => resolve(path))
const packed = join(folder, 'software-twin')
lay()
const tarball = join(folder, npm(packed, 'pack', '--silent', '--pack-destination', folder).trim())
tryOut(tarball)
report()

/** The package's files, without what only its developers need. */
function lay() {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(packed, { recursive: true })
  cpSync(join(HERE, 'lib'), join(packed, 'lib'), { recursive: true, filter: (path) => !path.endsWith('.node') })
  cpSync(addon, join(packed, 'lib/twin.node'))
  for (const file of ['LICENSE-APACHE', 'LICENSE-MIT']) cpSync(join(ROOT, file), join(packed, file))
  cpSync(join(HERE, 'README.md'), join(packed, 'README.md'))
  const { scripts, devDependencies, ...manifest } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'))
  const platform = { os: [process.platform], cpu: [process.arch] }
  writeFileSync(join(packed, 'package.json'), `${JSON.stringify({ ...manifest, ...platform }, null, 2)}\n`)
}

/** Installs the package where nothing else is, and runs and checks the example there. @param {string} tarball */
function tryOut(tarball) {
  const clean = mkdtempSync(join(tmpdir(), 'twin-clean-'))
  writeFileSync(join(clean, 'package.json'), '{"private": true}')
  npm(clean, 'install', '--silent', '--offline', '--no-audit', '--no-fund', tarball)
  const program = `import { open } from 'software-twin'\n\nconst [estate = '', store = ''] = process.argv.slice(2)\n${example()}`
  writeFileSync(join(clean, 'example.mjs'), program)
  writeFileSync(join(clean, 'example.mts'), program)
  const told = execFileSync(process.execPath, ['example.mjs', join(ROOT, 'examples/estate'), 'estate.twin'], { cwd: clean, encoding: 'utf8' })
  if (!told.includes('payments@shop → calledBy → checkout@shop')) throw new Error(`the example says something else: ${told}`)
  check(clean)
  rmSync(clean, { recursive: true })
}

/** The types that came with the package, without any other. @param {string} clean */
function check(clean) {
  const compiler = join(HERE, 'node_modules/typescript/bin/tsc')
  const types = ['--types', 'node', '--typeRoots', join(HERE, 'node_modules/@types')]
  execFileSync(process.execPath, [compiler, '--strict', '--noEmit', '--module', 'node16', '--target', 'es2022', ...types, 'example.mts'], { cwd: clean, stdio: 'inherit' })
}

/** The README's example, from the test that runs it. */
function example() {
  const text = readFileSync(join(HERE, 'test/readme.test.mjs'), 'utf8')
  const [, body = ''] = text.split('// example:begin\n')
  return body.split('// example:end')[0]?.replace(/^ +/gm, '').trimEnd() ?? ''
}

function report() {
  const sizes = { addon: statSync(join(packed, 'lib/twin.node')).size, tarball: statSync(tarball).size }
  for (const [what, bytes] of Object.entries(sizes)) console.log(`${what}: ${(bytes / 1e6).toFixed(2)} MB`)
  console.log(`${packed}: ${readdirSync(packed, { recursive: true }).join(' ')}`)
  if (sizes.addon > MOST) throw new Error(`the addon takes more than ${MOST / 1e6} MB`)
}

/** @param {string} cwd @param {...string} given */
function npm(cwd, ...given) {
  return execFileSync('npm', given, { cwd, encoding: 'utf8' })
}
