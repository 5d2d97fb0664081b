import { resolve } from 'node:path'
import type { Read } from './config-reading.ts'
import { readInlineHttp, readJsonFile, type ReadHttpSms } from './http-settings.ts'
import { isObject, type JsonFields, type JsonReader } from './json-reader.ts'
import {
  readSmpp,
  readTwilio,
  readVonage,
  type ProviderReading,
  type SmsProviderSettings,
} from './provider-settings.ts'
import { PROVIDER_NAME } from './routes-file.ts'
import { valueProblem } from './variable-kinds.ts'
import { VARIABLES, type VariableName } from './variables.ts'

/** What each type of provider has in the file, and the variable that says the same of the one that needs no file. */
const FIELDS = {
  twilio: {
    account_sid: 'TWILIO_ACCOUNT_SID',
    auth_token: 'TWILIO_AUTH_TOKEN',
    api_key: 'TWILIO_API_KEY',
    api_secret: 'TWILIO_API_SECRET',
    from: 'TWILIO_FROM',
    messaging_service_sid: 'TWILIO_MESSAGING_SERVICE_SID',
    base_url: 'TWILIO_BASE_URL',
    retry_unreachable: 'TWILIO_RETRY_UNREACHABLE',
  },
  smpp: { url: 'SMPP_URL' },
  vonage: {
    api_key: 'VONAGE_API_KEY',
    api_secret: 'VONAGE_API_SECRET',
    signature_secret: 'VONAGE_SIGNATURE_SECRET',
    from: 'VONAGE_FROM',
    base_url: 'VONAGE_BASE_URL',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, VariableName>>>>

const READERS: Readonly<Record<keyof typeof FIELDS, (read: Read) => ProviderReading>> = {
  twilio: readTwilio,
  smpp: readSmpp,
  vonage: readVonage,
}

const TYPES = ['smpp', 'twilio', 'vonage', 'http'] as const

export interface FileProviderParts {
  readonly read: JsonReader
  /** Names of the providers that variables describe. */
  readonly taken: readonly string[]
  /** What paths are relative to. */
  readonly directory: string
  /** A variable of the environment; null: it is not set. */
  readonly variable: (name: string) => string | null
  readonly readHttp: ReadHttpSms | null
}

/** `names`: also those that are not described as they must be, so that a route which names one has no second fault. */
export function readFileProviders(
  value: unknown,
  parts: FileProviderParts,
): { readonly providers: readonly SmsProviderSettings[]; readonly names: readonly string[] } {
  const entries = parts.read.entries(value, 'providers')
  return {
    names: entries.map(([name]) => name),
    providers: entries.flatMap(([name, one, path]) => {
      judgeName(name, path, parts)
      const provider = readProvider(one, path, parts)
      return provider === null ? [] : [{ ...provider, name }]
    }),
  }
}

/** Every name that stands in an `{"env": "NAME"}`. */
export function namesIn(json: unknown): ReadonlySet<string> {
  if (Array.isArray(json)) return new Set(json.flatMap((one) => [...namesIn(one)]))
  if (!isObject(json)) return new Set()
  const name = reference(json)
  return name === null ? new Set(Object.values(json).flatMap((one) => [...namesIn(one)])) : new Set([name])
}

function judgeName(name: string, path: string, { read, taken }: FileProviderParts): void {
  if (!PROVIDER_NAME.test(name) || name === 'sandbox') {
    read.refuse(path, 'is no name of a provider', 'Up to 32 of a to z, 0 to 9 and -, a letter first; not sandbox.')
  } else if (taken.includes(name)) {
    read.refuse(path, 'is the name of the provider that variables describe', 'Rename this one, or unset the variables.')
  }
}

function readProvider(value: unknown, path: string, parts: FileProviderParts): SmsProviderSettings | null {
  const { read } = parts
  if (!isObject(value)) {
    read.refuse(path, 'is no object', 'Write {"type": …}.')
    return null
  }
  if (value['type'] === undefined) read.refuse(`${path}.type`, 'is missing', `Write one of ${TYPES.join(', ')}.`)
  const type = read.word(value['type'], `${path}.type`, TYPES)
  if (type === null) return null
  if (type === 'http') return readDescribed(value, path, parts)
  return readKnown(type, value, path, parts)
}

/** Its description stands in a file of its own, or here. */
function readDescribed(
  value: JsonFields,
  path: string,
  { read, directory, variable, readHttp }: FileProviderParts,
): SmsProviderSettings | null {
  const fields = read.object(value, path, ['type', 'file', 'config'])
  const [file, config] = [fields['file'], fields['config']]
  const place = { variable, readHttp, refuse: read.refuse }
  if (config !== undefined && file === undefined) return readInlineHttp(config, { ...place, path: `${path}.config` })
  if (file === undefined || config !== undefined) {
    read.refuse(path, 'describes no interface', 'Write either file, or config with what docs/http-sms.md explains.')
    return null
  }
  const name = read.text(file, `${path}.file`)
  if (name === null) return null
  const content = readJsonFile(resolve(directory, name), 'docs/http-sms.md has an example.')
  if (!('problem' in content)) return readInlineHttp(content.json, { ...place, path: `${path}.file` })
  read.refuse(`${path}.file`, content.problem, content.fix)
  return null
}

/** As if its fields were variables, so that they are judged alike. */
function readKnown(
  type: keyof typeof FIELDS,
  value: JsonFields,
  path: string,
  parts: FileProviderParts,
): SmsProviderSettings | null {
  const { read } = parts
  const names: Readonly<Record<string, VariableName>> = FIELDS[type]
  read.object(value, path, ['type', ...Object.keys(names)])
  const before = read.faults.length
  const values = new Map<VariableName, string>()
  for (const [field, name] of Object.entries(names)) {
    const text = readSecret(value[field], `${path}.${field}`, parts)
    const variable = VARIABLES.find((one) => one.name === name)
    const problem = text === null || variable === undefined ? null : valueProblem(variable.kind, text)
    if (problem !== null && variable !== undefined) {
      read.refuse(`${path}.${field}`, problem, `Write it like \`${variable.example}\`.`)
    } else if (text !== null) values.set(name, text)
  }
  // What is wrong in itself is told once.
  if (read.faults.length > before) return null
  const reading = READERS[type](
    (name) => values.get(name) ?? VARIABLES.find((variable) => variable.name === name)?.fallback ?? null,
  )
  for (const { variable, problem, fix } of reading.faults) {
    read.refuse(`${path}.${inFile(variable, names)}`, inFile(problem, names), inFile(fix, names))
  }
  if (reading.value === null && reading.faults.length === 0) {
    read.refuse(path, 'describes no account', `It has ${Object.keys(names).join(', ')}.`)
  }
  return reading.value
}

/** A text, or `{"env": "NAME"}` for what should not stand in a file. Null: left out, or not as it must be. */
function readSecret(value: unknown, path: string, { read, variable }: FileProviderParts): string | null {
  const name = isObject(value) ? reference(value) : null
  if (name === null) {
    if (!isObject(value)) return read.text(value, path)
    read.refuse(path, 'is neither a text nor a variable', 'Write it in quotes, or {"env": "NAME"}.')
    return null
  }
  const text = variable(name)
  if (text === null) read.refuse(path, `is the variable ${name}, which is not set`, `Set ${name}.`)
  return text
}

function reference(json: JsonFields): string | null {
  const { env, ...others } = json
  return typeof env === 'string' && Object.keys(others).length === 0 ? env : null
}

/** The words of a fault about variables, for the fields that stand for them. */
function inFile(words: string, names: Readonly<Record<string, VariableName>>): string {
  return Object.entries(names)
    .toSorted(([, a], [, b]) => b.length - a.length)
    .reduce((text, [field, name]) => text.replaceAll(name, field), words)
    .replace(/other [A-Z]+_ variables are set/, 'others are there')
    .replace('Set it, or unset the others to capture SMS on this machine.', 'Write it.')
}
