import type { Db } from '../db.ts'

/** What a node enters itself with: the program's version, and behind the plus the last migration it knows. `0.1.0+0028_paused_pushes` */
export function versionWith(version: string, lastMigration: string): string {
  return `${version}+${lastMigration}`
}

/**
 * The version of a node that lives and does not know this migration; null: there is none. One that does not say what it knows is from
 * before nodes did.
 */
export async function findOlderNode(db: Db, migration: string, leaseSeconds: number): Promise<string | null> {
  const { rows } = await db.query<{ version: string }>({
    name: 'find-older-node',
    text: `select version from nodes
      where ended_at is null and heartbeat_at > now() - make_interval(secs => $2) and split_part(version, '+', 2) collate "C" < $1
      order by id limit 1`,
    values: [migration, leaseSeconds],
  })
  return rows[0]?.version ?? null
}
