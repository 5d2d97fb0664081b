import { expect, onTestFinished, test } from 'vitest'
import { openPeer } from './providers/smpp/stage.ts'
import { createTestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode } from './support/whole-node.ts'

test('a receipt that can not be read is taken, counted, and told where an operator looks', async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const peer = await openPeer(() => ({ message_id: '17' }))
  const node = await startWholeNode(database.url, {
    AUTH: 'off',
    SMPP_URL: `smpp://look-alike:secret08@127.0.0.1:${peer.port}`,
  })
  onTestFinished(() => node.app.stop())
  const session = await until(
    () => peer.sessions.find(() => peer.all.some(({ command }) => command.startsWith('bind'))) ?? null,
  )
  const answered = new Promise<number>((resolve) =>
    session.deliver_sm({ esm_class: 4, short_message: 'what is this' }, ({ command_status }) =>
      resolve(command_status),
    ),
  )
  expect(await answered).toBe(0)
  const metrics = await (await fetch(`${node.url}/metrics`)).text()
  expect(metrics).toContain('tidings_receipts_unreadable_total{provider="smpp"} 1')
  const { checks } = (await (await fetch(`${node.url}/readyz?verbose`)).json()) as { checks: { check: string }[] }
  expect(checks.find(({ check }) => check === 'unreadable.smpp')).toMatchObject({
    state: 'warn',
    what: 'One receipt of smpp in the last 72 hours could not be read.',
  })
  expect(node.lines.join('')).not.toContain('what is this')
})
