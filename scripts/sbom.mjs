// npm run sbom [-- --all] [> file]: what a release is made of, as CycloneDX 1.5 in JSON, from the lock file alone: the same lock file gives
// the same text. `--all`: also what only tests and checks need. (npm's own `npm sbom --omit=dev` leaves out packages that both need.)
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** The document for a lock file's text. */
export function makeSbom(lockText, { all = false } = {}) {
  const { packages, name, version } = JSON.parse(lockText)
  const entries = Object.entries(packages).filter(([path, entry]) => path !== '' && (all || entry.dev !== true))
  const known = new Map(entries.map(([path, entry]) => [path, purlOf(path, entry)]))
  const own = `pkg:npm/${name}@${version}`
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${uuidOf(`${all}${lockText}`)}`,
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': own, name, version, purl: own, ...licenceOf(packages['']) },
    },
    components: distinct(entries.map(([path, entry]) => toComponent(path, entry))),
    dependencies: distinctRefs([
      { ref: own, dependsOn: needsOf('', packages[''], known) },
      ...entries.map(([path, entry]) => ({ ref: purlOf(path, entry), dependsOn: needsOf(path, entry, known) })),
    ]),
  }
}

/** `node_modules/a/node_modules/@b/c` is `@b/c`, unless it is an alias. */
export function nameOf(path, { name }) {
  return name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

function purlOf(path, entry) {
  return `pkg:npm/${nameOf(path, entry).replace('@', '%40')}@${entry.version}`
}

function toComponent(path, entry) {
  const purl = purlOf(path, entry)
  const scope =
    entry.dev === true ? 'excluded' : entry.optional === true || entry.devOptional === true ? 'optional' : 'required'
  return {
    type: 'library',
    'bom-ref': purl,
    name: nameOf(path, entry),
    version: entry.version,
    scope,
    purl,
    hashes: hashesOf(entry.integrity),
    ...licenceOf(entry),
  }
}

/** Several may be given, the strongest is taken. */
function hashesOf(integrity) {
  const strongest = integrity.split(' ').find((one) => one.startsWith('sha512-')) ?? integrity
  const [algorithm, digest] = [strongest.slice(0, strongest.indexOf('-')), strongest.slice(strongest.indexOf('-') + 1)]
  const names = { sha512: 'SHA-512', sha384: 'SHA-384', sha256: 'SHA-256', sha1: 'SHA-1' }
  return [{ alg: names[algorithm], content: Buffer.from(digest, 'base64').toString('hex') }]
}

function licenceOf({ license }) {
  if (license === undefined) return {}
  return { licenses: [/ (AND|OR|WITH) /.test(license) ? { expression: license } : { license: { id: license } }] }
}

/** As Node looks for them: beside the package, then further out. */
function needsOf(path, entry, known) {
  const wanted = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies, ...entry.devDependencies })
  return wanted.flatMap((name) => findFrom(path, name, known) ?? []).toSorted((one, other) => (one < other ? -1 : 1))
}

function findFrom(path, name, known) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const found = known.get(at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`)
    if (found !== undefined) return found
    if (at === '') return undefined
  }
}

function distinct(components) {
  return [...new Map(components.map((component) => [component.purl, component])).values()]
}

function distinctRefs(dependencies) {
  return [...new Map(dependencies.map((dependency) => [dependency.ref, dependency])).values()]
}

/** Made of a text, so that the same one has the same. Source: RFC 9562 §5.8. */
function uuidOf(text) {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')
  const sbom = makeSbom(lock, { all: process.argv.includes('--all') })
  process.stdout.write(`${JSON.stringify(sbom, null, 2)}\n`)
}
