import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FCM_PROJECTS_FILE_SCHEMA } from '../../src/contract/fcm-projects-file.ts'
import type { ConfigFault } from '../../src/settings/config-reading.ts'
import { liveProviders, readConfig, type Config } from '../../src/settings/config.ts'
import { pushWaysOf } from '../../src/settings/push-ways.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const account = (id: string) => ({
  ...{ type: 'service_account', project_id: id },
  ...{ client_email: `push@${id}.iam.gserviceaccount.com`, private_key: PEM },
})
const OWN = { FCM_SERVICE_ACCOUNT: JSON.stringify(account('own-1')) }
const SHOP_ACCOUNT = JSON.stringify(account('shop-2'))

let directory = ''
let schema: ValidateFunction | null = null

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidings-projects-'))
  schema = new Ajv2020({ strict: false }).compile(FCM_PROJECTS_FILE_SCHEMA)
  write('news.json', account('news-3'))
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

function write(name: string, content: unknown): string {
  const file = join(directory, name)
  writeFileSync(file, JSON.stringify(content))
  return file
}

type Env = Readonly<Record<string, string>>

function read(content: unknown, env: Env = { SHOP_ACCOUNT }): ReturnType<typeof readConfig> {
  return readConfig({ ...env, FCM_PROJECTS_FILE: write('projects.json', content) })
}

function config(content: unknown, env?: Env): Config {
  const reading = read(content, env)
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  return reading.config
}

function faults(content: unknown, env?: Env): readonly ConfigFault[] {
  const reading = read(content, env)
  return 'faults' in reading ? reading.faults : []
}

const SHOP = { name: 'shop', credentials: { env: 'SHOP_ACCOUNT' }, apps: ['com.example.shop'] }
const NEWS = { name: 'news', credentials: './news.json', apps: ['com.example.news'] }
const GOOD = {
  $schema: './docs/fcm-projects.schema.json',
  projects: [
    { ...SHOP, messages_per_minute: 1_200, ramp_seconds: 0, connections: 20, base_url: 'http://127.0.0.1:9000/' },
    { ...NEWS, default: true },
  ],
}

test('each project has its account, apps and pace; what it does not say, the variables do', () => {
  expect(schema?.(GOOD)).toBe(true)
  const found = config(GOOD, { SHOP_ACCOUNT, FCM_RAMP_SECONDS: '7', FCM_CONNECTIONS: '6' })
  expect(found.fcmProjects).toEqual([
    {
      ...{
        name: 'fcm-news',
        projectId: null,
        apps: ['com.example.news'],
        isUsual: true,
        rampSeconds: 7,
        connections: 6,
      },
      ...{ credentials: account('news-3'), baseUrl: 'https://fcm.googleapis.com', messagesPerMinute: 600_000 },
    },
    {
      ...{
        name: 'fcm-shop',
        projectId: null,
        apps: ['com.example.shop'],
        isUsual: false,
        rampSeconds: 0,
        connections: 20,
      },
      ...{ credentials: account('shop-2'), baseUrl: 'http://127.0.0.1:9000', messagesPerMinute: 1_200 },
    },
  ])
  expect(pushWaysOf(found).all.map(({ project }) => project)).toEqual(['news-3', 'shop-2'])
  expect([liveProviders(found), pushWaysOf(found).usual?.name ?? null]).toEqual([['fcm-news', 'fcm-shop'], 'fcm-news'])
})

test('the variables’ own project is one more, called fcm, and the default unless the file has one', () => {
  const named = (content: unknown, env: Env) => {
    const found = config(content, env)
    return [liveProviders(found), pushWaysOf(found).usual?.name ?? null]
  }
  const both = { SHOP_ACCOUNT, ...OWN }
  expect(named({ projects: [SHOP] }, both)).toEqual([['fcm', 'fcm-shop'], 'fcm'])
  expect(named({ projects: [{ ...SHOP, default: true }] }, both)).toEqual([['fcm', 'fcm-shop'], 'fcm-shop'])
  expect(named({ projects: [SHOP] }, { SHOP_ACCOUNT })).toEqual([['fcm-shop'], 'fcm-shop'])
  const moved = { projects: [SHOP, { ...NEWS, name: 'fcm', default: true }] }
  expect(named(moved, { SHOP_ACCOUNT })).toEqual([['fcm', 'fcm-shop'], 'fcm'])
  expect(named({ projects: [SHOP] }, { ...both, PUSH_PROVIDER: 'sandbox' })).toEqual([[], null])
})

