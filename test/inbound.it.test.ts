import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTidings, type Schema, type Tidings } from '../src/client/tidings.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

const CONTACT = '+201009129288'
const SENDER = '+15005550006'
const TOKEN = 'twilio-token-of-nobody'
const PUBLIC_URL = 'https://tidings.example.com'

let database: TestDatabase
let node: WholeNode
let client: Tidings

/** SMS are captured; a second node, on the same database, has a provider that calls back. */
let live: WholeNode

const TWILIO = {
  PUBLIC_URL,
  AUTH: 'off',
  TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000000',
  TWILIO_AUTH_TOKEN: TOKEN,
  TWILIO_FROM: SENDER,
  // Nobody listens there: nothing is to be sent in these tests.
  TWILIO_BASE_URL: 'http://127.0.0.1:9',
  SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
}

beforeAll(async () => {
  database = await createTestDatabase()
  node = await startWholeNode(database.url, { SMS_RATE_LIMIT_PER_MINUTE: '0' })
  live = await startWholeNode(database.url, TWILIO)
  client = createTidings({ url: node.url })
})

afterAll(async () => {
  await live?.app.stop()
  await node?.app.stop()
  await database?.drop()
})

/** As Twilio signs: the URL, then each field's name and value in the order of names. Source: twilio.com/docs/usage/security. */
function signed(path: string, fields: Readonly<Record<string, string>>, token = TOKEN): RequestInit {
  const names = Object.keys(fields).toSorted()
  const text = names.reduce((sum, name) => `${sum}${name}${fields[name] ?? ''}`, `${PUBLIC_URL}${path}`)
  const signature = createHmac('sha1', token).update(text).digest('base64')
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature }
  return { method: 'POST', headers, body: new URLSearchParams(fields).toString() }
}

const PATH = '/callbacks/twilio/inbound'

function twilioText(
  sid: string,
  from: string,
  words: string,
  more: Readonly<Record<string, string>> = {},
): RequestInit {
  const MessageSid = `SM${sid.padStart(32, '0')}`
  return signed(PATH, { MessageSid, From: from, To: SENDER, Body: words, NumSegments: '1', ...more })
}

async function all<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of list) items.push(item)
  return items
}

test('a text that Twilio hands over is stored, answered with TwiML that says nothing, and read again', async () => {
  const person = '+15005550001'
  const answer = await fetch(`${live.url}${PATH}`, twilioText('1', person, 'Where is my parcel?'))
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toContain('text/xml')
  expect(await answer.text()).toMatch(/<Response\/>$/)
  await fetch(`${live.url}${PATH}`, twilioText('1', person, 'Where is my parcel?'))
  const found = await all(client.inbound.list({ contact: person }))
  expect(found).toMatchObject([
    {
      contact: person,
      sent_to: SENDER,
      message: 'Where is my parcel?',
      provider: 'twilio',
      action: null,
      review: false,
    },
  ])
  expect(await all(client.inbound.list({ contact: person, since: '2020-01-01' }))).toHaveLength(1)
  expect(await all(client.inbound.list({ contact: person, since: '2099-01-01' }))).toEqual([])
})

test('a text that is not signed is refused, and one for nobody is not found', async () => {
  const text = twilioText('2', '+15005550002', 'STOP')
  const forged = signed(
    PATH,
    { MessageSid: `SM${'2'.padStart(32, '0')}`, From: '+15005550002', To: SENDER, Body: 'STOP' },
    'another token',
  )
  expect((await fetch(`${live.url}${PATH}`, forged)).status).toBe(403)
  expect((await fetch(`${live.url}/callbacks/nobody/inbound`, text)).status).toBe(404)
  expect(await all(client.inbound.list({ contact: '+15005550002' }))).toEqual([])
})

test('lists are read page by page, newest first', async () => {
  const person = '+15005550003'
  for (const sid of ['31', '32', '33']) await fetch(`${live.url}${PATH}`, twilioText(sid, person, `text ${sid}`))
  const page = await fetch(`${node.url}/inbound?contact=${encodeURIComponent(person)}&limit=2`)
  const body = (await page.json()) as Schema<'InboundList'>
  expect(body.data.map((one) => one.message)).toEqual(['text 33', 'text 32'])
  expect(page.headers.get('link')).toContain(`cursor=${body.next ?? ''}`)
  expect((await all(client.inbound.list({ contact: person, limit: 2 }))).map((one) => one.message)).toEqual([
    'text 33',
    'text 32',
    'text 31',
  ])
  expect((await fetch(`${node.url}/inbound?review=perhaps`)).status).toBe(400)
})

