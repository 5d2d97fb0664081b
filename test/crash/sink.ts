import { join } from 'node:path'
import { ROOT } from '../support/documents.ts'
import { startProgram, waitForOutput } from '../support/program.ts'

/** A receiver of webhooks, in a process of its own. */
export interface Sink {
  readonly url: string
  /** One line of JSON for each call. */
  readonly ledger: string
  stop(): Promise<void>
}

/** `more`: what else it is told, as on a command line. */
export async function startSink(directory: string, name: string, more: readonly string[] = []): Promise<Sink> {
  const ledger = join(directory, `${name}.sink`)
  const program = startProgram([join(ROOT, 'dist/main.js'), 'fake', 'sink', '--ledger', ledger, ...more], {
    cwd: directory,
    env: {},
    log: join(directory, `${name}.log`),
  })
  return { url: await waitForOutput(program, /^listening on (\S+)\n/m), ledger, stop: () => program.kill() }
}
