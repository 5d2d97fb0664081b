import { expect, it } from 'vitest'
import { readCommandLine } from '../../bench/command-line.mjs'
import type { Row } from '../../bench/report.mjs'

const show = (): { tables: [] } => ({ tables: [] })
const ROWS: readonly Row[] = [
  { name: 'accept', title: 'accepts', options: { rounds: 5, connections: [64, 256] }, show },
  { name: 'history', title: 'searches', options: { messages: 1_000_000, plans: false }, show },
]

const read = (...args: string[]): ReturnType<typeof readCommandLine> => readCommandLine(args, ROWS)

it('without a name all rows run, with their defaults', () => {
  const options = { accept: { rounds: 5, connections: [64, 256] }, history: { messages: 1_000_000, plans: false } }
  expect(read()).toEqual({ rows: ROWS, options, list: false, page: false, isTry: false })
})

it('options take the place of defaults of the same name, in the rows that have them', () => {
  expect(read('--rounds', '2', 'accept', '--connections', '8,16', 'history', '--plans', '--try')).toMatchObject({
    options: { accept: { rounds: 2, connections: [8, 16] }, history: { messages: 1_000_000, plans: true } },
    isTry: true,
  })
})

it('rows run in their own order, however they are named', () => {
  expect(read('history', 'accept')).toMatchObject({ rows: ROWS })
})

it.each([
  [['acept'], 'There is no row acept.'],
  [['history', '--rounds', '2'], 'None of these rows has an option --rounds.'],
  [['accept', '--rounds', 'many'], '--rounds takes a number from 0 on, or several with commas between.'],
  [['accept', '--connections', '64,'], '--connections takes a number from 0 on, or several with commas between.'],
  [['accept', '--seconds', '2'], "Unknown option '--seconds'"],
])('%s is refused', (args, problem) => {
  expect(read(...args)).toEqual({ problem: expect.stringContaining(problem) as string })
})
