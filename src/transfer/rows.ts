import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Table } from './layout.ts'

/** Whole rows as COPY writes them: a line each. Source: PostgreSQL documentation, COPY, text format. */
export interface Piece {
  readonly bytes: Buffer
  readonly rows: number
}

/** What stands in a table. Equal digests: equal rows. */
export interface Digest {
  readonly rows: number
  /** SHA-256 of all its rows, in the order of the key. */
  readonly sha256: string
}

/** Small enough to hold several of, large enough that a commit for each is cheap. */
const PIECE_BYTES = 1 << 20
const NEW_LINE = 0x0a

/** A table's rows in the order of its key, which is the same on every server. */
export async function* readRows(client: pg.Client, table: Table): AsyncGenerator<Piece> {
  const order = await keyOf(client, table.name)
  const stream = client.query(
    copyTo(`copy (select ${columnsOf(table)} from public.${quoted(table.name)} order by ${order}) to stdout`),
  )
  let held: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    held.push(chunk)
    bytes += chunk.length
    const end = bytes < PIECE_BYTES ? -1 : chunk.lastIndexOf(NEW_LINE)
    if (end === -1) continue
    const rest = Buffer.from(chunk.subarray(end + 1))
    held[held.length - 1] = chunk.subarray(0, end + 1)
    yield piece(Buffer.concat(held))
    held = [rest]
    bytes = rest.length
  }
  if (bytes > 0) yield piece(Buffer.concat(held))
}

/** Adds whole rows to a table. */
export async function writeRows(client: pg.Client, table: Table, bytes: Buffer): Promise<void> {
  const stream = client.query(copyFrom(`copy public.${quoted(table.name)} (${columnsOf(table)}) from stdin`))
  await pipeline(Readable.from([bytes]), stream)
}

export async function countRows(client: pg.Client, name: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`select count(*)::text as count from public.${quoted(name)}`)
  return Number(rows[0]?.count)
}

/** Takes rows in, and says at any time what they come to. */
export interface Digester {
  take(piece: Piece): void
  rows(): number
  digest(): Digest
}

export function createDigester(): Digester {
  const hash = createHash('sha256')
  let rows = 0
  return {
    take(taken) {
      hash.update(taken.bytes)
      rows += taken.rows
    },
    rows: () => rows,
    digest: () => ({ rows, sha256: hash.copy().digest('hex') }),
  }
}

/** The piece without its first rows. */
export function without({ bytes, rows }: Piece, first: number): Piece {
  let from = 0
  for (let row = 0; row < first; row += 1) from = bytes.indexOf(NEW_LINE, from) + 1
  return { bytes: bytes.subarray(from), rows: rows - first }
}

export function piece(bytes: Buffer): Piece {
  let rows = 0
  for (let at = bytes.indexOf(NEW_LINE); at !== -1; at = bytes.indexOf(NEW_LINE, at + 1)) rows += 1
  return { bytes, rows }
}

/** Texts byte for byte: each server's own order of letters may be another one. */
async function keyOf(client: pg.Client, name: string): Promise<string> {
  const { rows } = await client.query<{ key: string | null }>(
    `select string_agg(quote_ident(a.attname) || case when a.attcollation <> 0 then ' collate "C"' else '' end, ', ' order by k.ord) as key
     from pg_index i cross join unnest(i.indkey::int2[]) with ordinality as k (attnum, ord)
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
     where i.indrelid = ('public.' || quote_ident($1))::regclass and i.indisprimary`,
    [name],
  )
  const key = rows[0]?.key ?? null
  if (key === null) throw new Error(`${name} has no key to order it by`)
  return key
}

function columnsOf({ columns }: Table): string {
  return columns.map(quoted).join(', ')
}

function quoted(name: string): string {
  return pg.escapeIdentifier(name)
}
