import { join } from 'node:path'
import type { Config } from '../settings/config.ts'
import { StartRefusal } from '../embedded/refusal.ts'
import { keepOrMake } from './kept-file.ts'

const BYTES = 32

/**
 * What API keys are hashed with: SECRET_KEY, or with the embedded Postgres the one kept beside it, made when there is none. Null: neither.
 * Throws a StartRefusal where the file can't be used.
 */
export function openSecretKey(
  { secretKey, databaseUrl, dataDir }: Pick<Config, 'secretKey' | 'databaseUrl' | 'dataDir'>,
  draw: (count: number) => Buffer,
): Buffer | null {
  if (secretKey !== null || databaseUrl !== null) return secretKey
  const file = join(dataDir, 'secret-key')
  const kept = Buffer.from(
    keepOrMake(file, () => draw(BYTES).toString('base64'), 'SECRET_KEY'),
    'base64',
  )
  if (kept.length === BYTES) return kept
  throw new StartRefusal(`${file} is damaged. Restore it; without it the API keys of this directory open nothing.`)
}
