import { createSealer } from '../domain/sealed.ts'
import { StartRefusal } from '../embedded/refusal.ts'
import { createKeyHash } from '../flows/keys/key-hash.ts'
import { createDb } from '../store/db.ts'
import { countByMark } from '../store/keys/sealed.ts'

/**
 * Whether the database was used with other secret keys. Throws a StartRefusal where nothing in it was made under one of these: then the
 * key is a wrong one, and not one that is being changed. Null: all is well; else a sentence.
 */
export async function checkSecretKeys(databaseUrl: string, secretKeys: readonly Buffer[]): Promise<string | null> {
  const timeouts = { statementTimeoutMs: 10_000, queryTimeoutMs: 11_000 }
  const db = createDb(databaseUrl, { max: 1, name: 'tidings secret key', ...timeouts }, () => undefined)
  const noSecret = createKeyHash(null).mark
  const sealed = secretKeys.map((key) => createSealer(key, []).mark)
  try {
    const keys = secretKeys.map((key) => createKeyHash(key).mark)
    const { known, unknown } = await countByMark(db, { sealed, keys, noSecret })
    if (unknown === 0) return null
    const what = `${unknown} ${unknown === 1 ? 'API key, webhook or browser was' : 'API keys, webhooks and browsers were'} made under another SECRET_KEY`
    if (known > 0) return `${what}, and open nothing. Name that one in SECRET_KEY_PREVIOUS.`
    throw new StartRefusal(
      `${what}, and none under this one. Set it back, or name the earlier one in SECRET_KEY_PREVIOUS. If it is lost, make a key with npm run keys first.`,
    )
  } finally {
    await db.end()
  }
}
