import { readFileSync } from 'node:fs'

type Account = { readonly account: Readonly<Record<string, unknown>> }
type AccountFault = { readonly problem: string; readonly fix: string }

/** What a key file of each kind must hold. Source: Google Cloud, “Service account credentials” and AIP-4117. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  service_account: ['project_id', 'client_email', 'private_key'],
  external_account: ['audience', 'subject_token_type', 'token_url', 'credential_source'],
}

const WHERE = 'Firebase console › Project settings › Service accounts › Generate new private key makes such a file.'

/** Reads Google credentials given as JSON or as a path to it. A fault never holds any of what was read. */
export function readAccount(given: string): Account | AccountFault {
  const text = given.startsWith('{') ? given : readText(given)
  if (text === null) return { problem: `names a file that can't be read: ${given}`, fix: WHERE }
  const value = parse(text)
  if (value === null) return { problem: 'holds no JSON object', fix: WHERE }
  const needed = NEEDED[String(value['type'])]
  if (needed === undefined) return { problem: 'is not a service account’s key', fix: WHERE }
  const missing = needed.filter((field) => value[field] === undefined || value[field] === '')
  return missing.length === 0 ? { account: value } : { problem: `lacks ${missing.join(', ')}`, fix: WHERE }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
