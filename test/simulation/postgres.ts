import { EventEmitter } from 'node:events'
import type { Db } from '../../src/store/db.ts'
import { connect, type Connection, type LinkParts } from './link.ts'
import type { Query, Result } from './model/server.ts'
import type { Tables } from './model/tables.ts'
import type { Process } from './world.ts'

/** The database as everybody's clients see it. */
export interface Postgres {
  readonly tables: Tables
  /** A node's pool of connections, of `max` at most. */
  pool(process: Process, max: number, queryTimeoutMs: number): Db
  /** The process is dead; `arrives` says of each of its links whether what was under way is executed. */
  leave(process: Process, arrives: () => boolean): void
  isAway(): boolean
  /** Whether nothing is on its way to it, and nothing runs. */
  isIdle(): boolean
  /** All links break, nothing can connect; what was not committed is gone. */
  goAway(): void
  comeBack(): void
}

const CONNECT_MS = 2
const CONNECT_TIMEOUT_MS = 2_000

export function createPostgres(parts: LinkParts): Postgres {
  const connections = new Map<Connection, Process>()
  const state = { away: false }
  return {
    tables: parts.tables,
    pool: (process, max, queryTimeoutMs) =>
      createPool(
        process,
        max,
        () => state.away,
        () => {
          const connection = connect(parts, process, queryTimeoutMs)
          connections.set(connection, process)
          connection.onClosed(() => connections.delete(connection))
          return connection
        },
      ),
    leave(process, arrives) {
      for (const [connection, of] of connections) if (of === process) connection.vanish(arrives())
    },
    isAway: () => state.away,
    isIdle: () => [...connections.keys()].every((connection) => !connection.isBusy()),
    goAway() {
      state.away = true
      for (const connection of connections.keys()) connection.breakOff()
    },
    comeBack() {
      state.away = false
    },
  }
}

/** As much of the driver's pool as the store uses. */
function createPool(process: Process, max: number, isAway: () => boolean, open: () => Connection): Db {
  const idle: Connection[] = []
  const waiting: ((connection: Connection) => void)[] = []
  let count = 0

  function release(connection: Connection, broken: boolean): void {
    if (broken || !connection.isOpen()) {
      count -= 1
      connection.hangUp()
      const next = waiting.shift()
      if (next !== undefined) void handOver(next)
      return
    }
    const next = waiting.shift()
    if (next === undefined) idle.push(connection)
    else next(connection)
  }

  /** To the next in line; should none be had, it waits until its own time is over. */
  async function handOver(next: (connection: Connection) => void): Promise<void> {
    const connection = await obtain().catch(() => null)
    if (connection !== null) next(connection)
  }

  function takeIdle(): Connection | null {
    for (let found = idle.pop(); found !== undefined; found = idle.pop()) {
      if (found.isOpen()) return found
      count -= 1
    }
    return null
  }

  async function obtain(): Promise<Connection> {
    const found = takeIdle()
    if (found !== null) return found
    if (count >= max) return queue()
    count += 1
    await new Promise<void>((resolve) => void process.after(CONNECT_MS, resolve))
    if (isAway()) {
      count -= 1
      throw new Error('connect ECONNREFUSED')
    }
    return open()
  }

  function queue(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const callOff = process.after(CONNECT_TIMEOUT_MS, () => {
        if (waiting.includes(take)) waiting.splice(waiting.indexOf(take), 1)
        reject(new Error('timeout exceeded when trying to connect'))
      })
      const take = (connection: Connection): void => {
        callOff()
        resolve(connection)
      }
      waiting.push(take)
    })
  }

  function toClient(connection: Connection): unknown {
    const events = new EventEmitter()
    connection.onClosed(() => void process.after(1, () => events.emit('end')))
    return Object.assign(events, {
      query: (asked: unknown, values?: readonly unknown[]) => connection.query(toQuery(asked, values)),
      release: (broken?: boolean) => release(connection, broken === true),
    })
  }

  async function query(asked: unknown, values?: readonly unknown[]): Promise<Result> {
    const connection = takeIdle() ?? (await obtain())
    let broken = true
    try {
      const result = await connection.query(toQuery(asked, values))
      broken = false
      return result
    } finally {
      release(connection, broken)
    }
  }

  const pool = {
    query,
    connect: async () => toClient(await obtain()),
    get idleCount() {
      return idle.filter((connection) => connection.isOpen()).length
    },
  }
  // What the store calls of a pool is there, and nothing else.
  return pool as unknown as Db
}

function toQuery(asked: unknown, values: readonly unknown[] | undefined): Query {
  if (typeof asked === 'string') return { name: null, text: asked, values: values ?? [] }
  const { name, text, values: own } = asked as { name?: string; text: string; values?: readonly unknown[] }
  return { name: name ?? null, text, values: own ?? [] }
}
