import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Check } from '../../src/contract/health.ts'
import { startService, type Service } from '../client/service.ts'
import { openKeysNode } from '../http/keys-node.ts'
import { freePort } from '../support/program.ts'
import { hasTerminal, inTerminal, tidings, type RunOptions } from './run.ts'

/** Nothing listens there, and the password must not be told. */
const NOWHERE = 'postgres://somebody:hunter2@127.0.0.1:1/tidings'

let service: Service
let well: RunOptions

beforeAll(async () => {
  service = await startService()
  const { port } = new URL(service.url)
  const env = { TIDINGS_URL: service.url, DATABASE_URL: service.databaseUrl, PORT: port }
  well = { cwd: service.directory, env }
})

afterAll(() => service.close())

const broken = async (): Promise<RunOptions> => ({
  cwd: service.directory,
  env: { DATABASE_URL: NOWHERE, PORT: String(await freePort()), TIDINGS_URL: `http://127.0.0.1:${await freePort()}` },
})

function checksIn(stdout: string): Record<string, Check> {
  const { checks } = JSON.parse(stdout) as { checks: readonly Check[] }
  return Object.fromEntries(checks.map((check) => [check.check, check]))
}

describe('doctor', () => {
  test('where all is well, it says so last, and ends with 0', async () => {
    const { code, stdout, stderr } = await tidings(['doctor'], well)
    expect({ code, stderr, problems: /^problem .*$/m.exec(stdout)?.[0] }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/\n\d+ checks, no problems(?:, \d+ warnings?)?\n$/)
  })

  test('it looks at this machine, and at the service that runs', async () => {
    const checks = checksIn((await tidings(['doctor', '--json'], well)).stdout)
    expect(checks).toMatchObject({
      node: { state: 'ok' },
      configuration: { state: 'ok' },
      port: { what: expect.stringContaining('Tidings serves on port') as unknown },
      database: { state: 'ok' },
      migrations: { state: 'ok' },
      nodes: { state: 'ok' },
      service: { state: 'ok' },
      lease: { state: 'ok' },
    })
  })

  test('a problem is told with what, why, how to mend it, and ends with 1', async () => {
    const { code, stdout } = await tidings(['doctor'], await broken())
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^problem {2}database\n {2}What .*\n {2}Why .*\n {2}Fix {3}1\. .*\n {8}2\. .*\n {2}More .*\n\n/,
    )
    expect(stdout).toMatch(/\n\d+ checks, 2 problems\n$/)
  })

  test('neither the text nor the JSON holds a password', async () => {
    const options = await broken()
    for (const words of [['doctor'], ['doctor', '--json']]) {
      const { code, stdout, stderr } = await tidings(words, options)
      expect(code).toBe(1)
      expect(stdout + stderr).not.toContain('hunter2')
    }
  })

  test('what is wrong with the configuration is told all at once', async () => {
    const env = { PORT: 'many', AUTH: 'perhaps', TWILIO_AUTH_TOKEN: 'hunter2' }
    const { code, stdout } = await tidings(['doctor', '--json'], { cwd: service.directory, env })
    const { configuration } = checksIn(stdout)
    expect(code).toBe(1)
    expect(configuration?.what).toMatch(/PORT .*AUTH /)
    expect(configuration?.what).not.toContain('hunter2')
    expect(configuration?.fix.length).toBeGreaterThan(2)
  })

  test('a port that another program has is a problem', async () => {
    const { port } = new URL(service.databaseUrl)
    const { stdout } = await tidings(['doctor', '--json'], { ...well, env: { ...well.env, PORT: port } })
    expect(checksIn(stdout)['port']).toMatchObject({ state: 'fail' })
  })

  test('a service that tells only administrators is no problem, and the way in is told', async () => {
    const node = openKeysNode(service.databaseUrl)
    const url = await node.app.listen({ host: '127.0.0.1', port: 0 })
    const env = { ...well.env, TIDINGS_URL: url }
    const shut = await tidings(['doctor', '--json'], { ...well, env })
    const key = (await node.make({ scopes: ['admin'] })).key
    const open = await tidings(['doctor', '--json'], { ...well, env: { ...env, TIDINGS_KEY: key } })
    await node.close()
    expect(checksIn(shut.stdout)['service']).toMatchObject({ state: 'warn', why: 'TIDINGS_KEY is not set.' })
    expect(checksIn(open.stdout)['service']).toMatchObject({ state: 'ok' })
  })

  test.skipIf(!hasTerminal)('a terminal gets colours, unless it wants none', async () => {
    const options = await broken()
    const coloured = await inTerminal(['doctor'], options)
    expect(coloured.stdout).toContain('\u001b[31mproblem')
    expect(coloured.code).toBe(1)
    const plain = await inTerminal(['doctor'], { ...options, env: { ...options.env, NO_COLOR: '1' } })
    expect(plain.stdout).not.toContain('\u001b')
    expect(plain.stdout).toMatch(/^problem {2}database\r\n/)
  })
})

