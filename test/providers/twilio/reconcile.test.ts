import { afterEach, describe, expect, it } from 'vitest'
import type { OutboundSms } from '../../../src/domain/provider.ts'
import type { FakeTwilioOptions } from '../../../src/fakes/twilio.ts'
import type { HttpCall } from '../../../src/providers/http-call.ts'
import { reconcile } from '../../../src/providers/twilio/reconcile.ts'
import type { TwilioOptions } from '../../../src/providers/twilio/options.ts'
import { smsTo } from '../conformance.ts'
import { contact, FROM, optionsFor, setTwilioStage, type TwilioStage } from './stage.ts'

const forever = new AbortController().signal
const TO = contact('+201009129288')
const SERVICE = { kind: 'messaging-service', sid: `MG${'b'.repeat(32)}` } as const
const SMS = smsTo(TO, 7)
const stages: TwilioStage[] = []

afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.close()
})

async function stageOf(fake: FakeTwilioOptions = {}, more: Partial<TwilioOptions> = {}): Promise<TwilioStage> {
  const stage = await setTwilioStage(fake, more)
  stages.push(stage)
  return stage
}

function ask(stage: TwilioStage, sms: OutboundSms = SMS, startedAt = new Date()) {
  return stage.provider.reconcile?.(sms, startedAt, forever)
}

describe('a submission whose answer was lost', () => {
  it.each([
    ['a number', {}],
    ['a messaging service', { sender: SERVICE }],
  ])('is found among Twilio’s messages, sent from %s', async (_from, more) => {
    const stage = await stageOf({ script: () => ({ link: 'reset' }) }, more)
    const outcome = await stage.provider.submit(SMS, forever)
    expect(outcome).toMatchObject({ failure: { class: 'uncertain' } })
    await stage.fake.drained()
    const providerMessageId = stage.fake.messages()[0]?.sid
    expect(await ask(stage)).toMatchObject({
      kind: 'found',
      receipt: { providerMessageId, status: 'delivered', attempt: { messageId: 7, number: 1 }, failure: null },
    })
  })

  it('is absent when Twilio never took it', async () => {
    const stage = await stageOf({ script: () => ({ link: 'reset', lose: true }) })
    await stage.provider.submit(SMS, forever)
    expect(await ask(stage)).toEqual({ kind: 'absent' })
  })

  it('is not taken for another text, recipient, sender or hour', async () => {
    let clock = new Date()
    const stage = await stageOf({ now: () => clock })
    await stage.provider.submit({ ...SMS, text: `${SMS.text}.` }, forever)
    await stage.provider.submit({ ...SMS, contact: contact('+201009129289') }, forever)
    await stage.provider.submit({ ...SMS, sender: 'Other' }, forever)
    clock = new Date(Date.now() - 3_600_000)
    await stage.provider.submit(SMS, forever)
    clock = new Date(Date.now() + 3_600_000)
    await stage.provider.submit(SMS, forever)
    expect(await ask(stage)).toEqual({ kind: 'absent' })
  })

  it('stays unclear when two messages could be it', async () => {
    const stage = await stageOf()
    await stage.provider.submit(SMS, forever)
    await stage.provider.submit(SMS, forever)
    expect(await ask(stage)).toEqual({ kind: 'unclear' })
  })

  it('is found with the words that a trial account puts before it', async () => {
    const stage = await stageOf()
    await stage.provider.submit({ ...SMS, text: `Sent from your Twilio trial account - ${SMS.text}` }, forever)
    expect(await ask(stage)).toMatchObject({ kind: 'found' })
  })

  it('is found behind many newer messages to the same number', async () => {
    const stage = await stageOf()
    await stage.provider.submit(SMS, forever)
    const others = Array.from({ length: 120 }, (_, i) => smsTo(TO, 100 + i))
    await Promise.all(others.map((sms) => stage.provider.submit(sms, forever)))
    expect(await ask(stage)).toMatchObject({
      kind: 'found',
      receipt: { providerMessageId: stage.fake.messages()[0]?.sid },
    })
    expect(await ask(stage, smsTo(TO, 99))).toEqual({ kind: 'absent' })
  })

  it('stays unclear behind more messages than we read', async () => {
    const stage = await stageOf()
    const others = Array.from({ length: 501 }, (_, i) => smsTo(TO, 100 + i))
    await Promise.all(others.map((sms) => stage.provider.submit(sms, forever)))
    expect(await ask(stage)).toEqual({ kind: 'unclear' })
  })

  it('is to be asked again while Twilio refuses us or can’t be reached', async () => {
    const stage = await stageOf({}, { authToken: 'wrong' })
    expect(await ask(stage)).toEqual({ kind: 'unanswered' })
    const lost = await stageOf({}, { baseUrl: 'http://nowhere.invalid' })
    expect(await ask(lost)).toEqual({ kind: 'unanswered' })
  })
})

