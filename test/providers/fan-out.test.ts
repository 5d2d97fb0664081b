import { expect, it } from 'vitest'
import type { Outcome } from '../../src/domain/provider.ts'
import { fanOut } from '../../src/providers/fan-out.ts'
import { createPace } from '../../src/providers/pace.ts'

it('lets all chunks of a node wait on one signal without a warning of a leak', async () => {
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  const pace = createPace({ perSecond: 1_000, rampSeconds: 0 }, { monotonic: () => 0, chance: () => 0, nodes: () => 1 })
  const { signal } = new AbortController()
  const accepted: Outcome = { kind: 'accepted', providerMessageId: 'theirs', status: 'sent' }
  const chunk = (): Promise<void> =>
    fanOut({
      items: ['token'],
      window: () => 1,
      pace,
      signal,
      gate: () => null,
      submit: async () => accepted,
      onOutcome: () => undefined,
    })
  await Promise.all(Array.from({ length: 12 }, chunk))
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', note)
  expect(warnings).toEqual([])
})
