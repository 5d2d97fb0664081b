import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerJson, bodyOf } from './listen-on.ts'
import { UsageError } from './usage.ts'

/** What can be asked for by its name; what it returns comes back under that name. */
export type Deeds = Readonly<Record<string, (wish: unknown) => unknown>>

/**
 * `POST /control` with `{"script": […]}` does what its names say, one after the other; `GET /control` only tells. Both are answered
 * with `facts()`, and with 400 where something is asked for that is not there.
 */
export async function answerControl(
  request: IncomingMessage,
  response: ServerResponse,
  deeds: Deeds,
  facts: () => Readonly<Record<string, unknown>>,
): Promise<void> {
  const text = (await bodyOf(request)).toString()
  try {
    const done = await perform(parseWishes(text), deeds)
    answerJson(response, 200, { ...facts(), ...done })
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    answerJson(response, 400, { error: error.message })
  }
}

export function parseWishes(text: string): Readonly<Record<string, unknown>> {
  if (text === '') return {}
  const wishes = parse(text)
  if (typeof wishes === 'object' && wishes !== null && !Array.isArray(wishes)) return { ...wishes }
  throw new UsageError('An object is wanted.')
}

async function perform(wishes: Readonly<Record<string, unknown>>, deeds: Deeds): Promise<Record<string, unknown>> {
  const unknown = Object.keys(wishes).find((name) => !Object.hasOwn(deeds, name))
  if (unknown !== undefined) {
    throw new UsageError(`There is no ${unknown} here. There are ${Object.keys(deeds).join(', ')}.`)
  }
  const done: Record<string, unknown> = {}
  for (const [name, wish] of Object.entries(wishes)) done[name] = await deeds[name]?.(wish)
  return done
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError('The body is not JSON.', { cause: error })
  }
}
