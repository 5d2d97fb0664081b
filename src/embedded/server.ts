import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import type { Identity } from './identity.ts'
import { isAlive, processesWorkingIn, until } from './processes.ts'
import { StartRefusal } from './refusal.ts'

export interface ServerOptions {
  readonly binaries: Binaries
  readonly identity: Identity | null
  readonly cluster: string
  readonly logFile: string
  /** `name=value`, over what postgresql.conf says. */
  readonly settings: readonly string[]
}

export interface RunningServer {
  readonly port: number
  /** Resolves when it has ended by itself or was stopped. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

const READY_MS = 60_000
/** A fast shutdown writes a checkpoint first. */
const STOP_MS = 60_000
const LOG_BYTES = 10_000_000
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv']

/**
 * Starts it on the first of these ports that can be had (0: any free one), on 127.0.0.1 only; resolves when it takes
 * connections.
 */
export async function startServer(options: ServerOptions, ports: readonly number[]): Promise<RunningServer> {
  for (const wanted of ports) {
    const port = await freePort(wanted)
    if (port === null) continue
    const child = launch(options, port)
    if (await isReady(child, options.cluster)) return running(child, options, port)
  }
  throw new StartRefusal(`The embedded Postgres does not start; ${options.logFile} says why.`)
}

/** Stops what an earlier process left running in this cluster, and clears a lock that only looks alive. */
export async function stopLeftOver(options: ServerOptions): Promise<void> {
  const pid = lockedBy(options.cluster)
  if (pid === null) return
  const known = processesWorkingIn(options.cluster)
  if (known === null) return stopByControl(options)
  if (known.includes(pid)) process.kill(pid, 'SIGINT')
  // Backends may outlive a killed postmaster for a moment; while one does, nobody else may touch the files.
  const gone = await until(() => !(processesWorkingIn(options.cluster) ?? []).some(isAlive), 20, STOP_MS)
  if (!gone)
    throw new StartRefusal(`An older Postgres still works in ${options.cluster} (process ${pid}). Stop it first.`)
  rmSync(join(options.cluster, 'postmaster.pid'), { force: true })
}

function launch(options: ServerOptions, port: number): ChildProcess {
  const { binaries, cluster } = options
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', ...options.settings]
  const args = ['-D', cluster, ...settings.flatMap((setting) => ['-c', setting])]
  // Postgres should not outlive us, even if we are killed. The parent's death is told once the user is set: a change of user forgets it.
  const setpriv = process.platform === 'linux' ? SETPRIV.find((path) => existsSync(path)) : undefined
  const [program, ...before] =
    setpriv === undefined ? [binaries.postgres] : [setpriv, '--pdeathsig', 'INT', '--', binaries.postgres]
  const log = openLog(options.logFile)
  try {
    // In a session of its own, so that Ctrl-C reaches Tidings alone, which stops it last.
    return spawn(program ?? binaries.postgres, [...before, ...args], {
      ...options.identity,
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
      windowsHide: true,
    }).on('error', () => undefined)
  } finally {
    closeSync(log)
  }
}

function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > LOG_BYTES) renameSync(file, `${file}.old`)
  return openSync(file, 'a', 0o600)
}

async function isReady(child: ChildProcess, cluster: string): Promise<boolean> {
  const hasEnded = (): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  let ready = false
  await until(
    () => (ready = readPidFile(cluster)?.ready === true && lockedBy(cluster) === child.pid) || hasEnded(),
    5,
    READY_MS,
  )
  return ready
}

function running(child: ChildProcess, options: ServerOptions, port: number): RunningServer {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  // Where we end at once, it should end too; only a SIGKILL goes past this, and that is what pdeathsig is for.
  const endToo = (): void => void child.kill('SIGINT')
  process.once('exit', endToo)
  child.once('exit', () => process.off('exit', endToo)).unref()
  return {
    port,
    ended,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.ref()
      if (process.platform === 'win32') stopByControl(options)
      else child.kill('SIGINT')
      const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_MS)
      await ended
      clearTimeout(timer)
    },
  }
}

/** pg_ctl refuses where nothing runs, which is as good. */
function stopByControl({ binaries, cluster, identity }: ServerOptions): void {
  try {
    execFileSync(binaries.pgCtl, ['stop', '-D', cluster, '-m', 'fast', '-w'], {
      ...identity,
      cwd: '/',
      stdio: 'ignore',
    })
  } catch {
    return
  }
}

/** Source: Postgres, src/include/utils/pidfile.h: line 1 the process, line 8 its state. */
function readPidFile(cluster: string): { pid: number; ready: boolean } | null {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')
    return { pid: Number(lines[0]), ready: lines[7]?.trim() === 'ready' }
  } catch {
    return null
  }
}

function lockedBy(cluster: string): number | null {
  return readPidFile(cluster)?.pid ?? null
}

async function freePort(wanted: number): Promise<number | null> {
  const probe = createServer()
  try {
    const free = new Promise<boolean>((resolve) => {
      probe.once('listening', () => resolve(true)).once('error', () => resolve(false))
    })
    probe.listen(wanted, '127.0.0.1')
    if (!(await free)) return null
    const address = probe.address()
    return typeof address === 'object' && address !== null ? address.port : null
  } finally {
    await new Promise((resolve) => probe.close(resolve))
  }
}
