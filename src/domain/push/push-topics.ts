import type { FaultDetail } from '../errors.ts'
import type { PushTarget } from '../provider.ts'

/** Letters of a topic's name. Source: firebase-admin's topic pattern; 900 is the limit of the Android SDK's. */
const TOPIC = /^[a-zA-Z0-9-_.~%]{1,900}$/

/** Source: Firebase Cloud Messaging, "Send messages to topics": up to five topics in a conditional expression. */
export const MOST_CONDITION_TOPICS = 5

/** Characters. FCM publishes none: it is what our index of addresses takes, and five names of 350 fit. */
export const LONGEST_CONDITION = 2_000

/** What JSON takes for white space; whether FCM takes more is not known. */
const BLANK = /[ \t\r\n]/

/** Parentheses and `!` inside each other: more has no use, and would cost the reader its stack. */
const DEEPEST = 32

/** An address that FCM knows the devices of. */
export type Broadcast = Extract<PushTarget, { readonly kind: 'topic' | 'condition' }>

/** What a condition names. */
export interface Condition {
  /** In order, as often as each is named. */
  readonly topics: readonly string[]
  /** It has a `!`: it may reach devices that follow none of its topics. */
  readonly negates: boolean
}

/** A topic's bare name, or null. `/topics/news`, as FCM's old API wrote it, is `news`. */
export function parseTopic(text: string): string | null {
  const name = text.startsWith('/topics/') ? text.slice('/topics/'.length) : text
  return TOPIC.test(name) ? name : null
}

/** What a stored address is: a condition has quotes, which no topic has. */
export function broadcastOf(address: string): Broadcast {
  return { kind: isCondition(address) ? 'condition' : 'topic', value: address }
}

/** Whether a stored address is a condition. */
export function isCondition(address: string): boolean {
  return address.includes("'")
}

/** Every topic that an address names, and whether it may reach others besides; a condition that was checked before. */
export function topicsOf(address: string): Condition {
  if (!isCondition(address)) return { topics: [address], negates: false }
  const condition = parseCondition(address)
  if ('topics' in condition) return condition
  throw new Error('a condition was let through unchecked')
}

/**
 * Reads `'a' in topics && ('b' in topics || !('c' in topics))`. FCM takes what stands in parentheses first and the rest from left to right;
 * it is passed on as it was written. Source: Firebase Cloud Messaging, "Send messages to topics".
 */
export function parseCondition(text: string): Condition | FaultDetail {
  if (text.length > LONGEST_CONDITION) return fault(`has at most ${LONGEST_CONDITION.toLocaleString('en')} characters.`)
  const bare = parseTopic(text)
  if (bare !== null) return { ...fault('names its topics in quotes.'), suggestion: `'${bare}' in topics` }
  const reader = createReader(text)
  const problem = readExpression(reader, 0)
  if (problem !== null) return fault(problem)
  if (!reader.atEnd()) return fault(`wants && or || at character ${reader.place()}.`)
  if (reader.topics.length > MOST_CONDITION_TOPICS) {
    return fault(`names ${reader.topics.length} topics; FCM takes ${MOST_CONDITION_TOPICS}.`)
  }
  return { topics: reader.topics, negates: reader.negates() }
}

function fault(complaint: string): FaultDetail {
  return { path: 'condition', message: `A condition ${complaint}` }
}

interface Reader {
  readonly topics: string[]
  /** Takes what stands here, white space before it aside; null: something else does. */
  take(token: RegExp): string | null
  negate(): void
  negates(): boolean
  atEnd(): boolean
  /** The place of what comes next, from 1 on. */
  place(): number
}

function createReader(text: string): Reader {
  let [at, negates] = [0, false]
  const skip = (): void => {
    while (BLANK.test(text.charAt(at))) at += 1
  }
  return {
    topics: [],
    take(token) {
      skip()
      const [, taken = null] = token.exec(text.slice(at)) ?? []
      at += taken?.length ?? 0
      return taken
    },
    negate: () => void (negates = true),
    negates: () => negates,
    atEnd() {
      skip()
      return at === text.length
    },
    place() {
      skip()
      return at + 1
    },
  }
}

/** Null when all is well, else how the sentence goes on. */
function readExpression(reader: Reader, depth: number): string | null {
  for (;;) {
    const problem = readTerm(reader, depth)
    if (problem !== null) return problem
    if (reader.take(/^(&&|\|\|)/) === null) return null
  }
}

function readTerm(reader: Reader, depth: number): string | null {
  if (depth > DEEPEST) return `is nested more than ${DEEPEST} levels deep.`
  if (reader.take(/^(!)/) !== null) {
    reader.negate()
    return readTerm(reader, depth + 1)
  }
  if (reader.take(/^(\()/) === null) return readTopic(reader)
  const problem = readExpression(reader, depth + 1)
  if (problem !== null) return problem
  return reader.take(/^(\))/) === null ? `wants ) at character ${reader.place()}.` : null
}

function readTopic(reader: Reader): string | null {
  const place = reader.place()
  const quoted = reader.take(/^('[^']*')/)
  if (quoted === null) return `wants a topic such as 'news' in topics at character ${place}.`
  const name = quoted.slice(1, -1)
  if (!TOPIC.test(name)) return `names no topic at character ${place}: letters, digits and - _ . ~ % make one.`
  if (reader.take(/^(in[ \t\r\n]+topics)(?![\w-])/) === null) return `wants "in topics" at character ${reader.place()}.`
  reader.topics.push(name)
  return null
}
