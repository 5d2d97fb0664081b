import type { PushProvider } from '../domain/provider.ts'
import { createHttp2Pool, type PoolParts } from '../http2/pool.ts'
import { readCredentials, type Credentials } from '../providers/fcm/credentials.ts'
import { createFcm, type FcmParts } from '../providers/fcm/provider.ts'
import { createHttpCall } from '../providers/http-call.ts'
import type { Config } from '../settings/config.ts'
import type { FcmProject } from '../settings/fcm-projects.ts'
import type { Log } from './log.ts'

export interface FirebaseParts extends Omit<FcmParts, 'http2' | 'call' | 'warn'>, PoolParts {
  readonly log: Log
}

/** Each with connections, access tokens and a pace of its own: what becomes of one is nothing to the others. */
export function openFirebase(
  { fcmProjects }: Pick<Config, 'fcmProjects'>,
  parts: FirebaseParts,
): readonly PushProvider[] {
  return fcmProjects.map((project) => openProject(project, parts))
}

/** Throws where they are not as they must be; the sentence holds nothing secret. */
export function credentialsOf({ name, credentials }: FcmProject): Credentials {
  const reading = readCredentials(credentials)
  if (reading.kind === 'problem') throw new Error(`${name}: ${reading.problem}`)
  return reading.credentials
}

/** Calls to a project's token endpoint at once: there is one refresh at a time. */
const TOKEN_CONNECTIONS = 2

/** On one connection at once: what FCM's front end grants. */
const STREAMS = 100

function openProject(project: FcmProject, parts: FirebaseParts): PushProvider {
  const { name, projectId, baseUrl, messagesPerMinute, rampSeconds, connections } = project
  const named = projectId === null ? {} : { projectId }
  return createFcm(
    {
      name,
      ...named,
      credentials: credentialsOf(project),
      messagesPerMinute,
      rampSeconds,
      carries: connections * STREAMS,
    },
    {
      ...parts,
      http2: createHttp2Pool({ origin: baseUrl, sessions: connections, streams: STREAMS }, parts),
      call: createHttpCall({ connections: TOKEN_CONNECTIONS }),
      warn: (sentence) => parts.log.warn({ event: 'fcm.token', provider: name }, sentence),
    },
  )
}
