import { readUrl } from '../domain/url.ts'
import { CliRefusal, type Surroundings } from './command.ts'
import { given, secretIn } from './secret-in.ts'

/** Which service a command talks to, and as whom. */
export interface ServerAddress {
  /** `http://localhost:5000`, without a trailing slash. */
  readonly url: string
  /** Null: none is set, as where none is asked for. */
  readonly key: string | null
}

const USUAL_PORT = '5000'

/**
 * From TIDINGS_URL, else the port of this machine that PORT names; the key from TIDINGS_KEY, else from the file TIDINGS_KEY_FILE names. Throws
 * a CliRefusal for what can't be an address or a key.
 */
export function serverAddress({ env }: Pick<Surroundings, 'env'>): ServerAddress {
  const url =
    given(env['TIDINGS_URL']) ?? `http://localhost:${/^\d+$/.exec(env['PORT']?.trim() ?? '')?.[0] ?? USUAL_PORT}`
  if (!/^https?:$/.test(protocolOf(url))) throw new CliRefusal('TIDINGS_URL is no address like http://localhost:5000.')
  return { url: url.replace(/(?<!\/)\/+$/, ''), key: keyOf(env) }
}

function keyOf(env: Surroundings['env']): string | null {
  const key = secretIn(env, 'TIDINGS_KEY')
  if (key === null || /^[!-~]+$/.test(key)) return key
  throw new CliRefusal('TIDINGS_KEY holds what no key can: copy it again, without blanks around or within.')
}

function protocolOf(url: string): string {
  return readUrl(url)?.protocol ?? ''
}
