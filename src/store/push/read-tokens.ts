import { FINAL_REASONS, OWN_REASONS, UNDO_DAYS, type DeviceFacts, type DeviceFilter } from '../../domain/push/device.ts'
import type { AddressProjects } from '../../domain/push/push-ways.ts'
import type { Db, DbClient } from '../db.ts'

/** As SQL. */
export const FINAL = `array['${FINAL_REASONS.join("', '")}']`

const OWN = `array['${OWN_REASONS.join("', '")}']`

/** A target of pushes. */
export interface TokenRecord extends DeviceFacts {
  readonly id: number
  readonly token: string
  readonly kind: 'token' | 'fid'
  /** The number of the person; null: nobody said whose it is. */
  readonly contact: string | null
  readonly createdAt: Date
  /** When it was last registered; null: it never was. */
  readonly lastSeenAt: Date | null
  readonly staleAt: Date | null
  readonly lastOkAt: Date | null
  readonly retiredAt: Date | null
  readonly retiredReason: string | null
  /** Until when its retirement can be undone; null: there is none, or it can't be. */
  readonly undoUntil: Date | null
  /** The project that it does not belong to. */
  readonly wrongProject: string | null
  /** The id of the address that its device has now; null: this one. */
  readonly sentAs: number | null
  /** The installation id that is known to be the same device. */
  readonly fid: string | null
}

/** The project that the address `a` is sent through. Both are parameters, as `AddressProjects` has them: the usual one, and the others as JSON. */
export function projectSql(usual: string, others: string): string {
  return `coalesce(${others}::jsonb ->> case when starts_with(a.token, 'webpush:') then 'webpush:' when starts_with(a.token, 'apns:') then 'apns:'
    else 'app:' || a.app end, ${usual}::text)`
}

/** Where a push service said that the address `a` is dead: `f`, an installation id of the same device that is not. `project`: as SQL. */
export function otherAddress(project: string): string {
  return `left join lateral (
    select m.id, m.kind, m.token from tokens m where a.retired_at is not null and a.retired_reason <> all (${OWN}) and m.sent_as = a.id
      and m.kind = 'fid' and m.retired_at is null and (m.wrong_project is null or m.wrong_project <> ${project}) order by m.id limit 1) f on true`
}

/**
 * Of what was entered within a day only its outcomes tell, as long as they are kept: nobody wrote to its own row that a push service took them. What
 * the device reported later counts as well.
 */
const LAST_OK = `coalesce(t.last_ok_at, (select max(o.updated_at) from tokennotifications o
    where o.token_id = t.id and o.status in ('sent', 'captured', 'delivered', 'received', 'opened')))`

const TOKENS = `
select t.id, t.token, t.kind, c.contact, t.platform, t.app, t.locale, t.time_zone as "timeZone", t.created_at as "createdAt",
  t.last_seen_at as "lastSeenAt", t.stale_at as "staleAt", ${LAST_OK} as "lastOkAt", t.retired_at as "retiredAt",
  t.retired_reason as "retiredReason", t.wrong_project as "wrongProject", t.sent_as as "sentAs",
  case when t.retired_reason <> all (${FINAL}) and t.retired_at > now() - make_interval(days => ${UNDO_DAYS})
    then t.retired_at + make_interval(days => ${UNDO_DAYS}) end as "undoUntil",
  (select m.token from tokens m where m.sent_as = t.id and m.kind = 'fid' order by m.id desc limit 1) as fid
from tokens t left join clients c on c.id = t.client_id`

/** Those of these tokens that are there, newest first. */
export async function readTokens(db: DbClient, ids: readonly number[]): Promise<TokenRecord[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<TokenRecord>({
    name: 'read-tokens',
    text: `${TOKENS} where t.id = any ($1::bigint[]) order by t.id desc`,
    values: [ids],
  })
  return rows
}

/** By its token or installation id; null: it is not there, or was erased. */
export async function readToken(db: DbClient, token: string): Promise<TokenRecord | null> {
  const { rows } = await db.query<TokenRecord>({
    name: 'read-token',
    text: `${TOKENS} where t.hash in (token_hash('token', $1), token_hash('fid', $1)) and t.retired_reason is distinct from 'erased'
      order by t.kind desc limit 1`,
    values: [token],
  })
  return rows[0] ?? null
}

/** Where a device is reached. */
export interface ReachedDevice {
  /** Of its row: the next page begins after it. */
  readonly place: number
  readonly kind: 'token' | 'fid'
  readonly token: string
}

/** Some of the devices that are asked for. */
export interface DevicePage {
  readonly devices: readonly ReachedDevice[]
  /** Where the next page begins; null: this was the last. */
  readonly next: number | null
}

/** Rows gone through with one statement, which would else take as long as the table is where few of them are meant. */
const LOOKED_AT = 50_000

/**
 * Devices that can be sent to through their project and that the filter names, by their rows above `after`, at most `limit`. A page may have none
 * though it is not the last.
 */
export async function selectDevices(
  db: Db,
  filter: DeviceFilter,
  projects: AddressProjects,
  after: number,
  limit: number,
): Promise<DevicePage> {
  const { contacts, platforms, apps, locales, timeZones, seenWithinDays } = filter
  const until = contacts === null ? await placeAfter(db, after) : null
  if (contacts === null && until === null) return { devices: [], next: null }
  // Those of some people are found by an index, for which there must be no other way; all others are gone through by their ids.
  const within = contacts === null ? 'a.id <= $3::bigint' : 'a.client_id = any ($3::bigint[])'
  const { rows } = await db.query<ReachedDevice>({
    name: contacts === null ? 'select-devices' : 'select-devices-of-people',
    text: `select a.id as place, coalesce(f.kind, a.kind) as kind, coalesce(f.token, a.token) as token from tokens a ${otherAddress(PROJECT)}
      where a.id > $1 and a.sent_as is null and (a.retired_at is null or f.id is not null)
        and (a.wrong_project is null or a.wrong_project <> ${PROJECT}) and ${within}
        and ($4::text[] is null or a.platform = any ($4)) and ($5::text[] is null or a.app = any ($5))
        and ($6::text[] is null or a.locale = any ($6) or a.locale like any (select l || '-%' from unnest($6) as u (l)))
        and ($7::text[] is null or a.time_zone = any ($7))
        and ($8::integer is null or a.last_seen_at > now() - make_interval(days => $8))
      order by a.id limit $2`,
    values: [
      ...[after, limit, contacts === null ? until : await idsOf(db, contacts), platforms, apps, locales, timeZones],
      ...[seenWithinDays, projects.usual, JSON.stringify(projects.others)],
    ],
  })
  return { devices: rows, next: rows.length < limit ? until : (rows.at(-1)?.place ?? null) }
}

const PROJECT = projectSql('$9', '$10')

/** How far one statement goes; null: there is nothing after it. */
async function placeAfter(db: Db, after: number): Promise<number | null> {
  const { rows } = await db.query<{ until: number | null }>({
    name: 'place-after',
    text: 'select max(id) as until from (select id from tokens where id > $1 order by id limit $2) t',
    values: [after, LOOKED_AT],
  })
  return rows[0]?.until ?? null
}

async function idsOf(db: Db, contacts: readonly string[]): Promise<readonly number[]> {
  const { rows } = await db.query<{ id: number }>({
    name: 'ids-of-contacts',
    text: 'select id from clients where contact = any ($1::text[])',
    values: [contacts],
  })
  return rows.map(({ id }) => id)
}
