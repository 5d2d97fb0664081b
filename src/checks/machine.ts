import type { Check } from '../contract/health.ts'
import { failing, fine, warning } from './check.ts'

/** Source: `engines` of package.json. */
const OLDEST = [20, 19] as const

/** Pure. `version`: `20.19.2` */
export function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return fine('node', `Node ${version}.`)
  return failing('node', {
    what: `This is Node ${version}.`,
    why: `Tidings needs ${OLDEST.join('.')} or newer.`,
    fix: ['Install a newer one: https://nodejs.org'],
    more: null,
  })
}

export interface Disk {
  readonly directory: string
  readonly freeBytes: number
  readonly totalBytes: number
}

const GIB = 2 ** 30
const LITTLE_BYTES = 2 * GIB
const TOO_LITTLE_BYTES = GIB / 4

/** Pure. */
export function diskCheck({ directory, freeBytes, totalBytes }: Disk): Check {
  const what = `${(freeBytes / GIB).toFixed(1)} of ${(totalBytes / GIB).toFixed(1)} GiB are free where ${directory} is.`
  if (freeBytes >= LITTLE_BYTES) return fine('disk', what)
  const trouble = {
    what,
    why: 'A full disk stops the database: nothing is accepted then.',
    fix: [
      `See what takes the room: du -xh ${directory} | sort -h | tail`,
      'Make room, or keep less: KEEP_MESSAGES_DAYS, KEEP_BODIES_DAYS.',
    ],
    more: 'docs/operations.md#the-database',
  }
  return freeBytes < TOO_LITTLE_BYTES ? failing('disk', trouble) : warning('disk', trouble)
}

/** Where what API keys are hashed with comes from. */
export type SecretKey =
  | { readonly kind: 'variable' }
  /** `mode`: permission bits; null: it is not there. */
  | { readonly kind: 'file'; readonly file: string; readonly mode: number | null }
  | { readonly kind: 'none' }

/** Pure. */
export function secretKeyCheck(secret: SecretKey): Check {
  if (secret.kind === 'variable') return fine('secret_key', 'SECRET_KEY is set.')
  if (secret.kind === 'none') return fine('secret_key', 'No SECRET_KEY is needed, as nobody is asked for a key.')
  const { file, mode } = secret
  if (mode === null) return fine('secret_key', `${file} is made by the first start.`)
  if ((mode & 0o077) === 0) return fine('secret_key', `${file} can be read by its owner alone.`)
  return failing('secret_key', {
    what: `${file} can be read by others (mode ${(mode & 0o777).toString(8)}).`,
    why: 'With it and a copy of the database API keys can be guessed.',
    fix: [`chmod 600 ${file}`],
    more: 'docs/keys.md#how-they-are-kept',
  })
}

/** Who listens on the port that the service would. */
export type PortHolder = 'nobody' | 'tidings' | 'another' | 'not-allowed'

/** Pure. */
export function portCheck(port: number, holder: PortHolder): Check {
  switch (holder) {
    case 'nobody':
      return fine('port', `Port ${port} is free.`)
    case 'tidings':
      return fine('port', `Tidings serves on port ${port}.`)
    case 'another':
      return failing('port', {
        what: `Port ${port} is in use by another program.`,
        why: 'The service can’t start on it.',
        fix: [
          `See which one: lsof -nP -iTCP:${port} -sTCP:LISTEN`,
          `Stop it, or start on another port: PORT=${port + 1} npx tidings`,
        ],
        more: 'docs/configuration.md#port',
      })
    case 'not-allowed':
      return failing('port', {
        what: `Port ${port} needs more rights than this user has.`,
        why: 'The service can’t start on it.',
        fix: ['Start on another port: PORT=5000 npx tidings'],
        more: 'docs/configuration.md#port',
      })
  }
}
