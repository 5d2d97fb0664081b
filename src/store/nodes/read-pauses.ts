import type { Category } from '../../domain/category.ts'
import type { DbClient } from '../db.ts'

/** What is not sent for now. */
export interface PauseScope {
  /** Null: every provider. */
  readonly provider: string | null
  /** Null: every category. */
  readonly category: Category | null
}

export interface PauseRecord extends PauseScope {
  readonly reason: string | null
  /** Whose call it was, as the audit names him. */
  readonly caller: string
  readonly pausedAt: Date
}

/** Oldest first. */
export async function listPauses(client: DbClient): Promise<PauseRecord[]> {
  const { rows } = await client.query<PauseRecord>({
    name: 'list-pauses',
    text: `select nullif(provider, '*') as provider, nullif(category, '*') as category, reason, caller, paused_at as "pausedAt"
      from pauses order by paused_at, provider, category`,
    values: [],
  })
  return rows
}

/** A condition: somebody has paused what this row is. The row's table is known as `row`, and has a provider and a category. */
export function isPausedSql(row: string): string {
  return `exists (select from pauses z where z.provider in ('*', ${row}.provider) and z.category in ('*', ${row}.category))`
}
