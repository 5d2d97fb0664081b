import type { Caller } from '../../domain/caller.ts'
import type { DbClient } from '../db.ts'

/** An administrative act, told in the transaction that does it. */
export interface Act {
  /** The caller's name, or `command line`. */
  readonly caller: string
  /** From where; null: from a command line. */
  readonly address?: string | null
  /** `key.created` */
  readonly act: string
  /** What it was done to; nothing secret, no whole number. */
  readonly what: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** Who did it, for `Act`. */
export function doneBy({ name, address }: Caller): Pick<Act, 'caller' | 'address'> {
  return { caller: name, address: address ?? null }
}

export async function writeAudit(
  client: DbClient,
  { caller, address = null, act, what, details = {} }: Act,
): Promise<void> {
  await client.query({
    name: 'write-audit',
    text: `insert into audit (caller, address, act, what, details) values ($1, $2, $3, $4, $5)`,
    values: [caller, address, act, what, details],
  })
}
