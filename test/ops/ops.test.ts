import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { METRICS, type Metric } from '../../src/metrics/table.ts'
import { expressions, panels, ROOT, RULES } from './files.ts'

const rules = readFileSync(RULES, 'utf8')

/** What Prometheus itself adds. */
const OF_PROMETHEUS = ['job', 'instance', 'le']

/** Names that a text uses as metrics, with the labels it asks of each; histograms by their own name. */
function used(text: string): readonly { readonly name: string; readonly labels: readonly string[] }[] {
  const uses = text.matchAll(/\b((?:tidings|process)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)
  return [...uses].map(([, name = '', matchers = '']) => ({
    name: name.replace(/_seconds_(?:bucket|sum|count)$/, '_seconds'),
    labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }))
}

const metrics = new Map<string, Metric>(Object.values(METRICS).map((metric) => [metric.name, metric]))

test.each([
  ['the dashboard', expressions.join('\n')],
  ['the alerts', rules],
])('%s asks only for metrics and labels that there are', (_what, text) => {
  expect(used(text).length).toBeGreaterThan(15)
  for (const { name, labels } of used(text)) {
    expect(metrics.has(name), name).toBe(true)
    for (const label of labels) expect([...(metrics.get(name)?.labels ?? []), ...OF_PROMETHEUS], name).toContain(label)
  }
})

test('every panel asks a question, and says what it shows', () => {
  for (const { title, description } of panels) {
    expect(title).toMatch(/\?$/)
    expect(description).toMatch(/\.$/)
  }
})

test('every metric is explained in the documentation, and nothing else is', () => {
  const page = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8')
  const explained = [...page.matchAll(/^\| `([a-z_0-9]+)`/gm)].map(([, name]) => name)
  expect(explained).toHaveLength(metrics.size)
  expect(new Set(explained)).toEqual(new Set(metrics.keys()))
})

test('the documentation says of every alert what to do, and of nothing else', () => {
  const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
  const told = [...page.matchAll(/^\| `(Tidings\w+)`/gm)].map(([, name]) => name)
  const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name)
  expect(told).toHaveLength(alerts.length)
  expect(new Set(told)).toEqual(new Set(alerts))
})

test('every alert has a test', () => {
  const tests = readFileSync(join(ROOT, 'ops/prometheus/alerts.test.yml'), 'utf8')
  for (const [, alert] of rules.matchAll(/alert: (\w+)/g)) {
    expect(new RegExp(`alertname: ${alert}\\n\\s+exp_alerts:\\n`).test(tests), alert).toBe(true)
  }
})
