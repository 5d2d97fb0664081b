import { isCondition, topicsOf } from './push-topics.ts'

/** Whom a topic or a condition means, as it is worked out. */
export type TopicTree =
  | { readonly kind: 'topic'; readonly name: string }
  | { readonly kind: 'not'; readonly of: TopicTree }
  | { readonly kind: 'and' | 'or'; readonly left: TopicTree; readonly right: TopicTree }

const WORD = /'([^']*)'[ \t\r\n]*in[ \t\r\n]+topics|&&|\|\||[!()]/g

/**
 * Of an address that was checked before: what stands in parentheses first, `!` with what comes next, and the rest from left to right, as FCM
 * takes it: `&&` does not come before `||`. Source: Firebase Cloud Messaging, "Send messages to topics".
 */
export function topicTree(address: string): TopicTree {
  if (!isCondition(address)) return { kind: 'topic', name: address }
  topicsOf(address)
  const words = [...address.matchAll(WORD)]
  let at = 0

  function expression(): TopicTree {
    let left = term()
    for (let word = words[at]?.[0]; word === '&&' || word === '||'; word = words[at]?.[0]) {
      at += 1
      left = { kind: word === '&&' ? 'and' : 'or', left, right: term() }
    }
    return left
  }
  function term(): TopicTree {
    const [word, name] = words[at++] ?? []
    if (word === '!') return { kind: 'not', of: term() }
    if (name !== undefined) return { kind: 'topic', name }
    const inside = expression()
    at += 1
    return inside
  }
  return expression()
}
