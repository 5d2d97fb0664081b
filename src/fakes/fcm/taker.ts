import { closeSync, openSync, writeSync } from 'node:fs'
import type { FakeSend } from './request.ts'

export interface Taker {
  /** `answer` is called with the message's name once its line is in the ledger. */
  take(send: FakeSend, answer: (name: string) => void): void
  readonly accepted: () => number
  close(): void
}

/** Gathers a tick's messages so that the ledger gets them in one write, all before any is answered. */
export function createTaker(projectId: string, ledger: string | undefined): Taker {
  const file = ledger === undefined ? null : openSync(ledger, 'a')
  let gathered: { readonly line: string; readonly answer: () => void }[] = []
  let accepted = 0

  function flush(): void {
    const batch = gathered
    gathered = []
    if (file !== null) writeSync(file, batch.map(({ line }) => line).join(''))
    for (const { answer } of batch) answer()
  }
  return {
    take(send, answer) {
      if (send.validateOnly) {
        answer(`projects/${projectId}/messages/fake_message_id`)
        return
      }
      accepted += 1
      const name = `projects/${projectId}/messages/0:${1_700_000_000_000_000 + accepted}%31bd1c9631bd1c96`
      if (gathered.length === 0) setImmediate(flush)
      gathered.push({ line: `${lineFor(send, name)}\n`, answer: () => answer(name) })
    },
    accepted: () => accepted,
    close() {
      if (file !== null) closeSync(file)
    },
  }
}

function lineFor(send: FakeSend, name: string): string {
  return JSON.stringify({ name, [send.kind]: send.target, id: send.data['tidings_id'] ?? null, body: send.body })
}
