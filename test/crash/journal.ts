import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { OnUncertain } from '../../src/domain/category.ts'

/** What the experiment did, in order. Times are milliseconds since 1970. */
export type Entry =
  /** Written before a request goes out. */
  | { readonly kind: 'intent'; readonly at: number; readonly key: string; readonly node: number }
  /** What came of the latest request with this key. `failed`: nothing was stored; `unknown`: it may have been. */
  | { readonly kind: 'acknowledged'; readonly at: number; readonly key: string; readonly id: number }
  | { readonly kind: 'refused'; readonly at: number; readonly key: string; readonly why: string }
  | { readonly kind: 'failed' | 'unknown'; readonly at: number; readonly key: string; readonly why: string }
  /** What a key stands for; once for each. */
  | {
      readonly kind: 'planned'
      readonly key: string
      readonly channel: 'sms' | 'push'
      /** The text of the SMS, or the tokens: what the look-alikes' ledgers are joined by. */
      readonly names: readonly string[]
      readonly onUncertain: OnUncertain
    }
  | {
      readonly kind: 'killed'
      readonly at: number
      readonly what: 'node' | 'postgres'
      readonly pids: readonly number[]
    }

export interface Journal {
  /** Nothing once it is closed: a load may outlive an experiment that failed. */
  write(entry: Entry): void
  isClosed(): boolean
  close(): void
}

/** Written through at once, so that what is in it has come before what follows. */
export function createJournal(path: string): Journal {
  const file = openSync(path, 'a')
  let closed = false
  return {
    write(entry) {
      if (!closed) writeSync(file, `${JSON.stringify(entry)}\n`)
    },
    isClosed: () => closed,
    close() {
      closed = true
      closeSync(file)
    },
  }
}

export function readJournal(path: string): Entry[] {
  return readLines(path) as Entry[]
}

/** One JSON value a line. */
export function readLines(path: string): unknown[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line): unknown => JSON.parse(line))
}
