// Nobody awaits a route.
/* oxlint-disable unicorn/no-thenable */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTidings } from '../../src/client/tidings.ts'
import { startService, type Service } from '../client/service.ts'
import { tidings, type Ended, type RunOptions } from './run.ts'

let directory: string
let service: Service
let capturing: Service

/** Nobody listens there: nothing is to be sent in these tests. */
const NOBODY = { type: 'twilio', account_sid: 'AC_fictional', from: '+15005550006', base_url: 'http://127.0.0.1:9' }

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidings-routes-'))
  const file = join(directory, 'routes.json')
  const account = { ...NOBODY, auth_token: { env: 'TOKEN_OF_BOTH' } }
  const egypt = { countries: ['EG'], via: [{ provider: 'one', sender: 'Acme', prices: { '*': 0.02 } }] }
  const routes = {
    currency: 'EUR',
    providers: { one: account, two: account },
    routes: [{ ...egypt, then: ['two'] }, { via: ['two'] }],
  }
  writeFileSync(file, JSON.stringify(routes))
  const live = {
    AUTH: 'off',
    ROUTES_FILE: file,
    TOKEN_OF_BOTH: 'fictional',
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  }
  ;[service, capturing] = await Promise.all([startService(live), startService()])
})

afterAll(async () => {
  await Promise.all([service?.close(), capturing?.close()])
  rmSync(directory, { recursive: true })
})

function run(at: Service, ...words: readonly string[]): Promise<Ended> {
  const here: RunOptions = { cwd: at.directory, env: { TIDINGS_URL: at.url } }
  return tidings(words, here)
}

test('routes and providers are a line each, or one object with --json', async () => {
  const { code, stdout } = await run(service, 'routes')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^routes\[0\] {2}EG: one, then two\nroutes\[1\] {2}everything: two\n\none {2}/)
  const told = JSON.parse((await run(service, 'routes', '--json')).stdout) as unknown
  expect(told).toMatchObject({ currency: 'EUR', routes: [{ countries: ['EG'] }, { countries: null }] })
  expect(await createTidings({ url: service.url }).routes()).toMatchObject({
    providers: [{ provider: 'one' }, { provider: 'two' }],
  })
})

test('where SMS are captured it says so', async () => {
  expect(await run(capturing, 'routes')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'No provider is set up: SMS are captured.\n',
  })
  expect((await run(capturing, 'routes', 'EG')).code).toBe(2)
})
