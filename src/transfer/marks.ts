import type pg from 'pg'
import { transaction } from './connection.ts'
import { TransferRefusal } from './refusal.ts'

/** What a database is in the middle of, or has behind it, which keeps nodes off it. */
export type Mark =
  /** It is being filled, by the move or restore with this token. */
  | { readonly kind: 'filling'; readonly token: string; readonly what: string }
  /** It has been, or is being, carried to another place. */
  | {
      readonly kind: 'moved'
      readonly token: string
      readonly place: string
      readonly at: Date
      readonly done: boolean
    }

/** Anything a statement is run on. */
export type Client = Pick<pg.Client, 'query'>

/** Null: it is as any other. */
export async function readMark(client: Client): Promise<Mark | null> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('tidings_transfer.mark') is not null as there`,
  )
  if (rows[0]?.there !== true) return null
  const marks = await client.query<{ kind: string; token: string; what: string; at: Date; done: boolean }>(
    'select kind, token, what, at, done from tidings_transfer.mark',
  )
  const mark = marks.rows[0]
  if (mark === undefined) return null
  const { kind, token, what, at, done } = mark
  return kind === 'moved' ? { kind, token, place: what, at, done } : { kind: 'filling', token, what }
}

/** Why no node may start on a database with this mark, in one line with the fix. */
export function markProblem(mark: Mark): string {
  if (mark.kind === 'filling')
    return `This database is only half filled: ${mark.what} was broken off. Run that again to go on with it, or drop the database.`
  const { place, at, done } = mark
  return done
    ? `This database was moved to ${place} on ${at.toISOString().slice(0, 10)} and sends nothing any more: start with that one (DATABASE_URL or DATA_DIR).`
    : `This database is being moved to ${place}: run npm run move -- --to … again to finish, or npm run move -- --give-up to stay here.`
}

/** Throws a TransferRefusal while a node lives. `leaseSeconds`: for how long one that is cut off may still write. */
export async function refuseLivingNode(client: Client, leaseSeconds: number): Promise<void> {
  const { rows } = await client.query<{ name: string; pid: number }>(
    `select name, pid from nodes where ended_at is null and heartbeat_at > now() - make_interval(secs => $1) order by id limit 1`,
    [leaseSeconds],
  )
  const node = rows[0]
  if (node === undefined) return
  throw new TransferRefusal(
    `A Tidings runs on this database (${node.name}, process ${node.pid}). Stop it first; after a crash wait ${leaseSeconds} s.`,
  )
}

export interface MarkInput {
  readonly kind: 'filling' | 'moved'
  readonly token: string
  readonly what: string
}

/**
 * Marks a database that no node uses, and keeps every node off it from this commit on, also one of an older version: none can enter itself.
 * `also` is part of the same commit. Throws a TransferRefusal while a node lives.
 */
export async function markDatabase(
  client: pg.Client,
  { kind, token, what }: MarkInput,
  leaseSeconds: number,
  also: () => Promise<void> = async () => undefined,
): Promise<void> {
  await transaction(client, async () => {
    await client.query('lock table nodes in share row exclusive mode')
    await refuseLivingNode(client, leaseSeconds)
    // It can renew nothing from here on, so that one that was only cut off never comes back.
    await client.query('update nodes set ended_at = now() where ended_at is null')
    await client.query(MARKS)
    await client.query('insert into tidings_transfer.mark (kind, token, what) values ($1, $2, $3)', [kind, token, what])
    await also()
  })
}

/** The last step at the place it came from. */
export async function markMoved(client: Client): Promise<void> {
  await client.query('update tidings_transfer.mark set done = true, at = now()')
}

/** From this commit on nodes may come. */
export async function removeMark(client: Client): Promise<void> {
  await client.query('drop schema tidings_transfer cascade')
}

const MARKS = `
create schema tidings_transfer;
create table tidings_transfer.mark (
  one boolean primary key default true check (one),
  kind text not null, token text not null, what text not null, at timestamptz not null default now(), done boolean not null default false
);
create table tidings_transfer.progress (name text primary key, rows bigint not null, done boolean not null default false);
create function tidings_transfer.keep_out() returns trigger language plpgsql as $$ begin
  if current_setting('tidings.transfer', true) is distinct from 'on' then
    raise exception 'no node may use this database: the table tidings_transfer.mark says why';
  end if;
  return new;
end $$;
create trigger tidings_transfer before insert on public.nodes for each row execute function tidings_transfer.keep_out();`
