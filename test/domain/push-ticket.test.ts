import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applePayload } from '../../src/domain/push/apple-push.ts'
import { checkPushContent } from '../../src/domain/push/push-content.ts'
import { toPushContent } from '../../src/domain/push/push-fields.ts'
import { perTicket, withRoom } from '../../src/domain/push/push-ticket.ts'
import { webPushPayload } from '../../src/domain/push/web-push-message.ts'
import { createEnvelope } from '../../src/providers/fcm/message.ts'

const NOW = new Date('2026-05-04T10:00:00Z')
const TICKET = 'https://push.example/evidence/abc_-1'

interface Message {
  readonly message: {
    readonly data: Record<string, string>
    readonly android?: { readonly data?: Record<string, string> }
    readonly webpush?: { readonly data?: Record<string, string> }
    readonly apns: { readonly payload?: { readonly aps: object } }
    readonly token: string
  }
}

const read = (text: string): Message['message'] => (JSON.parse(text) as Message).message

test('each target gets its own ticket, wherever its platform reads data, and the rest is the same', () => {
  const blocks = { android: { data: { a: '1' } }, webpush: { data: { b: '2' } } }
  const content = toPushContent(7, { title: 'Hello', body: 'There', data: { c: '3' }, ...blocks })
  const envelope = createEnvelope(content, NOW)
  const plain = read(envelope.bodyFor({ kind: 'token', value: 'one' }))
  expect(JSON.stringify(plain)).not.toContain('"tidings"')
  for (const token of ['one', 'two']) {
    const ticket = `${TICKET}${token}`
    const { data, android, webpush, apns, ...rest } = read(envelope.bodyFor({ kind: 'token', value: token, ticket }))
    expect(data).toEqual({ ...plain.data, tidings: ticket })
    expect(android?.data).toEqual({ a: '1', tidings: ticket })
    expect(webpush?.data).toEqual({ b: '2', tidings: ticket })
    expect(apns.payload).toEqual({ aps: { 'mutable-content': 1 } })
    expect(rest.token).toBe(token)
  }
})

test('nothing that a caller writes is taken for the place of a ticket', () => {
  const text = fc.string({
    unit: fc.constantFrom('"', '\\', 'u0000', 'tidings', ':', ' ', '{', '\\u0000', '"\\u0000"'),
  })
  fc.assert(
    fc.property(text, text, (title, value) => {
      const content = toPushContent(7, { title, body: value, data: { value } })
      const message = read(createEnvelope(content, NOW).bodyFor({ kind: 'token', value: 'one', ticket: TICKET }))
      expect(message).toMatchObject({ notification: { title, body: value }, data: { value, tidings: TICKET } })
    }),
  )
})

test('Apple’s and a browser’s own payloads have it, too', () => {
  const content = toPushContent(7, { title: 'Hello', body: 'There', webpush: { data: { b: '2' } } })
  const apple = perTicket(content, (one) => JSON.stringify(applePayload(one)))
  expect(JSON.parse(apple(TICKET))).toMatchObject({ tidings: TICKET, aps: { 'mutable-content': 1 } })
  expect(JSON.parse(apple(undefined))).not.toHaveProperty('tidings')
  const web = perTicket(content, webPushPayload)
  expect(JSON.parse(web(TICKET))).toMatchObject({ data: { b: '2', tidings: TICKET } })
})

test('a payload that fits only without its ticket is too large', () => {
  const fields = { title: 'Hello', body: 'x'.repeat(4_096 - 64 - 5 - 9 - 100) }
  expect(checkPushContent(fields, 'token')).toEqual([])
  expect(checkPushContent(withRoom(fields, 80), 'token')).toEqual([])
  expect(checkPushContent(withRoom(fields, 120), 'token')).toMatchObject([{ path: '' }])
})
