import { expect, test } from 'vitest'
import { IS_OWNERS } from '../../src/store/sms/due-sql.ts'
import { ask } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'

const nodes = useNodes()

test('what is put away of a message is found by the message, however much its owner has put away before', async () => {
  const node = await nodes.start({})
  const put = `insert into messages (id, client_id, subject, body, category, provider) values (7, (select min(id) from clients), '', '', 'otp', 'plain')`
  await ask(node, `insert into clients (contact) values ('+201009129288')`)
  await ask(node, put)
  await ask(
    node,
    `insert into due (message_id, lane, action, run_at, expires_at, owner) values (7, 'plain:otp', 'send', now(), now(), 41)`,
  )
  const drop = (owner: number): string =>
    `delete from due where ${IS_OWNERS.replace('$1', String(owner))} and message_id in (6, 7)`
  // Where both indexes look alike the planner takes either, or both.
  const plan = JSON.stringify(await ask(node, `explain ${drop(41)}`))
  expect(plan).not.toContain('due_owner')
  await ask(node, drop(40))
  expect(await ask(node, 'select message_id from due')).toHaveLength(1)
  await ask(node, drop(41))
  expect(await ask(node, 'select message_id from due')).toEqual([])
})
