import { TidingsError } from '../../src/domain/errors.ts'
import type { Erasure } from '../../src/flows/past/erase.ts'
import type { HistoryQuery } from '../../src/flows/past/history.ts'
import type { HttpParts } from '../../src/http/parts.ts'
import type { ClientRecord } from '../../src/store/past/read-clients.ts'
import type { TokenRecord } from '../../src/store/push/read-tokens.ts'
import { MESSAGE, NOTIFICATION } from './records.ts'

const AT = new Date('2026-03-01T14:02:11.000Z')

const CLIENT: ClientRecord = {
  id: 1,
  contact: '+201009129288',
  messages: 3,
  lastMessageAt: AT,
  createdAt: AT,
  erasedAt: null,
}

const TOKEN: TokenRecord = {
  id: 7,
  token: 'token-7',
  kind: 'token',
  contact: '+201009129288',
  platform: 'android',
  app: 'com.example.shop',
  locale: 'ar-EG',
  timeZone: 'Africa/Cairo',
  createdAt: AT,
  lastSeenAt: AT,
  staleAt: null,
  lastOkAt: AT,
  retiredAt: AT,
  retiredReason: 'unregistered',
  undoUntil: AT,
  wrongProject: null,
  sentAs: null,
  fid: null,
}

const ERASURE: Erasure = {
  clientId: 1,
  messages: 2,
  cancelled: 1,
  inFlight: 1,
  attempts: 2,
  idempotencyKeys: 1,
  parkedReceipts: 0,
  redirected: 0,
  inbound: 0,
  tokens: 1,
}

/** One row in each list; a page of one has another after it. */
function pageOf<Row>(row: Row): (query: HistoryQuery) => Promise<{
  readonly rows: readonly Row[]
  readonly next: number | null
  readonly searchedUntil: Date | null
}> {
  return async ({ limit }) => ({ rows: [row], next: limit === 1 ? 9 : null, searchedUntil: limit === 1 ? AT : null })
}

function once<Row>(row: Row): () => AsyncGenerator<readonly Row[]> {
  return async function* () {
    yield [row]
  }
}

/** Something in each list. */
export const FULL_HISTORY: HttpParts['history'] = {
  messages: pageOf(MESSAGE),
  notifications: pageOf(NOTIFICATION),
  clients: pageOf(CLIENT),
  tokens: pageOf(TOKEN),
  client: async (contact) => {
    if (contact === CLIENT.contact) return CLIENT
    throw new TidingsError('not_found', 'Not Found')
  },
  flagsOf: async () => [{ reason: 'landline', provider: 'twilio', since: new Date('2026-11-22T12:00:00Z') }],
  messagesOf: (_client, query) => pageOf(MESSAGE)(query),
  every: { smss: once(MESSAGE), notifications: once(NOTIFICATION), clients: once(CLIENT), tokens: once(TOKEN) },
}

/** One person, who can be erased. */
export const SOMEBODY: HttpParts['erasing'] = {
  look: async () => ERASURE,
  erase: async (contact) => {
    if (contact === CLIENT.contact) return ERASURE
    throw new TidingsError('not_found', 'Not Found')
  },
}
