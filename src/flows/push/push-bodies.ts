import { applePayload } from '../../domain/push/apple-push.ts'
import { broadcastOf } from '../../domain/push/push-topics.ts'
import { channelOf, type PushChannel } from '../../domain/push/push-ways.ts'
import { webPushMessage } from '../../domain/push/web-push-message.ts'
import type { JsonObject, PushContent, PushTarget } from '../../domain/provider.ts'
import type { Targets } from './push-call.ts'

/** What each push service would be given for the first of its targets. */
export interface PushBodies {
  /** The body of FCM's `messages:send`, as JSON; where no target is FCM's, what that would be for the first one of all. */
  readonly fcm: string
  /** What an Apple device would get; null: none is among the targets. */
  readonly apns: JsonObject | null
  /** What a browser would get; null: none is among the targets. */
  readonly webpush: JsonObject | null
}

/** Pure but for `fcmBody`. */
export function bodiesOf(
  content: PushContent,
  targets: Targets,
  fcmBody: (content: PushContent, target: PushTarget) => string,
): PushBodies {
  return {
    fcm: fcmBody(content, firstOf(targets, 'fcm') ?? firstTarget(targets)),
    apns: firstOf(targets, 'apns') === null ? null : applePayload(content),
    webpush: firstOf(targets, 'webpush') === null ? null : webPushMessage(content),
  }
}

/** Of all, whichever service it is. */
export function firstTarget(targets: Targets): PushTarget {
  if (targets.kind === 'topic') return broadcastOf(targets.topic)
  const [token] = targets.tokens
  return token === undefined ? { kind: 'fid', value: targets.fids[0] ?? '' } : { kind: 'token', value: token }
}

/** Null: none of them goes there. */
function firstOf(targets: Targets, channel: PushChannel): PushTarget | null {
  if (targets.kind === 'topic') return channel === 'fcm' ? broadcastOf(targets.topic) : null
  const token = targets.tokens.find((address) => channelOf(address) === channel)
  if (token !== undefined) return { kind: 'token', value: token }
  const [fid] = channel === 'fcm' ? targets.fids : []
  return fid === undefined ? null : { kind: 'fid', value: fid }
}
