import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { TidingsError } from '../domain/errors.ts'
import type { Idempotency } from '../flows/sending/idempotent.ts'

/** 1 to 255 visible ASCII characters. Two headers arrive joined by a comma and a space, and are refused by that. */
const KEY = /^[\x21-\x7e]{1,255}$/

/** Members of a list that are hashed in one turn of the event loop: about a millisecond. */
const BLOCK = 500

/**
 * The call's Idempotency-Key with a hash for each top-level field, so that a second call can be told which one differs; null
 * without the header, at no cost.
 */
export async function readIdempotency(request: FastifyRequest, route: string): Promise<Idempotency | null> {
  const key = readKey(request)
  return key === null ? null : { caller: request.caller.name, route, key, fields: await hashFields(request.body) }
}

/** The Idempotency-Key itself; null without the header. */
export function readKey(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key']
  if (key === undefined) return null
  if (typeof key === 'string' && KEY.test(key)) return key
  throw new TidingsError('invalid_idempotency_key', 'Idempotency-Key must be 1 to 255 visible ASCII characters')
}

/** The same hashes for a small body, at once. */
export function hashSmall(body: object): Record<string, string> {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, hashOne(value)]))
}

/** Says so when the answer is an earlier one. */
export function markReplayed(reply: FastifyReply, replayed: boolean): void {
  if (replayed) reply.header('Idempotent-Replayed', 'true')
}

async function hashFields(body: unknown): Promise<Record<string, string>> {
  const fields: Record<string, string> = {}
  if (typeof body !== 'object' || body === null) return fields
  for (const [name, value] of Object.entries(body)) {
    fields[name] = Array.isArray(value) ? await hashList(value) : hashOne(value)
  }
  return fields
}

/** 128 bits of SHA-256, base64url. Two objects that differ in the order of their keys are the same. */
function hashOne(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('base64url').slice(0, 22)
}

async function hashList(list: readonly unknown[]): Promise<string> {
  const hash = createHash('sha256')
  for (let from = 0; from < list.length; from += BLOCK) {
    if (from > 0) await nextTurn()
    hash.update(canonical(list.slice(from, from + BLOCK)))
  }
  return hash.digest('base64url').slice(0, 22)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) => (isObject(field) ? sorted(field) : field))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sorted(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
