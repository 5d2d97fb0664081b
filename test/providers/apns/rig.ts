import { createPrivateKey } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { onTestFinished } from 'vitest'
import type { PushProvider, PushTarget } from '../../../src/domain/provider.ts'
import { startFakeApns, type FakeApns, type FakeApnsOptions } from '../../../src/fakes/apns.ts'
import { createHttp2Pool, type PoolOptions } from '../../../src/http2/pool.ts'
import { createApns, type ApnsOptions } from '../../../src/providers/apns/provider.ts'

export { failureOf, NEVER, range, submit } from '../fcm/rig.ts'

/** 32 bytes that no device has; another number is another device. */
export function deviceToken(index: number): string {
  return `ab${index.toString(16).padStart(62, '0')}`
}

export function device(index: number): PushTarget {
  return { kind: 'token', value: `apns:${deviceToken(index)}` }
}

export interface OpenOptions extends Partial<ApnsOptions> {
  readonly pool?: Partial<PoolOptions>
  readonly now?: () => Date
}

export function openApns(fake: FakeApns, { pool, now = () => new Date(), ...options }: OpenOptions = {}): PushProvider {
  const clock = { monotonic: () => performance.now(), chance: () => 0.5 }
  const http2 = createHttp2Pool({ origin: fake.url, ...pool }, clock)
  const { key, keyId, teamId } = fake.key
  const known = { key: createPrivateKey(key), keyId, teamId, topic: fake.topic, environment: 'production' as const }
  return createApns({ ...known, ...options }, { ...clock, http2, now, clock: now })
}

export interface RigOptions extends OpenOptions {
  readonly fake?: FakeApnsOptions
}

/** The provider against a look-alike, both closed after the test. */
export async function rig(options: RigOptions = {}): Promise<{ fake: FakeApns; provider: PushProvider }> {
  const fake = await startFakeApns({ ...(options.now === undefined ? {} : { now: options.now }), ...options.fake })
  const provider = openApns(fake, options)
  onTestFinished(async () => {
    await provider.close()
    await fake.close()
  })
  return { fake, provider }
}
