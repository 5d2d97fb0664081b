import { badField, type FakeError } from './errors.ts'

export interface FakeSend {
  readonly target: string
  readonly kind: 'token' | 'fid' | 'topic' | 'condition'
  readonly data: Readonly<Record<string, unknown>>
  readonly validateOnly: boolean
  /** What is shown; null: nothing is said of it. */
  readonly body: string | null
}

const TARGETS = ['token', 'fid', 'topic', 'condition'] as const
/** Proto3's JSON mapping takes a name in both spellings; the official SDKs use the second. */
const FIELDS = new Set<string>([
  ...TARGETS,
  'data',
  'notification',
  'android',
  'android_v2',
  'androidV2',
  'webpush',
  'apns',
  'fcm_options',
  'fcmOptions',
  'name',
])

/** Reads what `messages:send` takes, as strictly as FCM does for the outermost fields. */
export function readSend(text: string): FakeSend | FakeError {
  const body = parse(text)
  const message = body?.['message']
  if (body === null || !isObject(message)) return badField('message', 'Missing')
  const unknown = Object.keys(message).find((name) => !FIELDS.has(name))
  if (unknown !== undefined) return badField('message', `Unknown name "${unknown}"`)
  const given = TARGETS.filter((name) => message[name] !== undefined)
  const [kind] = given
  const target = kind === undefined ? undefined : message[kind]
  if (kind === undefined || given.length > 1 || typeof target !== 'string') {
    return badField('message', 'Exactly one of token, fid, topic or condition')
  }
  const data = message['data'] ?? {}
  if (!isObject(data)) return badField('message.data', 'Not an object')
  const wrong = Object.keys(data).find((name) => typeof data[name] !== 'string')
  if (wrong !== undefined) return badField(`message.data[${wrong}]`, 'Not a string')
  return { target, kind, data, validateOnly: body['validate_only'] === true, body: shownIn(message['notification']) }
}

function shownIn(shown: unknown): string | null {
  return isObject(shown) && typeof shown['body'] === 'string' ? shown['body'] : null
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
