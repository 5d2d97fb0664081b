import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Intake } from '../../delivery/intake.ts'
import type { Caller } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { BatchRow, StoredBatch } from '../../store/sms/batches.ts'
import type { Db } from '../../store/db.ts'
import { findAnswer, findAnswers, type KeptAnswer } from '../../store/idempotency.ts'
import type { NewMessage } from '../../store/sms/messages.ts'
import { packAnswers, unpackAnswers, type ItemAnswer } from './batch-answers.ts'
import { refuseAll } from './batch-faults.ts'
import { inProgress, isOfRules, refuseOther, type Accepted, type Idempotency } from '../sending/idempotent.ts'
import { warned } from './number-flags.ts'
import { NO_RULES, type SmsRules } from './sms-rules.ts'
import { toKept, type PreparedSms, type SmsAnswer, type SmsCall, type SmsFlow } from './sms.ts'

/** One message of a batch, its types already checked, with a key of its own if it has one. */
export interface BatchItem {
  readonly call: SmsCall
  readonly idempotency: Idempotency | null
}

/** Ready to be stored. */
export interface PreparedItem {
  readonly sms: PreparedSms
  readonly idempotency: Idempotency | null
}

/** Refused, and yet its key may have been answered before, when nothing was wrong with it. */
interface KeyedRefusal {
  readonly refusal: TidingsError
  readonly idempotency: Idempotency
}

/** What became of an item before it is stored. */
export type BatchEntry = PreparedItem | KeyedRefusal | TidingsError

/** Why an item is refused as it stands now; null: it is not. */
export function refusalOf(entry: BatchEntry): TidingsError | null {
  if (entry instanceof TidingsError) return entry
  return 'refusal' in entry ? entry.refusal : null
}

export interface StoreOptions {
  /** Store the good ones; else one refusal refuses all. */
  readonly partial: boolean
  /** Of the whole batch. */
  readonly idempotency: Idempotency | null
}

/** Many SMS in one call. */
export interface SmsBatches {
  /**
   * Each item, ready to be stored, or why it is refused; one that was refused before is passed on. In blocks, so that ten thousand of them
   * don't hold up the calls beside. Throws TidingsError for what is no item's fault.
   */
  prepare(items: readonly (BatchItem | TidingsError)[], caller: Caller): Promise<readonly BatchEntry[]>
  /** One transaction; resolves after COMMIT, with an answer for each item. Throws TidingsError: then nothing was stored, unless it says so. */
  store(items: readonly BatchEntry[], options: StoreOptions): Promise<Accepted<readonly ItemAnswer[]>>
}

export interface SmsBatchesParts {
  /** Where earlier answers are looked up. */
  readonly db: Db
  readonly sms: Pick<SmsFlow, 'words' | 'prepare' | 'take'>
  readonly intake: Pick<Intake, 'addBatch'>
  /** Without them none is asked. */
  readonly rules?: Pick<SmsRules, 'judge' | 'giveBack'>
}

/** Items prepared in one turn of the event loop: about a millisecond. */
const BLOCK = 100

