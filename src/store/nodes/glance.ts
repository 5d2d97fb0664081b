import { texts } from '../arrays.ts'
import type { Db } from '../db.ts'
import { MAY_GO_ON } from '../push/push-work.ts'
import type { PauseScope } from './read-pauses.ts'

/** What holds a node back now, and what there is for it to do. */
export interface Glance {
  readonly pauses: readonly PauseScope[]
  /** Notifications that are paused by themselves. */
  readonly pushes: readonly number[]
  /** Its chunks whose push was cancelled. */
  readonly cancelled: readonly number[]
  /** An SMS is due in one of the lanes, and nobody's. */
  readonly sms: boolean
  /** The same of a chunk of a push. */
  readonly push: boolean
  /** A provider is to be asked what became of a message. */
  readonly asks: boolean
  /** It is time to see whether an SMS stands in for a push. */
  readonly fallbacks: boolean
  /** Others run, or left something behind when they ended. */
  readonly neighbours: boolean
  /** A webhook is enabled: what happens is for somebody. */
  readonly webhooks: boolean
}

/** Those that a node looks after. */
export interface GlanceLanes {
  readonly sms: readonly string[]
  readonly push: readonly string[]
  /** Of providers that can be asked. */
  readonly asked: readonly string[]
}

/**
 * Every node asks twice a second, instead of each of its parts by itself: a few small indexes are looked into, and mostly nothing is in any.
 * It locks nothing and takes nothing.
 */
export async function readGlance(db: Db, owner: number, lanes: GlanceLanes): Promise<Glance> {
  const { rows } = await db.query<{ [part in keyof Glance]?: Glance[part] | null }>({
    name: 'glance',
    text: GLANCE,
    values: [owner, texts(lanes.sms), texts(lanes.push), texts(lanes.asked)],
  })
  const [read] = rows
  return {
    pauses: read?.pauses ?? [],
    pushes: read?.pushes ?? [],
    cancelled: read?.cancelled ?? [],
    sms: read?.sms ?? false,
    push: read?.push ?? false,
    asks: read?.asks ?? false,
    fallbacks: read?.fallbacks ?? false,
    neighbours: read?.neighbours ?? true,
    webhooks: read?.webhooks ?? false,
  }
}

const GLANCE = `
select (select jsonb_agg(jsonb_build_object('provider', nullif(provider, '*'), 'category', nullif(category, '*')) order by provider, category)
    from pauses) as pauses,
  (select array_agg(notification_id order by notification_id) from paused_pushes) as pushes,
  (select array_agg(id order by id) from push_chunks where owner = $1 and cancelled_at is not null and done_at is null) as cancelled,
  exists (select from unnest($2::text[]) as l (lane) cross join lateral (
    select from due where lane = l.lane and action = 'send' and owner is null and run_at <= now() limit 1) as d) as sms,
  exists (select from unnest($3::text[]) as l (lane) cross join lateral (
    select from push_chunks k where lane = l.lane and owner is null and done_at is null and run_at <= now() and ${MAY_GO_ON} limit 1) as d) as push,
  exists (select from unnest($4::text[]) as l (lane) cross join unnest(array['reconcile', 'poll']) as a (action) cross join lateral (
    select from due where lane = l.lane and action = a.action and owner is null and run_at <= now() limit 1) as d) as asks,
  exists (select from fallbacks where state = 'waiting' and due_at <= now()) as fallbacks,
  exists (select from nodes where id <> $1 and emptied_at is null) as neighbours,
  exists (select from webhooks where deleted_at is null and disabled_at is null) as webhooks`
