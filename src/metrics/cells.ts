import type { Metric } from './table.ts'

/** A number with its labels' values, in the order of the metric's labels. */
export interface Sample {
  readonly values: readonly string[]
  readonly number: number
}

/** What a histogram has seen under one set of labels. `bins[i]`: observations up to the i-th bound and above the one before; the last: all above. */
export interface Spread {
  readonly values: readonly string[]
  readonly bins: readonly number[]
  readonly sum: number
}

/** Counts under one set of labels; cheap enough to be called for every message. */
export interface Count {
  add(by?: number): void
}

export interface Counter {
  /** The count of these values, in the order of the metric's labels: keep it where it is asked for often. */
  of(...values: readonly string[]): Count
  samples(): readonly Sample[]
}

/** Takes durations in seconds under one set of labels. */
export interface Watch {
  observe(seconds: number): void
}

export interface Histogram {
  of(...values: readonly string[]): Watch
  spreads(): readonly Spread[]
}

export function createCounter(): Counter {
  const cells = new Map<string, { readonly values: readonly string[]; number: number; readonly count: Count }>()
  return {
    of(...values) {
      const key = values.join('\n')
      const known = cells.get(key)
      if (known !== undefined) return known.count
      const cell = { values, number: 0, count: { add: (by = 1): void => void (cell.number += by) } }
      cells.set(key, cell)
      return cell.count
    },
    samples: () => [...cells.values()].map(({ values, number }) => ({ values, number })),
  }
}

export function createHistogram({ bounds }: Pick<Metric, 'bounds'>): Histogram {
  const cells = new Map<string, { spread: () => Spread; watch: Watch }>()
  return {
    of(...values) {
      const key = values.join('\n')
      const known = cells.get(key)
      if (known !== undefined) return known.watch
      const cell = createSpread(values, bounds)
      cells.set(key, cell)
      return cell.watch
    },
    spreads: () => [...cells.values()].map(({ spread }) => spread()),
  }
}

function createSpread(values: readonly string[], bounds: readonly number[]): { spread: () => Spread; watch: Watch } {
  const bins = new Array<number>(bounds.length + 1).fill(0)
  let sum = 0
  return {
    spread: () => ({ values, bins: [...bins], sum }),
    watch: {
      observe(seconds) {
        let bin = 0
        while (bin < bounds.length && seconds > (bounds[bin] ?? Infinity)) bin += 1
        bins[bin] = (bins[bin] ?? 0) + 1
        sum += seconds
      },
    },
  }
}
