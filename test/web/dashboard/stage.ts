import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { ROOT } from '../../support/documents.ts'
import { freePort, startProgram, waitForOutput, type Program } from '../../support/program.ts'
import { until } from '../../support/until.ts'

/** For a machine that does much else at the same time. */
export const SLOW_MS = 240_000

/** The service as it is started, in a process of its own, on an empty database. */
export interface Service {
  /** `http://127.0.0.1:40123` */
  readonly url: string
  /** Its DATA_DIR. */
  readonly directory: string
  post(path: string, body: object): Promise<Accepted>
  sms(contact: string, message: string, more?: object): Promise<Accepted>
  /** Deletes what is in the inbox, and what is on its way there. */
  empty(): Promise<void>
  stop(): Promise<void>
  /** On the same port and database. */
  start(): Promise<void>
  close(): Promise<void>
}

/** What a send is answered with, in part. */
interface Accepted {
  /** Only of an SMS. */
  readonly message_id?: number
}

/** `settings`: variables beside those that let it start. */
export async function openService(settings: Readonly<Record<string, string>> = {}): Promise<Service> {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')])
  const database: TestDatabase = await createTestDatabase()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const directory = mkdtempSync(join(tmpdir(), 'tidings-dashboard-'))
  let starts = 0
  let program: Program | null = null

  async function start(): Promise<void> {
    starts += 1
    const env = {
      PATH: process.env['PATH'],
      PORT: String(port),
      HOST: '127.0.0.1',
      DATABASE_URL: database.url,
      DATA_DIR: directory,
      SMS_RATE_LIMIT_PER_MINUTE: '0',
      ...settings,
    }
    program = startProgram([join(ROOT, 'dist/main.js')], { cwd: directory, env, log: join(directory, `${starts}.log`) })
    await waitForOutput(program, /"event":"(ready)"/)
  }

  async function post(path: string, body: object): Promise<Accepted> {
    // A slow machine may be told to come again; the key sees to it that it is stored once.
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
    return until(async () => {
      const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      const text = await answer.text()
      if (!answer.ok && answer.status !== 503) throw new Error(`${path} was answered with ${answer.status}: ${text}`)
      return answer.ok && (JSON.parse(text) as Accepted)
    }, SLOW_MS / 2)
  }

  async function empty(): Promise<void> {
    await until(async () => {
      await fetch(`${url}/inbox`, { method: 'DELETE' })
      const answer = await fetch(`${url}/inbox/threads`)
      const { data, next } = (await answer.json()) as { data?: readonly unknown[]; next?: string | null }
      return data?.length === 0 && next === null
    }, SLOW_MS / 2)
  }

  await start()
  return {
    url,
    directory,
    post,
    sms: (contact, message, more = {}) => post('/smss', { contact, subject: 'Hello', message, ...more }),
    empty,
    stop: async () => program?.kill(),
    start,
    async close() {
      await program?.kill()
      await database.drop()
    },
  }
}

/** Once the letters have their shapes nothing moves any more because of them. */
export async function fontsThere(page: Page): Promise<void> {
  await page.evaluate('document.fonts.ready.then(() => null)')
}

export interface Visit {
  readonly page: Page
  /** What was asked of other hosts. */
  readonly elsewhere: readonly string[]
  /** Errors and warnings of the console, refusals by the policy, and whatever a text could make run. */
  readonly complaints: readonly string[]
}

/** A fresh profile in front of a page of the service. `isAway`: its inbox does not answer. */
export async function visit(
  browser: Browser,
  url: string,
  path = '/dashboard',
  {
    isAway = false,
    ...options
  }: NonNullable<Parameters<Browser['newContext']>[0]> & { readonly isAway?: boolean } = {},
): Promise<Visit> {
  // What moves is judged where it comes to rest.
  const still = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' } as const
  const context = await browser.newContext({ ...still, ...options })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url })
  const elsewhere: string[] = []
  const complaints: string[] = []
  await context.route(
    (asked) => asked.origin !== url,
    (route) => {
      elsewhere.push(route.request().url())
      return route.abort()
    },
  )
  if (isAway) await context.route(`${url}/inbox/**`, (route) => route.abort())
  const page = await context.newPage()
  page.setDefaultTimeout(SLOW_MS / 2)
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(`${url}${path}`)
  return { page, elsewhere, complaints }
}
