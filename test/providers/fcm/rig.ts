import { performance } from 'node:perf_hooks'
import { onTestFinished } from 'vitest'
import type { Failure } from '../../../src/domain/failure.ts'
import type { Gate, Outcome, PushContent, PushProvider, PushTarget } from '../../../src/domain/provider.ts'
import { type FakeFcm, type FakeFcmOptions, startFakeFcm } from '../../../src/fakes/fcm.ts'
import { createHttp2Pool, type PoolOptions } from '../../../src/http2/pool.ts'
import { type Credentials, readCredentials } from '../../../src/providers/fcm/credentials.ts'
import { createFcm, type FcmOptions } from '../../../src/providers/fcm/provider.ts'
import { createHttpCall } from '../../../src/providers/http-call.ts'

/** Runs after the test, the last one first. */
export function after(end: () => unknown): void {
  onTestFinished(async () => void (await end()))
}

export async function startFake(options: FakeFcmOptions = {}): Promise<FakeFcm> {
  const fake = await startFakeFcm(options)
  after(() => fake.close())
  return fake
}

export function credentialsOf(json: Readonly<Record<string, unknown>> | null, metadataUrl?: string): Credentials {
  const reading = readCredentials(json, metadataUrl)
  if (reading.kind === 'problem') throw new Error(reading.problem)
  return reading.credentials
}

export interface Rig {
  readonly fake: FakeFcm
  readonly provider: PushProvider
  readonly warnings: string[]
}

export interface RigOptions extends Partial<FcmOptions> {
  readonly fake?: FakeFcmOptions
  readonly pool?: Partial<PoolOptions>
  readonly tls?: boolean
  readonly monotonic?: () => number
}

/** The provider against a look-alike, at a pace that isn't felt unless a test sets one. */
export async function rig(options: RigOptions = {}): Promise<Rig> {
  const fake = await startFake(options.fake)
  const clock = { monotonic: options.monotonic ?? (() => performance.now()), chance: () => 0.5, nodes: () => 1 }
  const secured = options.tls === true ? { origin: fake.tlsUrl, ca: fake.ca } : { origin: fake.url }
  const http2 = createHttp2Pool({ ...secured, ...options.pool }, clock)
  const call = createHttpCall({ connections: 2 })
  const warnings: string[] = []
  const provider = createFcm(
    { credentials: credentialsOf(fake.serviceAccount), messagesPerMinute: 60_000_000, rampSeconds: 0, ...options },
    {
      ...clock,
      http2,
      call,
      now: () => new Date(),
      clock: () => new Date(),
      warn: (sentence) => void warnings.push(sentence),
    },
  )
  after(() => call.close())
  after(() => provider.close())
  return { fake, provider, warnings }
}

export const CONTENT: PushContent = {
  notificationId: 7,
  title: 'Hello',
  body: 'World',
  dataOnly: false,
  ttlSeconds: null,
  image: null,
  link: null,
  data: null,
  android: null,
  androidV2: null,
  apns: null,
  webpush: null,
  fcmOptions: null,
}

export const NEVER = new AbortController().signal
export const OPEN: Gate = () => null

export function tokens(...values: readonly string[]): PushTarget[] {
  return values.map((value) => ({ kind: 'token', value }))
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** One outcome for each target, in their order; fails where one has none or two. */
export async function submit(
  provider: PushProvider,
  targets: readonly PushTarget[],
  signal: AbortSignal = NEVER,
  gate: Gate = OPEN,
): Promise<Outcome[]> {
  const outcomes = new Map<number, Outcome>()
  await provider.submitMany(
    CONTENT,
    targets,
    (index, outcome) => {
      if (outcomes.has(index)) throw new Error(`two outcomes for ${index}`)
      outcomes.set(index, outcome)
    },
    signal,
    gate,
  )
  return targets.map((_, index) => {
    const outcome = outcomes.get(index)
    if (outcome === undefined) throw new Error(`no outcome for ${index}`)
    return outcome
  })
}

export function failureOf(outcome: Outcome | undefined): Failure {
  if (outcome?.kind !== 'refused') throw new Error('was accepted')
  return outcome.failure
}
