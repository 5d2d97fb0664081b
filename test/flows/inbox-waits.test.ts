import { setImmediate as turn } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import type { InboxEvent } from '../../src/flows/inbox/inbox-feed.ts'
import { createInboxWaits, type InboxWait, type InboxWaits } from '../../src/flows/inbox/inbox-waits.ts'
import type { Db } from '../../src/store/db.ts'
import { until } from '../support/until.ts'

const WAIT: InboxWait = {
  query: { to: 'some-token', tag: null, channel: null, since: null },
  timeoutMs: 30_000,
  withCode: false,
}

/** A push to several targets; which, only the database knows. */
const SEVERAL: InboxEvent = {
  kind: 'message',
  at: new Date(60_000),
  record: {
    channel: 'push',
    id: 1,
    topic: null,
    targets: 2,
    title: 'Parcel',
    body: 'It has arrived',
    content: {},
    tag: null,
    category: 'transactional',
    time: new Date(60_000),
    updatedAt: new Date(60_000),
    token: null,
    reason: null,
    counts: { captured: 2 },
  },
}

interface Stage {
  readonly waits: InboxWaits
  /** Searches begun, in order. */
  readonly searches: { answer(): void }[]
  tell(event: InboxEvent): void
}

/** Searches are answered by hand, with nothing; `sleep` says what time there is. */
function createStage(sleep: (ms: number) => Promise<void>): Stage {
  const searches: Stage['searches'] = []
  const takes: ((event: InboxEvent) => void)[] = []
  const query = async (statement: { name: string }): Promise<{ rows: unknown[] }> => {
    if (statement.name === 'read-clock') return { rows: [{ now: new Date(60_000) }] }
    await new Promise<void>((resolve) => void searches.push({ answer: resolve }))
    return { rows: [] }
  }
  const waits = createInboxWaits({
    db: { query } as unknown as Db,
    log: pino({ level: 'silent' }),
    now: () => 0,
    chance: () => 0,
    defaultCountry: null,
    sleep,
    feed: {
      follow: (take) => {
        takes.push(take)
        return { ready: Promise.resolve(new Date(60_000)), stop: () => undefined }
      },
      hint: () => undefined,
      close: async () => undefined,
    },
  })
  return { waits, searches, tell: (event) => takes.forEach((take) => take(event)) }
}

const never = (): Promise<void> => new Promise(() => undefined)

it('a caller searches once at a time, however many pushes to several targets come', async () => {
  const { waits, searches, tell } = createStage(never)
  const stop = new AbortController()
  const waited = waits.wait(WAIT, stop.signal)
  await until(() => searches.length === 1)
  for (let event = 0; event < 100; event++) tell(SEVERAL)
  await turn()
  expect(searches).toHaveLength(1)
  searches[0]?.answer()
  // Those that came during the first are all searched for by a second.
  await until(() => searches.length === 2)
  searches[1]?.answer()
  await turn()
  expect(searches).toHaveLength(2)
  tell(SEVERAL)
  await until(() => searches.length === 3)
  stop.abort()
  await Promise.race([waited, turn()])
})

it('once the time is up the caller is answered, though the search after an earlier message goes on', async () => {
  let resume = (): void => undefined
  const sleeps: number[] = []
  const { waits, searches } = createStage((ms) => {
    sleeps.push(ms)
    return ms === 30_000 ? new Promise((resolve) => (resume = resolve)) : Promise.resolve()
  })
  const waited = waits.wait(WAIT, new AbortController().signal)
  await until(() => searches.length === 1)
  searches[0]?.answer()
  await turn()
  resume()
  expect(await waited).toEqual({ kind: 'timeout', missedByMs: null })
  expect(searches).toHaveLength(2)
  expect(sleeps).toEqual([30_000, 1_000])
})
