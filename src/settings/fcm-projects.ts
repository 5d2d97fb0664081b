import { dirname, resolve } from 'node:path'
import { given, NOTHING, withoutSlash, type ConfigFault, type Env, type Read } from './config-reading.ts'
import { readAccount } from './google-account.ts'
import { readCredentials as readGoogle } from '../providers/fcm/credentials.ts'
import { readJsonFile, sentenceOf } from './http-settings.ts'
import { createJsonReader, isObject, type JsonFields, type JsonReader } from './json-reader.ts'
import { namesIn } from './routes-providers.ts'
import { PROVIDER_NAME } from './routes-file.ts'
import { valueProblem } from './variable-kinds.ts'
import { HTTP } from './variable.ts'

/** How one Firebase project is sent to. */
interface FcmConfig {
  /** The account's JSON, already read and parsed; null: Google's application default credentials. */
  readonly credentials: Readonly<Record<string, unknown>> | null
  readonly baseUrl: string
  readonly messagesPerMinute: number
  readonly rampSeconds: number
  /** Opened at most. */
  readonly connections: number
}

export interface FcmProject extends FcmConfig {
  /** As its provider is called: `fcm`, or `fcm-` and its name. */
  readonly name: string
  /** Its id at Google; null: the credentials name it. */
  readonly projectId: string | null
  /** Devices registered for one of them are this project's. */
  readonly apps: readonly string[]
  /** It has the devices whose app is no project's. */
  readonly isUsual: boolean
}

export interface FcmSetup {
  /** Empty: pushes to FCM's addresses have no provider. The one called `fcm` comes first, then the usual one. */
  readonly projects: readonly FcmProject[]
  readonly faults: readonly ConfigFault[]
  /** Variables that the file names. */
  readonly names: ReadonlySet<string>
}

type Json = Readonly<Record<string, unknown>>

/** What the variables describe, which is the project `fcm`, and what FCM_PROJECTS_FILE does. */
export function readFcmProjects(read: Read, env: Env): FcmSetup {
  const [account, file] = [read('FCM_SERVICE_ACCOUNT'), read('FCM_PROJECTS_FILE')]
  const usually = account === null && file === null ? 'sandbox' : 'fcm'
  if ((read('PUSH_PROVIDER') ?? usually) !== 'fcm') return { projects: [], faults: [], names: new Set() }
  const own = account !== null || file === null ? readOwn(read, env) : NOTHING
  if (file === null) {
    return { projects: own.value === null ? [] : [own.value], faults: own.faults, names: new Set() }
  }
  const content = readJsonFile(file, 'docs/push.md has an example.')
  if ('problem' in content) {
    const faults = [...own.faults, { variable: 'FCM_PROJECTS_FILE', ...content }]
    return { projects: [], faults, names: new Set() }
  }
  return withFile(content.json, { own, isOwnSet: account !== null, read, env, directory: dirname(file) })
}

function readOwn(read: Read, env: Env): { readonly value: FcmProject | null; readonly faults: readonly ConfigFault[] } {
  const own = read('FCM_SERVICE_ACCOUNT')
  const variable = own === null ? 'GOOGLE_APPLICATION_CREDENTIALS' : 'FCM_SERVICE_ACCOUNT'
  const credentials = readGiven(own ?? given(env, 'GOOGLE_APPLICATION_CREDENTIALS'))
  if (credentials !== null && 'problem' in credentials) return { value: null, faults: [{ variable, ...credentials }] }
  const common = { name: 'fcm', projectId: null, apps: [], isUsual: true }
  return { value: { ...usual(read), ...common, credentials: credentials?.account ?? null }, faults: [] }
}

const readGiven = (account: string | null): ReturnType<typeof readAccount> | null =>
  account === null ? null : readAccount(account)

/** What holds for each project that says nothing else. */
function usual(read: Read): Omit<FcmConfig, 'credentials'> {
  return {
    baseUrl: withoutSlash(read('FCM_BASE_URL')) ?? '',
    messagesPerMinute: Number(read('FCM_MESSAGES_PER_MINUTE')),
    rampSeconds: Number(read('FCM_RAMP_SECONDS')),
    connections: Number(read('FCM_CONNECTIONS')),
  }
}

interface FileParts {
  readonly own: ReturnType<typeof readOwn>
  readonly isOwnSet: boolean
  readonly read: Read
  readonly env: Env
  /** What paths in the file are relative to. */
  readonly directory: string
}

