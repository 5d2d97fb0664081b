import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../settings/config.ts'
import { StartRefusal } from '../embedded/refusal.ts'

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
  const kept = read(file) ?? make(file, draw(BYTES))
  if (kept.length === BYTES) return kept
  throw new StartRefusal(`${file} is damaged. Restore it; without it the API keys of this directory open nothing.`)
}

function read(file: string): Buffer | null {
  try {
    return Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw unusable(file, error)
  }
}

/** It appears whole or not at all; of two processes that make it at once, the first one's counts. */
function make(file: string, secret: Buffer): Buffer {
  const mine = `${file}.${process.pid}`
  try {
    writeFileSync(mine, `${secret.toString('base64')}\n`, { mode: 0o600 })
    linkSync(mine, file)
    return secret
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unusable(file, error)
    return read(file) ?? secret
  } finally {
    rmSync(mine, { force: true })
  }
}

function unusable(file: string, error: unknown): StartRefusal {
  return new StartRefusal(`${file} can't be read or written (${codeOf(error)}); see who may, or set SECRET_KEY.`)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