describe('what Twilio lists', () => {
  const record = { sid: `SM${'a'.repeat(32)}`, status: 'sent', body: SMS.text, direction: 'outbound-api', from: FROM }
  const now = new Date()
  const created = { date_created: now.toUTCString(), date_updated: now.toUTCString() }

  /** Reconciles against these pages and tells which were asked for. */
  async function against(...pages: unknown[]) {
    const asked: string[] = []
    const call: HttpCall = {
      send(request) {
        asked.push(request.url)
        const body = Buffer.from(JSON.stringify(pages[asked.length - 1] ?? {}))
        return Promise.resolve({ kind: 'answer', status: 200, headers: {}, body })
      },
      close: () => Promise.resolve(),
    }
    const options = optionsFor({ accountSid: 'AC1', authToken: 'token', url: 'https://api.twilio.com' })
    return { ...(await reconcile(options, call, SMS, now, forever)), asked: asked.length }
  }

  it('is followed to its next page', async () => {
    const next = { messages: [], next_page_uri: '/2010-04-01/Accounts/AC1/Messages.json?Page=1' }
    expect(await against(next, { messages: [{ ...record, ...created }] })).toMatchObject({ kind: 'found', asked: 2 })
  })

  it.each(['/2010-04-01/Accounts/AC2/Messages.json?Page=1', '//elsewhere.example/', '@elsewhere.example/'])(
    'is not followed to other places: %s',
    async (uri) => {
      expect(await against({ messages: [], next_page_uri: uri })).toMatchObject({ kind: 'unclear', asked: 1 })
    },
  )

  it.each([
    ['a text that was redacted', { ...record, ...created, body: '' }],
    ['a message without a date', { ...record, date_created: null }],
    ['a message without an id', { ...record, ...created, sid: null }],
    ['nothing of the kind', 7],
  ])('is unclear with %s', async (_what, message) => {
    expect(await against({ messages: [message], next_page_uri: null })).toMatchObject({ kind: 'unclear' })
  })

  it('may hold an answer of the recipient’s with the same words', async () => {
    const inbound = { ...record, ...created, direction: 'inbound', status: 'received' }
    expect(await against({ messages: [inbound], next_page_uri: null })).toMatchObject({ kind: 'absent' })
  })
})

describe('a message that Twilio took', () => {
  it('can be asked after', async () => {
    const stage = await stageOf()
    const to = contact('+15006300032')
    const outcome = await stage.provider.submit(smsTo(to, 8), forever)
    await stage.fake.drained()
    const sid = outcome.kind === 'accepted' ? (outcome.providerMessageId ?? '') : ''
    expect(await stage.provider.poll?.(sid, forever)).toMatchObject({
      providerMessageId: sid,
      attempt: null,
      status: 'undelivered',
      failure: { reason: 'unreachable', code: '30003' },
      at: expect.any(Date) as Date,
    })
  })

  it.each(['SM404', '../Messages', ''])('says nothing under another id: %j', async (sid) => {
    const stage = await stageOf()
    expect(await stage.provider.poll?.(sid, forever)).toBeNull()
  })
})

async function checked(more: Partial<TwilioOptions>): Promise<string[]> {
  const steps: string[] = []
  const stage = await stageOf({}, more)
  for await (const step of stage.provider.check(forever)) steps.push(`${step.name} ${step.ok ? 'ok' : 'not ok'}`)
  return steps
}

it('a check tells a wrong key, and an API that can’t be reached', async () => {
  expect(await checked({})).toEqual(['reachable ok', 'credentials ok', 'receipts ok'])
  expect(await checked({ authToken: 'wrong' })).toEqual(['reachable ok', 'credentials not ok', 'receipts ok'])
  expect(await checked({ baseUrl: 'http://nowhere.invalid' })).toEqual(['reachable not ok'])
})
