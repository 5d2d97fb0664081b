import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startEmbedded } from '../../src/embedded/postgres.ts'
import { processesWorkingIn } from '../../src/embedded/processes.ts'
import { ROOT } from '../support/documents.ts'
import { freePort, startProgram, type Program } from '../support/program.ts'
import { until } from '../support/until.ts'
import { startLookAlikes, type OverSmpp, type Smsc } from './look-alikes.ts'

/** A node that is started again whenever it ends, on the same port. */
export interface ClusterNode {
  readonly url: string
  /** Null while it is down. */
  pid(): number | null
  /** How its lives ended so far. */
  readonly ends: readonly NodeEnd[]
  /** SIGKILL. Resolves with the id of the process once that is gone; null: it was down. */
  kill(): Promise<number | null>
  stop(): Promise<void>
}

export interface NodeEnd {
  readonly pid: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** Null: by a signal. */
  readonly exitCode: number | null
}

/** How one life of a node differs from `node dist/main.js`. */
export interface NodeLife {
  /** A command that becomes the node: `ip netns exec name`. */
  readonly before?: readonly string[]
  /** Options of Node's own: `--import`. */
  readonly flags?: readonly string[]
  /** What is run in place of today's `dist/main.js`. */
  readonly main?: string
  /** Over its environment. */
  readonly env?: Readonly<Record<string, string>>
}

/** What the nodes are pointed at. */
export interface Addresses {
  /** A DSN. */
  readonly postgres: string
  readonly twilio: string
  readonly fcm: string
  /** `host:port`; null: SMS go to Twilio. */
  readonly smsc: string | null
}

export interface Postgres {
  readonly url: string
  /** SIGKILL to all of its processes; it comes back by itself. Resolves with their ids. */
  kill(): number[]
  /** The process that all others of it come from; null while it is down. */
  postmaster(): number | null
  /** All of its processes, the postmaster first. */
  pids(): number[]
  stop(): Promise<void>
}

/** Everything an experiment runs on; each part is a process of its own. */
export interface Cluster {
  readonly nodes: readonly ClusterNode[]
  readonly postgres: Postgres
  /** Where the look-alikes themselves listen. */
  readonly addresses: Addresses
  readonly twilioLedger: string
  readonly fcmLedger: string
  /** Null: SMS go to Twilio. */
  readonly smsc: Smsc | null
  /** Where the look-alike of an SMSC takes wishes by HTTP; null: there is none. */
  readonly smscControl: string | null
  /** Their processes. */
  readonly lookAlikes: readonly number[]
  /** What each node wrote, over all its lives. */
  readonly logs: readonly string[]
  /** Ends every process. */
  stop(): Promise<void>
}

export interface ClusterOptions {
  /** An empty directory for ledgers, logs and data. */
  readonly directory: string
  readonly nodes: number
  /** Over what the nodes are given anyway. */
  readonly env?: Readonly<Record<string, string>>
  /** Of the script of the look-alike of Twilio. */
  readonly twilioRules?: readonly object[]
  /** Unless said, SMS go to Twilio. */
  readonly smpp?: OverSmpp
  /** What is put between the nodes and the rest: resolves with where the nodes go instead. */
  readonly wire?: (real: Addresses) => Promise<Partial<Addresses>>
  /** Where each node listens and is reached; 127.0.0.1 unless said. */
  readonly host?: (node: number) => string
  /** Asked at each start of each node; lives count from 0. */
  readonly life?: (node: number, life: number) => NodeLife
}

/** As the supervisors of this world do it. */
const RESTART_MS = 200
const READY_MS = 30_000

