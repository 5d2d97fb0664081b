import type { AddressProjects } from '../../domain/push/push-ways.ts'
import { topicsOf } from '../../domain/push/push-topics.ts'
import { topicTree, type TopicTree } from '../../domain/push/topic-condition.ts'
import type { DbClient } from '../db.ts'
import { otherAddress, projectSql, type DevicePage } from './read-tokens.ts'

/** What is asked of the ledger. */
export interface TopicAsked {
  /** A topic or a condition, checked before. */
  readonly address: string
  readonly projects: AddressProjects
  /** Also what was captured, and stands here alone. */
  readonly captured: boolean
}

/**
 * Devices that were subscribed here to what an address means, and that can be sent to, by their rows above `after`; at most `limit` are looked at.
 * A page may have none though it is not the last. What a `!` means is looked for among all that were subscribed to anything.
 */
export async function selectSubscribers(
  db: DbClient,
  asked: TopicAsked,
  after: number,
  limit: number,
): Promise<DevicePage> {
  const { rows } = await db.query<{ place: number; meant: boolean; kind: 'token' | 'fid'; token: string }>(
    statement(asked, after, limit, 'select place, kind, token, meant from looked order by place'),
  )
  const devices = rows.filter(({ meant }) => meant).map(({ place, kind, token }) => ({ place, kind, token }))
  return { devices, next: rows.length < limit ? null : (rows.at(-1)?.place ?? null) }
}

/** How many of them such a page has; `next`: the row that the next one begins after, null: there is none. */
export async function countSubscribers(
  db: DbClient,
  asked: TopicAsked,
  after: number,
  limit: number,
): Promise<{ readonly count: number; readonly next: number | null }> {
  const { rows } = await db.query<{ count: number; looked: number; last: number | null }>(
    statement(
      asked,
      after,
      limit,
      'select count(*) filter (where meant)::integer as count, count(*)::integer as looked, max(place) as last from looked',
    ),
  )
  const { count, looked, last } = rows[0] ?? { count: 0, looked: 0, last: null }
  return { count, next: looked < limit ? null : last }
}

/** `select`: what is asked of `looked`, which has the devices that were looked at, and whether each is meant. */
function statement({ address, projects, captured }: TopicAsked, after: number, limit: number, select: string) {
  const { topics, negates } = topicsOf(address)
  const names = [...new Set(topics)]
  return {
    text: `
with named as materialized (
  select p.id from unnest($6::text[]) as n (name) join topics p on p.name = n.name
), candidates as materialized (
  ${negates ? ANYBODY : OF_THESE}
), looked as (
  select c.token_id as place, coalesce(f.kind, a.kind) as kind, coalesce(f.token, a.token) as token,
    a.sent_as is null and (a.retired_at is null or f.id is not null) and (a.wrong_project is null or a.wrong_project <> ${PROJECT})
      and (${sqlOf(topicTree(address), names)}) as meant
  from candidates c join tokens a on a.id = c.token_id ${otherAddress(PROJECT)}
)
${select}`,
    values: [after, limit, captured, projects.usual, JSON.stringify(projects.others), names],
  }
}

const PROJECT = projectSql('$4', '$5')

const FOLLOWS = `s.state in ('subscribing', 'subscribed') and ($3::boolean or s.way <> 'sandbox')`

const OF_THESE = `select distinct token_id from named n cross join lateral (
    select s.token_id from topic_subscriptions s where s.topic_id = n.id and s.token_id > $1 and ${FOLLOWS} order by s.token_id limit $2) s
  order by token_id limit $2`

const ANYBODY = `select distinct s.token_id from topic_subscriptions s where s.token_id > $1 and ${FOLLOWS} order by s.token_id limit $2`

/** Names stand in `$6`, and never in the statement. */
function sqlOf(tree: TopicTree, names: readonly string[]): string {
  switch (tree.kind) {
    case 'topic':
      return `exists (select from topic_subscriptions s join topics p on p.id = s.topic_id
        where s.token_id = c.token_id and p.name = ($6::text[])[${names.indexOf(tree.name) + 1}] and ${FOLLOWS})`
    case 'not':
      return `not (${sqlOf(tree.of, names)})`
    case 'and':
    case 'or':
      return `(${sqlOf(tree.left, names)}) ${tree.kind} (${sqlOf(tree.right, names)})`
  }
}
