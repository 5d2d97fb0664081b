import type { DbClient } from './db.ts'

/** An administrative act, told in the transaction that does it. */
export interface Act {
  /** The caller's name, or `command line`. */
  readonly caller: string
  /** `key.created` */
  readonly act: string
  /** What it was done to; nothing secret, no whole number. */
  readonly what: string
  readonly details?: Readonly<Record<string, unknown>>
}

export async function writeAudit(client: DbClient, { caller, act, what, details = {} }: Act): Promise<void> {
  await client.query({
    name: 'write-audit',
    text: `insert into audit (caller, act, what, details) values ($1, $2, $3, $4)`,
    values: [caller, act, what, details],
  })
}
