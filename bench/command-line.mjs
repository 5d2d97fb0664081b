import { parseArgs } from 'node:util'

const SWITCHES = { list: { type: 'boolean' }, page: { type: 'boolean' }, try: { type: 'boolean' } }

/**
 * What is asked for: `{ rows, options, list, page, isTry }`, where `options` are those of each row by its name, or `{ problem }`, one
 * sentence. Without names it is all rows.
 */
export function readCommandLine(args, rows) {
  const all = rows.flatMap((row) => Object.entries(row.options))
  const types = all.map(([name, value]) => [name, { type: typeof value === 'boolean' ? 'boolean' : 'string' }])
  let parsed
  try {
    parsed = parseArgs({ args, allowPositionals: true, options: { ...Object.fromEntries(types), ...SWITCHES } })
  } catch (error) {
    return { problem: error.message }
  }
  const { values, positionals: names } = parsed
  const unknown = names.filter((name) => !rows.some((row) => row.name === name))
  if (unknown.length > 0) return { problem: `There is no row ${unknown.join(', ')}.` }
  const { list = false, page = false, try: isTry = false, ...asked } = values
  const chosen = names.length === 0 ? rows : rows.filter((row) => names.includes(row.name))
  return withOptions(chosen, asked, { list, page, isTry })
}

function withOptions(rows, asked, switches) {
  const strange = Object.keys(asked).filter((name) => !rows.some((row) => Object.hasOwn(row.options, name)))
  if (strange.length > 0) return { problem: `None of these rows has an option --${strange.join(', --')}.` }
  const read = rows.map((row) => [row.name, optionsOf(row, asked)])
  const wrong = Object.entries(Object.assign({}, ...read.map(([, options]) => options))).filter(
    ([, value]) => !isGood(value),
  )
  if (wrong.length > 0) return { problem: `--${wrong[0][0]} takes a number from 0 on, or several with commas between.` }
  return { rows, options: Object.fromEntries(read), ...switches }
}

/** A default says what is taken: `5` a number, `[0, 1]` numbers with commas between, `false` a switch, `'a'` words. */
function optionsOf(row, asked) {
  const read = (name, value) => {
    if (!Object.hasOwn(asked, name)) return value
    if (typeof value === 'number') return numberOf(asked[name])
    return Array.isArray(value) ? asked[name].split(',').map(numberOf) : asked[name]
  }
  return Object.fromEntries(Object.entries(row.options).map(([name, value]) => [name, read(name, value)]))
}

/** NaN for what is none. */
function numberOf(text) {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
}

function isGood(value) {
  return ![value].flat().some(Number.isNaN)
}
