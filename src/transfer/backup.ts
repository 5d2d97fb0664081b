import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type pg from 'pg'
import { writeBackup, type Header } from './backup-file.ts'
import { withConnection } from './connection.ts'
import { readLayout, type Layout } from './layout.ts'
import { markProblem, readMark } from './marks.ts'
import { createProgress, type Progress, type Screen } from './progress.ts'
import { TransferRefusal, TransferStopped } from './refusal.ts'
import { countRows, readRows, type Piece } from './rows.ts'

export interface BackupParts {
  readonly url: string
  /** It appears under this name when it is whole, and never instead of another file. */
  readonly path: string
  readonly version: string
  readonly screen: Screen
  readonly hasStopped: () => boolean
}

export interface BackupMade {
  readonly rows: number
  readonly bytes: number
}

/**
 * Writes all of a database to one file, as it is at one moment, also while nodes run on it. Throws a TransferRefusal where it can't, and a
 * TransferStopped when it is told to stop; either way no file is left.
 */
export async function makeBackup(parts: BackupParts): Promise<BackupMade> {
  const { url, path, screen } = parts
  return withConnection(url, async (client) => {
    const mark = await readMark(client)
    if (mark?.kind === 'filling') throw new TransferRefusal(markProblem(mark))
    await client.query('begin isolation level repeatable read read only')
    const layout = await readLayout(client)
    if (layout === null) throw new TransferRefusal('There is no Tidings in this database yet, so nothing to back up.')
    const rows = await lockAndCount(client, layout)
    const progress = createProgress('Backing up', rows, screen)
    try {
      return { rows, bytes: await write(client, layout, parts, progress) }
    } finally {
      progress.end()
      await rm(partial(path), { force: true })
    }
  })
}

/** Nobody may drop what is to be read: retention drops whole partitions, which no snapshot keeps. */
async function lockAndCount(client: pg.Client, { tables }: Layout): Promise<number> {
  let rows = 0
  for (const { name } of tables) {
    await client.query(`lock table public.${name} in access share mode`)
    rows += await countRows(client, name)
  }
  return rows
}

async function write(client: pg.Client, layout: Layout, parts: BackupParts, progress: Progress): Promise<number> {
  const { path, version, hasStopped } = parts
  const { rows } = await client.query<{ at: string }>('select now()::text as at')
  const header: Header = { version, takenAt: rows[0]?.at ?? '', ...layout }
  const file = await open(partial(path), 'w', 0o600).catch((error: unknown) => {
    throw new TransferRefusal(`${path} can't be written: ${error instanceof Error ? error.message : String(error)}.`)
  })
  try {
    const backup = await writeBackup(file, header)
    for (const table of layout.tables) {
      const pieces = stoppable(readRows(client, table), hasStopped)
      await backup.table(table.name, pieces, (written) => progress.add(table.name, written))
    }
    await backup.end()
    const { size } = await file.stat()
    await rename(partial(path), path)
    await syncDirectory(dirname(path))
    return size
  } finally {
    await file.close()
  }
}

async function* stoppable(pieces: AsyncIterable<Piece>, hasStopped: () => boolean): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    if (hasStopped()) throw new TransferStopped()
    yield piece
  }
}

/** So that the name, too, outlives a power cut. Where the system knows no such thing, its own way has to do. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => null)
  await directory?.sync().catch(() => undefined)
  await directory?.close()
}

function partial(path: string): string {
  return `${path}.partial`
}
