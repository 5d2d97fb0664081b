import type pg from 'pg'
import { writeAudit } from '../store/audit.ts'
import { transaction, withConnection } from './connection.ts'
import { readLayout, type Layout, type Table } from './layout.ts'
import { checkTarget, load } from './load.ts'
import { markDatabase, markMoved, markProblem, readMark, removeMark } from './marks.ts'
import { createProgress } from './progress.ts'
import { TransferRefusal } from './refusal.ts'
import type { TransferParts } from './restore.ts'
import { countRows, readRows } from './rows.ts'

export interface MoveEnds {
  readonly from: string
  readonly to: string
  /** How the target is named to people: no user, no password. */
  readonly place: string
  /** Names this move; used if none has begun. */
  readonly token: string
}

export interface MoveMade {
  readonly rows: number
  /** API keys are in it, which open nothing without the SECRET_KEY of the source. */
  readonly hasKeys: boolean
}

/**
 * Carries a database that no node uses to an empty one, compares both, and closes the source for good. Nothing becomes uncertain: what is
 * open goes out from the new place. Broken off at any moment, it is gone on with by the same call. Throws a TransferRefusal where it can't.
 */
export async function moveDatabase(ends: MoveEnds, parts: TransferParts): Promise<MoveMade> {
  return withConnection(ends.from, (source) =>
    withConnection(ends.to, async (target) => {
      await refuseSame(source, target)
      const token = await begin(source, target, ends, parts.leaseSeconds)
      const made = await carry(source, target, { ...ends, token }, parts)
      await parts.migrate(ends.to, null)
      // The source first: if it ends here, both are closed, and the next call opens the target.
      await markMoved(source)
      await openTarget(target, ends.place)
      return made
    }),
  )
}

/** Opens a source again that a move has closed and not finished. What the move has written at its target is left there, closed. */
export async function giveUpMove(url: string): Promise<void> {
  await withConnection(url, async (client) => {
    const mark = await readMark(client)
    if (mark?.kind !== 'moved') throw new TransferRefusal('No move has begun here.')
    if (mark.done) throw new TransferRefusal(markProblem(mark))
    await removeMark(client)
  })
}

/** An advisory lock is one of its database: whoever holds it at the source can't have it at the target, if they are the same. */
async function refuseSame(source: pg.Client, target: pg.Client): Promise<void> {
  if (!(await lock(source))) throw new TransferRefusal('Another move is under way from this database.')
  if (!(await lock(target)))
    throw new TransferRefusal('Source and target are the same database, or another move uses it.')
}

/** Any number, the same for every move. */
const LOCK = 7_402_912

async function lock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [LOCK])
  return rows[0]?.locked === true
}

/** Closes the source, or finds that this move has closed it before. Returns the move's token. */
async function begin(source: pg.Client, target: pg.Client, ends: MoveEnds, leaseSeconds: number): Promise<string> {
  const [mark, there] = [await readMark(source), await readMark(target)]
  if (mark === null) {
    if (there !== null) throw new TransferRefusal(`The target can't be used. ${markProblem(there)}`)
    // Before the source is closed: it need not be opened again for a target that was never fit.
    await checkTarget(target, await layoutOf(source), leaseSeconds)
    await markDatabase(source, { kind: 'moved', token: ends.token, what: ends.place }, leaseSeconds)
    return ends.token
  }
  const isBegun = mark.kind === 'moved' && !mark.done && mark.place === ends.place
  if (there === null ? isBegun : there.token === mark.token) return mark.token
  throw new TransferRefusal(markProblem(mark))
}

async function carry(
  source: pg.Client,
  target: pg.Client,
  { to, place, token }: MoveEnds,
  parts: TransferParts,
): Promise<MoveMade> {
  const layout = await layoutOf(source)
  const counts = await countAll(source, layout)
  const rows = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const progress = createProgress('Moving', rows, parts.screen)
  const what = `npm run move -- --to ${place}`
  const from = { token, what, layout, rows: (table: Table) => readRows(source, table) }
  const loaded = (table: string, some: number): void => progress.add(table, some)
  try {
    await load(target, from, { ...parts, migrateTo: (last) => parts.migrate(to, last), loaded })
  } finally {
    progress.end()
  }
  return { rows, hasKeys: (counts.get('api_keys') ?? 0) > 0 }
}

async function layoutOf(client: pg.Client): Promise<Layout> {
  const layout = await readLayout(client)
  if (layout === null) throw new TransferRefusal('There is no Tidings in this database to move.')
  return layout
}

async function countAll(client: pg.Client, { tables }: Layout): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const { name } of tables) counts.set(name, await countRows(client, name))
  return counts
}

async function openTarget(client: pg.Client, to: string): Promise<void> {
  await transaction(client, async () => {
    await writeAudit(client, { caller: 'command line', act: 'database.moved', what: to })
    await removeMark(client)
  })
}
