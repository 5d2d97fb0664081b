import { expect, test } from 'vitest'
import type { DbClient } from '../../src/store/db.ts'
import { countTraces } from '../../src/store/past/erase.ts'
import { deleteDevices, eraseDevices } from '../../src/store/push/retired-tokens.ts'
import { ask, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'

const nodes = useNodes()

const CONTACT = '+201009129288'
const ROWS = 20_000

interface Plan {
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly Plan[]
}

/** Rows of one step of the plan at most. */
function mostOf(plan: Plan): number {
  const own = plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)
  return Math.max(own, ...(plan.Plans ?? []).map(mostOf))
}

/** Runs it once, for its plans: how many rows a step of its statements looked at. */
async function rowsLookedAt({ db }: TestNode, run: (client: DbClient) => Promise<unknown>): Promise<number> {
  const client = await db.connect()
  const most: number[] = []
  const explaining = new Proxy(client, {
    get: () => async (statement: { readonly text: string; readonly values: unknown[] }) => {
      const { text, values } = statement
      const { rows } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>({
        text: `explain (analyze, format json) ${text}`,
        values,
      })
      for (const row of rows) most.push(...row['QUERY PLAN'].map((one) => mostOf(one.Plan)))
      return { rows: [], rowCount: 0 }
    },
  })
  try {
    await run(explaining)
  } finally {
    client.release()
  }
  return Math.max(...most)
}

test('a device is taken away, and a person’s are erased and counted, without a look at all the others', async () => {
  const node = await nodes.start({})
  const [person] = await ask(node, `insert into clients (contact) values ($1) returning id`, [CONTACT])
  const id = Number(person?.['id'])
  await ask(node, `insert into tokens (kind, token) select 'token', 't' || i from generate_series(1, ${ROWS}) as i`)
  await ask(node, `update tokens set client_id = $1 where token in ('t7', 't9')`, [id])
  await ask(node, `update tokens t set sent_as = d.id from tokens d where d.token = 't7' and t.token in ('t8', 't10')`)
  await ask(node, 'analyze tokens')
  expect(await rowsLookedAt(node, (client) => countTraces(client as TestNode['db'], id, CONTACT))).toBeLessThan(100)
  expect(await countTraces(node.db, id, CONTACT)).toMatchObject({ tokens: 4 })
  expect(await rowsLookedAt(node, (client) => deleteDevices(client, ['t10', 'nobody']))).toBeLessThan(100)
  expect(await ask(node, `select token from tokens where retired_reason = 'deleted' order by id`)).toEqual([
    { token: 't7' },
    { token: 't8' },
    { token: 't10' },
  ])
  expect(await rowsLookedAt(node, (client) => eraseDevices(client, id))).toBeLessThan(100)
  expect(await ask(node, `select count(*)::integer as erased from tokens where retired_reason = 'erased'`)).toEqual([
    { erased: 1 },
  ])
})
