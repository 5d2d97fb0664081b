import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent } from 'undici'
import { post, type Posted } from '../post.ts'
import type { InboundText } from './inbound.ts'
import type { FakeMessage } from './message.ts'
import type { Step } from './script.ts'

export interface Webhooks {
  /** Tells one step of a message; resolves when that was taken or given up. Never rejects. */
  tell(message: FakeMessage, step: Step, copies: number): Promise<void>
  /** Hands on what somebody texted; what that was answered. Null: no answer came. */
  text(url: string, text: InboundText): Promise<Posted | null>
  close(): Promise<void>
}

const TRIES = 6

export function createWebhooks(secret: string, retryMs: number, now: () => Date, newId: () => string): Webhooks {
  const agent = new Agent({ connections: 32, pipelining: 1 })

  function send(url: string, event: Readonly<Record<string, string>>): Promise<Posted | null> {
    const body = JSON.stringify({ events: [event] })
    return post(agent, url, { 'content-type': 'application/json', 'x-signature': sign(secret, body) }, body)
  }

  async function deliver(url: string, event: Readonly<Record<string, string>>): Promise<void> {
    for (let tried = 0; tried < TRIES; tried += 1) {
      const answer = await send(url, event)
      if (answer !== null && answer.status < 300) return
      await delay(retryMs)
    }
  }

  return {
    async tell({ id, to, reference, callback }, { state, error }, copies) {
      if (callback === null) return
      const event = { id, to, state, at: now().toISOString(), ...(reference === null ? {} : { reference }) }
      const whole = error === undefined ? event : { ...event, error }
      await Promise.all(Array.from({ length: copies }, () => deliver(callback, whole)))
    },
    text: (url, { from, to, text, id }) => send(url, { id: id ?? newId(), from, to, text, at: now().toISOString() }),
    close: () => agent.destroy(),
  }
}

/** `sha256=` and the HMAC of the body, in hexadecimal. */
export function sign(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}
