import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import webPush from 'web-push'
import { startService, type Service } from '../client/service.ts'
import { createTidings } from '../../src/client/tidings.ts'
import { tidings, type Ended, type RunOptions } from './run.ts'

const CONTACT = '+201009129288'

let service: Service
let here: RunOptions

beforeAll(async () => {
  const { publicKey, privateKey } = webPush.generateVAPIDKeys()
  service = await startService({
    WEBPUSH_VAPID_PUBLIC_KEY: publicKey,
    WEBPUSH_VAPID_PRIVATE_KEY: privateKey,
    WEBPUSH_VAPID_SUBJECT: 'mailto:push@example.com',
    PUSH_PROVIDER: 'sandbox',
    SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
  })
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

test('a browser is registered by what it gave to its page, and said to be one where that is no subscription', async () => {
  const file = join(service.directory, 'subscription.json')
  const p256dh = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'
  const subscription = {
    endpoint: 'https://push.example.com/1',
    keys: { p256dh, auth: 'BTBZMqHH6r4Tts7J_aSIgg' },
  }
  await writeFile(file, JSON.stringify(subscription))
  const made = await run('tokens', 'browser', file, '--client', CONTACT, '--locale', 'en')
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(made.stdout).toMatch(/\+201009129288 {4}web .* webpush:[\w-]{22}\n$/)
  await writeFile(file, '{}')
  expect(await run('tokens', 'browser', file)).toMatchObject({ code: 2 })
  const { tokens } = createTidings({ url: service.url })
  expect(await tokens.webPushKey()).toMatch(/^B[\w-]{86}$/)
  const named = await tokens.putBrowser({ subscription })
  expect(made.stdout).toContain(named.token)
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
