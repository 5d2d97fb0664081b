import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import { table } from './table.mjs'

/** Cores that other programs may take before the figures mean little. */
const NOISE = 0.2

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const RESULTS = fileURLToPath(new URL('results', import.meta.url))
export const PAGE = join(ROOT, 'docs/benchmarks.md')

/** What is kept of a row's latest run; null: it was not run yet. */
export function readKept(name) {
  const file = join(RESULTS, `${name}.json`)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}

export async function keep(kept) {
  mkdirSync(RESULTS, { recursive: true })
  const text = await format(JSON.stringify(kept), { parser: 'json', printWidth: 120 })
  writeFileSync(join(RESULTS, `${kept.row}.json`), text)
}

/** docs/benchmarks.md of these rows, each with its latest run. */
export async function writePage(rows) {
  const text = await benchmarksPage(rows.map((row) => ({ row, kept: readKept(row.name) })))
  if (!existsSync(PAGE) || readFileSync(PAGE, 'utf8') !== text) writeFileSync(PAGE, text)
}

/** A run for people who look at a terminal. */
export function toText(row, kept) {
  const { tables, verdicts, notes } = shown(row, kept)
  return [
    '',
    `  ${row.name}: ${row.title}`,
    ...tables.flatMap(({ title, head, rows }) => ['', ...(title ? [`  ${title}`] : []), table([head, ...rows])]),
    ...(verdicts.length === 0 ? [] : ['']),
    ...verdicts.map(({ goal, figure, met }) => `  ${met}: ${goal}; ${figure}`),
    '',
    ...notes.map((note) => `  ${note}`),
    ...(isNoisy(kept) ? [`  ${tooNoisy(kept)}`] : []),
    `  ${circumstances(kept)}`,
  ].join('\n')
}

/** Markdown, as Prettier sets it out. */
export function benchmarksPage(all) {
  const page = `# Benchmarks

Written by \`npm run bench\`; each part is the latest run of its row, on one machine that server, database, load and peers share. Ours and what it is
measured against take turns in the same run. \`npm run bench -- --list\` names the rows, \`npm run bench -- accept\` runs one.

Where other programs kept more than ${NOISE} cores busy meanwhile, a row says so, and nothing about its goals. A peer that is not installed is named as
missing. Settings that differ from the defaults stand with the row.

${summary(all)}

${all.map(({ row, kept }) => partOf(row, kept)).join('\n')}`
  return format(page, { parser: 'markdown', printWidth: 120 })
}

function summary(all) {
  const lines = all.flatMap(({ row, kept }) => {
    if (kept === null) return [[row.name, '', 'not run yet', '']]
    return shown(row, kept).verdicts.map(({ goal, figure, met }) => [row.name, goal, figure, met])
  })
  return markdown(
    ['row', 'goal', 'measured', 'met'],
    lines.map(([name, ...rest]) => [`[${name}](#${name})`, ...rest.map(escaped)]),
    '---',
  )
}

function partOf(row, kept) {
  const head = `## ${row.name}\n\n${capital(escaped(row.title))}.\n`
  if (kept === null) return `${head}\nNot run yet.\n`
  const { tables, verdicts, notes } = shown(row, kept)
  return [
    head,
    ...tables.map(tableOf),
    ...(isNoisy(kept) ? [`**${tooNoisy(kept)}**\n`] : []),
    ...verdicts.map(({ goal, figure, met }) => `- ${escaped(goal)}: ${escaped(figure)} (${met})`),
    ...notes.map((note) => `- ${escaped(note)}`),
    `\n${circumstances(kept)}\n`,
  ].join('\n')
}

function tableOf({ title, head, rows }) {
  const cells = rows.map((line) => line.map(escaped))
  return `${title ? `${escaped(title)}:\n\n` : ''}${markdown(head.map(escaped), cells, '--:')}\n`
}

/** What a row shows of its run, with its verdicts in words. */
function shown(row, kept) {
  const { tables, verdicts = [], notes = [] } = row.show(kept.result)
  return { tables, notes, verdicts: verdicts.map((one) => ({ ...one, met: inWords(one.met, kept) })) }
}

function inWords(met, kept) {
  if (isNoisy(kept)) return 'too noisy to say'
  if (met === null) return 'can’t be said'
  return met ? 'met' : 'missed'
}

function isNoisy({ noise }) {
  return noise !== null && noise > NOISE
}

function tooNoisy({ noise }) {
  return `Too noisy to say: other programs kept ${noise.toFixed(2)} cores busy.`
}

function circumstances({ at, commit, machine, versions, command, seconds, noise }) {
  const others = noise === null ? 'not known here' : `${noise.toFixed(2)} cores`
  const known = Object.entries(versions).map(([name, version]) => `${name} ${version ?? 'not installed'}`)
  const when = `${at.slice(0, 10)}, commit ${commit}, ${machine}, ${known.join(', ')}`
  return `${when}; ${Math.round(seconds)} s; other programs: ${others}; \`${command}\``
}

/** `others`: how the columns after the first stand. */
function markdown(head, rows, others) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, column) => (column === 0 ? '---' : others))
  return [head, rule, ...rows].map(line).join('\n')
}

/** Signs of Markdown in what is plain text. */
function escaped(text) {
  return text.replaceAll(/[\\|*<>[\]]/g, '\\$&')
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
