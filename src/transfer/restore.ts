import type pg from 'pg'
import { writeAudit } from '../store/keys/audit.ts'
import { endRestored, type Restored } from '../store/nodes/restored.ts'
import { openBackup, type Header } from './backup-file.ts'
import { transaction, withConnection } from './connection.ts'
import { load } from './load.ts'
import { markProblem, readMark, removeMark } from './marks.ts'
import { createProgress, type Screen } from './progress.ts'
import { TransferRefusal } from './refusal.ts'

/** What a restore and a move need of the program around them. */
export interface TransferParts {
  /** Brings the schema at this URL up to a migration, or to the last one there is. Throws for a newer one. */
  readonly migrate: (url: string, upTo: string | null) => Promise<void>
  /** For how long a node that is cut off may still write. */
  readonly leaseSeconds: number
  readonly screen: Screen
  readonly hasStopped: () => boolean
}

export interface RestoreMade {
  readonly takenAt: Date
  readonly rows: number
  readonly ended: Restored
  /** API keys are in it, which open nothing without the SECRET_KEY of then. */
  readonly hasKeys: boolean
}

/**
 * Fills an empty database from a backup, and ends what may have been sent since. The file is read and checked as a whole before anything is
 * changed. Broken off, it is gone on with by the same call; until it is through no node starts there.
 */
export async function restoreBackup(path: string, url: string, parts: TransferParts): Promise<RestoreMade> {
  const backup = await openBackup(path)
  const { header, token, digests } = backup
  const rows = [...digests.values()].reduce((sum, digest) => sum + digest.rows, 0)
  return withConnection(url, async (client) => {
    const mark = await readMark(client)
    if (mark?.kind === 'moved') throw new TransferRefusal(markProblem(mark))
    const progress = createProgress('Restoring', rows, parts.screen)
    try {
      await load(
        client,
        { token, what: `npm run restore -- ${path}`, layout: header, rows: ({ name }) => backup.rows(name) },
        {
          ...parts,
          migrateTo: (last) => parts.migrate(url, last),
          loaded: (table, some) => progress.add(table, some),
        },
      )
    } finally {
      progress.end()
    }
    await parts.migrate(url, null)
    const ended = await open(client, header)
    return { takenAt: new Date(header.takenAt), rows, ended, hasKeys: (digests.get('api_keys')?.rows ?? 0) > 0 }
  })
}

/** One commit: before it no node may come, after it nothing is left that could go out twice. */
async function open(client: pg.Client, header: Header): Promise<Restored> {
  return transaction(client, async () => {
    const ended = await endRestored(client, header.takenAt)
    for (const name of SKIPPING) await skipIds(client, name, header)
    await client.query('select ensure_partitions()')
    await writeAudit(client, {
      caller: 'command line',
      act: 'database.restored',
      what: header.takenAt,
      details: { ...ended },
    })
    await removeMark(client)
    return ended
  })
}

const SKIPPING = ['messages_id_seq', 'notifications_id_seq'] as const

/**
 * Ids that were given out after the backup are not given out again: receipts on their way name them, callers have written them down, and a
 * push's id is the tag by which one replaces another on a device. As many are left out as there were, and a million at least.
 */
const LEAST_SKIPPED = 1_000_000

async function skipIds(client: pg.Client, name: string, { sequences }: Header): Promise<void> {
  const last = sequences.find((sequence) => sequence.name === name)?.last ?? 0
  await client.query('select setval($1::regclass, $2)', [`public.${name}`, last + Math.max(last, LEAST_SKIPPED)])
}
