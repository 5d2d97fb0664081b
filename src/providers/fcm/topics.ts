import { failure, type Failure } from '../../domain/failure.ts'
import type { TopicAddress, TopicProvider } from '../../domain/push/topic-provider.ts'
import type { TopicWish } from '../../domain/push/topics.ts'
import type { HttpCall } from '../http-call.ts'
import { createPace } from '../pace.ts'
import { createAccessTokens } from './access-token.ts'
import type { Credentials } from './credentials.ts'
import { readBatchAnswer, readOneAnswer } from './topic-answers.ts'
import { callTopics, type TopicAnswer, type TopicCallParts } from './topic-calls.ts'
import { askProjectId, createTokenSource } from './token-source.ts'

export interface TopicOptions {
  /** Of the way that its devices go. */
  readonly name: string
  readonly credentials: Credentials
  /** Comes before the project that the credentials name. */
  readonly projectId?: string | null
  /** `iid`: the Instance ID API, a thousand tokens a call · `v1`: FCM's own, one device a call. Installation ids are known to the second alone. */
  readonly api: 'iid' | 'v1'
  /** Without a trailing slash: `https://iid.googleapis.com`. */
  readonly iidUrl: string
  /** Without a trailing slash: `https://fcm.googleapis.com`. */
  readonly fcmUrl: string
}

export interface TopicParts {
  /** Left open. */
  readonly call: HttpCall
  readonly now: () => Date
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
  /** 0..1. */
  readonly chance: () => number
  /** Nodes that spend the same quota, this one included. */
  readonly nodes: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** An access token could not be had; the sentence holds nothing secret. */
  readonly warn: (sentence: string) => void
}

/**
 * Calls a second of one project, all nodes together. Google takes 3,000 of one device, of which four fifths are used; calls for a thousand at
 * once are kept to fifty. Source: Firebase Cloud Messaging, "Throttling and quotas", topic subscriptions.
 */
const BATCHES_PER_SECOND = 50
const SINGLES_PER_SECOND = 2_400

/** Calls for one device under way at once. */
const WINDOW = 64

/** Who follows a topic, as FCM keeps it: its two APIs behind one interface. */
export function createFcmTopics(options: TopicOptions, parts: TopicParts): TopicProvider {
  const tokens = createAccessTokens(createTokenSource(options.credentials, parts), {
    ...parts,
    onProblem: (problem) => parts.warn(`FCM topics: ${problem.detail}`),
  })
  const pace = (perSecond: number) => createPace({ perSecond, rampSeconds: 0 }, parts)
  const batches = { ...parts, tokens, pace: pace(BATCHES_PER_SECOND) }
  const singles = { ...parts, tokens, pace: pace(SINGLES_PER_SECOND) }
  const projectOf = createProject(options, parts.call)
  return {
    name: options.name,
    pausedMs: () => Math.max(batches.pace.pausedMs(), singles.pace.pausedMs()),
    async change(wish, topic, devices, onOutcome, signal) {
      const goesByBatch = ({ device }: Place) => options.api === 'iid' && device.kind === 'token'
      const places = devices.map((device, index) => ({ device, index }))
      const byBatch = places.filter(goesByBatch)
      const byOne = places.filter((place) => !goesByBatch(place))
      const tell: Tell = (some, answer) => tellAll(some, answer, onOutcome)
      if (byBatch.length > 0) await changeBatch({ ...batches, wish, topic, options, tell, signal }, byBatch)
      if (byOne.length > 0) await changeEach({ ...singles, wish, topic, options, tell, signal }, byOne, projectOf)
    },
    async close() {
      tokens.close()
    },
  }
}

interface Place {
  readonly device: TopicAddress
  readonly index: number
}

type Tell = (places: readonly Place[], answer: TopicAnswer) => void

interface Change extends TopicCallParts, TopicParts {
  readonly wish: TopicWish
  readonly topic: string
  readonly options: TopicOptions
  readonly tell: Tell
  readonly signal: AbortSignal
}

/** A batch that is refused as a whole is halved until the one is found that spoils it. */
async function changeBatch(change: Change, places: readonly Place[]): Promise<void> {
  const { options, wish, topic } = change
  const body = JSON.stringify({
    to: `/topics/${topic}`,
    registration_tokens: places.map(({ device }) => device.value),
  })
  const url = `${options.iidUrl}/iid/v1:${wish === 'subscribe' ? 'batchAdd' : 'batchRemove'}`
  const request = {
    method: 'POST' as const,
    url,
    headers: { access_token_auth: 'true' },
    body,
    answerBytes: ANSWER_BYTES,
  }
  const read = (answer: Parameters<typeof readBatchAnswer>[0]) => readBatchAnswer(answer, places.length, change)
  const reading = await callTopics(request, read, change, change.signal)
  if (reading.kind !== 'malformed' || places.length === 1) return change.tell(places, reading)
  const half = Math.ceil(places.length / 2)
  await changeBatch(change, places.slice(0, half))
  await changeBatch(change, places.slice(half))
}

/** A thousand of `{"error":"RESOURCE_EXHAUSTED"},` and some room. */
const ANSWER_BYTES = 262_144

async function changeEach(
  change: Change,
  places: readonly Place[],
  projectOf: (signal: AbortSignal) => Promise<string | null>,
): Promise<void> {
  const project = await projectOf(change.signal)
  if (project === null) return change.tell(places, { kind: 'all', failure: PROJECT_UNKNOWN })
  let next = 0
  const work = async (): Promise<void> => {
    for (let place = places[next++]; place !== undefined; place = places[next++])
      await changeOne(change, place, project)
  }
  await Promise.all(Array.from({ length: Math.min(WINDOW, places.length) }, work))
}

async function changeOne(change: Change, place: Place, project: string): Promise<void> {
  const { wish, topic, options, signal } = change
  const { kind, value } = place.device
  const subscriptions = `${options.fcmUrl}/v1/projects/${encodeURIComponent(project)}/registrations/${encodeURIComponent(value)}/topicSubscriptions`
  const request =
    wish === 'subscribe'
      ? { method: 'POST' as const, url: `${subscriptions}?topic_name=${encodeURIComponent(topic)}`, body: '{}' }
      : { method: 'DELETE' as const, url: `${subscriptions}/${encodeURIComponent(topic)}`, body: null }
  change.tell([place], await callTopics(request, (answer) => readOneAnswer(wish, answer, kind, change), change, signal))
}

const PROJECT_UNKNOWN: Failure = failure('blocked', 'project_unknown', { waitMs: 60_000 })

const MALFORMED: Failure = failure('permanent', 'invalid_argument', { code: 'INVALID_ARGUMENT' })

function tellAll(
  places: readonly Place[],
  answer: TopicAnswer,
  onOutcome: Parameters<TopicProvider['change']>[3],
): void {
  places.forEach(({ index }, at) => {
    const whole = answer.kind === 'all' ? answer.failure : MALFORMED
    const own = answer.kind === 'each' ? answer.outcomes[at] : undefined
    onOutcome(index, own ?? { kind: 'refused', failure: whole })
  })
}

/** The project is asked for once, where the credentials do not name it. */
function createProject(
  { credentials, projectId = null }: TopicOptions,
  call: HttpCall,
): (signal: AbortSignal) => Promise<string | null> {
  let known = projectId ?? credentials.projectId
  return async (signal) => {
    if (known === null && credentials.kind === 'metadata') known = await askProjectId(credentials, call, signal)
    return known
  }
}
