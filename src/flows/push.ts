import type { Intake } from '../delivery/intake.ts'
import { DEFAULT_PUSH_TTL_SECONDS, defaultOnUncertainPush } from '../domain/category.ts'
import type { Caller } from '../domain/caller.ts'
import { SANDBOX } from '../domain/provider.ts'
import { readSendAt } from '../domain/send-at.ts'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { TidingsError, type FaultDetail } from '../domain/errors.ts'
import { checkFids, checkPushContent, checkTokens } from '../domain/push-content.ts'
import { appleSizeWarning } from '../domain/push-size.ts'
import { aimPush, topicWarning, type Devices, type StagingRules } from '../domain/staging.ts'
import type { Status } from '../domain/status.ts'
import type { Db } from '../store/db.ts'
import { refusing } from '../store/faults.ts'
import { upsertTokens } from '../store/tokens.ts'
import type { Accepted, Idempotency, KeyGuard, Ready } from './idempotent.ts'
import {
  toAnswer,
  toKept,
  type PreparedPush,
  type PushAnswer,
  type PushCall,
  type PushInput,
  type Targets,
} from './push-call.ts'
import { createLongPush, type LongPush } from './long-push.ts'
import type { Outcomes } from './outcomes.ts'
import { refuseLoneValidation, topicName, withWords } from './push-words.ts'
import type { TemplateWords } from './template-words.ts'

export interface PushFlow {
  /** Stores nothing. Throws TidingsError for every refusal that the call alone earns. */
  prepareTokens(
    call: PushCall,
    tokens: readonly string[],
    fids: readonly string[],
    caller: Caller,
  ): Promise<PreparedPush>
  prepareTopic(call: PushCall, topic: string, caller: Caller): Promise<PreparedPush>
  /** Up to 100,000 tokens and fids together; a token named twice is sent once. Resolves after COMMIT; throws TidingsError. */
  acceptTokens(
    call: PushCall,
    tokens: readonly string[],
    fids: readonly string[],
    caller: Caller,
    idempotency: Idempotency | null,
  ): Promise<Accepted<PushAnswer>>
  /** For more targets than `acceptTokens` takes. Throws TidingsError for every refusal that the content earns. */
  openLong(call: PushCall, caller: Caller): Promise<LongPush>
  acceptTopic(
    call: PushCall,
    topic: string,
    caller: Caller,
    idempotency: Idempotency | null,
  ): Promise<Accepted<PushAnswer>>
  /** The same for a call that `read` looks up. */
  acceptRead(
    read: () => Promise<{ readonly input: PushCall; readonly targets: Targets }>,
    caller: Caller,
    idempotency: Idempotency | null,
  ): Promise<Accepted<PushAnswer>>
  /** Resolves when every target has its outcome, or after `waitMs`, with the counts known then. */
  waitFor(
    notificationId: number,
    waitMs: number,
  ): Promise<{ readonly counts: Readonly<Partial<Record<Status, number>>> }>
}

export interface PushFlowParts {
  readonly db: Db
  readonly intake: Intake
  readonly keys: KeyGuard
  readonly outcomes: Outcomes
  readonly templates: Pick<TemplateWords, 'push'>
  /** Where pushes go now. */
  readonly provider: string
  /** The project they go through; empty, or left out: it is not known. */
  readonly project?: string
  /** Null: everybody may be reached. */
  readonly staging: StagingRules | null
  /** The database's. */
  readonly clock: () => Date
}

/** Tokens looked up in one statement. */
const TOKENS_AT_ONCE = 5_000

