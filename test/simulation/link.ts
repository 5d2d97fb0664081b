import { openSession, type Query, type Result } from './model/server.ts'
import { serverError } from './model/statement.ts'
import type { Tables } from './model/tables.ts'
import { Blocked } from './model/transaction.ts'
import type { Process, World } from './world.ts'

/** What befalls one statement on its way. Times in milliseconds. */
export interface Fate {
  readonly thereMs: number
  /** Between its execution and its COMMIT: its locks are held so long. */
  readonly workMs: number
  readonly backMs: number
  /** The link breaks: before the statement is executed, or after, so that its answer is lost. */
  readonly breaks: 'never' | 'before' | 'after'
  /** The SQLSTATE it is refused with instead. */
  readonly refusedWith: string | null
  /** Called right before it is executed, and right after its COMMIT. */
  readonly onArrival: (() => void) | null
  readonly onCommitted: (() => void) | null
}

export interface LinkParts {
  readonly world: World
  readonly tables: Tables
  /** Null: at once, nothing happens on the way. */
  readonly fate: (query: Query, process: Process) => Fate | null
  readonly now: () => number
  /** After every COMMIT. */
  readonly onCommit: (query: Query) => void
}

const LOCK_TIMEOUT_MS = 1_000

interface Request {
  readonly query: Query
  readonly fate: Fate
  readonly resolve: (result: Result) => void
  readonly reject: (error: Error) => void
  /** Calls off that its sender gives it up. */
  patient: () => void
}

/** One connection: both its ends. */
export interface Connection {
  query(query: Query): Promise<Result>
  /** From the client's side: what is on its way may arrive and be executed. */
  hangUp(): void
  /** Its process is dead; `arrives`: what it had sent is executed all the same. */
  vanish(arrives: boolean): void
  /** From the server's side. */
  breakOff(): void
  isOpen(): boolean
  /** Whether the server's side has something to do, or will have: also when nobody waits for it. */
  isBusy(): boolean
  /** Calls `run` when the server's side has ended. */
  onClosed(run: () => void): void
}

export function connect(parts: LinkParts, process: Process, queryTimeoutMs: number): Connection {
  const { world } = parts
  const session = openSession(parts.tables, parts.now)
  const pending = new Set<Request>()
  const arrived: Request[] = []
  const closed: (() => void)[] = []
  const state = { open: true, gone: false, busy: false, deaf: false, onWay: 0, arrivesAt: 0, answersAt: 0 }

  function query(asked: Query): Promise<Result> {
    if (!state.open) return Promise.reject(new Error('Client has encountered a connection error'))
    const fate = parts.fate(asked, process)
    // What its sender gave up on may still be under way: nothing overtakes it.
    if (fate === null && state.onWay === 0 && !state.busy && !state.gone) {
      const result = atOnce(asked)
      if (result !== null) return result
    }
    return new Promise((resolve, reject) => {
      const request: Request = { query: asked, fate: fate ?? SWIFT, resolve, reject, patient: () => undefined }
      pending.add(request)
      request.patient = process.after(queryTimeoutMs, () => fail(request, new Error('Query read timeout')))
      send(request)
    })
  }

  /** Null: it has to wait for somebody. */
  function atOnce(asked: Query): Promise<Result> | null {
    try {
      const result = session.run(asked)
      settle(asked)
      return Promise.resolve(result)
    } catch (error) {
      return error instanceof Blocked ? null : Promise.reject(error)
    }
  }

  function settle(asked: Query): void {
    session.finish()
    parts.onCommit(asked)
  }

  function send(request: Request): void {
    state.onWay += 1
    state.arrivesAt = Math.max(state.arrivesAt, world.now() + request.fate.thereMs)
    world.after(state.arrivesAt - world.now(), () => {
      state.onWay -= 1
      if (!state.deaf) arrived.push(request)
      work()
    })
  }

  function work(): void {
    if (state.busy || state.gone) return
    const request = arrived.shift()
    if (request === undefined) {
      if (!state.open && state.onWay === 0) endSession()
      return
    }
    if (request.fate.breaks === 'before') {
      request.fate.onArrival?.()
      return breakOff()
    }
    state.busy = true
    request.fate.onArrival?.()
    execute(request, world.now() + LOCK_TIMEOUT_MS)
  }

  function execute(request: Request, until: number): void {
    if (state.gone) return
    try {
      const { refusedWith } = request.fate
      if (refusedWith !== null) {
        session.abort()
        throw serverError(refusedWith, 'refused on its way')
      }
      const result = session.run(request.query)
      world.after(request.fate.workMs, () => done(request, result))
    } catch (error) {
      if (error instanceof Blocked) waitFor(error, request, until)
      else if (isAnswer(error)) answer(request, () => fail(request, error))
      else throw error
    }
  }

  function waitFor({ by }: Blocked, request: Request, until: number): void {
    let over = false
    const callOff = world.after(until - world.now(), () => {
      over = true
      session.abort()
      answer(request, () => fail(request, serverError('55P03', 'lock timeout')))
    })
    by.onEnd(() =>
      world.after(0, () => {
        if (over) return
        callOff()
        execute(request, until)
      }),
    )
  }

  function done(request: Request, result: Result): void {
    if (state.gone) return
    settle(request.query)
    request.fate.onCommitted?.()
    if (request.fate.breaks === 'after') return breakOff()
    answer(request, () => {
      if (!pending.delete(request)) return
      request.patient()
      request.resolve(result)
    })
  }

  function answer(request: Request, tell: () => void): void {
    state.busy = false
    state.answersAt = Math.max(state.answersAt, world.now() + request.fate.backMs)
    process.after(state.answersAt - world.now(), () => {
      if (state.open) tell()
    })
    work()
  }

  function fail(request: Request, error: Error): void {
    if (!pending.delete(request)) return
    request.patient()
    request.reject(error)
  }

  function endSession(): void {
    state.gone = true
    session.end()
    for (const run of closed) run()
  }

  function breakOff(): void {
    if (state.gone) return
    endSession()
    process.after(1, () => {
      if (!state.open) return
      hangUp()
    })
  }

  function hangUp(): void {
    if (!state.open) return
    state.open = false
    for (const request of pending) fail(request, new Error('Connection terminated unexpectedly'))
    if (!state.gone) work()
  }

  function vanish(arrives: boolean): void {
    state.deaf = !arrives
    // Nobody is there any more who could be told.
    pending.clear()
    hangUp()
  }

  return {
    query,
    hangUp,
    vanish,
    breakOff,
    isOpen: () => state.open,
    isBusy: () => !state.gone && (state.onWay > 0 || state.busy || arrived.length > 0),
    onClosed: (run) => void closed.push(run),
  }
}

const SWIFT: Fate = {
  thereMs: 1,
  workMs: 1,
  backMs: 1,
  breaks: 'never',
  refusedWith: null,
  onArrival: null,
  onCommitted: null,
}

function isAnswer(error: unknown): error is Error {
  return error instanceof Error && 'code' in error
}
