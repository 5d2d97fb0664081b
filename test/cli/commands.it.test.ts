import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTidings, type Tidings } from '../../src/client/tidings.ts'
import { startProxy } from '../client/proxy.ts'
import { startService, type Service } from '../client/service.ts'
import { freePort } from '../support/program.ts'
import {
  hasTerminal,
  inTerminal,
  startInTerminal,
  startTidings,
  tidings,
  untilWritten,
  type RunOptions,
} from './run.ts'

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

async function fill(tag: string, count: number): Promise<void> {
  const items = Array.from({ length: count }, () => ({ contact: CONTACT, subject: 'Hello', message: 'a "text", here' }))
  for await (const answer of client.sms.batch(items, { common: { tag } })) expect(answer.success).toBe(true)
}

describe('send', () => {
  test('says the id, and what became of it', async () => {
    const { code, stdout, stderr } = await tidings(
      ['send', 'sms', CONTACT, 'Your code is 482913', '--tag', 'one', '--wait'],
      here,
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^\d+ {2}This is a test message\.[^\n]*\n$/)
    expect(await client.sms.get(Number.parseInt(stdout, 10))).toMatchObject({ tag: 'one', status: 'captured' })
  })

  test('takes the text from stdin, byte for byte but for the last line break', async () => {
    const { stdout } = await tidings(['send', 'sms', CONTACT, '-', '--json'], { ...here, stdin: 'مرحبا\n\n' })
    const sent = JSON.parse(stdout) as { message_id: number; verdict: string }
    expect(sent.verdict).toMatch(/./)
    expect(await client.sms.get(sent.message_id)).toMatchObject({ message: 'مرحبا\n' })
  })

  test('tells what would happen, and stores nothing', async () => {
    const words = ['send', 'sms', CONTACT, 'It’s here', '--tag', 'never', '--dry-run']
    const { code, stdout } = await tidings(words, here)
    expect(code).toBe(0)
    expect(stdout).toContain('1 segment, 9 units of ucs2')
    expect(stdout).toContain('’ (U+2019) is no character of GSM')
    expect(await client.sms.page({ q: 'tag:never' })).toMatchObject({ data: [] })
  })

  test('hands on what an SMS may cost, how it is written, and where its recipient is', async () => {
    const words = ['send', 'sms', CONTACT, 'It’s here', '--dry-run']
    const [plain, kept] = [await tidings([...words, '--plain'], here), await tidings([...words, '--no-plain'], here)]
    expect([plain.stdout, kept.stdout]).toEqual([
      expect.stringContaining('9 units of gsm7'),
      expect.stringContaining('9 units of ucs2'),
    ])
    const nowhere = await tidings([...words, '--time-zone', 'Atlantis'], here)
    expect(nowhere).toMatchObject({ code: 4, stderr: expect.stringContaining('time_zone') as unknown })
    // No routes tell a price here.
    const dear = await tidings([...words, '--max-price', '0.05'], here)
    expect(dear).toMatchObject({ code: 4, stderr: expect.stringContaining('max_price') as unknown })
  })

  test('sends pushes to tokens and topics', async () => {
    const words = ['--title', 'Parcel', '--body', 'It is here', '--data', 'order=1042', '--wait']
    const { stdout } = await tidings(['send', 'push', '--token', 'one', '--token', 'two', ...words], here)
    expect(stdout).toMatch(/^\d+ {2}2 captured\.\n$/)
    const topic = await tidings(['send', 'push', '--topic', 'news', ...words, '--json'], here)
    expect(JSON.parse(topic.stdout)).toMatchObject({ success: true, targets: 1 })
    const plan = await tidings(['send', 'push', '--topic', 'news', ...words.slice(0, 4), '--dry-run'], here)
    expect(plan.stdout).toContain('topic news')
  })

  test('says what a push is to do on a device, and asks what FCM would say of it', async () => {
    const condition = "'news' in topics && 'sport' in topics"
    const simple = ['--priority', 'high', '--collapse-key', 'parcels', '--badge', '3', '--sound', 'default']
    const words = [
      'send',
      'push',
      '--condition',
      condition,
      '--title',
      'Parcel',
      '--body',
      'It is here',
      ...simple,
      '--project',
      'courier',
    ]
    const { stdout } = await tidings([...words, '--action', 'open=Open it', '--dry-run', '--validate'], here)
    expect(stdout).toContain(`devices where ${condition}`)
    expect(stdout).toContain('FCM       was not asked: it would be captured')
    const sent = await tidings([...words, '--action', 'open=Open it', '--json'], here)
    const { notification_id: id } = JSON.parse(sent.stdout) as { notification_id: number }
    expect(await client.notifications.get(id)).toMatchObject({
      condition,
      content: {
        priority: 'high',
        collapse_key: 'parcels',
        badge: 3,
        sound: 'default',
        project: 'courier',
        actions: [{ action: 'open', title: 'Open it' }],
      },
    })
    const silent = await tidings(['send', 'push', '--token', 'one', '--data-only', '--data', 'sync=1', '--wait'], here)
    expect(silent.stdout).toMatch(/1 captured/)
  })

  test('the same idempotency key is one message', async () => {
    const words = ['send', 'sms', CONTACT, 'Once', '--idempotency-key', 'cli-once']
    const [first, second] = [await tidings(words, here), await tidings(words, here)]
    expect(Number.parseInt(first.stdout, 10)).toBe(Number.parseInt(second.stdout, 10))
  })

  test('ends with 1 where it was waited for and fails', async () => {
    const { code } = await tidings(['send', 'sms', '+15005550101', 'Hello', '--wait'], here)
    expect(code).toBe(1)
  })

  test.for([
    [['send'], 2, 'sms or push'],
    [['send', 'sms', CONTACT, 'two', 'words'], 2, 'quotes'],
    [['send', 'sms', CONTACT, 'Hello', '--no-such'], 2, '--no-such'],
    [['send', 'sms', CONTACT, 'Hello', '--max-price', 'cheap'], 2, '--max-price'],
    [['send', 'sms', CONTACT, 'Hello', '--plain', '--no-plain'], 2, 'not both'],
    [['send', 'push', '--title', 'a', '--body', 'b'], 2, '--token'],
    [['send', 'push', '--topic', 'a', '--title', 'a', '--body', 'b', '--priority', 'top'], 2, '--priority'],
    [['send', 'push', '--topic', 'a', '--title', 'a', '--body', 'b', '--validate'], 2, '--dry-run'],
    [['send', 'push', '--condition', 'news', '--title', 'a', '--body', 'b'], 4, 'condition'],
    [['send', 'sms', '01009129288', 'Hello'], 4, 'contact'],
    [['find', 'staus:failed'], 4, 'status:'],
    [['find', '--limit', '0'], 2, '--limit'],
    [['tail', 'last:1h'], 2, 'last:'],
    [['export', '--csv', '--ndjson'], 2, 'format'],
    [['export', '--kind', 'notification'], 2, 'notifications'],
    [['export', '--kind', 'deliveries', 'all'], 2, 'id of a push'],
    [['export', '--kind', 'deliveries', '987654321'], 4, 'not_found'],
    [['export', '--kind', 'tokens', 'topic:news'], 4, 'topic'],
  ] as const)('%j ends with %i', async ([words, code, hint]) => {
    const ended = await tidings(words, here)
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toContain(hint)
  })

  test('a service that is not there ends with 3, and the rate limit with 5', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const away = await tidings(['find'], { ...here, env: { TIDINGS_URL: url } })
    expect(away).toMatchObject({ code: 3, stdout: '' })
    const body = JSON.stringify({ success: false, code: 'rate_limited', message: 'Too Many Requests' })
    const proxy = await startProxy(service.url, () => ({ status: 429, headers: { 'retry-after': '300' }, body }))
    const limited = await tidings(['find'], { ...here, env: { TIDINGS_URL: proxy.url } })
    expect(limited).toMatchObject({ code: 5, stdout: '' })
    await proxy.close()
  })
})

