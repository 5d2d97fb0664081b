import { withoutSlash, type Read } from './config-reading.ts'

/** How FCM is told who follows a topic. */
export interface TopicConfig {
  readonly api: 'iid' | 'v1'
  /** Of the Instance ID API, without a trailing slash. */
  readonly iidUrl: string
}

const GOOGLES = 'https://iid.googleapis.com'
const FCM = 'https://fcm.googleapis.com'

/** What stands in for FCM stands in for the Instance ID API, too: no test tells Google of its devices. */
export function readTopics(read: Read): TopicConfig {
  const fcm = withoutSlash(read('FCM_BASE_URL')) ?? FCM
  const iidUrl = withoutSlash(read('FCM_TOPICS_BASE_URL')) ?? (fcm === FCM ? GOOGLES : fcm)
  return { api: read('FCM_TOPICS_API') === 'v1' ? 'v1' : 'iid', iidUrl }
}
