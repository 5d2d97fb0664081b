import { createCounter, createHistogram, type Counter, type Histogram, type Sample } from './cells.ts'
import { writePage, type Family, type Format } from './exposition.ts'
import { METRICS, type Metric, type MetricKey } from './table.ts'

/** The metrics of one type, by their keys. */
type KeysOf<Type extends Metric['type']> = {
  [Key in MetricKey]: (typeof METRICS)[Key]['type'] extends Type ? Key : never
}[MetricKey]

/** Asked when the page is; a metric that has nothing to say now is left out. */
export type Readings = Partial<Record<MetricKey, readonly Sample[] | number | null>>

export interface Meters {
  readonly counters: Readonly<Record<KeysOf<'counter'>, Counter>>
  readonly histograms: Readonly<Record<KeysOf<'histogram'>, Histogram>>
  /** From here on the page also asks these. */
  read(readings: () => Readings | Promise<Readings>): void
  page(format: Format): Promise<string>
}

/** Everything this process counts, and the page that tells it. */
export function createMeters(): Meters {
  const counters = fromTable('counter', () => createCounter())
  const histograms = fromTable('histogram', (metric) => createHistogram(metric))
  const readers: (() => Readings | Promise<Readings>)[] = []

  return {
    counters,
    histograms,
    read: (readings) => void readers.push(readings),
    async page(format) {
      const read = await Promise.all(readers.map(async (reader) => reader()))
      const readings = read.reduce((all, some) => ({ ...all, ...some }), {})
      return writePage(
        keys()
          .map((key) => familyOf(key, counters, histograms, readings))
          .filter(hasSomething),
        format,
      )
    },
  }
}

function familyOf(
  key: MetricKey,
  counters: Readonly<Partial<Record<MetricKey, Counter>>>,
  histograms: Readonly<Partial<Record<MetricKey, Histogram>>>,
  readings: Readings,
): Family {
  const read = readings[key] ?? []
  const samples = typeof read === 'number' ? [{ values: [], number: read }] : read
  return {
    metric: METRICS[key],
    samples: [...(counters[key]?.samples() ?? []), ...samples],
    spreads: histograms[key]?.spreads() ?? [],
  }
}

function hasSomething({ samples, spreads }: Family): boolean {
  return samples.length + spreads.length > 0
}

function keys(): readonly MetricKey[] {
  return Object.keys(METRICS).filter((key): key is MetricKey => key in METRICS)
}

function fromTable<Type extends Metric['type'], Made>(
  type: Type,
  make: (metric: Metric) => Made,
): Readonly<Record<KeysOf<Type>, Made>> {
  const entries = keys().flatMap((key) => (METRICS[key].type === type ? [[key, make(METRICS[key])] as const] : []))
  return Object.fromEntries(entries) as Record<KeysOf<Type>, Made>
}
