import { afterEach, describe, expect, it } from 'vitest'
import { contactOf, smsTo } from '../../../src/conformance/stage.ts'
import type { CheckStep, Outcome, Receipt } from '../../../src/domain/provider.ts'
import { startSink, type Sink } from '../../../src/fakes/sink.ts'
import type { FakeHttpSmsOptions } from '../../../src/fakes/http-sms.ts'
import { envOf, exampleAt, httpSmsWith, setHttpSmsStage, settingsOf, type HttpSmsStage } from './stage.ts'

const forever = new AbortController().signal
const TO = contactOf('+201009129288')
const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** The example of the documentation, its look-alike, and a place that takes their calls. */
async function set(fakeOptions: FakeHttpSmsOptions = {}): Promise<HttpSmsStage & { sink: Sink }> {
  const stage = await setHttpSmsStage(fakeOptions)
  const sink = await startSink()
  const options = { ...stage.options, publicUrl: sink.url }
  const provider = httpSmsWith(options)
  closers.push(() => provider.close(), stage.close, sink.close)
  return { ...stage, options, provider, sink }
}

function receiptsOf({ sink, provider }: { sink: Sink; provider: HttpSmsStage['provider'] }): readonly Receipt[] {
  return sink.calls().flatMap(({ path, headers, body }) => {
    const call = {
      url: sink.url + path,
      headers: { 'x-signature': String(headers['x-signature']) },
      body: Buffer.from(body),
    }
    const reading = provider.readCallback(call)
    return reading.kind === 'receipts' ? reading.receipts : []
  })
}

describe('the provider of the documentation', () => {
  it('takes an SMS, and says what became of it', async () => {
    const stage = await set()
    const outcome = await stage.provider.submit(smsTo(TO, 7, { text: 'Ñandú "quoted" \\ {text}' }), forever)
    await stage.fake.drained()
    const id = idOf(outcome)
    expect(stage.fake.messages()).toEqual([
      {
        id,
        to: '201009129288',
        from: 'Acme',
        text: 'Ñandú "quoted" \\ {text}',
        reference: '7.1',
        validity: 600,
        callback: `${stage.sink.url}/callbacks/regional/status?attempt=7.1`,
      },
    ])
    const about = { provider: 'regional', providerMessageId: id, attempt: { messageId: 7, number: 1 } }
    expect(receiptsOf(stage)).toMatchObject([
      { ...about, status: 'sent', failure: null, contact: '+201009129288' },
      { ...about, status: 'delivered', at: expect.any(Date) as Date },
    ])
  })

  it.each([
    ['+15006001010', { class: 'permanent', reason: 'invalid_number', code: 'E101' }],
    ['+15006001050', { class: 'permanent', reason: 'opted_out', code: 'E105' }],
    ['+15006002010', { class: 'blocked', reason: 'out_of_credit', code: 'E201' }],
    ['+15007010000', { class: 'throttled', reason: 'rate_exceeded', waitMs: 1_000 }],
    ['+15007020000', { class: 'throttled', reason: 'rate_exceeded', waitsMs: [1_000] }],
    ['+15007100000', { class: 'uncertain', reason: 'provider_error' }],
    ['+15007120000', { class: 'uncertain', reason: 'reset' }],
  ])('refuses %s as its file says', async (to, failure) => {
    const { provider } = await set()
    expect(await provider.submit(smsTo(contactOf(to), 7), forever)).toMatchObject({ kind: 'refused', failure })
  })

  it('says why a message did not arrive', async () => {
    const stage = await set()
    await stage.provider.submit(smsTo(contactOf('+15006000272'), 7), forever)
    await stage.fake.drained()
    expect(receiptsOf(stage).map(({ status, failure }) => [status, failure?.reason, failure?.code])).toEqual([
      ['sent', undefined, undefined],
      ['undelivered', 'unreachable', '027'],
    ])
  })

  it('brings texts in', async () => {
    const { fake, provider, sink } = await set()
    await fake.text({ url: `${sink.url}/callbacks/regional/inbound`, from: '201009129288', to: '96167', text: 'Stop' })
    const [call] = sink.calls()
    const reading = provider.readInbound?.({
      url: sink.url + (call?.path ?? ''),
      headers: { 'x-signature': String(call?.headers['x-signature']) },
      body: Buffer.from(call?.body ?? ''),
    })
    expect(reading).toMatchObject({ messages: [{ from: '+201009129288', to: '96167', text: 'Stop' }] })
  })

  it('is looked at without sending', async () => {
    const { fake, options } = await set()
    const stepsOf = async (url: string, apiKey: string): Promise<readonly CheckStep[]> => {
      const settings = settingsOf(exampleAt(url), envOf({ ...fake, apiKey }))
      const provider = httpSmsWith({ ...options, settings })
      closers.push(() => provider.close())
      const steps: CheckStep[] = []
      for await (const step of provider.check(forever)) steps.push(step)
      return steps
    }
    expect((await stepsOf(fake.url, fake.apiKey)).map(({ name, ok }) => [name, ok])).toEqual([
      ['reachable', true],
      ['credentials', true],
      ['receipts', true],
      ['inbound', true],
    ])
    expect((await stepsOf(fake.url, 'wrong')).filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['credentials'])
    expect((await stepsOf('http://127.0.0.1:1', 'any')).filter(({ ok }) => !ok)).toMatchObject([{ name: 'reachable' }])
    expect(fake.messages()).toEqual([])
  })
})

function idOf(outcome: Outcome): string | null {
  return outcome.kind === 'accepted' ? outcome.providerMessageId : null
}
