import { statusRank, type Status } from '../../../src/domain/status.ts'
import {
  booleans,
  counted,
  lockLiving,
  NOTHING,
  numbers,
  rows,
  texts,
  type Answer,
  type Statement,
} from './statement.ts'
import { NO_CHUNK } from './notifications.ts'
import type { ChunkRecord, Tables } from './tables.ts'
import type { Transaction } from './transaction.ts'

const ONE_DAY_MS = 86_400_000

export const PUSH_STATEMENTS: Readonly<Record<string, Statement>> = {
  'claim-chunks': claimChunks,
  'claim-expired-chunks': claimExpiredChunks,
  'load-chunks': loadChunks,
  'move-chunks': moveChunks,
  'release-chunks': releaseChunks,
  'retire-tokens': retireTokens,
  'touch-tokens': touchTokens,
}

function claimChunks(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const { chunks } = tables
  const owner = Number(values[0])
  if (!lockLiving(tx, tables, owner) || chunks.rows.size === 0) return NOTHING
  const rooms = numbers(values[2])
  const picked = texts(values[1]).flatMap((lane, index) =>
    tx
      .all(chunks)
      .filter((chunk) => chunk.lane === lane && isDue(tx, tables, chunk))
      .toSorted((a, b) => a.runAt - b.runAt || a.id - b.id)
      .slice(0, rooms[index] ?? 0),
  )
  return take(tx, tables, owner, picked)
}

function claimExpiredChunks(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const { chunks, notifications } = tables
  const owner = Number(values[0])
  if (!lockLiving(tx, tables, owner) || chunks.rows.size === 0) return NOTHING
  const served = texts(values[1])
  const picked = tx
    .all(chunks)
    .filter((chunk) => !served.includes(chunk.lane) && isDue(tx, tables, chunk))
    .filter(
      (chunk) => (tx.find(notifications, chunk.notificationId)?.expiresAt ?? 0) <= tx.now || chunk.cancelledAt !== null,
    )
    .toSorted((a, b) => a.id - b.id)
    .slice(0, Number(values[2]))
  return take(tx, tables, owner, picked)
}

function isDue(tx: Transaction, { chunks }: Tables, chunk: ChunkRecord): boolean {
  const waits = chunk.owner === null && chunk.doneAt === null && chunk.runAt <= tx.now
  return waits && tx.isFree(chunks, chunk.id, 'all')
}

function take(tx: Transaction, tables: Tables, owner: number, picked: readonly ChunkRecord[]): Answer {
  const taken = picked.map((chunk) => ({ ...chunk, owner, updatedAt: tx.now }))
  for (const chunk of taken) {
    tx.lock(tables.chunks, chunk.id, 'all')
    tx.put(tables.chunks, chunk.id, chunk)
  }
  return rows(...taken.toSorted((a, b) => a.id - b.id).map((chunk) => toChunkRow(tx, tables, chunk)))
}

function loadChunks(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const owner = Number(values[0])
  const found = numbers(values[1])
    .map((id) => tx.find(tables.chunks, id))
    .filter((chunk) => chunk !== undefined)
    .filter((chunk) => chunk.owner === owner && chunk.doneAt === null)
  return rows(...found.toSorted((a, b) => a.id - b.id).map((chunk) => toChunkRow(tx, tables, chunk)))
}

function toChunkRow(tx: Transaction, { notifications, tokens }: Tables, chunk: ChunkRecord): Record<string, unknown> {
  const n = tx.find(notifications, chunk.notificationId)
  if (n === undefined) throw new Error('a chunk without its notification')
  const { title, body, content, topic, ttlSeconds, onUncertain } = n
  const { id, owner, notificationId, lane, tokenIds, started, settled, tally } = chunk
  const { attemptsCounted, uncertainAttempts, crashes } = chunk
  return {
    ...{
      id,
      owner,
      notificationId,
      lane,
      provider: lane.slice(0, lane.indexOf(':')),
      title,
      body,
      content,
      topic,
      ttlSeconds,
      onUncertain,
    },
    ...{ tokenIds, started, settled, tally, attemptsCounted, uncertainAttempts, crashes },
    cancelled: chunk.cancelledAt !== null,
    ageMs: tx.now - n.time,
    remainingMs: n.expiresAt - tx.now,
    zones: null,
    targets:
      tokenIds === null
        ? [{ kind: 'topic', value: topic }]
        : tokenIds.map((tokenId) => tx.find(tokens, tokenId)?.token ?? ''),
  }
}

interface Move {
  readonly attempt: number
  readonly cancelledAt: number | null
  /** It settles something: a repeat does not. */
  readonly first: boolean
}

