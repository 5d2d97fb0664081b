import { expect, test } from 'vitest'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome, PushProvider } from '../../src/domain/provider.ts'
import { countOutcomes } from '../../src/store/push/notifications.ts'
import { readToken } from '../../src/store/push/read-tokens.ts'
import { upsertTokens } from '../../src/store/push/tokens.ts'
import { ACCEPTED, ask, refused, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { notification } from '../support/notification.ts'
import { until } from '../support/until.ts'

const nodes = useNodes()

function answering(outcomes: Readonly<Record<string, Outcome>>): PushProvider {
  return {
    name: 'scripted',
    window: 200,
    async submitMany(_content, targets, onOutcome) {
      targets.forEach(({ value }, index) => onOutcome(index, outcomes[value] ?? ACCEPTED))
    },
    async *check() {},
    close: async () => undefined,
  }
}

async function pushTo(node: TestNode, ids: readonly number[]): Promise<void> {
  const made = await node.delivery.intake.addPush(notification({ tokenIds: ids }))
  await until(async () => (await countOutcomes(node.db, made?.id ?? 0))?.pending === 0)
}

test('when a device last took a push is told from its first day on, and written to its row once a day from the second on', async () => {
  const node = await nodes.start({ push: [answering({ 'new-dead': refused(failure('permanent', 'invalid')) })] })
  const names = ['new', 'new-dead', 'old']
  const ids = (await upsertTokens(node.db, ['token', 'token', 'token'], names)).map(({ id }) => id)
  await ask(node, `update tokens set created_at = now() - interval '25 hours' where token = 'old'`)
  const rows = (): Promise<unknown> =>
    ask(node, 'select token, last_ok_at is not null as written, xmin from tokens order by token')
  await pushTo(node, ids)
  const first = await rows()
  expect(first).toMatchObject([
    { token: 'new', written: false },
    { token: 'new-dead', written: false },
    { token: 'old', written: true },
  ])
  await pushTo(node, ids)
  expect(await rows()).toEqual(first)
  const told = await Promise.all(names.map(async (name) => (await readToken(node.db, name))?.lastOkAt instanceof Date))
  expect(told).toEqual([true, false, true])
})
