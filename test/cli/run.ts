import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ROOT } from '../support/documents.ts'
import { until } from '../support/until.ts'

/** Whether there is what plays a terminal: Python 3.9 or newer. */
export const hasTerminal = spawnSync('python3', ['-c', 'import os, pty; os.waitstatus_to_exitcode']).status === 0
if (!hasTerminal) console.log('skipped: needs python3, 3.9 or newer (commands in a terminal)')
if (!hasTerminal && process.env['REQUIRE_ALL'] === '1') throw new Error('python3 is missing')

/** A command that runs. */
export interface Running {
  readonly process: ChildProcess
  stdout(): string
  stderr(): string
  /** Its exit code, when it has ended. */
  readonly ended: Promise<number | null>
}

export interface RunOptions {
  /** Has no `.env`. */
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/** `tidings …` with its streams in pipes. */
export function startTidings(words: readonly string[], options: RunOptions): Running {
  return start(process.execPath, [join(ROOT, 'dist/main.js'), ...words], options)
}

/** The same in a terminal of 100 columns. Both streams are its output; Python's pty has been in every system for long. */
export function startInTerminal(words: readonly string[], options: RunOptions): Running {
  const command = [process.execPath, join(ROOT, 'dist/main.js'), ...words]
  return start('python3', ['-c', TERMINAL, ...command], options)
}

export async function tidings(words: readonly string[], options: RunOptions): Promise<Ended> {
  return whenEnded(startTidings(words, options))
}

export async function inTerminal(words: readonly string[], options: RunOptions): Promise<Ended> {
  return whenEnded(startInTerminal(words, options))
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Ends with the command's exit code. A line on its stdin is a Ctrl-C. */
const TERMINAL = `
import fcntl, os, pty, select, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 100, 0, 0))
watched = [terminal, 0]
while True:
    ready, _, _ = select.select(watched, [], [])
    if 0 in ready:
        watched = [terminal]
        if os.read(0, 1): os.write(terminal, b'\\x03')
    if terminal in ready:
        try:
            text = os.read(terminal, 65536)
        except OSError:
            text = b''
        if not text: break
        os.write(1, text)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
`

function start(program: string, args: readonly string[], { cwd, env = {}, stdin }: RunOptions): Running {
  const child = spawn(program, args, { cwd, env: { PATH: process.env['PATH'], TERM: 'xterm-256color', ...env } })
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk))
  child.stdin.on('error', () => undefined)
  if (stdin !== undefined) child.stdin.end(stdin)
  const ended = once(child, 'close').then(() => child.exitCode)
  return { process: child, stdout: () => text.stdout, stderr: () => text.stderr, ended }
}

async function whenEnded(running: Running): Promise<Ended> {
  const code = await running.ended
  return { code, stdout: running.stdout(), stderr: running.stderr() }
}

/** Waits until what it wrote matches. Throws all of it when it ends before. */
export async function untilWritten(running: Running, pattern: RegExp): Promise<void> {
  let over = false
  void running.ended.then(() => (over = true))
  await until(() => {
    if (pattern.test(running.stdout() + running.stderr())) return true
    if (over) throw new Error(`it ended: ${running.stdout()}${running.stderr()}`)
    return false
  })
}
