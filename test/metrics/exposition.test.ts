import { expect, test } from 'vitest'
import { createCounter, createHistogram } from '../../src/metrics/cells.ts'
import { formatFor, writePage } from '../../src/metrics/exposition.ts'
import { METRICS, type Metric } from '../../src/metrics/table.ts'

const COUNTER: Metric = { name: 'a_total', type: 'counter', section: 'Process', labels: ['b'], help: 'c', bounds: [] }
const TIMES: Metric = {
  name: 'd_seconds',
  type: 'histogram',
  section: 'Process',
  labels: [],
  help: 'e',
  bounds: [1, 2],
}

test.each([
  [undefined, 'prometheus'],
  ['*/*', 'prometheus'],
  ['text/plain', 'prometheus'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text;q=0', 'prometheus'],
  ['application/openmetrics-text; version=0.0.1, text/plain', 'prometheus'],
  // What Prometheus 2.42 asks with.
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  ['application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.9', 'prometheus'],
])('whoever accepts %s is served %s', (accept, format) => {
  expect(formatFor(accept)).toBe(format)
})

test('what stands in a label cannot end it', () => {
  const samples = [{ values: ['"} 1\nz \\'], number: 1 }]
  const page = writePage([{ metric: COUNTER, samples, spreads: [] }], 'prometheus')
  expect(page).toBe('# HELP a_total c\n# TYPE a_total counter\na_total{b="\\"} 1\\nz \\\\"} 1\n')
})

test('a counter counts for each set of values by itself', () => {
  const counter = createCounter()
  counter.of('x').add()
  counter.of('x').add(2)
  counter.of('y').add()
  expect(counter.samples()).toEqual([
    { values: ['x'], number: 3 },
    { values: ['y'], number: 1 },
  ])
})

test('a bucket holds what is up to its bound, the ones below it included', () => {
  const times = createHistogram(TIMES)
  for (const seconds of [0.5, 1, 1.5, 2, 9]) times.of().observe(seconds)
  const lines = writePage([{ metric: TIMES, samples: [], spreads: times.spreads() }], 'openmetrics').split('\n')
  expect(lines).toEqual([
    '# HELP d_seconds e',
    '# TYPE d_seconds histogram',
    'd_seconds_bucket{le="1"} 2',
    'd_seconds_bucket{le="2"} 4',
    'd_seconds_bucket{le="+Inf"} 5',
    'd_seconds_sum 14',
    'd_seconds_count 5',
    '# EOF',
    '',
  ])
})

test('in OpenMetrics a counter is named without its ending, and its figures with it', () => {
  const samples = [{ values: ['x'], number: 1 }]
  const page = writePage([{ metric: COUNTER, samples, spreads: [] }], 'openmetrics')
  expect(page).toBe('# HELP a c\n# TYPE a counter\na_total{b="x"} 1\n# EOF\n')
})

test('names, types and labels are as Prometheus wants them', () => {
  for (const { name, type, labels, help } of Object.values(METRICS)) {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(name.endsWith('_total')).toBe(type === 'counter')
    for (const label of labels) expect(label).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(help).not.toMatch(/\.$/)
  }
  expect(new Set(Object.values(METRICS).map(({ name }) => name)).size).toBe(Object.keys(METRICS).length)
})
