import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Config } from '../settings/config.ts'
import { openServer } from '../wiring/database.ts'
import { LEASE_SECONDS } from '../delivery/lease.ts'
import { runningUrl } from '../embedded/postgres.ts'
import { StartRefusal } from '../embedded/refusal.ts'
import { checkServer, migrate } from '../store/migrate.ts'
import type { TransferAct } from './transfer-words.ts'
import { makeBackup } from '../transfer/backup.ts'
import { place } from '../transfer/connection.ts'
import { giveUpMove, moveDatabase } from '../transfer/move.ts'
import { count, type Screen } from '../transfer/progress.ts'
import { TransferRefusal, TransferStopped } from '../transfer/refusal.ts'
import { restoreBackup, type RestoreMade, type TransferParts } from '../transfer/restore.ts'

export interface TransferCommandParts {
  readonly config: Config
  readonly version: string
  readonly now: () => Date
  readonly draw: (count: number) => Buffer
  /** What was asked for, alone: on stdout. */
  readonly say: (text: string) => void
  /** What a person should know beside it. */
  readonly tell: (line: string) => void
  readonly screen: Screen
  /** Resolves when we are told to stop. */
  readonly told: Promise<void>
}

type Act = Exclude<TransferAct, { kind: 'help' | 'wrong' }>

/** Backs up, restores or moves. Returns the exit code: 1 where it could not be done, 130 when it was stopped. */
export async function runTransfer(act: Act, parts: TransferCommandParts): Promise<number> {
  let isStopped = false
  void parts.told.then(() => (isStopped = true))
  try {
    await perform(act, parts, () => isStopped)
    return 0
  } catch (error) {
    if (error instanceof TransferStopped) {
      parts.tell(act.kind === 'backup' ? 'Stopped; no file was left.' : 'Stopped. The same command goes on from here.')
      return 130
    }
    if (!(error instanceof TransferRefusal)) throw error
    parts.tell(`tidings: ${error.message}`)
    return 1
  }
}

async function perform(act: Act, parts: TransferCommandParts, hasStopped: () => boolean): Promise<void> {
  const transfer: TransferParts = { migrate: migrateTo, leaseSeconds: LEASE_SECONDS, screen: parts.screen, hasStopped }
  switch (act.kind) {
    case 'backup':
      return onOwn(parts, (url) => backup(act.path, url, parts, hasStopped))
    case 'restore':
      return onOwn(parts, async (url) => tellRestored(await restoreBackup(act.path, url, transfer), parts))
    case 'move':
      return onOwn(parts, (from) => move(from, act.to, parts, transfer))
    case 'give-up':
      return onOwn(parts, async (url) => {
        await giveUpMove(url)
        parts.tell(
          'Nothing is moved; Tidings starts here again. What the move has written at its target can be dropped.',
        )
      })
  }
}

/** The database that the service would use, or uses: started for this, if need be. Its schema is left as it is. */
async function onOwn({ config, tell }: TransferCommandParts, work: (url: string) => Promise<void>): Promise<void> {
  const databaseUrl = config.databaseUrl ?? runningUrl(config.dataDir)
  const server = await openServer({ ...config, databaseUrl }, tell)
  try {
    await work(server.url)
  } finally {
    await server.stop()
  }
}

async function backup(
  given: string | null,
  url: string,
  { version, now, screen, say, tell }: TransferCommandParts,
  hasStopped: () => boolean,
): Promise<void> {
  const path = given ?? `tidings-${now().toISOString().slice(0, 19).replaceAll(':', '-')}Z.backup`
  if (existsSync(path)) throw new TransferRefusal(`${path} is there already; name another file.`)
  const { rows, bytes } = await makeBackup({ url, path, version, screen, hasStopped })
  say(`${path}\n`)
  tell(
    `${count(rows)} rows in ${count(Math.ceil(bytes / 1_000))} kB. Keep SECRET_KEY, or DATA_DIR/secret-key, beside it: API keys open nothing without.`,
  )
}

function tellRestored({ rows, takenAt, ended, hasKeys }: RestoreMade, { tell }: TransferCommandParts): void {
  tell(`${count(rows)} rows, as they were on ${takenAt.toISOString()}.`)
  if (ended.uncertain > 0)
    tell(
      `${count(ended.uncertain)} that waited may have been sent since: they are uncertain (restored), and are not sent again.`,
    )
  if (ended.scheduled > 0)
    tell(`${count(ended.scheduled)} scheduled for later go out at their time, also those that were cancelled since.`)
  tell(
    'What was done since is not in it: keys that were revoked open again, people who were erased are back, pauses are as they were then.',
  )
  if (hasKeys)
    tell(
      'API keys open nothing without the secret they were made with: SECRET_KEY, or DATA_DIR/secret-key, from where the backup was made.',
    )
}

/** From the database of this configuration to a URL or a directory. */
async function move(from: string, to: string, parts: TransferCommandParts, transfer: TransferParts): Promise<void> {
  const isUrl = to.includes('://')
  const config: Config = { ...parts.config, databaseUrl: isUrl ? to : null, dataDir: isUrl ? parts.config.dataDir : to }
  if (!isUrl) refuseOwnDirectory(parts.config, to)
  const target = await openServer(config, parts.tell)
  try {
    const named = isUrl ? place(to) : resolve(to)
    const ends = { from, to: target.url, place: named, token: parts.draw(16).toString('hex') }
    const { rows, hasKeys } = await moveDatabase(ends, transfer)
    parts.tell(
      `${count(rows)} rows are at ${named}, compared table by table. Start there: ${isUrl ? 'DATABASE_URL=… npm start' : `DATA_DIR=${to} npm start`}`,
    )
    if (hasKeys) parts.tell(secretSentence(parts.config))
  } finally {
    await target.stop()
  }
}

function refuseOwnDirectory({ databaseUrl, dataDir }: Config, to: string): void {
  if (databaseUrl === null && resolve(dataDir) === resolve(to))
    throw new TransferRefusal('Source and target are the same directory.')
  if (existsSync(to) && !statSync(to).isDirectory())
    throw new TransferRefusal(`--to ${to} is a file; name a directory, or a postgres:// URL.`)
}

/** The secret itself is shown nowhere. */
function secretSentence({ secretKey, databaseUrl, dataDir }: Config): string {
  const where =
    secretKey !== null || databaseUrl !== null
      ? 'SECRET_KEY'
      : `the text in ${join(dataDir, 'secret-key')}, as SECRET_KEY`
  return `API keys are checked with a secret that is not in the database: carry ${where} along, or they open nothing.`
}

/** Throws for a server that Tidings can't use, and for a schema that is newer than this program. */
async function migrateTo(url: string, upTo: string | null): Promise<void> {
  const problem = await checkServer(url)
  if (problem !== null) throw new StartRefusal(problem)
  const migration = await migrate(url, undefined, upTo)
  if (migration.kind === 'refused') throw new TransferRefusal(migration.problem)
}
