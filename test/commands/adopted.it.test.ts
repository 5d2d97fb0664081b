import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../src/settings/config.ts'
import { createLog } from '../../src/wiring/log.ts'
import { serve } from '../../src/commands/serve.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createTerminal } from '../../src/commands/terminal.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'
import { ORIGINAL_ROWS, ORIGINAL_SCHEMA } from '../support/original-application.ts'
import { freePort } from '../support/program.ts'
import { until } from '../support/until.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'

let database: TestDatabase

beforeEach(async () => {
  database = await createEmptyDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(ORIGINAL_SCHEMA + ORIGINAL_ROWS)
  await client.end()
})

afterEach(() => database.drop())

test.each([true, false])(
  'the first start says what was adopted, the next nothing (to a terminal: %o)',
  async (terminal) => {
    const written = await serveOnce(terminal)
    expect(written).toContain(
      'Adopted the original application’s database: 7 messages, 2 clients (3 doubles merged), 2 tokens (1 double merged), ' +
        '3 notifications with 3 targets (2 doubles merged). Ids were kept; nothing of it is sent. 2 messages without a number; ' +
        '2 missing times taken from the next row; 3 rows that stood for nothing left out.',
    )
    expect(written).not.toMatch(/token-a|To nobody/)
    expect(await serveOnce(terminal)).not.toContain('Adopted')
  },
)

test('what was adopted is in the history, with a verdict that claims nothing, and is never sent', async () => {
  await withNode(async (node) => {
    const { data } = await call(node, 'GET', '/clients/+201009129288')
    expect(data.map((sms) => sms.message_id)).toEqual([10, 4, 2, 1])
    expect(data[3]).toMatchObject({
      ...{ status: 'uncertain', reason: 'adopted', provider: 'adopted', message: 'Your code is 482913' },
      verdict: 'Nobody can say. It is from the application before Tidings, which kept no record of what became of it.',
    })
    const found = await call(node, 'GET', '/smss?q=via:adopted+after:2021-03-05')
    expect(found.data.map((sms) => sms.message_id)).toEqual([10, 9, 6])
    const push = await call(node, 'GET', '/notifications/1')
    expect(push.data).toMatchObject({ title: 'Title', status: 'uncertain', targets: 2, counts: { uncertain: 2 } })
    const { data: deliveries } = await call(node, 'GET', '/notifications/1/deliveries')
    expect(deliveries).toMatchObject([
      { token: 'token-a', status: 'uncertain' },
      { token: 'token-b', status: 'uncertain' },
    ])
    expect((await call(node, 'GET', '/inbox')).data).toEqual([])
  })
})

test('a new message goes to the same client, with the next id', async () => {
  await withNode(async (node) => {
    const sent = await call(node, 'POST', '/smss', { contact: '+201009129288', subject: 'New', message: 'New' })
    expect(sent).toMatchObject({ success: true, message_id: 13 })
    const { client, data } = await call(node, 'GET', '/clients/+201009129288')
    expect([client.client_id, data[0]?.message_id]).toEqual([1, 13])
  })
})

test('an adopted person is erased as any other', async () => {
  await withNode(async (node) => {
    const erased = await call(node, 'DELETE', '/clients/+201009129288')
    expect(erased).toMatchObject({ success: true, complete: true, data: { client_id: 1, messages: 4, cancelled: 0 } })
    const left = await call(node, 'GET', '/smss/1')
    expect(left.data).toMatchObject({ contact: 'erased:1', message: '', status: 'uncertain' })
  })
})

interface Row {
  readonly message_id: number
}

interface Answer {
  readonly data: readonly Row[]
  readonly client: { readonly client_id: number }
}

async function withNode(work: (node: WholeNode) => Promise<void>): Promise<void> {
  expect(await migrate(database.url)).toMatchObject({ kind: 'migrated' })
  const node = await startWholeNode(database.url)
  try {
    await work(node)
  } finally {
    await node.app.stop()
  }
}

async function call(node: WholeNode, method: string, path: string, body?: unknown): Promise<Answer> {
  const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(node.url + path.replace('+2', '%2B2'), { method, ...init })
  return (await response.json()) as Answer
}

/** All that was written. */
async function serveOnce(toTerminal: boolean): Promise<string> {
  const written: string[] = []
  const reading = readConfig({ DATABASE_URL: database.url, PORT: String(await freePort()) })
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  let stop = (): void => undefined
  const told = new Promise<void>((resolve) => (stop = resolve))
  const write = (text: string): void => void written.push(text)
  const serving = serve({
    config: reading.config,
    version: '0.0.0',
    log: createLog(toTerminal ? 'silent' : 'info', { write }),
    terminal: toTerminal ? createTerminal({ write, colour: false, columns: () => 80, now: () => new Date() }) : null,
    told,
    uptime: () => 0,
    platform: 'linux',
  })
  try {
    await Promise.race([serving, until(() => /Ready in|"event":"ready"/.test(written.join('')) || undefined)])
  } finally {
    stop()
    await serving
  }
  return written.join('')
}
