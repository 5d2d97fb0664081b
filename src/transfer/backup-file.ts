import { open, type FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { Type, type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { readBlocks, writeBlocks, type Block } from './file-blocks.ts'
import type { Layout } from './layout.ts'
import { TransferRefusal } from './refusal.ts'
import { createDigester, piece, type Digest, type Piece } from './rows.ts'

const [zip, unzip] = [promisify(gzip), promisify(gunzip)]

const TABLE = Type.Object({ name: Type.String() })
const DIGEST = Type.Object({ rows: Type.Integer({ minimum: 0 }), sha256: Type.String() })

const HEADER = Type.Object({
  version: Type.String(),
  takenAt: Type.String(),
  migrations: Type.Array(Type.String()),
  tables: Type.Array(Type.Object({ name: Type.String(), columns: Type.Array(Type.String()) })),
  partitions: Type.Array(
    Type.Object({ parent: Type.String(), part: Type.Integer({ minimum: 0 }), span: Type.Integer({ minimum: 1 }) }),
  ),
  sequences: Type.Array(Type.Object({ name: Type.String(), last: Type.Integer({ minimum: 0 }) })),
})

/** The first block. */
export interface Header extends Layout {
  /** The version of Tidings that made it. */
  readonly version: string
  /** By the database's clock: everything in it was committed before this. */
  readonly takenAt: string
}

export interface BackupWriter {
  table(name: string, rows: AsyncIterable<Piece>, written: (rows: number) => void): Promise<void>
  end(): Promise<void>
}

/** Writes a backup to a file that is open and empty. */
export async function writeBackup(file: FileHandle, header: Header): Promise<BackupWriter> {
  const blocks = await writeBlocks(file)
  await blocks.write('H', json(header))
  return {
    async table(name, rows, written) {
      const digester = createDigester()
      await blocks.write('T', json({ name }))
      let writing = Promise.resolve()
      for await (const some of rows) {
        digester.take(some)
        // The last piece is written while the next one comes and is packed.
        const packed = await zip(some.bytes)
        await writing
        writing = blocks.write('D', packed)
        // Waited for above or below; a failure meanwhile is not a bug of its own.
        writing.catch(() => undefined)
        written(some.rows)
      }
      await writing
      await blocks.write('E', json(digester.digest()))
    },
    end: () => blocks.end(),
  }
}

export interface Backup {
  readonly header: Header
  /** Names this very file: its checksum. */
  readonly token: string
  readonly digests: ReadonlyMap<string, Digest>
  /** A table's rows, as they were in the order of its key. */
  rows(table: string): AsyncIterable<Piece>
}

/** Reads all of a backup once and checks it. Throws a TransferRefusal for a file that is damaged, foreign, or not there. */
export async function openBackup(path: string): Promise<Backup> {
  const token = createDigester()
  const digests = new Map<string, Digest>()
  let [header, table]: [Header | null, string] = [null, '']
  for await (const { kind, bytes } of blocksOf(path)) {
    token.take({ bytes, rows: 0 })
    if (kind === 'H') header = parse(HEADER, bytes)
    if (kind === 'T') table = parse(TABLE, bytes).name
    if (kind === 'E') digests.set(table, parse(DIGEST, bytes))
  }
  if (header === null) throw new TransferRefusal(`${path} is not a backup of Tidings.`)
  return { header, token: token.digest().sha256, digests, rows: (name) => rowsOf(path, name) }
}

async function* rowsOf(path: string, table: string): AsyncGenerator<Piece> {
  let isHere = false
  for await (const { kind, bytes } of blocksOf(path)) {
    if (kind === 'T') isHere = parse(TABLE, bytes).name === table
    if (isHere && kind === 'D') yield piece(await unzip(bytes))
    if (isHere && kind === 'E') return
  }
}

async function* blocksOf(path: string): AsyncGenerator<Block> {
  const file = await open(path).catch((error: unknown) => {
    throw new TransferRefusal(`${path} can't be read: ${error instanceof Error ? error.message : String(error)}.`)
  })
  try {
    yield* readBlocks(file, path)
  } finally {
    await file.close()
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

function parse<T extends TSchema>(schema: T, bytes: Buffer): Static<T> {
  const value = readJson(bytes)
  if (Value.Check(schema, value)) return value
  throw new TransferRefusal('The file is damaged, or Tidings did not write it; nothing was changed.')
}

/** Null for what is none. */
function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return null
  }
}
