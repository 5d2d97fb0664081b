import type pg from 'pg'
import { readOldContact } from '../../domain/old-contact.ts'
import { copyAll, type Adopted } from './adopt-rows.ts'
import { ORIGINAL_TABLES } from '../original.ts'

/** Where the original tables stand while ours are made and filled; gone at the end. */
const ASIDE = 'tidings_adopting'

/** Clients whose contacts are read at once. */
const AT_ONCE = 10_000

/** Rows that a refusal names. */
const NAMED = 10

export type Adoption =
  { readonly kind: 'adopted'; readonly adopted: Adopted } | { readonly kind: 'refused'; readonly problem: string }

export interface AdoptParts {
  /** ISO 3166-1 alpha-2: for contacts without a country code; null: there is none. */
  readonly defaultCountry: string | null
  /** Makes our own, empty schema within the transaction under way. */
  readonly makeSchema: () => Promise<void>
}

/**
 * Takes the original application's database over: every message, notification and pair keeps its id, clients and tokens that stand
 * several times become the one with the lowest. One transaction: whatever ends it early, a refusal or a crash, leaves the database as it was.
 */
export async function adopt(client: pg.Client, parts: AdoptParts): Promise<Adoption> {
  await client.query('begin')
  try {
    const adoption = await within(client, parts)
    await client.query(adoption.kind === 'adopted' ? 'commit' : 'rollback')
    return adoption
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    const problem = faultProblem(error)
    if (problem === null) throw error
    return refused(problem)
  }
}

async function within(client: pg.Client, { defaultCountry, makeSchema }: AdoptParts): Promise<Adoption> {
  await client.query('set local statement_timeout = 0')
  await client.query('set local idle_in_transaction_session_timeout = 0')
  await client.query(`lock table ${listed('public')} in access exclusive mode`)
  await tryDropping(client)
  const low = await lowId(client)
  if (low !== null) return refused(`\`${low}\` holds an id below 1, which no id of Tidings is`)
  await setAside(client)
  const unreadable = await mapClients(client, defaultCountry)
  if (unreadable.count > 0) return refused(contactProblem(unreadable, defaultCountry))
  await makeSchema()
  const adopted = await copyAll(client, ASIDE)
  await client.query(`drop table ${listed(ASIDE)}`)
  await client.query(`drop schema ${ASIDE} cascade`)
  return { kind: 'adopted', adopted }
}

function listed(schema: string): string {
  return ORIGINAL_TABLES.map((name) => `${schema}.${name}`).join(', ')
}

/** What hinders the end should be known at the beginning: a foreign key or a view of somebody else, or rights we lack. */
async function tryDropping(client: pg.Client): Promise<void> {
  await client.query('savepoint before_dropping')
  await client.query(`drop table ${listed('public')}`)
  await client.query('rollback to before_dropping')
}

async function lowId(client: pg.Client): Promise<string | null> {
  const lowest = ORIGINAL_TABLES.map((name) => `select '${name}' as name, min(id) as id from public.${name}`)
  const { rows } = await client.query<{ name: string }>(
    `select name from (${lowest.join(' union all ')}) l where id < 1 order by name limit 1`,
  )
  return rows[0]?.name ?? null
}

/** Indexes, and sequences that belong to a column, move along; a restored dump may have the latter on their own. */
async function setAside(client: pg.Client): Promise<void> {
  await client.query(`create schema ${ASIDE}`)
  for (const name of ORIGINAL_TABLES) await client.query(`alter table public.${name} set schema ${ASIDE}`)
  const { rows } = await client.query<{ name: string }>(
    `select relname::text as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind = 'S' and relname = any ($1)`,
    [ORIGINAL_TABLES.map((table) => `${table}_id_seq`)],
  )
  for (const { name } of rows) await client.query(`alter sequence public.${name} set schema ${ASIDE}`)
  const version = await client.query<{ columns: string[] }>(
    `select array_agg(attname::text) as columns from pg_attribute
     where attrelid = to_regclass('public.alembic_version') and attnum > 0 and not attisdropped`,
  )
  // Its tool would find none of its tables.
  if (version.rows[0]?.columns?.join() === 'version_num') await client.query('drop table public.alembic_version')
}

interface Unreadable {
  readonly count: number
  /** The first few. */
  readonly ids: readonly number[]
}

/** Writes which client becomes which, and with what number; those without one stay alone. */
async function mapClients(client: pg.Client, defaultCountry: string | null): Promise<Unreadable> {
  await client.query(`create table ${ASIDE}.client_map (old_id bigint primary key, contact text)`)
  const ids: number[] = []
  for (let after = 0, more = true; more;) {
    const { rows } = await client.query<{ id: number; contact: string | null }>(
      `select id::float8 as id, contact from ${ASIDE}.clients where id > $1 order by id limit $2`,
      [after, AT_ONCE],
    )
    const read = rows.map(({ id, contact }) => ({ id, reading: readOldContact(contact ?? '', defaultCountry) }))
    ids.push(...read.filter(({ reading }) => reading.kind === 'unreadable').map(({ id }) => id))
    await client.query(`insert into ${ASIDE}.client_map select * from unnest($1::bigint[], $2::text[])`, [
      read.map(({ id }) => id),
      read.map(({ reading }) => (reading.kind === 'contact' ? reading.contact : null)),
    ])
    after = rows.at(-1)?.id ?? after
    more = rows.length === AT_ONCE
  }
  return { count: ids.length, ids: ids.slice(0, NAMED) }
}

function contactProblem({ count, ids }: Unreadable, defaultCountry: string | null): string {
  const more = count > ids.length ? ` and ${(count - ids.length).toLocaleString('en')} more` : ''
  const rows = `row${count === 1 ? '' : 's'} ${ids.join(', ')}${more}`
  const country = defaultCountry === null ? ', set DEFAULT_COUNTRY if they only lack the country code' : ''
  return `\`clients\` holds contacts that are no phone numbers (${rows} by \`id\`): correct them${country}, or empty them (contact = '') to keep their messages without a number`
}

/** What is the operator's to mend, by the codes of Postgres (appendix A); null: it is not. */
function faultProblem(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  const detail = 'detail' in error && typeof error.detail === 'string' ? (error.detail.split('\n')[0] ?? '') : ''
  switch (error.code) {
    case '2BP01':
      return `something else depends on its tables: ${detail}; drop that first`
    case '42501':
      return `the role of DATABASE_URL may not change its tables (${error.message}); use the role that owns them`
    case '42P06':
    case '42P07':
    case '42710':
    case '42723':
      return `it holds a name that Tidings needs: ${error.message}`
    default:
      return null
  }
}

function refused(problem: string): Adoption {
  return {
    kind: 'refused',
    problem: `The original application’s database can’t be adopted: ${problem}. Nothing was changed.`,
  }
}