/** The life of a push: accepted here, its targets started and settled by `delivery` in chunks. */
export function createPushFlow(parts: PushFlowParts): PushFlow {
  async function prepare(call: PushCall, targets: Targets, caller: Caller): Promise<PreparedPush> {
    refuseLoneValidation(call)
    const input = await withWords(parts.templates, call)
    const sendAt = input.send_at === undefined ? null : readSendAt(input.send_at, parts.clock())
    await refuseFaults(input, targets)
    const usual = caller.mode === 'test' ? SANDBOX : parts.provider
    const aimed = aim(usual === SANDBOX ? null : parts.staging, targets)
    const notification = {
      title: input.title,
      body: input.body,
      topic: targets.kind === 'topic' ? targets.topic : null,
      content: contentOf(input),
      tag: input.tag ?? null,
      category: input.category ?? 'transactional',
      onUncertain: defaultOnUncertainPush(targets.kind),
      provider: aimed.capture ? SANDBOX : usual,
      ttlSeconds: input.ttl ?? null,
      validitySeconds: input.ttl ?? DEFAULT_PUSH_TTL_SECONDS,
      keyId: caller.keyId,
      sendAt,
      template: input.origin ?? null,
      resentFrom: input.resentFrom ?? null,
    }
    const tooLarge = appleSizeWarning(input)
    const warnings = [...aimed.warnings, ...(tooLarge === null ? [] : [tooLarge])]
    return { input, targets: aimed.targets, leftOut: aimed.leftOut, warnings, notification }
  }

  async function ready(prepared: PreparedPush): Promise<Ready> {
    const { targets, leftOut, notification } = prepared
    const seen = new Set<number>()
    const { tokenIds, suppressed: dead } = await knownTargets(parts, targets, seen)
    const suppressed = [...dead, ...(await unlisted(parts, leftOut, seen))]
    const count = targets.kind === 'topic' ? 1 : tokenIds.length + suppressed.length
    return {
      kept: toKept(prepared, count),
      async insert(record) {
        const inserted = await parts.intake.addPush({ ...notification, tokenIds, suppressed, idempotency: record })
        return inserted?.id ?? null
      },
    }
  }

  const accept = (
    prepared: () => Promise<PreparedPush>,
    idempotency: Idempotency | null,
  ): Promise<Accepted<PushAnswer>> => parts.keys.once(idempotency, async () => ready(await prepared()), toAnswer)

  const toTokens: PushFlow['prepareTokens'] = (call, tokens, fids, caller) =>
    prepare(call, { kind: 'token', tokens: [...new Set(tokens)], fids: [...new Set(fids)] }, caller)
  const toTopic: PushFlow['prepareTopic'] = async (call, topic, caller) =>
    prepare(call, { kind: 'topic', topic: topicName(topic, caller) }, caller)

  return {
    prepareTokens: toTokens,
    prepareTopic: toTopic,
    acceptTokens: (call, tokens, fids, caller, idempotency) =>
      accept(() => toTokens(call, tokens, fids, caller), idempotency),
    async openLong(call, caller) {
      if (parts.staging !== null) throw tooManyForStaging()
      return createLongPush(parts, await toTokens(call, [], [], caller))
    },
    acceptTopic: (call, topic, caller, idempotency) => accept(() => toTopic(call, topic, caller), idempotency),
    acceptRead: (read, caller, idempotency) =>
      accept(async () => {
        const { input, targets } = await read()
        if (targets.kind === 'topic') return toTopic(input, targets.topic, caller)
        return toTokens(input, targets.tokens, targets.fids, caller)
      }, idempotency),
    waitFor: (notificationId, waitMs) => parts.outcomes.ofNotification(notificationId, waitMs),
  }
}

function tooManyForStaging(): TidingsError {
  const message = 'While ONLY_TO or REDIRECT_TO is set, a push takes at most 100,000 targets. Nothing was stored.'
  return new TidingsError('invalid_request', message, { details: [{ path: 'targets', message }] })
}

interface Aimed {
  readonly capture: boolean
  readonly targets: Targets
  readonly leftOut: Devices
  readonly warnings: readonly string[]
}

