import { expect, test } from 'vitest'
import type { TopicWish } from '../../src/domain/push/topics.ts'
import type { Db } from '../../src/store/db.ts'
import { readTopics } from '../../src/store/push/read-topics.ts'
import { upsertTokens } from '../../src/store/push/tokens.ts'
import {
  claimWishes,
  dropEmptyTopics,
  foldCounts,
  forgetEnded,
  forgetErased,
  settleWishes,
  type ClaimedWish,
  type SettledWish,
} from '../../src/store/push/topic-work.ts'
import { enterTopic, wishTopic } from '../../src/store/push/topics.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { ask, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'

const nodes = useNodes()

const LEASE_SECONDS = 120

function wish(db: Db, topic: string, what: TopicWish, tokenIds: readonly number[], way = 'fcm') {
  const devices = tokenIds.map((tokenId) => ({ tokenId, way }))
  return inTransaction(db, async (client) => wishTopic(client, await enterTopic(client, topic), what, devices))
}

const claim = (db: Db): Promise<readonly ClaimedWish[]> => claimWishes(db, ['fcm'], 1_000, LEASE_SECONDS)

const settle = (db: Db, claimed: readonly ClaimedWish[], end: SettledWish['end'] = 'done'): Promise<void> =>
  settleWishes(
    db,
    claimed.map((one) => ({ ...one, end, reason: null, waitSeconds: 0, counted: true })),
  )

const states = (node: TestNode) =>
  ask(node, 'select token_id as id, state, next_at is not null as waits from topic_subscriptions order by token_id')

const countsOf = async (db: Db): Promise<unknown> => (await readTopics(db, 10, 0)).map(({ counts }) => counts)

const none = { subscribing: 0, subscribed: 0, unsubscribing: 0, unsubscribed: 0, failed: 0 }

test('a later wish waits until the one under way has ended, and is what holds', async () => {
  const node = await nodes.start({})
  const { db } = node
  const [one] = await upsertTokens(db, ['token'], ['a'])
  const ids = [one?.id ?? 0]
  await wish(db, 'news', 'subscribe', ids)
  const first = await claim(db)
  expect(first).toMatchObject([{ topic: 'news', address: 'a', state: 'subscribing', tries: 0, isLast: false }])
  await wish(db, 'news', 'unsubscribe', ids)
  // Begun now, it might be told before the first one is.
  expect(await claim(db)).toEqual([])
  await settle(db, first)
  expect(await states(node)).toEqual([{ id: ids[0], state: 'unsubscribing', waits: true }])
  const second = await claim(db)
  expect(second).toMatchObject([{ state: 'unsubscribing' }])
  await settle(db, second)
  expect(await states(node)).toEqual([{ id: ids[0], state: 'unsubscribed', waits: false }])
  expect(await claim(db)).toEqual([])
})

test('what a node that died had begun is begun again once its time is over, and its late word does not count', async () => {
  const node = await nodes.start({})
  const { db } = node
  const ids = (await upsertTokens(db, ['token', 'token'], ['a', 'b'])).map(({ id }) => id)
  await wish(db, 'news', 'subscribe', ids)
  const lost = await claim(db)
  expect(lost).toHaveLength(2)
  expect(await claim(db)).toEqual([])
  await ask(node, `update topic_subscriptions set leased_until = now() - interval '1 second'`)
  const again = await claim(db)
  expect(again).toHaveLength(2)
  await settle(db, lost, 'failed')
  expect((await states(node)).map(({ state }) => state)).toEqual(['subscribing', 'subscribing'])
  await settle(db, again)
  expect((await states(node)).map(({ state }) => state)).toEqual(['subscribed', 'subscribed'])
})

test('counts are right whoever changes what, put together or not; what has ended is forgotten in time', async () => {
  const node = await nodes.start({})
  const { db } = node
  const ids = (await upsertTokens(db, ['token', 'token', 'token'], ['a', 'b', 'c'])).map(({ id }) => id)
  for (let times = 0; times < 4; times++) {
    await Promise.all(ids.map((id) => wish(db, 'news', times % 2 === 0 ? 'subscribe' : 'unsubscribe', [id])))
    await settle(db, await claim(db))
  }
  await wish(db, 'news', 'subscribe', ids.slice(0, 1))
  expect(await countsOf(db)).toEqual([{ ...none, subscribing: 1, unsubscribed: 2 }])
  expect(await foldCounts(db)).toBeGreaterThan(10)
  expect(await foldCounts(db)).toBe(0)
  expect(await countsOf(db)).toEqual([{ ...none, subscribing: 1, unsubscribed: 2 }])
  expect(await ask(node, 'select from topic_counts')).toHaveLength(2)

  expect(await forgetEnded(db)).toBe(0)
  await ask(node, `update topic_subscriptions set updated_at = now() - interval '31 days'`)
  expect(await forgetEnded(db)).toBe(2)
  expect(await countsOf(db)).toEqual([{ ...none, subscribing: 1 }])
  await ask(node, `update topics set created_at = now() - interval '2 days'`)
  await inTransaction(db, dropEmptyTopics)
  expect(await countsOf(db)).toHaveLength(1)
  await ask(node, 'delete from topic_subscriptions')
  await inTransaction(db, dropEmptyTopics)
  expect(await countsOf(db)).toEqual([])
})

test('what is captured leaves alone what FCM has been told', async () => {
  const node = await nodes.start({})
  const { db } = node
  const [one] = await upsertTokens(db, ['token'], ['a'])
  const ids = [one?.id ?? 0]
  await wish(db, 'news', 'subscribe', ids)
  await settle(db, await claim(db))
  expect(await wish(db, 'news', 'unsubscribe', ids, 'sandbox')).toMatchObject([{ state: 'subscribed', waits: false }])
  expect(await states(node)).toEqual([{ id: ids[0], state: 'subscribed', waits: false }])
  // The same wish again is carried out again: who was told by an app is not known here.
  expect(await wish(db, 'news', 'subscribe', ids)).toMatchObject([{ state: 'subscribing', waits: true }])
})

test('the address of an erased person is gone once FCM was told, or a day later', async () => {
  const node = await nodes.start({})
  const { db } = node
  const tokens = await upsertTokens(db, ['token', 'token', 'token'], ['a', 'b', 'c'])
  const ids = tokens.map(({ id }) => id)
  await wish(db, 'news', 'subscribe', ids)
  await settle(db, await claim(db))
  await ask(
    node,
    `update tokens set token = 'erased:' || id, retired_at = now(), retired_reason = 'erased' where token in ('a', 'b')`,
  )
  const claimed = await claim(db)
  const erased = { state: 'unsubscribing', isErased: true }
  expect(claimed).toHaveLength(2)
  for (const address of ['a', 'b']) expect(claimed).toContainEqual(expect.objectContaining({ address, ...erased }))
  await settle(db, claimed.slice(0, 1))
  await forgetErased(db)
  expect(await states(node)).toHaveLength(2)
  await ask(node, `update topic_subscriptions set wished_at = now() - interval '26 hours'`)
  await forgetErased(db)
  expect((await states(node)).map(({ state }) => state)).toEqual(['subscribed'])
})
