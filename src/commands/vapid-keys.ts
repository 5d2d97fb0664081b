import { createECDH } from 'node:crypto'
import { join } from 'node:path'
import type { Config } from '../settings/config.ts'
import { StartRefusal } from '../embedded/refusal.ts'
import { publicKeyOf } from '../providers/webpush/vapid.ts'
import { keepOrMake } from './kept-file.ts'

/** A VAPID pair, each half in base64url. */
export interface VapidPair {
  readonly publicKey: string
  readonly privateKey: string
}

/**
 * What browsers subscribe with, and pushes to them are signed with: WEBPUSH_VAPID_*, or with the embedded Postgres the pair that is kept
 * beside it, made when there is none. Null: neither. Throws a StartRefusal where the file can't be used.
 */
export function openVapidKeys(config: Pick<Config, 'webPush' | 'databaseUrl' | 'dataDir'>): VapidPair | null {
  const { webPush, databaseUrl, dataDir } = config
  if (webPush.keys !== null || databaseUrl !== null) return webPush.keys
  const file = join(dataDir, 'vapid-private-key')
  const privateKey = keepOrMake(file, newPrivateKey, 'WEBPUSH_VAPID_PRIVATE_KEY')
  const publicKey = publicKeyOf(privateKey)
  if (publicKey !== null) return { publicKey, privateKey }
  throw new StartRefusal(`${file} is damaged. Restore it, or delete it: then every browser has to register anew.`)
}

const SCALAR_BYTES = 32

function newPrivateKey(): string {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  const bytes = pair.getPrivateKey()
  return Buffer.concat([Buffer.alloc(SCALAR_BYTES - bytes.length), bytes]).toString('base64url')
}
