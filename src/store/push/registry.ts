import type { Device } from '../../domain/push/device.ts'
import { numbers, texts } from '../arrays.ts'
import type { DbClient } from '../db.ts'
import { joinAddresses, type Address, type Move } from '../past/addresses.ts'

/**
 * Enters devices, or what has become of them: what is said replaces what was, and one that was retired before it was seen is sent to again.
 * Returns the ids of their addresses, in order. In a transaction; no address stands twice in `devices`, 10,000 at most. People, then rows
 * that are there by their ids, then new ones by their hashes: the order in which every transaction takes them, so that it calls this once.
 */
export async function registerDevices(client: DbClient, devices: readonly Device[]): Promise<readonly number[]> {
  const people = await enterPeople(client, devices)
  const isJoining = needsJoining(devices, await lookUp(client, devices, false))
  // Two that join addresses of one device would wait for each other in a circle.
  if (isJoining) await client.query(`select pg_advisory_xact_lock(hashtext('tidings.devices'))`)
  const known = await lookUp(client, devices, true)
  const ids = await enterAddresses(client, devices, people)
  if (isJoining) await moveAddresses(client, joinAddresses(devices, ids, await withFids(client, devices, known)))
  return ids
}

async function enterPeople(client: DbClient, devices: readonly Device[]): Promise<ReadonlyMap<string, number>> {
  const contacts = [...new Set(devices.flatMap(({ contact }) => (contact === null ? [] : [contact])))]
  if (contacts.length === 0) return new Map()
  const { rows } = await client.query<{ id: number; contact: string }>({
    name: 'enter-people',
    text: `
with known as materialized (
  select c.id, c.contact from unnest($1::text[]) as g (contact) join clients c on c.contact = g.contact
), entered as (
  insert into clients (contact)
  select contact from (select unnest($1::text[]) as contact except select contact from known) as unknown order by contact
  on conflict (contact) do update set contact = excluded.contact
  returning id, contact
)
select id, contact from known union all select id, contact from entered`,
    values: [texts(contacts)],
  })
  return new Map(rows.map(({ id, contact }) => [contact, id]))
}

/**
 * Every address that these devices name and that is there, by `addressKey`. `locked`: until the end of the transaction, though not against pushes
 * that refer to it.
 */
async function lookUp(
  client: DbClient,
  devices: readonly Device[],
  locked: boolean,
): Promise<ReadonlyMap<string, Address>> {
  const fids = devices.flatMap(({ fid }) => (fid === null ? [] : [fid]))
  const kinds = [...devices.map(({ kind }) => kind), ...fids.map(() => 'fid')]
  const { rows } = await client.query<Address & { kind: string; token: string }>({
    name: locked ? 'lock-addresses' : 'look-up-addresses',
    text: `select t.id, t.kind, t.token, t.sent_as as "sentAs" from tokens t
      where t.hash in (select token_hash(i.kind, i.token) from unnest($1::text[], $2::text[]) as i (kind, token))
      order by t.id ${locked ? 'for no key update' : ''}`,
    values: [texts(kinds), texts([...devices.map(({ token }) => token), ...fids])],
  })
  return new Map(rows.map(({ kind, token, ...row }) => [addressKey(kind, token), row]))
}

function addressKey(kind: string, token: string): string {
  return `${kind}:${token}`
}

/** What was told before is told again at every start of an app: then there is nothing to do. */
function needsJoining(devices: readonly Device[], known: ReadonlyMap<string, Address>): boolean {
  return devices.some(({ kind, token, fid }) => {
    const address = known.get(addressKey(kind, token))
    if (address !== undefined && address.sentAs !== null) return true
    if (fid === null) return false
    const other = known.get(addressKey('fid', fid))
    return address === undefined || other === undefined || other.sentAs !== address.id
  })
}

