import type { Db } from '../db.ts'

/** Which rows to take from an owner, and what may be done with them. */
export interface Reclaim {
  readonly owner: number
  /** No message of this owner has a smaller id, except those a `due` row stands for. */
  readonly lowMessageId: number
  /** Only these messages; null: all of them. */
  readonly only: readonly number[] | null
  /** Only those that nothing has touched for so long, looked at in the statement itself; null: all of them. */
  readonly quietSeconds: number | null
  /** Whether what is marked as started may have been submitted; an owner that lives knows what it never submitted. */
  readonly submitted: boolean
  /** Providers that can be asked what became of a submission. */
  readonly reconcilable: readonly string[]
  readonly mostCrashes: number
  /** Rows at most in one statement. */
  readonly limit: number
}

export interface Reclaimed {
  /** Not yet handed to a provider: sent as if nothing had happened. */
  readonly waiting: number
  /** Handed over, or about to be: marked `uncertain`. */
  readonly uncertain: number
  readonly poisoned: number
  /** Handed over, and a receipt has said so meanwhile. */
  readonly proven: number
}

/**
 * Takes messages from an owner that is gone. What had not been started waits in `due`. What had been may have been sent: its attempt is
 * closed as `uncertain` and its own `on_uncertain` decides what is due. After `mostCrashes` such ends it is failed as `poison`.
 */
export async function reclaimMessages(db: Db, reclaim: Reclaim): Promise<Reclaimed> {
  const { rows } = await db.query<Reclaimed>({
    name: 'reclaim-messages',
    text: RECLAIM_MESSAGES,
    values: [
      reclaim.owner,
      reclaim.lowMessageId,
      reclaim.only,
      reclaim.reconcilable,
      reclaim.mostCrashes,
      reclaim.limit,
      reclaim.submitted,
      reclaim.quietSeconds,
    ],
  })
  return rows[0] ?? { waiting: 0, uncertain: 0, poisoned: 0, proven: 0 }
}

// The waits are those of an uncertain attempt whose node lives on: 15 s before the provider is asked, 60 s for a receipt before a repeat.
// They count from its start, not from here: most of them are over when a lease has lapsed.
// A receipt that came before the answer has proved the attempt: nothing is doubtful then.
// What was there at two crashes is repeated one by one, a second apart: a message that ends the process would take those around it along,
// and three times together would make poison of them all.
const RECLAIM_MESSAGES = `
with candidates as (
  select id from messages where id >= $2 and owner = $1 and ($3::bigint[] is null or id = any ($3::bigint[]))
  union
  select message_id from due where owner = $1 and ($3::bigint[] is null or message_id = any ($3::bigint[]))
), picked as materialized (
  select m.id, m.started_at, m.started_at is not null and $7 as begun,
    m.started_at is not null and $7 and m.status = 'sending' as doubtful
  from messages m where m.id in (select id from candidates) and m.owner = $1
    and ($8::float8 is null or m.updated_at < now() - make_interval(secs => $8))
  order by m.id limit $6 for update skip locked
), moved as (
  update messages m set
    owner = null,
    started_at = null,
    updated_at = now(),
    uncertain_attempts = m.uncertain_attempts + p.doubtful::integer,
    attempts_counted = m.attempts_counted + p.begun::integer,
    crashes = m.crashes + p.doubtful::integer,
    status = case when not p.doubtful then (case m.status when 'sending' then 'queued' else m.status end) when m.crashes + 1 >= $5 then 'failed' else 'uncertain' end,
    reason = case when not p.doubtful then m.reason when m.crashes + 1 >= $5 then 'poison' else 'node_lost' end
  from picked p where m.id = p.id
  returning m.id, m.status, m.attempt, m.provider, m.category, m.on_uncertain, m.expires_at, m.crashes, p.begun, p.doubtful, p.started_at
), logged as (
  insert into attempts as a (message_id, number, provider, status, reason, started_at, finished_at)
  select id, attempt, provider, 'uncertain', 'node_lost', started_at, now() from moved where doubtful
  on conflict (message_id, number) do nothing
), cleared as (
  delete from due where owner = $1 and message_id in (select id from moved)
), waiting as (
  insert into due (message_id, lane, action, run_at, expires_at)
  select id, provider || ':' || category,
    case when doubtful and on_uncertain = 'reconcile' and provider = any ($4::text[]) then 'reconcile' else 'send' end,
    greatest(now(), case when doubtful then started_at + case
      when on_uncertain = 'retry' then interval '10 seconds'
      when provider = any ($4::text[]) then interval '15 seconds'
      else interval '60 seconds' end end)
    + case when crashes < 2 then interval '0'
      else make_interval(secs => row_number() over (partition by crashes < 2 order by id)) end,
    expires_at
  from moved
  where (not begun and status_rank(status) < 3) or (doubtful and status = 'uncertain' and on_uncertain <> 'fail')
)
select count(*) filter (where not begun)::integer as waiting,
  count(*) filter (where doubtful and status = 'uncertain')::integer as uncertain,
  count(*) filter (where doubtful and status = 'failed')::integer as poisoned,
  count(*) filter (where begun and not doubtful)::integer as proven
from moved`

