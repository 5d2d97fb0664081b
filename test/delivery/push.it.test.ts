import { expect, test } from 'vitest'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome, PushProvider, PushTarget } from '../../src/domain/provider.ts'
import type { NewNotification } from '../../src/store/push/notifications.ts'
import { countOutcomes } from '../../src/store/push/notifications.ts'
import { upsertTokens } from '../../src/store/push/tokens.ts'
import { ACCEPTED, ask, refused, type TestNode } from '../support/node.ts'
import { notification } from '../support/notification.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const { start, kill } = useNodes()

function scriptedPush(answer: (target: PushTarget) => Outcome | Promise<Outcome>, window = 200): PushProvider {
  return {
    name: 'scripted',
    window,
    async submitMany(_content, targets, onOutcome) {
      await Promise.all(targets.map(async (target, index) => onOutcome(index, await answer(target))))
    },
    async *check() {},
    close: async () => undefined,
  }
}

function push(tokenIds: readonly number[], more: Partial<NewNotification> = {}): Omit<NewNotification, 'held'> {
  return notification({ tokenIds, ...more })
}

async function tokens(node: TestNode, count: number): Promise<number[]> {
  const names = Array.from({ length: count }, (_, index) => `token-${index}`)
  const ids: number[] = []
  for (let from = 0; from < count; from += 5000) {
    const some = names.slice(from, from + 5000)
    ids.push(
      ...(
        await upsertTokens(
          node.db,
          some.map(() => 'token'),
          some,
        )
      ).map((token) => token.id),
    )
  }
  return ids
}

async function settledCounts(node: TestNode, id: number | undefined): Promise<Record<string, number>> {
  return until(async () => {
    const found = await countOutcomes(node.db, id ?? 0)
    return found?.pending === 0 && found.counts
  })
}

test('every target of a push is submitted once and has its row in the end', async () => {
  const seen: string[] = []
  const node = await start({ push: [scriptedPush((target) => (seen.push(target.value), ACCEPTED))] })
  for (const count of [1, 999, 2500]) {
    seen.length = 0
    const ids = await tokens(node, count)
    const made = await node.delivery.intake.addPush(push(ids))
    expect(await settledCounts(node, made?.id)).toEqual({ sent: count })
    expect(new Set(seen).size).toBe(count)
    expect(seen).toHaveLength(count)
    const rows = await ask(
      node,
      `select token_id from tokennotifications where notification_id = $1 and status = 'sent'`,
      [made?.id],
    )
    expect(rows).toHaveLength(count)
  }
})

test('a dead token is retired and not sent to again, until it is named after seven days', async () => {
  let submitted = 0
  const node = await start({
    push: [
      scriptedPush(() => (submitted++, refused(failure('recipient-gone', 'unregistered', { code: 'UNREGISTERED' })))),
    ],
  })
  const made = await node.delivery.intake.addPush(push(await tokens(node, 1)))
  expect(await settledCounts(node, made?.id)).toEqual({ failed: 1 })
  const [again] = await upsertTokens(node.db, ['token'], ['token-0'])
  expect(again?.suppressed).toBe('unregistered')
  await node.db.query(`update tokens set retired_at = now() - interval '8 days'`)
  const [later] = await upsertTokens(node.db, ['token'], ['token-0'])
  expect(later?.suppressed).toBe(null)
  expect(submitted).toBe(1)
})

test('a wave of dead tokens does not wipe the list', async () => {
  const node = await start({ push: [scriptedPush(() => refused(failure('recipient-gone', 'unregistered')), 100)] })
  const made = await node.delivery.intake.addPush(push(await tokens(node, 1500)))
  expect(await settledCounts(node, made?.id)).toEqual({ failed: 1500 })
  const rows = await ask(node, `select id from tokens where retired_at is not null`)
  expect(rows.length).toBeGreaterThanOrEqual(500)
  expect(rows.length).toBeLessThan(1000)
})

test('a wave of tokens that are another’s does not mark the whole list, and is told', async () => {
  const wrong = refused(failure('permanent', 'sender_mismatch', { address: 'mismatch' }))
  const kept: number[] = []
  const ways = { onTokensKept: (share: number) => void kept.push(share) }
  const node = await start({ push: [{ ...scriptedPush(() => wrong, 100), project: 'another' }], ways })
  const made = await node.delivery.intake.addPush(push(await tokens(node, 1500)))
  expect(await settledCounts(node, made?.id)).toEqual({ failed: 1500 })
  const rows = await ask(node, 'select id from tokens where wrong_project is not null')
  expect(rows.length).toBeGreaterThanOrEqual(500)
  expect(rows.length).toBeLessThan(1000)
  expect(kept).toEqual([1])
})

test('targets worth another try move on by themselves; the rest is not sent twice', async () => {
  const tries = new Map<string, number>()
  const node = await start({
    push: [
      scriptedPush((target) => {
        const count = (tries.get(target.value) ?? 0) + 1
        tries.set(target.value, count)
        return Number(target.value.slice(6)) % 10 === 0 && count === 1
          ? refused(failure('transient', 'busy', { waitsMs: [50] }))
          : ACCEPTED
      }),
    ],
  })
  const made = await node.delivery.intake.addPush(push(await tokens(node, 300)))
  expect(await settledCounts(node, made?.id)).toEqual({ sent: 300 })
  expect([...tries.values()].filter((count) => count === 2)).toHaveLength(30)
  expect([...tries.values()].reduce((sum, count) => sum + count)).toBe(330)
})

