import { request, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'

/** A call whose lines are sent one by one, and whose answer is read while it comes. */
export interface LineCall {
  send(...lines: readonly (string | object)[]): void
  /** As it stands, without an end of line. */
  write(text: string): void
  end(): void
  /** As if the wire had been cut. */
  cut(): void
  readonly answer: Promise<IncomingMessage>
  /** The next line of the answer; null: there is none. */
  next(): Promise<Record<string, unknown> | null>
  /** The lines that are left. */
  rest(): Promise<Record<string, unknown>[]>
}

export function openCall(url: string, headers: Record<string, string> = {}, method = 'POST'): LineCall {
  const call = request(url, { method, headers: { 'content-type': 'application/x-ndjson', ...headers } })
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve)
    call.once('error', reject)
  })
  answer.catch(() => undefined)
  let lines: AsyncIterator<string> | null = null

  async function next(): Promise<Record<string, unknown> | null> {
    lines ??= createInterface({ input: await answer })[Symbol.asyncIterator]()
    const line = await lines.next()
    return line.done === true ? null : (JSON.parse(line.value) as Record<string, unknown>)
  }

  call.flushHeaders()
  return {
    send: (...each) =>
      void call.write(each.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')),
    write: (text) => void call.write(text),
    end: () => void call.end(),
    cut: () => void call.destroy(),
    answer,
    next,
    async rest() {
      const all = []
      for (let line = await next(); line !== null; line = await next()) all.push(line)
      return all
    },
  }
}
