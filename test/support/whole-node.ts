import { startApp, type App } from '../../src/wiring/app.ts'
import { readWholeConfig } from '../../src/settings/config.ts'
import { createLog } from '../../src/wiring/log.ts'
import { freePort } from './program.ts'

/** Everything that serves, as it is put together for users, in this process. */
export interface WholeNode {
  readonly app: App
  readonly url: string
  /** What it has logged so far. */
  readonly lines: readonly string[]
}

/** `variables`: of its configuration, beside the database's; `databaseFiles`: where an embedded one has its files. Stop its `app`. */
export async function startWholeNode(
  databaseUrl: string,
  variables: Readonly<Record<string, string>> = {},
  databaseFiles: string | null = null,
): Promise<WholeNode> {
  // On the loopback addresses: when it stops it waits for no load balancer.
  const port = variables['PORT'] ?? String(await freePort())
  // What a test sees does not depend on the time of day.
  const env = { DATABASE_URL: databaseUrl, PORT: port, QUIET_HOURS: 'off', ...variables }
  const reading = await readWholeConfig(env)
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  const { config } = reading
  const lines: string[] = []
  const log = createLog(config.logLevel, { write: (line) => void lines.push(line) })
  const app = await startApp({
    config,
    databaseUrl,
    databaseFiles,
    secretKey: config.secretKey ?? Buffer.alloc(32, 7),
    version: '0.0.0',
    log,
    onLine: null,
  })
  return { app, url: `http://127.0.0.1:${port}`, lines }
}
