import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { benchmarksPage, PAGE as BENCHMARKS, readKept } from '../bench/report.mjs'
import { loadRows, rowNames } from '../bench/rows.mjs'
import { build } from './build.mjs'
import { clientFiles } from './client-types.mjs'

// Writes the pages and files that are made from the code; with --check only tells whether they are in step.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CONFIGURATION = fileURLToPath(new URL('../docs/configuration.md', import.meta.url))
const METRICS = fileURLToPath(new URL('../docs/metrics.md', import.meta.url))
const REASONS = fileURLToPath(new URL('../docs/reasons.md', import.meta.url))
const HTTP_SMS_SCHEMA_FILE = fileURLToPath(new URL('../docs/http-sms.schema.json', import.meta.url))
const FCM_PROJECTS_SCHEMA = fileURLToPath(new URL('../docs/fcm-projects.schema.json', import.meta.url))
const ROUTES_SCHEMA = fileURLToPath(new URL('../docs/routes.schema.json', import.meta.url))

if (await build()) {
  const { configurationPage } = await import('../dist/settings/variables-page.js')
  const { metricsPage } = await import('../dist/commands/metrics-page.js')
  const { reasonsPage } = await import('../dist/commands/reasons-page.js')
  const { HTTP_SMS_SCHEMA } = await import('../dist/providers/http-sms/schema.js')
  const { FCM_PROJECTS_FILE_SCHEMA } = await import('../dist/contract/fcm-projects-file.js')
  const { ROUTES_FILE_SCHEMA } = await import('../dist/contract/routes-file.js')
  const setOut = async (file, page, parser = 'markdown') => format(page, { ...(await resolveConfig(file)), parser })
  const rows = (await loadRows(rowNames())).map((row) => ({ row, kept: readKept(row.name) }))
  const made = {
    [CONFIGURATION]: configurationPage(),
    [METRICS]: await setOut(METRICS, metricsPage()),
    [REASONS]: await setOut(REASONS, reasonsPage()),
    [HTTP_SMS_SCHEMA_FILE]: await setOut(HTTP_SMS_SCHEMA_FILE, JSON.stringify(HTTP_SMS_SCHEMA), 'json'),
    [FCM_PROJECTS_SCHEMA]: await setOut(FCM_PROJECTS_SCHEMA, JSON.stringify(FCM_PROJECTS_FILE_SCHEMA), 'json'),
    [ROUTES_SCHEMA]: await setOut(ROUTES_SCHEMA, JSON.stringify(ROUTES_FILE_SCHEMA), 'json'),
    [BENCHMARKS]: await benchmarksPage(rows),
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
