import type { Static } from 'typebox'
import type { InboxItem, InboxPlay, InboxThread } from '../../../src/contract/inbox.ts'

/** A message that was captured, SMS or push. */
export type Item = InboxItem

export type Attempt = Item['attempts'][number]

export type Status = Item['status']

/** What an SMS can be given to live through. */
export type Life = Static<typeof InboxPlay>['life']

/** Everything that one recipient got. */
export type Thread = Pick<InboxThread, 'key' | 'count' | 'last'>

/** Whose pushes went to more than one device, none of them alone. */
export const SEVERAL = 'several'

/** What a message's thread is called, in addresses too: a number, a token, `topic:news` or `several`. */
export function threadOf({ to, topic }: Pick<Item, 'to' | 'topic'>): string {
  if (to !== null) return to
  return topic === null ? SEVERAL : `topic:${topic}`
}

/** 12 of `sms_12`: grows with time within a channel. */
export function serialOf(id: string): number {
  return Number(id.slice(id.indexOf('_') + 1))
}

/** Of two readings of a message, the one that knows more. */
export function laterOf(one: Item | undefined, other: Item): Item {
  return one !== undefined && one.updated_at > other.updated_at ? one : other
}
