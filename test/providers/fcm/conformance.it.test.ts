import { performance } from 'node:perf_hooks'
import type { PushProvider } from '../../../src/domain/provider.ts'
import { startFakeFcm } from '../../../src/fakes/fcm.ts'
import { createHttp2Pool, type PoolOptions } from '../../../src/http2/pool.ts'
import { createFcm } from '../../../src/providers/fcm/provider.ts'
import { createHttpCall } from '../../../src/providers/http-call.ts'
import { conformsAsPushProvider, type PushStage } from '../push-conformance.ts'
import { credentialsOf } from './rig.ts'

const CLOCK = { monotonic: () => performance.now(), chance: () => 0.5, nodes: () => 1 }

async function setStage(): Promise<PushStage> {
  let requests = 0
  const fake = await startFakeFcm({ onSend: () => void (requests += 1) })
  const call = createHttpCall({ connections: 2 })
  const open = (
    pool: Partial<PoolOptions> = {},
    account: Readonly<Record<string, string>> = fake.serviceAccount,
  ): PushProvider =>
    createFcm(
      { credentials: credentialsOf(account), messagesPerMinute: 60_000_000, rampSeconds: 0 },
      {
        ...CLOCK,
        http2: createHttp2Pool({ origin: fake.url, ...pool }, CLOCK),
        call,
        now: () => new Date(),
        clock: () => new Date(),
        warn: () => undefined,
      },
    )
  const token = (value: string) => ({ kind: 'token', value }) as const
  return {
    provider: open(),
    targets: {
      accepted: (index) => token(`device-number-${index}`),
      gone: token('fake.unregistered'),
      hanging: token('fake.hang'),
      turnedAway: token('fake.goaway-once.0'),
    },
    requests: () => requests,
    taken: fake.accepted,
    withWrongKey: () => open({}, { ...fake.serviceAccount, client_email: 'nobody@example.com' }),
    withNobody: () => open({ origin: 'http://127.0.0.1:1' }),
    impatient: () => open({ requestMs: 200 }),
    secrets: [fake.serviceAccount['private_key'] ?? '', 'ya29.'],
    async close() {
      await call.close()
      await fake.close()
    },
  }
}

conformsAsPushProvider('FCM', setStage)
