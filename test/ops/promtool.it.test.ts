import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hasPromtool, promtool } from '../support/promtool.ts'
import { expressions, ROOT, RULES } from './files.ts'

test.skipIf(!hasPromtool)('Prometheus’s own checker takes the alerts, and their tests pass', () => {
  expect(promtool(['check', 'rules', RULES])).toMatchObject({ ok: true })
  expect(promtool(['test', 'rules', join(ROOT, 'ops/prometheus/alerts.test.yml')])).toMatchObject({ ok: true })
})

test.skipIf(!hasPromtool)('Prometheus’s own checker takes every expression of the dashboard', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-rules-'))
  const file = join(directory, 'rules.yml')
  const records = expressions.map((expr, index) => ({
    record: `panel:${index}`,
    expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'),
  }))
  // JSON is YAML, too.
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules: records }] }))
  expect(promtool(['check', 'rules', file])).toMatchObject({ ok: true })
  rmSync(directory, { recursive: true })
})
