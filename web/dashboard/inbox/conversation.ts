import { laterOf, serialOf, threadOf, type Item, type Thread } from './item.ts'

/** What the phone shows. */
export interface Conversation {
  readonly key: string
  /** Oldest first, at least one. */
  readonly items: readonly Item[]
  /** Where older ones begin; null: there are none, or they are not known yet. */
  readonly earlier: string | null
  /** False while only the latest one is known. */
  readonly complete: boolean
}

/** Live ones push the oldest out beyond this; they can be asked for again. */
const MOST_ITEMS = 200

/** What is known of a thread before its messages are asked for. */
export function beginningOf({ key, last }: Thread): Conversation {
  return { key, items: [last], earlier: null, complete: false }
}

/** With these put in their places; what is of other threads is left out. */
export function withItems(conversation: Conversation, items: readonly Item[]): Conversation {
  const mine = items.filter((item) => threadOf(item) === conversation.key)
  if (mine.length === 0) return conversation
  const most = Math.max(MOST_ITEMS, conversation.items.length)
  return { ...conversation, items: merged(conversation.items, mine).slice(-most) }
}

/** With what is new about the ones it has. */
export function withChanges(conversation: Conversation, items: readonly Item[]): Conversation {
  const known = new Set(conversation.items.map(({ id }) => id))
  return withItems(
    conversation,
    items.filter(({ id }) => known.has(id)),
  )
}

/** With a page of older ones, or the first one. */
export function withOlder(conversation: Conversation, page: readonly Item[], earlier: string | null): Conversation {
  return { ...conversation, items: merged(conversation.items, page), earlier, complete: true }
}

function merged(items: readonly Item[], more: readonly Item[]): readonly Item[] {
  const byId = new Map(items.map((item) => [item.id, item]))
  for (const item of more) byId.set(item.id, laterOf(byId.get(item.id), item))
  return [...byId.values()].toSorted((one, other) => serialOf(one.id) - serialOf(other.id))
}