function withFile(json: JsonFields, parts: FileParts): FcmSetup {
  const reader = createJsonReader()
  const fields = reader.object(json, '', ['$schema', 'projects'])
  const entries = reader.list(fields['projects'], 'projects')
  if (entries.length === 0) reader.refuse('projects', 'holds no project', 'Write at least one: {"name": "…", …}.')
  const projects = entries.map(([one, path]) => readProject(one, path, reader, parts))
  refuseDoubles(projects, entries, reader, parts)
  const all = chooseUsual([...(parts.own.value === null ? [] : [parts.own.value]), ...projects], parts.isOwnSet, reader)
  const variable = 'FCM_PROJECTS_FILE'
  const faults = reader.faults.map((fault) => ({ variable, problem: sentenceOf(fault), fix: fault.fix }))
  return { projects: all, faults: [...parts.own.faults, ...faults], names: namesIn(json) }
}

const FIELDS = [
  'name',
  'credentials',
  'project_id',
  'apps',
  'default',
  'messages_per_minute',
  'ramp_seconds',
  'connections',
  'base_url',
] as const

/** Wrong parts are told to `reader`, and left out. */
function readProject(value: unknown, path: string, reader: JsonReader, parts: FileParts): FcmProject {
  const fields = reader.object(value, path, FIELDS)
  const name = readName(fields['name'], `${path}.name`, reader)
  const others = usual(parts.read)
  const projectId = readProjectId(fields['project_id'], `${path}.project_id`, reader)
  const baseUrl = readUrl(fields['base_url'], `${path}.base_url`, reader)
  return {
    name: name === 'fcm' ? name : `fcm-${name}`,
    credentials: readCredentials(fields, path, reader, parts),
    projectId,
    apps: readApps(fields['apps'], `${path}.apps`, reader),
    isUsual: readFlag(fields['default'], `${path}.default`, reader),
    baseUrl: baseUrl ?? others.baseUrl,
    messagesPerMinute:
      reader.whole(fields['messages_per_minute'], `${path}.messages_per_minute`, 1, 100_000_000) ??
      others.messagesPerMinute,
    rampSeconds: reader.whole(fields['ramp_seconds'], `${path}.ramp_seconds`, 0, 3_600) ?? others.rampSeconds,
    connections: reader.whole(fields['connections'], `${path}.connections`, 1, 100) ?? others.connections,
  }
}

function readName(value: unknown, path: string, reader: JsonReader): string {
  if (value === undefined) reader.refuse(path, 'is missing', 'Name the project, as calls will.')
  const name = reader.text(value, path)
  if (name !== null && (!PROVIDER_NAME.test(name) || name.length > MOST_NAME)) {
    reader.refuse(path, 'is no name of a project', `Up to ${MOST_NAME} of a to z, 0 to 9 and -, a letter first.`)
  }
  return name ?? ''
}

function readProjectId(value: unknown, path: string, reader: JsonReader): string | null {
  const id = reader.text(value, path)
  if (id !== null && !PROJECT_ID.test(id)) reader.refuse(path, 'is no project id', 'Write it like "my-app-4711".')
  return id
}

/** It stands in the path of every call; those of an organisation have its domain in front: `example.com:my-app`. */
const PROJECT_ID = /^[A-Za-z0-9][A-Za-z0-9.:-]{0,99}$/

/** With `fcm-` before it, it is a provider's. */
const MOST_NAME = 28

function readFlag(value: unknown, path: string, reader: JsonReader): boolean {
  if (value !== undefined && typeof value !== 'boolean')
    reader.refuse(path, 'is neither true nor false', 'Write true for one of the projects.')
  return value === true
}

function readUrl(value: unknown, path: string, reader: JsonReader): string | null {
  const url = reader.text(value, path)
  const problem = url === null ? null : valueProblem(HTTP, url)
  if (problem === null) return withoutSlash(url)
  reader.refuse(path, problem, 'Write it like "http://127.0.0.1:9000", or leave it out.')
  return null
}

function readApps(value: unknown, path: string, reader: JsonReader): readonly string[] {
  return reader.list(value, path).flatMap(([one, place]) => reader.text(one, place) ?? [])
}

