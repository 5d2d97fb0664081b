import { randomBytes } from 'node:crypto'
import type { ClientCommand } from './arguments.ts'
import type { Surroundings } from '../cli/command.ts'
import { runCommand } from '../cli/program.ts'
import { serverAddress } from '../cli/server-address.ts'
import { createTidings } from '../client/tidings.ts'

export interface ClientParts {
  readonly env: Surroundings['env']
  /** Resolves when we are told to stop. */
  readonly told: Promise<void>
  /** 0..1 */
  readonly chance: () => number
  /** Ends the process. */
  readonly leave: (code: number) => void
}

/** Runs a command of src/cli on this process's terminal or pipes. Returns the exit code. */
export async function runClient(
  command: ClientCommand,
  words: readonly string[],
  { env, told, chance, leave }: ClientParts,
): Promise<number> {
  const stop = new AbortController()
  void told.then(() => stop.abort())
  endWithReader(leave)
  return runCommand(command, words, {
    env,
    say,
    tell: (line) => void process.stderr.write(`${line}\n`),
    isTerminal: { stdin: process.stdin.isTTY, stdout: process.stdout.isTTY, stderr: process.stderr.isTTY },
    colour: process.stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    columns: () => process.stdout.columns || 80,
    stdin: process.stdin,
    now: () => new Date(),
    call: (url, init) => globalThis.fetch(url, init),
    drawBytes: (count) => randomBytes(count),
    signal: stop.signal,
    client: () => createTidings(serverAddress({ env })),
    checks: async (signal) => {
      const { checkLocally } = await import('./local-checks.ts')
      return checkLocally(env, { signal, chance, now: () => new Date() })
    },
    reference: async () => {
      const { explained } = await import('./explained.ts')
      return explained()
    },
  })
}

function say(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()))
}

/** `tidings find … | head`: whoever read has what he wanted. */
function endWithReader(leave: ClientParts['leave']): void {
  process.stdout.on('error', () => leave(0))
  process.stderr.on('error', () => undefined)
}