describe('find', () => {
  test('shows one verdict a line, newest first, and says that there are more', async () => {
    await fill('found', 3)
    const { code, stdout, stderr } = await tidings(['find', 'tag:found', '-status:failed', '--limit', '2'], here)
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line).toMatch(/^ *\d+ {2}[\d-]{10} [\d:]{8} {2}\+201009129288 {4}\S.*\.$/)
    expect(stderr).toBe('There are more; --limit 20 shows more of them.\n')
  })

  test('in JSON is one object a line', async () => {
    const { stdout } = await tidings(['find', 'tag:found', '--json'], here)
    const ids = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message_id: number }).message_id)
    expect(ids).toEqual(ids.toSorted((a, b) => b - a))
    expect(ids).toHaveLength(3)
  })

  test('finds pushes, and says where nothing was found', async () => {
    await client.notifications.toTopic({ topic: 'cli', title: 'Open late', body: 'Until ten' })
    const { stdout } = await tidings(['find', '--push', 'topic:cli'], here)
    expect(stdout).toMatch(/Open late: 1 \w+\n$/)
    const none = await tidings(['find', 'tag:nothing'], here)
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing was found.\n' })
  })

  test.skipIf(!hasTerminal)('is coloured in a terminal, unless NO_COLOR says otherwise', async () => {
    await fill('coloured', 1)
    const { code, stdout } = await inTerminal(['find', 'tag:coloured'], here)
    expect(code).toBe(0)
    expect(stdout).toContain('\u001b[1m')
    const bare = await inTerminal(['find', 'tag:coloured'], { ...here, env: { ...here.env, NO_COLOR: '1' } })
    expect(bare.stdout).not.toContain('\u001b')
    expect(bare.stdout).toMatch(/\d+ {2}.*\+201009129288.*\r\n$/)
  })
})