/** A path, from the file, or `{"env": "NAME"}`: a variable with a path or the JSON itself. No complaint repeats what stands there. */
function readCredentials(fields: JsonFields, path: string, reader: JsonReader, parts: FileParts): Json | null {
  const { credentials: value, project_id: projectId } = fields
  const place = `${path}.credentials`
  const refuse = (problem: string, fix: string): null => (reader.refuse(place, problem, fix), null)
  if (value === undefined) {
    if (projectId === undefined)
      return refuse('is missing', 'Write a path to the key file, {"env": "NAME"}, or at least project_id.')
    const own = readGiven(given(parts.env, 'GOOGLE_APPLICATION_CREDENTIALS'))
    if (own === null || 'account' in own) return own?.account ?? null
    return refuse(`is left to GOOGLE_APPLICATION_CREDENTIALS, which ${own.problem}`, own.fix)
  }
  if (typeof value === 'string' && value.trimStart().startsWith('{'))
    return refuse('is a key itself', 'Keep it out of this file: write a path, or {"env": "NAME"}.')
  const account = isObject(value)
    ? readVariable(value, place, reader, parts)
    : toPath(reader.text(value, place), parts.directory)
  const read = readGiven(account)
  if (read === null) return null
  if ('account' in read) {
    const reading = readGoogle(read.account)
    return reading.kind === 'credentials' ? read.account : refuse(`is not usable: ${reading.problem}`, NEW_KEY)
  }
  // A variable may hold a key that is not as it must be, and is then taken for a path.
  return refuse(isObject(value) ? read.problem.replace(/(can't be read): .*/s, '$1') : read.problem, read.fix)
}

const NEW_KEY = 'Make a new key for the service account, and leave it as Google wrote it.'

function toPath(name: string | null, directory: string): string | null {
  return name === null ? null : resolve(directory, name)
}

function readVariable(value: JsonFields, path: string, reader: JsonReader, { env }: FileParts): string | null {
  const { env: name, ...others } = value
  if (typeof name !== 'string' || Object.keys(others).length > 0) {
    reader.refuse(path, 'is neither a path nor a variable', 'Write a path in quotes, or {"env": "NAME"}.')
    return null
  }
  const text = given(env, name)
  if (text === null) reader.refuse(path, `is the variable ${name}, which is not set`, `Set ${name}.`)
  return text
}

/** No name, app or project id stands for two. */
function refuseDoubles(
  projects: readonly FcmProject[],
  entries: readonly (readonly [value: unknown, path: string])[],
  reader: JsonReader,
  { own, isOwnSet }: FileParts,
): void {
  const names = new Set(isOwnSet ? ['fcm'] : [])
  const apps = new Set<string>()
  const ids = new Set(own.value === null ? [] : [projectIdOf(own.value)])
  const once = (seen: Set<string>, word: string, path: string, problem: string, fix: string): void => {
    if (seen.has(word)) reader.refuse(path, problem, fix)
    seen.add(word)
  }
  for (const [index, project] of projects.entries()) {
    const path = entries[index]?.[1] ?? ''
    const byVariables = isOwnSet && project.name === 'fcm'
    const problem = byVariables ? 'is the project that FCM_SERVICE_ACCOUNT describes' : 'is another project’s name, too'
    once(
      names,
      project.name,
      `${path}.name`,
      problem,
      byVariables ? 'Rename it, or unset that variable.' : 'Rename one.',
    )
    for (const [at, app] of project.apps.entries())
      once(apps, app, `${path}.apps[${at}]`, 'is an app of another project, too', 'A device belongs to one project.')
    const id = projectIdOf(project)
    if (id !== '')
      once(ids, id, path, 'is the Firebase project of another one, too', 'Write one of them, with the apps of both.')
  }
}

/** Empty: it is not known. */
export function projectIdOf({ projectId, credentials }: Pick<FcmProject, 'projectId' | 'credentials'>): string {
  const named = credentials?.['project_id']
  return projectId ?? (typeof named === 'string' ? named : '')
}

/** One that says so; else what the variables describe, or the only one. It comes first, but for the one called `fcm`. */
function chooseUsual(projects: readonly FcmProject[], isOwnSet: boolean, reader: JsonReader): readonly FcmProject[] {
  const inFile = isOwnSet ? projects.slice(1) : projects
  const said = inFile.filter(({ isUsual }) => isUsual)
  if (said.length > 1) reader.refuse('projects', 'has more than one default', 'Write "default": true in one of them.')
  if (said.length === 0 && !isOwnSet && projects.length > 1)
    reader.refuse(
      'projects',
      'has no default',
      'Write "default": true in the one for devices whose app is no project’s.',
    )
  const chosen = said[0] ?? projects[0]
  return projects
    .map((project) => ({ ...project, isUsual: project === chosen }))
    .toSorted((a, b) => rankOf(a) - rankOf(b))
}

/** A push that goes by several is shown with the first of them. */
function rankOf({ name, isUsual }: FcmProject): number {
  if (name === 'fcm') return 0
  return isUsual ? 1 : 2
}
