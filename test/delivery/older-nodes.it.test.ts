import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import { createPauses } from '../../src/flows/sending/pauses.ts'
import { upsertTokens } from '../../src/store/push/tokens.ts'
import { notification } from '../support/notification.ts'
import { ask, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'

const nodes = useNodes()

/** From before nodes said what they know. */
const OLD = '0.1.0'

const PART = { variant: 0, leavesAt: null, zones: null, isQuiet: false }
const WORDS = { locale: 'de', template: 'greeting@1/de', title: 'Hallo', body: 'Guten Tag', targets: 1 }

async function tokenOn(node: TestNode): Promise<number> {
  const [token] = await upsertTokens(node.db, ['token'], ['a-token'])
  return token?.id ?? 0
}

async function sendInLanguages(node: TestNode): Promise<number | undefined> {
  const others = [{ provider: 'none', tokenIds: [await tokenOn(node)], part: PART }]
  const push = { ...notification({ provider: 'none' }), tokenIds: [], others, variants: [WORDS] }
  return (await node.delivery.intake.addPush(push))?.id
}

async function sendLong(node: TestNode, isLocal: boolean): Promise<number | null> {
  const { tokenIds: _, suppressed: __, ...push } = notification({ provider: 'none' })
  const part = isLocal ? { ...PART, variant: null, zones: ['Africa/Cairo'] } : null
  const chunks = [{ provider: 'none', part, blocks: [Float64Array.of(await tokenOn(node))] }]
  return node.delivery.intake.addLongPush({ notification: push, chunks, suppressed: new Map() })
}

async function count(node: TestNode, table: 'notifications' | 'paused_pushes'): Promise<unknown> {
  return (await ask(node, `select count(*)::integer as count from ${table}`))[0]?.['count']
}

test('a push in several languages, or by its devices’ clocks, is refused while an older node lives, others are taken', async () => {
  const [older, newer] = [await nodes.start({ version: OLD }), await nodes.start({})]
  const told: unknown = expect.stringContaining(OLD)
  const refusal = { code: 'upgrading', retryAfterSeconds: 10, message: told }
  await expect(sendInLanguages(newer)).rejects.toMatchObject(refusal)
  await expect(sendLong(newer, true)).rejects.toMatchObject(refusal)
  expect(await count(newer, 'notifications')).toBe(0)
  expect(await sendLong(newer, false)).toBeGreaterThan(0)
  await nodes.close(older)
  expect(await sendInLanguages(newer)).toBeGreaterThan(0)
  expect(await sendLong(newer, true)).toBeGreaterThan(0)
})

test('a push whose template has languages, while its devices all have one, is taken beside an older node', async () => {
  const [, newer] = [await nodes.start({ version: OLD }), await nodes.start({})]
  const push = notification({ provider: 'none', tokenIds: [await tokenOn(newer)], variants: [], lastSendAt: null })
  expect((await newer.delivery.intake.addPush(push))?.id).toBeGreaterThan(0)
})

test('an older node that is dead and was not declared so is waited for no longer than its lease', async () => {
  const [older, newer] = [await nodes.start({ version: OLD }), await nodes.start({})]
  await nodes.kill(older)
  await ask(
    newer,
    `update nodes set ended_at = null, heartbeat_at = now() - interval '31 seconds' where version = $1`,
    [OLD],
  )
  expect(await sendInLanguages(newer)).toBeGreaterThan(0)
})

test('one push can’t be paused beside a node that would go on with it, and can beside one that knows as much', async () => {
  const [older, newer] = [
    await nodes.start({ version: '0.1.0+0027_push_parts' }),
    await nodes.start({ version: '0.1.0+0028_paused_pushes' }),
  ]
  const pauses = createPauses({ db: newer.db, providers: [], onChange: () => undefined })
  const id = (await sendLong(newer, false)) ?? 0
  await expect(pauses.pausePush(id, ANYONE)).rejects.toMatchObject({ code: 'upgrading' })
  expect(await count(newer, 'paused_pushes')).toBe(0)
  // What that one knows is nothing to wait for.
  expect(await sendInLanguages(newer)).toBeGreaterThan(0)
  await nodes.close(older)
  await pauses.pausePush(id, ANYONE)
  expect(await count(newer, 'paused_pushes')).toBe(1)
})
