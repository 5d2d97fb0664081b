import { request } from 'undici'
import type { Bench } from './bench.ts'

/** Asks the look-alike of an SMSC for something: `{unbind: true}`. Resolves with what it tells of itself. */
export async function wish({ cluster }: Bench, what: object): Promise<Readonly<Record<string, unknown>>> {
  if (cluster.smscControl === null) throw new Error('there is no look-alike of an SMSC')
  const { statusCode, body } = await request(cluster.smscControl, { method: 'POST', body: JSON.stringify(what) })
  const answer: unknown = await body.json()
  if (statusCode !== 200 || typeof answer !== 'object' || answer === null) throw new Error(JSON.stringify(answer))
  return { ...answer }
}
