import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { TransferRefusal } from './refusal.ts'

/** What every backup begins with; the number is that of the format. */
const MAGIC = Buffer.from('TIDINGS BACKUP 1\n')

/**
 * A file is this first line and then blocks: a letter, the length of what follows in 4 bytes (highest first), and so many bytes.
 * H: what is in the file, JSON · T: a table begins, JSON · D: some of its rows, gzip · E: it ends, JSON · Z: SHA-256 of all that stands before.
 */
export type BlockKind = 'H' | 'T' | 'D' | 'E' | 'Z'

export interface Block {
  readonly kind: BlockKind
  readonly bytes: Buffer
}

/** No block of ours is nearly as long: what claims to be is damaged. */
const MOST_BYTES = 1 << 28
const HEAD_BYTES = 5

export interface BlockWriter {
  write(kind: BlockKind, bytes: Buffer): Promise<void>
  /** Writes the last block, and sees to it that all is on disk. */
  end(): Promise<void>
}

export async function writeBlocks(file: FileHandle): Promise<BlockWriter> {
  const hash = createHash('sha256')
  const put = async (bytes: Buffer): Promise<void> => {
    hash.update(bytes)
    await file.writeFile(bytes)
  }
  const write = (kind: BlockKind, bytes: Buffer): Promise<void> => put(Buffer.concat([head(kind, bytes.length), bytes]))
  await put(MAGIC)
  return {
    write,
    async end() {
      await write('Z', hash.copy().digest())
      await file.sync()
    },
  }
}

/** The blocks of a whole and undamaged file, up to the last one, which is checked. Throws a TransferRefusal at the first sign of damage. */
export async function* readBlocks(file: FileHandle, name: string): AsyncGenerator<Block> {
  const hash = createHash('sha256')
  const magic = await read(file, MAGIC.length)
  if (!magic.equals(MAGIC)) throw new TransferRefusal(foreign(magic, name))
  hash.update(magic)
  for (;;) {
    const sum = hash.copy()
    const block = await readBlock(file, hash)
    if (block === null) throw new TransferRefusal(`${name} is damaged or was cut off; nothing was changed.`)
    if (block.kind === 'Z') {
      await checkEnd(file, sum, block, name)
      return
    }
    yield block
  }
}

async function checkEnd(file: FileHandle, sum: Hash, last: Block, name: string): Promise<void> {
  const rest = await read(file, 1)
  if (rest.length === 0 && sum.digest().equals(last.bytes)) return
  throw new TransferRefusal(`${name} is damaged: its checksum is another one. Nothing was changed.`)
}

async function readBlock(file: FileHandle, hash: Hash): Promise<Block | null> {
  const start = await read(file, HEAD_BYTES)
  if (start.length < HEAD_BYTES) return null
  const kind = 'HTDEZ'.includes(start.toString('latin1', 0, 1)) ? start.toString('latin1', 0, 1) : null
  const length = start.readUInt32BE(1)
  if (kind === null || length > MOST_BYTES) return null
  const bytes = await read(file, length)
  if (bytes.length < length) return null
  hash.update(start)
  hash.update(bytes)
  return { kind: kind as BlockKind, bytes }
}

function head(kind: BlockKind, length: number): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES)
  bytes.write(kind, 'latin1')
  bytes.writeUInt32BE(length, 1)
  return bytes
}

/** As many bytes as are left, at most so many. */
async function read(file: FileHandle, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, null)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

function foreign(magic: Buffer, name: string): string {
  const isOurs = magic.toString('latin1').startsWith('TIDINGS BACKUP ')
  return isOurs
    ? `${name} was made by a newer Tidings; restore it with that version.`
    : `${name} is not a backup of Tidings.`
}
