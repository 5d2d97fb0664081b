import type { PushVariant } from '../../domain/push/push-part.ts'
import { payloadBytes } from '../../domain/push/push-size.ts'
import type { PushCaps } from './push-caps.ts'
import type { Looked } from './push-look-up.ts'
import type { PreparedPush, PushInput } from './push-call.ts'
import type { PlannedPush } from './push-plan.ts'
import { inWords } from './push-planning.ts'
import type { Wait } from '../sending/wait.ts'

/** Words of a push in one language, how many devices would have them, and their bytes as FCM counts them. */
export interface WordingReport extends PushVariant {
  readonly bytes: number
}

/** Empty: all would have the same words. */
export function reportWordings(input: PushInput, planned: PlannedPush | null): readonly WordingReport[] {
  return (planned?.variants ?? []).map((variant) => {
    const { locale: _locale, targets: _targets, template, ...words } = variant
    return { ...variant, bytes: payloadBytes(inWords(input, { ...words, origin: template })) }
  })
}

/** The words that all would have, or those of devices whose language is not known. */
export function usualWords(input: PushInput, planned: PlannedPush | null): PushInput {
  return planned === null || planned.words === null ? input : inWords(input, planned.words)
}

/** What would keep some of its devices waiting, by their times; null: all of them leave at the same one. */
export function partWaits(planned: PlannedPush | null, now: Date): readonly Wait[] | null {
  if (planned === null || planned.lastSendAt === null) return null
  const waits = new Map<string, { readonly at: Date; readonly isQuiet: boolean; devices: number }>()
  for (const [place, { leavesAt, isQuiet }] of planned.groups.entries()) {
    if (leavesAt === null) continue
    const key = `${leavesAt.getTime()} ${isQuiet}`
    const wait = waits.get(key) ?? { at: leavesAt, isQuiet, devices: 0 }
    wait.devices += planned.sizes[place] ?? 0
    waits.set(key, wait)
  }
  return [...waits.values()]
    .toSorted((one, other) => one.at.getTime() - other.at.getTime())
    .map(({ at, isQuiet, devices }) => toWait(devices, isQuiet, at.getTime() - now.getTime()))
}

function toWait(devices: number, isQuiet: boolean, ms: number): Wait {
  const whom = devices === 1 ? 'One device waits' : `${devices.toLocaleString('en')} devices wait`
  const seconds = Math.ceil(ms / 1_000)
  if (!isQuiet) return { reason: 'scheduled', message: `${whom} for the send_at.`, seconds }
  return { reason: 'quiet_hours', message: `${whom} for the end of their quiet hours.`, seconds }
}

/** Whom caps would leave out now, as a warning. Throws TidingsError where the database can't be asked. */
export async function foreseeCaps(
  caps: Pick<PushCaps, 'foresee'> | undefined,
  { ways, notification }: Pick<PreparedPush, 'ways' | 'notification'>,
  { recipients }: Pick<Looked, 'recipients'>,
): Promise<readonly string[]> {
  if (caps === undefined || ways.captured || recipients.length === 0) return []
  const { size } = await caps.foresee({ category: notification.category, recipients })
  if (size === 0) return []
  const whom = size === 1 ? 'One recipient has' : `${size.toLocaleString('en')} recipients have`
  return [`${whom} been sent as many as the caps allow, and would not get it.`]
}
