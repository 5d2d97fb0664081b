import type { Lock, LockMode, Table, Tables } from './tables.ts'

/**
 * One transaction of the model: it sees what is committed and what it wrote itself, locks the rows it writes until its end, and waits for
 * those that another one has locked.
 */
export interface Transaction {
  /** Milliseconds; one moment for all its statements, as now() is. */
  readonly now: number
  find<Row>(table: Table<Row>, key: string | number): Row | undefined
  all<Row>(table: Table<Row>): Row[]
  /** Whether no other transaction keeps this lock from us: what SKIP LOCKED asks. */
  isFree<Row>(table: Table<Row>, key: string | number, mode: LockMode): boolean
  /** Throws `Blocked` where another transaction has the row. */
  lock<Row>(table: Table<Row>, key: string | number, mode: LockMode): void
  put<Row>(table: Table<Row>, key: string | number, row: Row): void
  /** As `put`, of what nobody waits for: it does not count among the tables' changes. */
  touch<Row>(table: Table<Row>, key: string | number, row: Row): void
  remove<Row>(table: Table<Row>, key: string | number): void
  /** Runs one statement, all of it or nothing: its locks stay either way. */
  statement<T>(run: () => T): T
  commit(): void
  rollback(): void
  /** Calls `run` when this transaction has ended. */
  onEnd(run: () => void): void
}

/** What a statement throws that must wait. It is run anew, from its beginning, when the other transaction has ended. */
export class Blocked extends Error {
  readonly by: Transaction

  constructor(by: Transaction) {
    super('blocked')
    this.by = by
  }
}

interface Write {
  readonly table: Table<unknown>
  readonly key: string | number
  /** Undefined: it is removed. */
  readonly row: unknown
}

const CONFLICTS: Record<LockMode, readonly LockMode[]> = {
  share: ['all'],
  change: ['change', 'all'],
  all: ['share', 'change', 'all'],
}

const STRENGTH: Record<LockMode, number> = { share: 0, change: 1, all: 2 }

export function beginTransaction(tables: Tables, now: number): Transaction {
  const writes = new Map<Table<unknown>, Map<string | number, Write>>()
  const locked: { readonly table: Table<unknown>; readonly key: string | number }[] = []
  let undo: { readonly table: Table<unknown>; readonly key: string | number; readonly before: Write | undefined }[] = []
  let waiters: (() => void)[] = []
  let changes = false

  function blocker(table: Table<unknown>, key: string | number, mode: LockMode): Transaction | null {
    const locks = table.locks.get(key)
    if (locks === undefined) return null
    const other = locks.find((held) => held.holder !== self && CONFLICTS[mode].includes(held.mode))
    return other === undefined ? null : (other.holder as Transaction)
  }

  function lock(table: Table<unknown>, key: string | number, mode: LockMode): void {
    const by = blocker(table, key, mode)
    if (by !== null) throw new Blocked(by)
    const locks = table.locks.get(key)
    const mine = locks?.find((held) => held.holder === self)
    if (mine !== undefined) {
      if (STRENGTH[mode] > STRENGTH[mine.mode]) mine.mode = mode
      return
    }
    const held: Lock = { holder: self, mode }
    if (locks === undefined) table.locks.set(key, [held])
    else locks.push(held)
    locked.push({ table, key })
  }

  function write(table: Table<unknown>, key: string | number, row: unknown): void {
    let ofTable = writes.get(table)
    if (ofTable === undefined) {
      ofTable = new Map()
      writes.set(table, ofTable)
    }
    undo.push({ table, key, before: ofTable.get(key) })
    ofTable.set(key, { table, key, row })
  }

  function end(): void {
    for (const { table, key } of locked) {
      const left = (table.locks.get(key) ?? []).filter((held) => held.holder !== self)
      if (left.length === 0) table.locks.delete(key)
      else table.locks.set(key, left)
    }
    locked.length = 0
    const told = waiters
    waiters = []
    for (const tell of told) tell()
  }

  const self: Transaction = {
    now,
    find<Row>(table: Table<Row>, key: string | number) {
      const own = writes.get(table)?.get(key)
      return own === undefined ? table.rows.get(key) : (own.row as Row | undefined)
    },
    all<Row>(table: Table<Row>) {
      const own = writes.get(table)
      if (own === undefined) return [...table.rows.values()]
      const seen = new Map<string | number, Row>(table.rows)
      for (const [key, { row }] of own) {
        if (row === undefined) seen.delete(key)
        else seen.set(key, row as Row)
      }
      return [...seen.values()]
    },
    isFree: (table, key, mode) => blocker(table, key, mode) === null,
    lock: (table, key, mode) => lock(table, key, mode),
    put(table, key, row) {
      lock(table, key, 'change')
      write(table, key, row)
      changes = true
    },
    touch(table, key, row) {
      lock(table, key, 'change')
      write(table, key, row)
    },
    remove(table, key) {
      lock(table, key, 'all')
      changes = true
      write(table, key, undefined)
    },
    statement(run) {
      undo = []
      try {
        return run()
      } catch (error) {
        for (const { table, key, before } of undo.toReversed()) {
          if (before === undefined) writes.get(table)?.delete(key)
          else writes.get(table)?.set(key, before)
        }
        throw error
      }
    },
    commit() {
      if (changes) tables.changes += 1
      for (const [table, ofTable] of writes) {
        for (const [key, { row }] of ofTable) {
          if (row === undefined) table.rows.delete(key)
          else table.rows.set(key, row)
        }
      }
      writes.clear()
      end()
    },
    rollback() {
      writes.clear()
      end()
    },
    onEnd: (run) => void waiters.push(run),
  }
  return self
}
