import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { TidingsError } from '../domain/errors.ts'
import { toItemError } from './batch-items.ts'
import { toRefusal } from './errors.ts'
import { SenderGone, type Line, type Lines } from './lines.ts'

/** Lines that are stored with one commit. */
const GROUP = 1_000

/** Groups that are being stored while another one begins to be. */
const BESIDE = 1

/** Bytes of answers that wait for a sender who reads them only at the end: some forty thousand. */
const WAITING_BYTES = 4 * 1_048_576

/** A reader who takes nothing for this long, while answers wait for him, is given up. */
const STALLED_MS = 60_000

export interface StreamParts<Item> {
  readonly log: Logger
  readonly lines: Lines
  /** Lines taken at once, at most. */
  readonly most: number
  /** Others are only counted. */
  readonly onlyFailures?: boolean
  /** Makes items of lines; `from` is the place of the first one. Throws for what is not the fault of one item. */
  prepare(lines: readonly Line[], from: number): Promise<readonly Item[]>
  /** Why an item is refused as it stands; null: it is not. */
  refusalOf(item: Item): TidingsError | null
  /** Whether a group may be stored while the one before still is. Not, where both may name the same thing and the last one counts. */
  isApart?(group: readonly Item[]): boolean
  /** Resolves with an answer for each, after COMMIT: objects, to be written as they are. */
  store(group: readonly Item[], from: number): Promise<readonly (object & { readonly success: boolean })[]>
}

/** The last line of the answer. */
interface End {
  readonly done: boolean
  readonly accepted: number
  readonly rejected: number
  readonly error?: object
}

/**
 * The answer to a batch that is streamed: a line for each one that came, in order, after its COMMIT; then one with the counts. While
 * groups are stored, two at most, the next one is read. It goes no faster than its reader, and ends early when there is no sense in going
 * on: what was begun by then is still answered.
 */
export function answerLines<Item>(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: StreamParts<Item>,
): FastifyReply {
  const body = Readable.from(pacedBy(reply, answers(parts)), { objectMode: false, highWaterMark: WAITING_BYTES })
  reply.raw.once('close', () => parts.lines.stop(new SenderGone()))
  // What is still on its way when the last line is written is not waited for.
  if (!request.raw.complete) reply.header('connection', 'close')
  return reply.header('content-type', 'application/x-ndjson').header('x-accel-buffering', 'no').send(body)
}

async function* pacedBy(reply: FastifyReply, texts: AsyncGenerator<string>): AsyncGenerator<string> {
  for await (const text of texts) {
    const stalled = setTimeout(() => reply.raw.destroy(), STALLED_MS)
    yield text
    clearTimeout(stalled)
  }
}

async function* answers<Item>(parts: StreamParts<Item>): AsyncGenerator<string> {
  const tally = { accepted: 0, rejected: 0, read: 0 }
  let why: unknown = null
  const storing: Promise<Stored>[] = []

  async function first(): Promise<string> {
    const stored = await storing.shift()
    if (stored === undefined) return ''
    tally.accepted += stored.accepted
    tally.rejected += stored.rejected
    why ??= stored.failure
    return stored.text
  }

  for (;;) {
    const next = await nextGroup(parts, tally.read, storing.length === 0)
    tally.read += next.count
    const isNone = next.group.length === 0
    // Where no line waits, some may have come when the first group is stored.
    const most = isNone ? storing.length - 1 : parts.isApart?.(next.group) === true ? BESIDE : 0
    while (storing.length > Math.max(0, most)) yield await first()
    why ??= next.failure
    if (why !== null || next.isEnd) break
    if (!isNone) storing.push(store(parts, next.group, tally.read - next.count))
  }
  while (storing.length > 0) yield await first()
  if (!(why instanceof SenderGone)) yield lastLine(parts.log, tally, why)
}

interface Next<Item> {
  readonly group: readonly Item[]
  /** Lines it was made of. */
  readonly count: number
  readonly isEnd: boolean
  readonly failure: unknown
}

/** `patient`: wait for lines; else those that are there. */
async function nextGroup<Item>(
  { lines, most, prepare }: StreamParts<Item>,
  from: number,
  patient: boolean,
): Promise<Next<Item>> {
  try {
    const room = Math.min(most, GROUP)
    const taken = patient ? await lines.take(room) : lines.takeWaiting(room)
    const group = taken.length === 0 ? [] : await prepare(taken, from)
    return { group, count: taken.length, isEnd: patient && taken.length === 0, failure: null }
  } catch (failure) {
    return { group: [], count: 0, isEnd: false, failure }
  }
}

interface Stored {
  readonly text: string
  readonly accepted: number
  readonly rejected: number
  readonly failure: unknown
}

/** Never rejects: when none could be stored, each is told so. */
async function store<Item>(parts: StreamParts<Item>, group: readonly Item[], from: number): Promise<Stored> {
  try {
    const answered = await parts.store(group, from)
    const accepted = answered.filter((one) => one.success).length
    const told = parts.onlyFailures === true ? answered.filter((one) => !one.success) : answered
    const text = told.map((one) => `${JSON.stringify(one)}\n`).join('')
    return { text, accepted, rejected: answered.length - accepted, failure: null }
  } catch (failure) {
    if (failure instanceof SenderGone) return { text: '', accepted: 0, rejected: 0, failure }
    const refusal = toRefusal(failure)
    const lines = group.map((item, index) => {
      const error = toItemError(parts.refusalOf(item) ?? refusal)
      return `${JSON.stringify({ index: from + index, success: false, error })}\n`
    })
    return { text: lines.join(''), accepted: 0, rejected: group.length, failure }
  }
}

function lastLine(log: Logger, { accepted, rejected }: { accepted: number; rejected: number }, why: unknown): string {
  const counts = { accepted, rejected }
  if (why === null) return written({ done: true, ...counts })
  const refusal = toRefusal(why)
  if (refusal.code === 'internal_error') log.error({ event: 'batch.failed', err: why }, 'a streamed batch failed')
  return written({ done: false, ...counts, error: toItemError(refusal) })
}

function written(end: End): string {
  return `${JSON.stringify(end)}\n`
}
