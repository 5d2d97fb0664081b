import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTidings } from '../../src/client/tidings.ts'
import { startService, type Service } from '../client/service.ts'
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

test('devices are subscribed to a topic, listed, and unsubscribed', async () => {
  expect(await run('topics')).toMatchObject({ code: 0, stdout: '', stderr: 'There are none.\n' })
  expect(await run('topics', 'subscribe', 'news', 'token-1', 'token-2', '--wait', '5')).toMatchObject({
    code: 0,
    stderr: '2 devices are subscribed to news.\n',
  })
  await run('tokens', 'put', 'token-3', '--client', CONTACT)
  expect((await run('topics', 'subscribe', 'news', '--client', CONTACT)).stderr).toBe(
    '1 device is subscribed to news.\n',
  )
  expect((await run('topics', 'list')).stdout).toBe('         3  news\n')
  expect((await run('topics', 'unsubscribe', 'news', 'token-1')).stderr).toBe('1 device is unsubscribed from news.\n')
  const lines = (await run('topics', 'show', 'news', '--state', 'subscribed')).stdout.trim().split('\n')
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatch(/ {2}\+201009129288 {4}subscribed {5}token-3$/)
  expect(JSON.parse((await run('topics', '--json')).stdout)).toMatchObject({ topic: 'news', subscribers: 2 })
})

test('what is gone is told, and what it does not understand it says', async () => {
  const { tokens, topics, notifications } = createTidings({ url: service.url })
  await tokens.put('gone')
  await tokens.delete('gone')
  const told = await run('topics', 'subscribe', 'news', 'gone', 'token-9')
  expect(told).toMatchObject({ code: 1, stderr: '1 of 2 devices are subscribed to news.\n  gone: deleted\n' })
  expect((await run('topics', 'shw', 'news')).stderr).toContain('Did you mean show?')
  expect((await run('topics', 'subscribe', 'news')).stderr).toContain('takes a topic, and tokens or --client')
  expect((await run('topics', 'show', 'news', '--state', 'odd')).stderr).toContain('--state is one of subscribing')
  expect((await run('topics', 'subscribe', 'news', 'a', '--wait', '90')).stderr).toContain('--wait must be 1 to 60.')
  expect((await run('topics', 'list', '--wait', '9')).stderr).toContain('--wait does not belong to list.')
  expect(await run('topics', 'show', 'never')).toMatchObject({ code: 4 })
  expect((await run('topics', '--help')).stdout).toMatch(/^[A-Z][^\n]+\.\n\n {2}tidings topics/)

  expect(await topics.unsubscribe('news', { tokens: ['token-9'] }, { waitSeconds: 5 })).toMatchObject({ devices: 1 })
  const words = { title: 'News', body: 'Here' }
  expect(await notifications.toTopic({ topic: 'news', fan_out: true, ...words })).toMatchObject({ targets: 2 })
  const names: string[] = []
  for await (const { topic } of topics.list()) names.push(topic)
  for await (const { state } of topics.subscriptions('news', { state: 'unsubscribed' })) names.push(state)
  expect(names).toEqual(['news', 'unsubscribed', 'unsubscribed'])
})