function aim(staging: StagingRules | null, targets: Targets): Aimed {
  const plain = { capture: false, targets, leftOut: { tokens: [], fids: [] }, warnings: [] }
  if (staging === null) return plain
  if (targets.kind === 'topic') {
    const warning = topicWarning(staging, targets.topic)
    return warning === null ? plain : { ...plain, capture: true, warnings: [warning] }
  }
  const { capture, devices, leftOut, warning } = aimPush(staging, targets)
  return { capture, targets: { kind: 'token', ...devices }, leftOut, warnings: warning === null ? [] : [warning] }
}

/** Targets that staging leaves out; those that are dead besides have that for a reason. */
async function unlisted(parts: TokenParts, leftOut: Devices, seen: Set<number>): Promise<KnownTargets['suppressed']> {
  const { tokenIds, suppressed } = await knownTargets(parts, { kind: 'token', ...leftOut }, seen)
  return [...suppressed, ...tokenIds.map((tokenId) => ({ tokenId, reason: 'only_to' }))]
}

interface KnownTargets {
  readonly tokenIds: number[]
  readonly suppressed: { tokenId: number; reason: string }[]
}

async function refuseFaults(input: PushInput, targets: Targets): Promise<void> {
  const faults = [
    ...checkPushContent(input, targets.kind),
    ...(targets.kind === 'topic' ? [] : await targetFaults(targets)),
  ]
  const [first] = faults
  if (first === undefined) return
  // The size is looked at only where nothing else is wrong with the content: then its fault has no path.
  const code = first.path === '' ? 'push_too_large' : 'invalid_request'
  throw new TidingsError(code, first.path === '' ? first.message : `${first.path}: ${first.message}`, {
    details: faults,
  })
}

/** Checked in blocks, so that a long list does not hold up the calls beside it. */
async function targetFaults({ tokens, fids }: Extract<Targets, { kind: 'token' }>): Promise<FaultDetail[]> {
  const faults: FaultDetail[] = []
  for (let from = 0; from < tokens.length && faults.length === 0; from += TOKENS_AT_ONCE) {
    faults.push(...checkTokens(tokens.slice(from, from + TOKENS_AT_ONCE), from))
    await nextTurn()
  }
  for (let from = 0; from < fids.length && faults.length === 0; from += TOKENS_AT_ONCE) {
    faults.push(...checkFids(fids.slice(from, from + TOKENS_AT_ONCE), from))
    await nextTurn()
  }
  return faults
}

type TokenParts = Pick<PushFlowParts, 'db' | 'project'>

/**
 * Tokens are entered beforehand, in short transactions: one that nobody uses in the end is harmless. Of a device that is named by several of
 * its addresses, or is among `seen`, there is one.
 */
async function knownTargets({ db, project }: TokenParts, targets: Targets, seen: Set<number>): Promise<KnownTargets> {
  const known: KnownTargets = { tokenIds: [], suppressed: [] }
  if (targets.kind === 'topic') return known
  const all = [...targets.tokens, ...targets.fids]
  for (let from = 0; from < all.length; from += TOKENS_AT_ONCE) {
    const tokens = all.slice(from, from + TOKENS_AT_ONCE)
    const kinds = tokens.map((_, index) => (from + index < targets.tokens.length ? 'token' : 'fid'))
    const found = await refusing(() => upsertTokens(db, kinds, tokens, project))
    for (const { id, suppressed } of found) {
      if (seen.has(id)) continue
      seen.add(id)
      if (suppressed === null) known.tokenIds.push(id)
      else known.suppressed.push({ tokenId: id, reason: suppressed })
    }
  }
  return known
}

function contentOf(input: PushInput): Record<string, unknown> {
  const { data, image, link, android, android_v2, apns, webpush, fcm_options } = input
  const { priority, collapse_key, badge, sound, actions, data_only } = input
  const simple = { priority, collapse_key, badge, sound, actions, data_only }
  return { data, image, link, ...simple, android, android_v2, apns, webpush, fcm_options }
}
