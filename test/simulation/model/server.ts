/*
 * The database in memory. A new statement of `src/store/` comes in like this:
 *
 * - A column that a statement decides by, or a table, goes into `tables.ts`, and into `dump` of `../both.ts`, which compares it with
 *   Postgres.
 * - The statement becomes a function `(tx, tables, values) => Answer` under its own name in the file of its noun; without a name, in
 *   `UNNAMED_STATEMENTS` of `nodes.ts`. `values` are as the driver is handed them: `numbers`, `texts` and `booleans` read lists.
 *   It reads through `tx.find` and `tx.all` and writes through `tx.put` and `tx.remove`, which lock as an UPDATE and a DELETE do;
 *   FOR UPDATE and FOR KEY SHARE are `tx.lock`, SKIP LOCKED is `tx.isFree`. `tx.touch` is for what no loop looks for.
 * - A call of the store that runs it goes into `../calls.ts`: `../model.it.test.ts` fails until there is one.
 * - Should a loop look for what it writes, `../turns.ts` must say when, or that loop's turns are put off past it. Should a message change
 *   hands there, its name belongs into `MOMENTS` of `../plan.ts`. Crash schedules try every statement that they see by themselves.
 */
import { MESSAGE_STATEMENTS } from './messages.ts'
import { NODE_STATEMENTS, UNNAMED_STATEMENTS } from './nodes.ts'
import { NOTIFICATION_STATEMENTS } from './notifications.ts'
import { PUSH_STATEMENTS } from './push.ts'
import { RECEIPT_STATEMENTS } from './receipts.ts'
import { RECLAIM_STATEMENTS } from './reclaim.ts'
import { SETTLE_STATEMENTS } from './settle.ts'
import { STOP_STATEMENTS } from './stops.ts'
import { serverError, type Answer, type Statement } from './statement.ts'
import type { Tables } from './tables.ts'
import { beginTransaction, Blocked, type Transaction } from './transaction.ts'

/** A statement as the driver is handed it. */
export interface Query {
  readonly name: string | null
  readonly text: string
  readonly values: readonly unknown[]
}

export interface Result extends Answer {
  readonly command: string
}

/** One session of the model. What it runs takes no time of its own: who calls decides when the parts happen. */
export interface Session {
  /**
   * Runs one statement. Outside a transaction what it wrote is still to be committed: `finish` does that. Throws `Blocked`, or the error
   * that the server would answer with.
   */
  run(query: Query): Result
  /** Commits a statement that ran outside a transaction. */
  finish(): void
  /** The statement failed on its way: what it, or the transaction around it, wrote is void. */
  abort(): void
  /** The link is gone: rolls back what is open. */
  end(): void
}

const NAMED = new Map<string, Statement>(
  [
    MESSAGE_STATEMENTS,
    SETTLE_STATEMENTS,
    NODE_STATEMENTS,
    RECLAIM_STATEMENTS,
    RECEIPT_STATEMENTS,
    NOTIFICATION_STATEMENTS,
    PUSH_STATEMENTS,
    STOP_STATEMENTS,
  ].flatMap((statements) => Object.entries(statements)),
)

/** The statements of the store that the model knows, by name. */
export const KNOWN_STATEMENTS: ReadonlySet<string> = new Set(NAMED.keys())

export function openSession(tables: Tables, now: () => number): Session {
  let open: Transaction | null = null
  let alone: Transaction | null = null
  let failed = false

  function run(query: Query): Result {
    if (query.text === 'begin') {
      open = beginTransaction(tables, now())
      failed = false
      return { command: 'BEGIN', rows: [], rowCount: 0 }
    }
    if (query.text === 'commit' || query.text === 'rollback') return close(query.text === 'commit' && !failed)
    if (open !== null && failed) throw serverError('25P02', 'the transaction is aborted')
    return { command: 'SELECT', ...execute(query) }
  }

  function execute(query: Query): Answer {
    const statement = find(query)
    const tx = open ?? (alone ??= beginTransaction(tables, now()))
    try {
      checkTexts(query.values)
      return tx.statement(() => statement(tx, tables, query.values))
    } catch (error) {
      if (!(error instanceof Blocked)) abort()
      throw error
    }
  }

  function abort(): void {
    if (open !== null) failed = true
    alone?.rollback()
    alone = null
  }

  function close(commits: boolean): Result {
    const tx = open
    open = null
    if (commits) tx?.commit()
    else tx?.rollback()
    return { command: commits ? 'COMMIT' : 'ROLLBACK', rows: [], rowCount: 0 }
  }

  return {
    run,
    finish() {
      alone?.commit()
      alone = null
    },
    abort,
    end() {
      abort()
      close(false)
    },
  }
}

function find({ name, text }: Query): Statement {
  const statement =
    name === null ? UNNAMED_STATEMENTS.find(([begins]) => text.startsWith(begins))?.[1] : NAMED.get(name)
  if (statement === undefined) throw new Error(`the model does not know the statement ${name ?? text.slice(0, 60)}`)
  return statement
}

/** A NUL can't be stored. Source: PostgreSQL documentation, 8.3 Character Types. */
function checkTexts(values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === 'string' && value.includes('\u0000')) throw serverError('22021', 'invalid byte sequence')
  }
}
