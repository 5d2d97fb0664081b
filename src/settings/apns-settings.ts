import { readFileSync } from 'node:fs'
import { readUrl } from '../domain/url.ts'
import { isLoopback } from '../http2/client.ts'
import { readApnsKey } from '../providers/apns/key.ts'
import type { ApnsKey } from '../providers/apns/provider-token.ts'
import { NOTHING, withoutSlash, type ConfigFault, type Read, type Reading } from './config-reading.ts'

/** Our account at Apple's push service. */
export interface ApnsConfig extends ApnsKey {
  /** The app's bundle id. */
  readonly topic: string
  readonly environment: 'production' | 'sandbox'
  /** Without a trailing slash. */
  readonly baseUrl: string
}

/** Source: Apple, "Sending notification requests to APNs". */
const PLACES = {
  production: 'https://api.push.apple.com',
  sandbox: 'https://api.sandbox.push.apple.com',
} as const

/** What must stand beside the key. */
const BESIDE = ['APNS_KEY_ID', 'APNS_TEAM_ID', 'APNS_TOPIC'] as const

const WHERE = 'developer.apple.com › Certificates, Identifiers & Profiles › Keys makes such a file, AuthKey_….p8.'

/** Reads the key's file, too. `PUSH_PROVIDER=sandbox` captures these pushes as well. */
export function readApns(read: Read): Reading<ApnsConfig> {
  const given = read('APNS_KEY')
  if (given === null) return withoutKey(read)
  const key = readKey(given)
  const environment = read('APNS_ENVIRONMENT') === 'sandbox' ? 'sandbox' : 'production'
  const baseUrl = withoutSlash(read('APNS_BASE_URL')) ?? PLACES[environment]
  const faults = [
    ...('problem' in key ? [key] : []),
    ...BESIDE.flatMap((name) => besideFault(name, read)),
    ...urlFault(baseUrl),
  ]
  const [keyId, teamId, topic] = BESIDE.map((name) => read(name))
  if (faults.length > 0 || 'problem' in key || !keyId || !teamId || !topic) return { value: null, faults }
  if (read('PUSH_PROVIDER') === 'sandbox') return NOTHING
  return { value: { key: key.key, keyId, teamId, topic, environment, baseUrl }, faults }
}

function withoutKey(read: Read): Reading<ApnsConfig> {
  const set = BESIDE.find((name) => read(name) !== null)
  if (set === undefined) return NOTHING
  const problem = `is missing, while ${set} is set`
  return { value: null, faults: [{ variable: 'APNS_KEY', problem, fix: WHERE }] }
}

/** A fault holds nothing of what was read, not even the path: a key that was pasted without its first line would be told. */
function readKey(given: string): Pick<ApnsKey, 'key'> | ConfigFault {
  const variable = 'APNS_KEY'
  const pem = given.startsWith('-----BEGIN') ? given.replaceAll(String.raw`\n`, '\n') : readText(given)
  if (pem === null) return { variable, problem: 'names a file that can’t be read', fix: WHERE }
  const key = readApnsKey(pem)
  return key === null ? { variable, problem: 'is no private key on P-256 in PEM', fix: WHERE } : { key }
}

function besideFault(variable: (typeof BESIDE)[number], read: Read): readonly ConfigFault[] {
  const value = read(variable)
  const { shape, what, example } = SHAPES[variable]
  if (value === null) {
    return [{ variable, problem: 'is missing, while APNS_KEY is set', fix: `Write it like \`${example}\`.` }]
  }
  return shape.test(value)
    ? []
    : [{ variable, problem: `\`${value}\` is not ${what}`, fix: `Write it like \`${example}\`.` }]
}

/** Sources: Apple, "Establishing a token-based connection to APNs"; "CFBundleIdentifier": letters, digits, hyphens and periods. */
const SHAPES = {
  APNS_KEY_ID: { shape: /^[A-Z0-9]{10}$/, what: 'ten capital letters and digits', example: 'ABC123DEFG' },
  APNS_TEAM_ID: { shape: /^[A-Z0-9]{10}$/, what: 'ten capital letters and digits', example: 'DEF123GHIJ' },
  APNS_TOPIC: { shape: /^[A-Za-z0-9.-]{1,155}$/, what: 'a bundle id', example: 'com.example.app' },
} as const

/** What isn't a URL at all its kind has told. */
function urlFault(baseUrl: string): readonly ConfigFault[] {
  const url = readUrl(baseUrl)
  if (url === null || url.protocol !== 'http:' || isLoopback(url.hostname)) return []
  const problem = `\`${baseUrl}\` is not on this machine, and without TLS`
  return [{ variable: 'APNS_BASE_URL', problem, fix: 'Begin it with https://.' }]
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
