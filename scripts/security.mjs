// npm run security: what is checked of the packages we use, of secrets in the tree and of regular expressions, before a release. Takes a
// minute or two, and asks nobody on the network.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { makeSbom } from './sbom.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const STEPS = {
  'packages: exact, checked, licensed, run nothing': () => runs('scripts/check-packages.mjs'),
  'secrets: none in the tree': () => runs('scripts/check-secrets.mjs'),
  'bill of materials: as npm reads the lock file': compareSboms,
  'regular expressions: none that a text can make slow': () => runs('scripts/check-regexes.mjs'),
}

let failed = 0
for (const [name, step] of Object.entries(STEPS)) {
  const problems = step()
  failed += problems === '' ? 0 : 1
  console.log(`${problems === '' ? 'ok    ' : 'FAILED'}  ${name}`)
  if (problems !== '') console.log(`\n${problems}\n`)
}
process.exitCode = failed === 0 ? 0 : 1

/** What it complains of. */
function runs(script) {
  // The engine in JavaScript: the others are programs of their own.
  const env = { ...process.env, RECHECK_BACKEND: 'pure' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { cwd: ROOT, env, encoding: 'utf8' })
  return status === 0 ? '' : (stderr || stdout || 'it did not end by itself').trimEnd()
}

function compareSboms() {
  const options = { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1_048_576, shell: process.platform === 'win32' }
  const words = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx']
  const { status, stdout, stderr } = spawnSync('npm', words, options)
  if (status !== 0) return (stderr || stdout || 'npm sbom did not end by itself').trimEnd()
  const theirs = checksumsOf(JSON.parse(stdout))
  const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')
  const ours = checksumsOf(makeSbom(lock, { all: true }))
  const names = [...new Set([...ours.keys(), ...theirs.keys()])]
  return names.filter((name) => ours.get(name) !== theirs.get(name)).join('\n')
}

function checksumsOf({ components }) {
  return new Map(components.map(({ purl, hashes }) => [purl, hashes?.[0]?.content]))
}
