import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** What a device may say of a push. */
export const EVIDENCE = ['received', 'opened'] as const

export type Evidence = (typeof EVIDENCE)[number]

/** One target of one notification. */
export interface TicketTarget {
  readonly notificationId: number
  readonly tokenId: number
}

/** What lets a device report on a push, and nobody else: it is part of the push, and signed. */
export interface Tickets {
  /** `LONGEST_TICKET` characters of base64url. `expiresAt` is cut to the second. */
  write(target: TicketTarget, expiresAt: Date): string
  /** Constant in time. `forged`: none of ours, or changed. */
  read(ticket: string, now: Date): TicketTarget | 'forged' | 'expired'
}

/** Before the key's id: which form this is. */
const FORM = 1
const KEY_AT = 1
const EXPIRES_AT = 5
const NOTIFICATION_AT = 9
const TOKEN_AT = 15
const MAC_AT = 21
/** Ids are integers up to 2^48; those of JavaScript end at 2^53, where a database would have to give out 281 billion a day for years. */
const ID_BYTES = 6
/** Source: NIST SP 800-107 §5.3.3: a truncated HMAC of 128 bits. */
const MAC_BYTES = 16

const TICKET_BYTES = MAC_AT + MAC_BYTES

/** Characters of every ticket. */
export const TICKET_LENGTH = Math.ceil((TICKET_BYTES * 4) / 3)

const TICKET = new RegExp(`^[A-Za-z0-9_-]{${TICKET_LENGTH}}$`)

/** Days that a device may still report after a push has expired: it was off when it came, or offline when it was tapped. */
export const DAYS_TO_REPORT = 7

/** New ones are signed under `secretKey`, of 32 bytes as are the `previous` ones, whose tickets still hold. */
export function createTickets(secretKey: Buffer, previous: readonly Buffer[]): Tickets {
  const current = ticketKey(secretKey)
  const keys = new Map([...previous.map(ticketKey), current].map((key) => [key.id.readUInt32BE(), key.key]))
  return {
    write({ notificationId, tokenId }, expiresAt) {
      const ticket = Buffer.allocUnsafe(TICKET_BYTES)
      ticket[0] = FORM
      current.id.copy(ticket, KEY_AT)
      ticket.writeUInt32BE(Math.floor(expiresAt.getTime() / 1_000), EXPIRES_AT)
      ticket.writeUIntBE(notificationId, NOTIFICATION_AT, ID_BYTES)
      ticket.writeUIntBE(tokenId, TOKEN_AT, ID_BYTES)
      sign(current.key, ticket).copy(ticket, MAC_AT, 0, MAC_BYTES)
      return ticket.toString('base64url')
    },
    read(text, now) {
      if (!TICKET.test(text)) return 'forged'
      const ticket = Buffer.from(text, 'base64url')
      const key = keys.get(ticket.readUInt32BE(KEY_AT))
      if (ticket[0] !== FORM || key === undefined) return 'forged'
      if (!timingSafeEqual(sign(key, ticket).subarray(0, MAC_BYTES), ticket.subarray(MAC_AT))) return 'forged'
      if (now.getTime() / 1_000 > ticket.readUInt32BE(EXPIRES_AT)) return 'expired'
      const [notificationId, tokenId] = [NOTIFICATION_AT, TOKEN_AT].map((at) => ticket.readUIntBE(at, ID_BYTES))
      return { notificationId: notificationId ?? 0, tokenId: tokenId ?? 0 }
    },
  }
}

function sign(key: Buffer, ticket: Buffer): Buffer {
  return createHmac('sha256', key).update(ticket.subarray(0, MAC_AT)).digest()
}

/** What SECRET_KEY is for here: its other uses know nothing of this one (RFC 5869). */
function ticketKey(secretKey: Buffer): { readonly id: Buffer; readonly key: Buffer } {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'tidings: evidence tickets', 32))
  return { id: createHmac('sha256', key).update('which key').digest().subarray(0, 4), key }
}
