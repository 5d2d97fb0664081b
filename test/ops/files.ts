import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const RULES = join(ROOT, 'ops/prometheus/alerts.yml')

interface Panel {
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly targets?: readonly { readonly expr: string }[]
}

const dashboard = JSON.parse(readFileSync(join(ROOT, 'ops/grafana/tidings.json'), 'utf8')) as {
  readonly panels: readonly Panel[]
}
/** Those that show something. */
export const panels = dashboard.panels.filter(({ type }) => type !== 'row')
export const expressions = panels.flatMap(({ targets }) => targets ?? []).map(({ expr }) => expr)
