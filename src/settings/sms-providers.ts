import { dirname } from 'node:path'
import { given, type ConfigFault, type Env, type Read } from './config-reading.ts'
import { readHttpFile, readJsonFile, sentenceOf, type ReadHttpSms } from './http-settings.ts'
import { createJsonReader, type JsonFields } from './json-reader.ts'
import {
  readSmpp,
  readTwilio,
  readVonage,
  type ProviderReading,
  type SmsProviderSettings,
} from './provider-settings.ts'
import { namesIn, readFileProviders } from './routes-providers.ts'
import { readRoutes, ROUTES_FIELDS, routesHints, type RoutesFile } from './routes-file.ts'

/** Everything that is set about where SMS go. */
export interface SmsSetup {
  readonly providers: readonly SmsProviderSettings[]
  /** Null: one provider at most, and no rules. */
  readonly routes: RoutesFile | null
  readonly faults: readonly ConfigFault[]
  /** Sentences about what keeps nothing from starting, and is probably not what was meant. */
  readonly hints: readonly string[]
  /** Variables that these files name. */
  readonly names: ReadonlySet<string>
}

/** Variables alone describe one provider; the routes file may name it, describe others, and says which message goes through which. */
export function readSmsProviders(read: Read, env: Env, readHttp: ReadHttpSms | null): SmsSetup {
  const file = read('ROUTES_FILE')
  const http = readHttpFile(read('HTTP_SMS_FILE'), env, readHttp)
  if (file === null) return withoutRoutes(ofVariables(read, http), new Set(http.names))
  const content = readJsonFile(file, 'docs/routing.md has an example.')
  if ('problem' in content) {
    const faults = [{ variable: 'ROUTES_FILE', ...content }]
    return { providers: [], routes: null, faults, hints: [], names: new Set(http.names) }
  }
  const names = namesIn(content.json)
  // What the file names is its own, though it may be called like one of ours.
  const own = ofVariables((name) => (names.has(name) ? null : read(name)), http)
  return withRoutes(own, content.json, {
    env,
    names: new Set([...names, ...http.names]),
    directory: dirname(file),
    readHttp,
  })
}

function ofVariables(read: Read, http: ProviderReading): readonly ProviderReading[] {
  return [readTwilio(read), readSmpp(read), readVonage(read), http]
}

/** What tells that a provider is set, in the order they are read. */
const SIGNS = ['TWILIO_ACCOUNT_SID', 'SMPP_URL', 'VONAGE_API_KEY', 'HTTP_SMS_FILE'] as const

function withoutRoutes(readings: readonly ProviderReading[], names: ReadonlySet<string>): SmsSetup {
  const faults = readings.flatMap((reading) => reading.faults)
  const set = SIGNS.filter((_, index) => (readings[index]?.value ?? null) !== null)
  const [first, ...others] = set
  const several = others.map((variable) => ({
    variable,
    problem: `is set, and so is ${first ?? ''}: nothing says which SMS go through which provider`,
    fix: 'Set one of them, or a ROUTES_FILE; docs/routing.md has an example.',
  }))
  const providers = readings.flatMap(({ value }) => value ?? [])
  return { providers, routes: null, faults: [...faults, ...several], hints: [], names }
}

interface FileParts {
  readonly env: Env
  readonly names: ReadonlySet<string>
  /** What paths in the file are relative to. */
  readonly directory: string
  readonly readHttp: ReadHttpSms | null
}

function withRoutes(own: readonly ProviderReading[], json: JsonFields, { env, names, ...parts }: FileParts): SmsSetup {
  const read = createJsonReader()
  const fields = read.object(json, '', ROUTES_FIELDS)
  const ours = own.flatMap(({ value }) => value ?? [])
  const described = readFileProviders(fields['providers'], {
    read,
    taken: ours.map(({ name }) => name),
    variable: (name) => given(env, name),
    ...parts,
  })
  const known = [...ours.map(({ name }) => name), ...described.names]
  const routes = readRoutes(fields, known, read)
  const providers = [...ours, ...described.providers]
  const faults = read.faults.map((fault) => ({ variable: 'ROUTES_FILE', problem: sentenceOf(fault), fix: fault.fix }))
  return {
    providers,
    routes,
    faults: [...own.flatMap((reading) => reading.faults), ...faults],
    hints: routesHints(routes, known),
    names,
  }
}
