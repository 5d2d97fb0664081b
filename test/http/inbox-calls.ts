import { expect } from 'vitest'
import { until } from '../support/until.ts'
import type { InboxNode } from './inbox-node.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

export async function call(
  node: InboxNode,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(node.url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] }
}

let numbers = 0
/** A number nobody else uses here. */
export const someone = (): string => `+201009${String(++numbers).padStart(6, '0')}`

/** Resolves when it was captured, or has begun its life. */
export async function send(node: InboxNode, contact: string, message: string, more: object = {}): Promise<number> {
  const sms = { contact, subject: 'Hello', message, ...more }
  const { body } = await call(node, 'POST', '/smss', sms, { prefer: 'wait=10' })
  expect(body).toMatchObject({ success: true })
  return Number(body['message_id'])
}

export async function push(
  node: InboxNode,
  path: 'tokens' | 'topic',
  targets: object,
  more: object = {},
): Promise<number> {
  const payload = { title: 'Parcel', body: 'It has arrived', ...targets, ...more }
  const { body } = await call(node, 'POST', `/notifications/${path}`, payload, { prefer: 'wait=10' })
  expect(body).toMatchObject({ success: true })
  return Number(body['notification_id'])
}

export interface Event {
  readonly event: string
  readonly id: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface Reader {
  readonly events: readonly Event[]
  readonly ended: Promise<void>
  stop(): void
}

/** Reads a stream as the specification has it: fields a line, events parted by an empty one. */
export async function follow(node: InboxNode, headers: Record<string, string> = {}): Promise<Reader> {
  const stop = new AbortController()
  const answer = await fetch(`${node.url}/inbox/events`, { headers, signal: stop.signal })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const events: Event[] = []
  let raw = ''
  let read = 0
  const ended = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      raw += decoder.decode(chunk, { stream: true })
      for (let end = raw.indexOf('\n\n', read); end >= 0; end = raw.indexOf('\n\n', read)) {
        const fields = new Map(
          raw
            .slice(read, end)
            .split('\n')
            .map((line) => /^(\w*): ?(.*)$/.exec(line)?.slice(1) as [string, string]),
        )
        read = end + 2
        if (!fields.has('event')) continue
        events.push({
          event: fields.get('event') ?? '',
          id: fields.get('id') ?? '',
          data: JSON.parse(fields.get('data') ?? '{}') as Event['data'],
        })
      }
    }
  })().catch(() => undefined)
  await until(() => events.some(({ event }) => event === 'ready'))
  return { events, ended, stop: () => stop.abort() }
}
