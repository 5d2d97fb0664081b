import { afterAll, beforeAll, expect, test } from 'vitest'
import { startService, type Service } from '../client/service.ts'
import { createTidings } from '../../src/client/tidings.ts'
import { tidings, type Ended, type RunOptions } from './run.ts'

const CONTACT = '+201009129288'

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

test('a device is registered, found, sent to, and taken away', async () => {
  expect(await run('tokens')).toMatchObject({ code: 0, stdout: '', stderr: 'There are none.\n' })
  const made = await run('tokens', 'put', 'token-1', '--client', CONTACT, '--platform', 'ios', '--zone', 'Africa/Cairo')
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(made.stdout).toMatch(/ {2}\+201009129288 {4}ios {6}- +token-1\n$/)
  expect((await run('tokens', `client:${CONTACT}`, 'platform:ios')).stdout).toBe(made.stdout)
  expect(JSON.parse((await run('tokens', 'show', 'token-1', '--json')).stdout)).toMatchObject({ client: CONTACT })
  const sent = await run('send', 'push', '--client', CONTACT, '--title', 'Parcel', '--body', 'It is here')
  expect(sent.stdout).toMatch(/^\S+ {2}1 /)

  expect((await run('tokens', 'delete', 'token-1')).code).toBe(2)
  expect((await run('tokens', 'delete', 'token-1', '--yes')).stderr).toBe('Nothing is sent to it any more.\n')
  expect((await run('tokens', 'state:retired')).stdout).toContain('token-1  retired: deleted')
  const refused = await run('send', 'push', '--client', CONTACT, '--title', 'Parcel', '--body', 'It is here')
  expect(refused).toMatchObject({ code: 4 })
  expect(refused.stderr).toContain('tidings explain no_devices')
  expect(await run('tokens', 'restore', 'token-1')).toMatchObject({ code: 4 })
  expect((await run('tokens', 'restore', '--since', '1d', '--yes')).stderr).toBe('0 are sent to again.\n')
})

test('what it does not understand it says, with what was probably meant', async () => {
  expect((await run('tokens', 'shw', 'a')).stderr).toContain('Did you mean show?')
  expect((await run('tokens', 'put', 'a', '--platform', 'bada')).stderr).toContain('--platform is one of android')
  expect((await run('tokens', 'put', 'a', '--yes')).stderr).toContain('--yes does not belong to put.')
  expect((await run('tokens', 'restore', '--since', '1h')).stderr).toContain('Say --yes.')
  expect((await run('tokens', '--help')).stdout).toMatch(/^[A-Z][^\n]+\.\n\n {2}tidings tokens/)
})

test('the client registers many, sends to kinds of them, and takes them away', async () => {
  const { tokens, notifications } = createTidings({ url: service.url })
  const items = [{ token: 'a' }, { token: 'b', locale: 'en-GB' }, { token: 'c d' }]
  expect(await tokens.putAll({ items, app: 'shop', partial: true })).toMatchObject({ accepted: 2, rejected: 1 })
  const to = { apps: ['shop'], locales: ['en'] }
  expect(await notifications.dryRun({ to, title: 'a', body: 'b' })).toMatchObject({ targets: { total: 1 } })
  expect(await notifications.toDevices({ to: { apps: ['shop'] }, title: 'a', body: 'b' })).toMatchObject({ targets: 2 })
  expect(await tokens.put('a', { platform: 'web' })).toMatchObject({ platform: 'web', app: null })
  expect(await tokens.deleteAll(['a', 'b', 'x'])).toBe(2)
  expect(await tokens.get('b')).toMatchObject({ retired_reason: 'deleted' })
  await expect(tokens.restore('b')).rejects.toMatchObject({ code: 'nothing_to_undo' })
  await expect(tokens.delete('x')).rejects.toMatchObject({ status: 404 })
})
