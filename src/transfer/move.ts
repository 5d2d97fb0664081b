import type pg from 'pg'
import { writeAudit } from '../store/keys/audit.ts'
import { refuseOthers, transaction, withConnection } from './connection.ts'
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
      await refuseOthers(source)
      await refuseSame(source, target, ends.token)
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
    await refuseOthers(client)
    const mark = await readMark(client)
    if (mark?.kind !== 'moved') throw new TransferRefusal('No move has begun here.')
    if (mark.done) throw new TransferRefusal(markProblem(mark))
    await removeMark(client)
  })
}

/** A lock that the source holds can be seen in the target only if they are one database, whatever they are called. */
async function refuseSame(source: pg.Client, target: pg.Client, token: string): Promise<void> {
  await source.query(`select pg_advisory_lock(hashtext('tidings.move'), hashtext($1))`, [token])
  const { rows } = await target.query<{ same: boolean }>(
    `select exists (select from pg_locks
       where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database()) and objsubid = 2
         and classid::bigint = hashtext('tidings.move')::bigint & 4294967295
         and objid::bigint = hashtext($1)::bigint & 4294967295) as same`,
    [token],
  )
  if (rows[0]?.same === true) throw new TransferRefusal('Source and target are the same database.')
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
