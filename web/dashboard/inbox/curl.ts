import type { Item } from './item.ts'

const EXAMPLES = {
  sms: { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' },
  push: { tokens: ['first-device'], title: 'Parcel', body: 'It has arrived' },
}

/** A line for bash that sends a first message of this kind. */
export function firstLine(origin: string, channel: 'sms' | 'push'): string {
  return post(`${origin}${channel === 'sms' ? '/smss' : '/notifications/tokens'}`, EXAMPLES[channel])
}

/** A line for bash that sends the same once more; for a push to several devices, one that lists them. */
export function sameAgain(origin: string, item: Item): string {
  const { channel, to, topic, title, body, tag } = item
  const tagged = tag === null ? {} : { tag }
  if (channel === 'sms') return post(`${origin}/smss`, { contact: to, subject: title, message: body, ...tagged })
  const push = {
    title,
    body,
    ...(item.image === null ? {} : { image: item.image }),
    ...(item.data === null ? {} : { data: item.data }),
  }
  // A condition has quotes, which no topic has.
  const address = topic?.includes("'") === true ? { condition: topic } : { topic }
  if (topic !== null) return post(`${origin}/notifications/topic`, { ...address, ...push, ...tagged })
  if (to !== null) return post(`${origin}/notifications/tokens`, { tokens: [to], ...push, ...tagged })
  return `curl ${origin}/notifications/${item.id.replace(/^push_/, '')}/deliveries`
}

/** A line for bash that waits for the next message to the same recipient. Null where it has none of its own. */
export function waitForNext(origin: string, { to, code }: Item): string | null {
  if (to === null) return null
  const query = new URLSearchParams({ to, ...(code === null ? {} : { extract: 'code' }) })
  return `curl ${quoted(`${origin}/inbox/wait?${query.toString()}`)}`
}

/** A line for bash that posts this as JSON. */
export function post(url: string, body: object): string {
  return `curl ${url} \\\n  -H 'content-type: application/json' \\\n  -d ${quoted(onOneLine(body))}`
}

/** JSON with spaces between its parts. A line break in it is never a value's own: there it is escaped. */
function onOneLine(body: object): string {
  return JSON.stringify(body, null, 1)
    .replaceAll(/([{[])\n */g, '$1')
    .replaceAll(/\n *([}\]])/g, '$1')
    .replaceAll(/\n */g, ' ')
}

/** For a POSIX shell: within single quotes nothing but the quote itself means anything. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
