// What package.json and the lock file must keep: no addresses, always a checksum, Node 20.19, few direct dependencies.
import { readFileSync } from 'node:fs'
import semver from 'semver'

const OLDEST_NODE = '20.19.0'
const MOST_DEPENDENCIES = 40

const { dependencies, devDependencies, optionalDependencies, engines } = read('package.json')
const lock = read('package-lock.json')
const packages = Object.entries(lock.packages).filter(([path]) => path !== '')

const problems = [...ofManifest(), ...packages.flatMap(([path, entry]) => ofEntry(path, entry))]
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1

function ofManifest() {
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies }
  const loose = Object.entries(all).filter(([, version]) => semver.valid(version.replace(/^npm:.+@/, '')) === null)
  const count = Object.keys(dependencies).length
  return [
    ...loose.map(([name, version]) => `package.json: ${name} is ${version}, not one exact version`),
    ...(count > MOST_DEPENDENCIES ? [`package.json: ${count} dependencies, at most ${MOST_DEPENDENCIES}`] : []),
    ...(semver.satisfies(OLDEST_NODE, engines.node) ? [] : [`package.json: engines exclude Node ${OLDEST_NODE}`]),
  ]
}

/** An address would tie the lock file to one registry; npm finds the package by name, version and checksum. */
function ofEntry(path, entry) {
  const range = entry.engines?.node
  return [
    ...(entry.resolved === undefined ? [] : [`${path}: has an address; is omit-lockfile-registry-resolved in .npmrc?`]),
    ...(entry.integrity === undefined ? [`${path}: has no checksum`] : []),
    ...(range === undefined || semver.satisfies(OLDEST_NODE, range) ? [] : [`${path}: needs Node ${range}`]),
  ]
}

function read(file) {
  return JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))
}
