import { expect, test } from 'vitest'
import { createRouteWatch } from '../../../src/wiring/sms/route-watch.ts'

test('of a way it is known since when it is not well, until it is; of ten thousand and more only of the newest', () => {
  let now = 0
  const watch = createRouteWatch(() => now)
  const wayOf = (sender: string): Parameters<typeof watch.sinceMs>[0] => ({
    provider: 'carrier',
    country: null,
    sender,
  })
  for (let count = 0; count <= 10_000; count++) watch.changed(wayOf(`sender-${count}`), 'open')
  now = 60_000
  watch.changed(wayOf('sender-2'), 'half-open')
  watch.changed(wayOf('sender-3'), 'closed')
  now = 90_000
  const since = [0, 1, 2, 3, 10_000].map((count) => watch.sinceMs(wayOf(`sender-${count}`)))
  expect(since).toEqual([0, 90_000, 30_000, 0, 90_000])
})
