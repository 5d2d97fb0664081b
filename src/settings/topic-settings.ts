import { withoutSlash, type Read } from './config-reading.ts'

/** How FCM is told who follows a topic. */
export interface TopicConfig {
  readonly api: 'iid' | 'v1'
  /** Of the Instance ID API, without a trailing slash; null: that of each project. */
  readonly iidUrl: string | null
}

const GOOGLES = 'https://iid.googleapis.com'
const FCM = 'https://fcm.googleapis.com'

export function readTopics(read: Read): TopicConfig {
  return { api: read('FCM_TOPICS_API') === 'v1' ? 'v1' : 'iid', iidUrl: withoutSlash(read('FCM_TOPICS_BASE_URL')) }
}

/** Of a project by where it is sent to: what stands in for FCM stands in for the Instance ID API, too, and no test tells Google of its devices. */
export function iidUrlOf({ iidUrl }: TopicConfig, fcmUrl: string): string {
  return iidUrl ?? (fcmUrl === FCM ? GOOGLES : fcmUrl)
}
