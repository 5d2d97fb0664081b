import { statfs } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { diskCheck, nodeCheck } from '../checks/machine.ts'
import type { Setup } from '../checks/setup.ts'
import { asksForKeys, liveProviders, type Config } from '../settings/config.ts'
import { isLoopback } from './place.ts'
import type { Check } from '../contract/health.ts'
import { stagingSentence } from '../domain/staging.ts'

/** What is judged of a configuration. `hints`: null where nobody looks at the environment. */
export function setupOf(config: Config, hints: readonly string[] | null): Setup {
  return {
    live: liveProviders(config),
    asksForKeys: asksForKeys(config),
    loopbackOnly: isLoopback(config.host),
    publicUrl: config.publicUrl,
    staging: config.staging === null ? null : stagingSentence(config.staging),
    hints,
  }
}

/** The machine that this process runs on. The disk is of interest where the database is on it. */
export async function checkMachine({ databaseUrl, dataDir }: Config): Promise<readonly Check[]> {
  const node = nodeCheck(process.versions.node)
  if (databaseUrl !== null) return [node]
  const { bavail, blocks, bsize } = await statfs(existing(resolve(dataDir)))
  return [node, diskCheck({ directory: dataDir, freeBytes: bavail * bsize, totalBytes: blocks * bsize })]
}

/** The directory, or what it will be made in. */
function existing(directory: string): string {
  return existsSync(directory) || dirname(directory) === directory ? directory : existing(dirname(directory))
}
