import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Receipt } from '../../../src/domain/provider.ts'
import { createLateAnswers, type LateAnswers } from '../../../src/providers/smpp/late-answers.ts'

const ANSWER: Receipt = {
  provider: 'smpp',
  providerMessageId: '17',
  attempt: { messageId: 77, number: 1 },
  status: 'sent',
  failure: null,
  at: null,
  contact: '+15005550006',
}

interface Rig {
  readonly late: LateAnswers
  readonly tries: number[]
  readonly waits: number[]
  readonly lines: string[]
  /** What waits is tried now. */
  pass(): Promise<void>
}

/** `fails`: so many tries are in vain. */
function rigOf(fails: number): Rig {
  const [tries, waits, lines]: [number[], number[], string[]] = [[], [], []]
  const timers = new Set<() => void>()
  const late = createLateAnswers('smpp', {
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
    after(ms, run) {
      waits.push(ms)
      timers.add(run)
      return () => void timers.delete(run)
    },
    takeReceipt: async ({ attempt }) => {
      tries.push(attempt?.messageId ?? 0)
      if (tries.length <= fails) throw new Error('the database is away')
    },
  })
  const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
  return {
    late,
    tries,
    waits,
    lines,
    async pass() {
      await settle()
      const due = [...timers]
      timers.clear()
      for (const run of due) run()
      await settle()
    },
  }
}

test('a late answer that could not be stored is tried again until it is', async () => {
  const { late, tries, waits, lines, pass } = rigOf(3)
  late.take(ANSWER)
  for (let turn = 0; turn < 6; turn++) await pass()
  expect(tries).toHaveLength(4)
  expect(waits).toEqual([500, 1_000, 2_000])
  expect(lines).toEqual([])
})

test('one that can not be stored at all is given up, and the log says whose it was without saying to whom', async () => {
  const { late, tries, waits, lines, pass } = rigOf(Infinity)
  late.take(ANSWER)
  for (let turn = 0; turn < 20; turn++) await pass()
  expect(tries).toHaveLength(10)
  expect(waits.toSorted((a, b) => a - b)).toEqual(waits)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('"event":"receipt.lost"')
  expect(lines[0]).toContain('"message_id":77')
  expect(lines[0]).not.toContain('15005550006')
})

test('what waits when the provider is closed is tried once more, and told if that was in vain', async () => {
  const [spared, lost] = [rigOf(1), rigOf(Infinity)]
  for (const { late, pass, lines } of [spared, lost]) {
    late.take(ANSWER)
    await new Promise((resolve) => void setImmediate(resolve))
    await late.close()
    await pass()
    expect(lines).toHaveLength(late === lost.late ? 1 : 0)
  }
  expect(spared.tries).toHaveLength(2)
  expect(lost.tries).toHaveLength(2)
})

test('of more than ten thousand that wait the oldest is given up', async () => {
  const { late, lines } = rigOf(Infinity)
  for (let id = 0; id <= 10_000; id++) late.take({ ...ANSWER, attempt: { messageId: id, number: 1 } })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('"message_id":0,')
})