test('a topic is one target, and is not broadcast twice when its answer was lost', async () => {
  const seen: PushTarget[] = []
  const node = await start({
    push: [scriptedPush((target) => (seen.push(target), refused(failure('uncertain', 'timeout'))))],
  })
  const made = await node.delivery.intake.addPush(push([], { topic: 'news', onUncertain: 'fail' }))
  expect(await settledCounts(node, made?.id)).toEqual({ uncertain: 1 })
  expect(seen).toEqual([{ kind: 'topic', value: 'news' }])
  const { rows } = await node.db.query(`select reason from push_chunks`)
  expect(rows).toEqual([{ reason: 'timeout' }])
})

test('a node that dies in the middle of a push doubles at most its window, and marks it', async () => {
  const first: string[] = []
  const stuck = await start({
    push: [
      scriptedPush(
        (target) => (first.push(target.value), first.length > 350 ? new Promise(() => undefined) : ACCEPTED),
        100,
      ),
    ],
  })
  const made = await stuck.delivery.intake.addPush(push(await tokens(stuck, 1000)))
  await until(() => first.length >= 400)
  await until(async () => ((await countOutcomes(stuck.db, made?.id ?? 0))?.counts['sent'] ?? 0) >= 300)
  await kill(stuck)
  const second: string[] = []
  const healthy = await start({ push: [scriptedPush((target) => (second.push(target.value), ACCEPTED), 100)] })
  expect(await settledCounts(healthy, made?.id)).toEqual({ sent: 1000 })
  const doubled = second.filter((token) => first.includes(token))
  expect(doubled.length).toBeLessThanOrEqual(100)
  expect(new Set([...first, ...second]).size).toBe(1000)
  const rows = await ask(
    healthy,
    `select t.token from tokennotifications n join tokens t on t.id = n.token_id where n.uncertain_attempts > 0`,
  )
  const marked = new Set(rows.map((row) => row['token']))
  expect(doubled.filter((token) => !marked.has(token))).toEqual([])
})

test('a push whose validity ends while its provider is paused ends all the same', async () => {
  let submitted = 0
  const quota = failure('throttled', 'quota_exceeded', { waitMs: 3_600_000 })
  const node = await start({ push: [scriptedPush(() => (submitted++, refused(quota)))] })
  await node.delivery.intake.addPush(push(await tokens(node, 1)))
  await until(() => submitted === 1)
  const made = await node.delivery.intake.addPush(push(await tokens(node, 2), { validitySeconds: 1 }))
  expect(await settledCounts(node, made?.id)).toEqual({ expired: 2 })
  expect(submitted).toBe(1)
})

test('a node that sleeps past its lease and wakes doubles at most its window, and nothing of what it had not yet written', async () => {
  const written: string[] = []
  const sleep = { begins: () => undefined as void, ms: 0 }
  const asleep = new Promise<void>((resolve) => (sleep.begins = resolve))
  const wake = { now: () => undefined as void }
  const awake = new Promise<void>((resolve) => (wake.now = resolve))
  // Its pace lets fifty go; before they are answered the process is stopped, in the middle of its window.
  const paced: PushProvider = {
    ...scriptedPush(() => ACCEPTED, 100),
    async submitMany(_content, targets, onOutcome, _signal, gate) {
      const answers: Outcome[] = []
      for (const target of targets) {
        if (written.length === 50) {
          sleep.begins()
          await awake
        }
        const closed = gate()
        if (closed === null) written.push(target.value)
        answers.push(closed === null ? ACCEPTED : refused(closed))
      }
      answers.forEach((answer, index) => onOutcome(index, answer))
    },
  }
  const node = await start({ push: [paced], now: () => performance.now() + sleep.ms })
  const made = await node.delivery.intake.addPush(push(await tokens(node, 300)))
  await asleep
  const before = node.delivery.lease.owner()
  sleep.ms = 31_000
  const other = await start({ now: () => performance.now() + sleep.ms })
  sleep.ms = 62_000
  await until(async () => {
    await other.db.query(`update nodes set heartbeat_at = now() - interval '31 seconds' where id = $1`, [before])
    await other.delivery.lease.reap()
    return (await ask(other, `select from nodes where id = $1 and ended_at is not null`, [before])).length === 1
  })
  // It comes back as another node, and takes the same chunk again.
  await until(async () => {
    const owner = node.delivery.lease.owner()
    return owner !== before && (await ask(node, `select from push_chunks where owner = $1`, [owner])).length === 1
  })
  wake.now()
  await until(
    async () => (await ask(node, `update push_chunks set run_at = now() where attempt = 2 returning id`)).length === 1,
  )
  expect(await settledCounts(node, made?.id)).toEqual({ sent: 300 })
  const twice = written.filter((token, index) => written.indexOf(token) !== index)
  expect(new Set(written).size).toBe(300)
  expect(twice).toHaveLength(50)
  const marked = await ask(
    node,
    `select t.token from tokennotifications n join tokens t on t.id = n.token_id where n.uncertain_attempts > 0`,
  )
  expect(marked).toHaveLength(100)
  expect(twice.filter((token) => !marked.some((row) => row['token'] === token))).toEqual([])
})
