/** What a span belongs to that is made long after the call. */
export type Subject = 'sms' | 'push' | 'webhook'

/** Knows the spans that messages and notifications belong to: for a while from memory, else from the database. */
export interface Contexts {
  /** Null: it belongs to none, and nobody need ask. */
  remember(subject: Subject, id: number, traceparent: string | null): void
  /** Calls `use` with the span, now or soon; never, where there is none, it can't be found out, or too many are waited for. */
  find(subject: Subject, id: number, use: (traceparent: string) => void): void
  /** What is known by now. */
  known(subject: Subject, id: number): string | null
  /** Resolves when nobody waits any more. */
  idle(): Promise<void>
}

export interface ContextsParts {
  /** Those of them that belong to a span. */
  readonly lookUp: (subject: Subject, ids: readonly number[]) => Promise<ReadonlyMap<number, string>>
  readonly after: (ms: number, run: () => void) => unknown
}

/** Remembered at once: some 3 MB. */
const MOST_KNOWN = 20_000
const MOST_AWAITED = 4_096

/** Gathered for so long, so that many are looked up together. */
const GATHER_MS = 50

interface Awaited {
  readonly subject: Subject
  readonly id: number
  readonly use: (traceparent: string) => void
}

export function createContexts({ lookUp, after }: ContextsParts): Contexts {
  const contexts = new Map<string, string | null>()
  let awaited: Awaited[] = []
  let looking: Promise<void> | null = null

  function remember(subject: Subject, id: number, traceparent: string | null): void {
    const [oldest] = contexts.keys()
    if (contexts.size >= MOST_KNOWN && oldest !== undefined) contexts.delete(oldest)
    contexts.set(placeOf(subject, id), traceparent)
  }

  const known = (subject: Subject, id: number): string | null => contexts.get(placeOf(subject, id)) ?? null

  async function look(): Promise<void> {
    while (awaited.length > 0) {
      await new Promise<void>((resolve) => void after(GATHER_MS, resolve))
      const batch = awaited
      awaited = []
      // A trace that lacks a span is no reason to trouble anybody: the database says itself that it is away.
      await Promise.all((['sms', 'push', 'webhook'] as const).map((subject) => settle(subject, batch))).catch(
        () => undefined,
      )
    }
    looking = null
  }

  async function settle(subject: Subject, batch: readonly Awaited[]): Promise<void> {
    const mine = batch.filter((one) => one.subject === subject)
    const unknown = new Set(mine.map(({ id }) => id).filter((id) => !contexts.has(placeOf(subject, id))))
    const found = unknown.size === 0 ? null : await lookUp(subject, [...unknown])
    for (const id of unknown) remember(subject, id, found?.get(id) ?? null)
    for (const { id, use } of mine) {
      const traceparent = known(subject, id)
      if (traceparent !== null) use(traceparent)
    }
  }

  return {
    remember,
    known,
    find(subject, id, use) {
      const traceparent = contexts.get(placeOf(subject, id))
      if (traceparent === null) return
      if (traceparent !== undefined) return use(traceparent)
      if (awaited.length >= MOST_AWAITED) return
      awaited.push({ subject, id, use })
      looking ??= look()
    },
    async idle() {
      while (looking !== null) await looking
    },
  }
}

function placeOf(subject: Subject, id: number): string {
  return `${subject}:${id}`
}
