import { createHash, type Hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { LONGEST_TARGET, MOST_TARGETS } from '../contract/notifications.ts'
import { TidingsError, withoutStop } from '../domain/errors.ts'
import type { Idempotency } from '../flows/sending/idempotent.ts'
import type { LineTarget, LongPush } from '../flows/push/long-push.ts'
import { refuse } from './faults.ts'
import { hashSmall, readKey } from './idempotency.ts'
import type { Line } from './lines.ts'
import { readLine, type OpenBody } from './ndjson.ts'

/** Lines read at once, and targets entered with one statement. */
const AT_ONCE = 5_000

/** Such statements at a time: the database has one to work on while the next lines are read. */
const STATEMENTS = 2

export type TargetLines =
  /** No more than a call in JSON may have. */
  | {
      readonly kind: 'short'
      readonly tokens: readonly string[]
      readonly fids: readonly string[]
      readonly idempotency: Idempotency | null
    }
  | {
      readonly kind: 'long'
      readonly push: LongPush
      readonly idempotency: Idempotency | null
    }

/**
 * Reads all of a body whose lines are targets. `openLong` is called when there are too many to be kept as they are; null: such a call, which
 * only asks, is refused before anything is entered. Throws TidingsError.
 */
export async function readTargetLines(
  request: FastifyRequest,
  { common, lines }: OpenBody<object>,
  route: string,
  openLong: (() => Promise<LongPush>) | null,
): Promise<TargetLines> {
  const key = readKey(request)
  const hash = key === null ? null : createHash('sha256')
  const kept: LineTarget[] = []
  const entering = createEntering()
  let push: LongPush | null = null
  let read = 0
  for (let taken = await lines.take(AT_ONCE); taken.length > 0; taken = await lines.take(AT_ONCE)) {
    const targets = readAll(taken, read, hash)
    if (push === null) kept.push(...targets)
    if (push === null && kept.length > MOST_TARGETS) {
      if (openLong === null) throw tooLongToExplain()
      push = await openLong()
      for (let from = 0; from < kept.length; from += AT_ONCE)
        await entering.add(push, kept.slice(from, from + AT_ONCE), from)
      kept.length = 0
    } else if (push !== null) await entering.add(push, targets, read)
    read += taken.length
  }
  await entering.end()
  if (read === 0)
    throw refuse([{ path: 'targets', message: 'after the first line each one is a target: there is none' }])
  const idempotency = hash === null || key === null ? null : keyOf(request, route, key, common, hash)
  if (push !== null) return { kind: 'long', push, idempotency }
  const valuesOf = (kind: LineTarget['kind']): string[] =>
    kept.filter((target) => target.kind === kind).map(({ value }) => value)
  return { kind: 'short', tokens: valuesOf('token'), fids: valuesOf('fid'), idempotency }
}

interface Entering {
  /** Resolves when the next ones may be read. Throws what stood in the way of any before them. */
  add(push: LongPush, targets: readonly LineTarget[], from: number): Promise<void>
  /** Resolves when all are entered. Throws likewise. */
  end(): Promise<void>
}

function createEntering(): Entering {
  const underWay = new Set<Promise<void>>()
  const failures: unknown[] = []
  const throwFirst = (): void => {
    if (failures.length > 0) throw failures[0]
  }
  return {
    async add(push, targets, from) {
      while (underWay.size >= STATEMENTS) await Promise.race(underWay)
      throwFirst()
      const one = push
        .add(targets, from)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => underWay.delete(one))
      underWay.add(one)
    },
    async end() {
      await Promise.all(underWay)
      throwFirst()
    },
  }
}

function readAll(lines: readonly Line[], from: number, hash: Hash | null): readonly LineTarget[] {
  return lines.map((line, index) => {
    const target = readLine(line, toTarget)
    if (target instanceof TidingsError) {
      const { code, message } = target
      const path = `targets[${from + index}]`
      throw new TidingsError(code, `${path}: ${withoutStop(message)}. Nothing was stored.`, {
        details: [{ path, message }],
      })
    }
    hash?.update(`${target.kind}:${target.value}\n`)
    return target
  })
}

/** One line. Throws TidingsError. */
export function toTarget(value: unknown): LineTarget {
  if (typeof value === 'string') return checked('token', value)
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 1) {
    if ('token' in value && typeof value.token === 'string') return checked('token', value.token)
    if ('fid' in value && typeof value.fid === 'string') return checked('fid', value.fid)
  }
  throw refuse([{ path: '', message: 'a target is a token in quotes, {"token": "…"} or {"fid": "…"}' }])
}

function checked(kind: LineTarget['kind'], value: string): LineTarget {
  if (value.length <= LONGEST_TARGET) return { kind, value }
  throw refuse([{ path: '', message: `a target has at most ${LONGEST_TARGET} characters` }])
}

function keyOf(request: FastifyRequest, route: string, key: string, common: object, hash: Hash): Idempotency {
  const targets = hash.digest('base64url').slice(0, 22)
  return { caller: request.caller.name, route, key, fields: { ...hashSmall(common), targets } }
}

function tooLongToExplain(): TidingsError {
  const most = MOST_TARGETS.toLocaleString('en')
  return refuse([{ path: 'dry_run', message: `a dry run takes at most ${most} targets` }])
}
