import { createTidings, type Schema, type Tidings } from '../client/tidings.ts'
import { LINES } from './option-values.ts'
import { serverAddress } from './server-address.ts'
import { EXIT, type ExitCode, type Surroundings } from './command.ts'
import { painted, plain } from './words.ts'

/** The service a command talks to. */
export function connect(at: Surroundings): Tidings {
  return createTidings(serverAddress(at))
}

/** One message in a line: id, when it was accepted (UTC), to whom, and whether the person has it. */
export function lineOf(sms: Schema<'Sms'>, at: Surroundings): string {
  const id = String(sms.message_id).padStart(6)
  const contact = plain(sms.contact).padEnd(15)
  return `${painted(id, 'bold', at)}  ${painted(timeOf(sms.created_at), 'dim', at)}  ${contact}  ${plain(sms.verdict)}`
}

/** The same of a push. */
export function pushLineOf(push: Schema<'Notification'>, at: Surroundings): string {
  const id = String(push.notification_id).padStart(6)
  return `${painted(id, 'bold', at)}  ${painted(timeOf(push.created_at), 'dim', at)}  ${plain(push.title)}: ${countsOf(push)}`
}

/** How many of its targets stand where: `2 sent, 1 failed`. */
export function countsOf({ counts }: { readonly counts: Readonly<Record<string, number>> }): string {
  const parts = Object.entries(counts).map(([status, count]) => `${count.toLocaleString('en')} ${status}`)
  return parts.length === 0 ? 'no targets' : parts.join(', ')
}

/** `words` without those that are terms with a minus before them, `-status:delivered`, which would be taken for options. */
export function splitQuery(words: readonly string[]): {
  readonly options: readonly string[]
  readonly negated: string[]
} {
  const isTerm = (word: string): boolean => /^-[^-].*:/.test(word)
  return { options: words.filter((word) => !isTerm(word)), negated: words.filter(isTerm) }
}

/** A line each, up to `limit`, and whether there are more. */
export async function sayAll<Item>(
  items: AsyncIterable<Item>,
  toLine: (item: Item) => string,
  limit: number,
  at: Surroundings,
  none = 'Nothing was found.',
): Promise<ExitCode> {
  let count = 0
  for await (const item of items) {
    if (count === limit) {
      const more = Math.min(limit * 10, LINES.most)
      at.tell(more > limit ? `There are more; --limit ${more} shows more of them.` : 'There are more.')
      return EXIT.fine
    }
    await at.say(`${toLine(item)}\n`)
    count += 1
  }
  if (count === 0) at.tell(none)
  return EXIT.fine
}

/** To the second; as the API writes it, but for the T. */
export function timeOf(time: string): string {
  return time.slice(0, 19).replace('T', ' ')
}
