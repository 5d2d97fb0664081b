import type { Category } from '../../domain/category.ts'
import { TidingsError } from '../../domain/errors.ts'
import { checkPushContent } from '../../domain/push/push-content.ts'
import { checkForServices } from '../../domain/push/push-services.ts'
import type { QuietHours } from '../../domain/quiet-hours.ts'
import { readAskedTime, type AskedTime } from '../../domain/send-at.ts'
import type { CallWays, PushInput, Targets } from './push-call.ts'
import { refusePush } from './push-faults.ts'
import { createPushPlan, type PushPlan } from './push-plan.ts'
import type { PushWords } from '../templates/template-words.ts'

export interface PlanningParts {
  /** Null, or left out: nothing waits for them. */
  readonly quietHours?: QuietHours | null
  /** Of devices of which nothing tells where they are (IANA); left out: UTC. */
  readonly defaultTimeZone?: string
  /** The database's. */
  readonly clock: () => Date
}

/** When a push is to leave; null: now. Throws TidingsError: a topic's devices have no clock that is known. */
export function readPushTime(input: PushInput, kind: Targets['kind'], now: Date): AskedTime | null {
  if (kind === 'topic' && input.local === true) {
    const message = 'Where the devices of a topic are is not known: write a time with its zone, and leave it out'
    throw new TidingsError('invalid_request', `local: ${message}`, { details: [{ path: 'local', message }] })
  }
  return readAskedTime(input, now)
}

/** What of a push, with room for what devices report by, differs from device to device; null: nothing. What is captured waits for nobody's morning. */
export function planPush(
  { quietHours = null, defaultTimeZone = 'UTC', clock }: PlanningParts,
  input: PushInput,
  time: AskedTime | null,
  targets: Targets,
  { captured }: Pick<CallWays, 'captured'>,
): PushPlan | null {
  if (targets.kind === 'topic') return null
  return createPushPlan({
    wordings: input.wordings ?? null,
    time,
    quietHours: waits(input.category) && !captured ? quietHours : null,
    usualZone: defaultTimeZone,
    now: clock(),
    check: (words, locale, address) => checkWords(input, words, locale, address),
  })
}

/** A push with the words of one of its languages. */
export function inWords(input: PushInput, words: PushWords): PushInput {
  const { link: _link, image: _image, ...rest } = input
  return { ...rest, ...words }
}

function waits(category: Category | undefined): boolean {
  return category === 'marketing'
}

/** Throws TidingsError. */
function checkWords(input: PushInput, words: PushWords, locale: string, address: string): void {
  const worded = inWords(input, words)
  const faults = [...checkPushContent(worded, 'token'), ...checkForServices(worded, [address])]
  refusePush(faults, `In its words for \`${locale}\`: `)
}
