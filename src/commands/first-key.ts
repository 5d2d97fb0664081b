import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Keys } from '../flows/keys/keys.ts'
import type { Log } from '../wiring/log.ts'

/** Where the first key went. `null`: none was made, now or because there is one. */
export type FirstKey =
  { readonly kind: 'shown'; readonly key: string } | { readonly kind: 'written'; readonly file: string } | null

/**
 * Makes the first key where callers need one and there never was any, and brings it to a person: on a terminal, else into a file that
 * only this user reads, since a log is kept and sent on. Where neither works no key is made, and the log says how to make one.
 */
export async function makeFirstKey(keys: Keys, dataDir: string, hasTerminal: boolean, log: Log): Promise<FirstKey> {
  const file = resolve(join(dataDir, 'first-key'))
  const handed: { key: string } = { key: '' }
  try {
    const made = await keys.makeFirst(async (key) => {
      if (hasTerminal) handed.key = key
      else await writeSecret(dataDir, file, key)
    })
    if (made === null) return null
  } catch (error) {
    log.error(
      { event: 'key.first', err: error },
      'there is no API key yet, and the first one could not be handed over; make one: npm run keys -- create --name first --scope all',
    )
    return null
  }
  return hasTerminal ? { kind: 'shown', key: handed.key } : { kind: 'written', file }
}

/** Anew, so that it is ours alone whatever stood there. */
async function writeSecret(dataDir: string, file: string, key: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await rm(file, { force: true })
  await writeFile(file, `${key}\n`, { mode: 0o600, flag: 'wx' })
}