describe('explain', () => {
  const explained = async (...words: readonly string[]): Promise<string> =>
    (await tidings(['explain', ...words], well)).stdout

  test('explains codes of Tidings, reasons, and codes of providers, without a service', async () => {
    expect(await explained('invalid_contact')).toMatch(/^invalid_contact {2}error code of an answer, HTTP 400\n/)
    expect(await explained('exhausted')).toContain('The attempts say what each came to.')
    expect(await explained('21610')).toMatch(/STOP[\s\S]*Reason\n {2}opted_out/)
    expect(await explained('UNREGISTERED')).toContain('code of FCM')
    expect(await explained('/errors/rate_limited')).toContain('HTTP 429')
  })

  test('a word is taken as it is written, else in any case', async () => {
    expect(await explained('internal')).toContain('reason')
    expect(await explained('INTERNAL')).toContain('code of FCM')
    expect(await explained('Unregistered')).toContain('code of APNs')
    expect(await explained('unREGISTERED')).toMatch(/reason, of pushes[\s\S]*code of FCM[\s\S]*code of APNs/)
  })

  test('for an unknown code the near one is named, and it ends with 2', async () => {
    const slip = await tidings(['explain', 'invalid_contct'], well)
    expect(slip).toMatchObject({ code: 2, stdout: '' })
    expect(slip.stderr).toContain('Did you mean invalid_contact?')
    expect((await tidings(['explain', '21612345'], well)).stderr).toContain('twilio.com/docs/api/errors')
    expect((await tidings(['explain', 'one', 'two'], well)).code).toBe(2)
    expect((await tidings(['explain', '--wat'], well)).code).toBe(2)
  })

  test('--json is for programs, and no code lists them all', async () => {
    expect(JSON.parse(await explained('30003', '--json'))).toMatchObject({
      data: [{ code: '30003', reason: 'unreachable' }],
    })
    const all = await explained()
    for (const code of ['not_ready', 'opted_out', '21610', 'UNREGISTERED'])
      expect(all).toMatch(new RegExp(`^${code} `, 'm'))
  })

  test.skipIf(!hasTerminal)('a terminal gets bold titles', async () => {
    const { code, stdout } = await inTerminal(['explain', 'not_ready'], well)
    expect(code).toBe(0)
    expect(stdout).toContain('\u001b[1mWhy\u001b[22m')
  })
})

describe('help', () => {
  test('every command has its own, with examples first, in two spellings', async () => {
    for (const name of ['doctor', 'explain', 'send', 'find', 'tail', 'export']) {
      const [one, other] = [await tidings([name, '--help'], well), await tidings(['help', name], well)]
      expect(one).toMatchObject({ code: 0, stderr: '' })
      expect(one.stdout).toMatch(new RegExp(`^\\S.*\\n(?:.*\\n)*? {2}tidings ${name}`))
      expect(other.stdout).toBe(one.stdout)
    }
  })

  test('an unknown command suggests the near one', async () => {
    const { code, stderr } = await tidings(['docotr'], well)
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'tidings: Unknown command docotr. Did you mean doctor?\n' })
  })
})
