import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../support/documents.ts'

const run = promisify(execFile)

/** Holds nothing but the package, as npm would unpack it, and what it depends on. */
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidings-package-'))
  const built = join(folder, 'built')
  execFileSync(process.execPath, [join(ROOT, 'scripts/build-client.mjs'), built])
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: built, stdio: 'pipe' })
  const [packed] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  execFileSync('tar', ['-xzf', join(folder, String(packed)), '-C', modules])
  execFileSync('mv', [join(modules, 'package'), join(modules, 'tidings-client')])
  rmSync(built, { recursive: true })
  for (const name of ['openapi-fetch', 'openapi-typescript-helpers']) {
    cpSync(join(ROOT, 'node_modules', name), join(modules, name), { recursive: true })
  }
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the package holds code, types, license and documentation', () => {
  const files = readdirSync(join(folder, 'node_modules', 'tidings-client'))
  expect(files).toEqual(expect.arrayContaining(['package.json', 'LICENSE', 'README.md', 'tidings.js', 'tidings.d.ts']))
  expect(files.filter((name) => !/\.(js|d\.ts)$/.test(name)).toSorted()).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
  ])
})

test('it works in an empty folder, with plain Node', async () => {
  const server = createServer((request, answer) => {
    const refusal = { success: false, error: 404, code: 'not_found', message: 'Not Found', docs: '/errors/not_found' }
    const good = { success: true, data: { message_id: 1, verdict: request.headers.authorization } }
    const [status, body] = request.url === '/smss/1' ? [200, good] : [404, refusal]
    answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  writeFileSync(
    join(folder, 'use.mjs'),
    `import { createTidings, TidingsApiError } from 'tidings-client'
     const tidings = createTidings({ url: 'http://127.0.0.1:${port}', key: 'a-key' })
     console.log((await tidings.sms.get(1)).verdict)
     console.log(await tidings.sms.get(2).catch((error) => error instanceof TidingsApiError && error.code))`,
  )
  const { stdout } = await run(process.execPath, ['use.mjs'], { cwd: folder })
  expect(stdout).toBe('Bearer a-key\nnot_found\n')
  await new Promise((resolve) => server.close(resolve))
})

/** Each line that says so has exactly one fault, and the others have none. */
const PROGRAM = `
import { createTidings, TidingsApiError, type ErrorCode } from 'tidings-client'
const tidings = createTidings({ url: 'http://localhost:5000' })
const sms = { contact: '+201009129288', subject: 'Hello', message: 'A text' }
export async function use(): Promise<void> {
  await tidings.sms.send(sms)
  await tidings.sms.send({ ...sms, category: 'otp', send_at: '2030-01-31T18:00:00Z' }, { waitSeconds: 10 })
  await tidings.sms.send({ ...sms, mesage: 'A text' }) // wrong
  await tidings.sms.send({ ...sms, category: 'urgent' }) // wrong
  await tidings.sms.send({ subject: 'Hello', message: 'A text' }) // wrong
  await tidings.sms.send({ ...sms, ttl: '60' }) // wrong
  await tidings.sms.get('1') // wrong
  const { status } = await tidings.sms.get(1)
  if (status === 'captured') await tidings.sms.resend(1)
  if (status === 'lost') await tidings.sms.resend(1) // wrong
  for await (const found of tidings.sms.list({ q: 'status:failed', limit: 10 })) found.verdict.trim()
  for await (const found of tidings.sms.list({ query: 'status:failed' })) found.verdict.trim() // wrong
  for await (const one of tidings.sms.batch([{ contact: '+15005550006' }], { common: { tag: 'a' } })) {
    if (!one.success) one.error.message.trim()
    one.message_id.toFixed() // wrong
  }
  await tidings.notifications.toTokens({ tokens: ['a'], title: 'a', body: 'b', data: { order: '1' } })
  await tidings.notifications.toTokens({ tokens: 'a', title: 'a', body: 'b' }) // wrong
  await tidings.notifications.toTopic({ title: 'a', body: 'b' }) // wrong
  await tidings.inbox.wait({ to: '+201009129288', extract: 'text' }) // wrong
  await tidings.raw.GET('/smss/{id}', { params: { path: { id: 1 } } })
  await tidings.raw.GET('/sms/{id}', { params: { path: { id: 1 } } }) // wrong
}
export function explain(error: unknown): number {
  if (!(error instanceof TidingsApiError)) return 0
  if (error.code === 'rate_limited') return error.retryAfter
  if (error.code === 'too_late') return error.retryAfter // wrong
  if (error.code === 'no_such_code') return 1 // wrong
  return error.status
}
export const code: ErrorCode = 'invalid_contact'
export const none: ErrorCode = 'invalid_contract' // wrong
`

test('what is wrong in a call does not compile, and what is right does, for a browser as well', () => {
  const file = join(folder, 'program.mts')
  writeFileSync(file, PROGRAM)
  const program = ts.createProgram([file], {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    types: [],
  })
  const found = ts.getPreEmitDiagnostics(program).map(({ file: source, start = 0, messageText }) => {
    const line = source === undefined ? 0 : source.getLineAndCharacterOfPosition(start).line
    return { line: PROGRAM.split('\n')[line], why: ts.flattenDiagnosticMessageText(messageText, ' ').slice(0, 100) }
  })
  expect(found.filter(({ line }) => line?.endsWith('// wrong') !== true)).toEqual([])
  const wrong = PROGRAM.split('\n').filter((line) => line.endsWith('// wrong'))
  expect(found.map(({ line }) => line)).toEqual(wrong)
})
