import type { Db } from '../db.ts'

/** What one node wants to hold of one provider's binds. */
export interface BindShare {
  readonly provider: string
  /** The node. */
  readonly owner: number
  /** Binds that the account has, over all nodes. */
  readonly binds: number
  /** Those that this node may have at most. */
  readonly most: number
  /** Slots that it has let go of: they become free. */
  readonly given: readonly number[]
}

/**
 * Gives back and takes free binds, those of nodes that ended among them. Answers the slots that the node has now, in order; it may have
 * more than `most`, which it is to let go of first. Nothing for a node that was declared dead.
 */
export async function shareBinds(db: Db, { provider, owner, binds, most, given }: BindShare): Promise<number[]> {
  const { rows } = await db.query<{ slot: number }>({
    name: 'share-binds',
    // Whoever comes second to a free slot waits for the first, and then finds it taken.
    text: `
with me as materialized (
  select id from nodes where id = $2 and ended_at is null for key share
), mine as materialized (
  select slot from binds where provider = $1 and owner = $2 and slot <> all ($5)
), given as (
  update binds set owner = null where provider = $1 and owner = $2 and slot = any ($5)
), free as materialized (
  select slot from generate_series(0, $3 - 1) as slot
  where slot <> all ($5) and not exists (
    select from binds b join nodes n on n.id = b.owner where b.provider = $1 and b.slot = slot.slot and n.ended_at is null
  )
  order by slot limit greatest(0, $4 - (select count(*) from mine))
), taken as (
  insert into binds (provider, slot, owner) select $1, free.slot, me.id from free, me
  on conflict (provider, slot) do update set owner = excluded.owner, taken_at = now()
    where binds.owner is null or exists (select from nodes n where n.id = binds.owner and n.ended_at is not null)
  returning slot
)
select slot from mine, me union select slot from taken order by slot`,
    values: [provider, owner, binds, most, given],
  })
  return rows.map(({ slot }) => slot)
}
