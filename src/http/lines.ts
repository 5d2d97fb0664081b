import type { Readable } from 'node:stream'
import { TidingsError } from '../domain/errors.ts'

/** Bytes of one line; a longer one is passed over, and only known to have been there. */
export const LINE_BYTES = 64 * 1024

/** Bytes that wait to be taken; beyond that the sender waits. */
const WAITING_BYTES = 1_048_576

/** A line without its end; null: it was too long. */
export type Line = Buffer | null

/** The lines of a request's body, as they come. Empty ones are passed over. */
export interface Lines {
  /** As soon as there are any, at most `most`; none: the body has ended. Rejects when it doesn't come to its end. */
  take(most: number): Promise<readonly Line[]>
  /** Those that are there already. */
  takeWaiting(most: number): readonly Line[]
  /** Ends the wait for more: `take` rejects with this once nothing is left to be taken. */
  stop(why: Error): void
  /** Resolves after `ms`; rejects as soon as the lines are stopped. */
  unlessStopped(ms: number): Promise<void>
}

/** The sender went away before the end of his body. */
export class SenderGone extends Error {}

/** `idleMs`: how long a sender may keep silent while we wait for him. */
export function createLines(body: Readable, idleMs: number): Lines {
  const cut = createCutter()
  const waiting: Line[] = []
  let bytes = 0
  let ended = false
  let failure: Error | null = null
  let wake: () => void = () => undefined
  const onStop = new Set<() => void>()

  function add(lines: readonly Line[]): void {
    // Nobody waits for what still comes.
    if (failure !== null) return
    for (const line of lines) {
      waiting.push(line)
      bytes += line?.length ?? 0
    }
    if (bytes > WAITING_BYTES) body.pause()
    wake()
  }

  function fail(why: Error): void {
    failure ??= why
    wake()
    for (const run of onStop) run()
  }

  body.on('data', (chunk: Buffer) => add(cut.next(chunk)))
  body.once('end', () => {
    add(cut.end())
    ended = true
    wake()
  })
  body.once('error', () => fail(new SenderGone()))
  body.once('close', () => (ended ? undefined : fail(new SenderGone())))

  function takeWaiting(most: number): readonly Line[] {
    const taken = waiting.splice(0, most)
    for (const line of taken) bytes -= line?.length ?? 0
    if (bytes <= WAITING_BYTES / 2) body.resume()
    return taken
  }

  async function more(): Promise<void> {
    const late = setTimeout(() => fail(silent(idleMs)), idleMs)
    const heard = (): void => void late.refresh()
    body.on('data', heard)
    await new Promise<void>((resolve) => (wake = resolve))
    body.off('data', heard)
    clearTimeout(late)
  }

  return {
    takeWaiting,
    async take(most) {
      while (waiting.length === 0 && !ended && failure === null) await more()
      if (waiting.length === 0 && failure !== null) throw failure
      return takeWaiting(most)
    },
    stop: fail,
    async unlessStopped(ms) {
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, ms)
        const run = (): void => {
          clearTimeout(late)
          resolve()
        }
        onStop.add(run)
        if (failure !== null) run()
      })
      onStop.clear()
      if (failure !== null) throw failure
    },
  }
}

function silent(idleMs: number): TidingsError {
  return new TidingsError('request_timeout', `No byte of the body came for ${idleMs / 1_000} s`)
}

interface Cutter {
  next(chunk: Buffer): readonly Line[]
  /** The last line, if it has no end. */
  end(): readonly Line[]
}

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

function createCutter(): Cutter {
  let begun: Buffer[] = []
  let length = 0

  function finish(last: Buffer): readonly Line[] {
    const line = begun.length === 0 ? last : Buffer.concat([...begun, last])
    const tooLong = length + last.length > LINE_BYTES
    begun = []
    length = 0
    if (tooLong) return [null]
    const end = line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length
    return end === 0 ? [] : [line.subarray(0, end)]
  }

  return {
    next(chunk) {
      const lines: Line[] = []
      let from = 0
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
        lines.push(...finish(chunk.subarray(from, at)))
        from = at + 1
      }
      const rest = chunk.subarray(from)
      length += rest.length
      // Of a line that is too long already, nothing more is kept.
      if (length <= LINE_BYTES && rest.length > 0) begun.push(rest)
      return lines
    },
    end: () => finish(Buffer.alloc(0)),
  }
}