export function createSmsBatches({ db, sms, intake, rules = NO_RULES }: SmsBatchesParts): SmsBatches {
  async function prepareOne(item: BatchItem, caller: Caller): Promise<BatchEntry> {
    const { idempotency } = item
    try {
      const words = sms.words(item.call)
      const input = words instanceof Promise ? await words : words
      return { sms: sms.prepare(input, caller), idempotency }
    } catch (error) {
      // What passes by itself is not the item's fault.
      if (!(error instanceof TidingsError) || error.retryAfterSeconds !== null) throw error
      return idempotency === null ? error : { refusal: error, idempotency }
    }
  }

  async function judged(items: readonly PreparedItem[]): Promise<readonly BatchEntry[]> {
    const all = await rules.judge(items.map(({ sms: one }) => one))
    return items.map((item, index) => {
      const verdict = all[index] ?? item.sms
      if (!(verdict instanceof TidingsError)) return { ...item, sms: verdict }
      return item.idempotency === null ? verdict : { refusal: verdict, idempotency: item.idempotency }
    })
  }

  /** Those that were judged, as they are known then; where one refusal refuses all, what rules took for the others is given back. */
  async function judgedAgain(entries: readonly BatchEntry[], partial: boolean): Promise<readonly Known[]> {
    try {
      const known = await withEarlier(db, entries)
      if (!partial) refuseAll(known)
      return known
    } catch (error) {
      rules.giveBack(entries.filter(isPrepared).map(({ sms: one }) => one))
      throw error
    }
  }

  /** What rules, and ways that are tried, took for those that were not stored after all, or are never sent, is given back. */
  async function givingBack(items: readonly PreparedItem[], adding: Promise<StoredBatch>): Promise<StoredBatch> {
    const shares = items.map((item) => sms.take(item.sms))
    let stored: StoredBatch | null = null
    try {
      stored = await adding
      return stored
    } finally {
      const rows = stored?.kind === 'stored' ? stored.rows : []
      const isToGo = (row: BatchRow | undefined): boolean => row?.kind === 'made' && row.ended === null
      shares.forEach((share, index) => share(isToGo(rows[index])))
      rules.giveBack(items.flatMap(({ sms: one }, index) => (isToGo(rows[index]) ? [] : [one])))
    }
  }

  async function storeKnown(
    items: readonly Known[],
    { partial, idempotency }: StoreOptions,
  ): Promise<Accepted<readonly ItemAnswer[]>> {
    if (!partial) refuseAll(items)
    const verdicts = await judgedAgain(await judged(items.filter(isPrepared)), partial)
    const good = verdicts.filter(isPrepared)
    let place = 0
    const known = items.map((item) => (isPrepared(item) ? (verdicts[place++] ?? item) : item))
    const answers = (rows: readonly BatchRow[]): readonly ItemAnswer[] => answerEach(known, rows)
    const stored = await givingBack(
      good,
      intake.addBatch(good.map(toMessage), idempotency, (rows) => {
        const all = answers(rows)
        if (!partial) refuseAll(all.map((one) => (one.kind === 'refused' ? one.refusal : one)))
        return packAnswers(all)
      }),
    )
    if (stored.kind === 'stored') return { answer: answers(stored.rows), replayed: false }
    return { answer: earlierAnswers(stored.first, idempotency), replayed: true }
  }

  return {
    async prepare(items, caller) {
      const prepared: BatchEntry[] = []
      for (const [index, item] of items.entries()) {
        prepared.push(item instanceof TidingsError ? item : await prepareOne(item, caller))
        if (index % BLOCK === BLOCK - 1) await nextTurn()
      }
      return prepared
    },

    async store(items, options) {
      const { idempotency } = options
      try {
        return await storeKnown(await withEarlier(db, items), options)
      } catch (refusal) {
        const final = refusal instanceof TidingsError && (refusal.retryAfterSeconds === null || isOfRules(refusal))
        const before = final && idempotency !== null ? await findAnswer(db, idempotency) : null
        if (before === null) throw refusal
        return { answer: earlierAnswers(before, idempotency), replayed: true }
      }
    },
  }
}

/** An item as it is to be stored, or as it was answered before. */
type Known = PreparedItem | ItemAnswer | TidingsError

function isPrepared(item: BatchEntry | Known): item is PreparedItem {
  return 'sms' in item
}

/** What was answered before is so again, though now it would be refused. */
async function withEarlier(db: Db, items: readonly BatchEntry[]): Promise<readonly Known[]> {
  const keyed = items.filter((item): item is KeyedRefusal => 'refusal' in item)
  const keys = keyed.map(({ idempotency }) => idempotency)
  const found = keys.length === 0 ? [] : await findAnswers(db, keys)
  let next = 0
  return items.map((item) => {
    if (!('refusal' in item)) return item
    const first = found[next++] ?? null
    const answer = first === null ? item : answerTaken(first, item.idempotency)
    return 'refusal' in answer ? answer.refusal : answer
  })
}

function toMessage({ sms, idempotency }: PreparedItem): Omit<NewMessage, 'place'> {
  return { ...sms.message, idempotency: idempotency && { ...idempotency, answer: toKept(sms) } }
}

/** `rows` are those of the items that were stored, in order. */
function answerEach(items: readonly Known[], rows: readonly BatchRow[]): readonly ItemAnswer[] {
  let next = 0
  return items.map((item) => {
    if (item instanceof TidingsError) return { kind: 'refused', refusal: item }
    if (!('sms' in item)) return item
    const row = rows[next++]
    if (row === undefined) throw new Error(`a batch of ${items.length} has ${rows.length} rows`)
    if (row.kind === 'taken') return answerTaken(row.first, item.idempotency)
    const kept = warned({ ...toKept(item.sms), ...row.ended }, row.flag)
    return { kind: 'accepted', answer: { message_id: row.id, ...kept }, replayed: false }
  })
}

function answerTaken(first: KeptAnswer | null, idempotency: Idempotency | null): ItemAnswer {
  if (first === null || idempotency === null) return { kind: 'refused', refusal: inProgress() }
  try {
    refuseOther(first, idempotency)
  } catch (error) {
    if (error instanceof TidingsError) return { kind: 'refused', refusal: error }
    throw error
  }
  const kept = first.answer as Omit<SmsAnswer, 'message_id'>
  return { kind: 'accepted', answer: { message_id: first.resourceId, ...kept }, replayed: true }
}

function earlierAnswers(first: KeptAnswer | null, idempotency: Idempotency | null): readonly ItemAnswer[] {
  if (first === null || idempotency === null) throw inProgress()
  refuseOther(first, idempotency)
  return unpackAnswers(first.answer)
}
