import type { Server } from './parts.ts'

/** Callers who wait for a provider's word. */
export interface Waits {
  /** `ask(waitMs)`, or, once the node is being closed, what is known at that moment: nobody holds up a stop. */
  until<Answer>(ask: (waitMs: number) => Promise<Answer>, waitMs: number): Promise<Answer>
}

export function createWaits(app: Server): Waits {
  const waiting = new Set<() => void>()
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    for (const giveUp of waiting) giveUp()
    done()
  })
  return {
    until: (ask, waitMs) => {
      if (closing) return ask(0)
      return new Promise((resolve, reject) => {
        const giveUp = (): void => void ask(0).then(resolve, reject)
        waiting.add(giveUp)
        const over = (): void => void waiting.delete(giveUp)
        ask(waitMs).finally(over).then(resolve, reject)
      })
    },
  }
}
