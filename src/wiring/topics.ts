import { tellTokensKept } from './devices.ts'
import type { Dbs } from './dbs.ts'
import { credentialsOf } from './firebase.ts'
import type { LoopParts } from '../delivery/loop.ts'
import { createRetirement, type Retirement } from '../delivery/retirement.ts'
import type { PushWays } from '../domain/push/push-ways.ts'
import type { TopicProvider } from '../domain/push/topic-provider.ts'
import { createTopics } from '../flows/push/topics.ts'
import { createTopicSending } from '../flows/push/topic-sending.ts'
import type { Tokens } from '../flows/push/tokens.ts'
import type { HttpParts } from '../http/parts.ts'
import { createFcmTopics } from '../providers/fcm/topics.ts'
import { createHttpCall, type HttpCall } from '../providers/http-call.ts'
import type { Config } from '../settings/config.ts'
import { projectIdOf, type FcmProject } from '../settings/fcm-projects.ts'
import { iidUrlOf } from '../settings/topic-settings.ts'
import { now, pause } from './world.ts'

/** Who follows which topic, and what is still to be told of it. */
export interface TopicSide {
  readonly http: Pick<HttpParts, 'topics'>
  close(): Promise<void>
}

export interface TopicSideParts extends LoopParts {
  readonly dbs: Dbs
  readonly channels: { readonly ways: PushWays }
  readonly devices: { readonly http: { readonly tokens: Tokens } }
  /** Nodes that share a project's rate. */
  readonly nodes: () => number
  /** In milliseconds. */
  readonly monotonic: () => number
}

/** Calls at once: one device each, where FCM's own API is asked. */
const CONNECTIONS = 64

export function openTopics(config: Config, parts: TopicSideParts): TopicSide {
  const { dbs, monotonic } = parts
  const { ways } = parts.channels
  const call = createHttpCall({ connections: CONNECTIONS })
  const providers = config.fcmProjects.map((project) => ({
    ...openOne(project, config, call, parts),
    retirement: retirementOf(project, parts),
  }))
  const sending = createTopicSending({ ...parts, db: dbs.work, providers })
  const topics = createTopics({
    db: dbs.work,
    readDb: dbs.read,
    tokens: parts.devices.http.tokens,
    ways,
    staging: config.staging,
    hint: () => sending.hint(),
    monotonic,
    sleep: (ms) => pause(ms),
  })
  return {
    http: { topics },
    async close() {
      await sending.close()
      await call.close()
    },
  }
}

function retirementOf(project: FcmProject, parts: TopicSideParts): Retirement {
  const way = { name: project.name, project: projectIdOf(project) }
  return createRetirement(parts.monotonic, () => tellTokensKept(parts, way))
}

function openOne(
  project: FcmProject,
  { topics }: Config,
  call: HttpCall,
  { log, monotonic, chance, nodes }: TopicSideParts,
): TopicProvider {
  const { name, projectId, baseUrl: fcmUrl } = project
  return createFcmTopics(
    { name, projectId, credentials: credentialsOf(project), api: topics.api, iidUrl: iidUrlOf(topics, fcmUrl), fcmUrl },
    {
      ...{ call, now, monotonic, chance, nodes },
      sleep: (ms, signal) => pause(ms, signal),
      warn: (sentence) => log.warn({ event: 'fcm.token' }, sentence),
    },
  )
}
