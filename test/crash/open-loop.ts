import { connect, type Socket } from 'node:net'
import type { Category } from '../../src/domain/category.ts'

/** What one kind of call came to. */
export interface Tally {
  offered: number
  accepted: number
  /** 429 or 503 with a Retry-After. */
  refused: number
  /** Anything else, or nothing within `PATIENCE_MS`. */
  other: number
  /** From the moment it was due to its answer, of those that were accepted. */
  readonly acceptedMs: number[]
}

export interface Offer {
  readonly url: string
  readonly category: Category
  /** Calls a second, whatever becomes of them; null: as many as the connections carry. */
  readonly perSecond: number | null
  readonly connections: number
  readonly ms: number
}

/** Due and not on its way after so long: its caller has given up. */
const PATIENCE_MS = 2_000
const TICK_MS = 2

/**
 * Calls that come at their times, like those of many callers who know nothing of each other: a slow answer delays no other call. One at a
 * time on each connection. Written for its cost: it has to offer ten times of what the service can do, from one core.
 */
export async function offer({ url, category, perSecond, connections, ms }: Offer): Promise<Tally> {
  const tally: Tally = { offered: 0, accepted: 0, refused: 0, other: 0, acceptedMs: [] }
  const lines = Array.from({ length: connections }, () => createLine(new URL(url), requestOf(url, category), settle))
  const free = [...lines]
  const due: number[] = []
  const began = performance.now()
  let [isOver, head, open] = [false, 0, 0]

  function settle(line: Line, answer: string | null, dueAt: number): void {
    open -= 1
    const status = answer === null ? '' : answer.slice(9, 12)
    if (status === '200') {
      tally.accepted += 1
      tally.acceptedMs.push(performance.now() - dueAt)
    } else if ((status === '503' || status === '429') && /\r\nretry-after: /i.test(answer ?? '')) tally.refused += 1
    else tally.other += 1
    free.push(line)
    if (perSecond === null && !isOver) arrive(performance.now())
    start()
  }

  function arrive(at: number): void {
    tally.offered += 1
    due.push(at)
  }

  /** Those who have waited too long are gone. */
  function start(): void {
    const now = performance.now()
    while (head < due.length) {
      const at = due[head] ?? 0
      if (now - at > PATIENCE_MS) tally.other += 1
      else {
        const line = free.pop()
        if (line === undefined) return
        open += 1
        line.send(at)
      }
      head += 1
    }
  }

  await Promise.all(lines.map((line) => line.ready))
  if (perSecond === null) for (let call = 0; call < connections; call += 1) arrive(began)
  await every(TICK_MS, () => {
    const elapsed = performance.now() - began
    isOver = elapsed >= ms
    const wanted = perSecond === null ? 0 : Math.floor((Math.min(elapsed, ms) * perSecond) / 1_000)
    while (tally.offered < wanted) arrive(began + (tally.offered * 1_000) / (perSecond ?? 1))
    start()
    return isOver && head >= due.length && open === 0
  })
  for (const line of lines) line.end()
  return tally
}

/** Until it says that it is over. */
function every(ms: number, run: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!run()) return
      clearInterval(timer)
      resolve()
    }, ms)
  })
}

interface Line {
  readonly ready: Promise<void>
  send(dueAt: number): void
  end(): void
}

function createLine(
  { hostname, port }: URL,
  request: Buffer,
  settle: (line: Line, answer: string | null, dueAt: number) => void,
): Line {
  let [text, dueAt, isBusy, isEnded] = ['', 0, false, false]
  let socket = open()

  function open(): Socket {
    const opened = connect(Number(port), hostname).setNoDelay(true).setEncoding('latin1')
    opened.on('data', (piece: string) => {
      text += piece
      if (isWhole(text)) finish(text)
    })
    opened.on('error', () => undefined)
    opened.on('close', () => {
      if (isEnded || socket !== opened) return
      socket = open()
      finish(null)
    })
    return opened
  }

  function finish(answer: string | null): void {
    text = ''
    if (!isBusy) return
    isBusy = false
    settle(line, answer, dueAt)
  }

  const line: Line = {
    ready: new Promise((resolve) => socket.once('connect', resolve)),
    send(at) {
      dueAt = at
      isBusy = true
      socket.write(request)
    },
    end() {
      isEnded = true
      socket.destroy()
    },
  }
  return line
}

function requestOf(url: string, category: Category): Buffer {
  const body = JSON.stringify({ contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913', category })
  const head = [
    'POST /smss HTTP/1.1',
    `Host: ${new URL(url).host}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const [, length = '0'] = /\r\ncontent-length: (\d+)/i.exec(text) ?? []
  return text.length >= end + 4 + Number(length)
}
