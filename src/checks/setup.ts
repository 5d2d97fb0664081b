import type { Check } from '../contract/health.ts'
import type { CheckStep } from '../domain/provider.ts'
import type { KeyRecord } from '../store/keys/read-api-keys.ts'
import { counted, failing, fine, warning } from './check.ts'

/** Of the configuration, what is to be judged. */
export interface Setup {
  /** Providers that messages leave the machine through. */
  readonly live: readonly string[]
  /** Whether callers need a key. */
  readonly asksForKeys: boolean
  /** Only this machine reaches the service. */
  readonly loopbackOnly: boolean
  readonly publicUrl: string | null
  /** What ONLY_TO and REDIRECT_TO do; null: neither is set. */
  readonly staging: string | null
  /** Sentences about what is set, and probably not meant so; null: not looked at. */
  readonly hints: readonly string[] | null
}

/** Pure. */
export function setupChecks(setup: Setup): readonly Check[] {
  return [...hintsCheck(setup), authCheck(setup), callbacksCheck(setup), stagingCheck(setup)]
}

function hintsCheck({ hints }: Setup): readonly Check[] {
  if (hints === null) return []
  if (hints.length === 0) return [fine('configuration', 'Every variable is understood.')]
  const trouble = {
    what: hints.join(' '),
    why: 'A variable that nothing reads changes nothing.',
    fix: ['Rename or unset it, in the environment or in .env.'],
    more: 'docs/configuration.md',
  }
  return [warning('configuration', trouble)]
}

function authCheck({ live, asksForKeys, loopbackOnly }: Setup): Check {
  if (asksForKeys) return fine('auth', 'Callers need an API key.')
  if (live.length === 0) {
    if (loopbackOnly) return fine('auth', 'Nobody needs a key: nothing leaves this machine, and only it can call.')
    return warning('auth', {
      what: 'Others than this machine can call without a key.',
      why: 'HOST lets them in. Nothing is sent, but they can read what was captured.',
      fix: ['Unset HOST, or let a firewall decide who comes in.'],
      more: 'docs/keys.md',
    })
  }
  const trouble = {
    what: `AUTH=off, while ${live.join(' and ')} ${live.length === 1 ? 'is' : 'are'} live.`,
    why: `${loopbackOnly ? 'Every program of this machine' : 'Whoever reaches HOST'} can send at your cost, and read every message.`,
    fix: ['Unset AUTH.', 'npx tidings keys create --name … --scope …'],
    more: 'docs/keys.md',
  }
  return loopbackOnly ? warning('auth', trouble) : failing('auth', trouble)
}

function callbacksCheck({ live, publicUrl }: Setup): Check {
  if (publicUrl !== null && !publicUrl.startsWith('https:'))
    return warning('callbacks', {
      what: 'PUBLIC_URL is not https.',
      why: 'Receipts and keys can be read and changed on their way.',
      fix: ['Put a proxy with TLS in front, and set PUBLIC_URL to its address.'],
      more: 'docs/configuration.md#public_url',
    })
  if (publicUrl !== null) return fine('callbacks', 'Providers report to PUBLIC_URL.')
  return fine(
    'callbacks',
    live.length === 0
      ? 'No provider has anything to report.'
      : 'PUBLIC_URL is not set: providers are asked for receipts.',
  )
}

function stagingCheck({ staging }: Setup): Check {
  if (staging === null) return fine('staging', 'Messages go to whom they are meant for.')
  return warning('staging', {
    what: `${staging}.`,
    why: 'ONLY_TO or REDIRECT_TO is in force: right for staging, wrong in production.',
    fix: ['In production: unset ONLY_TO and REDIRECT_TO, and start again.'],
    more: 'docs/pausing.md#staging',
  })
}

const DAY_MS = 86_400_000
const SOON_DAYS = 14

/** Pure. */
export function keysCheck(keys: readonly KeyRecord[], { asksForKeys }: Setup, now: Date): Check {
  const open = keys.filter(({ revokedAt, expiresAt }) => revokedAt === null && (expiresAt === null || expiresAt > now))
  if (asksForKeys && !open.some(({ scopes }) => scopes.includes('admin')))
    return failing('keys', {
      what: open.length === 0 ? 'No API key opens anything.' : 'No API key has the scope admin.',
      why: 'Callers need a key, and nobody could make another one.',
      fix: ['npx tidings keys create --name Me --scope all'],
      more: 'docs/keys.md',
    })
  const soon = open.filter(
    ({ expiresAt }) => expiresAt !== null && expiresAt.getTime() - now.getTime() < SOON_DAYS * DAY_MS,
  )
  if (open.length === 0) return fine('keys', 'There are no API keys, and nobody needs one.')
  if (soon.length === 0)
    return fine('keys', `${counted(open.length, 'API key')} in force, of which none ends within ${SOON_DAYS} days.`)
  return warning('keys', {
    what: `API keys that end within ${SOON_DAYS} days: ${soon.map(({ id, expiresAt }) => `${id} (${expiresAt?.toISOString().slice(0, 10) ?? ''})`).join(', ')}.`,
    why: 'From then on whoever uses them is refused.',
    fix: ['PATCH /keys/{key} with another expires_at, or make another key.'],
    more: 'docs/keys.md',
  })
}

/** Pure. `failures`: what a provider's own check found wrong. */
export function providerCheck(name: string, failures: readonly CheckStep[]): Check {
  const check = `provider.${name}`
  if (failures.length === 0) return fine(check, `${name} takes our credentials.`)
  return failing(check, {
    what: `${name}: ${failures.map(({ detail }) => detail).join(' ')}`,
    why: 'It would not take a message now. Calls are accepted all the same, and wait.',
    fix: failures.flatMap(({ fix }) => (fix === null ? [] : [fix])),
    more: 'docs/configuration.md',
  })
}
