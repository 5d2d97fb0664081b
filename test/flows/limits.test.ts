import { expect, test } from 'vitest'
import { ANYONE, type Caller } from '../../src/domain/caller.ts'
import { TidingsError } from '../../src/domain/errors.ts'
import { onlyWay } from '../../src/domain/push/push-ways.ts'
import { createKeyGuard } from '../../src/flows/sending/idempotent.ts'
import { createPushFlow, type PushFlowParts } from '../../src/flows/push/push.ts'
import { createSmsFlow, type SmsFlowParts } from '../../src/flows/sms/sms.ts'
import type { Db } from '../../src/store/db.ts'

const KEY: Caller = { ...ANYONE, name: 'key:ab12CD34ef', keyId: 7, countries: new Set(['EG']), topics: ['city-*'] }

const clock = (): Date => new Date('2026-03-01T14:00:00Z')
const twilio = { provider: 'twilio', sender: null, pricePerSegment: null, price: null, reason: '' }
const router = { choose: () => twilio }
const noDatabase: unknown = null
// What a call alone decides needs nothing else of a flow.
const smsParts: unknown = { router, defaultCountry: null, textFormat: '{message}', staging: null, clock }
const keys = createKeyGuard(noDatabase as Db)
const pushParts: unknown = { ways: onlyWay('fcm'), staging: null, keys, clock }
const sms = createSmsFlow(smsParts as SmsFlowParts)
const push = createPushFlow(pushParts as PushFlowParts)

const SMS = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }
const PUSH = { title: 'Hello', body: 'There' }

function refusal(work: () => unknown): TidingsError | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof TidingsError) return error
    throw error
  }
}

test('a key for some countries texts no other one, in whatever spelling the number comes', () => {
  expect(refusal(() => sms.prepare(SMS, KEY))).toBeNull()
  const french = refusal(() => sms.prepare({ ...SMS, contact: '+33 1 99 00 12 34' }, KEY))
  expect(french).toMatchObject({ code: 'forbidden', details: [{ path: 'contact' }] })
  expect(french?.message).not.toContain('99')
  // Freephone numbers that belong to no country.
  expect(refusal(() => sms.prepare({ ...SMS, contact: '+80012345678' }, KEY))?.code).toBe('forbidden')
  expect(refusal(() => sms.prepare({ ...SMS, contact: '+33199001234' }, ANYONE))).toBeNull()
})

test('a key for some topics notifies no other one', async () => {
  await expect(push.acceptTopic(PUSH, 'news', KEY, null)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(push.prepareTopic(PUSH, 'news', KEY)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(push.prepareTopic(PUSH, 'city-cairo', KEY)).resolves.toBeDefined()
})

test('what a test key sends is captured, also beside a live provider, and the message keeps whose key it was', () => {
  expect(sms.prepare(SMS, KEY).message).toMatchObject({ provider: 'twilio', keyId: 7 })
  expect(sms.prepare(SMS, { ...KEY, mode: 'test' }).message).toMatchObject({ provider: 'sandbox', keyId: 7 })
})
