import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { startEmbedded } from '../../../src/embedded/postgres.ts'
import { ROOT } from '../../support/documents.ts'
import { startProgram } from '../../support/program.ts'
import { breakingLife } from '../broken-lives.ts'
import { onDatabase } from '../on-database.ts'
import type { Context, Experiment, Result } from '../experiment.ts'

/** More statements than a migration from nothing has. */
const MOST = 200

/** Nothing is sent here. */
const NOTHING = {
  attempted: 0,
  acknowledged: 0,
  ok: 0,
  lost: 0,
  duplicated: 0,
  unexpected: 0,
  recovered: 0,
  uncertain: 0,
  recoveriesMs: [],
}

export const C2M: Experiment = {
  id: 'C2M',
  title: 'a migration is killed after each of its statements was sent, and after each was answered',
  goal: 'after each kill the schema is the old one or the new one; in the end it is the new one',
  rounds: 1,
  run: (context) => migrateBroken(context),
}

async function migrateBroken({ directory, small }: Context): Promise<Result> {
  const dataDir = join(directory, 'data')
  mkdirSync(dataDir)
  chmodSync(dataDir, 0o711)
  const postgres = await startEmbedded({ dataDir, onRestart: () => undefined })
  const faults: string[] = []
  const figures: string[] = []
  try {
    for (const point of ['migration written', 'migration answered']) {
      const name = point.replace(' ', '_')
      const url = await makeDatabase(postgres.url, name)
      const kills = await killEach(point, url, directory, small ? 5 : 1, faults)
      figures.push(`${point}: kills ${kills}`)
    }
  } finally {
    await postgres.stop()
  }
  return { ...NOTHING, faults, figures }
}

/** Resolves with the number of kills, once a migration was not killed any more. */
async function killEach(
  point: string,
  url: string,
  directory: string,
  step: number,
  faults: string[],
): Promise<number> {
  const all = readdirSync(join(ROOT, 'migrations')).filter((name) => name.endsWith('.sql')).length
  let kills = 0
  for (let nth = 1; nth < MOST; nth += step) {
    const { flags = [], env } = breakingLife({ point, nth, how: 'kill' })
    const program = startProgram([...flags, join(ROOT, 'dist/main.js'), 'migrate'], {
      cwd: directory,
      env: { PATH: process.env['PATH'], DATABASE_URL: url, ...env },
      log: join(directory, 'migrate.log'),
    })
    await program.ended
    const applied = await countApplied(url)
    if (applied !== 0 && applied !== all) faults.push(`${applied} of ${all} migrations after "${point}" ${nth}`)
    if (program.exitCode() === 0 && applied === all) return kills
    if (program.exitCode() !== null) faults.push(`ended with ${program.exitCode()} after "${point}" ${nth}`)
    kills += 1
  }
  faults.push(`${MOST} kills, and it is not done`)
  return kills
}

async function makeDatabase(server: string, name: string): Promise<string> {
  await onDatabase(server, (db) => db.query(`create database ${name} encoding 'UTF8' template template0`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

async function countApplied(url: string): Promise<number> {
  return onDatabase(url, async (db) => {
    const { rows } = await db.query<{ there: boolean }>(`select to_regclass('schema_migrations') is not null as there`)
    if (rows[0]?.there !== true) return 0
    const { rows: counted } = await db.query<{ count: number }>(
      `select count(*)::integer as count from schema_migrations`,
    )
    return counted[0]?.count ?? 0
  })
}
