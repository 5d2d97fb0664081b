import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { Db } from '../store/db.ts'
import { gatherCalls, type Counted } from './gathered-calls.ts'

/** Bytes of one SMS, or of one push to a topic. */
export const SEND_BYTES = 32 * 1024
/** Bytes of a template. */
export const TEMPLATE_BYTES = 64 * 1024
/** Bytes of a batch of SMS. */
export const BATCH_BYTES = 8 * 1024 * 1024
/** Bytes of a list of tokens. */
export const TOKENS_BYTES = 24 * 1024 * 1024
/** Bytes of a provider's callback. */
export const CALLBACK_BYTES = 64 * 1024
/** Bytes of a request's first line and headers together. */
export const HEADER_BYTES = 8 * 1024
/** Headers of a request: Node would drop those beyond 2,000 without a word. */
export const HEADERS = 100
/** Characters of a path with its query. */
export const URL_LENGTH = 4_096
/** Milliseconds until the headers must be here, and until all of the request must. */
export const HEADERS_TIMEOUT_MS = 5_000
export const REQUEST_TIMEOUT_MS = 10_000
/** How often Node looks for requests that are late; its default would let five seconds grow to thirty-five. */
export const LATE_CHECK_MS = 1_000
/** Longer than the usual 60 s of a load balancer, so that it never writes to a connection that is just being closed. */
export const KEEP_ALIVE_MS = 72_000
export const REQUESTS_PER_SOCKET = 10_000
export const CONNECTIONS = 2_000
/**
 * Accepts under way at once, by what is asked for; one more is told to come back. One-time codes find room where the others have filled theirs.
 */
export const ACCEPTS_UNDER_WAY = { marketing: 192, transactional: 256, otp: 1_024 } as const
/** Reads under way at once, on one node: more would only wait for the database. */
export const READS_UNDER_WAY = 64
/** Bodies beyond SEND_BYTES read at once: eight of the largest are 192 MiB. */
export const LARGE_BODIES_UNDER_WAY = 8
/** Bodies of lines read at once by one route. */
export const MOST_STREAMS = 8
/** Lists of targets read as lines at once: each keeps up to 40 MB until its end. */
export const MOST_TARGET_STREAMS = 2

/** Counts who is inside; the caller of a successful `enter` must `leave`. */
export interface Gate {
  /** `most`: of those who are inside already, where it is fewer for this one. */
  enter(most?: number): boolean
  /** Whether `enter` would let it in now. */
  hasRoom(most: number): boolean
  leave(): void
}

export function createGate(most: number): Gate {
  let inside = 0
  return {
    enter: (mine = most) => {
      if (inside >= mine) return false
      inside += 1
      return true
    },
    hasRoom: (mine) => inside < mine,
    leave: () => {
      inside -= 1
    },
  }
}

export interface RateDecision {
  readonly allowed: boolean
  readonly limit: number
  readonly remaining: number
  /** Until the caller's minute is over. */
  readonly resetSeconds: number
}

/**
 * Calls per caller and minute, 1 unless said otherwise; 0 only looks. Several count all or, where they don't fit, not at all. Rejects only
 * when the database can't be asked.
 */
export type RateLimiter = (caller: string, calls?: number) => Promise<RateDecision>

/** The length of a window; it begins with a caller's first call. */
export const WINDOW_SECONDS = 60

/**
 * At most `perMinute` calls in a window, exactly so over all nodes, since Postgres counts. Calls of one caller that come while others of his are
 * counted are counted together. A caller who has used his up is refused from memory until his window ends, so that refusals cost no database.
 * Null for 0: no limit, and no cost.
 */
export function createRateLimiter(db: Db, perMinute: number): RateLimiter | null {
  if (perMinute === 0) return null
  const limiter = new RateLimiterPostgres({
    storeClient: db,
    storeType: 'pool',
    tableName: 'rate_limits',
    tableCreated: true,
    keyPrefix: 'sms',
    points: perMinute,
    duration: WINDOW_SECONDS,
    inMemoryBlockOnConsumed: perMinute,
  })
  const count = (caller: string, calls: number): Promise<Counted> =>
    limiter.consume(caller, calls).then(toCounted, refusalToCounted)
  const countOne = gatherCalls(count)
  return async (caller, calls = 1) => {
    if (calls === 1) return toDecision(await countOne(caller), perMinute)
    // One call is counted even where it is refused; several that would be would use up what others could have.
    const used = await limiter.get(caller)
    const decision = toDecision(used === null ? NOTHING_YET : toCounted(used), perMinute)
    if (calls === 0 || calls > decision.remaining) return { ...decision, allowed: calls <= decision.remaining }
    return toDecision(await count(caller, calls), perMinute)
  }
}

const NOTHING_YET: Counted = { total: 0, msBeforeNext: WINDOW_SECONDS * 1_000 }

function toCounted({ consumedPoints, msBeforeNext }: RateLimiterRes): Counted {
  return { total: consumedPoints, msBeforeNext }
}

/** A refusal is thrown; one from memory has no count. */
function refusalToCounted(thrown: unknown): Counted {
  if (!(thrown instanceof RateLimiterRes)) throw thrown
  const { total, msBeforeNext } = toCounted(thrown)
  return { total: total === 0 ? Infinity : total, msBeforeNext }
}

/** The headers that tell a caller where he stands. Source: IETF draft-ietf-httpapi-ratelimit-headers-10; the X- ones are custom. */
export function rateHeaders(decision: RateDecision): Record<string, string> {
  const { limit, remaining, resetSeconds } = decision
  return {
    'RateLimit-Policy': `"sms";q=${limit};w=${WINDOW_SECONDS}`,
    RateLimit: `"sms";r=${remaining};t=${resetSeconds}`,
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(resetSeconds),
  }
}

function toDecision({ total, msBeforeNext }: Counted, limit: number): RateDecision {
  const remaining = Math.max(0, limit - total)
  return { allowed: total <= limit, limit, remaining, resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)) }
}
