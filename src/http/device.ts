import type { DeviceFault, DeviceFirebase, DeviceSettings } from '../contract/device.ts'

/** A web app's values as they were set; null: not at all. */
export interface DeviceKeys {
  readonly apiKey: string | null
  readonly projectId: string | null
  readonly appId: string | null
  readonly messagingSenderId: string | null
  readonly vapidKey: string | null
  readonly registration: 'token' | 'fid'
}

export interface DeviceParts {
  readonly keys: DeviceKeys
  /** The Firebase project that pushes go out through, where it is known. */
  readonly pushProject: string | null
  /** Of several, the name of the one that this page belongs to, where it is not the usual one. */
  readonly callProject: string | null
  /** What browsers subscribe with that are reached without Firebase; null: they are not. */
  readonly webPushKey: string | null
}

/** An uncompressed point of P-256: 0x04 and two coordinates. Source: RFC 8292 §3.2, SEC 1 §2.3.3. */
const POINT_BYTES = 65
const UNCOMPRESSED = 4
/** The private key of such a pair. */
const SCALAR_BYTES = 32

/** What the page is told. Values that can't be right stay here: one of them may be a secret put in the wrong place. */
export function deviceSettings(
  keys: DeviceKeys,
  push: Pick<DeviceSettings, 'captured' | 'pushProject' | 'callProject' | 'publicUrl' | 'webPushKey'>,
): DeviceSettings {
  const noneIsSet = VALUES.every((name) => keys[name] === null)
  const webPushKey = noneIsSet ? push.webPushKey : null
  const faults = webPushKey === null ? faultsOf(keys) : []
  const { captured, pushProject, callProject, publicUrl } = push
  const firebase = faults.length === 0 ? complete(keys) : null
  const { registration } = keys
  return { firebase, webPushKey, faults, registration, captured, pushProject, callProject, publicUrl }
}

const VALUES = ['apiKey', 'projectId', 'appId', 'messagingSenderId', 'vapidKey'] as const

function complete({ apiKey, projectId, appId, messagingSenderId, vapidKey }: DeviceKeys): DeviceFirebase | null {
  if (apiKey === null || projectId === null || appId === null) return null
  if (messagingSenderId === null || vapidKey === null) return null
  return { apiKey, projectId, appId, messagingSenderId, vapidKey }
}

function faultsOf(keys: DeviceKeys): readonly DeviceFault[] {
  const judged: readonly (readonly [string, string | null, (value: string) => string | null])[] = [
    ['FIREBASE_API_KEY', keys.apiKey, () => null],
    ['FIREBASE_PROJECT_ID', keys.projectId, () => null],
    ['FIREBASE_APP_ID', keys.appId, (appId) => appIdProblem(appId, keys.messagingSenderId)],
    ['FIREBASE_MESSAGING_SENDER_ID', keys.messagingSenderId, senderProblem],
    ['FIREBASE_VAPID_KEY', keys.vapidKey, vapidProblem],
  ]
  return judged.flatMap(([variable, value, judge]) => {
    const problem = value === null ? 'missing' : judge(value)
    return problem === null ? [] : [{ variable, problem }]
  })
}

/** `1:<project number>:web:<hash>`. Source: Firebase, “FirebaseOptions”, whose sender id is the project number. */
function appIdProblem(appId: string, senderId: string | null): string | null {
  const [, number, platform] = /^\d+:(\d+):(\w+):\w+$/.exec(appId) ?? []
  if (number === undefined || platform === undefined) return 'does not look like 1:123456789012:web:0123456789abcdef'
  if (platform !== 'web') return `belongs to an app for ${platform}; a browser needs a web app of the same project`
  if (senderId !== null && senderProblem(senderId) === null && senderId !== number) {
    return 'belongs to another project than FIREBASE_MESSAGING_SENDER_ID'
  }
  return null
}

function senderProblem(senderId: string): string | null {
  return /^\d+$/.test(senderId) ? null : 'is not a number'
}

function vapidProblem(key: string): string | null {
  const bytes = Buffer.from(key, 'base64url')
  if (!/^[\w-]+={0,2}$/.test(key)) return 'is not base64url: letters, digits, - and _'
  if (bytes.length === SCALAR_BYTES) return 'is the private half of a pair; this page needs the public one'
  if (bytes.length !== POINT_BYTES || bytes[0] !== UNCOMPRESSED) {
    return 'is not a public key: those have 87 characters, and the first is B'
  }
  return null
}
