import { withConnection } from './connection.ts'
import { markProblem, readMark } from './marks.ts'

/** Why no node may start on this database, in one line with the fix: it was moved away, or is half filled. Null: nothing is in the way. */
export async function closedBecause(url: string): Promise<string | null> {
  const mark = await withConnection(url, readMark)
  return mark === null ? null : markProblem(mark)
}
