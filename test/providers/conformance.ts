import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Msisdn } from '../../src/domain/contact.ts'
import type { CheckStep, OutboundSms, ProviderCallback, SmsProvider } from '../../src/domain/provider.ts'

/** One provider and a far side that plays its part. Null: this provider has no such life to play. */
export interface SmsStage {
  readonly provider: SmsProvider
  /** What an accepted message becomes here. */
  readonly accepted: 'sent' | 'captured'
  readonly contacts: {
    readonly accepted: Msisdn
    readonly refusedForGood: Msisdn | null
    readonly throttled: Msisdn | null
    /** The far side takes the message, then its answer is lost. */
    readonly uncertain: Msisdn | null
    /** The far side reads the request and never answers. */
    readonly hanging: Msisdn | null
  }
  /** A genuine callback that says `delivered`; null where there are none. */
  readonly callback: (() => ProviderCallback) | null
  close(): Promise<void>
}

const REASON = /^[a-z][a-z0-9_]*$/
const forever = new AbortController().signal

/** What every SmsProvider promises. */
export function conformsAsSmsProvider(name: string, setStage: () => Promise<SmsStage>): void {
  describe(`${name} as an SMS provider`, () => {
    let stage: SmsStage
    beforeAll(async () => {
      stage = await setStage()
    })
    afterAll(() => stage.close())

    it('has a name that can stand in a path, and a window of at least one', () => {
      expect(stage.provider.name).toMatch(/^[a-z][a-z0-9-]*$/)
      expect(stage.provider.window).toBeGreaterThanOrEqual(1)
    })

    it('gives every accepted message an id of its own', async () => {
      const first = await stage.provider.submit(smsTo(stage.contacts.accepted, 1), forever)
      const second = await stage.provider.submit(smsTo(stage.contacts.accepted, 2), forever)
      expect(first).toMatchObject({ kind: 'accepted', status: stage.accepted })
      expect(second).toMatchObject({ kind: 'accepted', status: stage.accepted })
      const ids = [first, second].map((outcome) => (outcome.kind === 'accepted' ? outcome.providerMessageId : null))
      expect(new Set(ids).size).toBe(stage.accepted === 'sent' ? 2 : new Set(ids).size)
    })

    it('resolves with a failure for a message that is refused for good', async ({ skip }) => {
      const contact = stage.contacts.refusedForGood ?? skip('this provider refuses nothing')
      const { failure } = refused(await stage.provider.submit(smsTo(contact, 3), forever))
      expect(['permanent', 'recipient-gone']).toContain(failure.class)
      expect(failure.reason).toMatch(REASON)
      expect(failure.status).not.toBe('uncertain')
    })

    it('counts no attempt while it is throttled, and knows how long to wait', async ({ skip }) => {
      const contact = stage.contacts.throttled ?? skip('this provider never throttles')
      const { failure } = refused(await stage.provider.submit(smsTo(contact, 4), forever))
      expect(failure).toMatchObject({ class: 'throttled', counted: false, pause: 'lane' })
      const waits = [failure.waitMs, ...(failure.waitsMs ?? [])].filter((wait) => wait !== null)
      expect(waits.length).toBeGreaterThan(0)
      for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(0)
    })

    it('is uncertain of a message whose answer was lost', async ({ skip }) => {
      const contact = stage.contacts.uncertain ?? skip('this provider loses no answers')
      const { failure } = refused(await stage.provider.submit(smsTo(contact, 5), forever))
      expect(failure).toMatchObject({ class: 'uncertain', status: 'uncertain' })
      expect(failure.reason).toMatch(REASON)
    })

    it('has sent nothing when it is stopped before it starts', async () => {
      const outcome = await stage.provider.submit(smsTo(stage.contacts.accepted, 6), AbortSignal.abort())
      if (stage.accepted === 'captured' && outcome.kind === 'accepted') return
      expect(refused(outcome).failure).toMatchObject({ class: 'transient', reason: 'not_sent', counted: false })
    })

    it('is uncertain of a message when it is stopped while it waits for the answer', async ({ skip }) => {
      const contact = stage.contacts.hanging ?? skip('this provider never hangs')
      const outcome = await stage.provider.submit(smsTo(contact, 7), AbortSignal.timeout(200))
      expect(refused(outcome).failure).toMatchObject({ class: 'uncertain', status: 'uncertain' })
    })

    it('believes a genuine callback, if it is called back at all', () => {
      if (stage.callback === null) return
      const reading = stage.provider.readCallback(stage.callback())
      expect(reading).toMatchObject({
        kind: 'receipts',
        receipts: [{ provider: stage.provider.name, status: 'delivered' }],
      })
    })

    it('never throws on a callback, and believes no body but the genuine one', () => {
      const genuine = stage.callback?.() ?? {
        url: 'https://tidings.example/callbacks/x/status',
        headers: {},
        body: Buffer.of(),
      }
      fc.assert(
        fc.property(fc.uint8Array(), (bytes) => {
          const body = Buffer.from(bytes)
          fc.pre(!body.equals(genuine.body))
          expect(stage.provider.readCallback({ ...genuine, body }).kind).not.toBe('receipts')
        }),
      )
    })

    it('says of each check that fails how to mend it', async () => {
      const steps: CheckStep[] = []
      for await (const step of stage.provider.check(forever)) steps.push(step)
      expect(steps.length).toBeGreaterThan(0)
      expect(steps.filter((step) => !step.ok && step.fix === null)).toEqual([])
    })

    it('can be closed twice', async () => {
      await stage.provider.close()
      await expect(stage.provider.close()).resolves.toBeUndefined()
    })
  })
}

export function smsTo(contact: Msisdn, messageId: number, more: Partial<OutboundSms> = {}): OutboundSms {
  const text = `Your parcel ${messageId} is at the door`
  return { messageId, attempt: 1, contact, sender: null, text, segments: 1, validitySeconds: 600, ...more }
}

function refused(outcome: Awaited<ReturnType<SmsProvider['submit']>>): Extract<typeof outcome, { kind: 'refused' }> {
  if (outcome.kind !== 'refused') throw new Error(`expected a refusal, got ${outcome.kind}`)
  return outcome
}
