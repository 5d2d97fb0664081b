import { appleAddressFault } from './apple-address.ts'
import type { FaultDetail } from '../errors.ts'
import type { JsonObject, PushTarget } from '../provider.ts'
import type { PushFields } from './push-fields.ts'
import { objectAt } from './push-merge.ts'
import { checkPlatforms } from './push-platforms.ts'
import { checkPushSize, membersOf } from './push-size.ts'
import { address, MAX_TTL_SECONDS, type ValueRule } from './push-values.ts'

const MAX_DATA_KEYS = 64

/** Deeper nesting has no use in any platform's block, and would cost every recursive reader behind us its stack. */
const MAX_DEPTH = 32

/** Source: FCM v1 discovery document, Message.data. */
const RESERVED_KEY = /^(?:from$|message_type$|google\.|gcm\.notification\.)/

/** The format of a registration token isn't published; visible ASCII and this length hold for every one seen. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/

/** 22 base64url characters; installations older than FIDs kept their instance id of 11. Source: the Firebase SDKs for JavaScript and Android. */
const FID = /^(?:[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{11})$/

/** Faults in a long list are told up to this number, so that the answer stays readable. */
const MAX_FAULTS = 20

/** What has no use where nothing is shown. */
const SHOWN = ['title', 'body', 'image', 'link', 'badge', 'sound', 'actions'] as const

/**
 * What stands against this content for this kind of target: keys and values of `data`, `ttl`, addresses, what a platform's block may
 * hold, too deep nesting and, where nothing else is wrong, the size. Names and types have been checked. Empty when all is well.
 */
export function checkPushContent(fields: PushFields, target: PushTarget['kind']): readonly FaultDetail[] {
  const {
    data = {},
    ttl,
    image,
    link,
    android = {},
    android_v2 = {},
    apns = {},
    webpush = {},
    fcm_options = {},
  } = fields
  const tooDeep = Object.entries({ android, android_v2, apns, webpush, fcm_options }).flatMap(([path, block]) =>
    checkDepth(path, block),
  )
  if (tooDeep.length > 0) return tooDeep
  const faults = [
    ...checkData('data', data),
    ...checkData('android.data', objectAt(android, 'data')),
    ...checkData('android_v2.data', objectAt(android_v2, 'data')),
    ...checkData('webpush.data', objectAt(webpush, 'data')),
    ...checkTtl(ttl),
    ...checkAddress('image', image, address('https:', 'http:')),
    // Source: FCM v1 discovery document, WebpushFcmOptions.link: HTTPS is required.
    ...checkAddress('link', link, address('https:')),
    ...checkPlatforms(fields),
    ...checkShown(fields),
  ]
  if (faults.length > 0) return faults.slice(0, MAX_FAULTS)
  const tooLarge = checkPushSize(fields, target)
  return tooLarge === null ? [] : [tooLarge]
}

/** The first faults in a list of registration tokens. `from` is the place of the first one in the whole list. */
export function checkTokens(tokens: readonly string[], from = 0): readonly FaultDetail[] {
  return checkEach('tokens', tokens, from, (token) =>
    TOKEN.test(token)
      ? appleAddressFault(token)
      : { message: 'A registration token is 1 to 4,096 visible ASCII characters.' },
  )
}

/** Likewise for Firebase installation ids. */
export function checkFids(fids: readonly string[], from = 0): readonly FaultDetail[] {
  return checkEach('fids', fids, from, (fid) =>
    FID.test(fid) ? null : { message: 'A Firebase installation id is 22 letters, digits, "-" or "_".' },
  )
}

function checkData(path: string, data: Readonly<Record<string, unknown>>): readonly FaultDetail[] {
  const entries = Object.entries(data)
  if (entries.length > MAX_DATA_KEYS) {
    return [{ path, message: `${path} has ${entries.length} keys; ${MAX_DATA_KEYS} is the most.` }]
  }
  return entries.flatMap(([key, value]) => {
    const place = `${path}.${key}`
    if (RESERVED_KEY.test(key)) {
      return [{ path: place, message: 'FCM keeps this key for itself.', suggestion: `app_${key}` }]
    }
    if (typeof value !== 'string') {
      return [{ path: place, message: 'A value in data is a string.', suggestion: asString(value) }]
    }
    return []
  })
}

function asString(value: unknown): string {
  const scalar = typeof value === 'number' || typeof value === 'boolean'
  return scalar ? `Write "${value}"` : 'Write it as JSON in a string'
}

function checkTtl(ttl: number | undefined): readonly FaultDetail[] {
  if (ttl === undefined || (Number.isInteger(ttl) && ttl >= 0 && ttl <= MAX_TTL_SECONDS)) return []
  return [{ path: 'ttl', message: 'ttl is a whole number of seconds from 0 to 2,419,200 (four weeks).' }]
}

function checkAddress(path: string, text: string | undefined, rule: ValueRule): readonly FaultDetail[] {
  const fault = text === undefined ? null : rule(text)
  return fault === null ? [] : [{ path, ...fault }]
}

function checkShown(fields: PushFields): readonly FaultDetail[] {
  if (fields.data_only !== true) return []
  return SHOWN.filter((name) => fields[name] !== undefined && fields[name] !== '').map((name) => ({
    path: name,
    message: 'With data_only nothing is shown: leave it out.',
  }))
}

function checkDepth(path: string, block: JsonObject): readonly FaultDetail[] {
  let level: readonly unknown[] = [block]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return [{ path, message: `${path} is nested more than ${MAX_DEPTH} levels deep.` }]
    level = level.flatMap(membersOf)
  }
  return []
}

function checkEach(field: string, items: readonly string[], from: number, rule: ValueRule): readonly FaultDetail[] {
  const faults: FaultDetail[] = []
  for (const [index, item] of items.entries()) {
    const fault = rule(item)
    if (fault === null) continue
    faults.push({ path: `${field}[${from + index}]`, ...fault })
    if (faults.length === MAX_FAULTS) break
  }
  return faults
}
