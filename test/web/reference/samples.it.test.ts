import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callOf, exampleOf, type Values } from '../../../web/reference/call.ts'
import type { Document, Operation } from '../../../web/reference/document.ts'
import { sampleOf, type Language } from '../../../web/reference/samples.ts'
import { until } from '../../support/until.ts'
import { openService, SLOW_MS, type Service } from '../dashboard/stage.ts'
import { operationsIn } from './read-document.ts'
import { isThere, runPrograms, type Programs } from './sample-runs.ts'

const [HAS_CURL, HAS_PYTHON] = [isThere('curl', '--version'), isThere('python3', '--version')]
if (!HAS_CURL) console.log('skipped: needs curl (the samples of the reference)')
if (!HAS_PYTHON) console.log('skipped: needs python3 (the samples of the reference)')
// Half a gigabyte for the sake of these samples: whoever has it runs them.
const HAS_GO = isThere('go', 'version')
if (!HAS_GO) console.log('not run: samples in Go (there is no go)')

const COMPILED: readonly (readonly [string, Language])[] = [
  ['Node', 'node'],
  ['Node, by the client', 'client'],
  ...(HAS_GO ? [['Go', 'go'] as const] : []),
]

/** Beside the example, what must be there for it. */
interface World {
  /** Values of what its path names, by the operation's path up to that. */
  readonly ids: Readonly<Record<string, string>>
  /** Before anything of it was sent. */
  readonly since: string
}

/** They need somebody who signs in, whom the service knows, or who is called; or a key pair, with which pushes leave the machine. */
const LEFT_OUT = new Set([
  ...['signIn', 'takeStatusCallback', 'takeInboundCallback', 'testWebhook'],
  ...['readWebPushKey', 'putWebSubscription'],
])

/** What is there must be used before it is gone. */
const LAST = ['emptyInbox', 'deleteTemplate', 'deleteWebhook', 'removeOptOut', 'revokeKey']
const FIRST = ['putTemplate', 'waitForMessage', 'playLife']

describe('what the reference shows as a program works as it stands', { timeout: SLOW_MS * 3 }, () => {
  let service: Service
  let directory: string
  let document: Document
  let operations: readonly Operation[]

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidings-samples-'))
    // Secrets of webhooks are kept under it.
    service = await openService({ SECRET_KEY: Buffer.alloc(32, 7).toString('base64') })
    document = (await (await fetch(`${service.url}/openapi.json`)).json()) as Document
    operations = operationsIn(document)
  }, SLOW_MS)

  afterAll(async () => {
    await service?.close()
    rmSync(directory, { recursive: true, force: true })
  })

  test.skipIf(!HAS_CURL)('by curl', () => expectAllToWork('curl'))
  test.skipIf(!HAS_PYTHON)('in Python', () => expectAllToWork('python'))
  test.each(COMPILED)('in %s', (_name, language) => expectAllToWork(language))

  async function expectAllToWork(language: Language): Promise<void> {
    const programs = await programsIn(language)
    expect(Object.keys(programs).length).toBeGreaterThan(language === 'client' ? 35 : 40)
    const printed = await runPrograms(language, programs, directory)
    expect(printed).toEqual(Object.fromEntries(Object.keys(programs).map((id) => [id, '200'])))
  }

  async function programsIn(language: Language): Promise<Programs> {
    const world = await makeWorld()
    const samples = inOrder(operations).flatMap((operation) => {
      const values = valuesIn(world, operation)
      if (values === null || operation.isStream || LEFT_OUT.has(operation.operationId)) return []
      const sample = sampleOf(callOf(operation, values, { origin: service.url, withKeys: false }), language)
      return sample === null ? [] : [[operation.operationId, sample] as const]
    })
    return Object.fromEntries(samples)
  }

  /** Null: what its path names isn't there. */
  function valuesIn({ ids, since }: World, operation: Operation): Values | null {
    const { parameters, body } = exampleOf(operation, document)
    const { operationId, path } = operation
    const named = path.indexOf('{')
    const [deed = ''] = /^(?:cancel|pause|resume)/.exec(operationId) ?? []
    const id = ids[`${deed} ${path.slice(0, named)}`.trimStart()]
    if (named >= 0 && id === undefined) return null
    const [place = ''] = Object.keys(parameters).filter((key) => key.startsWith('path:'))
    const asked = operationId === 'waitForMessage' ? { 'query:since': since } : {}
    return { parameters: { ...parameters, ...asked, ...(named < 0 ? {} : { [place]: id ?? '' }) }, body }
  }

  async function makeWorld(): Promise<World> {
    const since = new Date(Date.now() - 60_000).toISOString()
    const later = { send_at: new Date(Date.now() + 86_400_000).toISOString() }
    const push = { tokens: ['sandbox:delivered'], title: 'Hello', body: 'There' }
    await made('/tokens/sandbox:delivered', { client: '+201009129288' }, 'PUT')
    const sms = await made('/smss', { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' })
    const sentLater = await made('/smss', { contact: '+15005550006', subject: 'A', message: 'B', ...later })
    const notification = await made('/notifications/tokens', push)
    const pushedLater = await made('/notifications/tokens', { ...push, ...later })
    const stopped = String((await made('/notifications/tokens', { ...push, ...later }))['notification_id'])
    const key = await made('/keys', { name: 'A key', mode: 'test', scopes: ['sms:send'] })
    const webhook = await made('/webhooks', { url: 'https://hooks.example.com/tidings', types: ['sms.failed'] })
    const id = String(sms['message_id'])
    await until(async () => (await fetch(`${service.url}/smss/${id}`).then(statusIn)) === 'captured', SLOW_MS)
    return {
      since,
      ids: {
        '/smss/': id,
        'cancel /smss/': String(sentLater['message_id']),
        '/notifications/': String(notification['notification_id']),
        'cancel /notifications/': String(pushedLater['notification_id']),
        'pause /notifications/': stopped,
        'resume /notifications/': stopped,
        '/inbox/': `sms_${id}`,
        '/keys/': (key['data'] as { readonly id: string }).id,
        '/webhooks/': String((webhook['data'] as { readonly id: number }).id),
        '/clients/': '+201009129288',
        '/opt-outs/': '+15005550009',
        '/templates/': 'order',
        '/errors/': 'invalid_contact',
        '/docs/': 'client.md',
      },
    }
  }

  async function made(
    path: string,
    body: object,
    method: 'POST' | 'PUT' = 'POST',
  ): Promise<Readonly<Record<string, unknown>>> {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${service.url}${path}`, { method, headers, body: JSON.stringify(body) })
    expect(answer.status).toBe(200)
    return (await answer.json()) as Readonly<Record<string, unknown>>
  }
})

async function statusIn(answer: Response): Promise<string> {
  const { data } = (await answer.json()) as { readonly data: { readonly status: string } }
  return data.status
}

function inOrder(operations: readonly Operation[]): readonly Operation[] {
  const rank = ({ operationId }: Operation): number =>
    FIRST.includes(operationId) ? FIRST.indexOf(operationId) : 100 + LAST.indexOf(operationId)
  return operations.toSorted((one, other) => rank(one) - rank(other))
}
