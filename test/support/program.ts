import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { until } from './until.ts'

/** A Node program in a process of its own. */
export interface Program {
  readonly pid: number
  /** Resolves when it has ended, however that came. */
  readonly ended: Promise<void>
  /** Its exit code; null while it runs, and after a signal. */
  exitCode(): number | null
  /** What it has written so far, on both streams. */
  output(): string
  /** Resolves when it is gone; at once if it has ended before. */
  kill(): Promise<void>
}

export interface ProgramOptions {
  /** Its directory. */
  readonly cwd: string
  /** All of its environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** A file that both its streams are appended to. */
  readonly log: string
  /** A command that becomes the program: `ip netns exec name`. */
  readonly before?: readonly string[]
}

const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv']

/** Runs `node ...args`. It does not outlive this process: on Linux not even a killed one. */
export function startProgram(args: readonly string[], options: ProgramOptions): Program {
  return startCommand([process.execPath, ...args], options)
}

/** Runs any other command in the same way. */
export function startCommand(command: readonly string[], options: ProgramOptions): Program {
  const setpriv = process.platform === 'linux' ? SETPRIV.find((path) => existsSync(path)) : undefined
  const bound = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL', '--']
  const [first = process.execPath, ...rest] = [...bound, ...(options.before ?? []), ...command]
  const log = openSync(options.log, 'a')
  const child = spawn(first, rest, { cwd: options.cwd, env: { ...options.env }, stdio: ['ignore', log, log] })
  closeSync(log)
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  }).finally(() => process.off('exit', end))
  return {
    pid: child.pid ?? 0,
    ended,
    exitCode: () => child.exitCode,
    output: () => readFileSync(options.log, 'utf8'),
    async kill() {
      end()
      await ended
    },
  }
}

/** What the program wrote where `pattern` has its first group. Throws what it wrote when it ends before. */
export async function waitForOutput(program: Program, pattern: RegExp): Promise<string> {
  let running = true
  void program.ended.then(() => (running = false))
  return until(() => {
    const found = pattern.exec(program.output())?.[1]
    if (found === undefined && !running) throw new Error(`it ended before it was ready: ${program.output()}`)
    return found
  })
}

/** Below what systems give out by themselves (Linux: from 32768 on): nobody who lets the system choose takes one meanwhile. */
const PORTS = { first: 20_000, count: 12_000 } as const

/** Workers that run at the same time begin far from each other. */
let nextPort = process.pid * 97

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + (nextPort++ % PORTS.count)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
