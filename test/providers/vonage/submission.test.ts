import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contactOf, smsTo } from '../../../src/conformance/stage.ts'
import type { CheckStep, SmsProvider } from '../../../src/domain/provider.ts'
import { buildSubmission, proofOf } from '../../../src/providers/vonage/requests.ts'
import { FROM, PUBLIC_URL, setVonageStage, vonageWith, type VonageStage } from './stage.ts'

const forever = new AbortController().signal
const TO = contactOf('+201009129288')

let stage: VonageStage
beforeAll(async () => {
  stage = await setVonageStage()
})
afterAll(() => stage.close())

function fieldsOf(more: Parameters<typeof smsTo>[2] = {}, publicUrl: string | null = null): Record<string, string> {
  const request = buildSubmission({ ...stage.options, publicUrl }, smsTo(TO, 7, more))
  return Object.fromEntries(new URLSearchParams(request.body ?? ''))
}

describe('a request', () => {
  it('writes numbers without a plus sign, the validity in milliseconds, and names the attempt', () => {
    expect(fieldsOf()).toEqual({
      from: FROM,
      to: '201009129288',
      text: 'Your parcel 7 is at the door',
      type: 'text',
      ttl: '600000',
      'client-ref': '7.1',
    })
  })

  it('has its key in a header, where no log of addresses shows it', () => {
    const { url, headers, body } = buildSubmission(stage.options, smsTo(TO, 7))
    const { apiKey, apiSecret } = stage.options
    expect(headers['authorization']).toBe(`Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`)
    expect(url + (body ?? '')).not.toContain(apiSecret)
  })

  it('says unicode as soon as a character is not of the GSM alphabet', () => {
    expect(fieldsOf({ text: '€ [ok]' })['type']).toBe('text')
    expect(fieldsOf({ text: 'кофе' })).toMatchObject({ type: 'unicode', text: 'кофе' })
  })

  it.each([
    [1, '20000'],
    [86_400, '86400000'],
    [30 * 86_400, '604800000'],
  ])('keeps a validity of %d s within what Vonage takes', (validitySeconds, ttl) => {
    expect(fieldsOf({ validitySeconds })['ttl']).toBe(ttl)
  })

  it('has the sender of the message, where it names one', () => {
    expect(fieldsOf({ sender: '+15005550007' })['from']).toBe('15005550007')
    expect(fieldsOf({ sender: 'Acme' })['from']).toBe('Acme')
  })

  it('asks for receipts at an address that nobody can guess', () => {
    const proof = proofOf(stage.options.apiSecret, '7.1')
    expect(proof).toMatch(/^[\w-]{22}$/)
    expect(fieldsOf({}, PUBLIC_URL)['callback']).toBe(`${PUBLIC_URL}/callbacks/vonage/status?proof=${proof}`)
    expect(fieldsOf({ attempt: 2 }, PUBLIC_URL)['callback']).not.toContain(proof)
  })
})

describe('a submission', () => {
  it('of three parts gets three ids', async () => {
    const sms = smsTo(TO, 8, { text: 'x'.repeat(400) })
    const outcome = await stage.provider.submit(sms, forever)
    const parts = outcome.kind === 'accepted' ? (outcome.parts ?? []) : []
    expect(parts.map(({ number, total }) => [number, total])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ])
    const message = stage.fake.messages().find(({ text }) => text === sms.text)
    expect(message?.parts.map(({ messageId }) => messageId)).toEqual(parts.map((part) => part.providerMessageId))
  })

  it('of which one part is refused is none', async () => {
    const sms = smsTo(contactOf('+15007360000'), 9, { text: 'x'.repeat(400) })
    expect(await stage.provider.submit(sms, forever)).toMatchObject({
      kind: 'refused',
      failure: { class: 'transient' },
    })
    expect(await stage.provider.submit(sms, forever)).toMatchObject({ kind: 'accepted' })
  })
})

async function stepsOf(provider: SmsProvider): Promise<Record<string, CheckStep>> {
  const steps: [string, CheckStep][] = []
  for await (const step of provider.check(forever)) steps.push([step.name, step])
  await provider.close()
  return Object.fromEntries(steps)
}

describe('the check', () => {
  it('finds all well, and says where texts that come in are taken', async () => {
    const steps = await stepsOf(vonageWith({ ...stage.options, publicUrl: PUBLIC_URL }))
    expect(Object.values(steps).filter(({ ok }) => !ok)).toEqual([])
    expect(Object.keys(steps)).toEqual(['reachable', 'credentials', 'credit', 'receipts', 'inbound'])
    expect(steps['inbound']?.detail).toContain(`${PUBLIC_URL}/callbacks/vonage/inbound`)
  })

  it('finds a wrong secret and a place where nobody is', async () => {
    const wrong = await stepsOf(vonageWith({ ...stage.options, apiSecret: 'wrong' }))
    expect(wrong['credentials']).toMatchObject({
      ok: false,
      fix: expect.stringContaining('VONAGE_API_SECRET') as string,
    })
    const nobody = await stepsOf(vonageWith({ ...stage.options, baseUrl: 'http://127.0.0.1:1' }))
    expect(nobody['reachable']).toMatchObject({ ok: false, fix: expect.stringContaining('127.0.0.1:1') as string })
  })
})
