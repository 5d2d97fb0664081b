import type { SmsSettlement } from '../store/sms/sms-settle.ts'
import type { Detour, SmsWork } from '../store/sms/sms-work.ts'
import type { FlushedChunk, PushLane } from './push-lane.ts'
import type { SmsLane } from './sms-lane.ts'

/** What the ledger writes in one transaction. */
export interface Page {
  /** The owner mark when it was collected: however often it is repeated, it is written under this one. */
  readonly owner: number
  readonly sms: readonly SmsPage[]
  readonly push: readonly PushPage[]
}

export interface SmsPage {
  readonly lane: SmsLane
  readonly settlements: SmsSettlement[]
  readonly works: SmsWork[]
  readonly spilt: { readonly works: SmsWork[]; readonly waitMs: number } | null
  /** Let go of for another provider. */
  readonly detours: Detour[]
}

export interface PushPage {
  readonly lane: PushLane
  readonly flushed: FlushedChunk[]
  readonly spilt: number[]
}

export function isEmpty(page: Page): boolean {
  return (
    page.sms.every(
      (p) => p.settlements.length === 0 && p.works.length === 0 && p.spilt === null && p.detours.length === 0,
    ) && page.push.every((p) => p.flushed.length === 0 && p.spilt.length === 0)
  )
}

/** The same page, row by row. */
export function split({ owner, sms, push }: Page): Page[] {
  const smsPage = (lane: SmsLane, some: Partial<SmsPage>): Page => ({
    owner,
    sms: [{ lane, settlements: [], works: [], spilt: null, detours: [], ...some }],
    push: [],
  })
  const pushPage = (lane: PushLane, some: Partial<PushPage>): Page => ({
    owner,
    sms: [],
    push: [{ lane, flushed: [], spilt: [], ...some }],
  })
  return [
    ...sms.flatMap((p) => [
      ...p.settlements.map((settlement) => smsPage(p.lane, { settlements: [settlement] })),
      ...p.works.map((work) => smsPage(p.lane, { works: [work] })),
      ...(p.spilt === null ? [] : [smsPage(p.lane, { spilt: p.spilt })]),
      ...p.detours.map((detour) => smsPage(p.lane, { detours: [detour] })),
    ]),
    ...push.flatMap((p) => [
      ...p.flushed.map((flushed) => pushPage(p.lane, { flushed: [flushed] })),
      ...(p.spilt.length === 0 ? [] : [pushPage(p.lane, { spilt: p.spilt })]),
    ]),
  ]
}

/** Submissions that it starts. */
export function startsOf({ sms, push }: Page): number {
  const works = sms.reduce((sum, p) => sum + p.works.length, 0)
  return push.reduce((sum, p) => p.flushed.reduce((more, { flush }) => more + flush.to - flush.from, sum), works)
}
