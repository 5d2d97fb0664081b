import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, type Service } from '../client/service.ts'
import { createTidings } from '../../src/client/tidings.ts'
import { until } from '../support/until.ts'
import { tidings, type Ended, type RunOptions } from './run.ts'

const CONTACT = '+201009129288'
const ANSWERS_STOP = '+15005550107'

let service: Service
let here: RunOptions

beforeAll(async () => {
  service = await startService()
  here = { cwd: service.directory, env: { TIDINGS_URL: service.url } }
})

afterAll(async () => {
  await service?.close()
})

const run = (...words: readonly string[]): Promise<Ended> => tidings(words, here)

test('an opt-out is added, listed and removed', async () => {
  expect(await run('opt-outs', 'list', CONTACT)).toMatchObject({ code: 0, stdout: '', stderr: 'There are none.\n' })
  const added = await run('opt-outs', 'add', CONTACT)
  expect(added).toMatchObject({ code: 0, stderr: '' })
  expect(added.stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\+201009129288 {4}default +api/)
  expect((await run('opt-outs')).stdout).toContain(added.stdout)
  const listed = await run('opt-outs', 'list', '--json')
  expect(JSON.parse(listed.stdout.split('\n')[0] ?? '')).toMatchObject({ contact: CONTACT, source: 'api' })
  expect(await run('opt-outs', 'remove', CONTACT)).toMatchObject({ code: 2 })
  expect(await run('opt-outs', 'remove', CONTACT, '--yes')).toMatchObject({
    code: 0,
    stderr: 'Its opt-out has ended.\n',
  })
  expect(await run('opt-outs', 'remove', CONTACT, '--yes')).toMatchObject({ code: 4 })
})

test('what it does not understand it says, with what was probably meant', async () => {
  expect((await run('opt-outs', 'ad', CONTACT)).stderr).toContain('Did you mean add?')
  expect((await run('opt-outs', 'add')).stderr).toContain('needs a number')
  expect((await run('opt-outs', 'add', CONTACT, '--yes')).stderr).toContain('--yes does not belong to add.')
  expect((await run('inbound', 'x')).code).toBe(2)
  expect((await run('inbound', '--since', 'soon')).stderr).toContain('--since takes')
})

test('what somebody sent is a line, or an object with --json', async () => {
  expect((await run('inbound', '--contact', CONTACT)).stderr).toBe('Nobody wrote.\n')
  const client = createTidings({ url: service.url })
  await client.sms.send({ contact: ANSWERS_STOP, subject: 'a', message: 'Hello' })
  await until(async () => (await run('inbound', '--json')).stdout !== '')
  expect((await run('inbound', '--since', '1h')).stdout).toMatch(/ {2}\+15005550107 {5}\+15005550006 {2}stop {4}STOP\n/)
  expect(JSON.parse((await run('inbound', '--json')).stdout.split('\n')[0] ?? '')).toMatchObject({
    contact: ANSWERS_STOP,
    action: 'stop',
  })
  expect((await run('inbound', '--review')).stdout).toBe('')
})

test('help begins with what it is for, then examples', async () => {
  for (const name of ['inbound', 'opt-outs']) {
    const { code, stdout } = await run(name, '--help')
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^[A-Z][^\\n]+\\.\\n\\n {2}tidings ${name}`))
  }
})
