import { checkApplePush } from './apple-push.ts'
import type { FaultDetail } from '../errors.ts'
import { LONGEST_ID, toPushContent, type CheckedPushFields } from './push-fields.ts'
import { channelOf, type PushChannel } from './push-ways.ts'
import { checkWebPushSize } from './web-push-message.ts'

/** What stands against this content for one push service; FCM’s is `checkPushContent`, and has found nothing. */
const CHECKS: Readonly<Record<PushChannel, (fields: CheckedPushFields) => readonly FaultDetail[]>> = {
  fcm: () => [],
  apns: checkApplePush,
  webpush: (fields) => [checkWebPushSize(toPushContent(LONGEST_ID, fields))].filter((fault) => fault !== null),
}

/** The same for the services that these addresses are reached through. Of what is too large the path is empty. */
export function checkForServices(fields: CheckedPushFields, addresses: readonly string[]): readonly FaultDetail[] {
  const channels = new Set(addresses.map(channelOf))
  return [...channels].flatMap((channel) => CHECKS[channel](fields))
}
