import { setImmediate as turn } from 'node:timers/promises'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createInboxFeed, type InboxFeed } from '../../src/flows/inbox/inbox-feed.ts'
import type { Db } from '../../src/store/db.ts'
import { until } from '../support/until.ts'

/** A database that answers what a script says, by the name of the statement, and notes what it was asked. */
interface Scripted {
  readonly db: Db
  readonly asked: string[]
}

function createScripted(answer: (name: string, values: readonly unknown[]) => readonly object[]): Scripted {
  const asked: string[] = []
  const query = async (statement: { name: string; values?: readonly unknown[] }): Promise<{ rows: unknown[] }> => {
    asked.push(statement.name)
    await turn()
    return { rows: [...answer(statement.name, statement.values ?? [])] }
  }
  return { db: { query } as unknown as Db, asked }
}

const EMPTY = { sms: [], push: [], changes: [], openSms: [], openPush: [] }
const ROW = { ours: true, waiting: false, settled: false, version: '1', message_id: null, tag: null, recipient: null }
const CLOCK = { ...ROW, kind: 'clock', id: 0, at: new Date(0) }

/** `pauses` are ended by hand. */
function createPausing(db: Db): { feed: InboxFeed; pauses: (() => void)[] } {
  const pauses: (() => void)[] = []
  const sleep = (): Promise<void> => new Promise((resolve) => void pauses.push(resolve))
  return { feed: createInboxFeed({ db, log: pino({ level: 'silent' }), now: () => 0, sleep }), pauses }
}

async function end({ feed, pauses }: { feed: InboxFeed; pauses: (() => void)[] }): Promise<void> {
  const closed = feed.close().then(() => true)
  let over = false
  void closed.then(() => (over = true))
  await until(() => {
    for (const resume of pauses.splice(0)) resume()
    return over
  })
}

describe('the feed of the inbox', () => {
  it('pauses between two looks, however many messages have not come to their end', async () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => index + 1)
    const { db, asked } = createScripted((name, values) => {
      if (name === 'inbox-base') return [{ ...EMPTY, sms: ids, openSms: ids }]
      if (name !== 'inbox-look') return []
      return [CLOCK, ...(values[2] as number[]).map((id) => ({ ...ROW, kind: 'sms', id, at: null }))]
    })
    const pausing = createPausing(db)
    pausing.feed.follow(() => undefined)
    const looks = (): number => asked.filter((name) => name === 'inbox-look').length
    await until(() => pausing.pauses.length > 0 || looks() > 5)
    expect(looks()).toBe(1)
    await end(pausing)
  })

  it('looks again at once where a look was full of new messages', async () => {
    const { db, asked } = createScripted((name, values) => {
      if (name === 'inbox-base') return [EMPTY]
      if (name !== 'inbox-look') return []
      const high = Number(values[1])
      const ids = high === 0 ? Array.from({ length: 1_000 }, (_, index) => index + 1) : []
      return [CLOCK, ...ids.map((id) => ({ ...ROW, settled: true, kind: 'sms', id, at: null }))]
    })
    const pausing = createPausing(db)
    pausing.feed.follow(() => undefined)
    await until(() => pausing.pauses.length > 0)
    expect(asked.filter((name) => name === 'inbox-look')).toHaveLength(2)
    await end(pausing)
  })

  it('loads what it has seen before it asks for more', async () => {
    let away = true
    const { db, asked } = createScripted((name) => {
      if (name === 'inbox-base') return [EMPTY]
      if (name === 'inbox-look') return [CLOCK, { ...ROW, settled: true, kind: 'sms', id: 1, at: null }]
      if (away) throw new Error('the link broke')
      return []
    })
    const pausing = createPausing(db)
    pausing.feed.follow(() => undefined)
    await until(() => pausing.pauses.length > 0)
    const before = asked.length
    pausing.pauses.splice(0).forEach((resume) => resume())
    await until(() => {
      pausing.pauses.splice(0).forEach((resume) => resume())
      return asked.length > before
    })
    expect(asked[before]).not.toBe('inbox-look')
    away = false
    await end(pausing)
  })
})
