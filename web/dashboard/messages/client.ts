import type { Client, ClientHistory } from '../../../src/contract/history.ts'
import type { OptOut } from '../../../src/contract/inbound.ts'
import type { Attempt, Sms } from '../../../src/contract/sms.ts'
import { createCall, queryOf, Refused, type Listed } from '../call.ts'

export type { Attempt, Client, Sms }

/** Why nothing reaches a number, as a provider says. */
export type Flag = ClientHistory['flags'][number]

/** One segment of a long message, as the provider takes it. */
export type Part = NonNullable<Attempt['parts']>[number]

/** A person, with a page of what was sent to him. */
export interface PersonPage extends Listed<Sms> {
  readonly client: Client
  readonly flags: readonly Flag[]
}

/** What was sent, as the page uses it. Each call rejects with a `Refused`, or with what `fetch` throws. */
export interface MessagesClient {
  /** Newest first; `q` in the search grammar, empty: all of them. */
  list(q: string, cursor: string | null, signal: AbortSignal | null): Promise<Listed<Sms>>
  read(id: number, signal: AbortSignal): Promise<Sms>
  /** Null where nothing was ever sent to the number. */
  person(contact: string, cursor: string | null, signal: AbortSignal | null): Promise<PersonPage | null>
  optOutsOf(contact: string, signal: AbortSignal): Promise<readonly OptOut[]>
}

const MESSAGES_A_PAGE = 25

export function createMessagesClient(fetch: typeof globalThis.fetch): MessagesClient {
  const call = createCall(fetch)
  return {
    async list(q, cursor, signal) {
      const { data, next } = await call('GET', `/smss?${queryOf({ q, cursor, limit: MESSAGES_A_PAGE })}`, { signal })
      return { data: data as readonly Sms[], next: next ?? null }
    },
    read: async (id, signal) => (await call('GET', `/smss/${id}`, { signal })).data as Sms,
    async person(contact, cursor, signal) {
      const path = `/clients/${encodeURIComponent(contact)}?${queryOf({ cursor, limit: MESSAGES_A_PAGE })}`
      // A node of the version before has no flags.
      const answer = await call('GET', path, { signal }).catch(nullWhereNotFound)
      if (answer === null) return null
      const { client, flags = [], data, next } = answer
      return {
        client: client as Client,
        flags: flags as readonly Flag[],
        data: data as readonly Sms[],
        next: next ?? null,
      }
    },
    optOutsOf: async (contact, signal) =>
      (await call('GET', `/opt-outs?${queryOf({ contact })}`, { signal })).data as readonly OptOut[],
  }
}

function nullWhereNotFound(error: unknown): null {
  if (error instanceof Refused && error.status === 404) return null
  throw error
}
