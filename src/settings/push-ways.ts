import { toPushWays, type PushWay, type PushWays } from '../domain/push/push-ways.ts'
import { apnsProject } from '../providers/apns/key.ts'
import type { ApnsConfig } from './apns-settings.ts'
import { projectIdOf, type FcmProject } from './fcm-projects.ts'
import type { WebPushConfig } from './web-push-settings.ts'

/** What says where pushes leave. */
export interface PushSettings {
  readonly fcmProjects: readonly FcmProject[]
  readonly webPush: WebPushConfig
  readonly apns: ApnsConfig | null
}

/** Where pushes leave the machine, by what is set; Firebase’s projects first, and of them `fcm`. */
export function pushWaysOf({ fcmProjects, webPush, apns }: PushSettings): PushWays {
  const ways = [...fcmProjects.map(firebaseWay), webPushWay(webPush), apns === null ? null : apnsWay(apns)]
  return toPushWays(
    ways.filter((way) => way !== null),
    fcmProjects.find(({ isUsual }) => isUsual)?.name ?? null,
  )
}

function firebaseWay(project: FcmProject): PushWay {
  return { name: project.name, channel: 'fcm', project: projectIdOf(project), apps: project.apps }
}

/** Null: pushes to browsers are captured. With the embedded database the keys are made later than this is first asked. */
function webPushWay({ keys, subject }: WebPushConfig): PushWay | null {
  return subject === null ? null : { name: 'webpush', channel: 'webpush', project: keys?.publicKey ?? '', apps: [] }
}

function apnsWay(apns: ApnsConfig): PushWay {
  return { name: 'apns', channel: 'apns', project: apnsProject(apns), apps: [] }
}
