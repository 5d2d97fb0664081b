import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { readPage, ROOT } from './support/documents.ts'
import { freePort, startProgram, waitForOutput } from './support/program.ts'

// There is no container engine here: what the files say is tried without one.

interface Manifest {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}
interface Lock {
  readonly packages: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> } | undefined>>
}

const manifest = JSON.parse(readPage('package.json')) as Manifest
const lock = JSON.parse(readPage('package-lock.json')) as Lock
const instructions = readPage('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
const builders = [...instructions.join('\n').matchAll(/ dependencies\.(\S+)/g)].map((match) => match[1] ?? '')

let database: TestDatabase
let directory: string
let logs: string

beforeAll(async () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')])
  database = await createTestDatabase()
  directory = mkdtempSync(join(tmpdir(), 'tidings-image-'))
  logs = mkdtempSync(join(tmpdir(), 'tidings-image-'))
})

afterAll(async () => {
  await database.drop()
  for (const made of [directory, logs]) rmSync(made, { recursive: true, force: true })
})

test('every file that the Dockerfile copies is there, and not kept from it', () => {
  const letIn = new Set(readPage('.dockerignore').match(/(?<=^!).*/gm))
  const wanted = copies(false).flatMap((words) => words.slice(0, -1))
  expect(wanted.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
  expect(new Set(wanted.map((file) => file.replace(/\/$/, '')))).toEqual(letIn)
})

test('the packages that the image goes without are those that no source of the service names', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readPage(join('src', file)))
    .join('\n')
  const unused = Object.keys(manifest.dependencies).filter((name) => !new RegExp(`'${name}['/]`).test(sources))
  expect(builders.toSorted()).toEqual(unused.toSorted())
})

test('the image and compose.yaml say what holds', () => {
  expect(readPage('Dockerfile')).toContain(`image.version="${manifest.version}"`)
  const published = [...readPage('compose.yaml').matchAll(/^ +- '([^']*:5000)'$/gm)].map((match) => match[1])
  expect(published).toHaveLength(1)
  expect(published[0]).toMatch(/^127\.0\.0\.1:/)
})

test('with nothing but what the image holds it serves, is found healthy, and writes no file', async () => {
  for (const [source = '', target = ''] of copies(true)) take(source, target)
  const before = readdirSync(directory, { recursive: true })
  const port = await freePort()
  const env = { PATH: process.env['PATH'], PORT: String(port), DATABASE_URL: database.url, NODE_ENV: 'production' }
  // All of it is links: without these two each file would also find what lies beside the real one.
  const service = startProgram(['--preserve-symlinks', '--preserve-symlinks-main', ...entrypoint()], {
    cwd: directory,
    env,
    log: join(logs, 'log'),
  })
  await waitForOutput(service, /"event":"(ready)"/)
  const [, script = ''] = /HEALTHCHECK.*CMD \["node", "-e", "(.*)"\]/.exec(instructions.join('\n')) ?? []
  const healthy = (): number | null => spawnSync(process.execPath, ['-e', script], { env }).status
  expect(healthy()).toBe(0)
  expect((await fetch(`http://localhost:${port}/dashboard`)).status).toBe(200)
  expect(readdirSync(directory, { recursive: true })).toEqual(before)
  await service.kill()
  expect(healthy()).toBe(1)
})

/** The words of each COPY of the last stage, or of the first. */
function copies(last: boolean): readonly (readonly string[])[] {
  const begin = instructions.findLastIndex((line) => line.startsWith('FROM '))
  const lines = last ? instructions.slice(begin) : instructions
  return lines
    .filter((line) => line.startsWith('COPY ') && (last || !line.includes('--from=')))
    .map((line) => line.split(/\s+/).filter((word) => word !== 'COPY' && !word.startsWith('--')))
}

function entrypoint(): readonly string[] {
  const line = instructions.find((one) => one.startsWith('ENTRYPOINT ')) ?? ''
  const [node, ...words] = JSON.parse(line.slice('ENTRYPOINT '.length)) as string[]
  expect(node).toBe('node')
  return words
}

/** As links, so that nothing is copied while another test builds. */
function take(source: string, target: string): void {
  const from = source.replace(/^\/tidings\/|\/$/g, '')
  if (from !== 'node_modules')
    return symlinkSync(join(ROOT, from), join(directory, target === './' ? from : target.replace(/\/$/, '')))
  const kept = Object.keys(manifest.dependencies).filter((name) => !builders.includes(name))
  for (const path of closure(kept)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    symlinkSync(join(ROOT, path), join(directory, path))
  }
}

/** The top places in node_modules that these packages and theirs are at; what is nested comes along. */
function closure(names: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (name: string, from: string): void => {
    const path = placeOf(name, from)
    if (found.has(path)) return
    found.add(path)
    for (const one of Object.keys(lock.packages[path]?.dependencies ?? {})) visit(one, path)
  }
  for (const name of names) visit(name, '')
  return new Set([...found].filter((path) => path.split('node_modules/').length === 2))
}

/** Where Node finds `name` from a package: beside it, or further out. */
function placeOf(name: string, from: string): string {
  const here = from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`
  if (lock.packages[here] !== undefined || from === '') return here
  return placeOf(name, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))))
}
