import { readFileSync } from 'node:fs'
import { given, NOTHING, type Env } from './config-reading.ts'
import { TidingsError } from '../domain/errors.ts'
import { readJson } from '../http/json.ts'
import { isObject, type JsonFields } from './json-reader.ts'
import type { ProviderReading, SmsProviderSettings } from './provider-settings.ts'
import type { readHttpSms } from '../providers/http-sms/read.ts'

export type ReadHttpSms = typeof readHttpSms

/** `names`: variables that the file names. */
export type HttpFileReading = ProviderReading & { readonly names: readonly string[] }

type FileFault = { readonly problem: string; readonly fix: string }

/**
 * The reader of such descriptions; null: nothing that is set can hold one. What it judges them by takes as long to load as all the rest of
 * the configuration.
 */
export async function loadHttpReader(env: Env): Promise<ReadHttpSms | null> {
  if (given(env, 'HTTP_SMS_FILE') === null && given(env, 'ROUTES_FILE') === null) return null
  return (await import('../providers/http-sms/read.ts')).readHttpSms
}

/** HTTP_SMS_FILE; `path` null: it is not set. */
export function readHttpFile(path: string | null, env: Env, readHttp: ReadHttpSms | null): HttpFileReading {
  if (path === null) return { ...NOTHING, names: [] }
  const variable = 'HTTP_SMS_FILE'
  const content = readJsonFile(path, 'docs/http-sms.md has an example.')
  if ('problem' in content) return { value: null, faults: [{ variable, ...content }], names: [] }
  const reading = loaded(readHttp)(content.json, (name) => given(env, name))
  const names = reading.variables
  if ('settings' in reading)
    return { value: { name: 'http', type: 'http', settings: reading.settings }, faults: [], names }
  const faults = reading.faults.map((fault) => ({ variable, problem: sentenceOf(fault), fix: fault.fix }))
  return { value: null, faults, names }
}

export interface HttpPlace {
  /** Of the description in the routes file: `providers.regional.config`. */
  readonly path: string
  readonly variable: (name: string) => string | null
  readonly refuse: (path: string, problem: string, fix: string) => void
  readonly readHttp: ReadHttpSms | null
}

/** The same, described in the routes file. */
export function readInlineHttp(
  json: unknown,
  { path, variable, refuse, readHttp }: HttpPlace,
): SmsProviderSettings | null {
  const reading = loaded(readHttp)(json, variable)
  if ('settings' in reading) return { name: 'http', type: 'http', settings: reading.settings }
  for (const fault of reading.faults)
    refuse(fault.path === '' ? path : `${path}.${fault.path}`, fault.problem, fault.fix)
  return null
}

function loaded(readHttp: ReadHttpSms | null): ReadHttpSms {
  if (readHttp === null) throw new Error('the reader of HTTP interfaces was not loaded')
  return readHttp
}

/** As bodies are read: no name may stand twice, and a complaint repeats nothing of what stands there, which may be secret. */
export function readJsonFile(path: string, fix: string): { readonly json: JsonFields } | FileFault {
  try {
    const json = readJson(readFileSync(path))
    return isObject(json) ? { json } : { problem: `holds no JSON object: ${path}`, fix }
  } catch (error) {
    if (!(error instanceof TidingsError)) return { problem: `names a file that can't be read: ${path}`, fix }
    const why = error.message.replace(/^The body/, 'it')
    return { problem: `names a file that is not JSON as it must be: ${path}: ${why}`, fix }
  }
}

/** A fault as the rest of a sentence that begins with the variable. */
export function sentenceOf({ path, problem }: { readonly path: string; readonly problem: string }): string {
  return path === '' ? problem : `has a fault: \`${path}\` ${problem}`
}
