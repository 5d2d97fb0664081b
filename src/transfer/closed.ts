import { createClient } from './connection.ts'
import { markProblem, readMark } from './marks.ts'

/**
 * Why no node may start on this database, in one line with the fix: it was moved away, or is half filled. Null: nothing is in the way. Throws
 * the driver's error where the database is away.
 */
export async function closedBecause(url: string): Promise<string | null> {
  const client = createClient(url)
  try {
    await client.connect()
    const mark = await readMark(client)
    return mark === null ? null : markProblem(mark)
  } finally {
    await client.end().catch(() => undefined)
  }
}
