import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome, Receipt, SentPart } from '../../src/domain/provider.ts'
import { createReceiptsFlow, type ReceiptsFlow } from '../../src/flows/receipts/receipts.ts'
import { ask, message, type NodeOptions, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

export const LONG = { segments: 3, body: 'A long text' }
export const GONE = failure('permanent', 'unreachable', { status: 'undelivered' })

/** A node, and what it does with receipts. */
export interface Rig {
  readonly node: TestNode
  readonly receipts: ReceiptsFlow
  readonly lines: string[]
}

/** Each of them ends with its test. */
export function usePartRigs(): (options: NodeOptions) => Promise<Rig> {
  const nodes = useNodes()
  return async (options) => {
    const later: { receipts: ReceiptsFlow | null } = { receipts: null }
    const lines: string[] = []
    const node = await nodes.start({ ...options, onSettled: (settled) => later.receipts?.settled(settled) })
    const receipts = flowOn(node, lines)
    later.receipts = receipts
    return { node, receipts, lines }
  }
}

/** What another node does with receipts. */
export function flowOn({ db }: TestNode, lines: string[] = []): ReceiptsFlow {
  return createReceiptsFlow({
    db,
    log: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }),
    providers: new Map(),
    chance: () => 0,
    wait: (ms) => wait(ms),
    onMoved: () => undefined,
  })
}

export function part(number: number, total = 3, more: Partial<SentPart> = {}): SentPart {
  return { number, total, reference: 7, providerMessageId: `part-${number}`, ...more }
}

export function inParts(total = 3): Extract<Outcome, { kind: 'accepted' }> {
  return accepted(...Array.from({ length: total }, (_, index) => part(index + 1, total)))
}

export function accepted(...parts: readonly SentPart[]): Extract<Outcome, { kind: 'accepted' }> {
  return { kind: 'accepted', providerMessageId: parts[0]?.providerMessageId ?? null, status: 'sent', parts }
}

export function receipt(providerMessageId: string, status: Receipt['status'], more: Partial<Receipt> = {}): Receipt {
  return { provider: 'scripted', providerMessageId, attempt: null, status, failure: null, at: null, ...more }
}

export async function state(node: TestNode, id: number | null): Promise<Record<string, unknown>> {
  const [found] = await ask(
    node,
    `select m.status, m.reason, m.provider_message_id as theirs,
       (select jsonb_agg(a.status order by a.number) from attempts a where a.message_id = m.id) as attempts,
       (select jsonb_agg(p.number || ' ' || p.status order by p.attempt, p.number) from sms_parts p where p.message_id = m.id) as parts
     from messages m where m.id = $1`,
    [id],
  )
  return found ?? {}
}

export async function sent({ node }: Rig, more: Parameters<typeof message>[0] = {}): Promise<number> {
  const id = await node.delivery.intake.addSms(message(more))
  await until(async () => (await state(node, id))['status'] === 'sent')
  return id ?? 0
}