/** Lets go of the push chunks of an owner that is gone; what it had started and not settled is found in the chunk itself. */
export async function reclaimChunks(
  db: Db,
  { owner, only, quietSeconds }: Pick<Reclaim, 'owner' | 'only' | 'quietSeconds'>,
): Promise<number> {
  const { rowCount } = await db.query({
    name: 'reclaim-chunks',
    text: `update push_chunks set owner = null, run_at = now()
      where owner = $1 and ($2::bigint[] is null or id = any ($2::bigint[]))
        and ($3::float8 is null or updated_at < now() - make_interval(secs => $3))`,
    values: [owner, only, quietSeconds],
  })
  return rowCount ?? 0
}

/**
 * Frees `due` rows whose message is not (any more) this owner's: whoever claims one next sends the message, or finds it ended and removes
 * the row.
 */
export async function freeDue(db: Db, owner: number): Promise<void> {
  await db.query({
    name: 'free-due',
    text: `update due d set owner = null from messages m where d.owner = $1 and m.id = d.message_id and m.owner is distinct from $1`,
    values: [owner],
  })
}

/** Whether an ended node still owns anything; locked rows are counted too. */
export async function ownsAnything(db: Db, owner: number, lowMessageId: number): Promise<boolean> {
  const { rows } = await db.query<{ some: boolean }>({
    name: 'owns-anything',
    text: `select exists (select from messages where id >= $2 and owner = $1)
      or exists (select from push_chunks where owner = $1) or exists (select from due where owner = $1) as some`,
    values: [owner, lowMessageId],
  })
  return rows[0]?.some ?? true
}

/** This owner's open messages and chunks that nothing has touched for `quietSeconds`. */
export async function listQuiet(
  db: Db,
  owner: number,
  lowMessageId: number,
  quietSeconds: number,
): Promise<{ messages: number[]; chunks: number[] }> {
  const { rows } = await db.query<{ id: number; chunk: boolean }>({
    name: 'list-quiet',
    text: `
select id, false as chunk from messages
where id >= $2 and owner = $1 and updated_at < now() - make_interval(secs => $3)
union all
select m.id, false from due d join messages m on m.id = d.message_id
where d.owner = $1 and m.owner = $1 and m.updated_at < now() - make_interval(secs => $3)
union all
select id, true from push_chunks where owner = $1 and updated_at < now() - make_interval(secs => $3)`,
    values: [owner, lowMessageId, quietSeconds],
  })
  return {
    messages: rows.filter((row) => !row.chunk).map((row) => row.id),
    chunks: rows.filter((row) => row.chunk).map((row) => row.id),
  }
}

/**
 * Ends what waited past its validity, in whatever lane, also one that no node serves any more. What may have been sent stays `uncertain`,
 * what was reported back, or of which a provider has a part, is undelivered. Resolves with how many ended.
 */
export async function expireDue(db: Db, limit: number): Promise<number> {
  const { rowCount } = await db.query({
    name: 'expire-due',
    text: `
with late as materialized (
  select id, message_id, action from due where expires_at <= now() and owner is null order by expires_at limit $1 for update skip locked
), ended as (
  update messages set updated_at = now(), status = case
    when status = 'sent' then 'undelivered' when uncertain_attempts > 0 then 'uncertain'
    when provider_message_id is not null then 'undelivered' else 'expired' end
  where id in (select message_id from late where action = 'send') and owner is null and status_rank(status) < 3
)
delete from due where id in (select id from late)`,
    values: [limit],
  })
  return rowCount ?? 0
}
