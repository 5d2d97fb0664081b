import { setImmediate as nextTurn } from 'node:timers/promises'
import { pino } from 'pino'
import type { Outcome } from '../../src/domain/provider.ts'
import { createCancels } from '../../src/flows/sending/cancel.ts'
import { createErasing } from '../../src/flows/past/erase.ts'
import { createPauses } from '../../src/flows/sending/pauses.ts'
import { createReceiptsFlow } from '../../src/flows/receipts/receipts.ts'
import { createResends } from '../../src/flows/sending/resend.ts'
import { scripted, type TestNode } from '../support/node.ts'
import type { TestNodes } from '../support/nodes.ts'

/** The real thing: a node on a Postgres, and a carrier that answers when it is told to. */
export interface Real {
  readonly node: TestNode
  readonly owed: Map<number, (outcome: Outcome) => void>
  /** How often each message was handed over. */
  readonly handed: Map<number, number>
  readonly cancels: ReturnType<typeof createCancels>
  readonly erasing: ReturnType<typeof createErasing>
  readonly pauses: ReturnType<typeof createPauses>
  readonly receipts: ReturnType<typeof createReceiptsFlow>
  readonly resends: ReturnType<typeof createResends>
}

export async function openReal(nodes: TestNodes): Promise<Real> {
  const owed: Real['owed'] = new Map()
  const handed: Real['handed'] = new Map()
  const provider = scripted(
    ({ messageId }) => {
      handed.set(messageId, (handed.get(messageId) ?? 0) + 1)
      return new Promise<Outcome>((resolve) => void owed.set(messageId, resolve))
    },
    { window: 64 },
  )
  const node = await nodes.start({ sms: [provider] })
  let elapsedMs = 0
  const sleep = async (ms: number): Promise<void> => {
    elapsedMs += ms
    await nextTurn()
  }
  const { db, delivery } = node
  const log = pino({ level: 'silent' })
  const providers = new Map([['scripted', provider]])
  return {
    node,
    owed,
    handed,
    cancels: createCancels(db),
    erasing: createErasing({ db, defaultCountry: null, monotonic: () => elapsedMs, sleep }),
    pauses: createPauses({ db, providers: ['scripted'], onChange: () => delivery.stopsChanged() }),
    receipts: createReceiptsFlow({ db, log, providers, chance: () => 0, wait: sleep, onMoved: () => undefined }),
    resends: createResends(db),
  }
}
