import { expect, test } from 'vitest'
import type { Intake } from '../../src/delivery/intake.ts'
import { TidingsError } from '../../src/domain/errors.ts'
import { createMetering } from '../../src/wiring/metering.ts'
import { createMeters } from '../../src/metrics/meters.ts'
import type { StoredBatch } from '../../src/store/sms/batches.ts'
import { message } from '../support/node.ts'

const BATCH = [message(), message(), message({ category: 'marketing' })]

/** What is counted of a batch with which this happens. */
async function countedOf(addBatch: () => Promise<StoredBatch>): Promise<readonly string[]> {
  const unused = (): Promise<never> => Promise.reject(new Error('not asked for here'))
  const others = { addSms: unused, acceptSms: unused, addPush: unused, addLongPush: unused, close: unused }
  const intake: Intake = { ...others, addBatch }
  const meters = createMeters()
  await createMetering(meters, () => 0)
    .intake(intake)
    .addBatch(BATCH, null, () => null)
    .catch(() => undefined)
  const page = await meters.page('prometheus')
  return page.split('\n').filter((line) => line.startsWith('tidings_accepts_total{'))
}

test('a batch that could not be stored is counted as failed, each message of it', async () => {
  const away = new TidingsError('database_unavailable', 'It is away.', { retryAfterSeconds: 2 })
  expect(await countedOf(() => Promise.reject(away))).toEqual([
    'tidings_accepts_total{channel="sms",category="transactional",outcome="failed"} 2',
    'tidings_accepts_total{channel="sms",category="marketing",outcome="failed"} 1',
  ])
})

test('a batch that was refused for what its caller did is none that failed', async () => {
  const refused = new TidingsError('idempotency_conflict', 'Another body had this key.')
  expect(await countedOf(() => Promise.reject(refused))).toEqual([])
})

test('of a batch what is new is accepted, and what had its key before is replayed', async () => {
  const rows = [1, 2, 3].map((id) =>
    id === 2
      ? ({ kind: 'taken', first: null } as const)
      : ({ kind: 'made', id, held: true, ended: null, flag: null } as const),
  )
  expect(await countedOf(() => Promise.resolve({ kind: 'stored', rows }))).toEqual([
    'tidings_accepts_total{channel="sms",category="transactional",outcome="accepted"} 1',
    'tidings_accepts_total{channel="sms",category="transactional",outcome="replayed"} 1',
    'tidings_accepts_total{channel="sms",category="marketing",outcome="accepted"} 1',
  ])
})