async function enterAddresses(
  client: DbClient,
  devices: readonly Device[],
  people: ReadonlyMap<string, number>,
): Promise<readonly number[]> {
  const { rows } = await client.query<{ id: number; kind: string; token: string }>({
    name: 'enter-addresses',
    text: ENTER,
    values: [
      texts(devices.map(({ kind }) => kind)),
      texts(devices.map(({ token }) => token)),
      numbers(devices.map(({ contact }) => (contact === null ? null : (people.get(contact) ?? null)))),
      texts(devices.map(({ platform }) => platform)),
      texts(devices.map(({ app }) => app)),
      texts(devices.map(({ locale }) => locale)),
      texts(devices.map(({ timeZone }) => timeZone)),
      texts(devices.map(({ seenAt }) => seenAt?.toISOString() ?? null)),
    ],
  })
  const ids = new Map(rows.map(({ id, kind, token }) => [addressKey(kind, token), id]))
  return devices.map(({ kind, token }) => {
    const id = ids.get(addressKey(kind, token))
    if (id === undefined) throw new Error('a device was not entered')
    return id
  })
}

const ENTER = `
insert into tokens as t (kind, token, client_id, platform, app, locale, time_zone, last_seen_at)
select i.kind, i.token, i.client_id, i.platform, i.app, i.locale, i.time_zone, coalesce(i.seen_at, now())
from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
  as i (kind, token, client_id, platform, app, locale, time_zone, seen_at)
order by token_hash(i.kind, i.token)
on conflict (hash) do update set client_id = excluded.client_id, platform = excluded.platform, app = excluded.app,
  locale = excluded.locale, time_zone = excluded.time_zone,
  last_seen_at = greatest(t.last_seen_at, excluded.last_seen_at),
  retired_at = case when t.retired_at > excluded.last_seen_at then t.retired_at end,
  retired_reason = case when t.retired_at > excluded.last_seen_at then t.retired_reason end,
  stale_at = null, wrong_project = null
returning t.id, t.kind, t.token`

/** The same with the installation ids that were not there yet. */
async function withFids(
  client: DbClient,
  devices: readonly Device[],
  known: ReadonlyMap<string, Address>,
): Promise<ReadonlyMap<string, Address>> {
  const missing = new Set(
    devices.flatMap(({ fid }) => (fid === null || known.has(addressKey('fid', fid)) ? [] : [fid])),
  )
  if (missing.size === 0) return known
  const { rows } = await client.query<Address & { token: string }>({
    name: 'enter-fids',
    text: `insert into tokens as t (kind, token) select 'fid', i.fid from unnest($1::text[]) as i (fid) order by token_hash('fid', i.fid)
      on conflict (hash) do update set kind = excluded.kind returning t.id, t.token, t.sent_as as "sentAs"`,
    values: [texts([...missing])],
  })
  return new Map([...known, ...rows.map(({ token, ...row }) => [addressKey('fid', token), row] as const)])
}

/** What an address was told of goes with its device to the new one, which was just told of. */
async function moveAddresses(client: DbClient, moves: readonly Move[]): Promise<void> {
  await client.query({
    name: 'move-addresses',
    text: `
with moves as materialized (
  select * from unnest($1::bigint[], $2::bigint[]) as m (id, address)
), moved as (
  select distinct on (o.id) o.id, o.address from (
    select m.id, m.address, 0 as rank from moves m
    union all
    select t.id, m.address, 1 from moves m join tokens t on t.sent_as = m.id) o
  order by o.id, o.rank
)
update tokens t set sent_as = nullif(m.address, t.id),
  client_id = case when m.address = t.id then t.client_id end, platform = case when m.address = t.id then t.platform end,
  app = case when m.address = t.id then t.app end, locale = case when m.address = t.id then t.locale end,
  time_zone = case when m.address = t.id then t.time_zone end,
  last_seen_at = case when m.address = t.id then t.last_seen_at end, stale_at = case when m.address = t.id then t.stale_at end
from moved m where t.id = m.id`,
    values: [numbers(moves.map(({ id }) => id)), numbers(moves.map(({ address }) => address))],
  })
}
