import { setTimeout as delay } from 'node:timers/promises'
import type { Delivery } from './deliveries.ts'
import type { Pdu } from './pdu.ts'
import { nameOf, STATUSES } from './statuses.ts'

/** Who a deliver_sm can go to. */
export interface Receiver {
  /** The answer; null: the connection ended before it. */
  request(delivery: Delivery): Promise<Pdu | null>
}

/** What goes to those who are bound as receivers. */
export interface Outbox {
  /** Resolves with the command_status of the last answer. Waits while nobody is bound, and repeats what was refused for now. */
  deliver(systemId: string, delivery: Delivery): Promise<number>
  attach(systemId: string, receiver: Receiver): void
  detach(systemId: string, receiver: Receiver): void
  /** How often each status came back, by its name. */
  answers(): Readonly<Record<string, number>>
}

/** Refused for now: it is sent again. */
const FOR_NOW = new Set<number>([
  STATUSES.ESME_RSYSERR,
  STATUSES.ESME_RMSGQFUL,
  STATUSES.ESME_RTHROTTLED,
  STATUSES.ESME_RX_T_APPN,
])
const MOST_TRIES = 5

export function createOutbox(repeatMs: number, closing: AbortSignal): Outbox {
  const receivers = new Map<string, Receiver[]>()
  const waiting = new Map<string, ((receiver: Receiver) => void)[]>()
  const answers: Record<string, number> = {}

  function nextReceiver(systemId: string): Receiver | Promise<Receiver> {
    const bound = receivers.get(systemId) ?? []
    const [first] = bound
    if (first === undefined) {
      return new Promise((resolve) => waiting.set(systemId, [...(waiting.get(systemId) ?? []), resolve]))
    }
    // In turn.
    receivers.set(systemId, [...bound.slice(1), first])
    return first
  }

  async function deliver(systemId: string, delivery: Delivery): Promise<number> {
    for (let tried = 1; ;) {
      const receiver = await nextReceiver(systemId)
      const answer = await receiver.request(delivery)
      if (answer === null) continue
      const name = nameOf(answer.status)
      answers[name] = (answers[name] ?? 0) + 1
      if (!FOR_NOW.has(answer.status) || tried === MOST_TRIES) return answer.status
      tried += 1
      await delay(repeatMs, undefined, { signal: closing, ref: false }).catch(() => undefined)
    }
  }

  return {
    deliver,
    attach(systemId, receiver) {
      receivers.set(systemId, [...(receivers.get(systemId) ?? []), receiver])
      const ready = waiting.get(systemId) ?? []
      waiting.delete(systemId)
      for (const resolve of ready) resolve(receiver)
    },
    detach(systemId, receiver) {
      const others = (receivers.get(systemId) ?? []).filter((other) => other !== receiver)
      receivers.set(systemId, others)
    },
    answers: () => ({ ...answers }),
  }
}
