import { TidingsError } from '../../src/domain/errors.ts'
import type { HttpParts } from '../../src/http/parts.ts'

const EMPTY = { rows: [], next: null, searchedUntil: null }

/** Nothing was ever sent. */
export const EMPTY_HISTORY: HttpParts['history'] = {
  messages: async () => EMPTY,
  notifications: async () => EMPTY,
  clients: async () => EMPTY,
  tokens: async () => EMPTY,
  client: async () => Promise.reject(new TidingsError('not_found', 'Not Found')),
  messagesOf: async () => EMPTY,
  flagsOf: async () => [],
  every: {
    smss: async function* () {},
    notifications: async function* () {},
    clients: async function* () {},
    tokens: async function* () {},
  },
}

/** Nobody is known. */
export const NOBODY: HttpParts['erasing'] = {
  look: async () => Promise.reject(new TidingsError('not_found', 'Not Found')),
  erase: async () => Promise.reject(new TidingsError('not_found', 'Not Found')),
}
