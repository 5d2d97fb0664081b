import { readFileSync } from 'node:fs'
import { CliRefusal, type Surroundings } from './command.ts'
import { readUrl } from '../domain/url.ts'

/** Which service a command talks to, and as whom. */
export interface ServerAddress {
  /** `http://localhost:5000`, without a trailing slash. */
  readonly url: string
  /** Null: none is set, as where none is asked for. */
  readonly key: string | null
}

const USUAL_PORT = '5000'

/**
 * From TIDINGS_URL, else the port of this machine that PORT names; the key from TIDINGS_KEY, else from the file TIDINGS_KEY_FILE names. A key
 * is never an argument: those are seen by every user of the machine, and kept by the shell.
 */
export function serverAddress({ env }: Pick<Surroundings, 'env'>): ServerAddress {
  const url =
    given(env['TIDINGS_URL']) ?? `http://localhost:${/^\d+$/.exec(env['PORT']?.trim() ?? '')?.[0] ?? USUAL_PORT}`
  if (!/^https?:$/.test(protocolOf(url))) throw new CliRefusal('TIDINGS_URL is no address like http://localhost:5000.')
  return { url: url.replace(/(?<!\/)\/+$/, ''), key: keyOf(env) }
}

function keyOf(env: Surroundings['env']): string | null {
  const file = given(env['TIDINGS_KEY_FILE'])
  const key = given(env['TIDINGS_KEY']) ?? (file === null ? null : readKey(file))
  if (key === null || /^[!-~]+$/.test(key)) return key
  throw new CliRefusal('TIDINGS_KEY holds what no key can: copy it again, without blanks around or within.')
}

function readKey(file: string): string | null {
  try {
    return given(readFileSync(file, 'utf8'))
  } catch {
    throw new CliRefusal(`TIDINGS_KEY_FILE=${file} can't be read.`)
  }
}

function protocolOf(url: string): string {
  return readUrl(url)?.protocol ?? ''
}

function given(value: string | undefined): string | null {
  const trimmed = value?.trim() ?? ''
  return trimmed === '' ? null : trimmed
}
