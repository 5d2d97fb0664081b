import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { build } from './build.mjs'
import { clientFiles } from './client-types.mjs'

// Writes the pages and files that are made from the code; with --check only tells whether they are in step.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CONFIGURATION = fileURLToPath(new URL('../docs/configuration.md', import.meta.url))
const METRICS = fileURLToPath(new URL('../docs/metrics.md', import.meta.url))
const REASONS = fileURLToPath(new URL('../docs/reasons.md', import.meta.url))

if (await build()) {
  const { configurationPage } = await import('../dist/variables-page.js')
  const { metricsPage } = await import('../dist/metrics-page.js')
  const { reasonsPage } = await import('../dist/reasons-page.js')
  const setOut = async (file, page) => format(page, { ...(await resolveConfig(file)), parser: 'markdown' })
  const made = {
    [CONFIGURATION]: configurationPage(),
    [METRICS]: await setOut(METRICS, metricsPage()),
    [REASONS]: await setOut(REASONS, reasonsPage()),
    ...(await clientFiles()),
  }
  for (const [file, text] of Object.entries(made)) {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
    if (!process.argv.includes('--check')) writeFileSync(file, text)
    else {
      console.error(`${relative(ROOT, file)} is not what the code says: run \`npm run docs\`.`)
      process.exitCode = 1
    }
  }
} else process.exitCode = 1
