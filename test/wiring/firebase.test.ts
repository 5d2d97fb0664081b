import { pino } from 'pino'
import { expect, test } from 'vitest'
import { openFirebase } from '../../src/wiring/firebase.ts'
import { after, CONTENT, OPEN, range, startFake, tokens } from '../providers/fcm/rig.ts'
import { until } from '../support/until.ts'

const STREAMS = 2

test('a project is sent to over as many connections as its setting says, and no more', async () => {
  let taken = 0
  const fake = await startFake({ onSend: () => void (taken += 1) })
  fake.setMaxStreams(STREAMS)
  const common = { name: 'fcm', projectId: null, apps: [], isUsual: true, credentials: fake.serviceAccount }
  const pace = { messagesPerMinute: 60_000_000, rampSeconds: 0, connections: 6 }
  const now = (): Date => new Date()
  const [provider] = openFirebase(
    { fcmProjects: [{ ...common, ...pace, baseUrl: fake.url }] },
    {
      ...{ log: pino({ level: 'silent' }), now, clock: now },
      ...{ monotonic: () => performance.now(), chance: () => 0.5, nodes: () => 1 },
    },
  )
  after(() => provider?.close())
  const stop = new AbortController()
  const targets = tokens(...range(40).map((index) => `fake.hang.${index}`))
  const sending = provider?.submitMany(CONTENT, targets, () => undefined, stop.signal, OPEN)
  await until(() => taken === 6 * STREAMS)
  expect(fake.sessions()).toBe(6)
  stop.abort()
  await sending
})
