// npm run bench [-- NAME …] [--rounds N …]: figures of this machine, each beside what it is measured against. Without names, all rows. They are kept in
// bench/results/ and docs/benchmarks.md is written from them; --try keeps nothing, --page only writes the page, --list names the rows.
import { build } from '../scripts/build.mjs'
import { readCommandLine } from './command-line.mjs'
import { machineSeconds } from './cpu.mjs'
import { commit, machine, versions } from './machine.mjs'
import { keep, toText, writePage } from './report.mjs'
import { loadRows, rowNames } from './rows.mjs'

const all = await loadRows(rowNames())
const asked = readCommandLine(process.argv.slice(2), all)
if ('problem' in asked) {
  console.error(`bench: ${asked.problem}\n\n${listed()}`)
  process.exit(2)
}
if (asked.list) console.log(listed())
else if (asked.page) await writePage(all)
else process.exitCode = (await build()) && (await runAll()) ? 0 : 1
// What a row has left open must not hold this up.
process.exit()

function listed() {
  const width = Math.max(...all.map(({ name }) => name.length))
  return all.map(({ name, title, options }) => `  ${name.padEnd(width)}  ${title} (${optionsText(options)})`).join('\n')
}

function optionsText(options) {
  return Object.entries(options)
    .map(([name, value]) => (typeof value === 'boolean' ? `--${name}` : `--${name} ${value}`))
    .join(' ')
}

/** False where one of them failed; the others run all the same. */
async function runAll() {
  let good = true
  for (const row of asked.rows) {
    try {
      const kept = await run(row, asked.options[row.name])
      console.log(toText(row, kept))
      if (asked.isTry) continue
      await keep(kept)
      await writePage(all)
    } catch (error) {
      good = false
      console.error(`bench: ${row.name} failed.`, error)
    }
  }
  return good
}

async function run(row, options) {
  const at = new Date().toISOString()
  const setting = { row: row.name, at, commit: commit(), machine: machine(), versions: await versions(row.needs) }
  const [before, began] = [machineSeconds(), performance.now()]
  const result = await row.measure(options, (line) => console.error(`  ${row.name}: ${line}`))
  const [after, seconds] = [machineSeconds(), (performance.now() - began) / 1_000]
  const command = ['npm run bench --', row.name, ...changed(row, options)].join(' ')
  return { ...setting, command, seconds, noise: coresOfOthers(before, after, seconds), result }
}

/** Cores that were kept busy by what is neither this process nor a program that it ran and waited for; null where that can't be known. */
function coresOfOthers(before, after, seconds) {
  if (before === null) return null
  const spent = (part) => after[part] - before[part]
  return Math.max(0, (spent('all') - spent('own')) / seconds)
}

/** Those that differ from the defaults, as they are written on the command line. */
function changed(row, options) {
  return Object.entries(options)
    .filter(([name, value]) => String(value) !== String(row.options[name]))
    .map(([name, value]) => (value === true ? `--${name}` : `--${name} ${value}`))
}
