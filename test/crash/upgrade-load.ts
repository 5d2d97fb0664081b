import type { Bench } from './bench.ts'
import type { Context } from './experiment.ts'
import { sendAll } from './loader.ts'
import { makePlan, makePush, type Call } from './plan.ts'

export interface UpgradeLoad {
  readonly sms: number
  /** Of each push. */
  readonly tokens: number
  readonly overMs: number
}

const PUSH_EVERY_MS = 6_000
/** How far ahead, for a replacement lies between call and sending. */
const AHEAD_MS = 20_000
/** One in so many calls names a time. */
const SCHEDULED = 8

/** SMS of all kinds and pushes of several chunks, some of either for later. Resolves when all calls have come to an end. */
export async function loadForUpgrade(
  { journal, chance }: Bench,
  { seed }: Context,
  url: string,
  { sms, tokens, overMs }: UpgradeLoad,
): Promise<void> {
  const began = Date.now()
  const plan = makePlan({ seed, sms, overMs, tokens: 0, chance: chance('plan') })
  const pushes = Array.from({ length: Math.floor(overMs / PUSH_EVERY_MS) }, (_, number) => {
    const names = Array.from({ length: tokens }, (_name, token) => `upgrade-${seed}-${number}-${token}`)
    return makePush(`upgrade push ${seed} ${number}`, names, number * PUSH_EVERY_MS)
  })
  const calls = [...later(plan, SCHEDULED, began), ...later(pushes, 3, began)].toSorted((a, b) => a.atMs - b.atMs)
  await sendAll({ calls, urls: [url], journal, senders: 1, chance: chance('loader'), now: () => Date.now() })
}

/** One in `every` leaves later; what must not be doubled stays as it is. */
function later(calls: readonly Call[], every: number, began: number): Call[] {
  return calls.map((call, index) =>
    index % every === every - 1 ? scheduled(call, began + call.atMs + AHEAD_MS) : call,
  )
}

/** The same call, for then (milliseconds since 1970). */
export function scheduled(call: Call, at: number): Call {
  const body = JSON.parse(call.body) as object
  return { ...call, body: JSON.stringify({ ...body, send_at: new Date(at).toISOString() }) }
}
