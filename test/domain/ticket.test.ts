import { createHmac, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTickets, TICKET_LENGTH } from '../../src/domain/push/ticket.ts'

const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const tickets = createTickets(first, [])
const NOW = new Date('2026-05-04T10:00:00Z')
const LATER = new Date('2026-05-04T11:00:00Z')
const TARGET = { notificationId: 7, tokenId: 12 }

test('a ticket names its target, until it expires', () => {
  const id = fc.integer({ min: 1, max: 2 ** 48 - 1 })
  fc.assert(
    fc.property(id, id, (notificationId, tokenId) => {
      const ticket = tickets.write({ notificationId, tokenId }, LATER)
      expect(ticket).toHaveLength(TICKET_LENGTH)
      expect(tickets.read(ticket, NOW)).toEqual({ notificationId, tokenId })
      expect(tickets.read(ticket, new Date(LATER.getTime() + 1_000))).toBe('expired')
    }),
  )
})

test('a ticket of which a bit was changed is none, and neither is anything else', () => {
  const bytes = Buffer.from(tickets.write(TARGET, LATER), 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    expect(tickets.read(changed.toString('base64url'), NOW)).toBe('forged')
  }
  fc.assert(fc.property(fc.string(), (text) => tickets.read(text, NOW) === 'forged'))
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 37, maxLength: 37 }),
      (random) => tickets.read(Buffer.from(random).toString('base64url'), NOW) === 'forged',
    ),
  )
})

test('a key that was changed still holds while it is among the others, and no longer', () => {
  const ticket = tickets.write(TARGET, LATER)
  const between = createTickets(second, [first])
  expect(between.read(ticket, NOW)).toEqual(TARGET)
  expect(between.write(TARGET, LATER)).not.toBe(ticket)
  expect(createTickets(second, []).read(ticket, NOW)).toBe('forged')
})

test('is signed with HMAC-SHA-256 under a key of its own', () => {
  const bytes = Buffer.from(tickets.write(TARGET, LATER), 'base64url')
  const key = Buffer.from(hkdfSync('sha256', first, '', 'tidings: evidence tickets', 32))
  const mac = createHmac('sha256', key).update(bytes.subarray(0, -16)).digest().subarray(0, 16)
  expect(bytes.subarray(-16)).toEqual(mac)
})