function moveChunks(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const { chunks } = tables
  const owner = Number(values[0])
  const [ids, started, done] = [numbers(values[1]), numbers(values[2]), booleans(values[5])]
  const begins = numbers(values[24])
  const settled = values[3] as readonly Buffer[]
  const [tally, reason, theirs] = [texts(values[4]), texts(values[22]), texts(values[23])]
  const moved = new Map<number, Move>()
  const owned = ids.filter((id) => tx.find(chunks, id)?.owner === owner)
  for (const id of owned.toSorted((a, b) => a - b)) tx.lock(chunks, id, 'all')
  for (const [index, id] of ids.entries()) {
    const chunk = tx.find(chunks, id)
    const bits = settled[index] ?? Buffer.alloc(0)
    if (chunk === undefined || chunk.owner !== owner || countBits(chunk.settled) > countBits(bits)) continue
    const isDone = done[index] === true
    tx.put(chunks, id, {
      ...chunk,
      started: (chunk.cancelledAt === null ? started : begins)[index] ?? 0,
      settled: bits,
      tally: JSON.parse(tally[index] ?? '{}') as Record<string, number>,
      updatedAt: tx.now,
      reason: reason[index] ?? null,
      providerMessageId: theirs[index] ?? null,
      doneAt: isDone ? tx.now : null,
      owner: isDone ? null : owner,
    })
    const { attempt, cancelledAt } = chunk
    moved.set(id, { attempt, cancelledAt, first: countBits(chunk.settled) < countBits(bits) })
  }
  writeTargets(tx, tables, values, moved)
  addRetries(tx, tables, values, moved)
  return rows(...[...moved].map(([id, { cancelledAt }]) => ({ id, cancelled: cancelledAt !== null })))
}

function countBits(bits: Buffer): number {
  return bits.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
}

function writeTargets(
  tx: Transaction,
  { targets }: Tables,
  values: readonly unknown[],
  moved: ReadonlyMap<number, Move>,
) {
  const [chunkIds, notificationIds, tokenIds] = values.slice(6, 9).map(numbers)
  const [status = [], reason = [], theirs = []] = values.slice(9, 12).map(texts)
  const uncertain = numbers(values[12])
  for (const [index, chunkId] of (chunkIds ?? []).entries()) {
    if (!moved.has(chunkId)) continue
    const [notificationId = 0, tokenId = 0] = [notificationIds?.[index], tokenIds?.[index]]
    const key = `${notificationId}.${tokenId}`
    const known = tx.find(targets, key)
    const next = status[index] as Status
    if (known !== undefined && statusRank(next) < statusRank(known.status)) continue
    tx.put(targets, key, {
      notificationId,
      tokenId,
      status: next,
      reason: reason[index] ?? null,
      providerMessageId: theirs[index] ?? null,
      uncertainAttempts: uncertain[index] ?? 0,
    })
  }
}

function addRetries(
  tx: Transaction,
  { chunks, sequences }: Tables,
  values: readonly unknown[],
  moved: ReadonlyMap<number, Move>,
) {
  const [lanes, lists] = [texts(values[15]), texts(values[16])]
  const [sizes, counts, uncertain, crashes, waits] = values.slice(17, 22).map(numbers)
  const notificationIds = numbers(values[14])
  for (const [index, chunkId] of numbers(values[13]).entries()) {
    const move = moved.get(chunkId)
    if (move === undefined || !move.first) continue
    const id = ++sequences.chunk
    const list = lists[index] ?? null
    tx.put(chunks, id, {
      ...NO_CHUNK,
      id,
      notificationId: notificationIds[index] ?? 0,
      tokenIds: list === null ? null : numbers(list),
      size: sizes?.[index] ?? 0,
      attempt: move.attempt + 1,
      attemptsCounted: counts?.[index] ?? 0,
      uncertainAttempts: uncertain?.[index] ?? 0,
      crashes: crashes?.[index] ?? 0,
      lane: lanes[index] ?? '',
      runAt: tx.now + (move.cancelledAt === null ? (waits?.[index] ?? 0) : 0),
      updatedAt: tx.now,
      cancelledAt: move.cancelledAt,
    })
  }
}

function releaseChunks(tx: Transaction, { chunks }: Tables, values: readonly unknown[]): Answer {
  const owner = Number(values[0])
  for (const id of numbers(values[1])) {
    const chunk = tx.find(chunks, id)
    if (chunk?.owner === owner) tx.put(chunks, id, { ...chunk, owner: null, runAt: tx.now + Number(values[2]) })
  }
  return NOTHING
}

function retireTokens(tx: Transaction, { tokens }: Tables, values: readonly unknown[]): Answer {
  const reasons = texts(values[1])
  const named = numbers(values[0]).map((id, index) => ({ id, reason: reasons[index] ?? null }))
  for (const { id, reason } of named.toSorted((a, b) => a.id - b.id)) {
    const token = tx.find(tokens, id)
    if (token !== undefined) tx.put(tokens, id, { ...token, retiredAt: tx.now, retiredReason: reason })
  }
  return counted(named.length)
}

function touchTokens(tx: Transaction, { tokens }: Tables, values: readonly unknown[]): Answer {
  for (const id of [...new Set(numbers(values[0]))].toSorted((a, b) => a - b)) {
    const token = tx.find(tokens, id)
    if (token === undefined) continue
    const isOld = (token.lastOkAt ?? token.createdAt) < tx.now - ONE_DAY_MS || token.retiredAt !== null
    if (isOld) tx.put(tokens, id, { ...token, lastOkAt: tx.now, retiredAt: null, retiredReason: null })
  }
  return NOTHING
}
