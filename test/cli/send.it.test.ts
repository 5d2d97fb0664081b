import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTidings, type Tidings } from '../../src/client/tidings.ts'
import { startService, type Service } from '../client/service.ts'
import { hasTerminal, inTerminal, tidings, type RunOptions } from './run.ts'

const CONTACT = '+201009129288'

let service: Service
let client: Tidings
let here: RunOptions

beforeAll(async () => {
  service = await startService()
  client = createTidings({ url: service.url })
  here = { cwd: service.directory, env: { TIDINGS_URL: service.url } }
})

afterAll(() => service.close())

test('sends at an hour of the recipient’s own clock, and tells what words devices would get', async () => {
  const soon = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
  const words = ['send', 'sms', CONTACT, 'Hello', '--send-at', `${soon}T18:00`, '--time-zone', 'Asia/Tokyo']
  const { stdout } = await tidings([...words, '--local', '--dry-run'], here)
  expect(stdout).toContain(`Leaves    ${soon}T09:00:00.000Z`)
  expect(await tidings(words, here)).toMatchObject({ code: 4, stderr: expect.stringContaining('local') as unknown })
  const locales = { en: { title: 'Sale', body: 'Now' }, de: { title: 'Ausverkauf', body: 'Jetzt' } }
  await client.templates.put('sale', { kind: 'push', default_locale: 'en', locales, variables: {} })
  await client.tokens.put('a-german-device', { locale: 'de-AT' })
  const push = ['send', 'push', '--token', 'a-german-device', '--token', 'one', '--template', 'sale', '--dry-run']
  expect((await tidings(push, here)).stdout).toMatch(/In de {5}1 of them, \d+ bytes: Ausverkauf\nIn en {5}1 of them/)
})

test.skipIf(!hasTerminal)('a send in a terminal has its id in bold', async () => {
  const { code, stdout } = await inTerminal(['send', 'sms', CONTACT, 'Hello', '--wait'], here)
  expect(code).toBe(0)
  const [before, id, after] = stdout.split('\u001b')
  expect({ before, id }).toEqual({ before: '', id: expect.stringMatching(/^\[1m\d+$/) as string })
  expect(after).toMatch(/^\[22m {2}This is a test message/)
})
