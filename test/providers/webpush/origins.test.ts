import { expect, test } from 'vitest'
import type { Outcome } from '../../../src/domain/provider.ts'
import { createOrigins } from '../../../src/providers/webpush/origins.ts'
import type { Reading } from '../../../src/providers/webpush/outcomes.ts'
import { NEVER, range } from '../fcm/rig.ts'

const TAKEN: Reading = { outcome: { kind: 'accepted', providerMessageId: null, status: 'sent' }, service: 'fine' }

test('where all places are taken, push services with many calls leave the next one to those that have few', async () => {
  const origins = createOrigins({ monotonic: () => 0, onRefusing: () => undefined })
  const open: { readonly origin: string; readonly end: () => void }[] = []
  const begun: string[] = []
  const run = (origin: string): Promise<Outcome> =>
    origins.run(origin, {
      signal: NEVER,
      stopped: () => null,
      work() {
        begun.push(origin)
        return new Promise((resolve) => open.push({ origin, end: () => resolve(TAKEN) }))
      },
    })
  const many = range(8).flatMap((maker) => range(80).map(() => run(`https://${maker}.example`)))
  const few = run('https://few.example')
  await Promise.resolve()
  expect([begun.length, open.length]).toEqual([512, 512])
  open.shift()?.end()
  await expect.poll(() => begun.length).toBe(513)
  expect(begun.at(-1)).toBe('https://few.example')
  while (open.length > 0) {
    for (const { end } of open.splice(0)) end()
    await new Promise(setImmediate)
  }
  expect((await Promise.all([...many, few])).every(({ kind }) => kind === 'accepted')).toBe(true)
})
