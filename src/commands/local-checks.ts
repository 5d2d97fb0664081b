import { statSync } from 'node:fs'
import { join } from 'node:path'
import { openChannels, liveOnes } from '../wiring/channels.ts'
import { failing, fine } from '../checks/check.ts'
import { checkDatabase } from '../checks/database.ts'
import { nodeCheck, portCheck, secretKeyCheck, type PortHolder, type SecretKey } from '../checks/machine.ts'
import { providerCheck, setupChecks, type Setup } from '../checks/setup.ts'
import { readWholeConfig, type Config } from '../settings/config.ts'
import type { ConfigFault } from '../settings/config-reading.ts'
import type { Check } from '../contract/health.ts'
import { within } from '../domain/time-limit.ts'
import { runningUrl } from '../embedded/postgres.ts'
import { createLog } from '../wiring/log.ts'
import { checkMachine, setupOf } from '../wiring/looks.ts'
import { portProblem } from './port.ts'
import { failuresOf } from '../wiring/provider-checks.ts'
import { createHttpCall } from '../providers/http-call.ts'
import { createDb } from '../store/db.ts'
import { migrationNames } from '../store/migrate.ts'

/** For one provider. */
const PROVIDER_MS = 15_000

/** For a neighbour on the port to say who it is. */
const NEIGHBOUR_MS = 8_000

export interface LocalParts {
  readonly signal: AbortSignal
  /** 0..1 */
  readonly chance: () => number
  readonly now: () => Date
}

/** What can be seen from here, whether or not a service runs. Changes nothing. */
export async function checkLocally(
  env: Readonly<Record<string, string | undefined>>,
  parts: LocalParts,
): Promise<readonly Check[]> {
  const reading = await readWholeConfig(env)
  if ('faults' in reading) return [nodeCheck(process.versions.node), faultsCheck(reading.faults)]
  const { config, hints } = reading
  const setup = setupOf(config, hints)
  return [
    ...(await checkMachine(config)),
    ...setupChecks(setup),
    portCheck(config.port, await portHolder(config)),
    secretKeyCheck(secretKeyFile(config)),
    ...(await lookIntoDatabase(config, setup, parts)),
    ...(await checkProviders(config, parts)),
  ]
}

function faultsCheck(faults: readonly ConfigFault[]): Check {
  return failing('configuration', {
    what: faults.map(({ variable, problem }) => `${variable} ${problem}.`).join(' '),
    why: 'The service does not start like this, and nothing else could be looked at.',
    fix: faults.map(({ variable, fix }) => `${variable}: ${fix}`),
    more: 'docs/configuration.md',
  })
}

async function portHolder({ host, port }: Config): Promise<PortHolder> {
  const problem = await portProblem(host, port)
  if (problem === null) return 'nobody'
  if ('code' in problem && problem.code === 'EACCES') return 'not-allowed'
  return (await isTidings(host, port)) ? 'tidings' : 'another'
}

/** Its answers carry a Request-Id, and its live page says one thing. */
async function isTidings(host: string | null, port: number): Promise<boolean> {
  const name =
    host === null || host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  const call = createHttpCall({ connections: 1, totalMs: NEIGHBOUR_MS })
  try {
    const url = `http://${name}:${port}/livez`
    const request = { method: 'GET', url, headers: {}, body: null } as const
    const answer = await call.send(request, AbortSignal.timeout(NEIGHBOUR_MS))
    if (answer.kind === 'fault') return false
    return 'request-id' in answer.headers && answer.body.toString().trim() === '{"success":true}'
  } finally {
    await call.close()
  }
}

function secretKeyFile({ secretKey, databaseUrl, dataDir }: Config): SecretKey {
  if (secretKey !== null) return { kind: 'variable' }
  if (databaseUrl !== null) return { kind: 'none' }
  const file = join(dataDir, 'secret-key')
  return { kind: 'file', file, mode: statSync(file, { throwIfNoEntry: false })?.mode ?? null }
}

/** Never starts the embedded one. */
async function lookIntoDatabase(config: Config, setup: Setup, { now }: LocalParts): Promise<readonly Check[]> {
  const url = config.databaseUrl ?? runningUrl(config.dataDir)
  if (url === null) return [fine('database', `The embedded Postgres of ${config.dataDir} starts with the service.`)]
  const options = { max: 1, name: 'tidings doctor', statementTimeoutMs: 10_000, queryTimeoutMs: 11_000 }
  const db = createDb(url, options, () => undefined)
  try {
    const parts = { migrations: migrationNames(), setup, now }
    const first = await checkDatabase(db, parts)
    // A machine that is busy may need longer for a connection than a service waits: that alone is no fault.
    return first.some(({ check, state }) => check === 'database' && state === 'fail')
      ? await checkDatabase(db, parts)
      : first
  } finally {
    await db.end()
  }
}

/** Asks each live provider whether it takes our credentials; sends nothing. */
async function checkProviders(config: Config, { signal, chance, now }: LocalParts): Promise<readonly Check[]> {
  const channels = openChannels(config, {
    log: createLog('silent'),
    now,
    clock: now,
    monotonic: () => performance.now(),
    chance,
    after: (ms, run) => {
      const timer = setTimeout(run, ms).unref()
      return () => clearTimeout(timer)
    },
    nodes: () => 1,
    // Its keys are judged where they are read, and no push service can be asked about them without a browser.
    webPush: null,
    onReceipt: () => undefined,
    // It belongs to the service: whoever holds the sessions repeats it there.
    takeReceipt: () => Promise.reject(new Error('nothing is stored here')),
    takeInbound: () => Promise.reject(new Error('nothing is stored here')),
    takeUnreadable: () => Promise.reject(new Error('nothing is stored here')),
  })
  try {
    return await Promise.all(
      liveOnes(channels).map(async (provider) => {
        const failures = await within(PROVIDER_MS, [signal], async (limited) => failuresOf(provider.check(limited)))
        return providerCheck(provider.name, failures)
      }),
    )
  } finally {
    await Promise.all([...channels.sms, ...channels.push].map((provider) => provider.close()))
  }
}
