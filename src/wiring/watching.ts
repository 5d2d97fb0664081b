import { hostname } from 'node:os'
import type { Config } from '../settings/config.ts'
import type { HttpParts } from '../http/parts.ts'
import { createMetering, type Metering } from './metering.ts'
import { createMeters, type Readings } from '../metrics/meters.ts'
import { openReadings, type ReadingParts } from './readings.ts'
import { readDeliveryTraces, readMessageTraces, readNotificationTraces } from '../store/past/traces.ts'
import { THIS_PROCESS } from './this-process.ts'
import { createContexts } from '../traces/contexts.ts'
import { createTracing, type Tracing } from './tracing.ts'

/** Counts what happens, and traces it where a collector is set. */
export interface Watching extends Omit<Metering, 'calls'> {
  readonly http: Pick<HttpParts, 'meter' | 'traces'>
  /** The trace of a message, as far as this node knows it by now; for the log. Null: nothing is traced. */
  readonly traceOf: ((messageId: number) => string | null) | null
  /** From here on it also tells how this delivery stands. */
  read(delivery: ReadingParts['delivery']): void
  /** And this. */
  readAlso(readings: () => Promise<Readings>): void
  /** Hands over what is left of traces. */
  close(): Promise<void>
}

export interface WatchingParts extends Omit<ReadingParts, 'delivery' | 'now' | 'machine'> {
  readonly now: () => Date
  /** In milliseconds. */
  readonly monotonic: () => number
  readonly after: (ms: number, run: () => void) => () => void
}

export async function openWatching(
  { otlpEndpoint }: Pick<Config, 'otlpEndpoint'>,
  parts: WatchingParts,
): Promise<Watching> {
  const meters = createMeters()
  const metering = createMetering(meters, parts.monotonic)
  const meter = metering.calls
  const closing: (() => void)[] = []
  const read = (delivery: ReadingParts['delivery']): void => {
    const readings = openReadings(meters, { ...parts, delivery, now: parts.monotonic, machine: THIS_PROCESS })
    closing.push(() => readings.close())
  }
  const closeReadings = (): void => closing.forEach((close) => close())
  const counted = {
    ...metering,
    read,
    readAlso: (readings: () => Promise<Readings>) => meters.read(readings),
    http: { meter },
    traceOf: null,
    close: async () => closeReadings(),
  }
  if (otlpEndpoint === null) return counted
  const tracing = await openTracing(otlpEndpoint, parts)
  return {
    ...counted,
    channels: (channels) => tracing.channels(metering.channels(channels)),
    intake: (intake) => tracing.intake(metering.intake(intake)),
    tries: (tries) => tracing.tries(metering.tries(tries)),
    received(receipt, move) {
      metering.received(receipt, move)
      tracing.received(receipt, move)
    },
    http: { meter, traces: tracing.calls },
    traceOf: (messageId) => tracing.traceOf(messageId),
    close() {
      closeReadings()
      return tracing.close()
    },
  }
}

const LOOK_UPS = { sms: readMessageTraces, push: readNotificationTraces, webhook: readDeliveryTraces }

/** OpenTelemetry is loaded here and nowhere else: whoever traces nothing pays nothing for it. */
async function openTracing(endpoint: string, { dbs, log, version, now, after }: WatchingParts): Promise<Tracing> {
  const { createTracer } = await import('../traces/tracer.ts')
  const warn = (why: string): void =>
    log.warn({ event: 'traces.lost', why }, 'the collector does not take traces; they are dropped until it does')
  return createTracing({
    tracer: createTracer({ endpoint, version, instance: `${hostname()}:${process.pid}`, warn, after }),
    contexts: createContexts({
      lookUp: (subject, ids) => LOOK_UPS[subject](dbs.read, ids),
      after,
    }),
    now,
  })
}
