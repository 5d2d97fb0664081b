import { CATEGORIES } from '../domain/category.ts'
import { laneOf, type Lane } from '../domain/lane.ts'
import { canBeAsked, type PushProvider, type SmsProvider } from '../domain/provider.ts'
import type { Glance, GlanceLanes } from '../store/nodes/glance.ts'
import { startLoop, type Loop, type LoopParts } from './loop.ts'
import type { StopsWatch } from './stops.ts'

/** One look for all parts of a node that would have to look again and again. */
export interface Look extends Loop {
  /** `run` is told each time what there is to do. */
  onSeen(run: (seen: Glance) => void): void
}

/** What was paused or cancelled is to be over within a second; what is due is noticed within 0.6 s. */
const LOOK_MS = 500

/** `claim`: takes what is due, in all lanes. One that only had its turn would be passed over where there was another shortly before. */
export function startLook(stops: Pick<StopsWatch, 'look'>, claim: () => void, parts: LoopParts): Look {
  const told: ((seen: Glance) => void)[] = [({ sms, push }) => void ((sms || push) && claim())]
  const loop = startLoop(
    'look',
    LOOK_MS,
    async () => {
      const seen = await stops.look()
      for (const run of told) run(seen)
    },
    parts,
  )
  return { ...loop, onSeen: (run) => void told.push(run) }
}

/** What a node with these providers looks after. */
export function lanesOf(sms: readonly SmsProvider[], push: readonly PushProvider[]): GlanceLanes {
  return { sms: sms.flatMap(lanes), push: push.flatMap(lanes), asked: sms.filter(canBeAsked).flatMap(lanes) }
}

function lanes({ name }: { readonly name: string }): Lane[] {
  return CATEGORIES.map((category) => laneOf(name, category))
}
