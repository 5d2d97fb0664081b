import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import { TidingsError } from '../../src/domain/errors.ts'
import { sendFallbacks, type FallbacksParts } from '../../src/flows/push/fallbacks.ts'
import type { Db } from '../../src/store/db.ts'

const DUE = 100
const ids = Array.from({ length: DUE }, (_, at) => at + 1)
const ROWS = ids.map((notificationId) => ({
  notificationId,
  sms: { input: { message: String(notificationId) }, caller: { ...ANYONE, countries: null } },
  unless: 'received',
  over: true,
  targets: 1,
  counts: { sent: 1 },
}))

/** A hundred that are due, of which nothing is stored: `judge` says what rules make of each. */
function setUp(judge: (message: string) => Promise<unknown>) {
  const moved: unknown[] = []
  const given: string[] = []
  const client = {
    on: () => undefined,
    off: () => undefined,
    removeListener: () => undefined,
    release: () => undefined,
    async query(statement: string | { readonly name?: string; readonly values?: readonly unknown[] }) {
      const name = typeof statement === 'string' ? statement : statement.name
      if (name === 'lock-due-fallbacks') return { rows: ids.map((id) => ({ id })) }
      if (name === 'read-due-fallbacks') return { rows: ROWS }
      if (name === 'move-fallbacks' && typeof statement !== 'string') moved.push(statement.values?.[1])
      return { rows: [], rowCount: 0, command: name === 'commit' ? 'COMMIT' : '' }
    },
  }
  const parts: unknown = {
    db: { connect: async () => client } as unknown as Db,
    log: pino({ level: 'silent' }),
    owner: () => 1,
    sms: { prepare: (input: { readonly message: string }) => ({ message: input.message, bill: null }) },
    rules: {
      judge: async ([one]: readonly { readonly message: string }[]) => [await judge(one?.message ?? '')],
      giveBack: (all: readonly { readonly message: string }[]) => given.push(...all.map(({ message }) => message)),
    },
    groupOf: () => null,
    flagged: 'off',
  }
  return { moved, given, look: () => sendFallbacks(parts as FallbacksParts) }
}

const REFUSED = new TidingsError('country_not_allowed', 'not there')

test('those that are due are judged together, and none waits for the one before it', async () => {
  let asked = 0
  let open = (): void => undefined
  const all = new Promise<void>((resolve) => (open = resolve))
  const { moved, look } = setUp(async () => {
    asked += 1
    if (asked === DUE) open()
    await all
    return REFUSED
  })
  expect(await look()).toBe(true)
  expect(moved).toEqual([`{${ids.map(() => '"refused"').join()}}`])
})

test('one that throws for now leaves all as they were, and gives back what the others have counted', async () => {
  const { moved, given, look } = setUp(async (message) => {
    if (message === '3') throw new TidingsError('overloaded', 'busy', { retryAfterSeconds: 1 })
    return Number(message) % 2 === 0 ? REFUSED : { message, bill: null }
  })
  await expect(look()).rejects.toMatchObject({ code: 'overloaded' })
  expect(moved).toEqual([])
  expect(given).toEqual(ids.filter((id) => id % 2 === 1 && id !== 3).map(String))
})
