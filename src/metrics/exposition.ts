import type { Sample, Spread } from './cells.ts'
import type { Metric } from './table.ts'

/** A metric with what it holds now. */
export interface Family {
  readonly metric: Metric
  readonly samples: readonly Sample[]
  readonly spreads: readonly Spread[]
}

export type Format = 'prometheus' | 'openmetrics'

/** Sources: Prometheus, “Exposition formats”; OpenMetrics 1.0.0, §4.1. */
export const CONTENT_TYPE: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** What whoever asks with this Accept header is served: OpenMetrics where he names it with no less weight than plain text. */
export function formatFor(accept: string | undefined): Format {
  const wanted = (accept ?? '').split(',').map(readRange)
  const weightOf = (type: string): number =>
    Math.max(0, ...wanted.filter((range) => range.type === type).map(({ q }) => q))
  const open = weightOf('application/openmetrics-text')
  return open > 0 && open >= weightOf('text/plain') ? 'openmetrics' : 'prometheus'
}

/** Pure: the text of a page. */
export function writePage(families: readonly Family[], format: Format): string {
  const text = families.flatMap((family) => writeFamily(family, format)).join('\n')
  return format === 'openmetrics' ? `${text}\n# EOF\n` : `${text}\n`
}

/** Source: RFC 9110 §12.5.1. Only version 1.0.0 of OpenMetrics is written, so one who wants another is not meant. */
function readRange(range: string): { type: string; q: number } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  const q = parameters.find((parameter) => parameter.startsWith('q='))
  const version = parameters.find((parameter) => parameter.startsWith('version='))
  const strange = type === 'application/openmetrics-text' && version !== undefined && version !== 'version=1.0.0'
  const weight = q === undefined ? 1 : Number(q.slice(2))
  return { type, q: strange || Number.isNaN(weight) ? 0 : weight }
}

function writeFamily({ metric, samples, spreads }: Family, format: Format): string[] {
  const { name, type, help, labels } = metric
  // OpenMetrics names a counter without its ending, and its samples with it.
  const family = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name
  return [
    `# HELP ${family} ${escapeHelp(help)}`,
    `# TYPE ${family} ${type}`,
    ...samples.map(({ values, number }) => `${name}${braced(pairs(labels, values))} ${written(number)}`),
    ...spreads.flatMap((spread) => writeSpread(metric, spread)),
  ]
}

function writeSpread({ name, labels, bounds }: Metric, { values, bins, sum }: Spread): string[] {
  const own = pairs(labels, values)
  let count = 0
  const buckets = bins.map((bin, index) => {
    count += bin
    const bound = bounds[index]
    return `${name}_bucket${braced([...own, `le="${bound === undefined ? '+Inf' : bound}"`])} ${count}`
  })
  return [...buckets, `${name}_sum${braced(own)} ${written(sum)}`, `${name}_count${braced(own)} ${count}`]
}

function pairs(labels: readonly string[], values: readonly string[]): string[] {
  return labels.map((label, index) => `${label}="${escapeValue(values[index] ?? '')}"`)
}

function braced(parts: readonly string[]): string {
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`)
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', String.raw`\"`)
}

function written(number: number): string {
  return Number.isFinite(number) ? String(number) : number > 0 ? '+Inf' : number < 0 ? '-Inf' : 'NaN'
}