test('a project may go by Google’s own credentials, which name none', () => {
  const here = { projects: [{ name: 'here', project_id: 'here-9' }] }
  expect(config(here, {}).fcmProjects).toMatchObject([{ credentials: null, projectId: 'here-9' }])
  const google = { GOOGLE_APPLICATION_CREDENTIALS: SHOP_ACCOUNT }
  expect(pushWaysOf(config(here, google)).all).toMatchObject([{ project: 'here-9' }])
})

test('every fault is told at once, with its place and what to do, and none of what is secret', () => {
  const hush = '{"type":"service_account","private_key":"hush"'
  const bad = {
    project: [],
    projects: [
      { name: 'Shop', credentials: { env: 'NONE' }, apps: 'com.example', defualt: true },
      { name: 'a', credentials: hush, messages_per_minute: '100' },
      { name: 'a', credentials: { env: 'HUSH' }, base_url: 'ftp://x', default: 'yes' },
      { name: 'b', credentials: './none.json', project_id: 'a/b' },
      { name: 'f', credentials: { env: 'BROKEN' } },
      { name: 'c', apps: ['x'] },
      { name: 'd', project_id: 'same-1', apps: ['x'] },
      { name: 'fcm', project_id: 'same-1', default: true },
      { name: 'e', project_id: 'own-1', default: true },
      7,
    ],
  }
  const broken = JSON.stringify({ ...account('broken-1'), private_key: 'hush' })
  const found = faults(bad, { ...OWN, HUSH: hush.slice(1), BROKEN: broken })
  expect(schema?.(bad)).toBe(false)
  const told = found.map(({ variable, problem, fix }) => `${variable} ${problem} · ${fix}`)
  const places = told.map((one) => /`([^`]*)`/.exec(one)?.[1])
  expect(new Set(places)).toEqual(
    new Set([
      'project',
      ...['projects[0].name', 'projects[0].credentials', 'projects[0].apps', 'projects[0].defualt'],
      ...['projects[1].credentials', 'projects[1].messages_per_minute'],
      ...['projects[2].name', 'projects[2].credentials', 'projects[2].base_url', 'projects[2].default'],
      ...['projects[3].credentials', 'projects[3].project_id'],
      'projects[4].credentials',
      'projects[5].credentials',
      'projects[6].apps[0]',
      ...['projects[7].name', 'projects[7]'],
      'projects[8]',
      ...['projects[9]', 'projects[9].name', 'projects[9].credentials'],
      'projects',
    ]),
  )
  expect(places).toHaveLength(new Set(places).size)
  expect(told.join('\n')).toContain('`projects[0].defualt` is a field that nothing reads · Did you mean default?')
  expect(told.join('\n')).not.toContain('hush')
})

test('a pace, a ramp and connections are whole, as the variables are', () => {
  const fields = ['messages_per_minute', 'ramp_seconds', 'connections'] as const
  for (const field of fields) {
    const content = { projects: [{ ...SHOP, [field]: 1.5 }] }
    expect(schema?.(content)).toBe(false)
    expect(faults(content, { SHOP_ACCOUNT })).toMatchObject([
      {
        problem: `has a fault: \`projects[0].${field}\` is no such number`,
        fix: expect.stringMatching(/^Write a whole number from \d+ to \d+, without quotes\.$/) as string,
      },
    ])
  }
})

test('of several projects one is the default', () => {
  const [fault] = faults({ projects: [SHOP, NEWS] })
  expect(fault?.problem).toBe('has a fault: `projects` has no default')
  expect(faults({ projects: [] }).map(({ problem }) => problem)).toEqual(['has a fault: `projects` holds no project'])
  const file = join(directory, 'projects.json')
  writeFileSync(file, '{"projects": [')
  const broken = readConfig({ FCM_PROJECTS_FILE: file })
  expect('faults' in broken && broken.faults[0]?.problem).toContain('not JSON as it must be')
})