/** Builds what is not, then starts Postgres, the look-alikes and the nodes; resolves when all nodes are ready. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { directory } = options
  const ends: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    // Those that use a thing end before it.
    for (const end of ends.splice(0).toReversed()) await end()
  }
  try {
    execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] })
    const postgres = await startPostgres(directory)
    ends.push(() => postgres.stop())
    const fakes = await startLookAlikes({ ...options, onStart: (end) => void ends.push(end) })
    const { twilio, fcm, smsc } = fakes
    const addresses = { postgres: postgres.url, twilio, fcm, smsc: smsc?.address ?? null }
    const wired = { ...addresses, ...(await options.wire?.(addresses)) }
    const env = {
      ...credentials(wired, fakes.account, options.smpp?.query ?? ''),
      PATH: process.env['PATH'],
      DATABASE_URL: wired.postgres,
      SMS_RATE_LIMIT_PER_MINUTE: '0',
      // What happens does not depend on the time of day, nor on how often a recipient is named.
      QUIET_HOURS: 'off',
      CAPS: 'off',
      LOG_LEVEL: 'warn',
      ...options.env,
    }
    const ports = await Promise.all(Array.from({ length: options.nodes }, freePort))
    const logs = ports.map((_, index) => join(directory, `node-${index}.log`))
    const nodes = ports.map((port, index) => {
      const life = (number: number): NodeLife => options.life?.(index, number) ?? {}
      const host = options.host?.(index) ?? null
      return superviseNode({ host, port, log: logs[index] ?? '', cwd: directory, env, life })
    })
    for (const node of nodes) ends.push(() => node.stop())
    await Promise.all(nodes.map((node) => until(() => isReady(node.url), READY_MS, 50)))
    const { twilioLedger, fcmLedger, smscControl, pids: lookAlikes } = fakes
    return { nodes, postgres, addresses, twilioLedger, fcmLedger, smsc, smscControl, lookAlikes, logs, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startPostgres(directory: string): Promise<Postgres> {
  // Where root runs the tests, Postgres has another user, which must get in.
  chmodSync(directory, 0o711)
  const dataDir = join(directory, 'data')
  const embedded = await startEmbedded({ dataDir, onRestart: () => undefined })
  const files = join(embedded.elsewhere ?? realpathSync(dataDir), 'cluster')
  const pids = (): number[] => {
    const first = postmasterIn(files)
    const others = (processesWorkingIn(files) ?? []).filter((pid) => pid !== first)
    return first === null ? others : [first, ...others]
  }
  return {
    url: embedded.url,
    kill: () => pids().filter(killed),
    postmaster: () => postmasterIn(files),
    pids,
    stop: () => embedded.stop(),
  }
}

function postmasterIn(files: string): number | null {
  const file = join(files, 'postmaster.pid')
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : null
}

function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

function credentials({ twilio, fcm, smsc }: Addresses, account: string, query: string): Record<string, string> {
  return {
    ...(smsc === null
      ? twilioCredentials(twilio)
      : { SMPP_URL: `smpp://look-alike:secret08@${smsc}?from=15005550006&${query}` }),
    FCM_SERVICE_ACCOUNT: account,
    FCM_BASE_URL: fcm,
    // Who may call is not what is tried here, nor who has had enough, nor when it is night where the contacts are.
    AUTH: 'off',
    QUIET_HOURS: 'off',
    CAPS: 'off',
    PUMPING: 'off',
  }
}

function twilioCredentials(url: string): Record<string, string> {
  return {
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(31)}1`,
    TWILIO_AUTH_TOKEN: 'look-alike-auth-token',
    TWILIO_FROM: '+15005550006',
    TWILIO_BASE_URL: url,
  }
}

interface NodeParts {
  /** Null: nothing is said of it, and 127.0.0.1 is among those it takes. */
  readonly host: string | null
  readonly port: number
  readonly log: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly life: (number: number) => NodeLife
}

function superviseNode({ host, port, log, cwd, env, life }: NodeParts): ClusterNode {
  const url = `http://${host ?? '127.0.0.1'}:${port}`
  const place = { PORT: String(port), PUBLIC_URL: url, ...(host === null ? {} : { HOST: host }) }
  const ends: NodeEnd[] = []
  let program: Program | null = null
  let stopped = false

  async function supervise(): Promise<void> {
    for (let number = 0; !stopped; number += 1) {
      const { before = [], flags = [], main = join(ROOT, 'dist/main.js'), env: more } = life(number)
      const own = { ...env, ...place, ...more }
      const running = startProgram([...flags, main], { cwd, log, before, env: own })
      program = running
      await running.ended
      ends.push({ pid: running.pid, at: Date.now(), exitCode: running.exitCode() })
      program = null
      if (!stopped) await delay(RESTART_MS)
    }
  }

  async function kill(): Promise<number | null> {
    const victim = program
    // Nobody else takes it for alive from here on.
    program = null
    await victim?.kill()
    return victim?.pid ?? null
  }

  const supervised = supervise()
  return {
    url,
    ends,
    pid: () => program?.pid ?? null,
    kill,
    async stop() {
      stopped = true
      await kill()
      await supervised
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