test('after a STOP a message is accepted, and says at once that it is not sent; so does its repetition', async () => {
  const person = '+15005550004'
  await fetch(`${live.url}${PATH}`, twilioText('4', person, 'Stop.'))
  const sms = { contact: person, subject: 'News', message: 'We open at nine' }
  const send = (): Promise<Schema<'SmsAccepted'>> => client.sms.send(sms, { idempotencyKey: 'after-a-stop' })
  const first = await send()
  expect(first).toMatchObject({ status: 'suppressed', reason: 'opted_out' })
  expect(await send()).toEqual(first)
  const read = await client.sms.get(first.message_id)
  expect(read).toMatchObject({ status: 'suppressed', reason: 'opted_out', attempts: [] })
  expect(read.verdict).toContain('STOP')
  const code = await client.sms.send({ ...sms, category: 'otp' })
  expect(code.status).toBe('queued')
  await fetch(`${live.url}${PATH}`, twilioText('5', person, 'Start'))
  expect(await client.sms.send(sms)).toMatchObject({ status: 'queued' })
})

test('of a batch each item says whether it is sent', async () => {
  const person = '+15005550005'
  await client.optOuts.add({ contact: person })
  const answer = await fetch(`${node.url}/smss/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ subject: 'a', message: 'b', items: [{ contact: person }, { contact: CONTACT }] }),
  })
  expect(await answer.json()).toMatchObject({
    data: [{ status: 'suppressed', reason: 'opted_out' }, { status: 'queued' }],
  })
})

test('opt-outs are entered, listed and ended by whoever may', async () => {
  const person = '+15005550009'
  const one = await client.optOuts.add({ contact: person, sender_group: 'news' })
  expect(one).toMatchObject({ contact: person, sender_group: 'news', source: 'api', keyword: null })
  expect(await all(client.optOuts.list({ contact: person }))).toEqual([one])
  expect(await client.optOuts.remove(person, { senderGroup: 'news' })).toBe(1)
  await expect(client.optOuts.remove(person)).rejects.toMatchObject({ code: 'not_found' })
  await expect(client.optOuts.add({ contact: '12' })).rejects.toMatchObject({ code: 'invalid_contact' })
})

test('the contact that answers STOP does so: an inbound, an opt-out, an answer, and nothing more to it', async () => {
  const person = '+15005550107'
  await client.sms.send({ contact: person, subject: 'a', message: 'Hello' })
  const stop = await until(async () => (await all(client.inbound.list({ contact: person }))).at(-1))
  expect(stop).toMatchObject({ message: 'STOP', action: 'stop', provider: 'sandbox' })
  const reply = await client.sms.get(stop.reply_message_id ?? 0)
  expect(reply).toMatchObject({
    contact: person,
    sender: stop.sent_to,
    message: expect.stringContaining('START') as string,
  })
  expect(await client.sms.send({ contact: person, subject: 'a', message: 'Again' })).toMatchObject({
    status: 'suppressed',
  })
})

test('what comes in, and who opts out, is told to those who follow events', async () => {
  const person = '+15005550011'
  const stop = new AbortController()
  const told: string[] = []
  const types = ['sms.inbound', 'client.opted_out', 'client.opted_in'] as const
  const following = (async () => {
    const options = { signal: stop.signal, onReady: () => void told.push('ready') }
    for await (const { type, data } of client.events({ types, payload: 'full' }, options)) {
      // The phone that answers STOP does so to its confirmation, too.
      if (data['contact'] === person) told.push(`${type} ${String(data['message'] ?? data['sender_group'])}`)
    }
  })().catch(() => undefined)
  await until(() => told.includes('ready'))
  await fetch(`${live.url}${PATH}`, twilioText('11', person, 'STOP'))
  await fetch(`${live.url}${PATH}`, twilioText('12', person, 'START'))
  await until(() => told.length >= 5)
  stop.abort()
  await following
  expect(told.slice(1).toSorted()).toEqual([
    'client.opted_in default',
    'client.opted_out default',
    'sms.inbound START',
    'sms.inbound STOP',
  ])
})

test('a dry run says that its recipient has opted out', async () => {
  const person = '+15005550012'
  await client.optOuts.add({ contact: person })
  const sms = { contact: person, subject: 'a', message: 'b' }
  const warned = async (category: 'otp' | 'transactional'): Promise<boolean> =>
    (await client.sms.dryRun({ ...sms, category })).warnings.some((warning) => warning.includes('opted out'))
  expect([await warned('transactional'), await warned('otp')]).toEqual([true, false])
})

test('texts and calls of providers are counted', async () => {
  const page = await (await fetch(`${live.url}/metrics`)).text()
  expect(page).toMatch(/^tidings_inbound_total\{provider="twilio",action="stop"\} [1-9]/m)
  expect(page).toMatch(/^tidings_callbacks_total\{provider="twilio",result="forged"\} 1$/m)
})
