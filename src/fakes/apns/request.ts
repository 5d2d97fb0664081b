import type { IncomingHttpHeaders } from 'node:http'
import { refusalOf, type FakeRefusal } from './reasons.ts'

/** One push as it was asked for. */
export interface FakePush {
  readonly device: string
  readonly topic: string
  readonly type: string
  readonly headers: IncomingHttpHeaders
  readonly payload: Readonly<Record<string, unknown>>
}

const TYPES = new Set(
  ['alert', 'background', 'location', 'voip', 'complication', 'fileprovider', 'mdm', 'liveactivity'].concat([
    'pushtotalk',
    'widgets',
    'controls',
  ]),
)
const SINGLE = ['apns-id', 'apns-push-type', 'apns-expiration', 'apns-priority', 'apns-topic', 'apns-collapse-id']
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The token that no device has. */
const NOBODY = /^0+$/

/** Reads `POST /3/device/{token}` as strictly as Apple does; its provider token has been judged. `topics`: of the team's apps. */
export function readPush(
  path: string,
  headers: IncomingHttpHeaders,
  body: string,
  topics: readonly string[],
): FakePush | FakeRefusal {
  const device = path.slice('/3/device/'.length)
  const text = (name: string): string | undefined => textOf(headers[name])
  const topic = text('apns-topic') ?? ''
  const type = text('apns-push-type') ?? 'alert'
  const fault =
    spellingFault(device) ??
    topicFault(topic, topics) ??
    headerFault(text, type) ??
    bodyFault(body, type) ??
    known(device)
  if (fault !== null) return refusalOf(fault)
  return { device, topic, type, headers, payload: parse(body) ?? {} }
}

function spellingFault(device: string): string | null {
  if (device === '') return 'MissingDeviceToken'
  return /^[0-9a-f]{64,200}$/i.test(device) ? null : 'BadDeviceToken'
}

function known(device: string): string | null {
  return NOBODY.test(device) ? 'BadDeviceToken' : null
}

/** An app's name, alone or with what one of the types adds to it. */
function topicFault(topic: string, topics: readonly string[]): string | null {
  if (topic === '') return 'MissingTopic'
  return topics.some((one) => topic === one || topic.startsWith(`${one}.`)) ? null : 'TopicDisallowed'
}

function headerFault(text: (name: string) => string | undefined, type: string): string | null {
  // Node joins what came twice by a comma.
  if (SINGLE.some((name) => text(name)?.includes(','))) return 'DuplicateHeaders'
  if (!TYPES.has(type)) return 'InvalidPushType'
  const priority = text('apns-priority')
  if (!['1', '5', '10'].includes(priority ?? '10') || (type === 'background' && priority === '10')) return 'BadPriority'
  if (!/^\d+$/.test(text('apns-expiration') ?? '0')) return 'BadExpirationDate'
  if (Buffer.byteLength(text('apns-collapse-id') ?? '') > 64) return 'BadCollapseId'
  return UUID.test(text('apns-id') ?? '00000000-0000-4000-8000-000000000000') ? null : 'BadMessageId'
}

function bodyFault(body: string, type: string): string | null {
  if (Buffer.byteLength(body) > (type === 'voip' ? 5_120 : 4_096)) return 'PayloadTooLarge'
  const aps = parse(body)?.['aps']
  return typeof aps === 'object' && aps !== null && !Array.isArray(aps) ? null : 'PayloadEmpty'
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(',') : value
}

function parse(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}
