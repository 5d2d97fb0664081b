import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from '../support/database.ts'
import { ROOT } from '../support/documents.ts'
import { freePort, startProgram } from '../support/program.ts'
import { until } from '../support/until.ts'

/** A whole service in a process of its own, on a database of its own. Everything is captured. */
export interface Service {
  readonly url: string
  /** Has no `.env`. */
  readonly directory: string
  readonly databaseUrl: string
  close(): Promise<void>
}

export async function startService(env: Readonly<Record<string, string>> = {}): Promise<Service> {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')])
  const database = await createTestDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'tidings-client-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const program = startProgram([join(ROOT, 'dist/main.js')], {
    cwd: directory,
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      DATABASE_URL: database.url,
      LOG_LEVEL: 'warn',
      SMS_RATE_LIMIT_PER_MINUTE: '0',
      ...env,
    },
    log: join(directory, 'service.log'),
  })
  await until(async () => {
    if (program.exitCode() !== null) throw new Error(`the service ended: ${program.output()}`)
    return isReady(url)
  })
  return {
    url,
    directory,
    databaseUrl: database.url,
    async close() {
      await program.kill()
      await database.drop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok
  } catch {
    return false
  }
}
