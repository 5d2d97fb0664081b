import type pg from 'pg'
import { refuseOthers, transaction } from './connection.ts'
import { readLayout, readMigrations, type Layout, type Table } from './layout.ts'
import { markDatabase, markProblem, readMark, refuseLivingNode } from './marks.ts'
import { TransferRefusal, TransferStopped } from './refusal.ts'
import { createDigester, readRows, without, writeRows, type Digest, type Piece } from './rows.ts'

/** Where rows come from. */
export interface Source {
  /** Names it: only the same one can be gone on with. */
  readonly token: string
  /** `the restore of tidings.backup` */
  readonly what: string
  readonly layout: Layout
  /** The same rows in the same order, however often it is asked. */
  rows(table: Table): AsyncIterable<Piece>
}

export interface LoadParts {
  /** Brings the target's schema to where the source's is; later ones are done by whoever starts it. */
  readonly migrateTo: (last: string) => Promise<void>
  readonly leaseSeconds: number
  readonly loaded: (table: string, rows: number) => void
  readonly hasStopped: () => boolean
}

/** What may be in a database that counts as empty: a start on it leaves these. */
const TRACES: readonly string[] = ['nodes', 'inbox_changes', 'retention', 'retention_left']

/**
 * Fills an empty database, or goes on filling one that the same source was broken off in. Every table is read again and compared; then
 * numbers go on where the source's were. It stays marked: nobody can use it yet. Throws a TransferRefusal, before anything is changed, for a
 * target that holds anything else.
 */
export async function load(client: pg.Client, source: Source, parts: LoadParts): Promise<void> {
  await refuseOthers(client)
  await prepare(client, source, parts)
  await makePartitions(client, source.layout)
  for (const table of source.layout.tables) await loadTable(client, source, table, parts)
  for (const { name, last } of source.layout.sequences) {
    await client.query('select setval($1::regclass, $2)', [`public.${name}`, last])
  }
  await client.query('select ensure_partitions()')
}

async function prepare(client: pg.Client, { token, what, layout }: Source, parts: LoadParts): Promise<void> {
  const mark = await readMark(client)
  if (mark !== null && (mark.kind !== 'filling' || mark.token !== token)) throw new TransferRefusal(markProblem(mark))
  if (mark !== null) return
  await checkTarget(client, layout, parts.leaseSeconds)
  await parts.migrateTo(layout.migrations.at(-1) ?? '')
  await refuseOtherColumns(client, layout)
  await markDatabase(client, { kind: 'filling', token, what }, parts.leaseSeconds, async () => {
    const names = layout.tables.map(({ name }) => name)
    for (const name of names) await refuseRows(client, name)
    for (const name of TRACES.toReversed()) if (names.includes(name)) await client.query(`delete from public.${name}`)
  })
}

/** Throws a TransferRefusal for a database that can't be filled; changes nothing. */
export async function checkTarget(client: pg.Client, layout: Layout, leaseSeconds: number): Promise<void> {
  const migrations = await readMigrations(client)
  if (migrations === null) return refuseForeign(client)
  await refuseLivingNode(client, leaseSeconds)
  for (const { name } of (await readLayout(client))?.tables ?? []) await refuseRows(client, name)
  const further = migrations.find((name) => !layout.migrations.includes(name))
  if (further === undefined) return
  throw new TransferRefusal(
    `The target's schema is newer than what is to be written to it (${further}); give it a database that is new.`,
  )
}

/** Before anything is made in it. */
async function refuseForeign(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname::text as name from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
       and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') order by name limit 1`,
  )
  if (rows[0] === undefined) return
  throw new TransferRefusal(
    `The target holds something else (the table ${rows[0].name}); make an empty database for Tidings.`,
  )
}

async function refuseRows(client: pg.Client, table: string): Promise<void> {
  if (TRACES.includes(table)) return
  const { rows } = await client.query<{ some: boolean }>(`select exists (select from public.${table}) as some`)
  if (rows[0]?.some !== true) return
  throw new TransferRefusal(`The target is not empty: ${table} has rows. Make an empty database, or empty this one.`)
}

/** Names that come from a file go into statements: only those that the schema has. */
async function refuseOtherColumns(client: pg.Client, layout: Layout): Promise<void> {
  const ours = await readLayout(client)
  const known = new Map(ours?.tables.map(({ name, columns }) => [name, columns]))
  const fits =
    layout.tables.every(({ name, columns }) => columns.every((column) => known.get(name)?.includes(column))) &&
    layout.partitions.every(({ parent, part, span }) => known.has(parent) && [part, span].every(Number.isSafeInteger))
  if (!fits) throw new TransferRefusal('The source has tables or columns that this version of Tidings does not know.')
}

/** Those of the source that the target does not have anyway, made as their siblings are. */
async function makePartitions(client: pg.Client, { partitions }: Layout): Promise<void> {
  for (const { parent, part, span } of partitions) {
    await client.query(
      `select ensure_partition($1, $2, $3, coalesce((
         select format('with (%s)', array_to_string(c.reloptions, ', ')) from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where i.inhparent = ('public.' || quote_ident($1))::regclass and c.reloptions is not null limit 1), ''))`,
      [parent, part, span],
    )
  }
}

async function loadTable(client: pg.Client, source: Source, table: Table, parts: LoadParts): Promise<void> {
  const { done, rows } = await progressOf(client, table.name)
  parts.loaded(table.name, rows)
  if (done) return
  const digester = createDigester()
  for await (const piece of source.rows(table)) {
    if (parts.hasStopped()) throw new TransferStopped()
    const before = digester.rows()
    digester.take(piece)
    const fresh = without(piece, Math.min(Math.max(rows - before, 0), piece.rows))
    if (fresh.rows === 0) continue
    await transaction(client, async () => {
      await writeRows(client, table, fresh.bytes)
      await client.query('update tidings_transfer.progress set rows = $2 where name = $1', [
        table.name,
        before + piece.rows,
      ])
    })
    parts.loaded(table.name, fresh.rows)
  }
  await compare(client, table, digester.digest())
  await client.query('update tidings_transfer.progress set done = true where name = $1', [table.name])
}

async function progressOf(client: pg.Client, name: string): Promise<{ rows: number; done: boolean }> {
  const { rows } = await client.query<{ rows: string; done: boolean }>(
    `insert into tidings_transfer.progress as p (name, rows) values ($1, 0)
     on conflict (name) do update set rows = p.rows returning p.rows::text as rows, p.done`,
    [name],
  )
  return { rows: Number(rows[0]?.rows ?? 0), done: rows[0]?.done ?? false }
}

async function compare(client: pg.Client, table: Table, wanted: Digest): Promise<void> {
  const digester = createDigester()
  for await (const piece of readRows(client, table)) digester.take(piece)
  const got = digester.digest()
  if (got.rows === wanted.rows && got.sha256 === wanted.sha256) return
  throw new TransferRefusal(
    `${table.name} did not arrive as it was sent (${got.rows} rows of ${wanted.rows}). Drop the target and begin again.`,
  )
}