describe('tail', () => {
  test('shows every new message once, in order, and no old one', async () => {
    await fill('tailed', 5)
    const running = startTidings(['tail', 'tag:tailed', '--json'], here)
    await untilWritten(running, /Ctrl-C/)
    const ids = []
    for (let round = 0; round < 3; round += 1) {
      for await (const answer of client.sms.batch(
        Array.from({ length: 250 }, () => ({ contact: CONTACT })),
        { common: { tag: 'tailed', subject: 'a', message: 'b' } },
      )) {
        if (answer.success) ids.push(answer.message_id)
      }
      const last = ids.at(-1)
      await untilWritten(running, new RegExp(`"message_id":${last},`))
    }
    running.process.kill('SIGINT')
    expect(await running.ended).toBe(130)
    const seen = running.stdout().trimEnd().split('\n')
    expect(seen.map((line) => (JSON.parse(line) as { message_id: number }).message_id)).toEqual(ids)
  })

  test.skipIf(!hasTerminal)('ends with Ctrl-C in a terminal', async () => {
    const running = startInTerminal(['tail'], here)
    await untilWritten(running, /Ctrl-C stops/)
    await client.sms.send({ contact: '+15005550006', subject: 'a', message: 'b' })
    await untilWritten(running, /\+15005550006/)
    running.process.stdin?.write('x')
    expect(await running.ended).toBe(130)
  })
})

describe('export', () => {
  test('goes to stdout as CSV or NDJSON', async () => {
    await fill('exported', 2)
    const csv = await tidings(['export', 'tag:exported'], here)
    expect(csv).toMatchObject({ code: 0, stderr: '' })
    expect(csv.stdout).toContain('"a ""text"", here"')
    const lines = await tidings(['export', 'tag:exported', '--json'], here)
    expect(
      lines.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toHaveLength(2)
  })

  test('goes to a file, which is there only when it is whole', async () => {
    const file = join(service.directory, 'smss.ndjson')
    const { code, stdout, stderr } = await tidings(['export', 'tag:exported', '-o', file], here)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toMatch(/is whole: [\d,]+ bytes\.\n$/)
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(2)
    const proxy = await startProxy(service.url, () => ({ after: 1 }))
    const broken = join(service.directory, 'broken.csv')
    const cut = await tidings(['export', '-o', broken], { ...here, env: { TIDINGS_URL: proxy.url } })
    expect(cut.code).toBe(3)
    expect([existsSync(broken), existsSync(`${broken}.part`)]).toEqual([false, false])
    await proxy.close()
  })

  test('has pushes, their deliveries, people and tokens, too', async () => {
    const push = { tokens: ['exported-one', 'exported-two'], title: 'Parcel', body: 'It is here', tag: 'exported' }
    const { notification_id: id } = await client.notifications.toTokens(push)
    const lines = async (...words: string[]): Promise<Record<string, unknown>[]> => {
      const { code, stdout } = await tidings(['export', '--json', '--kind', ...words], here)
      expect(code).toBe(0)
      return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]))
    }
    expect(await lines('notifications', 'tag:exported')).toMatchObject([{ notification_id: id, title: 'Parcel' }])
    const deliveries = await lines('deliveries', String(id))
    expect(new Set(deliveries.map(({ token }) => token))).toEqual(new Set(push.tokens))
    expect((await lines('tokens')).map(({ token }) => token)).toEqual(expect.arrayContaining(push.tokens))
    expect(await lines('clients', `to:${CONTACT}`)).toMatchObject([{ contact: CONTACT }])
    const csv = await tidings(['export', '--kind', 'clients', `to:${CONTACT}`], here)
    expect(csv.stdout.trimEnd().split('\n')).toHaveLength(2)
  })

  test.skipIf(!hasTerminal)('is the same in a terminal', async () => {
    const { code, stdout } = await inTerminal(['export', 'tag:exported', '--ndjson'], here)
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\r\n')).toHaveLength(2)
  })
})
