import type pg from 'pg'

/** What stands in a database that no migration of ours was done to. */
export type Found =
  | { readonly kind: 'free' }
  /** The five tables of the original application, and nothing of ours. */
  | { readonly kind: 'original' }
  | { readonly kind: 'refused'; readonly problem: string }

const WHOLE = ['smallint', 'integer', 'bigint']
const TEXT = ['text', 'character varying', 'character']
const TIME = ['timestamp without time zone', 'timestamp with time zone']

/** Its tables and columns, with the types that each may have. */
const SHAPE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  clients: { id: WHOLE, contact: TEXT },
  messages: { id: WHOLE, subject: TEXT, body: TEXT, time: TIME, client_id: WHOLE },
  tokens: { id: WHOLE, token: TEXT },
  notifications: { id: WHOLE, title: TEXT, body: TEXT, time: TIME },
  tokennotifications: { id: WHOLE, token_id: WHOLE, notification_id: WHOLE },
}

/** In an order in which each may be dropped. */
export const ORIGINAL_TABLES = ['tokennotifications', 'messages', 'notifications', 'tokens', 'clients'] as const

const EMPTY_ONE = 'Point DATABASE_URL at an empty database'

/** Looks at the names that `created`, the tables of our migrations, would need, and changes nothing. */
export async function findOriginal(client: pg.Client, created: readonly string[]): Promise<Found> {
  const tables = await readTables(client, created)
  if (await hasPartitions(client)) return refused('The database holds half of a Tidings: the schema tidings_partitions')
  if (tables.every(isEmptyNote)) return { kind: 'free' }
  const theirs = tables.filter((table) => !isEmptyNote(table))
  const problem = strangers(theirs) ?? missing(theirs) ?? theirs.map(shapeProblem).find((one) => one !== null)
  return problem === undefined || problem === null ? { kind: 'original' } : refused(`The database holds ${problem}`)
}

/** Null: whatever schema our migrations left is there as a whole. */
export async function halfProblem(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>(
    `select t.name from unnest($1::text[]) as t (name) where to_regclass('public.' || t.name) is null order by t.name`,
    [ORIGINAL_TABLES],
  )
  if (rows.length === 0) return null
  const names = rows.map(({ name }) => `\`${name}\``).join(', ')
  return `The database was Tidings', but ${names} ${rows.length === 1 ? 'is' : 'are'} gone from it. Restore a backup, or start with an empty database.`
}

interface Table {
  readonly name: string
  /** An ordinary table, not a view or a partitioned one. */
  readonly ordinary: boolean
  /** The columns of its primary key. */
  readonly key: readonly string[]
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

async function readTables(client: pg.Client, created: readonly string[]): Promise<readonly Table[]> {
  const { rows } = await client.query<Table>(
    `select c.relname::text as name, c.relkind = 'r' and not c.relispartition as ordinary,
       array(select a.attname::text from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
         where i.indrelid = c.oid and i.indisprimary) as key,
       (select coalesce(jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, null)) order by a.attnum), '[]')
         from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
     from pg_class c where c.relnamespace = 'public'::regnamespace and c.relname = any ($1) order by c.relname`,
    [created],
  )
  return rows
}

async function hasPartitions(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regnamespace('tidings_partitions') is not null as there`,
  )
  return rows[0]?.there === true
}

/** A migration that failed leaves its book behind, with nothing in it. */
function isEmptyNote({ columns }: Table): boolean {
  return columns.map(({ name }) => name).join() === 'id,name,run_on'
}

function strangers(tables: readonly Table[]): string | null {
  const [stranger] = tables.filter(({ name }) => SHAPE[name] === undefined)
  return stranger === undefined ? null : `\`${stranger.name}\`, a name that Tidings needs, of another program`
}

function missing(tables: readonly Table[]): string | null {
  const absent = Object.keys(SHAPE).filter((name) => !tables.some((table) => table.name === name))
  if (absent.length === 0) return null
  const there = tables.map(({ name }) => `\`${name}\``).join(', ')
  return `${there} without ${absent.map((name) => `\`${name}\``).join(', ')}, so it is neither Tidings' nor the original application's`
}

/** Every column must be known: one that is not would be lost. */
function shapeProblem({ name, ordinary, key, columns }: Table): string | null {
  const shape = SHAPE[name] ?? {}
  if (!ordinary) return `\`${name}\`, which is no ordinary table`
  const absent = Object.keys(shape).find((column) => !columns.some((one) => one.name === column))
  if (absent !== undefined) return `\`${name}\` without the column \`${absent}\`, of another program`
  const extra = columns.find((column) => shape[column.name] === undefined)
  if (extra !== undefined) {
    return `\`${name}\` with a column \`${extra.name}\`, which Tidings has no place for: drop it if nobody needs it`
  }
  const wrong = columns.find((column) => shape[column.name]?.includes(column.type) !== true)
  if (wrong !== undefined) return `\`${name}\`, whose column \`${wrong.name}\` is ${wrong.type}, of another program`
  return key.length === 1 && key[0] === 'id' ? null : `\`${name}\`, whose primary key is not \`id\``
}

function refused(what: string): Found {
  return { kind: 'refused', problem: `${what}. ${EMPTY_ONE}; nothing was changed in this one.` }
}
