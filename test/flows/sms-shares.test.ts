import { expect, test } from 'vitest'
import { ANYONE, type Caller } from '../../src/domain/caller.ts'
import { createSmsBatches } from '../../src/flows/sms/batch.ts'
import { createSmsFlow, type SmsFlow, type SmsFlowParts } from '../../src/flows/sms/sms.ts'
import { NO_RULES } from '../../src/flows/sms/sms-rules.ts'
import type { Db } from '../../src/store/db.ts'
import { onlyThrough } from '../support/router.ts'

const INPUT = { contact: '+201009129288', subject: 'Hello', message: 'A text' }
const TEST_KEY: Caller = { ...ANYONE, name: 'key:ab12CD34ef', mode: 'test' }
const REJECTED = { status: 'rejected', reason: 'pumping' } as const

/** `ended`: what the database says of each message. Shares are `taken`, and then `goes` or `stays`. */
function rig(
  ended: typeof REJECTED | null = null,
  staging: SmsFlowParts['staging'] = null,
): { sms: SmsFlow; shares: string[]; intake: SmsFlowParts['intake'] } {
  const shares: string[] = []
  const router = {
    ...onlyThrough('carrier'),
    take: () => (shares.push('taken'), (goes: boolean) => void shares.push(goes ? 'goes' : 'stays')),
  }
  const row = { id: 1, held: ended === null, ended, flag: null }
  const intake: unknown = {
    acceptSms: async () => row,
    addBatch: async () => ({
      kind: 'stored',
      rows: [
        { kind: 'made', ...row },
        { kind: 'taken', first: null },
      ],
    }),
  }
  const parts: unknown = {
    intake,
    router,
    keys: { once: async (_: unknown, ready: () => { insert: (none: null) => unknown }) => ready().insert(null) },
    rules: NO_RULES,
    defaultCountry: null,
    textFormat: '{message}',
    staging,
    clock: () => new Date('2026-06-01T12:00:00Z'),
  }
  return { sms: createSmsFlow(parts as SmsFlowParts), shares, intake: intake as SmsFlowParts['intake'] }
}

test('a message uses its share of a way when it is about to be stored, and not when it is looked at', async () => {
  const { sms, shares } = rig()
  sms.prepare(INPUT, ANYONE)
  expect(shares).toEqual([])
  await sms.accept(INPUT, ANYONE, null)
  expect(shares).toEqual(['taken', 'goes'])
})

test('what is captured takes none, and what is rejected gives it back', async () => {
  const captured = rig()
  await captured.sms.accept(INPUT, TEST_KEY, null)
  expect(captured.shares).toEqual([])
  const elsewhere = rig(null, { onlyTo: [], redirectNumber: null, redirectToken: null })
  await elsewhere.sms.accept(INPUT, ANYONE, null)
  expect(elsewhere.shares).toEqual([])
  const rejected = rig(REJECTED)
  await rejected.sms.accept(INPUT, ANYONE, null)
  expect(rejected.shares).toEqual(['taken', 'stays'])
})

test('of a batch, each message that is stored takes one', async () => {
  const { sms, shares, intake } = rig()
  const noDatabase: unknown = null
  const batches = createSmsBatches({ db: noDatabase as Db, sms, intake })
  const item = { call: INPUT, idempotency: null }
  const prepared = await batches.prepare([item, item], ANYONE)
  expect(shares).toEqual([])
  await batches.store(prepared, { partial: true, idempotency: null })
  expect(shares).toEqual(['taken', 'taken', 'goes', 'stays'])
})
