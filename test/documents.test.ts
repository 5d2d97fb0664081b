import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { STATUSES } from '../src/domain/status.ts'
import { createTerminal } from '../src/commands/terminal.ts'
import { VARIABLES } from '../src/settings/variables.ts'
import { blocksOf, pages, readPage, ROOT } from './support/documents.ts'

it.each(pages())('every link of %s leads to a file', (page) => {
  const links = [...readPage(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '')
  const lost = links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))
  expect(lost).toEqual([])
})

it.each(pages())('every command that %s names is there', (page) => {
  const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> }
  const named = [...readPage(page).matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map((match) => match[1] ?? '')
  expect(named.filter((name) => !(name in scripts))).toEqual([])
})

it.each(pages())('every variable that %s names can be set', (page) => {
  const ours = new Set<string>([...VARIABLES.map(({ name }) => name), ...OF_COMMANDS, ...OF_TESTS, ...OF_OTHERS])
  const named = [...readPage(page).matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)/g)].map((match) => match[1] ?? '')
  expect(named.filter((name) => !ours.has(name))).toEqual([])
})

it('the README explains every status', () => {
  const [, section = ''] = /^## Statuses\n(.*?)^## /ms.exec(readPage('README.md')) ?? []
  const explained = [...section.matchAll(/^\| `([a-z]+)` +\|/gm)].map((match) => match[1])
  expect(new Set(explained)).toEqual(new Set(STATUSES))
})

it('the README shows the first screen as it is printed', () => {
  let printed = ''
  const terminal = createTerminal({
    write: (text) => (printed += text),
    colour: false,
    columns: () => 80,
    now: () => new Date(0),
  })
  const { version } = JSON.parse(readPage('package.json')) as { version: string }
  const data = './data (new, embedded Postgres 18)'
  const noKeys = { asksForKeys: false, newKey: null, signIn: null }
  terminal.banner({ version, url: 'http://localhost:5000', sms: null, push: null, data, openTo: null, ...noKeys })
  terminal.ready(1.9)
  const shown = blocksOf('README.md').find((block) => block.text.includes('capture mode'))
  expect(shown?.text.trim()).toBe(printed.trim())
})

it('the Unreleased part of the changelog says what is new', () => {
  const [, unreleased] = /^## Unreleased\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(readPage('CHANGELOG.md')) ?? []
  expect(unreleased).toMatch(/^- /m)
})

/** Read by the commands that talk to a service, and by no service. */
const OF_COMMANDS = [
  'TIDINGS_URL',
  'TIDINGS_KEY',
  'TIDINGS_KEY_FILE',
  'TIDINGS_WEBHOOK_SECRET',
  'TIDINGS_WEBHOOK_SECRET_FILE',
  'NO_COLOR',
]

/** Read by tests. */
const OF_TESTS = ['REQUIRE_ALL', 'FUZZ_CALLS', 'PROPERTY_RUNS']

/** Variables and words in capitals that are not ours to set. */
const OF_OTHERS = [
  'GOOGLE_APPLICATION_CREDENTIALS',
  'NODE_OPTIONS',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_SERVICE_NAME',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
  'POSTGRES_PASSWORD',
]
