import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { expect, it } from 'vitest'
import { benchmarksPage, PAGE, readKept, toText, type Kept, type Row, type Shown } from '../../bench/report.mjs'
import { loadRows, rowNames } from '../../bench/rows.mjs'
import { ROOT } from '../support/documents.ts'

const rows = await loadRows(rowNames())
const kept = rows.flatMap((row) => {
  const run = readKept(row.name)
  return run === null ? [] : [{ row, run }]
})

const QUEUE: Row = {
  name: 'queue',
  title: 'messages in | out',
  options: { rounds: 5 },
  show: () => ({
    tables: [{ head: ['', 'messages/s'], rows: [['Tidings', '31000']] }],
    verdicts: [
      { goal: '≥ 3 × the best', figure: '3.4 (3.1 to 3.9)', met: true },
      { goal: '≥ 3 × BullMQ', figure: 'not installed', met: null },
      { goal: '≤ 5 ms', figure: '6 ms', met: false },
    ],
    notes: ['Medians of 5 rounds.'],
  }),
}
const RUN: Kept = {
  row: 'queue',
  at: '2026-11-23T12:00:00.000Z',
  commit: '86e7827',
  machine: '2 × AMD EPYC, 24 GiB',
  versions: { Node: '20.20.2', 'redis-server': null },
  command: 'npm run bench -- queue',
  seconds: 61.4,
  noise: 0.05,
  result: {},
}

it('docs/benchmarks.md says what the kept results say', async () => {
  const all = rows.map((row) => ({ row, kept: readKept(row.name) }))
  expect(readFileSync(PAGE, 'utf8')).toBe(await benchmarksPage(all))
})

it('every kept result belongs to a row', () => {
  const files = readdirSync(join(ROOT, 'bench'), { recursive: true, encoding: 'utf8' })
  const results = files.filter((file) => /^results\W.*\.json$/.test(file)).map((file) => basename(file))
  expect(results.toSorted()).toEqual(kept.map(({ row }) => `${row.name}.json`).toSorted())
})

it('every kept result can be shown', () => {
  for (const { row, run } of kept) expect(faultsOf(row.show(run.result)), row.name).toEqual([])
})

it('a row can be listed where nothing is built yet', () => {
  expect(rowNames().flatMap((name) => builtBehind(`bench/rows/${name}.mjs`))).toEqual([])
})

it('the page has a line for each goal, in words', async () => {
  const page = await benchmarksPage([{ row: QUEUE, kept: RUN }])
  expect(page).toMatch(/^\| \[queue\]\(#queue\) \| ≥ 3 × the best +\| 3\.4 \(3\.1 to 3\.9\) +\| met +\|$/m)
  expect(page).toMatch(/≥ 3 × BullMQ +\| not installed +\| can’t be said +\|$/m)
  expect(page).toMatch(/≤ 5 ms +\| 6 ms +\| missed +\|$/m)
  expect(page).toContain('Messages in \\| out.')
  expect(page).toContain(
    '2026-11-23, commit 86e7827, 2 × AMD EPYC, 24 GiB, Node 20.20.2, redis-server not installed; 61 s; other programs: 0.05 cores; `npm run bench -- queue`',
  )
})

it('a row that was disturbed says so in place of every verdict', async () => {
  const disturbed = { ...RUN, noise: 0.21 }
  const page = await benchmarksPage([{ row: QUEUE, kept: disturbed }])
  for (const text of [page, toText(QUEUE, disturbed)]) {
    expect(text).toContain('Too noisy to say: other programs kept 0.21 cores busy.')
    expect(text).not.toMatch(/\bmet\b(?! +\|\n)|missed/)
  }
  expect(toText(QUEUE, { ...RUN, noise: 0.2 })).toMatch(/^ {2}met: ≥ 3 × the best; 3\.4 \(3\.1 to 3\.9\)$/m)
})

it('a row without a result stands on the page as not run yet', async () => {
  const page = await benchmarksPage([{ row: QUEUE, kept: null }])
  expect(page).toMatch(/^\| \[queue\]\(#queue\) \| +\| not run yet \|/m)
  expect(page).toContain('\nNot run yet.\n')
})

function faultsOf({ tables, verdicts = [], notes = [] }: Shown): string[] {
  const uneven = tables.filter(({ head, rows: cells }) => cells.some((line) => line.length !== head.length))
  const told = verdicts.flatMap(({ goal, figure }) => [goal, figure])
  const words = [...tables.flatMap(({ head, rows: cells }) => [head, ...cells]).flat(), ...told, ...notes]
  const odd = words.filter((word) => typeof word !== 'string' || /NaN|undefined/.test(word))
  const unclear = verdicts.filter(
    ({ goal, figure, met }) => goal === '' || figure === '' || ![true, false, null].includes(met),
  )
  return [
    ...(tables.length === 0 ? ['no table'] : []),
    ...uneven.map(({ head }) => `uneven: ${head.join()}`),
    ...odd.map(String),
    ...unclear.map(({ goal }) => `unclear: ${goal}`),
  ]
}

/** The files of dist/ that a module imports as it is loaded, by way of others too. */
function builtBehind(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return []
  seen.add(file)
  if (file.startsWith('dist/')) return [file]
  const text = readFileSync(join(ROOT, file), 'utf8')
  const imports = [...text.matchAll(/^(?:import|export)\s(?:[^'"]*?\sfrom\s)?'(\.[^']+)'/gm)].map(
    (match) => match[1] ?? '',
  )
  return imports.flatMap((path) =>
    builtBehind(normalize(join(dirname(file), path)), seen).map((built) => `${file}: ${built}`),
  )
}
