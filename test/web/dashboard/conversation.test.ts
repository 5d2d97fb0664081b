import { expect, test } from 'vitest'
import { beginningOf, withChanges, withItems, withOlder } from '../../../web/dashboard/inbox/conversation.ts'
import { sms, thread } from './items.ts'

const BEGINNING = beginningOf(thread(sms(5), 3))

function ids({ items }: { readonly items: readonly { readonly id: string }[] }): readonly string[] {
  return items.map(({ id }) => id)
}

test('messages stand in their order, whatever order they come in', () => {
  expect(ids(withOlder(BEGINNING, [sms(4), sms(2)], null))).toEqual(['sms_2', 'sms_4', 'sms_5'])
  expect(ids(withItems(BEGINNING, [sms(7), sms(6)]))).toEqual(['sms_5', 'sms_6', 'sms_7'])
})

test('messages of others are left out', () => {
  expect(withItems(BEGINNING, [sms(6, { to: '+15005550006' })])).toBe(BEGINNING)
})

test('a change to a message that is not shown adds nothing', () => {
  expect(ids(withChanges(BEGINNING, [sms(1, { status: 'delivered' })]))).toEqual(['sms_5'])
})

test('a page that was on its way does not undo what was heard meanwhile', () => {
  const delivered = sms(5, { status: 'delivered', updated_at: '2026-01-05T15:00:00.000Z' })
  const heard = withChanges(BEGINNING, [delivered])
  expect(withOlder(heard, [sms(5), sms(4)], null).items.at(-1)?.status).toBe('delivered')
})

test('a flood to one recipient pushes the oldest out', () => {
  const flooded = withItems(
    BEGINNING,
    Array.from({ length: 1_000 }, (_, index) => sms(index + 10)),
  )
  expect(flooded.items).toHaveLength(200)
  expect(flooded.items.at(-1)?.id).toBe('sms_1009')
})
